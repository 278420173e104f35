"""The services of runs on a terminal: without the limits of HTTP, with threads, and with a bar on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.catalogues import Catalogues
from api.leverage.runs import RunServices

__all__ = ["followed"]


@contextmanager
def followed(catalogues: Catalogues, console: Console, *, workers: int) -> Iterator[RunServices]:
    """Give services that show the paths done; where nobody looks at the screen, nothing is drawn."""
    columns = (TextColumn("模拟路径 paths"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with ThreadPoolExecutor(workers) as executor, bar:
        task = bar.add_task("paths", total=None)
        yield RunServices(
            catalogues,
            is_limited=False,
            executor=executor if workers > 1 else None,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
        )
