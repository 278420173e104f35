"""Routes of appraisal reports."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Command, Commands
from api.openapi import READ_PROBLEMS, command_description, command_responses, packaged_example
from api.reading import Reading
from api.reports.schemas import Report, ReportRequest
from api.reports.service import report_service
from valuation.appraisal import AppraisalRequest

__all__ = ["reports_router"]


def reports_router(commands: Commands, reading: Reading, *, model: type[AppraisalRequest]) -> APIRouter:
    """The routes under ``/v1/reports``; ``model`` is the valuation request, which is read again for the report."""
    router = APIRouter(prefix="/v1/reports", tags=["报告 reports"])
    command = Command(ReportRequest, report_service(model=model))

    @router.post(
        "",
        status_code=201,
        summary="出具预评估报告数据 · Report a stored valuation",
        responses=command_responses(Report),
        openapi_extra=command_description(ReportRequest, example=packaged_example("reports")),
    )
    async def report(request: Request) -> Response:
        """The 14 items of an appraisal report as ordered sections; what nobody stated is named as missing."""
        return await commands.run(request, command)

    @router.get("/{id}", summary="读取报告 · Read a report", responses={200: {"model": Report}, **READ_PROBLEMS})
    def read(request: Request, id: str) -> Response:
        """The report as it was given."""
        return reading.answer(request, id, "report")

    return router
