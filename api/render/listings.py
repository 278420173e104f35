"""Catalogues, checks and errors on a screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from api.errors import problem_type_of
from api.render.grids import Grid, Heading, Lines, Section
from valuation.errors import IpfinError

if TYPE_CHECKING:
    from api.doctor import Finding

__all__ = ["doctor_sections", "error_sections", "instrument_sections", "method_sections", "policy_sections"]

_OUTCOMES = {"ok": "✓ 通过 ok", "note": "! 注意 note", "failed": "✗ 失败 failed"}
_APPROACHES = {"income": "收益法 income", "cost": "成本法 cost", "market": "市场法 market", "options": "期权法 options"}
_AREAS = {"pledge": "质押 pledge", "leverage": "杠杆 leverage"}


def method_sections(documents: Iterable[dict[str, Any]]) -> Iterator[Section]:
    """Every method with its question."""
    rows = tuple(
        (
            row["id"],
            _APPROACHES[row["approach"]],
            row["label"]["zh"],
            f"{row['question']['zh']} {row['question']['en']}",
        )
        for row in documents
    )
    heads = ("编号 Id", "途径 Approach", "名称 Name", "问题 Question")
    yield Grid(heads, rows, texts=frozenset({3}), codes=frozenset({0, 1, 2}), title="评估方法 Methods")


def instrument_sections(documents: Iterable[dict[str, Any]]) -> Iterator[Section]:
    """Every instrument with its question."""
    rows = tuple(
        (row["id"], row["label"]["zh"], f"{row['question']['zh']} {row['question']['en']}") for row in documents
    )
    heads = ("编号 Id", "名称 Name", "问题 Question")
    yield Grid(heads, rows, texts=frozenset({2}), codes=frozenset({0, 1}), title="财政工具 Instruments")


def policy_sections(documents: Iterable[dict[str, Any]]) -> Iterator[Section]:
    """Every policy with its gaps."""
    rows = tuple(
        (row["id"], _AREAS[row["area"]], row["label"]["zh"], "\n".join(row["gaps"]) or "—") for row in documents
    )
    heads = ("编号 Id", "领域 Area", "名称 Name", "缺失 Gaps")
    yield Grid(heads, rows, texts=frozenset({2, 3}), codes=frozenset({0, 1}), title="政策 Policies")


def doctor_sections(findings: Iterable[Finding]) -> Iterator[Section]:
    """Every check and what it found."""
    rows = tuple((finding.check, _OUTCOMES[finding.outcome], finding.detail) for finding in findings)
    yield Grid(("检查 Check", "结果 Outcome", "详情 Detail"), rows, texts=frozenset({2}), codes=frozenset({0, 1}))


def error_sections(error: IpfinError) -> Iterator[Section]:
    """What was wrong, field by field, and what to do."""
    kind = problem_type_of(error)
    yield Heading(f"{kind.title.zh} {kind.title.en} [{kind.code}]")
    rows = tuple((problem.field, problem.found, problem.expected) for problem in error.problems)
    if rows:
        yield Grid(("字段 Field", "实际 Found", "应为 Expected"), rows, texts=frozenset({1, 2}), codes=frozenset({0}))
    if not rows or (len(error.problems) == 1 and not error.message.endswith(rows[0][2])):
        yield Lines((error.message,))
    yield Lines((f"→ {kind.advice.zh} {kind.advice.en}",))
