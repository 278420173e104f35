"""On which terms does a pool's policy share the losses of a whole book? The policy as the simulation can follow it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pledge.claim_terms import PoolTerms, claim_terms
from pledge.claims import ClaimTerms
from pledge.portfolio.sharing_rule import SharingRule
from valuation.errors import FieldProblem, InputError, NotBuiltError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import NamedWarning

__all__ = ["PolicyRule", "policy_rule"]

_KIND = "risk_pool"
_PAYMENTS = {"after_disposal": "after_disposal", "pre_payment": "at_default"}


@dataclass(frozen=True)
class PolicyRule:
    """The rule, the values it was read from, and what the policy is silent on or somebody doubts."""

    rule: SharingRule
    values_used: tuple[DatedValue, ...]
    warnings: tuple[NamedWarning, ...]


def policy_rule(
    policy: DatedTable,
    *,
    policy_date: datetime.date,
    pool_balance_cny: float,
    top_up_cny_per_period: float = 0.0,
    asset_kind: str | None = None,
    risk_class: str | None = None,
    business_year: int | None = None,
) -> PolicyRule:
    """On which terms does this policy share the losses of a book on a day?

    Everything the policy says of a claim is read as for a single loan (:func:`pledge.claim_terms.claim_terms`): shares,
    the cap of one loan, whether interest counts, whether only the part on intellectual property counts, when the pool
    pays. What the simulation cannot follow is refused by name instead of being left out.

    Parameters
    ----------
    policy : of the kind ``risk_pool``, what-if values laid over it when there are any.
    pool_balance_cny, top_up_cny_per_period : what the pool holds and gets; no policy states today's balance.
    asset_kind, risk_class, business_year : of all loans of the book, where the policy asks for them.

    Raises
    ------
    InputError : a policy of another kind; a kind, class or year that the policy asks for is not stated.
    GapError, BeforeFirstStepError, RepealedError : a value the policy cannot give on this day.
    NotBuiltError : the policy has a term that the simulation does not know: a cap on the pool's payment, a waiting
        time, a deposit, a payment of less than its part before disposal.

    Tested by: Zhongshan 2021 and Haikou by hand, every packaged pool either read or refused by name;
    ``tests/pledge/portfolio/test_policy_rule.py``.
    """
    if policy.kind != _KIND:
        raise InputError.of("policy", found=f"{policy.id}, a policy of the kind {policy.kind}", expected=f"a {_KIND}")
    found = claim_terms(
        policy, on=policy_date, asset_kind=asset_kind, risk_class=risk_class, business_year=business_year
    )
    _refuse_unknown_terms(policy.id, found.terms)
    return PolicyRule(_rule(found, pool_balance_cny, top_up_cny_per_period), found.values_used, found.warnings)


def _rule(found: PoolTerms, pool_balance_cny: float, top_up_cny_per_period: float) -> SharingRule:
    terms = found.terms
    payment: Any = _PAYMENTS[terms.timing]
    return SharingRule(
        pool_balance_cny=pool_balance_cny,
        shares=dict(terms.shares),
        cap_per_loan_cny=None if terms.loss_cap_fen is None else terms.loss_cap_fen / 100,
        is_principal_only=not terms.covers_interest,
        is_ip_part_only=terms.ip_part_only,
        payment=payment,
        top_up_cny_per_period=top_up_cny_per_period,
    )


def _refuse_unknown_terms(policy: str, terms: ClaimTerms) -> None:
    """A term left out would give another party's loss than the policy does."""
    unknown = list(_unknown_terms(terms))
    if unknown:
        names = ", ".join(f"{name} = {value}" for name, value in unknown)
        expected = "a policy without it, or shares and a cap of your own"
        problems = [FieldProblem(f"{policy}: {name}", str(value), expected) for name, value in unknown]
        raise NotBuiltError(
            f"{policy}: the simulation of a book does not know {names}; expected {expected}", problems=problems
        )


def _unknown_terms(terms: ClaimTerms) -> Iterator[tuple[str, object]]:
    caps = {
        "pool_payment_cap_cny": terms.payment_cap_fen,
        "payment_cap_of_pool_size_share": terms.cap_of_size_share,
        "payment_cap_of_pool_balance_share": terms.cap_of_balance_share,
    }
    yield from ((name, cap) for name, cap in caps.items() if cap is not None)
    yield from ((f"part_payment_cap_cny.{part}", cap) for part, cap in terms.part_caps_fen.items())
    if terms.timing not in _PAYMENTS:
        yield "payment_timing", terms.timing
    if terms.timing == "pre_payment" and terms.advance_share != 1:
        yield "advance_share", terms.advance_share
    if terms.wait_months:
        yield "claim_wait_months", terms.wait_months
