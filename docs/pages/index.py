"""The first page: which method answers which question, and what each takes for granted."""

from __future__ import annotations

from collections.abc import Iterator

from docs.markdown import both, document, table
from docs.pages import state_machines
from docs.pages.methods import APPROACHES
from valuation.catalogue import methods
from valuation.kernel.labels import Label

__all__ = ["page"]

_OPENING = (
    "先找问题，再看前提：前提不成立，换一种方法。同一项权利宜用两种以上途径，结论按说明了理由的权重合并。",
    "",
    "Look for the question, then at what is taken for granted: where that does not hold, take another method.",
    "A right is best valued by two approaches or more; the answer weighs them, with a reason for each weight.",
    "",
)
_PAGES = (
    ("reference/methods.md", Label("评估方法：输入、底稿、约定", "methods: inputs, working papers, conventions")),
    ("reference/subjects.md", Label("权利种类", "kinds of right")),
    ("reference/rate_papers.md", Label("折现率与年限底稿", "papers on rates and lives")),
    ("reference/scores.md", Label("评分与指标", "scores and indicators")),
    ("reference/policies.md", Label("政策及其缺失项", "policies and their gaps")),
    ("reference/programmes.md", Label("财政资金方案", "programmes of public money")),
    ("reference/instruments.md", Label("财政工具", "instruments of public money")),
    ("reference/repayment_forms.md", Label("还款方式", "repayment forms")),
    ("leverage_definitions.md", Label("杠杆定义与算例", "definitions of leverage: worked sums")),
    ("loan_book.md", Label("贷款组合与资金池：定义与算例", "the loan book and the pool: worked sums")),
    ("cover_and_disposal.md", Label("担保覆盖与处置：算例", "cover and disposal: worked sums")),
    ("reference/disposal_ways.md", Label("处置方式", "ways of disposal")),
    ("pledge_loan.md", Label("质押贷款怎样存储、日记账怎样读", "how a pledge loan is stored, how to read its journal")),
    ("reference/loan_events.md", Label("质押贷款事件与过账", "events and postings of a pledge loan")),
    ("pledge_api.md", Label("质押贷款接口", "pledge loans over HTTP")),
    ("portfolio_api.md", Label("贷款簿接口", "loan books over HTTP")),
    ("reference/errors.md", Label("错误", "errors")),
    ("reference/cli.md", Label("命令行", "command line")),
)


def page() -> str:
    """The page, with one table for each approach."""
    return document("哪种方法回答哪个问题 · Which method answers which question", _OPENING, _tables(), _links())


def _tables() -> Iterator[str]:
    for approach, label in APPROACHES.items():
        yield from (f"## {both(label)}", "")
        rows = (
            (
                f"[{each.label.zh}](reference/methods.md#{name}) {each.label.en}",
                f"{each.question.zh} {each.question.en}",
                f"{each.assumes.zh} {each.assumes.en}",
            )
            for name, each in methods().items()
            if each.approach == approach
        )
        yield from table(("方法 Method", "问题 Question", "前提 What it takes for granted"), rows)


def _links() -> Iterator[str]:
    yield from ("## 参考 · Reference", "")
    yield from (f"- [{both(label)}]({path})" for path, label in (*_PAGES, *state_machines.links()))
