"""The kernel of the simulation: quarter by quarter, fund by fund, 64 paths side by side.

The state of a fund on 64 paths is one row of memory with fixed places, so that the compiler can work on several paths
at a time; nothing chooses between branches inside a loop over paths. A fund with a concession (first loss, capped
public return) or an unusual preferred return, or of whose holdings more than the value must be known, needs more state
than one without, and goes its own way. Random numbers are drawn where they are used, by their index: number
``quarter · BLOCK_PATHS + path`` of the stream of the common factor, or of the fund's own.

The same model in NumPy, one array operation after the other, is ``benchmarks/leverage_simulation_numpy.py``; tests hold
both to 1e-12. Imports numba, so only :mod:`leverage.simulate` imports it, when it runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from leverage.fast_rate import LANES, RATE_WORK, rates_of_lanes, rows_of_periods
from leverage.simulation.tables import (
    ALL_RATE,
    BLOCK_PATHS,
    BUY_OUT_FACTOR,
    BUY_OUT_IS_CHOICE,
    BUY_OUT_LESS_GAINED,
    BUY_OUT_QUARTER,
    CALL_DEVIATION,
    CALL_RATE,
    CAP_GROWTH,
    CARRY,
    CATCH_UP,
    CATCH_UP_SCALE,
    CHARGE_CALLED,
    CHARGE_COMMITTED,
    CHARGE_COST,
    CHARGE_VALUE,
    CHARGED,
    CLAWBACK_SHARE,
    COMMITMENT,
    COMMON,
    DEEPEST,
    HAS_COMPANIES,
    HOLDS_PLAINLY,
    IS_CAPPED,
    IS_KEPT_PAID_OUT,
    IS_ON_COMMITMENT,
    IS_PLAIN,
    IS_PUBLIC_LAST,
    IS_REST_TO_MANAGER,
    KEEP_LIMIT,
    LOADING,
    LOG_GROWTH,
    LOG_KEEP,
    LOSS_CAP,
    LOSS_SHARE,
    MANAGER_PART,
    OWN_LOADING,
    PAID_IN,
    PATH_ROWS,
    PAYOUT,
    PREFERRED_GROWTH,
    PREFERRED_SIMPLE,
    PUBLIC_KEEPS,
    PUBLIC_RATE,
    PUBLIC_WEIGHT,
    QUARTERS_PER_YEAR,
    RECEIVED,
    TO_FIRMS,
    VALUE,
    VALUE_ON_ENTRY,
)
from valuation.kernel.fast_math import draw_normals, exp

__all__ = ["common_sums", "simulate_block", "sum_of_normals"]

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": {"contract"}}
#: Places in the state of a fund; capital and owed are those of all partners but public, where the fund is not plain.
_NAV, _UNCALLED, _CAPITAL, _OWED, _PROFIT, _CARRIED, _CHARGED, _INVESTED = (place * LANES for place in range(8))
_PUBLIC_CAPITAL, _PUBLIC_OWED, _ROOM, _PUBLIC_PAID = (place * LANES for place in range(8, 12))
#: Of a fund whose public part may be bought: what public money really got, and whether it was bought.
_COST, _UNDRAWN, _PUBLIC_GOT, _BOUGHT = (place * LANES for place in range(12, 16))
_KEPT, _KEPT_IN_ALL, _MULTIPLE = (place * LANES for place in (16, 17, 18))
_STATE = 19 * LANES


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def simulate_block(numbers: Any, quarterly: Any, keys: Any, count: Any, multiples: Any) -> Any:
    """Simulate ``count`` paths of a block; ``multiples`` (funds, count) are those of funds of companies.

    Returns
    -------
    ``(PATH_ROWS, count)`` figures of each path, ``(funds, count)`` net public money of each fund (received and last
    value less paid in), ``(quarters,)`` sums over paths of the net public flow, ``(funds, 1 + years)`` sums over paths
    of what each fund invests and of the net public money paid in up to the end of each year.
    """
    funds, quarters = numbers.shape[0], quarterly.shape[2]
    found, by_fund, net_sums = np.empty((PATH_ROWS, count)), np.empty((funds, count)), np.zeros(quarters)
    state, normals = np.empty((funds, _STATE)), np.empty((4, LANES))
    rows = rows_of_periods(quarters)
    public, everyone = np.empty((rows, LANES)), np.empty((rows, LANES))
    lanes, net, work = np.empty((PATH_ROWS, LANES)), np.empty((funds, LANES)), np.empty((RATE_WORK, LANES))
    states, shifted = np.empty(LANES, dtype=np.int8), np.empty((2, quarters))
    years = (quarters + QUARTERS_PER_YEAR - 1) // QUARTERS_PER_YEAR
    fund_sums, sides = np.zeros((funds, 1 + years, LANES)), np.empty((3, LANES))
    for first in range(0, count, LANES):
        last = min(count, first + LANES)
        _open(numbers, state, public, everyone, lanes)
        _open_companies(numbers, state, multiples, first, last)
        for quarter in range(quarters):
            _quarter(numbers, quarterly, keys, quarter, first, normals, state, public, everyone, lanes[COMMON])
            if quarter % QUARTERS_PER_YEAR == QUARTERS_PER_YEAR - 1 or quarter == quarters - 1:
                year = quarter // QUARTERS_PER_YEAR
                _year_end(numbers, state, last - first, fund_sums[:, 1 + year], sides)
        _deepest(public, quarters, last - first, lanes[DEEPEST], net_sums)
        _close(numbers, state, public[quarters - 1], everyone[quarters - 1], lanes, net)
        _rate(public, quarters, lanes, PUBLIC_RATE, states, work, shifted)
        _rate(everyone, quarters, lanes, ALL_RATE, states, work, shifted)
        found[:, first:last] = lanes[:, : last - first]
        by_fund[:, first:last] = net[:, : last - first]
        for fund in range(funds):
            for lane in range(last - first):
                fund_sums[fund, 0, lane] += state[fund, _INVESTED + lane]
    return found, by_fund, net_sums, fund_sums.sum(axis=2)


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def sum_of_normals(keys: Any, quarters: Any, count: Any) -> Any:
    """Draw as many normal numbers as :func:`simulate_block` and only add them: what drawing alone costs.

    ``keys`` are those of the streams drawn from, ``count`` the paths.
    """
    normals, sums = np.empty((2, LANES)), np.zeros(LANES)
    for first in range(0, count, LANES):
        for quarter in range(quarters):
            index = np.uint64(quarter * BLOCK_PATHS + first)
            for stream in range(keys.shape[0]):
                draw_normals(index, keys[stream, 0], keys[stream, 1], normals[0], normals[1])
                for lane in range(LANES):
                    sums[lane] += normals[1, lane]
    return sums.sum()


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def common_sums(key: Any, quarters: Any, count: Any) -> Any:
    """Add up the common factor of each path over the quarters, as :func:`simulate_block` will draw it."""
    normals, sums = np.empty((2, LANES)), np.zeros(-(-count // LANES) * LANES)
    for first in range(0, count, LANES):
        for quarter in range(quarters):
            draw_normals(np.uint64(quarter * BLOCK_PATHS + first), key[0], key[1], normals[0], normals[1])
            sums[first : first + LANES] += normals[1]
    return sums[:count]


@njit(**_OPTIONS)
def _open(numbers, state, public, everyone, lanes):  # type: ignore[no-untyped-def]
    state[:] = 0.0
    public[:] = 0.0
    everyone[:] = 0.0
    lanes[:] = 0.0
    for fund in range(numbers.shape[0]):
        state[fund, _UNCALLED : _UNCALLED + LANES] = numbers[fund, COMMITMENT]


@njit(**_OPTIONS)
def _open_companies(numbers, state, multiples, first, last):  # type: ignore[no-untyped-def]
    for fund in range(numbers.shape[0]):
        state[fund, _MULTIPLE : _MULTIPLE + LANES] = 1.0
        if numbers[fund, HAS_COMPANIES] > 0.0:
            state[fund, _MULTIPLE : _MULTIPLE + last - first] = multiples[fund, first:last]


@njit(**_OPTIONS)
def _quarter(numbers, quarterly, keys, quarter, first, normals, state, public, everyone, common):  # type: ignore[no-untyped-def]
    """Let a quarter pass for all funds; ``normals`` holds room, the common factor, a fund's own, that of its calls."""
    index = np.uint64(quarter * BLOCK_PATHS + first)
    draw_normals(index, keys[0, 0], keys[0, 1], normals[0], normals[1])
    for lane in range(LANES):
        common[lane] += normals[1, lane]
    normals[3] = 0.0
    for fund in range(numbers.shape[0]):
        key = 1 + 2 * fund
        draw_normals(index, keys[key, 0], keys[key, 1], normals[0], normals[2])
        if numbers[fund, CALL_DEVIATION] > 0.0:
            draw_normals(index, keys[key + 1, 0], keys[key + 1, 1], normals[0], normals[3])
            _draw_call_rates(numbers[fund, CALL_DEVIATION], quarterly[fund, LOG_KEEP, quarter], normals[3])
        else:
            normals[3] = quarterly[fund, CALL_RATE, quarter]
        if numbers[fund, HOLDS_PLAINLY] > 0.0:
            _move_fund(numbers[fund], quarterly[fund, :, quarter], normals, state[fund], everyone[quarter])
        else:
            _move_any(numbers[fund], quarterly[fund, :, quarter], normals, state[fund], everyone[quarter])
        _pay(numbers[fund], normals[2], normals[3], state[fund], public[quarter], True)
        if numbers[fund, BUY_OUT_QUARTER] == quarter:
            _buy_out(numbers[fund], state[fund], public[quarter])


