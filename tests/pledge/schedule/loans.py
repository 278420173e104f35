"""Random loans, and what each repayment form must be told, for tests of everything that runs on a schedule."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import strategies as st

from pledge.day_counts import DAY_COUNTS, PERIODIC_DAY_COUNTS
from pledge.loan_terms import DUE_DATE_CONVENTIONS, LoanTerms, Period
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.money import Rounding

__all__ = ["loan_terms", "parameters_of"]

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


_PARAMETERS: dict[str, Any] = {}
