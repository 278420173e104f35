"""Expected remaining life from a survivor curve: exponential, Weibull, or a table."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.remaining_life_paper import RemainingLifeInputs, remaining_life_paper
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label

__all__ = ["KIND", "RemainingLifePaper"]


class RemainingLifePaper(RemainingLifeInputs):
    """Expected remaining life from a survivor curve: exponential, Weibull, or a table."""

    kind: Literal["remaining_life"]


def _write(stated: RemainingLifePaper, dates: Dates) -> Written:
    return Written(remaining_life_paper(stated, policy_date=dates.policy_date), "remaining_life_years")


KIND = RateKind(
    label=Label("预期剩余年限", "Expected remaining life"),
    question=Label(
        "到了这个年龄，预期还有多少年？",
        "How many more years may be expected at this age?",
    ),
    model=RemainingLifePaper,
    write=_write,
)
