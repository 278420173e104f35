"""Every error that is raised on purpose: the tree, the codes, what a caller sees."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import api
import leverage
import pledge
import valuation
from api.errors import PROBLEM_TYPES
from docs.markdown import document, table
from valuation.errors import IpfinError

__all__ = ["page"]


def page() -> str:
    """The page of all errors."""
    for package in (valuation, pledge, leverage, api):
        _import_below(package.__name__, list(package.__path__))
    tree = ["## 层次 · Tree", "", *_branch(IpfinError, 0), ""]
    rows = (
        (f"`{kind.code}`", kind.status, f"{kind.title.zh} · {kind.title.en}", f"{kind.advice.zh} · {kind.advice.en}")
        for kind in PROBLEM_TYPES.values()
    )
    heads = ("代码 Code", "HTTP", "标题 Title", "怎么办 What to do")
    problems = ["## 接口所见 · What a caller sees (RFC 9457)", "", *table(heads, rows)]
    return document("错误 · Errors", tree, problems)


def _import_below(name: str, path: list[str]) -> None:
    """An error exists once its module is imported; migrations are scripts and define none."""
    for module in pkgutil.walk_packages(path, f"{name}."):
        if module.name.endswith("errors"):
            importlib.import_module(module.name)


def _branch(error: type[IpfinError], depth: int) -> Iterator[str]:
    kind = PROBLEM_TYPES.get(error)
    status = f" · HTTP {kind.status}" if kind else ""
    says = (error.__doc__ or "").split("\n")[0]
    yield f"{'  ' * depth}- `{error.__name__}` (`{error.code}`{status}): {says}"
    for below in sorted(error.__subclasses__(), key=lambda each: each.__name__):
        if below.__module__.split(".")[0] in ("valuation", "pledge", "leverage", "api"):
            yield from _branch(below, depth + 1)
