"""Which public money is there to use, whose is it, and who says so?"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Annotated, Any

from pydantic import Field

from leverage.source_classes import SourceClassId
from valuation.errors import InputError, ReferenceDataError, SourceMissingError, UnknownNameError
from valuation.kernel.fields import NOT_EMPTY, Day, DecimalText, FrozenModel, Identifier, NonNegativeMoneyText, parse
from valuation.kernel.figures import SourceRow
from valuation.kernel.labels import Label
from valuation.kernel.money import Money
from valuation.kernel.sources import Source

__all__ = ["InstrumentLimit", "LabelRow", "MoneyLine", "Objective", "Payment", "Programme", "load_programmes"]


class LabelRow(FrozenModel):
    """A name in both languages."""

    zh: Annotated[str, Field(min_length=1, max_length=300)]
    en: Annotated[str, Field(min_length=1, max_length=300)]

    @property
    def label(self) -> Label:
        """The same as the kernel's label."""
        return Label(self.zh, self.en)


class MoneyLine(FrozenModel):
    """One amount of money that a programme holds: whose, for which park, stated by which source."""

    id: Identifier
    label: LabelRow
    park: Identifier
    source_class: SourceClassId
    amount: NonNegativeMoneyText
    source: Identifier

    @property
    def fen(self) -> int:
        """The amount in whole fen."""
        return Money.from_text(self.amount).fen


class Payment(FrozenModel):
    """A part of a line that is paid in on a day."""

    line: Identifier
    day: Day
    amount: NonNegativeMoneyText


class InstrumentLimit(FrozenModel):
    """The largest share of the programme's money that may go into an instrument."""

    instrument: Identifier
    max_share: Annotated[DecimalText, Field(ge=0, le=1)]
    source: Identifier


class Objective(FrozenModel):
    """What the programme is to reach: a fact of a scenario's ledger and its target, as the document says it."""

    id: Identifier
    label: LabelRow
    target: Annotated[DecimalText, Field(gt=0)]
    source: Identifier


class Programme(FrozenModel):
    """A programme of public money: lines, parks, and what its document says of instruments, payments, limits, aims.

    ``timetable``, ``limits`` and ``objectives`` are empty where the document does not say.
    """

    id: Identifier
    name: LabelRow
    instruments_named: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources: dict[Identifier, SourceRow]
    parks: dict[Identifier, LabelRow]
    lines: Annotated[tuple[MoneyLine, ...], Field(max_length=1000), *NOT_EMPTY]
    timetable: Annotated[tuple[Payment, ...], Field(max_length=1000)] = ()
    limits: Annotated[tuple[InstrumentLimit, ...], Field(max_length=100)] = ()
    objectives: Annotated[tuple[Objective, ...], Field(max_length=100)] = ()

    def model_post_init(self, context: object) -> None:
        """Refuse a line without a listed source or park, and two lines of one name."""
        del context
        for line in self.lines:
            if line.source not in self.sources:
                raise SourceMissingError(
                    f"{self.id}: line {line.id}: found source {line.source!r},"
                    f" expected one of {', '.join(self.sources)}"
                )
            if line.park not in self.parks:
                raise InputError.of(
                    f"{self.id}: line {line.id}: park", found=line.park, expected="one of " + ", ".join(self.parks)
                )
        names = [line.id for line in self.lines]
        if len(set(names)) != len(names):
            raise InputError.of(f"{self.id}: lines", found=names, expected="each id once")
        self._check_timetable()
        self._check_stated()

    def _check_timetable(self) -> None:
        """Refuse payments of a line that is not there, or of more than it holds."""
        held = {line.id: line.amount for line in self.lines}
        paid = dict.fromkeys(held, Decimal(0))
        for payment in self.timetable:
            if payment.line not in held:
                raise UnknownNameError.among(f"{self.id}: timetable: line", found=payment.line, known=held)
            paid[payment.line] += payment.amount
        for line, amount in paid.items():
            if amount > held[line]:
                raise InputError.of(
                    f"{self.id}: timetable: {line}",
                    found=f"{amount} paid in",
                    expected=f"at most the {held[line]} held",
                )

    def _check_stated(self) -> None:
        """Refuse a limit or an objective without a listed source, and an instrument limited twice."""
        for field, rows in (("limits", self.limits), ("objectives", self.objectives)):
            for row in rows:
                if row.source not in self.sources:
                    raise SourceMissingError(
                        f"{self.id}: {field}: found source {row.source!r}, expected one of {', '.join(self.sources)}"
                    )
        limited = [row.instrument for row in self.limits]
        if len(set(limited)) != len(limited):
            raise InputError.of(f"{self.id}: limits", found=", ".join(limited), expected="each instrument once")

    def as_toml(self) -> str:
        """The programme as a TOML text that :func:`load_programmes` reads back as the same programme."""
        document = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        return "".join(f"{name} = {_toml(value)}\n" for name, value in document.items())

    def listed_sources(self) -> dict[str, Source]:
        """The sources of the programme, as the kernel's."""
        return {name: row.as_source(name) for name, row in self.sources.items()}


def _toml(value: Any) -> str:
    """Write a JSON value as TOML: inline tables and quoted text; JSON's escapes are TOML's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def load_programmes(extra: Mapping[str, str] | None = None) -> dict[str, Programme]:
    """Which programmes are there? Every file in ``leverage/programmes``, and the TOML texts of ``extra`` by id.

    Raises
    ------
    ReferenceDataError : a file that is not TOML, or whose id is not its name.
    InputError : a field that is missing or wrong, naming file and field.
    SourceMissingError : a line without a listed source.
    """
    folder = files("leverage") / "programmes"
    texts = {
        entry.name.removesuffix(".toml"): entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return dict(sorted((name, _load(name, text)) for name, text in {**texts, **(extra or {})}.items()))


def _load(name: str, text: str) -> Programme:
    where = f"leverage/programmes/{name}.toml"
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ReferenceDataError(f"{where}: not readable as TOML: {error}") from error
    programme = parse(Programme, data, field=where)
    if programme.id != name:
        raise ReferenceDataError(f"{where}: found id {programme.id!r}, expected {name!r}")
    return programme
