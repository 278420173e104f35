"""Which public money is there to use, whose is it, and who says so?"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from leverage.source_classes import SourceClassId
from valuation.errors import InputError, ReferenceDataError, SourceMissingError
from valuation.kernel.fields import NOT_EMPTY, FrozenModel, Identifier, NonNegativeMoneyText, parse
from valuation.kernel.figures import SourceRow
from valuation.kernel.labels import Label
from valuation.kernel.money import Money
from valuation.kernel.sources import Source

__all__ = ["LabelRow", "MoneyLine", "Programme", "load_programmes"]


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


class Programme(FrozenModel):
    """A programme of public money: its lines, its parks, and what its document says about instruments."""

    id: Identifier
    name: LabelRow
    instruments_named: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources: dict[Identifier, SourceRow]
    parks: dict[Identifier, LabelRow]
    lines: Annotated[tuple[MoneyLine, ...], Field(max_length=1000), *NOT_EMPTY]

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

    def listed_sources(self) -> dict[str, Source]:
        """The sources of the programme, as the kernel's."""
        return {name: row.as_source(name) for name, row in self.sources.items()}


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
