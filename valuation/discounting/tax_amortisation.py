"""What is the right to deduct the purchase price worth to a buyer?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.timing import Timing
from valuation.kernel.expression import Expression, Name, absolute, choose, larger
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Figure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = [
    "NoTaxAmortisation",
    "StraightLineAmortisation",
    "TaxAmortisation",
    "annuity_factor",
    "value_with_tax_amortisation",
]


class NoTaxAmortisation(FrozenModel):
    """No tax amortisation benefit is added; the reason says why."""

    kind: Literal["none"]
    reason: Reason


class StraightLineAmortisation(FrozenModel):
    """The price is deducted in equal parts over the tax life, which is not the life of the asset."""

    kind: Literal["straight_line"]
    years: Annotated[Figure, AfterValidator(at_least(1))]


TaxAmortisation = Annotated[NoTaxAmortisation | StraightLineAmortisation, Field(discriminator="kind")]


def value_with_tax_amortisation(
    sheet: Sheet,
    before: Name,
    amortisation: TaxAmortisation,
    *,
    tax_rate: Name,
    discount_rate: Name,
    timing: Timing,
    unit: str,
) -> Name:
    """Add the tax amortisation benefit (TAB) to a value; the last line is the value with it.

    With tax rate t, tax life n and discount rate k, the annuity is ``a = (1 − (1+k)^−n) / k`` (times ``(1+k)^½``
    mid-year; the limit ``n`` at k = 0), and because the benefit is itself deductible
    ``value = before / (1 − t · a / n)``. A value of zero or less carries no benefit; a benefit of the whole price or
    more (only below a discount rate of zero) is refused.

    References
    ----------
    Factors of ``1/(1 − t/n · a)``: `opag.io` FAQ on the TAB (1.13 for 25 %, 15 years, 12 %); tables recomputed.

    Tested by: published factor, iteration of the circular definition, ``tests/valuation/discounting``.
    """
    label = Label("评估值（含摊销节税）", "value including the tax amortisation benefit")
    if isinstance(amortisation, NoTaxAmortisation):
        factor = sheet.derived(
            "tab_factor",
            1.0,
            label=Label("摊销节税系数", "TAB factor"),
            unit="1",
            reason=amortisation.reason,
        )
        return sheet.line("value", before * factor, label=label, unit=unit, total=True)
    years = sheet.figure(
        "tax_life_years",
        amortisation.years,
        label=Label("税务摊销年限", "tax life"),
        unit="years",
        domain=(1, float("inf")),
    )
    growth = (1 + discount_rate) ** 0.5 if timing == "mid_year" else 1.0
    annuity = sheet.line(
        "tab_annuity",
        annuity_factor(years, discount_rate) * growth,
        label=Label("年金现值系数", "annuity factor of the tax life"),
        unit="years",
    )
    sheet.check(
        "tax_amortisation_within_price",
        tax_rate / years * annuity < 1,
        label=Label("摊销节税小于价格", "tax saved by amortisation below the price"),
        severity="refuse",
        expected="deductions that save less tax than the price itself",
        advice="With a rate this far below zero the circular definition has no solution; review rate and tax life",
    )
    factor = sheet.line(
        "tab_factor",
        1 / (1 - tax_rate / years * annuity),
        label=Label("摊销节税系数", "TAB factor"),
        unit="1",
    )
    benefit = sheet.line(
        "tax_amortisation_benefit",
        larger(before, 0) * (factor - 1),
        label=Label("摊销节税价值", "tax amortisation benefit"),
        unit=unit,
    )
    return sheet.line("value", before + benefit, label=label, unit=unit, total=True)


def annuity_factor(years: Name, rate: Name) -> Expression:
    """What is one a year for n years worth, at the rate k: ``(1 − (1+k)^−n) / k``?

    Near zero, where that loses its digits, the first two terms of its series in k.

    Tested by: ``tests/valuation/income/test_excess_earnings_single_period.py`` (rates about zero), and with the tax
    amortisation benefit.
    """
    return choose(
        absolute(rate) < _NEAR_ZERO,
        then=years * (1 - rate * (years + 1) / 2),
        otherwise=(1 - (1 + rate) ** -years) / rate,
    )


#: Where series and formula are equally exact: both to ten digits for a tax life of twenty years.
_NEAR_ZERO = 1e-6
