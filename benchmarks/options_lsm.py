"""Least-squares Monte Carlo of a staged project (cost to completion, cash flow): the solver against NumPy."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.timing import Candidate, Times, interleaved, report
from valuation.kernel.expression import Array
from valuation.options._core.paths import Control, PathsSettings, PathsSolution, solve_paths
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Hazard, Mode, State
from valuation.options._core.process import CostToCompletion, Factor, Lognormal, joint

#: The model of Schwartz (2004), numbers of the test, in 100 steps.
CASH_FLOW, COST, RATE_PER_YEAR, DRIFT_PER_YEAR, VOLATILITY = 20.0, 100.0, 0.05, -0.016, 0.35
INVESTMENT_PER_YEAR, UNCERTAINTY, CORRELATION, HORIZON_YEARS, MULTIPLE = 10.0, 0.5, -0.1, 20.0, 5.0
HAZARD_PER_YEAR = math.log(2) / 10
STEPS = 100
PEER = "NumPy, in sample"
BEST = "product, Sobol, control"


def multiple_at(time_years: float) -> float:
    """Value at completion over the cash flow: what is earned to the horizon, and the terminal multiple."""
    spread, left = RATE_PER_YEAR - DRIFT_PER_YEAR, HORIZON_YEARS - time_years
    return -math.expm1(-spread * left) / spread + MULTIPLE * math.exp(-spread * left)


def project(*, may_abandon: bool = True, steps: int = STEPS) -> DecisionProblem:
    """The product's general description of the model."""

    def is_open(time_years: float, state: State) -> Array:
        return state[1] > 0

    def is_done(time_years: float, state: State) -> Array:
        return state[1] <= 0

    go_on = Action("wait", "continue", (Branch("developing"),), condition=is_open)
    give_up = Action("abandon", "abandon", (Branch(ENDED),), condition=is_open)
    complete = Action("complete", "complete", (Branch(ENDED),), lambda t, x: multiple_at(t) * x[0], condition=is_done)
    mode = Mode(
        "developing",
        (go_on, complete, give_up) if may_abandon else (go_on, complete),
        flow=lambda t, interval, x: np.where(x[1] > 0, -INVESTMENT_PER_YEAR * interval, 0.0),
        hazard=Hazard("catastrophe", lambda t, until: HAZARD_PER_YEAR * (until - t)),
    )
    factors = [
        (Factor("cash_flow", "log"), Lognormal(DRIFT_PER_YEAR, VOLATILITY**2)),
        (Factor("cost", "linear", (0.0,)), CostToCompletion(INVESTMENT_PER_YEAR, UNCERTAINTY)),
    ]
    process = joint(factors, [[1.0, CORRELATION], [CORRELATION, 1.0]])
    times = tuple(HORIZON_YEARS * step / steps for step in range(steps + 1))
    return DecisionProblem(process, (CASH_FLOW, COST), "developing", (mode,), times, RATE_PER_YEAR)


@dataclass(frozen=True)
class Answer:
    value: float
    standard_error: float


def numpy_answer(paths: int, generator: np.random.Generator, *, steps: int = STEPS) -> Answer:
    """The usual vectorised form: whole arrays, ten monomials of scaled regressors, normal equations, live paths."""
    step = HORIZON_YEARS / steps
    cash_flow, cost = _numpy_paths(paths, steps, step, generator)
    kept = math.exp(-(RATE_PER_YEAR + HAZARD_PER_YEAR) * step)
    value = np.where(cost[-1] <= 0, multiple_at(HORIZON_YEARS) * cash_flow[-1], 0.0)
    for date in range(steps - 1, -1, -1):
        is_live = cost[date] > 0
        ahead = kept * value[is_live] - INVESTMENT_PER_YEAR * step
        estimate = _numpy_estimate(cash_flow[date][is_live], cost[date][is_live], ahead)
        value = multiple_at(date * step) * cash_flow[date]
        value[is_live] = np.where(estimate > 0, ahead, 0.0)
    return Answer(float(value.mean()), float(value.std() / math.sqrt(paths)))


