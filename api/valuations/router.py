"""Routes of valuations."""

from __future__ import annotations

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Command, Commands
from api.openapi import READ_PROBLEMS, command_description, command_responses
from api.reading import Reading
from api.responses import json_bytes, tagged_response
from api.store.answers import find_explanation, find_workbook
from api.valuations.schemas import Explanation, Valuation
from api.valuations.service import value_right
from valuation.appraisal import AppraisalRequest

__all__ = ["valuations_router"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def valuations_router(commands: Commands, reading: Reading, *, model: type[AppraisalRequest]) -> APIRouter:
    """The routes under ``/v1/valuations``; ``model`` is the request as the method files make it today."""
    router = APIRouter(prefix="/v1/valuations", tags=["评估 valuations"])
    command = Command(model, value_right)

    @router.post(
        "",
        status_code=201,
        summary="评估一项知识产权 · Value an intellectual-property right",
        responses=command_responses(Valuation),
        openapi_extra=command_description(model),
    )
    async def value(request: Request) -> Response:
        """Runs every method the request states, reconciles them into one value, and stores the answer."""
        return await commands.run(request, command)

    @router.get("/{id}", summary="读取评估 · Read a valuation", responses={200: {"model": Valuation}, **READ_PROBLEMS})
    def read(request: Request, id: str) -> Response:
        """The answer as it was given."""
        return reading.answer(request, id, "valuation")

    @router.get(
        "/{id}/explain",
        summary="逐步解释 · Explain step by step",
        responses={200: {"model": Explanation}, **READ_PROBLEMS},
    )
    def explain(request: Request, id: str) -> Response:
        """Every line of every working paper, in order: value, formula in words, or the evidence behind it."""
        papers, digest = reading.find(
            request, lambda session, caller: find_explanation(session, id, kind="valuation", caller=caller)
        )
        document = {"id": id, "digest": digest, "papers": orjson.Fragment(papers)}
        return tagged_response(request, json_bytes(document), tag=f"{digest}-explain")

    @router.get(
        "/{id}/worksheet.xlsx",
        summary="工作底稿 · Working papers as a workbook with live formulas",
        response_class=Response,
        responses={200: {"content": {XLSX: {}}}, **READ_PROBLEMS},
    )
    def worksheet(request: Request, id: str) -> Response:
        """The working papers as XLSX: change an input cell and the workbook answers."""
        content, digest = reading.find(
            request, lambda session, caller: find_workbook(session, id, kind="valuation", caller=caller)
        )
        headers = {"Content-Disposition": f'attachment; filename="{id}.xlsx"'}
        return tagged_response(request, content, tag=f"{digest}-xlsx", media_type=XLSX, headers=headers)

    return router
