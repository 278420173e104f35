"""What does the manager charge each year, and what does that leave to be invested?

A schedule is a list of steps: from which year on, which rate, on which base. Common terms charge commitments during
the investment period and then less, or on what is still invested. Fees are paid in by the partners and never reach a
firm, so that without recycling

    invested = commitment − Σ fees
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import FrozenModel

__all__ = ["BASES", "FeeBase", "FeeSchedule", "FeeStep", "FeesPaid", "fees_by_year"]

FeeBase = Literal["committed", "called", "invested", "fair_value"]
#: What a rate is applied to: commitments; what has been called so far; cost of what is still held; its value.
BASES: tuple[FeeBase, ...] = ("committed", "called", "invested", "fair_value")
_LONGEST_TERM = 60


class FeeStep(FrozenModel):
    """From the start of year ``from_year`` (1 is the first) the rate a year is charged on the base."""

    from_year: Annotated[int, Field(ge=1, le=_LONGEST_TERM)]
    rate_share: Annotated[float, Field(ge=0, le=0.2)]
    base: FeeBase


class FeeSchedule(FrozenModel):
    """The steps in order, the first from year 1, and the years the fund runs."""

    steps: Annotated[tuple[FeeStep, ...], Field(min_length=1, max_length=_LONGEST_TERM)]
    term_years: Annotated[int, Field(ge=1, le=_LONGEST_TERM)]

    @model_validator(mode="after")
    def _in_order(self) -> FeeSchedule:
        years = [step.from_year for step in self.steps]
        if years[0] != 1 or any(after <= before for before, after in itertools.pairwise(years)):
            raise PydanticCustomError("steps", "steps from year 1 on, in rising order, not {y}", {"y": str(years)})
        if years[-1] > self.term_years:
            raise PydanticCustomError("steps", "steps within the term of {n} years", {"n": self.term_years})
        return self

    def step_of(self, year: int) -> FeeStep:
        """Give the step in force in a year (1, 2, …)."""
        return [step for step in self.steps if step.from_year <= year][-1]


@dataclass(frozen=True)
class FeesPaid:
    """Fees by year, their total, and the total as a share of commitments."""

    by_year: tuple[float, ...]
    total: float
    lifetime_share: float


def fees_by_year(
    schedule: FeeSchedule, *, commitment: float, bases: Mapping[FeeBase, Sequence[float]] | None = None
) -> FeesPaid:
    """What is charged in each year?

    Parameters
    ----------
    commitment : above 0, in any unit of money.
    bases : for each base that a step names other than ``committed``, its amount by year (of the whole term).

    Raises
    ------
    InputError : a base that is missing, of another length, negative or not a number; no commitment.
    RefusalError : fees that eat up the whole commitment.

    Examples
    --------
    >>> steps = [{"from_year": 1, "rate_share": 0.025, "base": "committed"},
    ...     {"from_year": 6, "rate_share": 0.01, "base": "committed"}]
    >>> round(fees_by_year(FeeSchedule(steps=steps, term_years=10), commitment=100).total, 9)
    17.5

    Tested by: published case ``management-fee-bases``; by hand and hypothesis, ``tests/leverage/test_fees.py``.
    """
    if not (math.isfinite(commitment) and commitment > 0):
        raise InputError.of("commitment", found=commitment, expected="an amount above 0")
    amounts: dict[FeeBase, Sequence[float]] = {"committed": [commitment] * schedule.term_years, **(bases or {})}
    for step in schedule.steps:
        _check_base(step.base, amounts.get(step.base), schedule.term_years)
    fees = []
    for year in range(1, schedule.term_years + 1):
        step = schedule.step_of(year)
        fees.append(step.rate_share * amounts[step.base][year - 1])
    total = math.fsum(fees)
    if total >= commitment:
        raise RefusalError.of(
            "steps",
            found=f"fees of {total:g}",
            expected=f"less than the commitment of {commitment:g}",
            advice="Lower the rates or shorten the term",
        )
    return FeesPaid(tuple(fees), total, total / commitment)


def _check_base(base: FeeBase, amounts: Sequence[float] | None, years: int) -> None:
    if amounts is None or len(amounts) != years:
        found = "nothing" if amounts is None else f"{len(amounts)} years"
        raise InputError.of(f"bases.{base}", found=found, expected=f"an amount for each of {years} years")
    for place, amount in enumerate(amounts):
        if not (math.isfinite(amount) and amount >= 0):
            raise InputError.of(f"bases.{base}.{place}", found=amount, expected="an amount of 0 or more")
