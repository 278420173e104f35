"""A rate on another footing: real, nominal, another currency."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.rate_conversion import RateConversionInputs, rate_conversion_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "RateConversionPaper"]


class RateConversionPaper(RateConversionInputs):
    """A rate on another footing: real, nominal, another currency."""

    kind: Literal["rate_conversion"]


def _write(stated: RateConversionPaper, dates: Dates) -> Written:
    del dates
    return Written(rate_conversion_paper(stated), "converted_rate_share")


KIND = RateKind(
    label=Label("折现率口径换算", "A rate on another footing"),
    question=Label(
        "换成名义、实际或另一币种，折现率是多少？", "What is the rate in nominal or real terms, or in another currency?"
    ),
    model=RateConversionPaper,
    write=_write,
)
