"""The tables that ship with the product: each loads, each value has a source, wrong questions are refused.

Checked against: the steps of each table themselves; a gap and a repeal must raise.
"""

from __future__ import annotations

import datetime
from importlib import resources

import pytest

from valuation.errors import BeforeFirstStepError, GapError, ReferenceDataError, RepealedError, UnknownNameError
from valuation.kernel.dated import DatedTable
from valuation.reference import number_of, reference_table, reference_warnings

DAY = datetime.date(2024, 6, 30)
#: Every packaged file that is a dated table, whoever added it.
TABLES = sorted(
    file.name.removesuffix(".toml")
    for file in resources.files("valuation.tables").iterdir()
    if file.name.endswith(".toml") and "\n[parameters." in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", TABLES)
def test_every_value_of_a_table_has_a_source_and_answers_today(name: str) -> None:
    table = reference_table(name)
    assert table.id == name
    used = {step.source.id for parameter in table.parameters.values() for step in parameter.steps}
    assert used == set(table.sources), "a source that no value names is no source"
    for parameter, steps in table.parameters.items():
        last = steps.steps[-1]
        day = max(DAY, last.from_date)  # a step may begin later: the law that comes
        if last.gap is not None or last.repealed:
            with pytest.raises(RepealedError if last.repealed else GapError, match=name):
                table.value(parameter, on=day)
            continue
        dated = table.value(parameter, on=day)
        assert (dated.warning is not None) == (dated.status != "read")


def test_the_doubts_of_read_values_are_none() -> None:
    read = number_of("cocomo_basic", "effort_factor.organic", on=DAY)[1]
    recalled = number_of("cn_open_licence", "fixed_fee_cap_cny", on=DAY)[1]
    assert [warning.code for warning in reference_warnings([read, recalled])] == ["recalled_value"]


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ReferenceDataError, match=r"no_such_table\.toml"):
        reference_table("no_such_table")
    with pytest.raises(UnknownNameError, match="effort_factor"):
        number_of("cocomo_basic", "effort_factor.agile", on=DAY)
    with pytest.raises(BeforeFirstStepError, match="1981"):
        number_of("cocomo_basic", "effort_factor.organic", on=datetime.date(1980, 1, 1))


def test_a_value_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
id = "words"
kind = "test"
name = { zh = "词", en = "words" }
[sources.a]
title = "a source"
status = "read"
[parameters.word]
unit = "1"
label = { zh = "词", en = "word" }
steps = [{ from = 2000-01-01, value = "text", source = "a" }]
"""
    table = DatedTable.from_toml(text, where="words.toml")
    monkeypatch.setattr("valuation.reference.reference_table", lambda name: table)
    with pytest.raises(ReferenceDataError, match="expected a number"):
        number_of("words", "word", on=DAY)
