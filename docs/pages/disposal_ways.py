"""Every way of disposal of a pledged right: its question, what is stated, and the rules of court sale behind it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from docs.fields import HEADS, field_rows, first_sentence
from docs.markdown import both, document, table
from pledge.disposal_way import DisposalWay, disposal_ways, judicial_sale_rules
from valuation.kernel.dated import Parameter

__all__ = ["page"]


def page() -> str:
    """The page of all ways, one section each, then the rules."""
    return document("处置方式 · Ways of disposal", _sections(), _rules())


def _sections() -> Iterator[str]:
    for name, each in disposal_ways().items():
        yield from (f"## {both(each.label)}", "", f"`{name}`", "", f"{each.question.zh} {each.question.en}", "")
        yield from (_rule(each), "", first_sentence(each.inputs), "")
        yield from table(HEADS, (row.cells() for row in field_rows(each.inputs)))


def _rule(way: DisposalWay) -> str:
    return inspect.getdoc(way.outcomes) or ""


def _rules() -> Iterator[str]:
    rules = judicial_sale_rules()
    yield from (f"## {both(rules.label)}", "")
    rows = (row for parameter in rules.parameters.values() for row in _steps(parameter))
    yield from table(("参数 Parameter", "名称 Name", "自 From", "数值 Value", "来源 Source", "状态 Status"), rows)


def _steps(parameter: Parameter) -> Iterator[tuple[str, ...]]:
    for step in parameter.steps:
        start, value = step.from_date.isoformat(), str(step.value)
        yield f"`{parameter.name}`", both(parameter.label), start, value, step.source.citation, step.status
