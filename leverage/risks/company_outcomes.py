"""企业回报: so many companies, each with a multiple from a law of outcomes: what is lost and what is gained?

Each company gets the same part of the money and pays back a multiple Mᵢ of it, drawn from a law of
``leverage/outcomes``; one factor moves them all, uᵢ = Φ(√ρ · m + √(1−ρ) · εᵢ), Mᵢ = Q(uᵢ):

    lost = Σ max(0, 1 − Mᵢ) / n          gain = Σ max(0, Mᵢ − 1) / n

so that 1 − lost + gain is the multiple of the whole.

Tested by: the mean multiple and the loss probability of the law, ``tests/leverage/risks/test_risks.py``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, SerializeAsAny, create_model

from leverage.company_outcome import OutcomeKind, joined_multiples, outcome_kinds
from leverage.path_money import CourseShares, PathShares
from leverage.risk import PathFactors, RiskKind, RunSpan
from leverage.terms import CorrelationExact, ExactFigure, PositiveExact, count_up_to
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Graded
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["RISK", "CompanyOutcomes", "OutcomeLaw"]

Array = NDArray[np.float64]
_MOST_COMPANIES = 1000
#: Years by which the course may hold companies longer or shorter than the law says before the reader is told.
_YEARS_APART = 1.0


class OutcomeLaw(Graded):
    """A law of ``leverage/outcomes`` with its terms, as one graded statement."""

    id: str
    terms: SerializeAsAny[FrozenModel]


def _law_model(kind: OutcomeKind) -> Any:
    identifier: Any = Literal[kind.id]
    name = "".join(part.capitalize() for part in kind.id.split("_"))
    return create_model(
        f"{name}Law",
        __base__=OutcomeLaw,
        __doc__=OutcomeLaw.__doc__,
        id=(identifier, ...),
        terms=(kind.terms_model, ...),
    )


_LAWS: Any = Annotated[
    reduce(operator.or_, [_law_model(kind) for kind in outcome_kinds().values()]), Field(discriminator="id")
]


class CompanyOutcomes(FrozenModel):
    """The law of a company's multiple, how many equal companies, how they move together, how long they are held."""

    kind: Literal["company_outcomes"]
    law: _LAWS
    companies: Annotated[ExactFigure, AfterValidator(count_up_to(_MOST_COMPANIES))]
    correlation_share: CorrelationExact
    years_held: PositiveExact


@dataclass(frozen=True)
class _Draw:
    quantile: Callable[[Any, Array], Array]
    law: Any
    companies: int
    correlation: float

    def shares(self, factors: PathFactors) -> PathShares:
        own = factors.own_normals(0, rows=self.companies)
        multiples = joined_multiples(
            self.quantile, self.law, common=factors.whole, own=own, correlation_share=self.correlation
        )
        lost = np.maximum(0.0, 1 - multiples).mean(axis=0)
        return PathShares(lost, np.maximum(0.0, multiples - 1).mean(axis=0))


def _prepare(terms: CompanyOutcomes, span: RunSpan) -> _Draw:
    del span
    kind = outcome_kinds()[terms.law.id]
    return _Draw(kind.quantile, terms.law.terms, int(terms.companies.value), float(terms.correlation_share.value))


def _doubts(terms: CompanyOutcomes, course: CourseShares) -> tuple[NamedWarning, ...]:
    """Name a course that holds companies clearly longer or shorter than the law's multiple took."""
    place = np.arange(len(course.drawn))
    ended = course.repaid + course.lost
    held = float((place @ ended - place @ course.drawn) / course.drawn.sum()) / 4
    stated = float(terms.years_held.value)
    if abs(held - stated) <= _YEARS_APART:
        return ()
    text = Label(
        f"进程平均持有{held:.1f}年，而回报倍数的分布对应{stated:g}年：两者应一致",
        f"the course holds companies {held:.1f} years on average, the law's multiple is of {stated:g} years: they"
        " should agree",
    )
    return (NamedWarning("years_held_differ", text),)


RISK = RiskKind(
    id="company_outcomes",
    label=Label("企业回报倍数", "company outcomes"),
    question=Label("被投企业合计收回多少？", "What do the companies pay back together?"),
    terms_model=CompanyOutcomes,
    prepare=_prepare,
    numbers=lambda terms, _: int(terms.companies.value),
    doubts=_doubts,
    states_worth=True,
)
