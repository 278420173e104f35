"""Does plain arithmetic, written again without the engine, give the value of every income and cost method?

Checked against: a second independent way. Each method is recomputed three times from its textbook definition by loops
over years, on requests drawn from a seeded generator: first years counted in part, ends of life inside a year, exact
payment days, four kinds of survival, losses with and without tax credit, tax lives apart from the asset's. What goes
on for ever is added up for thousands of years; the tax amortisation benefit is found by going round its circle.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.valuation.asking import VARIETY, Data, amount, amounts, figure, series
from tests.valuation.method_samples import conclusion, sample
from tests.valuation.recomputing import Drawn, DrawnTax, drawn_forecast, drawn_tax, money, share

#: A request and what it should be worth, with the subject where it is not the usual patent.
Recomputed = tuple[Data, float]
CASES = 3
#: What is left of a flow after so many years, at rates two points above its growth, is nothing in twelve digits.
ENDLESS_YEARS = 1500


def _row(random: Random, years: int, low: float, high: float) -> list[float]:
    return [money(random, low, high) for _ in range(years)]


def _shares(random: Random, years: int, low: float, high: float) -> list[float]:
    return [share(random, low, high) for _ in range(years)]


def _taxed_value(drawn: Drawn, tax: DrawnTax, incomes: list[float], charges: list[float] | None = None) -> float:
    """Tax each counted year, take off what is after tax already, discount, add the tax amortisation benefit."""
    flows = []
    for index, (income, year) in enumerate(zip(incomes, drawn.years, strict=True)):
        charge = charges[index] if charges else 0.0
        flows.append(tax.left(income * year.counted) - charge * year.counted)
    return tax.with_benefit(drawn.present(flows), drawn.rate, drawn.timing)


def above_industry_return(random: Random) -> Recomputed:
    drawn, tax, part = drawn_forecast(random, 4), drawn_tax(random), share(random, 0.2, 0.9)
    base, industry, own = _row(random, 4, 1e6, 5e6), _shares(random, 4, 0.02, 0.1), _shares(random, 4, 0.11, 0.3)
    incomes = [each * (ours - theirs) * part for each, ours, theirs in zip(base, own, industry, strict=True)]
    asked = {
        "base_kind": "capital",
        "base": amounts(*base),
        "own_return_share": series(own),
        "industry_return_share": series(industry),
        "right_share": figure(part),
    }
    return asked | tax.fields | {"forecast": drawn.stated}, _taxed_value(drawn, tax, incomes)


def incremental_income(random: Random) -> Recomputed:
    drawn, tax, part = drawn_forecast(random, 5), drawn_tax(random), share(random, 0.2, 1)
    businesses, profits = [], []
    for _ in range(2):
        volume, price, cost = _row(random, 5, 100, 900), _row(random, 5, 5, 90), _row(random, 5, 1, 60)
        businesses.append({"volume_units": series(volume), "unit_price": series(price), "unit_cost": series(cost)})
        profits.append([q * (p - c) for q, p, c in zip(volume, price, cost, strict=True)])
    incomes = [(first - second) * part for first, second in zip(*profits, strict=True)]
    increment = {"kind": "two_situations", "with_right": businesses[0], "without_right": businesses[1]}
    asked = {"increment": increment, "right_share": figure(part), **tax.fields, "forecast": drawn.stated}
    return asked, _taxed_value(drawn, tax, incomes)


def relief_from_royalty(random: Random) -> Recomputed:
    drawn, tax = drawn_forecast(random, 5), drawn_tax(random)
    sales, costs, rates = _row(random, 5, 1e6, 9e6), _row(random, 5, 0, 2e5), _shares(random, 5, 0, 0.1)
    incomes = [sold * rate - cost for sold, rate, cost in zip(sales, rates, costs, strict=True)]
    asked = {
        "revenue": amounts(*sales),
        "royalty_rate_share": series(rates),
        "owner_cost": amounts(*costs),
        "tax_rate_share": figure(tax.rate),
        "tax_on_losses": "credited" if tax.is_credited else "not_credited",
        "tax_amortisation": tax.amortisation,
    }
    return asked | drawn.stated, _taxed_value(drawn, tax, incomes)


def profit_split(random: Random) -> Recomputed:
    """Marginal analysis, weighted by the years that count and by no others."""
    drawn, tax, decay = drawn_forecast(random, 5), drawn_tax(random), share(random, 0, 0.2)
    profits, added = _row(random, 5, 1e6, 5e6), _row(random, 5, 1e5, 5e5)
    parts = _shares(random, 5, 0.1, 0.6)
    above = below = 0.0
    for profit, part, year in zip(added, parts, drawn.years, strict=True):
        weight = year.counted / (1 + drawn.rate) ** year.paid
        above += profit * weight
        below += profit / part * weight
    incomes = [profit * above / below * (1 - decay) ** number for number, profit in enumerate(profits)]
    marginal = {
        "kind": "marginal",
        "additional_profit": amounts(*added),
        "additional_share_of_total": series(parts),
    }
    asked = {
        "profit": {"kind": "stated", "amounts": amounts(*profits)},
        "profit_basis": "total_profit",
        "split_rate": marginal,
        "yearly_decay_share": figure(decay),
    }
    return asked | tax.fields | {"forecast": drawn.stated}, _taxed_value(drawn, tax, incomes)


def _assets(random: Random, sales: list[float]) -> tuple[list[Data], list[float]]:
    """Two other assets, and what both take each year after tax: the return on them and of one of them."""
    values, earned, wear = _shares(random, len(sales), 0.05, 0.4), share(random, 0.03, 0.1), share(random, 0, 0.03)
    steady, wanted = share(random, 0.05, 0.2), share(random, 0.03, 0.15)
    charges = [sold * (value * earned + wear + steady * wanted) for sold, value in zip(sales, values, strict=True)]
    wearing = {"kind": "share_of_revenue", "share": figure(wear)}
    expensed = {"kind": "in_operating_costs", "reason": "drawn for the test"}
    assets = [
        {"name": "甲", "value_share_of_revenue": series(values), "return_share": figure(earned), "recovery": wearing},
        {"name": "乙", "value_share_of_revenue": figure(steady), "return_share": figure(wanted), "recovery": expensed},
    ]
    return assets, charges


def multi_period_excess_earnings(random: Random) -> Recomputed:
    drawn, tax, sales = drawn_forecast(random, 6), drawn_tax(random), _row(random, 6, 1e6, 9e6)
    margins = _shares(random, 6, -0.1, 0.4)
    assets, charges = _assets(random, sales)
    incomes = [sold * margin for sold, margin in zip(sales, margins, strict=True)]
    asked = {
        "revenue": amounts(*sales),
        "operating_margin_share": series(margins),
        "contributory_assets": assets,
        "forecast": drawn.stated,
    }
    return asked | tax.fields, _taxed_value(drawn, tax, incomes, charges)


def distributor(random: Random) -> Recomputed:
    asked, worth = multi_period_excess_earnings(random)
    margin = asked.pop("operating_margin_share")
    return asked | {"distributor_margin_share": margin, "own_margin_share": figure(0.9)}, worth


def discounted_cash_flow(random: Random) -> Recomputed:
    drawn, likely = drawn_forecast(random, 5), share(random, 0.1, 0.9)
    worth, scenarios = 0.0, []
    for number, probability in enumerate((likely, 1 - likely)):
        flows = _row(random, 5, -1e5, 1e6)
        counted = [flow * year.counted for flow, year in zip(flows, drawn.years, strict=True)]
        worth += probability * drawn.present(counted)
        scenarios.append({"name": f"情景{number}", "probability_share": figure(probability), "flow": amounts(*flows)})
    return {"scenarios": scenarios, "forecast": drawn.stated}, worth


def with_and_without(random: Random) -> Recomputed:
    drawn, tax = drawn_forecast(random, 4), drawn_tax(random)
    better, worse = _row(random, 4, 1e5, 9e5), _row(random, 4, -1e5, 5e5)
    comparison = {
        "kind": "stated_flows",
        "with_right": amounts(*better),
        "without_right": amounts(*worse),
        "forecast": drawn.stated,
        **tax.fields,
    }
    incomes = [one - other for one, other in zip(better, worse, strict=True)]
    return {"comparison": comparison}, _taxed_value(drawn, tax, incomes)


def _for_ever(drawn: Drawn, last: float, growth: float) -> float:
    """The last year's flow goes on growing, a year at a time, until nothing of it is left to add."""
    worth, time, flow = 0.0, drawn.years[-1].paid, last
    for _ in range(ENDLESS_YEARS):
        time, flow = time + 1, flow * (1 + growth)
        worth += flow / (1 + drawn.rate) ** time
    return worth


