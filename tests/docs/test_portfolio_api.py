"""The page on loan books over HTTP: its commands run as printed, its limits are those of the code.

Checked against: a started server, the command line's own answer (second way), the settings.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from api.portfolios.book_file import MAXIMUM_FILE_LOANS
from api.portfolios.columns import FILE_COLUMNS
from api.settings import Settings
from pledge.portfolio.importance import PILOT_SCENARIOS, PILOTS
from tests.server_fixture import ROOT, StartedServer, started_server

__all__ = ["started_server"]

PAGE = (ROOT / "docs" / "portfolio_api.md").read_text("utf-8")
DOCUMENTED = "http://127.0.0.1:8000"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_session_runs_as_printed(started_server: StartedServer, tmp_path: Path) -> None:
    """Both blocks of commands as one script; the terminal prints what the server stored."""
    blocks = "\n".join(re.findall(r"```bash\n(.*?)```", PAGE, flags=re.DOTALL))
    ipfin = f"{shlex.quote(sys.executable)} -m api.cli"
    script = blocks.replace(DOCUMENTED, started_server.url).replace("curl ", "curl --fail-with-body ")
    script = script.replace(".venv/bin/ipfin", f"PYTHONPATH={shlex.quote(str(ROOT))} {ipfin}")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    run = json.loads((tmp_path / "run.json").read_bytes())
    assert json.loads((tmp_path / "again.json").read_bytes()) == run
    assert run["answer"]["portfolio"] == json.loads((tmp_path / "book.json").read_bytes())["id"]
    assert f"摘要 digest {run['digest']}" in done.stdout.decode()
    for name in ("loan_book.xlsx", "run.xlsx"):
        assert zipfile.is_zipfile(tmp_path / name)


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{MAXIMUM_FILE_LOANS:,} loans" in PAGE
    assert str(PILOTS * PILOT_SCENARIOS) in PAGE
    assert f"{Settings.model_fields['max_loan_scenarios'].default:,} by default" in PAGE


def test_the_required_columns_are_those_of_the_code() -> None:
    (line,) = [line for line in PAGE.splitlines() if "Required" in line]
    named = re.findall(r"`(\w+)`", line)
    assert named == [name for name, column in FILE_COLUMNS.items() if column.is_required]
