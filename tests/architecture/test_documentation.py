"""Everything public says which question it answers, and nothing tracked names a place outside the project.

Checked against: the source of the domain packages, on its syntax tree; the files that git tracks.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.public_names import declared, modules

ROOT = Path(__file__).resolve().parents[2]
MODULES = dict(modules())
#: A public function that takes arguments and whose code is longer than this needs more than one line to say what it
#: does with them.
LONGEST_UNDER_ONE_LINE = 15
#: Arguments that every reader knows.
UNDERSTOOD = ("self", "cls", "context")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public_functions(path: Path) -> Iterator[tuple[str, Function]]:
    """The functions a module declares public, and the public methods of its public classes."""
    names = set(declared(path) or [])
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, Function) and node.name in names:
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and node.name in names:
            for part in node.body:
                if isinstance(part, Function) and not part.name.startswith("_"):
                    yield f"{node.name}.{part.name}", part


def shortcomings(function: Function) -> list[str]:
    """What is missing from a function's annotations and docstring."""
    taken = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    found = [f"{each.arg} has no type" for each in taken if each.annotation is None and each.arg not in ("self", "cls")]
    if function.returns is None:
        found.append("no return type")
    docstring = ast.get_docstring(function)
    if not docstring:
        return [*found, "no docstring"]
    if docstring.splitlines()[0][-1] not in ".?!:":
        found.append("the first line is no sentence")
    body = function.body[1:]
    length = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
    takes_arguments = any(each.arg not in UNDERSTOOD for each in taken)
    if takes_arguments and length > LONGEST_UNDER_ONE_LINE and len(docstring.splitlines()) == 1:
        found.append(f"{length} lines of code under a docstring of one line")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_everything_public_is_annotated_and_documented(module: str) -> None:
    path = MODULES[module]
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{module} has no docstring"
    found = {name: missing for name, each in public_functions(path) if (missing := shortcomings(each))}
    assert found == {}


def test_a_function_that_says_nothing_is_noticed() -> None:
    body = "\n".join(f"    x{line} = {line}" for line in range(16))
    planted = {
        "def f(a: int) -> int:\n    return a": ["no docstring"],
        'def f(a) -> int:\n    """Add."""\n    return a': ["a has no type"],
        'def f(a: int):\n    """Add."""\n    return a': ["no return type"],
        'def f() -> None:\n    """Add"""': ["the first line is no sentence"],
        f'def f(a: int) -> None:\n    """Add."""\n{body}': ["16 lines of code under a docstring of one line"],
    }
    for source, expected in planted.items():
        (function,) = ast.parse(source).body
        assert isinstance(function, ast.FunctionDef)
        assert shortcomings(function) == expected


#: Places that exist on one machine only.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|tmp|root|home)/(?![ \"'`)]|$)")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_nothing_tracked_names_a_place_on_one_machine() -> None:
    found = []
    for path in tracked():
        if path == Path(__file__) or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in MACHINE_PATHS.finditer(text)]
    assert found == []


@pytest.mark.parametrize("folder", ["work", "tmp", "root", "home"])
def test_a_place_on_one_machine_is_noticed(folder: str) -> None:
    # Put together here, so that this file does not name such a place itself.
    planted = "/".join(("", folder, "x"))
    assert all(MACHINE_PATHS.search(text) for text in (f"open {planted}/y", f"'{planted}.xlsx'", f"({planted})"))
    assert not MACHINE_PATHS.search(f"https://example.org{planted} and api{planted}")
