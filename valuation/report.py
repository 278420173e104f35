"""What goes into the report? The 14 items of a Chinese appraisal report, in order, as data and not as layout.

Every sentence is a fixed text, something the request states, or something the engine computed. What nobody stated is
named as a missing input. The whole is marked as a pre-appraisal: a statutory report is an appraiser's, not an engine's.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from valuation.appraisal import Appraisal
from valuation.catalogue import methods
from valuation.errors import ReferenceDataError
from valuation.kernel.conclusion import Conclusion, amount_text
from valuation.kernel.conventions import convention_label, convention_text
from valuation.kernel.entries import Input
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import GRADE_LABELS
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import CURRENCIES
from valuation.kernel.sources import Source, unverified
from valuation.kernel.subject import Subject
from valuation.kernel.worksheet import Worksheet
from valuation.report_sections.amounts import WrittenAmount, written

__all__ = ["AppraisalReport", "Particulars", "ReportSection", "appraisal_report", "report_items"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
Texts = Annotated[tuple[Text, ...], Field(max_length=200)]
#: Grades of inputs that are somebody's supposition and therefore stand among the assumptions.
_SUPPOSED = ("judgement", "assumed", "hypothesis")
_STATUS = {"read": "已核对", "recalled": "凭记忆，未核对", "gap": "缺", "hypothesis": "假设"}
_APPROACHES = {"income": "收益法", "cost": "成本法", "market": "市场法", "options": "实物期权法"}


class Particulars(FrozenModel):
    """What a report needs and a valuation does not: who asked, for what, under which law, what was inspected.

    Everything may be left out; the report then names it as missing.
    """

    client: Text | None = None
    other_users: Texts = ()
    purpose: Text | None = None
    scope: Text | None = None
    legal_basis: Texts = ()
    procedures: Texts = ()


@dataclass(frozen=True)
class ReportSection:
    """One item: its paragraphs in both languages, the amounts it states, and what is missing for it."""

    number: int
    id: str
    title: Label
    paragraphs: tuple[Label, ...]
    amounts: tuple[WrittenAmount, ...] = ()
    missing: tuple[NamedWarning, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """The section as JSON-safe data."""
        return {
            "number": self.number,
            "id": self.id,
            "title": self.title.as_document(),
            "paragraphs": [each.as_document() for each in self.paragraphs],
            "amounts": [each.as_document() for each in self.amounts],
            "missing": [each.as_document() for each in self.missing],
        }


@dataclass(frozen=True)
class AppraisalReport:
    """The 14 sections in order, the mark of what the document is, and the doubts about the form itself."""

    marking: Label
    sections: tuple[ReportSection, ...]
    form_sources: tuple[Source, ...]
    warnings: tuple[NamedWarning, ...]
    engine_version: str
    digest: str

    @property
    def missing(self) -> tuple[NamedWarning, ...]:
        """Every missing input, in the order of the sections."""
        return tuple(each for section in self.sections for each in section.missing)

    def as_document(self) -> dict[str, Any]:
        """The report as JSON-safe data."""
        return {
            "marking": self.marking.as_document(),
            "sections": [each.as_document() for each in self.sections],
            "form_sources": [each.as_document() for each in self.form_sources],
            "warnings": [each.as_document() for each in self.warnings],
            "engine_version": self.engine_version,
            "digest": self.digest,
        }


@dataclass(frozen=True)
class _Items:
    """The packaged form: items in order, fixed texts, names of what may be missing, sources."""

    items: tuple[tuple[str, Label], ...]
    texts: Mapping[str, Label]
    missing: Mapping[str, Label]
    units: Mapping[str, Label]
    facts: Mapping[str, Label]
    fact_values: Mapping[str, Label]
    sources: tuple[Source, ...]

    def quantity(self, number: float, unit: str) -> Label:
        """A number as a reader has it: a share in percent, money by thousands, a bare number without a unit."""
        if unit == "share":
            percent = f"{number * 100:.10g}%"
            return Label(percent, percent)
        written_unit = self.units.get(unit, Label(unit, unit))
        value = amount_text(number, unit)
        if unit == "1":
            return Label(value, value)
        if unit in CURRENCIES:
            value = f"{Decimal(value):,}"
        return Label(f"{value} {written_unit.zh}", f"{value} {written_unit.en}")


@dataclass(frozen=True)
class _Case:
    """What every section is written from."""

    appraisal: Appraisal
    particulars: Particulars
    form: _Items

    @property
    def day(self) -> Mapping[str, str]:
        return dict(self.appraisal.request["dates"])


@dataclass(frozen=True)
class _Body:
    """What a section says, before it has a number and a title."""

    paragraphs: tuple[Label, ...]
    amounts: tuple[WrittenAmount, ...] = ()
    missing: tuple[str, ...] = ()


def appraisal_report(appraisal: Appraisal, *, particulars: Particulars) -> AppraisalReport:
    """Which 14 sections report this appraisal?

    Parameters
    ----------
    particulars : what the report says beside the valuation; what is left out is named as missing, never made up.

    Returns
    -------
    Sections in the order of the form. No paragraph carries a number that is not in the appraisal, the particulars or a
    citation.

    Tested by: every number of the text traced to the appraisal, order and titles, missing inputs;
    ``tests/valuation/test_report.py``.
    """
    form = _form()
    case = _Case(appraisal, particulars, form)
    sections = tuple(
        _section(number, name, title, _WRITERS[name](case), form)
        for number, (name, title) in enumerate(form.items, start=1)
    )
    return AppraisalReport(
        marking=form.texts["marking"],
        sections=sections,
        form_sources=form.sources,
        warnings=unverified(form.sources),
        engine_version=appraisal.engine_version,
        digest=appraisal.digest,
    )


def report_items() -> tuple[tuple[str, Label], ...]:
    """Which items does a report have, in which order? Id and title of each."""
    return _form().items


@functools.cache
def _form() -> _Items:
    text = (resources.files("valuation.report_sections") / "items.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    for row in data["items"]:
        if row["source"] not in data["sources"]:
            raise ReferenceDataError(f"items.toml: {row['id']}: found source {row['source']!r}, expected a listed one")
    return _Items(
        items=tuple((row["id"], Label(**row["name"])) for row in data["items"]),
        **{
            name: {key: Label(**row) for key, row in data[name].items()}
            for name in ("texts", "missing", "units", "facts", "fact_values")
        },
        sources=tuple(Source(id=key, **row) for key, row in data["sources"].items()),
    )


def _section(number: int, name: str, title: Label, body: _Body, form: _Items) -> ReportSection:
    """Number and title a body; what is missing becomes a named doubt and a paragraph of its own."""
    doubts = tuple(
        NamedWarning(f"missing_{key}", Label(f"{form.missing[key].zh}：未提供", f"{form.missing[key].en}: not stated"))
        for key in body.missing
    )
    paragraphs = (*body.paragraphs, *(doubt.label for doubt in doubts))
    return ReportSection(number, name, title, paragraphs, body.amounts, doubts)


# --- the sections, in the order of the form -------------------------------------------------------


def _client_and_users(case: _Case) -> _Body:
    told, paragraphs, missing = case.particulars, [], []
    if told.client is None:
        missing.append("client")
    else:
        paragraphs.append(Label(f"委托人：{told.client}", f"client: {told.client}"))
    if told.other_users:
        listed = "；".join(told.other_users)
        paragraphs.append(Label(f"其他评估报告使用人：{listed}", f"other users: {listed}"))
    else:
        missing.append("other_users")
    return _Body(tuple(paragraphs), missing=tuple(missing))


def _purpose(case: _Case) -> _Body:
    return _stated(case.particulars.purpose, "purpose")


def _subject_and_scope(case: _Case) -> _Body:
    subject = case.appraisal.request["subject"]
    named = Label(f"评估对象：{subject['name']}", f"subject: {subject['name']}")
    facts = tuple(_fact(case.form, key, _said(value)) for key, value in subject.items() if key != "name")
    scope = _stated(case.particulars.scope, "scope")
    ends = _legal_end(case.appraisal.subject)
    return _Body((named, *facts, *ends, *scope.paragraphs), missing=scope.missing)


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _legal_end(subject: Subject) -> tuple[Label, ...]:
    """The day protection ends, where the request does not state it and the law and the facts tell it."""
    end = subject.legal_end()
    if end is None or subject.expiry_date is not None:
        return ()
    return (Label(f"保护期届满日（依法推算）：{end}", f"legal end, derived from the law: {end}"),)


def _fact(form: _Items, key: str, value: str) -> Label:
    name, told = form.facts.get(key, Label(key, key)), form.fact_values.get(value, Label(value, value))
    return Label(f"{name.zh}：{told.zh}", f"{name.en}: {told.en}")


def _value_type(case: _Case) -> _Body:
    return _Body((case.form.texts["market_value"], case.form.texts["liquidation_value"]))


def _valuation_date(case: _Case) -> _Body:
    valued, ruled = case.day["valuation_date"], case.day["policy_date"]
    return _Body(
        (
            Label(f"评估基准日：{valued}", f"valuation date: {valued}"),
            Label(f"取用规则和价格的日期：{ruled}", f"rules and prices as of: {ruled}"),
        )
    )


def _basis(case: _Case) -> _Body:
    sources = case.appraisal.sources
    listed = tuple(
        Label(f"取价依据：{each.citation}（{_STATUS[each.status]}）", f"evidence: {each.citation} ({each.status})")
        for each in sources
    )
    if not listed:
        listed = (Label("取价依据：请求中没有引用任何来源", "evidence: the request cites no source"),)
    laws = tuple(Label(f"法律和准则依据：{each}", f"law and standard: {each}") for each in case.particulars.legal_basis)
    return _Body((*laws, *listed), missing=() if laws else ("legal_basis",))


def _methods(case: _Case) -> _Body:
    catalogue = methods()
    paragraphs = []
    for each in case.appraisal.conclusions:
        weight = case.appraisal.reconciled.weights[each.method]
        question, approach = catalogue[each.method].question, each.approach
        found = case.form.quantity(each.value, each.unit)
        paragraphs.append(
            Label(
                f"{each.label.zh}（{_APPROACHES[approach]}）：{question.zh} 结果 {found.zh}，"
                f"权重 {case.form.quantity(weight.share, 'share').zh}，理由：{weight.reason}",
                f"{each.label.en} ({approach}): {question.en} Result {found.en},"
                f" weight {case.form.quantity(weight.share, 'share').en}, because: {weight.reason}",
            )
        )
    return _Body(tuple(paragraphs))


def _procedures(case: _Case) -> _Body:
    appraisal, told = case.appraisal, case.particulars.procedures
    stated = tuple(Label(f"程序：{each}", f"procedure: {each}") for each in told)
    computed = [
        Label(
            f"计算：按上述方法逐项计算，未触发拒绝出具结果的检验；引擎版本 {appraisal.engine_version}，"
            f"输入摘要 {appraisal.digest}",
            f"computation: every method computed, no check refused an answer; engine {appraisal.engine_version},"
            f" digest of the inputs {appraisal.digest}",
        )
    ]
    for each in appraisal.conclusions:
        if each.seed is not None and each.interval is not None and each.interval.draws is not None:
            draws, seed = each.interval.draws, each.seed
            computed.append(
                Label(
                    f"{each.label.zh}：模拟 {draws} 次，随机种子 {seed}", f"{each.label.en}: {draws} draws, seed {seed}"
                )
            )
    return _Body((*stated, *computed), missing=() if told else ("procedures",))


def _assumptions(case: _Case) -> _Body:
    paragraphs = []
    for each in case.appraisal.conclusions:
        for key, text in each.conventions.items():
            name, said = convention_label(key), convention_text(key, text)
            paragraphs.append(
                Label(
                    f"{each.label.zh}，约定 {name.zh}：{said.zh}", f"{each.label.en}, convention {name.en}: {said.en}"
                )
            )
        paragraphs += _supposed(case.form, each.label, each.worksheet)
    paragraphs += _supposed(case.form, Label("评估结论", "reconciliation"), case.appraisal.reconciled.worksheet)
    return _Body(tuple(paragraphs))


def _supposed(form: _Items, paper: Label, worksheet: Worksheet) -> list[Label]:
    """The inputs of a paper that are somebody's judgement, assumption or hypothesis, with value and reason."""
    found = []
    for entry in worksheet.entries:
        grades = entry.grade.split(" / ") if isinstance(entry, Input) else []
        if not isinstance(entry, Input) or not set(grades) & set(_SUPPOSED):
            continue
        numbers = worksheet.row(entry.name) if entry.is_row else (worksheet.value(entry.name),)
        values = tuple(dict.fromkeys(form.quantity(number, entry.unit) for number in numbers))
        listed = Label(", ".join(each.zh for each in values), ", ".join(each.en for each in values))
        zh = "、".join(GRADE_LABELS[grade].zh for grade in grades)
        found.append(
            Label(
                f"{paper.zh}，{entry.label.zh}（{zh}）：{listed.zh}；{entry.basis}",
                f"{paper.en}, {entry.label.en} ({', '.join(grades)}): {listed.en}; {entry.basis}",
            )
        )
    return found


