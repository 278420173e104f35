"""The lock files can be installed by anyone, anywhere, and say exactly what they install.

Checked against: the rules that tasks.py relies on (every pin hashed; the runtime pins contained in the test
pins, so that one stamp serves both; no address of a package index, which would tie a checkout to one place).
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-uv.lock")


def pins(text: str) -> dict[str, list[str]]:
    """Each requirement line (name, version, marker) with its hashes."""
    found = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        requirement, *hashes = [line.strip(" \\") for line in block.splitlines()]
        found[requirement] = hashes
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    found = pins((ROOT / name).read_text(encoding="utf-8"))
    assert found
    for requirement, hashes in found.items():
        assert re.match(r"[A-Za-z0-9._-]+==[^ ]+( ; .+)?$", requirement), requirement
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", value) for value in hashes), requirement


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_the_test_lock_contains_the_runtime_lock() -> None:
    runtime, test = (pins((ROOT / name).read_text(encoding="utf-8")) for name in LOCKS[:2])
    versions = {requirement.split(" ; ")[0] for requirement in test}
    assert {requirement.split(" ; ")[0] for requirement in runtime} <= versions


def test_a_line_without_a_hash_is_noticed() -> None:
    assert pins("a==1 \\\n    --hash=sha256:00\nb==2\n") == {"a==1": ["--hash=sha256:00"], "b==2": []}
