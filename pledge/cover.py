"""How much may be lent on this value, how well is the loan covered, and what is missing when value falls?

All amounts are whole fen; a ceiling is rounded down, so that what is missing is never understated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from valuation.errors import InputError
from valuation.kernel.money import Money, Rounding

__all__ = ["Binding", "Cover", "MaximumLoan", "Share", "cover", "maximum_loan", "ratio_text", "shortfall_fen"]

#: What limits the loan: the pledge rate (质押率) on the value, or the cap of the product.
Binding = Literal["pledge_rate", "loan_cap"]

#: A share of one, held exactly.
Share = Decimal | Fraction
_DOWN = Rounding(mode="down")


@dataclass(frozen=True)
class MaximumLoan:
    """The most that may be lent, what sets it, and the amount the pledge rate alone would allow."""

    amount_fen: int
    binding: Binding
    by_pledge_rate_fen: int
    loan_cap_fen: int | None

    def as_document(self) -> dict[str, Any]:
        """The limit for JSON."""
        return {
            "amount": Money(self.amount_fen).text,
            "binding": self.binding,
            "by_pledge_rate": Money(self.by_pledge_rate_fen).text,
            "loan_cap": None if self.loan_cap_fen is None else Money(self.loan_cap_fen).text,
        }


@dataclass(frozen=True)
class Cover:
    """A loan against one value of the right.

    ``loan_to_value_share`` is loan / value, None when the value is zero (no number says that). ``cover_ratio``
    is value / loan, None when nothing is lent. ``shortfall_fen`` is what the loan exceeds the allowed amount by.
    """

    loan_fen: int
    value_fen: int
    pledge_rate_share: Fraction
    allowed_fen: int
    shortfall_fen: int

    @property
    def loan_to_value_share(self) -> Fraction | None:
        """Loan / value."""
        return Fraction(self.loan_fen, self.value_fen) if self.value_fen else None

    @property
    def cover_ratio(self) -> Fraction | None:
        """Value / loan."""
        return Fraction(self.value_fen, self.loan_fen) if self.loan_fen else None

    def as_document(self) -> dict[str, Any]:
        """The cover for JSON; ratios as decimal text with six decimals."""
        return {
            "value": Money(self.value_fen).text,
            "loan": Money(self.loan_fen).text,
            "loan_to_value_share": ratio_text(self.loan_to_value_share),
            "cover_ratio": ratio_text(self.cover_ratio),
            "allowed": Money(self.allowed_fen).text,
            "shortfall": Money(self.shortfall_fen).text,
        }


def maximum_loan(appraised_value_fen: int, *, pledge_rate_share: Share, loan_cap_fen: int | None = None) -> MaximumLoan:
    """How much may be lent at most?

    min(pledge rate × appraised value, rounded down to the fen; cap of the product).

    Parameters
    ----------
    appraised_value_fen : ≥ 0.
    pledge_rate_share : cap on loan / value, a share of one.
    loan_cap_fen : cap of the product, None without one.

    Raises
    ------
    InputError : a negative amount, a pledge rate outside 0 to 1.

    Examples
    --------
    >>> maximum_loan(600_0000_00, pledge_rate_share=Decimal("0.25"), loan_cap_fen=1000_0000_00).amount_fen
    150000000

    References
    ----------
    Bank of Communications Beijing, first IP pledge loan, 31 October 2006 (policy file of that name).

    Tested by: the published case, hand and hypothesis in ``tests/pledge/test_cover.py``.
    """
    allowed = _allowed(appraised_value_fen, pledge_rate_share)
    if loan_cap_fen is not None and loan_cap_fen < 0:
        raise InputError.of("loan_cap", found=loan_cap_fen, expected="0 or more")
    if loan_cap_fen is not None and loan_cap_fen < allowed:
        return MaximumLoan(loan_cap_fen, "loan_cap", allowed, loan_cap_fen)
    return MaximumLoan(allowed, "pledge_rate", allowed, loan_cap_fen)


def shortfall_fen(outstanding_fen: int, *, pledge_rate_share: Share, value_fen: int) -> int:
    """By how many fen does the outstanding loan exceed what the value allows?

    max(0, outstanding − pledge rate × current value). A right worth nothing leaves the whole loan short.

    Examples
    --------
    >>> shortfall_fen(1_000_000_00, pledge_rate_share=Decimal("0.5"), value_fen=800_000_00)
    60000000
    >>> shortfall_fen(1_000_000_00, pledge_rate_share=Decimal("0.5"), value_fen=0)
    100000000

    Tested by: ``tests/pledge/test_cover.py`` (published shortfall and its cure).
    """
    return cover(outstanding_fen, value_fen=value_fen, pledge_rate_share=pledge_rate_share).shortfall_fen


def cover(loan_fen: int, *, value_fen: int, pledge_rate_share: Share) -> Cover:
    """How does a loan stand against a value under a pledge rate?

    Raises
    ------
    InputError : a negative amount, a pledge rate outside 0 to 1.

    Tested by: ``tests/pledge/test_cover.py``.
    """
    if loan_fen < 0:
        raise InputError.of("loan", found=loan_fen, expected="0 or more")
    allowed = _allowed(value_fen, pledge_rate_share)
    return Cover(loan_fen, value_fen, Fraction(pledge_rate_share), allowed, max(0, loan_fen - allowed))


def _allowed(value_fen: int, pledge_rate_share: Share) -> int:
    if value_fen < 0:
        raise InputError.of("value", found=value_fen, expected="0 or more")
    is_number = isinstance(pledge_rate_share, Fraction) or pledge_rate_share.is_finite()
    if not is_number or not 0 <= pledge_rate_share <= 1:
        raise InputError.of("pledge_rate_share", found=pledge_rate_share, expected="a share of one from 0 to 1")
    return _DOWN.to_fen(value_fen * Fraction(pledge_rate_share))


def ratio_text(ratio: Fraction | None) -> str | None:
    """A ratio as decimal text with six decimals, half to even; None stays None."""
    if ratio is None:
        return None
    return format(Decimal(Rounding(mode="half_even").to_fen(ratio * 10**6)).scaleb(-6), "f")
