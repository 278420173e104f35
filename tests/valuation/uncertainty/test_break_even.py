"""Does the search find every break-even point, and say so when there is none or more than one?

Checked against: roots by hand (linear and quadratic papers), the inverse (the paper at the root gives the target), and
a real method (the royalty at which relief from royalty is worth a stated amount).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import answered, figure, relief
from tests.valuation.uncertainty.papers import paper, searched
from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.uncertainty.break_even import BreakEven, break_even

QUADRATIC = paper({"x": figure(1.0)}, lambda x: x * x)
CONCLUSION = answered({"relief_from_royalty": relief(operating_margin_share=figure(0.2))}).conclusions[0]


def searched_for(target: float, bracket: tuple[float, float], **changes: Any) -> BreakEven:
    return break_even(QUADRATIC, input_name="x", answer="value", target=target, bracket=bracket, **changes)


def test_one_root_by_hand() -> None:
    """Hand: x² = 2 on (0, 3) at √2."""
    found = searched_for(2.0, (0.0, 3.0))
    assert found.outcome == "one_root"
    assert found.roots[0].value == pytest.approx(2**0.5, rel=1e-14)
    assert found.roots[0].answer == pytest.approx(2, rel=1e-14)
    assert found.answer_at_ends == (0.0, 9.0)
    assert (found.roots[0].refusal, found.multiplies, found.jumps) == (None, False, ())


def test_several_roots_are_all_listed_and_none_is_chosen() -> None:
    found = searched_for(2.0, (-3.0, 3.0))
    assert found.outcome == "several_roots"
    assert [root.value for root in found.roots] == pytest.approx([-(2**0.5), 2**0.5], rel=1e-14)
    assert "several" in found.meaning.en
    assert "多个" in found.meaning.zh


def test_no_root_is_an_answer() -> None:
    found = searched_for(-1.0, (-3.0, 3.0))
    assert (found.outcome, found.roots) == ("no_root", ())
    assert "no break-even between -3 and 3" in found.meaning.en


def test_a_root_on_the_grid_is_found_once() -> None:
    """Hand: x² = 4 on (0, 4), where 2 is the middle of the bracket; and at the end of a bracket."""
    assert [root.value for root in searched_for(4.0, (0.0, 4.0)).roots] == [2.0]
    assert [root.value for root in searched_for(4.0, (2.0, 4.0)).roots] == [2.0]


def test_two_roots_within_one_piece_show_with_more_pieces() -> None:
    """Hand: x² = 0.01 has roots ±0.1; pieces of length 1.5 around zero do not see them, finer ones do."""
    assert searched_for(0.01, (-0.75, 0.76), pieces=1).outcome == "no_root"
    assert searched_for(0.01, (-0.75, 0.76)).outcome == "several_roots"


@given(slope=st.floats(0.01, 100), level=st.floats(-50, 50), at=st.floats(-0.99, 0.99))
def test_the_paper_at_the_root_gives_the_target(slope: float, level: float, at: float) -> None:
    made = paper({"x": figure(0.0)}, lambda x: slope * x + level)
    target = slope * at + level
    (root,) = break_even(made, input_name="x", answer="value", target=target, bracket=(-1.0, 1.0)).roots
    assert root.value == pytest.approx(at, abs=1e-9)
    assert made.with_inputs({"x": root.value}).value("value") == pytest.approx(target, abs=1e-9 * max(1, slope))


def test_a_jump_over_the_target_is_not_a_root() -> None:
    made = searched({"x": figure(0.0)}, lambda x: np.where(x < 0.3, 0.0, 10.0) + x)
    found = break_even(made, input_name="x", answer="value", target=5.0, bracket=(-1.0, 1.0))
    assert found.outcome == "no_root"
    assert found.jumps == pytest.approx((0.3,), abs=1e-9)


def test_the_royalty_at_which_a_patent_is_worth_a_stated_amount() -> None:
    """Hand: value is proportional to the royalty, so half the value needs half the rate, 2.5 %."""
    found = break_even(
        CONCLUSION.worksheet,
        input_name="royalty_rate_share",
        answer=CONCLUSION.answer,
        target=CONCLUSION.value / 2,
        bracket=(0.0, 0.2),
    )
    assert [root.value for root in found.roots] == pytest.approx([0.025], rel=1e-10)


def test_a_root_the_method_would_refuse_says_so() -> None:
    """Six times the value needs a royalty of 30 %, above the operating margin of 20 %."""
    (root,) = break_even(
        CONCLUSION.worksheet,
        input_name="royalty_rate_share",
        answer=CONCLUSION.answer,
        target=CONCLUSION.value * 6,
        bracket=(0.0, 0.5),
    ).roots
    assert root.value == pytest.approx(0.3, rel=1e-10)
    assert root.refusal is not None
    assert "royalty" in root.refusal


def test_a_row_is_moved_by_a_common_multiplier() -> None:
    """Hand: revenue times 1.7 gives the value times 1.7."""
    found = break_even(
        CONCLUSION.worksheet,
        input_name="revenue",
        answer=CONCLUSION.answer,
        target=1.7 * CONCLUSION.value,
        bracket=(0.1, 3.0),
    )
    assert found.multiplies
    assert [root.value for root in found.roots] == pytest.approx([1.7], rel=1e-10)
    assert found.roots[0].refusal is None


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"bracket": (3.0, 0.0)}, InputError, "bracket"),
        ({"bracket": (0.0, float("inf"))}, InputError, "bracket"),
        ({"target": float("nan")}, InputError, "finite target"),
        ({"pieces": 0}, InputError, "pieces: found 0"),
        ({"pieces": 10**9}, InputError, "pieces"),
        ({"input_name": "value"}, InputError, "input_name: found value, a computed line"),
        ({"input_name": "y"}, UnknownNameError, "'y'"),
    ],
)
def test_a_search_that_cannot_be_is_refused(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    stated: dict[str, Any] = {"input_name": "x", "answer": "value", "target": 2.0, "bracket": (0.0, 3.0)}
    with pytest.raises(error, match=message):
        break_even(QUADRATIC, **(stated | changes))


def test_a_bracket_outside_the_admissible_range_is_refused() -> None:
    made = paper({"x": figure(0.5)}, lambda x: x + 1, domains={"x": (0, 1)})
    with pytest.raises(InputError, match="bracket: found 2, expected between 0 and 1"):
        break_even(made, input_name="x", answer="value", target=1.2, bracket=(0.0, 2.0))


def test_an_answer_that_is_the_target_everywhere_is_refused() -> None:
    made = paper({"x": figure(0.5), "y": figure(2.0)}, lambda x, y: 0 * x + y)
    with pytest.raises(RefusalError, match="the target 2 everywhere"):
        break_even(made, input_name="x", answer="value", target=2.0, bracket=(0.0, 2.0))
    assert break_even(made, input_name="x", answer="value", target=3.0, bracket=(0.0, 2.0)).outcome == "no_root"


def test_a_pole_is_not_a_root() -> None:
    """Hand: 1/x passes from −∞ to +∞ at zero without being 0 anywhere, and is 2 at one half only."""
    made = paper({"x": figure(1.0)}, lambda x: 1 / x)
    found = break_even(made, input_name="x", answer="value", target=0.0, bracket=(-1.0, 2.0))
    assert found.outcome == "no_root"
    assert found.jumps == pytest.approx((0.0,), abs=1e-9)
    half = break_even(made, input_name="x", answer="value", target=2.0, bracket=(-1.0, 2.0))
    assert [root.value for root in half.roots] == pytest.approx([0.5], rel=1e-12)


def test_a_bracket_that_meets_a_pole_head_on_is_refused() -> None:
    made = paper({"x": figure(1.0)}, lambda x: 1 / x)
    with pytest.raises(RefusalError, match="not finite"):
        break_even(made, input_name="x", answer="value", target=2.0, bracket=(-1.0, 1.0))
