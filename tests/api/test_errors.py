"""One table from error to problem: complete, public, and the only one."""

import importlib
import pkgutil

import pytest

import api
import leverage
import pledge
import valuation
from api.errors import PROBLEM_TYPES, UnexpectedError, WebError, problem_document, problem_type_of
from tests.api.conftest import Client
from valuation.errors import InputError, IpfinError, RefusalError

#: Roots of the trees: never raised themselves.
ABSTRACT = {IpfinError, WebError}


def every_error() -> set[type[IpfinError]]:
    """Every error class of the product, after importing all of it."""
    for package in (valuation, pledge, leverage, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    found: set[type[IpfinError]] = set()
    waiting: list[type[IpfinError]] = [IpfinError]
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting += error.__subclasses__()
    return {error for error in found if not error.__module__.startswith("tests")}


def test_every_error_has_a_row_of_its_own() -> None:
    assert every_error() - ABSTRACT == set(PROBLEM_TYPES)


def test_codes_are_distinct_and_fit_for_an_address() -> None:
    codes = [kind.code for kind in PROBLEM_TYPES.values()]
    assert len(set(codes)) == len(codes)
    assert all(code.replace("-", "").isalpha() and code == code.lower() for code in codes)


def test_an_error_without_a_row_takes_that_of_the_class_above() -> None:
    class NewRefusalError(RefusalError):
        pass

    assert problem_type_of(NewRefusalError("x")).code == "refused"
    assert problem_type_of(IpfinError("x")).code == UnexpectedError.code


def test_what_is_repeated_to_the_caller_is_writable_and_short() -> None:
    error = InputError.of("f" * 1000, found="\ud800" + "x" * 10_000, expected="y")
    document = problem_document(error, instance="/", request_id="r")
    (problem,) = document["problems"]
    assert len(problem["field"]) == 200
    assert len(problem["found"]) == 500
    assert len(document["detail"]) <= 4000
    str(document).encode("utf-8")


def test_the_catalogue_is_public(shared_client: Client) -> None:
    items = shared_client.get("/v1/problems").json()["items"]
    assert {item["code"] for item in items} == {kind.code for kind in PROBLEM_TYPES.values()}
    for item in items:
        assert item["type"] == f"urn:ipfin:problem:{item['code']}"
        assert item["title"]["zh"] and item["title"]["en"] and item["advice"]["zh"] and item["advice"]["en"]
        assert shared_client.get(f"/v1/problems/{item['code']}").json() == item


@pytest.mark.parametrize("path", ["/v1/problems/nothing", "/v1/policies/nothing", "/v1/methods/nothing"])
def test_an_unknown_entry_lists_the_known_ones(shared_client: Client, path: str) -> None:
    response = shared_client.get(path)
    assert response.status_code == 404
    assert response.json()["problems"][0]["expected"].startswith("one of ")
