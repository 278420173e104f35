"""What may be lent on this right, on which terms, and what does it cost the borrower?

``quote_pledge`` is a pure function of a request and the loaded policies: the same inputs give the same quote and
the same digest. Nothing is assumed in the borrower's favour; every value of a policy that was used is listed
with its source, and every unverified or supposed one is named as a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pledge.borrower_costs import borrower_costs, premium_terms, support_receipts
from pledge.cover import Cover, MaximumLoan, cover, maximum_loan
from pledge.effective_cost import CostOfLoan, cost_of_loan
from pledge.eligibility_rule import Finding, check_eligibility
from pledge.instalments import LoanTerms, Schedule, build_schedule
from pledge.policy_catalogue import load_policies
from pledge.quote_basis import QuoteBasis, fen_of, read_basis
from pledge.quote_notes import conditions_of, doubts_of
from pledge.request import PledgeQuoteRequest, request_model
from pledge.support import SupportAnswer, SupportCase, support_rules
from valuation.discounting.internal_rate import InternalRate, dated_internal_rate
from valuation.errors import InputError
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money

__all__ = ["Decision", "Offer", "PledgeQuote", "load_policies", "quote_pledge", "request_model"]

#: ``over_limit``: the right is eligible, but less is offered than was asked for.
Decision = Literal["eligible", "not_eligible", "over_limit"]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The loan offered: its schedule, what it really costs a year, and what public money does for it.

    ``effective_annual_rate`` balances what the borrower gets on the day of drawdown (principal less fees)
    with what is paid on the due dates, actual/365. ``cost`` adds appraisal and premiums, and gives the rate before and
    after support.
    """

    principal_fen: int
    fees_upfront_fen: int
    schedule: Schedule
    effective_annual_rate: InternalRate
    cost: CostOfLoan
    support: tuple[SupportAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class PledgeQuote:
    """The answer: what is offered and why, with everything needed to check it two years later.

    ``offer`` is None when nothing is offered. The cover is that of the offered principal, or of the principal
    asked for when nothing is offered.
    """

    request: PledgeQuoteRequest
    policy: DatedTable
    decision: Decision
    reasons: tuple[Label, ...]
    findings: tuple[Finding, ...]
    maximum_loan: MaximumLoan
    requested_fen: int
    cover_on_appraised_value: Cover
    cover_on_pledgee_value: Cover | None
    offer: Offer | None
    conditions: tuple[Label, ...]
    warnings: tuple[NamedWarning, ...]
    values_used: tuple[DatedValue, ...]
    digest: str

    @property
    def offered_principal_fen(self) -> int:
        """The principal offered: the smaller of request and limit, 0 when not eligible."""
        return 0 if self.offer is None else self.offer.principal_fen

    def as_document(self) -> dict[str, Any]:
        """The quote for JSON: money as text with two decimals, rates as decimal text."""
        pledgee = self.cover_on_pledgee_value
        return {
            "decision": self.decision,
            "reasons": [reason.as_document() for reason in self.reasons],
            "policy": {"id": self.policy.id, "label": self.policy.label.as_document()},
            "requested_principal": Money(self.requested_fen).text,
            "maximum_loan": self.maximum_loan.as_document(),
            "offered_principal": Money(self.offered_principal_fen).text,
            "cover": {
                "on_appraised_value": self.cover_on_appraised_value.as_document(),
                "on_pledgee_value": None if pledgee is None else pledgee.as_document(),
            },
            "offer": None if self.offer is None else _offer_document(self.offer, self.request),
            "eligibility": [finding.as_document() for finding in self.findings],
            "conditions": [condition.as_document() for condition in self.conditions],
            "warnings": [warning.as_document() for warning in self.warnings],
            "values_used": [value.as_document() for value in self.values_used],
            "request": self.request.model_dump(mode="json"),
            "engine_version": ENGINE_VERSION,
            "digest": self.digest,
        }


def quote_pledge(request: PledgeQuoteRequest, *, policies: Mapping[str, DatedTable]) -> PledgeQuote:
    """What may be lent on this right, on which terms, at which cost to the borrower?

    Parameters
    ----------
    request : parsed with :func:`pledge.request.request_model`.
    policies : from :func:`pledge.policy_catalogue.load_policies`.

    Raises
    ------
    UnknownNameError : a policy or repayment form that does not exist, or a what-if parameter the policy lacks.
    InputError : facts or terms that contradict each other, a what-if for a policy the quote does not use, fees
        that eat up the loan, a pool without its balance, a kind of right the policy does not lend on.
    BeforeFirstStepError, RepealedError, GapError : a policy that cannot give a value on the policy date.

    Tested by: ``tests/pledge/test_quote.py`` (published first loan, hand-computed quotes, refusals, digest).
    """
    basis = read_basis(request, policies)
    findings = check_eligibility(basis.case)
    limit, pledge_rate, limit_values = _limit(basis)
    decision, reasons = _decide(findings, requested_fen=basis.terms.principal_fen, limit=limit)
    offer = None
    if decision != "not_eligible" and limit.amount_fen > 0:
        offer = _offer(basis, min(basis.terms.principal_fen, limit.amount_fen))
    conditions, condition_values = conditions_of(basis)
    support = () if offer is None else offer.support
    used = _distinct(
        [
            *limit_values,
            *(finding.reference for finding in findings),
            *(value for answer in support for value in answer.values_used),
            *condition_values,
        ]
    )
    on_appraised, on_pledgee = _covers(basis, offer, pledge_rate)
    return PledgeQuote(
        request=request,
        policy=basis.policy,
        decision=decision,
        reasons=reasons,
        findings=findings,
        maximum_loan=limit,
        requested_fen=basis.terms.principal_fen,
        cover_on_appraised_value=on_appraised,
        cover_on_pledgee_value=on_pledgee,
        offer=offer,
        conditions=conditions,
        warnings=_warnings(basis, used, findings, offer, on_pledgee),
        values_used=used,
        digest=_digest(request, used),
    )


def _limit(basis: QuoteBasis) -> tuple[MaximumLoan, Decimal, list[DatedValue]]:
    """The most this policy lends on this right, its pledge rate, and the values that say so."""
    kind, day, policy = basis.request.asset.kind, basis.policy_date, basis.policy
    lent_on = [name.rpartition(".")[2] for name in policy.parameters if name.startswith("pledge_rate_share.")]
    if kind not in lent_on:
        raise InputError.of("asset.kind", found=kind, expected=f"{policy.id} lends on {', '.join(lent_on)}")
    rate = policy.value(f"pledge_rate_share.{kind}", on=day)
    cap = policy.value("loan_cap_cny", on=day) if policy.has("loan_cap_cny") else None
    share = Decimal(str(rate.value))
    limit = maximum_loan(
        fen_of(basis.request.asset.appraised_value),
        pledge_rate_share=share,
        loan_cap_fen=None if cap is None else fen_of(Decimal(str(cap.value))),
    )
    return limit, share, [rate, *([] if cap is None else [cap])]


def _decide(
    findings: Iterable[Finding], *, requested_fen: int, limit: MaximumLoan
) -> tuple[Decision, tuple[Label, ...]]:
    """Eligible only when no rule hinders; then limited by the maximum loan."""
    open_rules = [finding for finding in findings if finding.hinders]
    if open_rules:
        return "not_eligible", tuple(
            Label(f"{found.label.zh}：{found.reason.zh}", f"{found.label.en}: {found.reason.en}")
            for found in open_rules
        )
    most, asked = _yuan(limit.amount_fen), _yuan(requested_fen)
    if limit.amount_fen == 0:
        reason = Label(f"可贷上限为零，申请{asked}元不予报价", f"nothing may be lent, {asked} yuan were asked for")
        return "over_limit", (reason,)
    if requested_fen > limit.amount_fen:
        by_zh, by_en = _BINDING[limit.binding]
        reason = Label(
            f"申请{asked}元超过可贷上限{most}元（{by_zh}）；还款计划按上限金额编制",
            f"{asked} yuan asked for exceed the limit of {most} yuan ({by_en}); the schedule is of the limit",
        )
        return "over_limit", (reason,)
    return "eligible", (
        Label(
            f"各项条件符合，申请{asked}元不超过可贷上限{most}元",
            f"all rules pass, and {asked} yuan asked for are within the limit of {most} yuan",
        ),
    )


_BINDING = {
    "pledge_rate": ("质押率×评估值", "pledge rate × appraised value"),
    "loan_cap": ("产品单户上限", "cap of the product"),
}


def _offer(basis: QuoteBasis, principal_fen: int) -> Offer:
    loan = basis.request.loan
    terms = replace(basis.terms, principal_fen=principal_fen)
    try:
        schedule = build_schedule(loan.repayment.form, terms, loan.repayment.parameters)
    except InputError as error:
        raise type(error).from_problems(
            replace(problem, field=f"loan.{problem.field}") for problem in error.problems
        ) from error
    fees_fen = fen_of(loan.fees_upfront)
    rate = _effective_rate(terms, schedule, fees_fen)
    support = _support(basis, terms, schedule)
    return Offer(
        principal_fen=principal_fen,
        fees_upfront_fen=fees_fen,
        schedule=schedule,
        effective_annual_rate=rate,
        cost=cost_of_loan(
            schedule,
            principal_fen=principal_fen,
            drawdown_date=terms.drawdown_date,
            costs=borrower_costs(basis.request, schedule, support, principal_fen=principal_fen),
            receipts=support_receipts(support),
        ),
        support=support,
    )


def _effective_rate(terms: LoanTerms, schedule: Schedule, fees_fen: int) -> InternalRate:
    if fees_fen >= terms.principal_fen:
        raise InputError.of(
            "loan.fees_upfront",
            found=Money(fees_fen).text,
            expected=f"less than the principal offered, {Money(terms.principal_fen).text}",
        )
    dates = [terms.drawdown_date, *(row.due_date for row in schedule.rows)]
    amounts = [terms.principal_fen - fees_fen, *(-row.payment_fen for row in schedule.rows)]
    rate = dated_internal_rate(dates, amounts)
    assert rate.status == "one_root", "one receipt followed by payments has exactly one rate"
    return rate


def _support(basis: QuoteBasis, terms: LoanTerms, schedule: Schedule) -> tuple[SupportAnswer, ...]:
    """Ask the rule of support that reads each policy asked for."""
    rules = {rule.policy_kind.id: rule for rule in support_rules().values()}
    request = basis.request
    balance, revenue = request.pool_balance, request.borrower.annual_revenue
    return tuple(
        rules[table.kind].answer(
            SupportCase(
                policy=table,
                policies=basis.tables,
                policy_date=basis.policy_date,
                drawdown_date=terms.drawdown_date,
                principal_fen=terms.principal_fen,
                annual_rate_share=terms.annual_rate_share,
                schedule=schedule,
                term_months=request.loan.term_months,
                subsidy_paid_months=request.subsidy_paid_months,
                premium=premium_terms(request, table.kind),
                loss_scenarios_share=request.loss_scenarios_share,
                pool_balance_fen=None if balance is None else fen_of(balance),
                annual_revenue_fen=None if revenue is None else fen_of(revenue),
                # The quote lends on this one right and nothing else.
                ip_share=Fraction(1),
                asset_kind=request.asset.kind,
                risk_class=request.risk_class,
                bank_business_year=request.bank_business_year,
            )
        )
        for table in basis.support_policies
    )


def _covers(basis: QuoteBasis, offer: Offer | None, pledge_rate: Decimal) -> tuple[Cover, Cover | None]:
    asset = basis.request.asset
    loan_fen = basis.terms.principal_fen if offer is None else offer.principal_fen
    market = cover(loan_fen, value_fen=fen_of(asset.appraised_value), pledge_rate_share=pledge_rate)
    if asset.pledgee_value is None:
        return market, None
    return market, cover(loan_fen, value_fen=fen_of(asset.pledgee_value), pledge_rate_share=pledge_rate)


def _warnings(
    basis: QuoteBasis,
    used: Iterable[DatedValue],
    findings: Iterable[Finding],
    offer: Offer | None,
    on_pledgee: Cover | None,
) -> tuple[NamedWarning, ...]:
    found = doubts_of(basis, used)
    found += [finding.warning for finding in findings if finding.warning is not None]
    if on_pledgee is not None and on_pledgee.shortfall_fen:
        found.append(_short_on_pledgee_value(on_pledgee))
    if offer is not None:
        found += offer.schedule.warnings
        found += [warning for answer in offer.support for warning in answer.warnings]
    return tuple(dict.fromkeys(found))


def _short_on_pledgee_value(found: Cover) -> NamedWarning:
    missing, value = _yuan(found.shortfall_fen), _yuan(found.value_fen)
    return NamedWarning(
        "short_on_pledgee_value",
        Label(
            f"若按质权人可实现价值{value}元计，贷款超过质押率所允许的金额{missing}元",
            f"on the value to the pledgee, {value} yuan, the loan exceeds what the pledge rate allows by"
            f" {missing} yuan",
        ),
    )


def _distinct(values: Iterable[DatedValue | None]) -> tuple[DatedValue, ...]:
    """Each value once, in order of first use."""
    unique = {(value.name, value.source, value.from_date): value for value in values if value is not None}
    return tuple(unique.values())


def _digest(request: PledgeQuoteRequest, used: Iterable[DatedValue]) -> str:
    """The fingerprint of what the quote depends on: the request, the values of policies, the holiday data."""
    return digest_of(
        {
            "question": "pledge_quote",
            "request": request.model_dump(mode="json"),
            "values_used": [value.as_document() for value in used],
            "calendar_horizon": load_china_calendar().horizon,
        }
    )


def _offer_document(offer: Offer, request: PledgeQuoteRequest) -> dict[str, Any]:
    rate = offer.effective_annual_rate
    return {
        "principal": Money(offer.principal_fen).text,
        "nominal_annual_rate_share": format(request.loan.annual_rate_share, "f"),
        "effective_annual_rate_share": f"{rate.rate:.8f}",
        "effective_rate_status": rate.status,
        "effective_rate_day_count": "actual/365",
        "cost": offer.cost.as_document(),
        "fees_upfront": Money(offer.fees_upfront_fen).text,
        "total_interest": Money(offer.schedule.total_interest_fen).text,
        "schedule": offer.schedule.as_document(),
        "support": [
            {"rule": answer.rule, "policy": answer.policy, "label": answer.label.as_document(), **answer.document}
            for answer in offer.support
        ],
    }


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}"
