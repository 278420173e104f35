"""A book, a rule and a plan as the plain arrays that the simulation works on, loans sorted into groups.

Loans of one sector and of like PD form a group. The number of defaults of a group is drawn from the smallest uniform
numbers of its loans in rising order, so a loan that could not default costs nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation_plan import FactorShift, SimulationPlan, Stress
from pledge.portfolio.value_table import SCORES
from valuation.errors import InputError, UnknownNameError

__all__ = [
    "BOUND_FROM",
    "BOUND_STEPS",
    "LAST_BOUND",
    "LOAN_COLUMNS",
    "POOL_ROUNDING",
    "RULE_NUMBERS",
    "STRIDE_BITS",
    "Problem",
    "Twist",
    "problem_of",
]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Random numbers of one scenario have indices of their own: 2²² of them, for a factor of each sector and three of each
#: loan.
STRIDE_BITS = 22
#: A threshold that no normal number of 53 bits reaches, for a PD of zero or one.
_NEVER = 40.0
#: Loans whose PDs lie within a factor of four share a group.
_GRADE_WIDTH = 2.0
#: Sums of doubles are this exact, in parts of what a pool had and owes: three tenths of one are not more than 0.3.
POOL_ROUNDING = 1e-12
#: ``−log(1 − Φ(t))`` is convex, so straight lines between points of a table lie above it: a bound, never below.
BOUND_FROM, BOUND_STEPS = -9.0, 64
_BOUND_TO = 8.0
#: The step of the table beyond which the bound is infinite.
LAST_BOUND = BOUND_STEPS * int(_BOUND_TO - BOUND_FROM)
#: What one loan is to the kernel, side by side in memory.
LOAN_COLUMNS = (
    "factor",
    "own",
    "score_factor",
    "score_own",
    "score_free",
    "log_value",
    "log_drift",
    "volatility",
    "net_share",
    "claim",
    "coverable",
    "covered_share",
    "lag",
    "table",
)
#: The numbers of the rule, in this order.
RULE_NUMBERS = ("pool_share", "balance", "top_up", "cap", "pays_at_default")


class Twist(NamedTuple):
    """How PDs are raised where importance sampling does so; without entries where it does not.

    ``level`` is each loan's level of severity, ``level_first`` the first level of each group and one entry more;
    ``levels`` and ``groups`` are (…, 3): how many loans, mean and variance of what one loses, in parts of the loss
    aimed at; ``largest`` holds the largest θ.
    """

    level: Numbers
    level_first: Numbers
    levels: Array
    groups: Array
    largest: Array


class Edge(NamedTuple):
    """How the last coordinate follows the edge of the tail; without entries where it does not (:class:`TailEdge`)."""

    reflector: Array
    bend: Array
    falls: Array


class Problem(NamedTuple):
    """Everything the simulation reads; a named tuple of arrays, because the compiled loops take such.

    ``order`` are the loans' places in the book; ``group_first`` has one entry more than there are groups; ``group`` is
    (groups, 3): the largest intercept and the least and largest slope of the default threshold; ``thresholds`` is
    (loans, periods) of the borrower's own state; ``loans`` is (loans, columns); ``bound`` the table of the bound.
    """

    order: Numbers
    group_first: Numbers
    group_sector: Numbers
    group: Array
    thresholds: Array
    loans: Array
    tables: Array
    root: Array
    mean: Array
    shift: Array
    spread: Array
    edge: Edge
    twist: Twist
    bound: Array
    root_time: Array
    rule: Array
    periods_in_all: int

    @property
    def size(self) -> int:
        """How many loans?"""
        return len(self.order)

    def shifted(self, shift: FactorShift) -> Problem:
        """The same problem with factors drawn by another shift; its twist stays."""
        return self._replace(shift=np.array(shift.mean), spread=_spread(shift), edge=_edge(shift))


def problem_of(book: LoanBook, rule: SharingRule, plan: SimulationPlan, stress: Stress) -> Problem:
    """Sort the loans into groups and compute what does not change from scenario to scenario.

    Raises
    ------
    InputError : a shift or a stress of other sectors than the book's.
    """
    grade = _grades(book)
    order = np.lexsort((grade, book.sector))
    keys = np.stack((book.sector[order], grade[order]))
    is_first = np.concatenate(([True], (np.diff(keys, axis=1) != 0).any(axis=0)))
    first = np.flatnonzero(is_first)
    thresholds = _thresholds(book, plan, stress)[order]
    loans = _loans(book, rule, plan, stress)[order]
    lag = int(loans[:, LOAN_COLUMNS.index("lag")].max())
    times = (np.arange(plan.periods) + 1) * plan.period_years
    found = Problem(
        order=order,
        group_first=np.append(first, book.size),
        group_sector=book.sector[order][first],
        group=_group_bounds(thresholds[:, -1], loans, first),
        thresholds=thresholds,
        loans=loans,
        tables=np.array([table.values_cny for table in book.value_tables]).reshape(-1, SCORES.size),
        root=book.sectors.root,
        mean=_means(book, stress),
        shift=_shift(book, plan),
        spread=_spread(plan.shift),
        edge=_edge(plan.shift),
        twist=Twist(*(np.zeros(0, np.int64),) * 2, *(np.zeros((0, 3)),) * 2, np.zeros(0)),
        bound=_bound_table(),
        root_time=np.sqrt(times),
        rule=_rule_numbers(rule),
        periods_in_all=plan.periods + lag,
    )
    return _twisted(found, plan)


def _twisted(problem: Problem, plan: SimulationPlan) -> Problem:
    if plan.shift is None or plan.shift.aimed_loss_cny is None:
        return problem
    # Imported here: it asks the reference what loans lose, and the reference reads problems.
    from pledge.portfolio._twist_levels import twist_of

    return problem._replace(twist=twist_of(problem, aimed_loss_cny=plan.shift.aimed_loss_cny))


def _grades(book: LoanBook) -> Array:
    """Grades as stated; where none is, by the PD in steps of a factor of four. A stress does not move them."""
    pd = book.columns["pd_share_per_year"]
    by_pd = -1 - np.floor(np.log2(np.maximum(pd, 1e-9)) / -_GRADE_WIDTH)
    stated = book.columns["grade"]
    return np.where(stated >= 0, stated, by_pd)


def _thresholds(book: LoanBook, plan: SimulationPlan, stress: Stress) -> Array:
    """Below which value of its state has a borrower failed by the end of each period? Flat after maturity."""
    pd = np.minimum(book.columns["pd_share_per_year"] * stress.pd_factor, 1.0)
    ends = (np.arange(plan.periods) + 1) * plan.period_years
    years = np.minimum(ends[None, :], book.columns["maturity_years"][:, None])
    with np.errstate(divide="ignore"):
        failed = -np.expm1(years * np.log1p(-pd)[:, None])
        found: Array = np.clip(special.ndtri(failed), -_NEVER, _NEVER)
    return found


def _loans(book: LoanBook, rule: SharingRule, plan: SimulationPlan, stress: Stress) -> Array:
    columns, size = book.columns, book.size
    r = columns["factor_correlation"]
    tied, owned = columns["collateral_factor_correlation"], columns["collateral_owner_correlation"]
    with np.errstate(divide="ignore"):
        log_value = np.log(columns["collateral_value_cny"])
    volatility, table = columns["collateral_volatility"], columns["value_table"]
    sale = (1 - columns["owner_failure_damage_share"]) * (1 - columns["sale_cost_share"]) * stress.value_factor
    discount = (1 + columns["discount_rate_share_per_year"]) ** -columns["time_to_sale_years"]
    claim = book.claim_cny
    found = {
        "factor": r,
        "own": np.sqrt(1 - r**2),
        "score_factor": tied,
        "score_own": owned,
        "score_free": np.sqrt(np.maximum(1 - tied**2 - owned**2, 0.0)),
        "log_value": np.where(table >= 0, 0.0, log_value),
        "log_drift": columns["collateral_drift_per_year"] - volatility**2 / 2,
        "volatility": volatility,
        "net_share": sale * discount,
        "claim": claim,
        "coverable": columns["principal_cny"] if rule.is_principal_only else claim,
        "covered_share": columns["ip_part_share"] if rule.is_ip_part_only else np.ones(size),
        "lag": np.ceil(columns["time_to_sale_years"] / plan.period_years - 1e-9),
        "table": table,
    }
    return np.ascontiguousarray(np.stack([found[name] for name in LOAN_COLUMNS], axis=1))


def _group_bounds(last: Array, loans: Array, first: Numbers) -> Array:
    """Of the thresholds ``a − b Y`` of a group's loans: the largest a, the least and the largest b."""
    own = loans[:, LOAN_COLUMNS.index("own")]
    intercept, slope = last / own, loans[:, LOAN_COLUMNS.index("factor")] / own
    return np.stack(
        (
            np.maximum.reduceat(intercept, first),
            np.minimum.reduceat(slope, first),
            np.maximum.reduceat(slope, first),
        ),
        axis=1,
    )


