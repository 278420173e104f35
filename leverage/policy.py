"""Which dated rules does the product ship for instruments of public money?"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from valuation.errors import ReferenceDataError
from valuation.kernel.dated import DatedTable

__all__ = ["load_policies"]


def load_policies(extra: Mapping[str, str] | None = None) -> dict[str, DatedTable]:
    """Which policies are there? Every file in ``leverage/policies``, and the TOML texts of ``extra`` by id.

    Raises
    ------
    ReferenceDataError : a file that does not load, or whose id is not its name.
    """
    folder = files("leverage") / "policies"
    texts = {
        entry.name.removesuffix(".toml"): entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return dict(sorted((name, _load(name, text)) for name, text in {**texts, **(extra or {})}.items()))


def _load(name: str, text: str) -> DatedTable:
    table = DatedTable.from_toml(text, where=f"leverage/policies/{name}.toml")
    if table.id != name:
        raise ReferenceDataError(f"leverage/policies/{name}.toml: found id {table.id!r}, expected {name!r}")
    return table
