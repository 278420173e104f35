"""Every instrument of public money: its question, its terms, when its principal is lost."""

from __future__ import annotations

from collections.abc import Iterator

from docs.fields import HEADS, field_rows, first_sentence
from docs.markdown import both, document, table
from leverage.instrument import load_instruments

__all__ = ["page"]


def page() -> str:
    """The page of all instruments, one section each."""
    return document("财政工具 · Instruments of public money", _sections())


def _sections() -> Iterator[str]:
    for name, each in load_instruments().items():
        yield from (f"## {both(each.label)}", "", f"`{name}`", "", f"{each.question.zh} {each.question.en}", "")
        yield from ("### 条款 · Terms", "", first_sentence(each.terms_model), "")
        yield from table(HEADS, (row.cells() for row in field_rows(each.terms_model)))
        yield from ("### 本金何时算损失 · When its principal is lost", "")
        yield from (each.principal_loss.zh, "", each.principal_loss.en, "")
        yield from ("### 可核对的政策参数 · Policy parameters it checks", "")
        yield from (*(f"- `{parameter}`" for parameter in each.policy_parameters), "")
