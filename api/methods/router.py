"""Routes of methods, kinds of right and instruments."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.methods.service import instrument_documents, method_documents, subject_documents
from api.openapi import PROBLEM, READ_PROBLEMS
from api.responses import find_in_catalogue, json_response

__all__ = ["methods_router"]


def methods_router(*, callers: Callers) -> APIRouter:
    """The routes ``/v1/methods``, ``/v1/subjects`` and ``/v1/instruments``."""
    router = APIRouter(prefix="/v1", tags=["目录 catalogues"])
    # Made at the first question: the schemas of all methods take half a second, which a start need not wait for.
    methods, subjects, instruments = map(cache, (method_documents, subject_documents, instrument_documents))

    @router.get("/methods", summary="评估方法 · Valuation methods", response_model=None, responses=PROBLEM)
    def list_methods(request: Request) -> Response:
        """Every method: its question, references, published cases and the schema of its inputs."""
        callers.identify(request)
        return json_response({"items": list(methods().values())})

    @router.get("/methods/{id}", summary="一种方法 · One method", response_model=None, responses=READ_PROBLEMS)
    def read_method(request: Request, id: str) -> Response:
        """One method."""
        callers.identify(request)
        return json_response(find_in_catalogue(methods(), id))

    @router.get("/subjects", summary="可评估的权利 · Kinds of right", response_model=None, responses=PROBLEM)
    def list_subjects(request: Request) -> Response:
        """Every kind of right that can be valued, with the schema of its facts."""
        callers.identify(request)
        return json_response({"items": list(subjects().values())})

    @router.get(
        "/instruments", summary="财政工具 · Instruments of public money", response_model=None, responses=PROBLEM
    )
    def list_instruments(request: Request) -> Response:
        """Every instrument: its question and the schema of its terms."""
        callers.identify(request)
        return json_response({"items": list(instruments().values())})

    return router
