"""A pledge quote on a screen: the decision, the schedule to the fen, the support, the doubts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from api.render.appraisal import STATUSES, doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section, both, grouped, percent
from pledge.cover import Cover
from pledge.eligibility_rule import OUTCOME_LABELS
from pledge.instalments import Schedule, repayment_forms
from pledge.quote import PledgeQuote
from pledge.support import SupportAnswer
from valuation.discounting.internal_rate import InternalRate
from valuation.kernel.dated import DatedValue
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Label, Language
from valuation.kernel.money import Money
from valuation.kernel.sources import Source

__all__ = ["quote_sections"]

_ITEM = "项目 Item"
_DECISIONS = {
    "eligible": Label("可贷", "eligible"),
    "not_eligible": Label("不可贷", "not eligible"),
    "over_limit": Label("可贷，但低于申请金额", "eligible, for less than was asked"),
}
_UNITS = {"cny": "元 CNY", "months": "月 months", "years": "年 years", "days": "天 days", "text": "", "multiple": ""}
_BINDINGS = {
    "pledge_rate": Label("受质押率限制", "set by the pledge rate"),
    "loan_cap": Label("受贷款上限限制", "set by the cap"),
}


def quote_sections(quote: PledgeQuote, *, language: Language) -> Iterator[Section]:
    """Everything a bank officer reads in a quote, in the order of reading."""
    title = quote.request.asset.title or quote.request.asset.kind
    days = (
        f"政策日 policy date {quote.request.dates.policy_date}",
        f"放款日 drawdown {quote.request.loan.drawdown_date}",
        f"期限 term {quote.request.loan.term_months} 月 months",
    )
    yield Heading(f"质押贷款报价 Pledge quote — {title}")
    yield Lines(
        (
            f"政策 policy {quote.policy.label.text(language)} [{quote.policy.id}]",
            " · ".join(days),
            f"结论 Decision：{both(_DECISIONS[quote.decision])}",
            *(f"• {reason.text(language)}" for reason in quote.reasons),
        )
    )
    numbers = _numbered_sources(quote)
    yield _terms(quote, language)
    yield _cover(quote)
    yield _findings(quote, numbers, language)
    if quote.offer is not None:
        yield from _schedule(quote.offer.schedule)
        for answer in quote.offer.support:
            yield from _support(answer, language)
    if quote.conditions:
        yield Heading("放款条件 Conditions")
        yield Lines(tuple(f"• {condition.text(language)}" for condition in quote.conditions))
    if quote.values_used:
        yield Heading("所用政策取值 Values of policies used")
        yield _values(quote.values_used, numbers, language)
    yield from doubts_and_sources(quote.warnings, (), language)
    yield Heading("来源 Sources")
    yield Lines(tuple(f"[{number}] {source.citation}" for source, number in numbers.items()))
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {quote.digest}"))


def _terms(quote: PledgeQuote, language: Language) -> Grid:
    limit = quote.maximum_loan
    rows = [
        ("申请本金 Asked for", _yuan(quote.requested_fen), "元 CNY"),
        ("最高可贷 At most", _yuan(limit.amount_fen), f"元 CNY，{_BINDINGS[limit.binding].text(language)}"),
        ("可贷本金 Offered", _yuan(quote.offered_principal_fen), "元 CNY"),
        ("年利率 Nominal annual rate", percent(quote.request.loan.annual_rate_share), ""),
    ]
    if quote.offer is not None:
        rate = quote.offer.effective_annual_rate
        effective = rate.status if rate.rate is None else percent(round(rate.rate, 8))
        interest = quote.offer.schedule.total_interest_fen
        rows += [
            ("实际年利率 Effective annual rate", effective, "含前期费用，实际天数/365 fees included, actual/365"),
            ("扶持前 Before support", *_rate_note(quote.offer.cost.before_support)),
            ("扶持后 After support", *_rate_note(quote.offer.cost.after_support)),
            ("前期费用 Fees upfront", _yuan(quote.offer.fees_upfront_fen), "元 CNY"),
            ("利息合计 Total interest", _yuan(interest), "元 CNY"),
        ]
    return Grid((_ITEM, "数值 Value", "说明 Note"), tuple(rows), texts=frozenset({0, 2}), totals=frozenset({2}))


def _rate_note(rate: InternalRate | None) -> tuple[str, str]:
    """A yearly rate with all costs, or the reason why there is none."""
    if rate is None:
        return "—", "到账日未知 the days of the support are not known"
    if not rate.roots:
        return "—", "无解 no rate balances these amounts"
    notes = {"one_root": "含全部费用 all costs included", "several_roots": "多解取最大 the largest of several"}
    return percent(round(max(rate.roots), 8)), notes[rate.status]


def _cover(quote: PledgeQuote) -> Grid:
    covers = [("评估价值 Appraised value", quote.cover_on_appraised_value)]
    if quote.cover_on_pledgee_value is not None:
        covers.append(("对质权人的价值 Value to a pledgee", quote.cover_on_pledgee_value))
    heads = ("按 Measured on", "价值 Value", "贷款 Loan", "质押率 Loan to value", "覆盖倍数 Cover", "缺口 Shortfall")
    rows = tuple(_cover_row(name, each) for name, each in covers)
    return Grid(heads, rows, title="质押覆盖 Cover（元 CNY）")


def _cover_row(name: str, cover: Cover) -> tuple[str, ...]:
    share, ratio = cover.loan_to_value_share, cover.cover_ratio
    return (
        name,
        _yuan(cover.value_fen),
        _yuan(cover.loan_fen),
        "—" if share is None else percent(_rounded(share, 6)),
        "—" if ratio is None else f"{_rounded(ratio, 4):g}",
        _yuan(cover.shortfall_fen),
    )


def _rounded(exact: Fraction, places: int) -> float:
    return round(float(exact), places)


def _numbered_sources(quote: PledgeQuote) -> dict[Source, int]:
    """Every source once, in the order of use; long citations are printed below and not in each row."""
    references = [finding.reference for finding in quote.findings if finding.reference is not None]
    sources = dict.fromkeys(value.source for value in (*references, *quote.values_used))
    return {source: number for number, source in enumerate(sources, start=1)}


def _findings(quote: PledgeQuote, numbers: Mapping[Source, int], language: Language) -> Grid:
    rows = tuple(
        (
            finding.label.text(language),
            both(OUTCOME_LABELS[finding.outcome]),
            finding.reason.text(language),
            "" if finding.reference is None else f"[{numbers[finding.reference.source]}] {finding.reference.status}",
        )
        for finding in quote.findings
    )
    heads = ("条件 Rule", "结果 Outcome", "理由 Reason", "依据 Reference")
    return Grid(heads, rows, texts=frozenset({0, 1, 2, 3}), title="准入 Eligibility")


def _schedule(schedule: Schedule) -> Iterator[Section]:
    form = repayment_forms()[schedule.form].label
    yield Heading(f"还款计划 Schedule — {form.zh} {form.en}")
    rows: list[tuple[str, ...]] = [
        (
            str(row.number),
            row.due_date.isoformat(),
            str(row.days),
            _yuan(row.interest_fen),
            _yuan(row.principal_fen),
            _yuan(row.payment_fen),
            _yuan(row.balance_fen),
        )
        for row in schedule.rows
    ]
    whole = (schedule.total_interest_fen, schedule.total_principal_fen, schedule.total_payment_fen)
    rows.append(("合计", "", "", *(_yuan(fen) for fen in whole), ""))
    heads = ("期 No.", "到期日 Due", "天数 Days", "利息 Interest", "本金 Principal", "还款 Payment", "余额 Balance")
    yield Grid(heads, tuple(rows), texts=frozenset({1}), totals=frozenset({len(rows) - 1}))


def _support(answer: SupportAnswer, language: Language) -> Iterator[Section]:
    yield Heading(f"政策支持 Support — {both(answer.label)} [{answer.policy}]")
    rows = tuple(
        tuple(cell.text(language) if isinstance(cell, Label) else grouped(cell) for cell in row) for row in answer.rows
    )
    texts = frozenset(column for column in range(len(answer.columns)) if not _is_numeric(rows, column))
    yield Grid(tuple(column.text(language) for column in answer.columns), rows, texts=texts)


def _is_numeric(rows: tuple[tuple[str, ...], ...], column: int) -> bool:
    return all(row[column].replace(",", "").replace(".", "", 1).removeprefix("-").isdecimal() for row in rows)


def _values(values: tuple[DatedValue, ...], numbers: Mapping[Source, int], language: Language) -> Grid:
    rows = tuple(
        (
            value.label.text(language),
            _value_text(value),
            value.from_date.isoformat(),
            STATUSES[value.status],
            f"[{numbers[value.source]}]",
        )
        for value in values
    )
    heads = ("名称 Name", "取值 Value", "自 From", "核对 Status", "来源 Source")
    return Grid(heads, rows, texts=frozenset({0, 2, 3, 4}))


def _value_text(value: DatedValue) -> str:
    if isinstance(value.value, bool):
        return "是 yes" if value.value else "否 no"
    if value.unit == "share" and isinstance(value.value, Decimal | int):
        return percent(Decimal(value.value))
    return f"{grouped(str(value.value))} {_UNITS.get(value.unit, value.unit)}".strip()


def _yuan(fen: int) -> str:
    return grouped(Money(fen).text)
