"""What a caller gets back: for the description of the API, and tested against real answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from api.envelopes import Envelope

__all__ = ["LeverageScenario", "LeverageWaterfall", "PerformanceEvaluation"]


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
