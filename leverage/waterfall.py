"""Who gets what of a fund's proceeds, on which day and under which tier?

A waterfall is an ordered list of tiers. Each takes its part of what is distributable on a day and passes the rest on;
the last takes all. A tier is one file in ``leverage/tiers``. Beside the tiers, settlements (one file each in
``leverage/settlements``) move money between partners: a buy-out at cost plus interest, a loss made good.

Conventions, the same in every answer: flows of one day are one flow; what is called on a day is called before what is
paid out on it; money paid in earns from that day on; what a day distributes is brought to whole fen so that all cells
(tier × partner) add up to it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import leverage.settlements
import leverage.tiers
from leverage.fund_accounts import PRECISION, AccountName, FundAccounts, Memory, Partner, Role, Share
from leverage.measures import FundFlows
from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.discovery import discover
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import split_fen

__all__ = [
    "FundFlow",
    "Paid",
    "Settlement",
    "SettlementKind",
    "Tier",
    "TierKind",
    "Transfer",
    "Waterfall",
    "WaterfallRun",
    "run_waterfall",
    "settlement_kinds",
    "tier_kinds",
]

MAXIMUM_FLOWS = 2_000
#: Fen below this are what the last of 50 digits leaves.
_NOTHING = Decimal("1e-20")


@dataclass(frozen=True)
class FundFlow:
    """What a fund calls and what it has to distribute on a day (fen), of which deal where that matters."""

    day: datetime.date
    called_fen: int = 0
    proceeds_fen: int = 0
    deal: str | None = None


@dataclass(frozen=True)
class TierKind:
    """A kind of tier.

    ``take`` (terms, memory, accounts, amount) gives shares that add up to at most the amount; ``grow`` (terms, memory,
    accounts, days) lets time pass. ``plain`` gives what stands in its place when the concession it makes is not made,
    None for a tier that is none. ``partners_named`` lists the partners its terms speak of.
    """

    id: str
    label: Label
    question: Label
    terms_model: type[FrozenModel]
    take: Callable[[Any, Memory, FundAccounts, Decimal], tuple[Share, ...]]
    grow: Callable[[Any, Memory, FundAccounts, int], None] | None = None
    plain: Callable[[Any], Tier] | None = None
    partners_named: Callable[[Any], tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Tier:
    """A tier of a waterfall: its kind and its terms."""

    kind: TierKind
    terms: Any


@dataclass(frozen=True)
class Transfer:
    """Money that one partner pays another beside the waterfall."""

    day: datetime.date
    settlement: str
    payer: str
    payee: str
    amount_fen: int


@dataclass(frozen=True)
class SettlementKind:
    """A kind of payment between partners.

    ``on_day`` (terms, last day) says when it is due; ``settle`` (terms, accounts, day) gives the transfers;
    ``passes_on`` tells (terms, accounts) to whom a partner's later distributions go, empty when they stay.
    """

    id: str
    label: Label
    question: Label
    terms_model: type[FrozenModel]
    on_day: Callable[[Any, datetime.date], datetime.date]
    settle: Callable[[Any, FundAccounts, datetime.date], tuple[Transfer, ...]]
    passes_on: Callable[[Any, FundAccounts], Mapping[str, Mapping[str, Decimal]]] | None = None
    partners_named: Callable[[Any], tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Settlement:
    """A settlement of a waterfall: its kind and its terms."""

    kind: SettlementKind
    terms: Any


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """The agreement: who the partners are, and the tiers and settlements in order.

    Raises
    ------
    InputError : no or several managers, an id twice, nothing committed, no tier.
    """

    partners: tuple[Partner, ...]
    tiers: tuple[Tier, ...]
    settlements: tuple[Settlement, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an agreement nobody could carry out."""
        names = [partner.id for partner in self.partners]
        managers = [partner.id for partner in self.partners if partner.role == "manager"]
        if len(managers) != 1:
            raise InputError.of("partners", found=f"managers {managers}", expected="exactly one")
        if len(set(names)) != len(names):
            raise InputError.of("partners", found=", ".join(names), expected="ids of their own")
        for place, partner in enumerate(self.partners):
            if type(partner.committed_fen) is not int or partner.committed_fen < 0:
                raise InputError.of(
                    f"partners.{place}.committed", found=partner.committed_fen, expected="whole fen of 0 or more"
                )
        if not any(partner.committed_fen for partner in self.partners):
            raise InputError.of("partners", found="nothing committed", expected="a commitment above 0")
        if not self.tiers:
            raise InputError.of("tiers", found="none", expected="at least one tier")
        for field_name in ("tiers", "settlements"):
            for place, row in enumerate(getattr(self, field_name)):
                spoken_of = row.kind.partners_named(row.terms) if row.kind.partners_named is not None else ()
                if unknown := sorted(set(spoken_of) - set(names)):
                    raise UnknownNameError.among(f"{field_name}.{place}", found=unknown[0], known=names)

    def refuse_overcall(self, flows: Sequence[FundFlow]) -> None:
        """Refuse flows that call more than was committed.

        Raises
        ------
        InputError : naming what is called and what was committed.
        """
        called, committed = (sum(f.called_fen for f in flows), sum(p.committed_fen for p in self.partners))
        if called > committed:
            raise InputError.of(
                "flows.called", found=f"{called} fen in all", expected=f"at most the {committed} committed"
            )


