"""What does a worked example of a policy ask about?

Facts stand in the policy's TOML as text; each question takes those it knows, and what it does not know is refused, so
that a misspelt fact cannot be an example of something else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from valuation.errors import ReferenceDataError
from valuation.kernel.dated import DatedTable
from valuation.kernel.money import Money

__all__ = ["ExampleCase", "ExampleFacts", "ExampleQuestion"]


@dataclass
class ExampleFacts:
    """The stated facts of one example, and which of them were taken."""

    stated: Mapping[str, Any]
    where: str
    taken: set[str] = field(default_factory=set)

    def take(self, name: str, default: Any = None) -> Any:
        """The fact as it stands, or the default when it is not stated."""
        self.taken.add(name)
        return self.stated.get(name, default)

    def need(self, name: str) -> Any:
        """The fact as it stands.

        Raises
        ------
        ReferenceDataError : it is not stated.
        """
        found = self.take(name)
        if found is None:
            raise ReferenceDataError(f"{self.where}: facts: found no {name!r}, expected it to be stated")
        return found

    def fen(self, name: str, default: str | None = None) -> int:
        """An amount in yuan with at most two decimals, in fen; needed when there is no default."""
        return Money.from_text(str(self.need(name) if default is None else self.take(name, default))).fen

    def fraction(self, name: str) -> Fraction | None:
        """A number, exact, or None when it is not stated."""
        found = self.take(name)
        return None if found is None else Fraction(str(found))

    def decimal(self, name: str) -> Decimal:
        """A number that must be stated."""
        return Decimal(str(self.need(name)))

    def refuse_unknown(self) -> None:
        """Refuse a fact that no question asked for.

        Raises
        ------
        ReferenceDataError : naming it, and those that are known.
        """
        if strange := sorted(set(self.stated) - self.taken):
            known = ", ".join(sorted(self.taken)) or "none"
            raise ReferenceDataError(f"{self.where}: facts: found {', '.join(strange)}, expected some of {known}")


@dataclass(frozen=True)
class ExampleCase:
    """One worked example put to its policy: all tables, the day, the facts, the names of the figures expected."""

    policy: DatedTable
    policies: Mapping[str, DatedTable]
    on: datetime.date
    facts: ExampleFacts
    asked: tuple[str, ...] = ()


#: Answers an example by figures with names, as text.
ExampleQuestion = Callable[[ExampleCase], Mapping[str, str]]
