"""A question sent twice has one effect.

Checked against: the IETF draft on the Idempotency-Key header, and four ways in which a widely used banking system got
it wrong: another amount under the same key was answered with the first result; another address with the first one's
ids; a corrected retry after a refusal stayed refused; one caller could meet another's key.
"""

import datetime
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

import api.valuations.service as service
from tests.api.conftest import NOW, Client, MakeClient
from tests.api.requests import changed, example, valuation_request
from valuation.appraisal import appraise

VALUATIONS, QUOTES = "/v1/valuations", "/v1/pledge-quotes"


def test_the_same_question_again_is_answered_by_the_stored_response(client: Client) -> None:
    first = client.ask(VALUATIONS, valuation_request())
    again = client.ask(VALUATIONS, valuation_request())
    assert (first.status_code, again.status_code) == (201, 201)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert client.rows() == (1, 1)


def test_spaces_and_order_do_not_make_another_question(client: Client) -> None:
    client.ask(VALUATIONS, valuation_request())
    turned = dict(reversed(valuation_request().items()))
    assert client.ask(VALUATIONS, turned).headers["idempotent-replayed"] == "true"


def test_another_amount_under_the_same_key_is_refused(client: Client) -> None:
    client.ask(VALUATIONS, valuation_request())
    other = changed(valuation_request(), "methods.relief_from_royalty.revenue.values.0", "1000000.01")
    response = client.ask(VALUATIONS, other)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:ipfin:problem:idempotency-key-reused"
    assert client.rows() == (1, 1)


def test_the_same_key_at_another_address_is_refused(client: Client) -> None:
    first = client.ask(VALUATIONS, valuation_request())
    response = client.ask(QUOTES, valuation_request())
    assert response.status_code == 422
    assert response.json()["type"] == "urn:ipfin:problem:idempotency-key-reused"
    assert first.json()["id"] not in response.text


def test_a_corrected_retry_after_a_refusal_is_answered(client: Client) -> None:
    wrong = changed(valuation_request(), "currency", "XXX")
    assert client.ask(VALUATIONS, wrong).status_code == 422
    assert client.rows() == (0, 0)
    right = client.ask(VALUATIONS, valuation_request())
    assert (right.status_code, client.rows()) == (201, (1, 1))


def test_a_key_belongs_to_its_caller(make_client: MakeClient) -> None:
    keys = {name: f"secret of {name}" for name in ("bank", "park")}
    client = make_client(api_keys={name: hashlib.sha256(key.encode()).hexdigest() for name, key in keys.items()})
    answers = {
        name: client.ask(VALUATIONS, valuation_request(), Authorization=f"Bearer {key}") for name, key in keys.items()
    }
    assert all(answer.status_code == 201 for answer in answers.values())
    assert answers["bank"].json()["id"] != answers["park"].json()["id"]
    assert client.rows() == (2, 2)


def test_a_defect_of_ours_frees_the_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(service, "appraise", fail)
        assert client.ask(VALUATIONS, valuation_request()).status_code == 500
    assert client.rows() == (0, 0)
    assert client.ask(VALUATIONS, valuation_request()).status_code == 201


def test_an_answer_that_cannot_be_stored_leaves_no_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer and key are one transaction: when the second cannot be written, the first is not either."""
    import api.commands as commands

    def fail(*arguments: Any, **options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "finish", fail)
    assert client.ask(VALUATIONS, valuation_request()).status_code == 500
    assert client.rows() == (0, 0)


class Gate:
    """Holds a valuation until told to go on."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.count = 0

    def appraise(self, request: Any) -> Any:
        self.count += 1
        self.entered.set()
        assert self.opened.wait(20), "nobody opened the gate"
        return appraise(request)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate()
    monkeypatch.setattr(service, "appraise", made.appraise)
    return made


def test_a_key_whose_question_is_running_is_a_conflict(client: Client, gate: Gate) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(client.ask, VALUATIONS, valuation_request())
        assert gate.entered.wait(20)
        second = client.ask(VALUATIONS, valuation_request())
        other_body = client.ask(VALUATIONS, changed(valuation_request(), "currency", "USD"))
        gate.opened.set()
        first = running.result(20)
    assert (first.status_code, second.status_code, other_body.status_code) == (201, 409, 422)
    assert second.json()["type"] == "urn:ipfin:problem:idempotency-key-in-use"
    assert client.ask(VALUATIONS, valuation_request()).content == first.content
    assert (gate.count, client.rows()) == (1, (1, 1))


def test_many_at_once_have_one_effect(client: Client) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> Any:
        start.wait(20)
        return client.ask(VALUATIONS, valuation_request())

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(ask, range(8)))
    created = [each for each in responses if each.status_code == 201]
    assert {each.status_code for each in responses} <= {201, 409}
    assert created
    assert len({each.json()["id"] for each in created}) == 1
    assert sum("idempotent-replayed" not in each.headers for each in created) == 1
    assert client.rows() == (1, 1)


def test_different_keys_at_once_are_all_answered(client: Client) -> None:
    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(lambda n: client.ask(VALUATIONS, valuation_request(), key=f"k-{n}"), range(12)))
    assert {each.status_code for each in responses} == {201}
    assert client.rows() == (12, 12)


def test_the_key_of_a_dead_process_can_be_taken_over(make_client: MakeClient, gate: Gate) -> None:
    """The first request hangs past its time; the retry takes the key, and the first may no longer finish."""
    moments = [NOW]
    client = make_client(clock=lambda: moments[0], claim_seconds=60)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(client.ask, VALUATIONS, valuation_request())
        assert gate.entered.wait(20)
        moments[0] = NOW + datetime.timedelta(seconds=59)
        assert client.ask(VALUATIONS, valuation_request()).status_code == 409
        moments[0] = NOW + datetime.timedelta(seconds=61)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(service, "appraise", appraise)
            retry = client.ask(VALUATIONS, valuation_request())
        gate.opened.set()
        late = hanging.result(20)
    assert (retry.status_code, late.status_code) == (201, 409)
    assert client.rows() == (1, 1)
    assert client.ask(VALUATIONS, valuation_request()).content == retry.content


def test_the_record_says_what_was_asked(client: Client) -> None:
    answer = client.ask(QUOTES, example("pledge_quote_drug_patent"), key="a-key")
    with client.app.state.engine.connect() as connection:  # type: ignore[attr-defined]
        row = connection.execute(text("select * from idempotency_keys")).mappings().one()
    expected = {"caller": "local", "key": "a-key", "method": "POST", "path": QUOTES, "state": "done", "status": 201}
    assert {name: row[name] for name in expected} == expected
    assert row["answer_id"] == answer.json()["id"]
    assert row["body"] == answer.text
