"""What a caller gets back: for the description of the API, and tested against real answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from api.envelopes import Envelope

__all__ = [
    "LeverageComparison",
    "LeverageFrontier",
    "LeverageRun",
    "LeverageScenario",
    "LeverageWaterfall",
    "PerformanceEvaluation",
]


class RungOut(BaseModel):
    """One multiple by one definition: numerator over denominator, amounts as text."""

    id: str
    label: dict[str, str]
    definition: dict[str, str]
    numerator: str
    denominator: str
    multiple: str
    multiple_is_exact: bool


class LadderOut(BaseModel):
    """All multiples at one stage."""

    stage: Literal["announced", "signed", "disbursed"]
    basis: Literal["gross", "net"]
    rungs: list[RungOut]
    finance_to_firms: dict[str, str]


class AlternativeOut(BaseModel):
    """One way to use the money."""

    id: str
    label: dict[str, str]
    ladders: list[LadderOut]
    payers: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    allocations: list[dict[str, Any]]
    warnings: list[dict[str, str]]


class LeverageOut(BaseModel):
    """The ladder of multiples of each alternative, and whose each yuan is."""

    question: Literal["leverage_scenario"]
    dates: dict[str, str]
    programme: dict[str, str] | None
    alternatives: list[AlternativeOut]
    conventions: list[dict[str, str]]
    warnings: list[dict[str, str]]
    not_answered: list[dict[str, str]]
    figures: list[dict[str, str]]
    rules_used: list[dict[str, Any]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class LeverageScenario(Envelope):
    """A stored leverage scenario."""

    answer: LeverageOut  # type: ignore[assignment]  # narrower than any JSON object


class WaterfallOut(BaseModel):
    """Payments by day, tier and partner; multiples and rates; what concessions cost; what is clawed back."""

    question: Literal["leverage_waterfall"]
    dates: dict[str, str]
    way: Literal["whole_fund", "deal_by_deal"]
    tiers: list[dict[str, Any]]
    partners: list[dict[str, str | None]]
    payments: list[dict[str, Any]]
    transfers: list[dict[str, str]]
    concessions: list[dict[str, Any]]
    clawback: dict[str, str] | None
    conventions: list[dict[str, str]]
    warnings: list[dict[str, str]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class LeverageWaterfall(Envelope):
    """A stored waterfall."""

    answer: WaterfallOut  # type: ignore[assignment]  # narrower than any JSON object


class PerformanceOut(BaseModel):
    """Points by indicator and dimension, the total and the grade."""

    question: Literal["performance_evaluation"]
    policy: dict[str, str]
    year: int
    rows: list[dict[str, Any]]
    by_dimension: dict[str, str]
    total: str
    grade: dict[str, str] | None
    values_used: list[dict[str, Any]]
    warnings: list[dict[str, str]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class PerformanceEvaluation(Envelope):
    """A stored self-evaluation."""

    answer: PerformanceOut  # type: ignore[assignment]  # narrower than any JSON object


class RunWayOut(BaseModel):
    """One way to use the money on all paths: means with their errors, quantiles, risk by the instruments' own terms."""

    id: str
    label: dict[str, str]
    to_firms: dict[str, Any]
    by_year: list[dict[str, Any]]
    principal: dict[str, Any]
    allocations: list[dict[str, Any]]
    parties: list[dict[str, Any]]
    difference: dict[str, Any] | None
    ladders: list[LadderOut]
    payers: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    warnings: list[dict[str, str]]


class RunOut(BaseModel):
    """A scenario on many paths: finance to firms and when, the risk of the principal, who pays and gets what."""

    question: Literal["leverage_run"]
    dates: dict[str, str]
    programme: dict[str, str] | None
    first_day: str
    quarters: int
    paths: int
    seed: int
    alternatives: list[RunWayOut]
    conventions: list[dict[str, str]]
    warnings: list[dict[str, str]]
    not_answered: list[dict[str, str]]
    figures: list[dict[str, str]]
    rules_used: list[dict[str, Any]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class LeverageRun(Envelope):
    """A stored run."""

    answer: RunOut  # type: ignore[assignment]  # narrower than any JSON object


class ComparedOut(BaseModel):
    """One way beside another: of each figure both means, the difference path by path and its standard error."""

    alternative: str
    label: dict[str, str]
    against: str
    against_label: dict[str, str]
    figures: dict[str, dict[str, str]]
    loss_probability: dict[str, float]


class ComparisonOut(BaseModel):
    """How ways to use public money differ on the same paths."""

    question: Literal["leverage_comparison"]
    dates: dict[str, str]
    programme: dict[str, str] | None
    first_day: str
    quarters: int
    paths: int
    seed: int
    is_of_two_runs: bool
    comparisons: list[ComparedOut]
    conventions: list[dict[str, str]]
    warnings: list[dict[str, str]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class LeverageComparison(Envelope):
    """A stored comparison."""

    answer: ComparisonOut  # type: ignore[assignment]  # narrower than any JSON object


class AllocatedOut(BaseModel):
    """An allocation: shares of the money, finance to firms per unit, risk of the whole, what binds, the corner."""

    share_of: dict[str, float]
    to_firms: float
    tail_loss: dict[str, float]
    loss_probability: dict[str, float | None]
    no_allocation_exceeds: float | None
    lost_principal_share: float
    out_share: float
    binding: dict[str, float]
    corner: str | None


class FrontierPointOut(AllocatedOut):
    """An allocation at a limit of the tail loss."""

    tail_loss_share: float


class FrontierOut(BaseModel):
    """Points by rising limit, limits that nothing keeps, corners, and what policies exclude with their sources."""

    question: Literal["leverage_frontier"]
    alternative: str
    tail_level_share: float
    limits: dict[str, float | None]
    instruments: list[dict[str, Any]]
    points: list[FrontierPointOut]
    refused: list[dict[str, Any]]
    corners: list[AllocatedOut]
    exclusions: list[dict[str, Any]]
    run: dict[str, Any]
    warnings: list[dict[str, str]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class LeverageFrontier(Envelope):
    """A stored frontier."""

    answer: FrontierOut  # type: ignore[assignment]  # narrower than any JSON object
