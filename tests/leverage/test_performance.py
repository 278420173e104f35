"""Self-evaluation by points. Expected values by hand, with the arithmetic in the test; the published table stands in
``tests/literature``."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from leverage.performance import EvaluationRequest, evaluate, facts_of
from leverage.policy import load_policies
from tests.leverage.builders import allocation, request, run
from valuation.errors import BeforeFirstStepError, GapError, InputError, UnknownNameError
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import parse

POLICY = load_policies()["performance_self_evaluation_2020"]
WORK = load_policies()["park_work_evaluation_2021"]


def row(name: str, dimension: str, points: str, **changes: Any) -> dict[str, Any]:
    text = {"zh": "指标", "en": "indicator"}
    made = {
        "id": name,
        "name": text,
        "unit": text,
        "dimension": dimension,
        "target": "10",
        "points": points,
        "rule": "at_least",
        "reached": "10",
    }
    if dimension == "output":
        made["aspect"] = "quantity"
    return made | changes


def asked(**changes: Any) -> dict[str, Any]:
    rows = [
        row("loans", "output", "30", reached="9"),
        row("speed", "output", "20", rule="at_most", reached="16", aspect="timeliness"),
        row("jobs", "effect", "30", rule="all_or_none", reached="9.99"),
        row("firms", "satisfaction", "10", target="95", reached="96"),
    ]
    base = {
        "year": 2026,
        "policy_date": datetime.date(2026, 12, 31),
        "budget_cny": "3102000.00",
        "spent_cny": "1547400.00",
        "indicators": rows,
        "decimals": 2,
        "rounding": "half_up",
    }
    return base | changes


def made(**changes: Any) -> EvaluationRequest:
    return parse(EvaluationRequest, asked(**changes))


def test_points_by_hand() -> None:
    """10 · 154.74/310.2 = 4.988; 30 · 9/10 = 27; 20 · 10/16 = 12.5; the target missed: 0; 95 of 95: 10."""
    found = evaluate(made(), policy=POLICY)
    assert [row.score for row in found.rows] == [
        Decimal("4.99"),
        Decimal("27.00"),
        Decimal("12.50"),
        Decimal("0.00"),
        Decimal("10.00"),
    ]
    assert found.total == Decimal("54.49")
    assert found.grade is not None
    assert found.grade.zh == "差"
    assert found.of_dimension("output") == Decimal("39.50")


def test_rounding_is_as_stated() -> None:
    """30 · 9.35/10 = 28.05: to one decimal 28.1 half up, 28.0 half even; totals add what is printed."""
    rows = asked()["indicators"]
    rows[0] |= {"reached": "9.35"}
    up = evaluate(made(indicators=rows, decimals=1), policy=POLICY)
    even = evaluate(made(indicators=rows, decimals=1, rounding="half_even"), policy=POLICY)
    assert (up.rows[1].score, even.rows[1].score) == (Decimal("28.1"), Decimal("28.0"))
    assert up.total == sum(row.score for row in up.rows)


def test_spending_more_than_the_budget_earns_no_more_and_is_said() -> None:
    found = evaluate(made(spent_cny="4000000.00"), policy=POLICY)
    assert found.rows[0].score == 10
    assert "spent_above_budget" in [warning.code for warning in found.warnings]


def test_recalled_grades_are_named() -> None:
    found = evaluate(made(), policy=POLICY)
    assert any("grade" in value.name and value.source.status == "recalled" for value in found.values_used)
    assert found.warnings


@pytest.mark.parametrize(("reached", "grade"), [("10", "优"), ("5", "良"), ("1", "中")])
def test_grades(reached: str, grade: str) -> None:
    """All points but those of the first indicator (30): 100, 85, 73."""
    rows = asked()["indicators"]
    rows[0] |= {"reached": reached}
    rows[1] |= {"reached": "10"}
    rows[2] |= {"reached": "10"}
    found = evaluate(made(indicators=rows, spent_cny="3102000.00"), policy=POLICY)
    assert found.grade is not None
    assert found.grade.zh == grade


def test_a_fact_of_the_ledger_fills_an_indicator() -> None:
    alternative = run(request(allocation("loss_compensation_pool"))).alternatives[0]
    facts = facts_of(alternative)
    rows = asked()["indicators"]
    rows[0] |= {"reached": None, "fact": "finance_to_firms_cny", "target": str(2 * facts["finance_to_firms_cny"])}
    found = evaluate(made(indicators=rows), policy=POLICY, facts=facts)
    assert found.rows[1].from_ledger
    assert found.rows[1].score == 15
    document = found.as_document()
    assert document["rows"][1]["reached"] == format(facts["finance_to_firms_cny"], "f")


def test_a_scheme_of_another_kind_has_no_grade() -> None:
    text = """
id = "work_evaluation"
kind = "performance_scheme"
name = { zh = "年度工作评价", en = "yearly work evaluation" }
[sources.city]
title = "示例方案"
status = "hypothesis"
date = 2026-01-01
"""
    for name, points in (("execution", 10), ("output", 50), ("effect", 30), ("satisfaction", 10)):
        text += f"""
