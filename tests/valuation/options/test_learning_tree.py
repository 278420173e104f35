"""learning_tree: is a chance worth what the best plan over everything that may be heard brings?

Checked against: every plan there is, listed one by one (second way); Bayes' rule with probabilities after each message
and discounting from date to date (second way); the value of information by hand; identities. The published postponement
and the store that may open next year are in tests/literature.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.samples.learning_tree import sample
from valuation.kernel.conclusion import Conclusion

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
RATE = 0.1
Likelihoods = tuple[float, ...]


def concluded(
    shares: list[float],
    worths: list[float],
    decisions: list[tuple[float, float | None]],
    signals: list[tuple[int, Likelihoods]],
    *,
    known_before: int | None = None,
) -> Conclusion:
    """States by share and present worth; decisions by years and outlay; signals good or bad by likelihood of good."""
    states = [
        {
            "name": f"状态{number}",
            "probability_share": figure(share),
            "worth": {"kind": "present_value", "amount": amount(f"{worth:.2f}")},
        }
        for number, (share, worth) in enumerate(zip(shares, worths, strict=True))
    ]
    information: list[dict[str, Any]] = [
        {
            "kind": "signal",
            "before_decision": before,
            "outcomes": [
                {
                    "name": message,
                    "likelihoods": [
                        {"state": f"状态{number}", "probability_share": figure(good if message == "好" else 1 - good)}
                        for number, good in enumerate(likelihood)
                    ],
                }
                for message in ("好", "坏")
            ],
        }
        for before, likelihood in signals
    ]
    if known_before is not None:
        information.append({"kind": "state_known", "before_decision": known_before})
    dates: list[dict[str, Any]] = [
        {"in_years": figure(years)} | ({} if outlay is None else {"outlay": amount(f"{outlay:.2f}")})
        for years, outlay in decisions
    ]
    stated = {
        "states": states,
        "decisions": dates,
        "information": information,
        "discount_rate_share": figure(RATE),
        "rate_footing": "after_tax real",
    }
    return answered({"learning_tree": stated}, subject=NO_END).conclusions[0]


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


def by_bayes(
    shares: list[float],
    worths: list[float],
    decisions: list[tuple[float, float | None]],
    signals: list[tuple[int, Likelihoods]],
    date: int = 0,
) -> float:
    """The value on the day of a decision, before its messages, given what was heard so far (``shares``)."""
    now = [likelihood for before, likelihood in signals if before == date + 1]
    total = 0.0
    for heard in itertools.product((True, False), repeat=len(now)):
        joint = [
            share * math.prod(each[state] if good else 1 - each[state] for each, good in zip(now, heard, strict=True))
            for state, share in enumerate(shares)
        ]
        reached = sum(joint)
        if reached == 0:
            continue
        after = [each / reached for each in joint]
        outlay = decisions[date][1]
        choices = [0.0]
        if outlay is not None:
            choices.append(sum(p * worth for p, worth in zip(after, worths, strict=True)) - outlay)
        if date + 1 < len(decisions):
            span = decisions[date + 1][0] - decisions[date][0]
            choices.append(by_bayes(after, worths, decisions, signals, date + 1) / (1 + RATE) ** span)
        total += reached * max(choices)
    return total / (1 + RATE) ** decisions[0][0] if date == 0 else total


CENTS = st.integers(0, 300_000).map(lambda cents: cents / 100)


@settings(max_examples=25, deadline=None)
@given(
    weights=st.lists(st.integers(1, 9), min_size=2, max_size=4),
    worths=st.lists(CENTS, min_size=4, max_size=4),
    outlays=st.lists(st.one_of(st.none(), CENTS), min_size=2, max_size=3),
    goods=st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=3),
    befores=st.lists(st.integers(1, 2), min_size=3, max_size=3),
)
def test_it_is_bayes_rule_rolled_back(
    weights: list[int],
    worths: list[float],
    outlays: list[float | None],
    goods: list[list[float]],
    befores: list[int],
) -> None:
    """Second way: probabilities after each message, discounted from date to date."""
    shares = [weight / sum(weights) for weight in weights]
    worths = worths[: len(shares)]
    decisions = [(0.5 * number, outlay) for number, outlay in enumerate([*outlays, 900.0])]
    signals = [(before, tuple(good[: len(shares)])) for before, good in zip(befores, goods, strict=False)]
    found = concluded(shares, worths, decisions, signals)
    assert found.value == pytest.approx(by_bayes(shares, worths, decisions, signals), rel=1e-9, abs=1e-6)
    indicated = beside(found)
    assert indicated["static_npv"] <= found.value + 1e-6
    assert indicated["value_of_information"] >= -1e-6
    assert indicated["value_of_certainty"] >= -1e-6
    assert sum(found.details["probabilities"].values()) == pytest.approx(1, rel=1e-9)


def test_no_plan_brings_more() -> None:
    """Second way: all 3 · 3² plans over two dates and one message, each valued outright."""
    shares, worths, good = [0.3, 0.7], [1_800.0, 700.0], (0.9, 0.2)
    values = []
    for first, after_good, after_bad in itertools.product(("invest", "wait", "stop"), repeat=3):
        value = 0.0
        for share, worth, likely in zip(shares, worths, good, strict=True):
            if first == "invest":
                value += share * (worth - 1_000)
            if first == "wait":
                for chance, then in ((likely, after_good), (1 - likely, after_bad)):
                    value += share * chance * (worth - 1_000) / 1.1 * (then == "invest")
        values.append(value)
    found = concluded(shares, worths, [(0.0, 1_000.0), (1.0, 1_000.0)], [(2, good)])
    assert found.value == pytest.approx(max(values), rel=1e-12)
    assert found.value > 0


def test_what_information_is_worth_by_hand() -> None:
    """By hand: worth 2,000 or 500 alike, outlay 1,000 today or in a year.

    Today 250. In a year, knowing: 0.5 · 1,000 / 1.1 = 454.545…; knowing today 500.
    """
    found = concluded([0.5, 0.5], [2_000, 500], [(0.0, 1_000.0), (1.0, 1_000.0)], [], known_before=2)
    assert found.value == pytest.approx(500 / 1.1, rel=1e-12)
    indicated = beside(found)
    assert indicated["static_npv"] == pytest.approx(250)
    assert indicated["value_of_waiting"] == pytest.approx(500 / 1.1 - 250)
    assert indicated["value_of_information"] == pytest.approx(500 / 1.1 - 250)
    assert indicated["value_of_certainty"] == pytest.approx(500 - 500 / 1.1)
    assert found.pledgee_value == pytest.approx(250)
    assert found.details["probabilities"] == {"invest at decision 2": 0.5, "abandon at decision 2": 0.5}


def test_a_message_that_says_nothing_is_worth_nothing_and_one_that_says_all_is_certainty() -> None:
    decisions = [(0.0, 1_000.0), (1.0, 1_000.0)]
    idle = concluded([0.5, 0.5], [2_000, 500], decisions, [(2, (0.6, 0.6))])
    assert idle.value == pytest.approx(250)
    assert beside(idle)["value_of_information"] == pytest.approx(0, abs=1e-9)
    clear = concluded([0.5, 0.5], [2_000, 500], decisions, [(2, (1.0, 0.0))])
    assert clear.value == pytest.approx(500 / 1.1, rel=1e-12)


def test_waiting_loses_what_is_not_kept() -> None:
    """By hand: of a sure 2,000 nine tenths are left in a year, for the same outlay."""
    stated = sample()
    stated["decisions"] = [
        {"in_years": figure(0.0)},
        {"in_years": figure(1.0), "outlay": amount("1000.00"), "kept_share": figure(0.9)},
    ]
    stated["information"] = []
    for state in stated["states"]:
        state["worth"] = {"kind": "present_value", "amount": amount("2000.00")}
    found = answered({"learning_tree": stated}, subject=NO_END).conclusions[0]
    assert found.value == pytest.approx(800 / 1.1, rel=1e-12)


def test_the_tree_shows_what_was_heard() -> None:
    nodes = answered({"learning_tree": sample()}, subject=NO_END).conclusions[0].details["tree"]
    assert len(nodes) == 1 + 2 + 6
    assert [node["action"] for node in nodes[:3]] == ["wait", "invest (好)", "wait (坏)"]
    assert nodes[3]["parents"] == [1]
