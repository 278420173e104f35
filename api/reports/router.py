"""Routes of appraisal reports."""

from __future__ import annotations

from api.commands import Command
from api.intake import JsonBody
from api.reports.schemas import Report, ReportRequest
from api.reports.service import report_service
from api.results import Result, Told
from valuation.appraisal import AppraisalRequest

__all__ = ["reports"]


def reports(*, model: type[AppraisalRequest]) -> Result:
    """The results under ``/v1/reports``; ``model`` is the valuation request, which is read again for the report."""
    return Result(
        kind="report",
        tag="报告 reports",
        command=Command(JsonBody(ReportRequest), report_service(model=model)),
        answer=Report,
        asking=Told(
            "report",
            "出具预评估报告数据 · Report a stored valuation",
            "The 14 items of an appraisal report as ordered sections; what nobody stated is named as missing.",
        ),
        reading=Told("read", "读取报告 · Read a report", "The report as it was given."),
        example="reports",
    )
