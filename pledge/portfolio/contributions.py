"""Which loans make the tail? What each loan adds to the expected shortfall of a party."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio.book_losses import TOTAL, BookLosses
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.risk_measures import tail_weights
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import Engine, loan_contributions
from pledge.portfolio.simulation_plan import NO_STRESS, SimulationPlan, Stress
from valuation.errors import InputError

__all__ = ["ShortfallContributions", "shortfall_contributions"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ShortfallContributions:
    """``by_loan_cny`` adds up to the party's expected shortfall; ``scenarios`` is how many stand behind it."""

    loan_ids: tuple[str, ...]
    by_loan_cny: Array
    party: str
    confidence: float
    scenarios: int

    @property
    def shortfall_cny(self) -> float:
        """The expected shortfall."""
        return float(self.by_loan_cny.sum())

    def largest(self, count: int) -> tuple[tuple[str, float], ...]:
        """The loans that add most, with what they add.

        Raises
        ------
        InputError : fewer than one.
        """
        if count < 1:
            raise InputError.of("count", found=count, expected="1 or more")
        order = np.argsort(-self.by_loan_cny, kind="stable")[:count]
        return tuple((self.loan_ids[place], float(self.by_loan_cny[place])) for place in order)


def shortfall_contributions(
    book: LoanBook,
    rule: SharingRule,
    plan: SimulationPlan,
    losses: BookLosses,
    *,
    confidence: float,
    party: str = TOTAL,
    stress: Stress = NO_STRESS,
    engine: Engine = "automatic",
) -> ShortfallContributions:
    """What does each loan add to the mean loss of a party in its worst ``1 − confidence``?

    ``E[L_i | L ≥ VaR]``, the derivative of the expected shortfall by the size of the loan. The scenarios of the tail
    are drawn again, loan by loan; ``losses`` must be what :func:`simulate_book` found for the same arguments.

    Raises
    ------
    InputError : an unknown party, a confidence not between 0 and 1, losses of another run.
    RefusalError : fewer than ten scenarios in the tail.

    References
    ----------
    Tasche (2000), Risk contributions and performance measurement, TU München.

    Tested by: the sum against the shortfall, the expected loss of a loan alone;
    ``tests/pledge/portfolio/test_contributions.py``.
    """
    if losses.weights.size != plan.scenarios:
        raise InputError.of("losses", found=f"{losses.weights.size} scenarios", expected=f"the plan's {plan.scenarios}")
    weights = tail_weights(losses.of(party), losses.weights, confidence)
    found = loan_contributions(book, rule, plan, weights, stress=stress, engine=engine)
    total = float(losses.total_cny @ weights)
    if abs(float(found[0].sum()) - total) > 1e-6 * max(abs(total), 1.0):
        found_text = f"a tail of {found[0].sum():.2f} drawn again, {total:.2f} in the losses"
        raise InputError.of("losses", found=found_text, expected="the losses of this book, rule, plan and stress")
    by_loan = _of_party(found, rule, party)
    return ShortfallContributions(book.loan_ids, by_loan, party, confidence, int(np.count_nonzero(weights)))


def _of_party(found: Array, rule: SharingRule, party: str) -> Array:
    """The loans' part of one party's loss, from total, covered and the pool's."""
    total, covered, pool = found
    others = sum(rule.share(name) for name in rule.shares if name not in ("pool", "bank")) * covered
    by_party: dict[str, Array] = {TOTAL: total, "pool": pool, "bank": total - pool - others}
    shared: Array = rule.share(party) * covered
    return by_party.get(party, shared)
