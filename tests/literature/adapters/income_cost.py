"""Published cases of the income and cost methods, computed through the whole appraisal from their inputs alone.

Amounts in 万元 are turned into yuan on the way in and back on the way out. The cases name no day; textbook years
begin at a year's end (see the adapters of relief from royalty).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from tests.literature.adapters.valuation import CASE, NOT_IN_CASE, appraised, figure, money
from valuation.indicators.annuity_fees import annual_fee
from valuation.kernel.worksheet import Worksheet

Case = dict[str, Any]

WAN, MILLION, BILLION = 10**4, 10**6, 10**9
#: A day on which the published fees were in force.
FEE_DAY = datetime.date(2024, 1, 1)


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


# --- with and without, drug candidates ------------------------------------------------------------


def stages(inputs: Case) -> Case:
    return {
        "high_growth_years": inputs["high_growth_years"],
        "reinvestment_rate_share": figure(inputs["reinvestment_rate_high_growth"]),
        "stable_growth_share": figure(inputs["stable_growth"]),
        "stable_return_on_capital_share": figure(inputs["stable_return_on_capital"]),
        "cost_of_capital_share": figure(inputs["cost_of_capital"]),
    }


def generic_firm_return(inputs: Case) -> Case:
    comparison = {
        "kind": "return_on_capital",
        "capital_invested": amount(inputs["capital_invested_musd"] * MILLION),
        "return_with_share": figure(inputs["roc_brand"]),
        "return_without_share": figure(inputs["roc_generic"]),
        "stages": stages(inputs),
    }
    found = paper("with_and_without", {"comparison": comparison}, currency="USD")
    return {
        "firm_value_brand_musd": found.value("firm_value_with") / MILLION,
        "firm_value_generic_musd": found.value("firm_value_without") / MILLION,
        "brand_value_musd": found.value("value") / MILLION,
    }


def generic_firm_margin(inputs: Case) -> Case:
    comparison = {
        "kind": "margin",
        "revenue": amount(inputs["revenue_musd"] * MILLION),
        "margin_with_share": figure(inputs["after_tax_operating_margin_brand"]),
        "margin_without_share": figure(inputs["after_tax_operating_margin_generic"]),
        "sales_to_capital_ratio": figure(inputs["sales_to_capital"]),
        "stages": stages(inputs),
    }
    found = paper("with_and_without", {"comparison": comparison}, currency="USD")
    return {
        "firm_value_brand_bnusd": found.value("firm_value_with") / BILLION,
        "firm_value_generic_bnusd": found.value("firm_value_without") / BILLION,
        "brand_value_bnusd": found.value("value") / BILLION,
    }


def likelihood_of_approval(success: Sequence[float]) -> float:
    """The likelihood depends on the success shares alone; costs, sales and rate are any."""
    phases = [
        {
            "name": f"phase {number}",
            "cost": amount(0.0),
            "duration_years": figure(1.0),
            "success_share": figure(share),
        }
        for number, share in enumerate(success)
    ]
    inputs = {
        "phases": phases,
        "phase_cost_timing": "middle",
        "revenue": money([MILLION]),
        "operating_cost_share": figure(0.5),
        "market_timing": "year_end",
        "exclusivity": {"kind": "legal_end"},
        "kept_after_exclusivity_share": figure(0.0),
        "tax": NOT_IN_CASE,
        "discount_rate_share": figure(0.1),
        "licence": NOT_IN_CASE,
        "perspective": "whole",
    }
    return paper("drug_rnpv", inputs).value("likelihood_of_approval")


def bio_likelihood(inputs: Case) -> Case:
    oncology = inputs["oncology_phase1_phase2_phase3_filing"]
    return {
        "overall_loa_phase1": likelihood_of_approval(inputs["overall_phase1_phase2_phase3_filing"]),
        "oncology_loa_phase1": likelihood_of_approval(oncology),
        "oncology_loa_phase2": likelihood_of_approval(oncology[1:]),
        "oncology_loa_phase3": likelihood_of_approval(oncology[2:]),
        "solid_tumour_loa_phase1": likelihood_of_approval(inputs["solid_tumour_phase1_phase2_phase3_filing"]),
        "haematologic_cancer_loa_phase1": likelihood_of_approval(
            inputs["haematologic_cancer_phase1_phase2_phase3_filing"]
        ),
    }


def dimasi_likelihood(inputs: Case) -> Case:
    steps = ("phase1_2", "phase2_3", "phase3_filing", "filing_approval")
    return {name: likelihood_of_approval([shares[step] for step in steps]) for name, shares in inputs.items()}


def davanrik_tree(inputs: Case) -> Case:
    """Names of branches: d depression, w weight loss, b both; the leaves carry the printed present values."""
    leaf = inputs["leaf_net_present_value_musd"]
    branches: list[Case] = []

    def add(name: str, share: float, parent: str | None = None, end: str | None = None) -> None:
        found: Case = {"id": name, "name": name, "probability_share": figure(share)}
        found |= {} if parent is None else {"parent": parent}
        found |= {} if end is None else {"present_value": amount(leaf[end] * MILLION)}
        branches.append(found)

    first = inputs["phase1_success"]
    add("p1", first)
    add("p1_fail", 1 - first, end="fail_phase1")
    for name, share in zip(("d", "w", "b"), inputs["phase2_outcome_depression_weight_both_fail"], strict=False):
        add(name, share, "p1")
    add("p2_fail", inputs["phase2_outcome_depression_weight_both_fail"][3], "p1", "fail_phase2")
    for name, word in (("d", "depression"), ("w", "weight")):
        share = inputs[f"phase3_{word}_success"]
        add(f"{name}_success", share, name, f"{word}_success")
        add(f"{name}_failure", 1 - share, name, f"{word}_failure")
    both = inputs["phase3_both_outcome_both_depressiononly_weightonly_fail"]
    for word, share in zip(("success", "depression_only", "weight_only", "fail"), both, strict=True):
        add(f"b_{word}", share, "b", f"both_{word}")
    found = paper("probability_tree", {"branches": branches}, currency="USD")
    return {
        "p_depression_success": found.value("reaching_d_success_share"),
        "p_weight_success": found.value("reaching_w_success_share"),
        "p_both_success": found.value("reaching_b_success_share"),
        "expected_npv_musd": found.value("value") / MILLION,
    }


# --- fees -----------------------------------------------------------------------------------------


def invention_annuities(inputs: Case) -> Case:
    """The product's own table answers; the fees and reductions of the case only say which numbers to ask for."""
    outputs = {}
    for bracket in inputs["full_fee_by_bracket_cny"]:
        first, last = (int(year) for year in bracket.split("-"))
        for applicants in ("single", "joint"):
            fees = {
                annual_fee("invention", year=year, applicants=applicants, on=FEE_DAY).payable_cny
                for year in range(first, last + 1)
            }
            (fee,) = fees
            outputs[f"{applicants}_{first}_{last}_cny"] = float(fee)
    return outputs


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


