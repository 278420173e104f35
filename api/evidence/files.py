"""The evidence store from the command line: files in, files out."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from api.evidence.service import found_document, import_file
from api.evidence.store import EvidenceStore, Wanted
from api.evidence.template import csv_template, xlsx_template
from api.settings import read_settings
from valuation.errors import InputError

__all__ = ["import_path", "stored_document", "template_bytes"]

_TEMPLATES = {".xlsx": xlsx_template, ".csv": csv_template}
_FORMATS = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}


def template_bytes(path: Path) -> bytes:
    """The template in the format that the name of the file asks for.

    Raises
    ------
    InputError : another ending.
    """
    ending = path.suffix.lower()
    if ending not in _TEMPLATES:
        raise InputError.of(str(path), found=f"the ending {ending!r}", expected=" or ".join(_TEMPLATES))
    return _TEMPLATES[ending]()


def import_path(path: Path) -> dict[str, Any]:
    """Take in a file; the report of the import as JSON-safe data.

    Raises
    ------
    InputError : no such file, another ending, or whatever is wrong with its cells.
    """
    ending = path.suffix.lower()
    if ending not in _FORMATS:
        raise InputError.of(str(path), found=f"the ending {ending!r}", expected=", ".join(_FORMATS))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError.of(
            str(path), found=error.strerror or "an error", expected="a file that can be read"
        ) from error
    now = datetime.datetime.now(datetime.UTC)
    return import_file(_store(), content, format=_FORMATS[ending], imported_at=now).as_document()


def stored_document() -> dict[str, Any]:
    """What the store holds, the newest deals first."""
    return found_document(_store().find(Wanted()))


def _store() -> EvidenceStore:
    return EvidenceStore(read_settings().evidence_dir)
