"""Solver for three or more factors: least-squares Monte Carlo, its error, and on request a bound from above.

The policy is estimated on one set of paths (``_paths_policy``) and valued on another (``_paths_value``): that value
is low-biased, since no policy is better than the best. ``in_sample_value`` is the first set's own mean, usually higher;
the distance between them tells whether the regressions had enough paths. ``longstaff_schwartz_on`` is the published
algorithm on given paths, as the literature's examples use it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.compiled import Engine, is_compiled
from valuation.kernel.expression import Array
from valuation.options._core._paths_basis import Basis, Features
from valuation.options._core._paths_bound import inside, upper_values
from valuation.options._core._paths_choice import Groups
from valuation.options._core._paths_draws import BLOCK_PATHS, Plan, Sampler
from valuation.options._core._paths_follow import policy_of_processes
from valuation.options._core._paths_motion import jumping_factors
from valuation.options._core._paths_policy import Course, Policy, fitted_policy, in_order
from valuation.options._core._paths_value import Valued, valued
from valuation.options._core.problem import DecisionProblem

__all__ = [
    "Control",
    "PathsSettings",
    "PathsSolution",
    "PublishedSolution",
    "UpperBound",
    "longstaff_schwartz_on",
    "solve_paths",
]

MAXIMUM_PATHS = 2**22
#: Numbers of a policy's stored paths (paths × dates × factors): one gigabyte.
MAXIMUM_STORED = 2**27
MAXIMUM_DEGREE = 6
MAXIMUM_FUNCTIONS = 400
_POLICY_SET, _VALUE_SET, _OUTER_SET, _INNER_SET = range(4)


@dataclass(frozen=True)
class Control:
    """A problem without choice, of the same process and dates, whose value is known: its error is taken off.

    ``problem`` may have no state with two open actions (the European right, or the project that is never given up).
    """

    problem: DecisionProblem
    value: float


@dataclass(frozen=True)
class PathsSettings:
    """How to simulate.

    Parameters
    ----------
    paths : on which the policy is valued. Sobol: paths over scrambles must be a power of two.
    policy_paths : on which it is estimated (None: as many), always antithetic pairs.
    degree : total degree of the monomials in the standardised coordinates.
    with_levels : whether the level of a factor that moves in its logarithm is a function too, alone and times each
        coordinate.
    features : further functions (payoffs, hinges) of time in years and state; one row each.
    sampler : of the valuation: ``plain``, ``antithetic`` pairs, or ``sobol`` with ``scrambles`` randomisations.
    upper_bound : whether to compute the dual bound, on ``upper_paths`` pairs with ``upper_inner`` one-step draws each.
    control : a problem of known value that is valued on the same paths.
    engine : ``numpy``, ``compiled``, or by the size of the run; equal up to rounding, and decisions that are ties to
        rounding.
    """

    paths: int = 2**16
    policy_paths: int | None = None
    degree: int = 3
    with_levels: bool = True
    features: Features | None = None
    sampler: Sampler = "antithetic"
    scrambles: int = 16
    upper_bound: bool = False
    upper_paths: int = 512
    upper_inner: int = 64
    control: Control | None = None
    engine: Engine = "automatic"

    def __post_init__(self) -> None:
        for name, least, most in (
            ("paths", 64, MAXIMUM_PATHS),
            ("policy_paths", 64, MAXIMUM_PATHS),
            ("degree", 0, MAXIMUM_DEGREE),
            ("scrambles", 4, 1024),
            ("upper_paths", 16, BLOCK_PATHS),
            ("upper_inner", 2, 4096),
        ):
            number = getattr(self, name)
            if number is not None and not least <= number <= most:
                raise InputError.of(name, found=number, expected=f"{least} … {most}")
        _check_even(self)


def _check_even(settings: PathsSettings) -> None:
    for name in ("paths", "policy_paths", "upper_paths", "upper_inner"):
        number = getattr(settings, name)
        if number is not None and number % 2:
            raise InputError.of(name, found=number, expected="an even number, for antithetic pairs")
    each, rest = divmod(settings.paths, settings.scrambles)
    if settings.sampler == "sobol" and (rest or each & (each - 1)):
        expected = f"{settings.scrambles} times a power of two"
        raise InputError.of("paths", found=settings.paths, expected=expected)


@dataclass(frozen=True)
class UpperBound:
    """A dual bound and its standard error (over antithetic pairs)."""

    value: float
    standard_error: float


@dataclass(frozen=True)
class PathsSolution:
    """What the simulation says; every value in the units of the gains.

    ``value`` is low-biased, ``standard_error`` its sampling error alone (over pairs, or over scrambles), not how much
    the policy falls short of the best: for that compare ``upper``. ``control_share`` is the part of the variance that
    the control took off. ``event_probabilities`` are under the policy, not discounted.
    """

    value: float
    standard_error: float
    in_sample_value: float
    upper: UpperBound | None
    event_probabilities: Mapping[str, float]
    control_share: float | None
    functions: int
    regressions: int
    thinned_regressions: int
    seed: int
    settings: PathsSettings
    policy: Policy = field(repr=False)

    @property
    def convergence_note(self) -> str:
        """One sentence on what the numbers rest on."""
        settings = self.settings
        units = f"{settings.scrambles} scrambles" if settings.sampler == "sobol" else settings.sampler
        text = (
            f"Policy from {settings.policy_paths or settings.paths} paths and {self.regressions} regressions on "
            f"{self.functions} functions ({self.thinned_regressions} with fewer), valued on {settings.paths} other "
            f"paths ({units}): {self.value:.6g} ± {self.standard_error:.2g}; in sample {self.in_sample_value:.6g}"
        )
        if self.upper is None:
            return f"{text}; no upper bound was asked for."
        return f"{text}; upper bound {self.upper.value:.6g} ± {self.upper.standard_error:.2g}."


def solve_paths(
    problem: DecisionProblem,
    *,
    seed: int,
    settings: PathsSettings | None = None,
    executor: ThreadPoolExecutor | None = None,
) -> PathsSolution:
    """What is the right worth, by simulation, and how sure is that?

    Parameters
    ----------
    seed : 0 … 2⁶³ − 1; the same seed gives the same bits.
    settings : see :class:`PathsSettings`.
    executor : of threads, to work on several blocks at a time (problems hold functions, which processes cannot be
        sent); it changes no bit.

    Raises
    ------
    InputError : a run beyond the limits; a gain, flow or recovery that is not finite; a reached state without an open
        action; a control with a choice; an upper bound where modes have processes of their own.

    References
    ----------
    Longstaff and Schwartz (2001), Valuing American options by simulation, Review of Financial Studies 14; Glasserman
    (2004), Monte Carlo Methods in Financial Engineering, chapter 8; Rogers (2002), Monte Carlo valuation of American
    options, Mathematical Finance 12; Andersen and Broadie (2004), Management Science 50.

    Tested by: ``tests/valuation/options/core/test_paths.py`` (published tables, dynamic programme, closed forms, a
    bound from both sides).
    """
    settings = settings or PathsSettings()
    if executor is not None and not isinstance(executor, ThreadPoolExecutor):
        raise InputError.of("executor", found=type(executor).__name__, expected="threads: problems hold functions")
    run = _Run(problem, settings, seed, executor)
    course = run.course()
    plan = run.plan(_POLICY_SET, settings.policy_paths or settings.paths)
    fitted = fitted_policy if course.groups.count == 1 else policy_of_processes
    policy = fitted(course, plan, executor)
    return run.solution(course, policy)


@dataclass(frozen=True)
class _Run:
    problem: DecisionProblem
    settings: PathsSettings
    seed: int
    executor: ThreadPoolExecutor | None

    def course(self) -> Course:
        """The problem prepared, or a refusal of what is too large."""
        settings, problem = self.settings, self.problem
        course = Course.of(problem, self._basis(), is_compiled=self._is_compiled(), is_wide=settings.upper_bound)
        stored = (settings.policy_paths or settings.paths) * len(problem.times_years) * len(problem.start)
        if stored > MAXIMUM_STORED:
            expected = f"paths × dates × factors of at most {MAXIMUM_STORED}"
            raise InputError.of("policy_paths", found=stored, expected=expected)
        if settings.upper_bound and course.groups.count > 1:
            # In hindsight the states under every sequence of modes would have to be known: there are too many.
            expected = "one process for all modes; the other values are computed without it"
            raise InputError.of("upper_bound", found=f"{course.groups.count} processes", expected=expected)
        return course

    def _basis(self) -> Basis:
        settings, problem = self.settings, self.problem
        start = tuple(np.array([number]) for number in problem.start)
        extra = 0 if settings.features is None else len(settings.features(0.0, start))
        factors, degree = problem.process.factors, settings.degree
        functions = math.comb(len(factors) + degree, degree)
        if functions > MAXIMUM_FUNCTIONS:
            raise InputError.of("degree", found=f"{functions} functions", expected=f"at most {MAXIMUM_FUNCTIONS}")
        return Basis.of(factors, degree, with_levels=settings.with_levels, features=settings.features, extra=extra)

    def _is_compiled(self) -> bool:
        settings = self.settings
        paths = settings.paths + (settings.policy_paths or settings.paths)
        return is_compiled(settings.engine, paths * len(self.problem.times_years) * len(self.problem.start))

    def plan(self, set_number: int, paths: int, sampler: Sampler = "antithetic", steps: int | None = None) -> Plan:
        """Which random numbers a set of paths takes."""
        problem, settings = self.problem, self.settings
        return Plan(
            seed=self.seed,
            set_number=set_number,
            sampler=sampler,
            paths=paths,
            scrambles=settings.scrambles,
            steps=problem.last if steps is None else steps,
            factors=len(problem.start),
            others=_others(problem),
            is_compiled=self._is_compiled(),
        )

    def solution(self, course: Course, policy: Policy) -> PathsSolution:
        """Value the policy, and bound the value if that is asked."""
        settings = self.settings
        plan = self.plan(_VALUE_SET, settings.paths, settings.sampler)
        control = self._control_course()

        def both(block: tuple[int, int]) -> tuple[Valued, Array | None]:
            draws = plan.draws(block)
            known = None if control is None else valued(control, None, draws).cash
            return valued(course, policy, draws), known

        pairs = in_order(both, plan.blocks(), self.executor)
        found = [pair[0] for pair in pairs]
        cash, share = self._controlled(plan, [each.cash for each in found], [pair[1] for pair in pairs])
        units = _units(cash, plan)
        events = {name: math.fsum(each.events.get(name, 0.0) for each in found) for name in self.problem.events()}
        fits = [fit for rule in policy.rules.values() for fit in rule.fits.values()]
        return PathsSolution(
            value=float(units.mean()),
            standard_error=_error(units),
            in_sample_value=policy.in_sample_value,
            upper=self._upper(course, policy) if settings.upper_bound else None,
            event_probabilities={name: mass / settings.paths for name, mass in events.items()},
            control_share=share,
            functions=course.basis.count,
            regressions=len(fits),
            thinned_regressions=sum(fit.left_out > 0 for fit in fits),
            seed=self.seed,
            settings=settings,
            policy=policy,
        )

    def _control_course(self) -> Course | None:
        control = self.settings.control
        if control is None:
            return None
        _check_control(control.problem, self.problem)
        return Course.of(control.problem, self._basis(), is_compiled=self._is_compiled())

    def _controlled(
        self, plan: Plan, cash: list[Array], known: Sequence[Array | None]
    ) -> tuple[list[Array], float | None]:
        """Take off what the control's paths were off by; its weight is the regression of one cash on the other."""
        others = [each for each in known if each is not None]
        if self.settings.control is None or not others:
            return cash, None
        pairs = np.cov(_units(cash, plan, is_fine=True), _units(others, plan, is_fine=True))
        if pairs[0, 0] <= 0 or pairs[1, 1] <= 0:
            return cash, 0.0
        weight, value = pairs[0, 1] / pairs[1, 1], self.settings.control.value
        share = float(pairs[0, 1] ** 2 / (pairs[0, 0] * pairs[1, 1]))
        return [own - weight * (other - value) for own, other in zip(cash, others, strict=True)], share

    def _upper(self, course: Course, policy: Policy) -> UpperBound:
        """The dual bound, in parts small enough for the inner draws."""
        paths, inner = self.settings.upper_paths, self.settings.upper_inner
        outer = self.plan(_OUTER_SET, paths).draws((0, paths))
        each = max(1, BLOCK_PATHS // inner // 2)
        parts = [np.arange(start, min(start + each, paths // 2)) for start in range(0, paths // 2, each)]

        def pairs(part: NDArray[np.intp]) -> Array:
            count = 2 * part.size
            draws = self.plan(_INNER_SET, count * inner).draws((2 * int(part[0]) * inner, count * inner))
            upper = upper_values(
                course, policy, outer.kept(np.concatenate([part, part + paths // 2])), inside(draws, inner)
            )
            return (upper[: part.size] + upper[part.size :]) / 2

        units = np.concatenate(in_order(pairs, parts, self.executor))
        return UpperBound(float(units.mean()), _error(units))


def _others(problem: DecisionProblem) -> int:
    """Uniform numbers a step: for the jumps of the factors that jump, and for the process that is followed."""
    groups = Groups.of(problem)
    steps = [(problem.times_years[date], problem.interval_years(date)) for date in range(problem.last)]
    processes = [problem.process_in(mode) for mode in groups.members]
    jumps = max((len(jumping_factors(process, *step)) for process in processes for step in steps), default=0)
    return jumps + (groups.count > 1)


def _units(blocks: Sequence[Array], plan: Plan, *, is_fine: bool = False) -> Array:
    """Independent means: paths, antithetic pairs, or scrambles (``is_fine``: paths, for the weight of a control)."""
    if plan.sampler == "antithetic":
        return np.concatenate([(cash[: cash.size // 2] + cash[cash.size // 2 :]) / 2 for cash in blocks])
    joined = np.concatenate(blocks)
    return joined.reshape(plan.scrambles, -1).mean(axis=1) if plan.sampler == "sobol" and not is_fine else joined


def _error(units: Array) -> float:
    return float(units.std(ddof=1) / math.sqrt(units.size))


def _check_control(control: DecisionProblem, problem: DecisionProblem) -> None:
    same = control.process == problem.process and control.times_years == problem.times_years
    if not same or control.start != problem.start:
        raise InputError.of("control", found="another process, start or dates", expected="those of the problem")
    if Groups.of(control).count > 1 or Groups.of(problem).count > 1:
        raise InputError.of("control", found="modes with processes of their own", expected="one process")


@dataclass(frozen=True)
class PublishedSolution:
    """What the published algorithm gives on stated paths; ``coefficients`` by date, constant first."""

    american: float
    european: float
    coefficients: Mapping[int, tuple[float, ...]]


def longstaff_schwartz_on(
    paths: Array, *, strike: float, rate_per_year: float, times_years: Sequence[float], right: Literal["put", "call"]
) -> PublishedSolution:
    """What does the algorithm of Longstaff and Schwartz (2001, section 1) give on these paths, as it was published?

    At each date but the last, going back, the discounted cash of the paths in the money is regressed on a constant, X
    and X²; a path is exercised where that is less than the exercise value. Valued on the same paths, as in the paper:
    an example of the algorithm, biased both ways, and no valuation (for that :func:`solve_paths`).

    Parameters
    ----------
    paths : array (paths, 1 + dates), the first column today's price.
    times_years : of the dates after today, rising.

    Raises
    ------
    InputError : other shapes, prices that are not positive and finite, dates that do not rise.

    References
    ----------
    Longstaff and Schwartz (2001), Review of Financial Studies 14, 113-147, section 1.

    Tested by: the paper's eight paths: values, and the coefficients at both dates.
    """
    _check_given(paths, times_years)
    sign = 1.0 if right == "call" else -1.0
    exercise = np.maximum(sign * (paths[:, 1:] - strike), 0.0)
    steps = np.exp(-rate_per_year * np.diff(np.array([0.0, *times_years])))
    cash, coefficients = exercise[:, -1], {}
    for date in range(len(times_years) - 2, -1, -1):
        cash = cash * steps[date + 1]
        inside = exercise[:, date] > 0
        if not inside.any():
            continue
        columns = np.vander(paths[inside, 1 + date], 3, increasing=True)
        found = np.linalg.lstsq(columns, cash[inside], rcond=None)[0]
        coefficients[date] = tuple(map(float, found))
        is_taken = exercise[inside, date] > columns @ found
        cash[inside] = np.where(is_taken, exercise[inside, date], cash[inside])
    european = float(exercise[:, -1].mean() * steps.prod())
    american = max(float(cash.mean() * steps[0]), max(0.0, sign * (float(paths[0, 0]) - strike)))
    return PublishedSolution(american, european, coefficients)


def _check_given(paths: Array, times_years: Sequence[float]) -> None:
    if paths.ndim != 2 or paths.shape[0] < 1 or paths.shape[1] != 1 + len(times_years) or len(times_years) < 1:
        expected = "one row a path, one column for today and each date"
        raise InputError.of("paths", found=f"an array {paths.shape}", expected=expected)
    if not np.isfinite(paths).all() or paths.min() <= 0:
        raise InputError.of("paths", found="a price that is not positive and finite", expected="prices")
    if np.any(np.diff(np.array([0.0, *times_years])) <= 0):
        raise InputError.of("times_years", found=list(times_years), expected="times that rise from above 0")
