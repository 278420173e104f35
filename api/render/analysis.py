"""An analysis on a screen: percentiles, shares of the variance, scenarios, a break-even, a tornado or a volatility."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from api.answered import Answered
from api.render.appraisal import doubts_and_sources, unit_in_words
from api.render.grids import Grid, Heading, Lines, Section, grouped, percent
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Label, Language
from valuation.report_sections.amounts import written

__all__ = ["analysis_sections"]

#: Per cent of a break-even are read to this many places: it may be put back as an input.
_PLACES = 8
_MULTIPLIER = "所述各年值的共同倍数 common multiplier"
_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "no_root": ("没有盈亏平衡点", "no break-even"),
    "one_root": ("有一个盈亏平衡点", "one"),
    "several_roots": ("有多个盈亏平衡点，不得只取其一", "several, none of which alone is the answer,"),
}


def analysis_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """What was analysed, what was found, the doubts behind it."""
    body, result = answered.body, answered.body["result"]
    yield Heading(f"分析 Analysis — {body['label']['zh']} {body['label']['en']}")
    yield Lines((f"指示值 value {_told(body['value'], body['unit'])}",))
    if body["kind"] == "percentiles":
        yield _percentiles(result, body["unit"])
    elif body["kind"] == "total_effects":
        yield _effects(result, language)
    elif body["kind"] == "scenarios":
        yield from _scenarios(result, language)
    elif body["kind"] == "volatility":
        yield from _volatility(result, language)
    elif body["kind"] == "one_at_a_time":
        yield from _one_at_a_time(result, body["unit"], language)
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
    moved = f"（{_MULTIPLIER}）" if result["multiplies"] else ""
    target = _told(result["target"], unit) + _in_ten_thousands(result["target"], unit)
    yield Lines(
        (
            f"{result['label'][language]}{moved}，目标值 target {target}",
            _meaning(result, language),
        )
    )
    rows = tuple(
        (_told(each["value"], result["unit"]), _told(each["answer"], unit), each["refusal"] or "—")
        for each in result["roots"]
    )
    heads = ("输入取值 Input", "对应数值 Value", "方法是否拒绝 Refusal")
    yield Grid(heads, rows, texts=frozenset({2}), title="盈亏平衡点 Break-even")
    if result["jumps"]:
        jumps = ", ".join(_told(each, result["unit"]) for each in result["jumps"])
        yield Lines((f"跳跃而未达到目标 jumps over the target at {jumps}",))


def _meaning(result: Mapping[str, Any], language: Language) -> str:
    """How many roots between which ends, the ends as a person reads the input."""
    low, high = (_told(each, result["unit"]) for each in result["bracket"])
    zh, en = _OUTCOMES[result["outcome"]]
    return f"在 {low} 至 {high} 之间{zh}" if language == "zh" else f"{en} between {low} and {high}"


def _one_at_a_time(result: Mapping[str, Any], unit: str, language: Language) -> Iterator[Section]:
    change = percent(result["change_share"])
    currency = "" if unit == "share" else f" ({unit})"
    rows = tuple(
        (
            each["label"][language],
            *(_moved_to(each, side) for side in ("low", "high")),
            *(_reached(each[side]["answer"], unit) for side in ("low", "high")),
            _reached(each["swing"], unit),
        )
        for each in result["rows"]
    )
    heads = (
        "输入 Input",
        "低 Low",
        "高 High",
        f"低时数值 At low{currency}",
        f"高时数值 At high{currency}",
        f"摆幅 Swing{currency}",
    )
    yield Grid(heads, rows, title=f"单因素敏感性 One at a time, ±{change}")
    refused = [
        f"  ! {each['label'][language]}：{each[side]['refusal']}"
        for each in result["rows"]
        for side in ("low", "high")
        if each[side]["refusal"]
    ]
    kept = [f"• {each['label'][language]}：{each['reason'][language]}" for each in result["not_moved"]]
    yield Lines(tuple(refused))
    yield Lines(tuple(kept))
    yield Lines(("逐年数据整体按同一比例变动 rows move as a whole; × 为倍数 a multiple of what is stated",))


def _moved_to(row: Mapping[str, Any], side: str) -> str:
    told = _told(row[side]["input"], row["unit"])
    return f"× {told}" if row["multiplies"] else told


def _reached(answer: str | None, unit: str) -> str:
    """An answer under a head that names its unit."""
    if answer is None:
        return "拒绝 refused"
    return _told(answer, unit) if unit == "share" else grouped(answer)


def _in_ten_thousands(amount: str, unit: str) -> str:
    """An amount of yuan also as 万元, as reports write it."""
    if unit != "CNY":
        return ""
    return f"（{written(Label('目标值', 'target'), float(amount), currency=unit).wan}）"


def _told(number: str | float, unit: str) -> str:
    """A number as a person reads it: shares in per cent, amounts grouped and with their currency."""
    if unit == "share":
        return percent(number if isinstance(number, float | int) else Decimal(number), places=_PLACES)
    return f"{_cell(number)} {unit_in_words(unit)}".rstrip()


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
