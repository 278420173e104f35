"""A pledge loan as JSON: its state on a day, its plan, its cover, its claims, its books; for HTTP and the terminal."""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from pledge.event_kind import EventKind, event_kinds
from pledge.ledger import ACCOUNTS, PARTIES, Account, JournalEntry, balances, mirror_differences, unbalanced_parties
from pledge.loan import Claim, Facility, Loan, Note, Right
from pledge.pledged_pool import NOT_COUNTED
from pledge.workflow import machines
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = [
    "action_document",
    "action_documents",
    "action_name",
    "claims_document",
    "cover_document",
    "ledger_document",
    "loan_document",
    "schedule_document",
]


def action_name(kind: EventKind) -> str:
    """The last part of the address at which an event of this kind is recorded."""
    return kind.id.replace("_", "-")


def action_document(kind: EventKind) -> dict[str, Any]:
    """A kind of event as an action: who may take it, who must approve it, what it says."""
    return {**kind.as_document(), "action": action_name(kind)}


def loan_document(loan: Loan) -> dict[str, Any]:
    """The state of a loan at the end of a day."""
    return {
        "as_of": _day(loan.day),
        "application": _state("application", loan.application_state),
        "facility": _state("facility", loan.facility_state),
        "requested": Money(loan.requested_fen).text,
        "approved": Money(loan.approved_fen).text,
        "terms": None if loan.facility is None else _terms(loan.facility),
        "principal": {
            "drawn": Money(loan.principal_drawn_fen).text,
            "repaid": Money(loan.principal_repaid_fen).text,
            "outstanding": Money(loan.outstanding_fen).text,
            "written_off": Money(loan.principal_written_off_fen).text,
            "transferred": Money(loan.principal_transferred_fen).text,
        },
        "due": _due(loan),
        "interest_paid": Money(loan.interest_paid_fen).text,
        "interest_accrued_not_due": Money(loan.accrued_undue_fen).text,
        "overdue_since": _day(loan.overdue_since),
        "overdue_days": loan.overdue_days,
        "cover": _state("cover", loan.cover_stage),
        "classification": loan.classification,
        "assets": [_right(right) for right in loan.rights.values()],
        "claims": [_claim(claim) for claim in loan.claims.values()],
        "called_on": _day(loan.called_on),
        "written_off_on": _day(loan.written_off_on),
    }


def schedule_document(loan: Loan) -> dict[str, Any]:
    """What fell due and what is left of it, and what falls due next, note by note."""
    return {"as_of": _day(loan.day), "notes": [_note(note) for note in loan.notes]}


def cover_document(loan: Loan) -> dict[str, Any]:
    """How the outstanding principal stands against what the registered rights allow."""
    call = loan.call
    return {
        "as_of": _day(loan.day),
        **_state("cover", loan.cover_stage),
        "outstanding": Money(loan.outstanding_fen).text,
        "lending_value": Money(loan.lending_value_fen).text,
        "limits": None if loan.facility is None else _limits(loan, loan.facility),
        "assets": _covering(loan),
        "call": None
        if call is None
        else {
            "issued_on": call.issued_on.isoformat(),
            "amount": Money(call.amount_fen).text,
            "deadline": call.deadline.isoformat(),
            "state": call.state,
        },
    }


def _covering(loan: Loan) -> list[dict[str, Any]]:
    """Each right with what may be lent on it today, and why it does not count."""
    counted = {row.asset.id: row for row in loan.pool_value.rows}
    rows = []
    for right in loan.rights.values():
        row = counted.get(right.id)
        reasons = () if row is None else row.not_counted
        rows.append(
            {
                **_right(right),
                "lending_value": Money(0 if row is None else row.allowed_fen).text,
                "not_counted": [{"code": code, **NOT_COUNTED[code].as_document()} for code in reasons],
            }
        )
    return rows


def claims_document(loan: Loan) -> dict[str, Any]:
    """What the bank claimed from pool, guarantor, insurer and appraiser, and what came of it."""
    return {"as_of": _day(loan.day), "items": [_claim(claim) for claim in loan.claims.values()]}


def ledger_document(loan_id: str, entries: Iterable[JournalEntry], *, as_of: datetime.date) -> dict[str, Any]:
    """The journal in order of recording, and the balances of every account of every party.

    ``unbalanced`` and ``differences`` are empty as long as every party's books add up to zero and what one claims
    is what the other owes.
    """
    journal = tuple(entries)
    totals = balances(journal)
    return {
        "loan": loan_id,
        "as_of": as_of.isoformat(),
        "journal": [entry.as_document() for entry in journal],
        "balances": _by_party(totals),
        "unbalanced": {party: Money(fen).text for party, fen in unbalanced_parties(totals).items()},
        "differences": {name: Money(fen).text for name, fen in mirror_differences(totals).items()},
    }


