"""What surrounds a stored answer on its way out: its id, its moment, and where its other forms are."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel, Field

from api.kinds import KINDS, AnswerKind
from api.responses import json_bytes
from api.store.tables import AnswerRow

__all__ = ["Envelope", "address_of", "envelope"]


class Envelope(BaseModel):
    """A stored answer."""

    id: str = Field(examples=["val_0123456789abcdef01234567"])
    kind: AnswerKind
    created_at: str = Field(description="ISO 8601, UTC")
    engine_version: str
    digest: str = Field(description="fingerprint of the inputs and the engine's version")
    links: dict[str, str] = Field(description="addresses of the answer and its other forms")
    answer: dict[str, Any]


def address_of(kind: AnswerKind, identifier: str) -> str:
    """Where an answer can be read again."""
    return f"{KINDS[kind].address}/{identifier}"


def envelope(row: AnswerRow) -> bytes:
    """The stored answer as the JSON a caller gets; the answer itself is passed on to the character."""
    address = address_of(row.kind, row.id)
    others = {name: f"{address}/{form}" for name, form in KINDS[row.kind].other_forms.items()}
    return json_bytes(
        {
            "id": row.id,
            "kind": row.kind,
            "created_at": row.created_at,
            "engine_version": row.engine_version,
            "digest": row.digest,
            "links": {"self": address, **others},
            "answer": orjson.Fragment(row.answer),
        }
    )
