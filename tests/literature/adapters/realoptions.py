"""Published cases of options to launch, expand or follow on, computed through the launch option.

The textbooks value these rights as European calls; the product shows that number as the European shortcut beside the
American value, so the shortcut is what is compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from tests.literature.adapters.valuation import CASE, appraised, figure

Case = dict[str, Any]
MILLION = 1_000_000


def amount(millions: float) -> Case:
    return {"value": f"{millions * MILLION:.2f}"} | CASE


def european(
    *,
    value: float,
    cost: float,
    years: float,
    volatility: float,
    rate: float,
    payout: float,
    compounding: Literal["continuous", "annual"] = "continuous",
) -> float:
    """The European shortcut of the launch option, in millions as the sources print it."""
    inputs = {
        "value_if_launched_today": amount(value),
        "launch_cost": amount(cost),
        "life_years": figure(years),
        "volatility_share": figure(volatility),
        "riskless_rate_share": figure(rate),
        "rate_compounding": compounding,
        "value_decay": "constant_yield",
        "payout_yield_share": figure(payout),
    }
    paper = appraised("launch_option", inputs).papers()["launch_option"]
    return paper.value("european_shortcut") / MILLION


def avonex(inputs: Case) -> Case:
    call = european(
        value=inputs["pv_cash_flows_musd"],
        cost=inputs["development_cost_musd"],
        years=inputs["patent_life_years"],
        volatility=math.sqrt(inputs["variance_ln_value"]),
        rate=inputs["riskless_rate_cc"],
        payout=inputs["cost_of_delay_yield"],
    )
    return {"call_value_musd": call}


def expansion(inputs: Case) -> Case:
    call = european(
        value=inputs["pv_expansion_musd"],
        cost=inputs["expansion_cost_musd"],
        years=inputs["life_years"],
        volatility=inputs["volatility"],
        rate=inputs["riskless_rate_cc"],
        payout=inputs["dividend_yield"],
    )
    return {"call_value_musd": call}


def offshore_reserve(inputs: Case) -> Case:
    """The reserve reaches the market after the development lag, in which its yield is forgone."""
    reserve = inputs["reserve_units_million"] * inputs["margin_per_unit_usd"]
    developed = reserve / (1 + inputs["net_production_yield"]) ** inputs["development_lag_years"]
    call = european(
        value=developed,
        cost=inputs["development_cost_musd"],
        years=inputs["option_life_years"],
        volatility=math.sqrt(inputs["variance"]),
        rate=inputs["riskless_rate_cc"],
        payout=inputs["net_production_yield"],
    )
    return {"underlying_musd": developed, "call_value_musd": call}


def mark_ii(inputs: Case) -> Case:
    today = inputs["pv_inflows_year3_musd"] / (1 + inputs["discount_rate_for_pv"]) ** inputs["years"]
    call = european(
        value=today,
        cost=inputs["exercise_price_musd"],
        years=inputs["years"],
        volatility=inputs["volatility"],
        rate=inputs["interest_rate_annual_compounding"],
        payout=0.0,
        compounding="annual",
    )
    return {"pv_inflows_today_musd": today, "call_value_musd": call}


def follow_on(inputs: Case) -> Case:
    call = european(
        value=inputs["pv_second_project_musd"],
        cost=inputs["cost_second_project_musd"],
        years=inputs["years"],
        volatility=inputs["volatility"],
        rate=inputs["riskfree_cc"],
        payout=0.0,
    )
    return {"call_value_musd": call, "strategic_npv_musd": inputs["npv_first_project_musd"] + call}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "damodaran-avonex-patent-call": avonex,
    "damodaran-disney-latam-expand": expansion,
    "damodaran-offshore-reserve": offshore_reserve,
    "brealey-myers-mark-ii": mark_ii,
    "acca-afm-follow-on-strategic-npv": follow_on,
}
