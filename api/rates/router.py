"""Routes of rate papers."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answered import remember
from api.commands import Command, Commands
from api.openapi import READ_PROBLEMS, command_description, command_responses, packaged_example
from api.rates.schemas import RatePaper, RatePaperRequest
from api.rates.service import rate_paper
from api.reading import Reading
from api.responses import tagged_response
from api.store.answers import find_workbook

__all__ = ["rates_router"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rates_router(commands: Commands, reading: Reading) -> APIRouter:
    """The routes under ``/v1/rate-papers``."""
    router = APIRouter(prefix="/v1/rate-papers", tags=["折现率 rate papers"])
    command = Command(RatePaperRequest, remember("rate_paper", rate_paper))

    @router.post(
        "",
        status_code=201,
        summary="折现率与收益年限底稿 · Write a paper on a rate or a useful life",
        responses=command_responses(RatePaper),
        openapi_extra=command_description(RatePaperRequest, example=packaged_example("rates")),
    )
    async def write(request: Request) -> Response:
        """Build-up, scored premium, CAPM, WACC, return decomposition, WARA, useful life, or a riskless curve."""
        return await commands.run(request, command)

    @router.get("/{id}", summary="读取底稿 · Read a paper", responses={200: {"model": RatePaper}, **READ_PROBLEMS})
    def read(request: Request, id: str) -> Response:
        """The paper as it was written."""
        return reading.answer(request, id, "rate_paper")

    @router.get(
        "/{id}/worksheet.xlsx",
        summary="工作底稿 · The paper as a workbook with live formulas",
        response_class=Response,
        responses={200: {"content": {XLSX: {}}}, **READ_PROBLEMS},
    )
    def worksheet(request: Request, id: str) -> Response:
        """The working paper as XLSX: change an input cell and the workbook answers."""
        content, digest = reading.find(
            request, lambda session, caller: find_workbook(session, id, kind="rate_paper", caller=caller)
        )
        headers = {"Content-Disposition": f'attachment; filename="{id}.xlsx"'}
        return tagged_response(request, content, tag=f"{digest}-xlsx", media_type=XLSX, headers=headers)

    return router