def _numpy_paths(paths: int, steps: int, step: float, generator: np.random.Generator) -> tuple[Array, Array]:
    """A completed project stays completed and its value is taken at the first such date, as the loop above finds it."""
    cash_flow, cost = np.empty((steps + 1, paths)), np.empty((steps + 1, paths))
    cash_flow[0], cost[0] = CASH_FLOW, COST
    drift, across = (DRIFT_PER_YEAR - VOLATILITY**2 / 2) * step, math.sqrt(1 - CORRELATION**2)
    for date in range(steps):
        first = generator.standard_normal(paths)
        second = CORRELATION * first + across * generator.standard_normal(paths)
        cash_flow[date + 1] = cash_flow[date] * np.exp(drift + VOLATILITY * math.sqrt(step) * first)
        left = np.maximum(cost[date], 0.0)
        noise = UNCERTAINTY * np.sqrt(INVESTMENT_PER_YEAR * step * left) * second
        cost[date + 1] = np.where(cost[date] > 0, cost[date] - INVESTMENT_PER_YEAR * step + noise, cost[date])
    return cash_flow, cost


def _numpy_estimate(cash_flow: Array, cost: Array, ahead: Array) -> Array:
    if cash_flow.size < 100 or np.ptp(cash_flow) == 0:
        return np.full(cash_flow.shape, ahead.mean() if ahead.size else 0.0)
    x, y = cash_flow / cash_flow.std(), cost / cost.std()
    columns = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y])
    coefficients = np.linalg.solve(columns @ columns.T, columns @ ahead)
    found: Array = coefficients @ columns
    return found


def main(*, paths: int = 100_000, fewer: int = 2**15, rounds: int = 5) -> None:
    """Times of a whole answer, its error, and what counts: seconds times squared error."""
    problem = project()
    control = Control(project(may_abandon=False), _without_choice(64 * paths))
    common = PathsSettings(paths=fewer, policy_paths=fewer, engine="compiled")
    runs = {
        "product, same paths twice, antithetic": PathsSettings(paths=paths, policy_paths=paths, engine="compiled"),
        "product, antithetic": common,
        "product, antithetic, control": replace(common, control=control),
        "product, Sobol": replace(common, sampler="sobol", scrambles=8),
        BEST: replace(common, sampler="sobol", scrambles=8, control=control),
    }
    generator = np.random.default_rng(1)
    answers: dict[str, list[PathsSolution | Answer]] = {name: [] for name in (*runs, PEER)}

    def run(name: str) -> None:
        """Each call has a seed of its own, so that the errors below are means over seeds."""
        found = answers[name]
        if name == PEER:
            found.append(numpy_answer(paths, generator))
        else:
            found.append(solve_paths(problem, seed=len(found), settings=runs[name], executor=two))

    with ThreadPoolExecutor(2) as two:
        candidates: dict[str, Candidate] = {name: partial(run, name) for name in answers}
        steps = {name: STEPS * (each.paths + (each.policy_paths or 0)) for name, each in runs.items()}
        times = interleaved(candidates, steps | {PEER: STEPS * paths}, rounds=rounds)
    report("(lsm) Staged project, cost and cash flow, 100 steps, 2 threads", times, BEST, "path-steps")
    _print_gains(answers, times)


def _print_gains(answers: Mapping[str, Sequence[PathsSolution | Answer]], times: Times) -> None:
    """Seconds times squared error against the peer's: how many times as long it would take to the same error."""
    costs = {}
    for name, found in answers.items():
        value = statistics.fmean(each.value for each in found)
        variance = statistics.fmean(each.standard_error**2 for each in found)
        costs[name] = variance * statistics.median(times.seconds[name])
        print(
            f"  {name:<44} {value:8.3f}, one run +- {math.sqrt(variance):.3f}, cost of an equal error {costs[name]:.4f}"
        )
    for name, cost in costs.items():
        print(f"  {name:<44} at equal error {costs[PEER] / cost:6.2f}x NumPy")


def _without_choice(paths: int) -> float:
    """The known value of the project that is never given up, here by a long run of its own."""
    settings = PathsSettings(paths=min(2**20, 2 ** int(math.log2(paths))), policy_paths=64, engine="compiled")
    return solve_paths(project(may_abandon=False), seed=9, settings=settings).value


if __name__ == "__main__":
    main()