def greenfield(random: Random) -> Recomputed:
    drawn, tax = drawn_forecast(random, 4, is_endless=True), drawn_tax(random)
    sales, costs, wear = _row(random, 4, 2e6, 4e6), _row(random, 4, 1e6, 2.5e6), _row(random, 4, 1e4, 9e4)
    spent, initial, growth = _row(random, 4, 1e5, 3e5), money(random, 1e5, 9e5), share(random, -0.02, 0.03)
    flows = [
        tax.left((sold - cost) * year.counted) + (worn - outlay) * year.counted
        for sold, cost, worn, outlay, year in zip(sales, costs, wear, spent, drawn.years, strict=True)
    ]
    before = drawn.present(flows) + _for_ever(drawn, flows[-1], growth) - initial
    asked = {
        "initial_investment": amount(f"{initial:.2f}"),
        "revenue": amounts(*sales),
        "operating_cost": amounts(*costs),
        "depreciation": amounts(*wear),
        "investment": amounts(*spent),
        "terminal": {"kind": "gordon", "growth_share": figure(growth)},
        "forecast": drawn.stated,
    }
    return asked | tax.fields, tax.with_benefit(before, drawn.rate, drawn.timing)


def contribution_in_kind(random: Random) -> Recomputed:
    drawn, growth = drawn_forecast(random, 3, is_endless=True), share(random, -0.02, 0.03)
    flows, part, off = _row(random, 3, 1e5, 9e5), share(random, 0.1, 0.5), share(random, 0, 0.4)
    counted = [flow * year.counted for flow, year in zip(flows, drawn.years, strict=True)]
    company = drawn.present(counted) + _for_ever(drawn, counted[-1], growth)
    asked = {
        "agreed_share": figure(part),
        "distributable_flow": amounts(*flows),
        "terminal": {"kind": "gordon", "growth_share": figure(growth)},
        "marketability_discount_share": figure(off),
        "forecast": drawn.stated,
    }
    return sample("contribution_in_kind") | asked, company * part * (1 - off)


