"""Runs, comparisons and frontiers over HTTP.

Checked against: the domain asked directly (second way), the run's own differences, the layout in ``schemas.py``; a
frontier point that gives everything to one instrument is the run's own figure. Limits of work are named.
"""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import orjson
import pytest

from api.leverage.runs import MAXIMUM_POINTS_OVER_HTTP, MAXIMUM_STEPS_OVER_HTTP
from api.leverage.schemas import LeverageComparison, LeverageFrontier, LeverageRun
from leverage.run_workbook import INSTRUMENTS
from leverage.scenario_workbook import LADDERS
from tests.api.conftest import Client
from tests.leverage.runs import asked, equity, pool, simulated
from tests.leverage.test_run_frontier import side_by_side

RUNS, COMPARE, FRONTIER = "/v1/leverage/runs", "/v1/leverage/compare", "/v1/leverage/frontier"
TWO_WAYS = asked(pool(), equity())


def as_json(document: Any) -> Any:
    return orjson.loads(orjson.dumps(document))


def test_a_run_is_that_of_the_domain(client: Client) -> None:
    created = client.ask(RUNS, TWO_WAYS)
    assert created.status_code == 201, created.text
    LeverageRun.model_validate(created.json())
    assert created.json()["answer"] == as_json(simulated(TWO_WAYS).as_document())
    assert client.get(created.headers["location"]).content == created.content
    assert client.ask(RUNS, TWO_WAYS).headers["idempotent-replayed"] == "true"


def test_a_run_has_a_workbook(client: Client) -> None:
    stored = client.ask(RUNS, TWO_WAYS).json()
    response = client.get(stored["links"]["worksheet"])
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert {INSTRUMENTS, LADDERS} <= set(book.sheetnames)


def test_the_alternatives_of_a_run_are_compared_as_it_says_itself(client: Client) -> None:
    created = client.ask(COMPARE, {"run": TWO_WAYS})
    assert created.status_code == 201, created.text
    LeverageComparison.model_validate(created.json())
    (row,) = created.json()["answer"]["comparisons"]
    own = simulated(TWO_WAYS).as_document()["alternatives"][1]["difference"]
    assert (row["alternative"], row["against"]) == ("way_2", own["from_alternative"])
    for figure, name in (
        ("to_firms", "to_firms"),
        ("net", "net"),
        ("loss", "expected_loss"),
        ("tail_loss", "tail_loss"),
    ):
        found = row["figures"][figure]
        assert (found["difference"], found["standard_error"]) == (own[name]["mean"], own[name]["standard_error"])
    assert row["loss_probability"]["difference"] == pytest.approx(own["loss_probability"]["share"])


def test_two_runs_are_compared_on_the_same_paths(client: Client) -> None:
    """The same run twice differs by nothing, without any error; other terms differ by what the two runs say."""
    same = client.ask(COMPARE, {"run": TWO_WAYS, "other": TWO_WAYS}).json()["answer"]["comparisons"]
    assert [row["alternative"] for row in same] == ["way_1", "way_2"]
    for row in same:
        assert {(each["difference"], each["standard_error"]) for each in row["figures"].values()} == {("0.00", "0.00")}
    worse = pool()
    worse["risk"] = {**worse["risk"], "default_share": {**worse["risk"]["default_share"], "value": "0.2"}}
    other = client.ask(COMPARE, {"run": asked(pool()), "other": asked(worse)}, key="k-2").json()["answer"]
    (row,) = other["comparisons"]
    first, second = (simulated(asked(each)).alternatives[0].principal.expected_loss.value for each in (pool(), worse))
    assert float(row["figures"]["loss"]["difference"]) == pytest.approx(second - first, abs=0.02)
    assert 0 < float(row["figures"]["loss"]["standard_error"])


@pytest.mark.parametrize(("field", "value"), [("seed", 12), ("paths", 401), ("quarters", 12)])
def test_other_paths_are_not_compared(client: Client, field: str, value: int) -> None:
    response = client.ask(COMPARE, {"run": TWO_WAYS, "other": {**TWO_WAYS, field: value}})
    assert response.status_code == 422
    assert response.json()["problems"][0]["field"] == f"other.{field}"
    assert client.rows() == (0, 0)


def test_a_frontier_names_points_corners_and_what_binds(client: Client) -> None:
    run = side_by_side()
    limits = {"loss_probability_share": 0.9, "out_share": 1.0}
    created = client.ask(FRONTIER, {"run": run, "tail_loss_shares": [0.3, 0.9], "limits": limits})
    assert created.status_code == 201, created.text
    LeverageFrontier.model_validate(created.json())
    answer = created.json()["answer"]
    ways = simulated(run).as_document()["alternatives"][0]["allocations"]
    multiples = {row["id"]: float(row["to_firms"]["mean"]) / float(row["principal"]["placed"]) for row in ways}
    for corner in answer["corners"]:
        assert corner["to_firms"] == pytest.approx(multiples[corner["corner"]], rel=1e-6)
    for point in answer["points"]:
        assert sum(point["share_of"].values()) == pytest.approx(1)
        assert point["loss_probability"]["held_up_to"] <= 0.9
        assert point["to_firms"] <= point["no_allocation_exceeds"] + 1e-9
    assert client.get(created.headers["location"]).content == created.content


def test_the_limits_of_a_request_are_named(client: Client) -> None:
    """Work beyond the limits of HTTP is refused by name; nothing is stored."""
    run = {**TWO_WAYS, "paths": 1_000_000, "quarters": 40}
    for address, body, field in (
        (RUNS, run, "paths"),
        (COMPARE, {"run": run}, "run.paths"),
        (FRONTIER, {"run": run, "alternative": "way_1", "tail_loss_shares": [0.5]}, "run.paths"),
    ):
        problem = client.ask(address, body).json()["problems"][0]
        assert problem["field"] == field
        assert str(MAXIMUM_STEPS_OVER_HTTP) in problem["expected"]
    grid = [place / 100 for place in range(MAXIMUM_POINTS_OVER_HTTP + 1)]
    problem = client.ask(FRONTIER, {"run": side_by_side(), "tail_loss_shares": grid}).json()["problems"][0]
    assert (problem["field"], str(MAXIMUM_POINTS_OVER_HTTP) in problem["expected"]) == ("tail_loss_shares", True)
    assert client.rows() == (0, 0)
