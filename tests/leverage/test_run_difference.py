"""Differences path by path: against nothing (zero), by hand, and against the errors of two runs apart."""

import math

import pytest

from leverage.run_answer import RunAnswer, RunDifference
from leverage.run_difference import difference_between
from tests.leverage.builders import TERMS, figure
from tests.leverage.runs import LOANS, asked, equity, pool, simulated


def with_share(share: str) -> RunAnswer:
    terms = {**TERMS["loss_compensation_pool"], "pool_loss_share": figure(share)}
    return simulated(asked(pool(terms=terms), paths=2000))


def difference(stated: RunAnswer, other: RunAnswer, way: str = "way_1") -> RunDifference:
    return difference_between(other.paths, way, base_paths=stated.paths, base=way, tail_level_share=0.95)


def test_a_run_does_not_differ_from_itself() -> None:
    answer = with_share("0.5")
    found = difference(answer, answer)
    assert {(row.value, row.error) for row in found.money.values()} == {(0.0, 0.0)}
    assert found.loss_probability.value == 0


def test_another_share_of_loss_by_hand() -> None:
    """Below exhaustion the pool pays its share of every loss, so that 0.4 pays 0.8 of what 0.5 pays, on every path."""
    stated, other = with_share("0.5"), with_share("0.4")
    found = difference(stated, other)
    assert found.money["net"].value == pytest.approx(-0.2 * stated.alternatives[0].principal.net.value, rel=0.02)
    assert found.money["expected_loss"].value == pytest.approx(-found.money["net"].value)
    assert found.money["to_firms"].value == 0


def test_the_same_numbers_make_differences_sharper() -> None:
    """The error of the difference is far below that of two runs on other paths."""
    stated, other = with_share("0.5"), with_share("0.4")
    apart = [row.alternatives[0].principal.net.error for row in (stated, other)]
    assert difference(stated, other).money["net"].error < 0.5 * math.hypot(*apart)


def test_a_change_of_one_risk_leaves_the_other_instruments_paths() -> None:
    worse = LOANS | {"default_share": figure("0.3")}
    stated, other = simulated(asked(pool(), equity())), simulated(asked(pool(risk=worse), equity()))
    assert difference(stated, other, "way_2").money["net"].value == 0
    assert difference(stated, other).money["net"].value < 0
