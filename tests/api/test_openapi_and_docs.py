"""The description of the API is complete, and its page needs no other machine."""

import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from api.docs_page import PAGE
from api.kinds import KINDS
from tests.api.conftest import Client, MakeClient
from tests.api.requests import valuation_request

STATIC = Path(__file__).resolve().parents[2] / "api" / "static" / "swagger-ui"

#: As published in the package swagger-ui-dist 5.35.0: the vendored files are not edited.
PUBLISHED = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "$ref":
                yield item
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


@pytest.fixture(scope="module")
def schema(shared_client: Client) -> dict[str, Any]:
    document: dict[str, Any] = shared_client.get("/openapi.json").json()
    return document


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
    found = set(references(schema))
    assert found
    assert found <= known


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation.get("description"), f"{method} {path}"


#: Every question that can be posted, and a field without which it could not be asked.
POSTS = {
    "/v1/valuations": "dates",
    "/v1/pledge-quotes": "dates",
    "/v1/leverage/scenarios": "dates",
    "/v1/leverage-scenarios": "dates",
    "/v1/leverage/waterfalls": "flows",
    "/v1/leverage/runs": "seed",
    "/v1/leverage/compare": "run",
    "/v1/leverage/frontier": "tail_loss_shares",
    "/v1/leverage/performance-evaluations": "evaluation",
    "/v1/reports": "valuation_id",
    "/v1/analyses": "valuation",
    "/v1/rate-papers": "paper",
    "/v1/scores": "scoring",
    "/v1/portfolios/{id}/runs": "plan",
}
#: Posts whose body is a file, and the content types it may have.
_TABLES = {
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.apache.parquet",
}
FILES = {
    "/v1/comparables/imports": _TABLES,
    "/v1/portfolios": {*_TABLES, "application/json"},
}


def test_every_post_needs_a_key_and_has_a_body(schema: dict[str, Any]) -> None:
    # The actions on pledge loans, made from the kinds of event, are tested with them.
    posts = {
        path: operations["post"]
        for path, operations in schema["paths"].items()
        if "post" in operations and not path.startswith("/v1/pledges")
    }
    assert set(posts) == {*POSTS, *FILES}
    for path, operation in posts.items():
        headers = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
        assert headers == ["Idempotency-Key"]
        assert {"201", "400", "409", "413", "415", "422"} <= set(operation["responses"])
        if path in FILES:
            assert set(operation["requestBody"]["content"]) == FILES[path]
            continue
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        model = schema["components"]["schemas"][reference.rsplit("/", 1)[1]]
        assert POSTS[path] in model["required"]


def test_a_former_address_is_described_as_such(schema: dict[str, Any]) -> None:
    former = {each.former_address for each in KINDS.values() if each.former_address is not None}
    told = {
        path for path, operations in schema["paths"].items() for each in operations.values() if "deprecated" in each
    }
    assert told == {address + ending for address in former for ending in ("", "/{id}", "/{id}/worksheet.xlsx")}


@pytest.mark.parametrize("path", ["/v1/reports", "/v1/analyses", "/v1/rate-papers", "/v1/scores"])
def test_a_documented_body_is_answered(client: Client, schema: dict[str, Any], path: str) -> None:
    body = schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]
    if path == "/v1/reports":
        body["valuation_id"] = client.ask("/v1/valuations", valuation_request(), key="k-0").json()["id"]
    response = client.ask(path, body)
    assert response.status_code == 201, response.text


def test_money_is_text_in_the_schema(schema: dict[str, Any]) -> None:
    requested = schema["components"]["schemas"]["LoanRequest"]["properties"]["requested"]
    assert requested["type"] == "string"
    assert "pattern" in requested


def test_the_key_scheme_is_described_when_there_are_keys(make_client: MakeClient, schema: dict[str, Any]) -> None:
    assert "securitySchemes" not in schema["components"]
    keyed = make_client(api_keys={"bank": "0" * 64}).get("/openapi.json").json()
    assert keyed["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


class Addresses(HTMLParser):
    """Every address a page asks a browser to load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.found += [named[name] or "" for name in ("src", "href", "data-description") if name in named]
        self.inline += [name for name in named if name.startswith("on") or name == "style"]
        if tag in ("script", "style") and "src" not in named:
            self.inline.append(tag)


def test_the_page_loads_only_from_this_server(shared_client: Client) -> None:
    page = Addresses()
    page.feed(shared_client.get("/docs").text)
    assert page.inline == []
    assert len(page.found) == 5
    for address in page.found:
        assert address == "data:," or address.startswith("/")
        if address.startswith("/"):
            assert shared_client.get(address).status_code == 200


def test_neither_page_nor_own_script_names_another_machine() -> None:
    assert "//" not in PAGE
    script = (STATIC / "init.js").read_text("utf-8")
    assert not re.search(r"https?:|//[a-z]", re.sub(r"(?m)^\s*//.*$", "", script))
    assert "validatorUrl: null" in script


def test_the_style_sheet_loads_nothing() -> None:
    sheet = (STATIC / "swagger-ui.css").read_text("utf-8")
    assert "@import" not in sheet
    assert all(address.strip("\"'").startswith("data:") for address in re.findall(r"url\(([^)]{1,20})", sheet))


def test_the_policy_of_the_page_allows_no_other_machine(shared_client: Client) -> None:
    policy = shared_client.get("/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_vendored_files_are_as_published(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == PUBLISHED[name]


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE", "VERSION", "swagger-ui-bundle.js.LICENSE.txt"])
def test_their_licences_are_beside_them(name: str) -> None:
    assert (STATIC / name).read_text("utf-8").strip()
