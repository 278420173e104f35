"""A score on a screen: points with every contribution, indices, or survival at renewal fees; never money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.answered import Answered
from api.render.appraisal import doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section, percent
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["score_sections"]

_INDICES = {
    "forward_citations": "被引次数 forward citations",
    "family_size": "同族规模 family size",
    "claims": "权利要求数 claims",
    "originality": "原创性 originality",
    "radicalness": "突破性 radicalness",
    "composite": "综合（等权平均） composite, equal weights",
}


def score_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """What was scored, part by part, and what is a judgement in it."""
    kind, result = answered.body["kind"], answered.body["result"]
    if kind == "patent_quality":
        yield from _quality(result)
    elif kind == "renewal_ladder":
        yield from _ladder(result)
    else:
        yield from _points(result, language)
    yield from doubts_and_sources(answered.warnings, answered.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answered.digest}"))


def _points(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    yield Heading(f"评分 Score — {result['profile']} {result['version']}（{result['scene']}）")
    scale = result["scale"]
    yield Lines((f"得分 points {result['points']:.6g}（{scale['from']:g}–{scale['to']:g}），得分不是价值 no amount",))
    rows = [
        (
            each["label"][language],
            each["dimension"],
            percent(each["weight_share"]),
            f"{each['mark']:g}",
            f"{each['points']:.6g}",
            each["basis"],
        )
        for each in result["contributions"]
    ]
    rows.append(("合计 Total", "", "", "", f"{result['points']:.6g}", ""))
    heads = ("指标 Indicator", "维度 Dimension", "权重 Weight", "分值 Mark", "得分 Points", "依据 Basis")
    totals = frozenset({len(rows) - 1})
    yield Grid(heads, tuple(rows), texts=frozenset({0, 5}), codes=frozenset({1}), totals=totals)


def _quality(result: Mapping[str, Any]) -> Iterator[Section]:
    yield Heading("专利质量指数 Patent quality indices (OECD)")
    yield Lines((f"同领域同年度 {result['cohort_size']} 件比较 compared within a cohort of {result['cohort_size']}",))
    rows = tuple((label, f"{result[name]:.4f}") for name, label in _INDICES.items())
    yield Grid(("指数 Index", "0–1"), rows, totals=frozenset({len(rows) - 1}))


def _ladder(result: Mapping[str, Any]) -> Iterator[Section]:
    yield Heading("续费存续 Survival at renewal fees")
    rows = tuple(
        (
            f"{each['age_years']:g}",
            f"{each['at_risk']:,}",
            f"{each['lapsed']:,}",
            f"{percent(each['hazard_share'], places=2)} ± {percent(each['hazard_error'], places=2)}",
            f"{percent(each['survival_share'], places=2)} ± {percent(each['survival_error'], places=2)}",
        )
        for each in result["steps"]
    )
    heads = ("年龄 Age", "有效件数 At risk", "失效 Lapsed", "失效率 Hazard", "存续率 Survival")
    yield Grid(heads, rows, texts=frozenset())
