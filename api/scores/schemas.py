"""What a caller states for a score, and what comes back; no field of either is an amount."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.envelopes import Envelope
from api.valuations.schemas import Text, WarningOut
from valuation.indicators.patent_quality import PatentFacts
from valuation.indicators.scene_weights import StandardTable
from valuation.indicators.score_profile import ScoreProfile
from valuation.kernel.fields import Day, FiniteFloat, FrozenModel, Identifier, Reason, WholeNumber
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
    "WeightRevision",
]

_Marks = Annotated[dict[Identifier, Figure], Field(min_length=1, max_length=2000)]
_Count = Annotated[WholeNumber, Field(ge=0, le=10**12)]


class OwnProfileScore(FrozenModel):
    """Marks under the caller's own weight profile; weights and marks are judgement and say so."""

    kind: Literal["own_profile"]
    profile: ScoreProfile
    marks: _Marks


class WeightRevision(FrozenModel):
    """Other weights for named dimensions, groups or indicators, as a new version with its own reason."""

    weights: Annotated[dict[Identifier, Annotated[FiniteFloat, Field(ge=0, le=1)]], Field(min_length=1, max_length=500)]
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){0,2}$")]
    reason: Reason
    stated_on: Day


class StandardProfileScore(FrozenModel):
    """Marks in the structure of GB/T 42748-2023 under the packaged weights of a scene, which are a judgement.

    ``table`` states the names of the 14 and 27 indicators as copied from the standard; without it they are a gap.
    ``revision`` changes weights, as a version of its own with its reason.
    """

    kind: Literal["standard_profile"]
    scene: Identifier
    table: StandardTable | None = None
    revision: WeightRevision | None = None
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
