"""The right to do one thing once, today or at later dates, on one factor: as a decision problem, and what it shows.

Launching, selling and being paid are such rights. Their value may come from a finer search; probabilities, tree and
what each date decides are read off this problem, on a limited number of dates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array, Name
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet
from valuation.options._core.problem import ENDED, Action, ActionKind, Branch, DecisionProblem, Mode, State
from valuation.options._core.process import Lognormal, Process, alone
from valuation.options._inputs import ConstantThreat, NoThreat, hazard_of

__all__ = ["DETAIL_DATES", "WAITING", "Stopping", "real_process", "recovery_share"]

#: Dates of decision at which probabilities and the tree are computed.
DETAIL_DATES = 24
WAITING = "waiting"


@dataclass(frozen=True)
class Stopping:
    """The right to take ``gain`` once; ``action`` is its kind and name, ``threat`` the yearly rate of a sudden end.

    ``left`` is what a sudden end leaves at a time and state; None: nothing. ``at_the_end_only`` makes it European.
    """

    process: Process
    start: float
    gain: Callable[[float, State], Array]
    action: tuple[ActionKind, str]
    life_years: float
    rate: float
    threat: float = 0.0
    left: Callable[[float, State], Array] | None = None
    at_the_end_only: bool = False

    def problem(self, steps: int) -> DecisionProblem:
        """The right with so many steps between today and the end of its life; it lapses unused after the last."""
        kind, name = self.action
        dates = frozenset([steps]) if self.at_the_end_only else None
        use = Action(kind, name, (Branch(ENDED),), gain=self.gain, dates=dates)
        wait = Action("wait", "wait", (Branch(WAITING),), dates=frozenset(range(steps)))
        lapse = Action("abandon", "lapse", (Branch(ENDED),), dates=frozenset([steps]))
        mode = Mode(WAITING, (wait, use, lapse), hazard=hazard_of(self.threat, self.left))
        times = tuple(float(time) for time in np.linspace(0.0, self.life_years, steps + 1))
        return DecisionProblem(self.process, (self.start,), WAITING, (mode,), times, self.rate)


def real_process(name: str, growth: Figure | None, volatility: float) -> Process | None:
    """How the value moves in the world; None where nobody stated its growth."""
    return None if growth is None else alone(name, "log", Lognormal(growth.value, volatility**2))


def recovery_share(sheet: Sheet, threat: NoThreat | ConstantThreat | None) -> Name:
    """Enter the share that a sudden end leaves; 0 where there is no threat."""
    label = Label("突发失效后剩余比例", "share left after a sudden end")
    if isinstance(threat, ConstantThreat):
        return sheet.figure("recovery_share", threat.recovery_share, label=label, unit="share", domain=(0, 1))
    return sheet.derived("recovery_share", 0.0, label=label, unit="share", reason="nothing ends suddenly")
