"""The rate before tax that gives the value of the rate after tax."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.rate_conversion import PreTaxRateInputs, pre_tax_rate_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "PreTaxRatePaper"]


class PreTaxRatePaper(PreTaxRateInputs):
    """The rate before tax that gives the value of the rate after tax."""

    kind: Literal["pre_tax_rate"]


def _write(stated: PreTaxRatePaper, dates: Dates) -> Written:
    paper = pre_tax_rate_paper(stated, valuation_date=dates.valuation_date)
    return Written(paper, "pre_tax_rate_share")


KIND = RateKind(
    label=Label("税前折现率", "Discount rate before tax"),
    question=Label(
        "哪个税前折现率得出与税后相同的价值？", "Which rate before tax gives the same value as the rate after tax?"
    ),
    model=PreTaxRatePaper,
    write=_write,
)
