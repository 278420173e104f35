"""Is the expected loss that of simulated default times, and does an enhancement never take more than it may?

Literature: the published amortising loan, in ``tests/literature``. Second way: simulation of the default period and of
the provider's failure. Hand: scenarios and impaired loans. Properties by hypothesis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.credit.expected_credit_loss import (
    Enhancement,
    ExpectedLoss,
    LossPath,
    Scenario,
    expected_loss,
    impaired_loss,
    marginal_default_share,
    scenario_loss,
)
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator

GUARANTEE = Enhancement(covered_share=0.5, cap=20.0, failure_share=0.1, years_to_payment=1.0)


def path(**facts: Any) -> LossPath:
    stated = {"exposure": [100, 80, 60], "marginal_pd_share": [0.02, 0.03, 0.04], "lgd_share": 0.5}
    return LossPath(**({"years_per_period": 1.0} | stated | facts))


def ask(each: LossPath, enhancement: Enhancement | None = None) -> ExpectedLoss:
    return expected_loss(each, effective_rate_share=0.05, timing="end", enhancement=enhancement)


def test_gross_and_net_are_those_of_simulated_defaults() -> None:
    generator, draws = block_generator(5, 0), 2_000_000
    drawn, pays = generator.random(draws), generator.random(draws) >= 0.1
    period = np.searchsorted(np.cumsum([0.02, 0.03, 0.04]), drawn, side="right")
    # Hand: losses 50, 40, 30; the guarantor pays min(half, 20) = 20, 20, 15 a year later. Beyond the third: none.
    lost, covered = np.array([50.0, 40, 30, 0])[period], np.array([20.0, 20, 15, 0])[period]
    gross = lost * 1.05 ** -(period + 1.0)
    net = gross - pays * covered * 1.05 ** -(period + 2.0)
    found = ask(path(), GUARANTEE)
    for ours, theirs in ((found.gross(2), gross), (found.net(2), net)):
        assert abs(ours - theirs.mean()) < 3 * theirs.std() / math.sqrt(draws)


def test_twelve_months_are_the_first_year_of_months() -> None:
    months = path(exposure=[120.0] * 24, marginal_pd_share=[0.001] * 24, years_per_period=1 / 12)
    found = ask(months)
    by_hand = sum(0.001 * 0.5 * 120 * 1.05 ** -(month / 12) for month in range(1, 13))
    assert found.gross(1) == pytest.approx(by_hand, rel=1e-12)
    assert found.gross(2) > found.gross(1)


def test_middle_of_the_period_by_hand() -> None:
    found = expected_loss(path(), effective_rate_share=0.05, timing="middle")
    assert found.gross_by_period[0] == pytest.approx(0.02 * 50 / 1.05**0.5)


def test_scenarios_by_hand() -> None:
    # Hand: one year, no discount: 0.8 × (0.02 × 50 = 1) + 0.2 × (0.10 × 80 = 8).
    good = Scenario("base", 0.8, path(exposure=[100], marginal_pd_share=[0.02], lgd_share=0.5))
    bad = Scenario("stress", 0.2, path(exposure=[100], marginal_pd_share=[0.10], lgd_share=0.8))
    gross, net = scenario_loss([good, bad], stage=1, effective_rate_share=0.0, timing="end")
    assert gross == pytest.approx(0.8 * 1.0 + 0.2 * 8.0)
    assert net == gross


def test_an_impaired_loan_by_hand() -> None:
    # Hand: 300 / 1.1 + 300 / 1.21 = 520.66.
    loss = impaired_loss(1000, recoveries=[(1, 300), (2, 300)], effective_rate_share=0.1)
    assert loss == pytest.approx(1000 - 300 / 1.1 - 300 / 1.21)
    assert impaired_loss(100, recoveries=[(0, 150)], effective_rate_share=0.1) == 0


shares = st.floats(0, 1)


@given(hazard=st.lists(shares, min_size=1, max_size=20))
def test_default_and_survival_sum_to_one(hazard: list[float]) -> None:
    found = marginal_default_share(hazard)
    assert math.fsum(found) + math.prod(1 - each for each in hazard) == pytest.approx(1, abs=1e-12)


@given(covered=shares, fails=shares, cap=st.none() | st.floats(0, 100), delay=st.floats(0, 5), rate=st.floats(0, 0.3))
def test_net_lies_between_nothing_and_gross(
    covered: float, fails: float, cap: float | None, delay: float, rate: float
) -> None:
    each = Enhancement(covered_share=covered, cap=cap, failure_share=fails, years_to_payment=delay)
    found = expected_loss(path(), effective_rate_share=rate, timing="end", enhancement=each)
    assert (found.net_by_period <= found.gross_by_period + 1e-12).all()
    assert (found.net_by_period >= -1e-12).all()


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"exposure": [1, 2]},
            "marginal_pd_share: found 3 numbers, expected 2, as many as exposure",
        ),
        ({"exposure": [1, -2, 3]}, "exposure[1]: found -2, expected a finite number, at least 0"),
        ({"marginal_pd_share": [0.5, 0.5, 0.5]}, "marginal_pd_share: found a sum of 1.5, expected a sum of at most 1"),
        (
            {"marginal_pd_share": [0.5, math.nan, 0]},
            "marginal_pd_share[1]: found nan, expected a finite number, at least 0, at most 1",
        ),
        ({"lgd_share": 1.1}, "lgd_share: found 1.1, expected a finite number, at least 0, at most 1"),
        ({"lgd_share": [0.1, 0.2]}, "lgd_share: found 2 numbers, expected 3, as many as exposure"),
        ({"years_per_period": 0}, "years_per_period: found 0, expected 1 over a whole number, such as 1/12"),
        ({"years_per_period": 0.4}, "years_per_period: found 0.4, expected 1 over a whole number, such as 1/12"),
    ],
)
def test_a_path_that_is_none_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        path(**facts)
    assert str(caught.value) == message


def test_other_bad_inputs_are_refused() -> None:
    with pytest.raises(InputError, match=r"stage: found 3, expected 1 or 2; a credit-impaired loan"):
        ask(path()).gross(3)
    half = Scenario("half", 0.5, path())
    with pytest.raises(InputError, match=r"weight_share: found a sum of 0.5, expected a sum of 1"):
        scenario_loss([half], stage=1, effective_rate_share=0.05, timing="end")
    with pytest.raises(InputError, match="weight_share: found nothing, expected at least one number"):
        scenario_loss([], stage=1, effective_rate_share=0.05, timing="end")
    with pytest.raises(InputError, match=r"recoveries\[0\].amount: found -1, expected a finite number, at least 0"):
        impaired_loss(10, recoveries=[(1, -1)], effective_rate_share=0.05)
    with pytest.raises(InputError, match="cap: found -1, expected a finite number, at least 0"):
        Enhancement(covered_share=0.5, cap=-1, failure_share=0, years_to_payment=0)
    with pytest.raises(InputError, match="effective_rate_share: found nan"):
        expected_loss(path(), effective_rate_share=math.nan, timing="end")
