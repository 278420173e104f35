"""Routes of valuations."""

from __future__ import annotations

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Command
from api.intake import JsonBody
from api.kinds import KINDS
from api.openapi import READ_PROBLEMS
from api.reading import Reading
from api.responses import json_bytes, tagged_response
from api.results import Result, Told
from api.store.answers import find_explanation
from api.valuations.schemas import Explanation, Valuation
from api.valuations.service import value_right
from valuation.appraisal import AppraisalRequest

__all__ = ["explanations_router", "valuations"]

_TAG = "评估 valuations"


def valuations(*, model: type[AppraisalRequest]) -> Result:
    """The results under ``/v1/valuations``; ``model`` is the request as the method files make it today."""
    return Result(
        kind="valuation",
        tag=_TAG,
        command=Command(JsonBody(model), value_right),
        answer=Valuation,
        asking=Told(
            "value",
            "评估一项知识产权 · Value an intellectual-property right",
            "Runs every method the request states, reconciles them into one value, and stores the answer.",
        ),
        reading=Told("read", "读取评估 · Read a valuation", "The answer as it was given."),
        worksheet=Told(
            "worksheet",
            "工作底稿 · Working papers as a workbook with live formulas",
            "The working papers as XLSX: change an input cell and the workbook answers.",
        ),
    )


def explanations_router(reading: Reading) -> APIRouter:
    """The form of a valuation that other results do not have: step by step."""
    router = APIRouter(prefix=KINDS["valuation"].address, tags=[_TAG])

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

    return router
