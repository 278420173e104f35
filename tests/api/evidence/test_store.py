"""Is every transaction kept exactly, found again, and never kept twice?

Checked against: the records that went in (identity), the rule of de-duplication in the domain (the store's own SQL is a
second way to it), PyArrow reading the files, planted contradictions, and a crash in the middle of an import.
"""

from __future__ import annotations

import dataclasses
import datetime
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.evidence import store as store_module
from api.evidence.service import check_file, import_file
from api.evidence.store import EvidenceStore, Imported, Wanted
from tests.api.evidence.test_table_files import csv_bytes, parquet_bytes, xlsx_bytes
from tests.valuation.evidence.rows import DAY, RECEIVED, placed, record, table
from valuation.errors import InputError
from valuation.evidence.checking import PlacedRecord

NOW = datetime.datetime(2021, 2, 1, 9, tzinfo=datetime.UTC)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence's store")


def add(store: EvidenceStore, *rows: dict[str, Any]) -> Imported:
    return store.add(placed(*rows), imported_at=NOW)


FULL = {
    "right_number": "1",
    "industry": "C27",
    "source_number": "国知发〔2021〕1号",
    "source_address": "example.cn/a?b='c'",
    "source_date": "2020-12-31",
    "note": '引号 " 与换行\n与反斜线 \\',
    "price": "123456789012345.67",
    "feature:claims": 12,
    "feature:life": 7.125,
}


# --- kept exactly ---------------------------------------------------------------------------------


def test_every_field_comes_back_as_it_went_in(store: EvidenceStore) -> None:
    """Identity, with a price that no float holds and texts that SQL and JSON must escape."""
    rate = {"right_number": "2", "price": None, "rate_share": "0.123456789", "party_to": None}
    made = add(store, FULL, rate)
    found = store.find(Wanted(ids=made.added)).records
    assert {each.id: each for each in found} == {each.id: each for each in (record(**FULL), record(**rate))}
    assert len(found) == 2


@settings(max_examples=25)
@given(
    fen=st.integers(1, 10**17 - 1),
    quantity=st.floats(1e-6, 1e12),
    text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=50).filter(str.strip),
    number=st.floats(allow_nan=False, allow_infinity=False),
)
def test_whatever_is_stored_comes_back(
    tmp_path_factory: pytest.TempPathFactory, fen: int, quantity: float, text: str, number: float
) -> None:
    one = dataclasses.replace(
        record(), price=Decimal(fen) / 100, quantity=quantity, note=text.strip(), features={text: number}
    )
    kept = EvidenceStore(tmp_path_factory.mktemp("store"))
    kept.add([PlacedRecord(2, one)], imported_at=NOW)
    assert kept.find(Wanted()).records == (one,)


def test_other_programs_read_the_files(store: EvidenceStore, tmp_path: Path) -> None:
    add(store, FULL)
    (path,) = (tmp_path / "evidence's store").glob("*.parquet")
    (row,) = pyarrow.parquet.read_table(path).to_pylist()
    assert str(row["price"]) == "123456789012345.67"
    assert row["traded_on"] == DAY(2019, 6, 30)
    assert row["imported_at"] == NOW.isoformat()
    assert dict(row["features"]) == {"claims": 12.0, "life": 7.125}
    assert row["source_title"] == "交易公告"


# --- found ----------------------------------------------------------------------------------------

ROWS = (
    {"right_number": "1", "traded_on": "2018-01-31", "industry": "C27", "feature:claims": 3},
    {"right_number": "2", "traded_on": "2019-01-31", "right_kind": "商标", "currency": "USD"},
    {"right_number": "3", "traded_on": "2020-01-31", "related_parties": "是", "transaction_kind": "普通许可"},
    {"right_number": "4", "traded_on": "2020-01-31", "jurisdiction": "US", "feature:claims": 4, "feature:life": 5},
)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, {"1", "2", "3", "4"}),
        ({"right_kind": "trademark"}, {"2"}),
        ({"transaction_kind": "ordinary_licence"}, {"3"}),
        ({"jurisdiction": "US"}, {"4"}),
        ({"industry": "C27"}, {"1"}),
        ({"currency": "CNY", "related_parties": False}, {"1", "4"}),
        ({"traded_from": DAY(2019, 1, 31)}, {"2", "3", "4"}),
        ({"traded_to": DAY(2019, 1, 31)}, {"1", "2"}),
        ({"with_features": ("claims",)}, {"1", "4"}),
        ({"with_features": ("claims", "life")}, {"4"}),
        ({"right_kind": "x' OR true --"}, set()),
        ({"ids": ()}, set()),
    ],
    ids=lambda each: str(sorted(each) if isinstance(each, set) else each),
)
def test_each_condition_narrows_the_answer(store: EvidenceStore, wanted: dict[str, Any], numbers: set[str]) -> None:
    add(store, *ROWS)
    found = store.find(Wanted(**wanted))
    assert {each.right_number for each in found.records} == numbers
    assert found.total == len(numbers)


def test_the_newest_deal_stands_first_and_a_limit_says_how_many_there_are(store: EvidenceStore) -> None:
    add(store, *ROWS)
    days = [each.traded_on for each in store.find(Wanted()).records]
    assert days == sorted(days, reverse=True)
    few = store.find(Wanted(limit=2))
    assert (len(few.records), few.total) == (2, 4)
    for limit in (0, 10_001):
        with pytest.raises(InputError, match="limit"):
            Wanted(limit=limit)


