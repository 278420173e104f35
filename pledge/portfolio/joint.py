"""From the valuation of each asset to the cover of the loans: the two ends of a joint simulation.

One run of :func:`pledge.portfolio.simulation.simulate_book` with the tables made here draws the assets' values from
their own valuations, and takes them through default and sale to the pool. :meth:`BookLosses.distribution` hands the
loss of a party on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio import _reference
from pledge.portfolio._problem import LOAN_COLUMNS, Problem, problem_of
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation_plan import NO_STRESS, SimulationPlan, Stress
from pledge.portfolio.value_table import ValueTable
from valuation.errors import InputError
from valuation.kernel.fast_random import stream_keys
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.draws import Uncertainty, simulated_answers

__all__ = ["MAXIMUM_COVER_CELLS", "CoverDistribution", "cover_distribution", "tables_of_papers"]

Array = NDArray[np.float64]

#: Loans times scenarios of a distribution of cover: every loan of every scenario is drawn.
MAXIMUM_COVER_CELLS = 2**28
_CELLS_AT_ONCE = 2**20


def tables_of_papers(
    papers: Mapping[str, Worksheet], *, uncertainty: Uncertainty, answer: str = "value"
) -> tuple[ValueTable, ...]:
    """How is each asset's value distributed, as its own working paper says?

    Parameters
    ----------
    papers : the worksheet of each asset's valuation, by the asset's name.
    uncertainty : how the paper's uncertain inputs are drawn.
    answer : the line of the paper that is the value, in CNY.

    Returns
    -------
    One table for each paper, in order; a book refers to them by number.

    Raises
    ------
    InputError : a paper without an uncertain input: its value is a number, not a distribution.

    Tested by: the interval of the valuation itself, ``tests/pledge/portfolio/test_joint.py``.
    """
    tables = []
    for name, paper in papers.items():
        if not paper.uncertain_inputs:
            expected = "a paper with an uncertain input; state its value and volatility in the book instead"
            raise InputError.of(f"papers.{name}", found="no uncertain input", expected=expected)
        draws = simulated_answers(paper, answer=answer, uncertainty=uncertainty)
        tables.append(ValueTable.of_draws(name, draws))
    return tuple(tables)


@dataclass(frozen=True)
class CoverDistribution:
    """Collateral of the whole book over its claims at the end of a period, scenario by scenario.

    ``cover_ratio`` is value / claim of the book; ``short_share`` the share of the claims whose own collateral is worth
    less than ``floor_ratio`` times the claim. Values are before costs of sale, of loans that failed and that did not.
    """

    period: int
    floor_ratio: float
    cover_ratio: Array
    short_share: Array


def cover_distribution(
    book: LoanBook,
    plan: SimulationPlan,
    *,
    period: int,
    floor_ratio: float = 1.0,
    stress: Stress = NO_STRESS,
) -> CoverDistribution:
    """How well is the book covered at the end of a period (from 1), in the scenarios of the plan?

    The same factors, borrowers' own numbers and free parts of the values as in :func:`simulate_book` under this plan,
    so a scenario's cover and its losses belong together.

    Raises
    ------
    InputError : a period outside the plan, a floor below 0, more loans × scenarios than
        :data:`MAXIMUM_COVER_CELLS`, a plan with a shift (its scenarios would need weights).

    Tested by: moments of one lognormal asset, the run's own values; ``tests/pledge/portfolio/test_joint.py``.
    """
    if not 1 <= period <= plan.periods:
        raise InputError.of("period", found=period, expected=f"a whole number from 1 to {plan.periods}")
    if not 0 <= floor_ratio <= 1000:
        raise InputError.of("floor_ratio", found=floor_ratio, expected="a number from 0 to 1000")
    if book.size * plan.scenarios > MAXIMUM_COVER_CELLS:
        found = f"{book.size} loans × {plan.scenarios} scenarios"
        raise InputError.of("scenarios", found=found, expected=f"a product of at most {MAXIMUM_COVER_CELLS}")
    if plan.shift is not None:
        raise InputError.of("plan.shift", found=plan.shift, expected="none: cover is read from plain scenarios")
    problem = problem_of(book, SharingRule.bank_alone(), plan, stress)
    claim = problem.loans[:, LOAN_COLUMNS.index("claim")]
    ratios, shorts = [], []
    for values in _values(problem, plan, period, stress.value_factor):
        ratios.append(values.sum(axis=1) / claim.sum())
        shorts.append((values < floor_ratio * claim) @ claim / claim.sum())
    return CoverDistribution(period, floor_ratio, np.concatenate(ratios), np.concatenate(shorts))


def _values(problem: Problem, plan: SimulationPlan, period: int, value_factor: float) -> Iterator[Array]:
    """The value of every loan's collateral at the end of the period, some scenarios at a time."""
    root = np.array(problem.root_time[period - 1])
    step = max(1, _CELLS_AT_ONCE // problem.size)
    for number in range(plan.blocks):
        keys, count = stream_keys(plan.seed, number, streams=1)[0], plan.block_size(number)
        for first in range(0, count, step):
            score = _reference.value_scores(problem, keys, np.arange(first, min(first + step, count)))
            yield value_factor * _reference.values_at(problem, score, root)
