"""Taking in a table of transactions, and telling what a file holds before it is taken in."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Literal

from api.evidence.store import EvidenceStore, Found, Imported
from api.evidence.table_files import read_cells
from valuation.evidence.checking import checked_table, refuse_problems
from valuation.evidence.record import TransactionRecord
from valuation.evidence.selection import comparable_lines, priced_rows

__all__ = ["check_file", "found_document", "import_file", "selected"]


def import_file(store: EvidenceStore, content: bytes, *, format: str, imported_at: datetime.datetime) -> Imported:
    """Take in a file: all of its rows, or none.

    Raises
    ------
    InputError : the file is not what it should be, or has faults: every one, by row and column.
    """
    records, problems = checked_table(read_cells(content, format=format), received_on=imported_at.date())
    refuse_problems(problems)
    return store.add(records, imported_at=imported_at)


def check_file(content: bytes, *, format: str, received_on: datetime.date) -> dict[str, Any]:
    """What would an import find? Records as documents and every fault, nothing stored."""
    records, problems = checked_table(read_cells(content, format=format), received_on=received_on)
    return {
        "records": [{"row": each.row} | each.record.as_document() for each in records],
        "problems": [each.as_document() for each in problems],
    }


def found_document(found: Found) -> dict[str, Any]:
    """An answer of the store as JSON-safe data: each transaction with its provenance, and how many there are."""
    return {"items": [each.as_document() for each in found.records], "total": found.total}


def selected(
    records: Sequence[TransactionRecord],
    *,
    kind: Literal["priced_rows", "comparable_lines"],
    features: Sequence[str],
    currency: str,
) -> dict[str, Any]:
    """Transactions as rows of a request, with their sources and what was left aside."""
    if kind == "priced_rows":
        return priced_rows(records, features=features, currency=currency).as_document()
    return comparable_lines(records, currency=currency).as_document()
