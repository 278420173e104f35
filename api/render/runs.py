"""A run, a comparison and a frontier on a screen: what reaches firms first, then the risk, then what is left open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from api.answered import Answered
from api.render.appraisal import doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section, grouped
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["comparison_sections", "frontier_sections", "run_sections"]

_DASH = "—"
_FIGURES = {
    "to_firms": "到达企业资金 finance to firms",
    "net": "净额 net",
    "loss": "损失 loss",
    "tail_loss": "尾部损失 tail loss",
}


def run_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """Finance to firms and the risk of the principal by way and instrument, then year by year."""
    body = answered.body
    yield Heading(f"模拟测算 Leverage run{_programme(body, language)}")
    yield Lines((_setting(body),))
    yield Heading("到达企业资金与本金风险 Finance to firms and risk of the principal, CNY")
    heads = (
        "方案 Way",
        "工具 Instrument",
        "投入 Placed",
        "到达企业 To firms",
        "亏损概率 P(loss)",
        "95 % 区间 Interval",
        "期望损失 Expected",
        f"尾部损失 Tail loss, worst {_worst(body)}",
    )
    rows = [row for way in body["alternatives"] for row in _risk_rows(way, language)]
    yield Grid(heads, tuple(rows), keys=2, texts=frozenset({0, 1}))
    for way in body["alternatives"]:
        yield Heading(f"逐年 By year: {way['label'][language]}")
        by_year = ("年 Year", "到达企业 To firms", "投入 In", "收回 Back", "累计净投入 Out so far")
        yield Grid(by_year, tuple(_year(row) for row in way["by_year"]))
    yield Heading("何为亏损 What lost means")
    meanings = {part["label"][language]: part for way in body["alternatives"] for part in way["allocations"]}
    whole = {"合计 whole": body["alternatives"][0], **meanings}
    yield Lines(tuple(f"• {name}: {part['principal']['definition'][language]}" for name, part in whole.items()))
    yield from _conventions(body, language)
    yield Heading("未回答 Not answered")
    yield Lines(tuple(f"• {row[language]}" for row in body["not_answered"]))
    yield from _end(answered, language)


def _worst(body: Mapping[str, Any]) -> str:
    """The part of the paths whose mean loss the tail loss is."""
    level = body["alternatives"][0]["principal"]["tail_level_share"]
    return f"{round(100 * (1 - level), 4):g} %"


def _programme(body: Mapping[str, Any], language: Language) -> str:
    return "" if body["programme"] is None else f" — {body['programme'][language]}"


def _setting(body: Mapping[str, Any]) -> str:
    dates = f"政策日 policy date {body['dates']['policy_date']} · 首日 first day {body['first_day']}"
    return f"{dates} · {body['quarters']} 季 quarters · {body['paths']} 路径 paths · 种子 seed {body['seed']}"


def _risk_rows(way: Mapping[str, Any], language: Language) -> Iterator[tuple[str, ...]]:
    name = way["label"][language]
    yield (name, "合计 whole", *_risk(way))
    for part in way["allocations"]:
        yield (name, part["label"][language], *_risk(part))


def _risk(part: Mapping[str, Any]) -> tuple[str, ...]:
    principal = part["principal"]
    chance = principal["loss_probability"]
    return (
        grouped(principal["placed"]),
        _mean(part["to_firms"]),
        f"{chance['share']:.2%}",
        f"{chance['low']:.2%}–{chance['high']:.2%}",
        _mean(principal["expected_loss"]),
        _mean(principal["tail_loss"]),
    )


def _mean(figure: Mapping[str, str]) -> str:
    """A mean in whole yuan; cents of a simulated figure would say more than is known."""
    return _yuan(figure["mean"])


def _yuan(amount: str) -> str:
    return f"{Decimal(amount):,.0f}"


def _year(row: Mapping[str, Any]) -> tuple[str, ...]:
    amounts = (row["public_paid_in"], row["public_back"], row["public_out_so_far"])
    return (str(row["year"]), _mean(row["to_firms"]), *(_yuan(each) for each in amounts))


def comparison_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """One table a pair: both means, the difference, its error, and whether chance alone explains it."""
    body = answered.body
    yield Heading(f"方案比较 Comparison on the same paths{_programme(body, language)}")
    yield Lines((_setting(body),))
    for row in body["comparisons"]:
        yield Heading(f"{row['label'][language]} 对 against {row['against_label'][language]}")
        heads = ("指标 Figure", "方案 Way", "对照 Against", "差值 Difference", "标准误 Error", "95 % 区间 Interval")
        chance = row["loss_probability"]
        rows = [_figure(_FIGURES[name], figure) for name, figure in row["figures"].items()]
        rows.append(("亏损概率 P(loss)", *(f"{chance[name]:.2%}" for name in _COLUMNS), _between(chance, "{:.2%}")))
        yield Grid(heads, tuple(rows))
    yield from _conventions(body, language)
    yield from _end(answered, language)


_COLUMNS = ("of", "against", "difference", "standard_error")


def _figure(name: str, figure: Mapping[str, str]) -> tuple[str, ...]:
    numbers = {column: float(figure[column]) for column in _COLUMNS}
    return (name, *(f"{numbers[column]:,.0f}" for column in _COLUMNS), _between(numbers, "{:,.0f}"))


def _between(numbers: Mapping[str, float], shape: str) -> str:
    width = 1.96 * numbers["standard_error"]
    return " – ".join(shape.format(numbers["difference"] + sign * width) for sign in (-1, 1))


def frontier_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """The points by rising limit, the corners, what policies exclude; there is no best point."""
    body = answered.body
    yield Heading(f"风险前沿 Frontier — {body['alternative']}")
    yield Lines((_setting(body["run"]), _held(body)))
    names = [row["id"] for row in body["instruments"]]
    heads = (
        "尾部限额 Limit",
        *names,
        "每元到达企业 To firms",
        "尾部损失 Tail",
        "亏损概率 P(loss)",
        "约束 Binding",
        "边角 Corner",
    )
    texts = frozenset({len(heads) - 2, len(heads) - 1})
    rows = tuple((f"{row['tail_loss_share']:.1%}", *_point(row, names)) for row in body["points"])
    yield Heading(f"每一元公共资金的配置 Shares of each yuan; 尾部 tail {body['tail_level_share']:.0%}")
    yield Grid(heads, rows, texts=texts)
    yield Heading("边角解：全部投入一种工具（不论是否满足约束） Corners: everything in one, within the limits or not")
    yield Grid(heads, tuple((_DASH, *_point(row, names)) for row in body["corners"]), texts=texts)
    if body["refused"]:
        yield Heading("无解的限额 Limits that nothing keeps")
        yield Lines(tuple(f"• {row['tail_loss_share']:.1%}: {row['reason']}" for row in body["refused"]))
    yield Heading("政策排除 Excluded by policy")
    excluded = tuple(
        f"• {row['instrument']}: {row['reason'][language]} — {row['source']}" for row in body["exclusions"]
    )
    yield Lines(excluded or ("无 none",))
    yield Lines(("前沿给出各限额下的配置，不存在唯一的“最优配置” allocations at each limit, never one best split",))
    yield from _end(answered, language)


def _held(body: Mapping[str, Any]) -> str:
    limits = {name: value for name, value in body["limits"].items() if value is not None and name != "confidence_share"}
    held = ", ".join(f"{name} ≤ {value:g}" for name, value in limits.items()) or "无 none"
    confidence = body["limits"]["confidence_share"]
    if "loss_probability_share" in limits and confidence is not None:
        held += f"（亏损概率按 {confidence:.0%} 置信度核验 verified with {confidence:.0%} confidence）"
    return f"各点共同约束 held at all points: {held}"


def _point(row: Mapping[str, Any], names: list[str]) -> tuple[str, ...]:
    shares = [f"{row['share_of'][name]:.1%}" for name in names]
    figures = (f"{row['to_firms']:.3f}", f"{row['tail_loss']['mean']:.2%}", f"{row['loss_probability']['share']:.2%}")
    bound = row["no_allocation_exceeds"]
    binding = ", ".join(row["binding"]) or (_DASH if bound is None else f"上界 no more than {bound:.3f}")
    return (*shares, *figures, binding, row["corner"] or _DASH)


def _conventions(body: Mapping[str, Any], language: Language) -> Iterator[Section]:
    yield Heading("口径 Conventions")
    yield Lines(tuple(f"• {row[language]}" for row in body["conventions"]))


def _end(answered: Answered, language: Language) -> Iterator[Section]:
    yield from doubts_and_sources(answered.warnings, answered.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answered.digest}"))
