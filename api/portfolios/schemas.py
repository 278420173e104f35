"""What a caller asks of a loan book, and what comes back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.envelopes import Envelope
from valuation.kernel.fields import (
    Day,
    DecimalText,
    FiniteFloat,
    FrozenModel,
    Identifier,
    NonNegativeMoneyText,
    StrictBool,
    WholeNumber,
)

__all__ = ["LoanBookStored", "PortfolioRun", "PortfolioRunRequest"]


class RuleIn(FrozenModel):
    """Who shares a loss: a named policy on a day, or stated shares."""

    policy: Identifier | None = None
    policy_date: Day | None = None
    shares: Annotated[dict[Identifier, DecimalText], Field(max_length=20)] | None = None
    pool_balance_cny: NonNegativeMoneyText
    cap_per_loan_cny: NonNegativeMoneyText | None = None
    top_up_cny_per_period: NonNegativeMoneyText | None = None
    is_principal_only: StrictBool = True
    is_ip_part_only: StrictBool = False
    payment: Literal["after_disposal", "at_default"] = "after_disposal"


class PlanIn(FrozenModel):
    """How the book is simulated, and what is read from the losses."""

    seed: WholeNumber
    scenarios: WholeNumber
    periods: WholeNumber = 4
    period_years: FiniteFloat = 0.25
    confidence: FiniteFloat = 0.99
    importance_sampling: StrictBool = False
    top_loans: Annotated[WholeNumber, Field(ge=1, le=1000)] = 10
    tranche_bounds_cny: Annotated[list[NonNegativeMoneyText], Field(max_length=20)] = Field(default_factory=list)


class StressIn(FrozenModel):
    """Other circumstances under the same random numbers."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    factor_shift: Annotated[dict[str, FiniteFloat], Field(max_length=200)] = Field(default_factory=dict)
    pd_factor: FiniteFloat = 1.0
    value_factor: FiniteFloat = 1.0


class PortfolioRunRequest(FrozenModel):
    """Which rule, which plan, which stresses?

    Attributes
    ----------
    global_loading : how far the sectors' factors hang together: two of them have its square as correlation.
    """

    rule: RuleIn
    plan: PlanIn
    global_loading: FiniteFloat = 0.0
    stresses: Annotated[list[StressIn], Field(max_length=10)] = Field(default_factory=list)


class LoanBookOut(BaseModel):
    """The loans as they were read."""

    format: str
    file_sha256: str
    loan_count: int
    claim_cny: str
    sectors: list[str]
    loans: list[dict[str, Any]]
    warnings: list[dict[str, str]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class LoanBookStored(Envelope):
    """A stored loan book."""

    answer: LoanBookOut  # type: ignore[assignment]  # narrower than any JSON object


class PortfolioRunOut(BaseModel):
    """Losses by party, the tail, the pool, the loans that make the tail, and the check in closed form."""

    portfolio: str | None
    rule: dict[str, Any]
    plan: dict[str, Any]
    loan_count: int
    claim_cny: str
    losses: dict[str, Any]
    pool: dict[str, Any]
    contributions: list[dict[str, str]]
    tranches: list[dict[str, Any]]
    stresses: list[dict[str, Any]]
    check: dict[str, Any]
    warnings: list[dict[str, str]]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class PortfolioRun(Envelope):
    """A stored run."""

    answer: PortfolioRunOut  # type: ignore[assignment]  # narrower than any JSON object
