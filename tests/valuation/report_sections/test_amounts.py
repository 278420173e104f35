"""Are amounts written in capitals as a bill demands, and do the three writings agree?

Checked against: the examples of the rule on bills (authority), reading the capitals back (inverse, hypothesis).
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money
from valuation.report_sections.amounts import capitals, written

LABEL = Label("市场价值", "market value")

#: 中国人民银行《支付结算办法》附一, 正确填写票据和结算凭证的基本规定: the examples of its part on zeros.
RULE = [
    ("1409.50", "人民币壹仟肆佰零玖元伍角"),
    ("6007.14", "人民币陆仟零柒元壹角肆分"),
    ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
    ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
    ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
    ("325.04", "人民币叁佰贰拾伍元零肆分"),
]
HAND = [
    ("8000000.00", "人民币捌佰万元整"),
    ("0.00", "人民币零元整"),
    ("0.05", "人民币伍分"),
    ("0.56", "人民币伍角陆分"),
    ("1010.05", "人民币壹仟零壹拾元零伍分"),
    ("10.00", "人民币壹拾元整"),
    ("100000000.00", "人民币壹亿元整"),
    ("100000001.00", "人民币壹亿零壹元整"),
    ("120034005.00", "人民币壹亿贰仟零叁万肆仟零伍元整"),
    ("100010000.00", "人民币壹亿零壹万元整"),
    ("1000000000000.00", "人民币壹万亿元整"),
    ("1000200030004.00", "人民币壹万零贰亿零叁万零肆元整"),
    ("-12.30", "人民币负壹拾贰元叁角"),
]


@pytest.mark.parametrize(("amount", "expected"), [*RULE, *HAND])
def test_capitals_as_the_rule_writes_them(amount: str, expected: str) -> None:
    assert capitals(Money.from_text(amount)) == expected


def read_back(text: str) -> int:
    """The number of fen that a reader understands: digits times places, whatever the zeros."""
    values = {digit: number for number, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
    sign = -1 if "负" in text else 1
    whole, _, rest = text.replace("人民币", "").replace("负", "").replace("整", "").rpartition("元")
    fen = sum(values[digit] * {"角": 10, "分": 1}[unit] for digit, unit in re.findall("(.)([角分])", rest))
    return sign * (100 * read_whole(whole, values) + fen)


def read_whole(text: str, values: dict[str, int]) -> int:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            high, _, low = text.rpartition(unit)
            return read_whole(high, values) * size + read_whole(low, values)
    places = {"仟": 1000, "佰": 100, "拾": 10, "": 1}
    return sum(values[digit] * places[place] for digit, place in re.findall("([壹贰叁肆伍陆柒捌玖])([仟佰拾]?)", text))


@given(
    st.one_of(
        st.integers(-(10**18) + 1, 10**18 - 1), st.integers(0, 10**8), st.integers(0, 10**6).map(lambda n: n * 10**6)
    )
)
def test_capitals_read_back_as_the_same_amount(fen: int) -> None:
    text = capitals(Money(fen))
    assert read_back(text) == fen
    assert "零零" not in text
    assert text.endswith("整") == (fen % 100 == 0)


def test_three_writings_of_one_amount() -> None:
    found = written(LABEL, 8_234_567.891, currency="CNY")
    assert (found.yuan, found.wan) == ("8,234,567.89 元", "823.46 万元")
    assert found.capitals == "人民币捌佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"
    assert found.as_document()["label"] == {"zh": "市场价值", "en": "market value"}
    dollars = written(LABEL, 1_250_000.0, currency="USD")
    assert (dollars.yuan, dollars.wan) == ("1,250,000.00 美元", "125.00 万美元")
    assert dollars.capitals == "美元壹佰贰拾伍万元整"


def test_ten_thousands_are_rounded_half_up() -> None:
    assert written(LABEL, 150.0, currency="CNY").wan == "0.02 万元"
    assert written(LABEL, 149.99, currency="CNY").wan == "0.01 万元"


def test_an_amount_beyond_the_names_of_numbers_is_refused() -> None:
    with pytest.raises(InputError, match=r"amount: found 10000000000000000\.00"):
        capitals(Money(10**18))
