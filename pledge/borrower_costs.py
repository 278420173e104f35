"""What does the borrower pay and get besides the schedule of a quoted loan?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pledge.effective_cost import NamedFlow
from pledge.instalments import Schedule
from pledge.premiums import BorrowerFlow, PremiumTerms, premium_flows
from pledge.quote_basis import fen_of
from pledge.request import PledgeQuoteRequest, PremiumRequest
from pledge.support import SupportAnswer
from valuation.errors import InputError
from valuation.kernel.labels import Label

__all__ = ["borrower_costs", "premium_terms", "support_receipts"]

_FEES = Label("一次性费用", "fees up front")
_APPRAISAL = Label("评估费", "appraisal fee")
_PREMIUMS = {
    "guarantee": Label("担保费", "guarantee premium"),
    "insurance": Label("保证保险费", "insurance premium"),
}


def premium_terms(request: PledgeQuoteRequest, kind: str) -> PremiumTerms | None:
    """How is the premium charged that a policy of this kind speaks of; None for another kind of policy?"""
    asked = _premiums(request).get(kind.removesuffix("_premium"))
    return None if asked is None else _terms(asked)


def borrower_costs(
    request: PledgeQuoteRequest, schedule: Schedule, support: Iterable[SupportAnswer], *, principal_fen: int
) -> tuple[NamedFlow, ...]:
    """What does the borrower pay besides the schedule: fees, appraisal, premiums with or without a policy?

    Raises
    ------
    InputError : a premium without a policy and without a rate.
    """
    return tuple(_costs(request, schedule, support, principal_fen))


def support_receipts(support: Iterable[SupportAnswer]) -> tuple[NamedFlow, ...] | None:
    """What does the borrower get, and when; None when the days of any support are not known?"""
    answers = tuple(support)
    if any(answer.receipts is None for answer in answers):
        return None
    return tuple(NamedFlow(answer.label, flow) for answer in answers for flow in answer.receipts or ())


def _costs(
    request: PledgeQuoteRequest, schedule: Schedule, support: Iterable[SupportAnswer], principal_fen: int
) -> Iterator[NamedFlow]:
    loan = request.loan
    yield NamedFlow(_FEES, BorrowerFlow(loan.drawdown_date, fen_of(loan.fees_upfront)))
    yield NamedFlow(_APPRAISAL, BorrowerFlow(loan.drawdown_date, fen_of(request.appraisal_fee)))
    for answer in support:
        yield from (NamedFlow(answer.label, flow) for flow in answer.costs)
    for name, asked in _premiums(request).items():
        if asked.policy is not None:
            continue
        if asked.annual_rate_share is None:
            raise InputError.of(
                f"{name}.annual_rate_share", found="nothing", expected="the yearly rate, or a policy that gives it"
            )
        flows = premium_flows(
            schedule,
            _terms(asked),
            principal_fen=principal_fen,
            drawdown_date=loan.drawdown_date,
            term_months=loan.term_months,
        )
        yield from (NamedFlow(_PREMIUMS[name], flow) for flow in flows)


def _premiums(request: PledgeQuoteRequest) -> dict[str, PremiumRequest]:
    asked = {"guarantee": request.guarantee, "insurance": request.insurance}
    return {name: premium for name, premium in asked.items() if premium is not None}


def _terms(asked: PremiumRequest) -> PremiumTerms:
    return PremiumTerms(
        annual_rate_share=asked.annual_rate_share, covered_share=asked.covered_share, payment=asked.payment
    )
