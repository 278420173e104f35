"""授信合同: the bank and the borrower agree on limit, terms, repayment, penalty, cover limits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pledge.allocation import CIVIL_CODE_ORDER, DebtKind
from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import PositiveMoney, Share, fen, require, take
from pledge.instalments import DayCount, DueDateConvention, read_parameters
from pledge.late_interest import LateTerms
from pledge.loan import Facility, Loan
from pledge.rates import FixedRate, FloatingRate
from pledge.request import RoundingRequest
from valuation.kernel.fields import Day, DecimalText, FrozenModel, NonNegativeMoneyText, StrictBool, WholeNumber
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

CoverShare = Annotated[DecimalText, Field(ge=0, le=10)]


class RepaymentTerms(FrozenModel):
    """How every drawing is repaid: a repayment form, what it alone must be told, and what all forms are built with."""

    form: str
    parameters: Annotated[dict[str, Any], Field(max_length=50)] = Field(default_factory=dict)
    period_months: Literal[1, 3, 6, 12]
    period_count: Annotated[WholeNumber, Field(ge=1, le=600)]
    day_count: DayCount
    interest_rounding: RoundingRequest = RoundingRequest()
    instalment_rounding: RoundingRequest = RoundingRequest()
    due_date_convention: DueDateConvention = "none"


class CoverTerms(FrozenModel):
    """When is the cover thin, when is more called for, within how many days?

    ``warning_share`` and ``call_share``: the lending value (after pledge rate) must reach this multiple of the
    outstanding principal. ``unsecured_limit``: what may be drawn before a pledge is registered.
    ``other_cover``: what something else than the rights secures (a guarantee), at all times. A right counts while its
    valuation is no older than ``valuation_validity_months`` and while it outlives the debt by ``life_margin_months``.
    ``warning_buffer_share``: how far above ``warning_share`` the lending value must rise before a warning ends.
    """

    warning_share: CoverShare
    call_share: CoverShare
    cure_days: Annotated[WholeNumber, Field(ge=0, le=365)]
    unsecured_limit: NonNegativeMoneyText
    other_cover: NonNegativeMoneyText = Decimal("0.00")
    valuation_validity_months: Annotated[WholeNumber, Field(ge=1, le=120)] | None = None
    life_margin_months: Annotated[WholeNumber, Field(ge=0, le=120)] | None = None
    warning_buffer_share: Annotated[DecimalText, Field(ge=0, le=1)] = Decimal(0)


class FacilityAgreed(FrozenModel):
    """The contract.

    ``rate``: fixed, or the loan prime rate plus a spread; each drawing and reset then states the fixing of its day.
    ``penalty_share``: late interest 罚息 is the contract rate × (1 + this). ``compounds``: compound interest 复利
    runs on unpaid interest. ``allocation``: the groups of debts in the order
    in which a payment settles them, by default that of the Civil Code.
    """

    limit: PositiveMoney
    available_until: Day
    rate: Annotated[FixedRate | FloatingRate, Field(discriminator="kind")]
    repayment: RepaymentTerms
    penalty_share: Share
    compounds: StrictBool
    late_day_count: Literal["actual/360", "actual/365"] = "actual/360"
    allocation: tuple[tuple[DebtKind, ...], ...] = CIVIL_CODE_ORDER
    cover: CoverTerms

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named = sorted(kind for group in self.allocation for kind in group)
        if named != sorted(get_args(DebtKind)):
            raise PydanticCustomError("allocation", "each once of {all}", {"all": ", ".join(get_args(DebtKind))})
        if self.cover.call_share > self.cover.warning_share:
            raise PydanticCustomError("cover", "a call limit no higher than the warning limit")
        return self


def _apply(loan: Loan, event: Event, payload: FacilityAgreed) -> Outcome:
    application = take(event, "application", "contract", state=loan.application_state)
    state = take(event, "facility", "agree", state=loan.facility_state)
    require(
        fen(payload.limit) <= loan.approved_fen,
        "payload.limit",
        found=payload.limit,
        expected="no more than was approved",
        advice="A larger limit needs a new application.",
    )
    require(
        payload.available_until >= event.effective_date,
        "payload.available_until",
        found=payload.available_until,
        expected=f"{event.effective_date} or later",
        advice="Money must be available on some day.",
    )
    return replace(loan, facility=_facility(payload), facility_state=state, application_state=application), ()


def _facility(payload: FacilityAgreed) -> Facility:
    repayment, cover = payload.repayment, payload.cover
    return Facility(
        limit_fen=fen(payload.limit),
        available_until=payload.available_until,
        form=repayment.form,
        form_parameters=read_parameters(repayment.form, repayment.parameters),
        period_months=repayment.period_months,
        period_count=repayment.period_count,
        day_count=repayment.day_count,
        interest_rounding=repayment.interest_rounding.rounding,
        instalment_rounding=repayment.instalment_rounding.rounding,
        due_date_convention=repayment.due_date_convention,
        rate=payload.rate,
        late_terms=LateTerms(
            surcharge_share=payload.penalty_share, day_count=payload.late_day_count, compounds=payload.compounds
        ),
        allocation=payload.allocation,
        warning_share=cover.warning_share,
        call_share=cover.call_share,
        cure_days=cover.cure_days,
        unsecured_limit_fen=fen(cover.unsecured_limit),
        other_cover_fen=fen(cover.other_cover),
        valuation_validity_months=cover.valuation_validity_months,
        life_margin_months=cover.life_margin_months,
        warning_buffer_share=cover.warning_buffer_share,
    )


EVENT_KIND = EventKind(
    id="facility_agreed",
    label=Label("签订授信合同", "facility agreed"),
    payload=FacilityAgreed,
    apply=_apply,
    steps=(
        ("application", "contract"),
        ("facility", "agree"),
    ),
)
