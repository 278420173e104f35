"""What is asked wrongly is answered with the field, what was found and what was expected; never with a number.

Checked against: a table of bad requests, one fault each, over the whole request and every method. Each row states the
field that must be named and a part of the text a person reads. A fault of one figure (text, NaN, a field left out) is
tried on every leaf of every method elsewhere; here are the faults that only the trade knows.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import pytest

from tests.valuation.asking import amounts, asked, figure, series
from tests.valuation.assets.rights import DRUG, TRADEMARK
from tests.valuation.every_method import SAMPLES, sample
from valuation.appraisal import appraise, request_model
from valuation.catalogue import methods
from valuation.errors import IpfinError
from valuation.kernel.fields import parse

GONE = object()
SPREAD = {"kind": "uniform", "low": 0.9, "high": 1.1}
STRAIGHT = {"kind": "straight_line", "years": figure(10)}


@dataclass(frozen=True)
class Bad:
    """One fault: at ``path`` of the method's inputs (or of the request) stands ``value``.

    ``field`` is the one that must be named, if it is not the path itself.
    """

    method: str
    path: str
    value: Any
    expected: str
    field: str | None = None

    def __str__(self) -> str:
        shown = "gone" if self.value is GONE else str(self.value)
        return f"{self.method}:{self.path}={shown[:40]}"


def put(data: Any, path: str, value: Any) -> Any:
    """The same data with one value replaced, added or taken away."""
    data = copy.deepcopy(data)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    at = data
    for part in way:
        at = at[part]
    if value is GONE:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return data


RFR, DCF, MPEEM = "relief_from_royalty", "discounted_cash_flow", "multi_period_excess_earnings"
LAND, FILM, REGION = "plant_variety_royalty", "film_waterfall", "regional_brand"
TREE, FEE, DAMAGES, DRUGS = "probability_tree", "licence_fee", "infringement_damages", "drug_rnpv"

#: Faults in the inputs of a method.
INPUTS = [
    # relief from royalty
    Bad(RFR, "royalty_rate_share.value", 5.0, "between 0 and 1, not 5"),
    Bad(RFR, "royalty_rate_share.value", -0.01, "between 0 and 1, not -0.01"),
    Bad(RFR, "royalty_rate_share.value", "0.05", "a number"),
    Bad(RFR, "royalty_rate_share.value", True, "a number"),
    Bad(RFR, "royalty_rate_share.value", float("nan"), "finite"),
    Bad(RFR, "royalty_rate_share.value", float("inf"), "finite"),
    Bad(RFR, "royalty_rate_share.grade", "guessed", "'measured'"),
    Bad(RFR, "royalty_rate_share.grade", "measured", "a source, because", "~.royalty_rate_share"),
    Bad(RFR, "royalty_rate_share.reason", GONE, "a reason, because", "~.royalty_rate_share"),
    Bad(RFR, "royalty_rate_share.reason", " ", "at least 3"),
    Bad(RFR, "royalty_rate_share.source", "hearsay", "a listed source"),
    Bad(
        RFR,
        "royalty_rate_share.distribution",
        {"kind": "uniform", "low": 0.06, "high": 0.08},
        "that holds",
        "~.royalty_rate_share",
    ),
    Bad(RFR, "royalty_rate_share.distribution", {"kind": "uniform", "low": 0.08, "high": 0.02}, "low"),
    Bad(RFR, "royalty_rate_share.distribution", {"kind": "cauchy"}, "'uniform'"),
    Bad(RFR, "royalty_rate_share", series([0.05, 0.04]), "5 values, one for each year ending"),
    Bad(RFR, "revenue.values", [1_000_000.0] * 5, "a decimal written as text"),
    Bad(RFR, "revenue.values", ["1000000.005"] + ["1.00"] * 4, "at most two decimals"),
    Bad(RFR, "revenue.values", ["-1.00"] * 5, "≥ 0, not -1.00", "~.revenue"),
    Bad(RFR, "revenue.values", [], "at least one entry"),
    Bad(RFR, "revenue.values", ["1e6"] * 5, "a decimal written as text"),
    Bad(RFR, "revenue.values", ["1,000,000.00"] * 5, "a decimal written as text"),
    Bad(RFR, "owner_cost.values", ["0.00"] * 4, "5 values, one for each year ending", "~.owner_cost"),
    Bad(RFR, "first_year_end", "2021-13-31", "a date such as 2020-12-31"),
    Bad(RFR, "first_year_end", "31.12.2021", "a date such as 2020-12-31"),
    Bad(RFR, "first_year_end", "2020-12-31", "a day after the valuation date 2020-12-31"),
    Bad(RFR, "first_year_end", "2022-06-30", "no later than 2021-12-31"),
    Bad(RFR, "end_of_life", "2031-01-01", "no later than the legal end 2030-06-30"),
    Bad(RFR, "discount_rate_share.value", 12.0, "between -0.5 and 2, not 12"),
    Bad(RFR, "discount_rate_share", GONE, "a value"),
    Bad(RFR, "tax_rate_share.value", 25.0, "between 0 and 1, not 25"),
    Bad(RFR, "timing", "begin_year", "'year_end'"),
    Bad(RFR, "timing", "exact", "5 dates, one for each year", "~.payment_dates"),
    Bad(RFR, "payment_dates", ["2021-06-30"] * 5, "none with timing year_end"),
    Bad(RFR, "survival", {"kind": "exponential", "annual_hazard": figure(-0.1)}, "≥ 0"),
    Bad(RFR, "survival", {"kind": "table", "probability": series([0.9, 0.95, 0.9, 0.8, 0.7])}, "never rise"),
    Bad(RFR, "survival", {"kind": "gompertz"}, "'exponential'"),
    Bad(RFR, "tax_amortisation", {"kind": "straight_line", "years": figure(0.5)}, "≥ 1"),
    Bad(RFR, "operating_margin_share", figure(0.04), "royalties worth no more", "royalty_within_profit"),
    Bad(RFR, "discont_rate", figure(0.1), "only the documented fields"),
    # discounted cash flow, with and without, trees
    Bad(DCF, "scenarios.0.probability_share.value", 0.7, "1", "~.scenarios.probability_share"),
    Bad(DCF, "scenarios", [], "at least one entry"),
    Bad(DCF, "scenarios.1.flow", amounts(1, 2), "3"),
    Bad(DCF, "scenarios.0.probability_share.distribution", SPREAD | {"low": 0.5, "high": 0.7}, "none"),
    Bad(DCF, "forecast.end_of_life", "2035-01-01", "no later than the legal end"),
    Bad(
        "with_and_without", "comparison.stages.stable_growth_share.value", 0.2, "below", "growth_below_cost_of_capital"
    ),
    Bad("with_and_without", "comparison.revenue.value", "0.00", "> 0"),
    Bad("with_and_without", "comparison.kind", "both", "'stated_flows'"),
    Bad(TREE, "branches.3", GONE, "1", "~.branches.probability_share"),
    Bad(TREE, "branches.2.parent", "nowhere", "branch"),
    Bad(TREE, "branches.1.probability_share.value", 1.6, "between 0 and 1"),
    # other income methods
    Bad(MPEEM, "contributory_assets", [], "at least one entry"),
    Bad(MPEEM, "contributory_assets.0.return_share.value", 8.0, "between -0.5 and 2"),
    Bad(MPEEM, "operating_margin_share.value", 20.0, "between -10 and 1"),
    Bad("excess_earnings_single_period", "duration.advantage_years.value", 0.0, "> 0"),
    Bad("profit_split", "split_rate.rate_share.value", 25.0, "between 0 and 1"),
    Bad("profit_split", "profit_basis", "gross_profit", "'total_profit'"),
    Bad("profit_split", "yearly_decay_share.value", -0.1, "between 0 and 1"),
    Bad("incremental_income", "right_share.value", 80.0, "between 0 and 1"),
    Bad(
        "incremental_income",
        "increment.without_right.volume_units.values",
        [900.0],
        "2 values",
        "~.volume_without_units",
    ),
    Bad(
        "above_industry_return",
        "industry_return_share.values",
        [0.2, 0.2],
        "above the industry",
        "return_above_industry",
    ),
    Bad("capitalised_royalty", "deferral_years", 1.5, "integer"),
    Bad("capitalised_royalty", "base_revenue.value", "-4000000.00", "0"),
    Bad("greenfield", "tax_amortisation", STRAIGHT | {"years": figure(-10)}, "≥ 1"),
    Bad("greenfield", "terminal", {"kind": "gordon", "growth_share": figure(0.2)}, "none: the flows end on 2030-06-30"),
    Bad("distributor", "tax_amortisation", STRAIGHT | {"years": figure(0.0)}, "≥ 1", "~.tax_amortisation.years"),
    Bad("distributor", "distributor_margin_share.value", 0.3, "margin", "distributor_margin_within_own"),
    Bad("contribution_in_kind", "agreed_share.value", 30.0, "between 0 and 1"),
    Bad("contribution_in_kind", "terminal.growth_share.value", 0.2, "below", "growth_below_discount_rate"),
    Bad(FEE, "milestones.0.due_on", "2019-06-30", "2020-12-31"),
    Bad(FEE, "is_open_licence", "no", "boolean"),
    Bad(FEE, "royalty_base.kind", "gross_sales", "'net_sales'"),
    Bad(DAMAGES, "law", "trade_secret", "'patent'"),
    Bad(DAMAGES, "basis.contribution_share.value", 1.5, "between 0 and 1"),
    Bad(DAMAGES, "basis.kind", "unjust_enrichment", "'lost_profit'"),
    Bad(DRUGS, "phases.0.success_share.value", 30.0, "between 0 and 1"),
    Bad(DRUGS, "phases.0.duration_years.value", 0.0, "> 0"),
    Bad(DRUGS, "phases.1.name", "II期", "a different name for each phase", "~.phases"),
    Bad(DRUGS, "licence.milestones.0.phase", "IV期", "one of II期"),
    Bad(DRUGS, "perspective", "partner", "'whole'"),
    Bad(DRUGS, "exclusivity.kind", "forever", "'legal_end'"),
    Bad(LAND, "plant_life.standing_before_hectares", [figure(1.0), figure(2.0)], "the latest year first"),
    Bad(LAND, "territorial_fit_share.value", 60.0, "between 0 and 1"),
    Bad(LAND, "adoption.speed_per_year.value", 0.0, "> 0"),
    Bad(LAND, "grower_gain_per_hectare.value", "100.00", "no higher", "royalty_within_grower_gain"),
    Bad(REGION, "price_with_name.values", ["100.00"] * 3, "above ordinary", "premium_above_ordinary_goods"),
    Bad(REGION, "users.leaving_share_per_year.value", 4.0, "between 0 and 1"),
    Bad(FILM, "tiers.1.balance.value", "-1.00", "≥ 0"),
    Bad(FILM, "tiers.1.name", "制作成本", "a different name for each", "~.tiers"),
    Bad(FILM, "streams.0.kept_before_share.value", 57.0, "between 0 and 1"),
    # cost
    Bad("replacement_cost", "items", [], "at least one entry"),
    Bad("replacement_cost", "items.0.price_index_ratio.value", 0.0, "> 0"),
    Bad("replacement_cost", "obsolescence.physical_share.value", 1.2, "between 0 and 1"),
    Bad("historic_cost", "costs.0.spent_on", "2021-06-30", "2020-12-31"),
    Bad("historic_cost", "price_index_today.value", 0.0, "> 0"),
    Bad("multiplier_coefficient", "average_research_risk_coefficient.value", 1.0, "between 0 and 0.99"),
    Bad("multiplier_coefficient", "creative_labour_multiplier.value", 0.5, "≥ 1"),
    Bad("minimum_licence_fee", "licensee_capacity.units.value", -1.0, "0"),
    Bad("minimum_licence_fee", "price_increase_share_by_year.0.value", -1.0, "> -1"),
    Bad("cocomo_software", "mode", "agile", "'organic'"),
    Bad("cocomo_software", "size_kloc.value", 0.0, "> 0"),
    Bad("cost_plus_split", "creation_risk_coefficient.value", 1.0, "0.99"),
    # market
    Bad("comparable_transactions", "comparables", [], "at least"),
    Bad("comparable_transactions", "comparables.0.weight_share", 0.6, "1", "~.comparables.weight_share"),
    Bad("comparable_transactions", "comparables.0.price.value", "0.00", "> 0"),
    Bad(
        "comparable_transactions",
        "comparables.0.adjustments",
        {"时间": {"factor": figure(1.0)}},
        "地域",
        "~.comparables.1.adjustments",
    ),
    Bad("comparable_transactions", "comparables.0.traded_on", "2021-06-30", "2020-12-31"),
    Bad("comparable_transactions", "comparables.0.adjustments.时间.factor.value", 0.0, "> 0"),
    Bad("quality_score_ratio", "groups.法律.weight_share", 0.5, "1", "~.groups.weight_share"),
    Bad("enterprise_multiples", "multiples.ebitda.weight_share", 0.6, "1", "~.multiples.weight_share"),
    Bad("fundamental_value_to_sales", "stable_growth_share.value", 0.09, "growth", "branded_growth_below_rate"),
    Bad("price_regression", "rows", [], "at least"),
    Bad("price_regression", "rows.0.features", {"claims": 3.0}, "life"),
    Bad("nearest_neighbours", "neighbours", 60, "rows", "rows"),
    Bad("nearest_neighbours", "neighbours", 0, "greater than"),
    Bad("licence_normalisation", "licences.0.weight_share", 0.9, "1", "~.licences.weight_share"),
    # options
    Bad("launch_option", "volatility_share.value", 35.0, "between"),
    Bad("launch_option", "life_years.value", 0.0, "> 0"),
    Bad("launch_option", "launch_cost.value", "0.00", "> 0"),
    Bad("launch_option", "rate_compounding", "daily", "'continuous'"),
]

WEIGHT = {"share": 1, "reason": "the only method"}

#: Faults in the request around the methods.
REQUESTS = [
    Bad(RFR, "methods", {}, "one or more of"),
    Bad(RFR, "methods.guesswork", {}, "only the documented fields"),
    Bad(RFR, "dates.valuation_date", GONE, "a value"),
    Bad(RFR, "dates.valuation_date", "0020-12-31", "a date from 1800-01-01 to 2999-12-31"),
    Bad(RFR, "dates.report_date", "2020-12-30", "2020-12-31 or later, the valuation date"),
    Bad(RFR, "dates.today", "2020-12-31", "only the documented fields"),
    Bad(RFR, "currency", "RMB", "one of"),
    Bad(RFR, "currency", GONE, "a value"),
    Bad(RFR, "subject.kind", "trade_secret", "'patent'"),
    Bad(RFR, "subject.expiry_date", GONE, "a value"),
    Bad(RFR, "subject.expiry_date", "2020-06-30", "2020-12-31"),
    Bad(RFR, "subject.jurisdiction", "China", "pattern"),
    Bad(RFR, "subject.grant_date", "2031-01-01", "filing ≤ grant ≤ expiry", "subject"),
    Bad(RFR, "subject", TRADEMARK | {"nice_classes": [46]}, "45", "subject.nice_classes.0"),
    Bad(RFR, "subject", DRUG | {"jurisdiction": "US"}, "US has no table", "subject.expiry_date"),
    Bad(RFR, "sources", {"a b": {"title": "Ledger", "status": "read"}}, "pattern"),
    Bad(RFR, "sources", {"ledger": {"title": "Ledger"}}, "a value", "sources.ledger.status"),
    Bad(RFR, f"reconciliation.weights.{RFR}.share", 0.9, "1", "reconciliation.weights"),
    Bad(RFR, f"reconciliation.weights.{RFR}.share", -1, "greater than or equal to 0"),
    Bad(RFR, f"reconciliation.weights.{RFR}.reason", "", "at least 3"),
    Bad(RFR, "reconciliation.weights", {"replacement_cost": WEIGHT}, RFR),
    Bad(RFR, "reconciliation.weights", {}, "at least 1"),
    Bad(RFR, "reconciliation.maximum_ratio", 0.5, "greater than 1"),
    Bad(RFR, "liquidation", {"time_to_sale_years": figure(-1)}, "≥ 0", "liquidation.time_to_sale_years"),
    Bad(RFR, "reporting", {"currency": "USD", "conversion_rate": figure(0)}, "> 0"),
    Bad(RFR, "uncertainty", {"seed": -1}, "greater than or equal to 0"),
    Bad(RFR, "uncertainty", {"seed": 1, "level_share": 95}, "less than"),
    Bad(RFR, "uncertainty", {"seed": 1, "points_per_scramble": 1000}, "power of two"),
    Bad(DAMAGES, "currency", "USD", "CNY"),
]


def _field(bad: Bad, prefix: str) -> str:
    """Where the fault must be named: by its own path (a figure, not the number in it), or as the row says."""
    if bad.field is None:
        return prefix + bad.path.removesuffix(".value")
    return bad.field.replace("~", prefix.rstrip("."))


def check(request: dict[str, Any], bad: Bad, field: str) -> None:
    with pytest.raises(IpfinError) as raised:
        appraise(parse(request_model(), request))
    problems = raised.value.problems
    named = [problem for problem in problems if problem.field == field or problem.field.startswith(f"{field}.")]
    assert named, f"{field} is not among {[problem.field for problem in problems]}"
    assert any(bad.expected in f"{problem.expected}{problem}" for problem in named), [str(each) for each in problems]
    assert all(problem.found for problem in problems), "what was found is said"
    assert str(problems[0]) in str(raised.value)


@pytest.mark.parametrize("bad", INPUTS, ids=str)
def test_a_fault_in_a_method_is_named(bad: Bad) -> None:
    request = asked({bad.method: put(sample(bad.method), bad.path, bad.value)})
    check(request, bad, _field(bad, f"methods.{bad.method}."))


@pytest.mark.parametrize("bad", REQUESTS, ids=str)
def test_a_fault_in_the_request_is_named(bad: Bad) -> None:
    request = put(asked({bad.method: sample(bad.method)}), bad.path, bad.value)
    check(request, bad, _field(bad, ""))


def test_every_method_is_tried_and_there_are_at_least_sixty_faults() -> None:
    own_files = {name for name, method in methods().items() if method.approach == "options"} - {"launch_option"}
    assert {bad.method for bad in INPUTS} == set(SAMPLES) - own_files
    assert len({(bad.method, bad.path, str(bad.value)) for bad in [*INPUTS, *REQUESTS]}) >= 60
