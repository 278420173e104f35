"""Lines that the papers of several option methods begin with, and the slopes that are read off a finished paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from valuation.kernel.expression import Name
from valuation.kernel.figures import Amount, Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.options._answer import differences
from valuation.options._inputs import Compounding, ConstantThreat, NoThreat, each_draw, threat_rate

__all__ = ["enter_amount", "enter_share", "enter_threat", "enter_volatility", "enter_years", "search_from", "slopes_of"]


def enter_amount(sheet: Sheet, name: str, stated: Amount, *, label: Label, unit: str) -> Name:
    """An amount that is not negative."""
    return sheet.figure(name, stated, label=label, unit=unit, domain=(0.0, math.inf))


def enter_years(sheet: Sheet, name: str, stated: Figure, *, label: Label) -> Name:
    """A number of years."""
    return sheet.figure(name, stated, label=label, unit="years", domain=(0, 100))


def enter_share(sheet: Sheet, name: str, stated: Figure, *, label: Label, most: float = 1.0) -> Name:
    """A share of one (or of ``most``)."""
    return sheet.figure(name, stated, label=label, unit="share", domain=(0, most))


def enter_volatility(
    sheet: Sheet, stated: Figure, *, name: str = "volatility_share", label: Label | None = None
) -> Name:
    """The standard deviation of the yearly log change."""
    return enter_share(sheet, name, stated, label=label or Label("年波动率", "yearly volatility"), most=3)


def enter_threat(sheet: Sheet, threat: NoThreat | ConstantThreat) -> dict[str, Name]:
    """The threat's yearly rate λ, and its yearly cost κ = λ (1 − recovery).

    When the threat strikes, its recovery share of what the right is worth at that moment is left. So the right loses
    λ (1 − recovery) of its value a year on average, which is all that its value depends on (Duffie, Singleton 1999,
    Modeling term structures of defaultable bonds, RFS 12: recovery of market value).
    """
    rate = threat_rate(sheet, threat)
    label = Label("威胁的年成本 κ", "yearly cost κ of the threat")
    if isinstance(threat, NoThreat):
        return {"threat": rate, "threat_cost": sheet.line("threat_cost", rate * 1, label=label, unit="1/year")}
    recovery = enter_share(
        sheet, "recovery_share", threat.recovery_share, label=Label("失效后残余比例", "share left after the end")
    )
    return {"threat": rate, "threat_cost": sheet.line("threat_cost", rate * (1 - recovery), label=label, unit="1/year")}


def search_from(
    sheet: Sheet,
    name: str,
    value_of: Callable[[Mapping[str, float]], float],
    entered: Mapping[str, Name],
    *,
    label: Label,
    unit: str,
    explanation: Label,
    total: bool = False,
) -> Name:
    """Add a line found by a search over numbers that are known by their names on the sheet."""
    names = list(entered)

    def searched(*numbers: float, draws: int) -> float:
        return value_of(dict(zip(names, numbers, strict=True)))

    return sheet.search(
        name,
        each_draw(searched),
        list(entered.values()),
        label=label,
        unit=unit,
        explanation=explanation,
        total=total,
    )


def slopes_of(
    worksheet: Worksheet, parameters: Mapping[str, str], *, answer: str = "value", compounding: Compounding
) -> dict[str, float]:
    """How does a line of a paper move with its inputs? ``parameters``: name of the slope → name of the input.

    ``rho`` is by the continuous rate, also where the rate was stated once a year.
    """
    at = {name: worksheet.value(name) for name in parameters.values()}
    found = differences(lambda changed: worksheet.with_inputs(changed).value(answer), at, parameters)
    if compounding == "annual" and "rho" in found:
        found["rho"] *= 1 + at[parameters["rho"]]
    return found
