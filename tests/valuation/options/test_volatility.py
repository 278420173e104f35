"""Volatility of a project from its own sheet: is it the known one, and does its error cover?

Checked against: the closed form for products of lognormals; the estimator's definition written out on drawn tables of
flows with two dates (second way); refusals.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.valuation.asking import figure, relief
from tests.valuation.every_method import valued
from tests.valuation.uncertainty.papers import paper, uncertainty
from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.options._volatility import project_volatility
from valuation.uncertainty.draws import draw_inputs
from valuation.uncertainty.sampling import Uncertainty

LOGNORMAL = {
    name: figure(1.0, distribution={"kind": "lognormal", "median": 1.0, "log_sd": sigma})
    for name, sigma in (("x", 0.3), ("y", 0.4))
}
PRODUCT = paper(LOGNORMAL, lambda x, y: x * y)
WIDE = {"kind": "uniform", "low": 0.02, "high": 0.08}


def test_a_lognormal_product_has_its_own_volatility() -> None:
    """Closed form: ln(x·y) has deviation √(0.3² + 0.4²) = 0.5; found to a thousandth and within four errors."""
    found = project_volatility(PRODUCT, answer="value", uncertainty=uncertainty())
    assert found.volatility_share == pytest.approx(0.5, abs=1e-3)
    assert abs(found.volatility_share - 0.5) < 4 * found.error
    assert abs(found.log_mean) < 1e-3
    assert [name for name, _ in found.drawn] == ["x", "y"]


@pytest.mark.parametrize("sampler", ["sobol", "pseudo_random"])
def test_the_error_covers(sampler: Any) -> None:
    """Over 60 seeds of few points 4 to 30 % of the bands of ± 1.64 errors miss (8 scrambles: t, not z)."""
    plans = [Uncertainty(seed=seed, sampler=sampler, scrambles=8, points_per_scramble=256) for seed in range(60)]
    found = [project_volatility(PRODUCT, answer="value", uncertainty=plan) for plan in plans]
    misses = np.mean([abs(each.volatility_share - 0.5) > 1.64 * each.error for each in found])
    assert 0.04 <= misses <= 0.3


def test_what_is_held_is_not_drawn() -> None:
    found = project_volatility(PRODUCT, answer="value", uncertainty=uncertainty(), held_inputs=["y"])
    assert found.volatility_share == pytest.approx(0.3, abs=1e-3)
    assert [name for name, _ in found.drawn] == ["x"]


def test_news_over_four_years_is_half_as_volatile_a_year() -> None:
    one = project_volatility(PRODUCT, answer="value", uncertainty=uncertainty())
    four = project_volatility(PRODUCT, answer="value", uncertainty=uncertainty(), resolved_within_years=4.0)
    assert four.volatility_share == pytest.approx(one.volatility_share / 2, rel=1e-12)
    assert four.error == pytest.approx(one.error / 2, rel=1e-12)


def test_the_definition_on_a_table_of_flows() -> None:
    """Second way: relief from royalty, for each draw PV₁ of the flows after the first and CF₁, over PV₀ as stated.

    The royalty is 5 % of a million a year after 25 % tax, the rate 12 %; the owner's cost of 5,000 makes z
    another one than that of the royalty.
    """
    inputs: dict[str, Any] = relief(
        royalty_rate_share=figure(0.05, distribution=WIDE),
        owner_cost={**relief()["owner_cost"], "values": ["5000.00"] * 5},
    )
    conclusion = valued("relief_from_royalty", inputs)
    plan = Uncertainty(seed=3, scrambles=4, points_per_scramble=512)
    found = project_volatility(conclusion.worksheet, answer=conclusion.answer, uncertainty=plan)
    deviations = []
    for batch in range(4):
        royalty = draw_inputs(conclusion.worksheet, plan, batch=batch, count=512)["royalty_rate_share"]
        flow = (1_000_000 * royalty - 5000) * 0.75
        later = sum(flow / 1.12**year for year in range(1, 5))
        stated = sum((50_000 - 5000) * 0.75 / 1.12**year for year in range(1, 6))
        deviations.append(np.std(np.log((later + flow) / stated)))
    assert found.volatility_share == pytest.approx(np.mean(deviations), rel=1e-9)
    assert found.present_value == pytest.approx(stated, rel=1e-9)
    assert found.draws == 2048


def test_a_drawn_discount_rate_must_be_held() -> None:
    rate = figure(0.12, distribution={"kind": "uniform", "low": 0.1, "high": 0.14})
    inputs = relief(royalty_rate_share=figure(0.05, distribution=WIDE), discount_rate_share=rate)
    conclusion = valued("relief_from_royalty", inputs)
    asked: dict[str, Any] = {"answer": conclusion.answer, "uncertainty": uncertainty()}
    with pytest.raises(InputError, match=r"discount_rate_share would be drawn"):
        project_volatility(conclusion.worksheet, **asked)
    held = project_volatility(conclusion.worksheet, held_inputs=["discount_rate_share"], **asked)
    assert [name for name, _ in held.drawn] == ["royalty_rate_share"]


def test_a_value_that_may_be_negative_is_refused_with_the_share() -> None:
    """Hand: x uniform on 0 to 2 less 0.5 is not positive in a quarter of the draws."""
    spread = figure(1.0, distribution={"kind": "uniform", "low": 0.0, "high": 2.0})
    with pytest.raises(RefusalError, match=r"not positive in 25\.\d\d% of the draws"):
        project_volatility(paper({"x": spread}, lambda x: x - 0.5), answer="value", uncertainty=uncertainty())
    with pytest.raises(RefusalError, match=r"-4 as stated"):
        project_volatility(paper({"x": spread}, lambda x: x - 5), answer="value", uncertainty=uncertainty())


@pytest.mark.parametrize("years", [0.0, -1.0, 101.0, math.nan])
def test_years_of_resolution_are_bounded(years: float) -> None:
    with pytest.raises(InputError, match="resolved_within_years"):
        project_volatility(PRODUCT, answer="value", uncertainty=uncertainty(), resolved_within_years=years)


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(InputError, match="none to draw"):
        project_volatility(PRODUCT, answer="value", uncertainty=uncertainty(), held_inputs=["x", "y"])
    with pytest.raises(UnknownNameError, match="held_inputs"):
        project_volatility(PRODUCT, answer="value", uncertainty=uncertainty(), held_inputs=["z"])
