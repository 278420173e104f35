"""What a caller states for a score, and what comes back; no field of either is an amount."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.envelopes import Envelope
from api.scores.kind import score_kinds
from api.valuations.schemas import Text, WarningOut
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.figures import SourceRow

__all__ = ["AnnuitiesOut", "InForce", "Score", "ScoreRequest", "StandardStructureOut"]

if TYPE_CHECKING:
    _AnyScoring = Any
else:
    # Which kinds there are is known when the files are read, so no type checker can know it.
    _AnyScoring = functools.reduce(operator.or_, (kind.model for kind in score_kinds().values()))


class ScoreRequest(FrozenModel):
    """What to score, with which evidence. A score orders patents; it converts into no amount.

    Attributes
    ----------
    sources : id → source; every figure that names a source must find it here.
    scoring : the kind of score and what it needs.
    """

    sources: Annotated[dict[Identifier, SourceRow], Field(max_length=1000)] = Field(default_factory=dict)
    scoring: Annotated[_AnyScoring, Field(discriminator="kind")]


class ScoreOut(BaseModel):
    """The score; ``result`` has the layout of its ``kind``."""

    kind: str
    result: dict[str, Any]
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class Score(Envelope):
    """A stored score."""

    answer: ScoreOut  # type: ignore[assignment]  # narrower than any JSON object


class FeeOut(BaseModel):
    """The fee of one year; amounts are texts."""

    year: int
    full: str
    reduction_share: float
    payable: str


class AnnuitiesOut(BaseModel):
    """What it costs to keep a Chinese patent in force."""

    currency: str
    fees: list[FeeOut]
    total_payable: str
    warnings: list[WarningOut]
    sources: list[dict[str, str]]


class BandOut(BaseModel):
    """The share in force from an age on: between two bounds, equal where it is identified."""

    age_years: float
    low_share: float
    high_share: float
    error: float


class ShareOut(BaseModel):
    """Between which shares of patents are in force at the age that was asked for."""

    age_years: float
    low_share: float
    high_share: float


class InForce(BaseModel):
    """Survival of US patents by age from grant."""

    bands: list[BandOut]
    third_hazard_share: float
    third_hazard_error: float
    scatter_between_years: float
    complete_filing_years: list[int]
    in_force: ShareOut | None
    warnings: list[WarningOut]
    sources: list[dict[str, str]]


class WeightProfileOut(BaseModel):
    """The packaged weights of the three dimensions for one scene: a judgement in one version, not the standard's."""

    scene: str
    version: str
    grade: Literal["judgement"]
    reason: str
    stated_on: str
    weight_share: dict[str, float]


class StandardStructureOut(BaseModel):
    """What is known of GB/T 42748-2023, what is a gap, and which weights the product starts from."""

    label: Text
    counts: dict[str, int]
    dimensions: dict[str, Text]
    scenes: dict[str, Text]
    weight_profiles: dict[str, WeightProfileOut]
    gaps: dict[str, str]
    sources: list[dict[str, str]]
