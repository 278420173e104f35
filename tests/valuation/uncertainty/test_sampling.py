"""Do the stated uncertainties carry into the answer as they must?

Checked against: the closed form of a product of lognormals (within the error that the interval itself states), plain
pseudo-random draws as second way, the correlation that was asked for, and bit-identity of batches in any order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.valuation.asking import amount, amounts, figure, series
from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.expression import exponential, logarithm, total
from valuation.kernel.fields import parse
from valuation.kernel.figures import Amount, AmountSeries, Figure, Series
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.uncertainty.sampling import (
    Interval,
    Uncertainty,
    draw_inputs,
    sensitivities,
    simulate_interval,
)

LABEL = Label("量", "quantity")
SIGMAS = (0.3, 0.4)


def uncertainty(**changes: Any) -> Uncertainty:
    return parse(Uncertainty, {"seed": 20201231} | changes)


def lognormal(sigma: float) -> dict[str, Any]:
    return {"kind": "lognormal", "median": 1.0, "log_sd": sigma}


def product(**changes: Any) -> Worksheet:
    """``value = amount × multiple``, both lognormal: the logarithm of the value is normal with σ = 0.5."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    stated = {"amount": amount("200.00", factor=lognormal(0.3)), "multiple": figure(1.0, distribution=lognormal(0.4))}
    stated |= changes
    price = sheet.figure("amount", parse(Amount, stated["amount"]), label=LABEL, unit="CNY")
    multiple = sheet.figure("multiple", parse(Figure, stated["multiple"]), label=LABEL, unit="1", domain=(0, 1e9))
    sheet.line("value", price * multiple, label=LABEL, unit="CNY", total=True)
    return sheet.finish()


def interval(worksheet: Worksheet, **changes: Any) -> Interval:
    found = simulate_interval(worksheet, answer="value", uncertainty=uncertainty(**changes))
    assert found is not None
    return found


# --- closed form and second way -------------------------------------------------------------------


def test_a_product_of_lognormals_is_lognormal_within_the_stated_error() -> None:
    """Closed form: median 200, σ² = 0.3² + 0.4²; 90 % lies between 200·exp(±1.6449·0.5)."""
    found = interval(product(), points_per_scramble=8192)
    law = stats.lognorm(0.5, scale=200)
    low_error, high_error = found.low_error, found.high_error
    assert low_error is not None
    assert high_error is not None
    assert abs(found.low - law.ppf(0.05)) < 4 * low_error
    assert abs(found.high - law.ppf(0.95)) < 4 * high_error
    assert 0 < low_error < 0.002 * found.low
    assert 0 < high_error < 0.002 * found.high
    assert found.mean == pytest.approx(law.mean(), rel=1e-4)
    assert found.standard_deviation == pytest.approx(law.std(), rel=5e-3)
    assert found.draws == 8 * 8192


def test_pseudo_random_draws_agree_and_are_less_sure() -> None:
    """Second way: the same interval from plain random numbers, whose stated error is larger."""
    sobol, plain = interval(product()), interval(product(), sampler="pseudo_random")
    assert plain.low_error is not None
    assert sobol.low_error is not None
    assert abs(plain.low - sobol.low) < 5 * plain.low_error
    assert abs(plain.high - sobol.high) < 5 * (plain.high_error or 0)
    assert sobol.low_error < plain.low_error


def test_a_wider_level_gives_a_wider_interval_that_says_so() -> None:
    narrow, wide = interval(product(), level_share=0.5), interval(product(), level_share=0.95)
    assert wide.low < narrow.low < narrow.high < wide.high
    assert "95%" in wide.meaning.en
    assert "95%" in wide.meaning.zh


def test_the_same_interval_in_another_currency() -> None:
    found = interval(product())
    scaled = found.scaled(0.5)
    assert scaled.low == found.low / 2
    assert scaled.high_error == (found.high_error or 0) / 2
    assert (scaled.level_share, scaled.draws, scaled.meaning) == (found.level_share, found.draws, found.meaning)
    assert Interval(1, 2, 0.9, LABEL).scaled(3).mean is None


def test_without_a_distribution_there_is_no_interval() -> None:
    certain = product(amount=amount("200.00"), multiple=figure(1.0))
    assert simulate_interval(certain, answer="value", uncertainty=uncertainty()) is None
    assert sensitivities(certain, answer="value", level_share=0.9) == ()


