"""The OECD quality indices of a patent within its cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field

from api.render.grids import Grid, Heading, Lines, Section
from api.scores.kind import FactsStated, Scored, ScoreKind
from valuation.indicators.patent_quality import COMPONENTS, PatentFacts, patent_quality
from valuation.kernel.labels import Label, Language

__all__ = ["KIND", "PatentQualityScore"]

_INDICES = {
    "forward_citations": "被引次数 forward citations",
    "family_size": "同族规模 family size",
    "claims": "权利要求数 claims",
    "originality": "原创性 originality",
    "radicalness": "突破性 radicalness",
    "composite": "综合（等权平均） composite, equal weights",
}


class PatentQualityScore(FactsStated):
    """The OECD indices of a patent within its cohort, the patent among them."""

    kind: Literal["patent_quality"]
    subject: PatentFacts
    cohort: Annotated[tuple[PatentFacts, ...], Field(min_length=1, max_length=10_000)]


def _score(stated: PatentQualityScore) -> Scored:
    return Scored(asdict(patent_quality(stated.subject, stated.cohort)) | {"components": list(COMPONENTS)})


def _sections(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    del language
    yield Heading("专利质量指数 Patent quality indices (OECD)")
    yield Lines((f"同领域同年度 {result['cohort_size']} 件比较 compared within a cohort of {result['cohort_size']}",))
    rows = tuple((label, f"{result[name]:.4f}") for name, label in _INDICES.items())
    yield Grid(("指数 Index", "0–1"), rows, totals=frozenset({len(rows) - 1}))


KIND = ScoreKind(
    label=Label("专利质量指数", "Patent quality indices"),
    question=Label("在同领域同年度专利中，它处于什么位置？", "Where does the patent stand within its cohort?"),
    model=PatentQualityScore,
    score=_score,
    sections=_sections,
)
