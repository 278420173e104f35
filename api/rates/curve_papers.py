"""Curves as working papers: the quotes, the discount factors found from them, and the riskless rate asked for."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.rates.kind import Written
from valuation.discounting.curves import (
    MAXIMUM_MONTHS,
    Compounding,
    DiscountCurve,
    curve_from_nelson_siegel,
    curve_from_par_yields,
    curve_from_zero_rates,
    riskless_discount_factor_line,
)
from valuation.discounting.nelson_siegel import NelsonSiegelFit, fit_nelson_siegel
from valuation.errors import InputError
from valuation.kernel.expression import exponential, logarithm
from valuation.kernel.fields import Dates, FiniteFloat, FrozenModel, WholeNumber
from valuation.kernel.figures import PositiveFigure, Series, within
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["NelsonSiegelPaper", "ParYieldPaper", "QuotedCurve", "ZeroRatePaper", "write_curve"]

_BEYOND = Literal["refuse", "flat_forward"]


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


def write_curve(stated: ZeroRatePaper | ParYieldPaper | NelsonSiegelPaper, dates: Dates) -> Written:
    """Which riskless annual rate do these quotes give for a payment at the stated maturity?

    ``r = D(T)^(−1/T) − 1`` with the curve's discount factor D, its logarithm linear between the tenors; the answer is
    the line ``riskless_rate_share``.

    Raises
    ------
    InputError : another number of rates than of tenors, a maturity outside the curve.
    RefusalError : a fit worse than acceptable, yields that leave no positive discount factor.

    Tested by: ``tests/api/rates/test_rate_papers.py``.
    """
    del dates
    if len(stated.rates_share.values) != len(stated.tenors_months):
        found, expected = f"{len(stated.rates_share.values)} rates", f"{len(stated.tenors_months)}, one for each tenor"
        raise InputError.of("rates_share.values", found=found, expected=expected)
    fit = _fit(stated) if isinstance(stated, NelsonSiegelPaper) else None
    curve = _curve(stated, fit)
    sheet = Sheet(
        title=Label("无风险收益率曲线", "Riskless yield curve"),
        axis=Axis(Label("期限（月）", "tenor in months"), tuple(str(months) for months in stated.tenors_months)),
    )
    if fit is not None:
        _write_fit(sheet, fit)
    _write_curve(sheet, stated, curve)
    doubts = (*(fit.warnings() if fit else ()), *curve.warnings())
    details = {} if fit is None else _quality(fit)
    return Written(sheet.finish(), "riskless_rate_share", warnings=doubts, details=details)


def _fit(stated: NelsonSiegelPaper) -> NelsonSiegelFit:
    tenors = [months / 12 for months in stated.tenors_months]
    return fit_nelson_siegel(
        tenors, stated.rates_share.values, acceptable_bp=stated.acceptable_bp, outlier_bp=stated.outlier_bp
    )


def _curve(stated: ZeroRatePaper | ParYieldPaper | NelsonSiegelPaper, fit: NelsonSiegelFit | None) -> DiscountCurve:
    months, rates = stated.tenors_months, stated.rates_share.values
    if isinstance(stated, ZeroRatePaper):
        times = [each / 12 for each in months]
        return curve_from_zero_rates(times, rates, compounding=stated.compounding, beyond=stated.beyond)
    if isinstance(stated, ParYieldPaper):
        return curve_from_par_yields(months, rates, coupons_per_year=stated.coupons_per_year, beyond=stated.beyond)
    assert fit is not None, "a Nelson-Siegel curve is fitted first"
    return curve_from_nelson_siegel(fit, tenors_months=months, quoted=stated.quoted)


def _write_curve(sheet: Sheet, stated: QuotedCurve, curve: DiscountCurve) -> None:
    sheet.series("quoted_rate_share", stated.rates_share, label=Label("报价利率", "quoted rate"), unit="share")
    months = sheet.derived_row(
        "tenor_months",
        stated.tenors_months,
        label=Label("期限（月）", "tenor in months"),
        unit="months",
        reason="tenors of the quotes",
    )
    times = sheet.line("tenor_years", months / 12, label=Label("期限（年）", "tenor in years"), unit="years")
    factors = riskless_discount_factor_line(sheet, curve, times_years=[each / 12 for each in stated.tenors_months])
    label = Label("即期利率（年复利）", "zero rate, compounded yearly")
    sheet.line("zero_rate_share", exponential(-logarithm(factors) / times) - 1, label=label, unit="share")
    maturity = sheet.figure("maturity_years", stated.maturity_years, label=Label("到期年数", "maturity"), unit="years")
    factor = sheet.derived(
        "maturity_discount_factor",
        curve.discount_factor(stated.maturity_years.value),
        label=Label("到期折现系数", "discount factor at maturity"),
        unit="1",
        reason=f"{curve.origin}; logarithm linear between the tenors; it does not follow the maturity in a workbook",
    )
    sheet.line(
        "riskless_rate_share",
        exponential(-logarithm(factor) / maturity) - 1,
        label=Label("无风险利率（年复利）", "riskless rate, compounded yearly"),
        unit="share",
        total=True,
    )


def _write_fit(sheet: Sheet, fit: NelsonSiegelFit) -> None:
    """The four parameters and the residuals: found by search, and said to be."""
    reason = "fitted to the quotes by least absolute residuals"
    curve = fit.curve
    for name, number, unit in (
        ("beta0_share", curve.beta0_share, "share"),
        ("beta1_share", curve.beta1_share, "share"),
        ("beta2_share", curve.beta2_share, "share"),
        ("tau_years", curve.tau_years, "years"),
    ):
        label = Label(f"Nelson–Siegel 参数 {name}", f"Nelson–Siegel {name}")
        sheet.derived(name, number, label=label, unit=unit, reason=reason)
    label = Label("报价减曲线（基点）", "quote less curve, basis points")
    sheet.derived_row("residual_bp", fit.residuals_bp, label=label, unit="bp", reason=reason)


def _quality(fit: NelsonSiegelFit) -> dict[str, float]:
    return {
        "median_absolute_bp": fit.median_absolute_bp,
        "upper_quartile_bp": fit.upper_quartile_bp,
        "root_mean_square_bp": fit.root_mean_square_bp,
    }