[parameters.points_{name}]
unit = "points"
label = {{ zh = "分值", en = "points" }}
steps = [{{ from = 2026-01-01, value = {points}, source = "city" }}]
"""
    scheme = DatedTable.from_toml(text, where="test")
    found = evaluate(made(), policy=scheme)
    assert found.grade is None
    assert found.rows[0].score == Decimal("4.99")


def supposed(**points: str) -> dict[str, Any]:
    return {f"{name}_points" if name in GRADED else f"points_{name}": said(text) for name, text in points.items()}


def said(points: str) -> dict[str, str]:
    return {"points": points, "reason": "the form that the city sent"}


GRADED = ("grade_excellent", "grade_good", "grade_fair")
OF_DIMENSIONS = {"execution": "10", "output": "50", "effect": "30", "satisfaction": "10"}
OF_GRADES = {"grade_excellent": "90", "grade_good": "75", "grade_fair": "54.5"}


def test_what_is_known_of_the_work_evaluation_is_read_and_the_rest_is_a_gap() -> None:
    """Authority: the plan's section on money names the evaluators and the year; no form, target or grade was seen."""
    day = datetime.date(2026, 12, 31)
    known = {name for name, row in WORK.parameters.items() if row.steps[0].gap is None}
    assert known == {"evaluators", "evaluations_per_year"}
    assert {WORK.value(name, on=day).status for name in known} == {"read"}
    for name in WORK.parameters.keys() - known:
        with pytest.raises(GapError):
            WORK.value(name, on=day)


@pytest.mark.parametrize("missing", [*OF_DIMENSIONS, *OF_GRADES])
def test_a_gap_of_the_work_evaluation_raises_unless_it_is_supposed(missing: str) -> None:
    given = {**OF_DIMENSIONS, **OF_GRADES}
    del given[missing]
    with pytest.raises(GapError, match=missing):
        evaluate(made(what_if=supposed(**given)), policy=WORK)


def test_the_work_evaluation_by_hand() -> None:
    """The year of the first test: 4.99 + 27 + 12.5 + 0 + 10 = 54.49, below the supposed 54.5, so the grade is 差;
    with the loans all reached 57.49: 中."""
    what_if = supposed(**OF_DIMENSIONS, **OF_GRADES)
    found = evaluate(made(what_if=what_if), policy=WORK)
    assert found.total == Decimal("54.49")
    rows = asked()["indicators"]
    rows[0] |= {"reached": "10"}
    better = evaluate(made(what_if=what_if, indicators=rows), policy=WORK)
    assert [row.grade.zh for row in (found, better) if row.grade is not None] == ["差", "中"]
    assert {value.status for value in found.values_used} == {"hypothesis"}
    assert len([warning for warning in found.warnings if warning.code == "hypothesis_value"]) == 7


def test_supposed_points_are_checked() -> None:
    with pytest.raises(UnknownNameError, match=r"what_if\.points_pride"):
        evaluate(made(what_if=supposed(pride="5")), policy=POLICY)
    with pytest.raises(UnknownNameError, match="pledge_amount_growth_min_share"):
        evaluate(made(what_if={"pledge_amount_growth_min_share": said("5")}), policy=WORK)
    with pytest.raises(InputError, match="110 in all"):
        evaluate(made(what_if=supposed(execution="20")), policy=POLICY)
    with pytest.raises(InputError, match="limits of the grades: found 70, 80, 60"):
        evaluate(made(what_if=supposed(grade_excellent="70")), policy=POLICY)


BAD = [
    ({"what_if": {"points_output": {"points": "50", "reason": ""}}}, "what_if.points_output.reason"),
    ({"what_if": {"points_output": {"points": "-1", "reason": "because"}}}, "what_if.points_output.points"),
    ({"year": 1999}, "year"),
    ({"budget_cny": "0.00"}, "budget_cny"),
    ({"spent_cny": "-1.00"}, "spent_cny"),
    ({"spent_cny": 5}, "spent_cny"),
    ({"indicators": []}, "indicators"),
    ({"decimals": 7}, "decimals"),
    ({"rounding": "up"}, "rounding"),
    ({"indicators": [row("a", "output", "50", target="0")]}, "indicators.0.target"),
    ({"indicators": [row("a", "output", "50", reached=None)]}, "indicators.0"),
    ({"indicators": [row("a", "output", "50", fact="b")]}, "indicators.0"),
    ({"indicators": [row("a", "output", "50", aspect=None)]}, "indicators.0"),
    ({"indicators": [row("a", "effect", "30", aspect="cost")]}, "indicators.0"),
    ({"indicators": [row("a", "output", "50", rule="more")]}, "indicators.0.rule"),
    ({"indicators": [row("a", "output", "50", reached="-1")]}, "indicators.0.reached"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_bad_requests_name_their_field(changes: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        made(**changes)
    assert caught.value.problems[0].field.startswith(field)


def test_points_that_do_not_add_up_are_refused() -> None:
    rows = asked()["indicators"]
    with pytest.raises(InputError, match="indicators of output: found 30 points, expected 50"):
        evaluate(made(indicators=[rows[0], *rows[2:]]), policy=POLICY)


def test_an_id_twice_and_an_unknown_fact_are_refused() -> None:
    rows = asked()["indicators"]
    rows[1] |= {"id": "loans"}
    with pytest.raises(InputError, match="loans twice"):
        evaluate(made(indicators=rows), policy=POLICY)
    rows[1] |= {"id": "speed", "reached": None, "fact": "moon"}
    with pytest.raises(InputError, match=r"indicators\.1\.fact"):
        evaluate(made(indicators=rows), policy=POLICY)


def test_a_day_before_the_scheme_is_refused() -> None:
    with pytest.raises(BeforeFirstStepError):
        evaluate(made(policy_date=datetime.date(2019, 1, 1)), policy=POLICY)