def film_copyright(inputs: Case) -> Case:
    years = inputs["years"]
    stated = {
        "production_cost": amount(inputs["production_cost_wan_cny"] * WAN),
        "creative_cost": amount(inputs["creative_staff_cost_wan_cny"] * WAN),
        "creative_labour_multiplier": figure(inputs["creative_labour_multiplier"]),
        "creation_risk_coefficient": figure(inputs["creation_risk_coefficient"]),
        "industry_return_share": figure(inputs["industry_return"]),
        "income": money([inputs["annual_income_wan_cny"] * WAN] * years),
        "additional_profit": money([inputs["annual_additional_profit_wan_cny"] * WAN] * years),
        "risk_free_rate_share": figure(inputs["risk_free_rate"]),
        "risk_premium_share": figure(inputs["risk_premium"]),
    }
    found = paper("cost_plus_split", stated)
    return {
        "replacement_cost_wan_cny": found.value("replacement_cost_new") / WAN,
        "discount_rate": found.value("discount_rate_share"),
        "pv_income_wan_cny": found.value("present_value_of_income") / WAN,
        "pv_additional_profit_wan_cny": found.value("present_value_of_additional_profit") / WAN,
        "profit_split_rate": found.value("split_rate_share"),
        "value_wan_cny": found.value("value") / WAN,
    }


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "cn-equivalent-investment-split-rate": equivalent_investment,
    "cn-patent-licence-profit-split-470": patent_licence_profit_split,
    "cn-marginal-analysis-split-2567": marginal_analysis,
    "cn-incremental-income-cost-and-price-85": cost_and_price,
    "cn-trademark-licence-price-premium-746": trademark_price_premium,
    "cn-goodwill-excess-earnings-capitalised-35": goodwill_capitalised,
    "cn-goodwill-excess-earnings-finite-81108": goodwill_finite,
    "damodaran-brand-generic-firm-roc-50728": generic_firm_return,
    "damodaran-brand-generic-firm-margin-64bn": generic_firm_margin,
    "pharma-loa-bio-2006-2015": bio_likelihood,
    "pharma-loa-dimasi-1993-2004": dimasi_likelihood,
    "pharma-licence-tree-davanrik-1398": davanrik_tree,
    "cn-invention-annuity-reduced-fees": invention_annuities,
    "cn-multiplier-coefficient-cost-156": multiplier_coefficient,
    "cn-minimum-fee-pharma-ingredient-456": minimum_fee,
    "cn-film-copyright-cost-plus-split-11695": film_copyright,
}
