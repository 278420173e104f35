"""Real options; one file is one method.

For a right that no method describes, the decision core is open: state it as a :class:`DecisionProblem` (states that
move by chance, modes that change by action, dates of decision) and roll it back with :func:`solve_line` (one factor)
or :func:`solve_plane` (two factors). ``notebooks/05_real_options`` does so.
"""

from valuation.options._core.limit import Limit, in_the_limit
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.line_grid import LineSettings
from valuation.options._core.plane import PlaneSettings, PlaneSolution, solve_plane
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Hazard, Mode
from valuation.options._core.process import (
    CostToCompletion,
    Factor,
    JumpLognormal,
    Lognormal,
    MeanRevertingLog,
    Process,
    Steady,
    alone,
    joint,
    stepwise,
)

__all__ = [
    "ENDED",
    "Action",
    "Branch",
    "CostToCompletion",
    "DecisionProblem",
    "Factor",
    "Hazard",
    "JumpLognormal",
    "Limit",
    "LineSettings",
    "LineSolution",
    "Lognormal",
    "MeanRevertingLog",
    "Mode",
    "PlaneSettings",
    "PlaneSolution",
    "Process",
    "Steady",
    "alone",
    "in_the_limit",
    "joint",
    "solve_line",
    "solve_plane",
    "stepwise",
]
