"""Is each row the paper with one input moved, and is what cannot be moved said?

Checked against: hand (a linear and an inverse paper), the paper with the same change made directly and as a scenario
(identity), and refusals.
"""

from __future__ import annotations

import pytest

from tests.valuation.asking import answered, figure, relief
from tests.valuation.uncertainty.papers import LABEL, paper
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.fields import parse
from valuation.kernel.figures import Figure
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.uncertainty.one_at_a_time import OneAtATime, one_at_a_time
from valuation.uncertainty.scenarios import Scenario, compare_scenarios

RELIEF = answered({"relief_from_royalty": relief()}).conclusions[0]


def moved(worksheet: Worksheet, change: float = 0.1, names: list[str] | None = None) -> OneAtATime:
    return one_at_a_time(worksheet, answer="value", change_share=change, input_names=names)


def test_a_linear_paper_by_hand() -> None:
    """2a + b at a = 10, b = 3: a tenth of a is 2 either way, of b 0.3; the widest swing comes first."""
    found = moved(paper({"b": figure(3.0), "a": figure(10.0)}, lambda b, a: 2 * a + b))
    assert [each.name for each in found.moved] == ["a", "b"]
    first, second = found.moved
    assert (first.low.answer, first.high.answer, first.swing) == pytest.approx((21, 25, 4))
    assert (second.low.difference, second.high.difference, second.swing) == pytest.approx((-0.3, 0.3, 0.6))
    assert (found.stated, first.stated, first.low.factor, first.high.factor) == pytest.approx((23, 10, 0.9, 1.1))


def test_sides_are_recomputed_not_mirrored() -> None:
    """1/a at a = 1 moved by half: 2 and 2/3, not 1 ± a half."""
    (row,) = moved(paper({"a": figure(1.0)}, lambda a: 1 / a), 0.5).moved
    assert (row.low.answer, row.high.answer, row.swing) == pytest.approx((2, 2 / 3, 4 / 3))


def test_an_answer_that_turns_counts_the_stated_one_into_the_swing() -> None:
    """(a − 1)² at a = 1 is higher on both sides: 0.01 each, and the swing is 0.01 though the ends agree."""
    (row,) = moved(paper({"a": figure(1.0)}, lambda a: (a - 1) ** 2)).moved
    assert (row.low.answer, row.high.answer, row.swing) == pytest.approx((0.01, 0.01, 0.01))


def test_every_input_of_a_method_without_a_distribution_is_moved() -> None:
    """Identity: each side is the paper with that input changed, rows as a whole; and the same as a scenario."""
    sheet = RELIEF.worksheet
    found = one_at_a_time(sheet, answer=RELIEF.answer, change_share=0.2)
    by_name = {each.name: each for each in found.moved}
    assert {"royalty_rate_share", "discount_rate_share", "tax_rate_share", "revenue"} <= set(by_name)
    assert sheet.uncertain_inputs == ()
    for name, row in by_name.items():
        numbers = sheet.inputs[name].reshape(-1)
        direct = sheet.with_inputs({name: (numbers * 1.2).tolist()}).value(RELIEF.answer)
        assert row.high.answer == pytest.approx(direct, rel=1e-12)
    change = {"revenue": [0.8 * each for each in sheet.row("revenue")]}
    scenario = parse(Scenario, {"name": "low", "reason": "for the test", "changes": change})
    (outcome,) = compare_scenarios(sheet, [scenario], outputs=[RELIEF.answer]).outcomes
    assert by_name["revenue"].low.difference == pytest.approx(outcome.differences[RELIEF.answer])
    assert (by_name["revenue"].multiplies, by_name["revenue"].stated) == (True, None)
    swings = [each.swing for each in found.moved]
    assert swings == sorted(swings, reverse=True)


def test_an_inadmissible_side_says_so_and_holds_no_number() -> None:
    sheet = paper({"a": figure(0.95)}, lambda a: a * 2, domains={"a": (0, 1)})
    (row,) = moved(sheet).moved
    assert row.high.answer is None
    assert "between 0 and 1" in str(row.high.refusal)
    assert row.low.answer == pytest.approx(1.71)
    assert row.swing == pytest.approx(0.19)


def test_a_side_the_method_must_not_answer_says_why() -> None:
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    a = sheet.figure("a", parse(Figure, figure(1.0)), label=LABEL, unit="1")
    sheet.check("a_small", a <= 1.05, label=LABEL, severity="refuse", expected="a small a", advice="Take less")
    sheet.line("value", a * 2, label=LABEL, unit="1", total=True)
    (row,) = moved(sheet.finish()).moved
    assert (row.high.answer, row.high.difference) == (None, None)
    assert "a small a" in str(row.high.refusal)


def test_a_zero_stays_zero_and_is_named() -> None:
    found = moved(paper({"a": figure(0.0), "b": figure(1.0)}, lambda a, b: a + b))
    assert [each.name for each in found.not_moved] == ["a"]
    assert "zero" in found.not_moved[0].reason.en


def test_parts_of_a_whole_are_not_moved_alone() -> None:
    """Weights by name, shares of a row, and numbered scalars that add up to one; a share that is alone is moved."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ("x", "y")))
    half = parse(Figure, figure(0.5))
    weight = sheet.figure("weight_share", half, label=LABEL, unit="share")
    row = sheet.figure_row("mix_share", [half, half], label=LABEL, unit="share")
    first = sheet.figure("probability_1_share", half, label=LABEL, unit="share")
    second = sheet.figure("probability_2_share", half, label=LABEL, unit="share")
    rate = sheet.figure("rate_share", half, label=LABEL, unit="share")
    used = sheet.line("used", row * weight, label=LABEL, unit="1")
    del used
    sheet.line("value", weight + first + second + rate, label=LABEL, unit="1", total=True)
    found = moved(sheet.finish())
    assert [each.name for each in found.moved] == ["rate_share"]
    assert [each.name for each in found.not_moved] == [
        "weight_share",
        "mix_share",
        "probability_1_share",
        "probability_2_share",
    ]


def test_what_the_engine_derived_is_moved_only_when_named() -> None:
    """Years to a payment follow from dates; nobody holds a view on them."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    years = sheet.derived("years", 2.0, label=LABEL, unit="years", reason="from the dates")
    sheet.line("value", years * 3, label=LABEL, unit="1", total=True)
    finished = sheet.finish()
    found = moved(finished)
    assert (found.moved, [each.name for each in found.not_moved]) == ((), ["years"])
    assert moved(finished, names=["years"]).moved[0].swing == pytest.approx(1.2)


def test_only_the_inputs_named_are_moved() -> None:
    sheet = paper({"a": figure(1.0), "b": figure(1.0)}, lambda a, b: a + b)
    assert [each.name for each in moved(sheet, names=["b"]).moved] == ["b"]


@pytest.mark.parametrize(
    ("change", "names", "error"),
    [
        (0.0, None, InputError),
        (1.0, None, InputError),
        (0.1, ["value"], InputError),
        (0.1, ["a", "a"], InputError),
        (0.1, ["nope"], UnknownNameError),
    ],
)
def test_faults_are_refused(change: float, names: list[str] | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        moved(paper({"a": figure(1.0)}, lambda a: a * 2), change, names)
