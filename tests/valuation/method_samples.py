"""One complete request for each income and cost method; the numbers are invented and graded so.

Tests vary these, and the tests of what holds for every method run over all of them.
"""

from __future__ import annotations

import copy
from typing import Any

from tests.valuation.asking import NO_AMORTISATION, NO_SURVIVAL, Data, amount, amounts, answered, figure, series
from valuation.kernel.conclusion import Conclusion

NO_TAX = {"kind": "none", "reason": "left out in this test"}
TAX = {"kind": "rate", "rate_share": figure(0.25)}


def forecast(rate: float = 0.12, **changes: Any) -> Data:
    common = {"first_year_end": "2021-12-31", "timing": "year_end", "survival": NO_SURVIVAL}
    return common | {"discount_rate_share": figure(rate)} | changes


def common(**changes: Any) -> Data:
    """Tax, no tax amortisation, and a forecast at 12 %."""
    return {"tax": TAX, "tax_amortisation": NO_AMORTISATION, "forecast": forecast()} | changes


def profit_split() -> Data:
    return {
        "profit": {"kind": "stated", "amounts": amounts(1_000_000, 1_200_000, 900_000)},
        "profit_basis": "total_profit",
        "split_rate": {"kind": "stated", "rate_share": figure(0.25)},
        "yearly_decay_share": figure(0.1),
        **common(),
    }


def incremental_income() -> Data:
    increment = {
        "kind": "two_situations",
        "with_right": {"volume_units": series([1000, 1100]), "unit_price": figure(120.0), "unit_cost": figure(70.0)},
        "without_right": {"volume_units": series([900, 900]), "unit_price": figure(110.0), "unit_cost": figure(80.0)},
    }
    return {"increment": increment, "right_share": figure(0.8), **common()}


def excess_earnings_single_period() -> Data:
    assets = [
        {"name": "厂房设备", "value": amount("500000.00"), "return_share": figure(0.1)},
        {"name": "营运资金", "value": amount("200000.00"), "return_share": figure(0.04)},
    ]
    return {
        "excess": {"kind": "income_less_returns", "annual_income": amount("100000.00"), "assets": assets},
        "duration": {
            "kind": "finite",
            "advantage_years": figure(6.0),
            "discount_rate_share": figure(0.12),
            "timing": "mid_year",
        },
    }


def multi_period_excess_earnings() -> Data:
    assets = [
        {
            "name": "固定资产",
            "value_share_of_revenue": series([0.3, 0.28, 0.26]),
            "return_share": figure(0.08),
            "recovery": {"kind": "share_of_revenue", "share": figure(0.02)},
        },
        {
            "name": "人力资源",
            "value_share_of_revenue": figure(0.1),
            "return_share": figure(0.12),
            "recovery": {"kind": "in_operating_costs", "reason": "training is expensed"},
        },
    ]
    return {
        "revenue": amounts(5_000_000, 5_500_000, 6_000_000),
        "operating_margin_share": figure(0.2),
        "contributory_assets": assets,
        **common(forecast=forecast(survival={"kind": "exponential", "annual_hazard": figure(0.1)})),
    }


def discounted_cash_flow() -> Data:
    scenarios = [
        {"name": "基准", "probability_share": figure(0.6), "flow": amounts(100_000, 150_000, 90_000)},
        {"name": "保守", "probability_share": figure(0.4), "flow": amounts(60_000, 40_000, -10_000)},
    ]
    survival = {"kind": "exponential", "annual_hazard": figure(0.05)}
    return {"scenarios": scenarios, "forecast": forecast(survival=survival)}


def with_and_without() -> Data:
    stages = {
        "high_growth_years": 5,
        "reinvestment_rate_share": figure(0.5),
        "stable_growth_share": figure(0.03),
        "stable_return_on_capital_share": figure(0.09),
        "cost_of_capital_share": figure(0.1),
    }
    comparison = {
        "kind": "margin",
        "revenue": amount("1000000.00"),
        "margin_with_share": figure(0.15),
        "margin_without_share": figure(0.06),
        "sales_to_capital_ratio": figure(1.3),
        "stages": stages,
    }
    return {"comparison": comparison}


