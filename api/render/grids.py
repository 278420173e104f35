"""Tables that fit the screen: what is too wide is continued below, no digit is ever cut off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from valuation.kernel.conclusion import amount_text
from valuation.kernel.labels import Label
from valuation.kernel.money import CURRENCIES

__all__ = ["Grid", "Heading", "Lines", "Section", "both", "grouped", "money", "percent", "print_sections", "shown"]

#: Between two columns: their own spaces and the gap of the frame.
_PADDING = 3
#: When a table would be too wide, texts are folded: those that name a row to the first width, others no narrower
#: than the second. Numbers never are.
_KEY_WIDTH = 24
_TEXT_WIDTH = 30


@dataclass(frozen=True)
class Heading:
    """The beginning of a part of the answer."""

    text: str


@dataclass(frozen=True)
class Lines:
    """Sentences, one a line."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table as texts: the first ``keys`` columns name a row and are repeated when the table is continued.

    ``texts`` are the numbers of the columns that hold sentences; they are set flush left and may be folded.
    ``codes`` are those that hold names to be copied: flush left and whole. All others hold numbers.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 1
    texts: frozenset[int] = frozenset({0})
    codes: frozenset[int] = frozenset()
    title: str | None = None
    totals: frozenset[int] = frozenset()


Section = Heading | Lines | Grid


def print_sections(console: Console, sections: Iterator[Section] | Sequence[Section]) -> None:
    """Print an answer part by part."""
    for section in sections:
        if isinstance(section, Heading):
            console.print()
            console.rule(Text(section.text, style="bold"), align="left", characters="─", style="dim")
        elif isinstance(section, Lines):
            for line in section.lines:
                console.print(Text(line), soft_wrap=False)
        elif section.rows:
            _print_grid(console, section)


def _print_grid(console: Console, grid: Grid) -> None:
    widths = _widths(grid, console.width)
    for number, columns in enumerate(_parts(grid, widths, console.width)):
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title_justify="left", title_style="bold")
        if grid.title is not None:
            table.title = Text(grid.title if number == 0 else f"{grid.title}（续 continued）")
        for column in columns:
            is_text = column in grid.texts
            head = Text(grid.heads[column])
            justify: Literal["left", "right"] = "left" if is_text or column in grid.codes else "right"
            # A column of numbers is never narrower than its numbers; a text is folded instead.
            least = None if is_text else widths[column]
            table.add_column(head, justify=justify, overflow="fold", min_width=least, max_width=widths[column])
        for index, row in enumerate(grid.rows):
            before = grid.rows[index - 1] if index else None
            cells = (Text("" if _is_repeated(grid, column, row, before) else row[column]) for column in columns)
            table.add_row(*cells, style="bold" if index in grid.totals else None)
        console.print()
        console.print(table)


def _is_repeated(grid: Grid, column: int, row: tuple[str, ...], before: tuple[str, ...] | None) -> bool:
    """Does the first of several keys say again what stands above it?"""
    return before is not None and grid.keys > 1 and column < grid.keys - 1 and row[: column + 1] == before[: column + 1]


def _widths(grid: Grid, width: int) -> list[int]:
    """How wide is each column? As wide as its content, unless texts must be folded for the table to fit."""
    widths = [_width(grid, column) for column in range(len(grid.heads))]
    if sum(widths) + _PADDING * len(widths) <= width:
        return widths
    foldable = sorted(grid.texts, key=lambda column: widths[column])
    room = width - sum(each + _PADDING for column, each in enumerate(widths) if column not in grid.texts)
    for index, column in enumerate(foldable):
        least = _KEY_WIDTH if column < grid.keys else _TEXT_WIDTH
        share = room // (len(foldable) - index) - _PADDING
        widths[column] = min(widths[column], max(share, least))
        room -= widths[column] + _PADDING
    return widths


def _parts(grid: Grid, widths: Sequence[int], width: int) -> list[list[int]]:
    """Which columns stand side by side? Keys first in every part, then as many others as fit."""
    keys = list(range(grid.keys))
    room = width - sum(widths[column] + _PADDING for column in keys) + _PADDING
    parts: list[list[int]] = []
    left = 0
    for column in range(grid.keys, len(grid.heads)):
        needed = widths[column] + _PADDING
        if not parts or needed > left:
            parts.append([*keys])
            left = room
        parts[-1].append(column)
        left -= needed
    return parts or [keys]


def _width(grid: Grid, column: int) -> int:
    texts = (grid.heads[column], *(row[column] for row in grid.rows))
    return max(cell_len(line) for text in texts for line in text.split("\n"))


def both(label: Label) -> str:
    """A label in both languages."""
    return label.zh if label.zh == label.en else f"{label.zh} {label.en}"


def grouped(text: str) -> str:
    """A decimal text with its thousands grouped; any other text as it is."""
    digits = text.removeprefix("-").replace(".", "", 1)
    return f"{Decimal(text):,}" if digits.isascii() and digits.isdecimal() else text


def money(number: float | None, unit: str) -> str:
    """A model's amount as it is reported: to the fen (or ten digits of another unit), grouped; nothing is a dash."""
    return "—" if number is None else grouped(amount_text(number, unit))


def percent(share: float | Decimal, *, places: int = 4) -> str:
    """A share of one as per cent, without idle zeros."""
    text = f"{100 * Decimal(str(share)):.{places}f}".rstrip("0").rstrip(".")
    return f"{text} %"


def shown(number: float, unit: str) -> str:
    """A number of a working paper: money to the whole unit, shares in per cent, others to six digits."""
    if unit in CURRENCIES:
        return f"{number:,.0f}" if abs(number) >= 1000 or number == int(number) else f"{number:,.2f}"
    return percent(number) if unit == "share" else f"{number:,.6g}"
