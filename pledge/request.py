"""What must a bank officer state to get a quote?

The model lists the repayment forms and policies that exist at the moment it is built, so that a form or a
policy added as a file shows up in the schema, and an unknown name is refused before anything is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import GenericAlias
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    field_validator,
)
from pydantic_core import PydanticCustomError

from pledge.instalments import DayCount, DueDateConvention, InterestDates, repayment_forms
from pledge.pledged_asset import PledgedAsset
from pledge.policy_catalogue import load_policies, policies_of_kind
from pledge.premiums import PremiumPayment
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import (
    Currency,
    Dates,
    Day,
    DecimalText,
    FrozenModel,
    NonNegativeMoneyText,
    Reason,
    StrictBool,
    WholeNumber,
    field_problems,
)
from valuation.kernel.money import Rounding, RoundingMode

__all__ = [
    "BorrowerRequest",
    "LoanRequest",
    "PledgeQuoteRequest",
    "PremiumRequest",
    "RepaymentRequest",
    "RoundingRequest",
    "WhatIf",
    "request_model",
]

MAXIMUM_TERM_MONTHS = 600
MAXIMUM_SCENARIOS = 20
MAXIMUM_WHAT_IFS = 50


#: A nominal rate below 100 %: 4.35 written for 4.35 % is refused, not read as 435 %.
AnnualRateShare = Annotated[
    DecimalText, WithJsonSchema({"type": "string", "pattern": r"^0(\.\d{1,18})?$", "examples": ["0.0435"]})
]
LossShare = Annotated[
    DecimalText, WithJsonSchema({"type": "string", "pattern": r"^(0(\.\d{1,18})?|1(\.0{1,18})?)$", "examples": ["0.5"]})
]


class RoundingRequest(FrozenModel):
    """To which number of fen an amount is rounded, and in which direction."""

    unit_fen: Annotated[WholeNumber, Field(ge=1, le=1_000_000)] = 1
    mode: RoundingMode = "half_up"

    @property
    def rounding(self) -> Rounding:
        """The rounding of the kernel."""
        return Rounding(self.unit_fen, self.mode)


class RepaymentRequest(FrozenModel):
    """How the loan is repaid.

    Attributes
    ----------
    form : a repayment form.
    parameters : what that form alone must be told, by its own model; nothing for most forms.
    period_months : 1 for monthly, 3 for quarterly payments.
    day_count : ``monthly`` (rate × months / 12) or actual days over a basis.
    interest_rounding, instalment_rounding : of the interest of a period; of the level payment or principal part.
    due_date_convention, interest_dates : what a holiday does to a due date, and to the interest.
    end_of_month : due on last days, for a loan drawn on a last day.
    """

    form: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    period_months: Literal[1, 3]
    day_count: DayCount
    interest_rounding: RoundingRequest = RoundingRequest()
    instalment_rounding: RoundingRequest = RoundingRequest()
    due_date_convention: DueDateConvention
    interest_dates: InterestDates = "unadjusted"
    end_of_month: StrictBool = False

    @field_validator("parameters")
    @classmethod
    def _of_the_form(cls, found: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Read them by the model of the form; an unknown form has been refused already."""
        form = repayment_forms().get(info.data.get("form", ""))
        if form is None:
            return found
        try:
            return form.parameters.model_validate(found).model_dump(mode="json", exclude_unset=True)
        except ValidationError as error:
            problems = "; ".join(
                str(problem).removeprefix(": ") for problem in field_problems(error.errors(), data=found)
            )
            raise PydanticCustomError("parameters", "{problems}", {"problems": problems}) from None


class LoanRequest(FrozenModel):
    """The loan asked for.

    Attributes
    ----------
    requested : principal asked for, yuan.
    annual_rate_share : nominal yearly rate, a share of one below 1 ("0.0435" for 4.35 %).
    term_months : from drawdown to maturity.
    drawdown_date : the day the money is paid out.
    fees_upfront : what the borrower pays on that day besides, yuan; state "0.00" when nothing.
    """

    requested: NonNegativeMoneyText
    annual_rate_share: AnnualRateShare
    term_months: Annotated[WholeNumber, Field(ge=1, le=MAXIMUM_TERM_MONTHS)]
    drawdown_date: Day
    fees_upfront: NonNegativeMoneyText
    repayment: RepaymentRequest

    @field_validator("requested")
    @classmethod
    def _something(cls, found: Decimal) -> Decimal:
        if found == 0:
            raise PydanticCustomError("money", "an amount above zero")
        return found

    @field_validator("annual_rate_share")
    @classmethod
    def _share(cls, found: Decimal) -> Decimal:
        if not 0 <= found < 1:
            raise PydanticCustomError("rate", 'a share of one from 0 to below 1, such as "0.0435" for 4.35 %')
        return found


