"""What does a loan cost a year, before and after support?

Second way: pyxirr on the same dated amounts. Hand: a loan of one year. Identity by hypothesis: costs never lower the
rate, support never raises it, and the later it comes the less it lowers it.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from pledge.effective_cost import CostOfLoan, NamedFlow, cost_of_loan
from pledge.instalments import LoanTerms, Period, build_schedule
from pledge.premiums import BorrowerFlow
from pledge.quote import PledgeQuote
from pledge.quote_tables import rate_cell
from valuation.errors import InputError
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.labels import Label

DAY = datetime.date
DRAWN = DAY(2023, 1, 1)
Ask = Callable[[dict[str, Any]], PledgeQuote]
SCHEDULE = build_schedule(
    "interest_only",
    LoanTerms(
        principal_fen=1_000_000_00,
        annual_rate_share=Decimal("0.048"),
        drawdown_date=DRAWN,
        period_count=4,
        period=Period(months=3),
        day_count="monthly",
        due_date_convention="none",
        calendar=load_china_calendar(),
    ),
)


def flow(day: datetime.date, fen: int) -> NamedFlow:
    return NamedFlow(Label("费用", "cost"), BorrowerFlow(day, fen))


def cost(costs: list[NamedFlow], receipts: list[NamedFlow] | None) -> CostOfLoan:
    return cost_of_loan(SCHEDULE, principal_fen=1_000_000_00, drawdown_date=DRAWN, costs=costs, receipts=receipts)


def test_both_rates_agree_with_pyxirr() -> None:
    costs = [flow(DRAWN, 10_000_00), flow(DAY(2023, 7, 1), 2_000_00)]
    receipts = [flow(DAY(2024, 6, 30), 19_200_00)]
    found = cost(costs, receipts)
    days = [DRAWN, *(row.due_date for row in SCHEDULE.rows), DRAWN, DAY(2023, 7, 1)]
    amounts = [1_000_000_00, *(-row.payment_fen for row in SCHEDULE.rows), -10_000_00, -2_000_00]
    assert found.before_support.rate == pytest.approx(pyxirr.xirr(days, amounts), abs=1e-10)
    assert found.after_support is not None
    after = pyxirr.xirr([*days, DAY(2024, 6, 30)], [*amounts, 19_200_00], guess=0.04)
    assert found.rate_after_support == pytest.approx(after, abs=1e-9)


def test_a_year_by_hand() -> None:
    # (1 + 0.048 / 4)⁴ − 1 = 0.048871 for four equal quarters; those of 2023 have 90 to 92 days.
    assert cost([], []).before_support.rate == pytest.approx(0.048871, abs=1e-5)
    # A refund of all the interest, 4 × 12,000.00, makes the sum of the amounts zero: the rate is zero on any day.
    for day in (DAY(2023, 6, 1), DAY(2024, 1, 1)):
        found = cost([], [flow(day, 48_000_00)])
        assert found.rate_after_support == pytest.approx(0, abs=1e-12)


@given(fee=st.integers(0, 50_000_00), refund=st.integers(1, 40_000_00), months=st.integers(0, 11))
def test_costs_raise_and_support_lowers_the_rate(fee: int, refund: int, months: int) -> None:
    free, dear = cost([], []), cost([flow(DRAWN, fee)], [])
    assert dear.before_support.rate is not None
    assert free.before_support.rate is not None
    assert dear.before_support.rate >= free.before_support.rate - 1e-12
    early, late = (
        cost([flow(DRAWN, fee)], [flow(DAY(2023, 1 + month, 15), refund)]).after_support for month in (months, 11)
    )
    assert early is not None
    assert late is not None
    assert early.rate is not None
    assert late.rate is not None
    assert early.rate <= late.rate + 1e-12
    assert late.rate <= dear.before_support.rate


def test_unknown_days_give_no_rate_after_support() -> None:
    found = cost([], None)
    assert found.after_support is None
    assert found.as_document()["after_support"] is None
    assert rate_cell(None) == Label("到账日未知，未计算", "not computed: the days of the support are not known")


def test_a_refund_after_maturity_gives_several_rates_and_the_largest_is_the_loan_s() -> None:
    found = cost([], [flow(DAY(2024, 6, 30), 19_200_00)])
    assert found.after_support is not None
    assert found.after_support.status == "several_roots"
    assert found.after_support.rate is None
    low, high = found.after_support.roots
    # About 40 % of the interest comes back half a year late: 2.9 % are left. The other root is no cost of a loan.
    assert high == found.rate_after_support == pytest.approx(0.0294, abs=5e-4)
    assert low < -0.9
    cell = rate_cell(found.after_support)
    assert isinstance(cell, Label)
    assert cell.en == f"{high:.4%} (the largest of several)"


def test_support_above_everything_leaves_no_rate() -> None:
    found = cost([], [flow(DAY(2043, 1, 1), 990_000_00)])
    assert found.after_support is not None
    assert (found.after_support.status, found.rate_after_support) == ("no_root", None)
    assert rate_cell(found.after_support) == Label("无解", "no rate balances these amounts")


@given(refunds=st.lists(st.integers(1, 10_000_00), min_size=1, max_size=4))
def test_more_support_after_maturity_lowers_the_largest_rate(refunds: list[int]) -> None:
    rates = [cost([], []).rate_after_support]
    for number in range(len(refunds)):
        rates.append(cost([], [flow(DAY(2024, 6, 30), fen) for fen in refunds[: number + 1]]).rate_after_support)
    assert all(later < earlier for earlier, later in itertools.pairwise(rates))  # type: ignore[operator]


def test_costs_that_eat_up_the_loan_are_refused() -> None:
    with pytest.raises(InputError) as refused:
        cost([flow(DRAWN, 600_000_00), flow(DRAWN, 400_000_00)], [])
    assert str(refused.value) == (
        "loan.costs: found 1000000.00 on the day of drawdown, expected less than the principal offered, 1000000.00"
    )


def test_a_quote_shows_both_rates(quote: Ask, data: dict[str, Any]) -> None:
    asked = {
        **data,
        "appraisal_fee": "40000.00",
        "insurance": {"annual_rate_share": "0.02", "payment": "yearly"},
        "subsidy_policy": "zhongguancun_interest_subsidy_2021",
        "subsidy_paid_months": 6,
        "borrower": {"annual_revenue": "90000000.00"},
    }
    found = quote(asked)
    assert found.offer is not None
    assert found.offer.cost.after_support is not None
    assert [each.flow.amount_fen for each in found.offer.cost.costs] == [40_000_00, *[160_000_00] * 3]
    # Six months after the end of 2023, 2024, 2025 and 2026, the last of them after maturity.
    assert [(each.flow.day, each.flow.amount_fen) for each in found.offer.cost.receipts] == [
        (DAY(2024, 6, 30), 23_200_00),
        (DAY(2025, 6, 30), 139_200_00),
        (DAY(2026, 6, 30), 139_200_00),
        (DAY(2027, 6, 30), 116_000_00),
    ]
    shown = found.as_document()["offer"]["cost"]
    before, after = found.offer.cost.before_support, found.offer.cost.after_support
    assert before.rate is not None
    assert shown["before_support"] == {
        "annual_rate_share": f"{before.rate:.8f}",
        "status": "one_root",
        "roots": [f"{before.rate:.8f}"],
    }
    assert shown["after_support"]["status"] == after.status == "several_roots"
    assert 0 < max(after.roots) < before.rate
    assert shown["after_support"]["annual_rate_share"] == f"{max(after.roots):.8f}"
    undated = quote({name: given for name, given in asked.items() if name != "subsidy_paid_months"})
    assert undated.offer is not None
    assert undated.offer.cost.after_support is None
    assert "subsidy_dates_unknown" in {warning.code for warning in undated.warnings}


def test_without_support_both_rates_are_that_of_the_fees(quote: Ask, data: dict[str, Any]) -> None:
    data["loan"]["fees_upfront"] = "50000.00"
    offer = quote(data).offer
    assert offer is not None
    assert offer.cost.before_support == offer.effective_annual_rate == offer.cost.after_support
