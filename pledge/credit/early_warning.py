"""预警: which facts of a running loan deserve a second look, and how urgently?

The limits are data; the rules only compare. An indicator nobody stated is listed as not looked at: silence is no
all-clear.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pledge.credit._numbers import number
from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.errors import ReferenceDataError, UnknownNameError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["EARLY_WARNING_KIND", "INDICATORS", "BadSide", "Signal", "WarningAnswer", "early_warnings"]

Level = Literal["watch", "alarm"]
#: On which side of its limit an indicator is bad; the limit itself is on the bad side.
BadSide = Literal["high_is_bad", "low_is_bad"]

INDICATORS: dict[str, BadSide] = {
    "days_overdue": "high_is_bad",
    "cover_ratio": "low_is_bad",
    "months_of_right_after_maturity": "low_is_bad",
    "valuation_age_months": "high_is_bad",
    "revenue_change_share": "low_is_bad",
    "days_to_annuity_deadline": "low_is_bad",
    "invalidation_or_dispute": "high_is_bad",
}

#: A limit below 0 stands as text, because numbers of a policy are 0 or more.
_SIGNED = frozenset({"revenue_change_share"})

EARLY_WARNING_KIND = PolicyKind(
    id="early_warning_rules",
    label=Label("预警规则", "early-warning rules"),
    parameters=(
        ParameterSpec("watch_at.*", "multiple", members=frozenset(INDICATORS) - _SIGNED),
        ParameterSpec("watch_at.*", "text", members=_SIGNED),
        ParameterSpec("alarm_at.*", "multiple", members=frozenset(INDICATORS) - _SIGNED),
        ParameterSpec("alarm_at.*", "text", members=_SIGNED),
    ),
)


@dataclass(frozen=True)
class Signal:
    """One indicator at or beyond a limit."""

    indicator: str
    level: Level
    found: float
    limit: DatedValue

    def as_document(self) -> dict[str, Any]:
        """The signal with the limit it crossed, for JSON."""
        return {
            "indicator": self.indicator,
            "level": self.level,
            "found": repr(self.found),
            "limit": self.limit.as_document(),
        }


@dataclass(frozen=True)
class WarningAnswer:
    """The signals, alarms first; what was not stated; and the doubts about the limits."""

    signals: tuple[Signal, ...]
    not_stated: tuple[str, ...]
    warnings: tuple[NamedWarning, ...]


def early_warnings(facts: Mapping[str, float], *, rules: DatedTable, on: datetime.date) -> WarningAnswer:
    """Which indicators of a loan are at or beyond a limit on this day?

    Parameters
    ----------
    facts : number by indicator (see ``INDICATORS``); an indicator left out is listed in ``not_stated``.
    rules : a table of kind ``early_warning_rules``; an indicator without a limit is not looked at.

    Raises
    ------
    UnknownNameError : a fact that is no indicator.
    InputError : a fact that is not finite.

    Tested by: ``tests/pledge/credit/test_early_warning.py`` (at and just short of each limit).
    """
    for name in facts:
        if name not in INDICATORS:
            raise UnknownNameError.among("facts", found=name, known=INDICATORS)
    found = [_signal(name, number(name, fact), rules, on) for name, fact in facts.items()]
    signals = sorted((each for each in found if each is not None), key=lambda each: (each.level, each.indicator))
    doubts = (each.limit.warning for each in signals)
    ruled = {name for name in INDICATORS for level in ("watch", "alarm") if rules.has(f"{level}_at.{name}")}
    return WarningAnswer(
        tuple(signals), tuple(sorted(ruled - facts.keys())), tuple(each for each in doubts if each is not None)
    )


def _signal(name: str, fact: float, rules: DatedTable, on: datetime.date) -> Signal | None:
    levels: tuple[Level, ...] = ("alarm", "watch")
    for level in levels:
        if not rules.has(f"{level}_at.{name}"):
            continue
        limit = rules.value(f"{level}_at.{name}", on=on)
        reached = fact >= _limit(limit) if INDICATORS[name] == "high_is_bad" else fact <= _limit(limit)
        if reached:
            return Signal(name, level, fact, limit)
    return None


def _limit(value: DatedValue) -> float:
    try:
        return float(Decimal(str(value.value)))
    except ArithmeticError:
        raise ReferenceDataError(f"{value.name}: found {value.value!r}, expected a number") from None
