"""A rate paper on a screen: the rate, its working paper, its doubts."""

from __future__ import annotations

from collections.abc import Iterator

from api.rates.service import RateAnswer
from api.render.appraisal import doubts_and_sources, paper_sections
from api.render.grids import Grid, Heading, Lines, Section, both, shown
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["rate_sections"]


def rate_sections(answered: RateAnswer, *, language: Language) -> Iterator[Section]:
    """The answer first, then how it came about."""
    paper, dates = answered.worksheet, answered.body["dates"]
    entry = paper.entry(answered.answer)
    yield Heading(both(paper.title))
    yield Lines((f"基准日 valuation date {dates['valuation_date']} · 政策日 policy date {dates['policy_date']}",))
    found = (
        (both(entry.label), shown(paper.value(entry.name), entry.unit), "" if entry.unit == "share" else entry.unit),
    )
    yield Grid(("项目 Item", "数值 Value", "单位 Unit"), found, texts=frozenset({0, 2}), totals=frozenset({0}))
    rows = tuple((name, _told(told)) for name, told in answered.body["details"].items())
    yield Grid(("细节 Detail", "数值 Value"), rows, texts=frozenset({0, 1}))
    yield from paper_sections(paper.title, paper, language)
    yield from doubts_and_sources(answered.warnings, answered.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answered.digest}"))


def _told(told: float | list[str]) -> str:
    return ", ".join(told) if isinstance(told, list) else f"{told:.4g}"
