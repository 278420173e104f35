"""The fold of events, both dates, keys, two persons, backdating, corrections, the chain of digests.

Checked against: hand calculation, shown line by line, and the rules of the contract (a replay gives the same state, a
refused command changes nothing, any change of a recorded event is found).
"""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import pytest

from pledge.history import Actor, Command, Event, History, event_kinds, journal, loan_at, postings, record, verify_chain
from pledge.ledger import balances, mirror_differences, unbalanced_parties
from pledge.loan_errors import (
    BrokenChainError,
    CommandKeyReusedError,
    IllegalStepError,
    LaterEventIllegalError,
    NotPermittedError,
    SecondPersonError,
)
from tests.pledge.loan_life import APPROVER, OFFICER, RECORDED_AT, Life, day
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.money import Money

FACILITY_ONE_MONTH = {"form": "interest_only", "period_months": 1, "period_count": 1, "day_count": "actual/360"}


@pytest.fixture
def drawn() -> Life:
    """1,000,000.00 at 3.6 %, actual/360, interest monthly: 100.00 of interest a day."""
    return Life().agreed().does("drawdown", "0115", amount="1000000.00")


def test_a_loan_before_anything_happened_is_empty() -> None:
    loan = loan_at(History("L1"))
    assert (loan.day, loan.application_state, loan.outstanding_fen) == (None, "none", 0)
    assert journal(History("L1")) == ()


def test_interest_falls_due_as_the_schedule_says(drawn: Life) -> None:
    # 15 January to 15 February: 31 days × 100.00 = 3,100.00; to the evening of 20 January: 5 × 100.00.
    assert drawn.on("0120").accrued_undue_fen == 500_00
    assert drawn.on("0214").due_interest_fen == 0
    assert drawn.on("0215").due_interest_fen == 3_100_00
    assert drawn.on("0215").overdue_days == 0
    assert drawn.on("0217").overdue_days == 2


def test_a_backdated_payment_takes_late_interest_away_again() -> None:
    life = Life().agreed(repayment=FACILITY_ONE_MONTH).does("drawdown", "0115", amount="1000000.00")
    # Due on 15 February: 1,000,000.00 and 3,100.00. Late interest 3.6 % × 1.5 = 5.4 %: 150.00 a day on the principal.
    life.does("end_of_day", "0225")
    assert life.on("0225").late_interest_fen == 10 * 150_00
    before = journal(life.history)
    # On the 25th it turns out that 600,000.00 had been paid on the 20th: it settles 3,100.00 of interest,
    # 5 × 150.00 = 750.00 of late interest, and principal with the rest.
    life.does("repayment", "0220", amount="600000.00")
    # Principal left: 1,000,000.00 − (600,000.00 − 750.00 − 3,100.00) = 403,850.00; five more days at 5.4 %:
    # 403,850.00 × 0.054 × 5 / 360 = 302.8875, on top of 750.00 already paid.
    loan = life.on("0225")
    assert loan.outstanding_fen == 403_850_00
    assert loan.late_interest_fen == 302_89
    entries = journal(life.history)
    assert entries[: len(before)] == before
    assert [entry.is_reversal for entry in entries[len(before) :]].count(True) == 1
    (reversed_one,) = [entry.posting for entry in entries if entry.is_reversal]
    assert (reversed_one.meaning, reversed_one.amount_fen) == ("late_interest_accrued", 1_500_00)
    assert balances(entries) == balances(postings(life.history))


def test_both_dates_move_independently(drawn: Life) -> None:
    drawn.does("repayment", "0215", amount="3100.00")
    drawn.does("reversal", "0301", sequence=5, reason="paid by another firm")
    history = drawn.history
    assert loan_at(history, on=day("0220")).due_interest_fen == 3_100_00
    assert loan_at(history, on=day("0220"), known_to=5).due_interest_fen == 0
    assert loan_at(history, on=day("0110")).outstanding_fen == 0
    assert loan_at(history, on=day("0301"), known_to=3).outstanding_fen == 0
    assert balances(journal(history)) == balances(postings(history))
    with pytest.raises(InputError, match="known_to: found 7, expected 0 to 6"):
        loan_at(history, known_to=7)


def test_a_reversal_is_reversed_by_recording_again_only(drawn: Life) -> None:
    drawn.does("repayment", "0215", amount="3100.00").does("reversal", "0301", sequence=5, reason="wrong account")
    for sequence in (5, 6, 9):
        with pytest.raises(IllegalStepError, match=f"payload.sequence: found {sequence}"):
            drawn.does("reversal", "0302", sequence=sequence, reason="again")


def test_what_would_make_a_later_event_illegal_is_refused_and_names_it(drawn: Life) -> None:
    drawn.does("repayment", "0215", amount="3100.00")
    before = drawn.history
    with pytest.raises(LaterEventIllegalError, match=r"event 5 \(repayment on 2026-02-15\) would become illegal"):
        drawn.does("reversal", "0301", sequence=4, reason="never paid out")
    assert drawn.history is before


