"""How much may be lent, and how much is invested, on a stated base of money?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from valuation.errors import InputError
from valuation.kernel.money import Rounding

__all__ = ["Limit", "lesser_of", "share_of", "whole_behind_share"]

_DOWN = Rounding(mode="down")


@dataclass(frozen=True)
class Limit:
    """An upper bound and which of its two sides binds."""

    amount_fen: int
    binding: Literal["multiple", "amount_cap", "both"]


def lesser_of(*, multiple: Decimal, base_fen: int, amount_cap_fen: int | None) -> Limit:
    """How much may be lent: the lesser of a multiple of the money and an amount?

    limit = min(multiple × base, amount cap), in whole fen, rounded down.

    Parameters
    ----------
    multiple : times the base, > 0.
    base_fen : the money the multiple is counted on, fen.
    amount_cap_fen : the amount, fen; None when there is none.

    Raises
    ------
    InputError : a multiple that is not positive, or a negative amount.

    References
    ----------
    US SBIC debentures: the lesser of 200 % of private capital and 175 million USD (K&L Gates, 3 March 2025).

    Examples
    --------
    >>> lesser_of(multiple=Decimal(10), base_fen=500, amount_cap_fen=None)
    Limit(amount_fen=5000, binding='multiple')

    Tested by: literature case leverage-sbic-debenture-cap.
    """
    if multiple <= 0:
        raise InputError.of("multiple", found=multiple, expected="a multiple above 0")
    if base_fen < 0 or (amount_cap_fen is not None and amount_cap_fen < 0):
        raise InputError.of("limit", found=(base_fen, amount_cap_fen), expected="amounts of 0 or more")
    by_multiple = _DOWN.to_fen(Fraction(multiple) * base_fen)
    if amount_cap_fen is None or by_multiple < amount_cap_fen:
        return Limit(by_multiple, "multiple")
    return Limit(amount_cap_fen, "both" if by_multiple == amount_cap_fen else "amount_cap")


def share_of(amount_fen: int, *shares: Decimal) -> int:
    """How many whole fen are a share of a share of an amount? Rounded down once, at the end."""
    exact = Fraction(amount_fen)
    for share in shares:
        exact *= Fraction(share)
    return _DOWN.to_fen(exact)


def whole_behind_share(part_fen: int, *, share: Decimal, field: str) -> int:
    """Which whole stands behind a part: part / share, rounded to the nearest fen?

    A lender that carries half of each project stands behind investment of twice its lending.

    Raises
    ------
    InputError : a share outside (0, 1], naming ``field``.

    References
    ----------
    EIB capital increase 2012: 95 billion lent at a lender's share of one half, 190 billion invested.

    Tested by: literature case leverage-capital-injection-bank.
    """
    if not 0 < share <= 1:
        raise InputError.of(field, found=share, expected="a share above 0 and at most 1")
    return Rounding().to_fen(part_fen / Fraction(share))
