"""The answer to a simulated run: finance to firms and when, the risk of the principal, who pays and gets what."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leverage.answer import AlternativeAnswer, LeverageAnswer
from leverage.instrument_ledger import MANAGER
from leverage.run_blocks import RunPaths
from leverage.simulation.statistics import Estimate, PathQuantile
from leverage.source_classes import SOURCE_CLASSES
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money

__all__ = [
    "AllocationRun",
    "AlternativeRun",
    "MoneyFigures",
    "PartyRow",
    "PrincipalRisk",
    "RunAnswer",
    "RunDifference",
    "YearRow",
]


def _money(amount: float) -> str:
    return Money.from_model(amount, currency="CNY", rounding="half_up").text


def _estimate(figure: Estimate) -> dict[str, str]:
    return {"mean": _money(figure.value), "standard_error": _money(figure.error)}


@dataclass(frozen=True)
class MoneyFigures:
    """An amount over all paths, yuan: its mean with its error, and its quantiles with the bounds of each."""

    mean: Estimate
    quantiles: tuple[PathQuantile, ...]

    def as_document(self) -> dict[str, Any]:
        """The figures for JSON."""
        return {
            **_estimate(self.mean),
            "quantiles": [
                {
                    "probability_share": row.probability_share,
                    "value": _money(row.value),
                    "low": _money(row.low),
                    "high": _money(row.high),
                }
                for row in self.quantiles
            ],
        }


@dataclass(frozen=True)
class YearRow:
    """One year of a run: finance to firms, and the programme's money out and back; ``out`` is out less back so far."""

    year: int
    first_day: datetime.date
    to_firms: MoneyFigures
    paid_in: float
    back: float
    out: float

    def as_document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "year": self.year,
            "first_day": self.first_day.isoformat(),
            "to_firms": self.to_firms.as_document(),
            "public_paid_in": _money(self.paid_in),
            "public_back": _money(self.back),
            "public_out_so_far": _money(self.out),
        }


@dataclass(frozen=True)
class PrincipalRisk:
    """The programme's principal in an instrument, or in all of them: how probably and how much of it is lost.

    ``definition`` says what lost means; ``probability_low`` and ``probability_high`` hold the probability of infinitely
    many paths with 95 %. ``held`` is what is left for the programme without having come back. ``tail_loss`` is the mean
    loss of the worst cases (conditional value at risk).
    """

    definition: Label
    placed: float
    paid_in: Estimate
    back: Estimate
    held: Estimate
    net: Estimate
    probability: Estimate
    probability_low: float
    probability_high: float
    expected_loss: Estimate
    tail_level_share: float
    tail_loss: Estimate

    def as_document(self) -> dict[str, Any]:
        """The risk for JSON."""
        money = {name: getattr(self, name) for name in ("paid_in", "back", "held", "net", "expected_loss", "tail_loss")}
        return {
            "definition": self.definition.as_document(),
            "placed": _money(self.placed),
            **{name: _estimate(figure) for name, figure in money.items()},
            "tail_level_share": self.tail_level_share,
            "loss_probability": {
                "share": self.probability.value,
                "standard_error": self.probability.error,
                "low": self.probability_low,
                "high": self.probability_high,
            },
        }


@dataclass(frozen=True)
class PartyRow:
    """What a party pays, receives and holds at the end, in expectation; the programme's lines by source class."""

    party: str
    is_programme: bool
    paid: float
    received: float
    held: float

    @property
    def label(self) -> Label:
        """The name on screen."""
        if self.party in SOURCE_CLASSES:
            return SOURCE_CLASSES[self.party].label
        assert self.party == MANAGER, "parties are source classes and the manager"
        return Label("管理人", "manager")

    def as_document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "party": self.party,
            "label": self.label.as_document(),
            "is_programme": self.is_programme,
            "paid": _money(self.paid),
            "received": _money(self.received),
            "held": _money(self.held),
        }


