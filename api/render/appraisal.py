"""A valuation on a screen: the conclusion with its interval, the working papers, the doubts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from api.render.grids import Grid, Heading, Lines, Section, both, grouped, money, percent, shown
from api.render.option_findings import option_sections
from valuation.appraisal import Appraisal
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.conventions import convention_label, convention_text
from valuation.kernel.labels import Label, Language, NamedWarning
from valuation.kernel.sources import Source
from valuation.kernel.worksheet import Input, Worksheet

__all__ = ["appraisal_sections", "doubts_and_sources", "paper_sections", "unit_in_words"]

_ITEM = "项目 Item"
_UNITS: Mapping[str, str] = {"share": "", "years": "年 years", "1": "", "1/year": "每年 1/year"}
STATUSES: Mapping[str, str] = {
    "read": "已核对 read",
    "recalled": "凭记忆 recalled",
    "gap": "缺失 gap",
    "hypothesis": "假设 hypothesis",
}


def appraisal_sections(appraisal: Appraisal, *, language: Language, brief: bool = False) -> Iterator[Section]:
    """Everything a bank officer reads in a valuation, in the order of reading; ``brief`` leaves out the papers."""
    dates = appraisal.request["dates"]
    days = (
        f"基准日 valuation date {dates['valuation_date']}",
        f"政策日 policy date {dates['policy_date']}",
        f"报告日 report date {dates['report_date']}",
    )
    yield Heading(f"评估 Valuation — {appraisal.subject.name}")
    yield Lines((" · ".join(days), f"法定到期 legal end {appraisal.subject.legal_end() or '—'}"))
    yield _conclusion(appraisal, language)
    yield _indications(appraisal, language)
    if not brief:
        yield from _papers(appraisal, language)
    yield from doubts_and_sources(appraisal.warnings, appraisal.sources, language)
    seeds = {each.seed for each in appraisal.conclusions if each.seed is not None}
    seed = f" · 随机种子 seed {', '.join(map(str, sorted(seeds)))}" if seeds else ""
    yield Lines(("", f"引擎 engine {appraisal.engine_version}{seed}", f"摘要 digest {appraisal.digest}"))


def _papers(appraisal: Appraisal, language: Language) -> Iterator[Section]:
    for each in appraisal.conclusions:
        yield from paper_sections(each.label, each.worksheet, language)
        yield from _beside(each, language)
        yield from option_sections(each, language)
        yield _sensitivities(each, language)
        yield _conventions(each, language)
    yield from paper_sections(appraisal.reconciled.worksheet.title, appraisal.reconciled.worksheet, language)


def doubts_and_sources(
    warnings: tuple[NamedWarning, ...], sources: tuple[Source, ...], language: Language
) -> Iterator[Section]:
    """The doubts an answer must name, and where its numbers come from."""
    if warnings:
        yield Heading("提示 Warnings")
        yield Lines(tuple(f"• {each.label.text(language)}  [{each.code}]" for each in warnings))
    if sources:
        yield Heading("来源 Sources")
        rows = tuple(
            (source.id, STATUSES[source.status], " ".join(filter(None, (source.citation, source.address))))
            for source in sources
        )
        yield Grid(("编号 Id", "核对 Status", "来源 Source"), rows, texts=frozenset({0, 1, 2}))


def _conclusion(appraisal: Appraisal, language: Language) -> Grid:
    found, unit = appraisal.reconciled, appraisal.reconciled.currency
    rows = [
        ("评估值 Value", money(found.value, unit), "各方法按权重合计" if language == "zh" else "weighted indications")
    ]
    if found.interval is not None:
        ends = f"{money(found.interval.low, unit)} – {money(found.interval.high, unit)}"
        rows.append(
            (f"{100 * found.interval.level_share:.10g}% 区间 interval", ends, found.interval.meaning.text(language))
        )
    else:
        rows.append(("区间 Interval", "—", "未陈述不确定性" if language == "zh" else "no uncertainty was stated"))
    ends = f"{money(found.range_low, unit)} – {money(found.range_high, unit)}"
    rows.append(("各方法范围 Range", ends, "计权方法的最小与最大值" if language == "zh" else "indications that count"))
    pledgee = "处置所需时间、费用与折扣之后" if language == "zh" else "after time to sale, its cost and discount"
    missing = "未提供处置假设" if language == "zh" else "no disposal assumptions stated"
    rows.append(
        (
            "对质权人的价值 Value to a pledgee",
            money(found.pledgee_value, unit),
            missing if found.pledgee_value is None else pledgee,
        )
    )
    return Grid((_ITEM, f"金额 Amount ({unit})", "含义 Meaning"), tuple(rows), texts=frozenset({0, 2}))


def _indications(appraisal: Appraisal, language: Language) -> Grid:
    weights = appraisal.reconciled.weights
    rows = []
    for each in appraisal.conclusions:
        interval = each.interval
        ends = "—" if interval is None else f"{money(interval.low, each.unit)} – {money(interval.high, each.unit)}"
        weight = weights[each.method]
        row = (
            each.label.text(language),
            money(each.value, each.unit),
            each.unit,
            ends,
            percent(weight.share),
            weight.reason,
        )
        rows.append(row)
    heads = ("方法 Method", "指示值 Indication", "单位 Unit", "区间 Interval", "权重 Weight", "理由 Reason")
    return Grid(heads, tuple(rows), texts=frozenset({0, 5}), title="各方法指示值 Indications")


def paper_sections(title: Label, paper: Worksheet, language: Language) -> Iterator[Section]:
    """A working paper: what has a value in each column as one table, single numbers as another."""
    yield Heading(f"工作底稿 Working paper — {both(title)}")
    entries = [entry for entry in paper.entries if entry.is_row]
    totals = set(paper.totals)
    rows = tuple(
        (
            entry.label.text(language),
            unit_in_words(entry.unit),
            *(shown(value, entry.unit) for value in paper.row(entry.name)),
        )
        for entry in entries
    )
    marked = frozenset(index for index, entry in enumerate(entries) if entry.name in totals)
    heads = (both(paper.axis.label), "单位 Unit", *paper.axis.columns)
    yield Grid(heads, rows, keys=2, texts=frozenset({0, 1}), totals=marked)
    scalars = [entry for entry in paper.entries if not entry.is_row]
    basis = tuple(
        (
            entry.label.text(language),
            shown(paper.value(entry.name), entry.unit),
            unit_in_words(entry.unit),
            paper.formula_in_words(entry.name, language) if not isinstance(entry, Input) else entry.basis,
        )
        for entry in scalars
    )
    marked = frozenset(index for index, entry in enumerate(scalars) if entry.name in totals)
    heads = (_ITEM, "数值 Value", "单位 Unit", "公式或依据 Formula or basis")
    yield Grid(heads, basis, texts=frozenset({0, 2, 3}), totals=marked)


def _beside(conclusion: Conclusion, language: Language) -> Iterator[Section]:
    rows = tuple((each.label.text(language), money(each.value, each.unit), each.unit) for each in conclusion.beside)
    yield Grid((_ITEM, "数值 Value", "单位 Unit"), rows, texts=frozenset({0, 2}), title="另列 Beside the value")


def _sensitivities(conclusion: Conclusion, language: Language) -> Grid:
    rows = tuple(
        (
            each.label.text(language),
            money(each.answer_at_low, conclusion.unit),
            money(each.answer_at_high, conclusion.unit),
            money(each.swing, conclusion.unit),
        )
        for each in conclusion.sensitivities
    )
    heads = ("输入 Input", "取低端时 At its low end", "取高端时 At its high end", f"变动 Swing ({conclusion.unit})")
    return Grid(heads, rows, title="敏感性 Sensitivities：单项变动，其余不变 one input at a time")


def _conventions(conclusion: Conclusion, language: Language) -> Grid:
    rows = tuple(
        (convention_label(key).text(language), grouped(convention_text(key, text).text(language)))
        for key, text in conclusion.conventions.items()
    )
    return Grid(("约定 Convention", "取法 As used"), rows, texts=frozenset({0, 1}))


def unit_in_words(unit: str) -> str:
    """A unit as a person reads it: nothing beside a per cent or a bare number."""
    return _UNITS.get(unit, unit)
