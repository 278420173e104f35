"""Remembering transactions: one Parquet file for each import, never changed, asked through DuckDB."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from api.evidence.table_files import QUIET
from valuation.errors import InputError
from valuation.evidence.checking import PlacedRecord, refuse_problems
from valuation.evidence.deals import CellDifference, Sorted, sort_out
from valuation.evidence.record import STATUS_RANKS, TransactionRecord

__all__ = ["MAXIMUM_DIFFERENCES", "EvidenceStore", "Found", "Imported", "Wanted"]

#: Rows of one answer; a caller narrows the question or pages on.
MAXIMUM_FOUND = 10_000
#: Differences that an answer names; their count tells of the others.
MAXIMUM_DIFFERENCES = 1000

#: How each field is kept. A price is an exact decimal; features are a map, so that a new one needs no new column.
_TYPES = {
    "id": "VARCHAR",
    "name": "VARCHAR",
    "right_kind": "VARCHAR",
    "transaction_kind": "VARCHAR",
    "traded_on": "DATE",
    "related_parties": "BOOLEAN",
    "jurisdiction": "VARCHAR",
    "currency": "VARCHAR",
    "quantity": "DOUBLE",
    "quantity_unit": "VARCHAR",
    "source_title": "VARCHAR",
    "source_publisher": "VARCHAR",
    "source_status": "VARCHAR",
    "retrieved_on": "DATE",
    "price": "DECIMAL(17,2)",
    "rate_share": "DOUBLE",
    "right_number": "VARCHAR",
    "party_from": "VARCHAR",
    "party_to": "VARCHAR",
    "industry": "VARCHAR",
    "source_number": "VARCHAR",
    "source_address": "VARCHAR",
    "source_date": "DATE",
    "note": "VARCHAR",
    "features": "MAP(VARCHAR, DOUBLE)",
    "import_number": "BIGINT",
    "imported_at": "VARCHAR",
    "imported_by": "VARCHAR",
    "file_sha256": "VARCHAR",
    "file_row": "BIGINT",
}
_FIELDS = tuple(each.name for each in fields(TransactionRecord))


@dataclass(frozen=True)
class Wanted:
    """Which transactions are asked for; what is ``None`` does not narrow the question."""

    right_kind: str | None = None
    transaction_kind: str | None = None
    jurisdiction: str | None = None
    industry: str | None = None
    currency: str | None = None
    traded_from: datetime.date | None = None
    traded_to: datetime.date | None = None
    related_parties: bool | None = None
    with_features: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None
    limit: int = MAXIMUM_FOUND

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAXIMUM_FOUND:
            raise InputError.of("limit", found=self.limit, expected=f"1 to {MAXIMUM_FOUND}")


@dataclass(frozen=True)
class Found:
    """The transactions of an answer, and how many there are in all."""

    records: tuple[TransactionRecord, ...]
    total: int


@dataclass(frozen=True)
class Imported:
    """What an import did: which deals are new, which known ones it improved, which rows repeat a deal.

    ``differences`` are the fields in which two records of one deal disagree beside its terms.
    """

    import_number: int | None
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    repeated: tuple[tuple[int, str], ...]
    differences: tuple[CellDifference, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """The report as JSON-safe data."""
        return {
            "import_number": self.import_number,
            "added": list(self.added),
            "replaced": list(self.replaced),
            "repeated": [{"row": row, "id": deal} for row, deal in self.repeated],
            "differences": [each.as_document() for each in self.differences[:MAXIMUM_DIFFERENCES]],
            "difference_count": len(self.differences),
        }


class EvidenceStore:
    """A folder of Parquet files, one for each import; the strongest record of each deal is what it holds.

    The folder is made by the first import; until then the store is empty.
    Nothing is ever overwritten: an import that improves a record adds a stronger one, and the older stays on disk.
    What the operator takes in is everybody's; what a caller takes in is that caller's alone, and of two records of
    one deal its own counts.

    Attributes
    ----------
    caller : whose store this is; ``None`` is the operator's.
    """

    def __init__(self, folder: Path, *, caller: str | None = None) -> None:
        if set(str(folder)) & set("*?[]{}"):
            # DuckDB would read them as a pattern of other folders.
            raise InputError.of("evidence folder", found=repr(str(folder)), expected="a path without * ? [ ] { }")
        self._folder = folder
        self.caller = caller

    def seen_by(self, caller: str | None) -> EvidenceStore:
        """The same folder as one caller sees it and adds to it."""
        return EvidenceStore(self._folder, caller=caller)

    def add(
        self, rows: Sequence[PlacedRecord], *, imported_at: datetime.datetime, file_sha256: str | None = None
    ) -> Imported:
        """Take in checked rows: all of them, or none; each remembers who brought it, in which row of which file.

        Raises
        ------
        InputError : rows that contradict each other or a deal already held, each by row and cell.

        Tested by: ``tests/api/evidence/test_store.py``.
        """
        assert imported_at.tzinfo is not None, "the moment of an import has a zone"
        with self._alone():
            ids = tuple(dict.fromkeys(each.record.id for each in rows))
            result = sort_out(rows, known=self._held(ids))
            refuse_problems(result.problems)
            repeated = {row for row, _ in result.repeated}
            places = {each.record.id: each.row for each in rows if each.row not in repeated}
            number = self._write(result, places, imported_at=imported_at, file_sha256=file_sha256)
        return Imported(
            import_number=number,
            added=tuple(each.id for each in result.added),
            replaced=tuple(each.id for each in result.replacing),
            repeated=result.repeated,
            differences=result.differences,
        )

    def find(self, wanted: Wanted) -> Found:
        """Which transactions answer the question? Ordered by day of the deal, the newest first, then by id."""
        where, arguments = _conditions(wanted)
        with self._connected() as connection:
            if not self._has_files():
                return Found((), 0)
            counted = connection.execute(f"SELECT count(*) FROM held WHERE {where}", arguments).fetchone()
            assert counted is not None, "a count is one row"
            asked = f"SELECT {', '.join(_FIELDS)} FROM held WHERE {where} ORDER BY traded_on DESC, id LIMIT ?"
            found = connection.execute(asked, [*arguments, wanted.limit]).fetchall()
        return Found(tuple(_record(row) for row in found), counted[0])

    def _held(self, ids: Sequence[str]) -> tuple[TransactionRecord, ...]:
        """The records of these deals, however many."""
        if not ids or not self._has_files():
            return ()
        with self._connected() as connection:
            asked = f"SELECT {', '.join(_FIELDS)} FROM held WHERE id IN (SELECT unnest(?::VARCHAR[]))"
            return tuple(_record(row) for row in connection.execute(asked, [list(ids)]).fetchall())

    def _write(
        self,
        result: Sorted,
        places: Mapping[str, int],
        *,
        imported_at: datetime.datetime,
        file_sha256: str | None,
    ) -> int | None:
        """Write one file under the next number; it appears whole or not at all."""
        records = [*result.added, *result.replacing]
        if not records:
            return None
        brought = {"imported_at": imported_at.isoformat(), "imported_by": self.caller, "file_sha256": file_sha256}
        number = max((int(path.stem.removeprefix("import-")) for path in self._files()), default=0) + 1
        lines = self._folder / "incoming.json"
        target = self._folder / f"import-{number:08d}.parquet"
        draft = target.with_suffix(".draft")
        try:
            with lines.open("w", encoding="utf-8") as stream:
                for each in records:
                    origin = brought | {"import_number": number, "file_row": places[each.id]}
                    stream.write(json.dumps(_row(each) | origin, ensure_ascii=False) + "\n")
            columns = ", ".join(f"{name}: '{kind}'" for name, kind in _TYPES.items())
            with duckdb.connect(config=QUIET) as connection:
                connection.execute(
                    f"COPY (SELECT * FROM read_json(?, format = 'newline_delimited', columns = {{{columns}}}))"
                    f" TO '{_quoted(draft)}' (FORMAT parquet, COMPRESSION zstd)",
                    [str(lines)],
                )
            os.replace(draft, target)
        finally:
            lines.unlink(missing_ok=True)
            draft.unlink(missing_ok=True)
        return number

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("import-*.parquet"))

    def _has_files(self) -> bool:
        return bool(self._files())

    @contextlib.contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that sees the strongest record of each deal as ``held``."""
        with duckdb.connect(config=QUIET) as connection:
            if self._has_files():
                ranks = " ".join(f"WHEN '{status}' THEN {rank}" for status, rank in STATUS_RANKS.items())
                own = "false" if self.caller is None else f"imported_by = '{_quoted(self.caller)}'"
                # Files of earlier versions do not say who brought them: the operator did.
                connection.execute(
                    "CREATE TEMP VIEW held AS SELECT * FROM ("
                    f"SELECT * FROM read_parquet('{_quoted(self._folder)}/import-*.parquet', union_by_name = true)"
                    " UNION ALL BY NAME SELECT NULL::VARCHAR AS imported_by WHERE false)"
                    f" WHERE imported_by IS NULL OR {own}"
                    " QUALIFY row_number() OVER (PARTITION BY id ORDER BY imported_by IS NULL,"
                    f" CASE source_status {ranks} END, retrieved_on DESC, import_number) = 1"
                )
            yield connection

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One import at a time, also among several processes; the lock falls with the process that held it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _quoted(path: Path | str) -> str:
    """A path or a name inside an SQL text; views and COPY take no parameters."""
    return str(path).replace("'", "''")


