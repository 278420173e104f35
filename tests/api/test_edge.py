"""What every answer carries, and that nothing of the inside leaks."""

import json
import logging
from typing import Any

import pytest

import api.valuations.service as service
from api.logs import JsonLines
from api.store.database import open_database
from tests.api.conftest import Client, MakeClient
from tests.api.requests import valuation_request


@pytest.mark.parametrize("path", ["/v1/problems", "/v1/nothing", "/docs", "/health/live", "/static/swagger-ui/init.js"])
def test_every_answer_has_its_security_headers(shared_client: Client, path: str) -> None:
    headers = shared_client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_request_id_is_passed_on(shared_client: Client) -> None:
    assert shared_client.get("/health/live", headers={"X-Request-Id": "abc-1.2"}).headers["x-request-id"] == "abc-1.2"


@pytest.mark.parametrize("stated", ["", "a b", "-x", "x" * 65, "a;b", "<script>"])
def test_an_unfit_request_id_is_replaced(shared_client: Client, stated: str) -> None:
    found = shared_client.get("/health/live", headers={"X-Request-Id": stated}).headers["x-request-id"]
    assert found.startswith("req_")


def test_a_defect_leaks_nothing_and_is_logged(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(request: Any) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(service, "appraise", fail)
    with caplog.at_level(logging.INFO, logger="ipfin"):
        response = client.ask("/v1/valuations", valuation_request(), **{"X-Request-Id": "trace-7"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    document = response.json()
    assert (document["type"], document["request_id"]) == ("urn:ipfin:problem:unexpected", "trace-7")
    assert "secret" not in response.text
    assert "RuntimeError" not in response.text
    logged = [record for record in caplog.records if record.exc_info]
    assert "secret of the inside" in str(logged[0].exc_info)
    assert client.rows() == (0, 0)


def test_one_log_line_for_each_request(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="ipfin"):
        client.ask("/v1/valuations", valuation_request())
    (record,) = [each for each in caplog.records if each.getMessage() == "request"]
    fields = record.__dict__["fields"]
    assert {name: fields[name] for name in ("method", "path", "status", "caller")} == {
        "method": "POST",
        "path": "/v1/valuations",
        "status": 201,
        "caller": "local",
    }


def test_a_log_line_is_json_with_chinese_as_it_is() -> None:
    record = logging.LogRecord("ipfin", logging.INFO, __file__, 1, "完成 %s", ("done",), None)
    record.__dict__["fields"] = {"名称": "专利\n"}
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "专利" in line
    assert json.loads(line)["event"] == "完成 done"


def test_a_log_line_holds_the_exception() -> None:
    error = ValueError("what happened")
    record = logging.LogRecord("ipfin", logging.ERROR, __file__, 1, "problem", (), (ValueError, error, None))
    assert "what happened" in json.loads(JsonLines().format(record))["exception"]


def test_ready_says_when_it_is_not(make_client: MakeClient, tmp_path: Any) -> None:
    client = make_client(database_url=f"sqlite:///{tmp_path}/other.db")
    assert client.get("/health/live").status_code == 200
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["type"]) == (503, "urn:ipfin:problem:not-ready")
    answer = client.ask("/v1/valuations", valuation_request())
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:ipfin:problem:not-ready")
    open_database(f"sqlite:///{tmp_path}/other.db").dispose()


def test_ready_says_when_it_is(client: Client) -> None:
    assert client.get("/health/ready").json()["status"] == "ready"
