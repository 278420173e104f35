"""What comes back when a table of transactions was taken in."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.envelopes import Envelope
from api.valuations.schemas import WarningOut

__all__ = ["ComparablesImport"]


class ImportedRow(BaseModel):
    """What became of one row of the file; the heading is row 1."""

    row: int
    id: str = Field(description="the deal under which the row is found again")
    outcome: Literal["added", "replaced", "repeated"]
    source: str = Field(description="id of one of the sources of this answer")


class DifferingCell(BaseModel):
    """A field in which two records of one deal disagree; places are ``row N`` of the file or ``the store``."""

    row: int
    deal: str
    column: str
    kept: str
    kept_in: str
    set_aside: str
    set_aside_in: str


class ImportCounts(BaseModel):
    """New deals, known deals with a stronger record, rows that add nothing."""

    added: int
    replaced: int
    repeated: int


class ImportOut(BaseModel):
    """What the import did, row by row."""

    format: Literal["csv", "xlsx", "parquet"]
    file_sha256: str
    bytes: int
    import_number: int | None = Field(description="null where no row was new")
    counts: ImportCounts
    rows: list[ImportedRow]
    differences: list[DifferingCell] = Field(description="the first 1000; difference_count tells how many there are")
    difference_count: int
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class ComparablesImport(Envelope):
    """A stored import."""

    answer: ImportOut  # type: ignore[assignment]  # narrower than any JSON object