def drug_rnpv() -> Data:
    phases = [
        {
            "name": name,
            "cost": amount(cost),
            "duration_years": figure(years),
            "success_share": figure(success),
        }
        for name, cost, years, success in (
            ("II期", "20000000.00", 2.5, 0.3),
            ("III期", "60000000.00", 2.5, 0.6),
            ("审评", "2000000.00", 1.0, 0.9),
        )
    ]
    licence = {
        "kind": "licence",
        "upfront": amount("5000000.00"),
        "milestones": [{"phase": "II期", "amount": amount("8000000.00")}],
        "royalty_rate_share": figure(0.08),
    }
    return {
        "phases": phases,
        "phase_cost_timing": "middle",
        "revenue": amounts(100_000_000, 300_000_000, 500_000_000, 500_000_000, 450_000_000),
        "operating_cost_share": series([0.6, 0.5, 0.4, 0.4, 0.4]),
        "market_timing": "mid_year",
        "exclusivity": {"kind": "legal_end"},
        "kept_after_exclusivity_share": figure(0.3),
        "tax": TAX,
        "discount_rate_share": figure(0.1),
        "licence": licence,
        "perspective": "whole",
    }


def licence_fee() -> Data:
    milestone = {
        "name": "上市",
        "due_on": "2022-06-30",
        "amount": amount("500000.00"),
        "probability_share": figure(0.6),
    }
    return {
        "royalty_base": {"kind": "net_sales", "amounts": amounts(5_000_000, 8_000_000, 9_000_000)},
        "royalty_rate_share": figure(0.05),
        "entry_fee": amount("300000.00"),
        "minimum_royalty": amount("280000.00"),
        "milestones": [milestone],
        "licensor_cost": amounts(20_000, 20_000, 20_000),
        "is_open_licence": False,
        "tax": TAX,
        "forecast": forecast(survival={"kind": "exponential", "annual_hazard": figure(0.05)}),
    }


def infringement_damages() -> Data:
    return {
        "law": "patent",
        "basis": {
            "kind": "infringer_gain",
            "infringing_revenue": amount("8000000.00"),
            "profit_margin_share": figure(0.2),
            "contribution_share": figure(0.5),
        },
        "punitive": {"kind": "none", "reason": "not wilful"},
        "reasonable_costs": amount("100000.00"),
    }


def above_industry_return() -> Data:
    return {
        "base_kind": "revenue",
        "base": amounts(10_000_000, 11_000_000),
        "own_return_share": figure(0.18),
        "industry_return_share": series([0.1, 0.11]),
        "right_share": figure(0.7),
        **common(),
    }


def greenfield() -> Data:
    return {
        "initial_investment": amount("500000.00"),
        "revenue": amounts(500_000, 1_500_000, 2_500_000),
        "operating_cost": amounts(600_000, 1_000_000, 1_400_000),
        "depreciation": amounts(50_000, 80_000, 80_000),
        "investment": amounts(300_000, 200_000, -100_000),
        "terminal": {"kind": "none", "reason": "the right ends"},
        **common(),
    }


def distributor() -> Data:
    asset = {
        "name": "营运资金",
        "value_share_of_revenue": figure(0.15),
        "return_share": figure(0.04),
        "recovery": {"kind": "in_operating_costs", "reason": "working capital does not wear"},
    }
    return {
        "revenue": amounts(5_000_000, 5_000_000, 5_000_000),
        "distributor_margin_share": figure(0.05),
        "own_margin_share": figure(0.2),
        "contributory_assets": [asset],
        **common(forecast=forecast(survival={"kind": "exponential", "annual_hazard": figure(0.2)})),
    }


def capitalised_royalty() -> Data:
    return {
        "base_revenue": amount("4000000.00"),
        "royalty_rate_share": figure(0.05),
        "deferral_years": 1,
        "stages": [
            {"years": 2, "growth_share": figure(0.2)},
            {"years": 3, "growth_share": figure(0.05)},
        ],
        "after": {"kind": "ends", "reason": "the right ends"},
        "tax": TAX,
        "tax_amortisation": NO_AMORTISATION,
        "discount_rate_share": figure(0.12),
        "timing": "year_end",
    }