@njit(**_OPTIONS)
def _draw_call_rates(deviation, log_keep, numbers):  # type: ignore[no-untyped-def]
    """Replace normal numbers by rates of call 1 − (1 − q)^f, where the factor f is lognormal with mean one."""
    for lane in range(LANES):
        factor = exp(deviation * numbers[lane] - 0.5 * deviation * deviation)
        numbers[lane] = 1.0 - exp(log_keep * factor)


@njit(forceinline=True, **_OPTIONS)
def _carried(rest, profit, carried, catch_up, scale, carry):  # type: ignore[no-untyped-def]
    """Catch-up, then split: the manager's carry of each, and what the others get of each."""
    caught = min(rest, max(0.0, (carry * profit - carried) * scale))
    rest -= caught
    return catch_up * caught, caught - catch_up * caught, carry * rest, rest - carry * rest


@njit(**_OPTIONS)
def _move_fund(numbers, quarterly, normals, state, everyone):  # type: ignore[no-untyped-def]
    """Let a fund call, grow, charge and pay out; ``normals`` then hold calls and payouts in their last two rows."""
    log_growth, loading, own_loading = numbers[LOG_GROWTH], numbers[LOADING], numbers[OWN_LOADING]
    commitment, payout, committed = numbers[COMMITMENT], quarterly[PAYOUT], quarterly[CHARGE_COMMITTED]
    called_rate, value_rate = quarterly[CHARGE_CALLED], quarterly[CHARGE_VALUE]
    for i in range(LANES):
        growth = exp(log_growth + loading * normals[1, i] + own_loading * normals[2, i])
        nav, uncalled = state[_NAV + i], state[_UNCALLED + i]
        call, value = uncalled * normals[3, i], nav * growth
        # A charge takes what is there: out of the call first, then out of the value.
        charge = min(committed + called_rate * (commitment - uncalled) + value_rate * nav, value + call)
        from_call = min(charge, call)
        value -= charge - from_call
        paid = value * payout
        state[_NAV + i] = value - paid + (call - from_call)
        state[_UNCALLED + i] = uncalled - call
        state[_CHARGED + i] += charge
        state[_INVESTED + i] += call - from_call
        everyone[i] += paid - call
        normals[2, i] = call
        normals[3, i] = paid


