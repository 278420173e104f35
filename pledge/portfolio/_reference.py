"""The simulation in plain NumPy, every loan of every scenario: what the compiled loops are held to.

A loan's own uniform number U: the loans of a group, in an order drawn without replacement, have the order statistics
of as many uniforms, ``−log(1 − U₍ₖ₎) = Σ_{j≤k} E_j / (n − j)`` with standard exponentials E_j (j from 0).

References
----------
Rényi (1953), On the theory of order statistics, Acta Mathematica Academiae Scientiarum Hungaricae 4.

Tested by: independence and uniformity of the numbers, ``tests/pledge/portfolio/test_kernels.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pledge.portfolio import _shift, _twist
from pledge.portfolio._problem import LOAN_COLUMNS, POOL_ROUNDING, STRIDE_BITS, Problem
from pledge.portfolio.value_table import SCORES
from valuation.kernel.fast_random import uniforms_at

__all__ = [
    "Drawn",
    "Outcome",
    "contributions",
    "draw",
    "factor_normals",
    "losses",
    "outcome",
    "own_uniforms",
    "untwisted",
    "value_scores",
    "values_at",
]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

_SMALLEST = 2.0**-53


@dataclass(frozen=True)
class Outcome:
    """What happens to every loan (in the problem's order) in each scenario: arrays ``(scenarios, loans)``.

    ``period`` is −1 without default; ``loss`` is in CNY.
    """

    period: Numbers
    loss: Array
    value: Array


@dataclass(frozen=True)
class Drawn(Outcome):
    """The same with the covered loss in CNY, and the ``log_ratio`` of each scenario."""

    covered: Array
    log_ratio: Array


def _uniforms(keys: Keys, scenarios: Numbers, *, first: int, count: int) -> Array:
    """Numbers ``first … first + count − 1`` of each scenario: (scenarios, count)."""
    starts = scenarios.astype(np.int64) * (1 << STRIDE_BITS)
    index: Keys = (starts[:, None] + np.arange(first, first + count)).astype(np.uint64)
    return uniforms_at(index, keys[0], keys[1])


def factor_normals(problem: Problem, keys: Keys, scenarios: Numbers, plain: int) -> Array:
    """The independent normals behind the factors, (scenarios, sectors): from scenario ``plain`` on the shifted ones."""
    uniforms = _uniforms(keys, scenarios, first=0, count=problem.root.shape[0])
    normals: Array = special.ndtri(uniforms)
    if not problem.spread.size:
        return normals
    return np.where((scenarios >= plain)[:, None], _shift.moved(problem, uniforms), normals)


def own_uniforms(problem: Problem, keys: Keys, scenarios: Numbers) -> Array:
    """Every loan's own uniform number, in the problem's order: (scenarios, loans)."""
    sectors, loans = problem.root.shape[0], problem.size
    found = np.empty((len(scenarios), loans))
    row = np.arange(len(scenarios))
    for begin, end in zip(problem.group_first[:-1], problem.group_first[1:], strict=True):
        size = int(end - begin)
        spacing = _uniforms(keys, scenarios, first=sectors + int(begin), count=size)
        identity = _uniforms(keys, scenarios, first=sectors + loans + int(begin), count=size)
        arrival = np.cumsum(-np.log(spacing) / (size - np.arange(size)), axis=1)
        places = np.tile(np.arange(size), (len(scenarios), 1))
        for rank in range(size):
            drawn = rank + (identity[:, rank] * (size - rank)).astype(np.int64)
            chosen = places[row, drawn]
            places[row, drawn] = places[:, rank]
            places[:, rank] = chosen
        numbers = np.clip(-np.expm1(-arrival), _SMALLEST, 1 - _SMALLEST)
        found[row[:, None], begin + places] = numbers
    return found


def draw(problem: Problem, keys: Keys, scenarios: Numbers, plain: int) -> Drawn:
    """Period of default, value at default, loss and covered loss of every loan."""
    loan = dict(zip(LOAN_COLUMNS, problem.loans.T, strict=True))
    normals = factor_normals(problem, keys, scenarios, plain)
    numbers, ratio = own_uniforms(problem, keys, scenarios), _shift.log_ratio(problem, normals)
    if problem.twist.levels.size:
        numbers, more = untwisted(problem, normals @ problem.root.T + problem.mean, numbers, scenarios < plain)
        ratio = ratio + more
    factor, own = _factor_of_loans(problem, normals), special.ndtri(numbers)
    found = outcome(problem, factor, own, _free_normals(problem, keys, scenarios))
    covered = np.minimum(loan["covered_share"] * np.minimum(loan["coverable"], found.loss), problem.rule[3])
    return Drawn(found.period, found.loss, found.value, covered, ratio)


def untwisted(problem: Problem, factors: Array, numbers: Array, is_plain: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The loans' own numbers under the twist, and the logarithm of its likelihood ratio (:mod:`_twist`)."""
    limits = _twist.bounds(problem, factors)
    raised = _twist.raised(problem, limits, is_plain)
    bound, level = np.repeat(-np.expm1(-limits), np.diff(problem.group_first), axis=1), problem.twist.level
    new_bound = -np.expm1(-raised.bound)[:, level]
    is_below = -np.log1p(-numbers) <= raised.bound[:, level]
    with np.errstate(divide="ignore", invalid="ignore"):
        above = 1 - (1 - numbers) * (1 - bound) / (1 - new_bound)
    own = np.clip(np.where(is_below, numbers * raised.scale[:, level], above), _SMALLEST, 1 - _SMALLEST)
    ratio = (raised.tilt[:, level] * is_below).sum(axis=1) - raised.log_spread @ problem.twist.levels[:, 0]
    return own, ratio


def outcome(problem: Problem, factor: Array, own: Array, free: Array) -> Outcome:
    """What becomes of loans whose factor, own normal and collateral's free normal are known."""
    loan = dict(zip(LOAN_COLUMNS, problem.loans.T, strict=True))
    state = loan["factor"] * factor + loan["own"] * own
    passed = (state[:, :, None] >= problem.thresholds).sum(axis=2)
    has_failed = passed < problem.thresholds.shape[1]
    value = values_at(problem, _scores(problem, factor, own, free), problem.root_time[np.where(has_failed, passed, 0)])
    loss = np.where(has_failed, np.maximum(loan["claim"] - value * loan["net_share"], 0.0), 0.0)
    return Outcome(np.where(has_failed, passed, -1), loss, value)


def value_scores(problem: Problem, keys: Keys, scenarios: Numbers) -> Array:
    """The normal score of every loan's collateral, without a shift: (scenarios, loans)."""
    factor = _factor_of_loans(problem, factor_normals(problem, keys, scenarios, int(scenarios.max()) + 1))
    own = special.ndtri(own_uniforms(problem, keys, scenarios))
    return _scores(problem, factor, own, _free_normals(problem, keys, scenarios))


def values_at(problem: Problem, score: Array, root_time: Array) -> Array:
    """What the collateral is worth at these scores after a time of which the root is given, before any sale."""
    loan = dict(zip(LOAN_COLUMNS, problem.loans.T, strict=True))
    value: Array = np.exp(loan["log_value"] + root_time**2 * loan["log_drift"] + root_time * loan["volatility"] * score)
    for place in np.flatnonzero(loan["table"] >= 0):
        value[:, place] *= np.interp(score[:, place], SCORES, problem.tables[int(loan["table"][place])])
    return value


def _factor_of_loans(problem: Problem, normals: Array) -> Array:
    factors = normals @ problem.root.T + problem.mean
    found: Array = factors[:, np.repeat(problem.group_sector, np.diff(problem.group_first))]
    return found


def _free_normals(problem: Problem, keys: Keys, scenarios: Numbers) -> Array:
    first = problem.root.shape[0] + 2 * problem.size
    found: Array = special.ndtri(_uniforms(keys, scenarios, first=first, count=problem.size))
    return found


def _scores(problem: Problem, factor: Array, own: Array, free: Array) -> Array:
    loan = dict(zip(LOAN_COLUMNS, problem.loans.T, strict=True))
    found: Array = loan["score_factor"] * factor + loan["score_own"] * own + loan["score_free"] * free
    return found


def losses(problem: Problem, keys: Keys, scenarios: Numbers, plain: int) -> tuple[Array, Numbers, Array]:
    """As the kernel: (5, scenarios) of loss, covered loss, defaults, log ratio, pool's loss; exhaustion; payments."""
    drawn = draw(problem, keys, scenarios, plain)
    pool, exhausted, payments, _ = _pool(problem, drawn)
    defaults = (drawn.period >= 0).sum(axis=1).astype(np.float64)
    sums = np.stack((drawn.loss.sum(axis=1), drawn.covered.sum(axis=1), defaults, drawn.log_ratio, pool))
    return sums, exhausted, payments


def contributions(problem: Problem, keys: Keys, chosen: Numbers, weights: Array, plain: int) -> Array:
    """As the kernel: each loan's weighted loss, covered loss and pool's loss, (3, loans)."""
    drawn = draw(problem, keys, chosen, plain)
    paid_share = _pool(problem, drawn)[3]
    when = np.maximum(drawn.period + _wait(problem), 0)
    paid = np.take_along_axis(paid_share, when, axis=1) * problem.rule[0] * drawn.covered
    return np.stack([weights @ each for each in (drawn.loss, drawn.covered, paid)])


def _wait(problem: Problem) -> Numbers:
    """Periods from default until the pool pays, by loan."""
    lag: Numbers = problem.loans[:, LOAN_COLUMNS.index("lag")].astype(np.int64)
    return np.zeros_like(lag) if problem.rule[4] > 0 else lag


def _pool(problem: Problem, drawn: Drawn) -> tuple[Array, Numbers, Array, Array]:
    """The pool through time, all scenarios side by side: its loss, exhaustion, net payments, paid part of its dues."""
    share, start, top_up, cap, pays_at_default = problem.rule
    loan = dict(zip(LOAN_COLUMNS, problem.loans.T, strict=True))
    count, span = len(drawn.loss), problem.periods_in_all
    horizon = problem.thresholds.shape[1]
    claim = np.minimum(loan["covered_share"] * loan["coverable"], cap)
    owed = np.broadcast_to(claim, drawn.loss.shape) if pays_at_default else drawn.covered
    when = np.where(drawn.period >= 0, drawn.period + _wait(problem), -1)
    returns_at = np.where(drawn.period >= 0, drawn.period + loan["lag"].astype(np.int64), -1)
    balance, exhausted = np.full(count, start), np.full(count, -1)
    payments, paid_share = np.zeros((count, span)), np.ones((count, span))
    returned = np.zeros((count, span))
    for period in range(span):
        balance = balance + (top_up if 0 < period < horizon else 0.0) + returned[:, period]
        is_due = when == period
        due = share * (owed * is_due).sum(axis=1)
        paid = np.minimum(due, balance)
        is_short = due > balance + POOL_ROUNDING * (start + due)
        exhausted = np.where(is_short & (exhausted < 0), period, exhausted)
        with np.errstate(invalid="ignore"):
            paid_share[:, period] = np.where(due > 0, paid / due, 1.0)
        balance = balance - paid
        payments[:, period] += paid - returned[:, period]
        if pays_at_default:
            excess = share * paid_share[:, period : period + 1] * (claim - drawn.covered) * is_due
            for later in range(period, span):
                returned[:, later] += (excess * (returns_at == later)).sum(axis=1)
            # What is sold within the period comes back after the pool has paid.
            at_once = (excess * (returns_at == period)).sum(axis=1)
            balance = balance + at_once
            payments[:, period] -= at_once
    return payments.sum(axis=1), exhausted, payments, paid_share
