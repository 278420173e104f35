"""Weighted average cost of capital."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.wacc import WaccInputs, wacc_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "WaccPaper"]


class WaccPaper(WaccInputs):
    """Weighted average cost of capital."""

    kind: Literal["wacc"]


def _write(stated: WaccPaper, dates: Dates) -> Written:
    del dates
    return Written(wacc_paper(stated), "wacc_share")


KIND = RateKind(
    label=Label("加权平均资本成本", "Weighted average cost of capital"),
    question=Label(
        "全部资本平均要求多少回报？",
        "Which return does all capital ask for on average?",
    ),
    model=WaccPaper,
    write=_write,
)
