"""What a caller gets back: for the description of the API, and tested against real answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.envelopes import Envelope

__all__ = ["Explanation", "Valuation"]

_AMOUNT = r"^-?\d+\.\d{2}$"


class Text(BaseModel):
    """A text in Chinese and in English."""

    zh: str
    en: str


class IntervalOut(BaseModel):
    """A range and what it means; amounts are texts."""

    low: str
    high: str
    level_share: float
    meaning: Text
    draws: int | None
    mean: str | None
    standard_deviation: str | None
    low_error: str | None
    high_error: str | None


class RangeOut(BaseModel):
    """Smallest and largest indication that counts."""

    low: str
    high: str


class WarningOut(Text):
    """A doubt the reader must know of."""

    code: str


class IndicationOut(BaseModel):
    """What one method concludes."""

    method: str
    approach: Literal["income", "cost", "market", "options"]
    label: Text
    unit: str
    value: str
    pledgee_value: str | None
    interval: IntervalOut | None
    sensitivities: list[dict[str, Any]]
    beside: list[dict[str, Any]]
    conventions: dict[str, str]
    inputs: dict[str, Any]
    sources: list[dict[str, str]]
    warnings: list[WarningOut]
    seed: int | None
    engine_version: str
    digest: str


class AppraisalOut(BaseModel):
    """The conclusion, the indications behind it, and the doubts."""

    subject: dict[str, Any]
    dates: dict[str, str]
    currency: str
    value: str = Field(pattern=_AMOUNT)
    interval: IntervalOut | None
    range: RangeOut
    pledgee_value: str | None = Field(pattern=_AMOUNT)
    weights: dict[str, Any]
    indications: list[IndicationOut]
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class Valuation(Envelope):
    """A stored valuation."""

    answer: AppraisalOut  # type: ignore[assignment]  # narrower than any JSON object


class Step(BaseModel):
    """One line of a working paper: where its number comes from."""

    name: str
    kind: Literal["input", "line", "search"]
    label: Text
    unit: str
    value: Any = Field(description="one value, or one for each column; money is text")
    explanation: Text
    grade: str | None = None
    source: str | None = None
    is_total: bool | None = None


class PaperOut(BaseModel):
    """One working paper."""

    title: Text
    axis: dict[str, Any]
    steps: list[Step]


class Explanation(BaseModel):
    """Every working paper of a valuation, by method."""

    id: str
    digest: str
    papers: dict[str, PaperOut]
