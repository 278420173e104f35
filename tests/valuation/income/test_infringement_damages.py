"""Infringement damages: the order of bases, the range of the law on the day, punitive multiples, costs.

Checked against: hand calculations; the versions of each law, each on its side of the day on which it came into force;
the amounts and multiples that the articles of the four laws print (older versions of two of them are recalled).
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import DATES, PATENT, VARIETY, amount, figure
from tests.valuation.assets.rights import FILM, REGION, SOFTWARE, TRADEMARK
from tests.valuation.method_samples import codes, concluded, conclusion, sample
from valuation.errors import BeforeFirstStepError, InputError, RefusalError
from valuation.kernel.conclusion import Conclusion
from valuation.reference import number_of

NAME = "infringement_damages"
NEW_LAW = {"dates": {**DATES, "policy_date": "2022-06-30"}}
WHY = "neither loss nor gain can be established"


def statutory(value: str) -> dict[str, Any]:
    return {"kind": "statutory", "amount": amount(value), "why_not_earlier": WHY}


def punitive(multiple: float, reading: str = "total_is_multiple") -> dict[str, Any]:
    return {
        "kind": "punitive",
        "multiple": figure(multiple),
        "reading": reading,
        "wilful_and_serious": "continued after a judgment",
    }


def under(day: str, **changes: Any) -> Conclusion:
    return conclusion(NAME, sample(NAME, **changes), dates={**DATES, "policy_date": day})


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        # Hand: 8,000,000 × 0.2 × 0.5; 1,000 × 300 × 0.4; 50,000 × 2.
        (sample(NAME)["basis"], 800_000),
        (
            {
                "kind": "lost_profit",
                "lost_units": figure(1000.0),
                "profit_per_unit": amount("300.00"),
                "contribution_share": figure(0.4),
            },
            120_000,
        ),
        (
            {
                "kind": "royalty_multiple",
                "reasonable_royalty": amount("50000.00"),
                "multiple": figure(2.0),
                "why_not_earlier": WHY,
            },
            100_000,
        ),
    ],
)
def test_each_basis_by_hand(basis: dict[str, Any], expected: float) -> None:
    found = concluded(NAME, basis=basis)
    assert found.worksheet.value("base") == pytest.approx(expected)
    assert found.value == pytest.approx(expected + 100_000)
    assert "damages_not_market_value" in codes(found)


@pytest.mark.parametrize(
    ("day", "value", "holds"),
    [
        ("2021-05-31", "10000.00", True),
        ("2021-05-31", "9999.99", False),
        ("2021-05-31", "1000000.01", False),
        ("2021-06-01", "1000000.01", True),
        ("2021-06-01", "29999.99", False),
        ("2021-06-01", "5000000.00", True),
        ("2021-06-01", "5000000.01", False),
    ],
)
def test_the_statutory_range_is_that_of_the_day(day: str, value: str, holds: bool) -> None:
    """Table T7: 10,000 to 1,000,000 under the law of 2008, 30,000 to 5,000,000 under that of 2020."""
    if holds:
        assert under(day, basis=statutory(value)).value == pytest.approx(float(value) + 100_000)
    else:
        with pytest.raises(RefusalError, match="range"):
            under(day, basis=statutory(value))


@given(st.floats(1, 5))
def test_the_two_readings_differ_by_the_base(multiple: float) -> None:
    whole, added = (
        conclusion(NAME, sample(NAME, punitive=punitive(multiple, reading)), **NEW_LAW).value
        for reading in ("total_is_multiple", "added_to_base")
    )
    assert whole == pytest.approx(800_000 * multiple + 100_000)
    assert added - whole == pytest.approx(800_000)


@pytest.mark.parametrize("multiple", [0.9, 5.1])
def test_a_multiple_outside_the_law_is_refused(multiple: float) -> None:
    with pytest.raises(RefusalError, match="punitive"):
        conclusion(NAME, sample(NAME, punitive=punitive(multiple)), **NEW_LAW)


def test_there_were_no_punitive_damages_for_patents_before() -> None:
    with pytest.raises(BeforeFirstStepError, match="2021-06-01"):
        under("2021-05-31", punitive=punitive(2.0))


def test_a_statutory_amount_bears_no_multiple() -> None:
    with pytest.raises(InputError, match=r"punitive\.kind"):
        conclusion(NAME, sample(NAME, basis=statutory("100000.00"), punitive=punitive(2.0)), **NEW_LAW)


@pytest.mark.parametrize(
    ("subject", "law", "version"),
    [
        (PATENT, "patent", "2020"),
        (TRADEMARK, "trademark", "2019"),
        (SOFTWARE, "copyright", "2020"),
        (VARIETY, "plant_variety", "2021"),
    ],
)
def test_every_law_in_force_was_read_and_its_version_is_named(subject: dict[str, Any], law: str, version: str) -> None:
    found = conclusion(NAME, sample(NAME, law=law, punitive=punitive(2.0)), subject=subject, **NEW_LAW)
    assert "recalled_value" not in codes(found)
    assert version in found.conventions["versions"]


@pytest.mark.parametrize(
    ("law", "first_day", "low", "high", "punitive_high"),
    [
        # 专利法（2020）第七十一条：三万元以上五百万元以下，一倍以上五倍以下
        ("patent", "2021-06-01", 30_000, 5_000_000, 5),
        # 商标法（2013）第六十三条：三百万元以下，一倍以上三倍以下；（2019）：五百万元以下，一倍以上五倍以下
        ("trademark", "2014-05-01", 0, 3_000_000, 3),
        ("trademark", "2019-11-01", 0, 5_000_000, 5),
        # 著作权法（2020）第五十四条：五百元以上五百万元以下，一倍以上五倍以下
        ("copyright", "2021-06-01", 500, 5_000_000, 5),
        # 种子法（2021）第七十二条：五百万元以下，一倍以上五倍以下
        ("plant_variety", "2022-03-01", 0, 5_000_000, 5),
    ],
)
def test_the_table_says_what_the_laws_print(law: str, first_day: str, low: int, high: int, punitive_high: int) -> None:
    day = datetime.date.fromisoformat(first_day)
    printed = {"statutory_low_cny": low, "statutory_high_cny": high}
    printed |= {"punitive_low_multiple": 1, "punitive_high_multiple": punitive_high}
    for name, expected in printed.items():
        number, dated = number_of("cn_damages", f"{name}.{law}", on=day)
        assert (number, dated.status, dated.from_date) == (expected, "read", day)


def royalty_times(multiple: float) -> dict[str, Any]:
    return {
        "kind": "royalty_multiple",
        "reasonable_royalty": amount("50000.00"),
        "multiple": figure(multiple),
        "why_not_earlier": WHY,
    }


@pytest.mark.parametrize(("multiple", "holds"), [(0.9, False), (1.0, True), (3.0, True), (3.1, False)])
def test_the_older_rule_bounds_the_royalty_multiple(multiple: float, holds: bool) -> None:
    """法释〔2001〕21号, article 21: one to three times the royalty; the text of 2015 names no numbers any more."""
    assert under("2015-02-01", basis=royalty_times(multiple)).value == pytest.approx(50_000 * multiple + 100_000)
    if holds:
        assert under("2015-01-31", basis=royalty_times(multiple)).value == pytest.approx(50_000 * multiple + 100_000)
    else:
        with pytest.raises(RefusalError, match=r"royalty_not_(below|above)_range"):
            under("2015-01-31", basis=royalty_times(multiple))


@pytest.mark.parametrize(
    ("subject", "law", "day", "most", "times"),
    [
        (TRADEMARK, "trademark", "2019-10-31", "3000000.00", 3.0),
        (TRADEMARK, "trademark", "2019-11-01", "5000000.00", 5.0),
        (REGION, "trademark", "2019-11-01", "5000000.00", 5.0),
        (FILM, "copyright", "2021-05-31", "500000.00", None),
        (SOFTWARE, "copyright", "2021-06-01", "5000000.00", 5.0),
        (VARIETY, "plant_variety", "2022-02-28", "3000000.00", 3.0),
        (VARIETY, "plant_variety", "2022-03-01", "5000000.00", 5.0),
    ],
)
def test_each_law_has_the_ceilings_of_its_day(
    subject: dict[str, Any], law: str, day: str, most: str, times: float | None
) -> None:
    when = {"subject": subject, "dates": {**DATES, "policy_date": day}}
    at_most = conclusion(NAME, sample(NAME, law=law, basis=statutory(most)), **when)
    assert at_most.value == pytest.approx(float(most) + 100_000)
    with pytest.raises(RefusalError, match="statutory_not_above_range"):
        conclusion(NAME, sample(NAME, law=law, basis=statutory(f"{float(most) + 0.01:.2f}")), **when)
    if times is None:
        with pytest.raises(BeforeFirstStepError):
            conclusion(NAME, sample(NAME, law=law, punitive=punitive(1.0)), **when)
        return
    assert conclusion(NAME, sample(NAME, law=law, punitive=punitive(times)), **when).value == pytest.approx(
        800_000 * times + 100_000
    )
    with pytest.raises(RefusalError, match="punitive_not_above_range"):
        conclusion(NAME, sample(NAME, law=law, punitive=punitive(times + 0.1)), **when)


@pytest.mark.parametrize(("subject", "law"), [(PATENT, "trademark"), (TRADEMARK, "patent"), (SOFTWARE, "patent")])
def test_a_law_that_does_not_protect_the_right_is_refused(subject: dict[str, Any], law: str) -> None:
    with pytest.raises(InputError, match=r"law: found '?\w+"):
        conclusion(NAME, sample(NAME, law=law), subject=subject)


def test_a_law_from_memory_is_named() -> None:
    older = {"subject": FILM, "dates": {**DATES, "policy_date": "2021-05-31"}}
    found = conclusion(NAME, sample(NAME, law="copyright", basis=statutory("400000.00")), **older)
    assert "recalled_value" in codes(found)


@given(st.floats(0, 0.9), st.floats(0.01, 0.1))
def test_a_larger_contribution_costs_the_infringer_more(share: float, more: float) -> None:
    low, high = (
        concluded(NAME, basis=sample(NAME)["basis"] | {"contribution_share": figure(each)}).value
        for each in (share, share + more)
    )
    assert low < high


def test_another_currency_is_refused() -> None:
    with pytest.raises(InputError, match="currency"):
        conclusion(NAME, sample(NAME), currency="USD")
