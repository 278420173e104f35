"""Who may import whom.

Checked against: the map of the repository (README) and the import contracts in pyproject.toml.
How: import-linter reads the contracts and the whole import graph; the rule for one-file folders is checked
here on the source, folder by folder as they are, because files come and go there without an edit elsewhere.
Each rule is also shown a planted offence, so that it cannot have gone blind.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Folders in which one file is one method, kind of support, instrument or repayment form. A new file there
#: joins the product by lying there; it stays removable only as long as no other file leans on it.
ONE_FILE_FOLDERS = (
    "valuation/income",
    "valuation/cost",
    "valuation/market",
    "valuation/options",
    "pledge/events",
    "pledge/machines",
    "pledge/amendments",
    "pledge/disposal",
    "pledge/eligibility",
    "pledge/policy_kinds",
    "pledge/machines",
    "pledge/rules",
    "pledge/schedule",
    "leverage/cashflow",
    "leverage/instruments",
    "leverage/outcomes",
    "leverage/risks",
    "leverage/settlements",
    "leverage/tiers",
)


def imported_modules(source: str, module: str) -> Iterator[tuple[int, str]]:
    """Every module that ``source``, being ``module``, imports; a name taken from one counts as a module."""
    package = module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, origin
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def sibling_imports(source: str, module: str, siblings: set[str]) -> list[str]:
    """The imports of ``module`` that lead to another file of its own folder.

    A file whose name begins with an underscore is not a method but what several methods share; importing it
    is allowed, and so is importing the folder itself for its declarations.
    """
    folder = module.rpartition(".")[0]
    found = []
    for line, target in imported_modules(source, module):
        name = target.removeprefix(f"{folder}.").split(".")[0]
        if target.startswith(f"{folder}.") and name in siblings and f"{folder}.{name}" != module:
            found.append(f"{module}:{line} imports {folder}.{name}")
    return found


@pytest.mark.parametrize("folder", ONE_FILE_FOLDERS)
def test_files_of_a_one_file_folder_never_import_each_other(folder: str) -> None:
    files = [path for path in sorted((ROOT / folder).glob("*.py")) if not path.name.startswith("_")]
    siblings = {path.stem for path in files}
    offences = [
        offence
        for path in files
        for offence in sibling_imports(
            path.read_text(encoding="utf-8"), f"{folder.replace('/', '.')}.{path.stem}", siblings
        )
    ]
    assert offences == []


@pytest.mark.parametrize(
    "planted",
    [
        "import valuation.income.excess_earnings",
        "from valuation.income import excess_earnings",
        "from valuation.income.excess_earnings import METHOD",
        "from . import excess_earnings",
        "from .excess_earnings import METHOD",
        "def late():\n    from valuation.income.excess_earnings import METHOD",
    ],
)
def test_the_rule_catches_a_planted_sibling_import(planted: str) -> None:
    module = "valuation.income.relief_from_royalty"
    assert sibling_imports(planted, module, {"relief_from_royalty", "excess_earnings"})


@pytest.mark.parametrize(
    "allowed",
    [
        "from valuation.kernel.money import Money",
        "from valuation.income import _timing",
        "import valuation.income",
        "from valuation.cost import excess_earnings_of_another_folder",
    ],
)
def test_the_rule_leaves_other_imports_alone(allowed: str) -> None:
    module = "valuation.income.relief_from_royalty"
    assert sibling_imports(allowed, module, {"relief_from_royalty", "excess_earnings"}) == []


def test_import_contracts_hold() -> None:
    """The layers api, leverage, pledge, valuation, and what the domain must not know (pyproject.toml)."""
    program = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run([*program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_contracts_catch_a_planted_offence(tmp_path: Path) -> None:
    """The same contracts on four small packages, of which the lowest imports the highest and a database."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name in ("api", "leverage", "pledge", "valuation"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "valuation" / "method.py").write_text("import api\nimport sqlalchemy\n", encoding="utf-8")
    program = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(
        [*program, "--no-logo", "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "valuation.method -> api (l.1)" in done.stdout
    assert "valuation.method -> sqlalchemy (l.2)" in done.stdout
