"""How much more may be drawn on a pool, and may a right leave it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pledge.cover_limits import CoverLimits, PoolCover
from pledge.cover_state import CoverState
from pledge.pledged_pool import CoverPool, value_pool
from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["DrawTest", "ReleaseTest", "maximum_draw", "release_test"]


@dataclass(frozen=True)
class DrawTest:
    """The most that may be drawn today, why, and how much of it would rest on the unsecured limit alone."""

    maximum_fen: int
    unsecured_part_fen: int
    reason: Label

    def as_document(self) -> dict[str, Any]:
        """The test for JSON."""
        return {
            "maximum": Money(self.maximum_fen).text,
            "unsecured_part": Money(self.unsecured_part_fen).text,
            "reason": self.reason.as_document(),
        }


@dataclass(frozen=True)
class ReleaseTest:
    """May these rights be released, how the cover would stand after, and every reason against."""

    permitted: bool
    after: PoolCover
    reasons: tuple[Label, ...]

    def as_document(self) -> dict[str, Any]:
        """The test for JSON."""
        return {
            "permitted": self.permitted,
            "reasons": [reason.as_document() for reason in self.reasons],
            "after": self.after.as_document(),
        }


def maximum_draw(
    pool: CoverPool, outstanding_fen: int, *, limits: CoverLimits, as_of: date, state: CoverState | None = None
) -> DrawTest:
    """How much more may be drawn today without opening a call?

    max(0, min(allowed amount, floor(enforcement limit × base)) + unsecured limit − outstanding), zero while a call is
    open. A right that is not registered adds nothing, so before the register entry only the unsecured limit carries.

    Parameters
    ----------
    pool, limits, as_of : as for the assessment of the cover.
    outstanding_fen : the debt before the draw, ≥ 0.
    state : where the cover machine stands; None when nothing has happened yet.

    Raises
    ------
    InputError : a negative debt, what the valuation of the pool refuses.

    Tested by: hand and hypothesis (no call after the largest draw) in ``tests/pledge/test_cover_permits.py``.
    """
    before = _cover(pool, outstanding_fen, limits, as_of)
    carried = limits.carried_fen(before.value, limit_share=limits.enforcement_share)
    if state is not None and state.has_open_call:
        return DrawTest(0, 0, Label("补足通知尚未了结，不得放款", "a call is open, nothing may be drawn"))
    room = max(0, carried + before.value.unsecured_fen - outstanding_fen)
    unsecured = max(0, room - max(0, carried - outstanding_fen))
    text = tuple(Money(fen).text for fen in (carried, before.value.unsecured_fen, outstanding_fen))
    reason = Label(
        f"质押可承载{text[0]}元，信用额度{text[1]}元，已欠{text[2]}元",
        f"the rights carry {text[0]} yuan, the unsecured limit {text[1]} yuan, owed {text[2]} yuan",
    )
    return DrawTest(room, unsecured, reason)


def release_test(
    pool: CoverPool,
    asset_ids: tuple[str, ...],
    *,
    outstanding_fen: int,
    limits: CoverLimits,
    as_of: date,
    state: CoverState | None = None,
) -> ReleaseTest:
    """May these rights be released today, the debt staying as it is?

    Only when no call is open and, without them, the exposure is at most the allowed amount and the ratio at or below
    the warning limit (under a warning: at or below warning − buffer). Nothing owed releases everything.

    Parameters
    ----------
    pool : the rights before the release.
    asset_ids : which of them would leave.
    outstanding_fen : the debt, ≥ 0.
    limits, as_of, state : as for :func:`maximum_draw`.

    Raises
    ------
    UnknownNameError : a right that is not in the pool.
    InputError : a negative debt, what the valuation of the pool refuses.

    Tested by: hand and hypothesis (never a shortfall after) in ``tests/pledge/test_cover_permits.py``.
    """
    after = _cover(pool.without(*asset_ids), outstanding_fen, limits, as_of)
    reasons = []
    if state is not None and state.has_open_call:
        reasons.append(Label("补足通知尚未了结", "a call is open"))
    if after.shortfall_fen:
        text = Money(after.shortfall_fen).text
        reasons.append(Label(f"解除后缺口{text}元", f"after the release {text} yuan are missing"))
    under_warning = state is not None and state.status == "warning"
    if not (limits.is_clear(after) if under_warning else limits.holds(after, limit_share=limits.warning_share)):
        reasons.append(Label("解除后超过预警线", "after the release the ratio is above the warning limit"))
    return ReleaseTest(not reasons, after, tuple(reasons))


def _cover(pool: CoverPool, outstanding_fen: int, limits: CoverLimits, as_of: date) -> PoolCover:
    if outstanding_fen < 0:
        raise InputError.of("outstanding", found=outstanding_fen, expected="0 or more")
    value = value_pool(pool, rules=limits.counting, as_of=as_of, basis=limits.basis)
    return PoolCover(value, outstanding_fen)
