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
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class ComparablesImport(Envelope):
    """A stored import."""

    answer: ImportOut  # type: ignore[assignment]  # narrower than any JSON object
