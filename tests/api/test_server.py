"""The API on a real server: what a test client inside the process cannot show.

Checked against: curl and plain sockets, as a caller in another language would use them.
"""

import json
import shutil
import socket
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.api.requests import valuation_request
from tests.server_fixture import StartedServer, running_server

PATH = "/v1/valuations"


def ask(server: StartedServer, key: str) -> Any:
    headers = {"Idempotency-Key": key}
    return httpx2.post(f"{server.url}{PATH}", json=valuation_request(), headers=headers, timeout=60)


def rows(server: StartedServer) -> int:
    with sqlite3.connect(server.database) as connection:
        (count,) = connection.execute("select count(*) from answers").fetchone()
    connection.close()
    return int(count)


def test_a_question_is_answered_and_read_again(started_server: StartedServer) -> None:
    created = ask(started_server, "server-1")
    assert created.status_code == 201
    read = httpx2.get(f"{started_server.url}{created.headers['location']}")
    assert read.content == created.content
    assert "server" not in read.headers


def test_many_at_once_have_one_effect(started_server: StartedServer) -> None:
    before = rows(started_server)
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: ask(started_server, "server-many"), range(8)))
    created = [each for each in responses if each.status_code == 201]
    assert {each.status_code for each in responses} <= {201, 409}
    assert len({each.json()["id"] for each in created}) == 1
    assert rows(started_server) == before + 1


def test_curl_with_ten_megabytes_gets_a_problem(started_server: StartedServer, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    body = tmp_path / "large.json"
    body.write_bytes(b" " * 10_000_000)
    for chunked in ([], ["-H", "Transfer-Encoding: chunked"]):
        command = [curl, "-s", "-m", "30", "-H", "Content-Type: application/json", "-H", "Idempotency-Key: x", *chunked]
        command += ["--data-binary", f"@{body}", "-w", "\n%{http_code} %{content_type}", f"{started_server.url}{PATH}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        document, status = done.stdout.rsplit("\n", 1)
        assert status == "413 application/problem+json", done.stdout + done.stderr
        assert json.loads(document)["type"] == "urn:ipfin:problem:body-too-large"


def test_a_caller_that_goes_away_does_not_hold_its_key(started_server: StartedServer) -> None:
    """The question is sent and the connection closed at once; the answer is computed all the same."""
    address = urlsplit(started_server.url)
    body = json.dumps(valuation_request()).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: gone\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as connection:
        connection.sendall(head.encode() + body)
    response = ask(started_server, "gone")
    while response.status_code == 409:
        response = ask(started_server, "gone")
    assert response.status_code == 201


def test_the_log_is_one_json_object_a_line(started_server: StartedServer) -> None:
    httpx2.get(f"{started_server.url}/v1/nothing?secret=1", headers={"X-Request-Id": "look-for-me"})
    deadline = time.monotonic() + 10  # the line is written after the answer has left
    while "look-for-me" not in started_server.log.read_text("utf-8") and time.monotonic() < deadline:
        time.sleep(0.05)
    lines = [json.loads(line) for line in started_server.log.read_text("utf-8").splitlines()]
    (line,) = [each for each in lines if each.get("request_id") == "look-for-me"]
    assert (line["event"], line["path"], line["status"]) == ("request", "/v1/nothing", 404)
    assert "secret" not in json.dumps(line)
    assert any(each["event"] == "migrated" for each in lines)


def test_an_address_beyond_this_machine_needs_keys(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match=r"IPFIN_HOST"),
        running_server(tmp_path, {"IPFIN_HOST": "0.0.0.0"}),
    ):
        pass


def test_a_second_start_keeps_the_answers(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        first = ask(server, "kept")
    with running_server(tmp_path) as server:
        again = ask(server, "kept")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