def _conclusion(case: _Case) -> _Body:
    found = case.appraisal.reconciled
    unit, interval = found.currency, found.interval
    amounts = [written(Label("市场价值", "market value"), found.value, currency=unit)]
    missing = []
    if found.pledgee_value is None:
        missing.append("liquidation")
    else:
        label = Label("对质权人的价值（变现值）", "value to the pledgee (liquidation)")
        amounts.append(written(label, found.pledgee_value, currency=unit))
    paragraphs = []
    if interval is None:
        missing.append("uncertainty")
    else:
        amounts.append(written(Label("区间下端", "low end of the interval"), interval.low, currency=unit))
        amounts.append(written(Label("区间上端", "high end of the interval"), interval.high, currency=unit))
        paragraphs.append(interval.meaning)
    if len([each for each in case.appraisal.conclusions if found.weights[each.method].share > 0]) > 1:
        amounts.append(written(Label("各方法最低", "lowest indication"), found.range_low, currency=unit))
        amounts.append(written(Label("各方法最高", "highest indication"), found.range_high, currency=unit))
    said = tuple(_amount_sentence(each) for each in amounts)
    return _Body((*said, *paragraphs, *_conversion(case)), tuple(amounts), tuple(missing))


def _conversion(case: _Case) -> tuple[Label, ...]:
    """At which rate the methods' currency became that of the conclusion, if it is another one."""
    found, stated = case.appraisal.reconciled, case.appraisal.request["currency"]
    if found.currency == stated:
        return ()
    rate = f"{found.worksheet.value('conversion_rate'):.10g}"
    basis = found.worksheet.formula_in_words("conversion_rate", "en")
    return (
        Label(
            f"各方法以 {stated} 计算，按 {rate} {found.currency} 折算一个 {stated}（{basis}）",
            f"the methods compute in {stated}, converted at {rate} {found.currency} for one {stated} ({basis})",
        ),
    )


