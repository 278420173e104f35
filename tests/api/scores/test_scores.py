"""Scores over HTTP: points, indices and survival; gaps are gaps; nothing is an amount.

Checked against: sums worked out beside them (hand), the domain called directly (second way), the packaged counts, and
the layout in ``schemas.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.scores.kind import score_kinds
from api.scores.schemas import AnnuitiesOut, InForce, Score, StandardStructureOut
from tests.api.conftest import Client
from tests.api.requests import DELETED, changed, example
from tests.valuation.indicators.profiles import standard, standard_table
from valuation.indicators.score_profile import standard_structure
from valuation.indicators.us_lapse import us_lapse
from valuation.kernel.money import CURRENCIES

PATH = "/v1/scores"
MARK = {"grade": "hypothesis", "reason": "chosen for the test"}
REGISTER = {"register": {"title": "A register of patents", "status": "hypothesis"}}
SUBJECT = {
    "forward_citations": 5,
    "family_size": 2,
    "claims": 10,
    "own_codes": ["A61K 31/00"],
    "cited_codes": ["A61K 9/00", "C07D 1/00"],
}
OTHER = SUBJECT | {"forward_citations": 10, "family_size": 4, "claims": 20}
QUALITY = {
    "sources": REGISTER,
    "scoring": {
        "kind": "patent_quality",
        "facts_source": "register",
        "subject": SUBJECT,
        "cohort": [SUBJECT, OTHER],
    },
}
LADDER = {
    "sources": REGISTER,
    "scoring": {
        "kind": "renewal_ladder",
        "facts_source": "register",
        "ages_years": [4.0, 8.0],
        "cohorts": [
            {"name": "2000", "granted": 100, "lapsed_by_stage": [20, 40]},
            {"name": "2010", "granted": 100, "lapsed_by_stage": [40]},
        ],
    },
}


PAIRS = example("score_pairwise_weights")
PEERS = example("score_peer_group")


def test_every_kind_is_tested() -> None:
    tested = {each["scoring"]["kind"] for each in (example("score_patent"), QUALITY, LADDER, PAIRS, PEERS)}
    assert {*tested, "standard_profile"} == set(score_kinds())


def answered(client: Client, document: dict[str, Any]) -> dict[str, Any]:
    response = client.ask(PATH, document)
    assert response.status_code == 201, response.text
    stored = response.json()
    Score.model_validate(stored)
    assert stored["id"].startswith("sco_")
    assert client.get(stored["links"]["self"]).content == response.content
    answer: dict[str, Any] = stored["answer"]
    return answer


def test_points_are_the_weighted_marks(client: Client) -> None:
    """Hand: 0.4·0.6·70 + 0.4·0.4·45 + 0.3·55 + 0.3·60 = 16.8 + 7.2 + 16.5 + 18 = 58.5."""
    answer = answered(client, example("score_patent"))
    assert answer["result"]["points"] == pytest.approx(58.5)
    points = [each["points"] for each in answer["result"]["contributions"]]
    assert points == pytest.approx([16.8, 7.2, 16.5, 18.0])
    assert {each["code"] for each in answer["warnings"]} == {"judgement_weights", "hypothesis_inputs"}


def words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield str(name)
            yield from words(item)
    elif isinstance(value, list):
        for item in value:
            yield from words(item)
    else:
        yield str(value)


@pytest.mark.parametrize(
    "document",
    [example("score_patent"), QUALITY, LADDER, PAIRS, PEERS],
    ids=["points", "quality", "ladder", "pairs", "peers"],
)
def test_no_money_anywhere(client: Client, document: dict[str, Any]) -> None:
    said = set(words(answered(client, document)))
    assert not said & {*CURRENCIES, "currency", "value", "amount"}


def test_quality_indices_within_a_cohort(client: Client) -> None:
    """Hand: counts are half of the largest; originality 1 − (¼ + ¼); one of two cited codes lies outside A61K."""
    answer = answered(client, QUALITY)
    result = answer["result"]
    assert {result[name] for name in result["components"]} == {0.5}
    assert (result["composite"], result["cohort_size"]) == (0.5, 2)
    assert [each["id"] for each in answer["sources"]] == ["register"]
    assert [each["code"] for each in answer["warnings"]] == ["hypothesis_source"]


def test_survival_at_each_fee(client: Client) -> None:
    """Hand: 60 of 200 lapse at the first fee; 40 of the 80 left of the older cohort at the second."""
    first, second = answered(client, LADDER)["result"]["steps"]
    assert (first["at_risk"], first["lapsed"]) == (200, 60)
    assert first["survival_share"] == pytest.approx(0.7)
    assert (second["at_risk"], second["hazard_share"]) == (80, 0.5)
    assert second["survival_share"] == pytest.approx(0.35)


def test_weights_judged_in_pairs(client: Client) -> None:
    """Hand: 2, 6 and 3 fit together, so the weights are as 6 to 3 to 1 and the consistency ratio is zero."""
    answer = answered(client, PAIRS)
    result = answer["result"]
    assert [each["weight_share"] for each in result["weights"]] == pytest.approx([0.6, 0.3, 0.1], abs=1e-5)
    assert result["consistency_ratio"] == pytest.approx(0, abs=1e-4)
    assert result["maximum_consistency_ratio"] == 0.1
    assert answer["sources"], "the limit says where it comes from"
    assert [each["code"] for each in answer["warnings"]] == ["judgement_weights"]


def test_judgements_that_contradict_each_other_are_refused(empty_client: Client) -> None:
    """The first matters more than the second, the second than the third, the third than the first."""
    circle = [[1, 5, 0.2], [0.2, 1, 5], [5, 0.2, 1]]
    response = empty_client.ask(PATH, changed(PAIRS, "scoring.judgement.matrix", circle))
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:refused")
    assert "consistency_ratio" in response.json()["detail"]


def test_the_nearest_group_that_is_large_enough_speaks(client: Client) -> None:
    """Hand: 5, 7, 9, 13 share the field: median 8; with two the pair 9, 13 speaks: median 11."""
    result = answered(client, PEERS)["result"]
    assert (result["median"], result["peers"], result["all_peers"]) == (8.0, 4, 5)
    assert result["shared"] == {"技术领域 field": "A61K"}
    response = client.ask(PATH, changed(PEERS, "scoring.minimum_peers", 2), key="k-2")
    nearer = response.json()["answer"]["result"]
    assert (nearer["median"], nearer["peers"], len(nearer["shared"])) == (11.0, 2, 2)


@pytest.fixture
def empty_client(shared_client: Client) -> Iterator[Client]:
    yield shared_client
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("scene", standard_structure().scenes)
def test_the_names_of_the_standard_are_a_gap_until_they_are_stated(empty_client: Client, scene: str) -> None:
    scoring = {"kind": "standard_profile", "scene": scene, "marks": {"any": MARK | {"value": 1}}}
    response = empty_client.ask(PATH, {"scoring": scoring})
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:gap")
    assert "GB/T 42748" in response.json()["detail"]


NAMED = {
    "sources": {"standard": {"title": "GB/T 42748-2023, a copy of the test", "status": "hypothesis"}},
    "scoring": {
        "kind": "standard_profile",
        "scene": "finance",
        "table": standard_table(),
        "marks": {
            each["id"]: MARK | {"value": 80 if dimension["id"] == "legal" else 50}
            for dimension in standard_table()["dimensions"]
            for group in dimension["groups"]
            for each in group["indicators"]
        },
    },
}
REVISION = {
    "weights": {"legal": 0.5, "technical": 0.2, "economic": 0.3},
    "version": "1.1",
    "reason": "chosen for the test",
    "stated_on": "2026-12-01",
}


def test_stated_names_are_scored_under_the_weights_of_the_scene(client: Client) -> None:
    """Hand: the legal share of the scene is 0.35, and 0.35·80 + 0.65·50 = 60.5."""
    answer = answered(client, NAMED)
    assert answer["result"]["points"] == pytest.approx(60.5)
    assert (answer["result"]["scene"], answer["result"]["version"]) == ("finance", "1.0")
    assert len(answer["result"]["contributions"]) == 27
    assert [each["id"] for each in answer["sources"]] == ["standard"]
    assert "judgement_weights" in {each["code"] for each in answer["warnings"]}


def test_revised_weights_are_a_version_of_their_own(client: Client) -> None:
    """Hand: 0.5·80 + 0.5·50 = 65."""
    revised = answered(client, changed(NAMED, "scoring.revision", REVISION))
    assert revised["result"]["points"] == pytest.approx(65)
    assert revised["result"]["version"] == "1.1"


def test_the_example_of_the_standards_structure(client: Client) -> None:
    """Hand: 0.4·70 + 0.2·50 + 0.4·60 = 62, for each dimension is marked the same throughout."""
    answer = answered(client, example("score_gbt_42748"))
    assert answer["result"]["points"] == pytest.approx(62)
    assert answer["result"]["version"] == "1.1"
    assert {each["code"] for each in answer["warnings"]} == {
        "judgement_weights",
        "hypothesis_inputs",
        "hypothesis_source",
    }


def test_the_weights_of_each_scene_are_shown_as_a_judgement(shared_client: Client) -> None:
    document = shared_client.get("/v1/indicators/gbt_42748_2023").json()
    StandardStructureOut.model_validate(document)
    assert set(document["weight_profiles"]) == set(document["scenes"])
    for weights in document["weight_profiles"].values():
        assert weights["grade"] == "judgement"
        assert sum(weights["weight_share"].values()) == pytest.approx(1, abs=1e-9)


def test_a_gap_in_an_own_profile_is_a_gap(empty_client: Client) -> None:
    profile = standard()
    node = profile["dimensions"][0]["groups"][0]["indicators"][0]
    del node["weight_share"]
    node["gap"] = "ask the lender"
    marks = {
        each["id"]: MARK | {"value": 50}
        for dimension in profile["dimensions"]
        for group in dimension["groups"]
        for each in group["indicators"]
    }
    response = empty_client.ask(PATH, {"scoring": {"kind": "own_profile", "profile": profile, "marks": marks}})
    assert response.json()["type"] == "urn:ipfin:problem:gap"
    assert "ask the lender" in response.json()["detail"]


OWN = example("score_patent")
BAD: dict[str, tuple[dict[str, Any], str, Any, str, str, str]] = {
    "unknown kind": (OWN, "scoring.kind", "x", "scoring.kind", "x", "'own_profile'"),
    "mark off the scale": (OWN, "scoring.marks.demand.value", 101, "scoring.marks.demand", "101", "between 0 and 100"),
    "missing mark": (OWN, "scoring.marks.demand", DELETED, "scoring.marks.demand", "nothing", "a mark"),
    "unknown mark": (OWN, "scoring.marks.colour", MARK | {"value": 1}, "scoring.marks.colour", "unknown", "profile"),
    "weights": (
        OWN,
        "scoring.profile.dimensions.0.weight_share",
        0.5,
        "scoring.profile.dimensions.weight_share",
        "1.1",
        "a sum of 1",
    ),
    "claims the standard": (
        OWN,
        "scoring.profile.structure",
        "gbt_42748_2023",
        "scoring.profile.indicators",
        "4",
        "27",
    ),
    "a mark without a reason": (OWN, "scoring.marks.demand.reason", DELETED, "scoring.marks.demand", "60", "a reason"),
    "an unlisted source": (OWN, "scoring.marks.demand.source", "nope", "scoring.marks.demand.source", "nope", "listed"),
    "a distribution": (
        OWN,
        "scoring.marks.demand.distribution",
        {"kind": "uniform", "low": 50, "high": 70},
        "scoring.marks.demand.distribution",
        "a distribution",
        "not drawn",
    ),
    "a table short of a dimension": (
        NAMED,
        "scoring.table.dimensions",
        standard_table()["dimensions"][:2],
        "scoring.table.dimensions",
        "legal, technical",
        "legal, technical, economic",
    ),
    "a table short of a group": (
        NAMED,
        "scoring.table.dimensions.0.groups",
        standard_table()["dimensions"][0]["groups"][:3],
        "scoring.table.groups",
        "13",
        "14",
    ),
    "an unlisted copy": (NAMED, "scoring.table.source", "nope", "scoring.table.source", "nope", "standard"),
    "a revision that does not add up": (
        NAMED,
        "scoring.revision",
        REVISION | {"weights": {"legal": 0.9}},
        "scoring.revision.dimensions.weight_share",
        "1.55",
        "a sum of 1",
    ),
    "a revision of nothing": (
        NAMED,
        "scoring.revision",
        REVISION | {"weights": {"colour": 0.9}},
        "scoring.revision.weights",
        "colour",
        "legal",
    ),
    "unlisted facts": (QUALITY, "scoring.facts_source", "nope", "scoring.facts_source", "nope", "register"),
    "not in the cohort": (QUALITY, "scoring.cohort", [OTHER], "scoring.cohort", "1 others", "among them"),
    "a negative count": (QUALITY, "scoring.subject.claims", -1, "scoring.subject.claims", "-1", "greater"),
    "more lapses than grants": (
        LADDER,
        "scoring.cohorts.0.lapsed_by_stage",
        [90, 90],
        "scoring.cohorts.2000",
        "90",
        "within those granted",
    ),
    "one factor": (PAIRS, "scoring.factors", ["a"], "scoring.factors", "a", "at least 2"),
    "a factor twice": (PAIRS, "scoring.factors.2", "法律稳定性", "scoring.factors", "twice", "once"),
    "too few rows": (
        PAIRS,
        "scoring.judgement.matrix",
        [[1, 2], [0.5, 1]],
        "scoring.judgement.matrix",
        "2, 2",
        "3 rows",
    ),
    "no reciprocal": (PAIRS, "scoring.judgement.matrix.1.0", 2, "scoring.judgement.matrix.1.0", "2", "reciprocal of 2"),
    "beyond the scale": (
        PAIRS,
        "scoring.judgement.matrix",
        [[1, 12, 6], [0.08333, 1, 3], [0.16667, 0.33333, 1]],
        "scoring.judgement.matrix.0.1",
        "12",
        "between 1/9 and 9",
    ),
    "not above zero": (PAIRS, "scoring.judgement.matrix.0.1", 0, "scoring.judgement.matrix.0.1", "0", "greater than 0"),
    "pairs without a reason": (
        PAIRS,
        "scoring.judgement.reason",
        DELETED,
        "scoring.judgement.reason",
        "nothing",
        "a value",
    ),
    "a day that is none": (PAIRS, "scoring.policy_date", "soon", "scoring.policy_date", "soon", "a date"),
    "peers in money": (PEERS, "scoring.outcome_unit", "CNY", "scoring.outcome_unit", "CNY", "years"),
    "a share above one": (PEERS, "scoring.outcome_unit", "share", "scoring.peers.0.outcome", "9", "between 0 and 1"),
    "negative years": (PEERS, "scoring.peers.1.outcome", -1.0, "scoring.peers.1.outcome", "-1", "between 0 and 200"),
    "features without a name": (PEERS, "scoring.features", ["A61K"], "scoring.features", "1 features", "2, one for"),
    "a peer of fewer features": (
        PEERS,
        "scoring.peers.4.features",
        [],
        "scoring.peers.4.features",
        "0 features",
        "2, one for each name",
    ),
    "too few peers": (PEERS, "scoring.minimum_peers", 6, "scoring.peers", "5 peers", "6 or more"),
    "no peers asked for": (PEERS, "scoring.minimum_peers", 0, "scoring.minimum_peers", "0", "1"),
    "peers of no source": (PEERS, "scoring.facts_source", "nope", "scoring.facts_source", "nope", "register"),
    "ages that fall": (LADDER, "scoring.ages_years", [8.0, 4.0], "scoring.stages", "8.0, 4.0", "rising"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_input_names_the_field_and_nothing_is_stored(empty_client: Client, case: tuple[Any, ...]) -> None:
    document, path, value, field, found, expected = case
    response = empty_client.ask(PATH, changed(document, path, value))
    assert response.status_code == 422, response.text
    named = [each for each in response.json()["problems"] if each["field"] == field]
    assert named, response.json()["problems"]
    assert found in named[0]["found"]
    assert expected in named[0]["expected"]


def test_an_unknown_scene_lists_the_known_ones(empty_client: Client) -> None:
    scoring = {"kind": "standard_profile", "scene": "nope", "marks": {"any": MARK | {"value": 1}}}
    (problem,) = empty_client.ask(PATH, {"scoring": scoring}).json()["problems"]
    assert problem["field"] == "scoring.scene"
    assert "finance" in problem["expected"]


@pytest.mark.parametrize(
    ("document", "path", "value"),
    [(QUALITY, "scoring.subject.cited_codes", []), (LADDER, "scoring.cohorts.0.lapsed_by_stage", [60, 40])],
)
def test_what_would_mislead_is_refused(empty_client: Client, document: dict[str, Any], path: str, value: Any) -> None:
    document = changed(document, path, value)
    if document["scoring"]["kind"] == "patent_quality":
        document["scoring"]["cohort"][0] = document["scoring"]["subject"]
    else:
        del document["scoring"]["cohorts"][1]
    assert empty_client.ask(PATH, document).json()["type"] == "urn:ipfin:problem:refused"


@pytest.mark.parametrize("age", [None, 2.0, 5.0, 9.5, 30.0])
def test_survival_of_us_patents(shared_client: Client, age: float | None) -> None:
    response = shared_client.get("/v1/indicators/us_lapse", params={} if age is None else {"age_years": age})
    document = response.json()
    InForce.model_validate(document)
    assert [each["low_share"] for each in document["bands"]] == [each.low_share for each in us_lapse().bands]
    assert {"read", "hypothesis"} == {each["status"] for each in document["sources"]}
    if age is None:
        assert document["in_force"] is None
    else:
        assert (document["in_force"]["low_share"], document["in_force"]["high_share"]) == us_lapse().in_force_share(age)


@pytest.mark.parametrize("age", ["-1", "nan", "old", "1e9"])
def test_an_age_that_cannot_be(shared_client: Client, age: str) -> None:
    response = shared_client.get("/v1/indicators/us_lapse", params={"age_years": age})
    assert response.status_code == 422
    assert response.json()["problems"][0]["field"] == "age_years"


def test_the_structure_of_the_standard_says_its_gaps(shared_client: Client) -> None:
    document = shared_client.get("/v1/indicators/gbt_42748_2023").json()
    StandardStructureOut.model_validate(document)
    assert document["counts"] == {"dimensions": 3, "groups": 14, "indicators": 27}
    assert document["gaps"]


@pytest.mark.parametrize("identifier", ["sco_000000000000000000000000", "val_000000000000000000000000", "x"])
def test_an_unknown_id_is_not_found(shared_client: Client, identifier: str) -> None:
    assert shared_client.get(f"{PATH}/{identifier}").status_code == 404


FEES = {"kind": "invention", "grant_year": 3, "first_year": 9, "last_year": 11, "on": "2024-01-01"}


def test_annual_fees_over_http(shared_client: Client) -> None:
    """Published table: 2,000 for years 7 to 9, 4,000 for 10 to 12; one entitled applicant pays 15 % of it."""
    response = shared_client.get("/v1/indicators/cn_patent_annuities", params=FEES)
    document = response.json()
    AnnuitiesOut.model_validate(document)
    assert [each["payable"] for each in document["fees"]] == ["2000.00", "4000.00", "4000.00"]
    assert document["total_payable"] == "10000.00"
    assert document["sources"]
    reduced = shared_client.get("/v1/indicators/cn_patent_annuities", params=FEES | {"applicants": "single"}).json()
    assert reduced["total_payable"] == "1500.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "trademark"}, "kind"),
        ({"applicants": "poor"}, "applicants"),
        ({"first_year": 2}, "first_year"),
        ({"last_year": 21}, "last_year"),
        ({"kind": "utility_model"}, "year"),
        ({"on": "someday"}, "on"),
    ],
)
def test_fees_that_cannot_be_are_named(shared_client: Client, changes: dict[str, str], field: str) -> None:
    response = shared_client.get("/v1/indicators/cn_patent_annuities", params=FEES | changes)
    assert response.status_code == 422
    assert response.json()["problems"][0]["field"] == field
