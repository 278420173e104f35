"""A work protected by copyright 著作权, films included."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from valuation.assets._legal_term import LegalTerm, legal_term, refuse_disorder
from valuation.kernel.fields import Day
from valuation.kernel.labels import NamedWarning
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "Copyright"]


class Copyright(Subject):
    """A work and the facts its term hangs on.

    A legal person's term runs from first publication, a natural person's from death; both end on 31 December. While
    an author lives, the end is not known: without ``expiry_date`` there is none to bound a forecast. A film's term
    runs from publication whoever its author is.
    """

    kind: Literal["copyright"]
    work_kind: Literal["film", "literature", "music", "art", "photograph", "other"]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    author: Literal["legal_person", "natural_person"]
    first_published_on: Day
    author_died_on: Day | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a term that ends before publication."""
        del context
        refuse_disorder(self.first_published_on, self.expiry_date, expected="publication ≤ expiry")

    def legal_end(self) -> datetime.date | None:
        """The stated last day, or the one that follows from publication or death; ``None`` while the author lives."""
        term = self._term()
        return self.expiry_date if term is None else term.last_day

    def doubts(self) -> tuple[NamedWarning, ...]:
        """What a reader must know about a legal end that the engine derived."""
        term = self._term()
        return () if term is None else term.doubts

    def _term(self) -> LegalTerm | None:
        is_life = self.author == "natural_person" and self.work_kind != "film"
        start = self.author_died_on if is_life else self.first_published_on
        if self.expiry_date is not None or start is None:
            return None
        right = "copyright.natural_person" if is_life else "copyright.legal_person"
        return legal_term(right, start=start, jurisdiction=self.jurisdiction, ends_with_year=True)


SUBJECT_MODEL = Copyright
