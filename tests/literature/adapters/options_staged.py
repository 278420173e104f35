"""Published cases of rights decided in stages: compound options, and decisions that wait for information."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure

Case = dict[str, Any]
#: The cases print small amounts with more decimals than money has: they are asked in units this many times smaller.
UNITS = 1_000_000


def amount(value: float) -> Case:
    return {"value": f"{value * UNITS:.2f}"} | CASE


def compound(
    *,
    spot: float,
    first: tuple[str, float, float],
    second: tuple[str, float, float],
    rate: float,
    payout: float,
    volatility: float,
) -> Any:
    """The method's conclusion; ``first`` and ``second`` are side, strike and years from today."""
    inputs = {
        "value_today": amount(spot),
        "first_right": {"side": first[0], "strike": amount(first[1]), "decided_in_years": figure(first[2])},
        "second_right": {
            "side": second[0],
            "strike": amount(second[1]),
            "decided_after_years": figure(second[2] - first[2]),
        },
        "volatility_share": figure(volatility),
        "riskless_rate_share": figure(rate),
        "rate_compounding": "continuous",
        "payout_yield_share": figure(payout),
        "threat": NOT_IN_CASE,
    }
    return appraised("compound_option", inputs).conclusions[0]


def numbers(text: str) -> list[float]:
    """The numbers in a sentence of the case, in order."""
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]


def put_on_call(inputs: Case) -> Case:
    first, second = ((str(inputs[key].split(",")[0]), *numbers(inputs[key])) for key in ("mother", "daughter"))
    found = compound(
        spot=inputs["spot"],
        first=first,  # type: ignore[arg-type]
        second=second,  # type: ignore[arg-type]
        rate=inputs["riskfree_cc"],
        payout=inputs["dividend_yield"],
        volatility=inputs["volatility"],
    )
    greeks = found.details["sensitivities"]
    return {
        "value": found.value / UNITS,
        "delta": greeks["delta"],
        "gamma": greeks["gamma"] * UNITS,
        "vega": greeks["vega"] / UNITS,
        "theta_per_year": greeks["theta"] / UNITS,
    }


def long_dated(inputs: Case) -> Case:
    return {name: _long_dated(text) for name, text in inputs.items()}


def _long_dated(text: str) -> float:
    """``call on put: S=8, mother strike 0.4 at 2 y, daughter strike 8.2 at 3 y, r=0, q=5%, vol 8%``."""
    sides, terms = text.split(":")
    first_side, second_side = sides.split(" on ")
    spot, first, first_years, second, years, rate, payout, volatility = numbers(terms)
    found = compound(
        spot=spot,
        first=(first_side, first, first_years),
        second=(second_side, second, years),
        rate=rate / 100,
        payout=payout / 100,
        volatility=volatility / 100,
    )
    return float(found.value) / UNITS


def learning(*, states: list[Case], decisions: list[Case], rate: float, known_before: int) -> Any:
    """A chance to invest in a world whose state becomes known before one of the decisions."""
    inputs = {
        "states": states,
        "decisions": decisions,
        "information": [{"kind": "state_known", "before_decision": known_before}],
        "discount_rate_share": figure(rate),
        "rate_footing": "before_tax nominal",
    }
    return appraised("learning_tree", inputs).conclusions[0]


def postponement(inputs: Case) -> Case:
    """The value is asked with both dates open, then with the later one alone."""
    states = [
        {
            "name": f"state {number}",
            "probability_share": figure(share),
            "worth": {"kind": "yearly_flows", "amounts": [amount(cash)] * 2},
        }
        for number, (cash, share) in enumerate(
            zip(inputs["annual_cash_two_years_by_state"], inputs["prob"], strict=True), start=1
        )
    ]
    outlay = amount(inputs["outlay"])
    later = {"in_years": figure(float(inputs["postponement_years"])), "outlay": outlay}
    stated: Case = {"states": states, "rate": inputs["discount_rate"]}
    both = learning(**stated, decisions=[{"in_years": figure(0.0), "outlay": outlay}, later], known_before=2)
    postponed = learning(**stated, decisions=[later], known_before=1)
    now = {each.name: each.value for each in both.beside}["static_npv"]
    return {"npv_now": now / UNITS, "npv_postponed_at_t0": postponed.value / UNITS}


def invest_next_year(inputs: Case) -> Case:
    shares = (inputs["prob_up"], 1 - inputs["prob_up"])
    states = [
        {
            "name": name,
            "probability_share": figure(share),
            "worth": {"kind": "present_value", "amount": amount(inputs[f"pv_if_{name}_m"])},
        }
        for name, share in zip(("up", "down"), shares, strict=True)
    ]
    decisions = [{"in_years": figure(1.0), "outlay": amount(inputs["cost_next_year_m"])}]
    found = learning(states=states, decisions=decisions, rate=inputs["discount_rate"], known_before=1)
    return {"value_of_waiting_m": found.value / UNITS}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "haug-put-on-call-compound": put_on_call,
    "compound-long-dated": long_dated,
    "postponement-option-three-states": postponement,
    "wiki-invest-next-year": invest_next_year,
}
