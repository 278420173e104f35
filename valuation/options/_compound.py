"""A right to a right (Geske): the lines of its closed form on a working paper.

With φ = 1 for a call on the second right and −1 for a put on it, η likewise for the second right itself, κ the yearly
cost of a threat, r′ = r + κ, δ′ = δ + κ, ρ = √(t₁/T):

    W = φη [ V e^(−δ′T) Φ₂(φη y₁, η z₁; φρ) − K₂ e^(−r′T) Φ₂(φη y₂, η z₂; φρ) ] − φ K₁ e^(−r′t₁) Φ(φη y₂)
    y₁ = [ln(V/V*) + (r − δ + σ²/2) t₁] / (σ√t₁),  y₂ = y₁ − σ√t₁,  z likewise with K₂ and T

where V* makes the second right worth K₁ at t₁.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from valuation.kernel.bivariate_normal import bivariate_normal
from valuation.kernel.expression import Array, Expression, Name, exponential, larger, logarithm, normal_cdf
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet
from valuation.options._inputs import each_draw

__all__ = ["CompoundTerms", "Side", "european_value", "write_compound"]

Side = Literal["call", "put"]
#: The critical value is looked for between e^−600 and e^600 times the second strike.
_FURTHEST_LOG = 600.0


@dataclass(frozen=True)
class CompoundTerms:
    """What the closed form needs: sides, and names or formulas on the sheet.

    ``first_years`` is when the first right is decided, ``gap_years`` how much later the second. ``unit`` is that of
    the value and the strikes.
    """

    first_side: Side
    second_side: Side
    value: Name
    first_strike: Name
    second_strike: Name
    first_years: Name
    gap_years: Name
    rate: Name
    payout: Name
    volatility: Name
    threat_cost: Name
    unit: str

    @property
    def sign(self) -> float:
        """Φ: 1 for a right to buy the second right, −1 for one to sell it."""
        return 1.0 if self.first_side == "call" else -1.0

    @property
    def second_sign(self) -> float:
        """Η: the same of the second right."""
        return 1.0 if self.second_side == "call" else -1.0


def european_value(
    *, side: Side, value: Array, strike: float, years: float, rate: float, payout: float, volatility: float
) -> Array:
    """What is a right to buy (or sell) at one date worth? Black–Scholes with a payout yield.

    Examples
    --------
    >>> import numpy as np
    >>> found = european_value(
    ...     side="call", value=np.array(100.0), strike=100.0, years=1.0, rate=0.05, payout=0.0, volatility=0.2
    ... )
    >>> round(float(found), 6)
    10.450584
    """
    sign = 1.0 if side == "call" else -1.0
    spread = volatility * math.sqrt(years)
    first = (np.log(value / strike) + (rate - payout) * years) / spread + spread / 2
    kept = value * math.exp(-payout * years) * special.ndtr(sign * first)
    found: Array = sign * (kept - strike * math.exp(-rate * years) * special.ndtr(sign * (first - spread)))
    return found


def write_compound(sheet: Sheet, terms: CompoundTerms) -> Name:
    """Write the lines down to the closed form, and give the last one, ``closed_form``.

    Beside it stand ``critical_value`` (V*), ``second_right`` (what the second right alone is worth today) and
    ``second_committed`` (what it is worth if it is exercised whatever happens).
    """
    last = sheet.line(
        "last_years",
        terms.first_years + terms.gap_years,
        label=Label("第二次决策年期", "years to the second decision"),
        unit="years",
    )
    for name, of, label in (
        ("rate_and_threat", terms.rate, Label("利率加威胁成本", "rate and cost of the threat")),
        ("payout_and_threat", terms.payout, Label("派现率加威胁成本", "payout and cost of the threat")),
    ):
        sheet.line(name, of + terms.threat_cost, label=label, unit="share")
    critical = _critical_value(sheet, terms)
    y1, y2 = _deviations(sheet, "y", terms, critical, terms.first_years, Label("第一次决策", "first decision"))
    z1, z2 = _deviations(sheet, "z", terms, terms.second_strike, last, Label("第二次决策", "second decision"))
    kept, paid = _present_values(sheet, terms, last)
    _second_right(sheet, terms, (z1, z2), (kept, paid))
    correlation = sheet.line(
        "correlation",
        _signed(terms.sign, (terms.first_years / last) ** 0.5),
        label=Label("两次决策的相关系数", "correlation of the two decisions"),
        unit="1",
    )
    both = terms.sign * terms.second_sign
    received = _both(sheet, "both_under_value", terms, (y1, z1, correlation))
    spent = _both(sheet, "both_under_money", terms, (y2, z2, correlation))
    first_paid = terms.first_strike * exponential(-(Name("rate_and_threat", is_row=False) * terms.first_years))
    first = sheet.line(
        "first_strike_present",
        first_paid,
        label=Label("第一次行权金额现值", "present value of the first strike"),
        unit=terms.unit,
    )
    return sheet.line(
        "closed_form",
        larger(_closed(terms, kept * received - paid * spent, first * normal_cdf(_signed(both, y2))), 0),
        label=Label("复合选择权闭式解", "closed form of the compound"),
        unit=terms.unit,
    )


def _closed(terms: CompoundTerms, second: Expression, first: Expression) -> Expression:
    """What the second right brings (or costs, if it is sold), less the first strike (or with it)."""
    both = _signed(terms.sign * terms.second_sign, second)
    return both - first if terms.sign > 0 else both + first


def _signed(sign: float, expression: Expression) -> Expression:
    """The expression or its negative."""
    return expression if sign > 0 else -expression


def _critical_value(sheet: Sheet, terms: CompoundTerms) -> Name:
    def searched(*numbers: float, draws: int) -> float:
        return _critical(terms.second_side, *numbers)

    names = (
        terms.first_strike,
        terms.second_strike,
        terms.gap_years,
        Name("rate_and_threat", is_row=False),
        Name("payout_and_threat", is_row=False),
        terms.volatility,
    )
    return sheet.search(
        "critical_value",
        each_draw(searched),
        names,
        label=Label("第一次决策的临界价值", "critical value at the first decision"),
        unit=terms.unit,
        explanation=Label(
            "使第二个权利届时恰值第一次行权金额的价值（求根）",
            "the value at which the second right is then worth exactly the first strike (root search)",
        ),
    )


def _critical(
    side: Side, first_strike: float, second_strike: float, years: float, rate: float, payout: float, volatility: float
) -> float:
    """V*; e^±600 times the second strike where the second right is worth more, or less, than K₁ at every value."""

    def beyond(log_value: float) -> float:
        worth = european_value(
            side=side,
            value=np.exp(np.array(log_value)),
            strike=1.0,
            years=years,
            rate=rate,
            payout=payout,
            volatility=volatility,
        )
        return float(worth) - first_strike / second_strike

    low, high = beyond(-_FURTHEST_LOG), beyond(_FURTHEST_LOG)
    if low * high < 0:
        from scipy.optimize import brentq  # where it is used: reading the catalogue should not wait for it

        root = float(brentq(beyond, -_FURTHEST_LOG, _FURTHEST_LOG, xtol=1e-13, rtol=1e-14, maxiter=2000))
    else:
        # Free to enter: a call is entered from the lowest value on, a put up to the highest. Dearer than the second
        # right can ever be: a put is entered at none.
        is_free = first_strike == 0
        root = _FURTHEST_LOG if side == "put" and is_free else -_FURTHEST_LOG
    return second_strike * math.exp(root)


def _deviations(
    sheet: Sheet, letter: str, terms: CompoundTerms, level: Name, years: Name, what: Label
) -> tuple[Name, Name]:
    """By how many deviations does the value lie above a level at a date, in either measure?"""
    spread = terms.volatility * years**0.5
    drift = terms.rate - terms.payout + terms.volatility**2 / 2
    upper = sheet.line(
        f"{letter}1",
        (logarithm(terms.value / level) + drift * years) / spread,
        label=Label(f"{letter}₁（{what.zh}）", f"{letter}₁ ({what.en})"),
        unit="1",
    )
    lower = sheet.line(
        f"{letter}2", upper - spread, label=Label(f"{letter}₂（{what.zh}）", f"{letter}₂ ({what.en})"), unit="1"
    )
    return upper, lower


def _present_values(sheet: Sheet, terms: CompoundTerms, last: Name) -> tuple[Name, Name]:
    """What is received and what is paid at the second decision, in present values."""
    kept = terms.value * exponential(-(Name("payout_and_threat", is_row=False) * last))
    paid = terms.second_strike * exponential(-(Name("rate_and_threat", is_row=False) * last))
    return (
        sheet.line("value_present", kept, label=Label("届时价值现值", "present value then"), unit=terms.unit),
        sheet.line(
            "second_strike_present",
            paid,
            label=Label("第二次行权金额现值", "present value of the second strike"),
            unit=terms.unit,
        ),
    )


def _second_right(sheet: Sheet, terms: CompoundTerms, bounds: tuple[Name, Name], present: tuple[Name, Name]) -> None:
    sign = terms.second_sign
    (upper, lower), (kept, paid) = bounds, present
    alone: Expression = _signed(sign, kept * normal_cdf(_signed(sign, upper)) - paid * normal_cdf(_signed(sign, lower)))
    sheet.line("second_right", alone, label=Label("第二个权利单独的价值", "the second right alone"), unit=terms.unit)
    sheet.line(
        "second_committed",
        _signed(sign, kept - paid),
        label=Label("第二个权利必定行权的价值", "the second right if surely exercised"),
        unit=terms.unit,
    )


def _both(sheet: Sheet, name: str, terms: CompoundTerms, bounds: tuple[Name, Name, Name]) -> Name:
    first_sign, second_sign = terms.sign * terms.second_sign, terms.second_sign

    def searched(first: Array, second: Array, correlation: Array) -> Array:
        return bivariate_normal(first_sign * first, second_sign * second, correlation)

    what = Label("价值", "value") if name.endswith("value") else Label("货币", "money")
    return sheet.search(
        name,
        searched,
        bounds,
        label=Label(f"两次均行权的概率（以{what.zh}计）", f"probability of both, measured in {what.en}"),
        unit="share",
        explanation=Label("二元正态分布函数 Φ₂（Owen T 函数）", "bivariate normal Φ₂ by Owen's T function"),
    )
