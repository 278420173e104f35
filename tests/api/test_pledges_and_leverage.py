"""Pledge quotes and leverage scenarios over HTTP.

Checked against: the domain called directly on the same request (second way), and the published layout.
"""

import io

import openpyxl
import orjson

from api.bodies import read_model
from api.catalogues import load_catalogues
from api.leverage.schemas import LeverageScenario
from api.pledges.schemas import PledgeQuote
from leverage.scenario import run_scenario
from leverage.scenario_workbook import LADDERS
from pledge.quote import quote_pledge
from tests.api.conftest import Client
from tests.api.requests import changed, example

QUOTES, SCENARIOS = "/v1/pledge-quotes", "/v1/leverage/scenarios"
FORMER = "/v1/leverage-scenarios"


def test_a_pledge_quote_is_that_of_the_domain(client: Client) -> None:
    request = example("pledge_quote_drug_patent")
    catalogues = load_catalogues(())
    expected = quote_pledge(read_model(catalogues.pledge_request, request), policies=catalogues.pledge_policies)
    created = client.ask(QUOTES, request)
    assert created.status_code == 201
    PledgeQuote.model_validate(created.json())
    assert created.json()["answer"] == orjson.loads(orjson.dumps(expected.as_document()))
    assert client.get(created.headers["location"]).content == created.content


def test_a_leverage_scenario_is_that_of_the_domain(client: Client) -> None:
    request = example("leverage_haikou_high_tech")
    catalogues = load_catalogues(())
    scenario = run_scenario(
        read_model(catalogues.leverage_request, request),
        programmes=catalogues.programmes,
        policies=catalogues.leverage_policies,
    )
    created = client.ask(SCENARIOS, request)
    assert created.status_code == 201
    LeverageScenario.model_validate(created.json())
    assert created.json()["answer"] == orjson.loads(orjson.dumps(scenario.as_document()))
    assert client.get(created.headers["location"]).content == created.content


def test_a_scenario_has_a_workbook_of_formulas(client: Client) -> None:
    stored = client.ask(SCENARIOS, example("leverage_haikou_high_tech")).json()
    response = client.get(stored["links"]["worksheet"])
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert sum(cell.data_type == "f" for row in book[LADDERS].iter_rows() for cell in row) > 20


def test_scenarios_go_on_at_their_former_address(client: Client) -> None:
    """What was posted or noted down there works: asked, read, sent again; every link leads to the address of today."""
    request = example("leverage_haikou_high_tech")
    created = client.ask(FORMER, request)
    assert created.status_code == 201
    assert created.headers["location"] == f"{SCENARIOS}/{created.json()['id']}" == created.json()["links"]["self"]
    for address in (SCENARIOS, FORMER):
        read = client.get(f"{address}/{created.json()['id']}")
        assert (read.status_code, read.content) == (200, created.content)
    again = client.ask(FORMER, request)
    assert (again.content, again.headers["idempotent-replayed"]) == (created.content, "true")
    assert client.rows() == (1, 1)


def test_a_key_stands_for_one_address(client: Client) -> None:
    """The same key at the other address would be a second question: refused, and nothing is stored twice."""
    request = example("leverage_haikou_high_tech")
    assert client.ask(FORMER, request).status_code == 201
    assert client.ask(SCENARIOS, request).json()["type"] == "urn:ipfin:problem:idempotency-key-reused"
    assert client.rows() == (1, 1)


def test_an_answer_is_not_found_under_another_kind(client: Client) -> None:
    created = client.ask(QUOTES, example("pledge_quote_drug_patent"))
    assert client.get(f"{SCENARIOS}/{created.json()['id']}").status_code == 404


def test_an_unknown_policy_lists_the_known_ones(client: Client) -> None:
    response = client.ask(QUOTES, changed(example("pledge_quote_drug_patent"), "policy", "no_such_bank"))
    problem = response.json()["problems"][0]
    assert (response.status_code, problem["field"]) == (422, "policy")
    assert "bank_of_communications_beijing_2006" in problem["expected"]
    assert client.rows() == (0, 0)


def test_an_unknown_programme_lists_the_known_ones(client: Client) -> None:
    response = client.ask(SCENARIOS, changed(example("leverage_haikou_high_tech"), "programme", "no_such_city"))
    assert response.status_code == 422
    assert response.json()["type"] == "urn:ipfin:problem:unknown-name"
    assert "haikou_2021" in response.json()["problems"][0]["expected"]
    assert client.rows() == (0, 0)


def test_a_gap_is_a_problem_and_not_a_guess(client: Client) -> None:
    request = example("pledge_quote_drug_patent")
    request.pop("what_if", None)
    response = client.ask(QUOTES, request)
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:gap")
    assert "haikou_risk_pool" in response.json()["detail"]
    assert client.rows() == (0, 0)