@njit(**_OPTIONS)
def _move_any(numbers, quarterly, normals, state, everyone):  # type: ignore[no-untyped-def]
    """Let a fund move as :func:`_move_fund` does, follow the cost of what it holds, and invest again what it keeps."""
    log_growth, loading, own_loading = numbers[LOG_GROWTH], numbers[LOADING], numbers[OWN_LOADING]
    commitment, payout, committed = numbers[COMMITMENT], quarterly[PAYOUT], quarterly[CHARGE_COMMITTED]
    called_rate, value_rate, cost_rate = quarterly[CHARGE_CALLED], quarterly[CHARGE_VALUE], quarterly[CHARGE_COST]
    limit, is_paid_out, entry = quarterly[KEEP_LIMIT], quarterly[IS_KEPT_PAID_OUT], quarterly[VALUE_ON_ENTRY]
    for i in range(LANES):
        growth = exp(log_growth + loading * normals[1, i] + own_loading * normals[2, i])
        nav, uncalled, cost = state[_NAV + i], state[_UNCALLED + i], state[_COST + i]
        wanted, value = uncalled * normals[3, i], nav * growth
        charge = committed + called_rate * (commitment - uncalled) + value_rate * nav + cost_rate * cost
        charge = min(charge, value + wanted)
        from_wanted = min(charge, wanted)
        left = value - (charge - from_wanted)
        sold, invested = left * payout, wanted - from_wanted
        keep = min(sold, max(0.0, limit - state[_KEPT_IN_ALL + i]))
        kept = state[_KEPT + i] + keep
        from_kept = min(kept, wanted)
        kept -= from_kept
        call, paid = wanted - from_kept, sold - keep + kept * is_paid_out
        state[_KEPT + i] = kept - kept * is_paid_out
        state[_KEPT_IN_ALL + i] += keep
        state[_NAV + i] = left - sold + invested * (entry * state[_MULTIPLE + i])
        state[_COST + i] = cost * (left / value if value > 0.0 else 0.0) * (1.0 - payout) + invested
        state[_UNCALLED + i] = uncalled - call
        state[_CHARGED + i] += charge
        state[_INVESTED + i] += invested
        everyone[i] += paid - call
        normals[2, i] = call
        normals[3, i] = paid


