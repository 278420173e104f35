"""Does a profile enter only whole, and does the standard stay as unknown as it is?

Checked against: the counts of GB/T 42748-2023 (announcement of the standard), sums by hand, profiles with known faults.
"""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest

from tests.valuation.indicators.profiles import SHAPE, node, small, standard
from valuation.errors import GapError, InputError, ReferenceDataError, UnknownNameError
from valuation.indicators.score_profile import (
    ScoreProfile,
    profile_from_toml,
    standard_structure,
)
from valuation.kernel.fields import parse

TOML = """
id = "pledge_review"
version = "2.1"
structure = "own"
scene = "pledge"
grade = "judgement"
reason = "three reviewers of the bank agreed on these"
stated_on = 2024-05-01
marks_from = 1
marks_to = 5

[[dimensions]]
id = "legal"
name = { zh = "法律价值", en = "legal value" }
weight_share = 1.0

[[dimensions.groups]]
id = "right"
name = { zh = "权利", en = "right" }
weight_share = 1.0

[[dimensions.groups.indicators]]
id = "term"
name = { zh = "剩余期限", en = "remaining term" }
weight_share = 0.25

[[dimensions.groups.indicators]]
id = "claims"
name = { zh = "权利要求", en = "claims" }
weight_share = 0.75
"""


def made(data: dict[str, Any]) -> ScoreProfile:
    profile = parse(ScoreProfile, data)
    profile.check()
    return profile


def problems(data: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as raised:
        made(data)
    return [f"{each.field}: {each.found}" for each in raised.value.problems]


# --- the standard ---------------------------------------------------------------------------------


def test_the_structure_has_the_counts_of_the_standard() -> None:
    """Authority: 一级指标3项、二级指标14项、三级指标27项."""
    found = standard_structure()
    assert dict(found.counts) == {"dimensions": 3, "groups": 14, "indicators": 27}
    assert [label.zh for label in found.dimensions.values()] == ["法律价值", "技术价值", "经济价值"]
    assert len(found.scenes) == 6
    assert {source.status for source in found.sources} == {"read"}


def test_a_source_that_is_not_listed_stops_the_structure(monkeypatch: pytest.MonkeyPatch) -> None:
    import tomllib

    read = tomllib.loads

    def without(text: str) -> dict[str, Any]:
        data = read(text)
        del data["sources"]["abstract"]
        return data

    standard_structure.cache_clear()
    monkeypatch.setattr(tomllib, "loads", without)
    with pytest.raises(ReferenceDataError, match="found source 'abstract'"):
        standard_structure()
    standard_structure.cache_clear()


# --- whole profiles -------------------------------------------------------------------------------


def test_weights_multiply_down_the_tree_and_add_up_to_one() -> None:
    """Hand: 0.5 · 1/4 · 1/2 for a legal indicator, 0.3 · 1/5 · 1 for the last economic one."""
    weights = made(standard()).weights()
    assert len(weights) == 27
    assert sum(weights.values()) == pytest.approx(1, abs=1e-12)
    assert weights["legal_1_1"] == pytest.approx(0.5 / 4 / 2)
    assert weights["economic_5_1"] == pytest.approx(0.3 / 5)
    assert len(SHAPE["legal"]) + len(SHAPE["technical"]) + len(SHAPE["economic"]) == 14


def test_a_profile_is_read_from_a_text() -> None:
    found = profile_from_toml(TOML)
    assert found.weights() == {"term": 0.25, "claims": 0.75}
    assert (found.version, found.stated_on) == ("2.1", datetime.date(2024, 5, 1))
    with pytest.raises(InputError, match="profile: found a text that is not TOML"):
        profile_from_toml("id = ")
    with pytest.raises(InputError, match=r"right.weight_share: found a sum of 0.9"):
        profile_from_toml(TOML.replace("0.75", "0.65"))


def test_an_extension_does_not_count_among_the_27() -> None:
    data = standard()
    group = data["dimensions"][0]["groups"][0]
    group["indicators"] = [node(f"e{each}", 0.25, is_extension=each > 1) for each in range(4)]
    assert len(made(data).weights()) == 29
    group["indicators"][2]["is_extension"] = False
    assert problems(data) == ["indicators: 28"]


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scene": "party"}, ["scene: 'party'"]),
        ({"marks_from": 100}, ["marks_to: 100"]),
        ({"grade": "measured"}, ["grade: 'measured'"]),
        ({"version": "new"}, ["version: 'new'"]),
        ({"dimensions": []}, ["dimensions: []"]),
        ({"reason": " "}, ["reason: ' '"]),
    ],
)
def test_a_faulty_profile_does_not_enter(changes: dict[str, Any], expected: list[str]) -> None:
    assert problems(standard(**changes)) == expected


def test_every_fault_of_the_tree_is_named_at_once() -> None:
    data = copy.deepcopy(standard())
    data["dimensions"][0]["id"] = "beauty"
    data["dimensions"][0]["weight_share"] = 0.6
    data["dimensions"][1]["groups"][0]["indicators"][0]["gap"] = "also a gap"
    data["dimensions"][2]["groups"].pop()
    data["dimensions"][2]["groups"][0]["indicators"][0]["id"] = "legal_1_1"
    found = problems(data)
    assert "dimensions: beauty, technical, economic" in found
    assert "groups: 13" in found
    assert "indicators: 26" in found
    assert "technical_1_1.weight_share: both or neither" in found
    assert "dimensions.weight_share: a sum of 1.1" in found
    assert "economic.weight_share: a sum of 0.8" in found
    assert "dimensions: the id 'legal_1_1' more than once" in found


def test_a_profile_with_a_gap_is_kept_but_not_used() -> None:
    data = small()
    data["dimensions"][1]["groups"][0]["indicators"][0] = {
        "id": "sales",
        "name": {"zh": "销售", "en": "sales"},
        "gap": "ask the review board",
    }
    profile = made(data)
    with pytest.raises(GapError, match="profile test_profile: 1 weights are gaps, the first at sales: ask the review"):
        profile.weights()
    filled = profile.revised({"sales": 1.0}, version="1.1", reason="the board decided", stated_on="2024-03-01")
    assert filled.weights()["sales"] == pytest.approx(0.4)


# --- versions -------------------------------------------------------------------------------------


def test_a_revision_is_a_new_version_and_leaves_the_old_one_alone() -> None:
    old = made(small())
    new = old.revised(
        {"term": 0.9, "claims": 0.1}, version="1.1", reason="the term weighs more", stated_on="2024-06-30"
    )
    assert new.weights() == pytest.approx({"term": 0.54, "claims": 0.06, "sales": 0.4})
    assert old.weights() == pytest.approx({"term": 0.3, "claims": 0.3, "sales": 0.4})
    assert (new.version, new.reason, str(new.stated_on)) == ("1.1", "the term weighs more", "2024-06-30")
    assert new != old


@pytest.mark.parametrize(
    ("weights", "version", "error", "message"),
    [
        ({"term": 0.9}, "1.1", InputError, r"right.weight_share: found a sum of 1.4"),
        ({"term": 0.5}, "1.0", InputError, "version: found 1.0, expected another"),
        ({"colour": 0.5}, "1.1", UnknownNameError, "weights: found 'colour'"),
        ({"term": -0.5, "claims": 1.5}, "1.1", InputError, "weight_share"),
    ],
)
def test_a_revision_must_be_whole(
    weights: dict[str, float], version: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        made(small()).revised(weights, version=version, reason="tried in the test", stated_on="2024-06-30")
