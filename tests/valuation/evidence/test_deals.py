"""Is one deal told once, by its strongest record, and is a contradiction left to the valuer?

Checked against: each case of the rule by hand, and the order of rows as a property (hypothesis).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.evidence.rows import DAY, placed, record
from valuation.evidence.checking import PlacedRecord
from valuation.evidence.deals import sort_out


@pytest.mark.parametrize(
    "changes",
    [
        {"right_number": "ＺＬ 2010 1000 0001.0"},
        {"right_number": "zl201010000001-0"},
        {"name": "another name of the same deal"},
        {"party_from": "甲 公司"},
        {"source_title": "另一公告", "note": "seen again"},
    ],
)
def test_what_makes_no_other_deal(changes: dict[str, Any]) -> None:
    assert record(**changes).id == record().id


@pytest.mark.parametrize(
    "changes",
    [
        {"right_number": "ZL201010000002.0"},
        {"traded_on": "2019-07-01"},
        {"party_to": "丙公司"},
        {"transaction_kind": "普通许可"},
        {"right_kind": "商标"},
        {"right_number": None},
    ],
)
def test_what_makes_another_deal(changes: dict[str, Any]) -> None:
    assert record(**changes).id != record().id


def test_without_a_number_the_name_is_the_right() -> None:
    assert record(right_number=None).id == record(right_number="").id
    assert record(right_number=None, name="另一").id != record(right_number=None).id


def test_ids_keep_their_form() -> None:
    assert record().id.startswith("cmp_")
    assert len(record().id) == 20


# --- which one is kept ----------------------------------------------------------------------------


def test_a_checked_source_goes_before_a_later_recalled_one() -> None:
    rows = placed({"source_status": "recalled", "retrieved_on": "2021-01-31"}, {"source_status": "read"})
    found = sort_out(rows, known=[])
    assert [each.source_status for each in found.added] == ["read"]
    assert found.repeated == ((2, rows[0].record.id),)


def test_the_later_look_up_goes_before_the_earlier() -> None:
    rows = placed({"retrieved_on": "2021-01-10"}, {"retrieved_on": "2021-01-20"}, {"retrieved_on": "2021-01-15"})
    found = sort_out(rows, known=[])
    assert [each.retrieved_on for each in found.added] == [DAY(2021, 1, 20)]
    assert [row for row, _ in found.repeated] == [2, 4]


def test_on_equal_strength_the_first_stays() -> None:
    rows = placed({"note": "first"}, {"note": "second"})
    found = sort_out(rows, known=[])
    assert [each.note for each in found.added] == ["first"]
    assert sort_out(rows, known=[record(note="held")]).added == ()
    assert sort_out(rows, known=[record(note="held")]).replacing == ()


def test_a_stronger_record_replaces_a_known_one_and_a_weaker_repeats_it() -> None:
    weak, strong = record(source_status="recalled"), record()
    better = sort_out(placed({}), known=[weak])
    assert (better.added, better.replacing, better.repeated) == ((), (strong,), ())
    worse = sort_out(placed({"source_status": "recalled"}), known=[strong])
    assert (worse.added, worse.replacing, worse.repeated) == ((), (), ((2, strong.id),))


@given(order=st.permutations(range(4)))
def test_the_order_of_rows_does_not_decide(order: list[int]) -> None:
    """Property: the strongest of distinct strengths is kept, wherever it stands."""
    rows = placed(
        {"source_status": "hypothesis"},
        {"source_status": "recalled"},
        {"retrieved_on": "2021-01-20"},
        {"retrieved_on": "2021-01-10"},
    )
    shuffled = [PlacedRecord(place, rows[index].record) for place, index in enumerate(order, start=2)]
    (kept,) = sort_out(shuffled, known=[]).added
    assert kept == rows[2].record


# --- contradictions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"price": "900000.00"},
        {"currency": "USD"},
        {"quantity": "3"},
        {"quantity_unit": "项"},
        {"price": None, "rate_share": "0.05"},
    ],
)
def test_other_terms_of_one_deal_are_a_fault(changes: dict[str, Any]) -> None:
    (within,) = sort_out(placed({}, changes), known=[]).problems
    assert (within.row, within.column) == (3, "price")
    assert "as in row 2 (交易公告)" in within.expected
    (against,) = sort_out(placed(changes), known=[record()]).problems
    assert against.row == 2
    assert "800000.00 CNY for 2 件 as in the store" in against.expected
    assert record().id in against.found


def test_deals_that_were_not_asked_about_do_no_harm() -> None:
    other = record(right_number="9")
    assert sort_out(placed({}), known=[other]).added == (record(),)


# --- what two records of one deal say differently -------------------------------------------------


def told(differences: Any) -> list[tuple[Any, ...]]:
    return [(each.row, each.column, each.kept, each.kept_in, each.set_aside, each.set_aside_in) for each in differences]


def test_a_feature_that_goes_with_the_weaker_row_is_named() -> None:
    """Row 2 is recalled and stands back; it alone knows the life, and counts other claims."""
    rows = placed(
        {"source_status": "recalled", "feature:claims": 12, "feature:life": 9, "industry": "医药"},
        {"feature:claims": 10, "industry": "化工"},
    )
    found = sort_out(rows, known=[])
    assert told(found.differences) == [
        (2, "industry", "化工", "row 3", "医药", "row 2"),
        (2, "feature:claims", "10", "row 3", "12", "row 2"),
        (2, "feature:life", "nothing", "row 3", "9", "row 2"),
    ]
    assert found.problems == ()


def test_a_row_that_repeats_the_store_with_other_features_is_named() -> None:
    rows = placed({"feature:claims": 12, "related_parties": "是"})
    found = sort_out(rows, known=[record(**{"feature:claims": 10})])
    assert found.repeated == ((2, rows[0].record.id),)
    assert told(found.differences) == [
        (2, "related_parties", "no", "the store", "yes", "row 2"),
        (2, "feature:claims", "10", "the store", "12", "row 2"),
    ]


def test_a_stronger_row_names_what_the_store_loses() -> None:
    found = sort_out(placed({}), known=[record(source_status="recalled", note="seen", **{"feature:claims": 10})])
    assert len(found.replacing) == 1
    assert told(found.differences) == [
        (2, "note", "nothing", "row 2", "seen", "the store"),
        (2, "feature:claims", "nothing", "row 2", "10", "the store"),
    ]


def test_provenance_and_writing_make_no_difference() -> None:
    rows = placed(
        {}, {"source_title": "另一公告", "right_number": "ＺＬ 2010 1000 0001.0", "retrieved_on": "2021-01-20"}
    )
    assert sort_out(rows, known=[]).differences == ()
    assert sort_out(placed({}), known=[record()]).differences == ()
