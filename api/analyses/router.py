"""Routes of analyses."""

from __future__ import annotations

from api.analyses.schemas import Analysis, AnalysisRequest
from api.analyses.service import analyse
from api.answered import remember
from api.commands import Command
from api.intake import JsonBody
from api.results import Result, Told

__all__ = ["analyses"]


def analyses(*, model: type[AnalysisRequest]) -> Result:
    """The results under ``/v1/analyses``; ``model`` holds the valuation request as the method files make it today."""
    return Result(
        kind="analysis",
        tag="分析 analyses",
        command=Command(JsonBody(model), remember("analysis", analyse)),
        answer=Analysis,
        asking=Told(
            "find_out",
            "分析一项评估 · Analyse a valuation",
            "Percentiles, total-effect shares, scenarios, the break-even of an input, or inputs moved one at a time, "
            "on one method's paper.",
        ),
        reading=Told("read", "读取分析 · Read an analysis", "The analysis as it was made."),
        example="analyses",
    )
