"""The simulation of funds once more, in NumPy on whole arrays: the peer of the benchmark and the second way of tests.

Written from the formulas in ``leverage/simulation/tables.py``, funds by paths in one array operation, quarter after
quarter, every concession computed for every fund. Rates by Newton's steps on all paths at once.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from leverage.simulation import tables as t


@dataclass
class Drawn:
    """Standard normal numbers: common (quarters, paths), own and of calls (funds, quarters, paths).

    ``multiples`` (funds, paths) are those of funds of companies, one for the others.
    """

    common: np.ndarray
    own: np.ndarray
    calls: np.ndarray | None = None
    multiples: np.ndarray | None = None


def drawn(funds: int, quarters: int, paths: int, random: np.random.Generator) -> Drawn:
    return Drawn(random.standard_normal((quarters, paths)), random.standard_normal((funds, quarters, paths)))


def simulate_whole_arrays(made: t.FundTables, normals: Drawn) -> dict[str, np.ndarray]:
    """Figures of each path, as the kernel names them."""
    state = _Funds(made, normals.common.shape[1])
    if normals.multiples is not None:
        state.multiples = normals.multiples
    quarters = normals.common.shape[0]
    public, everyone = np.zeros(normals.common.shape), np.zeros(normals.common.shape)
    for quarter in range(quarters):
        calls = None if normals.calls is None else normals.calls[:, quarter]
        call, paid = state.move(quarter, normals.common[quarter], normals.own[:, quarter], calls)
        state.pass_time()
        public[quarter] = state.share(call, paid) - (state.weight * call).sum(axis=0)
        public[quarter] += state.buy_out(quarter)
        everyone[quarter] = (paid - call).sum(axis=0)
    running = np.cumsum(public, axis=0)
    deepest = np.maximum(-running, 0).max(axis=0)
    sides = state.sides.copy()
    last_value = state.nav + state.kept
    public[-1] += state.share(np.zeros_like(last_value), last_value)
    public[-1] += state.give_back() + state.make_good()
    everyone[-1] += last_value.sum(axis=0)
    called = state.commitment - state.uncalled
    weights = np.concatenate([state.weight, state.other_weight, state.manager_weight], axis=1)
    return {
        "paid_in": np.einsum("fs,fp->sp", weights, called),
        "received": sides.sum(axis=1),
        "value": (state.sides - sides).sum(axis=1),
        "fees": state.charged.sum(axis=0),
        "to_firms": state.invested.sum(axis=0),
        "deepest_public": np.maximum(deepest, -public.sum(axis=0)),
        "public_net": state.sides[0] - state.weight * called,
        "public_discount": newton(public),
        "all_discount": newton(everyone),
        "public": public,
        "everyone": everyone,
    }


class _Funds:
    """The state of all funds on all paths, (funds, paths) each."""

    def __init__(self, made: t.FundTables, paths: int) -> None:
        def column(place: int) -> np.ndarray:
            return made.numbers[:, place, None]

        self.quarterly, self.column = made.quarterly, column
        self.weight, self.commitment = column(t.PUBLIC_WEIGHT), column(t.COMMITMENT)
        self.manager_weight = (1 - self.weight) * column(t.MANAGER_PART)
        self.other_weight = 1 - self.weight - self.manager_weight
        shape = (made.numbers.shape[0], paths)
        self.nav, self.uncalled = np.zeros(shape), np.broadcast_to(self.commitment, shape).copy()
        self.charged, self.invested, self.profit, self.carried, self.cost = (np.zeros(shape) for _ in range(5))
        self.capital, self.owed = np.zeros((2, *shape)), np.zeros((2, *shape))  # public, beside public
        self.left_before, self.has_begun = self.uncalled, np.zeros(shape, dtype=bool)
        self.kept, self.kept_in_all, self.multiples = np.zeros(shape), np.zeros(shape), np.ones(shape)
        self.public_gain, self.is_bought = np.zeros(shape), np.zeros(shape, dtype=bool)
        self.room, self.sides = np.zeros(shape), np.zeros((3, *shape))

    def move(
        self, quarter: int, common: np.ndarray, own: np.ndarray, calls: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        rows, column = self.quarterly[:, :, quarter, None], self.column
        growth = np.exp(column(t.LOG_GROWTH) + column(t.LOADING) * common + column(t.OWN_LOADING) * own)
        rate = rows[:, t.CALL_RATE]
        if calls is not None:
            deviation = column(t.CALL_DEVIATION)
            noisy = 1 - np.exp(rows[:, t.LOG_KEEP] * np.exp(deviation * calls - deviation**2 / 2))
            rate = np.where(deviation > 0, noisy, rate)
        call, value = self.uncalled * rate, self.nav * growth
        bases = rows[:, t.CHARGE_CALLED] * (self.commitment - self.uncalled) + rows[:, t.CHARGE_VALUE] * self.nav
        bases = bases + rows[:, t.CHARGE_COST] * self.cost
        charge = np.minimum(rows[:, t.CHARGE_COMMITTED] + bases, value + call)
        from_call = np.minimum(charge, call)
        left = value - (charge - from_call)
        paid = left * rows[:, t.PAYOUT]
        unsold = np.divide(left - paid, value, out=np.zeros_like(value), where=value > 0)
        self.cost = self.cost * unsold + (call - from_call)
        value = left
        self.has_begun = self.uncalled < self.commitment
        self.left_before = self.uncalled
        self.nav = value - paid + (call - from_call) * rows[:, t.VALUE_ON_ENTRY] * self.multiples
        self.charged += charge
        self.invested += call - from_call
        call, paid = self.recycle(rows, call, paid)
        self.uncalled = self.uncalled - call
        return call, paid

    def recycle(self, rows: np.ndarray, wanted: np.ndarray, sold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is called and paid out when a part of what was sold is kept for what is wanted."""
        keep = np.minimum(sold, np.maximum(0, rows[:, t.KEEP_LIMIT] - self.kept_in_all))
        self.kept_in_all += keep
        there = self.kept + keep
        used = np.minimum(there, wanted)
        out = np.where(rows[:, t.IS_KEPT_PAID_OUT] > 0, there - used, 0)
        self.kept = there - used - out
        return wanted - used, sold - keep + out

    def pass_time(self) -> None:
        weights = np.stack([self.weight, 1 - self.weight])
        is_on_commitment = (self.column(t.IS_ON_COMMITMENT) > 0) & self.has_begun
        base = self.capital + weights * np.where(is_on_commitment, self.left_before, 0)
        compound, simple = self.column(t.PREFERRED_GROWTH), self.column(t.PREFERRED_SIMPLE)
        self.owed += (base + self.owed) * compound + base * simple
        self.room += np.maximum(0, self.capital[0] + self.room) * self.column(t.CAP_GROWTH)

    def share(self, call: np.ndarray, paid: np.ndarray) -> np.ndarray:
        """Book calls, share what is paid; returns what public money gets of all funds."""
        column, weight = self.column, self.weight
        self.capital[0] += weight * call
        self.capital[1] += (1 - weight) * call
        whole = self.capital.sum(axis=0)
        returned = np.minimum(paid, whole)
        to_beside = np.where(
            column(t.IS_PUBLIC_LAST) > 0, np.minimum(returned, self.capital[1]), (1 - weight) * returned
        )
        to_public = np.minimum(returned - to_beside, self.capital[0])
        is_back = returned >= whole
        self.capital[0] = np.where(is_back, 0, self.capital[0] - to_public)
        self.capital[1] = np.where(is_back, 0, self.capital[1] - to_beside)
        rest = paid - returned
        owed = self.owed.sum(axis=0)
        given = np.minimum(rest, owed)
        public_given = given * np.divide(self.owed[0], owed, out=np.zeros_like(owed), where=owed > 0)
        self.owed[0] = np.maximum(0, self.owed[0] - public_given)
        self.owed[1] = np.maximum(0, self.owed[1] - (given - public_given))
        rest = rest - given
        self.profit += given
        missing = column(t.CARRY) * self.profit - self.carried
        caught = np.minimum(rest, np.maximum(0, missing * column(t.CATCH_UP_SCALE)))
        rest = rest - caught
        carry = column(t.CATCH_UP) * caught + column(t.CARRY) * rest
        self.profit += caught + rest
        caught_by_others = (1 - column(t.CATCH_UP)) * caught
        self.room -= public_given + weight * caught_by_others
        wished = weight * (1 - column(t.CARRY)) * rest
        split = np.where(
            column(t.IS_CAPPED) > 0, np.minimum(wished, np.maximum(0, self.room)), wished * column(t.PUBLIC_KEEPS)
        )
        self.room -= split
        carry = carry + column(t.IS_REST_TO_MANAGER) * (wished - split)
        self.carried += carry
        public = to_public + public_given + weight * caught_by_others + split
        beside = paid - public - carry
        part, got = column(t.MANAGER_PART), np.where(self.is_bought, 0, public)
        self.public_gain += public - to_public
        self.sides += np.stack([got, beside * (1 - part) + public - got, beside * part + carry])
        return got.sum(axis=0)

    def buy_out(self, quarter: int) -> np.ndarray:
        """Let the others buy the public part, where it is time; returns what public money gets for it."""
        is_due = self.column(t.BUY_OUT_QUARTER) == quarter
        if not is_due.any():
            return np.zeros(self.nav.shape[1])
        trial = copy.deepcopy(self)
        trial.share(np.zeros_like(self.nav), self.nav + self.kept)
        worth = trial.sides[0] - self.sides[0]
        price = self.capital[0] * self.column(t.BUY_OUT_FACTOR)
        price = np.maximum(0, price - self.column(t.BUY_OUT_LESS_GAINED) * self.public_gain)
        is_bought = is_due & ((self.column(t.BUY_OUT_IS_CHOICE) == 0) | (worth > price))
        self.is_bought |= is_bought
        paid = np.where(is_bought, price, 0)
        self.sides[0] += paid
        self.sides[1] -= paid
        return paid.sum(axis=0)

    def give_back(self) -> np.ndarray:
        """Take back carry that the whole fund did not earn; returns what that brings public money."""
        capital, missed = self.capital.sum(axis=0), self.capital + self.owed
        earned = self.column(t.CARRY) * np.maximum(0, self.profit - capital)
        too_much = np.maximum(self.carried - earned, missed.sum(axis=0))
        given = np.minimum(self.column(t.CLAWBACK_SHARE) * self.carried, np.maximum(0, too_much))
        whole = missed.sum(axis=0)
        share = np.divide(missed[0], whole, out=self.weight + np.zeros_like(whole), where=whole > 0)
        public, beside, part = given * share, given * (1 - share), self.column(t.MANAGER_PART)
        self.sides += np.stack([public, beside * (1 - part), beside * part - given])
        return public.sum(axis=0)

    def make_good(self) -> np.ndarray:
        """Let public money bear its part of the others' losses; returns what that brings it, nothing or less."""
        called = self.commitment - self.uncalled
        loss = np.maximum(0, self.other_weight * called - self.sides[1])
        most = np.minimum(self.column(t.LOSS_CAP) * self.weight * called, self.sides[0])
        payment = np.minimum(self.column(t.LOSS_SHARE) * loss, most)
        self.sides[0] -= payment
        self.sides[1] += payment
        return -payment.sum(axis=0)


def newton(flows: np.ndarray, *, steps: int = 40) -> np.ndarray:
    """Discount factor a period of each column, (periods, paths): steps on log(received / paid) against log v."""
    into, out = np.maximum(flows, 0), np.maximum(-flows, 0)
    times = np.arange(flows.shape[0], dtype=float)
    with np.errstate(all="ignore"):
        ratio = into.sum(axis=0) / out.sum(axis=0)
        distance = times @ into / into.sum(axis=0) - times @ out / out.sum(axis=0)
        at = np.clip(ratio ** (-1 / distance), 0.2, 5.0)
        for _ in range(steps):
            received, paid, received_slope, paid_slope = (np.zeros(flows.shape[1]) for _ in range(4))
            for period in range(flows.shape[0] - 1, -1, -1):
                received_slope = received_slope * at + received
                paid_slope = paid_slope * at + paid
                received = received * at + into[period]
                paid = paid * at + out[period]
            new = at * (received / paid) ** (-1 / (at * (received_slope / received - paid_slope / paid)))
            moved = np.nanmax(np.abs(new - at) / at)
            at = np.clip(new, 0.01, 100.0)
            if not moved > 1e-9:
                break
    return at
