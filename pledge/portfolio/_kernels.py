"""The compiled loops of the book's simulation: factors, the borrowers that fail, what their loans lose, who pays.

:mod:`pledge.portfolio._reference` computes the same in plain NumPy, every loan of every scenario: the definition.

A group's loans have independent uniform numbers. Only the smallest are made, in rising order (Rényi's representation
of exponential order statistics), until one exceeds a bound of every loan's conditional PD; which loan it belongs to
is drawn without replacement. Whether that loan fails is then decided exactly. So the work is in proportion to the
defaults, not to the loans, and no loan's number depends on any PD.

Importing this module imports numba, so only a run does.

References
----------
Rényi (1953), On the theory of order statistics, Acta Mathematica Academiae Scientiarum Hungaricae 4.

Tested by: ``tests/pledge/portfolio/test_kernels.py`` (the NumPy reference on random books).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from pledge.portfolio._problem import BOUND_FROM, BOUND_STEPS, LAST_BOUND, STRIDE_BITS, Problem
from pledge.portfolio._twist_kernels import KERNEL_OPTIONS, numbered, raised, solved, untwisted
from pledge.portfolio.value_table import LARGEST_SCORE, SCORES
from valuation.kernel.fast_math import exp, log, normal_from_tail, normal_tail, standard_normal_quantile, uniform

__all__ = ["TILE", "Room", "contributions_kernel", "losses_kernel", "room_for"]

#: Scenarios worked on together: their factors and sums stay in the nearest cache.
TILE = 256
#: Defaulters gathered before their values are drawn, in loops that become vector code.
_EVENTS = 2048
#: Room for one group of a tile in which every loan fails; larger groups have smaller tiles.
_MOST_EVENTS = 2**17
_STRIDE = np.uint64(STRIDE_BITS)
_SCORE_STEP = float(SCORES[1] - SCORES[0])
_LAST_SCORE = SCORES.size - 2


class Room(NamedTuple):
    """Working memory: by scenario of a tile, by event, by loan of a group, and by period."""

    normals: Any
    whitened: Any
    factors: Any
    bounds: Any
    arrivals: Any
    fresh: Any
    active: Any
    hits: Any
    start: Any
    states: Any
    early: Any
    rank: Any
    slot: Any
    index: Any
    loan: Any
    sector: Any
    period: Any
    places: Any
    swaps: Any
    above: Any
    theta: Any
    slopes: Any
    tilt: Any
    raised: Any
    scale: Any
    sums: Any
    due: Any
    back: Any
    paid_share: Any
    paid: Any


def room_for(problem: Problem, *, tile: int | None = None) -> Room:
    """Working memory for tiles of as many scenarios as fit; of one thread."""
    largest = int(np.diff(problem.group_first).max())
    tile = max(1, min(TILE, _MOST_EVENTS // largest)) if tile is None else tile
    # A tile of one gathers the events of all groups before it works on them.
    most = problem.size + 1 if tile == 1 else _EVENTS + tile * (largest + 1)
    span = problem.periods_in_all
    horizon = problem.thresholds.shape[1] if problem.rule[4] > 0 else 0
    levels = int(np.diff(problem.twist.level_first).max(initial=0))
    return Room(
        normals=np.empty((problem.root.shape[0], tile)),
        whitened=np.empty((problem.root.shape[0], tile)),
        factors=np.empty((problem.root.shape[0], tile)),
        bounds=np.empty(tile),
        arrivals=np.empty(tile),
        fresh=np.empty(tile),
        active=np.empty(tile, np.int64),
        hits=np.empty(tile, np.int64),
        start=np.empty(tile, np.int64),
        states=np.empty((2, most)),
        early=np.empty(most),
        rank=np.empty(most, np.int64),
        slot=np.empty(most, np.int64),
        index=np.empty(most, np.uint64),
        loan=np.empty(most, np.int64),
        sector=np.empty(most, np.int64),
        period=np.empty(most, np.int64),
        places=np.arange(largest),
        swaps=np.empty(largest, np.int64),
        above=np.empty((len(problem.twist.groups), tile)),
        theta=np.empty(tile),
        slopes=np.empty((2, tile)),
        tilt=np.empty((levels, tile)),
        raised=np.empty((levels, tile)),
        scale=np.empty((levels, tile)),
        sums=np.empty((4, tile)),
        due=np.empty((tile, span)),
        back=np.empty((tile, horizon, span)),
        paid_share=np.empty(span),
        paid=np.empty(span),
    )


def _draw_factors(problem: Any, room: Any, keys: Any, first: Any, count: Any, plain: Any) -> None:
    """Factors of scenarios from ``first`` on, and the log ratio of shifted to plain density; sums begin at zero."""
    sectors, factors, normals = problem.root.shape[0], room.factors, room.normals
    _cleared(room, count)
    for k in range(sectors):
        for s in range(count):
            index = (np.uint64(first + s) << _STRIDE) + np.uint64(k)
            normals[k, s] = standard_normal_quantile(uniform(index, keys[0], keys[1]))
            factors[k, s] = problem.mean[k]
    if problem.spread.shape[0] > 0:
        _shifted(problem, room, first, count, plain)
    for k in range(sectors):
        for j in range(k, sectors):
            for s in range(count):
                factors[j, s] += problem.root[j, k] * normals[k, s]


def _shift_normals(problem: Any, room: Any, first: Any, count: Any, plain: Any) -> None:
    """Move the normals x to ``μ + S x``, and find ``log q(x) / φ(x)`` of what comes out, moved or not."""
    sectors, normals, whitened, ratio = problem.root.shape[0], room.normals, room.whitened, room.sums[3]
    for k in range(sectors - 1, -1, -1):
        for s in range(max(plain - first, 0), count):
            moved = problem.shift[k]
            for j in range(k + 1):
                moved += problem.spread[k, j] * normals[j, s]
            normals[k, s] = moved
    for k in range(sectors):
        scale = 1.0 / problem.spread[k, k]
        log_scale = log(scale)
        for s in range(count):
            left = normals[k, s] - problem.shift[k]
            for j in range(k):
                left -= problem.spread[k, j] * whitened[j, s]
            whitened[k, s] = left * scale
            ratio[s] += log_scale + 0.5 * (normals[k, s] * normals[k, s] - whitened[k, s] * whitened[k, s])


def _clear(room: Any, count: Any) -> None:
    """Begin the sums of a tile."""
    sums, due, back = room.sums, room.due, room.back
    for s in range(count):
        sums[0, s] = 0.0
        sums[1, s] = 0.0
        sums[2, s] = 0.0
        sums[3, s] = 0.0
        for q in range(due.shape[1]):
            due[s, q] = 0.0
            for earlier in range(back.shape[1]):
                back[s, earlier, q] = 0.0


def _bounds(problem: Any, group: Any, factors: Any, count: Any, bounds: Any) -> None:
    """A bound of ``−log(1 − p)`` of every loan of the group in each scenario: straight lines of a convex function."""
    intercept, low, high = problem.group[group, 0], problem.group[group, 1], problem.group[group, 2]
    row = factors[problem.group_sector[group]]
    for s in range(count):
        threshold = intercept - row[s] * (low if row[s] > 0.0 else high)
        place = (threshold - BOUND_FROM) * BOUND_STEPS
        place = place if place > 0.0 else 0.0
        place = place if place < LAST_BOUND else LAST_BOUND
        step = np.int64(place)
        part = place - step
        lower, upper = problem.bound[step], problem.bound[step + 1]
        bounds[s] = upper if step == LAST_BOUND else lower + part * (upper - lower)


def _arrive(problem: Any, keys: Any, group: Any, first: Any, count: Any, bounds: Any, room: Any, at: Any) -> Any:
    """The smallest uniform numbers of a group below the bounds, as ``−log(1 − U)``: how many events there are.

    Event e is number ``room.rank[e]`` of scenario ``room.slot[e]``; ranks rise, and within a rank the scenarios.
    """
    arrivals, active, fresh = room.arrivals, room.active, room.fresh
    offset = problem.group_first[group]
    size = problem.group_first[group + 1] - offset
    spacing = np.uint64(problem.root.shape[0] + offset)
    for s in range(count):
        active[s] = s
        arrivals[s] = 0.0
        room.hits[s] = 0
    left, events = count, at
    for rank in range(size):
        number = spacing + np.uint64(rank)
        share = 1.0 / (size - rank)
        for a in range(left):
            fresh[a] = uniform((np.uint64(first + active[a]) << _STRIDE) + number, keys[0], keys[1])
        for a in range(left):
            fresh[a] = log(fresh[a]) * share
        kept = 0
        for a in range(left):
            s = active[a]
            arrival = arrivals[s] - fresh[a]
            arrivals[s] = arrival
            room.rank[events + kept] = rank
            room.slot[events + kept] = s
            room.early[events + kept] = arrival
            active[kept] = s
            is_below = 1 if arrival <= bounds[s] else 0
            room.hits[s] += is_below
            kept += is_below
        left = kept
        events += kept
        if left == 0:
            break
    return events - at


def _name(problem: Any, keys: Any, group: Any, first: Any, count: Any, events: Any, room: Any, at: Any) -> None:
    """Which loan does each event belong to? Drawn without replacement; events become sorted by scenario."""
    offset = problem.group_first[group]
    size = problem.group_first[group + 1] - offset
    sector = problem.group_sector[group]
    identity = np.uint64(problem.root.shape[0] + problem.loans.shape[0] + offset)
    place = at
    for s in range(count):
        room.start[s] = place
        place += room.hits[s]
    for e in range(at, at + events):
        s = room.slot[e]
        to = room.start[s] + room.rank[e]
        room.states[0, to] = room.early[e]
        room.index[to] = (np.uint64(first + s) << _STRIDE) + identity + np.uint64(room.rank[e])
    for e in range(at, at + events):
        room.states[1, e] = uniform(room.index[e], keys[0], keys[1])
    places, swaps = room.places, room.swaps
    for s in range(count):
        begin, hits = room.start[s], room.hits[s]
        for rank in range(hits):
            drawn = rank + np.int64(room.states[1, begin + rank] * (size - rank))
            chosen = places[drawn]
            places[drawn] = places[rank]
            places[rank] = chosen
            swaps[rank] = drawn
            room.loan[begin + rank] = offset + chosen
            room.slot[begin + rank] = s
            room.sector[begin + rank] = sector
        # The order of the places is restored, so that a scenario does not depend on those before it.
        for rank in range(hits - 1, -1, -1):
            drawn = swaps[rank]
            chosen = places[drawn]
            places[drawn] = places[rank]
            places[rank] = chosen


def _draw_states(problem: Any, keys: Any, first: Any, count: Any, events: Any, loan_of: Any, slot_of: Any) -> None:
    """Of each event: row 0 from its number to the borrower's own normal, row 1 the free normal of its collateral."""
    offset = np.uint64(problem.root.shape[0] + 2 * problem.loans.shape[0])
    own, free = events[0], events[1]
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
    problem: Any, factors: Any, count: Any, events: Any, loan_of: Any, slot_of: Any, sector_of: Any, period_of: Any
) -> None:
    """Of each event: its period (−1: no default), row 0 the score of the collateral, row 1 what its sale brings."""
    thresholds, loans, root_time = problem.thresholds, problem.loans, problem.root_time
    periods = thresholds.shape[1]
    scores, sold = events[0], events[1]
    for e in range(count):
        loan = loan_of[e]
        factor = factors[sector_of[e], slot_of[e]]
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


