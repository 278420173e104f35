"""Routes of loan books and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.commands import Command, Commands
from api.evidence.upload import TableBody
from api.intake import JsonBody
from api.openapi import PROBLEM, READ_PROBLEMS, command_description, command_responses
from api.portfolios.book_file import book_template
from api.portfolios.run import MAXIMUM_REQUEST_CELLS
from api.portfolios.schemas import LoanBookStored, PortfolioRun, PortfolioRunRequest
from api.portfolios.service import run_service, take_in_book
from api.reading import Reading
from api.responses import XLSX
from api.results import Result, Told
from valuation.kernel.dated import DatedTable

__all__ = ["loan_books", "portfolio_runs_router"]

_TAG = "贷款簿 portfolios"
_TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def loan_books() -> Result:
    """The results under ``/v1/portfolios``."""
    return Result(
        kind="loan_book",
        tag=_TAG,
        command=Command(TableBody(), take_in_book),
        answer=LoanBookStored,
        asking=Told(
            "take_in_book",
            "导入贷款簿 · Take in a loan book",
            "The body is the filled template: CSV, XLSX or Parquet. The whole book is taken in, or nothing and every "
            "fault is named by row and column.",
        ),
        reading=Told("read_book", "读取贷款簿 · Read a loan book", "The loans as they were read."),
    )


def portfolio_runs_router(
    commands: Commands, reading: Reading, *, callers: Callers, policies: Mapping[str, DatedTable]
) -> APIRouter:
    """The runs of a book, and the template of one."""
    router = APIRouter(prefix="/v1", tags=[_TAG])

    @router.get(
        "/portfolios/template.{ending}",
        summary="贷款簿填报表 · Template of a loan book",
        response_class=Response,
        responses={200: {"content": {kind: {} for kind in _TYPES.values()}}, **PROBLEM},
    )
    def book_template_file(request: Request, ending: Literal["csv", "xlsx"]) -> Response:
        """The heading, and what each column may hold."""
        callers.identify(request)
        headers = {"Content-Disposition": f'attachment; filename="loan_book.{ending}"'}
        return Response(book_template(f".{ending}"), media_type=_TYPES[ending], headers=headers)

    async def run_portfolio(request: Request, id: str) -> Response:
        command = Command(JsonBody(PortfolioRunRequest), run_service(id, policies=policies))
        return await commands.run(request, command)

    router.add_api_route(
        "/portfolios/{id}/runs",
        run_portfolio,
        methods=["POST"],
        status_code=201,
        summary="模拟贷款簿 · Simulate a loan book",
        description="Computed while the caller waits: loans × scenarios × (1 + stresses) is at most "
        f"{MAXIMUM_REQUEST_CELLS}; larger runs by the command line. Stresses use the same random numbers.",
        responses=command_responses(PortfolioRun),
        openapi_extra=command_description(JsonBody(PortfolioRunRequest).content(None)),
    )

    @router.get(
        "/portfolio-runs/{id}",
        summary="读取模拟结果 · Read a run",
        responses={200: {"model": PortfolioRun}, **READ_PROBLEMS},
        response_model=None,
    )
    def read_run(request: Request, id: str) -> Response:
        """The run as it was answered."""
        return reading.answer(request, id, "portfolio_run")

    return router
