"""How is a quote read on paper: as a few tables of plain text, in one language?

Data only: a screen or a command line decides how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pledge.cover import Cover
from pledge.eligibility_rule import OUTCOME_LABELS
from pledge.instalments import repayment_forms
from pledge.pledged_asset import ASSET_KINDS
from pledge.quote import Offer, PledgeQuote
from pledge.support import Cell, SupportAnswer
from valuation.discounting.internal_rate import InternalRate
from valuation.kernel.dated import DatedValue
from valuation.kernel.labels import Label, Language

__all__ = ["TextTable", "rate_cell", "text_tables"]

_DECISIONS = {
    "eligible": Label("可以受理", "eligible"),
    "not_eligible": Label("暂不符合条件", "not eligible"),
    "over_limit": Label("超过上限，按上限受理", "over the limit, offered up to it"),
}


@dataclass(frozen=True)
class TextTable:
    """A table of plain text: every row has as many cells as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def text_tables(quote: PledgeQuote, language: Language) -> tuple[TextTable, ...]:
    """The quote as tables: result, eligibility, schedule, support, conditions and warnings, sources.

    Tested by: ``tests/pledge/test_quote_tables.py``.
    """
    tables = [_result(quote, language), _eligibility(quote, language)]
    if quote.offer is not None:
        tables.append(_schedule(quote.offer, language))
        tables += [_support(answer, language) for answer in quote.offer.support]
    return (*tables, _notes(quote, language), _sources(quote, language))


def _table(language: Language, title: Label, columns: Iterable[Label], rows: Iterable[Iterable[Cell]]) -> TextTable:
    def text(cell: Cell) -> str:
        return cell if isinstance(cell, str) else cell.text(language)

    return TextTable(
        title.text(language),
        tuple(column.text(language) for column in columns),
        tuple(tuple(text(cell) for cell in row) for row in rows),
    )


def _result(quote: PledgeQuote, language: Language) -> TextTable:
    asset = quote.request.asset
    rows: list[tuple[Cell, Cell]] = [
        (Label("结论", "decision"), _DECISIONS[quote.decision]),
        *((Label("理由", "reason"), reason) for reason in quote.reasons),
        (Label("政策", "policy"), quote.policy.label),
        (Label("质押物", "right pledged"), ASSET_KINDS[asset.kind]),
        (Label("申请本金（元）", "principal asked for (yuan)"), yuan(quote.requested_fen)),
        (Label("可贷上限（元）", "maximum loan (yuan)"), yuan(quote.maximum_loan.amount_fen)),
        (Label("拟贷本金（元）", "principal offered (yuan)"), yuan(quote.offered_principal_fen)),
        *_cover_rows(quote.cover_on_appraised_value, Label("评估值", "appraised value")),
    ]
    if quote.cover_on_pledgee_value is not None:
        rows += _cover_rows(quote.cover_on_pledgee_value, Label("质权人可实现价值", "value to the pledgee"))
    if quote.offer is not None:
        rows += _cost_rows(quote, quote.offer)
    rows.append((Label("摘要码", "digest"), quote.digest))
    columns = (Label("项目", "item"), Label("结果", "result"))
    return _table(language, Label("质押贷款报价", "Pledge loan quote"), columns, rows)


def _cover_rows(cover: Cover, value: Label) -> list[tuple[Cell, Cell]]:
    zh, en = value.zh, value.en
    return [
        (Label(f"{zh}（元）", f"{en} (yuan)"), yuan(cover.value_fen)),
        (Label(f"贷款／{zh}", f"loan to {en}"), _share(cover.loan_to_value_share)),
        (Label(f"按{zh}的缺口（元）", f"shortfall on {en} (yuan)"), yuan(cover.shortfall_fen)),
    ]


