"""The compiled loops of the book's simulation: factors, and the borrowers that may fail.

:mod:`pledge.portfolio._reference` computes the same in plain NumPy, every loan of every scenario: the definition.

A group's loans have independent uniform numbers. Only the smallest are made, in rising order (Rényi's representation
of exponential order statistics), until one exceeds a bound of every loan's conditional PD; which loan it belongs to
is drawn without replacement. Whether that loan fails is then decided exactly. So the work is in proportion to the
defaults, not to the loans, and no loan's number depends on any PD. What they lose and who pays is next door,
:mod:`pledge.portfolio._event_kernels`.

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

from pledge.portfolio._event_kernels import event_values, normal_states, paid_by_pool, settled
from pledge.portfolio._problem import BOUND_FROM, BOUND_STEPS, LAST_BOUND, STRIDE_BITS, Problem
from pledge.portfolio._shift_kernels import shifted
from pledge.portfolio._twist_kernels import INNER_OPTIONS, KERNEL_OPTIONS, numbered, raised, solved, untwisted
from valuation.kernel.fast_math import exp, log_of_uniform, standard_normal_quantile, uniform

__all__ = ["TILE", "Room", "contributions_kernel", "losses_kernel", "room_for"]

#: Scenarios worked on together: the loans of a group, once in a near cache, serve all of them.
TILE = 1024
#: Defaulters gathered before their values are drawn, and as many at a time, in loops that become vector code.
_EVENTS = 2048
#: Room for one group of a tile in which every loan fails; larger groups have smaller tiles.
_MOST_EVENTS = 2**19
_STRIDE = np.uint64(STRIDE_BITS)
_PLACES = np.uint64(1 << STRIDE_BITS)


class Room(NamedTuple):
    """Working memory: by scenario of a tile, by event as it arrives, by event as sorted, by loan of a group, by period.

    Indices without a sign, because one with a sign might count from the end of an array, and that costs a test.
    """

    normals: Any
    whitened: Any
    factors: Any
    bounds: Any
    arrivals: Any
    fresh: Any
    active: Any
    hits: Any
    start: Any
    early: Any
    rank: Any
    whose: Any
    pick: Any
    states: Any
    factor: Any
    slot: Any
    loan: Any
    swap: Any
    period: Any
    places: Any
    stamp: Any
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
        active=np.empty(tile, np.uint32),
        hits=np.empty(tile, np.uint32),
        start=np.empty(tile, np.uint32),
        early=np.empty(most),
        rank=np.empty(most, np.uint32),
        whose=np.empty(most, np.uint32),
        pick=np.empty(most),
        states=np.empty((2, most)),
        factor=np.empty(most),
        slot=np.empty(most, np.uint32),
        loan=np.empty(most, np.uint32),
        swap=np.empty(most, np.uint32),
        period=np.empty(most, np.int32),
        places=np.zeros(largest, np.uint64),
        stamp=np.zeros(1, np.uint64),
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
        shifted(problem, room, keys, first, count, plain)
    for k in range(sectors):
        for j in range(k, sectors):
            for s in range(count):
                factors[j, s] += problem.root[j, k] * normals[k, s]


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

    Event e is number ``room.rank[e]`` of scenario ``room.whose[e]``; ranks rise, and within a rank the scenarios.
    """
    arrivals, active, fresh = room.arrivals, room.active, room.fresh
    offset = problem.group_first[group]
    size = problem.group_first[group + 1] - offset
    spacing = np.uint64(problem.root.shape[0] + offset)
    for s in range(count):
        active[s] = s
        arrivals[s] = 0.0
    left, events = count, at
    for rank in range(size):
        number = spacing + np.uint64(rank)
        share = 1.0 / (size - rank)
        for a in range(left):
            fresh[a] = uniform((np.uint64(first + active[a]) << _STRIDE) + number, keys[0], keys[1])
        for a in range(left):
            fresh[a] = log_of_uniform(fresh[a]) * share
        kept = 0
        for a in range(left):
            s = active[a]
            arrival = arrivals[s] - fresh[a]
            arrivals[s] = arrival
            room.whose[events + kept] = s
            room.early[events + kept] = arrival
            active[kept] = s
            is_below = 1 if arrival <= bounds[s] else 0
            room.hits[s] = rank + is_below
            kept += is_below
        for a in range(kept):
            room.rank[events + a] = rank
        left = kept
        events += kept
        if left == 0:
            break
    return events - at


def _name(problem: Any, keys: Any, group: Any, first: Any, count: Any, events: Any, room: Any, at: Any) -> None:
    """Which loan does each event belong to? Drawn without replacement; events become sorted by scenario."""
    size = problem.group_first[group + 1] - problem.group_first[group]
    identity = np.uint64(problem.root.shape[0] + problem.loans.shape[0] + problem.group_first[group])
    rank, whose, pick = room.rank[at : at + events], room.whose[at : at + events], room.pick
    for e in range(events):
        pick[e] = uniform((np.uint64(first + whose[e]) << _STRIDE) + identity + np.uint64(rank[e]), keys[0], keys[1])
    for e in range(events):
        pick[e] = rank[e] + np.int32(pick[e] * (size - rank[e]))
    place = at
    for s in range(count):
        room.start[s] = place
        place += room.hits[s]
    early, own, slot, swap = room.early[at : at + events], room.states[0], room.slot, room.swap
    for e in range(events):
        to = room.start[whose[e]] + rank[e]
        own[to] = early[e]
        slot[to] = whose[e]
        swap[to] = np.int32(pick[e])
    _placed(problem, group, count, events, room, at)


