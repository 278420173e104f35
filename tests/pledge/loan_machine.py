"""Random commands on one loan, and what must hold after each of them.

One step is one command (sensible, too large, too early, by the wrong person, twice, backdated, a correction) or one
attack on what is recorded. The commands are drawn by Hypothesis; the same machine runs in the test and in the longer
command.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from pledge.accrual import advance, advance_with_postings
from pledge.history import Actor, Command, History, event_kinds, journal, loan_at, postings, record, verify_chain
from pledge.ledger import balances, mirror_differences, unbalanced_parties
from pledge.loan import Loan
from pledge.loan_errors import (
    BrokenChainError,
    CommandKeyReusedError,
    NotPermittedError,
    SecondPersonError,
)
from pledge.workflow import machines
from tests.pledge.loan_life import APPROVER, COVER, FACILITY, OFFICER, RECORDED_AT
from valuation.errors import InputError, IpfinError, RefusalError

START = datetime.date(2026, 1, 1)
LATEST = datetime.date(2030, 12, 31)
#: Everybody who acts, tried in this order until one may.
ACTORS = (
    OFFICER,
    Actor("chen", "pool_manager"),
    Actor("sun", "registrar"),
    Actor("zhou", "insurer"),
    Actor("wu", "approver"),
    Actor("end-of-day", "system"),
)
PARTIES = ("pool", "guarantor", "insurer", "appraiser")
ASSETS = ("patent-1", "mark-1")
CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
TABLES = machines()
#: From which states of which machines each kind may start.
STARTS = {
    name: [
        (machine, row.starts) for machine, action in kind.steps for row in TABLES[machine].steps if row.action == action
    ]
    for name, kind in event_kinds().items()
}
#: How often each thing happened over all examples; the test asks that nothing stayed untried.
SEEN: Counter[str] = Counter()


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def amounts(loan: Loan) -> tuple[int, ...]:
    """Amounts worth trying: nothing, a fen, parts of what is due, all of it, a fen too much, what is owed, far too
    much."""
    due, owed = loan.due_fen, loan.owed_fen
    return (due, due // 2, due // 3 + 1, owed, owed // 3, due + 1, 1, 0, 50_000_00, 300_000_00, owed + 1, 10**14)


Payloads = dict[str, Callable[[Loan, int, int], dict[str, Any]]]


def _amount(loan: Loan, size: int, _: int) -> dict[str, Any]:
    return {"amount": yuan(amounts(loan)[size])}


def _charge(loan: Loan, size: int, _: int) -> dict[str, Any]:
    return {"amount": yuan((0, 1, 1_234_56, 50_000_00)[size % 4]), "what": "a fee"}


def _asset(loan: Loan, which: int) -> str:
    return (*sorted(loan.rights), *ASSETS)[which % max(2, len(loan.rights))]


def _right(**more: str) -> Callable[[Loan, int, int], dict[str, Any]]:
    return lambda loan, size, which: {"asset": _asset(loan, which), **more}


def _value(loan: Loan, size: int, which: int) -> dict[str, Any]:
    appraised = (3_000_000_00, 0, 900_000_00, 5_000_000_00)[size % 4]
    basis, pledgee = (("appraised", None), ("pledgee", yuan(appraised // 2)))[which % 3 == 2]
    return {
        "asset": _asset(loan, which),
        "appraised_value": yuan(appraised),
        "pledgee_value": pledgee,
        "value_basis": basis,
        "value_date": loan.today.isoformat() if loan.day else "2026-01-01",
        "pledge_rate_share": ("0.4", "0.25", "1", "0")[which % 4],
    }


def _claim(field: str) -> Callable[[Loan, int, int], dict[str, Any]]:
    def build(loan: Loan, size: int, which: int) -> dict[str, Any]:
        party = _claimed_on(loan, which)
        claim = loan.claims.get(party)
        claimed, set_aside = (0, 0) if claim is None else (claim.claimed_fen, claim.set_aside_fen)
        return {
            "party": party,
            field: yuan((claimed, claimed // 2, set_aside, set_aside // 2, 1, claimed + 1)[size % 6]),
        }

    return build


def _file(loan: Loan, size: int, which: int) -> dict[str, Any]:
    lost = loan.outstanding_fen + loan.principal_written_off_fen
    return {"party": PARTIES[which], "claimed": yuan((lost * 2 // 5, lost // 3, lost, lost + 1, 1)[size % 5])}


def _claimed_on(loan: Loan, which: int) -> str:
    parties = sorted(loan.claims) or PARTIES
    return parties[which % len(parties)]


def _party(loan: Loan, size: int, which: int) -> dict[str, Any]:
    return {"party": _claimed_on(loan, which), "reason": "as agreed"}


def _reason(loan: Loan, size: int, which: int) -> dict[str, Any]:
    return {"reason": "as agreed"}


def _short(loan: Loan, size: int, which: int) -> dict[str, Any]:
    short = 0 if loan.facility is None else loan.shortfall_fen()
    called = 0 if loan.call is None else loan.call.amount_fen
    return {"amount": yuan((short, called + 1, max(short, called + 1), max(short - 1, 0), called)[size % 5])}


def _facility(loan: Loan, size: int, which: int) -> dict[str, Any]:
    return facility(size, which)


def facility(size: int, which: int) -> dict[str, Any]:
    forms = ("interest_only", "equal_instalment", "equal_principal")
    floating = {"kind": "floating", "tenor": "one_year", "spread_bp": "60", "reset": {"kind": "each_january"}}
    kinds = ["cost", "late", "compound", "interest", "principal"]
    return {
        **FACILITY,
        "available_until": "2027-12-31",
        "rate": floating if which % 2 else FACILITY["rate"],
        "repayment": {
            "form": forms[size % 3],
            "period_months": (1, 3)[which // 2 % 2],
            "period_count": (1, 4, 12)[size // 3 % 3],
            "day_count": ("monthly", "actual/360", "actual/365", "actual/actual ISDA")[size % 4],
            "due_date_convention": ("none", "following", "modified_following")[(size + which) % 3],
        },
        "compounds": bool(size % 2),
        "allocation": ([kinds], [[kind] for kind in kinds], [[kind] for kind in kinds[::-1]])[size % 3],
        "cover": {**COVER, "unsecured_limit": ("1000000.00", "0.00")[size // 6 % 2], "cure_days": 10},
    }


def _drawdown(loan: Loan, size: int, which: int) -> dict[str, Any]:
    amount = (400_000_00, 1_000_000_00, 1_00, 333_333_33)[size % 4]
    floating = loan.facility is not None and loan.facility.rate.kind == "floating"
    note = 1 + max((each.number for each in loan.notes), default=0) - (size == 9)
    return {"amount": yuan(amount), "note": max(note, 1), **({"reference_rate_share": "0.03"} if floating else {})}


def _prepayment(loan: Loan, size: int, which: int) -> dict[str, Any]:
    """A part with what is accrued left for the due date, or everything with the interest to the day."""
    note = loan.notes[which // 3] if which // 3 < len(loan.notes) else None
    undue, accrued = (0, 0) if note is None else (note.undue_principal_fen, note.accrued_undue_fen)
    if size % 4 == 3:
        return {"note": 1 + which // 3, "amount": yuan(undue + accrued), "terms": {}}
    part = undue // (2 + size % 3)
    terms = {"principal": yuan(part), "keep": ("term", "instalment")[size % 2]}
    return {"note": 1 + which // 3, "amount": yuan(part + (size == 11)), "terms": terms}


def _renewal(loan: Loan, size: int, which: int) -> dict[str, Any]:
    note = loan.notes[which // 3] if which // 3 < len(loan.notes) else None
    names = ("lawful_operation", "good_credit", "willing_to_repay", "meets_lending_conditions", "old_loan_normal")
    return {
        "note": 1 + which // 3,
        "new_note": 1 + max((each.number for each in loan.notes), default=0),
        "amount": yuan(0 if note is None else note.accrued_undue_fen),
        "terms": {
            "conditions": {name: size < 11 or name != "good_credit" for name in names},
            "period_count": 1 + size,
            "annual_rate_share": "0.0345",
            "form": ("interest_only", "equal_instalment")[size % 2],
        },
    }


PAYLOADS: Payloads = {
    "advance_returned": _party,
    "application_approved": lambda loan, size, which: {"approved": "1000000.00"},
    "application_completed": _reason,
    "application_papers_asked": _reason,
    "application_refused": _reason,
    "application_submitted": lambda loan, size, which: {"requested": "1000000.00"},
    "application_withdrawn": _reason,
    "approval_lapsed": _reason,
    "asset_changed": _right(what="the name of the pledgor", registration_number="Y2"),
    "asset_contract_signed": _right(reason="contract 1"),
    "asset_enforced": _right(title_of_enforcement="a judgement"),
    "asset_extinguished": _right(reason="annuity unpaid"),
    "asset_filed": _right(reason="filing 1"),
    "asset_licensed": _right(reason="to a firm"),
    "asset_proposed": lambda loan, size, which: {
        "asset": ASSETS[which % 2],
        "asset_kind": "trademark",
        "title": "名称",
    },
    "asset_registered": _right(registration_number="Y1"),
    "asset_registration_refused": _right(reason="already pledged"),
    "asset_released": _right(),
    "asset_revalued": _value,
    "asset_sold": lambda loan, size, which: {
        "asset": _asset(loan, which),
        "buyer": "a firm",
        "price": yuan(amounts(loan)[size]),
        "costs": ("0.00", "1000.00")[size % 2],
    },
    "asset_taken_for_debt": lambda loan, size, which: {
        "asset": _asset(loan, which),
        "agreed_value": yuan(amounts(loan)[size]),
    },
    "asset_valued": _value,
    "asset_verified": _right(reason="register extract"),
    "asset_withdrawn": _right(reason="not needed"),
    "claim_accepted": _party,
    "claim_closed": _party,
    "claim_filed": _file,
    "claim_prepaid": _claim("amount"),
    "claim_refused": _party,
    "claim_settled": _claim("compensation"),
    "claim_withdrawn": _party,
    "classification_decided": lambda loan, size, which: {"classification": CLASSES[size % 5], "reason": "a view"},
    "cost_advanced": _charge,
    "cover_call_cured": lambda loan, size, which: {"means": "a repayment"},
    "cover_call_escalated": _reason,
    "cover_call_increased": _short,
    "cover_call_issued": _short,
    "cover_call_reduced": lambda loan, size, which: {**_short(loan, size, which), "reason": "agreed"},
    "drawdown": _drawdown,
    "end_of_day": lambda loan, size, which: {},
    "facility_agreed": _facility,
    "facility_cancelled": _reason,
    "fee_charged": _charge,
    "late_interest_waived": lambda loan, size, which: {
        "amount": yuan((loan.late_interest_fen + loan.compound_interest_fen) // (1 + size % 2) + size // 10),
        "reason": "hardship",
    },
    "loan_called": _reason,
    "payment_holiday": lambda loan, size, which: {
        "note": 1 + which // 3,
        "terms": {
            "periods": 1 + size % 3,
            "meaning": ("interest_only", "interest_capitalised", "no_payment")[which % 3],
            "maturity": ("kept", "moved")[size % 2],
        },
    },
    "prepayment": _prepayment,
    "extension": lambda loan, size, which: {
        "note": 1 + which // 3,
        "terms": {"extra_periods": (1, 3, 12, 60)[size % 4]},
    },
    "renewal": _renewal,
    "restructuring": lambda loan, size, which: {
        "note": 1 + which // 3,
        "terms": {"extra_periods": size % 4, "annual_rate_share": ("0.01", "0.036")[which % 2]},
        "difficulty": "orders fell away",
    },
    "rate_reset": lambda loan, size, which: {"reference_rate_share": ("0.03", "0.0275", "0", "0.5")[which]},
    "recovery": lambda loan, size, which: {**_amount(loan, size, which), "origin": "the borrower"},
    "recovery_passed_on": _claim("amount"),
    "repayment": _amount,
    "written_off": lambda loan, size, which: {"ground": "nothing left"},
}
#: What is tried more often than the rest, so that loans live long enough.
OFTEN = (
    "repayment",
    "repayment",
    "repayment",
    "drawdown",
    "claim_settled",
    "recovery",
    "claim_filed",
    "claim_accepted",
)
SIZES, WHICH, CHOICES = st.integers(0, 11), st.integers(0, 3), st.integers(0, 10**4)


def kind_for(loan: Loan, choice: int) -> str:
    """Four times in five a kind whose step some machine permits now, else any kind at all."""
    if choice % 5 == 0:
        return sorted(PAYLOADS)[choice // 5 % len(PAYLOADS)]
    open_now = [*OFTEN, *(kind for kind in PAYLOADS if _is_open(loan, kind))]
    return open_now[choice // 5 % len(open_now)]


def _is_open(loan: Loan, kind: str) -> bool:
    states = {
        "application": [loan.application_state],
        "facility": [loan.facility_state],
        "pledged_asset": ["none", *(right.state for right in loan.rights.values())],
        "claim": ["none", *(claim.state for claim in loan.claims.values())],
        "cover": [loan.cover_stage],
        "instalment": ["due"],
    }
    starts = STARTS[kind]
    return not starts or any(state in start for machine, start in starts for state in states[machine])


_PLEDGED = tuple((f"asset_{each}", 0, 0) for each in ("proposed", "verified", "valued", "contract_signed", "filed"))
_DRAWN = (*_PLEDGED, ("asset_registered", 0, 0), ("drawdown", 0, 0))
_SHORT = (*_DRAWN, ("asset_revalued", 40, 2), ("cover_call_issued", 40, 0))
_CALLED = (*_DRAWN, ("loan_called", 40, 0), ("asset_enforced", 40, 0))
_CLAIMED = (*_CALLED, ("claim_filed", 41, 0), ("claim_accepted", 41, 0))
#: How a life may begin: kind, days after the start, size.
SCRIPTS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "nothing": (),
    "application asked for papers": (("application_papers_asked", 0, 0),),
    "application refused": (("application_refused", 0, 0),),
    "application completed": (("application_papers_asked", 0, 0), ("application_completed", 1, 0)),
    "application lapsed": (("application_approved", 0, 0), ("approval_lapsed", 9, 0)),
    "application withdrawn": (("application_withdrawn", 0, 0),),
    "registration refused": (*_PLEDGED, ("asset_registration_refused", 0, 0)),
    "claim refused": (*_CALLED, ("claim_filed", 41, 0), ("claim_refused", 41, 0)),
    "agreed": (),
    "agreed and cancelled": (("facility_cancelled", 1, 0),),
    "filed": _PLEDGED,
    "drawn": _DRAWN,
    "drawn twice": (*_DRAWN, ("repayment", 40, 0), ("drawdown", 45, 2)),
    "prepaid": (*_DRAWN, ("prepayment", 5, 0)),
    "extended": (*_DRAWN, ("extension", 5, 0)),
    "renewed": (*_DRAWN, ("renewal", 5, 0)),
    "on holiday": (*_DRAWN, ("payment_holiday", 0, 1), ("repayment", 100, 0)),
    "restructured": (*_DRAWN, ("restructuring", 5, 2)),
    "short": _SHORT,
    "short and called anew": (*_SHORT, ("cover_call_increased", 41, 1), ("cover_call_reduced", 42, 0)),
    "short for long": (*_SHORT, ("cover_call_escalated", 60, 0)),
    "short and valued anew": (*_SHORT, ("asset_revalued", 45, 0)),
    "called": _CALLED,
    "filed a claim": (*_CALLED, ("claim_filed", 41, 0)),
    "claimed": _CLAIMED,
    "paid in advance": (*_CLAIMED, ("claim_prepaid", 42, 1)),
    "advance returned": (*_CLAIMED, ("claim_prepaid", 42, 1), ("advance_returned", 43, 0)),
    "floating": (*_DRAWN, ("rate_reset", 10, 1)),
    "compensated": (*_CLAIMED, ("claim_settled", 42, 0)),
    "recovered": (*_CLAIMED, ("claim_settled", 42, 0), ("recovery", 50, 4), ("recovery_passed_on", 51, 3)),
    "written off": (*_CLAIMED, ("written_off", 42, 0)),
    "sold": (*_CALLED, ("asset_sold", 45, 4)),
    "taken for debt": (*_CALLED, ("asset_taken_for_debt", 45, 0)),
    "withdrawn": (("asset_proposed", 0, 0), ("asset_withdrawn", 1, 0)),
    "cured": (*_SHORT, ("asset_revalued", 45, 3), ("cover_call_cured", 46, 0)),
    "released": (*_DRAWN, ("prepayment", 5, 3), ("asset_released", 6, 0)),
}

#: Lives that are only walked, without chance, so that every kind is recorded at least once.
WALKED: dict[str, tuple[tuple[str, int, int], ...]] = {
    "licensed": (*_CALLED, ("asset_licensed", 45, 0)),
    "changed": (*_DRAWN, ("asset_changed", 5, 0)),
    "extinguished": (*_DRAWN, ("asset_extinguished", 5, 0)),
    "claim withdrawn": (*_CALLED, ("claim_filed", 41, 0), ("claim_withdrawn", 42, 0)),
    "claim closed": (*_CLAIMED, ("claim_settled", 42, 0), ("claim_closed", 43, 0)),
    "classified": (*_DRAWN, ("classification_decided", 5, 1)),
    "charged": (*_DRAWN, ("fee_charged", 5, 1), ("cost_advanced", 6, 1)),
    "closed for the day": (*_DRAWN, ("end_of_day", 5, 0)),
    "late interest waived": (*_DRAWN, ("late_interest_waived", 100, 0)),
}


class LoanMachine(RuleBasedStateMachine):
    """One loan, from nothing or from its first drawing on."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History("L1")
        self.count = 0

    # --- how it begins ----------------------------------------------------------------------------

    @initialize(script=st.sampled_from(sorted(SCRIPTS)), size=SIZES, which=WHICH)
    def begin(self, script: str, size: int, which: int) -> None:
        """From nothing, or from one of the places that random commands seldom reach."""
        if script == "nothing":
            return
        which = 1 if script == "floating" else which
        self.tries("application_submitted", START, {"requested": "1000000.00"})
        for kind in () if script.startswith("application") else ("application_approved", "facility_agreed"):
            self.tries(kind, START, PAYLOADS[kind](loan_at(self.history), size, which))
        for kind, days, each in {**SCRIPTS, **WALKED}[script]:
            day = START + datetime.timedelta(days=days)
            self.tries(kind, day, PAYLOADS[kind](loan_at(self.history, on=day), each, 0))

    # --- the steps --------------------------------------------------------------------------------

    @rule(choice=CHOICES, days=st.integers(0, 60), size=SIZES, which=WHICH)
    def a_command(self, choice: int, days: int, size: int, which: int) -> None:
        """Four in ten commands are of the day of the last one."""
        day = min(self.last_day + datetime.timedelta(days=max(0, days - 25)), LATEST)
        loan = loan_at(self.history, on=day)
        kind = kind_for(loan, choice)
        self.tries(kind, day, PAYLOADS[kind](loan, size, which))

    @rule(choice=CHOICES, days=st.integers(0, 60), size=SIZES, which=WHICH)
    def another_command(self, choice: int, days: int, size: int, which: int) -> None:
        """The same again, so that commands are most of the steps."""
        self.a_command(choice, days, size, which)

    @rule(choice=CHOICES, days=st.integers(1, 60), size=SIZES, which=WHICH)
    def a_backdated_command(self, choice: int, days: int, size: int, which: int) -> None:
        day = max(self.last_day - datetime.timedelta(days=days), START)
        last, loan = self.last_day, loan_at(self.history, on=day)
        kind = kind_for(loan, choice)
        if self.tries(kind, day, PAYLOADS[kind](loan, size, which)):
            SEEN["backdated"] += day < last

    @rule(place=st.integers(0, 10**6))
    def a_correction(self, place: int) -> None:
        if not self.history.events:
            return
        sequence = 1 + place % len(self.history.events)
        self.tries("reversal", self.last_day, {"sequence": sequence, "reason": "a mistake"})

    @rule(attack=st.integers(0, 2), place=st.integers(0, 10**6), size=SIZES, which=WHICH)
    def an_attack(self, attack: int, place: int, size: int, which: int) -> None:
        if attack == 0:
            self.a_duplicate(place)
        elif attack == 1:
            self.wrong_persons(sorted(PAYLOADS)[place % len(PAYLOADS)], size, which)
        else:
            self.tampering(place, ("payload", "effective_date", "made_by", "recorded_at")[which])

    def a_duplicate(self, place: int) -> None:
        """The same command again changes nothing; with another content it is refused."""
        if not self.history.events:
            return
        event = self.history.events[place % len(self.history.events)]
        command = _again(event)
        assert record(self.history, command, recorded_at="another day") is self.history
        other = dataclasses.replace(command, effective_date=command.effective_date + datetime.timedelta(days=1))
        with pytest.raises(CommandKeyReusedError):
            record(self.history, other, recorded_at=RECORDED_AT)
        SEEN["duplicate"] += 1

    def wrong_persons(self, kind: str, size: int, which: int) -> None:
        """Nobody may record what his role does not permit, or approve what he recorded."""
        found = event_kinds()[kind]
        payload = PAYLOADS[kind](loan_at(self.history), size, which)
        wrong: list[tuple[Actor, Actor | None]] = [(Actor("mu", "stranger"), APPROVER)]
        if found.may_approve:
            able = next(actor for actor in ACTORS if actor.role in found.may_record)
            wrong += [(able, None), (able, Actor(able.id, "approver")), (able, Actor("mu", "borrower"))]
        made, approved = wrong[size % len(wrong)]
        command = self.command(kind, self.last_day, payload, made, approved)
        with pytest.raises((NotPermittedError, SecondPersonError, InputError)):
            record(self.history, command, recorded_at=RECORDED_AT)
        SEEN["wrong persons"] += 1

    def tampering(self, place: int, field: str) -> None:
        """Whatever is changed in whichever event, the chain tells."""
        events = self.history.events
        if not events:
            return
        at = place % len(events)
        changed: dict[str, Any] = {
            "payload": {**events[at].payload, "amount": "0.01", "more": "x"},
            "effective_date": events[at].effective_date + datetime.timedelta(days=1),
            "made_by": Actor("mu", events[at].made_by.role),
            "recorded_at": "never",
        }
        forged = dataclasses.replace(events[at], **{field: changed[field]})
        verify_chain(self.history)
        with pytest.raises(BrokenChainError, match=f"event {at + 1} "):
            verify_chain(History("L1", (*events[:at], forged, *events[at + 1 :])))
        SEEN["tampering"] += 1

    @rule(first=st.integers(0, 200), second=st.integers(0, 200))
    def time_passes(self, first: int, second: int) -> None:
        """In one step or in two: the same loan."""
        loan = loan_at(self.history)
        if loan.day is None:
            return
        middle = loan.day + datetime.timedelta(days=first)
        end = middle + datetime.timedelta(days=second)
        assert advance(advance(loan, middle), end) == advance(loan, end)
        _, moved = advance_with_postings(loan, end)
        self.agrees(advance(loan, end), balances((*postings(self.history), *moved)))
        SEEN["time"] += 1

    @rule(seed=st.integers(0, 10**6))
    def recorded_in_another_order(self, seed: int) -> None:
        """Any order of recording that respects the order within a day leads to the same loan, where it is legal."""
        shuffled = _shuffled(self.history, random.Random(seed))
        SEEN["orders tried"] += 1
        if shuffled is None:
            return
        SEEN["orders compared"] += 1
        assert loan_at(shuffled) == loan_at(self.history)
        assert balances(postings(shuffled)) == balances(postings(self.history))
        assert balances(journal(shuffled)) == balances(postings(shuffled))

    def teardown(self) -> None:
        """Replay, journal and chain of the whole life."""
        history = self.history
        again = History("L1", tuple(type(event).from_document(event.as_document()) for event in history.events))
        assert loan_at(again) == loan_at(history)
        assert postings(again) == postings(history)
        entries = journal(history)
        assert balances(entries) == balances(postings(history))
        known = len(history.events) // 2
        earlier = journal(History("L1", history.events[:known]))
        assert entries[: len(earlier)] == earlier
        assert loan_at(history, known_to=known) == loan_at(History("L1", history.events[:known]))
        verify_chain(history)

    # --- what they are made of --------------------------------------------------------------------

    @property
    def last_day(self) -> datetime.date:
        return loan_at(self.history).day or START

    def command(
        self, kind: str, day: datetime.date, payload: dict[str, Any], made: Actor, approved: Actor | None
    ) -> Command:
        self.count += 1
        key = f"key-{self.count}"
        return Command(kind=kind, key=key, effective_date=day, made_by=made, approved_by=approved, payload=payload)

    def tries(self, kind: str, day: datetime.date, payload: dict[str, Any]) -> bool:
        """Record it, or be refused with nothing changed; check the loan in both cases."""
        SEEN["commands"] += 1
        may = event_kinds()[kind].may_record
        made = next(actor for actor in ACTORS if actor.role in may)
        approved = APPROVER if made.role != "approver" else Actor("xu", "approver")
        before, stood = self.history, loan_at(self.history)
        try:
            self.history = record(before, self.command(kind, day, payload, made, approved), recorded_at=RECORDED_AT)
        except (RefusalError, InputError):
            assert self.history is before
            assert loan_at(before) == stood
            SEEN[f"refused {kind}"] += 1
            return False
        SEEN[f"recorded {kind}"] += 1
        self.agrees(loan_at(self.history), balances(postings(self.history)))
        return True

    @staticmethod
    def agrees(loan: Loan, found: dict[tuple[str, str], int]) -> None:
        """Books and state say the same, nobody's claim is negative, no principal is lost."""
        assert unbalanced_parties(found) == {}
        assert mirror_differences(found) == {}
        control = loan.control_balances()
        assert {account: found.get(account, 0) for account in control} == control
        claims = {account: amount for account, amount in found.items() if _is_claim(*account)}
        assert min(claims.values(), default=0) >= 0, claims
        held = loan.principal_repaid_fen + loan.outstanding_fen + loan.principal_written_off_fen
        drawn = loan.principal_drawn_fen + loan.interest_capitalised_fen
        assert held + loan.principal_transferred_fen == drawn
        for note in loan.notes:
            assert min(note.undue_principal_fen, note.accrued_undue_fen, note.late.open_fen) >= 0
            assert all(min(due.principal_open_fen, due.interest_open_fen) >= 0 for due in note.dues)


def _is_claim(party: str, name: str) -> bool:
    receivable = name.endswith("_receivable") or (name.startswith("written_off_") and not name.endswith("contra"))
    return receivable or name in ("loan_principal", "subrogated_claim", "advance_to_bank", "receivable_from_bank")


def _again(event: Any) -> Command:
    return Command(
        kind=event.kind,
        key=event.key,
        effective_date=event.effective_date,
        made_by=event.made_by,
        approved_by=event.approved_by,
        payload=event.payload,
    )


def _shuffled(history: History, chance: random.Random) -> History | None:
    """The standing events recorded in another order; None when what is left is legal in no order tried."""
    reversed_ones = {event.payload["sequence"] for event in history.events if event.kind == "reversal"}
    left = [each for each in history.events if each.kind != "reversal" and each.sequence not in reversed_ones]
    again = History("L1")
    while left:
        first_of_day = {event.effective_date: event for event in reversed(left)}
        choices = list(first_of_day.values())
        chance.shuffle(choices)
        for event in choices:
            try:
                again = record(again, _again(event), recorded_at=RECORDED_AT)
            except IpfinError:
                continue
            left.remove(event)
            break
        else:
            return None
    return again
