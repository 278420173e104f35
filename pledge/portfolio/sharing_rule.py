"""Who bears the losses of a book, in which order and up to what? The terms of the pool and of those beside it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pledge.claims import PARTIES
from pledge.portfolio._policy_terms import Payment, Statements, cap_per_loan_cny, policy_terms, warnings_of
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import NamedWarning

__all__ = ["LARGEST_AMOUNT_CNY", "SharingRule"]

#: No pool and no cap is larger; an amount above it is a slip of the unit.
LARGEST_AMOUNT_CNY = 1e14
_BANK_ALONE: Mapping[str, Decimal | Fraction] = {"pool": Decimal(0), "bank": Decimal(1)}


@dataclass(frozen=True, kw_only=True)
class SharingRule:
    """What happens to the loss of one loan.

    The collateral pays first. Of what is then missing, the *covered loss* is shared by ``shares``: only principal where
    ``is_principal_only`` (proceeds go to interest first, so the principal lost is min(principal, loss)), only the part
    secured by intellectual property where ``is_ip_part_only``, and at most ``cap_per_loan_cny``. Nobody but the pool
    has a limit: it pays in order of time what its balance allows, loans of one period in proportion. The bank bears
    its share and everything nobody else bears.

    ``payment`` says when the pool pays: ``after_disposal`` of the collateral on the loss that is left, or
    ``at_default`` (代偿) on the whole covered claim, getting its share of the proceeds back after the sale.
    ``top_up_cny_per_period`` enters the pool at the beginning of each period after the first. Where the terms come from
    a policy, ``values_used`` are the values they were read from and ``warnings`` the doubts; neither changes a result.

    Raises
    ------
    InputError : shares that do not add up to exactly one, an unknown party, no bank or no pool, a negative amount.

    Tested by: hand and hypothesis, ``tests/pledge/portfolio/test_sharing.py``.
    """

    pool_balance_cny: float
    shares: Mapping[str, Decimal | Fraction]
    cap_per_loan_cny: float | None = None
    is_principal_only: bool = True
    is_ip_part_only: bool = False
    payment: Payment = "after_disposal"
    top_up_cny_per_period: float = 0.0
    values_used: tuple[DatedValue, ...] = field(default=(), compare=False, repr=False)
    warnings: tuple[NamedWarning, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse terms that cannot be applied."""
        _check_shares(self.shares)
        amounts = ("pool_balance_cny", "cap_per_loan_cny", "top_up_cny_per_period")
        for name in amounts:
            amount = getattr(self, name)
            if amount is None and name == "cap_per_loan_cny":
                continue
            is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
            if not is_number or not 0 <= amount <= LARGEST_AMOUNT_CNY:
                expected = f"an amount from 0 to {LARGEST_AMOUNT_CNY:g}"
                raise InputError.of(name, found=repr(amount), expected=expected)
        if self.payment not in ("after_disposal", "at_default"):
            raise UnknownNameError.among("payment", found=self.payment, known=("after_disposal", "at_default"))

    @classmethod
    def bank_alone(cls) -> SharingRule:
        """Nobody stands beside the bank."""
        return cls(pool_balance_cny=0.0, shares=_BANK_ALONE, is_principal_only=False)

    @classmethod
    def of_policy(
        cls,
        policy: DatedTable,
        *,
        policy_date: datetime.date,
        pool_balance_cny: float,
        top_up_cny_per_period: float = 0.0,
        asset_kind: str | None = None,
        risk_class: str | None = None,
        business_year: int | None = None,
        is_principal_only: bool | None = None,
        is_ip_part_only: bool | None = None,
        payment: Payment | None = None,
    ) -> SharingRule:
        """The terms of a pool's policy on a day: shares, what is covered, caps, and when the pool pays.

        Read as for a single claim (:func:`pledge.claim_terms.claim_terms`); what the policy is silent on is taken in
        the way that promises least. Doubts, silences and what the simulation leaves out stand in ``warnings``.

        Parameters
        ----------
        policy : of the kind ``risk_pool``, what-if values laid over it when there are any.
        pool_balance_cny, top_up_cny_per_period : what the pool holds and gets; no policy states today's balance.
        asset_kind, risk_class, business_year : of all loans of the book, for a policy that asks for them.
        is_principal_only, is_ip_part_only, payment : None where the policy is to say it. A statement fills a silence;
            it never contradicts the policy, except that ``payment`` may stand for a payment before disposal that the
            simulation does not know.

        Raises
        ------
        GapError, BeforeFirstStepError, RepealedError : the policy does not give a value on that day.
        InputError : a policy of another kind, a statement that the policy contradicts, or one that it asks for.
        NotBuiltError : a term by which the simulation cannot pay, named: a purse with a cap of its own, a cap that
            moves with the balance, a payment on the expected loss.

        Tested by: every shipped policy against the payment of single losses in whole fen (second way), policies made
        for each term; ``tests/pledge/portfolio/test_policy_terms.py``.
        """
        stated = Statements(
            asset_kind=asset_kind,
            risk_class=risk_class,
            business_year=business_year,
            is_principal_only=is_principal_only,
            is_ip_part_only=is_ip_part_only,
            payment=payment,
        )
        read = policy_terms(policy, on=policy_date, stated=stated)
        return cls(
            pool_balance_cny=pool_balance_cny,
            shares=read.terms.shares,
            cap_per_loan_cny=cap_per_loan_cny(policy, read, on=policy_date),
            is_principal_only=not read.terms.covers_interest if is_principal_only is None else is_principal_only,
            is_ip_part_only=read.terms.ip_part_only if is_ip_part_only is None else is_ip_part_only,
            payment=payment or "after_disposal",
            top_up_cny_per_period=top_up_cny_per_period,
            values_used=read.values_used,
            warnings=warnings_of(policy, read, stated),
        )

    def share(self, party: str) -> float:
        """Which share of the covered loss does a party bear? 0 where the rule does not name it."""
        return float(self.shares.get(party, Decimal(0)))

    @property
    def cap_or_infinity_cny(self) -> float:
        """The largest covered loss of one loan."""
        return math.inf if self.cap_per_loan_cny is None else float(self.cap_per_loan_cny)


def _check_shares(shares: Mapping[str, Any]) -> None:
    for party, share in shares.items():
        if party not in PARTIES:
            raise UnknownNameError.among("shares", found=party, known=PARTIES)
        is_share = isinstance(share, Decimal | Fraction) and (isinstance(share, Fraction) or share.is_finite())
        if not is_share or not 0 <= share <= 1:
            expected = "a Decimal or Fraction from 0 to 1"
            raise InputError.of(f"shares.{party}", found=repr(share), expected=expected)
    if missing := {"pool", "bank"} - set(shares):
        raise InputError.of("shares", found=sorted(shares), expected=f"also {', '.join(sorted(missing))}")
    total = sum((Fraction(share) for share in shares.values()), Fraction(0))
    if total != 1:
        raise InputError.of("shares", found=f"a sum of {float(total):g}", expected="shares that add up to exactly 1")