def _amount_sentence(amount: WrittenAmount) -> Label:
    return Label(
        f"{amount.label.zh}：{amount.yuan}，即 {amount.wan}（大写：{amount.capitals}）",
        f"{amount.label.en}: {amount.yuan}, that is {amount.wan} (in capitals: {amount.capitals})",
    )


def _special_matters(case: _Case) -> _Body:
    """Every doubt of the appraisal; where a method indicates something beside its value, that too."""
    doubts = tuple(each.label for each in case.appraisal.warnings)
    beside = tuple(_beside(case.form, each) for each in case.appraisal.conclusions if each.beside)
    none = Label("计算中没有需要说明的疑点", "the computation raised no doubt")
    return _Body((*doubts, *beside) or (none,))


def _beside(form: _Items, conclusion: Conclusion) -> Label:
    found = [(each.label, form.quantity(each.value, each.unit)) for each in conclusion.beside]
    zh = "；".join(f"{label.zh} {value.zh}" for label, value in found)
    en = "; ".join(f"{label.en} {value.en}" for label, value in found)
    return Label(f"{conclusion.label.zh}另给出：{zh}", f"{conclusion.label.en} also gives: {en}")


def _restrictions(case: _Case) -> _Body:
    return _Body(tuple(case.form.texts[key] for key in ("not_statutory", "only_for_users", "not_a_price", "as_of")))


def _report_date(case: _Case) -> _Body:
    day = case.day["report_date"]
    return _Body((Label(f"评估报告日：{day}", f"report date: {day}"),))


def _signatures(case: _Case) -> _Body:
    return _Body((case.form.texts["unsigned"],))


def _stated(text: str | None, key: str) -> _Body:
    """What the particulars say in one text, or that they do not."""
    return _Body((), missing=(key,)) if text is None else _Body((Label(text, text),))


_WRITERS: Mapping[str, Callable[[_Case], _Body]] = {
    "client_and_users": _client_and_users,
    "purpose": _purpose,
    "subject_and_scope": _subject_and_scope,
    "value_type": _value_type,
    "valuation_date": _valuation_date,
    "basis": _basis,
    "methods": _methods,
    "procedures": _procedures,
    "assumptions": _assumptions,
    "conclusion": _conclusion,
    "special_matters": _special_matters,
    "restrictions": _restrictions,
    "report_date": _report_date,
    "signatures": _signatures,
}