def _settle(problem: Any, count: Any, room: Any) -> None:
    """Add the events to their scenarios: loss, covered loss, defaults; what the pool owes and gets back, by period.

    Leaves the loss of each event in row 0 of ``states`` and its covered loss in row 1.
    """
    loan_of, slot_of, period_of, sums, due, back = room.loan, room.slot, room.period, room.sums, room.due, room.back
    loans, cap, pays_at_default = problem.loans, problem.rule[3], problem.rule[4] > 0.0
    losses, covereds = room.states[0], room.states[1]
    for e in range(count):
        loan, period = loan_of[e], period_of[e]
        loss = loans[loan, 9] - covereds[e]
        loss = loss if loss > 0.0 and period >= 0 else 0.0
        covered = loans[loan, 11] * min(loans[loan, 10], loss)
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
        paid_at = period + np.int64(loans[loan, 12])
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
        if owed > balance and exhausted < 0:
            exhausted = period
        paid_share[period] = paid / owed if owed > 0.0 else 1.0
        balance -= paid
        at_once = share * paid_share[period] * back[slot, period, period] if period < back.shape[1] else 0.0
        balance += at_once
        payments[period] = paid - returned - at_once
        lost += payments[period]
    return lost, exhausted


def _twist_factors(problem: Any, count: Any, room: Any) -> None:
    """How far the PDs of each scenario are raised: θ, from the bounds of all groups."""
    for group in range(problem.group_sector.size):
        _limits(problem, group, room.factors, count, room.bounds)
        for s in range(count):
            room.above[group, s] = exp(-room.bounds[s])
    solved(problem, count, room)