@njit(**_OPTIONS)
def _pay(numbers, calls, payouts, state, public, time_passes):  # type: ignore[no-untyped-def]
    if numbers[IS_PLAIN] > 0.0:
        _pay_plain(numbers, calls, payouts, state, public, time_passes)
    else:
        _pay_any(numbers, calls, payouts, state, public, time_passes)


@njit(**_OPTIONS)
def _pay_plain(numbers, calls, payouts, state, public, time_passes):  # type: ignore[no-untyped-def]
    """Let a quarter pass (or not), book the calls and share the payouts among partners who are all treated alike."""
    preferred = numbers[PREFERRED_GROWTH] if time_passes else 0.0
    weight, catch_up, scale, carry = numbers[PUBLIC_WEIGHT], numbers[CATCH_UP], numbers[CATCH_UP_SCALE], numbers[CARRY]
    for i in range(LANES):
        call, paid, capital, owed = calls[i], payouts[i], state[_CAPITAL + i], state[_OWED + i]
        owed += (capital + owed) * preferred
        capital += call
        returned = min(paid, capital)
        given = min(paid - returned, owed)
        rest = paid - returned - given
        profit, carried = state[_PROFIT + i] + given, state[_CARRIED + i]
        caught_carry, _, split_carry, _ = _carried(rest, profit, carried, catch_up, scale, carry)
        state[_CAPITAL + i] = capital - returned
        state[_OWED + i] = owed - given
        state[_PROFIT + i] = profit + rest
        state[_CARRIED + i] = carried + caught_carry + split_carry
        public[i] += weight * (paid - caught_carry - split_carry - call)


@njit(**_OPTIONS)
def _pay_any(numbers, calls, payouts, state, public, time_passes):  # type: ignore[no-untyped-def]
    """Let a quarter pass (or not), book the calls and share the payouts of a fund with concessions."""
    preferred = numbers[PREFERRED_GROWTH] if time_passes else 0.0
    simple = numbers[PREFERRED_SIMPLE] if time_passes else 0.0
    is_on_commitment = numbers[IS_ON_COMMITMENT]
    cap_growth = numbers[CAP_GROWTH] if time_passes else 0.0
    weight, catch_up, scale, carry = numbers[PUBLIC_WEIGHT], numbers[CATCH_UP], numbers[CATCH_UP_SCALE], numbers[CARRY]
    is_last, is_capped = numbers[IS_PUBLIC_LAST], numbers[IS_CAPPED]
    to_manager, keeps = numbers[IS_REST_TO_MANAGER], numbers[PUBLIC_KEEPS]
    for i in range(LANES):
        capital, public_capital, room = state[_CAPITAL + i], state[_PUBLIC_CAPITAL + i], state[_ROOM + i]
        owed, public_owed, undrawn = state[_OWED + i], state[_PUBLIC_OWED + i], state[_UNDRAWN + i]
        base, public_base = capital + (1.0 - weight) * undrawn, public_capital + weight * undrawn
        owed += (base + owed) * preferred + base * simple
        public_owed += (public_base + public_owed) * preferred + public_base * simple
        # What is not called yet counts from the first call on.
        has_begun = calls[i] > 0.0 or undrawn > 0.0
        state[_UNDRAWN + i] = is_on_commitment * state[_UNCALLED + i] if has_begun else 0.0
        room += max(0.0, public_capital + room) * cap_growth
        capital += (1.0 - weight) * calls[i]
        public_capital += weight * calls[i]
        returned = min(payouts[i], capital + public_capital)
        to_others = min(returned, capital) if is_last > 0.0 else (1.0 - weight) * returned
        to_public = min(returned - to_others, public_capital)
        rest = payouts[i] - to_others - to_public
        # What rounding leaves of capital that is all back is nothing.
        is_back = returned >= capital + public_capital
        state[_CAPITAL + i] = 0.0 if is_back else capital - to_others
        state[_PUBLIC_CAPITAL + i] = 0.0 if is_back else public_capital - to_public
        given = min(rest, owed + public_owed)
        public_given = given * (public_owed / (owed + public_owed) if owed + public_owed > 0.0 else 0.0)
        rest -= given
        state[_OWED + i] = max(0.0, owed - (given - public_given))
        state[_PUBLIC_OWED + i] = max(0.0, public_owed - public_given)
        profit, carried = state[_PROFIT + i] + given, state[_CARRIED + i]
        caught_carry, caught, split_carry, split = _carried(rest, profit, carried, catch_up, scale, carry)
        room -= public_given + weight * caught
        wished = weight * split
        public_split = min(wished, max(0.0, room)) if is_capped > 0.0 else keeps * wished
        state[_ROOM + i] = room - public_split
        state[_PROFIT + i] = profit + rest
        state[_CARRIED + i] = carried + caught_carry + split_carry + to_manager * (wished - public_split)
        received = to_public + public_given + weight * caught + public_split
        state[_PUBLIC_PAID + i] += received
        got = received * (1.0 - state[_BOUGHT + i])
        state[_PUBLIC_GOT + i] += got
        public[i] += got - weight * calls[i]


