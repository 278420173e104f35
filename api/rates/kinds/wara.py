"""Reconciliation of WACC, IRR and WARA."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.wara import WaraInputs, wara_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "WaraPaper"]


class WaraPaper(WaraInputs):
    """Reconciliation of WACC, IRR and WARA."""

    kind: Literal["wara"]


def _write(stated: WaraPaper, dates: Dates) -> Written:
    del dates
    return Written(wara_paper(stated), "wara_share")


KIND = RateKind(
    label=Label("加权平均资产回报率核对", "WACC, IRR and WARA reconciled"),
    question=Label(
        "各项资产的回报率合起来与资本成本、内部收益率一致吗？",
        "Do the returns of all assets agree with the cost of capital and the internal rate?",
    ),
    model=WaraPaper,
    write=_write,
)
