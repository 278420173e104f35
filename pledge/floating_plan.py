"""By which plan does a loan run whose rate changes on known days?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pledge.loan_terms import LoanTerms
from pledge.plan import PaymentPlan, continued, payment_plan, rest_of
from pledge.rates import RateStep
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel

__all__ = ["floating_plan", "with_rate_from"]


def floating_plan(
    form: str,
    terms: LoanTerms,
    steps: Sequence[RateStep],
    parameters: Mapping[str, Any] | FrozenModel | None = None,
) -> PaymentPlan:
    """What is paid when the rate changes on these days and the rest is planned anew each time?

    The loan is planned at its first rate; on each later step the rest is planned at the new one: a level payment is
    computed again, from the running period on, in which both rates run on their own days.

    Parameters
    ----------
    terms : their rate is replaced by that of the first step.
    steps : from :func:`pledge.rates.rate_steps`; the first on the day of drawdown.

    Raises
    ------
    InputError : steps that do not begin on the day of drawdown or do not rise.

    Tested by: ``tests/pledge/test_rates.py``.
    """
    days = [step.from_date for step in steps]
    if not days or days[0] != terms.drawdown_date or days != sorted(set(days)):
        found = ", ".join(map(str, days)) or "none"
        raise InputError.of("steps", found=found, expected=f"rising days, the first {terms.drawdown_date}")
    plan = payment_plan(form, replace(terms, annual_rate_share=steps[0].annual_rate_share), parameters)
    for step in steps[1:]:
        if step.from_date < plan.rows[-1].period_end:
            plan = with_rate_from(plan, step, principal_fen=plan.principal_after(step.from_date))
    return plan


def with_rate_from(plan: PaymentPlan, step: RateStep, *, principal_fen: int) -> PaymentPlan:
    """By which plan does the loan run once its rate changes on a day, on this principal not yet due?

    Tested by: ``tests/pledge/test_rates.py``; ``tests/pledge/amendments``.
    """
    rate = step.annual_rate_share
    owed = rest_of(plan, on=step.from_date, principal_fen=principal_fen, annual_rate_share=rate)
    return continued(plan, owed, on=step.from_date, terms=replace(plan.terms, annual_rate_share=rate))
