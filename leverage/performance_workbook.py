"""The form of a year's evaluation as a spreadsheet that answers when a target, a figure reached or points are changed.

Columns are those of the usual self-evaluation table, with an empty one for the reasons of a deviation. The score of a
row is a formula over its cells and rounds as stated; totals, dimensions and the grade follow. Spreadsheets compute in
binary: a score is first brought to ten decimals, so that 28.05 is a tie for them too.
"""

from __future__ import annotations

import datetime
import io
from typing import Any

import xlsxwriter

from leverage.performance import DIMENSIONS, GRADES, EvaluationRequest, IndicatorScore, PerformanceAnswer
from valuation.kernel.dated import DatedValue
from valuation.kernel.labels import Label

__all__ = ["FIRST_ROW", "SHEET", "performance_workbook", "total_row"]

SHEET = "绩效评价表"
#: Row of the execution of the budget; indicators follow in the order of the request.
FIRST_ROW = 6
_HEADS = (
    "一级指标 dimension",
    "二级指标 aspect",
    "三级指标 indicator",
    "单位 unit",
    "计分 rule",
    "年度指标值 target",
    "实际完成值 reached",
    "分值 points",
    "得分 score",
    "数据来源 origin",
    "偏差原因分析及改进措施 reasons and remedies",
)
_ASPECTS = {
    "quantity": "数量 quantity",
    "quality": "质量 quality",
    "timeliness": "时效 timeliness",
    "cost": "成本 cost",
}
_RULES = {
    "at_least": "不低于，按比例 at least, in proportion",
    "at_most": "不高于，按比例 at most, in proportion",
    "all_or_none": "达标得分 all or none",
}
_SHARES = {
    "at_least": "MIN(1,G{row}/F{row})",
    "at_most": "IF(G{row}<=F{row},1,F{row}/G{row})",
    "all_or_none": "IF(G{row}>=F{row},1,0)",
}
_ROUNDINGS = {
    "half_up": "ROUND(ROUND({x},10),{d})",
    "half_even": "IF(ROUND(MOD({x}*10^{d},1),8)=0.5,2*ROUND({x}*10^{d}/2,0)/10^{d},ROUND(ROUND({x},10),{d}))",
}
_WIDTHS = (22, 18, 30, 12, 30, 18, 18, 12, 12, 18, 44)
_NOON = datetime.time(12, 0)


def total_row(request: EvaluationRequest) -> int:
    """In which row does the total of points and scores stand?"""
    return FIRST_ROW + 1 + len(request.indicators)