@njit(**_OPTIONS)
def _buy_out(numbers, state, public):  # type: ignore[no-untyped-def]
    """Let the others pay public money for its part, where they must or where it is worth more than its price."""
    weight, factor, less_gained = numbers[PUBLIC_WEIGHT], numbers[BUY_OUT_FACTOR], numbers[BUY_OUT_LESS_GAINED]
    worth, no_calls = np.zeros(LANES), np.zeros(LANES)
    values = state[_NAV : _NAV + LANES] + state[_KEPT : _KEPT + LANES]
    if numbers[BUY_OUT_IS_CHOICE] > 0.0:
        _pay_any(numbers, no_calls, values, state.copy(), worth, False)
    for i in range(LANES):
        capital = state[_PUBLIC_CAPITAL + i]
        gained = state[_PUBLIC_PAID + i] - (weight * (numbers[COMMITMENT] - state[_UNCALLED + i]) - capital)
        price = max(0.0, capital * factor - less_gained * gained)
        is_bought = 1.0 if numbers[BUY_OUT_IS_CHOICE] == 0.0 or worth[i] > price else 0.0
        state[_BOUGHT + i] = is_bought
        state[_PUBLIC_GOT + i] += is_bought * price
        public[i] += is_bought * price


@njit(**_OPTIONS)
def _deepest(public, quarters, count, deepest, net_sums):  # type: ignore[no-untyped-def]
    """Find the most that public money was out at any time, and add up the net flow of each quarter."""
    running = np.zeros(LANES)
    for quarter in range(quarters):
        for lane in range(LANES):
            running[lane] += public[quarter, lane]
            deepest[lane] = max(deepest[lane], -running[lane])
        for lane in range(count):
            net_sums[quarter] += public[quarter, lane]


@njit(**_OPTIONS)
def _year_end(numbers, state, count, sums, sides):  # type: ignore[no-untyped-def]
    """Add what public money has paid into each fund so far, less what it got back."""
    for fund in range(numbers.shape[0]):
        _received(numbers[fund], state[fund], sides)
        for lane in range(count):
            called = numbers[fund, COMMITMENT] - state[fund, _UNCALLED + lane]
            sums[fund, lane] += numbers[fund, PUBLIC_WEIGHT] * called - sides[0, lane]


