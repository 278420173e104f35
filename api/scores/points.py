"""Points under a weight profile: what the kinds with a profile share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from api.answered import named_under
from api.render.grids import Grid, Heading, Lines, Section, percent
from api.scores.kind import Scored
from valuation.indicators.score import score
from valuation.indicators.score_profile import ScoreProfile
from valuation.kernel.fields import Identifier
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Language

__all__ = ["Marks", "points_of", "points_sections"]

Marks = Annotated[dict[Identifier, Figure], Field(min_length=1, max_length=2000)]


def points_of(profile: ScoreProfile, marks: Mapping[str, Figure]) -> Scored:
    """How many points do these marks make under this profile?"""
    with named_under("profile"):
        profile.check()
    found = score(profile, marks)
    document = found.as_document()
    del document["warnings"]  # they stand with the other doubts of the answer
    return Scored(document, found.warnings)


def points_sections(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    """The points with every contribution."""
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
