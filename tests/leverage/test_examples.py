"""The shipped example scenarios: they parse, they run, and their multiples follow from their terms by hand."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from leverage.answer import LeverageAnswer
from tests.leverage.builders import run

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(name: str) -> LeverageAnswer:
    text = (EXAMPLES / f"leverage_haikou_{name}.toml").read_text(encoding="utf-8")
    return run(tomllib.loads(text, parse_float=Decimal))


def finance(answer: LeverageAnswer) -> dict[str, Fraction]:
    ladders = {row.id: row.ladder("disbursed") for row in answer.alternatives}
    return {
        name: ladder.rung("finance_to_firms_per_public").multiple
        for name, ladder in ladders.items()
        if ladder is not None
    }


def test_high_tech_by_hand() -> None:
    """Pool 10 × 0.6. Guarantor 10 × 0.5 / 0.8. Fund of 1 / 0.3 with half the rest public, after 18 % fees:
    0.82 × (10/3) / (1 + 7/6). Half and half: (0.82 × (5/3) + 3) / (0.5 + 0.5 + 7/12), in 亿.
    """
    found = finance(example("high_tech"))
    assert found["pool"] == 6
    assert found["capital"] == Fraction(25, 4)
    assert float(found["fund"]) == pytest.approx(0.82 * (10 / 3) / (1 + 7 / 6), rel=1e-8)
    assert float(found["half_and_half"]) == pytest.approx((0.82 * 5 / 3 + 3) / (1 + 7 / 12), rel=1e-8)


def test_longhua_by_hand() -> None:
    """Fund: 0.82 / 0.2375 per programme yuan, of which half the rest is public too: / (1 + 0.38125 / 0.2375)."""
    found = finance(example("longhua"))
    assert found["pool"] == 6
    assert found["company"] == 1
    assert float(found["fund"]) == pytest.approx(0.82 / (0.2375 + 0.38125), rel=1e-8)


@pytest.mark.parametrize("name", ["high_tech", "longhua"])
def test_every_term_names_its_grade_and_basis(name: str) -> None:
    answer = example(name)
    assert answer.figures
    assert all(figure.grade != "measured" and figure.basis for _, figure in answer.figures)
    codes = [warning.code for warning in answer.warnings]
    assert {"equity_and_loans_on_volume", "hypothetical_terms"} <= set(codes)


@pytest.mark.parametrize("name", ["high_tech", "longhua"])
def test_every_alternative_uses_the_whole_money_of_its_park(name: str) -> None:
    for alternative in example(name).alternatives:
        assert all(row.used_fen == row.held_fen for row in alternative.lines if row.park == name)
