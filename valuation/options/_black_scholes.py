"""European rights on a lognormal value: closed forms as live lines of a sheet."""

from __future__ import annotations

from dataclasses import dataclass

from valuation.kernel.expression import Expression, Name, exponential, logarithm, normal_cdf
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = ["European", "write_european"]


@dataclass(frozen=True)
class European:
    """What a European right stands on: names of lines, or expressions of them."""

    value: Expression
    cost: Expression
    life: Name
    rate: Name
    payout: Name
    volatility: Name


def write_european(sheet: Sheet, right: European, *, sells: bool = False, prefix: str = "", of: str = "") -> Expression:
    """Write d₁ and d₂ as lines and give what a right to buy (with ``sells``, to sell) is worth.

    ``±(V e^(−yT) Φ(±d₁) − K e^(−rT) Φ(±d₂))`` with ``d₁ = (ln(V/K) + (r − y + σ²/2)T)/(σ√T)``, ``d₂ = d₁ − σ√T``.

    Parameters
    ----------
    prefix, of : before the names of the lines, and after their labels, where a sheet has several.

    References
    ----------
    Black, Scholes (1973), JPE 81. Merton (1973), Theory of rational option pricing, for the payout yield.

    Tested by: SciPy's normal distribution; ``tests/valuation/options/test_abandonment_option.py``.
    """
    volatility, life = right.volatility, right.life
    drift = (right.rate - right.payout + volatility**2 / 2) * life
    d1 = sheet.line(
        f"{prefix}d1",
        (logarithm(right.value / right.cost) + drift) / (volatility * life**0.5),
        label=Label(f"d₁{of}", f"d₁{of}"),
        unit="1",
    )
    d2 = sheet.line(f"{prefix}d2", d1 - volatility * life**0.5, label=Label(f"d₂{of}", f"d₂{of}"), unit="1")
    now = right.value * exponential(-(right.payout * life))
    cost = right.cost * exponential(-(right.rate * life))
    if sells:
        return cost * normal_cdf(-d2) - now * normal_cdf(-d1)
    return now * normal_cdf(d1) - cost * normal_cdf(d2)
