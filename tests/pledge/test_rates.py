"""Is a floating rate the fixing of its reset day plus the spread, and is the rest planned anew at it?

Authority: fixings of the loan prime rate from the packaged table, read by hand. Second way: a level payment from the
annuity formula on what was left. Identity: interest counted day by day equals the planned rows.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pledge.floating_plan import floating_plan
from pledge.loan_terms import LoanTerms
from pledge.plan import accrued_interest, interest_due_fen
from pledge.policy_catalogue import load_policies
from pledge.rates import FixedRate, FloatingRate, RateInterval, RateStep, rate_intervals, rate_steps
from valuation.errors import BeforeFirstStepError, GapError, InputError
from valuation.kernel.fields import parse

DAY = datetime.date
LPR = load_policies()["lpr"]


def floating(reset: dict[str, Any], **changes: Any) -> FloatingRate:
    return parse(FloatingRate, {"tenor": "one_year", "spread_bp": "-20", "reset": reset, **changes})


def steps(rate: FloatingRate, drawdown: datetime.date, until: datetime.date) -> list[tuple[datetime.date, str]]:
    found = rate_steps(rate, drawdown_date=drawdown, until=until, fixings=LPR)
    return [(step.from_date, f"{step.annual_rate_share:f}") for step in found]


def test_each_january() -> None:
    # Authority: one-year fixings 3.55 % (2023-06-20), 3.45 % (2023-08-21), 3.10 % (2024-10-21), 3.00 % (2025-05-20).
    found = steps(floating({"kind": "each_january"}), DAY(2023, 7, 3), DAY(2026, 1, 1))
    assert found == [
        (DAY(2023, 7, 3), "0.0335"),
        (DAY(2024, 1, 1), "0.0325"),
        (DAY(2025, 1, 1), "0.0290"),
        (DAY(2026, 1, 1), "0.0280"),
    ]


def test_anniversaries() -> None:
    found = steps(floating({"kind": "anniversary", "months": 3}), DAY(2023, 7, 3), DAY(2024, 12, 31))
    # The reset of 3 January and of 3 April 2024 find the same fixing and make no step.
    assert found == [(DAY(2023, 7, 3), "0.0335"), (DAY(2023, 10, 3), "0.0325"), (DAY(2024, 10, 3), "0.0315")]


def test_each_fixing_and_the_day_before() -> None:
    rule = {"kind": "each_fixing"}
    assert steps(floating(rule), DAY(2023, 8, 21), DAY(2024, 8, 1)) == [
        (DAY(2023, 8, 21), "0.0325"),
        (DAY(2024, 7, 22), "0.0315"),
    ]
    assert steps(floating(rule, lookback_days=1), DAY(2023, 8, 21), DAY(2024, 8, 1)) == [
        (DAY(2023, 8, 21), "0.0335"),
        (DAY(2023, 8, 22), "0.0325"),
        (DAY(2024, 7, 23), "0.0315"),
    ]


def test_a_fixing_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(GapError, match="one_year_rate_share"):
        steps(floating({"kind": "each_january"}), DAY(2025, 7, 1), DAY(2027, 1, 1))
    with pytest.raises(GapError):
        steps(floating({"kind": "each_fixing"}), DAY(2025, 7, 1), DAY(2026, 12, 31))
    with pytest.raises(BeforeFirstStepError):
        steps(floating({"kind": "each_january"}), DAY(2019, 1, 1), DAY(2020, 1, 1))


def test_a_rate_below_zero_is_refused() -> None:
    with pytest.raises(InputError, match=r"spread_bp: found -400, expected no negative rate"):
        steps(floating({"kind": "each_january"}, spread_bp="-400"), DAY(2024, 1, 2), DAY(2024, 2, 1))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tenor": "ten_year"}, "tenor"),
        ({"spread_bp": "10001"}, "spread_bp"),
        ({"reset": {"kind": "monthly"}}, r"reset\.kind"),
        ({"reset": {"kind": "anniversary", "months": 0}}, r"reset\.months"),
        ({"lookback_days": -1}, "lookback_days"),
    ],
)
def test_a_rule_out_of_range_names_its_field(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        floating(**{"reset": {"kind": "each_january"}, **changes})


def test_a_fixed_rate_is_one_step() -> None:
    found = rate_steps(
        FixedRate(annual_rate_share=Decimal("0.0435")),
        drawdown_date=DAY(2024, 1, 1),
        until=DAY(2027, 1, 1),
        fixings=LPR,
    )
    assert found == (RateStep(DAY(2024, 1, 1), Decimal("0.0435")),)
    with pytest.raises(InputError, match="annual_rate_share"):
        parse(FixedRate, {"annual_rate_share": "4.35"})


def test_intervals_cut_the_days_without_a_gap() -> None:
    two = [RateStep(DAY(2024, 1, 1), Decimal("0.04")), RateStep(DAY(2024, 2, 10), Decimal("0.03"))]
    assert rate_intervals(two, start=DAY(2024, 2, 1), end=DAY(2024, 3, 1)) == (
        RateInterval(DAY(2024, 2, 1), DAY(2024, 2, 10), Decimal("0.04")),
        RateInterval(DAY(2024, 2, 10), DAY(2024, 3, 1), Decimal("0.03")),
    )
    assert [each.annual_rate_share for each in rate_intervals(two, start=DAY(2024, 2, 10), end=DAY(2024, 3, 1))] == [
        Decimal("0.03")
    ]
    with pytest.raises(InputError, match="steps"):
        rate_intervals(two, start=DAY(2023, 12, 31), end=DAY(2024, 3, 1))
    with pytest.raises(InputError, match="end"):
        rate_intervals(two, start=DAY(2024, 3, 1), end=DAY(2024, 2, 1))


TERMS = LoanTerms(
    principal_fen=1_000_000_00, annual_rate_share=Decimal(0), drawdown_date=DAY(2024, 1, 1), period_count=24
)


def test_a_reset_on_a_due_date_computes_the_level_payment_again() -> None:
    two = [RateStep(DAY(2024, 1, 1), Decimal("0.048")), RateStep(DAY(2025, 1, 1), Decimal("0.036"))]
    plan = floating_plan("equal_instalment", TERMS, two)
    # Second way: annuity at 0.4 % over 24 months; what is left after 12 discounted; annuity at 0.3 % over 12.
    first = 1e8 * 0.004 / (1 - 1.004**-24)
    left = first * (1 - 1.004**-12) / 0.004
    payments = [row.principal_fen + row.interest_fen for row in plan.rows]
    assert payments[0] == payments[11] == round(first)
    assert (
        plan.instalment_fen == payments[12] == round(plan.principal_after(DAY(2025, 1, 1)) * 0.003 / (1 - 1.003**-12))
    )
    assert plan.principal_after(DAY(2025, 1, 1)) == pytest.approx(left, abs=12)
    assert plan.total_principal_fen == TERMS.principal_fen


@pytest.mark.parametrize("form", ["equal_instalment", "equal_principal", "interest_only", "flat_rate"])
def test_a_reset_inside_a_period_runs_both_rates_on_their_days(form: str) -> None:
    two = [RateStep(DAY(2024, 1, 1), Decimal("0.048")), RateStep(DAY(2024, 2, 20), Decimal("0.036"))]
    plan = floating_plan(form, TERMS, two)
    second = plan.rows[1]
    base = TERMS.principal_fen if form == "flat_rate" else second.segments[0].principal_fen
    # Hand: 19 of the 29 days of February at 4.8 %, 10 at 3.6 %.
    expected = Fraction(base, 12) * (Fraction("0.048") * 19 + Fraction("0.036") * 10) / 29
    assert accrued_interest(second, upto=second.period_end) == expected
    assert [interest_due_fen(row, terms=plan.terms) for row in plan.rows] == [row.interest_fen for row in plan.rows]
    assert plan.total_principal_fen == TERMS.principal_fen


def test_steps_must_begin_on_the_day_of_drawdown() -> None:
    with pytest.raises(InputError, match="rising days, the first 2024-01-01"):
        floating_plan("interest_only", TERMS, [RateStep(DAY(2024, 1, 2), Decimal("0.04"))])