class PremiumRequest(FrozenModel):
    """A guarantee or an insurance of the loan that the borrower pays for.

    Attributes
    ----------
    policy : a policy of its premium, which gives the rate or the highest rate allowed.
    annual_rate_share : yearly rate on the covered principal; without it the policy's own.
    covered_share : part of the principal that is covered.
    payment : ``upfront`` for the whole term on the day of drawdown, ``yearly`` at the beginning of each loan year.
    """

    policy: str | None = None
    annual_rate_share: AnnualRateShare | None = None
    covered_share: LossShare = Decimal(1)
    payment: PremiumPayment

    @field_validator("annual_rate_share")
    @classmethod
    def _share(cls, found: Decimal | None) -> Decimal | None:
        if found is not None and not 0 <= found < 1:
            raise PydanticCustomError("rate", 'a share of one from 0 to below 1, such as "0.01" for 1 %')
        return found

    @field_validator("covered_share")
    @classmethod
    def _covered(cls, found: Decimal) -> Decimal:
        if not 0 <= found <= 1:
            raise PydanticCustomError("share", "a share of one from 0 to 1")
        return found


class BorrowerRequest(FrozenModel):
    """What a subsidy asks about the borrower: yearly revenue in yuan, when stated."""

    annual_revenue: NonNegativeMoneyText | None = None


def _stated(found: Any) -> Any:
    if isinstance(found, bool | Decimal | str) and len(str(found)) <= 80:
        return found
    if isinstance(found, int) and abs(found) < 10**15:
        return found
    raise PydanticCustomError("what_if", "a decimal written as text, a whole number, true or false")


class WhatIf(FrozenModel):
    """A value supposed instead of a policy's own, with the reason for supposing it."""

    value: Annotated[
        Any,
        PlainValidator(_stated),
        WithJsonSchema({"anyOf": [{"type": "string", "maxLength": 80}, {"type": "integer"}, {"type": "boolean"}]}),
    ]
    reason: Reason


