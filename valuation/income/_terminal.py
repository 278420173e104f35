"""What is everything after the last year of a forecast worth?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.forecast import Forecast
from valuation.discounting.survival import NoAttrition
from valuation.discounting.timing import CountedYears
from valuation.errors import InputError
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Figure, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["GordonGrowth", "NoTerminalValue", "Terminal", "terminal_growth_line", "terminal_value_line"]


class NoTerminalValue(FrozenModel):
    """Nothing is counted after the last year; the reason says why."""

    kind: Literal["none"]
    reason: Reason


class GordonGrowth(FrozenModel):
    """The last year's flow grows at one rate for ever: ``flow · (1 + g) / (k − g)`` at the time of that flow."""

    kind: Literal["gordon"]
    growth_share: Annotated[Figure, AfterValidator(within(-0.5, 0.5))]


Terminal = Annotated[NoTerminalValue | GordonGrowth, Field(discriminator="kind")]


def terminal_value_line(
    sheet: Sheet,
    terminal: Terminal,
    forecast: Forecast,
    setting: Setting,
    *,
    counted: CountedYears,
    flow: Name,
    unit: str,
    is_bound_to_right: bool = True,
) -> Name:
    """Write what the years after the forecast are worth today, as the line ``terminal_value``.

    ``flow`` is the row of flows, discounted with the line ``discount_factor``. The first flow after the forecast comes
    one year after the last one. ``is_bound_to_right`` is false for flows that outlive the right.

    Raises
    ------
    InputError : the right ends, wears away, or the last year counts in part – then nothing goes on for ever.
    """
    label = Label("永续价值现值", "terminal value, discounted")
    if isinstance(terminal, NoTerminalValue):
        return sheet.derived("terminal_value", 0.0, label=label, unit=unit, reason=terminal.reason)
    _check_endless(forecast, setting, counted, is_bound_to_right=is_bound_to_right)
    growth = terminal_growth_line(sheet, terminal.growth_share)
    rate = Name("discount_rate_share", is_row=False)
    is_last = sheet.derived_row(
        "is_last_year",
        [0.0] * (len(counted.labels) - 1) + [1.0],
        label=Label("是否末年", "is the last year"),
        unit="1",
        reason="the last column of the forecast",
    )
    last = sheet.line(
        "last_flow_discounted",
        flow * Name("discount_factor", is_row=True) * is_last,
        label=Label("末年收益现值", "last flow, discounted"),
        unit=unit,
    )
    last_sum = sheet.line("last_flow_value", total(last), label=Label("末年收益现值", "last flow today"), unit=unit)
    return sheet.line("terminal_value", last_sum * (1 + growth) / (rate - growth), label=label, unit=unit, total=True)


def terminal_growth_line(sheet: Sheet, growth_share: Figure) -> Name:
    """Write the growth for ever, which must stay below the line ``discount_rate_share``."""
    growth = sheet.figure(
        "terminal_growth_share", growth_share, label=Label("永续增长率", "terminal growth"), unit="share"
    )
    sheet.check(
        "growth_below_discount_rate",
        growth < Name("discount_rate_share", is_row=False),
        label=Label("永续增长率低于折现率", "terminal growth below the discount rate"),
        severity="refuse",
        expected="terminal growth below the discount rate",
        advice="Growth for ever at this rate has no finite value",
    )
    return growth


def _check_endless(forecast: Forecast, setting: Setting, counted: CountedYears, *, is_bound_to_right: bool) -> None:
    end = forecast.end_of_life or (setting.subject.legal_end() if is_bound_to_right else None)
    if end is not None:
        raise InputError.of("terminal.kind", found="gordon", expected=f"none: the flows end on {end}")
    if not isinstance(forecast.survival, NoAttrition):
        raise InputError.of(
            "terminal.kind", found="gordon", expected="none: the survival curve says that it wears away"
        )
    # A last year counted in part would go on for ever as if it were a whole one.
    assert counted.shares[-1] == 1 or len(counted.shares) == 1, "without an end of life only the first year is cut"
    if counted.shares[-1] < 1:
        raise InputError.of("terminal.kind", found="gordon", expected="none: the last year counts in part only")
