"""Taking in a table of transactions, and telling what a file holds before it is taken in."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy.orm import Session

from api.answered import Answered, Service
from api.answered import store as remember_answer
from api.auth import LOCAL_CALLER
from api.commands import Question
from api.evidence.store import EvidenceStore, Found, Imported
from api.evidence.table_files import read_cells
from api.evidence.upload import TableFile
from api.store.tables import AnswerRow
from valuation.evidence.checking import PlacedRecord, checked_table, refuse_problems
from valuation.evidence.record import TransactionRecord
from valuation.evidence.selection import comparable_lines, priced_rows
from valuation.kernel.digest import digest_of
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.sources import unverified

__all__ = ["check_file", "found_document", "import_file", "import_service", "seen_by_caller", "selected"]


def import_file(store: EvidenceStore, content: bytes, *, format: str, imported_at: datetime.datetime) -> Imported:
    """Take in a file: all of its rows, or none.

    Raises
    ------
    InputError : the file is not what it should be, or has faults: every one, by row and column.
    """
    return store.add(_rows(content, format=format, on=imported_at.date()), imported_at=imported_at)


def import_service(store: EvidenceStore) -> Service:
    """What becomes of each row of a file that a caller sends? The rows and the answer are stored.

    The rows are written before the transaction of the answer ends. Where that transaction fails, they are held
    without an answer, and the retry reports them as repeated: no row is ever held twice.
    """

    def take_in(session: Session, file: TableFile, question: Question) -> AnswerRow:
        """Take in all rows of the file, or none."""
        imported_at = datetime.datetime.fromisoformat(question.created_at)
        rows = _rows(file.content, format=file.format, on=imported_at.date())
        held = seen_by_caller(store, question.caller)
        imported = held.add(rows, imported_at=imported_at, file_sha256=file.sha256)
        return remember_answer(session, "comparables_import", _answered(file, rows, imported), question)

    return take_in


def seen_by_caller(store: EvidenceStore, caller: str) -> EvidenceStore:
    """The store as a caller sees it; on a server without keys this machine's user is the operator."""
    return store.seen_by(None if caller == LOCAL_CALLER else caller)


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


def _rows(content: bytes, *, format: str, on: datetime.date) -> tuple[PlacedRecord, ...]:
    """The rows of a file, or every fault by row and column."""
    rows, problems = checked_table(read_cells(content, format=format), received_on=on)
    refuse_problems(problems)
    return rows


def _answered(file: TableFile, rows: Sequence[PlacedRecord], imported: Imported) -> Answered:
    """What became of each row, and the source each row names."""
    repeated, added = {row for row, _ in imported.repeated}, set(imported.added)
    told = [
        {
            "row": each.row,
            "id": each.record.id,
            "outcome": "repeated" if each.row in repeated else "added" if each.record.id in added else "replaced",
            "source": each.record.source.id,
        }
        for each in rows
    ]
    sources = tuple({each.record.source.id: each.record.source for each in rows}.values())
    body = {"format": file.format, "file_sha256": file.sha256, "bytes": len(file.content), "rows": told}
    body |= {"import_number": imported.import_number, "counts": _counts(imported)}
    document = imported.as_document()
    body |= {name: document[name] for name in ("differences", "difference_count")}
    warnings = (*_differing(imported), *unverified(sources))
    return Answered(body=body, warnings=warnings, sources=sources, digest=digest_of({"comparables_import": body}))


def _differing(imported: Imported) -> tuple[NamedWarning, ...]:
    """Are there records of one deal that disagree beside its terms? What is set aside is the reader's to judge."""
    if not imported.differences:
        return ()
    count, deals = len(imported.differences), len({each.deal for each in imported.differences})
    label = Label(
        f"{deals} 宗交易的重复记录有 {count} 处不一致，未保留的数值已逐行逐列列出",
        f"{count} cells of repeated records of {deals} deals disagree; what is set aside is named by row and column",
    )
    return (NamedWarning("repeated_rows_differ", label),)


def _counts(imported: Imported) -> dict[str, int]:
    return {
        "added": len(imported.added),
        "replaced": len(imported.replaced),
        "repeated": len(imported.repeated),
    }
