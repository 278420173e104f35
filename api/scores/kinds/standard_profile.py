"""Points in the structure of GB/T 42748-2023."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.answered import named_under
from api.scores.kind import NamesSource, Scored, ScoreKind
from api.scores.points import Marks, points_of, points_sections
from valuation.indicators.scene_weights import StandardTable, standard_profile
from valuation.indicators.score_profile import ScoreProfile
from valuation.kernel.fields import Day, FiniteFloat, FrozenModel, Identifier, Reason
from valuation.kernel.labels import Label

__all__ = ["KIND", "StandardProfileScore", "WeightRevision"]


class WeightRevision(FrozenModel):
    """Other weights for named dimensions, groups or indicators, as a new version with its own reason."""

    weights: Annotated[dict[Identifier, Annotated[FiniteFloat, Field(ge=0, le=1)]], Field(min_length=1, max_length=500)]
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){0,2}$")]
    reason: Reason
    stated_on: Day


class StandardProfileScore(NamesSource):
    """Marks in the structure of GB/T 42748-2023 under the packaged weights of a scene, which are a judgement.

    ``table`` states the names of the 14 and 27 indicators as copied from the standard; without it they are a gap.
    ``revision`` changes weights, as a version of its own with its reason.
    """

    kind: Literal["standard_profile"]
    scene: Identifier
    table: StandardTable | None = None
    revision: WeightRevision | None = None
    marks: Marks

    def named_source(self) -> tuple[str, str] | None:
        """Where the names of the indicators were copied from."""
        return None if self.table is None else ("table.source", self.table.source)


def _score(stated: StandardProfileScore) -> Scored:
    return points_of(_profile(stated), stated.marks)


def _profile(stated: StandardProfileScore) -> ScoreProfile:
    """The packaged profile of the scene over the names stated, with the weights revised as asked."""
    profile = standard_profile(stated.scene, stated.table)
    if stated.revision is None:
        return profile
    revision = stated.revision
    with named_under("revision"):
        return profile.revised(
            revision.weights, version=revision.version, reason=revision.reason, stated_on=revision.stated_on
        )


KIND = ScoreKind(
    label=Label("国家标准评分", "Score under the national standard"),
    question=Label("按 GB/T 42748-2023 的结构是多少分？", "How many points are there under GB/T 42748-2023?"),
    model=StandardProfileScore,
    score=_score,
    sections=points_sections,
)
