"""Is a loss shared as the terms say?

Checked against: hand arithmetic on books whose every loan fails; the sharing of one loss in whole fen
(pledge.rules.loss_sharing, second way); Zhongshan's policy of 2021 (policy file).
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pledge.policy_catalogue import load_policies
from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import SimulationPlan
from pledge.rules.loss_sharing import share_loss
from tests.pledge.portfolio.samples import FOUR_PARTIES, even_book, pool
from valuation.errors import NotBuiltError

PLAN = SimulationPlan(seed=1, scenarios=2, periods=3, period_years=1.0, keeps_pool_payments=True)


def surely_lost(rule: SharingRule, count: int = 4, **columns: Any) -> BookLosses:
    """Loans of 100 that all fail in the first period, each with 20 of interest and collateral that brings 30."""
    stated = {"principal_cny": 100.0, "interest_cny": 20.0, "collateral_value_cny": 30.0} | columns
    return simulate_book(even_book(count, pd=1.0, correlation=0.1, **stated), rule, PLAN, engine="numpy")


def parts(found: BookLosses) -> dict[str, float]:
    return {party: round(float(losses[0]), 9) for party, losses in found.by_party.items()}


def test_principal_only() -> None:
    """Claim 120, proceeds 30 go to interest first: 90 of principal lost a loan, 360 in all, by 54 : 26 : 16 : 4."""
    found = surely_lost(pool(1e6, shares=FOUR_PARTIES))
    assert parts(found) == {"pool": 194.4, "insurer": 57.6, "appraiser": 14.4, "bank": 93.6}


def test_interest_stays_with_the_bank_where_only_principal_is_covered() -> None:
    """Without collateral 120 are lost, 100 of them covered: of 480 the others bear half of 400."""
    bare = surely_lost(pool(1e6), collateral_value_cny=0.0)
    assert parts(bare) == {"pool": 200.0, "bank": 280.0}
    both = surely_lost(pool(1e6, is_principal_only=False), collateral_value_cny=0.0)
    assert parts(both) == {"pool": 240.0, "bank": 240.0}


def test_the_part_secured_by_intellectual_property() -> None:
    """60 % of 90 covered: 54 a loan, half of it the pool's."""
    found = surely_lost(pool(1e6, is_ip_part_only=True), ip_part_share=0.6)
    assert parts(found) == {"pool": 108.0, "bank": 252.0}


def test_a_cap_of_one_loan() -> None:
    assert parts(surely_lost(pool(1e6, cap_per_loan_cny=50.0))) == {"pool": 100.0, "bank": 260.0}


def test_an_empty_pool_leaves_the_rest_to_the_bank_and_says_when() -> None:
    found = surely_lost(pool(100.0))
    assert parts(found) == {"pool": 100.0, "bank": 260.0}
    out = found.pool_exhaustion()
    assert (out.probability.value, out.by_period, out.mean_period) == (1.0, (1.0, 0.0, 0.0), 1.0)


def test_a_pool_that_just_suffices_is_not_exhausted() -> None:
    assert surely_lost(pool(180.0)).pool_exhaustion().mean_period is None


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize(("missing", "first"), [(0.0, -1), (1e-9, 0)])
def test_rounding_does_not_empty_a_pool(engine: Any, missing: float, first: int) -> None:
    """Three loans of 1 lost, a tenth covered: 0.1 + 0.1 + 0.1 of a pool of 0.3, in doubles a hair more."""
    terms = SharingRule(pool_balance_cny=0.3 - missing, shares={"pool": Decimal("0.1"), "bank": Decimal("0.9")})
    found = simulate_book(even_book(3, pd=1.0, correlation=0.1), terms, PLAN, engine=engine)
    assert 0.1 * 3 > 0.3
    assert (found.exhausted == first).all()


def test_time_to_sale_puts_the_payment_off() -> None:
    """Sold two years later: the pool pays in period 3 of 5, when it has been topped up twice."""
    found = surely_lost(pool(100.0, top_up_cny_per_period=30.0), time_to_sale_years=2.0)
    assert found.mean_pool_payments_cny().tolist() == [0, 0, 160, 0, 0]
    assert found.pool_exhaustion().by_period[2] == 1.0


def test_paid_at_default_and_returned_after_the_sale() -> None:
    """At once half of 100 a loan; two years later 10 of 100 were no loss: half of it comes back."""
    found = surely_lost(pool(1e6, payment="at_default"), time_to_sale_years=2.0)
    assert found.mean_pool_payments_cny().tolist() == [200, 0, -20, 0, 0]
    assert parts(found) == {"pool": 180.0, "bank": 180.0}


def test_what_was_paid_in_part_is_returned_in_part() -> None:
    """The pool has 150 of the 200 it owes: three quarters; of the 20 that come back 15 are its own."""
    found = surely_lost(pool(150.0, payment="at_default"), time_to_sale_years=2.0)
    assert found.mean_pool_payments_cny().tolist() == [150, 0, -15, 0, 0]
    assert parts(found) == {"pool": 135.0, "bank": 225.0}
    assert found.pool_exhaustion().by_period[0] == 1.0


@pytest.mark.parametrize("balance", [0, 37, 40_000])
@pytest.mark.parametrize("cap", [None, 5_000])
def test_one_loan_is_shared_as_in_whole_fen(balance: int, cap: int | None) -> None:
    """Loss of 90.00 in fen by the rule of one loan, to the rounding of a fen a party."""
    exact = share_loss(9_000, shares=FOUR_PARTIES, pool_balance_fen=balance, covered_cap_fen=cap)
    rule = pool(balance / 100, shares=FOUR_PARTIES, cap_per_loan_cny=None if cap is None else cap / 100)
    found = parts(surely_lost(rule, count=1))
    for party, fen in exact.by_party.items():
        assert found[party] == pytest.approx(fen / 100, abs=0.01)


def test_the_terms_of_a_policy() -> None:
    policy = load_policies()["zhongshan_risk_pool_2021"]
    day = datetime.date(2022, 1, 1)
    rule = SharingRule.of_policy(policy, policy_date=day, pool_balance_cny=7e7)
    assert rule.shares == FOUR_PARTIES
    assert sum(Fraction(share) for share in rule.shares.values()) == 1
    assert rule.cap_per_loan_cny is None
    assert rule.share("guarantor") == 0.0
    assert SharingRule.bank_alone().shares == {"pool": Decimal(0), "bank": Decimal(1)}


def test_payments_by_period_are_kept_only_when_asked_for() -> None:
    plan = SimulationPlan(seed=1, scenarios=2)
    found = simulate_book(even_book(2, pd=0.1, correlation=0.1), pool(), plan, engine="numpy")
    assert found.pool_payments_cny is None
    with pytest.raises(NotBuiltError, match="keeps_pool_payments"):
        found.mean_pool_payments_cny()
    assert np.isfinite(found.total_cny).all()
