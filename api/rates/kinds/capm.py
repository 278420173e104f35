"""Cost of equity by the CAPM."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.capm import CapmInputs, capm_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "CapmPaper"]


class CapmPaper(CapmInputs):
    """Cost of equity by the CAPM."""

    kind: Literal["capm"]


def _write(stated: CapmPaper, dates: Dates) -> Written:
    del dates
    return Written(capm_paper(stated), "cost_of_equity_share")


KIND = RateKind(
    label=Label("资本资产定价模型", "CAPM"),
    question=Label(
        "股权要求多少回报？",
        "Which return does equity ask for?",
    ),
    model=CapmPaper,
    write=_write,
)
