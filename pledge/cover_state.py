"""Where does the cover machine stand, and what does an issued call ask for?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["COVER_ACTIONS", "COVER_STATES", "CallChange", "CoverAction", "CoverCall", "CoverState", "CoverStatus"]

CoverStatus = Literal["covered", "warning", "call", "cured", "escalated"]
COVER_STATES: dict[CoverStatus, Label] = {
    "covered": Label("足额", "covered"),
    "warning": Label("预警", "warning"),
    "call": Label("已要求补足", "call issued"),
    "cured": Label("已补足", "cured"),
    "escalated": Label("逾期未补足", "escalated"),
}
CoverAction = Literal[
    "none", "warn", "clear_warning", "issue_call", "increase_call", "confirm_cure", "escalate", "close_call"
]
#: The steps of the cover machine that an assessment may ask for.
COVER_ACTIONS: dict[CoverAction, Label] = {
    "none": Label("无需操作", "nothing to do"),
    "warn": Label("发出预警", "warn"),
    "clear_warning": Label("解除预警", "clear the warning"),
    "issue_call": Label("发出补足通知", "issue a call"),
    "increase_call": Label("提高补足金额", "increase the call"),
    "confirm_cure": Label("确认已补足", "confirm the cure"),
    "escalate": Label("升级处理", "escalate"),
    "close_call": Label("结束补足程序", "close the call"),
}


@dataclass(frozen=True)
class CallChange:
    """One change of a called amount; a reduction names its two persons and its reason, an increase is derived."""

    on: date
    from_fen: int
    to_fen: int
    made_by: str | None = None
    approved_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class CoverCall:
    """An issued call: how much must be repaid, or added as allowed amount, by when, and how things stood then."""

    issued_on: date
    cure_by: date
    called_fen: int
    exposure_fen: int
    allowed_by_asset: tuple[tuple[str, int], ...]
    changes: tuple[CallChange, ...] = ()

    def changed(self, change: CallChange) -> CoverCall:
        """The call after one change of its amount; the last day to cure stays."""
        return replace(self, called_fen=change.to_fen, changes=(*self.changes, change))

    def as_document(self) -> dict[str, Any]:
        """The call for JSON."""
        return {
            "issued_on": self.issued_on.isoformat(),
            "cure_by": self.cure_by.isoformat(),
            "called": Money(self.called_fen).text,
            "changes": [
                {
                    "on": change.on.isoformat(),
                    "from": Money(change.from_fen).text,
                    "to": Money(change.to_fen).text,
                    "made_by": change.made_by,
                    "approved_by": change.approved_by,
                    "reason": change.reason,
                }
                for change in self.changes
            ],
        }


@dataclass(frozen=True)
class CoverState:
    """Where the cover machine stands, since when, and the call that is open or was just cured."""

    status: CoverStatus
    since: date
    call: CoverCall | None = None

    def __post_init__(self) -> None:
        has_call, needs_call = self.call is not None, self.status in ("call", "cured", "escalated")
        if has_call is not needs_call:
            raise InputError.of(
                "call",
                found="one" if has_call else "none",
                expected=f"{'one' if needs_call else 'none'} when the cover is {self.status}",
            )

    @property
    def has_open_call(self) -> bool:
        """Is a call waiting to be cured?"""
        return self.status in ("call", "escalated")

    def as_document(self) -> dict[str, Any]:
        """The state for JSON."""
        return {
            "status": self.status,
            "label": COVER_STATES[self.status].as_document(),
            "since": self.since.isoformat(),
            "call": None if self.call is None else self.call.as_document(),
        }