def contribution_in_kind() -> Data:
    return {
        "agreed_share": figure(0.3),
        "other_contributions": amount("7000000.00"),
        "charter_value": amount("3000000.00"),
        "distributable_flow": amounts(500_000, 900_000, 1_200_000),
        "terminal": {"kind": "gordon", "growth_share": figure(0.02)},
        "marketability_discount_share": figure(0.2),
        "forecast": forecast(),
    }


def plant_variety_royalty() -> Data:
    return {
        "crop_area_hectares": figure(40_000.0),
        "territorial_fit_share": figure(0.6),
        "adoption": {
            "kind": "logistic",
            "ceiling_share": figure(0.4),
            "speed_per_year": figure(0.8),
            "midpoint_years": figure(2.0),
        },
        "replacement": {
            "kind": "better_variety",
            "arrives_after_years": figure(3.0),
            "lost_share_per_year": figure(0.15),
        },
        "plant_life": {"kind": "perennial", "standing_before_hectares": [figure(900.0), figure(400.0)]},
        "royalty": {
            "kind": "harvest",
            "yield_tonnes_per_hectare": figure(1.2),
            "price_per_tonne": amounts(11_000, 11_500, 12_000, 12_000, 12_500),
            "royalty_rate_share": figure(0.03),
        },
        "collected_share": figure(0.8),
        "owner_cost": amounts(*[150_000] * 5),
        "grower_gain_per_hectare": amount("900.00"),
        **common(),
    }


def regional_brand() -> Data:
    return {
        "users": {"kind": "leaving", "count": figure(120.0), "leaving_share_per_year": figure(0.04)},
        "tonnes_per_user": figure(50.0),
        "compliant_share": figure(0.7),
        "price_with_name": amounts(9_000, 9_200, 9_400),
        "price_without_name": amounts(7_000, 7_100, 7_200),
        "added_cost_per_tonne": amounts(300, 300, 300),
        "name_share": figure(0.5),
        "collected_share": figure(0.2),
        "registrant_cost": amounts(300_000, 300_000, 300_000),
        **common(forecast=forecast(survival={"kind": "exponential", "annual_hazard": figure(0.05)})),
    }


def film_waterfall() -> Data:
    streams = [
        {"name": "票房", "gross": amounts(400_000_000, 20_000_000, 0), "kept_before_share": figure(0.57)},
        {"name": "网络版权", "gross": amounts(0, 30_000_000, 15_000_000), "kept_before_share": figure(0.06)},
    ]
    tiers = [
        {"kind": "fee", "name": "发行代理费", "share": figure(0.1), "base": "receipts", "recipient": "others"},
        {"kind": "recoupment", "name": "宣发费用", "balance": amount("60000000.00"), "recipient": "others"},
        {"kind": "recoupment", "name": "制作成本", "balance": amount("70000000.00"), "recipient": "owner"},
        {"kind": "fee", "name": "主创分红", "share": figure(0.15), "base": "remaining", "recipient": "others"},
    ]
    return {"streams": streams, "tiers": tiers, "owner_cost": amounts(500_000, 200_000, 200_000), **common()}


def cocomo_software() -> Data:
    return {
        "size_kloc": figure(32.0),
        "mode": "organic",
        "effort_adjustment": figure(1.1),
        "cost_per_person_month": amount("25000.00"),
        "developer_profit_share": figure(0.1),
        "obsolescence_share": figure(0.25),
    }


def cost_plus_split() -> Data:
    return {
        "production_cost": amount("3500000.00"),
        "creative_cost": amount("1500000.00"),
        "creative_labour_multiplier": figure(3.0),
        "creation_risk_coefficient": figure(0.06),
        "industry_return_share": figure(0.12),
        "income": amounts(3_000_000, 3_100_000),
        "additional_profit": amounts(600_000, 500_000),
        "risk_free_rate_share": figure(0.05),
        "risk_premium_share": figure(0.07),
    }


def probability_tree() -> Data:
    def branch(name: str, share: float, **more: Data | str) -> Data:
        return {"id": name, "name": f"分支 {name}", "probability_share": figure(share)} | more

    return {
        "branches": [
            branch("pass_2", 0.4),
            branch("fail_2", 0.6, present_value=amount("-30000000.00")),
            branch("pass_3", 0.7, parent="pass_2", present_value=amount("200000000.00")),
            branch("fail_3", 0.3, parent="pass_2", present_value=amount("-90000000.00")),
        ]
    }


