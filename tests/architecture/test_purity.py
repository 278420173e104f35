"""The domain reads no clock, no environment, no disk, no network, and draws no chance of its own.

Checked against: every source file of valuation, pledge and leverage, on its syntax tree.
Why: a conclusion must be the same for the same inputs, on every machine and on every day. A method that asks
the clock values another thing tomorrow; one that reads a variable or a file values another thing on another
machine; one that draws from a shared random state gives another number when something else drew before it. So
dates, generators and data are arguments. The one input allowed is packaged data through importlib.resources.
Each rule is also shown planted offences, so that it cannot have gone blind.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ("valuation", "pledge", "leverage")

#: Modules that exist to reach outside the argument list, with what is wrong about each.
FORBIDDEN_MODULES = {
    "time": "reads the clock",
    "random": "draws from a shared random state; take a numpy Generator as an argument",
    "secrets": "draws chance that no seed repeats",
    "uuid": "draws chance that no seed repeats",
    "socket": "reaches the network",
    "ssl": "reaches the network",
    "http": "reaches the network",
    "urllib": "reaches the network",
    "subprocess": "starts another program",
    "multiprocessing": "starts processes; take an executor as an argument",
    "threading": "starts threads; take an executor as an argument",
    "tempfile": "writes to disk",
    "pathlib": "works on the disk; packaged data goes through importlib.resources",
    "shutil": "works on the disk",
    "glob": "looks around on the disk",
    "sqlite3": "opens a database",
    "logging": "writes to wherever the host process says; put what matters into the conclusion",
    "locale": "depends on the machine's settings",
    "getpass": "reads who is logged in",
    "platform": "reads what machine this is",
}

#: Names of modules that are harmless in part; these attributes of theirs are not.
FORBIDDEN_ATTRIBUTES = {
    "datetime.datetime.now": "reads the clock; take the date as an argument",
    "datetime.datetime.today": "reads the clock; take the date as an argument",
    "datetime.datetime.utcnow": "reads the clock; take the date as an argument",
    "datetime.date.today": "reads the clock; take the date as an argument",
    "os": "reads environment, disk or machine",
    "sys.argv": "reads the command line",
    "sys.stdin": "reads the terminal",
    "sys.stdout": "writes to the terminal",
    "sys.stderr": "writes to the terminal",
    "io.open": "opens a file",
}

#: What numpy.random offers besides its global state: these take or make an explicit generator.
NUMPY_RANDOM_ALLOWED = {"Generator", "BitGenerator", "SeedSequence", "Philox", "PCG64", "PCG64DXSM", "SFC64"}

#: Builtins that open a file or the terminal.
FORBIDDEN_BUILTINS = {
    "open": "opens a file",
    "input": "reads the terminal",
    "print": "writes to the terminal",
}

#: Methods of a path that touch the disk, whatever object they are called on.
WRITE_METHODS = {"write_text", "write_bytes", "mkdir", "rmdir", "unlink", "symlink_to", "hardlink_to"}
#: Methods that read a path; packaged data is read with the same words, so what is around them decides.
READ_METHODS = {"read_text", "read_bytes", "iterdir", "is_file", "is_dir"}


def impurities(source: str) -> list[str]:
    """Every place where ``source`` reaches outside its arguments: line, what was found, why it is wrong."""
    tree = ast.parse(source)
    aliases = import_aliases(tree)
    found = [*forbidden_imports(tree), *forbidden_names(tree, aliases), *disk_access(tree, aliases)]
    return [f"line {line}: {what}" for line, what in sorted(set(found))]


def import_aliases(tree: ast.Module) -> dict[str, str]:
    """What each imported local name stands for: ``np`` → ``numpy``, ``date`` → ``datetime.date``."""
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                aliases[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return aliases


def forbidden_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module]
        for module in modules:
            if reason := FORBIDDEN_MODULES.get(module.split(".")[0]):
                yield node.lineno, f"import of {module}: {reason}"


def forbidden_names(tree: ast.Module, aliases: dict[str, str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = full_name(node, aliases)
            if name is not None and (reason := reason_against(name)):
                yield node.lineno, f"{name}: {reason}"
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if reason := reason_against(f"{node.module}.{alias.name}"):
                    yield node.lineno, f"{node.module}.{alias.name}: {reason}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in aliases:
            if reason := FORBIDDEN_BUILTINS.get(node.func.id):
                yield node.lineno, f"{node.func.id}(): {reason}"


def full_name(node: ast.expr, aliases: dict[str, str]) -> str | None:
    """The dotted name an expression stands for when it starts at an import; None for anything else."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id)
    if isinstance(node, ast.Attribute):
        base = full_name(node.value, aliases)
        return None if base is None else f"{base}.{node.attr}"
    return None


