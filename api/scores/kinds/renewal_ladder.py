"""Hazard and survival at each renewal fee, from counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field

from api.render.grids import Grid, Heading, Section, percent
from api.scores.kind import FactsStated, Scored, ScoreKind
from valuation.indicators.renewal_ladder import LapseCohort, fee_ladder, stages_of
from valuation.kernel.fields import FiniteFloat, FrozenModel, WholeNumber
from valuation.kernel.labels import Label, Language

__all__ = ["KIND", "CohortStated", "RenewalLadderScore"]

_Count = Annotated[WholeNumber, Field(ge=0, le=10**12)]


class CohortStated(FrozenModel):
    """Patents of one year, survivors included; a shorter list of lapses is a younger cohort."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    granted: Annotated[_Count, Field(ge=1)]
    lapsed_by_stage: Annotated[tuple[_Count, ...], Field(max_length=100)]


class RenewalLadderScore(FactsStated):
    """Hazard and survival at each renewal fee, from counts of the caller's."""

    kind: Literal["renewal_ladder"]
    ages_years: Annotated[tuple[Annotated[FiniteFloat, Field(gt=0)], ...], Field(min_length=1, max_length=100)]
    cohorts: Annotated[tuple[CohortStated, ...], Field(min_length=1, max_length=1000)]


def _score(stated: RenewalLadderScore) -> Scored:
    cohorts = [LapseCohort(each.name, each.granted, each.lapsed_by_stage) for each in stated.cohorts]
    steps = fee_ladder(stages_of(cohorts, ages_years=stated.ages_years))
    return Scored({"steps": [asdict(each) for each in steps]})


def _sections(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    del language
    yield Heading("续费存续 Survival at renewal fees")
    rows = tuple(
        (
            f"{each['age_years']:g}",
            f"{each['at_risk']:,}",
            f"{each['lapsed']:,}",
            f"{percent(each['hazard_share'], places=2)} ± {percent(each['hazard_error'], places=2)}",
            f"{percent(each['survival_share'], places=2)} ± {percent(each['survival_error'], places=2)}",
        )
        for each in result["steps"]
    )
    heads = ("年龄 Age", "有效件数 At risk", "失效 Lapsed", "失效率 Hazard", "存续率 Survival")
    yield Grid(heads, rows, texts=frozenset())


KIND = ScoreKind(
    label=Label("续费存续", "Survival at renewal fees"),
    question=Label("每次缴费时有多少失效、多少存续？", "How many lapse and how many survive at each fee?"),
    model=RenewalLadderScore,
    score=_score,
    sections=_sections,
)
