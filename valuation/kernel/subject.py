"""What every kind of right has in common: a name, a kind, and the day on which it ends."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import Day, FrozenModel
from valuation.kernel.labels import NamedWarning

__all__ = ["LegalTerm", "Subject"]


@dataclass(frozen=True)
class LegalTerm:
    """The term of a right: its last day, the value of the table it follows from, and the doubts about it."""

    last_day: datetime.date
    value: DatedValue
    doubts: tuple[NamedWarning, ...]


class Subject(FrozenModel):
    """A right to be valued, as facts; the way of valuing it is another object.

    ``expiry_date`` is the last day of legal protection; ``None`` means that the law sets no end or that the
    subject's own kind derives it.
    """

    kind: str
    name: Annotated[str, Field(min_length=1, max_length=300)]
    expiry_date: Day | None = None

    def derived_term(self) -> LegalTerm | None:
        """Which term follows from the law and the facts, if the last day is not stated? A kind that knows overrides."""
        return None

    def legal_end(self) -> datetime.date | None:
        """On which day does protection end: as stated, else as derived; ``None`` when neither can be said."""
        if self.expiry_date is not None:
            return self.expiry_date
        term = self.derived_term()
        return None if term is None else term.last_day

    def doubts(self) -> tuple[NamedWarning, ...]:
        """What must every conclusion about the right name, such as a legal end that the engine derived?"""
        term = None if self.expiry_date is not None else self.derived_term()
        return () if term is None else term.doubts
