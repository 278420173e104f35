"""Curves as working papers: the quotes, the discount factors found from them, and the riskless rate asked for."""

from __future__ import annotations

from dataclasses import dataclass

from api.rates.schemas import NelsonSiegelPaper, ParYieldPaper, QuotedCurve, ZeroRatePaper
from valuation.discounting.curves import (
    DiscountCurve,
    curve_from_nelson_siegel,
    curve_from_par_yields,
    curve_from_zero_rates,
    riskless_discount_factor_line,
)
from valuation.discounting.nelson_siegel import NelsonSiegelFit, fit_nelson_siegel
from valuation.errors import InputError
from valuation.kernel.expression import exponential, logarithm
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = ["CurvePaper", "curve_paper"]


@dataclass(frozen=True)
class CurvePaper:
    """The paper, the doubts about curve and fit, and how well a fitted curve fits (empty for the others)."""

    worksheet: Worksheet
    warnings: tuple[NamedWarning, ...]
    fit: dict[str, float]


def curve_paper(stated: ZeroRatePaper | ParYieldPaper | NelsonSiegelPaper) -> CurvePaper:
    """Which riskless annual rate do these quotes give for a payment at the stated maturity?

    ``r = D(T)^(−1/T) − 1`` with the curve's discount factor D, its logarithm linear between the tenors; the answer is
    the line ``riskless_rate_share``.

    Raises
    ------
    InputError : another number of rates than of tenors, a maturity outside the curve.
    RefusalError : a fit worse than acceptable, yields that leave no positive discount factor.

    Tested by: ``tests/api/rates/test_rate_papers.py``.
    """
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
    return CurvePaper(sheet.finish(), doubts, {} if fit is None else _quality(fit))


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
