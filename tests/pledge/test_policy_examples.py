"""Law by example: does every policy carry worked examples, and does the product answer each of them?

Hand: the arithmetic stands in the policy's own file, line by line; every line is checked to be true and every expected
figure to be the end of a line. Planted errors: a false line, a wrong figure, a missing error must each be noticed.
"""

from __future__ import annotations

import json

import pytest

from pledge.policy_catalogue import describe_policy, load_policies
from pledge.policy_examples import PolicyExample, differences, example_questions, read_examples
from valuation.errors import ReferenceDataError
from valuation.kernel.dated import DatedTable

POLICIES = load_policies()
EXAMPLES = [(name, example) for name, table in POLICIES.items() for example in read_examples(table)]
OWN = """
id = "own_pool"
kind = "risk_pool"
name = { zh = "测试", en = "test" }
facts.jurisdiction = { zh = "测试", en = "test" }
sources.notice = { title = "notice", status = "read" }
parameters.loss_share.pool = { unit = "share", label = { zh = "比例", en = "share" }, steps = [
    { from = 2024-01-01, value = 0.4, source = "notice" } ] }
[[examples]]
id = "one"
title = { zh = "一", en = "one" }
on = 2024-01-01
question = "claim"
facts = { lost_principal_cny = "100.00", pool_balance_cny = "1000.00" }
arithmetic = ["资金池 pool: 100.00 × 40 % = 40.00"]
expected = { pool = "40.00" }
"""
TWICE = """
[[examples]]
id = "one"
title = { zh = "一", en = "one" }
on = 2024-01-01
question = "value"
expected = { a = "b" }
[[examples]]"""


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_carries_a_worked_example(name: str) -> None:
    assert read_examples(POLICIES[name]), f"{name} shows no [[examples]]"


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}.{example.id}" for name, example in EXAMPLES])
def test_the_product_answers_every_worked_example(name: str, example: PolicyExample) -> None:
    assert differences(example, POLICIES[name], POLICIES) == ()


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_with_a_gap_shows_the_error_of_a_gap(name: str) -> None:
    if describe_policy(POLICIES[name])["gaps"]:
        assert "gap" in {example.expected_error for example in read_examples(POLICIES[name])}


def test_kinds_of_support_have_questions_of_their_own() -> None:
    assert set(example_questions("risk_pool")) == {"value", "claim", "settlement", "recovery"}
    assert set(example_questions("pledge_rate")) == {"value", "maximum_loan"}
    assert set(example_questions("reference_rate")) == {"value"}


def test_examples_are_described() -> None:
    (described,) = describe_policy(own(OWN))["examples"]
    json.dumps(described)
    assert described["arithmetic"] == ["资金池 pool: 100.00 × 40 % = 40.00"]
    assert described["expected"] == {"pool": "40.00"}


def own(text: str) -> DatedTable:
    return load_policies({"own_pool": text})["own_pool"]


def answered(text: str) -> tuple[str, ...]:
    table = own(text)
    return differences(read_examples(table)[0], table, {"own_pool": table})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 0.4,", "value = 0.5,", "policy own_pool: examples.one: pool: found 50.00, expected 40.00"),
        ('"1000.00"', '"10.00"', "policy own_pool: examples.one: pool: found 10.00, expected 40.00"),
        (
            'pool_balance_cny = "1000.00"',
            'pool_balanse_cny = "1000.00"',
            "examples.one: facts: found no 'pool_balance_cny', expected it to be stated, expected an answer ",
        ),
        (
            'pool_balance_cny = "1000.00"',
            'pool_balance_cny = "1000.00", mood = "good"',
            "found mood, expected some of asset_kind, business_year, claimed_on",
        ),
        ("on = 2024-01-01", "on = 2023-12-31", "found before-first-step"),
        ("value = 0.4,", 'gap = "ask",', "found gap: own_pool: loss_share.pool"),
        (
            'expected = { pool = "40.00" }',
            'expected_error = "gap"\nexpected_text = "loss_share.pool"',
            "expected the error gap",
        ),
        ("expected = { pool", "expected = { pond", "pond: found None, expected 40.00"),
    ],
)
def test_an_answer_that_differs_is_named(old: str, new: str, message: str) -> None:
    assert answered(OWN) == ()
    assert old in OWN
    (found,) = answered(OWN.replace(old, new))
    assert message in found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("= 40.00", "= 41.00", "'100.00 × 40 % = 41.00', false: 40 left of =, expected a true line"),
        ('"资金池 pool: 100.00 × 40 % = 40.00"', "", "pool: found 40.00, expected the end of a line of"),
        ('question = "claim"', 'question = "guess"', "'guess', expected one of value, claim, settlement, rec"),
        ('question = "claim"', "", "question: found None, expected a text"),
        ("on = 2024-01-01", 'on = "2024-01-01"', "on: found '2024-01-01', expected a date"),
        ('title = { zh = "一", en = "one" }', 'title = "one"', "title: found 'one', expected a table"),
        ('expected = { pool = "40.00" }', "", "found both or neither, expected one of expected, expected_error"),
        ('expected = { pool = "40.00" }', "expected = { pool = 40.0 }", "found Decimal('40.0'), expected a text"),
        ('expected = { pool = "40.00" }', 'expected_error = "gap"', "found no 'expected_text'"),
        ("expected = {", "expectd = 1\nexpected = {", "found expectd, expected some of arithmetic"),
        ("[[examples]]", "[examples]", "examples: found"),
        ("[[examples]]", TWICE, "examples: found ids one, one, expected each once"),
    ],
)
def test_a_worked_example_that_cannot_be_read_stops_the_policy(old: str, new: str, message: str) -> None:
    assert old in OWN
    with pytest.raises(ReferenceDataError) as refused:
        own(OWN.replace(old, new))
    assert message in str(refused.value)
