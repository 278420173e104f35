"""Bad input: a problem that names field, found and expected; and nothing is stored.

Checked against: the list of issue 2 (missing field, negative life, royalty 300 %, unknown policy, date before the
first step, NaN, an overlong body, JSON float as money, unknown currency) and what a careless or hostile caller
sends besides. Every case is asked of one server whose tables stay empty: rows are counted after each.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.requests import DELETED, changed, example, valuation_request

VALUATIONS, QUOTES, SCENARIOS = "/v1/valuations", "/v1/pledge-quotes", "/v1/leverage/scenarios"
ROYALTY = "methods.relief_from_royalty"
INVALID, UNKNOWN, MALFORMED = "invalid-input", "unknown-name", "malformed-body"

# path to change, value, field of the problem, part of found, part of expected
VALUATION_CASES = {
    "missing block": ("dates", DELETED, "dates", "nothing", "a value"),
    "missing figure": (f"{ROYALTY}.royalty_rate_share", DELETED, f"{ROYALTY}.royalty_rate_share", "nothing", "a value"),
    "royalty 300 %": (
        f"{ROYALTY}.royalty_rate_share.value",
        3,
        f"{ROYALTY}.royalty_rate_share",
        "3",
        "between 0 and 1",
    ),
    "rate as text": (
        f"{ROYALTY}.royalty_rate_share.value",
        "0.05",
        f"{ROYALTY}.royalty_rate_share.value",
        "0.05",
        "num",
    ),
    "negative life": (
        f"{ROYALTY}.tax_amortisation.years.value",
        -5,
        f"{ROYALTY}.tax_amortisation.years",
        "-5",
        "≥ 1",
    ),
    "JSON float as money": (
        f"{ROYALTY}.revenue.values.1",
        1100000.5,
        f"{ROYALTY}.revenue.values.1",
        "1100000.5",
        "a decimal written as text",
    ),
    "unknown currency": ("currency", "XXX", "currency", "XXX", "CNY, EUR"),
    "currency of another type": ("currency", ["CNY"], "currency", "CNY", "one of"),
    "unknown method": ("methods.astrology", {}, "methods.astrology", "unknown field", "documented"),
    "no method": ("methods", {}, "methods", "no method", "relief_from_royalty"),
    "unknown kind of right": ("subject.kind", "spaceship", "subject.kind", "spaceship", "'patent'"),
    "no kind of right": ("subject.kind", DELETED, "subject.kind", "nothing", "kind"),
    "unknown field": ("colour", "blue", "colour", "unknown field", "documented"),
    "no such day": ("dates.valuation_date", "2020-02-30", "dates.valuation_date", "2020-02-30", "a date such as"),
    "report before valuation": ("dates.report_date", "2019-01-01", "dates.report_date", "2019-01-01", "2020-12-31"),
    "expired right": ("subject.expiry_date", "2019-01-01", "subject.expiry_date", "2019-01-01", "2020-12-31"),
    "weights not of one": (
        "reconciliation.weights.relief_from_royalty.share",
        0.5,
        "reconciliation.weights",
        "0.5",
        "a sum of 1",
    ),
    "source not listed": (
        f"{ROYALTY}.tax_rate_share.source",
        "nope",
        f"{ROYALTY}.tax_rate_share.source",
        "nope",
        "listed",
    ),
    "tag of a union": (f"{ROYALTY}.survival.kind", "x", f"{ROYALTY}.survival.kind", "x", "'weibull'"),
    "field below a tag": ("subject.patent_kind", "x", "subject.patent_kind", "x", "invention"),
    "too many draws": (
        "uncertainty",
        {"seed": 1, "points_per_scramble": 2**30},
        "uncertainty.points_per_scramble",
        str(2**30),
        "65536",
    ),
    "half of a character": ("subject.name", "\ud800", "subject.name", "U+D800", "written"),
    "a null character": ("subject.name", "a\x00b", "subject.name", "U+0000", "written"),
    "NaN": (f"{ROYALTY}.tax_rate_share.value", float("nan"), f"{ROYALTY}.tax_rate_share.value", "NaN", "finite"),
    "Infinity": (
        f"{ROYALTY}.tax_rate_share.value",
        float("inf"),
        f"{ROYALTY}.tax_rate_share.value",
        "infinite",
        "finite",
    ),
    "NaN as money": (f"{ROYALTY}.revenue.values.0", float("nan"), f"{ROYALTY}.revenue.values.0", "NaN", "finite"),
    "NaN as text": (f"{ROYALTY}.revenue.values.0", "NaN", f"{ROYALTY}.revenue.values.0", "NaN", "decimal"),
    "an integer past all floats": (
        f"{ROYALTY}.tax_rate_share.value",
        10**400,
        f"{ROYALTY}.tax_rate_share.value",
        "1000",
        "a finite number",
    ),
}

QUOTE_CASES = {
    "unknown policy": ("policy", "no_such_bank", "policy", "no_such_bank", "bank_of_communications_beijing_2006"),
    "JSON float as money": ("loan.requested", 8000000.5, "loan.requested", "8000000.5", "a decimal written as text"),
    "rate in per cent": ("loan.annual_rate_share", "4.35", "loan.annual_rate_share", "4.35", "0.0435"),
    "negative term": ("loan.term_months", -12, "loan.term_months", "-12", "1"),
    "unknown repayment form": ("loan.repayment.form", "x", "loan.repayment.form", "x", "interest_only"),
    "unknown pool": ("pool_policy", "nope", "pool_policy", "nope", "haikou_risk_pool"),
    "what-if of no policy": ("what_if.nope", {"a": {"value": "1", "reason": "why"}}, "what_if.nope", "nope", "haikou"),
}

SCENARIO_CASES = {
    "unknown instrument": (
        "alternatives.0.allocations.0.instrument",
        "x",
        "alternatives.0.allocations.0.instrument",
        "x",
        "'fund'",
    ),
    "JSON float as money": (
        "alternatives.0.allocations.0.money.0.amount",
        1.5,
        "alternatives.0.allocations.0.money.0.amount",
        "1.5",
        "a decimal written as text",
    ),
    "negative amount": (
        "alternatives.0.allocations.0.money.0.amount",
        "-1.00",
        "alternatives.0.allocations.0.money.0.amount",
        "-1.00",
        "zero or more",
    ),
}


@pytest.fixture(autouse=True)
def _nothing_is_stored(shared_client: Client) -> Iterator[None]:
    yield
    assert shared_client.rows() == (0, 0)


def _send(client: Client, path: str, body: Any, **headers: str) -> Any:
    stated = {"Idempotency-Key": "k-1", "Content-Type": "application/json", **headers}
    return client.post(path, content=body, headers=stated)


def _check(response: Any, *, status: int, code: str) -> dict[str, Any]:
    """A problem of this kind, in the one layout all problems have."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert list(document) == ["type", "title", "title_en", "status", "detail", "instance", "problems", "request_id"]
    assert document["type"] == f"urn:ipfin:problem:{code}"
    assert document["status"] == status
    assert document["request_id"] == response.headers["x-request-id"]
    assert all(list(each) == ["field", "found", "expected"] for each in document["problems"])
    return document


