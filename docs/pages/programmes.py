"""Every programme of public money: its lines, parks, notes and sources."""

from __future__ import annotations

from collections.abc import Iterator

from docs.markdown import document, table
from docs.pages.policies import STATUSES
from leverage.programme import LabelRow, Programme, load_programmes

__all__ = ["page"]


def page() -> str:
    """The page of all programmes, one section each."""
    return document("财政资金方案 · Programmes of public money", _sections())


def _sections() -> Iterator[str]:
    for programme in load_programmes().values():
        yield from _section(programme)


def _section(programme: Programme) -> Iterator[str]:
    yield from (f"## {_both(programme.name)}", "", f"`{programme.id}`", "")
    rows = (
        (
            f"`{line.id}`",
            _both(line.label),
            _both(programme.parks[line.park]),
            f"`{line.source_class}`",
            f"{line.amount:,.2f}",
            f"`{line.source}`",
        )
        for line in programme.lines
    )
    heads = ("款项 Line", "名称 Name", "园区 Park", "来源类别 Class", "金额 Amount (CNY)", "来源 Source")
    yield from table(heads, rows)
    named = ", ".join(programme.instruments_named) or "无 none"
    yield from (f"文件提及的工具 Instruments named: {named}", "", *(f"- {note}" for note in programme.notes), "")
    yield from table(("来源 Source", "核对 Status", "出处 Citation"), _sources(programme))


def _sources(programme: Programme) -> Iterator[tuple[str, str, str]]:
    for name, each in programme.listed_sources().items():
        yield (f"`{name}`", STATUSES[each.status], each.citation)


def _both(row: LabelRow) -> str:
    return f"{row.zh} · {row.en}"
