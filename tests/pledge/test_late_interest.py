"""Does an overdue amount cost what the contract says, on any number of steps?

Hand: days × rate × surcharge on round amounts. Identity by hypothesis: accrual to a day plus accrual after it is
accrual of both. Authority: the range of the surcharge from the table of rules.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.late_interest import LateTerms, OverdueSegment, accrued_late_interest, check_surcharge
from pledge.policy_catalogue import load_policies
from pledge.rates import RateStep
from valuation.errors import BeforeFirstStepError, InputError, RefusalError

DAY = datetime.date
HALF = LateTerms(surcharge_share=Decimal("0.5"))
RATES = [RateStep(DAY(2024, 1, 1), Decimal("0.04")), RateStep(DAY(2024, 3, 25), Decimal("0.03"))]
RULES = load_policies()["loan_contract_rules"]


def overdue(day: datetime.date, principal: int, interest: int = 0) -> OverdueSegment:
    return OverdueSegment(from_date=day, principal_fen=principal, interest_fen=interest)


def test_late_and_compound_interest_by_hand() -> None:
    # Hand: 5 days at 6 % and 5 days at 4.5 % on 1,000,000 fen: 833.33 + 625; on 3,600 fen 3 + 2.25.
    found = accrued_late_interest(
        [overdue(DAY(2024, 3, 20), 1_000_000, 3_600)], upto=DAY(2024, 3, 30), rates=RATES, terms=HALF
    )
    assert found == (Fraction(2500, 3) + 625, Fraction("5.25"))
    simple = LateTerms(surcharge_share=Decimal("0.5"), compounds=False)
    assert accrued_late_interest(
        [overdue(DAY(2024, 3, 20), 0, 3_600)], upto=DAY(2024, 3, 30), rates=RATES, terms=simple
    ) == (0, 0)


def test_a_payment_lowers_what_accrues_from_its_day() -> None:
    segments = [overdue(DAY(2024, 3, 20), 1_000_000), overdue(DAY(2024, 3, 22), 400_000), overdue(DAY(2024, 3, 24), 0)]
    late, _ = accrued_late_interest(segments, upto=DAY(2024, 4, 30), rates=RATES, terms=HALF)
    assert late == Fraction("0.06") * (1_000_000 * 2 + 400_000 * 2) / 360
    # A segment that begins after the day does not count yet.
    late, _ = accrued_late_interest(segments, upto=DAY(2024, 3, 21), rates=RATES, terms=HALF)
    assert late == Fraction("0.06") * 1_000_000 / 360


def test_nothing_overdue_costs_nothing() -> None:
    assert accrued_late_interest([], upto=DAY(2024, 3, 30), rates=RATES, terms=HALF) == (0, 0)
    start = [overdue(DAY(2024, 3, 20), 10)]
    assert accrued_late_interest(start, upto=DAY(2024, 3, 20), rates=RATES, terms=HALF) == (0, 0)


@given(
    cut=st.integers(0, 60),
    length=st.integers(0, 60),
    amounts=st.tuples(st.integers(0, 10**12), st.integers(0, 10**10)),
    day_count=st.sampled_from(["actual/360", "actual/365", "actual/actual ISDA"]),
)
def test_accrual_adds_up_over_any_cut(cut: int, length: int, amounts: tuple[int, int], day_count: Any) -> None:
    start = DAY(2024, 3, 1)
    middle = start + datetime.timedelta(days=cut)
    end = middle + datetime.timedelta(days=length)
    terms = LateTerms(surcharge_share=Decimal("0.3"), day_count=day_count)

    def accrued(since: datetime.date, upto: datetime.date) -> tuple[Fraction, Fraction]:
        return accrued_late_interest([overdue(since, *amounts)], upto=upto, rates=RATES, terms=terms)

    whole, first, second = accrued(start, end), accrued(start, middle), accrued(middle, end)
    assert whole == (first[0] + second[0], first[1] + second[1])


def test_the_surcharge_stays_in_its_range() -> None:
    lower, upper = check_surcharge(HALF, rules=RULES, signed_on=DAY(2024, 1, 1))
    assert (lower.value, upper.value, lower.status) == (Decimal("0.30"), Decimal("0.50"), "recalled")
    check_surcharge(LateTerms(surcharge_share=Decimal(1)), rules=RULES, signed_on=DAY(2024, 1, 1), cause="misused")
    for share in ("0.29", "0.51"):
        with pytest.raises(RefusalError, match=r"surcharge_share: found 0\.\d+, expected 0\.30 to 0\.50 .*251号"):
            check_surcharge(LateTerms(surcharge_share=Decimal(share)), rules=RULES, signed_on=DAY(2024, 1, 1))
    with pytest.raises(BeforeFirstStepError):
        check_surcharge(HALF, rules=RULES, signed_on=DAY(2003, 12, 31))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (lambda: LateTerms(surcharge_share=Decimal("1.5")), "surcharge_share"),
        (lambda: LateTerms(surcharge_share=Decimal("NaN")), "surcharge_share"),
        (lambda: LateTerms(surcharge_share=Decimal(0), day_count="monthly"), "day_count"),
        (lambda: overdue(DAY(2024, 1, 1), -1), "overdue"),
        (
            lambda: accrued_late_interest(
                [overdue(DAY(2024, 3, 2), 1), overdue(DAY(2024, 3, 1), 1)],
                upto=DAY(2024, 4, 1),
                rates=RATES,
                terms=HALF,
            ),
            "segments",
        ),
        (
            lambda: accrued_late_interest([overdue(DAY(2024, 3, 2), 1)], upto=DAY(2024, 3, 1), rates=RATES, terms=HALF),
            "segments",
        ),
        (
            lambda: accrued_late_interest([overdue(DAY(2023, 3, 2), 1)], upto=DAY(2024, 3, 1), rates=RATES, terms=HALF),
            "steps",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(question: Any, expected: str) -> None:
    with pytest.raises(InputError, match=f"^{expected}"):
        question()