def _check_field(response: Any, field: str, found: str, expected: str) -> None:
    document = _check(response, status=422, code=INVALID)
    named = [each for each in document["problems"] if each["field"] == field]
    assert named, document["problems"]
    assert found in named[0]["found"]
    assert expected in named[0]["expected"]


@pytest.mark.parametrize("case", VALUATION_CASES.values(), ids=VALUATION_CASES)
def test_a_bad_valuation_names_the_field(shared_client: Client, case: tuple[Any, ...]) -> None:
    path, value, field, found, expected = case
    body = json.dumps(changed(valuation_request(), path, value))
    _check_field(_send(shared_client, VALUATIONS, body), field, found, expected)


@pytest.mark.parametrize("case", QUOTE_CASES.values(), ids=QUOTE_CASES)
def test_a_bad_quote_names_the_field(shared_client: Client, case: tuple[Any, ...]) -> None:
    path, value, field, found, expected = case
    document = example("pledge_quote_drug_patent")
    document.setdefault("what_if", {})
    body = json.dumps(changed(document, path, value))
    _check_field(_send(shared_client, QUOTES, body), field, found, expected)


@pytest.mark.parametrize("case", SCENARIO_CASES.values(), ids=SCENARIO_CASES)
def test_a_bad_scenario_names_the_field(shared_client: Client, case: tuple[Any, ...]) -> None:
    path, value, field, found, expected = case
    body = json.dumps(changed(example("leverage_haikou_high_tech"), path, value))
    _check_field(_send(shared_client, SCENARIOS, body), field, found, expected)


