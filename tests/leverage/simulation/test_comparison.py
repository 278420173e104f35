"""Sets of terms on the same paths.

Checked: no change is no difference; the error of a difference on the same paths is far below that on independent ones;
signs of the sensitivities that must be so; sums of the sides by hand.
"""

import math

import pytest

from leverage.simulate import simulate_funds
from leverage.simulation.comparison import (
    MEASURES,
    TermChange,
    TermMove,
    changed_plan,
    compare_results,
    compare_terms,
    one_term_at_a_time,
)
from tests.leverage.simulated import FEES, FUND, plan
from valuation.errors import InputError, UnknownNameError

BASE = plan(funds=[FUND, FUND | {"id": "second"}], paths=4_000)


def test_the_same_terms_do_not_differ() -> None:
    stated, same = compare_terms(BASE, [TermChange(name="same", changes={"carry_share": 0.2})], tail_level_share=0.95)
    assert stated.name == "stated"
    for row in (stated, same):
        assert all(each.value == 0 == each.error for each in row.differences.values())
    assert same.figures == stated.figures


def test_what_one_side_gives_the_others_get_path_by_path() -> None:
    change = TermChange(name="dearer", fund="second", changes={"carry_share": 0.3})
    found = compare_terms(BASE, [change], tail_level_share=0.95)[1].differences
    assert found["manager_net"].value > 0
    assert found["manager_net"].value + found["public_net"].value + found["other_net"].value == pytest.approx(
        0, abs=1e-9
    )
    # On paths of their own the difference of the two means would have this error.
    stated = MEASURES["public_net"].estimate(simulate_funds(BASE), 0.95).error
    assert found["public_net"].error < 0.3 * math.sqrt(2) * stated


def test_fees_take_what_reaches_firms() -> None:
    fees = TermChange(name="fees", changes={"fees": FEES})
    found = compare_terms(BASE, [fees], tail_level_share=0.95)[1]
    assert found.differences["fees"].value == found.figures["fees"].value > 0
    assert found.differences["to_firms"].value < 0
    assert found.differences["public_loss_tail_mean"].value > 0
    assert found.differences["public_loss_probability_share"].value > 0


def test_one_term_at_a_time_in_order_of_swing() -> None:
    moves = [
        TermMove("preferred_rate_share", 0.07, 0.09),
        TermMove("cash_flow.growth_share", 0.05, 0.2),
        TermMove("deviation_share", 0.2, 0.4, fund="plain"),
    ]
    found = one_term_at_a_time(BASE, moves, measure="public_net", tail_level_share=0.95)
    assert found[0].move.term == "cash_flow.growth_share"
    assert found[0].at_high.value > found[0].at_low.value
    assert [row.swing for row in found] == sorted((row.swing for row in found), reverse=True)


def test_bad_changes_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="third"):
        changed_plan(BASE, TermChange(name="x", fund="third", changes={"carry_share": 0.1}))
    for term in ("carry", "cash_flow.growth", "cash.growth_share", "id"):
        with pytest.raises(UnknownNameError, match="term"):
            changed_plan(BASE, TermChange(name="x", changes={term: 0.1}))
    with pytest.raises(InputError, match="carry_share"):
        changed_plan(BASE, TermChange(name="x", changes={"carry_share": 2.0}))
    with pytest.raises(InputError, match="names"):
        compare_terms(BASE, [TermChange(name="stated", changes={"carry_share": 0.1})], tail_level_share=0.95)
    with pytest.raises(UnknownNameError, match="measure"):
        one_term_at_a_time(BASE, [TermMove("carry_share", 0, 0.1)], measure="luck", tail_level_share=0.95)
    with pytest.raises(InputError, match="moves"):
        one_term_at_a_time(BASE, [], measure="fees", tail_level_share=0.95)
    one, other = simulate_funds(BASE), simulate_funds(BASE.model_copy(update={"seed": 8}))
    with pytest.raises(InputError, match="the same paths"):
        compare_results(one, other, name="other", tail_level_share=0.95)
