"""Points under the caller's own weight profile."""

from __future__ import annotations

from typing import Literal

from api.scores.kind import Scored, ScoreKind
from api.scores.points import Marks, points_of, points_sections
from valuation.indicators.score_profile import ScoreProfile
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["KIND", "OwnProfileScore"]


class OwnProfileScore(FrozenModel):
    """Marks under the caller's own weight profile; weights and marks are judgement and say so."""

    kind: Literal["own_profile"]
    profile: ScoreProfile
    marks: Marks


def _score(stated: OwnProfileScore) -> Scored:
    return points_of(stated.profile, stated.marks)


KIND = ScoreKind(
    label=Label("自有权重评分", "Score under an own profile"),
    question=Label("按自有权重，各项分值合计多少分？", "How many points do the marks make under own weights?"),
    model=OwnProfileScore,
    score=_score,
    sections=points_sections,
)
