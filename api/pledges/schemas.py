"""What a caller gets back: for the description of the API, and tested against real answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.envelopes import Envelope

__all__ = ["PledgeQuote"]

_AMOUNT = r"^-?\d+\.\d{2}$"


class MaximumLoanOut(BaseModel):
    """The most that may be lent, and what sets it."""

    amount: str = Field(pattern=_AMOUNT)
    binding: Literal["pledge_rate", "loan_cap"]
    by_pledge_rate: str = Field(pattern=_AMOUNT)
    loan_cap: str | None = Field(pattern=_AMOUNT)


class PledgeQuoteOut(BaseModel):
    """What is offered and why; money is text, rates are decimal text."""

    decision: Literal["eligible", "not_eligible", "over_limit"]
    reasons: list[dict[str, str]]
    policy: dict[str, Any]
    requested_principal: str = Field(pattern=_AMOUNT)
    maximum_loan: MaximumLoanOut
    offered_principal: str = Field(pattern=_AMOUNT)
    cover: dict[str, Any]
    offer: dict[str, Any] | None = Field(description="schedule, effective rate and support of the principal offered")
    eligibility: list[dict[str, Any]]
    conditions: list[dict[str, str]]
    warnings: list[dict[str, str]]
    values_used: list[dict[str, Any]]
    request: dict[str, Any]
    engine_version: str
    digest: str


class PledgeQuote(Envelope):
    """A stored pledge quote."""

    answer: PledgeQuoteOut  # type: ignore[assignment]  # narrower than any JSON object
