"""Return decomposition 回报率拆分法."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.return_decomposition import ReturnDecompositionInputs, return_decomposition_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "ReturnDecompositionPaper"]


class ReturnDecompositionPaper(ReturnDecompositionInputs):
    """Return decomposition 回报率拆分法."""

    kind: Literal["return_decomposition"]


def _write(stated: ReturnDecompositionPaper, dates: Dates) -> Written:
    del dates
    return Written(return_decomposition_paper(stated), "intangible_return_share")


KIND = RateKind(
    label=Label("回报率拆分法", "Return decomposition"),
    question=Label(
        "扣除其他资产后，无形资产的回报率是多少？", "Which return is left for the intangibles after all other assets?"
    ),
    model=ReturnDecompositionPaper,
    write=_write,
)
