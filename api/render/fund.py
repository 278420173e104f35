"""A waterfall and an evaluation of a year on a screen: partners first, then payments, concessions, points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.answered import Answered
from api.render.appraisal import doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section, grouped
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["performance_sections", "waterfall_sections"]

_DASH = "—"
_DIMENSIONS = {
    "execution": "预算执行 execution",
    "output": "产出 output",
    "effect": "效益 effect",
    "satisfaction": "满意度 satisfaction",
}


def waterfall_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """What each partner paid and got, which tier paid it when, what each concession costs."""
    body = answered.body
    yield Heading("基金瀑布分配 Waterfall")
    yield Grid(
        ("合伙人 Partner", "实缴 Paid in", "所得 Received", "倍数 Multiple", "内部收益率 Rate"),
        tuple(_partner(row) for row in body["partners"]),
    )
    yield Heading("逐日分配 Payments")
    heads = ("日期 Day", "层级 Tier", "收款人 Payee", "金额 Amount")
    yield Grid(
        heads, tuple(_payment(row, body["tiers"], language) for row in body["payments"]), texts=frozenset({0, 1, 2})
    )
    yield from _concessions(body["concessions"], language)
    if body["clawback"] is not None:
        yield Heading("回拨 Clawback")
        yield Lines((f"{body['clawback']['day']}: {grouped(body['clawback']['amount'])} CNY",))
    yield from _end(answered, language)


def _partner(row: Mapping[str, Any]) -> tuple[str, ...]:
    rate = _DASH if row["internal_rate_share"] is None else f"{float(row['internal_rate_share']):.2%}"
    multiple = _DASH if row["multiple"] is None else f"{float(row['multiple']):.3f}"
    return (f"{row['id']} ({row['role']})", grouped(row["paid_in"]), grouped(row["received"]), multiple, rate)


def _payment(row: Mapping[str, Any], tiers: list[Mapping[str, Any]], language: Language) -> tuple[str, ...]:
    return (row["day"], tiers[row["tier"]]["label"][language], row["payee"], grouped(row["amount"]))


def _concessions(rows: list[Mapping[str, Any]], language: Language) -> Iterator[Section]:
    yield Heading("让利的成本 What concessions cost the public side, CNY")
    if not rows:
        yield Lines(("没有让利，或未计算 none, or not computed",))
        return
    heads = ("让利 Concession", "公共方成本 Cost", "现值 Present", "其他方 To others", "管理人 To manager")
    names = ("cost_to_public", "cost_to_public_present_value", "to_others", "to_manager")
    yield Grid(heads, tuple((row["label"][language], *(grouped(row[name]) for name in names)) for row in rows))


def performance_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """The points row by row, by dimension, and the total."""
    body = answered.body
    yield Heading(f"绩效评价 Evaluation {body['year']} — {body['policy'][language]}")
    heads = ("指标 Indicator", "目标 Target", "完成 Reached", "分值 Points", "得分 Score")
    rows = tuple(
        (row["label"][language], *(grouped(_short(row[name])) for name in ("target", "reached", "points", "score")))
        for row in body["rows"]
    )
    yield Grid(heads, rows)
    dimensions = tuple((_DIMENSIONS[name], points) for name, points in body["by_dimension"].items())
    yield Grid(("维度 Dimension", "得分 Score"), (*dimensions, ("总分 Total", body["total"])))
    if body["grade"] is not None:
        yield Lines((f"等级 grade: {body['grade']['zh']} {body['grade']['en']}",))
    yield from _end(answered, language)


def _short(text: str) -> str:
    """A number with at most six decimals."""
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals[:6]}" if decimals else whole


def _end(answered: Answered, language: Language) -> Iterator[Section]:
    yield from doubts_and_sources(answered.warnings, answered.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answered.digest}"))
