"""A run as a workbook: figures by instrument and year, quantiles, parties, differences, and the scenario's own sheets.

Simulated figures are values; what follows from them by arithmetic is live: money out so far, what parties end with,
the bounds of a mean, the multiples of the scenario.
"""

from __future__ import annotations

from leverage.run_answer import AlternativeRun, MoneyFigures, PrincipalRisk, RunAnswer
from leverage.scenario_workbook import scenario_sheets
from leverage.simulation.statistics import Estimate
from leverage.table_sheets import Cell, Formula, Given, TableSheet, row_of, tables_workbook
from valuation.kernel.labels import Label

__all__ = ["DIFFERENCES", "INSTRUMENTS", "PARTIES", "QUANTILES", "TOLD", "YEARS", "run_workbook"]

TOLD, INSTRUMENTS, YEARS, QUANTILES = "运行说明", "各工具", "逐年", "分位数"
PARTIES, DIFFERENCES = "参与方", "方案差异"
#: Standard errors on either side of a mean that hold it with 95 %.
_ERRORS = 1.96


def run_workbook(answer: RunAnswer) -> bytes:
    """What does the investment committee open? The simulated figures, then the scenario without chance.

    Tested by: ``tests/leverage/test_run_workbook.py``: recalculated by LibreOffice, every formula is the engine's.
    """
    figures = (_instruments(answer), _years(answer), _quantiles(answer), _parties(answer), _differences(answer))
    sheets = (_told(answer), *figures)
    return tables_workbook((*sheets, *scenario_sheets(answer.scenario)), report_date=answer.scenario.dates.report_date)


def _told(answer: RunAnswer) -> TableSheet:
    """What an auditor needs to run it again, and what the reader must know."""
    level = answer.alternatives[0].principal.tail_level_share
    rows: list[tuple[Cell, ...]] = [
        ("摘要 digest", answer.digest),
        ("首日 first day", answer.first_day.isoformat()),
        ("季数 quarters", str(answer.quarters)),
        ("路径数 paths", str(answer.path_count)),
        ("随机种子 seed", str(answer.seed)),
        ("尾部水平 tail level", str(level)),
    ]
    rows += [("口径 convention", _both(row)) for row in answer.conventions]
    rows += [(f"提示 {row.code}", _both(row.label)) for row in answer.warnings]
    rows += [(f"未回答 {row.code}", _both(row.label)) for row in answer.not_answered]
    return TableSheet(
        TOLD, "运行设置、口径与提示 Setting, conventions, warnings", ("项目 item", "内容 text"), tuple(rows)
    )


def _both(label: Label) -> str:
    return f"{label.zh} {label.en}"


def _instruments(answer: RunAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "工具 instrument",
        "投入（元） placed",
        "到达企业（均值） to firms",
        "倍数 multiple",
        "亏损概率 loss probability",
        "95 % 下限 low",
        "95 % 上限 high",
        "期望损失 expected loss",
        "尾部损失 tail loss",
        "其标准误 its error",
        "尾部损失 95 % 下限 low",
        "尾部损失 95 % 上限 high",
        "何为亏损 what lost means",
    )
    rows: list[tuple[Cell, ...]] = []
    for way in answer.alternatives:
        parts = [("合计 whole", way.to_firms, way.principal)]
        parts += [(f"{part.id} {part.label.zh}", part.to_firms, part.principal) for part in way.allocations]
        for name, to_firms, principal in parts:
            rows.append((way.id, name, *_risk(row_of(len(rows)), to_firms, principal)))
    return TableSheet(INSTRUMENTS, "各工具：到达企业资金与本金风险 By instrument", heads, tuple(rows), "#,##0.00####")


def _risk(row: int, to_firms: MoneyFigures, risk: PrincipalRisk) -> tuple[Cell, ...]:
    tail = risk.tail_loss
    return (
        Given(risk.placed),
        Given(to_firms.mean.value),
        Formula(f"D{row}/C{row}", to_firms.mean.value / risk.placed),
        *(Given(value) for value in (risk.probability.value, risk.probability_low, risk.probability_high)),
        Given(risk.expected_loss.value),
        Given(tail.value),
        Given(tail.error),
        Formula(f"J{row}-{_ERRORS}*K{row}", tail.value - _ERRORS * tail.error),
        Formula(f"J{row}+{_ERRORS}*K{row}", tail.value + _ERRORS * tail.error),
        _both(risk.definition),
    )


