"""风险分担: who bears how much of a lost principal, and what can the pool really pay?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pledge.claim_terms import POOL_PARTS, RISK_CLASSES, claim_terms
from pledge.claims import (
    PARTIES,
    ClaimTerms,
    Loss,
    Pool,
    PoolClaim,
    SharedLoss,
    claim_on_pool,
    settle_claim,
    share_claim,
    share_recovery,
)
from pledge.example_case import ExampleCase, ExampleFacts
from pledge.policy_kind import ParameterSpec, PolicyKind
from pledge.support import SupportAnswer, SupportCase, SupportRule
from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money, Rounding

__all__ = ["PARTIES", "RULE", "LossShares", "share_loss"]

POLICY_KIND = PolicyKind(
    id="risk_pool",
    label=Label("风险补偿资金池", "risk-compensation pool"),
    parameters=(
        ParameterSpec("loss_share.*", "share", members=frozenset(PARTIES)),
        ParameterSpec("loss_share_part.*", "share", members=frozenset(POOL_PARTS)),
        ParameterSpec("pool_loss_share_by_class.*", "share", members=frozenset(RISK_CLASSES)),
        ParameterSpec("pool_size_cny", "cny"),
        *(ParameterSpec(f"pool_{part}_cny", "cny") for part in POOL_PARTS),
        ParameterSpec("supported_lending_cny", "cny"),
        ParameterSpec("lending_multiple", "multiple"),
        ParameterSpec("observed_lending_multiple", "multiple"),
        ParameterSpec("payment_timing", "text"),
        ParameterSpec("advance_share", "share"),
        ParameterSpec("claim_wait_months", "months"),
        ParameterSpec("covers_ip_part_only", "yes_no"),
        ParameterSpec("pool_payment_cap_cny", "cny"),
        ParameterSpec("part_payment_cap_cny.*", "cny", members=frozenset(POOL_PARTS)),
        ParameterSpec("later_part_payment_cap_cny.*", "cny", members=frozenset(POOL_PARTS)),
        ParameterSpec("payment_cap_of_pool_size_share", "share"),
        ParameterSpec("payment_cap_of_pool_balance_share", "share"),
        ParameterSpec("first_year_lending_multiple", "multiple"),
        ParameterSpec("covered_claim", "text"),
        ParameterSpec("liability_limited_to_balance", "yes_no"),
        ParameterSpec("single_loan_cap_cny", "cny"),
        ParameterSpec("claim_deadline_days", "days"),
        ParameterSpec("guarantor_minimum_paid_in_capital_cny", "cny"),
        ParameterSpec("guarantor_compensation_rate_cap_share", "share"),
    ),
    at_least_one=("loss_share.*", "loss_share_part.*", "pool_loss_share_by_class.*"),
)


@dataclass(frozen=True)
class LossShares:
    """A lost principal, shared: ``by_party`` adds up to ``loss_fen`` exactly.

    ``uncovered_fen`` lies above the cap of one loan, ``pool_shortfall_fen`` above what the pool holds; the bank's
    part contains both.
    """

    loss_fen: int
    by_party: Mapping[str, int]
    uncovered_fen: int
    pool_shortfall_fen: int


def share_loss(
    loss_fen: int,
    *,
    shares: Mapping[str, Decimal | Fraction],
    pool_balance_fen: int,
    covered_cap_fen: int | None = None,
) -> LossShares:
    """Who bears how many fen of a lost principal?

    The loss up to ``covered_cap_fen`` is split by ``shares`` without losing a fen. The pool pays at most its
    balance; what it cannot pay, and what lies above the cap, stays with the bank.

    Parameters
    ----------
    loss_fen : the principal lost, ≥ 0.
    shares : shares of one by party, adding up to exactly one; ``bank`` and ``pool`` among them.
    pool_balance_fen : what the pool holds, ≥ 0.
    covered_cap_fen : the largest loss of one loan that is shared, None without a cap.

    Raises
    ------
    InputError : shares that do not add up to one, no bank or no pool, a negative amount.

    Examples
    --------
    >>> shares = {"pool": Decimal("0.54"), "bank": Decimal("0.46")}
    >>> dict(share_loss(1_000, shares=shares, pool_balance_fen=500).by_party)
    {'pool': 500, 'bank': 500}

    Tested by: Zhongshan's 54 : 26 : 16 : 4 by hand and hypothesis in ``tests/pledge/rules/test_loss_sharing.py``.
    """
    exact = {party: Fraction(share) for party, share in shares.items()}
    if loss_fen < 0:
        raise InputError.of("loss_fen", found=loss_fen, expected="0 or more")
    terms = ClaimTerms(shares=exact, loss_cap_fen=covered_cap_fen)
    shared = share_claim(Loss(principal_fen=loss_fen), terms, pool=Pool(balance_fen=pool_balance_fen))
    left = shared.left_with_bank
    return LossShares(
        loss_fen, shared.by_party, left.get("above_single_loan_cap", 0), left.get("beyond_pool_balance", 0)
    )


def _answer(case: SupportCase) -> SupportAnswer:
    """Share each loss scenario of the loan under the pool's policy."""
    if case.pool_balance_fen is None:
        raise InputError.of(
            "pool_balance", found="nothing", expected=f"what {case.policy.id} holds now; a pool pays no more"
        )
    pool = Pool(balance_fen=case.pool_balance_fen, size_fen=_size(case))
    read = claim_terms(
        case.policy,
        on=case.policy_date,
        asset_kind=case.asset_kind,
        risk_class=case.risk_class,
        business_year=case.bank_business_year,
    )
    results = [
        (scenario, share_claim(_loss(case, scenario), read.terms, pool=pool)) for scenario in case.loss_scenarios_share
    ]
    return SupportAnswer(
        rule=RULE.id,
        policy=case.policy.id,
        label=RULE.label,
        document={
            "pool_balance": Money(case.pool_balance_fen).text,
            "payment_timing": read.terms.timing,
            "scenarios": [_document(scenario, shared) for scenario, shared in results],
        },
        columns=(
            Label("本金损失率", "principal lost"),
            Label("损失", "loss"),
            *(PARTIES[party] for party in read.terms.shares),
            Label("其中资金池不足", "of which beyond the pool"),
        ),
        rows=tuple(_row(scenario, shared) for scenario, shared in results),
        values_used=read.values_used,
        warnings=read.warnings,
    )


