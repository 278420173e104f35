"""The end of day on many loans: twice, with days missed, cut off, with a broken loan, after a backdated event.

Checked against: hand calculation of what falls due and becomes overdue on which day, and one run over the whole time
as the second way for every other way of running it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

import pytest

from pledge.end_of_day import BATCH, Closed, DayFacts, Proposal, run_end_of_day
from pledge.history import History, journal, loan_at, postings
from pledge.ledger import balances
from pledge.policy_catalogue import load_policies
from tests.pledge.loan_life import RECORDED_AT, REPAYMENT, Life, day
from valuation.kernel.dated import DatedTable


class MemoryStore:
    """A store in memory that can be made to fail."""

    def __init__(self, *histories: History) -> None:
        self.histories = {history.loan_id: history for history in histories}
        self.facts: dict[tuple[str, datetime.date, int], DayFacts] = {}
        self.closed_to: dict[str, Closed] = {}
        self.fails_on: set[str] = set()

    def loan_ids(self, *, after: str | None) -> Sequence[str]:
        return sorted(name for name in self.histories if after is None or name > after)

    def history(self, loan_id: str) -> History:
        return self.histories[loan_id]

    def closed(self, loan_id: str) -> Closed | None:
        return self.closed_to.get(loan_id)

    def keep(self, loan_id: str, facts: Sequence[DayFacts], history: History, closed: Closed) -> None:
        if loan_id in self.fails_on:
            raise OSError("the disk is full")
        self.facts |= {(loan_id, each.business_date, each.known_to): each for each in facts}
        self.histories[loan_id] = history
        self.closed_to[loan_id] = closed

    def newest(self, loan_id: str, on: str) -> DayFacts:
        known = [each for name, date, each in self.facts if (name, date) == (loan_id, day(on))]
        return self.facts[loan_id, day(on), max(known)]


@pytest.fixture(scope="module")
def rules() -> DatedTable:
    return load_policies()["cn_asset_classification_2023"]


def life(loan_id: str = "L1") -> Life:
    """1,000,000.00 drawn on 15 January 2026 at 3.6 %, two monthly instalments, 100.00 of interest a day."""
    repayment = {**REPAYMENT, "period_count": 2}
    return Life(loan_id).agreed(repayment=repayment).does("drawdown", "0115", amount="1000000.00")


def run(store: MemoryStore, on: str, rules: DatedTable, **options: object) -> tuple[int, int]:
    report = run_end_of_day(
        store,
        business_date=day(on),
        recorded_at=RECORDED_AT,
        rules=rules,
        **options,  # type: ignore[arg-type]
    )
    assert report.failed == ()
    return report.loans, report.days


def test_what_falls_due_and_becomes_overdue_is_found_on_its_day(rules: DatedTable) -> None:
    store = MemoryStore(life().history)
    run(store, "0701", rules)
    assert store.newest("L1", "0214").fell_due == ()
    assert store.newest("L1", "0215").fell_due == ((1, 1),)
    assert store.newest("L1", "0215").became_overdue == ()
    assert store.newest("L1", "0216").became_overdue == ((1, 1),)
    assert store.newest("L1", "0217").became_overdue == ()
    # Due on 15 February: on 16 May 90 days have passed (13 + 31 + 30 + 16), on 17 May 91.
    classes = {on: store.newest("L1", on).classification for on in ("0215", "0216", "0516", "0517")}
    assert list(classes.values()) == ["normal", "special_mention", "special_mention", "substandard"]
    assert [store.newest("L1", on).overdue_days for on in ("0516", "0517")] == [90, 91]


def test_an_officers_decision_may_only_be_worse(rules: DatedTable) -> None:
    drawn = life().does("classification_decided", "0120", classification="doubtful", reason="the founder left")
    store = MemoryStore(drawn.history)
    run(store, "0301", rules)
    assert store.newest("L1", "0119").classification == "normal"
    assert store.newest("L1", "0301").classification == "doubtful"


def test_a_second_run_changes_nothing(rules: DatedTable) -> None:
    store = MemoryStore(life().history)
    assert run(store, "0301", rules) == (1, 60)
    before = (dict(store.facts), dict(store.histories), dict(store.closed_to))
    assert run(store, "0301", rules) == (1, 0)
    assert run(store, "0228", rules) == (1, 0)
    assert (store.facts, store.histories, store.closed_to) == before


def test_days_missed_are_run_as_if_they_had_not_been_missed(rules: DatedTable) -> None:
    daily, late = MemoryStore(life().history), MemoryStore(life().history)
    for number in range(120):
        run_end_of_day(
            daily, business_date=day("0101") + datetime.timedelta(days=number), recorded_at=RECORDED_AT, rules=rules
        )
    run(late, "0430", rules)
    assert daily.closed_to["L1"].through == late.closed_to["L1"].through == day("0430")
    assert daily.histories == late.histories
    without = [dataclasses.replace(each, known_to=0) for each in daily.facts.values()]
    assert without == [dataclasses.replace(each, known_to=0) for each in late.facts.values()]


def test_a_run_that_is_cut_off_goes_on_where_it_stopped(rules: DatedTable) -> None:
    lives = [life(f"L{number}").history for number in range(5)]
    whole, parts = MemoryStore(*lives), MemoryStore(*lives)
    run(whole, "0301", rules)
    checkpoint, looked_at = None, 0
    while looked_at < 5:
        report = run_end_of_day(
            parts, business_date=day("0301"), recorded_at=RECORDED_AT, rules=rules, checkpoint=checkpoint, limit=2
        )
        checkpoint, looked_at = report.checkpoint, looked_at + report.loans
    assert checkpoint is None
    assert (parts.facts, parts.histories) == (whole.facts, whole.histories)


def test_a_broken_loan_is_reported_and_the_others_go_on(rules: DatedTable) -> None:
    forged = life("L2").history
    payload = {"amount": "1.00", "reference_rate_share": None}
    events = (*forged.events[:-1], dataclasses.replace(forged.events[-1], payload=payload))
    store = MemoryStore(life("L1").history, History("L2", events), life("L3").history, life("L4").history)
    store.fails_on = {"L3"}
    report = run_end_of_day(store, business_date=day("0301"), recorded_at=RECORDED_AT, rules=rules)
    assert {each.loan_id for each in report.failed} == {"L2", "L3"}
    assert "BrokenChainError" in report.failed[0].error
    assert set(store.closed_to) == {"L1", "L4"}
    store.fails_on = set()
    again = run_end_of_day(store, business_date=day("0302"), recorded_at=RECORDED_AT, rules=rules)
    assert [each.loan_id for each in again.failed] == ["L2"]
    assert {name: closed.through for name, closed in store.closed_to.items()} == dict.fromkeys(
        ("L1", "L3", "L4"), day("0302")
    )


def test_what_a_backdated_event_changes_is_run_again_and_the_old_findings_stay(rules: DatedTable) -> None:
    drawn = life()
    store = MemoryStore(drawn.history)
    run(store, "0228", rules)
    assert store.newest("L1", "0220").classification == "special_mention"
    drawn.history = store.histories["L1"]
    drawn.does("repayment", "0215", amount="3100.00")
    store.histories["L1"] = drawn.history
    assert run(store, "0228", rules) == (1, 14)
    assert store.newest("L1", "0220").classification == "normal"
    versions = [each for (_, date, _), each in store.facts.items() if date == day("0220")]
    assert [each.classification for each in versions] == ["special_mention", "normal"]
    assert store.newest("L1", "0214").known_to < store.newest("L1", "0215").known_to


def test_a_correction_runs_the_days_from_what_it_takes_back(rules: DatedTable) -> None:
    drawn = life().does("repayment", "0215", amount="3100.00")
    store = MemoryStore(drawn.history)
    run(store, "0228", rules)
    drawn.history = store.histories["L1"]
    drawn.does("reversal", "0301", sequence=5, reason="paid by another firm")
    store.histories["L1"] = drawn.history
    assert run(store, "0301", rules) == (1, 15)
    assert store.newest("L1", "0220").overdue_days == 5


def test_the_books_are_closed_on_the_last_day_of_a_month(rules: DatedTable) -> None:
    store = MemoryStore(life().history)
    run(store, "0301", rules)
    history = store.histories["L1"]
    closings = [event for event in history.events if event.kind == "end_of_day"]
    assert [event.effective_date for event in closings] == [day("0131"), day("0228")]
    assert {event.made_by for event in closings} == {BATCH}
    # 15 to 31 January: 16 days, to 15 February 15 more, to 28 February 13 more, each 100.00.
    accrued = [entry.posting.amount_fen for entry in journal(history) if entry.posting.meaning == "interest_accrued"]
    assert accrued == [1_600_00, 1_500_00, 1_300_00]
    assert balances(journal(history)) == balances(postings(history))


def test_thin_cover_proposes_a_call_and_its_next_steps(rules: DatedTable) -> None:
    drawn = life()
    store = MemoryStore(drawn.history)
    run(store, "0120", rules)
    # Nothing is pledged: the whole loan is short.
    assert store.newest("L1", "0120").proposals == (Proposal("cover_call_issued", (("amount", "1000000.00"),)),)
    drawn.does("cover_call_issued", "0121", amount="1000000.00")
    store = MemoryStore(drawn.history)
    run(store, "0301", rules)
    assert store.newest("L1", "0121").proposals == ()
    # 30 days to cure from 21 January: 20 February is the last one.
    assert store.newest("L1", "0220").proposals == ()
    assert [each.kind for each in store.newest("L1", "0221").proposals] == ["cover_call_escalated"]


def test_the_fold_does_not_read_the_end_of_day(rules: DatedTable) -> None:
    store = MemoryStore(life().history)
    run(store, "0601", rules)
    assert loan_at(store.histories["L1"], on=day("0601")) == loan_at(life().history, on=day("0601"))
