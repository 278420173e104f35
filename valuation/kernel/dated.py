"""What did a rule say on a given day, and who says so?

A dated table is a TOML text. Its values are lists of steps; each step names a listed source::

    id = "bank-product"
    kind = "pledge_policy"
    name = { zh = "…", en = "…" }

    [sources.notice]
    title = "…"
    status = "read"

    [parameters.pledge_rate_share.invention_patent]
    unit = "share"
    label = { zh = "质押率上限", en = "pledge rate cap" }
    steps = [
        { from = 2006-10-31, value = 0.25, source = "notice" },
        { from = 2010-01-01, repealed = true, source = "notice" },
    ]

A step is one of: a ``value``; ``gap = "what to do to fill it"``; ``repealed = true``. ``status`` on a step
overrides that of its source. What another table states is referred to and never copied; label and unit stay its own::

    [parameters.watch_months]
    unit = "months"
    label = { zh = "…", en = "…" }
    same_as = { table = "classification", parameter = "observation_months" }

``[[examples]]`` are worked examples, read and run by those who know the kind.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, get_args

from valuation.errors import (
    BeforeFirstStepError,
    FieldProblem,
    GapError,
    InputError,
    ReferenceDataError,
    RepealedError,
    SourceMissingError,
    UnknownNameError,
)
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.sources import Source, SourceStatus

__all__ = ["DatedTable", "DatedValue", "Hypothesis", "Parameter", "Step"]

#: What a step may hold; numbers written with a point are Decimal, never float.
Scalar = Decimal | int | str | bool | list[Any]


@dataclass(frozen=True)
class Step:
    """From one day on, the value is this (or a gap, or nothing any more)."""

    from_date: datetime.date
    source: Source
    status: SourceStatus
    value: Scalar | None = None
    gap: str | None = None
    repealed: bool = False


@dataclass(frozen=True)
class Hypothesis:
    """A what-if value for a parameter, with the reason of the person who states it."""

    value: Decimal | int | str | bool
    reason: str


@dataclass(frozen=True)
class DatedValue:
    """The answer of a table: the value on a day, its unit, and where it comes from."""

    name: str
    label: Label
    value: Scalar
    unit: str
    status: SourceStatus
    source: Source
    from_date: datetime.date

    @property
    def warning(self) -> NamedWarning | None:
        """The doubt a report must name when it used this value: unverified or hypothetical, else None."""
        if self.status == "recalled":
            zh, en = "凭记忆录入，尚未核对原文", "recalled, not yet checked against the text"
        elif self.status == "hypothesis":
            zh, en = f"假设值（{self.source.title}）", f"hypothesis ({self.source.title})"
        else:
            return None
        label = Label(f"{self.label.zh}（{self.name}）= {self.value}：{zh}", f"{self.name} = {self.value}: {en}")
        return NamedWarning(f"{self.status}_value", label)

    def as_document(self) -> dict[str, Any]:
        """The value with its provenance, for JSON; numbers as text."""
        value = self.value if isinstance(self.value, bool | list) else str(self.value)
        return {
            "name": self.name,
            "label": self.label.as_document(),
            "value": value,
            "unit": self.unit,
            "status": self.status,
            "from": self.from_date.isoformat(),
            "source": self.source.as_document(),
        }


@dataclass(frozen=True)
class Parameter:
    """One parameter of a table: its name, unit and steps in order of date."""

    name: str
    label: Label
    unit: str
    steps: tuple[Step, ...]

    def on(self, day: datetime.date, *, table: str) -> DatedValue:
        """Which value held on ``day``?

        Raises
        ------
        BeforeFirstStepError, RepealedError, GapError : naming the table, the date and the source.
        """
        current = [step for step in self.steps if step.from_date <= day]
        first, where = self.steps[0], f"{table}: {self.name}"
        if not current:
            raise BeforeFirstStepError(
                f"{where}: found the date {day}, expected {first.from_date} or later,"
                f" the first step ({first.source.citation})",
                problems=[FieldProblem(where, f"the date {day}", f"{first.from_date} or later")],
            )
        step = current[-1]
        if step.repealed:
            raise RepealedError(
                f"{where}: on {day} no value is in force, repealed from {step.from_date} by {step.source.citation}",
                problems=[FieldProblem(where, f"the date {day}", f"a date before the repeal on {step.from_date}")],
            )
        if step.gap is not None or step.value is None:
            raise GapError(
                f"{where}: the value from {step.from_date} is a gap ({step.source.citation});"
                f" {step.gap}. State it as a what-if hypothesis or supply the official text",
                problems=[FieldProblem(where, f"a gap from {step.from_date}", "the official text, or a what-if value")],
            )
        return DatedValue(self.name, self.label, step.value, self.unit, step.status, step.source, step.from_date)


@dataclass(frozen=True)
class DatedTable:
    """A whole table of dated values: a policy, a fee table, a list of legal terms."""

    id: str
    kind: str
    label: Label
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    facts: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_toml(cls, text: str, *, where: str, others: Mapping[str, str] | None = None) -> DatedTable:
        """Read a table; anything incomplete stops here, naming file and key.

        ``others`` are the texts of other tables by id, for parameters that are the same as one of theirs.

        Raises
        ------
        ReferenceDataError : the text is not TOML, lacks a required key, or refers to what is not stated there.
        SourceMissingError : a step names no source, or one that is not listed.
        """
        data = _read(text, where)
        sources = _sources(data, where)
        parameters: dict[str, Parameter] = {}
        for name, row in _leaves(_table(data, "parameters", where), where):
            if "same_as" in row:
                parameters[name] = _borrowed(name, row, others or {}, f"{where}: {name}")
                sources |= {step.source.id: step.source for step in parameters[name].steps}
            else:
                parameters[name] = _parameter(name, row, sources, f"{where}: {name}")
        return cls(
            id=_need(data, "id", where),
            kind=_need(data, "kind", where),
            label=_label(_need(data, "name", where), where),
            sources=sources,
            parameters=parameters,
            facts=data.get("facts", {}),
            examples=_examples(data, where),
        )

    def value(self, name: str, *, on: datetime.date) -> DatedValue:
        """Which value of parameter ``name`` held on the day ``on``?

        Raises
        ------
        UnknownNameError : the table has no such parameter.
        BeforeFirstStepError, RepealedError, GapError : see :meth:`Parameter.on`.
        """
        if name not in self.parameters:
            raise UnknownNameError.among(f"{self.id}: parameter", found=name, known=self.parameters)
        return self.parameters[name].on(on, table=self.id)

    def has(self, name: str) -> bool:
        """Does the table speak of this parameter at all (a gap counts as speaking)?"""
        return name in self.parameters

    def overlay(self, hypotheses: Mapping[str, Hypothesis]) -> DatedTable:
        """The same table with what-if values, each marked *hypothesis*.

        An overlay may fill a gap or replace a value; it cannot invent a parameter. The marked value starts on
        the parameter's first day, so that a date before the rule existed still raises.
        """
        changed = dict(self.parameters)
        for name, hypothesis in hypotheses.items():
            if name not in changed:
                raise UnknownNameError.among(f"{self.id}: what-if parameter", found=name, known=changed)
            changed[name] = _overlaid(changed[name], hypothesis)
        return replace(self, parameters=changed)


def _overlaid(parameter: Parameter, hypothesis: Hypothesis) -> Parameter:
    if not hypothesis.reason.strip():
        raise InputError.of(f"what_if.{parameter.name}.reason", found="nothing", expected="a stated reason")
    source = Source(id=f"what-if:{parameter.name}", title=hypothesis.reason, status="hypothesis")
    step = Step(parameter.steps[0].from_date, source, "hypothesis", value=hypothesis.value)
    return replace(parameter, steps=(step,))


def _leaves(tree: Mapping[str, Any], where: str, prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk nested tables down to those that hold steps; the name is the dotted path."""
    for key, row in tree.items():
        if not isinstance(row, Mapping):
            raise ReferenceDataError(f"{where}: parameter {prefix}{key}: found {row!r}, expected a table with steps")
        if isinstance(row.get("steps"), list) or "same_as" in row:
            yield f"{prefix}{key}", row
        else:
            yield from _leaves(row, where, f"{prefix}{key}.")


