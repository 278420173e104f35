"""Markdown as the reference pages use it: Chinese first, English second, tables that stay tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from valuation.kernel.labels import Label

__all__ = ["anchor", "both", "code", "document", "table"]

NOTICE = "<!-- 由代码生成，请勿手改：`.venv/bin/python -m docs.generate`。 Generated from the code; do not edit. -->"


def both(label: Label, *, between: str = " · ") -> str:
    """A name in both languages."""
    return f"{label.zh}{between}{label.en}"


def code(text: str) -> str:
    """A text as it is typed."""
    return f"`{text}`" if text else ""


def cell(text: object) -> str:
    """A text that fits into one cell: on one line, without a bar that would end it."""
    return " ".join(str(text).split()).replace("|", "\\|") or "—"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table; without rows the word that there are none."""
    lines = [f"| {' | '.join(cell(each) for each in row)} |" for row in rows]
    if not lines:
        return ["（无 none）", ""]
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines, ""]


def anchor(text: str) -> str:
    """A link to the section of an id on the same page."""
    return f"[`{text}`](#{text})"


def document(title: str, *parts: Iterable[str]) -> str:
    """A whole page: the notice that it is generated, its title, its parts."""
    lines = [NOTICE, "", f"# {title}", ""]
    for part in parts:
        lines += part
    return "\n".join(lines).rstrip("\n") + "\n"
