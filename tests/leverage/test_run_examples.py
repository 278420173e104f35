"""The shipped examples of runs: they run, their means follow from their terms by hand, nothing is measured."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from leverage.policy import load_policies
from leverage.programme import load_programmes
from leverage.run_answer import AlternativeRun, RunAnswer
from leverage.run_request import RunRequest
from leverage.scenario_run import run_frontier
from tests.leverage.runs import parsed, simulated

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = ("high_tech", "longhua")


def request(name: str) -> dict[str, object]:
    text = (EXAMPLES / f"leverage_run_{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal) | {"paths": 2000}


@cache
def example(name: str) -> RunAnswer:
    return simulated(request(name))


def alternative(name: str, way: str) -> AlternativeRun:
    return next(row for row in example(name).alternatives if row.id == way)


@pytest.mark.parametrize(
    ("name", "way", "expected"), [("high_tech", "pool", 8_280_000), ("longhua", "pool", 1_656_000)]
)
def test_a_pool_pays_half_of_the_mean_loss(name: str, way: str, expected: float) -> None:
    """6 × pool × 0.046 × 0.6 × 0.5: of 1.0亿, 828万; of 2,000万, 165.6万. It comes back one quarter of a year later."""
    found = alternative(name, way).principal.expected_loss
    assert abs(found.value - expected) < 4 * found.error


def test_a_guarantor_pays_four_fifths_and_keeps_the_rest() -> None:
    """Loans of 6.25亿 × 0.0276 × 0.8 = 1,380万; nothing comes back, 8,620万 are held."""
    found = alternative("high_tech", "capital").principal
    assert abs(found.expected_loss.value - 13_800_000) < 4 * found.expected_loss.error
    assert found.back.value == 0
    assert found.held.value == pytest.approx(100_000_000 - found.expected_loss.value)


def test_shares_bring_the_mean_of_their_law() -> None:
    """0.65 · 0.5 + 0.25 · 3 + 0.06 · 7.5 + 0.04 · 15 = 2.125 times what was paid in."""
    found = alternative("high_tech", "equity").principal
    assert abs(found.back.value - 212_500_000) < 4 * found.back.error


def test_finance_comes_when_it_is_drawn() -> None:
    years = [row.to_firms.mean.value for row in alternative("high_tech", "equity").years]
    assert years[:3] == [50_000_000, 50_000_000, 0]
    fund = [row.to_firms.mean.value for row in alternative("high_tech", "fund").years]
    assert fund[0] > 0
    assert sum(fund[8:]) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_says_that_it_is_not_measured(name: str) -> None:
    answer = example(name)
    assert all(figure.grade != "measured" and figure.basis for _, figure in answer.scenario.figures)
    assert any(".risk." in path for path, _ in answer.scenario.figures)
    assert "hypothetical_terms" in [row.code for row in answer.warnings]
    assert {"money_not_discounted", "risk_as_stated"} == {row.code for row in answer.not_answered}


def test_the_instruments_side_by_side_have_a_frontier() -> None:
    made: RunRequest = parsed(request("high_tech"))
    found = run_frontier(
        made,
        alternative="side_by_side",
        tail_loss_shares=[0.1, 0.3, 0.5],
        programmes=load_programmes(),
        policies=load_policies(),
    )
    assert found.frontier.points
    assert [row.corner for row in found.frontier.corners] == ["side_pool", "side_fund", "side_guarantor", "side_equity"]
