"""What would each way of disposal (处置) of a pledged right bring: when, at what cost, with which probability?

Nothing is simulated: every outcome is stated with its probability and its dated amounts in whole fen, so the
distribution is exact. Only the present value leaves whole numbers, at a stated rate, and is rounded once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from importlib import resources
from typing import Any

import pledge.disposal
from pledge.cover import ratio_text
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.discovery import discover, named
from valuation.kernel.fields import FrozenModel, parse
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money, Rounding

__all__ = [
    "CashFlow",
    "Credit",
    "Disposal",
    "DisposalCase",
    "DisposalWay",
    "Outcome",
    "disposal_ways",
    "dispose",
    "judicial_sale_rules",
]

_NEAREST = Rounding(mode="half_even")
#: Digits of the discounting: far beyond the fen of the largest amount a request may hold.
_DIGITS = 50
_DAYS_OF_YEAR = 365


@dataclass(frozen=True, kw_only=True)
class DisposalCase:
    """The right after a default, the day from which the disposal runs, and what a later yuan is worth.

    ``annual_rate_share`` is compounded once a year over actual days / 365; ``policy_date`` picks the rules of sale.
    """

    right_id: str
    appraised_value_fen: int
    expiry_date: date
    starts_on: date
    policy_date: date
    annual_rate_share: Decimal

    def __post_init__(self) -> None:
        if self.appraised_value_fen < 0:
            raise InputError.of("appraised_value", found=self.appraised_value_fen, expected="0 or more")
        if not self.annual_rate_share.is_finite() or not 0 <= self.annual_rate_share < 1:
            raise InputError.of("annual_rate_share", found=self.annual_rate_share, expected="from 0 to below 1")
        if self.starts_on > self.expiry_date:
            raise InputError.of("starts_on", found=self.starts_on, expected=f"{self.expiry_date} or earlier")


@dataclass(frozen=True)
class CashFlow:
    """Money on one day: the gross amount received, the costs and taxes paid."""

    day: date
    gross_fen: int
    cost_fen: int = 0
    tax_fen: int = 0

    @property
    def net_fen(self) -> int:
        """Gross − costs − taxes; negative when only costs are paid."""
        return self.gross_fen - self.cost_fen - self.tax_fen


@dataclass(frozen=True)
class Credit:
    """The debt is settled by the right itself: by how much on which day, and what the transfer costs."""

    day: date
    value_fen: int
    cost_fen: int
    tax_fen: int


@dataclass(frozen=True)
class Outcome:
    """One way it may end: its probability, its money by day, and a settlement by the right, if that is what happens."""

    label: Label
    probability_share: Fraction
    flows: tuple[CashFlow, ...]
    credit: Credit | None = None

    @property
    def gross_fen(self) -> int:
        """All money received."""
        return sum(flow.gross_fen for flow in self.flows)

    @property
    def net_fen(self) -> int:
        """All money received less costs and taxes."""
        return sum(flow.net_fen for flow in self.flows)

    @property
    def last_day(self) -> date:
        """The day of the last amount, received or paid."""
        return max(flow.day for flow in self.flows)

    @property
    def proceeds_fen(self) -> int:
        """What the waterfall distributes: the settlement value if there is one, else the money received."""
        return self.gross_fen if self.credit is None else self.credit.value_fen

    @property
    def costs_of_enforcement_fen(self) -> int:
        """What the waterfall pays first: costs and taxes of the sale, or of the transfer in a settlement."""
        if self.credit is not None:
            return self.credit.cost_fen + self.credit.tax_fen
        return sum(flow.cost_fen + flow.tax_fen for flow in self.flows)

    def present_value(self, case: DisposalCase) -> Decimal:
        """Σ net / (1 + r)^(days / 365), in fen, to 50 digits."""
        with localcontext() as context:
            context.prec = _DIGITS
            growth = 1 + case.annual_rate_share
            days = ((flow, Decimal((flow.day - case.starts_on).days)) for flow in self.flows)
            return sum((flow.net_fen / growth ** (each / _DAYS_OF_YEAR) for flow, each in days), Decimal(0))


@dataclass(frozen=True)
class Disposal:
    """One way with all its possible outcomes; their probabilities add up to exactly one."""

    way: str
    label: Label
    case: DisposalCase
    outcomes: tuple[Outcome, ...]
    values_used: tuple[DatedValue, ...] = ()

    def __post_init__(self) -> None:
        total = sum((outcome.probability_share for outcome in self.outcomes), Fraction(0))
        if total != 1 or min(outcome.probability_share for outcome in self.outcomes) < 0:
            raise InputError.of(
                f"{self.way}: probability_share", found=f"a sum of {total}", expected="0 or more each, exactly 1 in all"
            )
        end = self.case.expiry_date
        late = [flow.day for outcome in self.outcomes for flow in outcome.flows if flow.gross_fen and flow.day > end]
        if late:
            raise InputError.of(
                self.way, found=f"money on {late[0]}", expected=f"none after {end}, the right's last day"
            )

    @property
    def expected_gross_fen(self) -> Fraction:
        """Σ probability × money received, exact."""
        return self._mean(lambda outcome: outcome.gross_fen)

    @property
    def expected_net_fen(self) -> Fraction:
        """Σ probability × net money, exact."""
        return self._mean(lambda outcome: outcome.net_fen)

    @property
    def expected_present_value_fen(self) -> int:
        """Σ probability × present value of the net money, rounded once to the fen."""
        return _NEAREST.to_fen(self._mean(lambda outcome: Fraction(outcome.present_value(self.case))))

    @property
    def expected_days(self) -> Fraction:
        """Σ probability × days from the start to the last amount."""
        return self._mean(lambda outcome: (outcome.last_day - self.case.starts_on).days)

    @property
    def worst_net_fen(self) -> int:
        """The smallest net money of any outcome."""
        return min(outcome.net_fen for outcome in self.outcomes)

    @property
    def best_net_fen(self) -> int:
        """The largest net money of any outcome."""
        return max(outcome.net_fen for outcome in self.outcomes)

    @property
    def warnings(self) -> tuple[NamedWarning, ...]:
        """The doubts of the rules that were used."""
        return tuple(value.warning for value in self.values_used if value.warning is not None)

    def probability_of(self, holds: Callable[[Outcome], bool]) -> Fraction:
        """The probability of the outcomes for which ``holds`` is true, exact."""
        return sum((each.probability_share for each in self.outcomes if holds(each)), Fraction(0))

    def _mean(self, measure: Callable[[Outcome], int | Fraction]) -> Fraction:
        return sum((each.probability_share * measure(each) for each in self.outcomes), Fraction(0))

    def as_document(self) -> dict[str, Any]:
        """The way for JSON: outcomes, expectation, extremes, sources."""
        return {
            "way": self.way,
            "label": self.label.as_document(),
            "outcomes": [_outcome_document(outcome, self.case) for outcome in self.outcomes],
            "expected_gross": _money_text(self.expected_gross_fen),
            "expected_net": _money_text(self.expected_net_fen),
            "expected_present_value": Money(self.expected_present_value_fen).text,
            "expected_days": ratio_text(self.expected_days),
            "worst_net": Money(self.worst_net_fen).text,
            "best_net": Money(self.best_net_fen).text,
            "nothing_probability_share": ratio_text(self.probability_of(lambda outcome: outcome.gross_fen == 0)),
            "values_used": [value.as_document() for value in self.values_used],
            "warnings": [warning.as_document() for warning in self.warnings],
        }


@dataclass(frozen=True)
class DisposalWay:
    """A way of disposal: the question it answers, what must be stated, and how it answers."""

    id: str
    label: Label
    question: Label
    inputs: type[FrozenModel]
    outcomes: Callable[[DisposalCase, Any], tuple[Sequence[Outcome], Sequence[DatedValue]]]


def disposal_ways() -> dict[str, DisposalWay]:
    """Which ways of disposal exist? One file each in ``pledge/disposal``.

    Tested by: ``tests/pledge/disposal/test_ways.py``.
    """
    return discover(pledge.disposal, attribute="WAY", of_type=DisposalWay)


def dispose(way: str, stated: Mapping[str, Any], *, case: DisposalCase) -> Disposal:
    """What would this way of disposal bring?

    Parameters
    ----------
    way : one of :func:`disposal_ways`.
    stated : the inputs of the way as plain data, amounts in yuan as text.
    case : the right, the start, the rate.

    Raises
    ------
    UnknownNameError : no such way.
    InputError : inputs that are missing, out of range, against the rules of sale, or whose probabilities do not add up.
    ReferenceDataError : a rule of sale has no value on the policy date.

    Tested by: each way by hand in ``tests/pledge/disposal``.
    """
    chosen = named(disposal_ways(), way, field="way")
    outcomes, used = chosen.outcomes(case, parse(chosen.inputs, stated, field=way))
    # What cannot happen is left out, or the worst outcome would be one of probability zero.
    possible = tuple(outcome for outcome in outcomes if outcome.probability_share)
    return Disposal(chosen.id, chosen.label, case, possible, tuple(used))


@functools.cache
def judicial_sale_rules() -> DatedTable:
    """Which rules of court auction and sale ship with the product? Every value with its source and status."""
    text = (resources.files("pledge.disposal") / "cn_judicial_sale.toml").read_text(encoding="utf-8")
    return DatedTable.from_toml(text, where="cn_judicial_sale.toml")


def _outcome_document(outcome: Outcome, case: DisposalCase) -> dict[str, Any]:
    return {
        "label": outcome.label.as_document(),
        "probability_share": ratio_text(outcome.probability_share),
        "flows": [
            {
                "day": flow.day.isoformat(),
                "gross": Money(flow.gross_fen).text,
                "cost": Money(flow.cost_fen).text,
                "tax": Money(flow.tax_fen).text,
                "net": Money(flow.net_fen).text,
            }
            for flow in outcome.flows
        ],
        "gross": Money(outcome.gross_fen).text,
        "net": Money(outcome.net_fen).text,
        "present_value": _money_text(Fraction(outcome.present_value(case))),
        "last_day": outcome.last_day.isoformat(),
        "credited": None if outcome.credit is None else Money(outcome.credit.value_fen).text,
    }


def _money_text(exact_fen: Fraction) -> str:
    return Money(_NEAREST.to_fen(exact_fen)).text
