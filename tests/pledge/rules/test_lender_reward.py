"""How much is a bank paid for lending?

Hand: Pudong's 2 % and 1 % more for each full 500 million, in both readings of what the 1 % is a share of.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pledge.example_case import ExampleCase, ExampleFacts
from pledge.policy_catalogue import load_policies, overlay_policies
from pledge.policy_examples import read_examples
from pledge.rules.lender_reward import RULE, lender_reward
from valuation.errors import ReferenceDataError
from valuation.kernel.dated import Hypothesis

MILLION = 1_000_000_00


def test_both_readings_by_hand() -> None:
    # 1,200 million: 24 million, and two full steps: 2 × 1 % × 500 = 10 million, or 2 × 1 % × 1,200 = 24 million.
    terms: dict[str, Any] = {"reward_share": Fraction(1, 50), "step_fen": 500 * MILLION, "step_share": Fraction(1, 100)}
    assert lender_reward(1_200 * MILLION, **terms) == 34 * MILLION
    assert lender_reward(1_200 * MILLION, **terms, all_lending=True) == 48 * MILLION
    assert lender_reward(499 * MILLION, **terms) == 9_980_000_00
    assert lender_reward(149, reward_share=Fraction(1, 50)) == 2


def test_the_gap_of_pudong_can_be_supposed_but_not_with_any_word() -> None:
    name, policies = "pudong_lender_reward_2011", load_policies()

    def ask(word: str) -> str:
        changed = overlay_policies(policies, {name: {"step_base": Hypothesis(word, "a reading of the agreement")}})
        facts = ExampleFacts({"lent_cny": "1000000000.00"}, "here")
        on = read_examples(policies[name])[0].on
        return RULE.questions["reward"](ExampleCase(changed[name], changed, on, facts))["reward"]

    # 1,000 million: 20 million + 2 × 5 million, or + 2 × 10 million.
    assert ask("lending_of_the_step") == "30000000.00"
    assert ask("all_lending") == "40000000.00"
    with pytest.raises(ReferenceDataError) as refused:
        ask("anything")
    assert str(refused.value) == (
        "pudong_lender_reward_2011: step_base: found 'anything', expected one of lending_of_the_step, all_lending"
    )