def test_an_empty_store_answers(store: EvidenceStore) -> None:
    assert store.find(Wanted()).total == 0
    assert store.find(Wanted(ids=("cmp_x",))).records == ()
    assert add(store).as_document() == {
        "import_number": None,
        "added": [],
        "replaced": [],
        "repeated": [],
        "differences": [],
        "difference_count": 0,
    }


# --- never twice ----------------------------------------------------------------------------------


def test_the_same_file_twice_adds_nothing(store: EvidenceStore, tmp_path: Path) -> None:
    first, second = add(store, *ROWS), add(store, *ROWS)
    assert (first.import_number, len(first.added)) == (1, 4)
    assert (second.import_number, second.added, second.replaced) == (None, (), ())
    assert [row for row, _ in second.repeated] == [2, 3, 4, 5]
    assert len(list((tmp_path / "evidence's store").glob("*.parquet"))) == 1
    assert store.find(Wanted()).total == 4


def test_a_stronger_record_is_what_the_store_holds_and_the_weaker_stays_on_disk(
    store: EvidenceStore, tmp_path: Path
) -> None:
    """The rule in SQL agrees with the rule of the domain: status first, then the later look-up."""
    steps = (
        {"source_status": "hypothesis"},
        {"source_status": "recalled"},
        {"retrieved_on": "2021-01-10"},
        {"retrieved_on": "2021-01-20"},
    )
    for number, changes in enumerate(steps, start=1):
        made = add(store, changes)
        assert made.import_number == number
        assert len(made.replaced) == (number > 1)
        assert store.find(Wanted()).records == (record(**changes),)
    assert add(store, steps[0]).repeated == ((2, record().id),)
    assert len(list((tmp_path / "evidence's store").glob("*.parquet"))) == 4


def test_a_feature_that_the_store_says_otherwise_is_named(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, {"feature:claims": "10"})
    made = add(store, {"feature:claims": "12", "feature:life": "9"})
    assert (made.import_number, made.repeated) == (None, ((2, record().id),))
    assert [(each.column, each.kept, each.set_aside) for each in made.differences] == [
        ("feature:claims", "10", "12"),
        ("feature:life", "nothing", "9"),
    ]
    monkeypatch.setattr("api.evidence.store.MAXIMUM_DIFFERENCES", 1)
    told = made.as_document()
    assert (len(told["differences"]), told["difference_count"]) == (1, 2)


def test_a_contradiction_keeps_the_whole_import_out(store: EvidenceStore) -> None:
    add(store, {})
    with pytest.raises(InputError, match="row 3, column price") as raised:
        add(store, {"right_number": "9"}, {"price": "1.00"})
    assert "as in the store (交易公告)" in str(raised.value)
    assert store.find(Wanted()).records == (record(),)


def test_imports_at_the_same_time_wait_for_each_other(store: EvidenceStore) -> None:
    """Eight imports of the same deal and one of their own each: nine deals, no number twice."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda at: add(store, {}, {"right_number": f"own {at}"}), range(8)))
    assert sorted(each.import_number or 0 for each in made) == list(range(1, 9))
    assert store.find(Wanted()).total == 9


def test_a_crash_in_the_middle_leaves_nothing(
    store: EvidenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, {})

    def fail(*paths: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store_module.os, "replace", fail)
        with pytest.raises(OSError, match="disk is full"):
            add(store, {"right_number": "9"})
    assert {path.name for path in (tmp_path / "evidence's store").iterdir()} == {"import-00000001.parquet", "lock"}
    assert store.find(Wanted()).total == 1
    assert add(store, {"right_number": "9"}).import_number == 2


def test_a_folder_that_reads_as_a_pattern_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="evidence folder"):
        EvidenceStore(tmp_path / "a*b")


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_a_file_of_each_format_is_taken_in(store: EvidenceStore, format: str) -> None:
    cells = table({}, {"right_number": "2", "feature:claims": "7"})
    columns = {name: [row[place] for row in cells[1:]] for place, name in enumerate(cells[0])}
    content = {"csv": csv_bytes(cells), "xlsx": xlsx_bytes(cells), "parquet": parquet_bytes(columns)}[format]
    made = import_file(store, content, format=format, imported_at=NOW)
    assert len(made.added) == 2
    assert store.find(Wanted(with_features=("claims",))).total == 1


def test_a_file_with_faults_is_told_cell_by_cell_and_not_taken_in(store: EvidenceStore) -> None:
    content = csv_bytes(table({"price": "x"}, {}, {"right_number": "2", "currency": "?"}))
    with pytest.raises(InputError) as raised:
        import_file(store, content, format="csv", imported_at=NOW)
    assert [each.field for each in raised.value.problems] == ["row 2, column price", "row 4, column currency"]
    assert store.find(Wanted()).total == 0
    told = check_file(content, format="csv", received_on=RECEIVED)
    assert [each["row"] for each in told["records"]] == [3]
    assert [(each["row"], each["column"]) for each in told["problems"]] == [(2, "price"), (4, "currency")]
