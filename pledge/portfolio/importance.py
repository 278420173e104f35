"""Where must one look to see the tail? The shift of the factors that importance sampling draws with."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio import _reference, _shift
from pledge.portfolio._edge_fit import Pilot, as_tuples, normal_of, second_moment, with_edge
from pledge.portfolio._problem import Problem, problem_of
from pledge.portfolio.book_losses import TOTAL, BookLosses
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import Engine, simulate_book
from pledge.portfolio.simulation_plan import MAXIMUM_SHIFT, NO_STRESS, FactorShift, SimulationPlan, Stress
from valuation.errors import InputError
from valuation.kernel.fast_random import stream_keys
from valuation.kernel.randomness import MAXIMUM_SEED

__all__ = ["PILOTS", "PILOT_SCENARIOS", "find_shift"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Pilot runs: a plain one, one that finds the tail, one that lies in it; and the scenarios of each.
PILOTS = 3
PILOT_SCENARIOS = 2**14
#: The worst part of the first pilot that the next starts from.
_WORST_SHARE = 0.01
#: The spread is fitted to few scenarios; one too narrow costs more than one too wide.
_WIDER = 1.3
#: The part of the tail's scenarios that may lie below the loss aimed at: of the whole book's loss, its quantile.
_EDGE_SHARE = 0.05
#: The pilots draw from a seed of their own, so that the run's weights do not depend on the run's numbers.
_PILOT_SEED = 0x2545F4914F6CDD1D


def find_shift(
    book: LoanBook,
    rule: SharingRule,
    plan: SimulationPlan,
    *,
    confidence: float,
    party: str = TOTAL,
    stress: Stress = NO_STRESS,
    pilot_scenarios: int = PILOT_SCENARIOS,
    plain_share: float = 0.05,
    executor: Executor | None = None,
    workers: int = 1,
    engine: Engine = "automatic",
) -> FactorShift:
    """Which shift of the factors suits a party's loss at this confidence?

    Mean and covariance of the factors where the loss exceeds its quantile: the normal density that comes nearest to the
    best one (cross-entropy). Of a plain pilot run at its worst hundredth, then twice of a shifted and twisted one at
    the confidence itself. PDs are then twisted towards the book's loss at the edge of that tail: :class:`FactorShift`.
    Where the last pilot shows a smaller variance with factors drawn along the edge itself, the shift has one
    (:class:`TailEdge`).

    Returns
    -------
    The shift, to be put into the plan; a run with it gives the same answers on average, whatever the pilots found.

    Raises
    ------
    InputError : a confidence not between 0 and 1, fewer than 1000 pilot scenarios.

    References
    ----------
    Glasserman, Li (2005), Importance sampling for portfolio credit risk, Management Science 51.
    Rubinstein, Kroese (2004), The cross-entropy method, chapter 5.

    Tested by: unbiased within 3 standard errors, variance against plain simulation;
    ``tests/pledge/portfolio/test_importance.py``.
    """
    if not 0 < confidence < 1:
        raise InputError.of("confidence", found=confidence, expected="a share between 0 and 1")
    if pilot_scenarios < 1000:
        raise InputError.of("pilot_scenarios", found=pilot_scenarios, expected="1000 or more")
    pilot = replace(plan, seed=plan.seed ^ (_PILOT_SEED & MAXIMUM_SEED), scenarios=pilot_scenarios, shift=None)
    pilot = replace(pilot, keeps_pool_payments=False)
    shift = None
    for wanted in (min(confidence, 1 - _WORST_SHARE), *(confidence,) * (PILOTS - 1)):
        tried = replace(pilot, shift=shift)
        found = simulate_book(book, rule, tried, stress=stress, executor=executor, workers=workers, engine=engine)
        problem = problem_of(book, rule, tried, stress)
        normals = _normals(problem, tried)
        worst, quantile = _worst(found, party, wanted, normals.shape[1])
        shift = _fitted(found, worst, quantile, normals, plain_share)
    assert shift is not None, "the loop ran"
    tail = _tail(found, worst[:quantile], normals, problem, tried)
    return _better(shift, tail, problem_of(book, rule, replace(pilot, shift=shift), stress))


def _normals(problem: Problem, plan: SimulationPlan) -> Array:
    """The independent normals behind the factors of every scenario of a run."""
    parts = []
    for number in range(plan.blocks):
        count = plan.block_size(number)
        keys = stream_keys(plan.seed, number, streams=1)[0]
        parts.append(_reference.factor_normals(problem, keys, np.arange(count), plan.plain_scenarios(number)))
    return np.concatenate(parts)


def _worst(found: BookLosses, party: str, confidence: float, sectors: int) -> tuple[Numbers, int]:
    """The worst scenarios, the worst first, and how many of them lie beyond the quantile."""
    losses, weights = found.of(party), found.weights
    order = np.argsort(losses, kind="stable")[::-1]
    beyond = np.cumsum(weights[order]) / losses.size
    quantile = int(np.searchsorted(beyond, 1 - confidence)) + 1
    # At least some scenarios for each number that is fitted, or the spread would be that of a few accidents.
    return order[: max(quantile, 20 * sectors + 51)], quantile


def _fitted(found: BookLosses, worst: Numbers, quantile: int, normals: Array, plain_share: float) -> FactorShift:
    """The normal distribution of the factors in the worst scenarios, a little wider than seen; the loss to aim at."""
    mean, spread = normal_of(normals[worst], found.weights[worst], wider=_WIDER)
    middle = tuple(np.clip(mean, -MAXIMUM_SHIFT, MAXIMUM_SHIFT).tolist())
    aimed = _aimed(found.total_cny, found.weights, worst[:quantile])
    return FactorShift(middle, plain_share, as_tuples(spread), aimed)


def _tail(found: BookLosses, chosen: Numbers, normals: Array, problem: Problem, plan: SimulationPlan) -> Pilot:
    """What a pilot run shows of its tail; the twist's ratio is what the weights say beside the factors' own."""
    # A scenario of weight 0 tells nothing, and its ratio is beyond any number.
    chosen = chosen[found.weights[chosen] > 0]
    weights, share = found.weights[chosen], plan.plain_scenarios(0) / plan.block_size(0)
    log_twist = _shift.mixture_log_ratios(weights, share) - _shift.log_ratio(problem, normals[chosen])
    return Pilot(normals[chosen], weights, log_twist, found.weights.size, share)


def _better(normal: FactorShift, tail: Pilot, problem: Problem) -> FactorShift:
    """The shift along the tail's edge where the pilot shows one and it promises a smaller variance."""
    if normal.aimed_loss_cny is None:
        return normal
    edged = with_edge(normal, tail, problem)
    if edged is None or second_moment(tail, problem.shifted(edged)) >= second_moment(tail, problem):
        return normal
    return edged


def _aimed(total: Array, weights: Array, tail: Numbers) -> float | None:
    """The book's loss near the edge of a party's tail; none where the book loses nothing there."""
    rising = tail[np.argsort(total[tail], kind="stable")]
    reached = np.cumsum(weights[rising])
    aimed = float(total[rising[np.searchsorted(reached, _EDGE_SHARE * reached[-1])]])
    return aimed if aimed > 0 else None
