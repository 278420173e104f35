"""The programmes that are shipped, and what a programme file must hold.

The three amounts of the plan are checked against 海府办函〔2021〕91号, 五、资金保障.
"""

import pytest

from leverage.programme import Programme, load_programmes
from valuation.errors import InputError, ReferenceDataError, SourceMissingError

TEXT = """
id = "made"
name = { zh = "试", en = "made" }
[sources.page]
title = "a page of the test"
status = "read"
[parks]
one = { zh = "一", en = "one" }
[[lines]]
id = "a"
label = { zh = "甲", en = "a" }
park = "one"
source_class = "city"
amount = "1.00"
source = "page"
"""


def test_the_plan_of_haikou_holds_three_amounts() -> None:
    plan = load_programmes()["haikou_2021"]
    assert [(line.park, line.source_class, str(line.amount)) for line in plan.lines] == [
        ("longhua", "central", "20000000.00"),
        ("high_tech", "central", "50000000.00"),
        ("high_tech", "city", "50000000.00"),
    ]
    assert {"资本金注入", "组建基金", "股权投资"} <= set(plan.instruments_named)
    source = plan.listed_sources()["plan"]
    assert (source.number, source.status) == ("海府办函〔2021〕91号", "read")


def test_an_extra_programme_joins_the_shipped_ones() -> None:
    loaded = load_programmes({"made": TEXT})
    assert list(loaded) == ["haikou_2021", "made"]
    assert loaded["made"].lines[0].fen == 100


@pytest.mark.parametrize(
    ("old", "new", "error", "expected"),
    [
        ('id = "made"', 'id = "other"', ReferenceDataError, "expected 'made'"),
        ('id = "made"', "id = ", ReferenceDataError, "not readable as TOML"),
        ('source = "page"', 'source = "memory"', SourceMissingError, "line a: found source 'memory'"),
        ('park = "one"', 'park = "two"', InputError, "line a: park"),
        ('source_class = "city"', 'source_class = "town"', InputError, r"made\.toml\.lines\.0\.source_class"),
        ('amount = "1.00"', 'amount = "-1.00"', InputError, "zero or more"),
        ('amount = "1.00"', 'amount = "1.001"', InputError, "two decimals"),
        ('amount = "1.00"', "", InputError, "amount: found nothing"),
    ],
)
def test_a_file_that_is_not_whole_stops(old: str, new: str, error: type[Exception], expected: str) -> None:
    with pytest.raises(error, match=expected):
        load_programmes({"made": TEXT.replace(old, new)})


STATED = """
timetable = [{ line = "a", day = 2026-03-31, amount = "0.40" }, { line = "a", day = 2026-06-30, amount = "0.60" }]
limits = [{ instrument = "fund", max_share = "0.5", source = "page" }]
objectives = [{ id = "loans_cny", label = { zh = "贷款", en = "loans \\"new\\"" }, target = "10", source = "page" }]
"""


def with_stated(text: str = STATED) -> str:
    """The keys stand before the tables, as TOML asks."""
    return text + TEXT


@pytest.mark.parametrize(
    "programme", [load_programmes()["haikou_2021"], load_programmes({"made": with_stated()})["made"]]
)
def test_toml_out_and_in_is_the_same_programme(programme: Programme) -> None:
    assert load_programmes_of(programme.id, programme.as_toml()) == programme


def load_programmes_of(name: str, text: str) -> Programme:
    return load_programmes({name: text})[name]


@pytest.mark.parametrize(
    ("old", "new", "error", "expected"),
    [
        (
            'amount = "0.60"',
            'amount = "0.61"',
            InputError,
            "a: found 1.01 paid in, expected at most the 1.00",
        ),
        ('line = "a", day = 2026-03-31', 'line = "b", day = 2026-03-31', InputError, "timetable: line"),
        ("day = 2026-03-31", 'day = "soon"', InputError, "a date such as"),
        ('max_share = "0.5"', 'max_share = "1.5"', InputError, "less than or equal to 1"),
        ('max_share = "0.5"', 'max_share = "-0.5"', InputError, "greater than or equal to 0"),
        ('source = "page" }]\nobj', 'source = "memory" }]\nobj', SourceMissingError, "limits: found source 'memory'"),
        ('target = "10"', 'target = "0"', InputError, "greater than 0"),
        ('target = "10", source = "page"', 'target = "10", source = "x"', SourceMissingError, "objectives: found"),
    ],
)
def test_what_a_programme_may_not_state(old: str, new: str, error: type[Exception], expected: str) -> None:
    assert old in STATED
    with pytest.raises(error, match=expected):
        load_programmes({"made": with_stated(STATED.replace(old, new))})


def test_an_instrument_is_limited_once() -> None:
    row = '{ instrument = "fund", max_share = "0.5", source = "page" }'
    with pytest.raises(InputError, match="each instrument once"):
        load_programmes({"made": with_stated(STATED.replace(row, f"{row}, {row}"))})


def test_a_line_stands_once() -> None:
    twice = TEXT + TEXT[TEXT.index("[[lines]]") :]
    with pytest.raises(InputError, match="each id once"):
        load_programmes({"made": twice})