def _by_party(totals: Mapping[Account, int]) -> list[dict[str, Any]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (party, account), amount_fen in totals.items():
        amount = Money(abs(amount_fen)).text
        grouped[party].append(
            {
                "account": account,
                "label": _account_label(account, party=party).as_document(),
                "debit": amount if amount_fen > 0 else "0.00",
                "credit": amount if amount_fen < 0 else "0.00",
            }
        )
    return [
        {"party": party, "label": label.as_document(), "accounts": grouped[party]}
        for party, label in PARTIES.items()
        if party in grouped
    ]


def _account_label(account: str, *, party: str) -> Label:
    """The name of an account; where it names a compensator, the compensator is added."""
    if account in ACCOUNTS:
        return ACCOUNTS[account]
    for name, label in PARTIES.items():
        template = account.replace(name, "{party}")
        if name != party and template in ACCOUNTS:
            known = ACCOUNTS[template]
            return Label(f"{known.zh}（{label.zh}）", f"{known.en} ({label.en})")
    raise AssertionError(f"an account without a name: {account}")


def _state(machine: str, state: str) -> dict[str, Any]:
    label = machines()[machine].states.get(state)
    return {"state": state, "label": None if label is None else label.as_document()}


def _terms(facility: Facility) -> dict[str, Any]:
    """What was agreed, every field of it: amounts as text, the rest as plain data."""
    found = {}
    for field in dataclasses.fields(facility):
        value = getattr(facility, field.name)
        is_money = field.name.endswith("_fen")
        found[field.name.removesuffix("_fen")] = Money(value).text if is_money else _plain(value)
    return found


def _plain(value: Any) -> Any:
    """A field of the terms as JSON holds it: numbers that are no counts as text."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | None) else str(value)


def _due(loan: Loan) -> dict[str, str]:
    return {
        "costs": Money(loan.open_costs_fen).text,
        "late_interest": Money(loan.late_interest_fen).text,
        "compound_interest": Money(loan.compound_interest_fen).text,
        "interest": Money(loan.due_interest_fen).text,
        "principal": Money(loan.due_principal_fen).text,
        "total": Money(loan.due_fen).text,
    }


def _right(right: Right) -> dict[str, Any]:
    return {
        "id": right.id,
        "kind": right.kind,
        "title": right.title,
        **_state("pledged_asset", right.state),
        "appraised_value": None if right.appraised_fen is None else Money(right.appraised_fen).text,
        "pledgee_value": None if right.pledgee_value_fen is None else Money(right.pledgee_value_fen).text,
        "value_basis": right.value_basis,
        "value_date": _day(right.value_date),
        "pledge_rate_share": _share(right.pledge_rate_share),
        "registration_number": right.registration_number,
        "registered_on": _day(right.registered_on),
        "remark": right.remark,
        "proceeds": Money(right.proceeds_fen).text,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "party": claim.party,
        "label": PARTIES[claim.party].as_document(),
        "state": claim.state,
        "filed_on": claim.filed_on.isoformat(),
        "claimed": Money(claim.claimed_fen).text,
        "advanced": Money(claim.advanced_fen).text,
        "compensated": Money(claim.compensated_fen).text,
        "returned": Money(claim.returned_fen).text,
        "still_subrogated": Money(claim.subrogated_fen).text,
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "number": note.number,
        "drawn_on": note.drawn_on.isoformat(),
        "principal": Money(note.principal_fen).text,
        "outstanding": Money(note.outstanding_fen).text,
        "fell_due": [due.as_document() for due in note.dues],
        "to_come": [
            {
                "number": row.number,
                "period_start": row.period_start.isoformat(),
                "period_end": row.period_end.isoformat(),
                "due_date": row.due_date.isoformat(),
                "principal": Money(row.principal_fen).text,
                "interest_expected": Money(row.interest_fen).text,
                "annual_rate_share": _share(row.annual_rate_share),
            }
            for row in note.plan.rows[note.closed :]
        ],
    }


def _limits(loan: Loan, facility: Facility) -> dict[str, Any]:
    return {
        name: {"share": _share(share), "shortfall": Money(loan.shortfall_fen(share)).text}
        for name, share in (("warning", facility.warning_share), ("call", facility.call_share))
    }


def _share(share: Decimal | None) -> str | None:
    """A share of one as decimal text, as it was stated."""
    return None if share is None else format(share, "f")


def _day(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def action_documents() -> dict[str, dict[str, Any]]:
    """Every action by its name."""
    return {action_name(kind): action_document(kind) for kind in event_kinds().values()}
