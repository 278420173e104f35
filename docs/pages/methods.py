"""Every valuation method: its question, its inputs, the lines of its working paper, what it takes for granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docs.fields import HEADS, field_rows
from docs.markdown import anchor, both, document, table
from tests.literature import Case, load_cases
from tests.valuation.every_method import sample, valued
from valuation.catalogue import methods
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.conventions import convention_label, convention_text
from valuation.kernel.labels import Label
from valuation.kernel.method import Method
from valuation.kernel.worksheet import Input

__all__ = ["APPROACHES", "page"]

APPROACHES: Mapping[str, Label] = {
    "income": Label("收益法", "Income approach"),
    "cost": Label("成本法", "Cost approach"),
    "market": Label("市场法", "Market approach"),
    "options": Label("期权法", "Options approach"),
}
_READING = (
    "每项数值都带等级（measured、benchmark、judgement、assumed、hypothesis）以及来源或理由。",
    "数值可附分布，金额与逐年数列可附乘数分布。路径中 `(…)` 是所选的种类，`[]` 是列表的每一项。",
    "底稿各行取自每种方法的示例，种类不同，行也不同。",
    "",
    "Every figure carries a grade (measured, benchmark, judgement, assumed, hypothesis) and a source or a reason.",
    "A figure may state a distribution, amounts and rows by year the distribution of a multiplier.",
    "In a path `(…)` is the kind chosen and `[]` each entry of a list.",
    "The lines are those of a sample of each method; another kind has other lines.",
    "",
)


def page() -> str:
    """The page of all methods, one section each."""
    found = methods()
    cases = {case.id: case for case in load_cases()}
    listed = table(
        ("编号 Id", "途径 Approach", "名称 Name"),
        ((anchor(name), both(APPROACHES[each.approach]), both(each.label)) for name, each in found.items()),
    )
    sections = (_section(each, cases) for each in found.values())
    return document("评估方法 · Valuation methods", _READING, listed, (line for each in sections for line in each))


def _section(method: Method[Any], cases: Mapping[str, Case]) -> Iterator[str]:
    found = valued(method.id, sample(method.id))
    yield from (f'<a id="{method.id}"></a>', "", f"## {both(method.label)}", "")
    yield f"`{method.id}` · {both(APPROACHES[method.approach])}"
    yield from ("", f"{method.question.zh} {method.question.en}", "")
    yield from ("### 输入 · Inputs", "", *_inputs(method, found))
    yield from ("### 底稿 · Working paper", "", *_lines(found))
    yield from ("### 约定 · Conventions", "", *_conventions(found))
    yield from ("### 依据 · References", "", *(f"- {each}" for each in method.references), "")
    yield from ("### 已复算的公开算例 · Published cases reproduced", "")
    yield from table(("算例 Case", "出处 Source"), ((f"`{each}`", cases[each].data["source"]) for each in method.cases))


def _inputs(method: Method[Any], found: Conclusion) -> list[str]:
    """The inputs; what stands on the working paper under the same name is called as it is there."""
    entries = {entry.name: entry for entry in found.worksheet.entries if isinstance(entry, Input)}
    rows = []
    for row in field_rows(method.inputs_model):
        entry = entries.get(row.name)
        rows.append(row.cells(label=both(entry.label) if entry else "", unit=entry.unit if entry else ""))
    return table(HEADS, rows)


def _lines(found: Conclusion) -> list[str]:
    paper = found.worksheet
    totals = set(paper.totals)
    rows = []
    for entry in paper.entries:
        if not isinstance(entry, Input):
            name = f"**`{entry.name}`**" if entry.name in totals else f"`{entry.name}`"
            words = [paper.formula_in_words(entry.name, language) for language in ("zh", "en")]
            rows.append((name, both(entry.label), entry.unit, *words))
    return table(("行 Line", "名称 Name", "单位 Unit", "公式 Formula (zh)", "公式 Formula (en)"), rows)


def _conventions(found: Conclusion) -> list[str]:
    rows = []
    for key, text in found.conventions.items():
        said = convention_text(key, text)
        rows.append((f"`{key}`", both(convention_label(key)), said.zh if said.zh == said.en else both(said)))
    return table(("键 Key", "约定 Convention", "取法 As used in the sample"), rows)
