"""Drug candidate: is every flow weighted by the probability that it is reached, at the time it falls?

Checked against: published likelihoods of approval (tests/literature), enumeration of every path (second way),
identities (all probabilities one: plain net present value; licensor + licensee = whole), and the published wrong
answer that weights a phase's cost by its own success.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, amounts, figure
from tests.valuation.method_samples import NO_TAX, codes, concluded, conclusion, sample
from valuation.errors import InputError

NAME = "drug_rnpv"
NO_LICENCE = {"kind": "none", "reason": "left out in this test"}
SUCCESS = st.floats(0.05, 1.0)


def phases(*rows: tuple[float, float, float]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"阶段{number}",
            "cost": amount(f"{cost:.2f}"),
            "duration_years": figure(years),
            "success_share": figure(success),
        }
        for number, (cost, years, success) in enumerate(rows)
    ]


def simple(
    *rows: tuple[float, float, float], sales: tuple[float, ...] = (900.0, 1200.0), **changes: Any
) -> dict[str, Any]:
    """Costs at the start of phases, sales at the ends of years, half of them profit, no tax, exclusive throughout."""
    return {
        "phases": phases(*rows),
        "phase_cost_timing": "start",
        "revenue": amounts(*sales),
        "operating_cost_share": figure(0.5),
        "market_timing": "year_end",
        "exclusivity": {"kind": "years_from_launch", "years": figure(50.0)},
        "kept_after_exclusivity_share": figure(0.0),
        "tax": NO_TAX,
        "discount_rate_share": figure(0.1),
        "licence": NO_LICENCE,
        "perspective": "whole",
    } | changes


@given(SUCCESS, SUCCESS, SUCCESS)
def test_enumerating_every_path_gives_the_same(one: float, two: float, three: float) -> None:
    """Second way: each course of events with its own probability and its own net present value."""
    shares, costs = (one, two, three), (100.0, 300.0, 20.0)
    found = conclusion(NAME, simple(*zip(costs, (1.0, 2.0, 1.0), shares, strict=True)))
    starts, expected = (0, 1, 3), 0.0
    for outcome in itertools.product((True, False), repeat=3):
        probability = 1.0
        for passed, share in zip(outcome, shares, strict=True):
            probability *= share if passed else 1 - share
        worth = 0.0
        for passed, cost, start in zip(outcome, costs, starts, strict=True):
            worth -= cost / 1.1**start
            if not passed:
                break
        else:
            worth += 450 / 1.1**5 + 600 / 1.1**6
        expected += probability * worth
    assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_with_certainty_it_is_the_net_present_value() -> None:
    """Identity: all p = 1."""
    found = conclusion(NAME, simple((100.0, 1.0, 1.0), (300.0, 2.0, 1.0)))
    assert found.value == pytest.approx(pyxirr.npv(0.1, [-100, -300, 0, 0, 450, 600]))
    assert "technical_risk_counted_twice" not in codes(found)


def test_a_cost_is_weighted_by_reaching_its_phase() -> None:
    """Published wrong answer: costs weighted by the probability of success. Hand, without sales: the first cost is
    certain, the second is reached with 0.4: −100 − 0.4 × 300 / 1.1; the wrong one is −40 − 0.4 × 0.5 × 300 / 1.1.
    """
    found = conclusion(NAME, simple((100.0, 1.0, 0.4), (300.0, 2.0, 0.5), sales=(0.0,)))
    assert found.value == pytest.approx(-100 - 0.4 * 300 / 1.1)
    assert found.value != pytest.approx(-0.4 * 100 - 0.2 * 300 / 1.1)


@given(st.floats(0.05, 0.9), st.floats(0.01, 0.1))
def test_a_better_last_chance_is_worth_more(share: float, more: float) -> None:
    low, high = (conclusion(NAME, simple((100.0, 1.0, 0.5), (10.0, 1.0, each))).value for each in (share, share + more))
    assert low < high


@pytest.mark.parametrize(
    ("exclusivity", "kept"),
    [
        # Launch after 2 years; sales of years 3 and 4 are 900 and 1,200.
        ({"kind": "years_from_launch", "years": figure(1.0)}, (1.0, 0.2)),
        ({"kind": "years_from_launch", "years": figure(1.5)}, (1.0, 0.6)),
        ({"kind": "years_from_launch", "years": figure(0.0)}, (0.2, 0.2)),
        ({"kind": "until", "last_day": "2023-12-31", "reason": "data protection"}, (1.0, 0.2)),
        ({"kind": "legal_end"}, (1.0, 1.0)),
    ],
)
def test_sales_fall_when_others_may_enter(exclusivity: dict[str, Any], kept: tuple[float, float]) -> None:
    """Hand: the part of a year after the end keeps a fifth."""
    asked = simple((0.0, 2.0, 1.0), exclusivity=exclusivity, kept_after_exclusivity_share=figure(0.2))
    sales = conclusion(NAME, asked).worksheet.row("sales")
    assert sales == pytest.approx((0.0, 900 * kept[0], 1200 * kept[1]))


def test_a_later_launch_loses_exclusive_time() -> None:
    early, late = (
        conclusion(NAME, simple((0.0, years, 1.0), exclusivity={"kind": "legal_end"})) for years in (8.0, 9.0)
    )
    # The right ends 9.5 years after the valuation date.
    assert early.worksheet.row("protected_share")[1:] == pytest.approx((1.0, 0.5), abs=0.01)
    assert late.worksheet.row("protected_share")[1:] == pytest.approx((0.5, 0.0), abs=0.01)


@given(st.floats(0, 0.3), st.floats(0, 0.5))
def test_licensor_and_licensee_make_the_whole(royalty: float, tax: float) -> None:
    values = {}
    for perspective in ("whole", "licensor", "licensee"):
        asked = sample(NAME, perspective=perspective, tax={"kind": "rate", "rate_share": figure(tax)})
        asked["licence"]["royalty_rate_share"] = figure(royalty)
        values[perspective] = conclusion(NAME, asked).value
    assert values["licensor"] + values["licensee"] == pytest.approx(values["whole"], rel=1e-9)


def test_what_a_licensor_gets_by_hand() -> None:
    """Hand: 50 today; 80 at the end of phase 1 (1 year) if it passes (0.4); 10 % of 900 at the end of year 4 with
    0.4 × 0.5; no tax.
    """
    licence = {
        "kind": "licence",
        "upfront": amount("50.00"),
        "milestones": [{"phase": "阶段0", "amount": amount("80.00")}],
        "royalty_rate_share": figure(0.1),
    }
    asked = simple((10.0, 1.0, 0.4), (20.0, 2.0, 0.5), sales=(900.0,), licence=licence, perspective="licensor")
    assert conclusion(NAME, asked).value == pytest.approx(50 + 0.4 * 80 / 1.1 + 0.2 * 90 / 1.1**4)


def test_mid_year_market_flows_come_half_a_year_earlier() -> None:
    end, middle = (
        conclusion(NAME, simple((0.0, 1.0, 1.0), market_timing=timing)).value for timing in ("year_end", "mid_year")
    )
    assert middle == pytest.approx(end * 1.1**0.5)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"perspective": "licensor", "licence": NO_LICENCE}, "perspective"),
        ({"tax": {"kind": "rate", "rate_share": figure(0.25), "on_losses": "not_credited"}}, "tax.on_losses"),
        ({"phases": [*sample(NAME)["phases"], sample(NAME)["phases"][0]]}, "phases"),
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=field):
        concluded(NAME, **changes)


@pytest.mark.parametrize(("names", "expected"), [(["IV期"], "one of"), (["II期", "II期"], "once")])
def test_a_milestone_belongs_to_one_phase(names: list[str], expected: str) -> None:
    licence = sample(NAME)["licence"] | {"milestones": [{"phase": name, "amount": amount("1.00")} for name in names]}
    with pytest.raises(InputError, match=expected):
        concluded(NAME, licence=licence)


def test_exclusivity_until_the_end_of_a_right_without_one_is_refused() -> None:
    with pytest.raises(InputError, match=r"exclusivity\.kind"):
        conclusion(NAME, sample(NAME), subject=VARIETY)


def test_a_rate_that_holds_technical_risk_is_named() -> None:
    """Trap: technical risk in the success shares and again in the rate. The table's usual upper end is 12 %."""
    assert "technical_risk_counted_twice" not in codes(concluded(NAME))
    assert "technical_risk_counted_twice" in codes(concluded(NAME, discount_rate_share=figure(0.2)))
