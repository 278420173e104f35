"""Routes of scores and of packaged patent indicators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answered import remember
from api.commands import Command, Commands
from api.openapi import PROBLEM, READ_PROBLEMS, command_description, command_responses, packaged_example
from api.reading import Reading
from api.responses import json_response
from api.scores.schemas import InForce, Score, ScoreRequest, StandardStructureOut
from api.scores.service import score_patent, standard_document, us_lapse_document

__all__ = ["scores_router"]


def scores_router(commands: Commands, reading: Reading) -> APIRouter:
    """The routes ``/v1/scores`` and ``/v1/indicators``."""
    router = APIRouter(prefix="/v1", tags=["指标 scores"])
    command = Command(ScoreRequest, remember("score", score_patent))

    @router.post(
        "/scores",
        status_code=201,
        summary="专利评分 · Score a patent",
        responses=command_responses(Score),
        openapi_extra=command_description(ScoreRequest, example=packaged_example("scores")),
    )
    async def score(request: Request) -> Response:
        """Points under a profile, OECD quality indices within a cohort, or survival at renewal fees; never money."""
        return await commands.run(request, command)

    @router.get("/scores/{id}", summary="读取评分 · Read a score", responses={200: {"model": Score}, **READ_PROBLEMS})
    def read(request: Request, id: str) -> Response:
        """The score as it was given."""
        return reading.answer(request, id, "score")

    @router.get(
        "/indicators/us_lapse",
        summary="美国专利存续 · Survival of US patents",
        responses={200: {"model": InForce}, **PROBLEM},
    )
    def lapse(
        request: Request,
        age_years: Annotated[float | None, Query(ge=0, le=100, allow_inf_nan=False, examples=[5.0])] = None,
    ) -> Response:
        """Shares in force past each maintenance fee; with ``age_years`` also the share at that age from grant."""
        reading.callers.identify(request)
        return json_response(us_lapse_document(age_years=age_years))

    @router.get(
        "/indicators/gbt_42748_2023",
        summary="专利评估指引的结构 · Structure of GB/T 42748-2023",
        responses={200: {"model": StandardStructureOut}, **PROBLEM},
    )
    def standard(request: Request) -> Response:
        """Dimensions, counts and scenes as read; names of indicators are gaps, weights of scenes a judgement."""
        reading.callers.identify(request)
        return json_response(standard_document())

    return router
