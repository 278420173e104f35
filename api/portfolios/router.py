"""Routes of loan books and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Callers
from api.commands import Command, Commands
from api.intake import JsonBody
from api.kinds import KINDS
from api.openapi import PROBLEM, command_description, command_responses, packaged_example
from api.portfolios.schemas import LoanBookStored, PortfolioRun, PortfolioRunRequest
from api.portfolios.service import run_service, take_in_book
from api.portfolios.template import book_template
from api.portfolios.upload import BookBody
from api.reading import Reading
from api.responses import XLSX
from api.results import Result, Told, add_reading, add_worksheet
from api.store.database import Sessions
from valuation.kernel.dated import DatedTable

__all__ = ["book_templates_router", "loan_books", "portfolio_runs_router"]

_TAG = "贷款簿 portfolios"
_TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def loan_books() -> Result:
    """The results under ``/v1/portfolios``."""
    return Result(
        kind="loan_book",
        tag=_TAG,
        command=Command(BookBody(), take_in_book),
        answer=LoanBookStored,
        asking=Told(
            "take_in_book",
            "导入贷款簿 · Take in a loan book",
            "The body is the filled template (CSV, XLSX or Parquet), or the same loans as JSON. The whole book is "
            "taken in, or nothing and every fault is named by row and column.",
        ),
        reading=Told("read_book", "读取贷款簿 · Read a loan book", "The loans as they were read."),
        example="portfolios",
    )


def book_templates_router(*, callers: Callers) -> APIRouter:
    """The empty book to fill in; to be added before the books, which would read its address as an id."""
    router = APIRouter(prefix="/v1/portfolios", tags=[_TAG])

    @router.get(
        "/template.{ending}",
        summary="贷款簿填报表 · Template of a loan book",
        response_class=Response,
        responses={200: {"content": {kind: {} for kind in _TYPES.values()}}, **PROBLEM},
    )
    def book_template_file(request: Request, ending: Literal["csv", "xlsx"]) -> Response:
        """The heading; the workbook also checks what is typed and says what each column may hold."""
        callers.identify(request)
        headers = {"Content-Disposition": f'attachment; filename="loan_book.{ending}"'}
        return Response(book_template(f".{ending}"), media_type=_TYPES[ending], headers=headers)

    return router


def portfolio_runs_router(
    commands: Commands,
    reading: Reading,
    *,
    sessions: Sessions,
    policies: Mapping[str, DatedTable],
    work_limit: int,
) -> APIRouter:
    """The runs of a book: asked for below the book, read under an address of their own."""
    router = APIRouter(tags=[_TAG])
    body = JsonBody(PortfolioRunRequest)

    async def run_portfolio(request: Request, id: str) -> Response:
        service = run_service(id, sessions=sessions, policies=policies, work_limit=work_limit)
        return await commands.run(request, Command(body, service))

    router.add_api_route(
        f"{KINDS['loan_book'].address}/{{id}}/runs",
        run_portfolio,
        methods=["POST"],
        status_code=201,
        name="run_portfolio",
        summary="模拟贷款簿 · Simulate a loan book",
        description="Losses of each party with VaR and ES, the pool, contributions, layers, and stresses on the same "
        "random numbers. Computed while the caller waits: max(loans, 50) × (scenarios × (2 + stresses) + 32768 with "
        f"importance sampling) is at most {work_limit} here; larger runs by the command line.",
        responses=command_responses(PortfolioRun),
        openapi_extra=command_description(body.content(packaged_example("portfolios", "run_example.json"))),
    )
    kept = APIRouter(prefix=KINDS["portfolio_run"].address)
    add_reading(
        kept,
        reading,
        "portfolio_run",
        PortfolioRun,
        Told("read_portfolio_run", "读取模拟结果 · Read a run", "The run as it was answered."),
    )
    add_worksheet(
        kept,
        reading,
        "portfolio_run",
        Told(
            "read_portfolio_run_workbook",
            "模拟结果工作簿 · A run as a workbook",
            "Parties, pool by period, layers, stresses side by side, and what every loan adds to the tail.",
        ),
    )
    router.include_router(kept)
    return router