def _gather(problem: Any, keys: Any, group: Any, first: Any, count: Any, plain: Any, room: Any, at: Any) -> Any:
    """Add the events of one group from place ``at`` on: how many they are."""
    is_twisted = problem.twist.levels.shape[0] > 0
    _limits(problem, group, room.factors, count, room.bounds)
    if is_twisted:
        raised(problem, group, first, 0, count, plain, room)
    events = _arrivals(problem, keys, group, first, count, room.bounds, room, at)
    _names(problem, keys, group, first, count, events, room, at)
    new = slice(at, at + events)
    if is_twisted:
        untwisted(problem, group, 0, room, room.states[0, new], room.states[1, new], room.loan[new], room.slot[new])
    else:
        numbered(room.states[0, new])
    return events


def _finish(problem: Any, keys: Any, first: Any, events: Any, room: Any) -> None:
    """Draw what the waiting events lose and add it to their scenarios."""
    _states(problem, keys, first, events, room.states, room.loan, room.slot)
    _values(problem, room.factors, events, room.states, room.loan, room.slot, room.sector, room.period)
    _book(problem, events, room)


def _draw_tile(problem: Any, room: Any, keys: Any, first: Any, count: Any, plain: Any) -> Any:
    """All events of a tile, worked on whenever enough are waiting: how many the last ones were."""
    _factors(problem, room, keys, first, count, plain)
    if problem.twist.levels.shape[0] > 0:
        _twisted(problem, count, room)
    waiting = 0
    for group in range(problem.group_sector.size):
        if waiting >= _EVENTS and room.bounds.size > 1:
            _finished(problem, keys, first, waiting, room)
            waiting = 0
        waiting += _gathered(problem, keys, group, first, count, plain, room, waiting)
    _finished(problem, keys, first, waiting, room)
    return waiting


