"""Do the repayment forms give the tables that others published?

Literature: rows copied from the named sources; the tolerance is half of the last printed digit. Every number
below stands in its source, except where a line says hand.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

from pledge.instalments import LoanTerms, Period, build_schedule
from valuation.kernel.money import Rounding

HALF_EVEN = Rounding(unit_fen=1, mode="half_even")
NEW_YEAR = datetime.date(2024, 1, 1)


def test_equal_instalment_rounded_up_to_the_whole_yuan() -> None:
    # github.com/frappe/lending@3f2cbc13, loan/test_loan.py, test_loan: 280,000 at 8.4 % in 20 months.
    terms = LoanTerms(
        principal_fen=28_000_000,
        annual_rate_share=Decimal("0.084"),
        drawdown_date=NEW_YEAR,
        period_count=20,
        instalment_rounding=Rounding(unit_fen=100, mode="ceiling"),
    )
    schedule = build_schedule("equal_instalment", terms)
    assert schedule.instalment_fen == 15052_00
    assert round(schedule.total_interest_fen / 100) == 21034
    rows = schedule.rows
    assert [round(rows[3].principal_fen, -2), round(rows[3].interest_fen, -2)] == [13369_00, 1683_00]
    assert [round(rows[3].balance_fen, -2), round(rows[17].balance_fen, -2)] == [227080_00, 29785_00]
    assert [round(rows[19].principal_fen, -2), round(rows[19].interest_fen, -2)] == [14941_00, 105_00]


def test_equal_instalment_thirty_360() -> None:
    # github.com/apache/fineract@4198b0bc, ProgressiveEMICalculatorTest,
    # disbursedAmt100_dayInYears360_daysInMonth30_repayEvery1Month.
    terms = LoanTerms(
        principal_fen=100_00,
        annual_rate_share=Decimal("0.094822"),
        drawdown_date=NEW_YEAR,
        period_count=6,
        interest_rounding=HALF_EVEN,
        instalment_rounding=HALF_EVEN,
    )
    schedule = build_schedule("equal_instalment", terms)
    assert schedule.instalment_fen == 17_13
    assert [row.interest_fen for row in schedule.rows] == [79, 66, 53, 40, 27, 13]
    assert (schedule.rows[2].balance_fen, schedule.rows[4].balance_fen) == (50_59, 17_00)


def test_equal_instalment_weekly_on_364_days() -> None:
    # Same file, dayInYears364_daysInMonthActual_repayEvery1Week.
    terms = LoanTerms(
        principal_fen=100_00,
        annual_rate_share=Decimal("0.094822"),
        drawdown_date=NEW_YEAR,
        period_count=6,
        period=Period(days=7),
        day_count="actual/364",
        interest_rounding=HALF_EVEN,
        instalment_rounding=HALF_EVEN,
    )
    schedule = build_schedule("equal_instalment", terms)
    assert (schedule.instalment_fen, schedule.rows[0].interest_fen) == (16_77, 18)
    assert (schedule.rows[2].balance_fen, schedule.rows[5].payment_fen) == (50_14, 16_78)
    assert schedule.rows[5].due_date == datetime.date(2024, 2, 12)  # hand: 42 days


def test_equal_principal_eighteen_months() -> None:
    # Fineract, LoanRepayment.feature, scenario RS04: 5,000 at 12 % in 18 months.
    terms = LoanTerms(
        principal_fen=5000_00,
        annual_rate_share=Decimal("0.12"),
        drawdown_date=datetime.date(2022, 11, 1),
        period_count=18,
    )
    schedule = build_schedule("equal_principal", terms)
    assert {row.principal_fen for row in schedule.rows[:-1]} == {277_78}
    assert schedule.rows[0].payment_fen == 327_78
    assert (schedule.rows[-1].payment_fen, schedule.rows[-1].principal_fen) == (280_52, 277_74)
    assert schedule.total_interest_fen == 475_00
    assert schedule.instalment_fen is None


def test_thirty_years_of_a_chinese_bank_table() -> None:
    # vdgb.cn/wenda/220578: 630,000 at 4.9 % in 360 months. The page prints unrounded totals.
    terms = LoanTerms(
        principal_fen=630_000_00,
        annual_rate_share=Decimal("0.049"),
        drawdown_date=NEW_YEAR,
        period_count=360,
    )
    level = build_schedule("equal_instalment", terms)
    assert level.instalment_fen == 3343_58
    assert round(level.exact_total_interest_fen) == 573_688_20
    falling = build_schedule("equal_principal", terms)
    assert falling.rows[0].payment_fen == 4322_50
    assert falling.rows[0].payment_fen - falling.rows[1].payment_fen == 7_15
    # Hand: P r (n + 1) / 2 = 630000 × 0.049/12 × 361/2 = 464336.25 exactly; the rows, each rounded, add to more.
    assert falling.exact_total_interest_fen == Fraction(46433625)
    assert falling.total_interest_fen == sum(row.interest_fen for row in falling.rows) != 46433625


def test_interest_only_quarterly_on_actual_days() -> None:
    # Hand: 8,000,000 × 0.0435 / 360 = 966.6667 a day; 91, 92, 92, 91 days from 31 March 2023.
    terms = LoanTerms(
        principal_fen=8_000_000_00,
        annual_rate_share=Decimal("0.0435"),
        drawdown_date=datetime.date(2023, 3, 31),
        period_count=4,
        period=Period(months=3),
        day_count="actual/360",
    )
    schedule = build_schedule("interest_only", terms)
    assert [row.days for row in schedule.rows] == [91, 92, 92, 91]
    assert [row.due_date for row in schedule.rows] == [
        datetime.date(2023, 6, 30),
        datetime.date(2023, 9, 30),
        datetime.date(2023, 12, 31),
        datetime.date(2024, 3, 31),
    ]
    assert [row.interest_fen for row in schedule.rows] == [87966_67, 88933_33, 88933_33, 87966_67]
    assert schedule.rows[-1].principal_fen == 8_000_000_00