# --- reproducible draws ---------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", ["sobol", "pseudo_random"])
def test_a_batch_is_the_same_bits_in_any_order(sampler: str) -> None:
    made, stated = product(), uncertainty(sampler=sampler)
    forwards = [draw_inputs(made, stated, batch=batch, count=128) for batch in range(4)]
    backwards = [draw_inputs(made, stated, batch=batch, count=128) for batch in reversed(range(4))][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert all(one[name].tobytes() == other[name].tobytes() for name in ("amount", "multiple"))
    assert len({batch["amount"].tobytes() for batch in forwards}) == 4, "each batch its own numbers"


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    assert interval(product()) == interval(product())
    assert interval(product()) != interval(product(), seed=1)


def test_the_draw_limit_of_a_method_keeps_a_power_of_two() -> None:
    """1,000 draws over 6 scrambles are 166 each: 128 are taken, so that the Sobol points stay balanced."""
    found = simulate_interval(product(), answer="value", uncertainty=uncertainty(scrambles=6), draw_limit=1000)
    assert found is not None
    assert found.draws == 6 * 128


# --- tied inputs ----------------------------------------------------------------------------------


def tie(correlation: float, first: str = "amount", second: str = "multiple") -> dict[str, Any]:
    return {"first": first, "second": second, "correlation": correlation}


@pytest.mark.parametrize("correlation", [-0.9, -0.3, 0.6, 0.99])
def test_normal_scores_have_the_correlation_that_was_asked_for(correlation: float) -> None:
    draws = draw_inputs(product(), uncertainty(correlations=[tie(correlation)]), batch=0, count=2**14)
    # Of lognormals the logarithms are the normal scores, up to their σ.
    found = np.corrcoef(np.log(draws["amount"]), np.log(draws["multiple"]))[0, 1]
    assert found == pytest.approx(correlation, abs=0.01)
    for name, sigma, median in (("amount", 0.3, 200.0), ("multiple", 0.4, 1.0)):
        quartiles = np.quantile(draws[name], [0.25, 0.5, 0.75])
        np.testing.assert_allclose(quartiles, stats.lognorm(sigma, scale=median).ppf([0.25, 0.5, 0.75]), rtol=0.01)


def test_correlation_widens_a_product_by_the_closed_form() -> None:
    """Closed form: σ² = 0.09 + 0.16 + 2·0.5·0.3·0.4."""
    found = interval(product(), correlations=[tie(0.5)], points_per_scramble=8192)
    sigma = math.sqrt(0.09 + 0.16 + 2 * 0.5 * 0.12)
    assert found.high == pytest.approx(stats.lognorm(sigma, scale=200).ppf(0.95), rel=2e-3)


def three() -> Worksheet:
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    names = [
        sheet.figure(name, parse(Figure, figure(1.0, distribution=lognormal(0.2))), label=LABEL, unit="1")
        for name in "abc"
    ]
    sheet.line("value", names[0] * names[1] * names[2], label=LABEL, unit="1", total=True)
    return sheet.finish()


@pytest.mark.parametrize(
    ("ties", "error", "says"),
    [
        ([tie(0.9, "a", "b"), tie(0.9, "b", "c"), tie(-0.9, "a", "c")], InputError, "positive definite"),
        ([tie(0.9, "a", "d")], UnknownNameError, r"correlations.0: found 'd', expected one of a, b, c"),
        ([tie(0.5, "a", "b"), tie(0.5, "c", "c")], InputError, r"correlations.1: found c with c"),
        ([tie(0.5, "a", "b"), tie(-0.5, "b", "a")], InputError, r"correlations.1: found b with a"),
    ],
)
def test_ties_that_no_inputs_can_have_are_refused(ties: list[Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        draw_inputs(three(), uncertainty(correlations=ties), batch=0, count=64)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"points_per_scramble": 1000}, "points_per_scramble"),
        ({"points_per_scramble": 32}, "points_per_scramble"),
        ({"scrambles": 3}, "scrambles"),
        ({"level_share": 1.0}, "level_share"),
        ({"level_share": 95}, "level_share"),
        ({"sampler": "antithetic"}, "sampler"),
        ({"correlations": [tie(1.0)]}, "correlations.0.correlation"),
    ],
)
def test_a_plan_for_the_interval_that_makes_no_sense_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        uncertainty(**changes)
    assert [problem.field for problem in raised.value.problems] == [field]


# --- draws that cannot be -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "share"),
    [
        # Two standard deviations to each side: 4.55 % lies beyond.
        ({"kind": "normal", "mean": 0.5, "standard_deviation": 0.25}, 0.0455),
        ({"kind": "uniform", "low": 0.5, "high": 1.5}, 0.5),
    ],
)
def test_draws_outside_the_admissible_range_name_the_input(distribution: dict[str, Any], share: float) -> None:
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    rate = sheet.figure(
        "rate_share", parse(Figure, figure(0.5, distribution=distribution)), label=LABEL, unit="share", domain=(0, 1)
    )
    sheet.line("value", rate * 2, label=LABEL, unit="1", total=True)
    with pytest.raises(InputError) as raised:
        interval(sheet.finish())
    (problem,) = raised.value.problems
    assert problem.field == "rate_share.distribution"
    assert float(problem.found.split("%")[0]) / 100 == pytest.approx(share, abs=0.002)
    assert problem.expected == "values between 0 and 1; choose a bounded distribution"


