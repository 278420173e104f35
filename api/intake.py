"""How the body of a POST becomes a question: which content types it may have, and what its key stands for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel
from starlette.requests import Request

from api.bodies import read_json_object, read_model
from api.errors import UnsupportedMediaTypeError
from api.openapi import COMPONENTS
from api.responses import JSON
from valuation.kernel.digest import canonical_json

__all__ = ["Body", "JsonBody", "Understood", "content_type", "unsupported_type"]

_JSON_TYPE = re.compile(r"application/json(\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Understood:
    """A body that was read, before its content is judged.

    Attributes
    ----------
    fingerprint : the same for the same question; the idempotency key stands for it.
    text : what is remembered of the question.
    question : builds what the service gets; raises ``InputError`` for content that cannot be used.
    """

    fingerprint: str
    text: str
    question: Callable[[], Any]


class Body(Protocol):
    """A kind of body: JSON of a model, or a file."""

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of a JSON body, for the description of the API."""
        ...

    def admit(self, request: Request) -> Callable[[bytes], Understood]:
        """Check the headers before a byte is read; what is returned reads the bytes."""
        ...

    def content(self, example: Mapping[str, Any] | None) -> dict[str, Any]:
        """The content types as the description of the API states them."""
        ...


@dataclass(frozen=True)
class JsonBody:
    """A JSON object that a request model reads."""

    model: type[BaseModel]

    def admit(self, request: Request) -> Callable[[bytes], Understood]:
        """JSON in UTF-8, or nothing.

        Raises
        ------
        UnsupportedMediaTypeError : another content type, or packed content.
        """
        stated = content_type(request)
        if not _JSON_TYPE.fullmatch(stated):
            raise unsupported_type(stated, JSON)
        return self._understood

    def content(self, example: Mapping[str, Any] | None) -> dict[str, Any]:
        """The model by reference, and a body that works."""
        described: dict[str, Any] = {"schema": {"$ref": f"{COMPONENTS}{self.model.__name__}"}}
        return {JSON: described if example is None else described | {"example": example}}

    def _understood(self, body: bytes) -> Understood:
        document = read_json_object(body)
        # The same question whatever its spaces and the order of its names.
        fingerprint = hashlib.sha256(canonical_json(document).encode()).hexdigest()
        return Understood(fingerprint, body.decode("utf-8"), lambda: read_model(self.model, document))


def content_type(request: Request) -> str:
    """The content type as stated; packed content is refused, since a few bytes of it may unpack to millions.

    Raises
    ------
    UnsupportedMediaTypeError : a content encoding.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise UnsupportedMediaTypeError.of("header Content-Encoding", found=repr(encoding[:80]), expected="identity")
    return request.headers.get("content-type", "").strip()


def unsupported_type(stated: str, expected: str) -> UnsupportedMediaTypeError:
    """The error for a content type that nobody reads here."""
    found = repr(stated[:80]) if stated else "nothing"
    return UnsupportedMediaTypeError.of("header Content-Type", found=found, expected=expected)
