"""Kinds of event and meanings of postings of a pledge loan, from their files and tables."""

from __future__ import annotations

from collections.abc import Iterator

from docs.markdown import both, document, table
from pledge.history import event_kinds
from pledge.ledger import ACCOUNTS, MEANINGS, PARTIES, Meaning
from pledge.workflow import ROLES

__all__ = ["page"]

_OPENING = (
    "一笔贷款就是它的事件；每一事件在各方账簿中过账，借贷相等。怎样读：[质押贷款的存储与日记账](../pledge_loan.md)。",
    "",
    "A loan is its events; each event posts in the books of every party, and debits equal credits.",
    "How to read them: [how a pledge loan is stored](../pledge_loan.md).",
    "",
)


def page() -> str:
    """The page: one table of events, one of postings, one of accounts."""
    return document(
        "质押贷款事件与过账 · Events and postings of a pledge loan", _OPENING, _events(), _postings(), _accounts()
    )


def _events() -> Iterator[str]:
    yield from ("## 事件 · Events", "")
    rows = (
        (f"`{name}`", both(kind.label), _roles(kind.may_record), _roles(kind.may_approve) or "—")
        for name, kind in event_kinds().items()
    )
    yield from table(("事件 Event", "名称 Name", "经办 Recorded by", "复核 Approved by"), rows)


def _roles(roles: frozenset[str]) -> str:
    return "；".join(both(label) for role, label in ROLES.items() if role in roles)


def _postings() -> Iterator[str]:
    yield from ("## 过账 · Postings", "")
    rows = ((f"`{name}`", both(meaning.label), _lines(meaning)) for name, meaning in MEANINGS.items())
    yield from table(("代码 Code", "含义 Meaning", "借 (+) 贷 (−) · Debit (+), credit (−)"), rows)


def _lines(meaning: Meaning) -> str:
    return "<br>".join(f"{'+' if sign > 0 else '−'} `{party}.{account}`" for party, account, sign in meaning.moves)


def _accounts() -> Iterator[str]:
    yield from ("## 账户与各方 · Accounts and parties", "")
    yield from table(("账户 Account", "名称 Name"), ((f"`{name}`", both(label)) for name, label in ACCOUNTS.items()))
    yield from table(("一方 Party", "名称 Name"), ((f"`{name}`", both(label)) for name, label in PARTIES.items()))
