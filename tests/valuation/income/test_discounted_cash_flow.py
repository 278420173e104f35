"""Discounted cash flow by scenario.

Checked against: the published case of 16 years (literature, restated here because its flows need no other part of a
method), pyxirr's net present value (second way), identities of probabilities.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amounts, figure, relief
from tests.valuation.method_samples import concluded, conclusion, forecast
from valuation.errors import InputError

NAME = "discounted_cash_flow"
CASES = Path(__file__).resolve().parents[2] / "literature" / "cases" / "valuation.json"


def scenarios(*flows: tuple[float, list[float]]) -> list[dict[str, Any]]:
    return [
        {"name": f"情景{number}", "probability_share": figure(share), "flow": amounts(*values)}
        for number, (share, values) in enumerate(flows)
    ]


def test_the_published_scenarios() -> None:
    """Literature: patent-dcf-scenarios-16y, both scenarios in one paper, undiscounted sums included."""
    (case,) = [
        each for each in json.loads(CASES.read_text(encoding="utf-8")) if each["id"] == "patent-dcf-scenarios-16y"
    ]
    given, expected = case["inputs"], case["expected"]
    flows = [given["cash_flow_base_by_year_usd"], given["cash_flow_conservative_by_year_usd"]]
    subject = {
        "kind": "patent",
        "name": "US10958080B2",
        "patent_kind": "invention",
        "number": "US10958080B2",
        "jurisdiction": "US",
        "expiry_date": "2040-01-01",
    }
    found = conclusion(
        NAME,
        {
            "scenarios": scenarios(*((0.5, flow) for flow in flows)),
            "forecast": forecast(given["discount_rate"]),
        },
        subject=subject,
        currency="USD",
    )
    paper = found.worksheet
    for number, name in enumerate(("base", "conservative"), start=1):
        assert paper.value(f"present_value_{number}") == pytest.approx(expected[f"npv_{name}_usd"], abs=0.02)
        assert paper.value(f"undiscounted_{number}") == pytest.approx(expected[f"undiscounted_{name}_usd"], abs=0.02)
    assert found.value == pytest.approx((expected["npv_base_usd"] + expected["npv_conservative_usd"]) / 2, abs=0.02)


@given(st.lists(st.integers(-1_000_000, 1_000_000), min_size=1, max_size=9), st.floats(0.0, 0.5))
def test_one_certain_scenario_is_its_net_present_value(flow: list[int], rate: float) -> None:
    """Second way: pyxirr, whose first amount is of today."""
    stated = scenarios((1.0, [float(each) for each in flow]))
    found = concluded(NAME, scenarios=stated, forecast=forecast(rate))
    assert found.value == pytest.approx(pyxirr.npv(rate, [0, *flow]), rel=1e-9, abs=1e-6)


def test_two_equal_scenarios_are_one() -> None:
    one = concluded(NAME, scenarios=scenarios((1.0, [100.0, 200.0])))
    two = concluded(NAME, scenarios=scenarios((0.3, [100.0, 200.0]), (0.7, [100.0, 200.0])))
    assert two.value == pytest.approx(one.value, rel=1e-12)


@given(st.floats(0.0, 0.4), st.floats(0.01, 0.1))
def test_a_higher_rate_lowers_positive_flows(rate: float, more: float) -> None:
    low, high = (
        concluded(NAME, scenarios=scenarios((1.0, [1e5, 1e5])), forecast=forecast(each)).value
        for each in (rate, rate + more)
    )
    assert high < low


def test_a_branch_forgotten_is_refused() -> None:
    """Published wrong answer: a branch of the tree left out – then probabilities do not add up to one."""
    with pytest.raises(InputError, match=r"scenarios\.probability_share: found a sum of 0\.9"):
        concluded(NAME, scenarios=scenarios((0.5, [1.0]), (0.4, [2.0])))


def test_scenarios_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match=r"scenarios\.1\.flow"):
        concluded(NAME, scenarios=scenarios((0.5, [1.0]), (0.5, [2.0, 3.0])))


def test_the_sensitivities_recompute() -> None:
    """Published wrong answer: a sensitivity table that does not re-compute. Each end is the paper's own answer."""
    spread = {"kind": "uniform", "low": 0.08, "high": 0.16}
    uncertain = forecast(0.12)
    uncertain["discount_rate_share"] = figure(0.12, distribution=spread)
    asked = {"seed": 1, "scrambles": 4, "points_per_scramble": 64, "level_share": 0.9}
    found = conclusion(NAME, {"scenarios": scenarios((1.0, [1e5, 1e5])), "forecast": uncertain}, uncertainty=asked)
    (swing,) = found.sensitivities
    ends = [found.worksheet.with_inputs({"discount_rate_share": 0.08 + 0.08 * q}).value("value") for q in (0.05, 0.95)]
    assert [swing.answer_at_low, swing.answer_at_high] == pytest.approx(ends, rel=1e-9)


def test_a_probability_that_varies_alone_is_refused() -> None:
    stated = scenarios((0.5, [1.0]), (0.5, [2.0]))
    stated[1]["probability_share"]["distribution"] = {"kind": "uniform", "low": 0.4, "high": 0.6}
    with pytest.raises(InputError, match=r"scenarios\.1\.probability_share\.distribution"):
        concluded(NAME, scenarios=stated)


@given(st.lists(st.integers(1, 10**6), min_size=5, max_size=5), st.floats(0.0, 0.4))
def test_relief_from_royalty_with_the_full_margin_is_a_discounted_cash_flow(margin: list[int], rate: float) -> None:
    """Identity, with another method: a royalty of all that is earned, untaxed, is the flow itself."""
    earned = [float(each) for each in margin]
    asked = relief(
        revenue=amounts(*earned),
        royalty_rate_share=figure(1.0),
        tax_rate_share=figure(0.0),
        discount_rate_share=figure(rate),
    )
    second = conclusion("relief_from_royalty", asked).value
    found = concluded(NAME, scenarios=scenarios((1.0, earned)), forecast=forecast(rate))
    assert found.value == pytest.approx(second, rel=1e-12)
