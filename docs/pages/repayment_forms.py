"""Every repayment form of a loan: its question and its rule."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from docs.fields import HEADS, field_rows, first_sentence
from docs.markdown import both, document, table
from pledge.instalments import RepaymentForm, repayment_forms

__all__ = ["page"]


def page() -> str:
    """The page of all repayment forms."""
    rows = (
        (f"`{name}`", both(each.label), f"{each.question.zh} {each.question.en}", _rule(each))
        for name, each in repayment_forms().items()
    )
    heads = ("编号 Id", "名称 Name", "问题 Question", "规则 Rule")
    return document("还款方式 · Repayment forms", table(heads, rows), _parameters())


def _parameters() -> Iterator[str]:
    """One section for each form that must be told something of its own."""
    for name, each in repayment_forms().items():
        if each.parameters.model_fields:
            yield from (f"## {both(each.label)}", "", f"`{name}`: {first_sentence(each.parameters)}", "")
            yield from table(HEADS, (row.cells() for row in field_rows(each.parameters)))


def _rule(form: RepaymentForm) -> str:
    return inspect.getdoc(form.build) or ""
