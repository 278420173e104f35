"""Write the list of public names anew: ``python3 -m tests.architecture.public_names``.

Run it when a public name was added, moved or taken away on purpose; the difference then shows in the commit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).parent / "public_names.txt"
PACKAGES = ("valuation", "pledge", "leverage")


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the domain that is not private, with its file."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not any(part.startswith("_") for part in name.split(".")):
                yield name, path


def declared(path: Path) -> list[str] | None:
    """What a module lists in ``__all__``, or None if it has no such list."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


def current() -> list[str]:
    """One line for each public name: module and name."""
    return [f"{module} {name}" for module, path in modules() for name in sorted(declared(path) or [])]


if __name__ == "__main__":
    LIST.write_text("".join(f"{line}\n" for line in current()), encoding="utf-8")
