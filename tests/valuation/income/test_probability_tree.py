"""Probability tree.

Checked against: the published Davanrik tree (tests/literature), a recursion over the tree (second way), and the
published wrong answer that forgets a branch.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, figure
from tests.valuation.method_samples import codes, concluded, conclusion, sample
from valuation.errors import InputError

NAME = "probability_tree"


def branch(name: str, share: float, *, parent: str | None = None, worth: float | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": name, "name": f"分支{name}", "probability_share": figure(share)}
    if parent is not None:
        found["parent"] = parent
    if worth is not None:
        found["present_value"] = amount(f"{worth:.2f}")
    return found


#: A random tree: a leaf's worth, or a probability with what follows success and failure.
TREES = st.recursive(st.integers(-1000, 1000), lambda below: st.tuples(st.floats(0, 1), below, below), max_leaves=12)


def listed(tree: Any, prefix: str = "n", parent: str | None = None) -> list[dict[str, Any]]:
    share, *ends = tree
    found = []
    for number, (part, below) in enumerate(zip((share, 1 - share), ends, strict=True)):
        name = f"{prefix}{number}"
        if isinstance(below, tuple):
            found += [branch(name, part, parent=parent), *listed(below, name, name)]
        else:
            found.append(branch(name, part, parent=parent, worth=below))
    return found


def expectation(tree: Any) -> float:
    if not isinstance(tree, tuple):
        return float(tree)
    share, one, other = tree
    return float(share * expectation(one) + (1 - share) * expectation(other))


@given(st.tuples(st.floats(0, 1), TREES, TREES))
def test_a_recursion_gives_the_same(tree: Any) -> None:
    found = conclusion(NAME, {"branches": listed(tree)})
    assert found.value == pytest.approx(expectation(tree), rel=1e-9, abs=1e-6)
    assert "no_decision_in_the_tree" in codes(found)


def test_a_forgotten_branch_is_refused() -> None:
    """Published wrong answer: the failure after phase III left out of the sum."""
    branches = [each for each in sample(NAME)["branches"] if each["id"] != "fail_3"]
    with pytest.raises(InputError, match=r"a sum of 0\.7 after pass_2, expected a sum of 1"):
        concluded(NAME, branches=branches)


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        ([branch("a", 0.5, worth=1), branch("a", 0.5, worth=2)], "an id of its own"),
        ([branch("a", 1.0, worth=1), branch("b", 1.0, parent="x", worth=2)], "stated earlier"),
        ([branch("a", 1.0)], "expected an amount"),
        ([branch("a", 1.0, worth=1), branch("b", 1.0, parent="a", worth=2)], "the branch goes on"),
        (
            [
                branch("a", 1.0, worth=1),
                branch("b", 0.2, worth=1),
            ],
            "a sum of 1.2 after the first chance",
        ),
        (
            [
                branch("a", 1.0, worth=1)
                | {"probability_share": figure(1.0, distribution={"kind": "uniform", "low": 0.5, "high": 1.0})}
            ],
            "distribution",
        ),
    ],
)
def test_what_is_no_tree_is_refused(branches: list[dict[str, Any]], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        concluded(NAME, branches=branches)
