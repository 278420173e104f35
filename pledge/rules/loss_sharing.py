"""风险分担: who bears how much of a lost principal, and what can the pool really pay?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pledge.policy_kind import ParameterSpec, PolicyKind
from pledge.support import SupportAnswer, SupportCase, SupportRule
from valuation.errors import InputError
from valuation.kernel.dated import DatedValue
from valuation.kernel.labels import Label
from valuation.kernel.money import Money, Rounding, split_fen

__all__ = ["PARTIES", "RULE", "LossShares", "share_loss"]

#: The parties that may bear a share of a loss. The bank bears whatever nobody else bears.
PARTIES: dict[str, Label] = {
    "pool": Label("资金池", "pool"),
    "bank": Label("银行", "bank"),
    "guarantor": Label("担保机构", "guarantor"),
    "insurer": Label("保险公司", "insurer"),
    "appraiser": Label("评估机构", "appraiser"),
}

POLICY_KIND = PolicyKind(
    id="risk_pool",
    label=Label("风险补偿资金池", "risk-compensation pool"),
    parameters=(
        ParameterSpec("loss_share.*", "share", required=True, members=frozenset(PARTIES)),
        ParameterSpec("pool_size_cny", "cny"),
        ParameterSpec("pool_central_cny", "cny"),
        ParameterSpec("pool_city_cny", "cny"),
        ParameterSpec("lending_multiple", "multiple"),
        ParameterSpec("first_year_lending_multiple", "multiple"),
        ParameterSpec("covered_claim", "text"),
        ParameterSpec("liability_limited_to_balance", "yes_no"),
        ParameterSpec("single_loan_cap_cny", "cny"),
        ParameterSpec("claim_deadline_days", "days"),
        ParameterSpec("guarantor_minimum_paid_in_capital_cny", "cny"),
        ParameterSpec("guarantor_compensation_rate_cap_share", "share"),
    ),
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
    _check(loss_fen, shares, pool_balance_fen, covered_cap_fen)
    covered = loss_fen if covered_cap_fen is None else min(loss_fen, covered_cap_fen)
    by_party = dict(zip(shares, split_fen(covered, weights=list(shares.values())), strict=True))
    shortfall = max(0, by_party["pool"] - pool_balance_fen)
    by_party["pool"] -= shortfall
    by_party["bank"] += shortfall + loss_fen - covered
    return LossShares(loss_fen, by_party, loss_fen - covered, shortfall)


def _check(loss: int, shares: Mapping[str, Decimal | Fraction], balance: int, cap: int | None) -> None:
    if missing := {"pool", "bank"} - set(shares):
        raise InputError.of("loss_share", found=sorted(shares), expected=f"also {', '.join(sorted(missing))}")
    total = sum((Fraction(share) for share in shares.values()), Fraction(0))
    if total != 1 or min(shares.values()) < 0:
        found = ", ".join(f"{party} {share}" for party, share in shares.items())
        raise InputError.of("loss_share", found=found, expected="shares of 0 or more that add up to exactly 1")
    for name, amount in (("loss_fen", loss), ("pool_balance", balance), ("single_loan_cap_cny", cap)):
        if amount is not None and amount < 0:
            raise InputError.of(name, found=amount, expected="0 or more")


def _answer(case: SupportCase) -> SupportAnswer:
    """Share each loss scenario of the loan under the pool's policy."""
    if case.pool_balance_fen is None:
        raise InputError.of(
            "pool_balance", found="nothing", expected=f"what {case.policy.id} holds now; a pool pays no more"
        )
    shares = _shares(case)
    cap = _optional(case, "single_loan_cap_cny")
    limit = _optional(case, "liability_limited_to_balance")
    claim = _optional(case, "covered_claim")
    cap_fen = None if cap is None else Money.from_text(str(cap.value)).fen
    results = []
    for scenario in case.loss_scenarios_share:
        loss = Rounding().to_fen(case.principal_fen * Fraction(scenario))
        weights = {party: Fraction(str(value.value)) for party, value in shares.items()}
        shared = share_loss(loss, shares=weights, pool_balance_fen=case.pool_balance_fen, covered_cap_fen=cap_fen)
        results.append((scenario, shared))
    used = [*shares.values(), *(value for value in (cap, limit, claim) if value is not None)]
    return SupportAnswer(
        rule=RULE.id,
        policy=case.policy.id,
        label=RULE.label,
        document={
            "pool_balance": Money(case.pool_balance_fen).text,
            "scenarios": [_document(scenario, shared) for scenario, shared in results],
        },
        columns=(
            Label("本金损失率", "principal lost"),
            Label("损失", "loss"),
            *(PARTIES[party] for party in shares),
            Label("其中资金池不足", "of which beyond the pool"),
        ),
        rows=tuple(_row(scenario, shared) for scenario, shared in results),
        values_used=tuple(used),
    )


def _shares(case: SupportCase) -> dict[str, DatedValue]:
    """The share of each party the policy names; a gap raises, it is not read as zero."""
    parties = [party for party in PARTIES if case.policy.has(f"loss_share.{party}")]
    return {party: case.policy.value(f"loss_share.{party}", on=case.policy_date) for party in parties}


def _optional(case: SupportCase, name: str) -> DatedValue | None:
    return case.policy.value(name, on=case.policy_date) if case.policy.has(name) else None


def _document(scenario: Decimal, shared: LossShares) -> dict[str, Any]:
    return {
        "principal_lost_share": format(scenario, "f"),
        "loss": Money(shared.loss_fen).text,
        "by_party": {party: Money(fen).text for party, fen in shared.by_party.items()},
        "above_single_loan_cap": Money(shared.uncovered_fen).text,
        "beyond_pool_balance": Money(shared.pool_shortfall_fen).text,
    }


def _row(scenario: Decimal, shared: LossShares) -> tuple[str, ...]:
    amounts = (shared.loss_fen, *shared.by_party.values(), shared.pool_shortfall_fen)
    return (f"{scenario:%}", *(f"{Decimal(fen).scaleb(-2):,.2f}" for fen in amounts))


RULE = SupportRule(
    id="loss_sharing",
    label=Label("风险分担", "loss sharing"),
    question=Label(
        "贷款本金发生损失时，资金池、银行及其他各方各承担多少？",
        "When principal is lost, how much do the pool, the bank and the other parties bear?",
    ),
    policy_kind=POLICY_KIND,
    answer=_answer,
)
