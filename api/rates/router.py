"""Routes of rate papers."""

from __future__ import annotations

from api.answered import remember
from api.commands import Command
from api.intake import JsonBody
from api.rates.schemas import RatePaper, RatePaperRequest
from api.rates.service import rate_paper
from api.results import Result, Told

__all__ = ["rate_papers"]


def rate_papers() -> Result:
    """The results under ``/v1/rate-papers``."""
    return Result(
        kind="rate_paper",
        tag="折现率 rate papers",
        command=Command(JsonBody(RatePaperRequest), remember("rate_paper", rate_paper)),
        answer=RatePaper,
        asking=Told(
            "write",
            "折现率与收益年限底稿 · Write a paper on a rate or a useful life",
            "Build-up, scored premium, CAPM, WACC, return decomposition, WARA, another footing, before or after tax, "
            "useful or remaining life, or a riskless curve.",
        ),
        reading=Told("read", "读取底稿 · Read a paper", "The paper as it was written."),
        worksheet=Told(
            "worksheet",
            "工作底稿 · The paper as a workbook with live formulas",
            "The working paper as XLSX: change an input cell and the workbook answers.",
        ),
        example="rates",
    )
