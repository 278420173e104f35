"""Does a book share its losses as the policy says, and is what the simulation cannot follow refused by name?

Checked against: the policy files of Zhongshan 2021 and Weihai 2020 (authority, by hand), ``SharingRule.of_policy``
(second way), every packaged pool.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from pledge.policy_catalogue import load_policies, overlay_policies, policies_of_kind
from pledge.portfolio.policy_rule import policy_rule
from pledge.portfolio.sharing_rule import SharingRule
from valuation.errors import FieldProblem, GapError, InputError, IpfinError, NotBuiltError
from valuation.kernel.dated import DatedTable, Hypothesis

POLICIES = load_policies()
ON = datetime.date(2026, 11, 27)
BALANCE = 3e6


def test_zhongshan_by_hand() -> None:
    """54 : 26 : 16 : 4; the file is silent on interest and time, so principal only and after disposal, and says so."""
    found = policy_rule(POLICIES["zhongshan_risk_pool_2021"], policy_date=ON, pool_balance_cny=BALANCE)
    shares = {"pool": 54, "bank": 26, "insurer": 16, "appraiser": 4}
    assert found.rule.shares == {party: Fraction(share, 100) for party, share in shares.items()}
    assert (found.rule.is_principal_only, found.rule.payment) == (True, "after_disposal")
    assert {each.name for each in found.values_used} == {f"loss_share.{party}" for party in shares}
    assert [each.code for each in found.warnings] == ["policy_is_silent", "policy_is_silent"]
    plain = SharingRule.of_policy(POLICIES["zhongshan_risk_pool_2021"], policy_date=ON, pool_balance_cny=BALANCE)
    assert {name: Fraction(share) for name, share in plain.shares.items()} == found.rule.shares


def what_if(policy: str, **values: Decimal | str | bool) -> DatedTable:
    """A policy with what-if values; a double underscore stands for the point."""
    named = {name.replace("__", "."): Hypothesis(value, "a case") for name, value in values.items()}
    return overlay_policies(POLICIES, {policy: named})[policy]


def test_every_term_of_a_policy_enters() -> None:
    """Haikou speaks of interest, of the part on intellectual property and of a cap; the text gives no numbers."""
    with pytest.raises(GapError, match="haikou_risk_pool"):
        policy_rule(POLICIES["haikou_risk_pool"], policy_date=ON, pool_balance_cny=BALANCE)
    table = what_if(
        "haikou_risk_pool",
        loss_share__pool=Decimal("0.5"),
        loss_share__guarantor=Decimal("0.3"),
        loss_share__bank=Decimal("0.2"),
        covered_claim="principal_and_interest",
        covers_ip_part_only=True,
        single_loan_cap_cny=Decimal(5_000_000),
        liability_limited_to_balance=True,
    )
    found = policy_rule(table, policy_date=ON, pool_balance_cny=BALANCE, top_up_cny_per_period=7.0)
    rule = found.rule
    assert (rule.is_principal_only, rule.is_ip_part_only, rule.cap_per_loan_cny) == (False, True, 5e6)
    assert rule.top_up_cny_per_period == 7.0
    supposed = [each for each in found.values_used if each.status == "hypothesis"]
    assert {each.name for each in supposed} >= {"covered_claim", "covers_ip_part_only", "single_loan_cap_cny"}


def test_a_cap_that_is_not_simulated_is_refused_by_name() -> None:
    with pytest.raises(NotBuiltError, match=r"weihai_risk_pool_2020.*part_payment_cap_cny\.city") as caught:
        policy_rule(POLICIES["weihai_risk_pool_2020"], policy_date=ON, pool_balance_cny=BALANCE, business_year=1)
    problem = caught.value.problems[0]
    assert isinstance(problem, FieldProblem)
    assert "part_payment_cap_cny" in problem.field


def test_another_kind_of_policy_is_refused() -> None:
    with pytest.raises(InputError, match=r"interest_subsidy.*risk_pool"):
        policy_rule(POLICIES["hainan_interest_subsidy_2026"], policy_date=ON, pool_balance_cny=BALANCE)


@pytest.mark.parametrize("name", policies_of_kind(POLICIES, "risk_pool"))
def test_every_pool_is_read_or_refused_by_name(name: str) -> None:
    """Whatever is answered adds up to one; whatever is refused names the policy."""
    try:
        rule = policy_rule(
            POLICIES[name],
            policy_date=ON,
            pool_balance_cny=BALANCE,
            asset_kind="patent",
            risk_class="loss",
            business_year=1,
        ).rule
    except IpfinError as error:
        assert name in error.message
        return
    assert sum(Fraction(share) for share in rule.shares.values()) == 1
