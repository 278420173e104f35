"""What a caller asks of a loan book, and what comes back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, create_model

from api.envelopes import Envelope
from api.portfolios.book_file import MAXIMUM_FILE_LOANS
from api.portfolios.columns import AMOUNTS, FILE_COLUMNS, LONGEST_TEXT, FileColumn
from api.valuations.schemas import WarningOut
from pledge.portfolio.sector_factors import MAXIMUM_SECTORS
from pledge.request import WhatIf
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

__all__ = [
    "CapitalIn",
    "LoanBookRequest",
    "LoanBookStored",
    "LoanIn",
    "PlanIn",
    "PortfolioRun",
    "PortfolioRunRequest",
    "RuleIn",
    "SectorsIn",
    "StressIn",
]

#: How much one run may ask for beside its scenarios.
MAXIMUM_STRESSES, MAXIMUM_BOUNDS, MAXIMUM_WHAT_IFS = 20, 50, 20
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
SectorName = ShortText


def _field(column: FileColumn) -> tuple[Any, Any]:
    """The type of a column in JSON, and its default."""
    described = Field(description=f"{column.label.zh}：{column.help.zh} · {column.help.en}")
    if column.range is None:
        return Annotated[ShortText, described], ...
    default: Any = ... if column.is_required else column.range.default
    if column.key in AMOUNTS:
        return Annotated[NonNegativeMoneyText, described], default if default is ... else f"{default:.2f}"
    limited = Field(ge=column.range.low, le=column.range.high)
    return Annotated[WholeNumber if column.range.is_whole else FiniteFloat, limited, described], default


_FIELDS: dict[str, Any] = {key: _field(column) for key, column in FILE_COLUMNS.items()}
#: A loan of a JSON body: the columns of a file under their keys, amounts as text.
LoanIn: type[FrozenModel] = create_model("LoanIn", __base__=FrozenModel, __doc__="One loan of a book.", **_FIELDS)


class LoanBookRequest(FrozenModel):
    """A whole book of loans."""

    loans: Annotated[list[LoanIn], Field(min_length=1, max_length=MAXIMUM_FILE_LOANS)]


class RuleIn(FrozenModel):
    """Who shares a loss: a named policy on a day, or stated shares.

    Attributes
    ----------
    policy, policy_date : a policy of the kind ``risk_pool``; it says shares, caps, what is covered and when is paid.
    what_if : values supposed instead of the policy's, by parameter; each is named in the answer.
    asset_kind, risk_class, bank_business_year : of all loans, for policies that depend on them.
    shares : without a policy: share of the covered loss by party, adding up to one, ``bank`` and ``pool`` among them.
    cap_per_loan_cny, is_principal_only, is_ip_part_only : without a policy; by default no cap, principal only, the
        whole loan.
    payment : when the pool pays, by default after disposal; beside a policy it stands for a payment on the expected
        loss, which the simulation does not know, or for what the policy does not say.
    pool_balance_cny, top_up_cny_per_period : what the pool holds today and gets at the beginning of later periods.
    """

    policy: Identifier | None = None
    policy_date: Day | None = None
    what_if: Annotated[dict[Identifier, WhatIf], Field(max_length=MAXIMUM_WHAT_IFS)] = Field(default_factory=dict)
    asset_kind: Identifier | None = None
    risk_class: Identifier | None = None
    bank_business_year: Annotated[WholeNumber, Field(ge=1, le=100)] | None = None
    shares: Annotated[dict[Identifier, DecimalText], Field(max_length=20)] | None = None
    cap_per_loan_cny: NonNegativeMoneyText | None = None
    is_principal_only: StrictBool | None = None
    is_ip_part_only: StrictBool | None = None
    payment: Literal["after_disposal", "at_default"] | None = None
    pool_balance_cny: NonNegativeMoneyText
    top_up_cny_per_period: NonNegativeMoneyText | None = None


class PlanIn(FrozenModel):
    """How the book is simulated, and what is read from the losses.

    Attributes
    ----------
    confidence : of value at risk and expected shortfall.
    importance_sampling : look at the tail of ``tail_party``; the answers stay the same on average.
    tail_party : whose shortfall the contributions of the loans add up to; ``total`` is all parties together.
    top_loans : how many contributions the answer lists; the workbook holds all.
    tranche_bounds_cny : rising bounds of layers of the book's loss.
    """

    seed: WholeNumber
    scenarios: WholeNumber
    periods: WholeNumber = 4
    period_years: FiniteFloat = 0.25
    confidence: FiniteFloat = 0.99
    importance_sampling: StrictBool = False
    tail_party: Identifier = "total"
    top_loans: Annotated[WholeNumber, Field(ge=1, le=MAXIMUM_FILE_LOANS)] = 10
    tranche_bounds_cny: Annotated[list[NonNegativeMoneyText], Field(max_length=MAXIMUM_BOUNDS)] = Field(
        default_factory=list
    )


class SectorsIn(FrozenModel):
    """The correlations of the sectors' factors, rows and columns in the order of the names.

    There may be more sectors than the book has loans of.
    """

    names: Annotated[list[SectorName], Field(min_length=1, max_length=MAXIMUM_SECTORS)]
    correlation: Annotated[
        list[Annotated[list[FiniteFloat], Field(max_length=MAXIMUM_SECTORS)]], Field(max_length=MAXIMUM_SECTORS)
    ]


class StressIn(FrozenModel):
    """Other circumstances under the same random numbers.

    Attributes
    ----------
    factor_shift : standard deviations by which the factors of sectors move; negative is worse.
    pd_factor, value_factor : what every PD and every value of collateral is multiplied by.
    """

    name: ShortText
    factor_shift: Annotated[dict[SectorName, FiniteFloat], Field(max_length=MAXIMUM_SECTORS)] = Field(
        default_factory=dict
    )
    pd_factor: FiniteFloat = 1.0
    value_factor: FiniteFloat = 1.0


class CapitalIn(FrozenModel):
    """What a supervisor would ask against the book, by rules read on a day.

    Attributes
    ----------
    exposure_class, turnover_million_eur : of all borrowers; a small firm is ``corporate`` with its turnover.
    scaling_factor : 1.06 under Basel II, 1 under the final Basel III.
    obligor : the kind of borrower in the standardised approach.
    """

    policy_date: Day
    exposure_class: Literal["corporate", "other_retail"] = "corporate"
    turnover_million_eur: FiniteFloat | None = None
    scaling_factor: FiniteFloat
    obligor: Literal["regulatory_retail", "small_or_medium_firm", "investment_grade_firm", "general_firm"]
    irb_policy: Identifier = "basel_irb"
    standardised_policy: Identifier = "cn_standardised_weights_2023"


class PortfolioRunRequest(FrozenModel):
    """Which rule, which plan, which stresses, and how the sectors hang together?

    Attributes
    ----------
    global_loading : the sectors' factors are tied to one global factor; two of them have its square as correlation.
    sectors : their correlations one by one instead; without either the sectors are independent.
    capital : IRB and standardised amounts beside the losses, where they are asked for.
    """

    rule: RuleIn
    plan: PlanIn
    global_loading: FiniteFloat | None = None
    sectors: SectorsIn | None = None
    capital: CapitalIn | None = None
    stresses: Annotated[list[StressIn], Field(max_length=MAXIMUM_STRESSES)] = Field(default_factory=list)


class LoanBookOut(BaseModel):
    """The loans as they were read."""

    format: Literal["csv", "xlsx", "parquet", "json"]
    content_sha256: str = Field(description="of the file, or of the JSON body in canonical form")
    loan_count: int
    claim_cny: str
    sectors: list[str]
    loans: list[dict[str, Any]]
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class LoanBookStored(Envelope):
    """A stored loan book."""

    answer: LoanBookOut  # type: ignore[assignment]  # narrower than any JSON object


class PortfolioRunOut(BaseModel):
    """Losses by party, the tail, the pool, the loans that make the tail, stresses, and the check in closed form."""

    question: Literal["portfolio_run"]
    portfolio: str | None
    rule: dict[str, Any]
    rules_used: list[dict[str, Any]]
    plan: dict[str, Any]
    sectors: dict[str, Any]
    loan_count: int
    claim_cny: str
    losses: dict[str, Any]
    pool: dict[str, Any]
    contributions: dict[str, Any]
    tranches: list[dict[str, Any]]
    stresses: list[dict[str, Any]]
    check: dict[str, Any]
    capital: dict[str, Any] | None
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class PortfolioRun(Envelope):
    """A stored run."""

    answer: PortfolioRunOut  # type: ignore[assignment]  # narrower than any JSON object
