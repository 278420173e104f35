"""Routes of policies and programmes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.catalogues import Catalogues
from api.openapi import PROBLEM, READ_PROBLEMS
from api.policies.service import policy_documents, programme_document, summary_of
from api.responses import find_in_catalogue, json_response

__all__ = ["policies_router"]


def policies_router(catalogues: Catalogues, *, callers: Callers) -> APIRouter:
    """The routes ``/v1/policies`` and ``/v1/programmes``."""
    router = APIRouter(prefix="/v1", tags=["目录 catalogues"])
    policies = policy_documents(catalogues)
    programmes = {name: programme_document(row) for name, row in catalogues.programmes.items()}

    @router.get("/policies", summary="政策目录 · Policies", response_model=None, responses=PROBLEM)
    def list_policies(request: Request) -> Response:
        """Every policy: a bank's pledge rates, a city's pool, the rules of instruments."""
        callers.identify(request)
        return json_response({"items": [summary_of(row) for row in policies.values()]})

    @router.get("/policies/{id}", summary="一项政策 · One policy", response_model=None, responses=READ_PROBLEMS)
    def read_policy(request: Request, id: str) -> Response:
        """Every dated value with its source; what is not known is named as a gap."""
        callers.identify(request)
        return json_response(find_in_catalogue(policies, id))

    @router.get(
        "/programmes", summary="财政资金方案 · Programmes of public money", response_model=None, responses=PROBLEM
    )
    def list_programmes(request: Request) -> Response:
        """Every programme with its lines of money and their sources."""
        callers.identify(request)
        return json_response({"items": list(programmes.values())})

    return router
