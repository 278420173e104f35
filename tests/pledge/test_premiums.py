"""Are premiums charged on the right days and amounts?

Hand: the arithmetic stands beside the numbers. Identity by hypothesis: with principal repaid at maturity, the yearly
premiums add up to the premium for the whole term, to a fen a premium.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.instalments import LoanTerms, Period, build_schedule
from pledge.premiums import BorrowerFlow, PremiumTerms, premium_flows
from pledge.quote import PledgeQuote
from valuation.errors import GapError, InputError
from valuation.kernel.calendar import load_china_calendar

DAY = datetime.date
DRAWN = DAY(2023, 10, 20)
Ask = Callable[[dict[str, Any]], PledgeQuote]


def flows(principal_fen: int, months: int, form: str, **terms: Any) -> tuple[BorrowerFlow, ...]:
    loan = LoanTerms(
        principal_fen=principal_fen,
        annual_rate_share=Decimal("0.0435"),
        drawdown_date=DRAWN,
        period_count=months,
        period=Period(months=1),
        day_count="monthly",
        due_date_convention="none",
        calendar=load_china_calendar(),
    )
    stated = PremiumTerms(
        annual_rate_share=Decimal("0.012"),
        covered_share=terms.pop("covered", Decimal(1)),
        payment=terms.pop("payment", "yearly"),
    )
    return premium_flows(
        build_schedule(form, loan), stated, principal_fen=principal_fen, drawdown_date=DRAWN, term_months=months
    )


def test_yearly_on_what_is_still_owed() -> None:
    # 2,400,000.00 in 24 equal parts of 100,000.00: first year 1.2 % × 2,400,000, second 1.2 % × 1,200,000.
    assert flows(2_400_000_00, 24, "equal_principal") == (
        BorrowerFlow(DRAWN, 28_800_00),
        BorrowerFlow(DAY(2024, 10, 20), 14_400_00),
    )


def test_a_last_year_that_is_short_and_a_part_that_is_covered() -> None:
    # 80 % of 1,000,000.00, 18 months: 1.2 % × 800,000 = 9,600; the half year 4,800; upfront 14,400.
    covered = Decimal("0.8")
    yearly = flows(1_000_000_00, 18, "interest_only", covered=covered)
    assert [flow.amount_fen for flow in yearly] == [9_600_00, 4_800_00]
    assert flows(1_000_000_00, 18, "interest_only", covered=covered, payment="upfront") == (
        BorrowerFlow(DRAWN, 14_400_00),
    )


@given(principal=st.integers(100, 10**11), months=st.integers(1, 60))
def test_yearly_premiums_add_up_to_the_premium_of_the_term(principal: int, months: int) -> None:
    yearly = flows(principal, months, "interest_only")
    (upfront,) = flows(principal, months, "interest_only", payment="upfront")
    assert abs(sum(flow.amount_fen for flow in yearly) - upfront.amount_fen) <= len(yearly)
    assert [flow.day.year for flow in yearly] == [2023 + number for number in range(len(yearly))]


@pytest.mark.parametrize(
    ("rate", "covered", "text"),
    [
        (Decimal("-0.01"), Decimal(1), "premium.annual_rate_share: found -0.01, expected a share of one from 0 to 1"),
        (Decimal("0.01"), Decimal(2), "premium.covered_share: found 2, expected a share of one from 0 to 1"),
    ],
)
def test_a_share_outside_of_zero_to_one_is_refused(rate: Decimal, covered: Decimal, text: str) -> None:
    with pytest.raises(InputError) as refused:
        PremiumTerms(annual_rate_share=rate, covered_share=covered, payment="yearly")
    assert str(refused.value) == text


def test_a_quote_with_a_guarantee_under_the_national_cap(quote: Ask, data: dict[str, Any]) -> None:
    # 8,000,000.00 over three years at 1.2 %: 96,000.00 a year, under the 1.5 % for more than 5 million.
    premium = {"policy": "national_guarantee_fee_2019", "annual_rate_share": "0.012", "payment": "yearly"}
    found = quote({**data, "guarantee": premium})
    assert found.offer is not None
    (answer,) = found.offer.support
    assert answer.document["total_premium"] == "288000.00"
    assert answer.document["highest_annual_rate_share"] == "0.015"
    assert "recalled_value" in {warning.code for warning in found.warnings}
    assert "premium_above_cap" not in {warning.code for warning in found.warnings}
    dear = quote({**data, "guarantee": {**premium, "annual_rate_share": "0.016"}})
    assert "premium_above_cap" in {warning.code for warning in dear.warnings}


def test_a_premium_without_a_rate_is_refused_by_name(quote: Ask, data: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"insurance\.annual_rate_share: found nothing, expected the yearly rate"):
        quote({**data, "insurance": {"payment": "upfront"}})
    with pytest.raises(InputError, match=r"premium\.annual_rate_share: found nothing, .* does not give one"):
        quote({**data, "guarantee": {"policy": "national_guarantee_fee_2019", "payment": "upfront"}})
    with pytest.raises(GapError, match="qingdao_pledge_insurance_2016: premium_rate_share"):
        quote({**data, "insurance": {"policy": "qingdao_pledge_insurance_2016", "payment": "upfront"}})