def performance_workbook(request: EvaluationRequest, answer: PerformanceAnswer, *, scheme: Label) -> bytes:
    """What does the park hand in? One sheet, its inputs in blue, every score a formula.

    Parameters
    ----------
    scheme : the name of the scheme of points, printed as the title.

    Tested by: ``tests/leverage/test_performance_workbook.py``: recalculated by LibreOffice, also after a change of a
    figure reached, every score and the grade are those of :func:`leverage.performance.evaluate`.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    created = datetime.datetime.combine(request.policy_date, _NOON)
    book.set_properties({"title": "ipfin", "created": created})
    _Form(book, request, answer).write(scheme)
    book.close()
    return stream.getvalue()


class _Form:
    """The sheet on its way: a head, a row for each indicator, totals, grade, doubts and sources."""

    def __init__(self, book: Any, request: EvaluationRequest, answer: PerformanceAnswer) -> None:
        self._sheet = book.add_worksheet(SHEET)
        self._bold = book.add_format({"bold": True, "text_wrap": True})
        self._input = book.add_format({"font_color": "#0000FF", "num_format": "#,##0.######"})
        decimals = f"0.{'0' * request.decimals}" if request.decimals else "0"
        self._score = book.add_format({"num_format": decimals})
        self._request, self._answer = request, answer
        self._last = total_row(request) - 1

    def write(self, scheme: Label) -> None:
        self._sheet.write_string("A1", f"{scheme.zh} {scheme.en}", self._bold)
        self._sheet.write_string("A2", f"{self._request.year} 年度 year {self._request.year}")
        self._sheet.write_string("A3", "蓝色为输入，黑色为公式 · blue cells are inputs, black ones are formulas")
        for column, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(FIRST_ROW - 2, column, head, self._bold)
        rules = ["at_least", *(row.rule for row in self._request.indicators)]
        units = ["元 CNY", *(f"{row.unit.zh} {row.unit.en}" for row in self._request.indicators)]
        for place, (row, rule, unit) in enumerate(zip(self._answer.rows, rules, units, strict=True)):
            self._write_row(FIRST_ROW + place, row, rule=rule, unit=unit)
        self._write_totals()
        self._write_notes()

    def _write_row(self, at: int, row: IndicatorScore, *, rule: str, unit: str) -> None:
        texts = {
            "A": _both(DIMENSIONS[row.dimension]),
            "B": "" if row.aspect is None else _ASPECTS[row.aspect],
            "C": _both(row.label),
            "D": unit,
            "E": _RULES[rule],
            "J": "台账 ledger" if row.from_ledger else "填报 stated",
        }
        for column, text in texts.items():
            self._sheet.write_string(f"{column}{at}", text)
        for column, number in {"F": row.target, "G": row.reached, "H": row.points}.items():
            self._sheet.write_number(f"{column}{at}", float(number), self._input)
        share = _SHARES[rule].format(row=at)
        rounded = _ROUNDINGS[self._request.rounding].format(x=f"(H{at}*{share})", d=self._request.decimals)
        self._formula(f"I{at}", rounded)

    def _write_totals(self) -> None:
        at = self._last + 1
        self._sheet.write_string(f"A{at}", "总分 total", self._bold)
        for column in "HI":
            self._formula(f"{column}{at}", f"SUM({column}{FIRST_ROW}:{column}{self._last})")
        for place, label in enumerate(DIMENSIONS.values()):
            row = at + 1 + place
            self._sheet.write_string(f"A{row}", _both(label))
            for column in "HI":
                cells = f"{column}${FIRST_ROW}:{column}${self._last}"
                self._formula(f"{column}{row}", f"SUMIF($A${FIRST_ROW}:$A${self._last},$A{row},{cells})")
        if self._answer.grade is not None:
            self._write_grade(at + 1 + len(DIMENSIONS))

    def _write_grade(self, at: int) -> None:
        limits = {value.name: value for value in self._answer.values_used}
        for place, (name, zh) in enumerate(GRADES):
            limit = limits[f"grade_{name}_points"].value
            assert not isinstance(limit, list), "a limit of a grade is a number"
            self._sheet.write_string(f"A{at + 1 + place}", f"{zh} {name}，不低于 at least")
            self._sheet.write_number(f"H{at + 1 + place}", float(limit), self._input)
        nested = "".join(f'IF(I{self._last + 1}>=H{at + 1 + place},"{zh}",' for place, (_, zh) in enumerate(GRADES))
        self._sheet.write_string(f"A{at}", "等级 grade", self._bold)
        self._formula(f"I{at}", f'{nested}"差"{")" * len(GRADES)}')

    def _write_notes(self) -> None:
        first = self._last + 3 + len(DIMENSIONS) + (1 + len(GRADES)) * (self._answer.grade is not None)
        lines = [f"提示 {each.code}: {each.label.zh} / {each.label.en}" for each in self._answer.warnings]
        lines += [_provenance(value) for value in self._answer.values_used]
        for place, line in enumerate(lines):
            self._sheet.write_string(first + place, 0, line)

    def _formula(self, cell: str, text: str) -> None:
        self._sheet.write_formula(cell, f"={text}", self._score, "")


def _both(label: Label) -> str:
    return f"{label.zh} {label.en}"


def _provenance(value: DatedValue) -> str:
    return f"分值依据 {value.label.zh} = {value.value}: {value.source.citation} [{value.status}]"
