"""An appraisal report on a screen: the mark, then the 14 sections in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.answered import Answered
from api.render.appraisal import doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["report_sections"]

_NUMERALS = "一二三四五六七八九十"


def report_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """Every section in order; the amounts of the conclusion also as a table."""
    yield Lines((f"【{answered.body['marking'][language]}】",))
    for section in answered.body["sections"]:
        yield from _section(section, language)
    yield from doubts_and_sources(answered.warnings, answered.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answered.digest}"))


def _section(section: Mapping[str, Any], language: Language) -> Iterator[Section]:
    title = section["title"]
    yield Heading(f"{_numeral(section['number'])}、{title['zh']} {title['en']}")
    yield Lines(tuple(each[language] for each in section["paragraphs"]))
    rows = tuple((each["label"][language], each["yuan"], each["wan"], each["capitals"]) for each in section["amounts"])
    heads = ("项目 Item", "金额 Amount", "万元 In ten thousands", "大写 In capitals")
    yield Grid(heads, rows, texts=frozenset({0, 3}))


def _numeral(number: int) -> str:
    """A number up to nineteen as Chinese headings count."""
    return _NUMERALS[number - 1] if number <= 10 else f"十{_NUMERALS[number - 11]}"
