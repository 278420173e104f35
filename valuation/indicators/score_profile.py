"""Which indicators count how much when a patent is scored? Weight profiles as data: editable, versioned, judgement.

A profile is a tree: dimensions, groups, indicators (一级、二级、三级指标). Weights are shares among siblings, so an
indicator counts the product of the three. A profile that claims the structure of GB/T 42748-2023 must have its three
dimensions, 14 groups and 27 indicators; indicators beyond them are marked as extensions.
"""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import Field

from valuation.errors import FieldProblem, GapError, InputError, ReferenceDataError, UnknownNameError
from valuation.kernel.fields import NOT_EMPTY, Day, FiniteFloat, FrozenModel, Identifier, Reason, StrictBool, parse
from valuation.kernel.labels import Label
from valuation.kernel.sources import Source

__all__ = [
    "Dimension",
    "Indicator",
    "IndicatorGroup",
    "Names",
    "ScoreProfile",
    "StandardStructure",
    "profile_from_toml",
    "standard_structure",
]

_STANDARD = "gbt_42748_2023"
#: Weights are stated as decimal shares; their sum is compared with one at this precision.
_SUM_TOLERANCE = 1e-9


class Names(FrozenModel):
    """What a node is called: the Chinese term first."""

    zh: Annotated[str, Field(min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]

    @property
    def label(self) -> Label:
        """The same two texts as the kernel's label."""
        return Label(self.zh, self.en)


class _Node(FrozenModel):
    """A name with a weight among its siblings; a weight that was not found is a ``gap`` that says what to do."""

    id: Identifier
    name: Names
    weight_share: Annotated[FiniteFloat, Field(ge=0, le=1)] | None = None
    gap: Reason | None = None


class Indicator(_Node):
    """What is marked: a third-level indicator (三级指标); ``is_extension`` marks one beyond the standard's own."""

    is_extension: StrictBool = False


class IndicatorGroup(_Node):
    """A second-level indicator (二级指标)."""

    indicators: Annotated[tuple[Indicator, ...], Field(max_length=200), *NOT_EMPTY]


class Dimension(_Node):
    """A first-level indicator (一级指标)."""

    groups: Annotated[tuple[IndicatorGroup, ...], Field(max_length=100), *NOT_EMPTY]


class ScoreProfile(FrozenModel):
    """Weights for one scene, in one version, as the judgement of who states them.

    ``marks_from`` and ``marks_to`` are the ends of the scale on which every indicator is marked.
    """

    id: Identifier
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){0,2}$")]
    structure: Literal["gbt_42748_2023", "own"]
    scene: Identifier
    grade: Literal["judgement"]
    reason: Reason
    stated_on: Day
    marks_from: FiniteFloat
    marks_to: FiniteFloat
    dimensions: Annotated[tuple[Dimension, ...], Field(max_length=50), *NOT_EMPTY]

    def paths(self) -> Iterator[tuple[Dimension, IndicatorGroup, Indicator]]:
        """Every indicator with the two levels above it, in the order of the profile."""
        for dimension in self.dimensions:
            for group in dimension.groups:
                for indicator in group.indicators:
                    yield dimension, group, indicator

    def check(self) -> None:
        """Is the profile whole: scene known, ids unique, counts of the standard, weights that add up to one?

        Raises
        ------
        InputError : with one problem for each fault.
        """
        problems = [*_scene_faults(self), *_structure_faults(self), *_weight_faults(self)]
        repeated = [name for name, count in Counter(each.id for each in _nodes(self)).items() if count > 1]
        problems += [FieldProblem("dimensions", f"the id {name!r} more than once", "unique ids") for name in repeated]
        if self.marks_from >= self.marks_to:
            problems.append(FieldProblem("marks_to", f"{self.marks_to:g}", f"a number above {self.marks_from:g}"))
        if problems:
            raise InputError.from_problems(problems)

    def weights(self) -> dict[str, float]:
        """How much does each indicator count in the whole? The product of the three shares; they add up to one.

        Raises
        ------
        GapError : a weight was not found, naming the first and how many there are.
        """
        gaps = [each for each in _nodes(self) if each.weight_share is None]
        if gaps:
            raise GapError(
                f"profile {self.id}: {len(gaps)} weights are gaps, the first at {gaps[0].id}: {gaps[0].gap}."
                " State them as a judgement with its reason"
            )
        return {
            indicator.id: float(dimension.weight_share or 0) * float(group.weight_share or 0) * float(each)
            for dimension, group, indicator in self.paths()
            if (each := indicator.weight_share) is not None
        }

    def revised(self, weights: Mapping[str, float], *, version: str, reason: str, stated_on: object) -> ScoreProfile:
        """The same profile with other weights, as a new version with its own reason; a gap may be filled.

        Raises
        ------
        UnknownNameError : a weight for a node that the profile does not have.
        InputError : the version is the old one, or the changed weights do not add up to one.
        """
        known = [each.id for each in _nodes(self)]
        for name in weights:
            if name not in known:
                raise UnknownNameError.among("weights", found=name, known=known)
        if version == self.version:
            raise InputError.of("version", found=version, expected="another version than the one revised")
        data = self.model_dump() | {"version": version, "reason": reason, "stated_on": stated_on}
        data["dimensions"] = _reweighted(data["dimensions"], weights)
        return _checked(parse(ScoreProfile, data))


