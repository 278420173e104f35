"""Analyses over HTTP: the numbers are those of the domain on the same paper, and hold when put back.

Checked against: the domain called directly (second way), the paper recomputed with the input found (inverse), the
valuation computed anew with the changed input (identity), and the layout in ``schemas.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from api.analyses import service
from api.analyses.schemas import Analysis
from api.bodies import read_model
from tests.api.conftest import Client
from tests.api.requests import DELETED, changed, example, valuation_request
from valuation.appraisal import Appraisal, appraise, request_model
from valuation.catalogue import methods
from valuation.options._volatility import project_volatility
from valuation.uncertainty.percentiles import percentiles
from valuation.uncertainty.sampling import Uncertainty

PATH = "/v1/analyses"
METHOD = "relief_from_royalty"
SPREAD = {"kind": "uniform", "low": 0.04, "high": 0.06}
PLAN = {"seed": 7, "scrambles": 4, "points_per_scramble": 64}
BREAK_EVEN = {
    "kind": "break_even",
    "input_name": "discount_rate_share",
    "target": "150000.00",
    "bracket": [0.05, 0.5],
    "pieces": 32,
}
SCENARIOS = {
    "kind": "scenarios",
    "scenarios": [
        {"name": "低费率", "reason": "a weaker licence", "changes": {"royalty_rate_share": 0.04}},
        {"name": "无收入", "reason": "the market is lost", "changes": {"revenue": [0, 0, 0, 0, 0]}},
    ],
    "outputs": ["tax_rate_share"],
}

ONE_AT_A_TIME = {"kind": "one_at_a_time", "change_share": 0.1}


def uncertain() -> dict[str, Any]:
    document = changed(valuation_request(), f"methods.{METHOD}.royalty_rate_share.distribution", SPREAD)
    return document | {"uncertainty": dict(PLAN)}


def asked(analysis: dict[str, Any], valuation: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"valuation": valuation or uncertain(), "method": METHOD, "analysis": analysis}


def appraised(valuation: dict[str, Any]) -> Appraisal:
    return appraise(read_model(request_model(), valuation))


def answered(client: Client, document: dict[str, Any]) -> dict[str, Any]:
    response = client.ask(PATH, document)
    assert response.status_code == 201, response.text
    stored = response.json()
    Analysis.model_validate(stored)
    assert stored["id"].startswith("ana_")
    assert client.get(stored["links"]["self"]).content == response.content
    answer: dict[str, Any] = stored["answer"]
    return answer


def test_percentiles_are_those_of_the_domain(client: Client) -> None:
    answer = answered(client, asked({"kind": "percentiles", "probability_shares": [0.1, 0.5, 0.9]}))
    (conclusion,) = appraised(uncertain()).conclusions
    plan = Uncertainty.model_validate(PLAN)
    expected = percentiles(
        conclusion.worksheet, answer=conclusion.answer, probability_shares=[0.1, 0.5, 0.9], uncertainty=plan
    )
    rows = answer["result"]["percentiles"]
    assert [row["value"] for row in rows] == [f"{each.value:.2f}" for each in expected]
    assert float(rows[0]["value"]) < float(answer["value"]) < float(rows[2]["value"])
    assert answer["seed"] == 7
    assert answer["valuation_digest"] == appraised(uncertain()).digest


def test_one_uncertain_input_has_the_whole_variance(client: Client) -> None:
    """Closed form: with one input its shares, first-order and total, are one."""
    (effect,) = answered(client, asked({"kind": "total_effects"}))["result"]["effects"]
    assert effect["name"] == "royalty_rate_share"
    assert effect["first_order_share"] == pytest.approx(1, abs=0.02)
    assert effect["total_share"] == pytest.approx(1, abs=0.02)


def test_effects_of_the_example_are_ordered(client: Client) -> None:
    answer = answered(client, example_request())
    totals = [each["total_share"] for each in answer["result"]["effects"]]
    assert len(totals) == 4
    assert totals == sorted(totals, reverse=True)
    assert sum(each["first_order_share"] for each in answer["result"]["effects"]) == pytest.approx(1, abs=0.05)


def example_request() -> dict[str, Any]:
    document = example("analysis_drug_patent")
    del document["valuation_file"]
    return document | {"valuation": example("drug_patent")}


def test_a_scenario_is_the_valuation_with_that_input(client: Client) -> None:
    answer = answered(client, asked(SCENARIOS))
    low, none = answer["result"]["outcomes"]
    name = answer["result"]["answer"]
    anew = appraised(changed(valuation_request(), f"methods.{METHOD}.royalty_rate_share.value", 0.04))
    assert low["values"][name] == anew.as_document()["value"]
    assert float(low["differences"][name]) == pytest.approx(float(low["values"][name]) - float(answer["value"]))
    assert none["values"] == {name: "0.00", "tax_rate_share": 0.25}
    assert answer["result"]["stated"][name] == answer["value"]
    assert answer["seed"] is None


def test_a_break_even_put_back_gives_the_target(client: Client) -> None:
    result = answered(client, asked(BREAK_EVEN, valuation_request()))["result"]
    assert (result["outcome"], result["pieces"], result["unit"]) == ("one_root", 32, "share")
    (root,) = result["roots"]
    anew = appraised(changed(valuation_request(), f"methods.{METHOD}.discount_rate_share.value", root["value"]))
    assert anew.as_document()["value"] == result["target"] == "150000.00"


def test_a_row_is_moved_by_a_multiplier(client: Client) -> None:
    """Hand: without owner's cost the value is proportional to revenue, so that half of it is at half the revenue."""
    stated = appraised(valuation_request()).conclusions[0].value
    half = BREAK_EVEN | {"input_name": "revenue", "bracket": [0.0, 2.0], "target": f"{stated / 2:.2f}"}
    result = answered(client, asked(half, valuation_request()))["result"]
    assert result["multiplies"]
    assert result["roots"][0]["value"] == pytest.approx(0.5, abs=1e-6)


