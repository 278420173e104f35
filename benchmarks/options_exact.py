"""How long do the deterministic solvers take? A compound right of six stages, and the staged project of two factors.

Wanted: the first below 0.3 s; the second below 5 s at an error of 0.3 %, held against a much finer grid.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from valuation.options import (
    Action,
    Branch,
    DecisionProblem,
    Lognormal,
    Mode,
    PlaneSettings,
    alone,
    solve_line,
    solve_plane,
)
from valuation.options._core.problem import ENDED
from valuation.options._staged_rnd import StagedRnd

OUTLAYS, TIMES = (4.0, 6.0, 8.0, 12.0, 20.0, 90.0), (1.0, 2.0, 3.5, 5.0, 7.0, 9.0)


def six_stages() -> DecisionProblem:
    """Pay each outlay at its time or give up; the last one buys the value."""
    modes = [Mode("stage 0", (Action("wait", "begin", (Branch("stage 1"),)),))]
    for stage, outlay in enumerate(OUTLAYS, start=1):
        is_last = stage == len(OUTLAYS)

        def gain(time, state, outlay=outlay, is_last=is_last):  # type: ignore[no-untyped-def]
            return (state[0] if is_last else 0 * state[0]) - outlay

        follows = (Branch(ENDED if is_last else f"stage {stage + 1}"),)
        invest = Action("invest", f"invest {stage}", follows, gain=gain)
        modes.append(Mode(f"stage {stage}", (invest, Action("abandon", f"stop {stage}", (Branch(ENDED),)))))
    process = alone("value", "log", Lognormal(0.05, 0.5**2))
    return DecisionProblem(process, (100.0,), "stage 0", tuple(modes), (0.0, *TIMES), 0.05)


PROJECT = StagedRnd(
    cash_flow_per_year=20.0,
    drift_per_year=0.02,
    risk_premium_per_year=0.036,
    volatility=0.35,
    terminal_multiple=5.0,
    cost_to_completion=100.0,
    investment_per_year=10.0,
    cost_uncertainty=0.5,
    hazard_per_year=math.log(2) / 10,
    correlation=-0.1,
    rate_per_year=0.05,
    horizon_years=20.0,
    step_years=0.25,
)


def main(rounds: int = 5, *, nodes: int = 48, finer: int = 96) -> None:
    six = six_stages()
    _print("compound right of six stages", lambda: solve_line(six).value, rounds, wanted_seconds=0.3)
    problem = PROJECT.problem()
    value = _print(
        f"staged project, {nodes} nodes a factor",
        lambda: solve_plane(problem, settings=PlaneSettings(nodes=(nodes, nodes))).value,
        rounds,
        wanted_seconds=5.0,
    )
    fine = solve_plane(problem, settings=PlaneSettings(nodes=(finer, finer))).value
    print(f"  against {finer} nodes ({fine:.5f}): {abs(value / fine - 1):.2e} (wanted: 3e-3)")


def _print(title: str, solve: Callable[[], float], rounds: int, *, wanted_seconds: float) -> float:
    """The first call and the median of the others, by the clock and by the processor."""
    seconds, cpu_seconds, value = [], [], math.nan
    for _ in range(rounds):
        start, cpu_start = time.perf_counter(), time.process_time()
        value = solve()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    middle = len(seconds) // 2
    print(f"\n{title}: {value:.5f}")
    print(f"  first {seconds[0]:.3f} s; median {sorted(seconds)[middle]:.3f} s by the clock,", end=" ")
    print(f"{sorted(cpu_seconds)[middle]:.3f} s of processor (wanted: {wanted_seconds:g} s)")
    return value


if __name__ == "__main__":
    main()
