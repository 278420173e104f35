"""What is an instrument of public money, and which instruments are there?

An instrument is one file in ``leverage/instruments``. It reads its own terms and the public money placed in it,
and answers with rows of money; the scenario adds, looks through and divides, and never names an instrument.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import leverage.instruments
from leverage.contribution import Contribution, Form, Stage, StatedAmount
from leverage.course import Course
from leverage.fund_paths import FundGrowth
from leverage.instrument_ledger import InstrumentAccount
from leverage.path_money import PathCourse, PathMoney
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.discovery import discover
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["Instrument", "Outcome", "PlacedMoney", "Placement", "load_instruments"]


@dataclass(frozen=True)
class PlacedMoney:
    """Money of one line of the programme that is placed in an instrument."""

    line: str
    source_class: str
    amount_fen: int


@dataclass(frozen=True)
class Placement:
    """One use of an instrument: the money placed, the rules to check, the day of the rules.

    ``allocation`` is also the name of the vehicle that the instrument sets up.
    """

    allocation: str
    instrument: str
    money: tuple[PlacedMoney, ...]
    policies: Mapping[str, DatedTable]
    policy_date: datetime.date

    @property
    def money_fen(self) -> int:
        """All money placed, fen."""
        return sum(row.amount_fen for row in self.money)

    @property
    def lines(self) -> dict[str, int]:
        """What each line of the programme pays, fen; a line is a party of the ledger."""
        return {f"line:{row.line}": row.amount_fen for row in self.money}

    @property
    def vehicle(self) -> str:
        """The vehicle as a party of the ledger."""
        return f"vehicle:{self.allocation}"

    @property
    def by_class(self) -> dict[str, int]:
        """What the lines of each source class pay together, fen."""
        totals: dict[str, int] = {}
        for row in self.money:
            totals[row.source_class] = totals.get(row.source_class, 0) + row.amount_fen
        return totals

    def paid_in(self, stage: Stage, *, form: Form = "equity") -> tuple[Contribution, ...]:
        """The placed money as it enters the vehicle, one row for each line."""
        return tuple(
            self.into_vehicle(stage, source_class=row.source_class, amount_fen=row.amount_fen, form=form)
            for row in self.money
        )

    def into_vehicle(self, stage: Stage, *, source_class: str, amount_fen: int, form: Form = "equity") -> Contribution:
        """Money that a source puts into this placement's vehicle."""
        return Contribution(
            amount_fen=amount_fen,
            stage=stage,
            layer="vehicle",
            form=form,
            instrument=self.instrument,
            allocation=self.allocation,
            source_class=source_class,
            payee=self.allocation,
        )

    def to_firms(
        self, stage: Stage, *, source_class: str, amount_fen: int, form: Form, term_months: Decimal | None = None
    ) -> Contribution:
        """Money that a source pays straight to firms."""
        return Contribution(
            amount_fen=amount_fen,
            stage=stage,
            layer="firm",
            form=form,
            instrument=self.instrument,
            allocation=self.allocation,
            source_class=source_class,
            term_months=term_months,
        )

    def investment(self, stage: Stage, amount_fen: int) -> StatedAmount:
        """Total investment of the firms that this placement finances."""
        return StatedAmount(kind="investment", allocation=self.allocation, stage=stage, amount_fen=amount_fen)

    def exposure(self, stage: Stage, amount_fen: int) -> StatedAmount:
        """Risk that this placement takes on."""
        return StatedAmount(kind="exposure", allocation=self.allocation, stage=stage, amount_fen=amount_fen)


@dataclass(frozen=True)
class Outcome:
    """What an instrument makes of the money: rows of money, stated amounts, and what the reader must know."""

    contributions: tuple[Contribution, ...]
    stated: tuple[StatedAmount, ...] = ()
    conventions: tuple[Label, ...] = ()
    warnings: tuple[NamedWarning, ...] = ()
    rules_used: tuple[DatedValue, ...] = ()


@dataclass(frozen=True)
class Instrument:
    """One way to use public money.

    Parameters
    ----------
    id : the name of its file.
    question : what the instrument answers.
    terms_model : the request model of its terms.
    contributions : (terms, placement) → :class:`Outcome`; pure. Rows at ``announced`` say what is committed, rows
        at ``disbursed`` what is drawn.
    principal_loss : by its own definition, when the principal of this instrument is lost.
    policy_parameters : the parameters of dated policies that it knows how to check.
    account : (terms, placement, course) → :class:`InstrumentAccount`: commitments, draws and returns by quarter as a
        balanced ledger, and whether principal is lost; None for an instrument that does not say.
    paths : (terms, placement, path course) → :class:`PathMoney`: the same on very many paths at once, in float64 yuan.
        On the path that is the course itself it gives what ``account`` gives, up to the rounding of fen.
    grown_paths : (terms, placement, fund growth) → :class:`PathMoney`, for an instrument whose money can grow as a
        fund's does; None for all others.
    pays_beside : terms → does the instrument get agreed payments beside what the firms repay and gain, such as
        interest? Then a risk that says what the firms are worth in all does not fit.
    """

    id: str
    label: Label
    question: Label
    terms_model: type[FrozenModel]
    contributions: Callable[[Any, Placement], Outcome]
    principal_loss: Label
    policy_parameters: tuple[str, ...] = ()
    account: Callable[[Any, Placement, Course], InstrumentAccount] | None = None
    paths: Callable[[Any, Placement, PathCourse], PathMoney] | None = None
    grown_paths: Callable[[Any, Placement, FundGrowth], PathMoney] | None = None
    pays_beside: Callable[[Any], bool] | None = None


def load_instruments() -> dict[str, Instrument]:
    """Which instruments are there? Every file in the folder, found when this is called."""
    return discover(leverage.instruments, attribute="INSTRUMENT", of_type=Instrument)
