"""What a caller asks of a rate paper, and what comes back: the domain's inputs with the name of their kind."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from api.envelopes import Envelope
from api.valuations.schemas import PaperOut, Text, WarningOut
from valuation.discounting.build_up import BuildUpInputs, ScoredPremiumInputs
from valuation.discounting.capm import CapmInputs
from valuation.discounting.curves import MAXIMUM_MONTHS, Compounding
from valuation.discounting.life import UsefulLifeInputs
from valuation.discounting.return_decomposition import ReturnDecompositionInputs
from valuation.discounting.wacc import WaccInputs
from valuation.discounting.wara import WaraInputs
from valuation.kernel.fields import Dates, FiniteFloat, FrozenModel, Identifier, WholeNumber
from valuation.kernel.figures import PositiveFigure, Series, SourceRow, within

__all__ = [
    "BuildUpPaper",
    "CapmPaper",
    "NelsonSiegelPaper",
    "ParYieldPaper",
    "QuotedCurve",
    "RatePaper",
    "RatePaperRequest",
    "ReturnDecompositionPaper",
    "ScoredPremiumPaper",
    "UsefulLifePaper",
    "WaccPaper",
    "WaraPaper",
    "ZeroRatePaper",
]

_BEYOND = Literal["refuse", "flat_forward"]


class BuildUpPaper(BuildUpInputs):
    """Build-up 风险累加法: riskless rate and premia."""

    kind: Literal["build_up"]


class ScoredPremiumPaper(ScoredPremiumInputs):
    """A premium from scores; without ``maximum_share`` the value of practice on the policy date."""

    kind: Literal["scored_premium"]


class CapmPaper(CapmInputs):
    """Cost of equity by the CAPM."""

    kind: Literal["capm"]


class WaccPaper(WaccInputs):
    """Weighted average cost of capital."""

    kind: Literal["wacc"]


class ReturnDecompositionPaper(ReturnDecompositionInputs):
    """Return decomposition 回报率拆分法."""

    kind: Literal["return_decomposition"]


class WaraPaper(WaraInputs):
    """Reconciliation of WACC, IRR and WARA."""

    kind: Literal["wara"]


class UsefulLifePaper(UsefulLifeInputs):
    """Useful life: the shortest of the legal, contractual, technical and economic life."""

    kind: Literal["useful_life"]


def _rising(months: tuple[int, ...]) -> tuple[int, ...]:
    if any(later <= earlier for earlier, later in itertools.pairwise(months)):
        raise PydanticCustomError("rising", "rising tenors, none twice")
    return months


_Tenors = Annotated[
    tuple[Annotated[WholeNumber, Field(ge=1, le=MAXIMUM_MONTHS)], ...],
    Field(min_length=2, max_length=200),
    AfterValidator(_rising),
]
#: A fit tries every three of the quotes, so that its time grows with their cube; the ChinaBond curve has 21.
MAXIMUM_FITTED = 30


def _few_enough(months: tuple[int, ...]) -> tuple[int, ...]:
    if len(months) > MAXIMUM_FITTED:
        raise PydanticCustomError("too_many", "at most {most} tenors for a fit", {"most": MAXIMUM_FITTED})
    return months


class QuotedCurve(FrozenModel):
    """Quoted rates of one day, and the time whose riskless rate is asked for.

    Attributes
    ----------
    tenors_months : rising whole months.
    rates_share : one for each tenor, shares of one a year, with their evidence.
    maturity_years : of the payment whose riskless rate is asked for.
    """

    tenors_months: _Tenors
    rates_share: Annotated[Series, AfterValidator(within(-0.5, 2))]
    maturity_years: PositiveFigure


class ZeroRatePaper(QuotedCurve):
    """A curve of quoted zero rates."""

    kind: Literal["zero_rates"]
    compounding: Compounding
    beyond: _BEYOND = "refuse"


class ParYieldPaper(QuotedCurve):
    """A curve bootstrapped from par yields."""

    kind: Literal["par_yields"]
    coupons_per_year: Literal[1, 2, 4, 12]
    beyond: _BEYOND = "refuse"


class NelsonSiegelPaper(QuotedCurve):
    """A smooth curve fitted to quotes, wrong ones set aside.

    Attributes
    ----------
    quoted : what the rates are.
    acceptable_bp : three quarters of the quotes must lie within this distance of the curve.
    outlier_bp : quotes further off count as this far, and are named.
    """

    kind: Literal["nelson_siegel"]
    tenors_months: Annotated[_Tenors, AfterValidator(_few_enough)]
    quoted: Literal["zero_annual", "zero_continuous", "par_annual"]
    acceptable_bp: Annotated[FiniteFloat, Field(gt=0, le=10_000)]
    outlier_bp: Annotated[FiniteFloat, Field(gt=0, le=10_000)]


_Paper = Annotated[
    BuildUpPaper
    | ScoredPremiumPaper
    | CapmPaper
    | WaccPaper
    | ReturnDecompositionPaper
    | WaraPaper
    | UsefulLifePaper
    | ZeroRatePaper
    | ParYieldPaper
    | NelsonSiegelPaper,
    Field(discriminator="kind"),
]


class RatePaperRequest(FrozenModel):
    """Which rate, as of when, with which evidence?

    Attributes
    ----------
    dates : valuation, policy and report date.
    sources : id → source; every figure that names a source must find it here.
    paper : the kind of paper and what it needs.
    """

    dates: Dates
    sources: Annotated[dict[Identifier, SourceRow], Field(max_length=1000)] = Field(default_factory=dict)
    paper: _Paper


class RatePaperOut(BaseModel):
    """The rate (or the years), its working paper and its doubts."""

    kind: str
    label: Text
    dates: dict[str, str]
    unit: str
    value: str
    answer: str = Field(description="the line of the working paper that is the value")
    details: dict[str, Any]
    paper: PaperOut
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class RatePaper(Envelope):
    """A stored rate paper."""

    answer: RatePaperOut  # type: ignore[assignment]  # narrower than any JSON object
