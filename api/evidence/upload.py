"""A table of transactions sent as the body of a POST: the file itself, told apart by its content type."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.requests import Request

from api.intake import Understood, content_type, unsupported_type
from api.responses import XLSX

__all__ = ["MEDIA_TYPES", "TableBody", "TableFile"]

#: Which format each content type is.
MEDIA_TYPES: Mapping[str, str] = {"text/csv": "csv", XLSX: "xlsx", "application/vnd.apache.parquet": "parquet"}
_CHARSET = re.compile(r"charset=\"?([\w-]+)\"?", re.IGNORECASE)
#: What :mod:`api.evidence.table_files` can tell apart; another one would be read as letters that nobody wrote.
CHARSETS = ("utf-8", "gb18030", "gbk", "gb2312")


@dataclass(frozen=True)
class TableFile:
    """A file as it came: its bytes, its format, and the digest by which it is known afterwards."""

    content: bytes
    format: str
    sha256: str


@dataclass(frozen=True)
class TableBody:
    """A CSV, XLSX or Parquet file as the body."""

    model: type[BaseModel] | None = None

    def admit(self, request: Request) -> Callable[[bytes], Understood]:
        """One of :data:`MEDIA_TYPES`, a CSV file also with its encoding.

        Raises
        ------
        UnsupportedMediaTypeError : another content type or encoding, or packed content.
        """
        stated = content_type(request)
        kind, _, parameters = stated.partition(";")
        format = MEDIA_TYPES.get(kind.strip().lower())
        if format is None:
            raise unsupported_type(stated, ", ".join(MEDIA_TYPES))
        for name in _CHARSET.findall(parameters):
            if name.lower() not in CHARSETS:
                raise unsupported_type(stated, f"charset={' or '.join(CHARSETS)}")
        return lambda body: _understood(body, format)

    def content(self, example: Mapping[str, Any] | None) -> dict[str, Any]:
        """Bytes, whatever the type."""
        del example
        return {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES}


def _understood(body: bytes, format: str) -> Understood:
    """The file is known by its digest; its bytes are not kept beside the rows that were read from it."""
    digest = hashlib.sha256(body).hexdigest()
    told = {"format": format, "bytes": len(body), "sha256": digest}
    file = TableFile(body, format, digest)
    fingerprint = hashlib.sha256(f"{format} {digest}".encode()).hexdigest()
    return Understood(fingerprint, orjson.dumps(told).decode(), lambda: file)
