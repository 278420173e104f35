"""What all results have in common over HTTP: one POST asks and stores, GETs read it again as it was given."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Command, Commands
from api.envelopes import Envelope
from api.kinds import KINDS, AnswerKind
from api.openapi import READ_PROBLEMS, command_description, command_responses, packaged_example
from api.reading import Reading
from api.responses import XLSX, tagged_response
from api.store.answers import find_workbook

__all__ = ["Result", "Told", "add_reading", "add_worksheet", "result_router"]


@dataclass(frozen=True)
class Told:
    """What the description of the API says of one route; ``name`` begins its operation id and never changes."""

    name: str
    summary: str
    text: str


@dataclass(frozen=True)
class Result:
    """A kind of result: what is asked, what is stored, and what its routes say of themselves.

    Attributes
    ----------
    kind : the kind of its stored answers.
    tag : under which heading the description lists its routes.
    command : the kind of body that asks and the service that answers it.
    answer : the layout of the stored answer.
    asking, reading : the POST and the GET.
    worksheet : the GET of the workbook, where the answer has one.
    example : the package whose ``example.json`` is a question that works.
    """

    kind: AnswerKind
    tag: str
    command: Command
    answer: type[Envelope]
    asking: Told
    reading: Told
    worksheet: Told | None = None
    example: str | None = None

    def named(self, prefix: str) -> Result:
        """The same routes under operation ids of their own."""
        told = {"asking": self.asking, "reading": self.reading, "worksheet": self.worksheet}
        renamed = {part: replace(each, name=f"{prefix}_{each.name}") for part, each in told.items() if each is not None}
        return replace(self, **renamed)  # type: ignore[arg-type]  # each part is again what it was


def result_router(commands: Commands, reading: Reading, result: Result) -> APIRouter:
    """The routes of one kind of result, at its address and at the former one, where all goes on as it did."""
    router = APIRouter(tags=[result.tag])
    kind = KINDS[result.kind]
    _add_routes(router, commands, reading, result, kind.address)
    if kind.former_address is not None:
        _add_routes(router, commands, reading, result.named("former"), kind.former_address, deprecated=True)
    return router


def _add_routes(
    router: APIRouter,
    commands: Commands,
    reading: Reading,
    result: Result,
    address: str,
    *,
    deprecated: bool | None = None,
) -> None:
    routes = APIRouter(prefix=address, deprecated=deprecated)
    _add_asking(routes, commands, result)
    add_reading(routes, reading, result.kind, result.answer, result.reading)
    if result.worksheet is not None:
        add_worksheet(routes, reading, result.kind, result.worksheet)
    router.include_router(routes)


def _add_asking(router: APIRouter, commands: Commands, result: Result) -> None:
    async def ask(request: Request) -> Response:
        return await commands.run(request, result.command)

    example = None if result.example is None else packaged_example(result.example)
    router.add_api_route(
        "",
        ask,
        methods=["POST"],
        status_code=201,
        name=result.asking.name,
        summary=result.asking.summary,
        description=result.asking.text,
        responses=command_responses(result.answer),
        openapi_extra=command_description(result.command.body.content(example)),
    )


def add_reading(router: APIRouter, reading: Reading, kind: AnswerKind, answer: type[Envelope], told: Told) -> None:
    """The GET of a stored answer."""

    def read(request: Request, id: str) -> Response:
        return reading.answer(request, id, kind)

    router.add_api_route(
        "/{id}",
        read,
        name=told.name,
        summary=told.summary,
        description=told.text,
        responses={200: {"model": answer}, **READ_PROBLEMS},
    )


def add_worksheet(router: APIRouter, reading: Reading, kind: AnswerKind, told: Told) -> None:
    """The GET of its workbook."""

    def worksheet(request: Request, id: str) -> Response:
        content, digest = reading.find(
            request, lambda session, caller: find_workbook(session, id, kind=kind, caller=caller)
        )
        headers = {"Content-Disposition": f'attachment; filename="{id}.xlsx"'}
        return tagged_response(request, content, tag=f"{digest}-xlsx", media_type=XLSX, headers=headers)

    router.add_api_route(
        "/{id}/worksheet.xlsx",
        worksheet,
        name=told.name,
        summary=told.summary,
        description=told.text,
        response_class=Response,
        responses={200: {"content": {XLSX: {}}}, **READ_PROBLEMS},
    )
