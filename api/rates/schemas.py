"""What a caller asks of a rate paper, and what comes back: the domain's inputs with the name of their kind."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from api.envelopes import Envelope
from api.rates.kind import rate_kinds
from api.valuations.schemas import PaperOut, Text, WarningOut
from valuation.kernel.fields import Dates, FrozenModel, Identifier
from valuation.kernel.figures import SourceRow

__all__ = ["RatePaper", "RatePaperRequest"]

if TYPE_CHECKING:
    _AnyPaper = Any
else:
    # Which kinds there are is known when the files are read, so no type checker can know it.
    _AnyPaper = functools.reduce(operator.or_, (kind.model for kind in rate_kinds().values()))


class RatePaperRequest(FrozenModel):
    """Which rate, as of when, with which evidence?

    Attributes
    ----------
    dates : valuation, policy and report date.
    sources : id → source; every figure that names a source must find it here.
    paper : the kind of paper and what it needs.
    """

    dates: Dates
    sources: Annotated[dict[Identifier, SourceRow], Field(max_length=1000)] = Field(default_factory=dict)
    paper: Annotated[_AnyPaper, Field(discriminator="kind")]


class RatePaperOut(BaseModel):
    """The rate (or the years), its working paper and its doubts."""

    kind: str
    label: Text
    dates: dict[str, str]
    unit: str
    value: str
    answer: str = Field(description="the line of the working paper that is the value")
    details: dict[str, Any]
    paper: PaperOut
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class RatePaper(Envelope):
    """A stored rate paper."""

    answer: RatePaperOut  # type: ignore[assignment]  # narrower than any JSON object
