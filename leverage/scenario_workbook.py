"""A leverage scenario as a workbook: the ladder with live formulas over who pays what, and the assumptions.

The multiples of a whole alternative before displacement are sums over the sheet of payers: change what a source pays
and every multiple answers. Those of a single instrument, those net of displacement, and the ones on stated amounts
(investment, exposure) divide amounts that stand beside them as inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from leverage.answer import AlternativeAnswer, LeverageAnswer
from leverage.contribution import STAGE_LABELS
from leverage.ladder import Ladder, Rung
from leverage.source_classes import SOURCE_CLASSES, source_class
from leverage.table_sheets import Cell, Formula, Given, TableSheet, row_of, tables_workbook
from valuation.kernel.figures import GRADE_LABELS
from valuation.kernel.labels import Label, NamedWarning

__all__ = [
    "ASSUMPTIONS",
    "LADDERS",
    "LINES",
    "PAYERS",
    "SOURCES",
    "scenario_sheets",
    "scenario_workbook",
]

LADDERS, PAYERS, LINES, ASSUMPTIONS, SOURCES = "倍数阶梯", "每一元由谁出", "资金", "参数", "来源与提示"
_BASES = {"gross": "未扣除替代 gross", "net": "扣除替代后 net"}


def scenario_workbook(answer: LeverageAnswer) -> bytes:
    """What does the fund manager open? Ladder, payers, money lines, figures with grades, sources and doubts.

    Tested by: ``tests/leverage/test_scenario_workbook.py``: recalculated by LibreOffice after what a source pays was
    changed, every multiple is that of the engine asked anew.
    """
    return tables_workbook(scenario_sheets(answer), report_date=answer.dates.report_date)


def scenario_sheets(answer: LeverageAnswer) -> tuple[TableSheet, ...]:
    """The sheets of the scenario, also those of a run on it."""
    return (_ladders(answer), _payers(answer), _lines(answer), _figures(answer), _sources(answer))


def _both(label: Label) -> str:
    return f"{label.zh} {label.en}"


def _yuan(fen: int) -> float:
    return fen / 100


# --- the ladder -------------------------------------------------------------------------------------------


def _ladders(answer: LeverageAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "工具 instrument",
        "阶段 stage",
        "口径 basis",
        "倍数 multiple of",
        "分子（元） numerator",
        "分母（元） denominator",
        "倍数 multiple",
        "定义 definition",
    )
    last = row_of(max(sum(len(row.payers) for row in answer.alternatives) - 1, 0))
    rows: list[tuple[Cell, ...]] = []
    for alternative in answer.alternatives:
        for part, is_whole, ladders in _parts(alternative):
            for ladder in ladders:
                for rung in ladder.rungs:
                    row = row_of(len(rows))
                    amounts = _amounts(alternative.id, ladder, rung, last) if is_whole else _stated(rung)
                    multiple = Formula(f"F{row}/G{row}", float(rung.multiple))
                    names = (alternative.id, part, ladder.stage, _BASES[ladder.basis], _both(rung.label))
                    rows.append((*names, *amounts, multiple, _both(rung.definition)))
    return TableSheet(LADDERS, "倍数阶梯 Ladder of multiples", heads, tuple(rows), "#,##0.00####")


def _parts(alternative: AlternativeAnswer) -> Iterator[tuple[str, bool, tuple[Ladder, ...]]]:
    yield "合计 whole", True, alternative.ladders
    for allocation in alternative.allocations:
        yield f"{allocation.id} {allocation.label.zh}", False, allocation.ladders


def _stated(rung: Rung) -> tuple[Cell, Cell]:
    return Given(_yuan(rung.numerator_fen)), Given(_yuan(rung.denominator_fen))


#: Column of the payers' sheet that is added up, and of which rows, for each multiple that it carries.
_NUMERATORS: Mapping[str, tuple[str, str]] = {
    "total_per_public": ("F", ""),
    "other_per_public": ("F", "E,0"),
    "finance_to_firms_per_public": ("G", ""),
    "private_per_public": ("F", "I,1"),
}


def _amounts(alternative: str, ladder: Ladder, rung: Rung, last: int) -> tuple[Cell, Cell]:
    if ladder.basis != "gross" or rung.id not in _NUMERATORS:
        return _stated(rung)
    added, only = _NUMERATORS[rung.id]
    above = Formula(_sum(alternative, ladder.stage, added, only, last), _yuan(rung.numerator_fen))
    below = Formula(_sum(alternative, ladder.stage, "F", "E,1", last), _yuan(rung.denominator_fen))
    return above, below


def _sum(alternative: str, stage: str, added: str, only: str, last: int) -> str:
    """Add a column of the payers' sheet over the rows of an alternative and stage, and of one more condition."""

    def column(letter: str) -> str:
        return f"'{PAYERS}'!${letter}${row_of(0)}:${letter}${last}"

    conditions = [(column("A"), f'"{alternative}"'), (column("B"), f'"{stage}"')]
    if only:
        letter, value = only.split(",")
        conditions.append((column(letter), value))
    return f"SUMIFS({column(added)},{','.join(f'{where},{what}' for where, what in conditions)})"