def multiplier_coefficient() -> Data:
    return {
        "materialised_cost": amount("600000.00"),
        "labour_cost": amount("200000.00"),
        "creative_labour_multiplier": figure(2.0),
        "average_research_risk_coefficient": figure(0.2),
        "investment_return_share": figure(0.25),
        "obsolescence": {"kind": "share", "share": figure(0.3)},
    }


def minimum_licence_fee() -> Data:
    return {
        "replacement_cost": amount("1000000.00"),
        "price_increase_share_by_year": [figure(0.05), figure(0.06)],
        "condition": {"kind": "life", "years_used": figure(2.0), "remaining_years": figure(8.0)},
        "licensee_capacity": {"name": "被许可方", "units": figure(100.0)},
        "other_capacities": [{"name": "许可方", "units": figure(150.0)}, {"name": "其他", "units": figure(50.0)}],
        "lost_revenue": amount("70000.00"),
        "added_cost": amount("30000.00"),
    }


def historic_cost() -> Data:
    costs = [
        {
            "name": "研发人工",
            "spent_on": "2016-06-30",
            "amount": amount("300000.00"),
            "price_index": figure(95.0),
            "was_expensed": True,
        },
        {
            "name": "申请费用",
            "spent_on": "2018-03-31",
            "amount": amount("20000.00"),
            "price_index": figure(100.0),
            "was_expensed": False,
        },
    ]
    return {
        "costs": costs,
        "price_index_today": figure(104.5),
        "reasonable_return_share": figure(0.1),
        "condition": {"kind": "life", "years_used": figure(4.0), "remaining_years": figure(6.0)},
    }


SAMPLES = {
    build.__name__: build
    for build in (
        profit_split,
        incremental_income,
        excess_earnings_single_period,
        multi_period_excess_earnings,
        discounted_cash_flow,
        with_and_without,
        drug_rnpv,
        licence_fee,
        infringement_damages,
        above_industry_return,
        greenfield,
        distributor,
        capitalised_royalty,
        contribution_in_kind,
        plant_variety_royalty,
        regional_brand,
        film_waterfall,
        cocomo_software,
        cost_plus_split,
        probability_tree,
        multiplier_coefficient,
        minimum_licence_fee,
        historic_cost,
    )
}

#: Money of one unit is a plain number; it scales with the currency as amounts do.
UNIT_MONEY = frozenset({"unit_price", "unit_cost", "price_premium", "cost_saving"})


def sample(method: str, **changes: Any) -> Data:
    """The sample of a method, with some fields replaced."""
    return copy.deepcopy(SAMPLES[method]() | changes)


def conclusion(method: str, inputs: Data, **changes: Any) -> Conclusion:
    """What the method concludes, asked through the whole appraisal."""
    return answered({method: inputs}, **changes).conclusions[0]


def concluded(method: str, **changes: Any) -> Conclusion:
    """What the method concludes on its sample with some fields replaced."""
    return conclusion(method, sample(method, **changes))


def codes(found: Conclusion) -> set[str]:
    return {warning.code for warning in found.warnings}


def scaled(data: Any, factor: int, *, is_unit_money: bool = False) -> Any:
    """The same request in a currency of which ``factor`` make one of the old."""
    if isinstance(data, list):
        return [scaled(item, factor, is_unit_money=is_unit_money) for item in data]
    if not isinstance(data, dict):
        return data
    found = {}
    for key, item in data.items():
        if key in ("value", "values") and _is_money(item, is_unit_money):
            found[key] = [_times(each, factor) for each in item] if key == "values" else _times(item, factor)
        else:
            found[key] = scaled(item, factor, is_unit_money=is_unit_money or key in UNIT_MONEY)
    return found


def _is_money(item: Any, is_unit_money: bool) -> bool:
    first = item[0] if isinstance(item, list) else item
    return isinstance(first, str) or (is_unit_money and isinstance(first, int | float))


def _times(item: Any, factor: int) -> Any:
    return f"{float(item) * factor:.2f}" if isinstance(item, str) else item * factor
