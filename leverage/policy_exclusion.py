"""Which instruments do the policies in force on a day exclude? Each exclusion with its rule and its source."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from valuation.errors import InputError
from valuation.kernel.dated import DatedTable
from valuation.kernel.labels import Label

__all__ = ["PolicyExclusion", "excluded_by_policy"]

_MAX_SHARE, _DIRECTION = "government_share_max_share", "local_reinvestment_direction"


class _Ruled(Protocol):
    """What the rules ask of an instrument."""

    @property
    def id(self) -> str: ...
    @property
    def government_share(self) -> Decimal | None: ...
    @property
    def asks_local_reinvestment(self) -> bool: ...


@dataclass(frozen=True)
class PolicyExclusion:
    """A rule that excludes an instrument on the day, in words, with the title of its source."""

    instrument: str
    rule: str
    reason: Label
    source: str


def excluded_by_policy(
    instruments: Sequence[_Ruled],
    *,
    policies: Mapping[str, DatedTable],
    policy_date: datetime.date,
    tolerance_share: Decimal = Decimal(0),
) -> tuple[PolicyExclusion, ...]:
    """Which instruments do the rules in force on a day exclude?

    A government share above the rule's largest share and the stated tolerance; a demand of local reinvestment (返投)
    where the direction is to lower or drop it.

    Raises
    ------
    InputError : a tolerance outside 0 to 1. BeforeFirstStepError, RepealedError : a rule not in force on the day.

    Tested by: shipped rules at their limits, ``tests/leverage/test_frontier.py``.
    """
    if not 0 <= tolerance_share <= 1:
        raise InputError.of("tolerance_share", found=tolerance_share, expected="a share from 0 to 1")
    found = []
    for table in policies.values():
        for each in instruments:
            if table.has(_MAX_SHARE) and each.government_share is not None:
                rule = table.value(_MAX_SHARE, on=policy_date)
                assert isinstance(rule.value, Decimal | int), "limits are numbers"
                if each.government_share > rule.value + tolerance_share:
                    reason = Label(
                        f"政府出资比例{each.government_share}高于{rule.value}（容差{tolerance_share}）",
                        f"government share {each.government_share} above {rule.value} (tolerance {tolerance_share})",
                    )
                    found.append(PolicyExclusion(each.id, _MAX_SHARE, reason, rule.source.citation))
            if table.has(_DIRECTION) and each.asks_local_reinvestment:
                rule = table.value(_DIRECTION, on=policy_date)
                reason = Label(
                    "要求返投，而规定导向为降低或取消", "asks for local reinvestment, to be lowered or dropped"
                )
                found.append(PolicyExclusion(each.id, _DIRECTION, reason, rule.source.citation))
    return tuple(found)