@dataclass(frozen=True)
class Paid:
    """A cell of the answer: what a tier paid to a partner on a day. ``payee`` differs after a buy-out."""

    day: datetime.date
    tier: int
    partner: str
    payee: str
    account: AccountName
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class WaterfallRun:
    """The answer: every payment, and what follows from it. ``accounts`` are those after the last day."""

    waterfall: Waterfall
    called: tuple[tuple[datetime.date, str, int], ...]
    paid: tuple[Paid, ...]
    transfers: tuple[Transfer, ...]
    accounts: FundAccounts = field(repr=False)

    def contributed_fen(self, partner: str) -> int:
        """What a partner paid in."""
        return sum(fen for _, name, fen in self.called if name == partner)

    def received_fen(self, partner: str, *, account: AccountName | None = None) -> int:
        """What a partner received under the tiers, of one kind or all, and (of all kinds) net by transfers."""
        tiers = sum(row.amount_fen for row in self.paid if row.payee == partner and account in (None, row.account))
        return tiers if account is not None else tiers + self.transferred_fen(partner)

    def transferred_fen(self, partner: str) -> int:
        """What settlements brought a partner, negative when it paid."""
        return sum(row.amount_fen * ((row.payee == partner) - (row.payer == partner)) for row in self.transfers)

    def received_of_role(self, role: Role) -> int:
        """What all partners of one side received."""
        return sum(self.received_fen(partner.id) for partner in self.waterfall.partners if partner.role == role)

    def flows_of(self, *partners: str) -> FundFlows:
        """Give the money of one partner, or of several together, by day, for multiples and rates.

        Raises
        ------
        RefusalError : they neither paid nor received anything.
        """
        moves = [(day, fen, 0) for day, name, fen in self.called if name in partners]
        moves += [(row.day, 0, row.amount_fen) for row in self.paid if row.payee in partners]
        for move in self.transfers:
            if (move.payer in partners) != (move.payee in partners):
                out = move.amount_fen if move.payee in partners else 0
                moves.append((move.day, move.amount_fen - out, out))
        days = sorted({day for day, into, out in moves if into or out})
        if not days:
            raise RefusalError.of(
                ", ".join(partners), found="no payment", expected="money in or out", advice="Ask another partner"
            )
        return FundFlows(
            contributions=tuple(float(sum(into for on, into, _ in moves if on == day)) for day in days),
            distributions=tuple(float(sum(out for on, _, out in moves if on == day)) for day in days),
            dates=tuple(days),
        )


def tier_kinds() -> dict[str, TierKind]:
    """Which kinds of tier are there? Every file in ``leverage/tiers``."""
    return discover(leverage.tiers, attribute="TIER", of_type=TierKind)


def settlement_kinds() -> dict[str, SettlementKind]:
    """Which kinds of settlement are there? Every file in ``leverage/settlements``."""
    return discover(leverage.settlements, attribute="SETTLEMENT", of_type=SettlementKind)


def run_waterfall(waterfall: Waterfall, flows: Sequence[FundFlow]) -> WaterfallRun:
    """Who pays in and receives how many fen on which day, under which tier?

    Calls are shared by commitment. The cells of a day add up to its proceeds exactly.

    Raises
    ------
    InputError : no flows or too many, a negative amount, more called than committed, proceeds before any call.
    RefusalError : the tiers leave something undistributed.

    Tested by: published cases ``waterfall-*``; identities by hypothesis (sums, monotone, carry × profit after a full
    catch-up, a day split in two), ``tests/leverage/test_waterfall.py``.
    """
    days = _by_day(waterfall, flows)
    accounts = FundAccounts.opened(waterfall.partners, tier_count=len(waterfall.tiers))
    called: list[tuple[datetime.date, str, int]] = []
    paid: list[Paid] = []
    transfers: list[Transfer] = []
    passed_on: dict[str, Mapping[str, Decimal]] = {}
    due = sorted(_due(waterfall, last=days[-1][0]), key=lambda row: row[0])
    before = days[0][0]
    with localcontext(prec=PRECISION):
        for day, (call_fen, proceeds_fen) in _with_days_of_settlement(days, due):
            _grow(waterfall, accounts, (day - before).days)
            before = day
            called += _call(accounts, day, call_fen)
            paid += _distribute(waterfall, accounts, day, proceeds_fen, passed_on)
            for _, settlement in [row for row in due if row[0] == day]:
                transfers += settlement.kind.settle(settlement.terms, accounts, day)
                if settlement.kind.passes_on is not None:
                    passed_on.update(settlement.kind.passes_on(settlement.terms, accounts))
    return WaterfallRun(
        waterfall=waterfall, called=tuple(called), paid=tuple(paid), transfers=tuple(transfers), accounts=accounts
    )


