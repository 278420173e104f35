"""What a pool's policy says, in the terms the simulation of a book knows; what it does not know is refused by name.

The policy is read by :func:`pledge.claim_terms.claim_terms`, so one reading serves a single claim and a whole book.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pledge.claim_terms import PoolTerms, claim_terms
from pledge.claims import ClaimTerms
from valuation.errors import FieldProblem, InputError, NotBuiltError
from valuation.kernel.dated import DatedTable
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["Payment", "Statements", "cap_per_loan_cny", "policy_terms", "warnings_of"]

Payment = Literal["after_disposal", "at_default"]
_KIND = "risk_pool"
#: What a policy may ask of the bank and the simulation takes for done.
_TAKEN_FOR_DONE = {
    "claim_wait_months": Label("申请前须等待", "a wait before a claim"),
    "claim_deadline_days": Label("申请期限", "a deadline for claims"),
}


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What the caller states about the book; None where the policy is to say it."""

    asset_kind: str | None
    risk_class: str | None
    business_year: int | None
    is_principal_only: bool | None
    is_ip_part_only: bool | None
    payment: Payment | None


def policy_terms(policy: DatedTable, *, on: datetime.date, stated: Statements) -> PoolTerms:
    """The terms of a claim under this policy, provided that the simulation can pay by them.

    Raises
    ------
    InputError : a policy of another kind, or a statement that the policy contradicts.
    NotBuiltError : a term that the simulation does not know; its parameter is named.
    GapError, BeforeFirstStepError, RepealedError : a value the policy cannot give on this day.
    """
    if policy.kind != _KIND:
        raise InputError.of("policy", found=f"{policy.id}, of kind {policy.kind}", expected=f"a policy of kind {_KIND}")
    read = claim_terms(
        policy,
        on=on,
        asset_kind=stated.asset_kind,
        risk_class=stated.risk_class,
        business_year=stated.business_year,
    )
    _refuse_contradictions(policy, read.terms, stated)
    if unknown := [FieldProblem(f"{policy.id}: {name}", *rest) for name, *rest in _not_simulated(policy, read, stated)]:
        told = "; ".join(f"{each.field}: found {each.found}: {each.expected}" for each in unknown)
        raise NotBuiltError(f"{told} (the simulation of a book does not know it)", problems=unknown)
    return read


def cap_per_loan_cny(policy: DatedTable, read: PoolTerms, *, on: datetime.date) -> float | None:
    """The largest covered loss of one loan, None without any cap.

    A cap on the pool's payment is one on the covered loss where the bank alone bears the rest: cap / share of the pool.
    """
    terms = read.terms
    caps = [] if terms.loss_cap_fen is None else [Fraction(terms.loss_cap_fen, 100)]
    caps += [limit / terms.shares["pool"] for limit in _payment_caps(policy, terms, on) if terms.shares["pool"]]
    return float(min(caps)) if caps else None


def warnings_of(policy: DatedTable, read: PoolTerms, stated: Statements) -> tuple[NamedWarning, ...]:
    """Doubts about the values, silences that nobody filled, and what the policy says and the simulation leaves out."""
    filled = {
        "covered_claim": stated.is_principal_only is not None,
        "payment_timing": stated.payment is not None,
    }
    answered = [f"says nothing of {name}:" for name, is_stated in filled.items() if is_stated]
    silences = (each for each in read.warnings if not any(text in each.label.en for text in answered))
    doubts = (value.warning for value in read.values_used if value.warning is not None)
    return (*silences, *doubts, *_left_out(policy, read.terms))


def _refuse_contradictions(policy: DatedTable, terms: ClaimTerms, stated: Statements) -> None:
    said = {
        "covered_claim": ("is_principal_only", stated.is_principal_only, not terms.covers_interest),
        "covers_ip_part_only": ("is_ip_part_only", stated.is_ip_part_only, terms.ip_part_only),
    }
    for parameter, (field, found, expected) in said.items():
        if policy.has(parameter) and found is not None and found != expected:
            raise InputError.of(field, found=found, expected=f"{expected}, as {policy.id} says in {parameter}; or None")
    is_said = policy.has("payment_timing") and terms.timing == "after_disposal"
    if is_said and stated.payment == "at_default":
        raise InputError.of("payment", found="at_default", expected=f"after_disposal, as {policy.id} says; or None")


def _not_simulated(policy: DatedTable, read: PoolTerms, stated: Statements) -> Iterator[tuple[str, str, str]]:
    """Terms by which the simulation cannot pay: parameter, what was found, why."""
    terms = read.terms
    if terms.timing != "after_disposal" and stated.payment is None:
        found = f"{terms.timing} of {terms.advance_share} of the pool's part of the expected loss"
        yield "payment_timing", found, "state payment='after_disposal' or 'at_default' to stand for it"
    if terms.part_caps_fen:
        found = ", ".join(f"{part} {fen / 100:.2f}" for part, fen in terms.part_caps_fen.items())
        yield "part_payment_cap_cny", found, "one purse of several has a cap of its own; state shares and a cap instead"
    if terms.cap_of_balance_share is not None:
        yield "payment_cap_of_pool_balance_share", str(terms.cap_of_balance_share), "the cap moves with the balance"
    others = set(terms.shares) - {"pool", "bank"}
    if others and (terms.payment_cap_fen is not None or terms.cap_of_size_share is not None):
        yield "pool_payment_cap_cny", f"a cap beside {', '.join(sorted(others))}", "it would cut their shares too"
    limited = [value.value for value in read.values_used if value.name == "liability_limited_to_balance"]
    if False in limited:
        yield "liability_limited_to_balance", "no", "its pool pays no more than it holds"


def _payment_caps(policy: DatedTable, terms: ClaimTerms, on: datetime.date) -> Iterator[Fraction]:
    """The most the pool pays for one loan, CNY."""
    if terms.payment_cap_fen is not None:
        yield Fraction(terms.payment_cap_fen, 100)
    if terms.cap_of_size_share is not None:
        yield terms.cap_of_size_share * Fraction(str(policy.value("pool_size_cny", on=on).value))


def _left_out(policy: DatedTable, terms: ClaimTerms) -> Iterator[NamedWarning]:
    names = {name: label for name, label in _TAKEN_FOR_DONE.items() if policy.has(name)}
    if terms.timing != "after_disposal":
        names["payment_timing"] = Label("处置前按预计损失先行支付", "a payment on the expected loss before disposal")
    for name, label in names.items():
        zh = f"{policy.label.zh}规定{label.zh}（{name}），模拟未予体现"
        yield NamedWarning("not_simulated", Label(zh, f"{policy.id} provides for {label.en} ({name}): not simulated"))
