"""Which profile scores a patent in the structure of GB/T 42748-2023, for a scene?

The names of the 14 and 27 indicators are a gap of the product: a user with the standard at hand states them as a table.
The weights of the dimensions are packaged for each scene as a versioned judgement, never as the standard's own; below
the dimensions siblings count the same.
"""

from __future__ import annotations

import datetime
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import Field

from valuation.errors import GapError, InputError, UnknownNameError
from valuation.indicators.score_profile import Names, ScoreProfile, standard_structure
from valuation.kernel.fields import NOT_EMPTY, FrozenModel, Identifier, StrictBool, parse
from valuation.kernel.labels import Label

__all__ = [
    "NamedDimension",
    "NamedGroup",
    "NamedIndicator",
    "SceneWeights",
    "StandardTable",
    "scene_weights",
    "standard_profile",
]

_STANDARD = "gbt_42748_2023"
#: The scale on which every indicator is marked, unless a user states a whole profile of their own.
_MARKS = (0.0, 100.0)
_NOT_THE_STANDARDS = "；维度之下同级等权，非标准所定权重 equal below the dimensions, not the weights of the standard"


class NamedIndicator(FrozenModel):
    """A third-level indicator (三级指标) as the standard names it; ``is_extension`` marks one beyond the 27."""

    id: Identifier
    name: Names
    is_extension: StrictBool = False


class NamedGroup(FrozenModel):
    """A second-level indicator (二级指标) with those below it."""

    id: Identifier
    name: Names
    indicators: Annotated[tuple[NamedIndicator, ...], Field(max_length=200), *NOT_EMPTY]


class NamedDimension(FrozenModel):
    """One of the three dimensions, by the id of the packaged structure, with the groups below it."""

    id: Identifier
    groups: Annotated[tuple[NamedGroup, ...], Field(max_length=100), *NOT_EMPTY]


class StandardTable(FrozenModel):
    """The standard's table of indicators as a user copied it: names and places, no weights.

    ``source`` names the listed source it was copied from.
    """

    source: Identifier
    dimensions: Annotated[tuple[NamedDimension, ...], Field(max_length=50), *NOT_EMPTY]


@dataclass(frozen=True)
class SceneWeights:
    """The packaged weights of the dimensions for one scene: shares of one, a judgement in one version."""

    scene: str
    version: str
    grade: Literal["judgement"]
    reason: str
    stated_on: datetime.date
    weight_share: Mapping[str, float]


@functools.cache
def scene_weights() -> Mapping[str, SceneWeights]:
    """Which weights of the dimensions does the product start from, scene by scene? Read once from the packaged file."""
    text = (resources.files("valuation.indicators") / f"{_STANDARD}_weights.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return {
        scene: SceneWeights(
            scene, data["version"], data["grade"], row["reason"], data["stated_on"], row["weight_share"]
        )
        for scene, row in data["scenes"].items()
    }


def standard_profile(scene: str, table: StandardTable | None = None) -> ScoreProfile:
    """Which profile has the structure of the standard, with the packaged weights of a scene?

    Any weight of it may be changed with :meth:`ScoreProfile.revised`.

    Parameters
    ----------
    table : the names of the indicators as a user copied them; without it they are a gap.

    Raises
    ------
    UnknownNameError : no such scene.
    GapError : no table was stated, naming what is missing and what to do.
    InputError : the table has not the 3 dimensions, 14 groups and 27 indicators of the standard, or an id twice.

    Tested by: the counts of the standard, shares by hand; ``tests/valuation/indicators/test_scene_weights.py``.
    """
    structure = standard_structure()
    if scene not in structure.scenes:
        raise UnknownNameError.among("scene", found=scene, known=structure.scenes)
    if table is None:
        raise GapError(f"{structure.label.en}: the indicators for {scene} are a gap: {structure.gaps['indicators']}")
    found = [each.id for each in table.dimensions]
    if sorted(found) != sorted(structure.dimensions):
        raise InputError.of("table.dimensions", found=", ".join(found), expected=", ".join(structure.dimensions))
    profile = parse(ScoreProfile, _profile_data(scene_weights()[scene], table, structure.dimensions))
    try:
        profile.check()
    except InputError as error:
        problems = [replace(each, field=f"table.{each.field}") for each in error.problems]
        raise InputError.from_problems(problems) from error
    return profile


def _profile_data(weights: SceneWeights, table: StandardTable, names: Mapping[str, Label]) -> dict[str, Any]:
    return {
        "id": f"{_STANDARD}_{weights.scene}",
        "version": weights.version,
        "structure": _STANDARD,
        "scene": weights.scene,
        "grade": weights.grade,
        "reason": f"{weights.reason}{_NOT_THE_STANDARDS}",
        "stated_on": weights.stated_on,
        "marks_from": _MARKS[0],
        "marks_to": _MARKS[1],
        "dimensions": [
            {
                "id": each.id,
                "name": names[each.id].as_document(),
                "weight_share": weights.weight_share[each.id],
                "groups": list(_groups(each)),
            }
            for each in table.dimensions
        ],
    }


def _groups(dimension: NamedDimension) -> Iterator[dict[str, Any]]:
    """The groups of a dimension and their indicators, siblings with the same weight."""
    for group in dimension.groups:
        share = 1 / len(group.indicators)
        indicators = [each.model_dump() | {"weight_share": share} for each in group.indicators]
        yield group.model_dump() | {"weight_share": 1 / len(dimension.groups), "indicators": indicators}
