"""A loan book by simulation against NumPy with conditional PDs: ``python -m benchmarks.pledge_book [scenarios]``.

Without an argument a short run, whose rates are those of a long one; ``1000000`` is the full run. The peer is the
better kind of NumPy: one 32-bit uniform number a loan, compared with the conditional PD of its class; collateral,
period and sharing only for the loans that fail. Both simulate the same model. Peak memory is measured in a process that
does nothing else.
"""

from __future__ import annotations

import importlib.util
import itertools
import subprocess
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from multiprocessing import get_context
from typing import Any

import numpy as np
from scipy import special

from benchmarks.memory import peak_megabytes
from benchmarks.timing import interleaved, report
from pledge.portfolio._problem import LOAN_COLUMNS, Problem, problem_of
from pledge.portfolio.importance import find_shift
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.risk_measures import Estimate, probability_above
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import NO_STRESS, FactorShift, SimulationPlan

SECTORS = ("software", "biotech", "machines", "materials", "brands")
#: Four grades in five sectors: twenty classes; a mean PD of 1.85 % a year.
GRADES = (0.004, 0.01, 0.02, 0.04)
CONFIDENCE = 0.999
SHORT = 2**15
BLOCK = 2**12
#: Scenarios of a chunk of the peer: the fastest of several for each size.
CHUNK = {100: 4096, 1_000: 512, 10_000: 128}


def book_of(count: int) -> LoanBook:
    """Invented loans: each of another size and with another right behind it."""
    random = np.random.default_rng(20261127)
    place = np.arange(count)
    grade = place // len(SECTORS) % len(GRADES)
    return LoanBook.of_columns(
        SectorFactors.with_global(SECTORS, global_loading=0.6),
        sector=[SECTORS[each % len(SECTORS)] for each in place],
        principal_cny=random.uniform(1e6, 1e7, count),
        pd_share_per_year=np.array(GRADES)[grade],
        grade=grade,
        factor_correlation=0.4,
        collateral_value_cny=random.uniform(2e6, 2e7, count),
        collateral_volatility=0.6,
        collateral_factor_correlation=0.3,
        collateral_owner_correlation=0.2,
        owner_failure_damage_share=0.3,
        sale_cost_share=0.3,
        time_to_sale_years=0.5,
        discount_rate_share_per_year=0.05,
    )


def rule_for(count: int) -> SharingRule:
    """Half of the principal lost, from a pool of 30,000 CNY a loan."""
    return SharingRule(pool_balance_cny=3e4 * count, shares={"pool": Decimal("0.5"), "bank": Decimal("0.5")})


@dataclass(frozen=True)
class NumpyBook:
    """The peer: loss and pool's loss of each scenario, chunk by chunk."""

    problem: Problem
    chunk: int

    def losses(self, scenarios: int, generator: np.random.Generator) -> tuple[Any, Any]:
        parts = [
            self._chunk(min(self.chunk, scenarios - first), generator) for first in range(0, scenarios, self.chunk)
        ]
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))  # type: ignore[return-value]

    def _chunk(self, count: int, generator: np.random.Generator) -> tuple[Any, Any]:
        problem, size = self.problem, self.problem.size
        factors = generator.standard_normal((count, len(SECTORS))) @ problem.root.T
        first = problem.group_first[:-1]
        loan = problem.loans[first]
        threshold = problem.thresholds[first, -1] - loan[:, 0] * factors[:, problem.group_sector]
        limit = np.minimum(special.ndtr(threshold / loan[:, 1]) * 2**32, 2**32 - 1).astype(np.uint32)
        drawn = generator.integers(0, 2**32, size=(count, size), dtype=np.uint32)
        fails = np.empty((count, size), bool)
        for group, (begin, end) in enumerate(zip(first, problem.group_first[1:], strict=True)):
            np.less(drawn[:, begin:end], limit[:, group : group + 1], out=fails[:, begin:end])
        flat = np.flatnonzero(fails)
        scenario, place = np.divmod(flat, size)
        own = special.ndtri((drawn.reshape(-1)[flat] + 0.5) / 2**32)
        return self._shared(count, scenario, place, own, factors, generator)

    def _shared(
        self, count: int, scenario: Any, place: Any, own: Any, factors: Any, generator: np.random.Generator
    ) -> tuple[Any, Any]:
        problem = self.problem
        sector_of = np.repeat(problem.group_sector, np.diff(problem.group_first))
        factor = factors[scenario, sector_of[place]]
        loan = dict(zip(LOAN_COLUMNS, problem.loans[place].T, strict=True))
        state = loan["factor"] * factor + loan["own"] * own
        periods = problem.thresholds.shape[1]
        period = np.minimum((state[:, None] >= problem.thresholds[place]).sum(axis=1), periods - 1)
        free = loan["score_free"] * generator.standard_normal(place.size)
        score = loan["score_factor"] * factor + loan["score_own"] * own + free
        root = problem.root_time[period]
        value = np.exp(loan["log_value"] + root**2 * loan["log_drift"] + root * loan["volatility"] * score)
        loss = np.maximum(loan["claim"] - value * loan["net_share"], 0)
        covered = np.minimum(loan["covered_share"] * np.minimum(loan["coverable"], loss), problem.rule[3])
        span = problem.periods_in_all
        when = scenario * span + period + loan["lag"].astype(np.int64)
        due = np.bincount(when, weights=covered, minlength=count * span).reshape(count, span)
        pool = np.minimum(problem.rule[0] * due.sum(axis=1), problem.rule[1])
        return np.bincount(scenario, weights=loss, minlength=count), pool