def test_the_same_key_is_recorded_once_and_never_for_another_content(drawn: Life) -> None:
    command = Command(
        kind="repayment",
        key="bank-transfer-77",
        effective_date=day("0215"),
        made_by=OFFICER,
        approved_by=APPROVER,
        payload={"amount": "100.00"},
    )
    once = record(drawn.history, command, recorded_at=RECORDED_AT)
    assert record(once, command, recorded_at="2026-03-01T00:00:00Z") is once
    # The same number written another way is the same content.
    assert record(once, dataclasses.replace(command, payload={"amount": "100.0"}), recorded_at="later") is once
    for changed in ({"payload": {"amount": "100.01"}}, {"effective_date": day("0216")}, {"made_by": APPROVER_OFFICER}):
        with pytest.raises(CommandKeyReusedError, match="'bank-transfer-77' with another"):
            record(once, dataclasses.replace(command, **changed), recorded_at=RECORDED_AT)  # type: ignore[arg-type]


APPROVER_OFFICER = Actor("zhao", "loan_officer")


@pytest.mark.parametrize(
    ("made_by", "approved_by", "error"),
    [
        (Actor("li", "borrower"), APPROVER, NotPermittedError),
        (Actor("li", "stranger"), APPROVER, NotPermittedError),
        (OFFICER, None, SecondPersonError),
        (OFFICER, Actor("li", "approver"), SecondPersonError),
        (OFFICER, Actor("zhao", "loan_officer"), SecondPersonError),
    ],
)
def test_money_leaves_by_two_persons_in_their_roles(
    made_by: Actor, approved_by: Actor | None, error: type[Exception]
) -> None:
    history = Life().agreed().history
    command = Command(
        kind="drawdown",
        key="draw",
        effective_date=day("0115"),
        made_by=made_by,
        approved_by=approved_by,
        payload={"amount": "1.00"},
    )
    with pytest.raises(error):
        record(history, command, recorded_at=RECORDED_AT)


def test_an_unknown_kind_and_a_malformed_payload_are_named(drawn: Life) -> None:
    with pytest.raises(UnknownNameError, match="kind: found 'gift'"):
        drawn.does("gift", "0301")
    with pytest.raises(InputError, match=r"payload\.amount: found 5"):
        drawn.does("repayment", "0301", amount=5)
    with pytest.raises(InputError, match=r"payload\.tip: found an unknown field"):
        drawn.does("repayment", "0301", amount="1.00", tip="1.00")


def test_events_survive_the_store(drawn: Life) -> None:
    documents = [event.as_document() for event in drawn.history.events]
    again = History("L1", tuple(Event.from_document(document) for document in documents))
    assert again == drawn.history
    assert loan_at(again) == loan_at(drawn.history)
    verify_chain(again)


CHANGES: dict[str, Any] = {
    "sequence": 9,
    "kind": "reversal",
    "key": "another",
    "effective_date": datetime.date(2026, 1, 16),
    "recorded_at": "2027-01-01",
    "made_by": Actor("li", "approver"),
    "approved_by": None,
    "payload": {"amount": "999999.99"},
    "previous_digest": "0" * 63 + "1",
    "digest": "0" * 64,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_event_breaks_the_chain(drawn: Life, name: str) -> None:
    verify_chain(drawn.history)
    events = drawn.history.events
    for at in range(len(events)):
        forged = dataclasses.replace(events[at], **{name: CHANGES[name]})
        history = History("L1", (*events[:at], forged, *events[at + 1 :]))
        with pytest.raises(BrokenChainError, match=f"event {at + 1} of loan L1 is not what was recorded"):
            verify_chain(history)


def test_every_field_of_an_event_is_forged_above() -> None:
    assert set(CHANGES) == {each.name for each in dataclasses.fields(Event)}


def test_an_event_cut_out_swapped_or_put_under_another_loan_breaks_the_chain(drawn: Life) -> None:
    events = drawn.history.events
    for forged in (events[1:], (*events[:1], *events[2:]), (events[1], events[0], *events[2:])):
        with pytest.raises(BrokenChainError):
            verify_chain(History("L1", forged))
    with pytest.raises(BrokenChainError):
        verify_chain(History("L2", events))


def test_the_books_balance_and_mirror_each_other(drawn: Life) -> None:
    drawn.does("repayment", "0215", amount="3100.00")
    for closed_to in (None, day("0301"), day("1231")):
        found = balances(journal(drawn.history, closed_to=closed_to))
        assert unbalanced_parties(found) == {}
        assert mirror_differences(found) == {}


def test_kinds_that_move_money_out_or_set_values_need_two_persons() -> None:
    alone = {name for name, kind in event_kinds().items() if not kind.may_approve}
    assert not alone & {"drawdown", "facility_agreed", "application_approved", "reversal"}


def test_the_journal_in_the_documentation_is_the_one_of_the_code() -> None:
    life = Life().agreed(repayment=FACILITY_ONE_MONTH).does("drawdown", "0115", amount="1000000.00")
    life.does("end_of_day", "0225").does("repayment", "0220", amount="600000.00")
    lines = [" no  event  day         posting                      amount"]
    for entry in journal(life.history):
        posting = entry.posting
        amount = Money(posting.amount_fen).text
        line = f"{entry.number:3d} {entry.recorded_with:6d}  {posting.day}  {posting.meaning:22s} {amount:>12s}"
        lines.append(line + ("  R" if entry.is_reversal else ""))
    text = (Path(__file__).parents[2] / "docs" / "pledge_loan.md").read_text(encoding="utf-8")
    assert "\n".join(lines) in text
