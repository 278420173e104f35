"""What an option method found beside its value, on a screen: chances, sensitivities, thresholds, how it was solved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.render.grids import Grid, Lines, Section, money, percent
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.labels import Label, Language

__all__ = ["option_sections"]

_MEASURES = {
    "risk_neutral": Label("估值口径（风险中性），不是现实概率", "of valuation (risk-neutral), not of the world"),
    "real_world": Label("现实口径", "of the world"),
}
_SENSITIVITIES = {
    "delta": Label("Delta：标的价值变动 1", "delta: by the value, a unit"),
    "vega": Label("Vega：波动率变动 1.00", "vega: by the volatility, 1.00"),
    "rho": Label("Rho：连续利率变动 1.00", "rho: by the continuous rate, 1.00"),
    "hazard": Label("∂/∂λ：失效年率变动 1.00", "∂/∂λ: by the yearly rate of a sudden end, 1.00"),
}
#: What happens, in Chinese; a name that a method made for its own stages is shown as it is.
_EVENTS = {
    "abandon": "放弃",
    "american exercise": "美式行权",
    "catastrophe": "突发失败",
    "complete": "完成",
    "contract": "收缩",
    "exercise": "行权",
    "expand": "扩张",
    "give up": "放弃",
    "invalidated": "被宣告无效",
    "kept to the end": "运行至期末",
    "lapse": "到期未用",
    "launch": "上市",
    "plant": "种植",
    "sell": "转让",
}
_MOST_THRESHOLDS = 12


def option_sections(conclusion: Conclusion, language: Language) -> Iterator[Section]:
    """The findings of an option method; nothing for other methods."""
    details = conclusion.details
    if conclusion.approach != "options":
        return
    yield _chances(details, language)
    yield _moves(conclusion, language)
    yield _thresholds(details["thresholds"])
    yield Lines(
        (
            f"决策时点 timing: {details['timing']}",
            f"求解 solved by: {details['convergence']}",
            f"质权人口径 pledgee: {details['pledgee']}",
        )
    )


def _chances(details: Mapping[str, Any], language: Language) -> Grid:
    rows = tuple((_event(name), percent(share)) for name, share in details["probabilities"].items())
    measure = _MEASURES[details["probability_measure"]].text(language)
    return Grid(("事件 Event", "概率 Probability"), rows, texts=frozenset({0}), title=f"概率 Probabilities：{measure}")


def _moves(conclusion: Conclusion, language: Language) -> Grid:
    found = conclusion.details["sensitivities"]
    rows = tuple(
        (_SENSITIVITIES[name].text(language) if name in _SENSITIVITIES else name, money(number, conclusion.unit))
        for name, number in found.items()
    )
    return Grid(
        ("对何变动 By", f"价值变动 Change ({conclusion.unit})"), rows, texts=frozenset({0}), title="导数 Derivatives"
    )


def _thresholds(stated: Sequence[Mapping[str, Any]]) -> Grid:
    """At most a dozen of them, spread over time; the rest is in the answer as data and as a picture."""
    step = max(1, -(-len(stated) // _MOST_THRESHOLDS))
    rows = tuple(
        (f"{each['time_years']:.4g}", _event(each["action"]), each["mode"], _level(each["low"]), _level(each["high"]))
        for each in stated[::step]
    )
    heads = ("时间（年） Years", "行动 Action", "所处 Mode", "自 From", "至 To")
    return Grid(heads, rows, texts=frozenset({1, 2}), title="行动边界 Thresholds")


def _event(name: str) -> str:
    return f"{_EVENTS[name]} {name}" if name in _EVENTS else name


def _level(level: float | None) -> str:
    return "—" if level is None else f"{level:,.6g}" if abs(level) < 1e6 else f"{level:,.0f}"
