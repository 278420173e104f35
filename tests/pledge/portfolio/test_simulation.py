"""Does the simulation of a book find the distribution that is known exactly, and the same bits in every way of running?

Checked against: the binomial mixture of an even book (pledge.portfolio.copula, second way), Vasicek's limit for a
large book (closed form), the convolution of independent loans, the loss given default of wrong-way collateral by
quadrature over Black's put (second way) and as an own benchmark (3 / 9 / 21 %, ± 1 point). Bits: one worker, two
threads, two processes, and a run taken up from a checkpoint. Properties by Hypothesis: parties add up, none negative,
the pool never above what it had, monotone in PD under common random numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.checkpoint import Checkpoint
from pledge.portfolio.copula import default_probabilities, loss_unit_probabilities
from pledge.portfolio.loan_book import wrong_way_correlations
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import (
    Progress,
    SimulationCancelledError,
    simulate_book,
    simulate_stresses,
)
from pledge.portfolio.simulation_plan import NO_STRESS, FactorShift, SimulationPlan, Stress
from pledge.portfolio.vasicek import LimitingLoss
from tests.pledge.portfolio.samples import FOUR_PARTIES, even_book, mixed_book, pool
from valuation.errors import InputError

BANK = SharingRule.bank_alone()
YEAR = {"periods": 1, "period_years": 1.0}


def test_an_even_book_has_the_binomial_mixture() -> None:
    """Chi-square over the number of defaults: cells of at least 20 expected scenarios, 1 in 10,000 fails."""
    scenarios = 200_000
    plan = SimulationPlan(seed=11, scenarios=scenarios, **YEAR)
    found = simulate_book(even_book(50, pd=0.03, correlation=0.25), BANK, plan, engine="compiled")
    expected = scenarios * default_probabilities(50, pd_share=0.03, asset_correlation=0.25)
    seen = np.bincount(found.defaults.astype(int), minlength=51)
    last = int(np.flatnonzero(expected >= 20)[-1])
    expected = np.append(expected[:last], expected[last:].sum())
    seen = np.append(seen[:last], seen[last:].sum())
    statistic = float(((seen - expected) ** 2 / expected).sum())
    assert special.chdtrc(last, statistic) > 1e-4
    np.testing.assert_array_equal(found.total_cny, found.defaults)


def test_a_large_book_comes_near_to_vasicek() -> None:
    """5,000 loans: quantiles of the limit within four standard errors and the known correction of finite size."""
    loans, pd, correlation = 5_000, 0.02, 0.15
    limit = LimitingLoss(pd, correlation)
    plan = SimulationPlan(seed=5, scenarios=100_000, **YEAR)
    found = simulate_book(even_book(loans, pd=pd, correlation=correlation), BANK, plan, engine="compiled")
    assert abs(found.mean().value / loans - pd) < 4 * found.mean().standard_error / loans
    for confidence in (0.9, 0.99, 0.999):
        quantile = found.value_at_risk(confidence)
        finite = np.searchsorted(
            np.cumsum(default_probabilities(loans, pd_share=pd, asset_correlation=correlation)), confidence
        )
        assert abs(quantile.value - finite) < 4 * quantile.standard_error + 1
        assert quantile.value / loans == pytest.approx(limit.quantile(confidence), rel=0.06)
        shortfall = found.expected_shortfall(confidence)
        margin = 4 * (shortfall.standard_error + quantile.standard_error) / loans + 1 / loans
        assert abs(shortfall.value / loans - limit.expected_shortfall(confidence)) < margin


def test_without_correlation_losses_are_a_convolution() -> None:
    """Unequal loans, no common factor: probabilities of every loss in units, loan folded into loan."""
    units = np.arange(1, 13)
    pd = np.linspace(0.02, 0.3, 12)
    book = even_book(12, pd=pd, correlation=0.0, principal_cny=units.astype(float))
    scenarios = 200_000
    found = simulate_book(book, BANK, SimulationPlan(seed=2, scenarios=scenarios, **YEAR), engine="compiled")
    seen = np.bincount(found.total_cny.round().astype(int), minlength=units.sum() + 1) / scenarios
    exact = loss_unit_probabilities(units, pd_share=pd, asset_correlation=0.0)
    assert (np.abs(seen - exact) < 4.5 * np.sqrt(exact * (1 - exact) / scenarios) + 2 / scenarios).all()


@pytest.mark.parametrize(
    ("damage", "correlation", "expected"),
    [(0.0, 0.0, 0.03), (0.0, 0.3, 0.09), (0.0, 0.6, 0.21), (0.7, 0.0, 0.38), (0.7, 0.3, 0.56), (0.7, 0.6, 0.71)],
)
def test_wrong_way_collateral(damage: float, correlation: float, expected: float) -> None:
    """PD 3 %, pledge rate 30 %, volatility 60 %, sale cost 30 %: economic loss given default by correlation."""
    columns = {
        "collateral_value_cny": 1 / 0.3,
        "collateral_volatility": 0.6,
        "sale_cost_share": 0.3,
        "owner_failure_damage_share": damage,
        **wrong_way_correlations(correlation, factor_correlation=math.sqrt(0.2)),
    }
    book = even_book(100, pd=0.03, correlation=0.2, **columns)
    found = simulate_book(book, BANK, SimulationPlan(seed=9, scenarios=100_000, **YEAR), engine="compiled")
    lgd = found.total_cny.sum() / found.defaults.sum()
    assert lgd == pytest.approx(expected, abs=0.01)
    assert lgd == pytest.approx(_lgd_by_quadrature(damage, correlation), abs=0.003)


def _lgd_by_quadrature(damage: float, correlation: float) -> float:
    """E[(1 − c V)⁺ | X < Φ⁻¹(PD)]: given X the value is lognormal, a put of Black's formula; trapezoid over X."""
    state = np.linspace(-9, float(special.ndtri(0.03)), 4001)
    density = np.exp(-(state**2) / 2)
    spread = 0.6 * math.sqrt(1 - correlation**2)
    forward = 0.7 * (1 - damage) / 0.3 * np.exp(0.6 * correlation * state - 0.18 + spread**2 / 2)
    d2 = (np.log(forward) - spread**2 / 2) / spread
    put = special.ndtr(-d2) - forward * special.ndtr(-d2 - spread)
    return float((put * density).sum() / density.sum())


