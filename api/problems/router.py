"""Routes of the catalogue of problem types."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.errors import PROBLEM_TYPES
from api.openapi import READ_PROBLEMS
from api.responses import find_in_catalogue, json_response

__all__ = ["problems_router"]


def problems_router() -> APIRouter:
    """The routes under ``/v1/problems``; they need no key."""
    router = APIRouter(prefix="/v1/problems", tags=["目录 catalogues"])
    catalogue = {kind.code: kind.as_document() for kind in PROBLEM_TYPES.values()}

    @router.get("", summary="问题类型 · Types of problems", response_model=None)
    def list_problems() -> Response:
        """Every problem this server answers with: its status, title and what to do about it."""
        return json_response({"items": [catalogue[code] for code in sorted(catalogue)]})

    @router.get("/{code}", summary="一种问题 · One type of problem", response_model=None, responses=READ_PROBLEMS)
    def read_problem(code: str) -> Response:
        """One entry of the catalogue."""
        return json_response(find_in_catalogue(catalogue, code))

    return router