def _loss(case: SupportCase, scenario: Decimal) -> Loss:
    lost = Rounding().to_fen(case.principal_fen * Fraction(scenario))
    return Loss(principal_fen=lost, ip_share=case.ip_share)


def _size(case: SupportCase) -> int | None:
    """The pool's size, needed only by a policy that caps a payment as a share of it."""
    if not case.policy.has("payment_cap_of_pool_size_share"):
        return None
    return Money.from_text(str(case.policy.value("pool_size_cny", on=case.policy_date).value)).fen


def _document(scenario: Decimal, shared: SharedLoss) -> dict[str, Any]:
    left = shared.left_with_bank
    return {
        "principal_lost_share": format(scenario, "f"),
        "loss": Money(shared.loss_fen).text,
        "by_party": {party: Money(fen).text for party, fen in shared.by_party.items()},
        "pool_by_part": {part: Money(fen).text for part, fen in shared.pool_by_part.items()},
        "above_single_loan_cap": Money(left.get("above_single_loan_cap", 0)).text,
        "beyond_pool_balance": Money(left.get("beyond_pool_balance", 0)).text,
        "left_with_bank": {reason: Money(fen).text for reason, fen in left.items()},
    }


def _row(scenario: Decimal, shared: SharedLoss) -> tuple[str, ...]:
    amounts = (shared.loss_fen, *shared.by_party.values(), shared.left_with_bank.get("beyond_pool_balance", 0))
    return (f"{scenario:%}", *(f"{Decimal(fen).scaleb(-2):,.2f}" for fen in amounts))


def _claim(case: ExampleCase) -> tuple[PoolClaim, ClaimTerms, Pool]:
    """Put the facts of a worked example to the pool."""
    facts, day = case.facts, case.on
    read = claim_terms(
        case.policy,
        on=day,
        asset_kind=facts.take("asset_kind"),
        risk_class=facts.take("risk_class"),
        business_year=facts.take("business_year"),
    )
    size = facts.take("pool_size_cny")
    pool = Pool(
        balance_fen=facts.fen("pool_balance_cny"), size_fen=None if size is None else Money.from_text(str(size)).fen
    )
    claim = claim_on_pool(
        _example_loss(facts, "lost"),
        read.terms,
        pool=pool,
        defaulted_on=facts.take("defaulted_on", day),
        on=facts.take("claimed_on", day),
        disposed=facts.take("disposed", True),
    )
    return claim, read.terms, pool


def _example_loss(facts: ExampleFacts, stem: str) -> Loss:
    return Loss(
        principal_fen=facts.fen(f"{stem}_principal_cny"),
        interest_fen=facts.fen(f"{stem}_interest_cny", "0"),
        ip_share=facts.fraction("ip_share"),
    )


def _claim_figures(case: ExampleCase) -> dict[str, str]:
    claim, _, _ = _claim(case)
    return {"paid_now": Money(claim.paid_fen).text, **_figures(claim.expected)}


def _settlement_figures(case: ExampleCase) -> dict[str, str]:
    claim, terms, pool = _claim(case)
    left = Pool(balance_fen=pool.balance_fen - claim.paid_fen, size_fen=pool.size_fen)
    settled = settle_claim(claim, _example_loss(case.facts, "final"), terms, pool=left)
    passed = {
        "advanced": settled.advanced_fen,
        "pool_pays": settled.pool_pays_fen,
        "bank_returns": settled.bank_returns_fen,
    }
    return {**{name: Money(fen).text for name, fen in passed.items()}, **_figures(settled.final)}


def _recovery_figures(case: ExampleCase) -> dict[str, str]:
    claim, _, _ = _claim(case)
    found = share_recovery(case.facts.fen("recovered_cny"), borne_fen=claim.expected.by_party)
    returned = {f"returned.{party}": Money(fen).text for party, fen in found.by_party.items()}
    return {**_figures(claim.expected), **returned, "surplus": Money(found.surplus_fen).text}


def _figures(shared: SharedLoss) -> dict[str, str]:
    amounts = {
        **shared.by_party,
        **{f"pool.{part}": fen for part, fen in shared.pool_by_part.items()},
        **{f"left.{reason}": fen for reason, fen in shared.left_with_bank.items()},
    }
    return {name: Money(fen).text for name, fen in amounts.items()}


RULE = SupportRule(
    id="loss_sharing",
    label=Label("风险分担", "loss sharing"),
    question=Label(
        "贷款本金发生损失时，资金池、银行及其他各方各承担多少？",
        "When principal is lost, how much do the pool, the bank and the other parties bear?",
    ),
    policy_kind=POLICY_KIND,
    answer=_answer,
    questions={"claim": _claim_figures, "settlement": _settlement_figures, "recovery": _recovery_figures},
)
