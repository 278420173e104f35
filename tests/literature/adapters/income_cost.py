"""Published cases of the income and cost methods, computed through the whole appraisal from their inputs alone.

Amounts in 万元 are turned into yuan on the way in and back on the way out. The cases name no day; textbook years
begin at a year's end (see the adapters of relief from royalty).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure, money
from valuation.kernel.worksheet import Worksheet

Case = dict[str, Any]

WAN, MILLION, BILLION = 10**4, 10**6, 10**9


def paper(method: str, inputs: Case, *, currency: str = "CNY") -> Worksheet:
    """The working paper of one method."""
    return appraised(method, inputs, currency=currency).papers()[method]


def amount(value: float) -> Case:
    return {"value": f"{value:.2f}"} | CASE


def numbers(values: Sequence[float]) -> Case:
    return {"values": list(values)} | CASE


def forecast(rate: float, **more: Any) -> Case:
    common = {"first_year_end": "2021-12-31", "timing": "year_end", "survival": NOT_IN_CASE}
    return common | {"discount_rate_share": figure(rate)} | more


def taxed(rate: float) -> Case:
    return {"kind": "rate", "rate_share": figure(rate)}


# --- profit split ---------------------------------------------------------------------------------


def profit_split(profit: Case, split_rate: Case, rate: float) -> Worksheet:
    inputs = {
        "profit": profit,
        "profit_basis": "total_profit",
        "split_rate": split_rate,
        "yearly_decay_share": figure(0.0),
        "tax": NOT_IN_CASE,
        "tax_amortisation": NOT_IN_CASE,
        "forecast": forecast(rate),
    }
    return paper("profit_split", inputs)


def investment(cost_wan: float, profit_rate: float, index_ratio: float = 1.0) -> Case:
    return {
        "cost": amount(cost_wan * WAN),
        "price_index_ratio": figure(index_ratio),
        "cost_profit_rate": figure(profit_rate),
    }


def equivalent_investment(inputs: Case) -> Case:
    """The rate does not depend on the profit that is split: one year of a million gives it."""
    rate = {
        "kind": "equivalent_investment",
        "technology": investment(inputs["patent_replacement_cost_wan_cny"], inputs["patent_cost_profit_rate"]),
        "user": investment(inputs["licensee_assets_replacement_cost_wan_cny"], inputs["licensee_cost_profit_rate"]),
    }
    found = profit_split({"kind": "stated", "amounts": money([MILLION])}, rate, 0.1)
    return {
        "patent_equivalent_investment_wan_cny": found.value("technology_equivalent_investment") / WAN,
        "licensee_equivalent_investment_wan_cny": found.value("user_equivalent_investment") / WAN,
        "profit_split_rate": found.value("first_split_rate_share"),
    }


def patent_licence_profit_split(inputs: Case) -> Case:
    prices = inputs["unit_price_by_year_cny"]
    profit = {
        "kind": "unit_margin",
        "volume_units": numbers([inputs["annual_volume_wan_units"] * WAN] * len(prices)),
        "unit_price": numbers(prices),
        "unit_cost": numbers([inputs["unit_cost_cny"]] * len(prices)),
    }
    rate = {
        "kind": "equivalent_investment",
        "technology": investment(
            inputs["patent_book_cost_wan_cny"],
            inputs["patent_cost_profit_rate"],
            1 + inputs["cumulative_price_index_increase"],
        ),
        "user": investment(inputs["licensee_assets_replacement_cost_wan_cny"], inputs["licensee_cost_profit_rate"]),
    }
    found = profit_split(profit, rate, inputs["discount_rate"])
    profits = found.row("profit")
    return {
        "patent_replacement_cost_wan_cny": found.value("technology_replacement_cost") / WAN,
        "profit_split_rate": found.value("first_split_rate_share"),
        "profit_by_year_1_wan_cny": profits[0] / WAN,
        "profit_by_year_3_wan_cny": profits[2] / WAN,
        "profit_by_year_5_wan_cny": profits[4] / WAN,
        "pv_of_profits_wan_cny": found.value("present_value_of_profit") / WAN,
        "value_wan_cny": found.value("value") / WAN,
    }


def marginal_analysis(inputs: Case) -> Case:
    added = [profit * WAN for profit in inputs["additional_profit_by_year_wan_cny"]]
    shares = inputs["additional_profit_share_of_total_profit_by_year"]
    rate = {"kind": "marginal", "additional_profit": money(added), "additional_share_of_total": numbers(shares)}
    whole = money([profit / share for profit, share in zip(added, shares, strict=True)])
    found = profit_split({"kind": "stated", "amounts": whole}, rate, inputs["discount_rate"])
    return {
        "pv_total_profit_wan_cny": found.value("present_value_total_profit") / WAN,
        "pv_additional_profit_wan_cny": found.value("present_value_additional_profit") / WAN,
        "profit_split_rate": found.value("first_split_rate_share"),
    }


# --- incremental income and excess earnings -------------------------------------------------------


def incremental_income(increment: Case, *, share: float, tax: Case, rate: float) -> Worksheet:
    inputs = {
        "increment": increment,
        "right_share": figure(share),
        "tax": tax,
        "tax_amortisation": NOT_IN_CASE,
        "forecast": forecast(rate),
    }
    return paper("incremental_income", inputs)


def cost_and_price(inputs: Case) -> Case:
    volume = numbers([inputs["annual_volume_wan_units"] * WAN] * inputs["remaining_life_years"])

    def situation(when: str) -> Case:
        return {
            "volume_units": volume,
            "unit_price": figure(inputs[f"unit_price_{when}_cny"]),
            "unit_cost": figure(inputs[f"unit_cost_{when}_cny"]),
        }

    increment = {"kind": "two_situations", "with_right": situation("after"), "without_right": situation("before")}
    found = incremental_income(increment, share=1.0, tax=taxed(inputs["income_tax_rate"]), rate=inputs["discount_rate"])
    return {
        "annual_excess_income_wan_cny": found.row("after_tax")[0] / WAN,
        "value_wan_cny": found.value("value") / WAN,
    }


def trademark_price_premium(inputs: Case) -> Case:
    increment = {
        "kind": "per_unit",
        "volume_units": numbers([inputs["annual_capacity_units"]] * inputs["licence_years"]),
        "price_premium": figure(inputs["price_premium_cny_per_unit"]),
        "cost_saving": figure(0.0),
    }
    found = incremental_income(
        increment, share=inputs["share_of_excess_profit"], tax=NOT_IN_CASE, rate=inputs["discount_rate"]
    )
    return {
        "annual_excess_profit_cny": found.row("increment")[0],
        "annual_fee_cny": found.row("before_tax")[0],
        "value_cny": found.value("value"),
    }


def goodwill_capitalised(inputs: Case) -> Case:
    excess = {
        "kind": "income_less_returns",
        "annual_income": amount(inputs["expected_annual_income_cny"]),
        "assets": [
            {
                "name": "identified assets",
                "value": amount(inputs["sum_of_identified_assets_cny"]),
                "return_share": figure(inputs["industry_average_return"]),
            }
        ],
    }
    duration = {"kind": "perpetuity", "capitalisation_rate_share": figure(inputs["capitalisation_rate"])}
    found = paper("excess_earnings_single_period", {"excess": excess, "duration": duration})
    return {"excess_income_cny": found.value("annual_excess_line"), "goodwill_cny": found.value("value")}


def goodwill_finite(inputs: Case) -> Case:
    duration = {
        "kind": "finite",
        "advantage_years": figure(inputs["advantage_years"]),
        "discount_rate_share": figure(inputs["discount_rate"]),
        "timing": "year_end",
    }
    excess = {"kind": "stated", "annual_excess": amount(inputs["annual_excess_income_cny"])}
    found = paper("excess_earnings_single_period", {"excess": excess, "duration": duration})
    return {"goodwill_cny": found.value("value")}


# --- cost -----------------------------------------------------------------------------------------


def multiplier_coefficient(inputs: Case) -> Case:
    stated = {
        "materialised_cost": amount(inputs["materialised_cost_wan_cny"] * WAN),
        "labour_cost": amount(inputs["labour_cost_wan_cny"] * WAN),
        "creative_labour_multiplier": figure(inputs["creative_labour_multiplier"]),
        "average_research_risk_coefficient": figure(inputs["average_research_risk_coefficient"]),
        "investment_return_share": figure(inputs["investment_return"]),
        "obsolescence": NOT_IN_CASE,
    }
    return {"replacement_cost_wan_cny": paper("multiplier_coefficient", stated).value("value") / WAN}


def minimum_fee(inputs: Case) -> Case:
    stated = {
        "replacement_cost": amount(inputs["full_replacement_cost_wan_cny"] * WAN),
        "price_increase_share_by_year": [figure(rise) for rise in inputs["price_increase_by_year"]],
        "condition": {
            "kind": "life",
            "years_used": figure(inputs["years_used"]),
            "remaining_years": figure(inputs["remaining_life_years"]),
        },
        "licensee_capacity": {"name": "licensee", "units": figure(inputs["licensee_capacity_wan_t"])},
        "other_capacities": [{"name": "owner", "units": figure(inputs["licensor_capacity_wan_t"])}],
        "lost_revenue": amount(inputs["pv_lost_revenue_wan_cny"] * WAN),
        "added_cost": amount(inputs["pv_added_cost_wan_cny"] * WAN),
    }
    found = paper("minimum_licence_fee", stated)
    return {
        "net_replacement_cost_wan_cny": found.value("net_replacement_cost") / WAN,
        "cost_allocation_rate": found.value("cost_allocation_share"),
        "opportunity_cost_wan_cny": found.value("opportunity_cost") / WAN,
        "minimum_fee_wan_cny": found.value("value") / WAN,
    }


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "cn-equivalent-investment-split-rate": equivalent_investment,
    "cn-patent-licence-profit-split-470": patent_licence_profit_split,
    "cn-marginal-analysis-split-2567": marginal_analysis,
    "cn-incremental-income-cost-and-price-85": cost_and_price,
    "cn-trademark-licence-price-premium-746": trademark_price_premium,
    "cn-goodwill-excess-earnings-capitalised-35": goodwill_capitalised,
    "cn-goodwill-excess-earnings-finite-81108": goodwill_finite,
    "cn-multiplier-coefficient-cost-156": multiplier_coefficient,
    "cn-minimum-fee-pharma-ingredient-456": minimum_fee,
}