def test_the_volatility_is_that_of_the_domain(client: Client) -> None:
    """Second way: the domain on the same paper; a value proportional to the royalty has the royalty's log deviation."""
    answer = answered(client, asked({"kind": "volatility", "resolved_within_years": 4.0}))
    (conclusion,) = appraised(uncertain()).conclusions
    plan = Uncertainty.model_validate(PLAN)
    expected = project_volatility(
        conclusion.worksheet, answer=conclusion.answer, uncertainty=plan, resolved_within_years=4.0
    )
    result = answer["result"]
    assert (result["volatility_share"], result["error"]) == (expected.volatility_share, expected.error)
    assert [each["name"] for each in result["drawn"]] == ["royalty_rate_share"]
    # Hand: ln of a uniform number on 0.04 to 0.06 has deviation 0.11657 (∫ln and ∫ln² in closed form), here halved.
    assert result["volatility_share"] == pytest.approx(0.11657 / 2, abs=0.0001)
    assert answer["seed"] == 7


def test_nothing_uncertain_is_named_as_a_doubt(client: Client) -> None:
    quiet = valuation_request() | {"uncertainty": dict(PLAN)}
    answer = answered(client, asked({"kind": "percentiles", "probability_shares": [0.5]}, quiet))
    assert answer["result"]["percentiles"][0] == {"probability_share": 0.5, "value": answer["value"], "error": "0.00"}
    assert "nothing_uncertain" in {each["code"] for each in answer["warnings"]}


