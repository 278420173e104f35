"""Do the benchmarks still run? Tiny sizes, no claim about time.

Checked: every program runs to its end and prints its table, its candidates agree on the model they compute, and the
lock of the peers is hashed and names no address.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    comparables,
    end_of_day,
    leverage_rates,
    leverage_simulation,
    memory,
    options_exact,
    options_lattice,
    options_lsm,
    pledge_book,
    pledge_schedules,
    revaluation,
    royalty,
)
from benchmarks.timing import Times
from pledge.portfolio._problem import problem_of
from pledge.portfolio.simulation_plan import NO_STRESS, SimulationPlan
from valuation.options._core.paths import PathsSettings, solve_paths

ROOT = Path(__file__).resolve().parents[2]


def test_royalty(capsys: pytest.CaptureFixture[str]) -> None:
    royalty.main(draws=512, rounds=1, replicates=4)
    memory.main(256)
    said = capsys.readouterr().out
    for expected in ("identical", "NumPy matrix", "hand-written kernel", "plain / Sobol", "memory of 256 draws"):
        assert expected in said


def test_all_versions_of_the_royalty_model_are_one_model() -> None:
    """Same draws: product and hand-written kernels to twelve digits. NumPy draws its own: means within 4 errors."""
    paper = royalty.worksheet()
    with ThreadPoolExecutor(1) as executor:
        general = royalty.product(paper, 4 * royalty.BATCH, executor)
        for equal_spacing in (False, True):
            by_hand = royalty.handwritten_values(4 * royalty.BATCH, executor, equal_spacing)
            np.testing.assert_allclose(by_hand, general, rtol=2e-12)
    numpy = royalty.numpy_blocked(general.size, np.random.default_rng(1))
    assert abs(numpy.mean() - general.mean()) < 4 * np.hypot(numpy.std(), general.std()) / np.sqrt(general.size)


def test_revaluation(capsys: pytest.CaptureFixture[str]) -> None:
    revaluation.main(count=1000, rounds=1)
    assert "NumPy whole columns" in capsys.readouterr().out


def test_comparables(capsys: pytest.CaptureFixture[str]) -> None:
    comparables.main(rows=500, queries=10, rounds=1)
    said = capsys.readouterr().out
    for expected in ("built in", "kept index, 2 workers", "Regression over 500 rows", "diagnostics of every row"):
        assert expected in said


def test_pledge_schedules(capsys: pytest.CaptureFixture[str]) -> None:
    pledge_schedules.main(count=200, by_loop=100, exactly=50, rounds=1)
    expected = "fen different: 0 to Decimal over 100 loans, 0 to exact fractions over 50"
    assert expected in capsys.readouterr().out


def test_end_of_day(capsys: pytest.CaptureFixture[str]) -> None:
    end_of_day.main(count=2)
    said = capsys.readouterr().out
    assert "catching up" in said
    assert "the same day again                   0 loan-days" in said


def test_options_lsm(capsys: pytest.CaptureFixture[str]) -> None:
    """Runs at a tiny size; peer and product value the same model: within four standard errors of one another."""
    options_lsm.main(paths=1024, fewer=1024, rounds=1)
    assert "at equal error" in capsys.readouterr().out
    peer = options_lsm.numpy_answer(20_000, np.random.default_rng(3), steps=20)
    settings = PathsSettings(paths=20_000, engine="numpy")
    product = solve_paths(options_lsm.project(steps=20), seed=1, settings=settings)
    assert abs(peer.value - product.value) < 4 * np.hypot(peer.standard_error, product.standard_error)


def test_deterministic_options(capsys: pytest.CaptureFixture[str]) -> None:
    options_exact.main(rounds=1, nodes=36, finer=40)
    said = capsys.readouterr().out
    (share,) = re.findall(r"nodes \(11\.8\d+\): (\S+)", said)
    assert float(share) < 3e-3
    assert "compound right of six stages" in said


def test_the_lattice_beside_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    options_lattice.main(count=2, rounds=1)
    assert "QuantLib" in capsys.readouterr().out


def test_a_ratio_is_the_median_over_rounds_of_rates() -> None:
    """By hand: 10 units in 1, 2, 3 s against 30 units in 9, 9, 9 s: 9/3, 9/6, 9/9 times as fast."""
    times = Times({"ours": [1.0, 2.0, 3.0], "theirs": [9.0, 9.0, 9.0]}, {"ours": 10, "theirs": 30})
    assert times.ratio("ours", "theirs") == pytest.approx(1.5)
    assert times.rate("theirs") == pytest.approx(30 / 9)


def test_a_ratio_per_cpu_second_counts_all_threads() -> None:
    """By hand: as fast by the clock, but on two processors: half as much in a second of one."""
    times = Times({"ours": [1.0], "theirs": [1.0]}, {"ours": 5, "theirs": 5}, {"ours": [2.0], "theirs": [1.0]})
    assert times.ratio("ours", "theirs") == pytest.approx(1)
    assert times.cpu_ratio("ours", "theirs") == pytest.approx(0.5)


def test_all_versions_of_the_revaluation_are_one(capsys: pytest.CaptureFixture[str]) -> None:
    revaluation.main(count=3000, rounds=1)
    (difference,) = re.findall(r"largest difference to NumPy (\S+)", capsys.readouterr().out)
    assert float(difference) < 1e-13


def test_pledge_book(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the process pool: its workers would compile for a minute."""
    pledge_book.speed(100, 600, 1)
    pledge_book.tail(100, 1_000, 3)
    pledge_book.memory(100, 2_000)
    book, rule = pledge_book.book_of(100), pledge_book.rule_for(100)
    plan = SimulationPlan(seed=1, scenarios=600, block=200)
    expected = pledge_book.product(book, rule, plan).total_cny
    with ThreadPoolExecutor(2) as threads:
        pledge_book._timed("2 threads", threads, book, rule, plan, expected)
    said = capsys.readouterr().out
    for line in ("NumPy, conditional PD", "per CPU second", "bits identical", "memory of 100 loans"):
        assert line in said


