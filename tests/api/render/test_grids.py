"""Tables fit the screen and no digit is cut off, whatever they hold."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from api.render.grids import Grid, grouped, money, percent, print_sections, shown

WORDS = st.text(alphabet="abc 中文，", min_size=1, max_size=50)
NUMBERS = st.integers(min_value=-(10**12), max_value=10**12).map(lambda number: f"{number:,}")


def printed(grid: Grid, width: int = 120) -> str:
    text = io.StringIO()
    print_sections(Console(file=text, width=width, markup=False, highlight=False), [grid])
    return text.getvalue()


@given(
    rows=st.lists(st.tuples(WORDS, st.lists(NUMBERS, min_size=14, max_size=14)), min_size=1, max_size=4),
    width=st.sampled_from([80, 120]),
)
def test_every_number_is_whole_and_no_line_too_wide(rows: list[tuple[str, list[str]]], width: int) -> None:
    heads = ("项目 Item", *(f"20{year}-12-31" for year in range(10, 24)))
    grid = Grid(heads, tuple((name, *numbers) for name, numbers in rows))
    text = printed(grid, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    for _, numbers in rows:
        for number in numbers:
            assert re.search(rf"(?<![\d,-]){re.escape(number)}(?![\d,])", text)


def test_a_wide_table_is_continued_with_its_keys() -> None:
    heads = ("项目 Item", *(f"{year}-12-31" for year in range(2021, 2041)))
    text = printed(Grid(heads, (("收入", *("1,234,567.00",) * 20),), title="底稿"))
    assert text.count("收入") == 3
    assert "底稿（续 continued）" in text


def test_an_empty_table_is_not_printed() -> None:
    assert printed(Grid(("a",), ())) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234567.80", "1,234,567.80"),
        ("-1234", "-1,234"),
        ("0.5", "0.5"),
        ("2021-12-31", "2021-12-31"),
        ("", ""),
        ("—", "—"),
    ],
)
def test_grouped(text: str, expected: str) -> None:
    assert grouped(text) == expected


def test_numbers_as_they_are_shown() -> None:
    assert money(1234567.891, "CNY") == "1,234,567.89"
    assert money(None, "CNY") == "—"
    assert percent(0.0325) == "3.25 %"
    assert percent(1) == "100 %"
    assert (shown(1234567.8, "CNY"), shown(0.125, "CNY"), shown(0.12, "share")) == ("1,234,568", "0.12", "12 %")
    assert shown(0.123456789, "1") == "0.123457"
