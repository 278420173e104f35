"""What is the right to deduct the price worth?

Checked against: the published factor 1.13 (literature: opag.io FAQ on the TAB, 25 %, 15 years, 12 %), 48 factors of
the project's table T6 (recomputed independently to four decimals, so to 5e-5), and iteration of the circular
definition (second way): a buyer pays the value, and deducting that price saves tax that is part of the value.
"""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.valuation.asking import figure
from valuation.discounting.tax_amortisation import TaxAmortisation, value_with_tax_amortisation
from valuation.errors import RefusalError
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

AMORTISATION: TypeAdapter[Any] = TypeAdapter(TaxAmortisation)
Timing = Literal["year_end", "mid_year"]


def paper(
    *, tax: float, years: float, rate: float, timing: Timing = "year_end", before: float = 100.0, kind: Any = None
) -> Worksheet:
    label = Label("量", "quantity")
    sheet = Sheet(title=label, axis=Axis(label, ()))
    value = sheet.derived("before", before, label=label, unit="CNY", reason="for the test")
    tax_rate = sheet.figure("tax_rate_share", Figure.model_validate(figure(tax)), label=label, unit="share")
    discount = sheet.figure("discount_rate_share", Figure.model_validate(figure(rate)), label=label, unit="share")
    stated = AMORTISATION.validate_python(kind or {"kind": "straight_line", "years": figure(years)})
    value_with_tax_amortisation(
        sheet, value, stated, tax_rate=tax_rate, discount_rate=discount, timing=timing, unit="CNY"
    )
    return sheet.finish()


def factor(**arguments: Any) -> float:
    return paper(**arguments).value("tab_factor")


def test_the_published_factor() -> None:
    """Literature: 1.13, printed to two decimals."""
    assert factor(tax=0.25, years=15, rate=0.12) == pytest.approx(1.13, abs=0.005)


#: (tax, tax life) → year-end / mid-year factors at 10, 12, 14, 16, 18, 20 %.
TABLE = {
    (0.25, 10): "1.1815/1.1921 1.1645/1.1758 1.1500/1.1618 1.1374/1.1496 1.1266/1.1390 1.1171/1.1297",
    (0.25, 15): "1.1452/1.1533 1.1280/1.1365 1.1140/1.1227 1.1024/1.1112 1.0927/1.1015 1.0845/1.0933",
    (0.15, 10): "1.1015/1.1070 1.0926/1.0985 1.0849/1.0912 1.0782/1.0847 1.0723/1.0790 1.0671/1.0740",
    (0.15, 15): "1.0823/1.0867 1.0731/1.0777 1.0654/1.0702 1.0590/1.0639 1.0536/1.0585 1.0490/1.0540",
}
ROWS = [
    (tax, years, rate / 100, *map(float, pair.split("/")))
    for (tax, years), line in TABLE.items()
    for rate, pair in zip(range(10, 21, 2), line.split(), strict=True)
]


@pytest.mark.parametrize(("tax", "years", "rate", "year_end", "mid_year"), ROWS)
def test_the_table_of_factors(tax: float, years: int, rate: float, year_end: float, mid_year: float) -> None:
    assert factor(tax=tax, years=years, rate=rate) == pytest.approx(year_end, abs=5e-5)
    assert factor(tax=tax, years=years, rate=rate, timing="mid_year") == pytest.approx(mid_year, abs=5e-5)


@given(
    tax=st.floats(0, 0.5),
    years=st.integers(1, 20),
    rate=st.sampled_from([0.0, 1e-165, -1e-12, 9e-7, 1.1e-6, 0.01, 0.08, 0.12, 0.3, 1.0]),
    timing=st.sampled_from(["year_end", "mid_year"]),
)
def test_iterating_the_circular_definition_gives_the_same(tax: float, years: int, rate: float, timing: Timing) -> None:
    """Second way: price = 100 + tax saved by deducting price / years at the end (middle) of each tax year."""
    shift = 0.5 if timing == "mid_year" else 0.0
    price = 100.0
    for _ in range(200):
        price = 100 + sum(tax * price / years / (1 + rate) ** (year - shift) for year in range(1, years + 1))
    assert paper(tax=tax, years=years, rate=rate, timing=timing).value("value") == pytest.approx(price, rel=1e-9)


def test_the_tax_life_is_not_the_life_of_the_asset() -> None:
    """The factor knows the tax life only; a longer one is worth less."""
    factors = [factor(tax=0.25, years=years, rate=0.12) for years in (1, 5, 10, 20, 50)]
    assert factors == sorted(factors, reverse=True)


def test_without_discounting_the_whole_tax_comes_back() -> None:
    """By hand: 1 / (1 − t)."""
    assert factor(tax=0.25, years=7, rate=0.0) == pytest.approx(4 / 3, rel=1e-15)


def test_a_value_of_zero_or_less_carries_no_benefit() -> None:
    for before in (0.0, -50.0):
        made = paper(tax=0.25, years=10, rate=0.12, before=before)
        assert made.value("value") == before
        assert made.value("tax_amortisation_benefit") == 0


def test_none_adds_nothing_for_a_stated_reason() -> None:
    made = paper(tax=0.25, years=1, rate=0.1, kind={"kind": "none", "reason": "share deal"})
    assert (made.value("tab_factor"), made.value("value")) == (1, 100)
    assert made.formula_in_words("tab_factor", "en") == "share deal"


@pytest.mark.parametrize(("tax", "years", "rate"), [(0.25, 10, -0.5), (1.0, 5, 0.0), (1.0, 1, -0.1)])
def test_a_saving_of_the_whole_price_or_more_is_refused(tax: float, years: int, rate: float) -> None:
    """The circle does not close: the factor would be infinite, or negative and look like a number."""
    with pytest.raises(RefusalError, match=r"tax_amortisation_within_price|tab_factor"):
        paper(tax=tax, years=years, rate=rate)


@pytest.mark.parametrize(
    "stated", [{"kind": "none"}, {"kind": "straight_line", "years": figure(0.5)}, {"kind": "fast"}]
)
def test_what_is_no_amortisation_does_not_enter(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AMORTISATION.validate_python(stated)
