"""Tables of transactions as files hold them; every number is invented."""

from __future__ import annotations

import datetime
from typing import Any

from valuation.evidence.checking import PlacedRecord, checked_table
from valuation.evidence.record import TransactionRecord

DAY = datetime.date
RECEIVED = DAY(2021, 2, 1)

#: One row that is right, as text.
ROW: dict[str, Any] = {
    "name": "专利转让一",
    "right_kind": "专利",
    "right_number": "ZL201010000001.0",
    "transaction_kind": "转让",
    "traded_on": "2019-06-30",
    "party_from": "甲公司",
    "party_to": "乙公司",
    "related_parties": "否",
    "jurisdiction": "CN",
    "currency": "CNY",
    "price": "800000.00",
    "quantity": "2",
    "quantity_unit": "件",
    "source_title": "交易公告",
    "source_publisher": "某交易所",
    "source_status": "已核对",
    "retrieved_on": "2021-01-15",
}


def table(*rows: dict[str, Any], heading: list[str] | None = None) -> list[list[Any]]:
    """The heading and the rows as cells; every row is :data:`ROW` with changes."""
    names = heading or list(dict.fromkeys([*ROW, *(name for row in rows for name in row)]))
    filled = [ROW | row for row in rows]
    return [names, *([row.get(name) for name in names] for row in filled)]


def placed(*rows: dict[str, Any]) -> tuple[PlacedRecord, ...]:
    records, problems = checked_table(table(*rows), received_on=RECEIVED)
    assert problems == ()
    return records


def record(**changes: Any) -> TransactionRecord:
    (found,) = placed(changes)
    return found.record