def _parameter(name: str, row: Mapping[str, Any], sources: Mapping[str, Source], where: str) -> Parameter:
    steps = tuple(_step(step, sources, where) for step in row["steps"])
    dates = [step.from_date for step in steps]
    if not steps or dates != sorted(set(dates)):
        raise ReferenceDataError(f"{where}: found step dates {dates}, expected at least one, rising")
    return Parameter(name, _label(_need(row, "label", where), where), _need(row, "unit", where), steps)


def _read(text: str, where: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ReferenceDataError(f"{where}: not readable as TOML: {error}") from error


def _sources(data: Mapping[str, Any], where: str) -> dict[str, Source]:
    return {key: _source(key, row, where) for key, row in _table(data, "sources", where).items()}


def _borrowed(name: str, row: Mapping[str, Any], others: Mapping[str, str], where: str) -> Parameter:
    """The steps of another table's parameter; their sources are named by the table that states them."""
    table, parameter = (_need(row["same_as"], key, where) for key in ("table", "parameter"))
    if "steps" in row or table not in others:
        found = "steps as well" if "steps" in row else f"the table {table!r}"
        raise ReferenceDataError(f"{where}: same_as: found {found}, expected one of the other tables and no steps")
    data = _read(others[table], table)
    stated = dict(_leaves(_table(data, "parameters", table), table)).get(parameter)
    if stated is None or "same_as" in stated:
        raise ReferenceDataError(
            f"{where}: same_as: found {parameter!r}, expected a parameter that {table} states itself"
        )
    lent = _parameter(parameter, stated, _sources(data, table), f"{table}: {parameter}")
    if _need(row, "unit", where) != lent.unit:
        raise ReferenceDataError(f"{where}: found unit {row['unit']!r}, expected {lent.unit!r} as in {table}")
    steps = tuple(replace(step, source=replace(step.source, id=f"{table}.{step.source.id}")) for step in lent.steps)
    return Parameter(name, _label(_need(row, "label", where), where), lent.unit, steps)


def _step(row: Mapping[str, Any], sources: Mapping[str, Source], where: str) -> Step:
    if not isinstance(row, Mapping):
        raise ReferenceDataError(f"{where}: found the step {row!r}, expected a table with from and source")
    if row.get("source") not in sources:
        raise SourceMissingError(f"{where}: found source {row.get('source')!r}, expected one of {', '.join(sources)}")
    source = sources[row["source"]]
    kinds = [key for key in ("value", "gap", "repealed") if key in row]
    if len(kinds) != 1:
        raise ReferenceDataError(f"{where}: found {kinds}, expected exactly one of value, gap, repealed")
    start = _need(row, "from", where)
    if type(start) is not datetime.date:
        raise ReferenceDataError(f"{where}: found from = {start!r}, expected a date")
    status: SourceStatus = "gap" if "gap" in row else _status(row.get("status", source.status), where)
    _check_content(row, status, where)
    return Step(start, source, status, row.get("value"), row.get("gap"), "repealed" in row)


def _check_content(row: Mapping[str, Any], status: SourceStatus, where: str) -> None:
    """Refuse what would travel silently: NaN, an empty gap, a repeal that is none, a value that was not found."""
    value = row.get("value")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ReferenceDataError(f"{where}: found value = {value}, expected a finite number")
    if "gap" in row and not (isinstance(row["gap"], str) and row["gap"].strip()):
        raise ReferenceDataError(f"{where}: found gap = {row['gap']!r}, expected what to do to fill it")
    if "repealed" in row and row["repealed"] is not True:
        raise ReferenceDataError(f"{where}: found repealed = {row['repealed']!r}, expected true or no such key")
    if "value" in row and status == "gap":
        raise ReferenceDataError(f"{where}: found a value with status gap, expected read, recalled or hypothesis")


def _source(key: str, row: Mapping[str, Any], where: str) -> Source:
    status = _status(_need(row, "status", f"{where}: sources.{key}"), f"{where}: sources.{key}")
    known = {name: row[name] for name in ("number", "article", "date", "address") if name in row}
    return Source(id=key, title=_need(row, "title", f"{where}: sources.{key}"), status=status, **known)


def _status(found: Any, where: str) -> SourceStatus:
    known = get_args(SourceStatus)
    if found not in known:
        raise ReferenceDataError(f"{where}: found status {found!r}, expected one of {', '.join(known)}")
    status: SourceStatus = found
    return status


def _label(row: Mapping[str, str], where: str) -> Label:
    return Label(_need(row, "zh", f"{where}: name"), _need(row, "en", f"{where}: name"))


def _table(data: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    found = _need(data, key, where)
    if not isinstance(found, Mapping):
        raise ReferenceDataError(f"{where}: {key}: found {found!r}, expected a table")
    return found


def _examples(data: Mapping[str, Any], where: str) -> tuple[Mapping[str, Any], ...]:
    """The worked examples as written; what they must say depends on the kind of table and is checked there."""
    found = data.get("examples", [])
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise ReferenceDataError(f"{where}: examples: found {found!r}, expected a list of tables, [[examples]]")
    return tuple(found)


def _need(row: Any, key: str, where: str) -> Any:
    if not isinstance(row, Mapping):
        raise ReferenceDataError(f"{where}: found {row!r}, expected a table with {key!r}")
    if key not in row:
        raise ReferenceDataError(f"{where}: found no {key!r}, expected it to be stated")
    return row[key]
