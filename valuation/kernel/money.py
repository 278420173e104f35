"""How money that somebody owes is held: whole hundredths of a currency, never a float."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

from valuation.errors import InputError, UnknownNameError

__all__ = ["CURRENCIES", "Money", "Rounding", "RoundingMode", "split_fen", "split_fen_steadily"]

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


def split_fen_steadily(total_fen: int, *, weights: Mapping[str, Fraction | Decimal | int], last: str) -> dict[str, int]:
    """How is an amount shared so that nobody's share ever falls when the amount rises?

    The parties are served in the order given, ``last`` at the end. Each gets its part of what the parties before it
    left, amountₖ = round(leftₖ × weightₖ / Σ weights not yet served), half up; ``last`` takes what is left. The shares
    add up to the total. :func:`split_fen` is fairer in the last fen, but a share may fall by a fen when the total
    rises by one, so that what was paid out in steps could not be the split of the sum.

    Parameters
    ----------
    total_fen : the amount, ≥ 0.
    weights : one non-negative weight a party, ``last`` among them; not all zero.

    Examples
    --------
    >>> split_fen_steadily(100, weights={"bank": 1, "pool": 1, "insurer": 1}, last="bank")
    {'bank': 33, 'pool': 33, 'insurer': 34}

    Raises
    ------
    InputError : a negative amount or weight, weights that are all zero, ``last`` without a weight.

    Tested by: hypothesis (sum, bounds, steadiness) in ``tests/valuation/kernel/test_money.py``.
    """
    exact = {party: Fraction(weight) for party, weight in weights.items()}
    if total_fen < 0 or last not in exact or min(exact.values()) < 0 or not sum(exact.values()):
        raise InputError.of(
            "weights",
            found=f"{total_fen} fen over {', '.join(f'{party} {weight}' for party, weight in weights.items())}",
            expected=f"an amount ≥ 0 and weights ≥ 0, not all zero, one of them for {last}",
        )
    left_fen, left_weight, shares = total_fen, sum(exact.values()), dict.fromkeys(exact, 0)
    for party in (party for party in exact if party != last and exact[party]):
        shares[party] = Rounding().to_fen(left_fen * exact[party] / left_weight)
        left_fen, left_weight = left_fen - shares[party], left_weight - exact[party]
    if exact[last]:
        shares[last] = left_fen
        return shares
    assert left_fen == 0, "the last party with a weight took its whole rest"
    return shares
