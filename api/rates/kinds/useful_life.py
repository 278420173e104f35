"""Useful life: the shortest of the legal, contractual, technical and economic life."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.life import UsefulLifeInputs, binding_limits, useful_life_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "UsefulLifePaper"]


class UsefulLifePaper(UsefulLifeInputs):
    """Useful life: the shortest of the legal, contractual, technical and economic life."""

    kind: Literal["useful_life"]


def _write(stated: UsefulLifePaper, dates: Dates) -> Written:
    del dates
    details = {"binding_limits": list(binding_limits(stated))}
    return Written(useful_life_paper(stated), "useful_life_years", details=details)


KIND = RateKind(
    label=Label("剩余收益年限", "Useful life"),
    question=Label(
        "法定、合同、技术、经济年限中哪个最短？",
        "Which of the legal, contractual, technical and economic lives ends first?",
    ),
    model=UsefulLifePaper,
    write=_write,
)
