"""Does a file join the product by lying in its folder, and does a wrong file stop the start?

Checked against: folders made by the test, whose content is known.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from valuation.errors import UnknownNameError
from valuation.kernel.discovery import discover, named

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Offer:
    id: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ModuleType, Path]]:
    """An empty package of one-file offers, under a name no other test uses."""
    name = f"one_file_folder_{next(_NUMBERS)}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield importlib.import_module(name), tmp_path / name


def drop(path: Path, name: str, identifier: str, *, attribute: str = "OFFER") -> None:
    """Write one file that offers something."""
    text = f"from {__name__} import Offer\n{attribute} = Offer({identifier!r})\n"
    (path / f"{name}.py").write_text(text, encoding="utf-8")
    importlib.invalidate_caches()


def found(package: ModuleType) -> dict[str, Offer]:
    return discover(package, attribute="OFFER", of_type=Offer)


def test_files_that_are_dropped_in_appear_sorted(folder: tuple[ModuleType, Path]) -> None:
    package, path = folder
    assert found(package) == {}
    drop(path, "zebra", "zebra")
    drop(path, "apple", "apple")
    drop(path, "_shared", "anything")
    assert list(found(package)) == ["apple", "zebra"]
    assert found(package)["apple"] == Offer("apple")


def test_a_file_without_the_attribute_stops_the_start(folder: tuple[ModuleType, Path]) -> None:
    package, path = folder
    drop(path, "apple", "apple", attribute="OFER")
    with pytest.raises(AssertionError, match=r"apple must define OFFER"):
        found(package)


def test_a_file_that_offers_another_kind_stops_the_start(folder: tuple[ModuleType, Path]) -> None:
    package, path = folder
    (path / "apple.py").write_text("OFFER = 'apple'\n", encoding="utf-8")
    importlib.invalidate_caches()
    with pytest.raises(AssertionError, match=r"apple must define OFFER"):
        found(package)


def test_a_file_whose_id_is_not_its_name_stops_the_start(folder: tuple[ModuleType, Path]) -> None:
    package, path = folder
    drop(path, "apple", "pear")
    with pytest.raises(AssertionError, match="id is 'pear'"):
        found(package)


def test_an_entry_is_taken_by_name_or_the_names_are_told() -> None:
    catalogue = {"apple": Offer("apple"), "pear": Offer("pear")}
    assert named(catalogue, "pear", field="fruit") == Offer("pear")
    with pytest.raises(UnknownNameError, match="fruit: found 'plum', expected one of apple, pear"):
        named(catalogue, "plum", field="fruit")
