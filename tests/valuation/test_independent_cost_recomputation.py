"""Does plain arithmetic give the value of every cost method, and of the income methods that tell their own story?

Checked against: a second independent way, as in ``test_independent_recomputation``: each method is recomputed three
times from its textbook definition by loops, on requests drawn from a seeded generator. COCOMO's constants are Boehm's,
written out here again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest

from tests.valuation.asking import PATENT, Data, amount, amounts, figure, series
from tests.valuation.assets.rights import FILM, REGION, TRADEMARK
from tests.valuation.method_samples import conclusion
from tests.valuation.recomputing import drawn_forecast, drawn_tax, money, share
from tests.valuation.test_independent_recomputation import CASES, INCOME, Recomputed
from valuation.catalogue import methods

YEARS = 5


def _paid(value: float) -> Data:
    return amount(f"{value:.2f}")


def replacement_cost(random: Random) -> Recomputed:
    spent, rises, profit = [money(random, 1e4, 9e5) for _ in range(4)], [], share(random, 0, 0.3)
    cost, items = 0.0, []
    for number, each in enumerate(spent):
        rises.append(share(random, 0.8, 1.6))
        cost += each * rises[-1]
        items.append({"name": f"项目{number}", "amount": _paid(each), "price_index_ratio": figure(rises[-1])})
    losses = [share(random, 0, 0.3) for _ in range(3)]
    combination = random.choice(["additive", "multiplicative"])
    left = 1.0
    for loss in losses:
        left = left - loss if combination == "additive" else left - left * loss
    kinds = dict(zip(("physical_share", "functional_share", "economic_share"), map(figure, losses), strict=True))
    asked = {
        "items": items,
        "developer_profit_share": figure(profit),
        "obsolescence": {"combination": combination, **kinds},
    }
    return asked, (cost + cost * profit) * left


def historic_cost(random: Random) -> Recomputed:
    today, earned, cost, costs = share(random, 90, 130), share(random, 0, 0.3), 0.0, []
    for number in range(5):
        spent, index = money(random, 1e4, 9e5), share(random, 60, 120)
        cost += spent / index * today
        costs.append(
            {
                "name": f"成本{number}",
                "spent_on": f"{2012 + number}-05-31",
                "amount": _paid(spent),
                "price_index": figure(index),
                "was_expensed": random.random() < 0.5,
            }
        )
    used, left = share(random, 0, 10), share(random, 1, 10)
    condition = {"kind": "life", "years_used": figure(used), "remaining_years": figure(left)}
    asked = {
        "costs": costs,
        "price_index_today": figure(today),
        "reasonable_return_share": figure(earned),
        "condition": condition,
    }
    # What is left is the whole less what the years used took of it.
    return asked, cost * (1 + earned) * (1 - used / (used + left))


def _made_again(random: Random) -> tuple[tuple[float, float, float, float, float], float]:
    """Inputs of the multiplier formula, and the cost: every success bears the failures beside it."""
    materials, labour = money(random, 1e4, 9e6), money(random, 1e4, 9e6)
    creative, failing, earned = share(random, 1, 5), share(random, 0, 0.6), share(random, 0, 0.5)
    tried = materials + creative * labour
    # One success in so many attempts: the cost of all attempts, added up until those left are nothing.
    of_all, again = 0.0, tried
    for _ in range(400):
        of_all, again = of_all + again, again * failing
    return (materials, labour, creative, failing, earned), of_all * (1 + earned)


def multiplier_coefficient(random: Random) -> Recomputed:
    (materials, labour, creative, failing, earned), new = _made_again(random)
    lost = share(random, 0, 0.9)
    asked = {
        "materialised_cost": _paid(materials),
        "labour_cost": _paid(labour),
        "creative_labour_multiplier": figure(creative),
        "average_research_risk_coefficient": figure(failing),
        "investment_return_share": figure(earned),
        "obsolescence": {"kind": "share", "share": figure(lost)},
    }
    return asked, new - new * lost


def cost_plus_split(random: Random) -> Recomputed:
    (materials, labour, creative, failing, earned), new = _made_again(random)
    safe, risky = share(random, 0, 0.05), share(random, 0, 0.15)
    income, added = ([money(random, low, low * 5) for _ in range(YEARS)] for low in (1e6, 1e5))
    # Income times the rate, the rate being added profit over income, both today: income falls out.
    split, factor = 0.0, 1.0
    for each in added:
        factor /= 1 + safe + risky
        split += each * factor
    asked = {
        "production_cost": _paid(materials),
        "creative_cost": _paid(labour),
        "creative_labour_multiplier": figure(creative),
        "creation_risk_coefficient": figure(failing),
        "industry_return_share": figure(earned),
        "income": amounts(*income),
        "additional_profit": amounts(*added),
        "risk_free_rate_share": figure(safe),
        "risk_premium_share": figure(risky),
    }
    return asked, new + split


def minimum_licence_fee(random: Random) -> Recomputed:
    cost, left = money(random, 1e5, 9e6), share(random, 0.1, 1)
    rises, units = [share(random, -0.05, 0.1) for _ in range(4)], [share(random, 10, 500) for _ in range(3)]
    lost, added = money(random, 0, 1e5), money(random, 0, 1e5)
    price = cost
    for rise in rises:
        price += price * rise
    users = [{"name": f"使用方{number}", "units": figure(each)} for number, each in enumerate(units)]
    asked = {
        "replacement_cost": _paid(cost),
        "price_increase_share_by_year": [figure(rise) for rise in rises],
        "condition": {"kind": "stated", "remaining_share": figure(left)},
        "licensee_capacity": users[0],
        "other_capacities": users[1:],
        "lost_revenue": _paid(lost),
        "added_cost": _paid(added),
    }
    return asked, price * left / (sum(units) / units[0]) + lost + added


#: Boehm (1981), basic model: effort = a · KLOC^b person-months.
BOEHM = {"organic": (2.4, 1.05), "semi_detached": (3.0, 1.12), "embedded": (3.6, 1.20)}


def cocomo_software(random: Random) -> Recomputed:
    mode, size, adjustment = random.choice(list(BOEHM)), share(random, 2, 300), share(random, 0.7, 1.5)
    month, profit, lost = money(random, 1e4, 5e4), share(random, 0, 0.3), share(random, 0, 0.8)
    factor, exponent = BOEHM[mode]
    effort = factor * math.exp(exponent * math.log(size)) * adjustment
    asked = {
        "size_kloc": figure(size),
        "mode": mode,
        "effort_adjustment": figure(adjustment),
        "cost_per_person_month": _paid(month),
        "developer_profit_share": figure(profit),
        "obsolescence_share": figure(lost),
    }
    return asked, effort * month * (1 + profit) * (1 - lost)


def infringement_damages(random: Random) -> Recomputed:
    """Loss of the owner, a multiple on top of it, and costs that are never multiplied; trademark law of 2019."""
    units, profit, part = share(random, 100, 9000), money(random, 1, 500), share(random)
    multiple, costs = share(random, 1, 5), money(random, 0, 1e5)
    reading = random.choice(["total_is_multiple", "added_to_base"])
    base = units * profit * part
    wilful = {"kind": "punitive", "multiple": figure(multiple), "reading": reading, "wilful_and_serious": "drawn"}
    basis = {
        "kind": "lost_profit",
        "lost_units": figure(units),
        "profit_per_unit": _paid(profit),
        "contribution_share": figure(part),
    }
    asked = {"law": "trademark", "basis": basis, "punitive": wilful, "reasonable_costs": _paid(costs)}
    owed = costs + base * multiple
    return asked, owed if reading == "total_is_multiple" else owed + base


def probability_tree(random: Random) -> Recomputed:
    """Three chances, each met only if the one before went well: walked through from the first to the last."""
    branches, reached, worth, parent = [], 1.0, 0.0, None
    for number in range(3):
        chance, failed = share(random, 0.2, 0.9), money(random, -9e6, 0)
        above = {"parent": parent} if parent else {}
        won = {"id": f"won_{number}", "name": "成", "probability_share": figure(chance)} | above
        lost = {"id": f"lost_{number}", "name": "败", "probability_share": figure(1 - chance)} | above
        branches += [won, lost | {"present_value": _paid(failed)}]
        worth += reached * (1 - chance) * failed
        reached, parent = reached * chance, f"won_{number}"
    end = money(random, 1e6, 9e7)
    branches[-2]["present_value"] = _paid(end)
    return {"branches": branches}, worth + reached * end


def film_waterfall(random: Random) -> Recomputed:
    """A fee on receipts, an advance paid back from what is left, then a share of the rest."""
    drawn, tax = drawn_forecast(random, YEARS), drawn_tax(random)
    gross, costs = ([money(random, 0, top) for _ in range(YEARS)] for top in (9e6, 3e5))
    kept, fee, points = share(random, 0.3, 0.6), share(random, 0.1, 0.3), share(random, 0, 0.2)
    owed = unpaid = money(random, 1e6, 9e6)
    flows = []
    for got, cost, year in zip(gross, costs, drawn.years, strict=True):
        receipts = got * (1 - kept) * year.counted
        rest = receipts - receipts * fee
        back = min(rest, unpaid)
        unpaid, rest = unpaid - back, rest - back
        flows.append(tax.left(back + rest * (1 - points) - cost * year.counted))
    tiers = [
        {"kind": "fee", "name": "发行费", "share": figure(fee), "base": "receipts", "recipient": "others"},
        {"kind": "recoupment", "name": "成本", "balance": _paid(owed), "recipient": "owner"},
        {"kind": "fee", "name": "分红", "share": figure(points), "base": "remaining", "recipient": "others"},
    ]
    asked = {
        "streams": [{"name": "票房", "gross": amounts(*gross), "kept_before_share": figure(kept)}],
        "tiers": tiers,
        "owner_cost": amounts(*costs),
        "forecast": drawn.stated,
    }
    return asked | tax.fields, tax.with_benefit(drawn.present(flows), drawn.rate, drawn.timing)


def plant_variety_royalty(random: Random) -> Recomputed:
    """An annual crop whose adoption follows a logistic curve until a better variety comes."""
    drawn, tax = drawn_forecast(random, YEARS), drawn_tax(random)
    area, fit, top, speed, half = (share(random, *span) for span in ((1e3, 9e4), (0.1, 1), (0.1, 1), (0.2, 2), (0, 4)))
    comes, lost, rate, collected = (share(random, *span) for span in ((0, 3), (0, 0.3), (0.01, 0.1), (0.3, 1)))
    yields, prices, costs = ([money(random, *span) for _ in range(YEARS)] for span in ((1, 9), (1e3, 9e3), (0, 2e5)))
    flows = []
    for tonnes, price, cost, year in zip(yields, prices, costs, drawn.years, strict=True):
        adopted = top / (1 + math.exp(speed * (half - year.middle)))
        kept = math.pow(1 - lost, max(year.middle - comes, 0.0))
        royalty = area * fit * adopted * kept * tonnes * price * rate
        flows.append(tax.left((royalty * collected - cost) * year.counted))
    asked = {
        "crop_area_hectares": figure(area),
        "territorial_fit_share": figure(fit),
        "adoption": {
            "kind": "logistic",
            "ceiling_share": figure(top),
            "speed_per_year": figure(speed),
            "midpoint_years": figure(half),
        },
        "replacement": {
            "kind": "better_variety",
            "arrives_after_years": figure(comes),
            "lost_share_per_year": figure(lost),
        },
        "plant_life": {"kind": "annual"},
        "royalty": {
            "kind": "harvest",
            "yield_tonnes_per_hectare": series(yields),
            "price_per_tonne": amounts(*prices),
            "royalty_rate_share": figure(rate),
        },
        "collected_share": figure(collected),
        "owner_cost": amounts(*costs),
        "forecast": drawn.stated,
    }
    return asked | tax.fields, tax.with_benefit(drawn.present(flows), drawn.rate, drawn.timing)


def regional_brand(random: Random) -> Recomputed:
    """Users leave a share of the rest at a time; the premium is what their goods fetch above ordinary ones."""
    drawn, tax = drawn_forecast(random, YEARS), drawn_tax(random)
    users, leaving, tonnes, meeting, named = (
        share(random, *span) for span in ((10, 500), (0, 0.1), (5, 90), (0.3, 1), (0.2, 0.9))
    )
    ordinary, above, extra, costs = (
        [money(random, *span) for _ in range(YEARS)] for span in ((3e3, 7e3), (1e3, 3e3), (0, 5e2), (0, 3e5))
    )
    flows = []
    for gained, added, cost, year in zip(above, extra, costs, drawn.years, strict=True):
        sold = users * math.pow(1 - leaving, year.middle) * tonnes * meeting
        flows.append(tax.left((sold * (gained - added) * named - cost) * year.counted))
    asked = {
        "users": {"kind": "leaving", "count": figure(users), "leaving_share_per_year": figure(leaving)},
        "tonnes_per_user": figure(tonnes),
        "compliant_share": figure(meeting),
        "price_with_name": amounts(*[round(low + more, 2) for low, more in zip(ordinary, above, strict=True)]),
        "price_without_name": amounts(*ordinary),
        "added_cost_per_tonne": amounts(*extra),
        "name_share": figure(named),
        "collected_share": figure(0.2),
        "registrant_cost": amounts(*costs),
        "forecast": drawn.stated,
    }
    return asked | tax.fields, tax.with_benefit(drawn.present(flows), drawn.rate, drawn.timing)


METHODS: dict[Callable[[Random], Recomputed], Data] = {
    replacement_cost: PATENT,
    historic_cost: PATENT,
    multiplier_coefficient: PATENT,
    cost_plus_split: PATENT,
    minimum_licence_fee: PATENT,
    cocomo_software: PATENT,
    infringement_damages: TRADEMARK,
    probability_tree: PATENT,
    film_waterfall: FILM,
    plant_variety_royalty: PATENT,
    regional_brand: REGION,
}


@pytest.mark.parametrize("case", range(CASES))
@pytest.mark.parametrize("method", METHODS, ids=lambda each: each.__name__)
def test_a_method_is_what_plain_arithmetic_gives(method: Callable[[Random], Recomputed], case: int) -> None:
    asked, expected = method(Random(f"{method.__name__} {case}"))
    found = conclusion(method.__name__, asked, subject=METHODS[method])
    assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-4)


def test_no_income_or_cost_method_is_left_out() -> None:
    wanted = {name for name, method in methods().items() if method.approach in ("income", "cost")}
    assert {each.__name__ for each in (*INCOME, *METHODS)} == wanted