def product(book: LoanBook, rule: SharingRule, plan: SimulationPlan, **how: Any) -> Any:
    """The public path."""
    return simulate_book(book, rule, plan, engine="compiled", **how)


def speed(loans: int, scenarios: int, rounds: int) -> None:
    """Rates side by side; the peer runs fewer scenarios, its rate does not depend on them."""
    book, rule = book_of(loans), rule_for(loans)
    plan = SimulationPlan(seed=1, scenarios=scenarios, block=min(BLOCK, scenarios))
    peer = NumpyBook(problem_of(book, rule, plan, NO_STRESS), CHUNK.get(loans, 256))
    generator = np.random.Generator(np.random.SFC64(1))
    fewer = max(256, min(scenarios, 2**22 // loans))
    names = ("product, 2 threads", "product, 1 thread", "NumPy, conditional PD")
    units = dict(zip(names, (loans * scenarios, loans * scenarios, loans * fewer), strict=True))
    times = interleaved(
        {
            names[0]: lambda: product(book, rule, plan, workers=2),
            names[1]: lambda: product(book, rule, plan),
            names[2]: lambda: peer.losses(fewer, generator),
        },
        units,
        rounds=rounds,
    )
    report(f"{loans} loans, {scenarios} scenarios (peer: {fewer})", times, names[0], "loan-scenarios")
    _compare(product(book, rule, plan, workers=2), peer.losses(fewer, generator), loans)


def _compare(ours: Any, theirs: tuple[Any, Any], loans: int) -> None:
    """Print the means of both, with their errors: one model."""
    for name, one, two in (("loss", ours.total_cny, theirs[0]), ("pool", ours.of("pool"), theirs[1])):
        errors = [each.std() / np.sqrt(each.size) for each in (one, two)]
        apart = abs(one.mean() - two.mean()) / np.hypot(*errors)
        means = f"{one.mean() / loans:.1f} and {two.mean() / loans:.1f} CNY a loan"
        print(f"  mean {name}, product and NumPy: {means}, {apart:.1f} standard errors apart")


def tail(loans: int, scenarios: int, replicates: int) -> None:
    """Variance of the probability beyond the 99.9 % quantile, plain and shifted, per draw and per CPU second."""
    book, rule = book_of(loans), rule_for(loans)
    plan = SimulationPlan(seed=1, scenarios=scenarios, block=min(BLOCK, scenarios))
    find_shift(book, rule, plan, confidence=0.99, pilot_scenarios=1_000, engine="compiled")  # compiles
    start = time.process_time()
    shift = find_shift(book, rule, plan, confidence=CONFIDENCE, engine="compiled")
    pilot = time.process_time() - start
    level = product(book, rule, replace(plan, shift=shift, scenarios=4 * scenarios)).value_at_risk(CONFIDENCE).value
    tails, seconds = _in_turns(book, rule, plan, {"plain": None, "shifted": shift}, level, replicates)
    values = {name: np.array([each.value for each in found]) for name, found in tails.items()}
    mean, spread = values["shifted"].mean(), {name: found.var(ddof=1) for name, found in values.items()}
    # Of plain draws what they show in the long run, of shifted ones the mean of what the runs say of themselves; the
    # variance between the runs is noisier and must agree with both.
    plain = mean * (1 - mean) / scenarios
    shifted = np.mean([each.standard_error**2 for each in tails["shifted"]])
    print(
        f"\nImportance sampling at the {CONFIDENCE:.1%} quantile, {loans} loans, {replicates} × {scenarios} scenarios"
    )
    print(
        f"  P(loss > q): plain {values['plain'].mean():.3g}, shifted {mean:.4g} ± {np.sqrt(shifted / replicates):.1g}"
    )
    print(f"  variance plain / shifted at equal draws: {plain / shifted:.0f}")
    print(
        f"  variance between runs over what they say: plain {spread['plain'] / plain:.2f}, shifted "
        f"{spread['shifted'] / shifted:.2f} (1 ± {np.sqrt(2 / (replicates - 1)):.2f})"
    )
    gain = plain * seconds["plain"] / (shifted * seconds["shifted"])
    print(f"  per CPU second: {gain:.0f}; pilot {pilot:.2f} CPU seconds, a run {seconds['shifted']:.2f}")


def _in_turns(
    book: LoanBook, rule: SharingRule, plan: SimulationPlan, shifts: dict[str, FactorShift | None], level: float,
    replicates: int,
) -> tuple[dict[str, list[Estimate]], dict[str, float]]:  # fmt: skip
    """The tail by each shift, run by run, and the CPU seconds of a run; in turns, so that a busy minute slows both."""
    tails: dict[str, list[Estimate]] = {name: [] for name in shifts}
    seconds = dict.fromkeys(shifts, 0.0)
    for seed, name in itertools.product(range(replicates), shifts):
        start = time.process_time()
        losses = product(book, rule, replace(plan, seed=100 + seed, shift=shifts[name]))
        tails[name].append(probability_above(losses.total_cny, losses.weights, level))
        seconds[name] += (time.process_time() - start) / replicates
    return tails, seconds


def overhead(loans: int, scenarios: int) -> None:
    """The same run on other executors, warm: what sending blocks about costs."""
    book, rule = book_of(loans), rule_for(loans)
    plan = SimulationPlan(seed=1, scenarios=scenarios, block=min(BLOCK, scenarios))
    print(f"\nExecutors, {loans} loans, {scenarios} scenarios, {plan.blocks} blocks")
    expected = product(book, rule, plan).total_cny
    with ThreadPoolExecutor(2) as threads:
        base = _timed("2 threads", threads, book, rule, plan, expected)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        _timed("2 processes", processes, book, rule, plan, expected, base)
    if importlib.util.find_spec("distributed") is None:
        print("  dask client's executor: distributed is not installed here")
        return
    from distributed import Client

    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        _timed("dask client's executor, 2 workers", client.get_executor(), book, rule, plan, expected, base)


def _timed(
    name: str, executor: Executor, book: LoanBook, rule: SharingRule, plan: SimulationPlan, expected: Any,
    base: float | None = None,
) -> float:  # fmt: skip
    # Once to start the workers and to compile there; each worker must have had a block.
    product(book, rule, plan, executor=executor)
    start = time.perf_counter()
    found = product(book, rule, plan, executor=executor)
    seconds = time.perf_counter() - start
    more = "" if base is None else f", {(seconds - base) / plan.blocks * 1e3:+.2f} ms a block against threads"
    same = "identical" if np.array_equal(found.total_cny, expected) else "NOT IDENTICAL"
    print(f"  {name:<36} {seconds:.3f} s{more}; bits {same}")
    return seconds


def memory(loans: int, scenarios: int) -> None:
    """Run in a process of its own and print its peak."""
    product(book_of(loans), rule_for(loans), SimulationPlan(seed=1, scenarios=64))
    before = peak_megabytes()
    found = product(book_of(loans), rule_for(loans), SimulationPlan(seed=1, scenarios=scenarios), workers=2)
    found.value_at_risk(0.99)
    after = peak_megabytes()
    print(
        f"  memory of {loans} loans × {scenarios} scenarios: peak {after:.0f} MB, {after - before:.0f} more than loaded"
    )


def main(
    scenarios: int = SHORT, rounds: int = 3, replicates: int = 40, sizes: tuple[int, ...] = (1_000, 10_000)
) -> None:
    """Print all tables."""
    for loans in sizes:
        speed(loans, scenarios, rounds)
    for loans in sizes:
        tail(loans, min(20_000, scenarios), max(10, replicates * sizes[0] // loans))
    overhead(sizes[0], scenarios)
    command = [sys.executable, "-m", "benchmarks.pledge_book", "memory", str(sizes[0]), str(scenarios)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        memory(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(*(int(each) for each in sys.argv[1:2]))
