"""Does a profile in the structure of GB/T 42748-2023 take its names from the user and its weights as a judgement?

Checked against: the counts and scenes of the standard (authority: announcement and abstract), shares by hand, tables
with known faults.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.valuation.indicators.profiles import SHAPE, names, standard_table
from valuation.errors import GapError, InputError, UnknownNameError
from valuation.indicators.scene_weights import StandardTable, scene_weights, standard_profile
from valuation.indicators.score import score
from valuation.indicators.score_profile import standard_structure
from valuation.kernel.fields import parse
from valuation.kernel.figures import Figure

SCENES = tuple(standard_structure().scenes)


def table(data: dict[str, Any] | None = None) -> StandardTable:
    return parse(StandardTable, standard_table() if data is None else data)


def problems(data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InputError) as raised:
        standard_profile("finance", table(data))
    return {each.field: f"{each.found}, {each.expected}" for each in raised.value.problems}


def test_every_scene_of_the_standard_has_weights_and_they_are_a_judgement() -> None:
    assert set(scene_weights()) == set(SCENES)
    for scene, weights in scene_weights().items():
        assert (weights.scene, weights.grade, weights.version) == (scene, "judgement", "1.0")
        assert set(weights.weight_share) == set(standard_structure().dimensions)
        assert sum(weights.weight_share.values()) == pytest.approx(1, abs=1e-9)
        assert len(weights.reason) > 10
    assert len({tuple(each.weight_share.values()) for each in scene_weights().values()}) == len(SCENES)


@pytest.mark.parametrize("scene", SCENES)
def test_without_the_names_every_scene_is_a_gap(scene: str) -> None:
    with pytest.raises(GapError, match=rf"indicators for {scene} are a gap: copy the names of the 14 and 27"):
        standard_profile(scene)


def test_an_unknown_scene_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="scene: found 'pledge'"):
        standard_profile("pledge", table())


@pytest.mark.parametrize("scene", SCENES)
def test_the_names_are_the_users_and_the_weights_those_of_the_scene(scene: str) -> None:
    """Hand: the first legal indicator is one of two in one of four groups; the last economic one alone in one of 5."""
    profile = standard_profile(scene, table())
    shares, weights = scene_weights()[scene].weight_share, profile.weights()
    assert len(weights) == 27
    assert sum(weights.values()) == pytest.approx(1, abs=1e-9)
    assert weights["legal_1_1"] == pytest.approx(shares["legal"] / 4 / 2)
    assert weights["economic_5_1"] == pytest.approx(shares["economic"] / 5)
    assert (profile.grade, profile.structure, profile.scene) == ("judgement", "gbt_42748_2023", scene)
    assert [each.name.zh for each in profile.dimensions] == ["法律价值", "技术价值", "经济价值"]
    assert profile.dimensions[0].groups[0].name.zh == names("legal_1")["zh"]
    assert "not the weights of the standard" in profile.reason


def test_a_score_says_that_the_weights_are_a_judgement_and_whose_they_are_not() -> None:
    """Limit: the same mark everywhere is the score, whatever the weights."""
    profile = standard_profile("finance", table())
    mark = parse(Figure, {"value": 62.5, "grade": "hypothesis", "reason": "chosen for the test"})
    found = score(profile, dict.fromkeys(profile.weights(), mark))
    assert found.points == pytest.approx(62.5)
    (warning,) = found.warnings
    assert warning.code == "judgement_weights"
    assert "not the weights of the standard" in warning.label.en


def test_a_revision_moves_the_weights_of_the_scene() -> None:
    profile = standard_profile("finance", table())
    half = {"legal": 0.5, "technical": 0.25, "economic": 0.25}
    changed = profile.revised(half, version="1.1", reason="our own committee", stated_on="2026-12-01")
    assert changed.weights()["legal_1_1"] == pytest.approx(0.5 / 4 / 2)
    assert (changed.version, changed.scene) == ("1.1", "finance")


def test_the_table_must_have_the_counts_of_the_standard() -> None:
    missing = standard_table()
    missing["dimensions"][0]["groups"].pop()
    assert problems(missing) == {
        "table.groups": "13, 14, as in GB/T 42748-2023",
        "table.indicators": "25, 27, as in GB/T 42748-2023",
    }
    more = standard_table()
    more["dimensions"][1]["groups"][0]["indicators"].append({"id": "extra", "name": names("extra")})
    assert problems(more) == {"table.indicators": "28, 27, as in GB/T 42748-2023"}
    more["dimensions"][1]["groups"][0]["indicators"][-1]["is_extension"] = True
    assert len(standard_profile("finance", table(more)).weights()) == 28


def test_the_dimensions_must_be_those_of_the_standard() -> None:
    other = standard_table()
    other["dimensions"][0]["id"] = "beauty"
    assert problems(other) == {"table.dimensions": "beauty, technical, economic, legal, technical, economic"}
    two = standard_table()
    two["dimensions"].pop()
    assert "table.dimensions" in problems(two)


def test_an_id_is_used_once() -> None:
    twice = standard_table()
    twice["dimensions"][2]["groups"][0]["indicators"][0]["id"] = "legal_1_1"
    assert problems(twice) == {"table.dimensions": "the id 'legal_1_1' more than once, unique ids"}
    assert len(SHAPE) == 3
