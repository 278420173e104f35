"""What others may import from the domain changes knowingly.

Checked against: public_names.txt, one line for each name in the ``__all__`` of each module. To change it on purpose:
``python3 -m tests.architecture.public_names``.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.architecture.public_names import LIST, current, declared, modules

MODULES = dict(modules())


def test_the_public_names_are_those_of_the_list() -> None:
    listed, found = LIST.read_text(encoding="utf-8").split("\n")[:-1], current()
    gone, new = sorted(set(listed) - set(found)), sorted(set(found) - set(listed))
    hint = "on purpose? then run: python3 -m tests.architecture.public_names"
    assert (gone, new) == ([], []), f"gone: {gone}; new: {new}; {hint}"
    assert listed == found


@pytest.mark.parametrize("module", [name for name, path in MODULES.items() if path.name != "__init__.py"])
def test_every_module_says_what_is_public_and_has_it(module: str) -> None:
    names = declared(MODULES[module])
    assert names is not None, f"{module} has no __all__"
    loaded = importlib.import_module(module)
    assert [name for name in names if not hasattr(loaded, name)] == []
    assert len(names) == len(set(names))


def test_a_name_that_is_taken_away_or_added_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text('__all__ = ["one", "two"]\n', encoding="utf-8")
    assert declared(file) == ["one", "two"]
    file.write_text("one = 1\n", encoding="utf-8")
    assert declared(file) is None
