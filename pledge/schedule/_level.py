"""The level payment that several repayment forms are built on, and the exact interest of stated principal parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from pledge.instalments import LoanPeriod

__all__ = ["balance_after", "interest_of_parts", "level_payment"]


def level_payment(
    principal_fen: int | Fraction, periods: Sequence[LoanPeriod], *, left_fen: int | Fraction = 0
) -> Fraction:
    """Which constant payment brings the balance to exactly ``left_fen`` after the last of the periods?

    A = (P · Π(1 + rₖ) + Σₖ cₖ Πⱼ₍ⱼ>ₖ₎(1 + rⱼ) − B) / Σₖ Πⱼ₍ⱼ>ₖ₎(1 + rⱼ), with cₖ the interest carried into a period; at
    a constant rate, with c = B = 0, the annuity P · r / (1 − (1 + r)⁻ⁿ), at rate zero P/n. All rates are brought to
    one denominator D, so that only whole numbers are multiplied.
    """
    denominator = math.lcm(*(period.rate_share.denominator for period in periods))
    growth, payments, scale = Fraction(principal_fen), 0, 1
    for period in periods:
        scale *= denominator
        factor = int(denominator * (1 + period.rate_share))
        growth = growth * factor + period.carried_fen * scale
        payments = payments * factor + scale
    return (growth - left_fen * scale) / payments


def balance_after(principal_fen: int | Fraction, periods: Sequence[LoanPeriod], *, payment_fen: Fraction) -> Fraction:
    """What is left after so many periods of one payment, without rounding?"""
    balance = Fraction(principal_fen)
    for period in periods:
        balance += period.carried_fen + balance * period.rate_share - payment_fen
    return balance


def interest_of_parts(
    principal_fen: int | Fraction, parts_fen: Sequence[int | Fraction], periods: Sequence[LoanPeriod]
) -> Fraction:
    """How much interest do these principal parts leave to be paid, without rounding?

    Σₖ (cₖ + rₖ · (P − Σⱼ₍ⱼ<ₖ₎ partⱼ)), with cₖ the interest carried into a period.
    """
    total, balance = Fraction(0), Fraction(principal_fen)
    for part, period in zip(parts_fen, periods, strict=True):
        total += period.carried_fen + balance * period.rate_share
        balance -= part
    return total
