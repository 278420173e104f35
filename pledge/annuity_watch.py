"""Is a pledged patent kept in force? 年费托管: its fees, what is late, what it costs now, what can still be saved.

The fee of a year falls due on the anniversary of filing on which the year begins. Paid within the months of grace it
costs, for each full month that was let pass, a share of the full fee more; unpaid after them the patent has ended on
the day the fee was due. What was lost may be asked back within two months of the office's notice.

Days move past holidays as the law says. The months that a late fee counts are not moved: who pays on the safe side may
have money back for three years, who pays too little loses the right.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, get_args

from pledge.instalments import months_after
from valuation.errors import InputError, UnknownNameError
from valuation.indicators.annuity_fees import AnnualFee, Applicants, PatentKind, annual_fees, late_fee_cny
from valuation.kernel.calendar import AdjustedDate, ChinaCalendar
from valuation.kernel.dated import DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money
from valuation.reference import number_of, reference_table, reference_warnings

__all__ = [
    "AnnuityState",
    "AnnuityStatus",
    "FeeDue",
    "RenewalDecision",
    "WatchedPatent",
    "annuity_state",
    "decide_by_ladder",
    "fee_calendar",
    "notice_received",
]

#: ``lapsed``: ended, and the day of the office's notice was not stated, so that the window cannot be computed.
AnnuityStatus = Literal["paid", "due_soon", "in_grace", "lapsed", "lapsed_restorable", "lost"]
_TABLE, _FEES = "cn_maintenance", "cn_patent_annuities"
_ONE_DAY = datetime.timedelta(days=1)

_LABELS: dict[AnnuityStatus, Label] = {
    "paid": Label("年费已缴", "paid"),
    "due_soon": Label("即将到期", "due soon"),
    "in_grace": Label("滞纳期内", "in grace"),
    "lapsed": Label("已终止，恢复期未知", "lapsed, window of restoration unknown"),
    "lapsed_restorable": Label("已终止，可请求恢复", "lapsed, may be restored"),
    "lost": Label("已丧失", "lost"),
}
_PLEDGEE: dict[AnnuityStatus, Label] = {
    "paid": Label("无须缴费", "nothing to pay"),
    "due_soon": Label("质权人可代缴年费", "the pledgee may pay the fee for the owner"),
    "in_grace": Label("质权人可代缴年费及滞纳金", "the pledgee may pay the fee and the late fee for the owner"),
    "lapsed": Label("先查明终止通知的收到日", "find out first when the notice was received"),
    "lapsed_restorable": Label(
        "恢复须由专利权人说明正当理由并提出请求，质权人须取得其授权；费用可代缴",
        "the owner must ask, giving good reason; the pledgee needs his authority, and may pay the fees",
    ),
    "lost": Label("权利已丧失，质押物价值为零", "the right is gone; as security it is worth nothing"),
}


@dataclass(frozen=True, kw_only=True)
class WatchedPatent:
    """A patent whose fees are watched.

    Attributes
    ----------
    kind, applicants : which fees apply, and whose reduction.
    filed_on, granted_on, expires_on : as the register says; the last is the last day of protection.
    paid_through_year : the last year of the patent, counted from filing, whose fee is paid.
    notice_received_on : when the owner received the notice that the patent has ended; see :func:`notice_received`.
    """

    kind: PatentKind
    applicants: Applicants
    filed_on: datetime.date
    granted_on: datetime.date
    expires_on: datetime.date
    paid_through_year: int
    notice_received_on: datetime.date | None = None

    def __post_init__(self) -> None:
        """Refuse facts that contradict each other."""
        for name, known in (("kind", PatentKind), ("applicants", Applicants)):
            if getattr(self, name) not in get_args(known):
                raise UnknownNameError.among(f"patent.{name}", found=getattr(self, name), known=get_args(known))
        if not self.filed_on < self.granted_on <= self.expires_on:
            found = f"filed {self.filed_on}, granted {self.granted_on}, expires {self.expires_on}"
            raise InputError.of("patent.granted_on", found=found, expected="filed < granted ≤ expires")
        paid = self.paid_through_year
        if type(paid) is not int or not self.grant_year <= paid <= self.last_year:
            expected = f"{self.grant_year} to {self.last_year}: the fee of the year of grant is paid with it"
            raise InputError.of("patent.paid_through_year", found=paid, expected=expected)

    @property
    def grant_year(self) -> int:
        """The year of the patent in which it was granted; the first begins on the day of filing."""
        return _year_of(self.filed_on, self.granted_on)

    @property
    def last_year(self) -> int:
        """The year of the patent in which it expires."""
        return _year_of(self.filed_on, self.expires_on)


@dataclass(frozen=True)
class FeeDue:
    """The fee of one year: due on ``due_on`` (``anniversary``, moved past a holiday), in grace until ``grace_ends``."""

    year: int
    anniversary: datetime.date
    due_on: datetime.date
    grace_ends: datetime.date
    fee: AnnualFee
    warnings: tuple[NamedWarning, ...]

    @property
    def payable_fen(self) -> int:
        """The fee after its reduction, in fen."""
        return _fen(self.fee.payable_cny)

    def as_document(self) -> dict[str, Any]:
        """The row for JSON; amounts in yuan as text."""
        return {
            "year": self.year,
            "due_on": self.due_on.isoformat(),
            "grace_ends": self.grace_ends.isoformat(),
            "full": Money(_fen(self.fee.full_cny)).text,
            "reduction_share": str(self.fee.reduction_share),
            "payable": Money(self.payable_fen).text,
        }


@dataclass(frozen=True)
class RenewalDecision:
    """Whether a fee is worth paying, and what that rests on."""

    renew: bool
    reason: Label


@dataclass(frozen=True, kw_only=True)
class AnnuityState:
    """How a patent stands on a day.

    ``pay_now_fen`` is what must be paid that day to keep or restore it (0 when nothing is, or can be). ``ended_on`` is
    the day on which it ended, looking back. ``renewal`` is None when nobody said what the patent is worth.
    """

    on: datetime.date
    status: AnnuityStatus
    fee_due: FeeDue | None
    months_late: int
    annuity_fen: int
    late_fee_fen: int
    restoration_fee_fen: int
    ended_on: datetime.date | None
    restorable_until: datetime.date | None
    missing: tuple[str, ...]
    renewal: RenewalDecision | None
    values_used: tuple[DatedValue, ...]
    warnings: tuple[NamedWarning, ...]

    @property
    def pay_now_fen(self) -> int:
        """The fee, the late fee and the fee for restoration together."""
        return self.annuity_fen + self.late_fee_fen + self.restoration_fee_fen

    @property
    def in_force(self) -> bool:
        """Is the patent in force? In grace it is, though it may prove to have ended before."""
        return self.status in ("paid", "due_soon", "in_grace")

    @property
    def annuity_paid(self) -> bool:
        """The fact that registration asks for: no fee is due and unpaid."""
        return self.status in ("paid", "due_soon")

    def as_document(self) -> dict[str, Any]:
        """The state for JSON; amounts in yuan as text."""
        undecided = Label("未给出权利价值，未作续费判断", "no value of the right was given; renewal is not decided")
        return {
            "on": self.on.isoformat(),
            "status": self.status,
            "label": _LABELS[self.status].as_document(),
            "fee_due": None if self.fee_due is None else self.fee_due.as_document(),
            "months_late": self.months_late,
            "annuity": Money(self.annuity_fen).text,
            "late_fee": Money(self.late_fee_fen).text,
            "restoration_fee": Money(self.restoration_fee_fen).text,
            "pay_now": Money(self.pay_now_fen).text,
            "ended_on": None if self.ended_on is None else self.ended_on.isoformat(),
            "restorable_until": None if self.restorable_until is None else self.restorable_until.isoformat(),
            "missing": list(self.missing),
            "pledgee": _PLEDGEE[self.status].as_document(),
            "renew": None if self.renewal is None else self.renewal.renew,
            "renewal_reason": (undecided if self.renewal is None else self.renewal.reason).as_document(),
            "values_used": [value.as_document() for value in self.values_used],
            "warnings": [warning.as_document() for warning in self.warnings],
        }


def fee_calendar(patent: WatchedPatent, *, on: datetime.date, calendar: ChinaCalendar) -> tuple[FeeDue, ...]:
    """Which fees fall due when, from the year after the grant to the last, as the tables say on a day?

    The fee of year n falls due n - 1 years after filing. The year of grant is paid for with the grant.

    Raises
    ------
    BeforeFirstStepError : a day before the tables begin.
    InputError : a year that the table of fees does not have (a compensated term is not in it).

    References
    ----------
    专利法实施细则（2023年修订）第五条、第一百一十四条、第一百一十五条.

    Tested by: ``tests/pledge/test_annuity_watch.py`` (by hand; whole lives; holidays).
    """
    if patent.grant_year == patent.last_year:
        return ()
    fees = annual_fees(
        patent.kind,
        first_year=patent.grant_year + 1,
        last_year=patent.last_year,
        grant_year=patent.grant_year,
        applicants=patent.applicants,
        on=on,
    )
    grace = _months("patent.grace_months", on)
    return tuple(_fee_due(patent, fee, grace, calendar) for fee in fees)


def annuity_state(
    patent: WatchedPatent,
    *,
    on: datetime.date,
    due_soon_days: int,
    calendar: ChinaCalendar,
    decide: Callable[[FeeDue], RenewalDecision] | None = None,
) -> AnnuityState:
    """How does a patent stand on a day: paid, due soon, in grace, lapsed but restorable, or lost?

    Parameters
    ----------
    due_soon_days : how many days ahead the bank wants to be warned.
    decide : tells whether the next fee is worth paying, for example :func:`decide_by_ladder`; asked only while the
        patent is in force.

    Raises
    ------
    InputError : a day outside the life of the patent, a notice from the future or from before the grace ended.
    BeforeFirstStepError : a day before the tables begin.

    References
    ----------
    专利法实施细则（2023年修订）第五条、第六条第二款、第一百一十五条.

    Tested by: ``tests/pledge/test_annuity_watch.py`` (each state by hand, day by day at its edges).
    """
    if type(due_soon_days) is not int or not 0 <= due_soon_days <= 366:
        raise InputError.of("due_soon_days", found=due_soon_days, expected="0 to 366")
    if not patent.granted_on <= on <= patent.expires_on:
        raise InputError.of("on", found=on, expected=f"{patent.granted_on} to {patent.expires_on}, the patent's life")
    rows = fee_calendar(patent, on=on, calendar=calendar)
    unpaid = next((row for row in rows if row.year > patent.paid_through_year), None)
    if unpaid is None:
        _refuse_notice(patent, "no fee is unpaid")
        return _state(on, "paid", None)
    if on > unpaid.grace_ends:
        return _after_grace(patent, unpaid, on, calendar)
    _refuse_notice(patent, f"none before the grace ends on {unpaid.grace_ends}")
    decision = None if decide is None else decide(unpaid)
    if on > unpaid.due_on:
        return _state(on, "in_grace", unpaid, months_late=_months_late(unpaid, on), renewal=decision)
    soon = unpaid.due_on <= on + due_soon_days * _ONE_DAY
    return _state(on, "due_soon" if soon else "paid", unpaid, renewal=decision)


def notice_received(sent_on: datetime.date, *, by_post: bool) -> datetime.date:
    """When does a notice of the office count as received?

    Posted, so many days after it was sent (unless an earlier or later day is proved); sent electronically, on the day
    it enters the system that the party uses.

    References
    ----------
    专利法实施细则（2023年修订）第四条.

    Examples
    --------
    >>> notice_received(datetime.date(2026, 3, 2), by_post=True)
    datetime.date(2026, 3, 17)
    """
    if not by_post:
        return sent_on
    days, _ = number_of(_TABLE, "patent.post_presumption_days", on=sent_on)
    return sent_on + int(days) * _ONE_DAY


def decide_by_ladder(
    thresholds: Sequence[Mapping[str, Any]], *, time_years: float, yearly_return: Decimal
) -> RenewalDecision:
    """Is a fee worth paying, by the boundaries that the renewal option found?

    Parameters
    ----------
    thresholds : ``details["thresholds"]`` of a conclusion of the method ``renewal_option``: by time, the levels of the
        yearly return between which an action is best.
    time_years : when the fee is due, in years from the valuation date; a time of the ladder to a ten-thousandth.
    yearly_return : what the patent is expected to earn a year at that time, in the currency of the conclusion.

    Raises
    ------
    InputError : the ladder has no decision at that time, or none at that level.

    Tested by: ``tests/pledge/test_annuity_watch.py`` (the ladder of a conclusion, both sides of its boundary).
    """
    rows = [row for row in thresholds if abs(row["time_years"] - time_years) < 1e-4]
    if not rows:
        known = ", ".join(sorted({f"{row['time_years']:.4f}" for row in thresholds})) or "no ladder"
        raise InputError.of("time_years", found=time_years, expected=f"one of {known}")
    for row in rows:
        low = Decimal(0) if row["low"] is None else Decimal(repr(row["low"]))
        if low <= yearly_return and (row["high"] is None or yearly_return < Decimal(repr(row["high"]))):
            return _by_row(row, yearly_return)
    raise InputError.of("yearly_return", found=yearly_return, expected="a level for which the ladder has an action")


def _by_row(row: Mapping[str, Any], yearly_return: Decimal) -> RenewalDecision:
    renew = row["action"] == "renew"
    low, high = ("—" if row[end] is None else f"{row[end]:.2f}" for end in ("low", "high"))
    zh, en = ("维持", "renew") if renew else ("放弃", "let lapse")
    reason = Label(
        f"年收益{yearly_return}，期权阶梯在{low}至{high}之间为{zh}",
        f"a yearly return of {yearly_return}; between {low} and {high} the ladder says {en}",
    )
    return RenewalDecision(renew, reason)


def _fee_due(patent: WatchedPatent, fee: AnnualFee, grace_months: int, calendar: ChinaCalendar) -> FeeDue:
    anniversary = months_after(patent.filed_on, 12 * (fee.year - 1))
    due = calendar.adjust(anniversary, "following")
    grace = calendar.adjust(months_after(anniversary, grace_months), "following")
    return FeeDue(fee.year, anniversary, due.day, grace.day, fee, _doubts(due, grace))


def _after_grace(patent: WatchedPatent, unpaid: FeeDue, on: datetime.date, calendar: ChinaCalendar) -> AnnuityState:
    received, ended = patent.notice_received_on, unpaid.anniversary
    if received is None:
        return _state(on, "lapsed", unpaid, ended_on=ended, missing=("patent.notice_received_on",))
    if not unpaid.grace_ends < received <= on:
        expected = f"after {unpaid.grace_ends}, the end of the grace, and up to {on}"
        raise InputError.of("patent.notice_received_on", found=received, expected=expected)
    window = calendar.adjust(months_after(received, _months("patent.restoration_months", on)), "following")
    if on > window.day:
        return _state(on, "lost", unpaid, ended_on=ended, restorable_until=window)
    late = _months_late(unpaid, on)
    return _state(on, "lapsed_restorable", unpaid, months_late=late, ended_on=ended, restorable_until=window)


def _state(
    on: datetime.date,
    status: AnnuityStatus,
    unpaid: FeeDue | None,
    *,
    months_late: int = 0,
    ended_on: datetime.date | None = None,
    restorable_until: AdjustedDate | None = None,
    missing: tuple[str, ...] = (),
    renewal: RenewalDecision | None = None,
) -> AnnuityState:
    pays = status in ("due_soon", "in_grace", "lapsed_restorable")
    restores = status == "lapsed_restorable"
    used = _values_used(status, unpaid, on)
    fee = unpaid.fee if unpaid is not None and pays else None
    doubts = () if unpaid is None else unpaid.warnings
    return AnnuityState(
        on=on,
        status=status,
        fee_due=unpaid,
        months_late=months_late,
        annuity_fen=0 if fee is None else _fen(fee.payable_cny),
        late_fee_fen=0 if fee is None else _fen(late_fee_cny(fee, months_begun=months_late, on=on)),
        restoration_fee_fen=_restoration_fen(on) if restores else 0,
        ended_on=ended_on,
        restorable_until=None if restorable_until is None else restorable_until.day,
        missing=missing,
        renewal=renewal,
        values_used=used,
        warnings=tuple(dict.fromkeys((*doubts, *_doubts(restorable_until), *reference_warnings(used)))),
    )


def _values_used(status: AnnuityStatus, unpaid: FeeDue | None, on: datetime.date) -> tuple[DatedValue, ...]:
    """Every value of a table that stands behind the answer, each once."""
    if unpaid is None:
        return ()
    names = [(_TABLE, "patent.due_on_anniversary"), (_TABLE, "patent.grace_months")]
    if status in ("due_soon", "in_grace", "lapsed_restorable"):
        names += [(_TABLE, "patent.anyone_may_pay")]
    if status in ("in_grace", "lapsed_restorable"):
        names += [(_FEES, "late_fee_share_per_month"), (_FEES, "late_fee_months")]
    if status in ("lapsed_restorable", "lost"):
        names += [(_TABLE, "patent.restoration_months")]
    if status == "lapsed_restorable":
        names += [(_TABLE, "patent.restoration_fee_cny")]
    return (*unpaid.fee.used, *(reference_table(table).value(name, on=on) for table, name in names))


def _months_late(unpaid: FeeDue, on: datetime.date) -> int:
    """How many full months after the anniversary have been let pass; never more than the table charges for."""
    most = int(number_of(_FEES, "late_fee_months", on=on)[0])
    return sum(on > months_after(unpaid.anniversary, month) for month in range(1, most + 1))


def _refuse_notice(patent: WatchedPatent, expected: str) -> None:
    if patent.notice_received_on is not None:
        raise InputError.of("patent.notice_received_on", found=patent.notice_received_on, expected=expected)


def _year_of(filed_on: datetime.date, day: datetime.date) -> int:
    """The year of a patent, counted from filing, in which a day lies; the anniversary begins a year."""
    years = day.year - filed_on.year
    return years if day < months_after(filed_on, 12 * years) else years + 1


def _months(name: str, on: datetime.date) -> int:
    return int(number_of(_TABLE, name, on=on)[0])


def _restoration_fen(on: datetime.date) -> int:
    return _fen(Decimal(str(number_of(_TABLE, "patent.restoration_fee_cny", on=on)[1].value)))


def _fen(cny: Decimal) -> int:
    return Money.from_text(cny).fen


def _doubts(*days: AdjustedDate | None) -> tuple[NamedWarning, ...]:
    found: Iterable[NamedWarning | None] = (None if day is None else day.warning for day in days)
    return tuple(warning for warning in found if warning is not None)
