"""Every repayment form of a loan: its question and its rule."""

from __future__ import annotations

import inspect

from docs.markdown import both, document, table
from pledge.instalments import RepaymentForm, repayment_forms

__all__ = ["page"]


def page() -> str:
    """The page of all repayment forms."""
    rows = (
        (f"`{name}`", both(each.label), f"{each.question.zh} {each.question.en}", _rule(each))
        for name, each in repayment_forms().items()
    )
    return document("还款方式 · Repayment forms", table(("编号 Id", "名称 Name", "问题 Question", "规则 Rule"), rows))


def _rule(form: RepaymentForm) -> str:
    return inspect.getdoc(form.build) or ""
