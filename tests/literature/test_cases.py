"""Does every method give what the literature printed?

Checked against: the published cases in cases/*.json, each with its source and tolerance (literature). The comparison
itself is shown to fail on wrong numbers, and the list of cases that are not built yet is committed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.literature import NOT_YET_BUILT, Case, differences, load_adapters, load_cases, run
from valuation.catalogue import methods

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = load_adapters()
CASES = {case.id: case for case in load_cases()}
BUILT = [case for case in CASES.values() if case.id in ADAPTERS]


@pytest.mark.parametrize("case", BUILT, ids=lambda case: case.id)
def test_a_published_case_is_reproduced(case: Case) -> None:
    assert run(case, ADAPTERS) == []


def test_the_cases_not_built_yet_are_those_listed() -> None:
    """The list shrinks when an adapter is written; it never grows or shrinks by accident."""
    listed = NOT_YET_BUILT.read_text(encoding="utf-8").split()
    assert sorted(CASES.keys() - ADAPTERS.keys()) == listed


def test_every_adapter_has_a_case() -> None:
    assert ADAPTERS.keys() - CASES.keys() == set()


def test_every_case_says_where_it_comes_from_and_how_close_is_close_enough() -> None:
    ids = [case.id for case in load_cases()]
    assert len(ids) == len(set(ids))
    for case in CASES.values():
        assert len(case.data["source"]) > 20, case.id
        assert case.data["expected"], case.id
        assert ("abs_tol" in case.data) != ("rel_tol" in case.data), case.id


@pytest.mark.parametrize("name", methods())
def test_the_cases_a_method_names_exist_and_are_run(name: str) -> None:
    for case in methods()[name].cases:
        assert case in CASES, f"{name} names {case}, which no file holds"
        assert case in ADAPTERS, f"{name} names {case}, which no adapter computes"


def test_the_report_counts_every_case_and_passes() -> None:
    command = [sys.executable, "-m", "tests.literature"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [
        line.split() for line in done.stdout.splitlines() if line.split()[0] in {case.file for case in CASES.values()}
    ]
    assert sum(int(number) for _, *numbers in rows for number in numbers) == len(CASES)
    assert "FAILED" not in done.stdout


# --- the comparison is not blind ------------------------------------------------------------------

PRINTED: dict[str, Any] = {"expected": {"value": 100, "row": [1, 2], "deep": {"a": 0.5}, "same": True}, "abs_tol": 0.1}
SAME = {"value": 100.05, "row": [1.05, 2], "deep": {"a": 0.45}, "same": True, "extra": 7}


def test_what_is_within_the_tolerance_agrees() -> None:
    assert differences(PRINTED, SAME) == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"value": 100.2}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"row": [1, 2.2]}, "row[1]"),
        ({"row": [1]}, "row"),
        ({"deep": {"a": 0.7}}, "deep.a"),
        ({"same": False}, "same"),
    ],
)
def test_what_is_outside_is_named(wrong: dict[str, Any], where: str) -> None:
    (difference,) = differences(PRINTED, SAME | wrong)
    assert difference.startswith(f"{where}: ")


def test_an_output_that_is_not_given_is_named() -> None:
    assert differences(PRINTED, {name: SAME[name] for name in ("row", "deep", "same")}) == ["value: not given"]


def test_a_tolerance_may_be_one_for_each_output_or_relative() -> None:
    each = {"expected": {"a": 1, "b": 1}, "abs_tol": {"a": 0.5, "b": 0.01}}
    assert differences(each, {"a": 1.4, "b": 1.0}) == []
    assert differences(each, {"a": 1.4, "b": 1.4})[0].startswith("b: ")
    relative = {"expected": {"a": 1000}, "rel_tol": 0.01}
    assert differences(relative, {"a": 1009}) == []
    assert differences(relative, {"a": 1011}) != []
