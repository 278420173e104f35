"""How an answer leaves: JSON by orjson, problems by RFC 9457, an entity tag where the answer has a digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from api.errors import NotFoundError, UnauthorizedError, problem_document, problem_type_of
from api.logs import LOGGER, REQUEST_ID
from valuation.errors import IpfinError

__all__ = [
    "JSON",
    "PROBLEM_JSON",
    "XLSX",
    "find_in_catalogue",
    "json_bytes",
    "json_response",
    "problem_response",
    "tagged_response",
]

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def json_bytes(document: Any) -> bytes:
    """A document as JSON in UTF-8."""
    return orjson.dumps(document)


def json_response(document: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a document."""
    return Response(json_bytes(document), status_code=status, headers=dict(headers or {}), media_type=JSON)


def tagged_response(
    request: Request, content: bytes, *, tag: str, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with content that never changes under its tag; a caller that already has it gets 304 and no body."""
    entity_tag = f'"{tag}"'
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    described = {"ETag": entity_tag, "Cache-Control": "private, no-cache", **(headers or {})}
    if entity_tag in known or "*" in known:
        return Response(status_code=304, headers=described)
    return Response(content, headers=described, media_type=media_type)


def problem_response(
    connection: HTTPConnection, error: IpfinError, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a problem; what is the server's own fault goes to the log in full."""
    kind = problem_type_of(error)
    request_id = REQUEST_ID.get() or "none"
    document = problem_document(error, instance=connection.url.path, request_id=request_id)
    if kind.status >= 500:
        cause = error.__cause__ or error
        LOGGER.error("problem", extra={"fields": {"type": kind.uri}}, exc_info=cause)
    described = dict(headers or {})
    if isinstance(error, UnauthorizedError):
        described["WWW-Authenticate"] = 'Bearer realm="ipfin"'
    return Response(json_bytes(document), status_code=kind.status, headers=described, media_type=PROBLEM_JSON)


def find_in_catalogue(catalogue: Mapping[str, dict[str, Any]], identifier: str) -> dict[str, Any]:
    """Take one entry of a catalogue that has an address for each.

    Raises
    ------
    NotFoundError : listing what there is.
    """
    if identifier not in catalogue:
        known = ", ".join(sorted(catalogue))
        raise NotFoundError.of("id", found=repr(identifier[:80]), expected=f"one of {known}")
    return catalogue[identifier]
