"""What does a fund call, invest, charge and pay out on each path, and who gets it? In NumPy, quarter by quarter.

The model is that of :mod:`leverage.simulation.tables` (Takahashi and Alexander's rates, a lognormal growth factor with
their growth as mean, fees, one waterfall); its formulas stand there. :mod:`leverage.simulate` computes figures of very
many paths with it in a compiled kernel; here the flows of every quarter are kept, for a block of paths at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leverage.risk import PathFactors
from leverage.simulation import tables as t
from valuation.errors import InputError

__all__ = ["FundFlowPaths", "FundGrowth"]

Array = NDArray[np.float64]
#: Public money, the other partners, the manager's carry.
PUBLIC, OTHERS, MANAGER = range(3)


@dataclass(frozen=True)
class FundFlowPaths:
    """A fund on each path; rows ``(paths, quarters)``, in the unit of the commitments.

    ``called`` by side (public, others), ``received`` by side (public, others, the manager's carry), ``invested`` in
    firms, ``charged`` by the manager; ``held`` ``(3, paths)``: what is left at the end, shared as if paid out that day.
    """

    called: Array
    received: Array
    invested: Array
    charged: Array
    held: Array


@dataclass(frozen=True)
class FundGrowth:
    """The growth of a fund on a block of paths, whoever commits to it.

    ``terms`` : a simulated fund whose commitments are replaced.
    """

    terms: t.SimulatedFund
    factors: PathFactors

    def of(self, *, public: float, others: float) -> FundFlowPaths:
        """What does the fund do with these commitments?

        Raises
        ------
        InputError : a term that only the compiled simulation of funds knows, by name.

        Tested by: whole-array simulation of funds (``benchmarks/leverage_simulation_numpy.py``), which the compiled
        kernel is held to as well; ``tests/leverage/test_fund_paths.py``.
        """
        fund = self.terms.model_copy(update={"public_commitment": public, "other_commitment": others})
        _check_terms(fund)
        quarters, paths = self.factors.common.shape
        made = t.fund_tables((fund,), quarters=quarters)
        state = _Fund(made.numbers[0], made.quarterly[0], paths)
        own = self.factors.own_normals(0, rows=quarters)
        # Calls that do not vary need no numbers.
        calls = self.factors.own_normals(1, rows=quarters) if fund.call_deviation_share else np.zeros_like(own)
        rows = [state.quarter(q, self.factors.common[q], own[q], calls[q]) for q in range(quarters)]
        called, invested, charged = (np.array([row[place] for row in rows]).T for place in range(3))
        received = np.array([row[3] for row in rows]).transpose(1, 2, 0)
        weight = state.weight
        return FundFlowPaths(
            np.array([weight * called, (1 - weight) * called]), received, invested, charged, state.share(state.nav)
        )


#: Terms of a simulated fund that have no place here: those of holdings, unusual tiers, payments beside the waterfall.
_ELSEWHERE = (
    "companies",
    "recycling",
    "preferred_compounding",
    "preferred_base",
    "clawback",
    "public_profit_to_manager_share",
    "loss_made_good",
    "buy_out",
)


def _check_terms(fund: t.SimulatedFund) -> None:
    """Refuse what would be left out without a word."""
    for name in _ELSEWHERE:
        if getattr(fund, name) != t.SimulatedFund.model_fields[name].default:
            expected = "none: only leverage.simulate.simulate_funds knows it"
            raise InputError.of(f"fund.{name}", found=getattr(fund, name), expected=expected)
    if fund.fees is not None and any(step.base == "invested" for step in fund.fees.steps):
        expected = "committed, called or fair_value: the cost of holdings is followed by leverage.simulate alone"
        raise InputError.of("fund.fees.steps.base", found="invested", expected=expected)


class _Fund:
    """The state of a fund on a block of paths."""

    def __init__(self, numbers: Array, quarterly: Array, paths: int) -> None:
        self.numbers, self.quarterly = numbers, quarterly
        self.weight = float(numbers[t.PUBLIC_WEIGHT])
        self.nav, self.capital, self.owed = np.zeros(paths), np.zeros((2, paths)), np.zeros((2, paths))
        self.uncalled = np.full(paths, numbers[t.COMMITMENT])
        self.profit, self.carried, self.room = np.zeros(paths), np.zeros(paths), np.zeros(paths)
        self.weights = np.array([[self.weight], [1 - self.weight]])

    def quarter(self, quarter: int, common: Array, own: Array, calls: Array) -> tuple[Array, Array, Array, Array]:
        """Let a quarter pass: what is called, invested, charged, and received by public, others and manager."""
        call = self.uncalled * self._call_rate(quarter, calls)
        charge, from_call, paid = self._move(quarter, call, common, own)
        self._pass_time()
        self.capital += self.weights * call
        return call, call - from_call, charge, self.share(paid)

    def _call_rate(self, quarter: int, calls: Array) -> Array | float:
        deviation = self.numbers[t.CALL_DEVIATION]
        if not deviation:
            return float(self.quarterly[t.CALL_RATE, quarter])
        factor = np.exp(deviation * calls - deviation**2 / 2)
        found: Array = 1 - np.exp(self.quarterly[t.LOG_KEEP, quarter] * factor)
        return found

    def _move(self, quarter: int, call: Array, common: Array, own: Array) -> tuple[Array, Array, Array]:
        """Grow, charge and pay out: the charge, what of it the call bears, and what is paid out."""
        numbers, now = self.numbers, self.quarterly[:, quarter]
        value = self.nav * np.exp(numbers[t.LOG_GROWTH] + numbers[t.LOADING] * common + numbers[t.OWN_LOADING] * own)
        asked = now[t.CHARGE_COMMITTED] + now[t.CHARGE_CALLED] * (numbers[t.COMMITMENT] - self.uncalled)
        charge = np.minimum(asked + now[t.CHARGE_VALUE] * self.nav, value + call)
        from_call = np.minimum(charge, call)
        value = value - (charge - from_call)
        paid = now[t.PAYOUT] * value
        self.nav = value - paid + call - from_call
        self.uncalled = self.uncalled - call
        return charge, from_call, paid

    def _pass_time(self) -> None:
        preferred, cap = self.numbers[t.PREFERRED_GROWTH], self.numbers[t.CAP_GROWTH]
        self.owed += (self.capital + self.owed) * preferred
        self.room += np.maximum(0.0, self.capital[PUBLIC] + self.room) * cap

    def share(self, paid: Array) -> Array:
        """Share what is paid: capital, preferred return, catch-up, split; rows public, others, manager."""
        capital = self._capital(paid)
        preferred = self._preferred(paid - capital.sum(axis=0))
        given = preferred.sum(axis=0)
        rest = paid - capital.sum(axis=0) - given
        carry, caught, split = self._carried(rest, given)
        self.room -= preferred[PUBLIC] + self.weight * caught
        wished = self.weight * split
        public_split = np.minimum(wished, np.maximum(0.0, self.room)) if self.numbers[t.IS_CAPPED] else wished
        self.room -= public_split
        public = capital[PUBLIC] + preferred[PUBLIC] + self.weight * caught + public_split
        manager = carry + self.numbers[t.IS_REST_TO_MANAGER] * (wished - public_split)
        self.profit += given + rest
        self.carried += manager
        return np.array([public, paid - public - manager, manager])

    def _capital(self, paid: Array) -> Array:
        """Return capital by what is out, or all others' before that of public money."""
        returned = np.minimum(paid, self.capital.sum(axis=0))
        if self.numbers[t.IS_PUBLIC_LAST]:
            to_others = np.minimum(returned, self.capital[OTHERS])
        else:
            to_others = (1 - self.weight) * returned
        to_public = np.minimum(returned - to_others, self.capital[PUBLIC])
        # What rounding leaves of capital that is all back is nothing.
        is_back = returned >= self.capital.sum(axis=0)
        self.capital = np.where(is_back, 0.0, self.capital - np.array([to_public, to_others]))
        return np.array([to_public, to_others])

    def _preferred(self, rest: Array) -> Array:
        owed = self.owed.sum(axis=0)
        given = np.minimum(rest, owed)
        share = np.divide(self.owed[PUBLIC], owed, out=np.zeros_like(owed), where=owed > 0)
        parts = np.array([given * share, given * (1 - share)])
        self.owed = np.maximum(0.0, self.owed - parts)
        return parts

    def _carried(self, rest: Array, given: Array) -> tuple[Array, Array, Array]:
        """The carry of catch-up and split, and what all partners get of each."""
        carry, catch_up = self.numbers[t.CARRY], self.numbers[t.CATCH_UP]
        short = carry * (self.profit + given) - self.carried
        caught = np.minimum(rest, np.maximum(0.0, short * self.numbers[t.CATCH_UP_SCALE]))
        left = rest - caught
        return catch_up * caught + carry * left, (1 - catch_up) * caught, (1 - carry) * left