def _by_day(waterfall: Waterfall, flows: Sequence[FundFlow]) -> list[tuple[datetime.date, tuple[int, int]]]:
    if not 1 <= len(flows) <= MAXIMUM_FLOWS:
        raise InputError.of("flows", found=f"{len(flows)} flows", expected=f"1 to {MAXIMUM_FLOWS}")
    days: dict[datetime.date, tuple[int, int]] = {}
    for place, flow in enumerate(flows):
        for name, fen in (("called", flow.called_fen), ("proceeds", flow.proceeds_fen)):
            if type(fen) is not int or fen < 0:
                raise InputError.of(f"flows.{place}.{name}", found=fen, expected="whole fen of 0 or more")
        into, out = days.get(flow.day, (0, 0))
        days[flow.day] = (into + flow.called_fen, out + flow.proceeds_fen)
    ordered = sorted(days.items())
    waterfall.refuse_overcall(flows)
    if ordered[0][1][0] == 0:
        raise InputError.of("flows", found=f"proceeds on {ordered[0][0]}, before any call", expected="a call first")
    return ordered


def _due(waterfall: Waterfall, *, last: datetime.date) -> list[tuple[datetime.date, Settlement]]:
    return [(settlement.kind.on_day(settlement.terms, last), settlement) for settlement in waterfall.settlements]


def _with_days_of_settlement(
    days: list[tuple[datetime.date, tuple[int, int]]], due: list[tuple[datetime.date, Settlement]]
) -> list[tuple[datetime.date, tuple[int, int]]]:
    if early := [day for day, _ in due if day < days[0][0]]:
        raise InputError.of("settlements", found=early[0], expected=f"a day from {days[0][0]} on")
    return sorted({**{day: (0, 0) for day, _ in due}, **dict(days)}.items())


def _grow(waterfall: Waterfall, accounts: FundAccounts, days: int) -> None:
    for place, tier in enumerate(waterfall.tiers):
        if tier.kind.grow is not None:
            tier.kind.grow(tier.terms, accounts.memory[place], accounts, days)


def _call(accounts: FundAccounts, day: datetime.date, call_fen: int) -> list[tuple[datetime.date, str, int]]:
    if not call_fen:
        return []
    parts = split_fen(call_fen, weights=[partner.committed_fen for partner in accounts.partners])
    for partner, fen in zip(accounts.partners, parts, strict=True):
        accounts.accounts[partner.id].contributed += fen
    return [(day, partner.id, fen) for partner, fen in zip(accounts.partners, parts, strict=True) if fen]


def _distribute(
    waterfall: Waterfall,
    accounts: FundAccounts,
    day: datetime.date,
    proceeds_fen: int,
    passed_on: Mapping[str, Mapping[str, Decimal]],
) -> list[Paid]:
    """Let each tier take its part, then bring the cells of the day to whole fen."""
    rest = Decimal(proceeds_fen)
    cells: list[tuple[int, Share]] = []
    for place, tier in enumerate(waterfall.tiers):
        shares = tier.kind.take(tier.terms, accounts.memory[place], accounts, rest)
        accounts.book(shares)
        cells += [(place, share) for share in shares if share.amount > _NOTHING]
        rest -= sum((share.amount for share in shares), Decimal(0))
    if abs(rest) > _NOTHING:
        raise RefusalError.of(
            "tiers",
            found=f"{rest:.4f} fen left on {day}",
            expected="nothing",
            advice="Let the last tier split the rest",
        )
    if not cells:
        return []
    owners = [(place, share, payee, part) for place, share in cells for payee, part in _payees(share, passed_on)]
    fen = split_fen(proceeds_fen, weights=[Fraction(share.amount) * Fraction(part) for _, share, _, part in owners])
    return [
        Paid(day, place, share.partner, payee, share.account, amount)
        for (place, share, payee, _), amount in zip(owners, fen, strict=True)
        if amount
    ]


def _payees(share: Share, passed_on: Mapping[str, Mapping[str, Decimal]]) -> list[tuple[str, Decimal]]:
    weights = passed_on.get(share.partner)
    if weights is None:
        return [(share.partner, Decimal(1))]
    whole = sum(weights.values(), Decimal(0))
    return [(name, weight / whole) for name, weight in weights.items() if weight]
