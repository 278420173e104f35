"""Tables that somebody publishes: filled where they could be read, empty where not, and then saying who has them."""

from __future__ import annotations

import csv
import datetime
import functools
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, get_args

from valuation.errors import GapError, ReferenceDataError, UnknownNameError
from valuation.kernel.labels import Label
from valuation.kernel.sources import Source, SourceStatus

__all__ = ["PUBLISHED_TABLES", "PublishedTable", "packaged_table", "read_table"]

#: The tables that ship with the product; each is a TOML description and a CSV of rows in ``valuation/tables``.
PUBLISHED_TABLES = ("cn_patent_licence_statistics",)
_KEYS = {"id", "name", "publisher", "how_to_obtain", "key", "columns", "source"}
_SOURCE_KEYS = {"id", "title", "status", "number", "article", "date", "address"}


@dataclass(frozen=True)
class PublishedTable:
    """One published table.

    ``columns`` are names with labels; ``key`` is the column that tells rows apart. ``source`` says where the table
    is known from and how far it was read; ``how_to_obtain`` what to do while it is empty.
    """

    id: str
    name: Label
    publisher: Label
    how_to_obtain: Label
    key: str
    columns: Mapping[str, Label]
    source: Source
    rows: tuple[Mapping[str, str], ...]

    @property
    def is_empty(self) -> bool:
        """Has nobody filled the table yet?"""
        return not self.rows

    def row(self, key: str) -> Mapping[str, str]:
        """Which row has this key? Its cells as text.

        Raises
        ------
        GapError : the table is empty; the message names the publisher and how to obtain it.
        UnknownNameError : it is filled, but not for this key.
        """
        if self.is_empty:
            raise GapError(
                f"{self.id}: {self.name.en} is empty, it is published by {self.publisher.en}"
                f" ({self.publisher.zh}). {self.how_to_obtain.en}"
            )
        for row in self.rows:
            if row[self.key] == key:
                return row
        raise UnknownNameError.among(self.key, found=key, known=[row[self.key] for row in self.rows])

    def as_document(self) -> dict[str, Any]:
        """The table as JSON-safe data; an empty one shows its publisher."""
        return {
            "id": self.id,
            "name": self.name.as_document(),
            "publisher": self.publisher.as_document(),
            "how_to_obtain": self.how_to_obtain.as_document(),
            "key": self.key,
            "columns": {name: label.as_document() for name, label in self.columns.items()},
            "source": self.source.as_document(),
            "is_empty": self.is_empty,
            "rows": [dict(row) for row in self.rows],
        }


@functools.cache
def packaged_table(name: str) -> PublishedTable:
    """A table that ships with the product.

    Raises
    ------
    UnknownNameError : there is none of this name.
    """
    if name not in PUBLISHED_TABLES:
        raise UnknownNameError.among("table", found=name, known=PUBLISHED_TABLES)
    folder = resources.files("valuation.tables")
    description = (folder / f"{name}.toml").read_text(encoding="utf-8")
    rows = (folder / f"{name}.csv").read_text(encoding="utf-8")
    return read_table(description, rows, where=name)


def read_table(description: str, rows: str, *, where: str) -> PublishedTable:
    """Read a table from its two texts; ``where`` names them in errors.

    Raises
    ------
    ReferenceDataError : a key missing or unknown, another heading than described, a row too short or twice.

    Tested by: ``tests/valuation/evidence/test_published_tables.py``.
    """
    stated = tomllib.loads(description)
    if stated.keys() != _KEYS:
        raise ReferenceDataError(f"{where}: found keys {sorted(stated)}, expected {sorted(_KEYS)}")
    columns = {name: Label(**labels) for name, labels in stated["columns"].items()}
    if stated["key"] not in columns:
        raise ReferenceDataError(f"{where}: found key {stated['key']!r}, expected one of {', '.join(columns)}")
    return PublishedTable(
        id=stated["id"],
        name=Label(**stated["name"]),
        publisher=Label(**stated["publisher"]),
        how_to_obtain=Label(**stated["how_to_obtain"]),
        key=stated["key"],
        columns=columns,
        source=_source(stated["source"], where),
        rows=_rows(rows, tuple(columns), stated["key"], where),
    )


def _source(stated: Mapping[str, Any], where: str) -> Source:
    date = stated.get("date")
    is_sound = stated.keys() <= _SOURCE_KEYS and stated.get("status") in get_args(SourceStatus)
    if not is_sound or not (date is None or isinstance(date, datetime.date)):
        raise ReferenceDataError(f"{where}: found source {dict(stated)}, expected title, status and the known facts")
    return Source(**stated)


def _rows(text: str, columns: tuple[str, ...], key: str, where: str) -> tuple[Mapping[str, str], ...]:
    heading, *lines = list(csv.reader(io.StringIO(text)))
    if tuple(heading) != columns:
        raise ReferenceDataError(f"{where}: found columns {heading}, expected {list(columns)}")
    rows = []
    for number, line in enumerate(lines, start=2):
        if len(line) != len(columns) or not all(cell.strip() for cell in line):
            raise ReferenceDataError(f"{where}: row {number}: found {line}, expected {len(columns)} filled cells")
        rows.append(dict(zip(columns, line, strict=True)))
    keys = [row[key] for row in rows]
    if len(set(keys)) < len(keys):
        raise ReferenceDataError(f"{where}: found {key} twice, expected each once")
    return tuple(rows)
