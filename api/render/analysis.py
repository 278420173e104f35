"""An analysis on a screen: percentiles, shares of the variance, scenarios, a break-even, or a volatility."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.answered import Answered
from api.render.appraisal import doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section, grouped, percent
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["analysis_sections"]


def analysis_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """What was analysed, what was found, the doubts behind it."""
    body, result = answered.body, answered.body["result"]
    yield Heading(f"分析 Analysis — {body['label']['zh']} {body['label']['en']}")
    yield Lines((f"指示值 value {grouped(body['value'])} {body['unit']}",))
    if body["kind"] == "percentiles":
        yield _percentiles(result, body["unit"])
    elif body["kind"] == "total_effects":
        yield _effects(result, language)
    elif body["kind"] == "scenarios":
        yield from _scenarios(result, language)
    elif body["kind"] == "volatility":
        yield from _volatility(result, language)
    else:
        yield from _break_even(result, body["unit"], language)
    yield from doubts_and_sources(answered.warnings, answered.sources, language)
    seed = "" if body["seed"] is None else f" · 随机种子 seed {body['seed']}"
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}{seed}", f"摘要 digest {answered.digest}"))


def _percentiles(result: Mapping[str, Any], unit: str) -> Grid:
    rows = tuple(
        (percent(each["probability_share"]), grouped(each["value"]), grouped(each["error"]))
        for each in result["percentiles"]
    )
    heads = ("不超过的概率 Probability", f"数值 Value ({unit})", "标准误 Standard error")
    return Grid(heads, rows, texts=frozenset(), title="分位数 Percentiles")


def _effects(result: Mapping[str, Any], language: Language) -> Grid:
    rows = tuple(
        (
            each["label"][language],
            percent(each["first_order_share"], places=2),
            percent(each["first_order_error"]),
            percent(each["total_share"], places=2),
            percent(each["total_error"]),
        )
        for each in result["effects"]
    )
    heads = ("输入 Input", "单独 Alone", "误差 Error", "连同其他 With others", "误差 Error")
    return Grid(heads, rows, title="方差份额 Shares of the variance")


def _scenarios(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    rows = [("（如所述 as stated）", name, _cell(stated), "—") for name, stated in result["stated"].items()]
    for each in result["outcomes"]:
        rows += [
            (each["name"], name, _cell(value), _cell(each["differences"][name]))
            for name, value in each["values"].items()
        ]
    heads = ("情景 Scenario", "行 Line", "数值 Value", "与所述之差 Difference")
    yield Grid(heads, tuple(rows), keys=2, texts=frozenset({0}), codes=frozenset({1}), title="情景 Scenarios")
    yield Lines(tuple(f"• {each['name']}：{each['reason']}" for each in result["outcomes"]))
    yield Lines(
        tuple(f"  ! {each['name']}：{doubt[language]}" for each in result["outcomes"] for doubt in each["warnings"])
    )


def _break_even(result: Mapping[str, Any], unit: str, language: Language) -> Iterator[Section]:
    moved = "所述各年值的共同倍数 common multiplier" if result["multiplies"] else result["unit"]
    yield Lines(
        (
            f"{result['label'][language]}（{moved}），目标值 target {grouped(result['target'])} {unit}",
            result["meaning"][language],
        )
    )
    rows = tuple((_cell(each["value"]), grouped(each["answer"]), each["refusal"] or "—") for each in result["roots"])
    heads = ("输入取值 Input", f"对应数值 Value ({unit})", "方法是否拒绝 Refusal")
    yield Grid(heads, rows, texts=frozenset({2}), title="盈亏平衡点 Break-even")
    if result["jumps"]:
        yield Lines((f"跳跃而未达到目标 jumps over the target at {', '.join(map(_cell, result['jumps']))}",))


def _volatility(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    row = (
        percent(result["volatility_share"], places=2),
        f"{100 * result['error']:.2g} %",
        f"{result['resolved_within_years']:g}",
        str(result["draws"]),
    )
    heads = ("年波动率 Volatility", "标准误 Standard error", "明朗年数 Years to be known", "抽样数 Draws")
    yield Grid(heads, (row,), texts=frozenset(), title="项目波动率 Volatility of the project")
    drawn = "、".join(each["label"][language] for each in result["drawn"])
    yield Lines((result["meaning"][language], f"抽样的输入 drawn: {drawn}"))


def _cell(number: str | float) -> str:
    return grouped(number) if isinstance(number, str) else f"{number:.10g}"
