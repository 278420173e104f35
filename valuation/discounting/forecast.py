"""When do the flows of a forecast fall, how likely are they, and what are they worth today?

What every income method with a table of years has in common: the years and the part of each that counts, the
discount rate and the timing, the survival of the right, tax, and the tax amortisation benefit.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.discounting.survival import Survival, survival_line
from valuation.discounting.tax_amortisation import NoTaxAmortisation, TaxAmortisation, value_with_tax_amortisation
from valuation.discounting.timing import CountedYears, Timing, counted_years, flow_times
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, larger, total
from valuation.kernel.fields import MAXIMUM_ITEMS, Day, FrozenModel, Reason
from valuation.kernel.figures import RateFigure, ShareFigure
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = [
    "TIME_MEASURES",
    "YEARS",
    "Forecast",
    "NoTax",
    "Tax",
    "TaxAtRate",
    "after_tax_line",
    "counted_share_line",
    "discount_factor_line",
    "discount_rate_line",
    "forecast_conventions",
    "forecast_doubts",
    "forecast_years",
    "present_value_line",
    "takes_tax",
    "tax_rate_line",
    "uncounted_years",
    "value_line",
    "year_axis",
]

#: What the columns of a forecast are.
YEARS = Label("年度截止日", "year ending")
#: How the time of a flow is measured, for each timing.
TIME_MEASURES = {
    "year_end": "anniversaries of the valuation date plus days over the running year, end of the counted part",
    "mid_year": "anniversaries of the valuation date plus days over the running year, middle of the counted part",
    "exact": "days to the stated payment day over 365",
}


class Forecast(FrozenModel):
    """How the years of a forecast are counted and discounted.

    Attributes
    ----------
    first_year_end : last day of the first full twelve-month year; the part before the valuation date is not counted.
    end_of_life : last day on which the right earns, never after its legal end. None: its legal end, or else the last
        year's end.
    discount_rate_share : annual rate, compounded once a year, on the same footing as the flows (after tax for flows
        after tax).
    timing, payment_dates : when each year's flow falls; payment dates only with ``exact``.
    survival : how likely the right still earns in each year.
    footing : on what footing the rate and the flows stand; without it nobody checks that they agree, and the
        conclusion says so.
    """

    first_year_end: Day
    end_of_life: Day | None = None
    discount_rate_share: RateFigure
    timing: Timing
    payment_dates: Annotated[tuple[Day, ...], Field(max_length=MAXIMUM_ITEMS)] | None = None
    survival: Survival
    footing: StatedFootings | None = None


class NoTax(FrozenModel):
    """No tax is deducted from the flows; the reason says why (they are after tax, or the assignment ignores it)."""

    kind: Literal["none"]
    reason: Reason


class TaxAtRate(FrozenModel):
    """The flows are before tax and are taxed at one rate.

    ``on_losses``: ``credited`` – a negative year saves tax at the same rate elsewhere in the firm;
    ``not_credited`` – it saves none.
    """

    kind: Literal["rate"]
    rate_share: ShareFigure
    on_losses: Literal["credited", "not_credited"] = "credited"


Tax = Annotated[NoTax | TaxAtRate, Field(discriminator="kind")]


def takes_tax(tax: Tax) -> bool:
    """Is anything taken off the flows?"""
    return isinstance(tax, TaxAtRate) and tax.rate_share.value > 0


def forecast_years(
    forecast: Forecast,
    years: int,
    setting: Setting,
    *,
    tax: Tax | None = None,
    is_bound_to_right: bool = True,
    field: str = "forecast",
) -> CountedYears:
    """Which part of each year counts: after the valuation date, before the end of the right's life?

    ``tax`` is what the method takes off the flows, if anything. ``is_bound_to_right`` is false for flows that outlive
    the right, such as those of a company it was put into; then only the stated end counts. ``field`` is where the
    forecast stands in the method's inputs; empty where its fields stand among them.

    Raises
    ------
    InputError : the stated end of life lies after the legal end, nothing is left to count, or the rate and the flows
        stand on different footings.
    """
    above = f"{field}." if field else ""
    check_footing(
        forecast.footing,
        currency=setting.currency,
        field=f"{above}footing",
        is_taxed=tax is not None and takes_tax(tax),
    )
    legal = setting.subject.legal_end() if is_bound_to_right else None
    stated = forecast.end_of_life
    if legal is not None and stated is not None and stated > legal:
        raise InputError.of(f"{above}end_of_life", found=stated, expected=f"no later than the legal end {legal}")
    return counted_years(
        first_year_end=forecast.first_year_end,
        years=years,
        valuation_date=setting.dates.valuation_date,
        last_day=stated or legal,
    )


def year_axis(counted: CountedYears) -> Axis:
    """The columns of a working paper over these years."""
    return Axis(YEARS, counted.labels)


def counted_share_line(sheet: Sheet, counted: CountedYears) -> Name:
    """Write which part of each full year counts."""
    return sheet.derived_row(
        "counted_share",
        counted.shares,
        label=Label("计入期间占全年比例", "part of the year counted"),
        unit="share",
        reason="days after the valuation date and before the end of life over the days of the year",
    )


def tax_rate_line(sheet: Sheet, tax: Tax) -> Name:
    """Write the tax rate; without tax it is zero and carries its reason."""
    label = Label("所得税率", "tax rate")
    if isinstance(tax, NoTax):
        return sheet.derived("tax_rate_share", 0.0, label=label, unit="share", reason=tax.reason)
    return sheet.figure("tax_rate_share", tax.rate_share, label=label, unit="share", domain=(0, 1))


def after_tax_line(sheet: Sheet, before: Name, tax: Tax, *, unit: str) -> Name:
    """Write tax and what is left after it, as the lines ``tax`` and ``after_tax``."""
    rate = tax_rate_line(sheet, tax)
    taxed: Expression = before
    if isinstance(tax, TaxAtRate) and tax.on_losses == "not_credited":
        taxed = larger(before, 0)
    charged = sheet.line("tax", rate * taxed, label=Label("所得税", "tax"), unit=unit)
    return sheet.line("after_tax", before - charged, label=Label("税后收益", "income after tax"), unit=unit)


def discount_rate_line(sheet: Sheet, forecast: Forecast) -> Name:
    """Write the discount rate."""
    return sheet.figure(
        "discount_rate_share",
        forecast.discount_rate_share,
        label=Label("折现率", "discount rate"),
        unit="share",
        domain=(-0.5, 2),
    )


def discount_factor_line(sheet: Sheet, forecast: Forecast, counted: CountedYears, setting: Setting) -> Name:
    """Write discount rate, times and factors ``(1 + k)^−t``; the last line is ``discount_factor``."""
    rate = discount_rate_line(sheet, forecast)
    times = flow_times(
        counted,
        timing=forecast.timing,
        payment_dates=forecast.payment_dates,
        valuation_date=setting.dates.valuation_date,
    )
    time = sheet.derived_row(
        "flow_time_years",
        times,
        label=Label("折现年期", "time of the flow"),
        unit="years",
        reason=TIME_MEASURES[forecast.timing],
    )
    return sheet.line("discount_factor", (1 + rate) ** -time, label=Label("折现系数", "discount factor"), unit="1")


def present_value_line(
    sheet: Sheet,
    forecast: Forecast,
    setting: Setting,
    *,
    counted: CountedYears,
    flow: Name,
    factor: Name | None = None,
) -> Name:
    """Write what a row of flows is worth today: Σ flow · survival · (1 + k)^−t, as the line ``present_value``.

    ``factor`` is the line of discount factors, if it stands on the sheet already.

    Tested by: ``tests/valuation/discounting/test_forecast.py`` (a plain loop, pyxirr's net present value).
    """
    unit = setting.currency
    survival = survival_line(sheet, forecast.survival, mid_times=counted.mid_times)
    expected = sheet.line("expected_flow", flow * survival, label=Label("期望收益", "expected income"), unit=unit)
    factor = factor or discount_factor_line(sheet, forecast, counted, setting)
    present = sheet.line(
        "present_value_by_year", expected * factor, label=Label("各年现值", "present value by year"), unit=unit
    )
    return sheet.line("present_value", total(present), label=Label("现值合计", "present value"), unit=unit, total=True)


def value_line(
    sheet: Sheet, before: Name, forecast: Forecast, *, tax: Tax, amortisation: TaxAmortisation, unit: str
) -> Name:
    """Write the value: the present value with the tax amortisation benefit, as the line ``value``.

    Raises
    ------
    InputError : a benefit is asked for while no tax rate is stated.
    """
    if isinstance(tax, NoTax) and not isinstance(amortisation, NoTaxAmortisation):
        raise InputError.of(
            "tax_amortisation.kind",
            found=amortisation.kind,
            expected="none where tax.kind is none: without a tax rate there is no tax to save",
        )
    return value_with_tax_amortisation(
        sheet,
        before,
        amortisation,
        tax_rate=Name("tax_rate_share", is_row=False),
        discount_rate=Name("discount_rate_share", is_row=False),
        timing=forecast.timing,
        unit=unit,
    )


def forecast_doubts(forecast: Forecast, counted: CountedYears) -> tuple[NamedWarning, ...]:
    """What must a reader know of the forecast: years after the end of life, a footing that was not stated?"""
    return (*uncounted_years(counted), *footing_doubts(forecast.footing))


def uncounted_years(counted: CountedYears) -> tuple[NamedWarning, ...]:
    """Which years lie wholly after the end of life, and so add nothing?"""
    after = [label for label, share in zip(counted.labels, counted.shares, strict=True) if share == 0]
    if not after:
        return ()
    years = ", ".join(after)
    return (
        NamedWarning(
            "years_after_end_of_life",
            Label(f"寿命终止后的年度未计入：{years}", f"years after the end of life are not counted: {years}"),
        ),
    )


def forecast_conventions(
    forecast: Forecast, *, tax: Tax | None = None, amortisation: TaxAmortisation | None = None
) -> dict[str, str]:
    """Timing, compounding, survival, tax: the conventions that the conclusion echoes."""
    conventions = {
        "timing": forecast.timing,
        "time_measure": TIME_MEASURES[forecast.timing],
        "compounding": "annual",
        "survival": f"{forecast.survival.kind}, at the middle of the counted part of each year",
    }
    if tax is not None:
        conventions["tax"] = f"none: {tax.reason}" if isinstance(tax, NoTax) else f"at a rate, losses {tax.on_losses}"
    if amortisation is not None:
        life = "none" if isinstance(amortisation, NoTaxAmortisation) else f"{amortisation.years.value:g}"
        conventions["tax_life_years"] = life
    return conventions | footing_conventions(forecast.footing)