def _place(problem: Any, group: Any, count: Any, events: Any, room: Any, at: Any) -> None:
    """Put the loan behind each event, one scenario after the other: the drawn place changes with the next one.

    A place holds whose loan stands there, with a stamp of the scenario that put it; without its stamp it is as at the
    beginning. So no scenario depends on those before it, and nothing needs to be restored.
    """
    offset, factors = np.uint64(problem.group_first[group]), room.factors[problem.group_sector[group]]
    places, stamp = room.places, room.stamp[0] + np.uint64(1)
    room.stamp[0] += np.uint64(count)
    for e in range(at, at + events):
        slot = room.slot[e]
        mark = (stamp + np.uint64(slot)) << _STRIDE
        drawn, next_one = np.uint64(room.swap[e]), np.uint64(e) - np.uint64(room.start[slot])
        there, moved = places[drawn] ^ mark, places[next_one] ^ mark
        places[drawn] = mark | (moved if moved < _PLACES else next_one)
        room.loan[e] = offset + (there if there < _PLACES else drawn)
        room.factor[e] = factors[slot]


def _fetch(problem: Any, group: Any, room: Any) -> None:
    """Read a group's loans in order: a processor fetches ahead what is read in order, but not what is drawn."""
    first, end = problem.group_first[group], problem.group_first[group + 1]
    loans, thresholds, touched = problem.loans, problem.thresholds, 0.0
    for loan in range(first, end):
        for column in range(0, loans.shape[1], 8):
            touched += loans[loan, column]
        for period in range(0, thresholds.shape[1], 8):
            touched += thresholds[loan, period]
    # Kept, or the compiler would leave the reading out.
    room.paid[0] = touched


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
    """Draw what the waiting events lose and add it to their scenarios, some at a time."""
    for begin in range(0, events, _EVENTS):
        end = min(begin + _EVENTS, events)
        own, free = room.states[0, begin:end], room.states[1, begin:end]
        loan, slot = room.loan[begin:end], room.slot[begin:end]
        period = room.period[begin:end]
        normal_states(problem, keys, first, end - begin, own, free, loan, slot)
        event_values(problem, end - begin, own, free, loan, room.factor[begin:end], period)
        settled(problem, end - begin, room, own, free, loan, slot, period)


def _draw_tile(problem: Any, room: Any, keys: Any, first: Any, count: Any, plain: Any) -> Any:
    """All events of a tile, worked on whenever enough are waiting: how many the last ones were."""
    _factors(problem, room, keys, first, count, plain)
    if problem.twist.levels.shape[0] > 0:
        _twisted(problem, count, room)
    waiting, is_one = 0, room.bounds.size == 1
    for group in range(problem.group_sector.size):
        if waiting >= _EVENTS and not is_one:
            _finished(problem, keys, first, waiting, room)
            waiting = 0
        if not is_one:
            _fetched(problem, group, room)
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
            lost, period = paid_by_pool(problem, s, room)
            found[4, first + s] = lost
            exhausted[first + s] = period
            if payments.shape[0] > 0:
                for q in range(room.paid.size):
                    payments[first + s, q] = room.paid[q]


def _contributions(problem: Any, room: Any, keys: Any, chosen: Any, weights: Any, plain: Any, found: Any) -> None:
    """Each loan's weighted loss, covered loss and pool's loss, ``found`` (3, loans), over the chosen scenarios."""
    for c in range(chosen.size):
        events = _tile(problem, room, keys, chosen[c], 1, plain)
        paid_by_pool(problem, 0, room)
        for e in range(events):
            loan, period = room.loan[e], room.period[e]
            if period >= 0:
                when = period + (0 if problem.rule[4] > 0.0 else np.int64(problem.loans[loan, 12]))
                found[0, loan] += weights[c] * room.states[0, e]
                found[1, loan] += weights[c] * room.states[1, e]
                found[2, loan] += weights[c] * problem.rule[0] * room.paid_share[when] * room.states[1, e]


_compiled = njit(**INNER_OPTIONS)
_cleared = _compiled(_clear)
_factors = _compiled(_draw_factors)
_limits = _compiled(_bounds)
_twisted = _compiled(_twist_factors)
_arrivals = _compiled(_arrive)
_placed = _compiled(_place)
_names = _compiled(_name)
_fetched = _compiled(_fetch)
_gathered = _compiled(_gather)
_finished = _compiled(_finish)
_tile = _compiled(_draw_tile)
losses_kernel = njit(**KERNEL_OPTIONS)(_losses)
contributions_kernel = njit(**KERNEL_OPTIONS)(_contributions)
