"""Build-up 风险累加法: riskless rate and premia."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.build_up import BuildUpInputs, build_up_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "BuildUpPaper"]


class BuildUpPaper(BuildUpInputs):
    """Build-up 风险累加法: riskless rate and premia."""

    kind: Literal["build_up"]


def _write(stated: BuildUpPaper, dates: Dates) -> Written:
    del dates
    return Written(build_up_paper(stated), "discount_rate_share")


KIND = RateKind(
    label=Label("风险累加法", "Build-up"),
    question=Label(
        "无风险利率加各项风险报酬是多少？",
        "What do the riskless rate and the premia add up to?",
    ),
    model=BuildUpPaper,
    write=_write,
)
