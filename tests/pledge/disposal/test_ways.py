"""What does each way of disposal bring, and does it refuse what the rules of sale do not allow?

Hand: each way with the arithmetic beside the number. Published: the ladder 100 → 70 → 56 → 56 of an online court sale
(advisory page jiadelimei.com/zixun/168828.html, read). Second way: the auction's tree counted branch by branch, present
values by the annuity formula and by floats. Every rule of sale on its last permitted value and one step beyond.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.disposal_way import CashFlow, Disposal, Outcome, disposal_ways, dispose, judicial_sale_rules
from tests.pledge.disposal.cases import CASE, FREE, STATED
from valuation.errors import BeforeFirstStepError, InputError, UnknownNameError
from valuation.kernel.labels import Label

FREE_OF_INTEREST = replace(CASE, annual_rate_share=Decimal(0))


def stated(way: str, **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(STATED[way]), **changes}


def ask(way: str, **changes: Any) -> Disposal:
    return dispose(way, stated(way, **changes), case=CASE)


def rounds(*reserves: str, days: int = 30) -> list[dict[str, Any]]:
    return [
        {
            "days_after_previous": days,
            "reserve_share": reserve,
            "sale_probability_share": "0.5",
            "price_over_reserve": "1",
        }
        for reserve in reserves
    ]


def test_the_four_ways_are_found() -> None:
    assert list(disposal_ways()) == ["buy_back", "court_auction", "debt_to_patent", "licence_stream"]
    assert sorted(STATED) == list(disposal_ways())


def test_auction_by_hand() -> None:
    # Sold at 7,000,000 × 1.05 = 7,350,000: - 5,000 - 5 % 367,500 - 6 % 441,000 - one round 20,000 = 6,516,500.
    # Sold at 5,600,000: - 5,000 - 280,000 - 336,000 - two rounds 40,000 = 4,939,000. Not sold: - 40,000.
    # Probabilities 0.3; 0.7 × 0.4 = 0.28; 0.7 × 0.6 × 0.5 = 0.21; 0.21.
    found = ask("court_auction")
    assert [(each.probability_share, each.gross_fen, each.net_fen) for each in found.outcomes] == [
        (Fraction("0.3"), 7_350_000_00, 6_516_500_00),
        (Fraction("0.28"), 5_600_000_00, 4_939_000_00),
        (Fraction("0.21"), 5_600_000_00, 4_939_000_00),
        (Fraction("0.21"), 0, -40_000_00),
    ]
    # 1,954,950 + 1,382,920 + 1,037,190 - 8,400; gross 0.3 × 7,350,000 + 0.49 × 5,600,000.
    assert found.expected_net_fen == 4_366_660_00
    assert found.expected_gross_fen == 4_949_000_00
    # Paid after 40, 70, 60 + 15 + 60 + 10 = 145 days; given up after 135: 12 + 19.6 + 30.45 + 28.35.
    assert found.expected_days == Fraction("90.4")
    assert (found.worst_net_fen, found.best_net_fen) == (-40_000_00, 6_516_500_00)
    assert [each.last_day for each in found.outcomes] == [
        date(2026, 5, 11),
        date(2026, 6, 10),
        date(2026, 8, 24),
        date(2026, 8, 14),
    ]


def test_published_ladder_of_an_online_sale() -> None:
    changes = stated("court_auction", rounds=rounds("0.70", "0.56"), charges=FREE, cost_per_round="0.00")
    found = dispose("court_auction", changes, case=replace(CASE, appraised_value_fen=1_000_000_00))
    assert [each.gross_fen for each in found.outcomes] == [700_000_00, 560_000_00, 560_000_00, 0]
    opened, sold = date(2026, 5, 31), found.outcomes[2].last_day
    assert (sold - opened).days == 15 + 60 + 10


chances = st.decimals(0, 1, places=3)


@given(first=chances, second=chances, sale=chances)
def test_auction_tree_branch_by_branch(first: Decimal, second: Decimal, sale: Decimal) -> None:
    asked = stated("court_auction")
    stages = [*asked["rounds"], asked["sale_period"]]
    for stage, chance in zip(stages, (first, second, sale), strict=True):
        stage["sale_probability_share"] = chance
    found = dispose("court_auction", asked, case=CASE)
    # Every stage happens or not, independently; the first that happens sells. All eight worlds are counted.
    prices, worlds = (7_350_000_00, 5_600_000_00, 5_600_000_00), Fraction(0)
    for world in itertools.product((True, False), repeat=3):
        chance = Fraction(1)
        for happens, stage in zip(world, (first, second, sale), strict=True):
            chance *= Fraction(stage) if happens else 1 - Fraction(stage)
        worlds += chance * (prices[world.index(True)] if any(world) else 0)
    assert found.expected_gross_fen == worlds
    assert sum(each.probability_share for each in found.outcomes) == 1
    assert all(each.probability_share > 0 for each in found.outcomes)


def test_licence_fees_by_hand() -> None:
    # Good: 8 × (100,000 - 10,000 - 6,000) - 10,000 = 662,000; poor: 2 × 33,600 - 10,000 = 57,200; none: - 10,000.
    found = ask("licence_stream")
    assert [each.net_fen for each in found.outcomes] == [662_000_00, 57_200_00, -10_000_00]
    # 397,200 + 17,160 - 1,000.
    assert found.expected_net_fen == 413_360_00
    assert [flow.day for flow in found.outcomes[0].flows[:3]] == [CASE.starts_on, date(2026, 7, 1), date(2026, 10, 1)]
    assert found.probability_of(lambda outcome: outcome.gross_fen == 0) == Fraction("0.1")


def test_present_value_by_the_annuity_formula() -> None:
    # From 1 March 2024 to 1 March 2027 every year has 365 days: 110 / 1.1 + 110 / 1.21 + 110 / 1.331 = 273.553719….
    case = replace(CASE, starts_on=date(2024, 3, 1), policy_date=date(2024, 3, 1))
    yearly = {
        "name": "sure",
        "probability_share": "1",
        "payment": "110.00",
        "first_after_days": 365,
        "period_months": 12,
        "payment_count": 3,
    }
    asked = {"scenarios": [yearly], "set_up_cost": "0.00", "charges_of_each_payment": FREE}
    found = dispose("licence_stream", asked, case=case)
    annuity = Fraction(110_00) * (1 - 1 / Fraction("1.1") ** 3) / Fraction("0.1")
    assert abs(Fraction(found.outcomes[0].present_value(case)) - annuity) < Fraction(1, 10**40)
    assert found.expected_present_value_fen == 273_55


@pytest.mark.parametrize("way", sorted(STATED))
def test_present_value_by_floats_and_without_interest(way: str) -> None:
    found = ask(way)
    by_floats = sum(
        float(outcome.probability_share) * flow.net_fen / 1.1 ** ((flow.day - CASE.starts_on).days / 365)
        for outcome in found.outcomes
        for flow in outcome.flows
    )
    assert found.expected_present_value_fen == pytest.approx(by_floats, abs=0.6)
    idle = dispose(way, stated(way), case=FREE_OF_INTEREST)
    assert idle.expected_present_value_fen == idle.expected_net_fen


def test_buy_back_by_hand() -> None:
    # 3,000,000 - 5,000 - 150,000 - 180,000 = 2,665,000; else 1,000,000 - 5,000 - 50,000 - 60,000 = 885,000.
    found = ask("buy_back")
    assert [(each.net_fen, each.probability_share) for each in found.outcomes] == [
        (2_665_000_00, Fraction("0.9")),
        (885_000_00, Fraction("0.1")),
    ]
    assert found.expected_net_fen == 2_487_000_00
    assert found.outcomes[0].label == Label("担保机构按约回购", "the guarantor buys as agreed")
    nothing = ask("buy_back", fallback_price="0.00").outcomes[1]
    assert (nothing.gross_fen, nothing.net_fen) == (0, -5_000_00)


def test_settlement_by_the_right_by_hand() -> None:
    # Debt falls by 5,600,000; transfer 8,000 + 3 % 168,000; waiting 12,000; resale 4,000,000 - 5,000 - 200,000 -
    # 240,000 = 3,555,000: net 3,367,000; kept: - 188,000.
    found = ask("debt_to_patent")
    sold, kept = found.outcomes
    assert (sold.net_fen, kept.net_fen) == (3_367_000_00, -188_000_00)
    assert (sold.proceeds_fen, kept.proceeds_fen) == (5_600_000_00, 5_600_000_00)
    assert sold.costs_of_enforcement_fen == 176_000_00
    assert found.expected_net_fen == 1_589_500_00
    assert found.as_document()["outcomes"][1]["credited"] == "5600000.00"
    agreed = ask("debt_to_patent", failed_reserve=None, settlement_value="1.00")
    assert agreed.values_used == ()


def test_costs_may_run_on_after_the_right_has_expired() -> None:
    unsold = {"name": "kept", "probability_share": "1", "price": "0.00", "after_days": 5000}
    found = ask("debt_to_patent", resales=[unsold])
    assert found.outcomes[0].last_day > CASE.expiry_date
    assert found.expected_net_fen == -188_000_00


def test_a_sale_that_must_happen_has_no_impossible_outcome() -> None:
    sure = stated("court_auction")
    sure["rounds"][0]["sale_probability_share"] = "1"
    found = dispose("court_auction", sure, case=CASE)
    assert len(found.outcomes) == 1
    assert found.worst_net_fen == 6_516_500_00


def test_an_unverified_rule_is_named() -> None:
    found = ask("court_auction").as_document()
    assert {value["status"] for value in found["values_used"]} == {"recalled"}
    assert found["warnings"][0]["code"] == "recalled_value"
    assert len(found["warnings"]) == len(found["values_used"]) == 7


def test_reserves_are_rounded_up_and_prices_down() -> None:
    # 0.70 × 33 = 23.1 -> 24 fen reserve; × 1.05 = 25.2 -> 25 fen.
    free = stated("court_auction", charges=FREE, cost_per_round="0.00")
    found = dispose("court_auction", free, case=replace(CASE, appraised_value_fen=33))
    assert found.outcomes[0].gross_fen == 25


def test_offline_rules_are_others() -> None:
    # Since 2021 the first reserve is the appraisal; three rounds may be held, each 20 % lower.
    ladder = rounds("1", "0.8", "0.64")
    found = ask("court_auction", venue="offline", rounds=ladder, charges=FREE)
    assert [each.gross_fen // 100 for each in found.outcomes] == [10_000_000, 8_000_000, 6_400_000, 6_400_000, 0]
    before = replace(CASE, policy_date=date(2020, 12, 31))
    early = stated("court_auction", venue="offline", rounds=rounds("0.8", "0.64", "0.512"), charges=FREE)
    assert dispose("court_auction", early, case=before).outcomes[0].gross_fen == 8_000_000_00


ONLINE = "最高人民法院关于人民法院网络司法拍卖若干问题的规定"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rounds": rounds("0.69", "0.56")}, "court_auction.rounds.0.reserve_share: found 0.69, expected 0.7 or more"),
        (
            {"rounds": rounds("0.70", "0.559")},
            "court_auction.rounds.1.reserve_share: found 0.559, expected from 0.56 to 0.70",
        ),
        (
            {"rounds": rounds("0.70", "0.71")},
            "court_auction.rounds.1.reserve_share: found 0.71, expected from 0.56 to 0.70",
        ),
        ({"rounds": rounds("0.7", "0.6", "0.5")}, "court_auction.rounds: found 3 rounds, expected at most 2"),
        (
            {"rounds": rounds("0.7", "0.6", days=29)},
            "court_auction.rounds.0.days_after_previous: found 29 days, expected 30 or more",
        ),
        (
            {"rounds": [*rounds("0.7"), *rounds("0.6", days=14)]},
            "court_auction.rounds.1.days_after_previous: found 14 days, expected 15 or more",
        ),
        (
            {"rounds": rounds("0.7", "0.6", days=31)},
            "court_auction.rounds.1.days_after_previous: found 31 days, expected at most 30",
        ),
        (
            {"rounds": rounds("0.7")},
            "court_auction.sale_period: found a sale after 1 rounds, expected 2 failed rounds before",
        ),
        (
            {"sale_period": {**STATED["court_auction"]["sale_period"], "days": 61}},
            "court_auction.sale_period.days: found 61 days, expected at most 60",
        ),
    ],
)
def test_rules_of_sale_are_kept(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        ask("court_auction", **changes)
    assert str(caught.value).startswith(f"{message} (")
    assert str(caught.value).endswith(", recalled)")


def test_a_broken_rule_names_its_source() -> None:
    with pytest.raises(InputError, match="法释〔2016〕18号"):
        ask("court_auction", rounds=rounds("0.69"))
    assert judicial_sale_rules().sources["online_2016"].title == ONLINE


def scenario(**changes: Any) -> dict[str, Any]:
    first, *rest = copy.deepcopy(STATED["licence_stream"]["scenarios"])
    return {"scenarios": [{**first, **changes}, *rest]}


@pytest.mark.parametrize(
    ("way", "changes", "message"),
    [
        (
            "licence_stream",
            scenario(probability_share="0.5"),
            "licence_stream: probability_share: found a sum of 9/10, expected 0 or more each, exactly 1 in all",
        ),
        (
            "licence_stream",
            scenario(payment_count=33),
            "licence_stream: found money on 2034-07-01, expected none after 2034-05-01, the right's last day",
        ),
        (
            "licence_stream",
            scenario(name="poor"),
            "licence_stream.scenarios: found [{'name': 'poor', 'probability_share'",
        ),
        (
            "licence_stream",
            scenario(payment="100000.001"),
            "licence_stream.scenarios.0.payment: found '100000.001', expected a decimal text with at most two decimals",
        ),
        (
            "buy_back",
            {"performance_probability_share": "1.1"},
            "buy_back.performance_probability_share: found '1.1', expected a share of one from 0 to 1",
        ),
        ("buy_back", {"price": 3000000}, "buy_back.price: found 3000000, expected a decimal written as text"),
        ("buy_back", {"price": "-1.00"}, "buy_back.price: found '-1.00', expected an amount of zero or more"),
        ("buy_back", {"buyer": "friend"}, "buy_back.buyer: found 'friend', expected 'guarantor' or 'state_company'"),
        ("buy_back", {"note": "x"}, "buy_back.note: found an unknown field, expected only the documented fields"),
        (
            "buy_back",
            {"pays_after_days": 3000},
            "buy_back: found money on 2034-06-18, expected none after 2034-05-01, the right's last day",
        ),
        (
            "debt_to_patent",
            {"settlement_value": "5599999.99"},
            "debt_to_patent.settlement_value: found 5599999.99, expected 5600000.00 or more, the failed reserve (",
        ),
        ("debt_to_patent", {"resales": []}, "debt_to_patent.resales: found [], expected at least one entry"),
        (
            "court_auction",
            {"rounds": [{**rounds("0.7")[0], "price_over_reserve": "0.9"}]},
            "court_auction.rounds.0.price_over_reserve: found '0.9', expected greater than or equal to 1",
        ),
        (
            "court_auction",
            {"rounds": [{**rounds("0")[0]}]},
            "court_auction.rounds.0.reserve_share: found '0', expected greater than 0",
        ),
        (
            "court_auction",
            {"days_to_payment": -1},
            "court_auction.days_to_payment: found -1, expected greater than or equal to 0",
        ),
    ],
)
def test_bad_input_is_refused(way: str, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(way, **changes)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: replace(CASE, appraised_value_fen=-1), "appraised_value: found -1, expected 0 or more"),
        (
            lambda: replace(CASE, annual_rate_share=Decimal("NaN")),
            "annual_rate_share: found NaN, expected from 0 to below 1",
        ),
        (lambda: replace(CASE, annual_rate_share=Decimal(1)), "annual_rate_share: found 1, expected from 0 to below 1"),
        (
            lambda: replace(CASE, starts_on=date(2034, 5, 2)),
            "starts_on: found 2034-05-02, expected 2034-05-01 or earlier",
        ),
        (
            lambda: Disposal("x", Label("甲", "x"), CASE, (Outcome(Label("乙", "y"), Fraction(1, 2), (NOTHING,)),)),
            "x: probability_share: found a sum of 1/2, expected 0 or more each, exactly 1 in all",
        ),
    ],
)
def test_bad_cases_are_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        wrong()
    assert str(caught.value) == message


NOTHING = CashFlow(CASE.starts_on, 0)


def test_unknown_ways_and_days_without_rules_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^way: found 'gift', expected one of buy_back, court_auction"):
        dispose("gift", {}, case=CASE)
    early = replace(CASE, starts_on=date(2016, 12, 1), policy_date=date(2016, 12, 31))
    with pytest.raises(BeforeFirstStepError, match="2017-01-01"):
        dispose("court_auction", stated("court_auction"), case=early)
