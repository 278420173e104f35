"""What do the forms with parameters of their own pay, and what do they refuse?

Literature: Fineract's interest-only start and flat rate (also in the published cases). Hand: small loans at round
rates, arithmetic beside the figure. Second method: the annuity formula in floats. Refusals name their field.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pledge.instalments import Schedule, build_schedule, read_parameters
from pledge.loan_terms import LoanTerms, Period
from valuation.errors import InputError
from valuation.kernel.money import Rounding

DAY = datetime.date


def terms(**changes: Any) -> LoanTerms:
    agreed: dict[str, Any] = {
        "principal_fen": 12_000_00,
        "annual_rate_share": Decimal("0.12"),
        "drawdown_date": DAY(2024, 1, 1),
        "period_count": 12,
    }
    return LoanTerms(**{**agreed, **changes})


def principal(schedule: Schedule) -> list[int]:
    return [row.principal_fen for row in schedule.rows]


def grace(meaning: str, afterwards: str = "equal_principal", periods: int = 2) -> dict[str, Any]:
    return {"grace_periods": periods, "meaning": meaning, "afterwards": afterwards}


def test_grace_with_interest_only() -> None:
    # Literature: Fineract RS05. 5000 at 1 % a month, three periods of 50, then 361 by whole units.
    agreed = terms(principal_fen=5_000_00, period_count=18, instalment_rounding=Rounding(unit_fen=100))
    schedule = build_schedule("grace", agreed, grace("interest_only", "equal_instalment", 3))
    payments = [row.payment_fen for row in schedule.rows]
    assert payments[:3] == [50_00] * 3
    assert payments[3:-1] == [361_00] * 14
    assert (payments[-1], schedule.total_interest_fen) == (354_87, 558_87)


def test_grace_with_interest_capitalised() -> None:
    # Hand: 12,000 → 12,120 → 12,241.20 at 1 % a month; then ten parts of 1,224.12.
    schedule = build_schedule("grace", terms(), grace("interest_capitalised"))
    assert principal(schedule)[:4] == [-120_00, -121_20, 1224_12, 1224_12]
    assert [row.payment_fen for row in schedule.rows][:3] == [0, 0, 1224_12 + 122_41]
    assert schedule.rows[1].balance_fen == 12_241_20
    # Hand: 241.20 + 12,241.20 × 0.01 × 11/2 = 241.20 + 673.266.
    assert schedule.exact_total_interest_fen == Fraction("91446.6")


def test_grace_without_any_payment() -> None:
    # Hand: interest of three months on 12,000, not compounded, is 360; it falls due with the first of ten parts.
    schedule = build_schedule("grace", terms(), grace("no_payment"))
    first = schedule.rows[0]
    assert (first.number, first.period_start, first.due_date) == (3, DAY(2024, 1, 1), DAY(2024, 4, 1))
    assert (first.interest_fen, first.principal_fen) == (360_00, 1_200_00)
    assert len(schedule.rows) == 10
    # Hand: 360 + 10,800 × 0.01 × (9 + 1)/2 = 900, nine parts being left.
    assert schedule.total_interest_fen == 900_00


def test_grace_costs_least_with_interest_paid_and_most_capitalised() -> None:
    paid, carried, added = (
        build_schedule("grace", terms(), grace(meaning)).total_interest_fen
        for meaning in ("interest_only", "no_payment", "interest_capitalised")
    )
    assert paid == carried < added


def test_steps_share_the_principal_by_weight() -> None:
    # Hand: weights 6 × 1 + 6 × 3 = 24; 12,000/24 = 500 a unit.
    steps = {"steps": [{"periods": 6, "weight": "1"}, {"periods": 6, "weight": "3"}]}
    assert principal(build_schedule("step", terms(), steps)) == [500_00] * 6 + [1_500_00] * 6


def test_a_balloon_by_share() -> None:
    # Second method: A = (P − B·v¹²) · i / (1 − v¹²) with B = 30 % of 12,000.
    schedule = build_schedule("balloon", terms(), {"balloon_share": "0.3"})
    v = 1.01**-12
    level = (1_200_000 - 360_000 * v) * 0.01 / (1 - v)
    assert schedule.instalment_fen == round(level)
    assert schedule.rows[-1].payment_fen == pytest.approx(level + 360_000, abs=12)


def test_a_balloon_by_a_longer_amortisation() -> None:
    # Second method: the annuity over 36 months, and what 24 of its payments still discount to after the twelfth.
    schedule = build_schedule("balloon", terms(), {"amortisation_periods": 36})
    level = 1_200_000 * 0.01 / (1 - 1.01**-36)
    left = level * (1 - 1.01**-24) / 0.01
    assert schedule.instalment_fen == round(level)
    assert schedule.rows[-2].balance_fen == pytest.approx((left + level) / 1.01, abs=12)
    assert float(schedule.exact_total_interest_fen) == pytest.approx(12 * level + left - 1_200_000, abs=1e-4)


def test_principal_every_half_year() -> None:
    # Hand: 3 years by months, six parts of 2,000; by share 10 % five times and 50 % at maturity.
    equal = principal(build_schedule("half_yearly_principal", terms(period_count=36)))
    assert [part for part in equal if part] == [2_000_00] * 6
    assert equal[5] == equal[11] == 2_000_00
    stated = build_schedule("half_yearly_principal", terms(period_count=36), {"share_each": "0.1"})
    assert [part for part in principal(stated) if part] == [1_200_00] * 5 + [6_000_00]
    quarterly = terms(period_count=12, period=Period(months=3))
    assert principal(build_schedule("half_yearly_principal", quarterly))[:4] == [0, 2_000_00, 0, 2_000_00]


def test_a_bespoke_plan_is_kept_to_the_fen() -> None:
    parts = ["0", "5000.01", "0", "6999.99"]
    schedule = build_schedule("bespoke", terms(period_count=4), {"principal_each": parts})
    assert principal(schedule) == [0, 5_000_01, 0, 6_999_99]


def test_flat_interest_stays_and_says_so() -> None:
    # Hand: 120 a month on 12,000 whatever is repaid, 1,440 in all; the declining loan costs 780.
    flat = build_schedule("flat_rate", terms())
    assert {row.interest_fen for row in flat.rows} == {120_00}
    assert flat.total_interest_fen == 1_440_00
    assert build_schedule("equal_principal", terms()).total_interest_fen == 780_00
    assert [warning.code for warning in flat.warnings] == ["flat_rate"]


@pytest.mark.parametrize(
    ("form", "parameters", "expected"),
    [
        ("balloon", {}, r"repayment\.parameters: .*either balloon_share or amortisation_periods"),
        ("balloon", {"balloon_share": "0.3", "amortisation_periods": 36}, "either balloon_share or amort"),
        ("balloon", {"balloon_share": "1"}, r"parameters\.balloon_share: found '1', expected a share of one"),
        ("balloon", {"balloon_share": 0.3}, "a decimal written as text"),
        ("balloon", {"amortisation_periods": 12}, r"amortisation_periods: found 12, expected more than the 12 periods"),
        ("bespoke", {}, r"principal_each: found nothing"),
        ("bespoke", {"principal_each": ["1.00"] * 12}, r"a total of 12\.00, expected .*12000\.00"),
        ("bespoke", {"principal_each": ["12000.00"]}, r"found 1 amounts, expected 12, one a period"),
        ("bespoke", {"principal_each": ["-1.00", "12001.00"]}, "an amount of zero or more"),
        ("equal_principal", {"balloon_share": "0.3"}, r"balloon_share: found an unknown field"),
        ("grace", {"grace_periods": 2}, r"meaning: found nothing"),
        ("grace", grace("interest_only", periods=12), "grace_periods: found 12, expected less than the 12 periods"),
        ("grace", grace("free"), r"meaning: found 'free'"),
        ("half_yearly_principal", {"months_between": 12}, "months_between: found 12"),
        ("half_yearly_principal", {"share_each": "0"}, "above 0 and below 1"),
        ("step", {"steps": []}, "at least one entry"),
        ("step", {"steps": [{"periods": 5, "weight": "1"}]}, "steps: found 5 periods, expected 12 periods"),
        ("step", {"steps": [{"periods": 12, "weight": "-1"}]}, "a weight of 0 or more"),
        ("step", {"steps": [{"periods": 12, "weight": "0"}]}, "no weight in the periods left"),
    ],
)
def test_parameters_are_refused_by_name(form: str, parameters: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        build_schedule(form, terms(), parameters)


def test_half_yearly_steps_need_periods_in_months() -> None:
    weekly = terms(period=Period(days=7), day_count="actual/360")
    with pytest.raises(InputError, match="months_between: found 6, periods of no months"):
        build_schedule("half_yearly_principal", weekly)


def test_parameters_may_come_already_read() -> None:
    read = read_parameters("balloon", {"balloon_share": "0.3"})
    assert read_parameters("balloon", read) is read
    assert build_schedule("balloon", terms(), read) == build_schedule("balloon", terms(), {"balloon_share": "0.3"})
