"""What may a policy of a certain kind say, and in which unit?

A misspelt parameter in a bank's own policy would otherwise be a cap that silently does not apply; so every kind
lists its parameters, and a table that says anything else does not load.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from valuation.errors import ReferenceDataError
from valuation.kernel.dated import DatedTable, Parameter
from valuation.kernel.labels import Label

__all__ = ["ParameterSpec", "PolicyKind", "Unit", "holds", "of_unit"]

#: ``share`` is a share of one; ``cny`` yuan; ``multiple`` a plain number; ``yes_no`` a boolean; ``text`` a word.
Unit = Literal["share", "cny", "multiple", "months", "years", "days", "yes_no", "text"]

_EXPECTED: dict[str, str] = {
    "share": "a share of one from 0 to 1",
    "cny": "an amount in yuan of 0 or more, at most two decimals",
    "multiple": "a number of 0 or more",
    "months": "a whole number of 0 or more",
    "years": "a whole number of 0 or more",
    "days": "a whole number of 0 or more",
    "yes_no": "true or false",
    "text": "a text",
}


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter a kind of policy may hold. A name ending in ``.*`` stands for one value a ``member``."""

    name: str
    unit: Unit
    required: bool = False
    members: frozenset[str] = frozenset()

    def covers(self, name: str) -> bool:
        """Is ``name`` this parameter, or one of its members?"""
        if not self.name.endswith(".*"):
            return name == self.name
        stem, _, member = name.rpartition(".")
        return stem == self.name.removesuffix(".*") and member in self.members

    @property
    def description(self) -> str:
        """The name as an author of a policy may write it."""
        if not self.members:
            return self.name
        return f"{self.name.removesuffix('*')}{{{', '.join(sorted(self.members))}}}"


@dataclass(frozen=True)
class PolicyKind:
    """A kind of policy: what it is called, which parameters its tables may hold, and of which it needs one at least."""

    id: str
    label: Label
    parameters: tuple[ParameterSpec, ...]
    at_least_one: tuple[str, ...] = ()

    def check(self, table: DatedTable) -> None:
        """Refuse a table that says what this kind does not know, in another unit, or too little.

        Raises
        ------
        ReferenceDataError : naming the policy, the parameter, what was found and what was expected.
        """
        for name, parameter in table.parameters.items():
            spec = next((spec for spec in self.parameters if spec.covers(name)), None)
            if spec is None:
                known = "; ".join(spec.description for spec in self.parameters)
                raise ReferenceDataError(f"{table.id}: found parameter {name!r}, expected for kind {self.id}: {known}")
            _check_parameter(table.id, parameter, spec.unit)
        for spec in self.parameters:
            if spec.required and not any(map(spec.covers, table.parameters)):
                raise ReferenceDataError(f"{table.id}: found no {spec.description}, expected it to be stated")
        choice = [spec for spec in self.parameters if spec.name in self.at_least_one]
        if choice and not any(spec.covers(name) for spec in choice for name in table.parameters):
            known = "; ".join(spec.description for spec in choice)
            raise ReferenceDataError(f"{table.id}: found none of these parameters, expected at least one: {known}")


def holds(value: Any, unit: str) -> bool:
    """Is ``value`` a possible value in this unit?"""
    if unit in ("yes_no", "text"):
        return type(value) is bool if unit == "yes_no" else isinstance(value, str)
    if type(value) not in (int, Decimal) or not _is_plain(Decimal(value)) or value < 0:
        return False
    number = Decimal(value)
    if unit == "share":
        return number <= 1
    if unit == "cny":
        return number % Decimal("0.01") == 0
    return unit == "multiple" or number % 1 == 0


def _is_plain(number: Decimal) -> bool:
    """At most 18 digits before and after the point: 1E+999999999 would unfold to a gigabyte."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -18 and number.adjusted() < 18


def of_unit(found: Any, unit: str) -> Any:
    """Read a stated value in this unit: numbers may come as text; None when it cannot be one.

    Examples
    --------
    >>> of_unit("0.5", "share"), of_unit("12", "months"), of_unit("1.5", "share"), of_unit(True, "share")
    (Decimal('0.5'), 12, None, None)
    """
    if isinstance(found, str) and unit not in ("yes_no", "text"):
        try:
            found = Decimal(found)
        except ArithmeticError:
            return None
    if not holds(found, unit):
        return None
    return int(found) if unit in ("months", "years", "days") else found


def _check_parameter(table: str, parameter: Parameter, unit: Unit) -> None:
    if parameter.unit != unit:
        raise ReferenceDataError(f"{table}: {parameter.name}: found unit {parameter.unit!r}, expected {unit!r}")
    for step in parameter.steps:
        if step.value is not None and not holds(step.value, unit):
            raise ReferenceDataError(
                f"{table}: {parameter.name} from {step.from_date}: found {step.value!r}, expected {_EXPECTED[unit]}"
            )
