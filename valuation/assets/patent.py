"""A patent: invention, utility model or design."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from valuation.kernel.fields import Day
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "Patent"]


class Patent(Subject):
    """A patent as the register shows it.

    ``expiry_date`` includes extensions and is taken from the register; the engine does not add them up.
    ``jurisdiction`` is an ISO 3166 country code.
    """

    kind: Literal["patent"]
    patent_kind: Literal["invention", "utility_model", "design"]
    number: Annotated[str, Field(min_length=1, max_length=60)]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    expiry_date: Day
    filing_date: Day | None = None
    grant_date: Day | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse dates in an impossible order."""
        del context
        stated = [day for day in (self.filing_date, self.grant_date, self.expiry_date) if day is not None]
        if stated != sorted(stated):
            raise PydanticCustomError("dates", "dates in the order filing ≤ grant ≤ expiry")


SUBJECT_MODEL = Patent
