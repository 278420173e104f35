"""Every command of ``ipfin``: how it is called, with its arguments and options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from api.cli import main
from docs.markdown import document, table

__all__ = ["page"]


def page() -> str:
    """The page of all commands, from the same definitions as ``--help``."""
    command = typer.main.get_command(main)
    return document("命令行 · Command line", [str(command.help), ""], _sections(command, "ipfin"))


def _sections(command: Any, path: str) -> Iterator[str]:
    """A group gives the sections of its commands, a command its own."""
    if hasattr(command, "commands"):
        for name in sorted(command.commands):
            yield from _sections(command.commands[name], f"{path} {name}")
        return
    context = command.make_context(path, [], resilient_parsing=True)
    pieces = " ".join(command.collect_usage_pieces(context))
    yield from (f"## `{path}`", "", " ".join(str(command.help).split()), "", "```", f"{path} {pieces}", "```", "")
    yield from table(("参数 Parameter", "含义 Meaning", "默认 Default"), (_row(each) for each in command.params))


def _row(parameter: Any) -> tuple[str, str, str]:
    """An option by its names, an argument by what stands for it; nothing said of a default means that there is none."""
    is_option = parameter.param_type_name == "option"
    names = ", ".join(parameter.opts) if is_option else str(parameter.metavar or parameter.name)
    default = parameter.default
    shown = "" if default is None or default is False or not is_option else str(getattr(default, "value", default))
    return f"`{names}`", str(parameter.help or ""), shown and f"`{shown}`"
