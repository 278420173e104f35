"""A real server on this machine, for tests that must go through a socket: curl, concurrency, large bodies."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 60
_STOP_SECONDS = 15


@dataclass(frozen=True)
class StartedServer:
    """Where the server listens, and the files it writes."""

    url: str
    database: Path
    log: Path


@contextlib.contextmanager
def running_server(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[StartedServer]:
    """Run ``ipfin serve`` on a free port of the loopback address, with a database of its own."""
    database, log, out = folder / "server.db", folder / "server.log", folder / "server.out"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IPFIN_")}
    stated = {"IPFIN_DATABASE_URL": f"sqlite:///{database}", "IPFIN_EVIDENCE_DIR": f"{database}-evidence"}
    settings = {**stated, "PYTHONUNBUFFERED": "1", **(environment or {})}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0"]
    with log.open("wb") as errors, out.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env={**kept, **settings}, stdout=output, stderr=errors)
    try:
        yield StartedServer(_wait_for_address(process, out, log), database, log)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_address(process: "subprocess.Popen[bytes]", out: Path, log: Path) -> str:
    """The announced address; the socket listens from then on, so a first request waits instead of failing."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://\S+:\d+", out.read_text("utf-8")):
            return found.group()
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{out.read_text('utf-8')}\n{log.read_text('utf-8')}")


@pytest.fixture(scope="module")
def started_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedServer]:
    """One server for the tests of a module; without keys, so the caller is ``local``."""
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server