def reason_against(name: str) -> str | None:
    """Why a dotted name must not be used, None when it may."""
    for forbidden, reason in FORBIDDEN_ATTRIBUTES.items():
        if name == forbidden or name.startswith(f"{forbidden}."):
            return reason
    if name.startswith("numpy.random.") and name.split(".")[2] not in NUMPY_RANDOM_ALLOWED:
        return "numpy's global random state, or a generator made here; take a Generator as an argument"
    return None


def disk_access(tree: ast.Module, aliases: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Calls of path methods; reading is allowed where the function asks importlib.resources for its file."""
    packaged = packaged_reads(tree, aliases)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        method = node.func.attr
        if method in WRITE_METHODS:
            yield node.lineno, f".{method}(): writes to the disk"
        elif method in READ_METHODS and node not in packaged:
            yield node.lineno, f".{method}(): reads the disk; packaged data goes through importlib.resources"


def packaged_reads(tree: ast.Module, aliases: dict[str, str]) -> set[ast.AST]:
    """Everything inside functions, or assignments, that call ``importlib.resources.files`` themselves."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Assign | ast.AnnAssign) and calls_resources(node, aliases):
            inside.update(ast.walk(node))
    return inside


def calls_resources(node: ast.AST, aliases: dict[str, str]) -> bool:
    return any(
        isinstance(part, ast.Call) and full_name(part.func, aliases) == "importlib.resources.files"
        for part in ast.walk(node)
    )


def domain_files() -> list[Path]:
    return sorted(path for package in DOMAIN for path in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", domain_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_domain_depends_on_its_arguments_only(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


def test_the_rule_looks_at_the_domain() -> None:
    """A moved folder must not leave the rule with nothing to look at."""
    assert ROOT / "valuation" / "kernel" / "money.py" in domain_files()


@pytest.mark.parametrize(
    "planted",
    [
        "import datetime\nx = datetime.datetime.now()",
        "import datetime as dt\nx = dt.datetime.now(dt.UTC)",
        "from datetime import datetime\nx = datetime.today()",
        "from datetime import datetime as moment\nx = moment.utcnow()",
        "from datetime import date\nx = date.today()",
        "from datetime import date\nclock = date.today",
        "import time\nx = time.time()",
        "from time import perf_counter",
        "import os\nx = os.environ['HOME']",
        "from os import environ",
        "from os import getenv\nx = getenv('HOME')",
        "import os.path\nx = os.path.exists('a')",
        "x = open('table.toml')",
        "print('value')",
        "from pathlib import Path\nx = Path('table.toml').read_text()",
        "from pathlib import Path\nx = Path('table.toml').open()",
        "def f(path):\n    path.write_bytes(b'')",
        "def f(path):\n    return path.read_text()",
        "from importlib import resources\n\ndef f(p):\n    resources.files('a').joinpath('b').write_text('')",
        "import socket",
        "import urllib.request",
        "from subprocess import run",
        "import random",
        "import numpy as np\nx = np.random.normal()",
        "import numpy as np\nnp.random.seed(1)",
        "import numpy as np\nx = np.random.default_rng()",
        "from numpy.random import default_rng",
        "from numpy import random\nx = random.rand(3)",
        "import numpy\nx = numpy.random.rand",
        "import sys\nx = sys.argv",
        "import logging",
    ],
)
def test_the_rule_catches_a_planted_offence(planted: str) -> None:
    assert impurities(planted)


@pytest.mark.parametrize(
    "allowed",
    [
        "import datetime\nx = datetime.date(2026, 1, 1)",
        "from datetime import date\n\ndef f(day: date) -> date:\n    return date.fromisoformat('2026-01-01')",
        "from importlib import resources\n\ndef f():\n    return (resources.files('a') / 'b').read_text()",
        "from importlib.resources import files\nTEXT = files('a').joinpath('b').read_bytes()",
        "import numpy as np\n\ndef f(rng: np.random.Generator):\n    return rng.normal()",
        "import numpy as np\nx = np.random.Generator(np.random.Philox(key=1))",
        "import sys\nx = sys.float_info",
        "class A:\n    def today(self):\n        return self.now()",
    ],
)
def test_the_rule_leaves_pure_code_alone(allowed: str) -> None:
    assert impurities(allowed) == []
