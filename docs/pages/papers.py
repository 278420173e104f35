"""Every kind of rate paper and of score: its question and what may be stated for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from api.rates.kind import RateKind, rate_kinds
from api.scores.kind import ScoreKind, score_kinds
from docs.fields import HEADS, field_rows
from docs.markdown import anchor, both, document, table

__all__ = ["rate_papers", "scores"]

Kind = RateKind | ScoreKind


def _page(title: str, intro: str, address: str, load: Callable[[], Mapping[str, Kind]]) -> str:
    kinds = load()
    overview = (
        (anchor(name), both(each.label), f"{each.question.zh} {each.question.en}") for name, each in kinds.items()
    )
    head = [intro, "", f"`POST {address}`", "", *table(("种类 Kind", "名称 Name", "问题 Question"), overview)]
    return document(title, head, *(_section(name, each) for name, each in kinds.items()))


def _section(name: str, kind: Kind) -> Iterator[str]:
    yield from (f"## {name}", "", f"{both(kind.label)}。{kind.question.zh} {kind.question.en}", "")
    rows = (each.cells() for each in field_rows(kind.model) if each.path != "kind")
    yield from table(HEADS, rows)


rate_papers = partial(
    _page,
    "折现率与年限底稿 · Rate papers",
    "每种底稿的输入；答复附有实时公式的工作簿。 The inputs of each kind; answers have a workbook with live formulas.",
    "/v1/rate-papers",
    rate_kinds,
)
scores = partial(
    _page,
    "评分与指标 · Scores and indicators",
    "得分、份额、权重和年限，从不折算金额。 Points, shares, weights and years; none of them is ever money.",
    "/v1/scores",
    score_kinds,
)