@njit(**_OPTIONS)
def _close(numbers, state, public, everyone, lanes, net):  # type: ignore[no-untyped-def]
    """Book what each side paid and got, then share the last value as if it were paid out that day."""
    no_calls, values = np.zeros(LANES), np.empty(LANES)
    before, after = np.empty((3, LANES)), np.empty((3, LANES))
    for fund in range(numbers.shape[0]):
        row, mine = numbers[fund], state[fund]
        _received(row, mine, before)
        values[:] = mine[_NAV : _NAV + LANES] + mine[_KEPT : _KEPT + LANES]
        _pay(row, no_calls, values, mine, public, False)
        _received(row, mine, after)
        if row[CLAWBACK_SHARE] > 0.0:
            _give_back(row, mine, after, public)
        if row[LOSS_SHARE] > 0.0:
            _make_good(row, mine, after, public)
        weight, part = row[PUBLIC_WEIGHT], row[MANAGER_PART]
        for i in range(LANES):
            called = row[COMMITMENT] - mine[_UNCALLED + i]
            everyone[i] += values[i]
            lanes[PAID_IN, i] += weight * called
            lanes[PAID_IN + 1, i] += (1.0 - weight) * (1.0 - part) * called
            lanes[PAID_IN + 2, i] += (1.0 - weight) * part * called
            for side in range(3):
                lanes[RECEIVED + side, i] += before[side, i]
                lanes[VALUE + side, i] += after[side, i] - before[side, i]
            lanes[CHARGED, i] += mine[_CHARGED + i]
            lanes[TO_FIRMS, i] += mine[_INVESTED + i]
            net[fund, i] = after[0, i] - weight * called
    if numbers[:, LOSS_SHARE].max() > 0.0:
        # What is paid on the last day may put public money deeper in than it ever was.
        for i in range(LANES):
            lanes[DEEPEST, i] = max(lanes[DEEPEST, i], -net[:, i].sum())


@njit(**_OPTIONS)
def _give_back(numbers, state, sides, public):  # type: ignore[no-untyped-def]
    """Let the manager give back carry that the whole fund did not earn, to those who miss something."""
    weight, part, carry = numbers[PUBLIC_WEIGHT], numbers[MANAGER_PART], numbers[CARRY]
    is_plain = numbers[IS_PLAIN] > 0.0
    for i in range(LANES):
        capital, carried = state[_CAPITAL + i] + state[_PUBLIC_CAPITAL + i], state[_CARRIED + i]
        missed = capital + state[_OWED + i] + state[_PUBLIC_OWED + i]
        too_much = max(carried - carry * max(0.0, state[_PROFIT + i] - capital), missed)
        given = min(numbers[CLAWBACK_SHARE] * carried, max(0.0, too_much))
        public_missed = weight * missed if is_plain else state[_PUBLIC_CAPITAL + i] + state[_PUBLIC_OWED + i]
        to_public = given * (public_missed / missed if missed > 0.0 else weight)
        sides[0, i] += to_public
        sides[1, i] += (given - to_public) * (1.0 - part)
        sides[2, i] += (given - to_public) * part - given
        public[i] += to_public


@njit(**_OPTIONS)
def _make_good(numbers, state, sides, public):  # type: ignore[no-untyped-def]
    """Let public money pay the others a part of their loss, out of what it received."""
    weight, part, share, cap = numbers[PUBLIC_WEIGHT], numbers[MANAGER_PART], numbers[LOSS_SHARE], numbers[LOSS_CAP]
    for i in range(LANES):
        called = numbers[COMMITMENT] - state[_UNCALLED + i]
        loss = max(0.0, (1.0 - weight) * (1.0 - part) * called - sides[1, i])
        payment = min(share * loss, cap * weight * called, sides[0, i])
        sides[0, i] -= payment
        sides[1, i] += payment
        public[i] -= payment


@njit(**_OPTIONS)
def _received(numbers, state, sides):  # type: ignore[no-untyped-def]
    """What have public, other partners and manager received so far? All that came back is capital and profit."""
    part, is_plain = numbers[MANAGER_PART], numbers[IS_PLAIN] > 0.0
    for i in range(LANES):
        called = numbers[COMMITMENT] - state[_UNCALLED + i]
        paid = called - state[_CAPITAL + i] - state[_PUBLIC_CAPITAL + i] + state[_PROFIT + i]
        shared = paid - state[_CARRIED + i]
        public = numbers[PUBLIC_WEIGHT] * shared if is_plain else state[_PUBLIC_PAID + i]
        got = public if is_plain else state[_PUBLIC_GOT + i]
        sides[0, i] = got
        sides[1, i] = (shared - public) * (1.0 - part) + (public - got)
        sides[2, i] = (shared - public) * part + state[_CARRIED + i]


@njit(**_OPTIONS)
def _rate(flows, quarters, lanes, row, states, work, shifted):  # type: ignore[no-untyped-def]
    """Solve the rates of all lanes: discount factor, state, residual in three rows from ``row`` on."""
    rates_of_lanes(flows, quarters, lanes[row], states, lanes[row + 2], work, shifted)
    for lane in range(LANES):
        lanes[row + 1, lane] = states[lane]
