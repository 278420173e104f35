"""What a kind of score offers: the model of what is stated, the result, and how it looks on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

import api.scores.kinds
from api.render.grids import Section
from valuation.kernel.discovery import discover
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label, Language, NamedWarning
from valuation.kernel.sources import Source

__all__ = ["FactsStated", "NamesSource", "ScoreKind", "Scored", "score_kinds"]


class NamesSource(FrozenModel):
    """What is stated may name a listed source for what carries no grade of its own."""

    def named_source(self) -> tuple[str, str] | None:
        """The field that names the source, and the name; None where nothing of the kind is stated."""
        return None


class FactsStated(NamesSource):
    """Facts that carry no grade of their own.

    Attributes
    ----------
    facts_source : the listed source of the counts, codes or outcomes.
    """

    facts_source: Identifier

    def named_source(self) -> tuple[str, str] | None:
        """The source of the facts."""
        return "facts_source", self.facts_source


@dataclass(frozen=True)
class Scored:
    """What was found: JSON-safe data in the layout of the kind, with its doubts and the sources it brought."""

    result: dict[str, Any]
    warnings: tuple[NamedWarning, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class ScoreKind:
    """One kind of score.

    Attributes
    ----------
    label, question : its name, and what it answers.
    model : what is stated, with the field ``kind`` that names it.
    score : the result of what is stated; never an amount.
    sections : the result on a screen, in a language.
    """

    label: Label
    question: Label
    model: type[FrozenModel]
    score: Callable[[Any], Scored]
    sections: Callable[[Mapping[str, Any], Language], Iterator[Section]]

    @property
    def id(self) -> str:
        """The name of the kind, as the request states it."""
        (name,) = get_args(self.model.model_fields["kind"].annotation)
        return str(name)


@cache
def score_kinds() -> Mapping[str, ScoreKind]:
    """Every kind of score, by id."""
    return discover(api.scores.kinds, attribute="KIND", of_type=ScoreKind)
