"""What is the state of a loan at the end of a day?

Everything here is frozen and derived: a loan is the fold of its events (``pledge/history.py``) and of the time that
passed between them (``pledge/accrual.py``). Amounts are whole fen; only what accrues is kept as an exact
fraction, and its claim on any day is that fraction rounded, less what was settled.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from pledge.asset_classes import AssetClass
from pledge.late_interest import LateTerms
from pledge.ledger import Account
from pledge.loan_cover import pool_value
from pledge.loan_parts import Facility, Right
from pledge.plan import PaymentPlan, PlanRow
from pledge.pledged_pool import PoolValue
from valuation.kernel.money import Money, Rounding

__all__ = [
    "AccruedClaim",
    "Call",
    "Charge",
    "Claim",
    "Due",
    "Facility",
    "Loan",
    "Note",
    "Right",
]


@dataclass(frozen=True)
class Due:
    """What fell due on one day and what of it is still open; ``late_from`` is the day late interest starts on."""

    number: int
    due_date: datetime.date
    late_from: datetime.date
    principal_due_fen: int
    interest_due_fen: int
    principal_open_fen: int
    interest_open_fen: int
    settled_on: datetime.date | None = None

    @property
    def is_open(self) -> bool:
        """Is anything of it unpaid?"""
        return bool(self.principal_open_fen or self.interest_open_fen)

    def as_document(self) -> dict[str, Any]:
        """The instalment for JSON."""
        return {
            "number": self.number,
            "due_date": self.due_date.isoformat(),
            "principal_due": Money(self.principal_due_fen).text,
            "interest_due": Money(self.interest_due_fen).text,
            "principal_open": Money(self.principal_open_fen).text,
            "interest_open": Money(self.interest_open_fen).text,
            "settled_on": None if self.settled_on is None else self.settled_on.isoformat(),
        }


@dataclass(frozen=True)
class AccruedClaim:
    """A claim that grows by the day: exact since the beginning, and what of it was paid, waived or written off."""

    exact_fen: Fraction = Fraction(0)
    settled_fen: int = 0

    @cached_property
    def accrued_fen(self) -> int:
        """All that accrued so far, rounded half up to the fen; never falls."""
        return Rounding().to_fen(self.exact_fen) if self.exact_fen else 0

    @property
    def open_fen(self) -> int:
        """What can be claimed today."""
        return self.accrued_fen - self.settled_fen

    def plus(self, exact_fen: Fraction) -> AccruedClaim:
        """The claim after so much more accrued."""
        return AccruedClaim(self.exact_fen + exact_fen, self.settled_fen)

    def settled(self, amount_fen: int) -> AccruedClaim:
        """The claim after so much of it was settled."""
        assert 0 <= amount_fen <= self.open_fen, "no more is settled than is open"
        return AccruedClaim(self.exact_fen, self.settled_fen + amount_fen)


@dataclass(frozen=True, kw_only=True)
class Note:
    """A drawing (借据) by the number the bank gave it: its plan, how far that has run, what fell due, what accrues.

    ``closed`` rows of the plan have fallen due; the next one is running. ``accrued`` is the exact interest since the
    running row started; what of it was paid ahead is settled in the row.
    """

    number: int
    drawn_on: datetime.date
    principal_fen: int
    plan: PaymentPlan
    late_terms: LateTerms
    closed: int = 0
    accrued: Fraction = Fraction(0)
    capitalised_fen: int = 0
    dues: tuple[Due, ...] = ()
    late: AccruedClaim = AccruedClaim()
    compound: AccruedClaim = AccruedClaim()

    @property
    def running_row(self) -> PlanRow | None:
        """The row that falls due next, None when all have."""
        return self.plan.rows[self.closed] if self.closed < len(self.plan.rows) else None

    @cached_property
    def open_dues(self) -> tuple[Due, ...]:
        """The instalments that fell due and are not settled, oldest first."""
        return tuple(due for due in self.dues if due.is_open)

    @cached_property
    def undue_principal_fen(self) -> int:
        """Principal that has not fallen due."""
        return sum(row.principal_fen for row in self.plan.rows[self.closed :])

    @property
    def outstanding_fen(self) -> int:
        """Principal owed: not yet due, and due and unpaid."""
        return self.undue_principal_fen + sum(due.principal_open_fen for due in self.open_dues)

    @cached_property
    def accrued_undue_fen(self) -> int:
        """Interest of the running row up to today that has not fallen due."""
        if not self.accrued:
            return 0
        settled = 0 if self.running_row is None else self.running_row.settled_fen
        return self.plan.terms.interest_rounding.to_fen(self.accrued) - settled

    @property
    def open_interest_fen(self) -> int:
        """Interest that fell due and is unpaid."""
        return sum(due.interest_open_fen for due in self.open_dues)

    @property
    def annual_rate_share(self) -> Decimal:
        """The contract rate in force."""
        return (self.running_row or self.plan.rows[-1]).annual_rate_share


@dataclass(frozen=True)
class Charge:
    """A fee or a cost charged to the borrower, and what of it is open."""

    charged_on: datetime.date
    what: str
    amount_fen: int
    open_fen: int


@dataclass(frozen=True)
class Call:
    """A call for cover (补充担保通知): the amount as issued; no revaluation lowers it."""

    issued_on: datetime.date
    amount_fen: int
    deadline: datetime.date
    state: str


@dataclass(frozen=True)
class Claim:
    """A claim on a compensator: what was asked, advanced, paid, and what came back."""

    party: str
    state: str
    filed_on: datetime.date
    claimed_fen: int
    advanced_fen: int = 0
    compensated_fen: int = 0
    returned_fen: int = 0
    set_aside_fen: int = 0

    @property
    def subrogated_fen(self) -> int:
        """What the party still claims from the borrower."""
        return self.compensated_fen - self.returned_fen


@dataclass(frozen=True, kw_only=True)
class Loan:
    """A loan at the end of ``day``: application, rights, facility, notes, cover, claims and running totals.

    The totals of principal always satisfy drawn + capitalised = repaid + outstanding + written off + transferred, where
    *transferred* is what compensators paid for and *written off* is net of what was recovered since. ``was_warned``:
    whether a warning of thin cover stood at the end of the day before.
    """

    loan_id: str
    day: datetime.date | None = None
    application_state: str = "none"
    facility_state: str = "none"
    requested_fen: int = 0
    approved_fen: int = 0
    facility: Facility | None = None
    rights: Mapping[str, Right] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    charges: tuple[Charge, ...] = ()
    call: Call | None = None
    claims: Mapping[str, Claim] = field(default_factory=dict)
    classification: AssetClass | None = None
    called_on: datetime.date | None = None
    watched_until: datetime.date | None = None
    # Between two events cover only thins, so that how often the days were looked at changes this, and no answer.
    was_warned: bool = field(default=False, compare=False)
    written_off_on: datetime.date | None = None
    principal_drawn_fen: int = 0
    principal_repaid_fen: int = 0
    principal_written_off_fen: int = 0
    interest_written_off_fen: int = 0
    costs_written_off_fen: int = 0
    principal_transferred_fen: int = 0
    interest_paid_fen: int = 0

    @property
    def outstanding_fen(self) -> int:
        """Principal the borrower owes the bank, in the bank's books."""
        return sum(note.outstanding_fen for note in self.notes)

    @property
    def interest_capitalised_fen(self) -> int:
        """Interest that was added to the principal."""
        return sum(note.capitalised_fen for note in self.notes)

    @property
    def open_costs_fen(self) -> int:
        """Fees and costs charged and unpaid."""
        return sum(charge.open_fen for charge in self.charges)

    @property
    def late_interest_fen(self) -> int:
        """Late interest accrued and unpaid."""
        return sum(note.late.open_fen for note in self.notes)

    @property
    def compound_interest_fen(self) -> int:
        """Compound interest accrued and unpaid."""
        return sum(note.compound.open_fen for note in self.notes)

    @property
    def due_interest_fen(self) -> int:
        """Interest that fell due and is unpaid."""
        return sum(note.open_interest_fen for note in self.notes)

    @property
    def due_principal_fen(self) -> int:
        """Principal that fell due and is unpaid."""
        return sum(due.principal_open_fen for note in self.notes for due in note.open_dues)

    @property
    def due_fen(self) -> int:
        """All that can be demanded today."""
        late = self.late_interest_fen + self.compound_interest_fen
        return self.open_costs_fen + late + self.due_interest_fen + self.due_principal_fen

    @property
    def accrued_undue_fen(self) -> int:
        """Interest accrued that has not fallen due."""
        return sum(note.accrued_undue_fen for note in self.notes)

    @property
    def overdue_since(self) -> datetime.date | None:
        """The due date of the oldest unpaid instalment before today; what falls due today is not overdue yet."""
        days = [due.due_date for note in self.notes for due in note.open_dues if due.due_date < self.today]
        return min(days, default=None)

    @property
    def overdue_days(self) -> int:
        """Days since the oldest unpaid instalment fell due, 0 when nothing is late."""
        return 0 if self.overdue_since is None else (self.today - self.overdue_since).days

    @property
    def debt_ends_on(self) -> datetime.date:
        """The last day on which something falls due by the plans, today when nothing is drawn."""
        return max((note.plan.rows[-1].due_date for note in self.notes), default=self.today)

    @property
    def pool_value(self) -> PoolValue:
        """What each right may be lent on today, and why a right does not count."""
        return pool_value(
            self.rights.values(), facility=self.facility, debt_ends_on=self.debt_ends_on, as_of=self.today
        )

    @property
    def lending_value_fen(self) -> int:
        """What the rights that count cover, after pledge rate, with what other cover was agreed."""
        other = 0 if self.facility is None else self.facility.other_cover_fen
        return self.pool_value.allowed_fen + other

    @property
    def today(self) -> datetime.date:
        """The day of the loan; the first of all days before anything happened."""
        return self.day or datetime.date.min

    def shortfall_fen(self, share: Decimal | None = None) -> int:
        """By how much does the lending value miss ``share`` of the outstanding principal (by default the call limit)?

        Rounded up to the fen; a right worth nothing covers nothing, so the whole loan is short.
        """
        assert self.facility is not None, "a loan without a facility has no cover limits"
        limit = self.facility.call_share if share is None else share
        needed = Rounding(mode="ceiling").to_fen(self.outstanding_fen * Fraction(limit))
        return max(0, needed - self.lending_value_fen)

    @property
    def cover_stage(self) -> str:
        """The state of the cover machine: that of an issued call, else what value and limits say."""
        if self.call is not None:
            return self.call.state
        return "warning" if self.is_warned else "covered"

    @property
    def is_warned(self) -> bool:
        """Is the lending value below the warning limit, or was it, and has not yet risen by the buffer above it?"""
        if self.facility is None:
            return False
        limit = self.facility.warning_share
        if self.was_warned:
            limit += self.facility.warning_buffer_share
        return self.shortfall_fen(limit) > 0

    @property
    def leaves_warned(self) -> bool:
        """What the next day must know of today's warning; without a buffer it asks nothing of the past."""
        return self.facility is not None and self.facility.warning_buffer_share > 0 and self.is_warned

    @property
    def is_call_overdue(self) -> bool:
        """Did the days to cure an issued call run out?"""
        return self.call is not None and self.call.state == "call" and self.today > self.call.deadline

    def note(self, number: int) -> Note:
        """The drawing of that number, which must exist."""
        return next(note for note in self.notes if note.number == number)

    def with_note(self, note: Note) -> Loan:
        """The loan with one note changed."""
        return replace(self, notes=tuple(note if each.number == note.number else each for each in self.notes))

    def with_right(self, right: Right) -> Loan:
        """The loan with one right added or changed."""
        return replace(self, rights={**self.rights, right.id: right})

    def with_claim(self, claim: Claim) -> Loan:
        """The loan with one claim added or changed."""
        return replace(self, claims={**self.claims, claim.party: claim})

    @property
    def written_off_fen(self) -> int:
        """What was written off and is still claimed."""
        return self.principal_written_off_fen + self.interest_written_off_fen + self.costs_written_off_fen

    @property
    def subrogated_fen(self) -> int:
        """What compensators claim from the borrower."""
        return sum(claim.subrogated_fen for claim in self.claims.values())

    @property
    def owed_fen(self) -> int:
        """All that the borrower owes anybody because of this loan, due or not."""
        undue = sum(note.undue_principal_fen for note in self.notes) + self.accrued_undue_fen
        return self.due_fen + undue + self.written_off_fen + self.subrogated_fen

    @property
    def has_registered_right(self) -> bool:
        """Is a pledge in being?"""
        return any(right.is_securing for right in self.rights.values())

    def settled_if_nothing_left(self) -> Loan:
        """The loan, its facility settled when everything drawn is paid and nothing is left to be claimed."""
        if self.owed_fen or self.facility_state not in ("drawn", "called", "written_off"):
            return self
        return replace(self, facility_state="settled")

    def control_balances(self) -> dict[Account, int]:
        """What must the accounts stand at, read from the state of the loan instead of from the postings?

        Accounts at zero are left out. Only claims and debts; cash and results have no counterpart in the state.
        """
        written = self.principal_written_off_fen
        interest = self.due_interest_fen + self.accrued_undue_fen
        found: dict[Account, int] = {
            ("bank", "loan_principal"): self.outstanding_fen,
            ("bank", "interest_receivable"): interest,
            ("bank", "late_interest_receivable"): self.late_interest_fen,
            ("bank", "compound_interest_receivable"): self.compound_interest_fen,
            ("bank", "costs_receivable"): self.open_costs_fen,
            ("bank", "written_off_principal"): written,
            ("bank", "written_off_interest"): self.interest_written_off_fen,
            ("bank", "written_off_costs"): self.costs_written_off_fen,
            ("borrower", "owed_principal"): -self.outstanding_fen - written,
        }
        for party, claim in self.claims.items():
            found["bank", f"advance_from_{party}"] = -claim.advanced_fen
            found["bank", f"payable_to_{party}"] = -claim.set_aside_fen
            found[party, "subrogated_claim"] = claim.subrogated_fen
        return {account: amount for account, amount in found.items() if amount}
