"""What a kind of rate paper offers: the model of its inputs, and the paper of the domain that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

import api.rates.kinds
from valuation.kernel.discovery import discover
from valuation.kernel.fields import Dates, FrozenModel
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.sources import Source
from valuation.kernel.worksheet import Worksheet

__all__ = ["RateKind", "Written", "rate_kinds"]


@dataclass(frozen=True)
class Written:
    """A paper of the domain: the line that is the answer, and what it says beside it."""

    worksheet: Worksheet
    answer: str
    warnings: tuple[NamedWarning, ...] = ()
    sources: tuple[Source, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RateKind:
    """One kind of rate paper.

    Attributes
    ----------
    label, question : its name, and what it answers.
    model : its inputs, with the field ``kind`` that names it.
    write : the paper for these inputs as of these dates.
    """

    label: Label
    question: Label
    model: type[FrozenModel]
    write: Callable[[Any, Dates], Written]

    @property
    def id(self) -> str:
        """The name of the kind, as the request states it."""
        (name,) = get_args(self.model.model_fields["kind"].annotation)
        return str(name)


@cache
def rate_kinds() -> Mapping[str, RateKind]:
    """Every kind of rate paper, by id."""
    return discover(api.rates.kinds, attribute="KIND", of_type=RateKind)