# --- money ------------------------------------------------------------------------------------------------


def _payers(answer: LeverageAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "阶段 stage",
        "阶段 stage",
        "资金来源 source class",
        "公共资金 public (1)",
        "出资（元） paid",
        "到达企业（元） reaches firms",
        "留在载体（元） stays in vehicles",
        "民间与境外 private (1)",
    )
    rows: list[tuple[Cell, ...]] = []
    for alternative in answer.alternatives:
        for payer in alternative.payers:
            row = row_of(len(rows))
            rows.append(
                (
                    alternative.id,
                    payer.stage,
                    _both(STAGE_LABELS[payer.stage]),
                    _both(SOURCE_CLASSES[payer.source_class].label),
                    Given(float(payer.is_public)),
                    Given(_yuan(payer.paid_fen)),
                    Given(_yuan(payer.reached_fen)),
                    Formula(f"F{row}-G{row}", _yuan(payer.kept_fen)),
                    Given(float(source_class(payer.source_class).is_private)),
                )
            )
    rows += _stage_totals(answer, row_of(len(rows) - 1))
    return TableSheet(PAYERS, "每一元由谁出 Whose is each yuan", heads, tuple(rows))


def _stage_totals(answer: LeverageAnswer, last: int) -> Iterable[tuple[Cell, ...]]:
    """One line of sums for each alternative and stage; the conditions leave these lines themselves out."""
    for alternative in answer.alternatives:
        for stage, label in STAGE_LABELS.items():
            rows = [row for row in alternative.payers if row.stage == stage]
            if not rows:
                continue
            fen = {"F": sum(r.paid_fen for r in rows), "G": sum(r.reached_fen for r in rows)}
            fen["H"] = sum(r.kept_fen for r in rows)
            sums = [Formula(_own_sum(alternative.id, stage, name, last), _yuan(of)) for name, of in fen.items()]
            yield (f"合计 total {alternative.id}", "", _both(label), "", "", *sums, "")


def _own_sum(alternative: str, stage: str, added: str, last: int) -> str:
    return _sum(alternative, stage, added, "", last).replace(f"'{PAYERS}'!", "")


def _lines(answer: LeverageAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "资金 line",
        "名称 label",
        "园区 park",
        "资金来源 source class",
        "可用（元） held",
        "使用（元） used",
        "剩余（元） left",
    )
    rows: list[tuple[Cell, ...]] = []
    for alternative in answer.alternatives:
        first = row_of(len(rows))
        for line in alternative.lines:
            row = row_of(len(rows))
            texts = (alternative.id, line.line, _both(line.label), line.park)
            amounts = (Given(_yuan(line.held_fen)), Given(_yuan(line.used_fen)))
            left = Formula(f"F{row}-G{row}", _yuan(line.held_fen - line.used_fen))
            rows.append((*texts, _both(SOURCE_CLASSES[line.source_class].label), *amounts, left))
        if alternative.lines:
            held, used = (sum(getattr(each, name) for each in alternative.lines) for name in ("held_fen", "used_fen"))
            last = row_of(len(rows) - 1)
            totals = {"F": held, "G": used, "H": held - used}
            sums = [Formula(f"SUM({name}{first}:{name}{last})", _yuan(fen)) for name, fen in totals.items()]
            rows.append((f"合计 total {alternative.id}", "", "", "", "", *sums))
    return TableSheet(LINES, "资金与用途 Money lines", heads, tuple(rows))


# --- what it rests on -------------------------------------------------------------------------------------


def _figures(answer: LeverageAnswer) -> TableSheet:
    heads = ("字段 field", "数值 value", "证据等级 grade", "依据 basis")
    figures: list[tuple[Cell, ...]] = [
        (path, str(getattr(figure, "value", "")), _both(GRADE_LABELS[figure.grade]), figure.basis)
        for path, figure in answer.figures
    ]
    rules: list[tuple[Cell, ...]] = [
        (f"{row.source.id}: {_both(row.label)}", str(row.value), f"规定 rule ({row.status})", row.source.citation)
        for row in answer.rules_used
    ]
    return TableSheet(ASSUMPTIONS, "所用参数、等级与依据 Figures, grades and basis", heads, (*figures, *rules))


def _sources(answer: LeverageAnswer) -> TableSheet:
    heads = ("类别 kind", "编号 id", "内容 text", "核对 status")
    warnings = [*answer.warnings, *(each for row in answer.alternatives for each in row.warnings)]
    rows: list[tuple[Cell, ...]] = [("来源 source", row.id, row.citation, row.status) for row in answer.sources]
    rows += [("提示 warning", each.code, _both(each.label), "") for each in _once(warnings)]
    rows += [("未回答 not answered", each.code, _both(each.label), "") for each in answer.not_answered]
    rows += [("口径 convention", "", _both(each), "") for each in answer.conventions]
    rows.append(("摘要 digest", "", answer.digest, ""))
    return TableSheet(SOURCES, "来源、提示与口径 Sources, doubts, conventions", heads, tuple(rows))


def _once(warnings: Iterable[NamedWarning]) -> list[NamedWarning]:
    return list({each.code + each.label.zh: each for each in warnings}.values())
