"""The README promises only what runs: its commands, its curl calls against a started server, its one result.

Checked against: the commands' exit codes, the server's answers, and the valuation example (identity).
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from pledge.quote import load_policies, quote_pledge
from pledge.quote import request_model as quote_model
from tests.server_fixture import StartedServer, started_server
from valuation.appraisal import appraise, request_model
from valuation.kernel.fields import parse

__all__ = ["started_server"]

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTED = "http://127.0.0.1:8000"


def commands() -> list[str]:
    """Every command of the README's bash blocks, continued lines joined."""
    blocks = re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip()]


TERMINAL = [line for line in commands() if line.startswith(".venv/bin/ipfin") and ">" not in line]
HTTP = [line for line in commands() if line.startswith("curl") or ">" in line]


def ipfin(line: str) -> list[str]:
    """The command with this test run's own interpreter, so that it also holds where .venv is elsewhere."""
    return [sys.executable, "-m", "api.cli", *shlex.split(line)[1:]]


def test_every_command_is_of_a_tested_kind() -> None:
    assert [line for line in commands() if line not in (*TERMINAL, *HTTP)] == [
        "python3 tasks.py demo",
        "python3 tasks.py test",
    ]


@pytest.mark.parametrize("line", TERMINAL)
def test_terminal_commands_succeed(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPFIN_DATABASE_URL", f"sqlite:///{tmp_path / 'ipfin.db'}")
    done = subprocess.run(ipfin(line), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), "the command says something"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_http_session_runs_as_printed(started_server: StartedServer, tmp_path: Path) -> None:
    answers = []
    for line in HTTP:
        if line.startswith(".venv/bin/ipfin request"):
            left, _, target = line.partition(">")
            body = subprocess.run(ipfin(left.strip()), cwd=ROOT, capture_output=True, timeout=60, check=True).stdout
            (tmp_path / target.strip()).write_bytes(body)
            continue
        parts = shlex.split(line.replace(DOCUMENTED, started_server.url))
        done = subprocess.run([*parts, "--fail-with-body"], cwd=tmp_path, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout
        if "-o" in parts:
            assert (tmp_path / parts[parts.index("-o") + 1]).stat().st_size, line
            continue
        answers.append(json.loads(done.stdout))
    valuation, quote, scenario = answers[:3]
    assert valuation["answer"]["value"] == "19525412.05"
    assert quote["answer"]["offered_principal"] == "4881353.01"
    assert scenario["id"].startswith("lev_")


def test_the_printed_result_is_the_computed_one() -> None:
    """Identity: the table of the README holds what the examples give today."""

    def example(name: str) -> dict[str, object]:
        return tomllib.loads((ROOT / "examples" / name).read_text(encoding="utf-8"), parse_float=Decimal)

    value = appraise(parse(request_model(), example("drug_patent.toml"))).as_document()
    policies = load_policies()
    request = parse(quote_model(policies), example("pledge_quote_drug_patent.toml"))
    offered = quote_pledge(request, policies=policies).as_document()["offered_principal"]
    amounts = [value["value"], value["interval"]["low"], value["interval"]["high"], value["pledgee_value"], offered]
    for amount in amounts:
        assert f"{Decimal(amount):,}" in README


def test_the_map_names_folders_that_exist() -> None:
    table = README[README.index("## Map") :]
    named = re.findall(r"`([a-z_/]+/)[a-z_]*`", table)
    assert named
    assert [name for name in named if not (ROOT / name).is_dir()] == []
