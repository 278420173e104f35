"""A computer program protected by copyright 计算机软件著作权."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.assets._legal_term import LegalTerm, legal_term, refuse_disorder
from valuation.kernel.fields import Day
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "Software"]


class Software(Subject):
    """A program and the facts its term hangs on.

    A legal person's term runs from first publication, a natural person's from death; both end on 31 December. While
    an author lives, the end is not known: without ``expiry_date`` there is none to bound a forecast.
    """

    kind: Literal["software"]
    registration_number: Annotated[str, Field(min_length=1, max_length=60)]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    author: Literal["legal_person", "natural_person"]
    first_published_on: Day
    author_died_on: Day | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a term that ends before publication."""
        del context
        refuse_disorder(self.first_published_on, self.expiry_date, expected="publication ≤ expiry")

    def derived_term(self) -> LegalTerm | None:
        """The term that follows from the facts of the register; see the kind's own text."""
        is_life = self.author == "natural_person"
        start = self.author_died_on if is_life else self.first_published_on
        if start is None:
            return None
        right = "software.natural_person" if is_life else "software.legal_person"
        return legal_term(right, start=start, jurisdiction=self.jurisdiction, ends_with_year=True)


SUBJECT_MODEL = Software
