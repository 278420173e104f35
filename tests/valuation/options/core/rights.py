"""Small rights written as decision problems, for the tests of the solvers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Hazard, Mode
from valuation.options._core.process import Lognormal, Motion, Process, alone

END = (Branch(ENDED),)


def launch_problem(
    *,
    value: float = 100.0,
    cost: float = 110.0,
    years: float = 8.0,
    rate: float = 0.04,
    payout: float = 0.05,
    volatility: float = 0.35,
    steps: int = 1,
    only_at_the_end: bool = False,
    sells: bool = False,
    hazard_per_year: float = 0.0,
    motion: Motion | None = None,
) -> DecisionProblem:
    """Pay the cost for the value (or, with ``sells``, give up the value for the cost), at any date or at the end."""
    sign = -1.0 if sells else 1.0
    act = Action(
        "launch",
        "launch",
        END,
        gain=lambda time, state: sign * (state[0] - cost),
        dates=frozenset([steps]) if only_at_the_end else None,
    )
    wait = Action("wait", "wait", (Branch("waiting"),), dates=frozenset(range(steps)))
    lapse = Action("abandon", "lapse", END, dates=frozenset([steps]))
    hazard = Hazard("invalidated", lambda time, until: hazard_per_year * (until - time)) if hazard_per_year else None
    process: Process = alone("value", "log", motion or Lognormal(rate - payout, volatility**2))
    waiting = Mode("waiting", (wait, act, lapse), hazard=hazard)
    return DecisionProblem(process, (value,), "waiting", (waiting,), even_times(years, steps), rate)


def even_times(years: float, steps: int) -> tuple[float, ...]:
    return tuple(float(time) for time in np.linspace(0.0, years, steps + 1))


def staged_problem(
    *,
    value: float,
    outlays: Sequence[float],
    times_years: Sequence[float],
    rate: float,
    variance_per_year: float,
    drift: float | None = None,
    success_shares: Sequence[float] | None = None,
    final_is_put: bool = False,
    first_is_put: bool = False,
) -> DecisionProblem:
    """Pay each outlay at its time or give up; the last one buys (or, for a put, sells) the value.

    With ``first_is_put`` the first outlay is received for giving up a right of one later stage (a put on it).
    """
    shares = success_shares or [1.0] * len(outlays)
    times = (0.0, *times_years) if times_years[0] > 0 else tuple(times_years)
    offset = len(times) - len(outlays)
    modes = [Mode("before", (Action("wait", "wait", (Branch("stage 1"),)),))] if offset else []
    for stage, outlay in enumerate(outlays, start=1):
        is_last = stage == len(outlays)
        follows = (Branch(ENDED),) if is_last else _branches(f"stage {stage + 1}", shares[stage - 1])
        sign = -1.0 if is_last and final_is_put else 1.0

        def gain(time, state, outlay=outlay, is_last=is_last, sign=sign):  # type: ignore[no-untyped-def]
            return sign * (state[0] - outlay) if is_last else np.full_like(state[0], -outlay)

        go = Action("invest", f"invest {stage}", follows, gain=gain)
        stop = Action("abandon", f"abandon {stage}", END)
        modes.append(Mode(f"stage {stage}", (go, stop)))
    process = alone("value", "log", Lognormal(rate if drift is None else drift, variance_per_year))
    start = "before" if offset else "stage 1"
    return DecisionProblem(process, (value,), start, tuple(modes), times, rate)


def _branches(mode: str, share: float) -> tuple[Branch, ...]:
    if share == 1:
        return (Branch(mode),)
    return Branch(mode, share), Branch(ENDED, 1 - share, event=f"failed before {mode}")


def black_scholes(value: float, cost: float, years: float, rate: float, payout: float, volatility: float) -> float:
    """The European call by its closed form."""
    spread = volatility * math.sqrt(years)
    d1 = (math.log(value / cost) + (rate - payout) * years) / spread + spread / 2
    cdf = lambda x: 0.5 * math.erfc(-x / math.sqrt(2))  # noqa: E731
    return value * math.exp(-payout * years) * cdf(d1) - cost * math.exp(-rate * years) * cdf(d1 - spread)
