"""What a caller states for a score, and what comes back; no field of either is an amount."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.envelopes import Envelope
from api.valuations.schemas import Text, WarningOut
from valuation.indicators.patent_quality import PatentFacts
from valuation.indicators.score_profile import ScoreProfile
from valuation.kernel.fields import FiniteFloat, FrozenModel, Identifier, WholeNumber
from valuation.kernel.figures import Figure, SourceRow

__all__ = [
    "CohortStated",
    "InForce",
    "OwnProfileScore",
    "PatentQualityScore",
    "RenewalLadderScore",
    "Score",
    "ScoreRequest",
    "StandardProfileScore",
    "StandardStructureOut",
]

_Marks = Annotated[dict[Identifier, Figure], Field(min_length=1, max_length=2000)]
_Count = Annotated[WholeNumber, Field(ge=0, le=10**12)]


class OwnProfileScore(FrozenModel):
    """Marks under the caller's own weight profile; weights and marks are judgement and say so."""

    kind: Literal["own_profile"]
    profile: ScoreProfile
    marks: _Marks


class StandardProfileScore(FrozenModel):
    """Marks under the weights that GB/T 42748-2023 itself gives for a scene: a gap until its tables are read."""

    kind: Literal["standard_profile"]
    scene: Identifier
    marks: _Marks


class PatentQualityScore(FrozenModel):
    """The OECD indices of a patent within its cohort, the patent among them.

    ``facts_source`` names the listed source of the counts and codes.
    """

    kind: Literal["patent_quality"]
    facts_source: Identifier
    subject: PatentFacts
    cohort: Annotated[tuple[PatentFacts, ...], Field(min_length=1, max_length=10_000)]


class CohortStated(FrozenModel):
    """Patents of one year, survivors included; a shorter list of lapses is a younger cohort."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    granted: Annotated[_Count, Field(ge=1)]
    lapsed_by_stage: Annotated[tuple[_Count, ...], Field(max_length=100)]


class RenewalLadderScore(FrozenModel):
    """Hazard and survival at each renewal fee, from counts of the caller's.

    ``facts_source`` names the listed source of the counts.
    """

    kind: Literal["renewal_ladder"]
    facts_source: Identifier
    ages_years: Annotated[tuple[Annotated[FiniteFloat, Field(gt=0)], ...], Field(min_length=1, max_length=100)]
    cohorts: Annotated[tuple[CohortStated, ...], Field(min_length=1, max_length=1000)]


_Scoring = Annotated[
    OwnProfileScore | StandardProfileScore | PatentQualityScore | RenewalLadderScore, Field(discriminator="kind")
]


class ScoreRequest(FrozenModel):
    """What to score, with which evidence. A score orders patents; it converts into no amount.

    Attributes
    ----------
    sources : id → source; every figure that names a source must find it here.
    scoring : the kind of score and what it needs.
    """

    sources: Annotated[dict[Identifier, SourceRow], Field(max_length=1000)] = Field(default_factory=dict)
    scoring: _Scoring


class ScoreOut(BaseModel):
    """The score; ``result`` has the layout of its ``kind``."""

    kind: Literal["own_profile", "standard_profile", "patent_quality", "renewal_ladder"]
    result: dict[str, Any]
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class Score(Envelope):
    """A stored score."""

    answer: ScoreOut  # type: ignore[assignment]  # narrower than any JSON object


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


class StandardStructureOut(BaseModel):
    """What is known of GB/T 42748-2023, and what is a gap."""

    label: Text
    counts: dict[str, int]
    dimensions: dict[str, Text]
    scenes: dict[str, Text]
    gaps: dict[str, str]
    sources: list[dict[str, str]]
