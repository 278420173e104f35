"""Who bears the losses of a book, in which order and up to what? The terms of the pool and of those beside it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pledge.rules.loss_sharing import PARTIES
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable

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
    ``top_up_cny_per_period`` enters the pool at the beginning of each period after the first.

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
    payment: Literal["after_disposal", "at_default"] = "after_disposal"
    top_up_cny_per_period: float = 0.0

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
        is_principal_only: bool = True,
        is_ip_part_only: bool = False,
        payment: Literal["after_disposal", "at_default"] = "after_disposal",
    ) -> SharingRule:
        """The terms of a pool's policy on a day: its shares and its cap of one loan.

        Raises
        ------
        GapError, BeforeFirstStepError, RepealedError : the policy does not give a share on that day.

        Tested by: Zhongshan 2021 (policy file), ``tests/pledge/portfolio/test_sharing.py``.
        """
        shares: dict[str, Decimal | Fraction] = {
            party: Decimal(str(policy.value(f"loss_share.{party}", on=policy_date).value))
            for party in PARTIES
            if policy.has(f"loss_share.{party}")
        }
        cap = "single_loan_cap_cny"
        return cls(
            pool_balance_cny=pool_balance_cny,
            shares=shares,
            cap_per_loan_cny=float(str(policy.value(cap, on=policy_date).value)) if policy.has(cap) else None,
            is_principal_only=is_principal_only,
            is_ip_part_only=is_ip_part_only,
            payment=payment,
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
