"""Random loans, and what each repayment form must be told, for tests of everything that runs on a schedule."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import strategies as st

from pledge.day_counts import DAY_COUNTS, PERIODIC_DAY_COUNTS
from pledge.loan_terms import DUE_DATE_CONVENTIONS, LoanTerms, Period
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.money import Money, Rounding, split_fen

__all__ = ["loan_terms", "parameters_of", "suits"]

PERIODS = [Period(months=1), Period(months=3), Period(days=7)]
roundings = st.builds(
    Rounding,
    unit_fen=st.sampled_from([1, 10, 100, 10_000]),
    mode=st.sampled_from(["half_up", "half_even", "ceiling", "down"]),
)


@st.composite
def loan_terms(draw: st.DrawFn) -> LoanTerms:
    period = draw(st.sampled_from(PERIODS))
    day_count = draw(st.sampled_from([d for d in DAY_COUNTS if period.months or d not in PERIODIC_DAY_COUNTS]))
    convention = draw(st.sampled_from(DUE_DATE_CONVENTIONS))
    dates = ["unadjusted"] if convention == "none" or day_count in PERIODIC_DAY_COUNTS else ["unadjusted", "adjusted"]
    return LoanTerms(
        principal_fen=draw(st.integers(1, 10**13)),
        annual_rate_share=draw(st.decimals(0, 3, places=6)),
        drawdown_date=draw(st.dates(datetime.date(2006, 1, 1), datetime.date(2030, 12, 31))),
        period_count=draw(st.integers(1, 60)),
        period=period,
        day_count=day_count,
        interest_rounding=draw(roundings),
        instalment_rounding=draw(roundings),
        due_date_convention=convention,
        interest_dates=draw(st.sampled_from(dates)),
        calendar=load_china_calendar(),
    )


def parameters_of(form: str, terms: LoanTerms) -> st.SearchStrategy[dict[str, Any]]:
    """What this form must be told, at random; nothing for a form that needs nothing."""
    return _PARAMETERS.get(form, lambda _: st.just({}))(terms)


def _grace(terms: LoanTerms) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "grace_periods": st.integers(1, terms.period_count - 1),
            "meaning": st.sampled_from(["interest_only", "interest_capitalised", "no_payment"]),
            "afterwards": st.sampled_from(["equal_instalment", "equal_principal"]),
        }
    )


def _step(terms: LoanTerms) -> st.SearchStrategy[dict[str, Any]]:
    first = st.integers(1, terms.period_count - 1)
    weights = st.tuples(st.integers(0, 9), st.integers(1, 9))
    return st.builds(
        lambda count, pair: {
            "steps": [
                {"periods": count, "weight": str(pair[0])},
                {"periods": terms.period_count - count, "weight": str(pair[1])},
            ]
        },
        first,
        weights,
    )


def _balloon(terms: LoanTerms) -> st.SearchStrategy[dict[str, Any]]:
    shares = st.decimals("0.01", "0.99", places=2)
    more = st.integers(1, 60)
    return st.one_of(
        st.builds(lambda share: {"balloon_share": str(share)}, shares),
        st.builds(lambda count: {"amortisation_periods": terms.period_count + count}, more),
    )


def _bespoke(terms: LoanTerms) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda weights: {"principal_each": [_yuan(part) for part in split_fen(terms.principal_fen, weights=weights)]},
        st.lists(st.integers(1, 5), min_size=terms.period_count, max_size=terms.period_count),
    )


def _half_yearly(terms: LoanTerms) -> st.SearchStrategy[dict[str, Any]]:
    shares = st.one_of(st.none(), st.decimals("0.01", "0.99", places=2).map(str))
    return st.fixed_dictionaries({"months_between": st.sampled_from([3, 6]), "share_each": shares})


def _yuan(fen: int) -> str:
    return Money(fen).text


_PARAMETERS: dict[str, Any] = {
    "balloon": _balloon,
    "bespoke": _bespoke,
    "grace": _grace,
    "half_yearly_principal": _half_yearly,
    "step": _step,
}


def suits(form: str, terms: LoanTerms) -> bool:
    """Can this form be agreed under these terms at all?"""
    if form == "half_yearly_principal":
        return terms.period.months > 0
    return form not in ("grace", "step") or terms.period_count > 1
