"""Quality-score ratio: are prices moved by the ratio of scores, and by nothing else?

Checked against: formula (4) of DB1304/T 432-2023 by hand, an identity (equal scores give the mean price), NumPy
(second way), and refusals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, figure
from tests.valuation.market.samples import codes, concluded, sample, setting, valued, weighted
from valuation.catalogue import methods
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse
from valuation.kernel.sources import Source

METHOD = "quality_score_ratio"


def scored(name: str, price: float, scores: dict[str, float], weight: float, **changes: Any) -> dict[str, Any]:
    row = weighted(name, weight, adjustments={}) | {"traded_on": "2019-06-30", "price": amount(f"{price:.2f}")}
    return row | {"scores": {group: figure(score) for group, score in scores.items()}} | changes


def total_score(subject: float) -> dict[str, Any]:
    return {"总分": {"weight_share": 1, "weight_reason": "one total score", "subject_score": figure(subject)}}


def test_the_formula_of_the_standard_by_hand() -> None:
    """V = (1/n) Σ Vᵢ Q / Qᵢ with Q = 84: (100 · 84/70 + 150 · 84/90 + 90 · 84/84) / 3 = (120 + 140 + 90) / 3."""
    rows = [
        scored("甲", 100, {"总分": 70}, 1 / 3),
        scored("乙", 150, {"总分": 90}, 1 / 3),
        scored("丙", 90, {"总分": 84}, 1 / 3),
    ]
    data = sample(METHOD, groups=total_score(84.0), comparables=rows)
    assert valued(METHOD, data).value == pytest.approx(350 / 3)


def test_groups_are_weighted_by_hand() -> None:
    """0.4 · 75/60 + 0.6 · 80/70 for the first comparable, or (30 + 48) / (24 + 42) in totals; times 1.1 for place."""
    of_ratios = concluded(METHOD).worksheet
    assert of_ratios.row("score_ratio")[0] == pytest.approx(0.4 * 75 / 60 + 0.6 * 80 / 70)
    assert of_ratios.row("adjusted_price")[0] == pytest.approx(90_000 * of_ratios.row("score_ratio")[0] * 1.1)
    of_totals = concluded(METHOD, combination="ratio_of_totals").worksheet
    assert of_totals.row("score_ratio")[0] == pytest.approx(78 / 66)


@given(prices=st.lists(st.integers(100, 10**6), min_size=2, max_size=6), score=st.floats(1, 100))
def test_equal_scores_give_the_mean_price(prices: list[int], score: float) -> None:
    """Identity, for both ways of combining."""
    rows = [scored(str(at), price, {"总分": score}, 1 / len(prices)) for at, price in enumerate(prices)]
    for combination in ("mean_of_ratios", "ratio_of_totals"):
        data = sample(METHOD, groups=total_score(score), comparables=rows, combination=combination)
        assert valued(METHOD, data).value == pytest.approx(np.mean(prices))


@given(factor=st.floats(0.6, 1.9))
def test_the_value_is_proportional_to_the_subjects_score(factor: float) -> None:
    rows = [scored("甲", 100, {"总分": 50}, 0.5), scored("乙", 120, {"总分": 50}, 0.5)]
    data = sample(METHOD, groups=total_score(50 * factor), comparables=rows)
    assert valued(METHOD, data).value == pytest.approx(110 * factor)


def test_judged_scores_are_counted_and_measured_ones_are_not() -> None:
    (doubt,) = [each for each in concluded(METHOD).warnings if each.code == "judged_scores"]
    assert doubt.label.en.startswith("8 of 8 scores are judgement")
    source = {"grade": "measured", "source": "index", "reason": None}
    groups = {"总分": {"weight_share": 1, "weight_reason": "one total", "subject_score": {"value": 5.0} | source}}
    rows = [scored("甲", 100, {}, 1.0) | {"scores": {"总分": {"value": 4.0} | source}}]
    data = sample(METHOD, groups=groups, comparables=rows)
    found = methods()[METHOD]
    listed = {"index": Source("index", "Patent quality index", "read")}
    made = found.value(parse(found.inputs_model, data), setting(), sources=listed, uncertainty=None)
    assert "judged_scores" not in codes(made)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"comparables": [scored("甲", 1, {"法律": 60}, 1.0)]}, "comparables.0.scores"),
        (
            {"comparables": [scored("甲", 1, {"法律": 60, "技术": 60}, 1.0, traded_on="2021-02-01")]},
            "comparables.0.traded_on",
        ),
        (
            {"groups": {"法律": {"weight_share": 0.9, "weight_reason": "alone", "subject_score": figure(1.0)}}},
            "comparables.0.scores",
        ),
        ({"groups": total_score(1.0), "comparables": [scored("甲", 1, {"总分": 1}, 0.9)]}, "comparables.weight_share"),
    ],
)
def test_lists_that_do_not_fit_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        valued(METHOD, sample(METHOD, **changes))
    assert raised.value.problems[0].field == field


def test_weights_of_groups_add_up_to_one() -> None:
    groups = sample(METHOD)["groups"]
    groups["法律"]["weight_share"] = 0.3
    with pytest.raises(InputError, match=r"groups.weight_share: found a sum of 0.9, expected a sum of 1"):
        valued(METHOD, sample(METHOD, groups=groups))


@pytest.mark.parametrize("subject", [20.0, 400.0])
def test_a_comparable_beyond_the_stated_ratio_is_refused(subject: float) -> None:
    rows = [scored("甲", 100, {"总分": 100}, 1.0)]
    with pytest.raises(RefusalError, match="score_ratio_not"):
        valued(METHOD, sample(METHOD, groups=total_score(subject), comparables=rows))