def test_defaults_spread_over_the_periods_and_end_with_maturity() -> None:
    """Of loans of half a year, PD 10 % a year: 1 − 0.9^0.5 fail at all, in two quarters, and the pool pays then."""
    book = even_book(200, pd=0.1, correlation=0.1, maturity_years=0.5)
    plan = SimulationPlan(seed=4, scenarios=20_000, keeps_pool_payments=True)
    found = simulate_book(book, pool(1e6), plan, engine="numpy")
    paid = found.mean_pool_payments_cny()
    first, second = 1 - 0.9**0.25, 0.9**0.25 - 0.9**0.5
    np.testing.assert_allclose(paid, [100 * first, 100 * second, 0, 0], atol=0.15)
    assert found.mean("pool").value == pytest.approx(paid.sum(), rel=1e-6)


def same(found: BookLosses, other: BookLosses) -> bool:
    names = ("total_cny", "defaults", "exhausted", "weights")
    pairs = [(getattr(found, name), getattr(other, name)) for name in names]
    pairs += [(found.by_party[party], other.by_party[party]) for party in found.by_party]
    return all(np.array_equal(one, two) for one, two in pairs)


PLAN = SimulationPlan(seed=3, scenarios=5_000, block=700, shift=FactorShift((-0.5, -0.5, 0.0), aimed_loss_cny=3e7))


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_the_same_bits_on_any_workers(engine: Any) -> None:
    book, rule = mixed_book(), pool()
    one = simulate_book(book, rule, PLAN, engine=engine)
    assert same(one, simulate_book(book, rule, PLAN, engine=engine, workers=2))
    if engine == "numpy":
        # Processes are started afresh: a fork of a process with threads may hang.
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
            assert same(one, simulate_book(book, rule, PLAN, engine=engine, executor=processes))


def test_a_run_taken_up_after_a_crash_gives_the_same_bits() -> None:
    book, rule = mixed_book(), pool()
    whole = simulate_book(book, rule, PLAN, engine="numpy")
    kept: list[Progress] = []

    class CrashError(Exception):
        pass

    def crash(progress: Progress) -> None:
        kept.append(progress)
        if len(kept) == 3:
            raise CrashError

    with pytest.raises(CrashError):
        simulate_book(book, rule, PLAN, engine="numpy", progress=crash)
    stopped = _stopped_after(3, book, rule)
    for progress in kept:
        number = progress.block.number
        np.testing.assert_array_equal(progress.block.sums, stopped.blocks[number].sums)
    # Through bytes, as a file would keep it; the other half computed elsewhere.
    taken_up = Checkpoint.from_bytes(stopped.to_bytes())
    seen: list[int] = []
    again = simulate_book(
        book, rule, PLAN, engine="numpy", checkpoint=taken_up, progress=lambda each: seen.append(each.block.number)
    )
    assert seen == [3, 4, 5, 6, 7]
    assert same(whole, again)


def _stopped_after(blocks: int, book: Any, rule: Any) -> Checkpoint:
    done: list[int] = []
    with pytest.raises(SimulationCancelledError, match=f"{blocks} of 8 blocks") as stopped:
        simulate_book(
            book,
            rule,
            PLAN,
            engine="numpy",
            progress=lambda each: done.append(each.scenarios_done),
            cancel=lambda: len(done) >= blocks,
        )
    assert done == [700 * number for number in range(1, blocks + 1)]
    return stopped.value.checkpoint