def test_a_multiplier_may_not_carry_a_stated_share_above_one() -> None:
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ("2021", "2022")))
    stated = parse(Series, series([0.5, 0.9], factor={"kind": "uniform", "low": 0.8, "high": 1.2}))
    row = sheet.series("rate_share", stated, label=LABEL, unit="share", domain=(0, 1))
    sheet.line("value", total(row), label=LABEL, unit="1", total=True)
    with pytest.raises(InputError, match=r"rate_share.distribution: found .* of its values outside"):
        interval(sheet.finish())


def test_an_answer_that_is_no_number_for_some_draw_is_refused() -> None:
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    spread = {"kind": "uniform", "low": -1, "high": 2}
    level = sheet.figure("level", parse(Figure, figure(1.0, distribution=spread)), label=LABEL, unit="1")
    sheet.line("value", logarithm(level), label=LABEL, unit="1", total=True)
    with pytest.raises(RefusalError, match=r"value: found .* not finite across draws"):
        interval(sheet.finish())


# --- sensitivities --------------------------------------------------------------------------------


def test_the_input_that_moves_the_answer_most_comes_first() -> None:
    """By hand: each input alone at its own 5 % and 95 % point, 200·exp(±1.6449·σ)."""
    found = sensitivities(product(), answer="value", level_share=0.9)
    assert [each.name for each in found] == ["multiple", "amount"]
    reach = stats.norm.ppf(0.95)
    for each, sigma in zip(found, (0.4, 0.3), strict=True):
        assert each.answer_at_low == pytest.approx(200 * math.exp(-reach * sigma))
        assert each.answer_at_high == pytest.approx(200 * math.exp(reach * sigma))
        assert each.swing == each.answer_at_high - each.answer_at_low


def rows() -> Worksheet:
    """A row with one common multiplier, and a row whose columns are uncertain one by one."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ("first", "second")))
    years = parse(AmountSeries, amounts(100, 300) | {"factor": {"kind": "uniform", "low": 0.5, "high": 1.5}})
    spread = {"kind": "uniform", "low": 0, "high": 10}
    singles = [
        parse(Figure, figure(2.0, distribution=spread)),
        parse(Amount, amount("4.00", factor={"kind": "uniform", "low": 0.5, "high": 1.5})),
    ]
    common = sheet.series("years", years, label=LABEL, unit="CNY")
    each = sheet.figure_row("singles", singles, label=LABEL, unit="1")
    product_row = sheet.line("product", common * each, label=LABEL, unit="CNY")
    sum_line = sheet.line("sum", total(product_row), label=LABEL, unit="CNY")
    sheet.line("value", exponential(logarithm(sum_line)), label=LABEL, unit="CNY", total=True)
    return sheet.finish()


def test_rows_move_together_or_column_by_column_as_stated() -> None:
    """By hand: 100·2 + 300·4 = 1,400; at a level of 80 % the ends are the 10 % and 90 % points."""
    made = rows()
    assert made.value("value") == pytest.approx(1400)
    found = {each.name: each for each in sensitivities(made, answer="value", level_share=0.8)}
    assert found.keys() == {"years", "singles.0", "singles.1"}
    assert found["years"].answer_at_low == pytest.approx(1400 * 0.6)
    assert found["years"].answer_at_high == pytest.approx(1400 * 1.4)
    assert found["singles.0"].answer_at_low == pytest.approx(100 * 1 + 1200)
    assert found["singles.0"].answer_at_high == pytest.approx(100 * 9 + 1200)
    assert found["singles.1"].answer_at_low == pytest.approx(200 + 1200 * 0.6)
    assert found["singles.0"].label.en == "quantity (first)"


def test_columns_that_are_certain_stay_as_stated_in_every_draw() -> None:
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ("first", "second")))
    spread = {"kind": "uniform", "low": 1, "high": 2}
    stated = [parse(Figure, figure(3.0)), parse(Figure, figure(1.5, distribution=spread))]
    row = sheet.figure_row("row", stated, label=LABEL, unit="1")
    sheet.line("value", total(row), label=LABEL, unit="1", total=True)
    drawn = draw_inputs(sheet.finish(), uncertainty(), batch=0, count=64)["row"]
    assert drawn.shape == (2, 64)
    assert set(drawn[0]) == {3.0}
    assert 1 < drawn[1].min() < 1.1 < 1.9 < drawn[1].max() < 2
