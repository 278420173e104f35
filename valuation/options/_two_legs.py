"""Two values that move, as they stand on a working paper."""

from __future__ import annotations

from dataclasses import dataclass

from valuation.errors import InputError
from valuation.kernel.expression import Name
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label
from valuation.options._entering import Entering, present

__all__ = ["Leg", "both_growths_or_none", "enter_leg"]


@dataclass(frozen=True)
class Leg:
    """One of two values on the paper; ``at_the_end`` is its present value less the payouts missed until then."""

    name: str
    zh: str
    value: Name
    volatility: Name
    payout: Name
    growth: Name
    at_the_end: Name


def enter_leg(enter: Entering, inputs: FrozenModel, name: str, timing: tuple[Name, Name], *, zh: str) -> Leg:
    """Enter the value of this name: its fields are ``{name}_value``, ``{name}_volatility_share`` and so on.

    ``timing`` is the continuous rate and the years to the decision.
    """
    rate, life = timing
    value = enter.money(f"{name}_value", getattr(inputs, f"{name}_value"), Label(f"{zh}现值", f"value of the {name}"))
    volatility = enter.volatility(
        f"{name}_volatility_share",
        getattr(inputs, f"{name}_volatility_share"),
        Label(f"{zh}年波动率", f"yearly volatility of the {name}"),
    )
    payout = enter.payout(
        f"{name}_payout_share",
        getattr(inputs, f"{name}_payout_share"),
        Label(f"{zh}年派现率", f"yearly payout of the {name}"),
    )
    growth = enter.growth(
        f"{name}_growth",
        getattr(inputs, f"real_growth_{name}_share"),
        rate - payout,
        Label(f"{zh}年增长率", f"yearly growth of the {name}"),
    )
    at_the_end = enter.sheet.line(
        f"{name}_at_the_end",
        present(value, payout, life),
        label=Label(f"决定日{zh}的现值（扣除派现）", f"present value of the {name} at the end, its payouts missed"),
        unit=enter.unit,
    )
    return Leg(name, zh, value, volatility, payout, growth, at_the_end)


def both_growths_or_none(field: str, first: Figure | None, second: Figure | None) -> None:
    """Refuse one real growth of two: a probability under one measure for each would mean nothing."""
    if (first is None) != (second is None):
        raise InputError.of(field, found="one growth", expected="the growth of both, or of neither")