def test_inputs_moved_one_at_a_time_need_no_distribution(client: Client) -> None:
    """Identity: the valuation computed anew with the moved rate; the widest swing comes first."""
    answer = answered(client, asked(ONE_AT_A_TIME, valuation_request()))
    rows = {each["name"]: each for each in answer["result"]["rows"]}
    rate = rows["royalty_rate_share"]
    anew = appraised(changed(valuation_request(), f"methods.{METHOD}.royalty_rate_share.value", rate["high"]["input"]))
    assert rate["high"]["answer"] == anew.as_document()["value"]
    assert rate["high"]["input"] == pytest.approx(1.1 * rate["stated"])
    revenue = rows["revenue"]
    assert (revenue["multiplies"], revenue["unit"], revenue["low"]["input"]) == (True, "1", 0.9)
    swings = [float(each["swing"]) for each in answer["result"]["rows"]]
    assert swings == sorted(swings, reverse=True)
    assert (answer["seed"], answer["result"]["stated"]) == (None, answer["value"])


def test_one_named_input_is_moved_alone(client: Client) -> None:
    named = ONE_AT_A_TIME | {"input_names": ["tax_rate_share"]}
    (row,) = answered(client, asked(named, valuation_request()))["result"]["rows"]
    assert row["name"] == "tax_rate_share"


PERCENTILES = {"kind": "percentiles", "probability_shares": [0.1, 0.9]}
BAD: dict[str, tuple[dict[str, Any], str, Any, str, str, str]] = {
    "unknown method": (PERCENTILES, "method", "astrology", "method", "astrology", METHOD),
    "unknown kind": (PERCENTILES, "analysis.kind", "x", "analysis.kind", "x", "'break_even'"),
    "no plan": (PERCENTILES, "valuation.uncertainty", DELETED, "valuation.uncertainty", "nothing", "seed"),
    "not rising": (
        PERCENTILES,
        "analysis.probability_shares",
        [0.9, 0.1],
        "analysis.probability_shares",
        "[0.9, 0.1]",
        "rising",
    ),
    "outside": (PERCENTILES, "analysis.probability_shares.0", 0, "analysis.probability_shares.0", "0", "greater than"),
    "field of the valuation": (PERCENTILES, "valuation.currency", "XXX", "valuation.currency", "XXX", "CNY"),
    "right that ended": (
        PERCENTILES,
        "valuation.subject.expiry_date",
        "2019-01-01",
        "valuation.subject.expiry_date",
        "2019-01-01",
        "2020-12-31",
    ),
    "nothing held of that name": (
        {"kind": "volatility", "held_inputs": ["revenue"]},
        "analysis.held_inputs.0",
        "nope",
        "analysis.held_inputs",
        "nope",
        "royalty_rate_share",
    ),
    "years of no news": (
        {"kind": "volatility", "resolved_within_years": 2.0},
        "analysis.resolved_within_years",
        0.0,
        "analysis.resolved_within_years",
        "0",
        "greater than 0",
    ),
    "no such input": (BREAK_EVEN, "analysis.input_name", "nope", "analysis.input_name", "nope", "revenue"),
    "empty bracket": (BREAK_EVEN, "analysis.bracket", [0.5, 0.1], "analysis.bracket", "0.5", "rising"),
    "half a bracket": (BREAK_EVEN, "analysis.bracket", [0.5], "analysis.bracket.1", "nothing", "a value"),
    "target as a number": (BREAK_EVEN, "analysis.target", 150000.0, "analysis.target", "150000", "as text"),
    "too many pieces": (BREAK_EVEN, "analysis.pieces", 10**6, "analysis.pieces", "1000000", "10000"),
    "change of no input": (
        SCENARIOS,
        "analysis.scenarios.0.changes",
        {"nope": 1.0},
        "analysis.scenarios.0.changes",
        "nope",
        "revenue",
    ),
    "change of another length": (
        SCENARIOS,
        "analysis.scenarios.1.changes.revenue",
        [1.0],
        "analysis.scenarios.1.changes.revenue",
        "1 numbers",
        "5",
    ),
    "no such output": (SCENARIOS, "analysis.outputs", ["nope"], "analysis.outputs", "nope", "one of"),
    "an output that is a row": (SCENARIOS, "analysis.outputs", ["revenue"], "analysis.outputs", "revenue", "one of"),
    "two of a name": (
        SCENARIOS,
        "analysis.scenarios.1.name",
        "低费率",
        "analysis.scenarios",
        "more than once",
        "different",
    ),
    "outside the range": (
        SCENARIOS,
        "analysis.scenarios.0.changes.royalty_rate_share",
        3.0,
        "analysis.scenarios.低费率.royalty_rate_share",
        "3",
        "between",
    ),
    "a change of all": (ONE_AT_A_TIME, "analysis.change_share", 1.0, "analysis.change_share", "1", "less than"),
    "moving no input": (
        ONE_AT_A_TIME,
        "analysis.input_names",
        ["revenue", "nope"],
        "analysis.input_names.1",
        "nope",
        "revenue",
    ),
    "moving one twice": (
        ONE_AT_A_TIME,
        "analysis.input_names",
        ["revenue", "revenue"],
        "analysis.input_names.1",
        "a second time",
        "different",
    ),
    "an unknown field": (PERCENTILES, "colour", "blue", "colour", "unknown field", "documented"),
}