def test_product_and_peer_simulate_one_book() -> None:
    """Means of loss, pool's loss and of the squared loss within 4 standard errors of one another."""
    loans, scenarios = 200, 20_000
    book, rule = pledge_book.book_of(loans), pledge_book.rule_for(loans)
    plan = SimulationPlan(seed=1, scenarios=scenarios)
    peer = pledge_book.NumpyBook(problem_of(book, rule, plan, NO_STRESS), 512)
    theirs = peer.losses(scenarios, np.random.Generator(np.random.SFC64(1)))
    ours = pledge_book.product(book, rule, plan)
    pairs = [(ours.total_cny, theirs[0]), (ours.of("pool"), theirs[1]), (ours.total_cny**2, theirs[0] ** 2)]
    for one, two in pairs:
        assert abs(one.mean() - two.mean()) < 4 * np.hypot(one.std(), two.std()) / np.sqrt(scenarios)


def test_the_lock_of_the_peers_is_hashed_and_names_no_address() -> None:
    text = (ROOT / "benchmarks" / "requirements-peers.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    for name in (ROOT / "benchmarks" / "requirements-peers.in").read_text(encoding="utf-8").split():
        assert re.search(rf"^{name}==[^ ]+ .*\n +--hash=sha256:[0-9a-f]{{64}}", text, re.MULTILINE), name


def test_simulation_of_funds(capsys: pytest.CaptureFixture[str]) -> None:
    leverage_simulation.main(paths=256, numpy_paths=64, funds=2, rounds=1)
    said = capsys.readouterr().out
    for expected in ("identical", "NumPy whole arrays", "normal numbers only", "rates of public money"):
        assert expected in said


def test_internal_rates(capsys: pytest.CaptureFixture[str]) -> None:
    leverage_rates.main(series=300, peer_series=300, rounds=1)
    said = capsys.readouterr().out
    for expected in ("pyxirr.xirr", "largest residual", "41 quarters"):
        assert expected in said
