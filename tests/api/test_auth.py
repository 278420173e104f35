"""Who may ask: the bearer of a key, or this machine when there are no keys; nobody reads another's answers."""

import hashlib

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Client, MakeClient
from tests.api.requests import valuation_request

KEYS = {"bank": "secret-of-the-bank", "park": "secret-of-the-park"}
DIGESTS = {name: hashlib.sha256(key.encode()).hexdigest() for name, key in KEYS.items()}
PROTECTED = ["/v1/policies", "/v1/programmes", "/v1/methods", "/v1/subjects", "/v1/instruments", "/v1/valuations/val_1"]


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[name]}"}


@pytest.fixture
def keyed(make_client: MakeClient) -> Client:
    return make_client(api_keys=DIGESTS)


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic c2VjcmV0"}, {"Authorization": "Bearer "}],
)
def test_without_a_key_nothing_is_shown(keyed: Client, path: str, headers: dict[str, str]) -> None:
    response = keyed.get(path, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["type"] == "urn:ipfin:problem:unauthorized"


def test_without_a_key_nothing_is_stored(keyed: Client) -> None:
    assert keyed.ask("/v1/valuations", valuation_request()).status_code == 401
    assert keyed.rows() == (0, 0)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/v1/problems", "/openapi.json", "/docs"])
def test_what_needs_no_key(keyed: Client, path: str) -> None:
    assert keyed.get(path).status_code == 200


def test_a_caller_reads_its_own_answers_and_no_others(keyed: Client) -> None:
    created = keyed.ask("/v1/valuations", valuation_request(), **bearer("bank"))
    assert created.status_code == 201
    for address in created.json()["links"].values():
        assert keyed.get(address, headers=bearer("bank")).status_code == 200
        other = keyed.get(address, headers=bearer("park"))
        assert (other.status_code, other.json()["type"]) == (404, "urn:ipfin:problem:not-found")


def test_the_key_is_written_nowhere(keyed: Client, capfd: pytest.CaptureFixture[str], tmp_path: object) -> None:
    keyed.ask("/v1/valuations", valuation_request(), **bearer("bank"))
    database = keyed.settings.database_url.get_secret_value().removeprefix("sqlite:///")
    with open(database, "rb") as file:
        assert KEYS["bank"].encode() not in file.read()
    assert KEYS["bank"] not in "".join(capfd.readouterr())


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_without_keys_this_machine_is_served(client: Client, host: str) -> None:
    assert client.get("/v1/policies", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["ipfin.example", "10.0.0.5:8000", "localhost.example", "[", ""])
def test_without_keys_another_name_of_this_machine_is_refused(client: Client, host: str) -> None:
    """A page in a browser could otherwise reach the server under a name of its own."""
    response = client.get("/v1/policies", headers={"Host": host})
    assert (response.status_code, response.json()["type"]) == (403, "urn:ipfin:problem:not-loopback")


def test_without_keys_another_machine_is_refused(client: Client) -> None:
    outside = TestClient(client.app, base_url="http://localhost", client=("10.0.0.9", 40000))
    assert outside.get("/v1/policies").status_code == 403