@pytest.fixture
def empty_client(shared_client: Client) -> Iterator[Client]:
    yield shared_client
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_input_names_the_field_and_nothing_is_stored(empty_client: Client, case: tuple[Any, ...]) -> None:
    analysis, path, value, field, found, expected = case
    response = empty_client.ask(PATH, changed(asked(analysis), path, value))
    assert response.status_code == 422, response.text
    named = [each for each in response.json()["problems"] if each["field"] == field]
    assert named, response.json()["problems"]
    assert found in named[0]["found"]
    assert expected in named[0]["expected"]


def test_shares_of_the_variance_need_independent_inputs(empty_client: Client) -> None:
    tied = uncertain()
    tied["methods"][METHOD]["discount_rate_share"]["distribution"] = {"kind": "uniform", "low": 0.1, "high": 0.14}
    pair = {"first": "royalty_rate_share", "second": "discount_rate_share", "correlation": 0.5}
    tied["uncertainty"]["correlations"] = [pair]
    response = empty_client.ask(PATH, asked({"kind": "total_effects"}, tied))
    assert response.json()["problems"][0]["field"] == "valuation.uncertainty.correlations"


def test_too_many_uncertain_inputs_are_refused(empty_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAXIMUM_UNCERTAIN", 0)
    (problem,) = empty_client.ask(PATH, asked({"kind": "total_effects"})).json()["problems"]
    assert (problem["field"], problem["found"]) == ("valuation.methods", "1 uncertain inputs")


def test_a_slow_method_is_searched_in_fewer_pieces(empty_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = {METHOD: replace(methods()[METHOD], draw_limit=16)}
    monkeypatch.setattr(service, "methods", lambda: slow)
    (problem,) = empty_client.ask(PATH, asked(BREAK_EVEN)).json()["problems"]
    assert (problem["field"], problem["expected"]) == ("analysis.pieces", "at most 16 for this method")


def test_of_a_slow_method_some_inputs_must_be_named(empty_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = {METHOD: replace(methods()[METHOD], draw_limit=4)}
    monkeypatch.setattr(service, "methods", lambda: slow)
    (problem,) = empty_client.ask(PATH, asked(ONE_AT_A_TIME)).json()["problems"]
    assert (problem["field"], problem["expected"]) == ("analysis.input_names", "at most 2 of this method: name some")


def test_a_target_met_everywhere_is_refused(empty_client: Client) -> None:
    idle = valuation_request()
    idle["methods"][METHOD]["revenue"]["values"] = ["0.00"] * 5
    response = empty_client.ask(PATH, asked(BREAK_EVEN | {"target": "0"}, idle))
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:refused")


@pytest.mark.parametrize("identifier", ["ana_000000000000000000000000", "rep_000000000000000000000000", "x"])
def test_an_unknown_id_is_not_found(shared_client: Client, identifier: str) -> None:
    assert shared_client.get(f"{PATH}/{identifier}").status_code == 404
