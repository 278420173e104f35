"""A registered trademark 注册商标."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from valuation.assets._legal_term import LegalTerm, legal_term, refuse_disorder
from valuation.kernel.fields import NOT_EMPTY, Day, WholeNumber
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "Trademark"]


class Trademark(Subject):
    """A trademark as the register shows it.

    ``expiry_date`` is the end of the running term; without it the first term counts from ``registration_date``.
    ``renewal``: ``expected`` – the owner will renew, so the law sets no end to its life; ``not_expected`` – it ends
    with the running term. ``nice_classes`` are the classes of goods and services it is registered for.
    """

    kind: Literal["trademark"]
    number: Annotated[str, Field(min_length=1, max_length=60)]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    nice_classes: Annotated[tuple[Annotated[WholeNumber, Field(ge=1, le=45)], ...], Field(max_length=45), *NOT_EMPTY]
    registration_date: Day
    renewal: Literal["expected", "not_expected"]

    def model_post_init(self, context: object) -> None:
        """Refuse a term that ends before the registration."""
        del context
        refuse_disorder(self.registration_date, self.expiry_date, expected="registration ≤ expiry")

    def legal_end(self) -> datetime.date | None:
        """The end of the running term, or ``None`` where renewal is expected."""
        if self.renewal == "expected":
            return None
        return self.expiry_date or self._term().last_day

    def doubts(self) -> tuple[NamedWarning, ...]:
        """Renewal is an expectation, and a derived term is only as sure as its source."""
        if self.renewal == "expected":
            return (_RENEWED,)
        return () if self.expiry_date is not None else self._term().doubts

    def _term(self) -> LegalTerm:
        return legal_term("trademark", start=self.registration_date, jurisdiction=self.jurisdiction)


_RENEWED = NamedWarning(
    "renewal_expected",
    Label(
        "假定商标到期续展，法定寿命不设终点",
        "the trademark is expected to be renewed: the law sets no end to its life",
    ),
)

SUBJECT_MODEL = Trademark