def _cost_rows(quote: PledgeQuote, offer: Offer) -> list[tuple[Cell, Cell]]:
    return [
        (Label("还款方式", "repayment form"), repayment_forms()[offer.schedule.form].label),
        (Label("名义年利率", "nominal annual rate"), f"{quote.request.loan.annual_rate_share:.4%}"),
        (Label("一次性费用（元）", "fees up front (yuan)"), yuan(offer.fees_upfront_fen)),
        (Label("利息合计（元）", "total interest (yuan)"), yuan(offer.schedule.total_interest_fen)),
        (
            Label("实际年利率（含费用，实际天数/365）", "effective annual rate (with fees, actual/365)"),
            f"{offer.effective_annual_rate.rate:.4%}",
        ),
        *((cost.label, yuan(cost.flow.amount_fen)) for cost in offer.cost.costs),
        (
            Label("实际年利率（含各项费用，扶持前）", "effective annual rate (all costs, before support)"),
            rate_cell(offer.cost.before_support),
        ),
        (
            Label("实际年利率（扶持后）", "effective annual rate (after support)"),
            rate_cell(offer.cost.after_support),
        ),
    ]


def rate_cell(rate: InternalRate | None) -> Cell:
    """A yearly rate, of several the largest, or why there is none."""
    if rate is None:
        return Label("到账日未知，未计算", "not computed: the days of the support are not known")
    if not rate.roots:
        return Label("无解", "no rate balances these amounts")
    largest = f"{max(rate.roots):.4%}"
    if len(rate.roots) == 1:
        return largest
    return Label(f"{largest}（有多个解，取最大者）", f"{largest} (the largest of several)")


def _eligibility(quote: PledgeQuote, language: Language) -> TextTable:
    columns = (Label("条件", "rule"), Label("结果", "outcome"), Label("说明", "reason"), Label("依据", "reference"))
    rows = [
        (
            finding.label,
            OUTCOME_LABELS[finding.outcome],
            finding.reason,
            "" if finding.reference is None else _with_status(finding.reference),
        )
        for finding in quote.findings
    ]
    return _table(language, Label("质押条件", "Eligibility"), columns, rows)


def _with_status(reference: DatedValue) -> str:
    """Who says so, and whether anybody has read it there."""
    return f"{reference.source.citation} ({reference.status})"


def _schedule(offer: Offer, language: Language) -> TextTable:
    columns = (
        Label("期数", "no."),
        Label("到期日", "due date"),
        Label("天数", "days"),
        Label("利息", "interest"),
        Label("本金", "principal"),
        Label("还款额", "payment"),
        Label("剩余本金", "balance"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            str(row.number),
            row.due_date.isoformat(),
            str(row.days),
            *map(yuan, (row.interest_fen, row.principal_fen, row.payment_fen, row.balance_fen)),
        )
        for row in offer.schedule.rows
    ]
    total = offer.schedule
    sums = map(yuan, (total.total_interest_fen, total.total_principal_fen, total.total_payment_fen))
    rows.append((Label("合计", "total"), "", "", *sums, ""))
    return _table(language, Label("还款计划（按拟贷本金）", "Schedule of the principal offered"), columns, rows)


def _support(answer: SupportAnswer, language: Language) -> TextTable:
    title = Label(f"{answer.label.zh}（{answer.policy}）", f"{answer.label.en} ({answer.policy})")
    return _table(language, title, answer.columns, answer.rows)


def _notes(quote: PledgeQuote, language: Language) -> TextTable:
    condition, warning = Label("条件", "condition"), Label("提示", "warning")
    rows = [(condition, text) for text in quote.conditions]
    rows += [(warning, found.label) for found in quote.warnings]
    columns = (Label("类别", "kind"), Label("内容", "text"))
    return _table(language, Label("条件与提示", "Conditions and warnings"), columns, rows)


def _sources(quote: PledgeQuote, language: Language) -> TextTable:
    columns = (
        Label("参数", "parameter"),
        Label("取值", "value"),
        Label("起始日", "from"),
        Label("状态", "status"),
        Label("来源", "source"),
    )
    rows = [
        (value.name, _value(value), value.from_date.isoformat(), value.status, value.source.citation)
        for value in quote.values_used
    ]
    return _table(language, Label("所用政策参数及来源", "Policy values used and their sources"), columns, rows)


def _value(value: DatedValue) -> Cell:
    if isinstance(value.value, bool):
        return Label("是", "yes") if value.value else Label("否", "no")
    if isinstance(value.value, str):
        return value.value
    return f"{value.value:,} ({value.unit})"


def yuan(fen: int) -> str:
    """An amount in yuan with groups of three digits."""
    return f"{Decimal(fen).scaleb(-2):,.2f}"


def _share(ratio: Fraction | None) -> str:
    return "—" if ratio is None else f"{float(ratio):.2%}"