def _row(record: TransactionRecord) -> dict[str, Any]:
    """A record as JSON: decimals and days as text, so that no digit is lost on the way."""
    row: dict[str, Any] = {"id": record.id}
    for name in _FIELDS:
        value = getattr(record, name)
        row[name] = str(value) if isinstance(value, Decimal | datetime.date) else value
    return row | {"features": dict(record.features)}


def _record(row: Sequence[Any]) -> TransactionRecord:
    return TransactionRecord(**dict(zip(_FIELDS, row, strict=True)))


def _conditions(wanted: Wanted) -> tuple[str, list[Any]]:
    """The question in SQL; every value is an argument, never text."""
    parts, arguments = ["true"], []
    for name in ("right_kind", "transaction_kind", "jurisdiction", "industry", "currency", "related_parties"):
        value = getattr(wanted, name)
        if value is not None:
            parts.append(f"{name} = ?")
            arguments.append(value)
    for sign, day in ((">=", wanted.traded_from), ("<=", wanted.traded_to)):
        if day is not None:
            parts.append(f"traded_on {sign} ?")
            arguments.append(day)
    for feature in wanted.with_features:
        parts.append("map_contains(features, ?)")
        arguments.append(feature)
    if wanted.ids is not None:
        parts.append("id IN (SELECT unnest(?::VARCHAR[]))")
        arguments.append(list(wanted.ids))
    return " AND ".join(parts), arguments
