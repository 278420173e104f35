"""Until when does the law protect a right whose expiry date is not stated?

Checked against: hand calculation from the terms of the table; what registers print (a term from 21 January 2010 ends
on 20 January 2020).
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.valuation.asking import VARIETY, answered, relief
from tests.valuation.assets.rights import DRUG, FILM, REGION, RIGHTS, SOFTWARE, TRADEMARK
from valuation.assets._legal_term import legal_end, legal_term
from valuation.catalogue import subject_models
from valuation.errors import BeforeFirstStepError, GapError, InputError, UnknownNameError
from valuation.kernel.fields import parse
from valuation.kernel.subject import Subject
from valuation.reference import number_of, reference_table

GRANTED = VARIETY | {"grant_date": "2018-07-01"}


def right(data: dict[str, Any], **changes: Any) -> Subject:
    return parse(subject_models()[data["kind"]], data | changes)


@pytest.mark.parametrize(
    ("name", "start", "ends_with_year", "last_day"),
    [
        ("patent.invention", "1990-01-01", False, "2004-12-31"),
        ("patent.invention", "2010-06-30", False, "2030-06-29"),
        ("patent.utility_model", "2010-06-30", False, "2020-06-29"),
        ("patent.design", "2021-05-31", False, "2031-05-30"),
        ("patent.design", "2021-06-01", False, "2036-05-31"),
        ("trademark", "2010-01-21", False, "2020-01-20"),
        ("copyright.legal_person", "2010-01-21", True, "2060-12-31"),
        ("copyright.natural_person", "2010-12-31", True, "2060-12-31"),
        ("software.legal_person", "2002-01-01", True, "2052-12-31"),
        ("software.natural_person", "2010-01-21", True, "2060-12-31"),
        ("circuit_layout", "2012-02-29", False, "2022-02-27"),
        ("plant_variety.vine_or_tree", "2025-05-31", False, "2045-05-30"),
        ("plant_variety.vine_or_tree", "2025-06-01", False, "2050-05-31"),
        ("plant_variety.other", "2025-05-31", False, "2040-05-30"),
        ("plant_variety.other", "2025-06-01", False, "2045-05-31"),
    ],
)
def test_every_term_by_hand(name: str, start: str, ends_with_year: bool, last_day: str) -> None:
    day = datetime.date.fromisoformat(start)
    found = legal_end(name, start=day, jurisdiction="CN", ends_with_year=ends_with_year)
    assert found == datetime.date.fromisoformat(last_day)


def test_every_right_of_the_table_is_tried() -> None:
    (mark,) = test_every_term_by_hand.pytestmark  # type: ignore[attr-defined]
    tried = {row[0] for row in mark.args[1]}
    assert {f"term_years.{name}" for name in tried} == set(reference_table("legal_terms").parameters)


@pytest.mark.parametrize(
    ("data", "changes", "last_day"),
    [
        (GRANTED, {}, "2038-06-30"),
        (GRANTED, {"variety_group": "other"}, "2033-06-30"),
        (GRANTED, {"expiry_date": "2030-01-01"}, "2030-01-01"),
        (TRADEMARK, {}, None),
        (TRADEMARK, {"renewal": "not_expected"}, "2025-01-20"),
        (TRADEMARK, {"renewal": "not_expected", "expiry_date": "2035-01-20"}, "2035-01-20"),
        (REGION, {}, None),
        (REGION, {"renewal": "not_expected"}, "2024-04-30"),
        (REGION, {"protection": "gi_product", "renewal": "not_expected"}, None),
        (REGION, {"expiry_date": "2024-04-30"}, "2024-04-30"),
        (FILM, {}, "2069-12-31"),
        (FILM, {"author": "natural_person"}, "2069-12-31"),
        (FILM, {"work_kind": "music", "author": "natural_person"}, None),
        (FILM, {"work_kind": "music", "author": "natural_person", "author_died_on": "2020-01-01"}, "2070-12-31"),
        (FILM, {"expiry_date": "2050-12-31"}, "2050-12-31"),
        (SOFTWARE, {}, "2068-12-31"),
        (SOFTWARE, {"author": "natural_person"}, None),
        (SOFTWARE, {"author": "natural_person", "author_died_on": "2020-01-01"}, "2070-12-31"),
        (DRUG, {}, "2036-03-14"),
        (DRUG, {"patent_filing_date": None}, None),
        (DRUG, {"expiry_date": "2039-01-01"}, "2039-01-01"),
    ],
)
def test_the_legal_end_of_each_kind_by_hand(data: dict[str, Any], changes: Any, last_day: str | None) -> None:
    expected = None if last_day is None else datetime.date.fromisoformat(last_day)
    assert right(data, **changes).legal_end() == expected


def test_a_forecast_ends_with_the_derived_term_and_its_source_is_doubted() -> None:
    """Hand: royalty 50,000 a year before tax, 37,500 after, at 12 %; the mark ends after four of the five years."""
    mark = TRADEMARK | {"renewal": "not_expected", "registration_date": "2015-01-01"}
    found = answered({"relief_from_royalty": relief()}, subject=mark)
    assert found.conclusions[0].value == pytest.approx(sum(37_500 / 1.12**year for year in (1, 2, 3, 4)))
    codes = {each.code for each in found.warnings}
    assert {"recalled_value", "years_after_end_of_life"} <= codes
    stated = answered({"relief_from_royalty": relief()}, subject=mark | {"expiry_date": "2024-12-31"})
    assert stated.conclusions[0].value == pytest.approx(found.conclusions[0].value, rel=1e-12)
    assert "recalled_value" not in {each.code for each in stated.warnings}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (TRADEMARK, "renewal_expected"),
        (REGION, "bound_to_region"),
        (GRANTED, "term_changed_since"),
        (TRADEMARK | {"renewal": "not_expected"}, "recalled_value"),
    ],
)
def test_the_doubt_of_a_kind_is_named_in_the_answer(data: dict[str, Any], code: str) -> None:
    found = answered({"relief_from_royalty": relief()}, subject=data)
    assert code in {each.code for each in found.warnings}


def test_a_term_that_no_later_law_changed_is_not_doubted_for_it() -> None:
    new = right(GRANTED, grant_date="2025-06-01")
    assert {each.code for each in new.doubts()} == set()


@pytest.mark.parametrize(
    ("name", "last_recalled", "first_read"),
    [
        ("trademark", "2019-10-31", "2019-11-01"),
        ("software.legal_person", "2013-01-29", "2013-01-30"),
        ("plant_variety.other", "2014-07-28", "2014-07-29"),
        ("copyright.legal_person", None, "1991-06-01"),
        ("circuit_layout", None, "2001-10-01"),
    ],
)
def test_only_the_wording_that_was_read_is_free_of_doubt(name: str, last_recalled: str | None, first_read: str) -> None:
    """Authority: which version of each act was read. A newer wording with the same term is no change of the term."""
    read = legal_term(name, start=datetime.date.fromisoformat(first_read), jurisdiction="CN")
    assert "recalled_value" not in {each.code for each in read.doubts}
    if last_recalled is None:
        with pytest.raises(BeforeFirstStepError):
            legal_term(name, start=datetime.date.fromisoformat(first_read) - datetime.timedelta(1), jurisdiction="CN")
        return
    older = legal_term(name, start=datetime.date.fromisoformat(last_recalled), jurisdiction="CN")
    assert older.value.value == read.value.value
    assert "recalled_value" in {each.code for each in older.doubts}
    changed = "term_changed_since" in {each.code for each in older.doubts}
    assert changed == (name == "plant_variety.other")


def test_a_trademark_law_that_was_not_read_answers_nothing() -> None:
    """The law revised in 2026 holds from 2027-01-01: a term that begins then is a gap, one that reaches it says so."""
    with pytest.raises(GapError, match="trademark law as revised in 2026"):
        legal_term("trademark", start=datetime.date(2027, 1, 1), jurisdiction="CN")
    ends_before, reaches = (
        legal_term("trademark", start=datetime.date(2017, 1, day), jurisdiction="CN") for day in (1, 2)
    )
    assert ends_before.last_day == datetime.date(2026, 12, 31)
    assert "later_law_not_read" not in {each.code for each in ends_before.doubts}
    assert "later_law_not_read" in {each.code for each in reaches.doubts}


def test_what_the_table_does_not_know_is_refused() -> None:
    with pytest.raises(InputError, match=r"^subject.expiry_date: found nothing, expected .*US has no table"):
        answered({"relief_from_royalty": relief()}, subject=DRUG | {"jurisdiction": "US"})
    assert right(DRUG, jurisdiction="US", expiry_date="2036-01-01").legal_end() == datetime.date(2036, 1, 1)
    with pytest.raises(BeforeFirstStepError, match=r"plant_variety.other: found the date 1997-09-30"):
        right(GRANTED, grant_date="1997-09-30", variety_group="other").legal_end()
    with pytest.raises(UnknownNameError, match="trade_secret"):
        legal_end("trade_secret", start=datetime.date(2020, 1, 1), jurisdiction="CN")


@pytest.mark.parametrize("kind", sorted(RIGHTS))
def test_a_right_that_ends_before_it_began_is_refused(kind: str) -> None:
    with pytest.raises(InputError, match=r"dates in the order .* ≤ expiry"):
        right(RIGHTS[kind], expiry_date="2000-01-01")


@pytest.mark.parametrize(
    ("data", "changes", "field"),
    [
        (TRADEMARK, {"nice_classes": [46]}, "nice_classes.0"),
        (TRADEMARK, {"nice_classes": []}, "nice_classes"),
        (TRADEMARK, {"renewal": "perhaps"}, "renewal"),
        (REGION, {"protection": "secret"}, "protection"),
        (FILM, {"author": "robot"}, "author"),
        (SOFTWARE, {"first_published_on": "30.6.2018"}, "first_published_on"),
        (DRUG, {"stage": "phase_4"}, "stage"),
    ],
)
def test_an_impossible_fact_is_named(data: dict[str, Any], changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        right(data, **changes)
    assert [problem.field for problem in raised.value.problems] == [field]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        # Hand: filed 2016-03-15, twenty years end on 2036-03-14, five more on 2041-03-14.
        ({"expiry_date": "2041-03-14"}, set()),
        ({"expiry_date": "2041-03-15"}, {"beyond_longest_compensation"}),
        ({"expiry_date": "2041-03-15", "jurisdiction": "US"}, set()),
        ({"expiry_date": "2041-03-15", "patent_filing_date": None}, set()),
        # Under the law of 2008 nothing was compensated: filed 1999-01-01, ends 2018-12-31.
        ({"patent_filing_date": "1999-01-01", "expiry_date": "2018-12-31"}, set()),
        ({"patent_filing_date": "1999-01-01", "expiry_date": "2019-01-01"}, {"beyond_longest_compensation"}),
        # The wording of the law before is recalled.
        (
            {"patent_filing_date": "1986-01-01", "expiry_date": "2009-01-01"},
            {"beyond_longest_compensation", "recalled_value"},
        ),
    ],
)
def test_a_drug_patent_that_outlives_every_compensation_is_named(changes: dict[str, Any], found: set[str]) -> None:
    assert {each.code for each in right(DRUG, **changes).doubts()} == found


@pytest.mark.parametrize(
    ("parameter", "day", "years"),
    [
        # 专利法（2020）第四十二条：不超过五年、上市后总期限不超过十四年；实施细则（2023）第八十二条：减去5年
        ("drug_maximum_years", "2021-05-31", 0),
        ("drug_maximum_years", "2021-06-01", 5),
        ("drug_maximum_years_after_approval", "2021-06-01", 14),
        ("drug_deducted_years", "2023-12-11", 5),
    ],
)
def test_the_compensation_is_as_the_law_prints_it(parameter: str, day: str, years: int) -> None:
    found, dated = number_of("cn_patent_compensation", parameter, on=datetime.date.fromisoformat(day))
    assert (found, dated.status) == (years, "read")
    if parameter != "drug_maximum_years":
        with pytest.raises(BeforeFirstStepError, match=parameter):
            number_of("cn_patent_compensation", parameter, on=dated.from_date - datetime.timedelta(days=1))
