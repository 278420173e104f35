"""What every kind of right has in common: a name, a kind, and the day on which it ends."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from valuation.kernel.fields import Day, FrozenModel
from valuation.kernel.labels import NamedWarning

__all__ = ["Subject"]


class Subject(FrozenModel):
    """A right to be valued, as facts; the way of valuing it is another object.

    ``expiry_date`` is the last day of legal protection; ``None`` means that the law sets no end or that the
    subject's own kind derives it.
    """

    kind: str
    name: Annotated[str, Field(min_length=1, max_length=300)]
    expiry_date: Day | None = None

    def legal_end(self) -> datetime.date | None:
        """On which day does protection end? ``None`` when the request does not say."""
        return self.expiry_date

    def doubts(self) -> tuple[NamedWarning, ...]:
        """What must every conclusion about the right name, such as a legal end that the engine derived?"""
        return ()
