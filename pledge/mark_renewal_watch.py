"""Is a pledged trademark renewed in time? When the window opens, when it ends, when the mark is lost. 商标续展."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Literal

from pledge.instalments import months_after
from valuation.kernel.dated import DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.reference import number_of, reference_table, reference_warnings

__all__ = ["MarkState", "MarkStatus", "mark_state"]

MarkStatus = Literal["in_force", "renewal_open", "in_grace", "lost"]
_TABLE = "cn_maintenance"
_NAMES = ("trademark.renewal_opens_months", "trademark.grace_months", "trademark.renewal_years")

_LABELS: dict[MarkStatus, Label] = {
    "in_force": Label("有效，续展期未到", "in force, renewal not open yet"),
    "renewal_open": Label("续展期内", "renewal open"),
    "in_grace": Label("宽展期内", "in grace"),
    "lost": Label("期满未续展", "expired without renewal"),
}


@dataclass(frozen=True, kw_only=True)
class MarkState:
    """How a mark stands on a day: its window of renewal, and the last day of protection once it is renewed."""

    on: datetime.date
    status: MarkStatus
    opens_on: datetime.date
    expires_on: datetime.date
    grace_ends: datetime.date
    renewed_until: datetime.date
    values_used: tuple[DatedValue, ...]
    warnings: tuple[NamedWarning, ...]

    def as_document(self) -> dict[str, Any]:
        """The state for JSON. The fees of renewal are in no table, so that none is told."""
        days = ("on", "opens_on", "expires_on", "grace_ends", "renewed_until")
        return {
            **{name: getattr(self, name).isoformat() for name in days},
            "status": self.status,
            "label": _LABELS[self.status].as_document(),
            "values_used": [value.as_document() for value in self.values_used],
            "warnings": [warning.as_document() for warning in self.warnings],
        }


def mark_state(*, expires_on: datetime.date, on: datetime.date) -> MarkState:
    """May a mark be renewed on a day, until when, and to what end?

    The window opens so many months before the last day of protection and ends with it; the months of grace follow.
    A renewal runs from the day after the old period, so that late renewal gains nothing.

    Parameters
    ----------
    expires_on : the last day of the present period, as the register says.

    Raises
    ------
    BeforeFirstStepError : a day before the table begins.
    GapError : a day under the law as revised in 2026, whose text was not read.
    InputError : a period that would end beyond the calendar.

    References
    ----------
    中华人民共和国商标法（2019年修正）第四十条.

    Tested by: ``tests/pledge/test_mark_renewal_watch.py`` (by hand at each edge; the law of 2027 is refused).
    """
    opens, grace, years = (int(number_of(_TABLE, name, on=on)[0]) for name in _NAMES)
    used = tuple(reference_table(_TABLE).value(name, on=on) for name in _NAMES)
    window = (months_after(expires_on, -opens), expires_on, months_after(expires_on, grace))
    return MarkState(
        on=on,
        status=_status(on, window),
        opens_on=window[0],
        expires_on=expires_on,
        grace_ends=window[2],
        renewed_until=months_after(expires_on, 12 * years),
        values_used=used,
        warnings=(*_later_law(on, window[2]), *reference_warnings(used)),
    )


def _status(on: datetime.date, window: tuple[datetime.date, datetime.date, datetime.date]) -> MarkStatus:
    opens, expires, grace_ends = window
    if on < opens:
        return "in_force"
    if on <= expires:
        return "renewal_open"
    return "in_grace" if on <= grace_ends else "lost"


def _later_law(on: datetime.date, last_day: datetime.date) -> tuple[NamedWarning, ...]:
    """The doubt that a law of which nothing is known yet begins before the window ends."""
    steps = reference_table(_TABLE).parameters[_NAMES[0]].steps
    later = [step for step in steps if on < step.from_date <= last_day and step.gap is not None]
    if not later:
        return ()
    step = later[0]
    text = Label(
        f"{step.from_date}起适用{step.source.title}，其续展规定未查阅，上述日期届时须重新核定",
        f"from {step.from_date} another law applies ({step.source.title}), whose rules of renewal were not read;"
        " settle the days again",
    )
    return (NamedWarning("law_changes_before", text),)
