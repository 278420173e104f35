"""How does a Chinese report write an amount? In yuan, in ten thousands (万元) and in capitals (大写金额)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["WrittenAmount", "capitals", "written"]

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
#: Name of each currency: before an amount in capitals, and after an amount in figures.
_CURRENCIES = {
    "CNY": ("人民币", "元"),
    "EUR": ("欧元", "欧元"),
    "GBP": ("英镑", "英镑"),
    "HKD": ("港币", "港元"),
    "USD": ("美元", "美元"),
}
#: The largest amount that 亿 and 万 can name once each: below ten quadrillion yuan.
_LARGEST_FEN = 10**18
_FEN_A_WAN = Decimal(10**6)


@dataclass(frozen=True)
class WrittenAmount:
    """One amount in three writings; they are the same number of fen, the second rounded half up to two decimals."""

    label: Label
    currency: str
    yuan: str
    wan: str
    capitals: str

    def as_document(self) -> dict[str, object]:
        """The amount as JSON-safe data."""
        return {
            "label": self.label.as_document(),
            "currency": self.currency,
            "yuan": self.yuan,
            "wan": self.wan,
            "capitals": self.capitals,
        }


def written(label: Label, amount: float, *, currency: str) -> WrittenAmount:
    """How is a model's amount written in a report? Rounded half up to the fen first, so that all writings agree."""
    money = Money.from_model(amount, currency=currency, rounding="half_up")
    _, unit = _CURRENCIES[currency]
    wan = (money.fen / _FEN_A_WAN).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return WrittenAmount(
        label=label,
        currency=currency,
        yuan=f"{Decimal(money.fen).scaleb(-2):,.2f} {unit}",
        wan=f"{wan:,.2f} 万{unit}",
        capitals=capitals(money),
    )


def capitals(money: Money) -> str:
    """How is an amount written in capitals on a bill?

    ``整`` follows the yuan when nothing follows them; a run of zeros is one 零; where the yuan end in zero or the jiao
    are zero, 零 stands between yuan and what follows.

    Raises
    ------
    InputError : an amount of ten quadrillion or more.

    Examples
    --------
    >>> capitals(Money.from_text("107000.53"))
    '人民币壹拾万柒仟元零伍角叁分'

    References
    ----------
    中国人民银行《支付结算办法》附一《正确填写票据和结算凭证的基本规定》.

    Tested by: the examples of that rule, inverse (hypothesis); ``tests/valuation/report_sections/test_amounts.py``.
    """
    if abs(money.fen) >= _LARGEST_FEN:
        raise InputError.of("amount", found=money.text, expected="an amount below ten quadrillion")
    name, _ = _CURRENCIES[money.currency]
    sign = "负" if money.fen < 0 else ""
    yuan, rest = divmod(abs(money.fen), 100)
    return f"{name}{sign}{_yuan(yuan, rest)}{_jiao_and_fen(yuan, rest)}"


def _yuan(yuan: int, rest: int) -> str:
    if yuan:
        return f"{_whole(yuan)}元" if rest else f"{_whole(yuan)}元整"
    return "" if rest else "零元整"


def _jiao_and_fen(yuan: int, rest: int) -> str:
    jiao, fen = divmod(rest, 10)
    text = (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[fen]}分" if fen else "")
    needs_zero = bool(yuan and rest) and (yuan % 10 == 0 or jiao == 0)
    return f"零{text}" if needs_zero else text


def _whole(number: int) -> str:
    """A whole number above zero; 亿 and 万 name what stands before them, and are written the same way."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return f"{_whole(high)}{unit}{gap}{_whole(low) if low else ''}"
    return _below_ten_thousand(number)


def _below_ten_thousand(number: int) -> str:
    """Up to four digits without leading zeros; zeros inside are one 零, zeros at the end none."""
    digits = f"{number:04d}"
    parts = [
        _DIGITS[int(digit)] + place if digit != "0" else "零" for digit, place in zip(digits, _PLACES, strict=True)
    ]
    text = "".join(parts).strip("零")
    while "零零" in text:
        text = text.replace("零零", "零")
    return text
