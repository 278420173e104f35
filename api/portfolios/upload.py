"""A loan book as the body of a POST: a file, or the same loans as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request

from api.evidence.upload import MEDIA_TYPES, TableBody
from api.intake import JsonBody, Understood, content_type, unsupported_type
from api.portfolios.schemas import LoanBookRequest
from api.responses import JSON

__all__ = ["BookBody"]


@dataclass(frozen=True)
class BookBody:
    """A CSV, XLSX or Parquet file, or a JSON object with the loans."""

    model: type[BaseModel] | None = LoanBookRequest

    def admit(self, request: Request) -> Callable[[bytes], Understood]:
        """One of the content types of a table, or JSON.

        Raises
        ------
        UnsupportedMediaTypeError : another content type or encoding, or packed content.
        """
        stated = content_type(request)
        kind = stated.partition(";")[0].strip().lower()
        if kind == JSON:
            return JsonBody(LoanBookRequest).admit(request)
        if kind not in MEDIA_TYPES:
            raise unsupported_type(stated, ", ".join((*MEDIA_TYPES, JSON)))
        return TableBody().admit(request)

    def content(self, example: Mapping[str, Any] | None) -> dict[str, Any]:
        """All of these content types."""
        return {**TableBody().content(None), **JsonBody(LoanBookRequest).content(example)}
