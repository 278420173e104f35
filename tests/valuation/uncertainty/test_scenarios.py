"""Is a scenario the paper with other inputs, and nothing else?

Checked against: the paper with the same change made directly (identity), differences by hand, and faulty scenarios.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.valuation.asking import answered, figure, relief
from tests.valuation.uncertainty.papers import LABEL
from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.fields import parse
from valuation.kernel.figures import Figure
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.uncertainty.scenarios import Scenario, compare_scenarios

PAPER = answered({"relief_from_royalty": relief(operating_margin_share=figure(0.2))}).conclusions[0].worksheet
VALUE = answered({"relief_from_royalty": relief()}).conclusions[0].answer


def scenario(name: str = "low", **changes: Any) -> Scenario:
    return parse(Scenario, {"name": name, "reason": "chosen for the test", "changes": changes})


def compared(worksheet: Worksheet, *scenarios: Scenario) -> Any:
    return compare_scenarios(worksheet, scenarios, outputs=[VALUE])


def test_a_scenario_recomputes_the_whole_paper() -> None:
    """Identity: the same as changing the input cell; a sensitivity table that does not re-compute is a known trap."""
    found = compared(PAPER, scenario("low", royalty_rate_share=0.03), scenario("dear", discount_rate_share=0.2))
    for outcome in found.outcomes:
        direct = PAPER.with_inputs(outcome.scenario.changes).value(VALUE)
        assert outcome.values[VALUE] == direct
        assert outcome.differences[VALUE] == direct - PAPER.value(VALUE) < 0
    assert found.stated[VALUE] == PAPER.value(VALUE)
    assert [each.scenario.name for each in found.outcomes] == ["low", "dear"]


def test_a_royalty_of_three_fifths_gives_three_fifths_of_the_value() -> None:
    """Hand: value is proportional to the royalty rate, 0.03 against 0.05, as the owner bears no cost."""
    (outcome,) = compared(PAPER, scenario(royalty_rate_share=0.03)).outcomes
    assert outcome.values[VALUE] == pytest.approx(0.6 * PAPER.value(VALUE), rel=1e-12)


def test_a_change_to_what_is_stated_changes_nothing() -> None:
    (outcome,) = compared(PAPER, scenario(royalty_rate_share=0.05, revenue=PAPER.row("revenue"))).outcomes
    assert outcome.differences == {VALUE: 0.0}


def test_a_scenario_starts_from_the_paper_not_from_the_one_before() -> None:
    alone = compared(PAPER, scenario("b", discount_rate_share=0.2)).outcomes[0]
    after = compared(PAPER, scenario("a", royalty_rate_share=0.01), scenario("b", discount_rate_share=0.2)).outcomes[1]
    assert alone == after


def test_a_scenario_the_method_must_not_answer_is_refused_by_name() -> None:
    with pytest.raises(RefusalError, match="scenario 'greedy': "):
        compared(PAPER, scenario("greedy", royalty_rate_share=0.3))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"royalty_rate": 0.03}, UnknownNameError, "'royalty_rate'"),
        ({"royalty_rate_share": 3.0}, InputError, r"scenarios.low.royalty_rate_share: found 3, expected between 0 and"),
        ({"revenue": (1.0, 2.0)}, InputError, "revenue: found 2 values, expected 5"),
        ({VALUE: 1.0}, InputError, f"{VALUE}: found a computed line"),
    ],
)
def test_a_faulty_scenario_is_named(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compared(PAPER, scenario(**changes))


def test_two_scenarios_need_two_names() -> None:
    with pytest.raises(InputError, match="scenarios: found the name 'low' more than once"):
        compared(PAPER, scenario(royalty_rate_share=0.01), scenario(royalty_rate_share=0.02))


@pytest.mark.parametrize(
    "stated",
    [
        {"name": "x", "reason": "why not", "changes": {}},
        {"name": "x", "changes": {"a": 1}},
        {"name": "", "reason": "why not", "changes": {"a": 1}},
        {"name": "x", "reason": "why not", "changes": {"a": float("nan")}},
        {"name": "x", "reason": "why not", "changes": {"a": "1"}},
    ],
)
def test_an_incomplete_scenario_does_not_enter(stated: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        parse(Scenario, stated)


def test_the_doubts_of_a_scenario_travel_with_it() -> None:
    """A soft check that fails only under the scenario is named in its outcome."""
    sheet = Sheet(title=LABEL, axis=Axis(LABEL, ()))
    x = sheet.figure("x", parse(Figure, figure(1.0)), label=LABEL, unit="1")
    sheet.line("value", 2 * x, label=LABEL, unit="1", total=True)
    sheet.check("small", x < 2, label=LABEL, severity="warn", expected="x < 2", advice="look again")
    made = sheet.finish()
    calm, loud = compare_scenarios(made, [scenario("calm", x=1.5), scenario("loud", x=3.0)], outputs=["value"]).outcomes
    assert calm.warnings == ()
    assert [each.code for each in loud.warnings] == ["small"]
