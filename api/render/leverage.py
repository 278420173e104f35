"""A leverage scenario on a screen: the ladder of multiples, whose each yuan is, the doubts."""

from __future__ import annotations

from collections.abc import Iterator

from api.render.appraisal import doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section, both, grouped
from leverage.answer import LeverageAnswer, Table
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["leverage_sections"]


def leverage_sections(answer: LeverageAnswer, *, language: Language, brief: bool = False) -> Iterator[Section]:
    """Everything a fund manager reads in a scenario, in the order of reading; ``brief`` leaves out the figures."""
    name = "" if answer.programme is None else f" — {answer.programme.text(language)}"
    yield Heading(f"撬动测算 Leverage scenario{name}")
    yield Lines((f"政策日 policy date {answer.dates.policy_date} · 报告日 report date {answer.dates.report_date}",))
    for table in answer.tables():
        if brief and table.id == "figures":
            continue
        yield Heading(both(table.title))
        yield _grid(table, language)
    yield Heading("口径 Conventions")
    yield Lines(tuple(f"• {each.text(language)}" for each in answer.conventions))
    if answer.not_answered:
        yield Heading("未回答 Not answered")
        yield Lines(tuple(f"• {each.label.text(language)}" for each in answer.not_answered))
    yield from doubts_and_sources(answer.warnings, answer.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answer.digest}"))


def _grid(table: Table, language: Language) -> Grid:
    rows = tuple(tuple(grouped(cell) for cell in row) for row in table.text_rows(language))
    count = len(table.columns)
    texts = frozenset(column for column in range(count) if not all(_is_number(row[column]) for row in rows))
    keys = 1
    while keys < min(2, count) and keys in texts:
        keys += 1
    return Grid(tuple(column.text(language) for column in table.columns), rows, keys=keys, texts=texts)


def _is_number(text: str) -> bool:
    return text == "—" or text.replace(",", "").replace(".", "", 1).removeprefix("-").isdecimal()