def test_a_checkpoint_of_another_run_is_refused() -> None:
    book, rule = mixed_book(), pool()
    stopped = _stopped_after(2, book, rule)
    others: list[Callable[[], object]] = [
        lambda: simulate_book(book, rule, replace(PLAN, seed=4), engine="numpy", checkpoint=stopped),
        lambda: simulate_book(book, pool(9e6), PLAN, engine="numpy", checkpoint=stopped),
        lambda: simulate_book(mixed_book(pd_factor=1.1), rule, PLAN, engine="numpy", checkpoint=stopped),
        lambda: simulate_book(book, rule, PLAN, checkpoint=stopped, stress=Stress(name="other"), engine="numpy"),
        lambda: stopped.merged(Checkpoint("another")),
    ]
    for other in others:
        with pytest.raises(InputError, match=r"checkpoint\.digest"):
            other()
    with pytest.raises(InputError, match="what to_bytes wrote"):
        Checkpoint.from_bytes(stopped.to_bytes()[:-100])


def test_stresses_share_their_random_numbers() -> None:
    book, plan = mixed_book(), SimulationPlan(seed=3, scenarios=2_000)
    stresses = (
        NO_STRESS,
        Stress(name="factor", factor_shift={"software": -1.0, "machines": -1.0}),
        Stress(name="PDs doubled", pd_factor=2.0),
        Stress(name="values halved", value_factor=0.5),
    )
    found = simulate_stresses(book, BANK, plan, stresses, engine="numpy")
    assert list(found) == [stress.name for stress in stresses]
    base = found["base"]
    # Scenario by scenario: a borrower that fails still fails, a value that falls brings no more.
    assert (found["PDs doubled"].defaults >= base.defaults).all()
    assert (found["factor"].defaults >= base.defaults).all()
    np.testing.assert_array_equal(found["values halved"].defaults, base.defaults)
    assert (found["values halved"].total_cny >= base.total_cny - 1e-6).all()
    assert found["PDs doubled"].mean().value > base.mean().value
    with pytest.raises(InputError, match="stresses"):
        simulate_stresses(book, BANK, plan, (NO_STRESS, NO_STRESS))


@settings(max_examples=25)
@given(
    balance=st.floats(0, 5e7),
    top_up=st.floats(0, 1e6),
    cap=st.none() | st.floats(0, 5e6),
    payment=st.sampled_from(["after_disposal", "at_default"]),
    principal_only=st.booleans(),
    ip_only=st.booleans(),
    pd_factor=st.floats(0, 5),
    seed=st.integers(0, 2**63 - 1),
)
def test_parties_add_up_and_the_pool_pays_what_it_has(
    balance: float, top_up: float, cap: float | None, payment: Any, principal_only: bool, ip_only: bool,
    pd_factor: float, seed: int,
) -> None:  # fmt: skip
    rule = SharingRule(
        pool_balance_cny=balance, shares=FOUR_PARTIES, cap_per_loan_cny=cap, payment=payment,
        is_principal_only=principal_only, is_ip_part_only=ip_only, top_up_cny_per_period=top_up,
    )  # fmt: skip
    plan = SimulationPlan(seed=seed, scenarios=200)
    found = simulate_book(mixed_book(30), rule, plan, stress=Stress(name="x", pd_factor=pd_factor), engine="numpy")
    total = sum(found.by_party.values())
    np.testing.assert_allclose(total, found.total_cny, rtol=1e-12, atol=1e-6)
    assert all((losses >= -1e-6).all() for losses in found.by_party.values())
    assert (found.of("pool") <= (balance + 3 * top_up) * (1 + 1e-12) + 1e-6).all()
    full = rule.share("pool") / rule.share("insurer") * found.of("insurer")
    assert (found.of("pool") <= full + 1e-6).all()
    # Who can pay all pays all.
    np.testing.assert_allclose(found.of("pool")[found.exhausted < 0], full[found.exhausted < 0], rtol=1e-9, atol=1e-3)
    assert (found.total_cny <= found.exposure_cny * (1 + 1e-12)).all()


@settings(max_examples=15)
@given(low=st.floats(0, 3), more=st.floats(0, 3), seed=st.integers(0, 2**32))
def test_losses_rise_with_pd_under_common_random_numbers(low: float, more: float, seed: int) -> None:
    """Stated grades keep every loan's number in place, so each scenario's loss rises, not only the mean."""
    plan = SimulationPlan(seed=seed, scenarios=300, periods=1, period_years=1.0)
    one = simulate_book(mixed_book(30, pd_factor=low), BANK, plan, engine="numpy")
    two = simulate_book(mixed_book(30, pd_factor=low + more), BANK, plan, engine="numpy")
    assert (two.defaults >= one.defaults).all()
    assert (two.total_cny >= one.total_cny - 1e-6).all()


def test_engines_agree() -> None:
    book, rule = mixed_book(), pool()
    numpy, compiled = (simulate_book(book, rule, PLAN, engine=engine) for engine in ("numpy", "compiled"))
    np.testing.assert_allclose(numpy.total_cny, compiled.total_cny, rtol=1e-11, atol=1e-5)
    np.testing.assert_array_equal(numpy.exhausted, compiled.exhausted)
    np.testing.assert_allclose(numpy.weights, compiled.weights, rtol=1e-12)
