"""Routes of health."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import Engine
from starlette.responses import Response

from api.errors import NotReadyError
from api.openapi import PROBLEM
from api.responses import json_response
from api.store.migrate import current_revision, head_revision
from valuation.kernel.digest import ENGINE_VERSION

__all__ = ["health_router"]


def health_router(engine: Engine) -> APIRouter:
    """The routes under ``/health``; they need no key and tell nothing of the installation."""
    router = APIRouter(prefix="/health", tags=["运行状况 health"])
    needed = head_revision()

    @router.get("/live", summary="进程是否在运行 · Is the process alive?", response_model=None)
    def live() -> Response:
        """Always answers while the process runs."""
        return json_response({"status": "alive", "engine_version": ENGINE_VERSION})

    @router.get(
        "/ready",
        summary="能否作答 · Can it answer?",
        response_model=None,
        responses={503: PROBLEM["default"], **PROBLEM},
    )
    def ready() -> Response:
        """Answers 200 when the database can be reached and has the tables of this version."""
        found = current_revision(engine)
        if found != needed:
            raise NotReadyError.of("database", found=f"revision {found}", expected=f"revision {needed}")
        return json_response({"status": "ready", "engine_version": ENGINE_VERSION, "database_revision": found})

    return router
