"""Where do numbers of law and practice come from? The tables that ship with the product.

Each file of ``valuation/tables`` that :func:`reference_table` reads is a dated table: every value has a day from
which it holds, a source and a status. A method takes a value as of the policy date and writes it on its working
paper with :func:`reference_line`, so that a reader sees the source and may change the cell.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable
from importlib import resources

from valuation.errors import ReferenceDataError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.expression import Name
from valuation.kernel.labels import NamedWarning
from valuation.kernel.worksheet import Sheet

__all__ = ["number_of", "reference_line", "reference_table", "reference_warnings"]


@functools.cache
def reference_table(name: str) -> DatedTable:
    """Which values does the packaged table ``name`` hold? Read once; later calls return the same object.

    Raises
    ------
    ReferenceDataError : there is no such file, or it is incomplete.
    """
    file = resources.files("valuation.tables") / f"{name}.toml"
    if not file.is_file():
        raise ReferenceDataError(f"valuation/tables: found no {name}.toml, expected a packaged table")
    return DatedTable.from_toml(file.read_text(encoding="utf-8"), where=f"{name}.toml")


def number_of(table: str, parameter: str, *, on: datetime.date) -> tuple[float, DatedValue]:
    """Which number does a table give on a day, and with which provenance?

    Raises
    ------
    ReferenceDataError : the value of that day is not a number; or what :meth:`DatedTable.value` raises.
    """
    found = reference_table(table).value(parameter, on=on)
    if isinstance(found.value, bool | str | list):
        raise ReferenceDataError(f"{table}: {parameter}: found {found.value!r}, expected a number")
    return float(found.value), found


def reference_line(sheet: Sheet, name: str, dated: DatedValue) -> Name:
    """Write a number of a table on the working paper, with its source as the basis."""
    assert not isinstance(dated.value, bool | str | list), f"{dated.name} is a number"
    reason = f"{dated.source.citation} ({dated.status}), in force from {dated.from_date}"
    return sheet.derived(name, float(dated.value), label=dated.label, unit=dated.unit, reason=reason)


def reference_warnings(used: Iterable[DatedValue]) -> tuple[NamedWarning, ...]:
    """The named doubts of the values that were used: recalled or hypothetical ones."""
    return tuple(each.warning for each in used if each.warning is not None)
