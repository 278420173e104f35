"""日终批处理: what became due, overdue or thinly covered on each loan on each business day?

The batch reads and writes through a store that the caller brings (:class:`LoanStore`); here is only what it does with
each loan. Days that were missed are run, one after another. Days that were closed and have since changed by a
backdated event or a correction are run again; earlier findings stay as they were, with what was known then.
One broken loan is reported, the others go on. A run that is cut off goes on where it stopped: each loan remembers the
day to which it is closed, and the checkpoint says which loans were looked at.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pledge.asset_classes import AssetClass, worst
from pledge.classification import overdue_floor
from pledge.history import Actor, Command, History, changed_from, loan_at, record, verify_chain
from pledge.loan import Due, Loan
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable
from valuation.kernel.money import Money

__all__ = [
    "BATCH",
    "Closed",
    "DayFacts",
    "DayReport",
    "FailedLoan",
    "LoanStore",
    "Proposal",
    "facts_of",
    "is_month_end",
    "run_end_of_day",
]

#: Who records the end of a day.
BATCH = Actor("end-of-day", "system")
#: Everything has a limit: days that one run catches up with on one loan.
MAXIMUM_DAYS = 4000
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Proposal:
    """A command that the findings of the day ask for; a person records it or not."""

    kind: str
    payload: tuple[tuple[str, str], ...]

    def as_document(self) -> dict[str, Any]:
        """The proposal for JSON."""
        return {"kind": self.kind, "payload": dict(self.payload)}


@dataclass(frozen=True, kw_only=True)
class DayFacts:
    """What was found on one loan at the end of one day, as far as was known with event ``known_to``.

    ``fell_due`` and ``became_overdue`` are (note, number) of instalments. The class is the worse one of what the
    days overdue force and what the officers decided.
    """

    loan_id: str
    business_date: datetime.date
    known_to: int
    outstanding_fen: int
    due_fen: int
    overdue_days: int
    classification: AssetClass
    fell_due: tuple[tuple[int, int], ...]
    became_overdue: tuple[tuple[int, int], ...]
    cover_stage: str
    shortfall_fen: int
    proposals: tuple[Proposal, ...]

    def as_document(self) -> dict[str, Any]:
        """The findings for JSON and for the store."""
        return {
            "loan_id": self.loan_id,
            "business_date": self.business_date.isoformat(),
            "known_to": self.known_to,
            "outstanding": Money(self.outstanding_fen).text,
            "due": Money(self.due_fen).text,
            "overdue_days": self.overdue_days,
            "classification": self.classification,
            "fell_due": [list(each) for each in self.fell_due],
            "became_overdue": [list(each) for each in self.became_overdue],
            "cover_stage": self.cover_stage,
            "shortfall": Money(self.shortfall_fen).text,
            "proposals": [proposal.as_document() for proposal in self.proposals],
        }


@dataclass(frozen=True)
class Closed:
    """To which day a loan is closed, and the last event that was known then."""

    through: datetime.date
    known_to: int


class LoanStore(Protocol):
    """What the batch needs from the store of the caller."""

    def loan_ids(self, *, after: str | None) -> Sequence[str]:
        """The loans to look at, sorted, those after ``after`` only."""
        ...

    def history(self, loan_id: str) -> History:
        """The events of a loan."""
        ...

    def closed(self, loan_id: str) -> Closed | None:
        """To which day a loan is closed; None before its first end of day."""
        ...

    def keep(self, loan_id: str, facts: Sequence[DayFacts], history: History, closed: Closed) -> None:
        """Store the findings, the events that are new in ``history`` and the day closed to: all or nothing."""
        ...


@dataclass(frozen=True)
class FailedLoan:
    """A loan whose end of day could not be run, and why."""

    loan_id: str
    error: str


@dataclass(frozen=True)
class DayReport:
    """What a run did. ``checkpoint`` is the last loan looked at, None when all were."""

    business_date: datetime.date
    loans: int
    days: int
    failed: tuple[FailedLoan, ...]
    checkpoint: str | None


def is_month_end(day: datetime.date) -> bool:
    """Is this the last day of its month? On such days the batch closes the books into the journal."""
    return day.day == calendar.monthrange(day.year, day.month)[1]


def run_end_of_day(
    store: LoanStore,
    *,
    business_date: datetime.date,
    recorded_at: str,
    rules: DatedTable,
    checkpoint: str | None = None,
    limit: int | None = None,
    closes_books: Callable[[datetime.date], bool] = is_month_end,
) -> DayReport:
    """Run every loan to the end of ``business_date``, the days missed included.

    Running it again changes nothing: a loan that is closed to the day and unchanged since is passed over.

    Parameters
    ----------
    rules : the classification rules, a table of kind ``classification_rules``.
    checkpoint : the loan after which to go on, from the report of the run that was cut off.
    limit : how many loans to look at; without it all.
    closes_books : on which days the end of day is recorded as an event, so that the journal is written up to it.

    Tested by: ``tests/pledge/test_end_of_day.py`` (twice, catch-up, cut off anywhere, a broken loan, backdating).
    """
    found = store.loan_ids(after=checkpoint)
    chosen = found if limit is None else found[:limit]
    failed: list[FailedLoan] = []
    days = 0
    for loan_id in chosen:
        try:
            days += _run_loan(store, loan_id, business_date, recorded_at, rules, closes_books)
        except Exception as error:
            # Whatever is wrong with one loan must not keep the others open overnight; it is reported by name.
            failed.append(FailedLoan(loan_id, f"{type(error).__name__}: {error}"))
    last = chosen[-1] if chosen and len(chosen) < len(found) else None
    return DayReport(business_date, len(chosen), days, tuple(failed), last)


def facts_of(before: Loan, loan: Loan, *, known_to: int, rules: DatedTable) -> DayFacts:
    """What is to be said about a loan at the end of its day?

    Parameters
    ----------
    before : the loan at the end of the day before.
    """
    overdue_before = set(_overdue(before))
    return DayFacts(
        loan_id=loan.loan_id,
        business_date=loan.today,
        known_to=known_to,
        outstanding_fen=loan.outstanding_fen,
        due_fen=loan.due_fen,
        overdue_days=loan.overdue_days,
        classification=_class_of(loan, rules),
        fell_due=tuple((note.number, due.number) for note in loan.notes for due in note.dues if _today(due, loan)),
        became_overdue=tuple(each for each in _overdue(loan) if each not in overdue_before),
        cover_stage=loan.cover_stage,
        shortfall_fen=0 if loan.facility is None else loan.shortfall_fen(),
        proposals=tuple(_proposals(loan)),
    )


def _run_loan(
    store: LoanStore,
    loan_id: str,
    business_date: datetime.date,
    recorded_at: str,
    rules: DatedTable,
    closes_books: Callable[[datetime.date], bool],
) -> int:
    """Run one loan from the first day that is open or changed; how many days were run?"""
    history = store.history(loan_id)
    verify_chain(history)
    start = _first_day(history, store.closed(loan_id))
    if start is None or start > business_date:
        return 0
    days = list(_days(start, business_date))
    for day in filter(closes_books, days):
        command = Command(kind="end_of_day", key=f"end-of-day:{day}", effective_date=day, made_by=BATCH)
        history = record(history, command, recorded_at=recorded_at)
    known_to = len(history.events)
    before = loan_at(history, on=start - _ONE_DAY)
    facts = []
    for day in days:
        loan = loan_at(history, on=day)
        facts.append(facts_of(before, loan, known_to=known_to, rules=rules))
        before = loan
    store.keep(loan_id, facts, history, Closed(business_date, known_to))
    return len(facts)


def _first_day(history: History, closed: Closed | None) -> datetime.date | None:
    """The first day to run: after the day closed to, or earlier when something was recorded for an earlier day."""
    if not history.events:
        return None
    if closed is None:
        return min(event.effective_date for event in history.events)
    changed = changed_from(history, since=closed.known_to)
    after = closed.through + _ONE_DAY
    return after if changed is None else min(after, changed)


def _days(start: datetime.date, end: datetime.date) -> Iterator[datetime.date]:
    count = (end - start).days + 1
    if count > MAXIMUM_DAYS:
        raise InputError.of("business_date", found=f"{count} days after {start}", expected=f"at most {MAXIMUM_DAYS}")
    return (start + _ONE_DAY * number for number in range(count))


def _class_of(loan: Loan, rules: DatedTable) -> AssetClass:
    floor = overdue_floor(loan.overdue_days, rules=rules, on=loan.today) if loan.overdue_days else None
    decided: AssetClass = loan.classification or "normal"
    return decided if floor is None else worst([decided, floor.asset_class])


def _today(due: Due, loan: Loan) -> bool:
    return due.due_date == loan.today


def _overdue(loan: Loan) -> list[tuple[int, int]]:
    return [(note.number, due.number) for note in loan.notes for due in note.open_dues if due.due_date < loan.today]


def _proposals(loan: Loan) -> Iterator[Proposal]:
    """What cover and call ask for today."""
    if loan.facility is None or loan.facility_state not in ("drawn", "called"):
        return
    short = loan.shortfall_fen()
    amount = (("amount", Money(short).text),)
    is_open = loan.call is not None and loan.call.state in ("call", "escalated")
    if not is_open and short:
        yield Proposal("cover_call_issued", amount)
    if loan.call is None or not is_open:
        return
    if not short:
        yield Proposal("cover_call_cured", (("means", "nothing is short after pledge rate"),))
    elif short > loan.call.amount_fen:
        yield Proposal("cover_call_increased", amount)
    if short and loan.is_call_overdue:
        yield Proposal("cover_call_escalated", (("reason", f"not cured by {loan.call.deadline}"),))
