"""What did each event move, in whose books, to the fen?

Every party of a loan keeps books of its own: bank, borrower, risk-compensation pool, guarantor, insurer, appraiser.
A posting moves one amount through the accounts of one or more parties; debit is positive, credit negative, and in the
books of each party it adds up to zero. What each kind of posting moves stands in
``pledge/chart_of_accounts.py``; nothing else in the product writes accounts.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pledge.chart_of_accounts import ACCOUNTS, COMPENSATORS, MEANINGS, PARTIES, Account, Compensator, Meaning, Party
from valuation.errors import UnknownNameError
from valuation.kernel.money import Money

__all__ = [
    "ACCOUNTS",
    "COMPENSATORS",
    "MEANINGS",
    "PARTIES",
    "Account",
    "Compensator",
    "JournalEntry",
    "Line",
    "Meaning",
    "Party",
    "Posting",
    "balances",
    "changes",
    "mirror_differences",
    "post",
    "unbalanced_parties",
]

#: What the bank claims and what the borrower owes must be the same amount. The write-off is the bank's own affair: the
#: borrower still owes, so the claims kept after it count.
_BANK_BORROWER_MIRRORS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("loan_principal", "written_off_principal"), ("owed_principal",)),
    (
        (
            "interest_receivable",
            "late_interest_receivable",
            "compound_interest_receivable",
            "written_off_interest",
        ),
        ("owed_interest", "owed_late_interest", "owed_compound_interest"),
    ),
    (("costs_receivable", "written_off_costs"), ("owed_costs",)),
)


@dataclass(frozen=True)
class Line:
    """One line: the account of a party and the amount, debit +, credit −, in fen."""

    party: str
    account: str
    amount_fen: int

    def as_document(self) -> dict[str, Any]:
        """The line for JSON, with debit and credit in columns of their own."""
        amount = Money(abs(self.amount_fen)).text
        return {
            "party": self.party,
            "account": self.account,
            "debit": amount if self.amount_fen > 0 else "0.00",
            "credit": amount if self.amount_fen < 0 else "0.00",
        }


@dataclass(frozen=True)
class Posting:
    """One amount moved on one day, by one meaning; ``party`` is the compensator where the meaning names one.

    ``cause`` is the sequence of the event that moved it, 0 where time alone did (interest accrues).
    """

    day: datetime.date
    meaning: str
    amount_fen: int
    party: str | None = None
    cause: int = 0

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines in the books of all parties."""
        moves = _moves(self.meaning, self.party)
        return tuple(Line(party, account, sign * self.amount_fen) for party, account, sign in moves)

    def as_document(self) -> dict[str, Any]:
        """The posting for JSON."""
        return {
            "day": self.day.isoformat(),
            "meaning": self.meaning,
            "label": MEANINGS[self.meaning].label.as_document(),
            "amount": Money(self.amount_fen).text,
            "party": self.party,
            "event": self.cause or None,
            "lines": [line.as_document() for line in self.lines],
        }


@dataclass(frozen=True)
class JournalEntry:
    """One line of the journal, in order of recording; a reversal takes back an earlier entry of the same posting.

    ``recorded_with`` is the sequence of the event whose recording wrote it; None for what time alone has
    moved since the last event, up to the day the journal was asked for.
    """

    number: int
    recorded_with: int | None
    posting: Posting
    is_reversal: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines, signs turned for a reversal."""
        if not self.is_reversal:
            return self.posting.lines
        return tuple(Line(line.party, line.account, -line.amount_fen) for line in self.posting.lines)

    def as_document(self) -> dict[str, Any]:
        """The entry for JSON."""
        return {
            **self.posting.as_document(),
            "number": self.number,
            "recorded_with": self.recorded_with,
            "is_reversal": self.is_reversal,
            "lines": [line.as_document() for line in self.lines],
        }


def post(
    day: datetime.date, meaning: str, amount_fen: int, *, party: str | None = None, cause: int = 0
) -> tuple[Posting, ...]:
    """Which posting moves this amount? None when nothing moves.

    Raises
    ------
    UnknownNameError : a meaning that does not exist.
    """
    if meaning not in MEANINGS:
        raise UnknownNameError.among("posting", found=meaning, known=MEANINGS)
    assert amount_fen >= 0, f"{meaning} moves zero or more, found {amount_fen}"
    assert (party is not None) == MEANINGS[meaning].names_party, f"{meaning} names a compensator or has none"
    return (Posting(day, meaning, amount_fen, party, cause),) if amount_fen else ()


def balances(entries: Iterable[Posting | JournalEntry]) -> dict[Account, int]:
    """What does each account stand at, in fen, debit +, credit −?

    Accounts that stand at zero are left out.

    Tested by: ``tests/pledge/test_ledger.py``, ``tests/pledge/test_loan_machine.py``.
    """
    totals: Counter[Account] = Counter()
    for entry in entries:
        posting, sign = (
            (entry.posting, -1 if entry.is_reversal else 1) if isinstance(entry, JournalEntry) else (entry, 1)
        )
        for party, account, direction in _moves(posting.meaning, posting.party):
            totals[party, account] += sign * direction * posting.amount_fen
    return {account: amount for account, amount in sorted(totals.items()) if amount}


def changes(before: Iterable[Posting], after: Iterable[Posting]) -> tuple[list[Posting], list[Posting]]:
    """Which postings must be reversed and which written, so that the journal says ``after`` instead of ``before``?

    Postings are compared as a multiset: one that stays is not touched.
    """
    old, new = Counter(before), Counter(after)
    return list((old - new).elements()), list((new - old).elements())


def unbalanced_parties(totals: Mapping[Account, int]) -> dict[str, int]:
    """In whose books do the accounts not add up to zero, and by how much? Empty when all are well."""
    sums: Counter[str] = Counter()
    for (party, _), amount in totals.items():
        sums[party] += amount
    return {party: amount for party, amount in sums.items() if amount}


def mirror_differences(totals: Mapping[Account, int]) -> dict[str, int]:
    """Where do two parties disagree on what one owes the other? Empty when the books mirror each other."""
    found: dict[str, int] = {}
    for claims, debts in _BANK_BORROWER_MIRRORS:
        claimed = sum(totals.get(("bank", name), 0) for name in claims)
        owed = sum(totals.get(("borrower", name), 0) for name in debts)
        found[f"bank {claims[0]}"] = claimed + owed
    for party in COMPENSATORS:
        for left, right in _party_mirrors(party):
            found[f"{left[0]} {left[1]}"] = totals.get(left, 0) + totals.get(right, 0)
    return {name: difference for name, difference in found.items() if difference}


def _party_mirrors(party: str) -> tuple[tuple[Account, Account], ...]:
    return (
        ((party, "subrogated_claim"), ("borrower", f"owed_to_{party}")),
        ((party, "advance_to_bank"), ("bank", f"advance_from_{party}")),
        ((party, "receivable_from_bank"), ("bank", f"payable_to_{party}")),
    )


@cache
def _moves(meaning: str, party: str | None) -> tuple[tuple[str, str, int], ...]:
    name = party or ""
    return tuple(
        (owner.replace("{party}", name), account.replace("{party}", name), sign)
        for owner, account, sign in MEANINGS[meaning].moves
    )
