"""The answer to a leverage scenario: multiples, who pays each yuan, conventions, doubts, sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from leverage.contribution import STAGE_LABELS, STAGES, Contribution, Stage
from leverage.instrument import PlacedMoney
from leverage.instrument_ledger import InstrumentAccount
from leverage.ladder import Ladder, ratio_text
from leverage.lookthrough import look_through
from leverage.source_classes import SOURCE_CLASSES, Convention
from valuation.kernel.dated import DatedValue
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.fields import Dates
from valuation.kernel.figures import GRADE_LABELS, Graded
from valuation.kernel.labels import Label, Language, NamedWarning
from valuation.kernel.money import Money
from valuation.kernel.sources import Source

__all__ = [
    "AllocationAnswer",
    "AlternativeAnswer",
    "LeverageAnswer",
    "LineUse",
    "PayerRow",
    "Table",
    "who_pays",
]


@dataclass(frozen=True)
class Table:
    """A table as data: a title, column heads and cells that are texts or labels."""

    id: str
    title: Label
    columns: tuple[Label, ...]
    rows: tuple[tuple[str | Label, ...], ...]

    def text_rows(self, language: Language) -> tuple[tuple[str, ...], ...]:
        """The cells as a reader of ``language`` sees them."""
        return tuple(
            tuple(cell.text(language) if isinstance(cell, Label) else cell for cell in row) for row in self.rows
        )


@dataclass(frozen=True)
class PayerRow:
    """Of one source class at one stage: how much it puts in, what of it reaches firms, what stays on the way.

    ``paid_fen = reached_fen + kept_fen``, to the fen.
    """

    stage: Stage
    source_class: str
    is_public: bool
    paid_fen: int
    reached_fen: int
    kept_fen: int

    def as_document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "stage": self.stage,
            "source_class": self.source_class,
            "label": SOURCE_CLASSES[self.source_class].label.as_document(),
            "is_public": self.is_public,
            "paid": Money(self.paid_fen).text,
            "reaches_firms": Money(self.reached_fen).text,
            "stays_in_vehicles": Money(self.kept_fen).text,
        }


def who_pays(contributions: Sequence[Contribution], *, convention: Convention) -> tuple[PayerRow, ...]:
    """Whose is each yuan, by source class and stage? Each yuan once, at the source that paid it."""
    rows: list[PayerRow] = []
    for stage in STAGES:
        of_stage = [row for row in contributions if row.stage == stage]
        through = look_through(of_stage)
        for name in SOURCE_CLASSES:
            paid = sum(row.amount_fen for row in of_stage if row.is_origin and row.source_class == name)
            reached = sum(row.amount_fen for row in through.reached if row.source_class == name)
            kept = sum(classes.get(name, 0) for classes in through.kept_fen.values())
            assert paid == reached + kept, "every yuan is either with a firm or still on the way"
            if paid:
                rows.append(PayerRow(stage, name, convention.is_public(name), paid, reached, kept))
    return tuple(rows)


@dataclass(frozen=True)
class LineUse:
    """How much a money line holds and how much of it an alternative uses."""

    line: str
    label: Label
    park: str
    source_class: str
    held_fen: int
    used_fen: int

    def as_document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "line": self.line,
            "label": self.label.as_document(),
            "park": self.park,
            "source_class": self.source_class,
            "held": Money(self.held_fen).text,
            "used": Money(self.used_fen).text,
            "left": Money(self.held_fen - self.used_fen).text,
        }


@dataclass(frozen=True)
class AllocationAnswer:
    """What one use of one instrument sets in motion."""

    id: str
    instrument: str
    label: Label
    question: Label
    money: tuple[PlacedMoney, ...]
    ladders: tuple[Ladder, ...]
    conventions: tuple[Label, ...]
    warnings: tuple[NamedWarning, ...]
    principal_loss: Label
    account: InstrumentAccount | None = None

    def as_document(self) -> dict[str, Any]:
        """The answer for JSON."""
        return {
            "id": self.id,
            "instrument": self.instrument,
            "label": self.label.as_document(),
            "question": self.question.as_document(),
            "money": [
                {"line": row.line, "source_class": row.source_class, "amount": Money(row.amount_fen).text}
                for row in self.money
            ],
            "ladders": [ladder.as_document() for ladder in self.ladders],
            "conventions": [label.as_document() for label in self.conventions],
            "warnings": [warning.as_document() for warning in self.warnings],
            "principal_loss": self.principal_loss.as_document(),
            "account": None if self.account is None else self.account.as_document(),
        }


@dataclass(frozen=True)
class AlternativeAnswer:
    """One way to use the money: its instruments, and the ladder of the whole."""

    id: str
    label: Label
    allocations: tuple[AllocationAnswer, ...]
    ladders: tuple[Ladder, ...]
    payers: tuple[PayerRow, ...]
    lines: tuple[LineUse, ...]
    warnings: tuple[NamedWarning, ...]

    def ladder(self, stage: Stage, *, basis: str = "gross") -> Ladder | None:
        """The combined ladder at a stage, or None when an instrument says nothing about that stage."""
        return next((row for row in self.ladders if row.stage == stage and row.basis == basis), None)

    def as_document(self) -> dict[str, Any]:
        """The alternative for JSON."""
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "ladders": [ladder.as_document() for ladder in self.ladders],
            "payers": [row.as_document() for row in self.payers],
            "lines": [row.as_document() for row in self.lines],
            "allocations": [row.as_document() for row in self.allocations],
            "warnings": [warning.as_document() for warning in self.warnings],
        }


@dataclass(frozen=True)
class LeverageAnswer:
    """The whole answer; ``digest`` is that of the canonical inputs."""

    dates: Dates
    programme: Label | None
    alternatives: tuple[AlternativeAnswer, ...]
    conventions: tuple[Label, ...]
    warnings: tuple[NamedWarning, ...]
    not_answered: tuple[NamedWarning, ...]
    figures: tuple[tuple[str, Graded], ...]
    rules_used: tuple[DatedValue, ...]
    sources: tuple[Source, ...]
    digest: str

    def as_document(self) -> dict[str, Any]:
        """The answer for JSON: amounts as text with two decimals, multiples as decimal text."""
        return {
            "question": "leverage_scenario",
            "dates": {name: day.isoformat() for name, day in self.dates},
            "programme": None if self.programme is None else self.programme.as_document(),
            "alternatives": [row.as_document() for row in self.alternatives],
            "conventions": [label.as_document() for label in self.conventions],
            "warnings": [warning.as_document() for warning in self.warnings],
            "not_answered": [row.as_document() for row in self.not_answered],
            "figures": [
                {"path": path, "value": str(getattr(figure, "value", "")), "grade": figure.grade, "basis": figure.basis}
                for path, figure in self.figures
            ],
            "rules_used": [rule.as_document() for rule in self.rules_used],
            "sources": [source.as_document() for source in self.sources],
            "engine_version": ENGINE_VERSION,
            "digest": self.digest,
        }

    def tables(self) -> tuple[Table, ...]:
        """The answer as tables for a screen: comparison first, then who pays, then the figures used."""
        rows = [self.comparison_table("disbursed"), self.comparison_table("announced")]
        rows += [_payer_table(alternative) for alternative in self.alternatives]
        return (*rows, self._figure_table())

    def comparison_table(self, stage: Stage) -> Table:
        """One row for each alternative and each of its instruments; a multiple not stated is a dash."""
        heads = _rung_heads(self.alternatives, stage)
        columns = (Label("方案", "alternative"), Label("工具", "instrument"), *heads.values(), *_AMOUNT_HEADS)
        rows: list[tuple[str | Label, ...]] = []
        for alternative in self.alternatives:
            rows += _comparison_row(alternative.label, _WHOLE, alternative.ladders, stage, heads)
            for allocation in alternative.allocations:
                rows += _comparison_row(alternative.label, allocation.label, allocation.ladders, stage, heads)
        label = STAGE_LABELS[stage]
        title = Label(f"倍数阶梯（{label.zh}）", f"Ladder of multiples ({label.en})")
        return Table(f"ladder_{stage}", title, columns, tuple(rows))

    def _figure_table(self) -> Table:
        columns = (
            Label("字段", "field"),
            Label("数值", "value"),
            Label("证据等级", "grade"),
            Label("依据", "basis"),
        )
        rows = tuple(
            (path, str(getattr(figure, "value", "")), GRADE_LABELS[figure.grade], figure.basis)
            for path, figure in self.figures
        )
        return Table("figures", Label("所用参数及其依据", "Figures used and their basis"), columns, rows)


_WHOLE = Label("合计", "whole")
_DASH = Label("—", "—")
_AMOUNT_HEADS = (
    Label("口径", "basis"),
    Label("到达企业：股权（元）", "equity to firms, CNY"),
    Label("到达企业：贷款（元）", "loans to firms, CNY"),
    Label("贷款年数（元·年）", "loan-years, CNY × years"),
)
_BASES = {"gross": Label("未扣除替代", "gross"), "net": Label("扣除替代后", "net of displacement")}


def _rung_heads(alternatives: Iterable[AlternativeAnswer], stage: Stage) -> dict[str, Label]:
    ladders: list[Ladder] = []
    for alternative in alternatives:
        ladders += alternative.ladders
        for allocation in alternative.allocations:
            ladders += allocation.ladders
    return {rung.id: rung.label for ladder in ladders if ladder.stage == stage for rung in ladder.rungs}


def _comparison_row(
    name: Label, part: Label, ladders: Iterable[Ladder], stage: Stage, heads: dict[str, Label]
) -> list[tuple[str | Label, ...]]:
    rows: list[tuple[str | Label, ...]] = []
    for ladder in ladders:
        if ladder.stage != stage:
            continue
        texts = {rung.id: ratio_text(rung.multiple)[0] for rung in ladder.rungs}
        cells = [texts.get(rung, _DASH) for rung in heads]
        tail = (Money(ladder.equity_fen).text, Money(ladder.loans_fen).text, ladder.loan_years_text or _DASH)
        rows.append((name, part, *cells, _BASES[ladder.basis], *tail))
    return rows


def _payer_table(alternative: AlternativeAnswer) -> Table:
    columns = (
        Label("阶段", "stage"),
        Label("资金来源", "source class"),
        Label("公共资金", "public"),
        Label("出资（元）", "paid, CNY"),
        Label("到达企业（元）", "reaches firms, CNY"),
        Label("留在载体（元）", "stays in vehicles, CNY"),
    )
    rows = tuple(
        (
            STAGE_LABELS[row.stage],
            SOURCE_CLASSES[row.source_class].label,
            Label("是", "yes") if row.is_public else Label("否", "no"),
            Money(row.paid_fen).text,
            Money(row.reached_fen).text,
            Money(row.kept_fen).text,
        )
        for row in alternative.payers
    )
    title = Label(f"每一元由谁出：{alternative.label.zh}", f"Whose is each yuan: {alternative.label.en}")
    return Table(f"payers_{alternative.id}", title, columns, rows)
