"""Real options; one file is one method.

For a right that no method describes, the decision core is open: state it as a :class:`DecisionProblem` (states that
move by chance, modes that change by action, dates of decision) and roll it back with :func:`solve_line` (one factor),
:func:`solve_plane` (two factors) or :func:`solve_paths` (any number, by simulation). ``notebooks/05_real_options`` does
so.
"""

from valuation.options._core.limit import Limit, in_the_limit
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.line_grid import LineSettings
from valuation.options._core.paths import PathsSettings, PathsSolution, longstaff_schwartz_on, solve_paths
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
    "PathsSettings",
    "PathsSolution",
    "PlaneSettings",
    "PlaneSolution",
    "Process",
    "Steady",
    "alone",
    "in_the_limit",
    "joint",
    "longstaff_schwartz_on",
    "solve_line",
    "solve_paths",
    "solve_plane",
    "stepwise",
]
