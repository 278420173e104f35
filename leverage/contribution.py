"""Who puts which yuan where, and how far has that money come?

Money is written down once for every step it takes: from a source into a vehicle, from a vehicle into the next,
from a vehicle or a lender to a firm. Only the first step adds money (``is_origin``); only the last one finances
a firm. The stages are kept apart: a yuan that was announced, then signed, then disbursed stands in three stages
and is never added across them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from leverage.source_classes import source_class
from valuation.errors import InputError
from valuation.kernel.labels import Label

__all__ = ["STAGES", "STAGE_LABELS", "Contribution", "Form", "Layer", "Stage", "StatedAmount"]

Stage = Literal["announced", "signed", "disbursed"]
Layer = Literal["vehicle", "firm"]
Form = Literal["equity", "loan"]

STAGES: tuple[Stage, ...] = ("announced", "signed", "disbursed")
STAGE_LABELS: Mapping[Stage, Label] = MappingProxyType(
    {
        "announced": Label("已公布", "announced"),
        "signed": Label("已签约", "signed"),
        "disbursed": Label("已到位", "disbursed"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """One step of money: an amount, who pays it, where it goes, in which form and at which stage.

    Parameters
    ----------
    amount_fen : whole fen, ≥ 0.
    stage : announced, signed or disbursed.
    layer : ``vehicle`` for money put into a vehicle, ``firm`` for money that reaches a firm.
    form : equity or loan.
    instrument, allocation : which instrument, and which use of it in the scenario, moves the money.
    source_class : whose money it is; None while a vehicle pays and look-through has not yet attributed it.
    payer : the vehicle that pays; None when the source itself pays.
    payee : the vehicle that receives; None at the layer ``firm``.
    term_months : average term of a loan; None when it is not known, and then there are no loan-years.

    Raises
    ------
    InputError : the row contradicts itself.
    UnknownNameError : no such source class.
    """

    amount_fen: int
    stage: Stage
    layer: Layer
    form: Form
    instrument: str
    allocation: str
    source_class: str | None = None
    payer: str | None = None
    payee: str | None = None
    term_months: Decimal | None = None

    def __post_init__(self) -> None:
        if self.amount_fen < 0:
            raise InputError.of("contribution.amount_fen", found=self.amount_fen, expected="0 or more")
        if self.source_class is None and self.payer is None:
            raise InputError.of("contribution.source_class", found="nothing", expected="a source class or a payer")
        if self.source_class is not None:
            source_class(self.source_class, field="contribution.source_class")
        if (self.layer == "vehicle") != (self.payee is not None):
            raise InputError.of(
                "contribution.payee", found=self.payee, expected="a vehicle at the layer vehicle, none for a firm"
            )
        if self.term_months is not None and (self.form == "equity" or self.term_months <= 0):
            raise InputError.of(
                "contribution.term_months", found=self.term_months, expected="months above 0, for a loan only"
            )

    @property
    def is_origin(self) -> bool:
        """Does a source itself pay here, so that this row adds money rather than passing it on?"""
        return self.payer is None


@dataclass(frozen=True, kw_only=True)
class StatedAmount:
    """An amount beside the money itself: total ``investment`` of the firms, or risk ``exposure`` taken on."""

    kind: Literal["investment", "exposure"]
    allocation: str
    stage: Stage
    amount_fen: int
