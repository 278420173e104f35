"""What came out of a simulation: the loss of each party in every scenario, and what can be read from them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio._shift import mixture_weights
from pledge.portfolio.checkpoint import BlockLosses
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.loss_distribution import LossDistribution, loss_distribution
from pledge.portfolio.risk_measures import Estimate, expected_shortfall, mean_of, share_of, value_at_risk
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation_plan import SimulationPlan
from valuation.errors import InputError, NotBuiltError, UnknownNameError

__all__ = ["TOTAL", "BookLosses", "PoolExhaustion"]

Array = NDArray[np.float64]

#: The name under which the loss of all parties together is asked for.
TOTAL = "total"


@dataclass(frozen=True)
class PoolExhaustion:
    """With which probability cannot the pool pay all it owes, and when first?

    ``by_period`` sums to the probability; the last entries lie beyond the plan's periods, where collateral is still
    being sold. ``mean_period`` (from 1) is the mean over the scenarios in which it happens, None when in none.
    """

    probability: Estimate
    by_period: tuple[float, ...]
    mean_period: float | None


@dataclass(frozen=True)
class BookLosses:
    """The loss of every scenario, in CNY, and the weights of the scenarios.

    ``by_party`` adds up to ``total_cny``; ``exhausted`` is the first period (from 0) in which the pool could not pay
    all, −1 in none; ``pool_payments_cny`` (scenarios, periods) is there when the plan keeps them.
    """

    total_cny: Array
    by_party: Mapping[str, Array]
    defaults: Array
    exhausted: NDArray[np.int16]
    weights: Array
    exposure_cny: float
    periods_in_all: int
    pool_payments_cny: NDArray[np.float32] | None

    @classmethod
    def of_blocks(
        cls, blocks: Sequence[BlockLosses], *, book: LoanBook, rule: SharingRule, plan: SimulationPlan
    ) -> BookLosses:
        """Put the blocks of a run together and share the covered losses.

        Parameters
        ----------
        blocks : all blocks of the run, in order.
        book, rule, plan : what the run was asked for.
        """
        total, covered, defaults, _, pool = np.concatenate([block.sums for block in blocks], axis=1)
        by_party = {"pool": pool}
        for party in rule.shares:
            if party not in ("pool", "bank"):
                by_party[party] = rule.share(party) * covered
        others = sum(by_party.values())
        # What nobody else bears stays with the bank; rounding must not make a loss of nothing negative.
        by_party["bank"] = np.maximum(total - others, 0.0)
        payments = np.concatenate([block.payments for block in blocks]) if plan.keeps_pool_payments else None
        return cls(
            total_cny=total,
            by_party=by_party,
            defaults=defaults,
            exhausted=np.concatenate([block.exhausted for block in blocks]),
            weights=np.concatenate([_weights(block, plan) for block in blocks]),
            exposure_cny=float(book.claim_cny.sum()),
            periods_in_all=blocks[0].payments.shape[1],
            pool_payments_cny=payments,
        )

    @cached_property
    def is_weighted(self) -> bool:
        """Do the scenarios carry weights other than one?"""
        return bool((self.weights != 1.0).any())

    def of(self, party: str = TOTAL) -> Array:
        """The losses of a party, scenario by scenario.

        Raises
        ------
        UnknownNameError : a party that the rule does not name.
        """
        known = {TOTAL: self.total_cny, **self.by_party}
        if party not in known:
            raise UnknownNameError.among("party", found=party, known=known)
        return known[party]

    def mean(self, party: str = TOTAL, *, level_share: float = 0.95) -> Estimate:
        """The expected loss of a party."""
        return mean_of(self.of(party), self.weights, level_share=level_share)

    def value_at_risk(self, confidence: float, party: str = TOTAL, *, level_share: float = 0.95) -> Estimate:
        """Which loss does a party exceed with a probability of at most ``1 − confidence``?"""
        return value_at_risk(self.of(party), self.weights, confidence, level_share=level_share)

    def expected_shortfall(self, confidence: float, party: str = TOTAL, *, level_share: float = 0.95) -> Estimate:
        """The mean loss of a party in its worst ``1 − confidence``."""
        return expected_shortfall(self.of(party), self.weights, confidence, level_share=level_share)

    def pool_exhaustion(self, *, level_share: float = 0.95) -> PoolExhaustion:
        """How likely is it, and when, that the pool cannot pay all it owes?"""
        is_out = (self.exhausted >= 0).astype(np.float64)
        probability = share_of(is_out > 0, self.weights, level_share=level_share)
        sums = np.bincount(np.maximum(self.exhausted, 0), weights=self.weights * is_out, minlength=self.periods_in_all)
        by_period = sums / self.weights.size
        mean = float(by_period @ (1 + np.arange(by_period.size)) / by_period.sum()) if is_out.any() else None
        return PoolExhaustion(probability, tuple(by_period.tolist()), mean)

    def tranche_losses(self, bounds_cny: Sequence[float], *, level_share: float = 0.95) -> tuple[Estimate, ...]:
        """The expected loss of each layer of the book's loss between two neighbouring bounds.

        Raises
        ------
        InputError : fewer than two bounds, or bounds that do not rise from 0 or more.
        """
        bounds = np.asarray(bounds_cny, dtype=np.float64)
        if bounds.size < 2 or not (np.diff(bounds) > 0).all() or not bounds[0] >= 0:
            raise InputError.of("bounds_cny", found=list(bounds_cny), expected="two or more rising amounts from 0 on")
        return tuple(
            mean_of(np.clip(self.total_cny, low, high) - low, self.weights, level_share=level_share)
            for low, high in itertools.pairwise(bounds.tolist())
        )

    def distribution(self, party: str = TOTAL, *, limit_cny: float | None = None) -> LossDistribution:
        """The loss of a party as another simulation takes it.

        Parameters
        ----------
        limit_cny : the most this party can lose, such as the capital of a guarantor, above 0: what it owes beyond is
            somebody else's loss. None: its loss as simulated.

        Raises
        ------
        UnknownNameError : a party that the rule does not name.
        InputError : a limit that is not above 0.
        """
        losses = self.of(party)
        if limit_cny is not None:
            if not limit_cny > 0:
                raise InputError.of("limit_cny", found=limit_cny, expected="an amount above 0, or None")
            losses = np.minimum(losses, limit_cny)
        return loss_distribution(party, losses, self.weights)

    def mean_pool_payments_cny(self) -> Array:
        """What the pool pays net in each period, on average.

        Raises
        ------
        NotBuiltError : the plan did not keep the payments.
        """
        if self.pool_payments_cny is None:
            raise NotBuiltError("the payments of each period were not kept: set keeps_pool_payments in the plan")
        found: Array = self.weights @ self.pool_payments_cny / self.weights.size
        return found


def _weights(block: BlockLosses, plan: SimulationPlan) -> Array:
    """The ratio of the density of a scenario to the mixture it was drawn from (balance heuristic)."""
    count = block.sums.shape[1]
    if plan.shift is None:
        return np.ones(count)
    plain = plan.plain_scenarios(block.number) / count
    return mixture_weights(block.sums[3], plain)