def _years(answer: RunAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "年 year",
        "首日 first day",
        "到达企业（均值） to firms",
        "公共资金投入 public money in",
        "公共资金收回 public money back",
        "累计净投入 out so far",
        "到达企业累计 to firms so far",
    )
    rows: list[tuple[Cell, ...]] = []
    for way in answer.alternatives:
        reached = 0.0
        for place, year in enumerate(way.years):
            row = row_of(len(rows))
            reached += year.to_firms.mean.value
            before = ("", "") if place == 0 else (f"G{row - 1}+", f"H{row - 1}+")
            amounts = [Given(value) for value in (year.to_firms.mean.value, year.paid_in, year.back)]
            out = Formula(f"{before[0]}E{row}-F{row}", year.out)
            so_far = Formula(f"{before[1]}D{row}", reached)
            rows.append((way.id, str(year.year), year.first_day.isoformat(), *amounts, out, so_far))
    return TableSheet(YEARS, "逐年（均值，不折现） By year, means, not discounted", heads, tuple(rows))


def _quantiles(answer: RunAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "工具／年 of",
        "概率 probability",
        "到达企业 to firms",
        "95 % 下限 low",
        "95 % 上限 high",
    )
    rows: list[tuple[Cell, ...]] = []
    for way in answer.alternatives:
        for name, figures in _figures_of(way):
            for each in figures.quantiles:
                numbers = [Given(value) for value in (each.probability_share, each.value, each.low, each.high)]
                rows.append((way.id, name, *numbers))
    return TableSheet(QUANTILES, "到达企业资金的分位数 Quantiles of finance to firms", heads, tuple(rows))


def _figures_of(way: AlternativeRun) -> list[tuple[str, MoneyFigures]]:
    parts = [(f"{part.id} {part.label.zh}", part.to_firms) for part in way.allocations]
    return [("合计 whole", way.to_firms), *parts, *((f"第{row.year}年 year", row.to_firms) for row in way.years)]


def _parties(answer: RunAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "参与方 party",
        "是否本方案资金 of the programme (1)",
        "投入 paid",
        "收回 received",
        "期末仍持有 held",
        "净额 net",
    )
    rows: list[tuple[Cell, ...]] = []
    for way in answer.alternatives:
        for party in way.parties:
            row = row_of(len(rows))
            amounts = [Given(value) for value in (party.paid, party.received, party.held)]
            net = Formula(f"E{row}+F{row}-D{row}", party.received + party.held - party.paid)
            rows.append((way.id, _both(party.label), Given(float(party.is_programme)), *amounts, net))
    return TableSheet(PARTIES, "各方（均值） Parties, means", heads, tuple(rows))


def _differences(answer: RunAnswer) -> TableSheet:
    heads = (
        "方案 alternative",
        "对照 against",
        "指标 figure",
        "差值 difference",
        "标准误 standard error",
        "95 % 下限 low",
        "95 % 上限 high",
    )
    rows: list[tuple[Cell, ...]] = []
    for way in answer.alternatives:
        if way.difference is None:
            continue
        figures = {**way.difference.money, "loss_probability": way.difference.loss_probability}
        for name, figure in figures.items():
            rows.append((way.id, way.difference.from_alternative, name, *_bounded(row_of(len(rows)), figure)))
    return TableSheet(DIFFERENCES, "方案差异，逐条路径 Differences path by path", heads, tuple(rows), "#,##0.00####")


def _bounded(row: int, figure: Estimate) -> tuple[Cell, ...]:
    low, high = figure.value - _ERRORS * figure.error, figure.value + _ERRORS * figure.error
    bounds = (Formula(f"D{row}-{_ERRORS}*E{row}", low), Formula(f"D{row}+{_ERRORS}*E{row}", high))
    return (Given(figure.value), Given(figure.error), *bounds)
