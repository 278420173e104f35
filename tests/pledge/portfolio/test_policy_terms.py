"""Does a rule made of a policy pay what the policy pays, or refuse by name?

Checked against: the payment of single losses in whole fen (pledge.claims, second way) for every shipped policy of a
pool and for policies written here, each with a term that no shipped policy has; texts of the policies (authority) for
what each refusal must name.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pledge.claim_terms import claim_terms
from pledge.claims import Loss, Pool, share_claim
from pledge.policy_catalogue import load_policies, overlay_policies
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import SimulationPlan
from tests.pledge.test_claim_terms import own
from valuation.errors import GapError, InputError, IpfinError, NotBuiltError, RepealedError
from valuation.kernel.dated import DatedTable, Hypothesis

DAY = datetime.date(2026, 12, 31)
POLICIES = load_policies()
POOLS = {name: policy for name, policy in POLICIES.items() if policy.kind == "risk_pool"}
#: Every shipped pool: None where a rule is made, else the error and what it names.
ANSWERS: dict[str, tuple[type[IpfinError], str] | None] = {
    "chaozhou_risk_pool_2025": (GapError, r"loss_share\.pool"),
    "guangdong_risk_pools_2024": (GapError, r"loss_share\.pool.*city"),
    "haidian_risk_pool_2024": (GapError, r"loss_share\.pool"),
    "haikou_risk_pool": (GapError, r"loss_share\.pool"),
    "hainan_risk_pool_2026": (GapError, r"pool_loss_share_by_class\.loss"),
    "neijiang_risk_pool_2025": (GapError, r"loss_share\.pool"),
    "shanghai_deposit_compensation_2019": (NotBuiltError, "payment_timing: found deposit of 1"),
    "shenzhen_risk_pool_2024": None,
    "weihai_risk_pool_2020": (NotBuiltError, r"part_payment_cap_cny: found city 1000000\.00"),
    "zhanjiang_risk_pool": (GapError, r"loss_share\.pool"),
    "zhongshan_risk_pool_2016": (RepealedError, "2021-09-10"),
    "zhongshan_risk_pool_2021": None,
    "zhuhai_risk_pool_2024": None,
    "ziyang_risk_pool_2025": (GapError, r"loss_share\.pool"),
}
FACTS: dict[str, Any] = {"asset_kind": "invention_patent", "risk_class": "loss", "business_year": 1}
ONE = SectorFactors(("all",), np.eye(1))
PLAN = SimulationPlan(seed=1, scenarios=2, periods=1, period_years=1.0)
#: Principal, interest, proceeds and IP part of a loan that fails, CNY; and what the pool holds.
LOSSES = (
    (6e6, 0.0, 0.0, 1.0, 7e7),
    (6e6, 2.4e5, 1e5, 0.7, 7e7),
    (6e6, 2.4e5, 5.5e6, 1.0, 7e7),
    (6e6, 2.4e5, 1e6, 0.7, 1e6),
    (3e5, 1.2e4, 0.0, 0.4, 0.0),
)


def rule_of(policy: DatedTable, balance: float, **stated: Any) -> SharingRule:
    return SharingRule.of_policy(policy, policy_date=DAY, pool_balance_cny=balance, **(FACTS | stated))


def check_single_losses(policy: DatedTable, **stated: Any) -> None:
    """What the simulation pays on one failed loan is what the claim pays in whole fen."""
    terms = claim_terms(policy, on=DAY, **FACTS).terms
    size = int(float(str(policy.value("pool_size_cny", on=DAY).value)) * 100) if policy.has("pool_size_cny") else None
    for principal, interest, proceeds, ip_part, balance in LOSSES:
        book = LoanBook.of_columns(
            ONE,
            sector=["all"],
            principal_cny=principal,
            interest_cny=interest,
            collateral_value_cny=proceeds,
            ip_part_share=ip_part,
            pd_share_per_year=1.0,
            factor_correlation=0.1,
        )
        found = simulate_book(book, rule_of(policy, balance, **stated), PLAN, engine="numpy").by_party
        lost = principal + interest - proceeds
        # Proceeds go to interest first.
        loss = Loss(
            principal_fen=round(100 * min(principal, lost)),
            interest_fen=round(100 * max(lost - principal, 0.0)),
            ip_share=Fraction(str(ip_part)),
        )
        exact = share_claim(loss, terms, pool=Pool(balance_fen=round(100 * balance), size_fen=size)).by_party
        assert set(found) == set(exact)
        for party, fen in exact.items():
            assert float(found[party][0]) == pytest.approx(fen / 100, abs=0.03)


def test_every_shipped_pool_is_listed_here() -> None:
    assert set(ANSWERS) == set(POOLS)
    assert [name for name, answer in ANSWERS.items() if answer is None], "some policies give a rule"


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_shipped_pool_pays_as_for_a_single_loss_or_says_why_not(name: str) -> None:
    answer = ANSWERS[name]
    if answer is None:
        check_single_losses(POOLS[name])
    else:
        with pytest.raises(answer[0], match=answer[1]):
            rule_of(POOLS[name], 1e7)


@pytest.mark.parametrize("name", sorted(set(POLICIES) - set(POOLS)))
def test_a_policy_of_another_kind_is_refused_by_its_kind(name: str) -> None:
    with pytest.raises(InputError, match=f"of kind {POLICIES[name].kind}, expected a policy of kind risk_pool"):
        rule_of(POLICIES[name], 1e7)


SHARE = {"loss_share__pool": ("share", "0.6")}
THREE = SHARE | {"loss_share__insurer": ("share", "0.1")}


@pytest.mark.parametrize(
    "parameters",
    [
        SHARE | {"covered_claim": ("text", '"principal"')},
        SHARE | {"covered_claim": ("text", '"principal_and_interest"')},
        SHARE | {"covered_claim": ("text", '"principal_and_interest"'), "covers_ip_part_only": ("yes_no", "true")},
        THREE | {"covers_ip_part_only": ("yes_no", "true"), "single_loan_cap_cny": ("cny", "2_000_000")},
        SHARE | {"pool_payment_cap_cny": ("cny", "500_000")},
        SHARE | {"pool_payment_cap_cny": ("cny", "900_000"), "single_loan_cap_cny": ("cny", "1_000_000")},
        SHARE | {"payment_cap_of_pool_size_share": ("share", "0.1"), "pool_size_cny": ("cny", "20_000_000")},
        SHARE | {"payment_timing": ("text", '"after_disposal"')},
        {"pool_loss_share_by_class__loss": ("share", "0.3")},
        {"loss_share_part__province": ("share", "0.4"), "loss_share_part__city": ("share", "0.2")},
    ],
)
def test_each_term_pays_as_for_a_single_loss(parameters: dict[str, tuple[str, str]]) -> None:
    check_single_losses(own(**parameters))


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        (THREE | {"pool_payment_cap_cny": ("cny", "500_000")}, "pool_payment_cap_cny: found a cap beside insurer"),
        (
            SHARE | {"payment_cap_of_pool_balance_share": ("share", "0.1")},
            "payment_cap_of_pool_balance_share: found 1/10",
        ),
        (SHARE | {"payment_timing": ("text", '"pre_payment"')}, "payment_timing: found pre_payment"),
        (SHARE | {"liability_limited_to_balance": ("yes_no", "false")}, "liability_limited_to_balance: found no"),
    ],
)
def test_what_the_simulation_does_not_know_is_named(parameters: dict[str, tuple[str, str]], named: str) -> None:
    with pytest.raises(NotBuiltError, match=re.escape(named)):
        rule_of(own(**parameters), 1e7)


def test_a_statement_fills_a_silence_and_never_contradicts() -> None:
    silent = own(**SHARE)
    assert rule_of(silent, 1e7).is_principal_only is True
    assert "policy_is_silent" in {each.code for each in rule_of(silent, 1e7).warnings}
    filled = rule_of(silent, 1e7, is_principal_only=False, is_ip_part_only=True, payment="at_default")
    assert (filled.is_principal_only, filled.is_ip_part_only, filled.payment) == (False, True, "at_default")
    assert filled.warnings == ()
    said = own(
        **SHARE,
        covered_claim=("text", '"principal_and_interest"'),
        covers_ip_part_only=("yes_no", "true"),
        payment_timing=("text", '"after_disposal"'),
    )
    assert rule_of(said, 1e7, is_principal_only=False, is_ip_part_only=True).warnings == ()
    for stated in ({"is_principal_only": True}, {"is_ip_part_only": False}, {"payment": "at_default"}):
        with pytest.raises(InputError, match="own_pool says"):
            rule_of(said, 1e7, **stated)


def test_a_payment_before_disposal_may_be_stood_for_and_the_rule_says_so() -> None:
    """Shanghai pays into a deposit after two months; in the end it bears what it would after disposal."""
    shanghai = POOLS["shanghai_deposit_compensation_2019"]
    check_single_losses(shanghai, payment="after_disposal")
    told = {each.code for each in rule_of(shanghai, 1e7, payment="after_disposal").warnings}
    assert {"not_simulated", "doubtful_value"} <= told


def test_a_kind_of_right_that_the_pool_does_not_compensate_leaves_all_to_the_bank() -> None:
    rule = rule_of(POOLS["hainan_risk_pool_2026"], 1e7, asset_kind="plant_variety")
    assert rule.share("pool") == 0.0
    assert [each.code for each in rule.warnings] == ["not_compensable"]


def test_warnings_change_no_rule() -> None:
    first, second = rule_of(own(**SHARE), 1e7), rule_of(own(**SHARE), 1e7, is_principal_only=True)
    assert first.warnings != second.warnings
    assert first == second
    assert repr(first) == repr(second)


def test_suppositions_and_what_the_caller_states_enter() -> None:
    """Haikou speaks of interest, of the part on intellectual property and of a cap; the text gives no numbers."""
    values = {
        "loss_share.pool": Decimal("0.5"),
        "loss_share.guarantor": Decimal("0.3"),
        "loss_share.bank": Decimal("0.2"),
        "covered_claim": "principal_and_interest",
        "covers_ip_part_only": True,
        "single_loan_cap_cny": Decimal(5_000_000),
        "liability_limited_to_balance": True,
    }
    supposed = {name: Hypothesis(value, "a case") for name, value in values.items()}
    policy = overlay_policies(POLICIES, {"haikou_risk_pool": supposed})["haikou_risk_pool"]
    rule = rule_of(policy, 3e6, top_up_cny_per_period=7.0)
    assert (rule.is_principal_only, rule.is_ip_part_only, rule.cap_per_loan_cny) == (False, True, 5e6)
    assert rule.top_up_cny_per_period == 7.0
    used = {each.name for each in rule.values_used if each.status == "hypothesis"}
    assert used >= {"covered_claim", "covers_ip_part_only", "single_loan_cap_cny"}
