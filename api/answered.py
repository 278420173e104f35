"""What an answer is before it is stored or printed: data, a fingerprint, and a workbook where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.commands import Question
from api.kinds import AnswerKind
from api.responses import json_bytes
from api.store.answers import NewAnswer, add_answer
from api.store.tables import AnswerRow
from valuation.errors import FieldProblem, InputError
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.figures import graded_in
from valuation.kernel.labels import NamedWarning
from valuation.kernel.sources import Source

__all__ = [
    "Answered",
    "Service",
    "Storable",
    "named_under",
    "refuse_undrawn",
    "remember",
    "store",
]

#: Decides what a request asks and hands the answer to the store; never commits the session it is given.
Service = Callable[[Session, Any, Question], AnswerRow]


class Storable(Protocol):
    """What the store takes: a document and the fingerprint of what it answers."""

    @property
    def digest(self) -> str:
        """The fingerprint."""
        ...

    def as_document(self) -> dict[str, Any]:
        """The answer as JSON-safe data."""
        ...


@dataclass(frozen=True)
class Answered:
    """An answer as it is stored and printed: its own part as JSON-safe data, its doubts, its sources, its digest."""

    body: Mapping[str, Any]
    warnings: tuple[NamedWarning, ...]
    sources: tuple[Source, ...]
    digest: str
    workbook: bytes | None = None

    def as_document(self) -> dict[str, Any]:
        """The answer as JSON-safe data."""
        return {
            **self.body,
            "warnings": [each.as_document() for each in self.warnings],
            "sources": [each.as_document() for each in self.sources],
            "engine_version": ENGINE_VERSION,
            "digest": self.digest,
        }


def without_ending(document: Mapping[str, Any]) -> dict[str, Any]:
    """The own part of a document of the domain, without what an :class:`Answered` says at its end."""
    return {name: part for name, part in document.items() if name not in _ENDING}


_ENDING = ("warnings", "sources", "engine_version", "digest")


def remember(kind: AnswerKind, answer: Callable[[Any], Storable]) -> Service:
    """Build the service that decides by ``answer`` and hands what it decided to the store."""

    def service(session: Session, request: BaseModel, question: Question) -> AnswerRow:
        return store(session, kind, answer(request), question)

    return service


def store(session: Session, kind: AnswerKind, answered: Storable, question: Question) -> AnswerRow:
    """Put an answer into the transaction of the session; the edge commits."""
    new = NewAnswer(
        kind=kind,
        digest=answered.digest,
        request=question.text,
        answer=json_bytes(answered.as_document()).decode(),
        workbook=answered.workbook if isinstance(answered, Answered) else None,
        engine_version=ENGINE_VERSION,
    )
    return add_answer(session, new, caller=question.caller, created_at=question.created_at)


@contextmanager
def named_under(prefix: str, *, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Name what the domain finds wrong by its path in the request: below ``prefix``, under the request's own name."""
    known = names or {}
    try:
        yield
    except InputError as error:
        named = [replace(each, field=f"{prefix}.{known.get(each.field, each.field)}") for each in error.problems]
        raise type(error).from_problems(named) from error


def refuse_undrawn(model: BaseModel) -> None:
    """Refuse a distribution that would not be drawn: the reader would take it as part of the answer.

    Raises
    ------
    InputError : naming every such figure.
    """
    problems = [
        FieldProblem(f"{path}.{name}", "a distribution", "none: this figure is not drawn")
        for path, figure in graded_in(model)
        for name in ("distribution", "factor")
        if getattr(figure, name, None) is not None
    ]
    if problems:
        raise InputError.from_problems(problems)