def _losses(
    problem: Any, room: Any, keys: Any, scenarios: Any, plain: Any, found: Any, exhausted: Any, payments: Any
) -> None:
    """Every scenario of a block: ``found`` (5, scenarios) gets loss, covered loss, defaults, log ratio, pool's loss."""
    tile = room.bounds.size
    for first in range(0, scenarios, tile):
        count = min(tile, scenarios - first)
        _tile(problem, room, keys, first, count, plain)
        for s in range(count):
            for row in range(4):
                found[row, first + s] = room.sums[row, s]
            lost, period = _pool(problem, s, room)
            found[4, first + s] = lost
            exhausted[first + s] = period
            if payments.shape[0] > 0:
                for q in range(room.paid.size):
                    payments[first + s, q] = room.paid[q]


def _contributions(problem: Any, room: Any, keys: Any, chosen: Any, weights: Any, plain: Any, found: Any) -> None:
    """Each loan's weighted loss, covered loss and pool's loss, ``found`` (3, loans), over the chosen scenarios."""
    for c in range(chosen.size):
        events = _tile(problem, room, keys, chosen[c], 1, plain)
        _pool(problem, 0, room)
        for e in range(events):
            loan, period = room.loan[e], room.period[e]
            if period >= 0:
                when = period + (0 if problem.rule[4] > 0.0 else np.int64(problem.loans[loan, 12]))
                found[0, loan] += weights[c] * room.states[0, e]
                found[1, loan] += weights[c] * room.states[1, e]
                found[2, loan] += weights[c] * problem.rule[0] * room.paid_share[when] * room.states[1, e]


_compiled = njit(**KERNEL_OPTIONS)
_tabled = _compiled(_tabled)
_cleared = _compiled(_clear)
_shifted = _compiled(_shift_normals)
_factors = _compiled(_draw_factors)
_limits = _compiled(_bounds)
_twisted = _compiled(_twist_factors)
_arrivals = _compiled(_arrive)
_names = _compiled(_name)
_states = _compiled(_draw_states)
_values = _compiled(_draw_values)
_book = _compiled(_settle)
_pool = _compiled(_pay)
_gathered = _compiled(_gather)
_finished = _compiled(_finish)
_tile = _compiled(_draw_tile)
losses_kernel = _compiled(_losses)
contributions_kernel = _compiled(_contributions)
