"""Who holds what against whom after each payment of an instrument? Double entry, in whole fen.

A payment of a from A to B for a purpose x makes four postings: A: cash −a, x +a; B: cash +a, x −a. So the postings of
every party add up to zero on every day, and what A books against B, B books against A with the other sign. A positive
capital or loan is a claim, a negative one is owed; a positive fee, subsidy or compensation was paid, a negative one
received.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = [
    "ACCOUNT_LABELS",
    "FIRMS",
    "MANAGER",
    "Account",
    "InstrumentAccount",
    "Ledger",
    "Posting",
    "PrincipalLoss",
    "below_one",
    "committed",
    "drawn",
    "paid",
    "written_off",
]

Account = Literal[
    "cash", "undrawn", "commitment", "capital", "loan", "interest", "gain", "compensation", "fee", "subsidy", "loss"
]
ACCOUNT_LABELS: dict[Account, Label] = {
    "cash": Label("货币资金", "cash"),
    "undrawn": Label("未实缴承诺", "undrawn commitment"),
    "commitment": Label("承诺", "commitment"),
    "capital": Label("出资", "capital"),
    "loan": Label("贷款", "loan"),
    "interest": Label("利息", "interest"),
    "gain": Label("收益", "gain"),
    "compensation": Label("代偿与补偿", "compensation"),
    "fee": Label("管理费", "fee"),
    "subsidy": Label("贴息", "subsidy"),
    "loss": Label("核销损失", "loss written off"),
}
#: The firms together, and the manager of a fund: parties beside lines of money, source classes and vehicles.
FIRMS, MANAGER = "firms", "manager"


@dataclass(frozen=True)
class Posting:
    """One side of an entry: on this day, in the books of a party, on an account, against a counterparty."""

    day: datetime.date
    party: str
    account: Account
    counterparty: str
    amount_fen: int

    def as_document(self) -> dict[str, str]:
        """The posting for JSON."""
        return {
            "day": self.day.isoformat(),
            "party": self.party,
            "account": self.account,
            "counterparty": self.counterparty,
            "amount": Money(self.amount_fen).text,
        }


def paid(day: datetime.date, payer: str, payee: str, account: Account, amount_fen: int) -> tuple[Posting, ...]:
    """Book a payment with its purpose; a payment of nothing is no entry.

    Examples
    --------
    >>> [row.amount_fen for row in paid(datetime.date(2026, 1, 1), "city", "fund", "capital", 5)]
    [-5, 5, 5, -5]
    """
    assert amount_fen >= 0, "a payment back is a payment of the other party"
    if not amount_fen:
        return ()
    return (
        Posting(day, payer, "cash", payee, -amount_fen),
        Posting(day, payer, account, payee, amount_fen),
        Posting(day, payee, "cash", payer, amount_fen),
        Posting(day, payee, account, payer, -amount_fen),
    )


def _swapped(day: datetime.date, party: str, other: str, into: Account, out_of: Account, fen: int) -> list[Posting]:
    """Book ``into`` against ``out_of`` with one party, and the mirror image with the other; no cash moves."""
    if not fen:
        return []
    return [
        Posting(day, party, into, other, fen),
        Posting(day, party, out_of, other, -fen),
        Posting(day, other, into, party, -fen),
        Posting(day, other, out_of, party, fen),
    ]


def committed(day: datetime.date, payer: str, payee: str, amount_fen: int) -> tuple[Posting, ...]:
    """Book a promise to pay: it stands undrawn until it is called."""
    assert amount_fen >= 0, "a commitment is not negative"
    return tuple(_swapped(day, payee, payer, "undrawn", "commitment", amount_fen))


def drawn(day: datetime.date, payer: str, payee: str, account: Account, amount_fen: int) -> tuple[Posting, ...]:
    """Book a call: the promise is used up and the money is paid."""
    released = _swapped(day, payee, payer, "commitment", "undrawn", amount_fen)
    return (*released, *paid(day, payer, payee, account, amount_fen))


def written_off(day: datetime.date, holder: str, debtor: str, account: Account, amount_fen: int) -> tuple[Posting, ...]:
    """Book a claim that will not be paid: the holder's loss is the debtor's release."""
    assert amount_fen >= 0, "a loss is not negative"
    return tuple(_swapped(day, holder, debtor, "loss", account, amount_fen))


@dataclass(frozen=True)
class Ledger:
    """All postings of an instrument, in order of day; balanced for every party on every day, or it cannot be made.

    Tested by: by hand and hypothesis for every instrument, ``tests/leverage/test_instrument_ledger.py``.
    """

    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """State as facts that it balances and mirrors."""
        assert not self.unbalanced(), f"postings of {self.unbalanced()[0]} add up to zero"
        assert not self.unmirrored(), f"postings of {self.unmirrored()[0]} have their mirror image"

    @classmethod
    def of(cls, postings: Iterable[Posting]) -> Ledger:
        """Put postings in order of day; those of one day keep their order."""
        return cls(tuple(sorted(postings, key=lambda row: row.day)))

    def unbalanced(self) -> list[tuple[datetime.date, str]]:
        """Day and party whose postings do not add up to zero."""
        sums: dict[tuple[datetime.date, str], int] = defaultdict(int)
        for row in self.postings:
            sums[row.day, row.party] += row.amount_fen
        return [key for key, fen in sums.items() if fen]

    def unmirrored(self) -> list[tuple[datetime.date, str, str]]:
        """Day, account and pair of parties whose books contradict each other."""
        sums: dict[tuple[datetime.date, str, str], int] = defaultdict(int)
        for row in self.postings:
            sums[row.day, row.account, " and ".join(sorted((row.party, row.counterparty)))] += row.amount_fen
        return [key for key, fen in sums.items() if fen]

    def balance(self, party: str, account: Account, *, until: datetime.date | None = None) -> int:
        """What stands on an account of a party at the end of a day, or of all days. Fen."""
        return sum(
            row.amount_fen
            for row in self.postings
            if row.party == party and row.account == account and (until is None or row.day <= until)
        )

    def paid_out(self, party: str) -> dict[datetime.date, int]:
        """What a party paid by day, fen."""
        return self._cash(party, sign=-1)

    def received(self, party: str) -> dict[datetime.date, int]:
        """What a party received by day, fen."""
        return self._cash(party, sign=1)

    def parties(self) -> tuple[str, ...]:
        """Everyone who has books, in order of appearance."""
        return tuple(dict.fromkeys(row.party for row in self.postings))

    def _cash(self, party: str, *, sign: int) -> dict[datetime.date, int]:
        days: dict[datetime.date, int] = {}
        for row in self.postings:
            if row.party == party and row.account == "cash" and row.amount_fen * sign > 0:
                days[row.day] = days.get(row.day, 0) + row.amount_fen * sign
        return days


@dataclass(frozen=True)
class PrincipalLoss:
    """Was the programme's principal lost, by this instrument's own definition?

    ``measured_fen`` against ``limit_fen`` is what the definition compares. ``is_final``: every yuan that reached a firm
    has come back or is written off, so that the answer cannot change any more.
    """

    definition: Label
    measured_fen: int
    limit_fen: int
    is_lost: bool
    is_final: bool

    def as_document(self) -> dict[str, Any]:
        """The finding for JSON."""
        return {
            "definition": self.definition.as_document(),
            "measured": Money(self.measured_fen).text,
            "limit": Money(self.limit_fen).text,
            "is_lost": self.is_lost,
            "is_final": self.is_final,
        }


def below_one(ledger: Ledger, lines: Iterable[str], *, definition: Label, is_final: bool) -> PrincipalLoss:
    """Find whether lines of money got back less than they paid in (below 1x), as equity defines a loss."""
    names = tuple(lines)
    into = sum(fen for name in names for fen in ledger.paid_out(name).values())
    back = sum(fen for name in names for fen in ledger.received(name).values())
    return PrincipalLoss(definition, back, into, back < into, is_final)


@dataclass(frozen=True)
class InstrumentAccount:
    """What an instrument did over time: its ledger, the lines of public money in it, and whether principal is lost."""

    ledger: Ledger
    lines: tuple[str, ...]
    principal: PrincipalLoss
    conventions: tuple[Label, ...] = ()

    def timetable(self) -> tuple[tuple[datetime.date, int, int, int], ...]:
        """By day: what the programme's lines paid in, what came back to them, what reached firms. Fen."""
        into, back = self._of_lines(Ledger.paid_out), self._of_lines(Ledger.received)
        reached: dict[datetime.date, int] = defaultdict(int)
        for row in self.ledger.postings:
            if row.party == FIRMS and row.account in ("capital", "loan") and row.amount_fen < 0:
                reached[row.day] -= row.amount_fen
        days = sorted({*into, *back, *reached})
        return tuple((day, into.get(day, 0), back.get(day, 0), reached.get(day, 0)) for day in days)

    def paid_in_fen(self) -> int:
        """What the programme's lines paid in, fen."""
        return sum(self._of_lines(Ledger.paid_out).values())

    def back_fen(self) -> int:
        """What came back to the programme's lines, fen."""
        return sum(self._of_lines(Ledger.received).values())

    def as_document(self) -> dict[str, Any]:
        """The account for JSON."""
        heads = ("day", "paid_in", "back", "reached_firms")
        return {
            "paid_in": Money(self.paid_in_fen()).text,
            "back": Money(self.back_fen()).text,
            "principal": self.principal.as_document(),
            "timetable": [
                dict(zip(heads, (day.isoformat(), *(Money(fen).text for fen in amounts)), strict=True))
                for day, *amounts in self.timetable()
            ],
            "postings": [row.as_document() for row in self.ledger.postings],
            "conventions": [label.as_document() for label in self.conventions],
        }

    def _of_lines(self, flows: Any) -> dict[datetime.date, int]:
        days: dict[datetime.date, int] = defaultdict(int)
        for line in self.lines:
            for day, fen in flows(self.ledger, line).items():
                days[day] += fen
        return dict(days)