def test_all_bad_fields_are_named_at_once(shared_client: Client) -> None:
    document = changed(changed(valuation_request(), "currency", "XXX"), "dates.report_date", "soon")
    fields = [each["field"] for each in _send(shared_client, VALUATIONS, json.dumps(document)).json()["problems"]]
    assert {"currency", "dates.report_date"} <= set(fields)


@pytest.mark.parametrize(
    ("path", "name"), [(QUOTES, "pledge_quote_drug_patent"), (SCENARIOS, "leverage_haikou_high_tech")]
)
def test_a_date_before_the_first_step_is_named(shared_client: Client, path: str, name: str) -> None:
    body = json.dumps(changed(example(name), "dates.policy_date", "2001-01-01"))
    document = _check(_send(shared_client, path, body), status=422, code="before-first-step")
    assert "2001-01-01" in document["detail"]
    assert "or later" in document["detail"]


def test_a_refusal_says_what_would_be_acceptable(shared_client: Client) -> None:
    stated = {"grade": "judgement", "reason": "published case"}
    document = changed(valuation_request(), f"{ROYALTY}.operating_margin_share", {**stated, "value": 0.02})
    problem = _check(_send(shared_client, VALUATIONS, json.dumps(document)), status=422, code="refused")
    assert problem["problems"][0]["field"] == "royalty_within_profit"
    assert "operating profit" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"hello", "line 1, column 1"),
        (b"", "line 1, column 1"),
        (b'{"a": 1,}', "line 1"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b'{"a": 1, "a": 2}', "more than once"),
        (b"[" * 100_000, "levels"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "levels"),
        (b'{"a": ' + b"9" * 5000 + b"}", "endless"),
    ],
)
def test_a_body_that_is_no_json_document(shared_client: Client, body: bytes, found: str) -> None:
    document = _check(_send(shared_client, VALUATIONS, body), status=400, code=MALFORMED)
    assert found in document["problems"][0]["found"]


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"3", b"null"])
def test_a_body_that_is_no_object(shared_client: Client, body: bytes) -> None:
    _check_field(_send(shared_client, VALUATIONS, body), "body", "a", "a JSON object")


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "application/jsonx", ""],
)
def test_a_body_not_declared_as_json(shared_client: Client, media_type: str) -> None:
    response = _send(shared_client, VALUATIONS, json.dumps(valuation_request()), **{"Content-Type": media_type})
    _check(response, status=415, code="unsupported-media-type")


def _pieces(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b" " * 10_000


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_of_ten_megabytes(shared_client: Client, is_chunked: bool) -> None:
    body = _pieces(1000) if is_chunked else b" " * 10_000_000
    document = _check(_send(shared_client, VALUATIONS, body), status=413, code="body-too-large")
    assert document["problems"][0]["expected"] == f"at most {2**20} bytes"


def test_a_long_name_is_not_sent_back_whole(shared_client: Client) -> None:
    body = json.dumps({**valuation_request(), "k" * 500_000: 1})
    response = _send(shared_client, VALUATIONS, body)
    _check(response, status=422, code=INVALID)
    assert len(response.content) < 10_000


@pytest.mark.parametrize("key", [None, "", "a b", "ключ".encode(), "k" * 256])
def test_a_key_that_is_missing_or_unreadable(shared_client: Client, key: Any) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    response = shared_client.post(VALUATIONS, json=valuation_request(), headers=headers)
    document = _check(response, status=400, code="idempotency-key-missing")
    assert document["problems"][0]["field"] == "header Idempotency-Key"


def test_two_keys_are_none(shared_client: Client) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    response = shared_client.post(VALUATIONS, json=valuation_request(), headers=headers)
    _check(response, status=400, code="idempotency-key-missing")


def test_an_unknown_address(shared_client: Client) -> None:
    _check(shared_client.get("/v1/nothing"), status=404, code="not-found")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_method_that_is_not_offered(shared_client: Client, method: str) -> None:
    response = shared_client.request(method, VALUATIONS)
    _check(response, status=405, code="method-not-allowed")
    assert response.headers["allow"] == "POST"
