"""Routes of analyses."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.analyses.schemas import Analysis, AnalysisRequest
from api.analyses.service import analyse
from api.answered import remember
from api.commands import Command, Commands
from api.openapi import READ_PROBLEMS, command_description, command_responses, packaged_example
from api.reading import Reading

__all__ = ["analyses_router"]


def analyses_router(commands: Commands, reading: Reading, *, model: type[AnalysisRequest]) -> APIRouter:
    """The routes under ``/v1/analyses``; ``model`` holds the valuation request as the method files make it today."""
    router = APIRouter(prefix="/v1/analyses", tags=["分析 analyses"])
    command = Command(model, remember("analysis", analyse))

    @router.post(
        "",
        status_code=201,
        summary="分析一项评估 · Analyse a valuation",
        responses=command_responses(Analysis),
        openapi_extra=command_description(model, example=packaged_example("analyses")),
    )
    async def find_out(request: Request) -> Response:
        """Percentiles, total-effect shares, scenarios, or the break-even of an input, on one method's paper."""
        return await commands.run(request, command)

    @router.get("/{id}", summary="读取分析 · Read an analysis", responses={200: {"model": Analysis}, **READ_PROBLEMS})
    def read(request: Request, id: str) -> Response:
        """The analysis as it was made."""
        return reading.answer(request, id, "analysis")

    return router
