"""The rate after tax that gives the value of the rate before tax."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.rate_conversion import AfterTaxRateInputs, after_tax_rate_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "AfterTaxRatePaper"]


class AfterTaxRatePaper(AfterTaxRateInputs):
    """The rate after tax that gives the value of the rate before tax."""

    kind: Literal["after_tax_rate"]


def _write(stated: AfterTaxRatePaper, dates: Dates) -> Written:
    paper = after_tax_rate_paper(stated, valuation_date=dates.valuation_date)
    return Written(paper, "after_tax_rate_share")


KIND = RateKind(
    label=Label("税后折现率", "Discount rate after tax"),
    question=Label(
        "哪个税后折现率得出与税前相同的价值？", "Which rate after tax gives the same value as the rate before tax?"
    ),
    model=AfterTaxRatePaper,
    write=_write,
)
