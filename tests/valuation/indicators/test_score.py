"""Is a score the weighted sum of its marks, complete, explained, and never money?

Checked against: sums by hand, bounds and monotonicity (hypothesis), the types and the methods themselves.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import valuation
from tests.valuation.asking import figure
from tests.valuation.indicators.profiles import small, standard
from valuation.errors import GapError, InputError
from valuation.indicators.score import Contribution, Score, score
from valuation.indicators.score_profile import ScoreProfile
from valuation.kernel.fields import MoneyText, parse
from valuation.kernel.figures import Amount, AmountSeries, Figure, Series
from valuation.kernel.money import Money

ROOT = Path(valuation.__path__[0])
SMALL = parse(ScoreProfile, small())
STANDARD = parse(ScoreProfile, standard())


def marks(**values: float) -> dict[str, Figure]:
    return {name: parse(Figure, figure(value)) for name, value in values.items()}


def scored(**changes: float) -> Score:
    return score(SMALL, marks(**({"term": 80.0, "claims": 60.0, "sales": 20.0} | changes)))


def test_a_score_by_hand() -> None:
    """Hand: 0.3·80 + 0.3·60 + 0.4·20 = 24 + 18 + 8 = 50."""
    found = scored()
    assert found.points == pytest.approx(50)
    assert found.dimensions == pytest.approx({"legal": 42, "market": 8})
    assert [each.points for each in found.contributions] == pytest.approx([24, 18, 8])
    assert sum(each.points for each in found.contributions) == found.points


def test_each_contribution_says_what_it_rests_on() -> None:
    first = scored().contributions[0]
    assert (first.indicator, first.dimension, first.group, first.mark) == ("term", "legal", "right", 80.0)
    assert (first.grade, first.basis) == ("assumed", "chosen for the test")


def test_the_weights_are_marked_as_judgement() -> None:
    (warning,) = scored().warnings
    assert warning.code == "judgement_weights"
    assert "invented for the test" in warning.label.en
    assert "判断" in warning.label.zh


@given(st.lists(st.floats(0, 100), min_size=27, max_size=27), st.integers(0, 26), st.floats(0, 100))
def test_a_score_lies_between_its_marks_and_rises_with_each(values: list[float], index: int, other: float) -> None:
    names = list(STANDARD.weights())
    before = score(STANDARD, marks(**dict(zip(names, values, strict=True))))
    assert min(values) - 1e-9 <= before.points <= max(values) + 1e-9
    changed = [*values[:index], other, *values[index + 1 :]]
    after = score(STANDARD, marks(**dict(zip(names, changed, strict=True))))
    assert (after.points - before.points) * (other - values[index]) >= 0


def test_missing_unknown_and_impossible_marks_are_named_at_once() -> None:
    with pytest.raises(InputError) as raised:
        score(SMALL, marks(term=101.0, sales=-1.0, colour=5.0))
    assert [(each.field, each.found) for each in raised.value.problems] == [
        ("marks.claims", "nothing"),
        ("marks.term", "101"),
        ("marks.sales", "-1"),
        ("marks.colour", "an unknown indicator"),
    ]


def test_an_indicator_of_weight_zero_needs_a_mark_too() -> None:
    profile = SMALL.revised({"legal": 0.0, "market": 1.0}, version="2", reason="all market", stated_on="2024-02-01")
    with pytest.raises(InputError, match=r"marks.term: found nothing"):
        score(profile, marks(sales=10.0))


def test_a_gap_in_the_weights_gives_no_score() -> None:
    data = small()
    data["dimensions"][0] |= {"weight_share": None, "gap": "not in the text that was read"}
    with pytest.raises(GapError, match="1 weights are gaps, the first at legal"):
        score(parse(ScoreProfile, data), marks(term=1.0, claims=1.0, sales=1.0))


def test_a_profile_that_contradicts_itself_gives_no_score() -> None:
    data = small()
    data["dimensions"][0]["weight_share"] = 0.7
    with pytest.raises(InputError, match=r"a sum of 1\.1"):
        score(parse(ScoreProfile, data), marks(term=1.0, claims=1.0, sales=1.0))


# --- a score is no money --------------------------------------------------------------------------


def test_no_field_of_a_score_is_money_or_names_a_currency() -> None:
    for kind in (Score, Contribution):
        hints = get_type_hints(kind)
        assert not {Money, Amount, AmountSeries} & set(hints.values())
        assert not [each.name for each in dataclasses.fields(kind) if "currency" in each.name or "cny" in each.name]
    text = json.dumps(scored().as_document())
    assert "CNY" not in text
    assert "currency" not in text


@pytest.mark.parametrize("field", [Amount, AmountSeries, Figure, Series])
def test_no_figure_of_a_request_takes_a_score(field: type[Any]) -> None:
    key = "values" if field in (AmountSeries, Series) else "value"
    stated = {key: [scored()] if key == "values" else scored(), "grade": "assumed", "reason": "a score"}
    with pytest.raises(InputError):
        parse(field, stated)


def test_a_score_does_not_turn_into_a_number_or_an_amount() -> None:
    with pytest.raises(TypeError):
        float(scored())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money.from_model(scored(), currency="CNY", rounding="half_up")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        TypeAdapter(MoneyText).validate_python(scored())


def test_no_method_knows_what_a_score_is() -> None:
    """A method that never imports the type cannot take it as an input."""
    packages = ("income", "cost", "market", "options", "kernel")
    files = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    assert len(files) > len(packages)
    assert [path.name for path in files if "indicators.score" in path.read_text(encoding="utf-8")] == []
