"""How money that somebody owes is held: whole hundredths of a currency, never a float."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

from valuation.errors import InputError, UnknownNameError

__all__ = ["CURRENCIES", "Money", "Rounding", "RoundingMode", "split_fen"]

#: Currencies whose smallest unit is a hundredth (ISO 4217 exponent 2); the engine knows no others.
CURRENCIES = ("CNY", "EUR", "GBP", "HKD", "USD")

#: Digits before the point that an amount may have; everything has a limit.
_LARGEST_DIGITS = 30

RoundingMode = Literal["half_up", "half_even", "ceiling", "down"]
_DECIMAL_MODES = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "ceiling": ROUND_CEILING,
    "down": ROUND_DOWN,
}


@dataclass(frozen=True)
class Rounding:
    """To which whole number of fen an exact amount is brought, and in which direction.

    ``unit_fen`` is the step (1 = to the fen, 100 = to the yuan); ``mode`` names the direction.

    Examples
    --------
    >>> Rounding().to_fen(Fraction(3343578335, 10000))
    334358
    >>> Rounding(unit_fen=100, mode="ceiling").to_fen(Fraction(1505101))
    1505200
    """

    unit_fen: int = 1
    mode: RoundingMode = "half_up"

    def to_fen(self, exact_fen: Fraction) -> int:
        """Bring an exact number of fen to the step, without passing through a float."""
        units = exact_fen / self.unit_fen
        whole, remainder = divmod(units.numerator, units.denominator)
        return (whole + self._carry(whole, remainder, units)) * self.unit_fen

    def _carry(self, whole: int, remainder: int, units: Fraction) -> int:
        if remainder == 0:
            return 0
        if self.mode == "ceiling":
            return 1
        if self.mode == "down":
            return 1 if units < 0 else 0
        twice = 2 * remainder
        if twice != units.denominator:
            return int(twice > units.denominator)
        if self.mode == "half_even":
            return whole % 2
        return int(units > 0)


@dataclass(frozen=True, order=False)
class Money:
    """An amount owed: an integer number of fen (hundredths) of one currency.

    Examples
    --------
    >>> Money.from_text("8000000.00", currency="CNY").fen
    800000000
    >>> Money.from_model(1234.567, currency="CNY", rounding="half_up").text
    '1234.57'
    """

    fen: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise UnknownNameError.among("currency", found=self.currency, known=CURRENCIES)
        assert type(self.fen) is int, "fen are whole numbers"

    @classmethod
    def from_text(cls, text: str | Decimal, *, currency: str = "CNY") -> Money:
        """Read a decimal amount exactly; more than two decimals is an error, not a rounding."""
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise _not_an_amount(text) from None
        # Fractions, because a product of Decimals is rounded to 28 digits; the bounds keep them small.
        if not amount.is_finite() or amount.adjusted() >= _LARGEST_DIGITS or _exponent(amount) < -_LARGEST_DIGITS:
            raise _not_an_amount(text)
        hundredths = Fraction(amount) * 100
        if hundredths.denominator != 1:
            raise _not_an_amount(text)
        return cls(hundredths.numerator, currency)

    @classmethod
    def from_model(cls, amount: float, *, currency: str, rounding: RoundingMode) -> Money:
        """Turn a model's float into money: the one crossing, and it names its rounding."""
        if not math.isfinite(amount):
            raise InputError.of("amount", found=amount, expected="a finite model output")
        cents = Decimal(amount).scaleb(2).to_integral_value(rounding=_DECIMAL_MODES[rounding])
        return cls(int(cents), currency)

    @property
    def text(self) -> str:
        """The amount with two decimals and no grouping, as it travels in JSON."""
        return f"{Decimal(self.fen).scaleb(-2):.2f}"

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + self._same(other).fen, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - self._same(other).fen, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise InputError.of("currency", found=other.currency, expected=self.currency)
        return other


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int), "a finite amount has an exponent"
    return exponent


def _not_an_amount(text: object) -> InputError:
    return InputError.of("amount", found=repr(text), expected="a decimal amount with at most two decimals")


def split_fen(total_fen: int, *, weights: Sequence[Fraction | Decimal | int]) -> list[int]:
    """How is an amount shared among parties so that not a fen is lost?

    Each party gets the floor of ``total × weight / Σ weights``; the fen left over go, one each, to the
    largest remainders (first party first on ties). The shares add up to the total exactly.

    Parameters
    ----------
    total_fen : the amount, ≥ 0.
    weights : one non-negative weight a party; not all zero.

    Examples
    --------
    >>> split_fen(100, weights=[1, 1, 1])
    [34, 33, 33]

    Tested by: hypothesis (sum and bounds) in ``tests/valuation/kernel/test_money.py``.
    """
    exact = [Fraction(weight) for weight in weights]
    if total_fen < 0 or any(weight < 0 for weight in exact) or not sum(exact):
        raise InputError.of(
            "weights", found=list(map(str, weights)), expected="an amount ≥ 0 and weights ≥ 0, not all zero"
        )
    shares = [total_fen * weight / sum(exact) for weight in exact]
    whole = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (whole[i] - shares[i], i))
    for index in by_remainder[: total_fen - sum(whole)]:
        whole[index] += 1
    return whole