@dataclass(frozen=True)
class StandardStructure:
    """What is known of the standard: counts by level, dimensions, scenes, sources, and what to do about the gaps."""

    label: Label
    counts: Mapping[str, int]
    dimensions: Mapping[str, Label]
    scenes: Mapping[str, Label]
    sources: tuple[Source, ...]
    gaps: Mapping[str, str]


def profile_from_toml(text: str) -> ScoreProfile:
    """Which profile does a TOML text state?

    Raises
    ------
    InputError : the text is not TOML, or the profile is incomplete or contradicts itself.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError.of("profile", found=f"a text that is not TOML ({error})", expected="a TOML text") from error
    return _checked(parse(ScoreProfile, data))


@functools.cache
def standard_structure() -> StandardStructure:
    """What does the product know of GB/T 42748-2023? Read once from the packaged file.

    Raises
    ------
    ReferenceDataError : a dimension or scene names no listed source.
    """
    text = (resources.files("valuation.indicators") / f"{_STANDARD}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    sources = {key: Source(id=key, **row) for key, row in data["sources"].items()}
    for row in (data["counts"], *data["dimensions"], *data["scenes"]):
        if row["source"] not in sources:
            raise ReferenceDataError(f"{_STANDARD}: found source {row['source']!r}, expected a listed one")
    return StandardStructure(
        label=Label(**data["name"]),
        counts={level: data["counts"][level] for level in ("dimensions", "groups", "indicators")},
        dimensions={row["id"]: Label(**row["name"]) for row in data["dimensions"]},
        scenes={row["id"]: Label(**row["name"]) for row in data["scenes"]},
        sources=tuple(sources.values()),
        gaps=data["gaps"],
    )


def _checked(profile: ScoreProfile) -> ScoreProfile:
    profile.check()
    return profile


def _nodes(profile: ScoreProfile) -> Iterator[_Node]:
    for dimension in profile.dimensions:
        yield dimension
        for group in dimension.groups:
            yield group
            yield from group.indicators


def _families(profile: ScoreProfile) -> Iterator[tuple[str, Sequence[_Node]]]:
    """Siblings, whose weights are shares of one, with the name of their parent."""
    yield "dimensions", profile.dimensions
    for dimension in profile.dimensions:
        yield dimension.id, dimension.groups
        for group in dimension.groups:
            yield group.id, group.indicators


def _scene_faults(profile: ScoreProfile) -> list[FieldProblem]:
    scenes = standard_structure().scenes
    if profile.structure == "own" or profile.scene in scenes:
        return []
    return [FieldProblem("scene", repr(profile.scene), f"one of {', '.join(scenes)}")]


def _structure_faults(profile: ScoreProfile) -> list[FieldProblem]:
    """The standard's dimensions and counts, for a profile that claims its structure; extensions do not count."""
    if profile.structure == "own":
        return []
    standard = standard_structure()
    problems = []
    found = [each.id for each in profile.dimensions]
    if sorted(found) != sorted(standard.dimensions):
        problems.append(FieldProblem("dimensions", ", ".join(found), ", ".join(standard.dimensions)))
    counted = {
        "groups": sum(len(each.groups) for each in profile.dimensions),
        "indicators": sum(not indicator.is_extension for *_, indicator in profile.paths()),
    }
    for level, count in counted.items():
        if count != standard.counts[level]:
            problems.append(FieldProblem(level, str(count), f"{standard.counts[level]}, as in GB/T 42748-2023"))
    return problems


def _weight_faults(profile: ScoreProfile) -> list[FieldProblem]:
    problems = [
        FieldProblem(f"{each.id}.weight_share", "both or neither", "either a weight_share or a gap")
        for each in _nodes(profile)
        if (each.weight_share is None) == (each.gap is None)
    ]
    for parent, siblings in _families(profile):
        stated = [each.weight_share for each in siblings if each.weight_share is not None]
        if len(stated) == len(siblings) and abs(sum(stated) - 1) > _SUM_TOLERANCE:
            problems.append(FieldProblem(f"{parent}.weight_share", f"a sum of {sum(stated):.12g}", "a sum of 1"))
    return problems


def _reweighted(nodes: Sequence[Mapping[str, Any]], weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """The same tree as plain data, with the weights that are named replaced and their gaps closed."""
    made = []
    for node in nodes:
        changed = dict(node)
        if node["id"] in weights:
            changed |= {"weight_share": weights[node["id"]], "gap": None}
        for below in ("groups", "indicators"):
            if below in node:
                changed[below] = _reweighted(node[below], weights)
        made.append(changed)
    return made
