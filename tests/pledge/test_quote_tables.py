"""Do the tables for paper hold what the quote holds, in both languages?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from pledge.eligibility_rule import OUTCOME_LABELS, Outcome
from pledge.quote import PledgeQuote
from pledge.quote_tables import TextTable, text_tables

Ask = Callable[[dict[str, Any]], PledgeQuote]


def rectangular(table: TextTable) -> bool:
    cells = [cell for row in (table.columns, *table.rows) for cell in row]
    return all(len(row) == len(table.columns) for row in table.rows) and all(isinstance(cell, str) for cell in cells)


def test_tables_in_both_languages(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"]["pledgee_value"] = "22000000.00"
    data.update(pool_policy="zhongshan_risk_pool_2021", pool_balance="70000000.00")
    found = quote(data)
    chinese, english = text_tables(found, "zh"), text_tables(found, "en")
    assert [len(tables) for tables in (chinese, english)] == [6, 6]
    assert all(map(rectangular, chinese + english))
    assert [table.title for table in english] == [
        "Pledge loan quote",
        "Eligibility",
        "Schedule of the principal offered",
        "loss sharing (zhongshan_risk_pool_2021)",
        "Conditions and warnings",
        "Policy values used and their sources",
    ]
    result = dict(english[0].rows)
    assert result["decision"] == "eligible"
    assert result["loan to appraised value"] == "20.00%"
    assert result["loan to value to the pledgee"] == "36.36%"
    assert result["total interest (yuan)"] == "1,044,000.00"
    assert result["digest"] == found.digest
    assert dict(chinese[0].rows)["结论"] == "可以受理"
    # Hand: 36 rows and the total.
    assert len(english[2].rows) == 37
    assert english[2].rows[-1] == ("total", "", "", "1,044,000.00", "8,000,000.00", "9,044,000.00", "")
    sources = {row[0]: row for row in english[-1].rows}
    assert sources["loan_cap_cny"][1] == "10,000,000 (cny)"
    assert sources["refusal_grounds.other"][1] == "yes"


def test_nothing_offered_has_no_schedule(quote: Ask, data: dict[str, Any]) -> None:
    data["asset"].update(in_force=None, appraised_value="0.00", kind="trademark")
    tables = text_tables(quote(data), "en")
    assert [len(table.rows[0]) for table in tables] == [2, 4, 2, 5]
    assert dict(tables[0].rows)["loan to appraised value"] == "—"
    row = next(row for row in tables[1].rows if row[0] == "the right is in force")
    assert row[1:3] == ("not stated", "not stated: asset.in_force")
    assert "公告第358号" in row[3]


def test_text_values_are_shown_as_they_are(quote: Ask, data: dict[str, Any]) -> None:
    shares = {
        "loss_share.pool": {"value": "1", "reason": "to see"},
        "loss_share.bank": {"value": "0", "reason": "to see"},
        "loss_share.guarantor": {"value": "0", "reason": "to see"},
        "single_loan_cap_cny": {"value": "1.00", "reason": "to see"},
    }
    data.update(pool_policy="haikou_risk_pool", pool_balance="1.00", what_if={"haikou_risk_pool": shares})
    sources = {row[0]: row[1] for row in text_tables(quote(data), "zh")[-1].rows}
    assert (sources["covered_claim"], sources["liability_limited_to_balance"]) == ("principal", "是")


def test_every_outcome_has_a_word_and_every_reference_its_status(quote: Ask, data: dict[str, Any]) -> None:
    assert set(OUTCOME_LABELS) == set(get_args(Outcome))
    data["asset"].update(invalidation_proceedings=True, parties_insist_after_notice=True, already_pledged=None)
    rows = text_tables(quote(data), "zh")[1].rows
    assert {row[1] for row in rows} == {"通过", "通过（有提示）", "提示", "未说明"}
    assert all(row[3].endswith("(read)") for row in rows)
