"""Does a rule of support join by being a file, together with the policies it reads?"""

from __future__ import annotations

from pathlib import Path

import pytest

import pledge.rules
from pledge.policy_catalogue import load_policies, policy_kinds
from pledge.support import support_rules

RULE = """
from pledge.policy_kind import ParameterSpec, PolicyKind
from pledge.support import SupportRule
from valuation.kernel.labels import Label

LABEL = Label("测试", "test")
KIND = PolicyKind("bonus_for_this_test", LABEL, (ParameterSpec("bonus_share", "share", required=True),))
RULE = SupportRule("bonus_for_this_test", LABEL, LABEL, KIND, lambda case: case)
"""
POLICY = """
id = "bonus_2024"
kind = "bonus_for_this_test"
name = { zh = "测试", en = "test" }
facts.jurisdiction = { zh = "测试", en = "test" }
sources.notice = { title = "notice", status = "read" }
parameters.bonus_share = { unit = "share", label = { zh = "比例", en = "share" }, steps = [
    { from = 2024-01-01, value = 0.1, source = "notice" } ] }
"""


def test_five_rules_with_their_kinds_of_policy() -> None:
    rules = support_rules()
    assert {name: rule.policy_kind.id for name, rule in rules.items()} == {
        "guarantee_premium": "guarantee_premium",
        "insurance_premium": "insurance_premium",
        "interest_subsidy": "interest_subsidy",
        "lender_reward": "lender_reward",
        "loss_sharing": "risk_pool",
    }
    assert all(rule.question.zh.endswith("？") and rule.question.en.endswith("?") for rule in rules.values())
    assert {rule.policy_kind.id for rule in rules.values()} < set(policy_kinds())


def test_a_rule_joins_by_being_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bonus_for_this_test.py").write_text(RULE, encoding="utf-8")
    monkeypatch.setattr(pledge.rules, "__path__", [*pledge.rules.__path__, str(tmp_path)])
    assert "bonus_for_this_test" in support_rules()
    assert load_policies({"bonus_2024": POLICY})["bonus_2024"].kind == "bonus_for_this_test"
