"""Pictures of boundaries and trees as SVG text: small, without scripts, readable in print and on screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from valuation.kernel.labels import Label

__all__ = ["Line", "line_chart", "tree_chart"]

#: time, level, value, action, indices of the nodes before it
Node = tuple[float, float, float, str, tuple[int, ...]]

_WIDTH, _HEIGHT = 860, 430
#: The right margin holds the legend, so that it covers nothing.
_LEFT, _RIGHT, _TOP, _BOTTOM = 88, 200, 56, 52
_COLOURS = ("#1f5fa8", "#b3471d", "#2f7d4f", "#7a4aa0", "#8a6d1a", "#4a4a4a", "#0f8a8a", "#a02f5c")
_MOST_LINES = 16


@dataclass(frozen=True)
class Line:
    """A named line through (time, level) points."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Scale:
    """From time and level to the picture."""

    times: tuple[float, float]
    levels: tuple[float, float]
    is_log: bool

    @classmethod
    def around(cls, points: Sequence[tuple[float, float]]) -> _Scale:
        times, levels = [time for time, _ in points], [level for _, level in points]
        low, high = min(levels), max(levels)
        # Levels that span decades are read on a logarithmic scale.
        is_log = low > 0 and high / low > 20
        margin = 0.06 * (high - low) or 0.1 * max(1.0, abs(high))
        ends = (low / 1.1, high * 1.1) if is_log else (low - margin, high + margin)
        return cls((min(times), max(times) if max(times) > min(times) else min(times) + 1), ends, is_log)

    def x(self, time: float) -> float:
        share = (time - self.times[0]) / (self.times[1] - self.times[0])
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, level: float) -> float:
        low, high = self.levels
        share = math.log(level / low) / math.log(high / low) if self.is_log else (level - low) / (high - low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def ticks(self) -> list[float]:
        low, high = self.levels
        if self.is_log:
            return [low * (high / low) ** (step / 4) for step in range(5)]
        return [low + (high - low) * step / 4 for step in range(5)]


def line_chart(lines: Sequence[Line], *, title: Label, level: Label) -> str:
    """Lines over time, with axes, ticks and a legend."""
    shown = lines[:_MOST_LINES]
    scale = _Scale.around([point for line in shown for point in line.points])
    parts = _frame(scale, title, level)
    for position, line in enumerate(shown):
        colour = _COLOURS[position % len(_COLOURS)]
        points = " ".join(f"{scale.x(time):.1f},{scale.y(value):.1f}" for time, value in line.points)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(_legend(position, line.name, colour))
    return _svg(parts, title)


def tree_chart(nodes: Sequence[Node], *, title: Label, level: Label) -> str:
    """A tree of states: each node with its value and the action taken there, joined to the nodes before it."""
    scale = _Scale.around([(time, at) for time, at, *_ in nodes])
    actions = list(dict.fromkeys(action for *_, action, _ in nodes))
    parts = _frame(scale, title, level)
    for time, at, _, _, parents in nodes:
        for parent in parents:
            from_time, from_level = nodes[parent][0], nodes[parent][1]
            ends = f'x1="{scale.x(from_time):.1f}" y1="{scale.y(from_level):.1f}"'
            ends += f' x2="{scale.x(time):.1f}" y2="{scale.y(at):.1f}"'
            parts.append(f'<line {ends} stroke="#c4c4c4" stroke-width="1"/>')
    for time, at, value, action, _ in nodes:
        colour = _COLOURS[actions.index(action) % len(_COLOURS)]
        x, y = scale.x(time), scale.y(at)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
        parts.append(_text(x + 6, y - 5, _short(value), size=10))
    for position, action in enumerate(actions):
        parts.append(_legend(position, action, _COLOURS[position % len(_COLOURS)]))
    return _svg(parts, title)


def _frame(scale: _Scale, title: Label, level: Label) -> list[str]:
    """Title, axes and ticks."""
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = [
        f'<rect x="0" y="0" width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 22, f"{title.zh} {title.en}", size=15),
        f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#444444"/>',
        _text((_LEFT + right) / 2, _HEIGHT - 12, "时间（年） time (years)", anchor="middle"),
        _text(_LEFT, _TOP - 6, f"{level.zh} {level.en}" + ("（对数刻度 log scale）" if scale.is_log else "")),
    ]
    for tick in scale.ticks():
        y = scale.y(tick)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ececec"/>')
        parts.append(_text(_LEFT - 6, y + 4, _short(tick), anchor="end"))
    for step in range(5):
        time = scale.times[0] + (scale.times[1] - scale.times[0]) * step / 4
        parts.append(_text(scale.x(time), bottom + 18, f"{time:.3g}", anchor="middle"))
    return parts


def _legend(position: int, name: str, colour: str) -> str:
    """One line of the legend, beside the picture."""
    return _text(_WIDTH - _RIGHT + 46, _TOP + 12 + 16 * position, name, colour=colour)


def _text(x: float, y: float, text: str, *, size: int = 12, colour: str = "#222222", anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(text)}</text>"


def _short(number: float) -> str:
    """Four significant digits; large amounts in 万 and 亿."""
    for size, unit in ((1e8, "亿"), (1e4, "万")):
        if abs(number) >= size:
            return f"{number / size:.4g}{unit}"
    return f"{number:.4g}"


def _svg(parts: Sequence[str], title: Label) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif">'
    )
    return head + f"<title>{escape(f'{title.zh} {title.en}')}</title>" + "".join(parts) + "</svg>"
