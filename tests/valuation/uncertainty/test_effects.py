"""Does each input get the share of the variance that is its own, alone and with the others?

Checked against: the closed form of the Ishigami function, whose third input acts only together with the first; the
closed form of a sum; the tornado, which is blind to joint effects.
"""

from __future__ import annotations

import math

import pytest

from tests.valuation.asking import amounts, answered, figure, relief
from tests.valuation.uncertainty.papers import ishigami, paper, uncertainty, uniform
from valuation.errors import InputError, RefusalError
from valuation.uncertainty.effects import effect_shares
from valuation.uncertainty.sampling import sensitivities

A, B = 7.0, 0.1
#: Ishigami and Homma (1990): the variance and its parts.
VARIANCE = A**2 / 8 + B * math.pi**4 / 5 + B**2 * math.pi**8 / 18 + 1 / 2
FIRST = {"x1": (1 + B * math.pi**4 / 5) ** 2 / 2 / VARIANCE, "x2": A**2 / 8 / VARIANCE, "x3": 0.0}
JOINT = 8 * B**2 * math.pi**8 / 225 / VARIANCE
TOTAL = {"x1": FIRST["x1"] + JOINT, "x2": FIRST["x2"], "x3": JOINT}


@pytest.mark.parametrize("sampler", ["sobol", "pseudo_random"])
def test_the_ishigami_function_in_closed_form(sampler: str) -> None:
    found = effect_shares(
        ishigami(A, B),
        answer="value",
        uncertainty=uncertainty(points_per_scramble=4096, scrambles=16, sampler=sampler),
    )
    assert [each.name for each in found] == ["x1", "x2", "x3"], "the largest total first"
    for each in found:
        assert abs(each.first_order_share - FIRST[each.name]) < 4 * each.first_order_error
        assert abs(each.total_share - TOTAL[each.name]) < 4 * each.total_error
        assert each.total_error < 0.01
        assert each.first_order_error < 0.02


def test_sobol_points_are_surer_than_random_ones() -> None:
    sobol, plain = (
        effect_shares(ishigami(), answer="value", uncertainty=uncertainty(sampler=sampler))
        for sampler in ("sobol", "pseudo_random")
    )
    assert sum(each.total_error for each in sobol) < sum(each.total_error for each in plain)


def test_a_joint_effect_is_in_the_total_and_nowhere_else() -> None:
    """The tornado sees nothing of x3, which moves a quarter of the variance together with x1."""
    (third,) = (
        each for each in effect_shares(ishigami(), answer="value", uncertainty=uncertainty()) if each.name == "x3"
    )
    swings = {each.name: each.swing for each in sensitivities(ishigami(), answer="value", level_share=0.9)}
    assert swings["x3"] == pytest.approx(0, abs=1e-9)
    assert third.total_share > 0.2


def test_in_a_sum_first_order_and_total_are_the_same_and_add_up() -> None:
    """Closed form: of x + 2y + 3z with equal variances the shares are 1/14, 4/14, 9/14."""
    made = paper({name: uniform(0, 1) for name in "xyz"}, lambda x, y, z: x + 2 * y + 3 * z)
    found = {each.name: each for each in effect_shares(made, answer="value", uncertainty=uncertainty())}
    for name, weight in (("x", 1), ("y", 4), ("z", 9)):
        assert found[name].first_order_share == pytest.approx(weight / 14, abs=2e-3)
        assert found[name].total_share == pytest.approx(weight / 14, abs=2e-3)


def test_the_draw_limit_bounds_all_computations() -> None:
    """8 scrambles of 5 computations: 5,120 allow 128 points each; the estimate is rougher and says so."""
    fine = effect_shares(ishigami(), answer="value", uncertainty=uncertainty())
    rough = effect_shares(ishigami(), answer="value", uncertainty=uncertainty(), draw_limit=5120)
    assert rough[0].total_error > fine[0].total_error
    same = effect_shares(ishigami(), answer="value", uncertainty=uncertainty(points_per_scramble=128))
    assert rough == same


def test_without_uncertainty_there_are_no_shares() -> None:
    certain = paper({"x": figure(1.0)}, lambda x: 2 * x)
    assert effect_shares(certain, answer="value", uncertainty=uncertainty()) == ()


def test_an_answer_that_does_not_vary_is_refused() -> None:
    made = paper({"x": uniform(0, 1), "y": figure(3.0)}, lambda x, y: 0 * x + y)
    with pytest.raises(RefusalError, match="value: found the same value at every draw"):
        effect_shares(made, answer="value", uncertainty=uncertainty())


def test_correlated_inputs_have_no_shares() -> None:
    tied = uncertainty(correlations=[{"first": "x1", "second": "x2", "correlation": 0.5}])
    with pytest.raises(InputError, match=r"uncertainty.correlations: found 1 correlations, expected none"):
        effect_shares(ishigami(), answer="value", uncertainty=tied)


def test_the_shares_of_a_real_paper_add_up_to_about_one() -> None:
    """A method's own paper, with an uncertain row and two uncertain scalars: totals cover the variance."""
    request = relief(
        royalty_rate_share=figure(0.05, distribution={"kind": "triangular", "low": 0.03, "mode": 0.05, "high": 0.07}),
        discount_rate_share=figure(0.12, distribution={"kind": "uniform", "low": 0.1, "high": 0.14}),
        revenue=amounts(*["1000000.00"] * 5) | {"factor": {"kind": "lognormal", "median": 1.0, "log_sd": 0.1}},
    )
    conclusion = answered({"relief_from_royalty": request}).conclusions[0]
    found = effect_shares(conclusion.worksheet, answer=conclusion.answer, uncertainty=uncertainty())
    assert {each.name for each in found} == {"revenue", "royalty_rate_share", "discount_rate_share"}
    first, total = sum(each.first_order_share for each in found), sum(each.total_share for each in found)
    assert first < 1 + 0.01
    assert 1 - 0.01 < total < 1.1
    assert found[0].name == "royalty_rate_share", "a range of ±40 % moves more than ±10 % of revenue"
