"""On what is a quote computed: which policies, what-if values, terms and rules, once they are found consistent?"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pledge.eligibility_rule import EligibilityCase
from pledge.instalments import LoanTerms, Period
from pledge.policy_catalogue import overlay_policies, policies_of_kind
from pledge.registration import registration_rules_for
from pledge.request import LoanRequest, PledgeQuoteRequest
from valuation.errors import FieldProblem, InputError, UnknownNameError
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.dated import DatedTable, Hypothesis
from valuation.kernel.money import Money

__all__ = ["QuoteBasis", "fen_of", "read_basis"]

#: The reference rate that subsidies are tied to.
_REFERENCE_RATE = "lpr"
#: The kind of policy that says which rights a province compensates.
_SCOPE = "compensation_scope"


@dataclass(frozen=True, kw_only=True)
class QuoteBasis:
    """A request with everything it refers to: ``tables`` are the policies it uses, what-if values laid over them.

    ``terms`` are those of the principal asked for.
    """

    request: PledgeQuoteRequest
    tables: Mapping[str, DatedTable]
    terms: LoanTerms
    case: EligibilityCase

    @property
    def policy(self) -> DatedTable:
        """The bank's pledge-rate policy."""
        return self.tables[self.request.policy]

    @property
    def policy_date(self) -> datetime.date:
        """The day whose rules apply."""
        return self.request.dates.policy_date

    @property
    def support_policies(self) -> tuple[DatedTable, ...]:
        """The pool, the subsidy, the reward and the policies of premiums, as far as they were asked for."""
        request = self.request
        asked = (
            request.pool_policy,
            request.subsidy_policy,
            request.lender_reward_policy,
            *_premium_policies(request).values(),
        )
        return tuple(self.tables[name] for name in asked if name is not None)


def read_basis(request: PledgeQuoteRequest, policies: Mapping[str, DatedTable]) -> QuoteBasis:
    """Find everything a request refers to, and refuse what does not fit together.

    Raises
    ------
    UnknownNameError : a policy that does not exist or is of another kind.
    InputError : an appraisal after the report, more value to the pledgee than on the market, terms that
        contradict each other, a what-if for a policy that the quote does not use, a pool balance without a pool.
    """
    if request.asset.appraised_on > request.dates.report_date:
        raise InputError.of(
            "asset.appraised_on",
            found=request.asset.appraised_on,
            expected=f"{request.dates.report_date} or earlier, the report date",
        )
    if request.asset.pledgee_value is not None and request.asset.pledgee_value > request.asset.appraised_value:
        raise InputError.of(
            "asset.pledgee_value",
            found=request.asset.pledgee_value,
            expected=f"no more than the appraised value {request.asset.appraised_value}: a forced sale adds nothing",
        )
    if request.pool_balance is not None and request.pool_policy is None:
        raise InputError.of("pool_policy", found="nothing", expected="the pool whose balance is stated")
    registration = registration_rules_for(request.asset.kind, policies, on=request.dates.policy_date)
    tables = _overlaid(request, _used(request, policies, registration))
    case = EligibilityCase(
        asset=request.asset,
        policy=tables[request.policy],
        registration=None if registration is None else tables[registration],
        policy_date=request.dates.policy_date,
        drawdown_date=request.loan.drawdown_date,
        term_months=request.loan.term_months,
        compensation_scopes=tuple(table for table in tables.values() if table.kind == _SCOPE),
    )
    return QuoteBasis(request=request, tables=tables, terms=_terms(request), case=case)


def fen_of(amount: Decimal) -> int:
    """The whole fen of an amount in yuan that was read with at most two decimals."""
    return Money.from_text(amount).fen


def _used(
    request: PledgeQuoteRequest, policies: Mapping[str, DatedTable], registration: str | None
) -> dict[str, DatedTable]:
    """The tables this quote reads."""
    asked = [
        ("policy", request.policy, "pledge_rate"),
        ("pool_policy", request.pool_policy, "risk_pool"),
        ("subsidy_policy", request.subsidy_policy, "interest_subsidy"),
        ("lender_reward_policy", request.lender_reward_policy, "lender_reward"),
        *((f"{name}.policy", policy, f"{name}_premium") for name, policy in _premium_policies(request).items()),
    ]
    for field, name, kind in asked:
        known = policies_of_kind(policies, kind)
        if name is not None and name not in known:
            raise UnknownNameError.among(field, found=name, known=known)
    names = [name for _, name, _ in asked if name is not None]
    names += [registration] if registration is not None else []
    names += [_REFERENCE_RATE] if request.subsidy_policy is not None else []
    names += policies_of_kind(policies, _SCOPE)
    return {name: policies[name] for name in names}


def _premium_policies(request: PledgeQuoteRequest) -> dict[str, str | None]:
    asked = {"guarantee": request.guarantee, "insurance": request.insurance}
    return {name: premium.policy for name, premium in asked.items() if premium is not None}


def _overlaid(request: PledgeQuoteRequest, used: dict[str, DatedTable]) -> dict[str, DatedTable]:
    for name in request.what_if:
        if name not in used:
            raise InputError.of(
                f"what_if.{name}",
                found="a policy this quote does not use",
                expected=f"one of {', '.join(sorted(used))}",
            )
    what_if = {
        name: {key: Hypothesis(stated.value, stated.reason) for key, stated in values.items()}
        for name, values in request.what_if.items()
    }
    return overlay_policies(used, what_if)


def _terms(request: PledgeQuoteRequest) -> LoanTerms:
    loan, repayment = request.loan, request.loan.repayment
    if loan.term_months % repayment.period_months:
        raise InputError.of(
            "loan.term_months", found=loan.term_months, expected=f"a multiple of {repayment.period_months} months"
        )
    try:
        return LoanTerms(
            principal_fen=fen_of(loan.requested),
            annual_rate_share=loan.annual_rate_share,
            drawdown_date=loan.drawdown_date,
            period_count=loan.term_months // repayment.period_months,
            period=Period(months=repayment.period_months),
            day_count=repayment.day_count,
            interest_rounding=repayment.interest_rounding.rounding,
            instalment_rounding=repayment.instalment_rounding.rounding,
            due_date_convention=repayment.due_date_convention,
            interest_dates=repayment.interest_dates,
            end_of_month=repayment.end_of_month,
            calendar=load_china_calendar(),
        )
    except InputError as error:
        raise InputError.from_problems(
            FieldProblem(_path(problem.field), problem.found, problem.expected) for problem in error.problems
        ) from error


def _path(field: str) -> str:
    """Where in the request a field of the terms was stated."""
    return f"loan.{field}" if field in LoanRequest.model_fields else f"loan.repayment.{field}"
