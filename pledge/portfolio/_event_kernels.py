"""The compiled loops of what a borrower's failure costs: states and values of the events of a tile, loss, who pays.

An event is a borrower that may have failed in one scenario. Each loop does one thing for many events, so that it
becomes vector code or at least has no jumps.

Importing this module imports numba, so only a run does.

Tested by: ``tests/pledge/portfolio/test_kernels.py`` (the NumPy reference on random books).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from pledge.portfolio._problem import POOL_ROUNDING, STRIDE_BITS
from pledge.portfolio._twist_kernels import INNER_OPTIONS
from pledge.portfolio.value_table import LARGEST_SCORE, SCORES
from valuation.kernel.fast_math import exp, normal_from_tail, normal_tail, standard_normal_quantile, uniform

__all__ = ["event_values", "normal_states", "paid_by_pool", "settled"]

_STRIDE = np.uint64(STRIDE_BITS)
_SCORE_STEP = float(SCORES[1] - SCORES[0])
_LAST_SCORE = SCORES.size - 2


def _draw_states(
    problem: Any, keys: Any, first: Any, count: Any, own: Any, free: Any, loan_of: Any, slot_of: Any
) -> None:
    """Of each event: ``own`` from number to the borrower's own normal, ``free`` the free normal of its collateral."""
    offset = np.uint64(problem.root.shape[0] + 2 * problem.loans.shape[0])
    for e in range(count):
        free[e] = normal_tail(own[e])
    for e in range(count):
        own[e] = normal_from_tail(own[e], free[e])
    for e in range(count):
        index = (np.uint64(first + slot_of[e]) << _STRIDE) + offset + np.uint64(loan_of[e])
        free[e] = uniform(index, keys[0], keys[1])
    for e in range(count):
        free[e] = standard_normal_quantile(free[e])


def _draw_values(
    problem: Any, count: Any, scores: Any, sold: Any, loan_of: Any, factor_of: Any, period_of: Any
) -> None:
    """Of each event: its period (−1: no default), the score of its collateral, and what its sale brings.

    The last two take the places of the borrower's own and of the free normal.
    """
    thresholds, loans, root_time = problem.thresholds, problem.loans, problem.root_time
    periods = thresholds.shape[1]
    for e in range(count):
        loan = loan_of[e]
        factor = factor_of[e]
        own, free = scores[e], sold[e]
        state = loans[loan, 0] * factor + loans[loan, 1] * own
        # Counting all periods is cheaper than guessing where to stop.
        period = 0
        for q in range(periods):
            period += 0 if state < thresholds[loan, q] else 1
        period_of[e] = period if period < periods else -1
        score = loans[loan, 2] * factor + loans[loan, 3] * own + loans[loan, 4] * free
        root = root_time[period if period < periods else 0]
        scores[e] = score
        sold[e] = loans[loan, 5] + root * (root * loans[loan, 6] + loans[loan, 7] * score)
    for e in range(count):
        sold[e] = exp(sold[e])
    for e in range(count):
        table = np.int64(loans[loan_of[e], 13])
        level = _tabled(problem.tables, table, scores[e]) if table >= 0 else 1.0
        sold[e] *= level * loans[loan_of[e], 8]


def _tabled(tables: Any, table: Any, score: Any) -> Any:
    """The value at a normal score, on straight lines, level beyond the ends."""
    place = (score + LARGEST_SCORE) / _SCORE_STEP
    place = place if place > 0.0 else 0.0
    place = place if place < _LAST_SCORE + 1.0 else _LAST_SCORE + 1.0
    step: Any = min(np.int64(place), _LAST_SCORE)
    return tables[table, step] + (place - step) * (tables[table, step + 1] - tables[table, step])


def _settle(
    problem: Any, count: Any, room: Any, losses: Any, covereds: Any, loan_of: Any, slot_of: Any, period_of: Any
) -> None:
    """Add the events to their scenarios: loss, covered loss, defaults; what the pool owes and gets back, by period.

    Leaves the loss of each event in ``losses``, and its covered loss where the sale's proceeds were.
    """
    sums, due, back = room.sums, room.due, room.back
    loans, cap, pays_at_default = problem.loans, problem.rule[3], problem.rule[4] > 0.0
    for e in range(count):
        loan = loan_of[e]
        loss = loans[loan, 9] - covereds[e]
        # One choice after the other: joined by "and" they would be a jump that nobody can foresee.
        loss = loss if loss > 0.0 else 0.0
        loss = loss if period_of[e] >= 0 else 0.0
        coverable = loans[loan, 10]
        covered = loans[loan, 11] * (coverable if coverable < loss else loss)
        losses[e] = loss
        covereds[e] = covered if covered < cap else cap
    for e in range(count):
        period = period_of[e]
        if period < 0:
            continue
        loan, slot, covered = loan_of[e], slot_of[e], covereds[e]
        sums[0, slot] += losses[e]
        sums[1, slot] += covered
        sums[2, slot] += 1.0
        paid_at = np.uint64(period + np.int64(loans[loan, 12]))
        if pays_at_default:
            claim = min(loans[loan, 11] * loans[loan, 10], cap)
            due[slot, period] += claim
            back[slot, period, paid_at] += claim - covered
        else:
            due[slot, paid_at] += covered


def _pay(problem: Any, slot: Any, room: Any) -> Any:
    """The pool of one scenario through time: its loss, and the first period in which it could not pay all (−1: none).

    ``paid_share`` becomes the part of its dues the pool paid in each period, ``paid`` what it paid net.
    """
    horizon, due, back, paid_share, payments = (
        problem.thresholds.shape[1],
        room.due,
        room.back,
        room.paid_share,
        room.paid,
    )
    share, balance = problem.rule[0], problem.rule[1]
    lost, exhausted = 0.0, -1
    for period in range(due.shape[1]):
        if 0 < period < horizon:
            balance += problem.rule[2]
        returned = 0.0
        for earlier in range(min(period, back.shape[1])):
            returned += share * paid_share[earlier] * back[slot, earlier, period]
        balance += returned
        owed = share * due[slot, period]
        paid = owed if owed <= balance else balance
        if owed > balance + POOL_ROUNDING * (problem.rule[1] + owed) and exhausted < 0:
            exhausted = period
        paid_share[period] = paid / owed if owed > 0.0 else 1.0
        balance -= paid
        at_once = share * paid_share[period] * back[slot, period, period] if period < back.shape[1] else 0.0
        balance += at_once
        payments[period] = paid - returned - at_once
        lost += payments[period]
    return lost, exhausted


_compiled = njit(**INNER_OPTIONS)
_tabled = _compiled(_tabled)
normal_states = _compiled(_draw_states)
event_values = _compiled(_draw_values)
settled = _compiled(_settle)
paid_by_pool = _compiled(_pay)
