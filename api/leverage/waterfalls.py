"""Waterfalls over HTTP and from a file: who gets what of a fund's flows, with a live workbook where there is one."""

from __future__ import annotations

from pathlib import Path

from api.answered import Answered, without_ending
from api.bodies import read_model
from api.files import read_file
from leverage.concession_workbook import concession_workbook
from leverage.waterfall_request import WaterfallRequest, answer_waterfall, waterfall_request_model
from leverage.waterfall_workbook import waterfall_workbook
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["waterfall", "waterfall_file"]


def waterfall(request: WaterfallRequest) -> Answered:
    """Who gets what of a fund's flows, under which tier, and what does each concession cost?

    Raises
    ------
    InputError, RefusalError : see :func:`leverage.waterfall_request.answer_waterfall`.

    Tested by: ``tests/api/leverage/test_waterfalls.py``.
    """
    answer = answer_waterfall(request)
    workbook = waterfall_workbook(answer) or concession_workbook(answer)
    warnings = answer.warnings if workbook is not None else (*answer.warnings, _NO_WORKBOOK)
    return Answered(without_ending(answer.as_document()), warnings, answer.sources, answer.digest, workbook)


def waterfall_file(path: Path) -> Answered:
    """Who gets what of the flows of this file?"""
    return waterfall(read_model(waterfall_request_model(), read_file(path)))


_NO_WORKBOOK = NamedWarning(
    "no_live_workbook",
    Label(
        "该协议（逐项目分配、亏损补偿、多项结算或层级次序特殊）没有带公式的工作簿",
        "this agreement (deal by deal, losses made good, several settlements or tiers in another order) has no workbook"
        " with live formulas",
    ),
)