class PledgeQuoteRequest(FrozenModel):
    """Everything a pledge quote is computed from.

    Attributes
    ----------
    dates : the three dates.
    currency : policies and loans are in yuan; another currency is refused when quoting.
    policy : the bank's pledge-rate policy.
    asset, loan, borrower : the right, the loan, the firm.
    pool_policy, pool_balance : a risk-compensation pool and what it holds now, yuan.
    risk_class, bank_business_year : the class in which the loan is lost, and the bank's year of business with the
        pool, for pools whose shares or caps depend on them.
    subsidy_policy : an interest subsidy.
    subsidy_paid_months : months after the end of a year in which its subsidy is paid; without it the policy's own, and
        where it names none no effective rate after support is given.
    lender_reward_policy : a reward to the bank for lending; it does not change what the borrower pays.
    guarantee, insurance : of the loan, paid for by the borrower.
    appraisal_fee : paid by the borrower on the day of drawdown, yuan.
    loss_scenarios_share : shares of the principal lost, for the table of loss sharing.
    what_if : values supposed instead of a policy's, by policy and parameter; each is named in the answer.
    """

    dates: Dates
    currency: Annotated[Currency, WithJsonSchema({"type": "string", "enum": ["CNY"]})] = "CNY"
    policy: str
    asset: PledgedAsset
    loan: LoanRequest
    borrower: BorrowerRequest = BorrowerRequest()
    pool_policy: str | None = None
    pool_balance: NonNegativeMoneyText | None = None
    risk_class: Literal["special_mention", "substandard", "doubtful", "loss"] | None = None
    bank_business_year: Annotated[WholeNumber, Field(ge=1, le=100)] | None = None
    subsidy_policy: str | None = None
    subsidy_paid_months: Annotated[WholeNumber, Field(ge=0, le=60)] | None = None
    lender_reward_policy: str | None = None
    guarantee: PremiumRequest | None = None
    insurance: PremiumRequest | None = None
    appraisal_fee: NonNegativeMoneyText = Decimal("0.00")
    loss_scenarios_share: Annotated[tuple[LossShare, ...], Field(max_length=MAXIMUM_SCENARIOS)] = (
        Decimal("1"),
        Decimal("0.5"),
    )
    what_if: dict[str, dict[str, WhatIf]] = Field(default_factory=dict, max_length=MAXIMUM_WHAT_IFS)

    @field_validator("currency")
    @classmethod
    def _yuan(cls, found: str) -> str:
        if found != "CNY":
            raise PydanticCustomError("currency", "CNY, the currency of the policies")
        return found

    @field_validator("loss_scenarios_share")
    @classmethod
    def _shares(cls, found: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        if not all(0 <= share <= 1 for share in found):
            raise PydanticCustomError("share", "shares of one from 0 to 1")
        return found


def request_model(policies: Mapping[str, DatedTable] | None = None) -> type[PledgeQuoteRequest]:
    """Which request can be made now: with the repayment forms and policies that exist at this moment?

    Parameters
    ----------
    policies : the loaded policies, a bank's own included; without it the packaged ones.

    Returns
    -------
    A model whose JSON schema lists the repayment forms and the policy ids as enumerations.

    Tested by: ``tests/pledge/test_request.py`` (a form and a policy dropped in appear in the schema).
    """
    known = load_policies() if policies is None else policies
    pools, subsidies = (policies_of_kind(known, kind) for kind in ("risk_pool", "interest_subsidy"))
    repayment = create_model(
        "RepaymentRequest",
        __base__=RepaymentRequest,
        form=(_one_of(repayment_forms()), ...),
        parameters=(_parameters_of_forms(), Field(default_factory=dict)),
    )
    loan = create_model("LoanRequest", __base__=LoanRequest, repayment=(repayment, ...))
    guarantee, insurance = (_premium_model(known, kind) for kind in ("guarantee_premium", "insurance_premium"))
    by_policy: Any = GenericAlias(dict, (_one_of(known), dict[str, WhatIf]))
    return create_model(
        "PledgeQuoteRequest",
        __base__=PledgeQuoteRequest,
        __doc__=PledgeQuoteRequest.__doc__,
        policy=(_one_of(policies_of_kind(known, "pledge_rate")), ...),
        loan=(loan, ...),
        pool_policy=(_one_of(pools) | None, None),
        subsidy_policy=(_one_of(subsidies) | None, None),
        lender_reward_policy=(_one_of(policies_of_kind(known, "lender_reward")) | None, None),
        guarantee=(guarantee | None, None),
        insurance=(insurance | None, None),
        what_if=(by_policy, Field(default_factory=dict, max_length=MAXIMUM_WHAT_IFS)),
    )


def _premium_model(known: Mapping[str, DatedTable], kind: str) -> Any:
    return create_model(
        "PremiumRequest",
        __base__=PremiumRequest,
        __doc__=PremiumRequest.__doc__,
        policy=(_one_of(policies_of_kind(known, kind)) | None, None),
    )


def _parameters_of_forms() -> Any:
    """An object that one of the forms reads; the schema lists the models of all of them."""
    models = {form.parameters for form in repayment_forms().values()}
    schemas = [_inlined(model.model_json_schema()) for model in sorted(models, key=lambda model: model.__name__)]
    return Annotated[dict[str, Any], WithJsonSchema({"type": "object", "anyOf": schemas, "default": {}})]


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its models written where they are used: a reference would not be found inside another."""
    models = schema.pop("$defs", {})

    def written(part: Any) -> Any:
        if isinstance(part, list):
            return [written(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return written(models[part["$ref"].removeprefix("#/$defs/")])
        return {key: written(value) for key, value in part.items()}

    return {key: written(value) for key, value in schema.items()}


def _one_of(names: Iterable[str]) -> Any:
    """A text that is one of these names; the schema lists them."""
    known = sorted(names)

    def check(found: Any) -> Any:
        if found not in known:
            raise PydanticCustomError("choice", "one of {known}", {"known": ", ".join(known)})
        return found

    return Annotated[str, BeforeValidator(check), WithJsonSchema({"type": "string", "enum": known})]
