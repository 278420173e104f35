"""At which amount does a loan or a bond stand in the books under the effective-interest method?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from valuation.errors import InputError
from valuation.kernel.money import Rounding

__all__ = ["AmortisedCostRow", "amortised_cost"]


@dataclass(frozen=True)
class AmortisedCostRow:
    """One period: the interest income at the effective rate, the cash received, the carrying amount after it."""

    number: int
    opening_fen: int
    interest_income_fen: int
    cash_fen: int
    closing_fen: int


def amortised_cost(
    initial_fen: int,
    *,
    cash_fen: Sequence[int],
    effective_rate_share: Decimal | Fraction | Sequence[Decimal | Fraction],
    rounding: Rounding | None = None,
) -> tuple[AmortisedCostRow, ...]:
    """What is the carrying amount 摊余成本 after each payment received?

    Cₖ = Cₖ₋₁ · (1 + rₖ) − cashₖ; the interest income Cₖ₋₁ · rₖ is rounded to the fen, the carrying amount therefore a
    whole number of fen.

    Parameters
    ----------
    initial_fen : the fair value at first recognition, fees and discounts included.
    cash_fen : what is received at the end of each period, coupon and principal.
    effective_rate_share : the effective rate of a period, one for all or one for each.

    Raises
    ------
    InputError : another number of rates than of payments, a rate below −1, an amount that is not positive.

    References
    ----------
    IFRS 9, appendix A (effective interest method); 企业会计准则第22号, articles on 实际利率法.

    Examples
    --------
    >>> rows = amortised_cost(1_056_042, cash_fen=[30_000, 30_000], effective_rate_share=Decimal("0.02"))
    >>> rows[-1].closing_fen
    1038106

    Tested by: the published case amortised-cost-semiannual-premium; ``tests/pledge/test_amortised_cost.py`` (a loan at
    its own rate ends at zero; a schedule's balances).
    """
    rates = _rates(effective_rate_share, len(cash_fen))
    if initial_fen <= 0:
        raise InputError.of("initial_fen", found=initial_fen, expected="an amount above 0")
    rows: list[AmortisedCostRow] = []
    opening, to_fen = initial_fen, (rounding or Rounding()).to_fen
    for number, (cash, rate) in enumerate(zip(cash_fen, rates, strict=True), start=1):
        income = to_fen(opening * rate)
        rows.append(AmortisedCostRow(number, opening, income, cash, opening + income - cash))
        opening = rows[-1].closing_fen
    return tuple(rows)


def _rates(stated: Decimal | Fraction | Sequence[Decimal | Fraction], count: int) -> list[Fraction]:
    rates = [stated] * count if isinstance(stated, Decimal | Fraction) else list(stated)
    if len(rates) != count:
        raise InputError.of("effective_rate_share", found=f"{len(rates)} rates", expected=f"{count}, one a payment")
    exact = [Fraction(rate) for rate in rates]
    if any(rate <= -1 for rate in exact):
        raise InputError.of("effective_rate_share", found=min(exact), expected="rates above -1")
    return exact
