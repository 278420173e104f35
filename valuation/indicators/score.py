"""How does a patent score under a weight profile? Marks in, points out, every contribution shown; never money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from valuation.errors import FieldProblem, InputError
from valuation.indicators.score_profile import ScoreProfile
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["Contribution", "Score", "score"]


@dataclass(frozen=True)
class Contribution:
    """What one indicator adds: its mark times its weight in the whole, and what the mark rests on."""

    indicator: str
    label: Label
    dimension: str
    group: str
    weight_share: float
    mark: float
    points: float
    grade: str
    basis: str


@dataclass(frozen=True)
class Score:
    """Points on the scale of the profile. They order patents under one profile; they are no amount of anything.

    ``points`` and those of the dimensions are ``Σ weight · mark``; a dimension's are its part of the whole.
    """

    profile: str
    version: str
    scene: str
    points: float
    marks_from: float
    marks_to: float
    dimensions: Mapping[str, float]
    contributions: tuple[Contribution, ...]
    warnings: tuple[NamedWarning, ...]

    def as_document(self) -> dict[str, Any]:
        """The score as JSON-safe data."""
        return {
            "profile": self.profile,
            "version": self.version,
            "scene": self.scene,
            "points": self.points,
            "scale": {"from": self.marks_from, "to": self.marks_to},
            "dimensions": dict(self.dimensions),
            "contributions": [
                {
                    "indicator": each.indicator,
                    "label": each.label.as_document(),
                    "dimension": each.dimension,
                    "group": each.group,
                    "weight_share": each.weight_share,
                    "mark": each.mark,
                    "points": each.points,
                    "grade": each.grade,
                    "basis": each.basis,
                }
                for each in self.contributions
            ],
            "warnings": [each.as_document() for each in self.warnings],
        }


def score(profile: ScoreProfile, marks: Mapping[str, Figure]) -> Score:
    """How many points does a patent get for these marks?

    ``points = Σ weightᵢ · markᵢ`` over all indicators, the weight of each being the product of the shares of its
    dimension, its group and its own.

    Parameters
    ----------
    marks : id of an indicator → its mark with grade and basis, on the scale of the profile. Every indicator needs one,
        also one of weight zero: a missing mark is an error, not the lowest mark.

    Raises
    ------
    InputError : marks that are missing, unknown or off the scale, all of them at once.
    GapError : a weight of the profile is a gap.

    Tested by: hand, bounds and monotonicity (hypothesis); ``tests/valuation/indicators/test_score.py``.
    """
    profile.check()
    weights = profile.weights()
    _check_marks(profile, marks, weights)
    contributions = tuple(
        Contribution(
            indicator=indicator.id,
            label=indicator.name.label,
            dimension=dimension.id,
            group=group.id,
            weight_share=weights[indicator.id],
            mark=marks[indicator.id].value,
            points=weights[indicator.id] * marks[indicator.id].value,
            grade=marks[indicator.id].grade,
            basis=marks[indicator.id].basis,
        )
        for dimension, group, indicator in profile.paths()
    )
    return Score(
        profile=profile.id,
        version=profile.version,
        scene=profile.scene,
        points=sum(each.points for each in contributions),
        marks_from=profile.marks_from,
        marks_to=profile.marks_to,
        dimensions={
            dimension.id: sum(each.points for each in contributions if each.dimension == dimension.id)
            for dimension in profile.dimensions
        },
        contributions=contributions,
        warnings=(_judgement(profile),),
    )


def _check_marks(profile: ScoreProfile, marks: Mapping[str, Figure], weights: Mapping[str, float]) -> None:
    low, high = profile.marks_from, profile.marks_to
    problems = [FieldProblem(f"marks.{name}", "nothing", "a mark") for name in weights if name not in marks]
    for name, mark in marks.items():
        if name not in weights:
            problems.append(FieldProblem(f"marks.{name}", "an unknown indicator", "an indicator of the profile"))
        elif not low <= mark.value <= high:
            problems.append(FieldProblem(f"marks.{name}", f"{mark.value:g}", f"between {low:g} and {high:g}"))
    if problems:
        raise InputError.from_problems(problems)


def _judgement(profile: ScoreProfile) -> NamedWarning:
    """Weights are a judgement, whoever states them: the report says so."""
    stated = f"{profile.id} {profile.version}, {profile.stated_on}"
    label = Label(
        f"指标权重为判断（{stated}）：{profile.reason}；得分不是价值，不得折算为金额",
        f"the weights are a judgement ({stated}): {profile.reason}; a score is no value and converts into no amount",
    )
    return NamedWarning("judgement_weights", label)
