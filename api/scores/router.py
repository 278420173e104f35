"""Routes of scores and of packaged patent indicators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answered import remember
from api.auth import Callers
from api.commands import Command
from api.intake import JsonBody
from api.openapi import PROBLEM
from api.responses import json_response
from api.results import Result, Told
from api.scores.schemas import AnnuitiesOut, InForce, Score, ScoreRequest, StandardStructureOut
from api.scores.service import annuities_document, score_patent, standard_document, us_lapse_document
from valuation.indicators.annuity_fees import Applicants, PatentKind
from valuation.kernel.fields import Day

__all__ = ["indicators_router", "scores"]

_TAG = "指标 scores"


def scores() -> Result:
    """The results under ``/v1/scores``."""
    return Result(
        kind="score",
        tag=_TAG,
        command=Command(JsonBody(ScoreRequest), remember("score", score_patent)),
        answer=Score,
        asking=Told(
            "score",
            "专利评分 · Score a patent",
            "Points under a profile, OECD indices, survival at fees, weights judged in pairs, or peers; never money.",
        ),
        reading=Told("read", "读取评分 · Read a score", "The score as it was given."),
        example="scores",
    )


def indicators_router(*, callers: Callers) -> APIRouter:
    """The routes under ``/v1/indicators``: what is packaged, asked without storing anything."""
    router = APIRouter(prefix="/v1/indicators", tags=[_TAG])

    @router.get(
        "/us_lapse",
        summary="美国专利存续 · Survival of US patents",
        responses={200: {"model": InForce}, **PROBLEM},
    )
    def lapse(
        request: Request,
        age_years: Annotated[float | None, Query(ge=0, le=100, allow_inf_nan=False, examples=[5.0])] = None,
    ) -> Response:
        """Shares in force past each maintenance fee; with ``age_years`` also the share at that age from grant."""
        callers.identify(request)
        return json_response(us_lapse_document(age_years=age_years))

    @router.get(
        "/gbt_42748_2023",
        summary="专利评估指引的结构 · Structure of GB/T 42748-2023",
        responses={200: {"model": StandardStructureOut}, **PROBLEM},
    )
    def standard(request: Request) -> Response:
        """Dimensions, counts and scenes as read; names of indicators are gaps, weights of scenes a judgement."""
        callers.identify(request)
        return json_response(standard_document())

    @router.get(
        "/cn_patent_annuities",
        summary="中国专利年费 · Annual fees of Chinese patents",
        responses={200: {"model": AnnuitiesOut}, **PROBLEM},
    )
    def annuities(
        request: Request,
        kind: Annotated[PatentKind, Query()],
        grant_year: Annotated[int, Query(ge=1, le=20)],
        first_year: Annotated[int, Query(ge=1, le=20)],
        last_year: Annotated[int, Query(ge=1, le=20)],
        on: Annotated[Day, Query()],
        applicants: Annotated[Applicants, Query()] = "full",
    ) -> Response:
        """Fee, reduction and amount due of each year of the patent counted from filing, as the table says on a day."""
        callers.identify(request)
        years = {"grant_year": grant_year, "first_year": first_year, "last_year": last_year}
        return json_response(annuities_document(kind, **years, applicants=applicants, on=on))

    return router