def _means(book: LoanBook, stress: Stress) -> Array:
    for name in stress.factor_shift:
        if name not in book.sectors.names:
            raise UnknownNameError.among("stress.factor_shift", found=name, known=book.sectors.names)
    return np.array([float(stress.factor_shift.get(name, 0.0)) for name in book.sectors.names])


def _shift(book: LoanBook, plan: SimulationPlan) -> Array:
    sectors = len(book.sectors.names)
    if plan.shift is None:
        return np.zeros(sectors)
    if len(plan.shift.mean) != sectors:
        raise InputError.of("shift.mean", found=f"{len(plan.shift.mean)} numbers", expected=f"{sectors}, one a sector")
    return np.array(plan.shift.mean)


def _spread(shift: FactorShift | None) -> Array:
    """The lower triangle that importance sampling stretches by; nothing where it does not run."""
    if shift is None:
        return np.zeros((0, 0))
    return np.array(shift.spread) if shift.spread else np.eye(len(shift.mean))


def _edge(shift: FactorShift | None) -> Edge:
    if shift is None or shift.edge is None:
        return Edge(np.zeros(0), np.zeros((0, 0)), np.zeros(0))
    edge, others = shift.edge, len(shift.mean) - 1
    bend = np.array(edge.bend, dtype=np.float64).reshape(others, others)
    return Edge(np.array(edge.reflector), bend, np.array(edge.falls))


def _bound_table() -> Array:
    points = np.arange(BOUND_FROM, _BOUND_TO + 0.5 / BOUND_STEPS, 1 / BOUND_STEPS)
    found: Array = -special.log_ndtr(-points)
    return np.append(found, math.inf)


def _rule_numbers(rule: SharingRule) -> Array:
    return np.array(
        [
            rule.share("pool"),
            rule.pool_balance_cny,
            rule.top_up_cny_per_period,
            rule.cap_or_infinity_cny,
            float(rule.payment == "at_default"),
        ]
    )