def licence_fee(random: Random) -> Recomputed:
    """Milestones on the anniversaries of the valuation date; the minimum is that of the counted part of a year."""
    drawn, tax, rate = drawn_forecast(random, 5), drawn_tax(random), share(random, 0.01, 0.1)
    sales, costs = _row(random, 5, 1e6, 9e6), _row(random, 5, 0, 1e5)
    least, entry = money(random, 0, 3e5), money(random, 0, 1e6)
    milestones, fixed = [], entry
    for years in (1, 3):
        due, chance = money(random, 0, 1e6), share(random)
        fixed += due * chance / (1 + drawn.rate) ** years
        milestones.append(
            {
                "name": f"第{years}年",
                "due_on": f"{2020 + years}-12-31",
                "amount": amount(f"{due:.2f}"),
                "probability_share": figure(chance),
            }
        )
    incomes = [max(sold * rate, least) - cost for sold, cost in zip(sales, costs, strict=True)]
    flows = [tax.left(income * year.counted) for income, year in zip(incomes, drawn.years, strict=True)]
    asked = {
        "royalty_base": {"kind": "profit", "amounts": amounts(*sales)},
        "royalty_rate_share": figure(rate),
        "entry_fee": amount(f"{entry:.2f}"),
        "minimum_royalty": amount(f"{least:.2f}"),
        "milestones": milestones,
        "licensor_cost": amounts(*costs),
        "is_open_licence": False,
        "tax": tax.tax,
        "forecast": drawn.stated,
    }
    return asked, drawn.present(flows) + fixed * (1 - tax.rate)


def capitalised_royalty(random: Random) -> Recomputed:
    tax, rate, growth = drawn_tax(random), share(random, 0.06, 0.2), share(random, -0.02, 0.04)
    timing, wait = random.choice(["year_end", "mid_year"]), random.randint(0, 4)
    sales, royalty = money(random, 1e6, 9e6), share(random, 0.01, 0.1)
    stages = [(random.randint(1, 5), share(random, -0.05, 0.3)) for _ in range(3)]
    steps = [rise for years, rise in stages for _ in range(years)] + [growth] * ENDLESS_YEARS
    before, level = 0.0, sales
    for number, rise in enumerate(steps, start=1):
        level *= 1 + rise
        before += tax.left(level * royalty) / (1 + rate) ** (wait + number - 0.5 * (timing == "mid_year"))
    asked = {
        "base_revenue": amount(f"{sales:.2f}"),
        "royalty_rate_share": figure(royalty),
        "deferral_years": wait,
        "stages": [{"years": years, "growth_share": figure(rise)} for years, rise in stages],
        "after": {"kind": "for_ever", "growth_share": figure(growth)},
        "discount_rate_share": figure(rate),
        "timing": timing,
    }
    return asked | tax.fields, tax.with_benefit(before, rate, timing)


