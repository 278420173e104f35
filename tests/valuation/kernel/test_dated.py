"""What did a rule say on a day: steps, gaps, repeal, what-if, and the refusal of every incomplete table.

Checked against: a small table written here, whose answers are read off by hand.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from valuation.errors import (
    BeforeFirstStepError,
    GapError,
    InputError,
    ReferenceDataError,
    RepealedError,
    SourceMissingError,
    UnknownNameError,
)
from valuation.kernel.dated import DatedTable, Hypothesis

DAY = datetime.date

TABLE = """
id = "example"
kind = "policy"
name = { zh = "示例", en = "example" }
facts = { city = "Haikou" }

[sources.notice]
title = "Notice of the city"
status = "read"
number = "市府〔2019〕3号"
article = "第五条"
date = 2019-03-01

[sources.memory]
title = "Rule as remembered"
status = "recalled"

[parameters.rate_share.patent]
unit = "share"
label = { zh = "比例", en = "rate" }
steps = [
    { from = 2019-03-01, value = 0.25, source = "notice" },
    { from = 2021-01-01, value = 0.3, source = "memory" },
    { from = 2022-01-01, gap = "ask the bureau for the notice of 2022", source = "memory" },
    { from = 2024-01-01, repealed = true, source = "notice" },
]

[parameters.open]
unit = "1"
label = { zh = "开放", en = "open" }
steps = [{ from = 2019-03-01, value = true, source = "notice" }]
"""
PATENT = "rate_share.patent"


def table(text: str = TABLE) -> DatedTable:
    return DatedTable.from_toml(text, where="example.toml")


def replaced(old: str, new: str) -> str:
    assert old in TABLE, "the test changes what stands there"
    return TABLE.replace(old, new)


# --- reading a day --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "value", "status", "since"),
    [
        (DAY(2019, 3, 1), "0.25", "read", DAY(2019, 3, 1)),
        (DAY(2020, 12, 31), "0.25", "read", DAY(2019, 3, 1)),
        (DAY(2021, 1, 1), "0.3", "recalled", DAY(2021, 1, 1)),
        (DAY(2021, 12, 31), "0.3", "recalled", DAY(2021, 1, 1)),
    ],
)
def test_the_step_in_force_answers(day: DAY, value: str, status: str, since: DAY) -> None:
    found = table().value(PATENT, on=day)
    assert found.value == Decimal(value)
    assert isinstance(found.value, Decimal), "a number with a point is exact"
    assert (found.status, found.from_date, found.unit, found.name) == (status, since, "share", PATENT)


def test_the_answer_as_data_names_its_source() -> None:
    document = table().value(PATENT, on=DAY(2020, 1, 1)).as_document()
    assert document["value"] == "0.25"
    assert document["source"] == {
        "id": "notice",
        "title": "Notice of the city",
        "status": "read",
        "number": "市府〔2019〕3号",
        "article": "第五条",
        "date": "2019-03-01",
    }
    assert table().value("open", on=DAY(2020, 1, 1)).as_document()["value"] is True


def test_only_a_value_somebody_read_comes_without_a_doubt() -> None:
    assert table().value(PATENT, on=DAY(2020, 1, 1)).warning is None
    doubt = table().value(PATENT, on=DAY(2021, 1, 1)).warning
    assert doubt is not None
    assert doubt.code == "recalled_value"
    assert "rate_share.patent = 0.3" in doubt.label.en


def test_before_the_first_step_names_the_date_and_the_instrument() -> None:
    with pytest.raises(BeforeFirstStepError) as raised:
        table().value(PATENT, on=DAY(2019, 2, 28))
    message = (
        "found the date 2019-02-28, expected 2019-03-01 or later, the first step (Notice of the city, 市府〔2019〕3号"
    )
    assert message in str(raised.value)
    assert str(raised.value).startswith("example: rate_share.patent")


def test_a_gap_raises_and_says_how_to_fill_it() -> None:
    with pytest.raises(GapError, match=r"from 2022-01-01 is a gap .*ask the bureau"):
        table().value(PATENT, on=DAY(2023, 6, 1))


def test_after_repeal_the_instrument_that_did_it_is_named() -> None:
    with pytest.raises(RepealedError, match=r"on 2024-01-01 .* repealed from 2024-01-01 by Notice of the city"):
        table().value(PATENT, on=DAY(2024, 1, 1))


def test_an_unknown_parameter_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"'rate'.*open, rate_share.patent"):
        table().value("rate", on=DAY(2020, 1, 1))
    assert table().has(PATENT)
    assert not table().has("rate")


# --- what-if --------------------------------------------------------------------------------------


def test_an_overlay_fills_the_gap_and_is_marked_everywhere() -> None:
    asked = table().overlay({PATENT: Hypothesis(Decimal("0.5"), "the bureau told us on the telephone")})
    found = asked.value(PATENT, on=DAY(2023, 6, 1))
    assert (found.value, found.status, found.source.status) == (Decimal("0.5"), "hypothesis", "hypothesis")
    doubt = found.warning
    assert doubt is not None
    assert doubt.code == "hypothesis_value"
    assert "the bureau told us on the telephone" in doubt.label.en
    assert table().value(PATENT, on=DAY(2020, 1, 1)).value == Decimal("0.25"), "the table itself is unchanged"


def test_an_overlay_does_not_reach_back_before_the_rule_existed() -> None:
    asked = table().overlay({PATENT: Hypothesis(Decimal("0.5"), "to see what follows")})
    with pytest.raises(BeforeFirstStepError):
        asked.value(PATENT, on=DAY(2019, 2, 28))


def test_an_overlay_needs_a_reason_and_an_existing_parameter() -> None:
    with pytest.raises(InputError, match=r"what_if.rate_share.patent.reason"):
        table().overlay({PATENT: Hypothesis(Decimal("0.5"), "  ")})
    with pytest.raises(UnknownNameError, match="what-if parameter"):
        table().overlay({"invented": Hypothesis(Decimal("0.5"), "to see what follows")})


# --- tables that do not load ----------------------------------------------------------------------

FIRST = "{ from = 2019-03-01, value = 0.25,"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            f'{FIRST} source = "notice" }}',
            "{ from = 2019-03-01, value = 0.25 }",
            "found source None, expected one of notice, memory",
        ),
        (f'{FIRST} source = "notice" }}', f'{FIRST} source = "rumour" }}', "found source 'rumour'"),
    ],
)
def test_a_step_without_a_listed_source_does_not_load(old: str, new: str, says: str) -> None:
    with pytest.raises(SourceMissingError, match=says) as raised:
        table(replaced(old, new))
    assert str(raised.value).startswith("example.toml: rate_share.patent")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "example"', "id = ", "not readable as TOML"),
        ('id = "example"', "", "found no 'id'"),
        ('kind = "policy"', "", "found no 'kind'"),
        ('name = { zh = "示例", en = "example" }', "", "found no 'name'"),
        ('name = { zh = "示例", en = "example" }', 'name = { zh = "示例" }', "found no 'en'"),
        ('name = { zh = "示例", en = "example" }', 'name = "example"', "expected a table with 'zh'"),
        ('title = "Notice of the city"', "", "found no 'title'"),
        ('status = "read"', "", "found no 'status'"),
        ('status = "read"', 'status = "certain"', "found status 'certain'"),
        ('unit = "share"', "", "found no 'unit'"),
        ('label = { zh = "比例", en = "rate" }', "", "found no 'label'"),
        ("from = 2021-01-01", "from = 2019-03-01", "expected at least one, rising"),
        ("from = 2021-01-01", "from = 2018-01-01", "expected at least one, rising"),
        (f'{FIRST} source = "notice" }}', f'{FIRST} gap = "x", source = "notice" }}', "exactly one of value, gap"),
        (f'{FIRST} source = "notice" }}', '{ from = 2019-03-01, source = "notice" }', "exactly one of value, gap"),
        ("from = 2021-01-01", 'from = "2021-01-01"', "expected a date"),
        ("from = 2021-01-01", "from = 2021-01-01T10:00:00", "expected a date"),
        ("value = 0.25,", "value = nan,", "expected a finite number"),
        ("value = 0.25,", "value = inf,", "expected a finite number"),
        ("value = 0.25,", 'value = 0.25, status = "sure",', "found status 'sure'"),
        ("value = 0.25,", 'value = 0.25, status = "gap",', "a value with status gap"),
        ("repealed = true", "repealed = false", "expected true or no such key"),
        ('gap = "ask the bureau for the notice of 2022"', 'gap = " "', "expected what to do to fill it"),
        ('steps = [{ from = 2019-03-01, value = true, source = "notice" }]', "steps = []", "at least one"),
        ('steps = [{ from = 2019-03-01, value = true, source = "notice" }]', "steps = [1]", "found the step 1"),
        (
            'steps = [{ from = 2019-03-01, value = true, source = "notice" }]',
            "steps = 1",
            "expected a table with steps",
        ),
    ],
)
def test_an_incomplete_table_does_not_load(old: str, new: str, says: str) -> None:
    with pytest.raises(ReferenceDataError, match=says) as raised:
        table(replaced(old, new))
    assert str(raised.value).startswith("example.toml"), "the file is named"


@pytest.mark.parametrize("key", ["sources", "parameters"])
def test_a_table_without_sources_or_parameters_does_not_load(key: str) -> None:
    rest = 'id = "a"\nkind = "b"\nname = { zh = "甲", en = "a" }\n'
    other = {"sources": "[parameters]\n", "parameters": "[sources]\n"}[key]
    with pytest.raises(ReferenceDataError, match=f"found no '{key}'"):
        table(rest + other)
    with pytest.raises(ReferenceDataError, match=f"{key}: found 3, expected a table"):
        table(f"{key} = 3\n" + rest + other)


def test_a_status_on_a_step_goes_before_that_of_its_source() -> None:
    text = replaced("value = 0.25,", 'value = 0.25, status = "recalled",')
    assert table(text).value(PATENT, on=DAY(2020, 1, 1)).status == "recalled"


BORROWER = """
id = "borrower"
kind = "policy"
name = { zh = "引用", en = "borrower" }
sources = {}
[parameters.ours]
unit = "share"
label = { zh = "我方名称", en = "our name" }
same_as = { table = "example", parameter = "rate_share.patent" }
"""


def test_what_another_table_states_is_referred_to() -> None:
    """Steps, gaps and repeal are the lender's; label and name are the borrower's; the source says who states it."""
    borrower = DatedTable.from_toml(BORROWER, where="borrower", others={"example": TABLE})
    lender = DatedTable.from_toml(TABLE, where="example")
    found = borrower.value("ours", on=DAY(2020, 1, 1))
    assert (found.value, found.name, found.label.en) == (Decimal("0.25"), "ours", "our name")
    assert (found.source.id, found.source.number) == ("example.notice", "市府〔2019〕3号")
    assert set(borrower.sources) == {"example.notice", "example.memory"}
    assert [step.from_date for step in borrower.parameters["ours"].steps] == [
        step.from_date for step in lender.parameters[PATENT].steps
    ]
    with pytest.raises(GapError):
        borrower.value("ours", on=DAY(2022, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('table = "example"', 'table = "moon"', "found the table 'moon'"),
        ("rate_share.patent", "rate_share.moon", "expected a parameter that example states itself"),
        ('unit = "share"', 'unit = "1"', "expected 'share' as in example"),
        ("same_as", "steps = []\nsame_as", "found steps as well"),
        ('table = "example", ', "", "found no 'table'"),
        ('table = "example", parameter = "rate_share.patent"', 'table = "self", parameter = "ours"', "states itself"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(ReferenceDataError, match=message):
        DatedTable.from_toml(BORROWER.replace(old, new), where="borrower", others={"example": TABLE, "self": BORROWER})