@dataclass(frozen=True)
class AllocationRun:
    """One instrument in a run."""

    id: str
    instrument: str
    label: Label
    risk_kind: str
    risk_label: Label
    to_firms: MoneyFigures
    principal: PrincipalRisk
    parties: tuple[PartyRow, ...]
    warnings: tuple[NamedWarning, ...]

    def as_document(self) -> dict[str, Any]:
        """The instrument for JSON."""
        return {
            "id": self.id,
            "instrument": self.instrument,
            "label": self.label.as_document(),
            "risk": {"kind": self.risk_kind, **self.risk_label.as_document()},
            "to_firms": self.to_firms.as_document(),
            "principal": self.principal.as_document(),
            "parties": [row.as_document() for row in self.parties],
            "warnings": [row.as_document() for row in self.warnings],
        }


@dataclass(frozen=True)
class RunDifference:
    """How an alternative differs from another on the same paths: means of differences path by path."""

    from_alternative: str
    money: Mapping[str, Estimate]
    loss_probability: Estimate

    def as_document(self) -> dict[str, Any]:
        """The differences for JSON."""
        return {
            "from_alternative": self.from_alternative,
            **{name: _estimate(figure) for name, figure in self.money.items()},
            "loss_probability": {"share": self.loss_probability.value, "standard_error": self.loss_probability.error},
        }


@dataclass(frozen=True)
class AlternativeRun:
    """One way to use the money, simulated; ``ladder`` is the alternative's answer without chance, beside it."""

    id: str
    label: Label
    to_firms: MoneyFigures
    years: tuple[YearRow, ...]
    principal: PrincipalRisk
    allocations: tuple[AllocationRun, ...]
    parties: tuple[PartyRow, ...]
    difference: RunDifference | None
    ladder: AlternativeAnswer

    def as_document(self) -> dict[str, Any]:
        """The alternative for JSON."""
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "to_firms": self.to_firms.as_document(),
            "by_year": [row.as_document() for row in self.years],
            "principal": self.principal.as_document(),
            "allocations": [row.as_document() for row in self.allocations],
            "parties": [row.as_document() for row in self.parties],
            "difference": None if self.difference is None else self.difference.as_document(),
            "ladders": [row.as_document() for row in self.ladder.ladders],
            "payers": [row.as_document() for row in self.ladder.payers],
            "lines": [row.as_document() for row in self.ladder.lines],
            "warnings": [row.as_document() for row in self.ladder.warnings],
        }


@dataclass(frozen=True)
class RunAnswer:
    """The whole answer. ``scenario`` is that without chance; ``paths`` has the figures of each path, in no document."""

    scenario: LeverageAnswer
    first_day: datetime.date
    quarters: int
    path_count: int
    seed: int
    alternatives: tuple[AlternativeRun, ...]
    conventions: tuple[Label, ...]
    warnings: tuple[NamedWarning, ...]
    not_answered: tuple[NamedWarning, ...]
    digest: str
    paths: RunPaths

    def as_document(self) -> dict[str, Any]:
        """The answer for JSON: money as text with two decimals, shares as numbers."""
        given = self.scenario.as_document()
        return {
            "question": "leverage_run",
            "dates": given["dates"],
            "programme": given["programme"],
            "first_day": self.first_day.isoformat(),
            "quarters": self.quarters,
            "paths": self.path_count,
            "seed": self.seed,
            "alternatives": [row.as_document() for row in self.alternatives],
            "conventions": _documents(self.conventions),
            "warnings": _documents(self.warnings),
            "not_answered": _documents(self.not_answered),
            "figures": given["figures"],
            "rules_used": given["rules_used"],
            "sources": given["sources"],
            "engine_version": ENGINE_VERSION,
            "digest": self.digest,
        }


def _documents(rows: Sequence[Label | NamedWarning]) -> list[dict[str, str]]:
    return [row.as_document() for row in rows]