def excess_earnings_single_period(random: Random) -> Recomputed:
    income, rate, years = money(random, 5e5, 9e5), share(random, 0, 0.2), random.randint(1, 12)
    timing, assets = random.choice(["year_end", "mid_year"]), []
    for name in ("厂房", "存货"):
        value, earned = money(random, 1e5, 9e5), share(random, 0.01, 0.2)
        income_after = earned * value
        assets.append(({"name": name, "value": amount(f"{value:.2f}"), "return_share": figure(earned)}, income_after))
    left = income - sum(taken for _, taken in assets)
    worth = sum(left / (1 + rate) ** (year - 0.5 * (timing == "mid_year")) for year in range(1, years + 1))
    excess = {
        "kind": "income_less_returns",
        "annual_income": amount(f"{income:.2f}"),
        "assets": [asset for asset, _ in assets],
    }
    duration = {
        "kind": "finite",
        "advantage_years": figure(float(years)),
        "discount_rate_share": figure(rate),
        "timing": timing,
    }
    return {"excess": excess, "duration": duration}, worth


def drug_rnpv(random: Random) -> Recomputed:
    """One phase after the other, then one market year after the other; the licensor's part beside the whole."""
    rate, tax_rate = share(random, 0.05, 0.12), share(random, 0, 0.3)
    phase_part, market_part = random.choice([("start", 0.0), ("middle", 0.5), ("end", 1.0)]), random.choice([0.5, 1.0])
    royalty, upfront, exclusive = share(random, 0.02, 0.2), money(random, 0, 9e6), share(random, 1, 5)
    costs, lasting, chances = _row(random, 3, 1e6, 5e7), _shares(random, 3, 0.5, 3), _shares(random, 3, 0.2, 1)
    sales, cost_share, kept = _row(random, 6, 1e8, 9e8), share(random, 0.2, 0.7), share(random)
    due = _row(random, 3, 0, 5e6)
    reached, clock, whole, licensor = 1.0, 0.0, 0.0, upfront
    for cost, years, chance, milestone in zip(costs, lasting, chances, due, strict=True):
        whole -= reached * cost * (1 - tax_rate) / (1 + rate) ** (clock + phase_part[1] * years)
        reached, clock = reached * chance, clock + years
        licensor += reached * milestone / (1 + rate) ** clock
    for number, sold in enumerate(sales):
        protected = min(max(exclusive - number, 0.0), 1.0)
        gross = sold * (protected + (1 - protected) * kept) * reached / (1 + rate) ** (clock + number + market_part)
        whole += gross * (1 - cost_share) * (1 - tax_rate)
        licensor += gross * royalty
    phases = [
        {
            "name": f"阶段{number}",
            "cost": amount(f"{cost:.2f}"),
            "duration_years": figure(years),
            "success_share": figure(chance),
        }
        for number, (cost, years, chance) in enumerate(zip(costs, lasting, chances, strict=True))
    ]
    licence = {
        "kind": "licence",
        "upfront": amount(f"{upfront:.2f}"),
        "milestones": [{"phase": f"阶段{number}", "amount": amount(f"{each:.2f}")} for number, each in enumerate(due)],
        "royalty_rate_share": figure(royalty),
    }
    asked = {
        "phases": phases,
        "phase_cost_timing": phase_part[0],
        "revenue": amounts(*sales),
        "operating_cost_share": figure(cost_share),
        "market_timing": "mid_year" if market_part == 0.5 else "year_end",
        "exclusivity": {"kind": "years_from_launch", "years": figure(exclusive)},
        "kept_after_exclusivity_share": figure(kept),
        "tax": {"kind": "rate", "rate_share": figure(tax_rate)},
        "discount_rate_share": figure(rate),
        "licence": licence,
        "perspective": "licensee",
    }
    return asked, whole - licensor * (1 - tax_rate)


INCOME: tuple[Callable[[Random], Recomputed], ...] = (
    above_industry_return,
    incremental_income,
    relief_from_royalty,
    profit_split,
    multi_period_excess_earnings,
    distributor,
    discounted_cash_flow,
    with_and_without,
    greenfield,
    contribution_in_kind,
    licence_fee,
    capitalised_royalty,
    excess_earnings_single_period,
    drug_rnpv,
)


@pytest.mark.parametrize("case", range(CASES))
@pytest.mark.parametrize("method", INCOME, ids=lambda each: each.__name__)
def test_an_income_method_is_what_plain_arithmetic_gives(method: Callable[[Random], Recomputed], case: int) -> None:
    asked, expected = method(Random(f"{method.__name__} {case}"))
    # Nothing that goes on for ever may hang on a right that ends.
    is_endless = method in (greenfield, capitalised_royalty)
    found = conclusion(method.__name__, asked, **({"subject": VARIETY} if is_endless else {}))
    assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-4)
