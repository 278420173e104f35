"""Age buckets and next year's payout from records. By hand; bounds by hypothesis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverage.cashflow.age_buckets import AgeBuckets, project
from leverage.fund_records import FundRecord, age_table, next_year_distribution, payout_rate
from valuation.errors import InputError
from valuation.kernel.fields import parse

#: Two funds of age 1, one of age 3: called 40 and 60 %, then 120 %; paid out 0 and 10 %, then 90 %; left 50, 50, 30 %.
RECORDS = [
    FundRecord(1, 100, 40, 0, 50),
    FundRecord(1, 200, 120, 20, 100),
    FundRecord(3, 50, 60, 45, 15),
]


def test_the_table_by_hand() -> None:
    """Means: called 50, (85), 120 % scaled by 1.2; paid out 5, (47.5), 90 %; left 50, (40), 30 %."""
    found = age_table(RECORDS)
    assert found.called_share == pytest.approx((0.5 / 1.2, 0.35 / 1.2, 0.35 / 1.2))
    assert found.distributed_share == pytest.approx((0.05, 0.425, 0.425))
    assert found.nav_share == pytest.approx((0.5, 0.4, 0.3))
    # Paid out after the first year 0.85, of 0.5 + 0.4 held at the starts of those years.
    assert payout_rate(RECORDS) == pytest.approx(0.85 / 0.9)


def test_cumulative_shares_that_fall_are_made_to_rise() -> None:
    # Paid out 30 % at age 1, 10 % at age 2 (other vintages): together 20 %.
    found = age_table([FundRecord(1, 1, 1, 0.3, 1), FundRecord(2, 1, 1, 0.1, 1)])
    assert found.distributed_share == pytest.approx((0.2, 0.0))


def test_a_projection_reads_the_table() -> None:
    found = project(age_table(RECORDS), commitment=1_000)
    assert found.contributions.sum() == pytest.approx(1_000)
    assert found.distributions[1:].tolist() == pytest.approx([50, 425, 425])


@given(st.integers(0, 20), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1))
def test_next_year_lies_between_the_two_views(age: int, distributed: float, nav: float, rate: float) -> None:
    found = next_year_distribution(FundRecord(age, 1, 1, distributed, nav), payout_rate_share=rate)
    views = sorted((distributed / max(age, 1), rate * nav))
    assert views[0] * (1 - 1e-12) <= found <= views[1] * (1 + 1e-12) or (views[0] < 1e-300 and found >= 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"age_years": -1}, "age_years"),
        ({"age_years": 1.5}, "age_years"),
        ({"commitment": 0}, "commitment"),
        ({"called": -1}, "called"),
        ({"nav": float("nan")}, "nav"),
    ],
)
def test_bad_records_name_their_field(changes: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        FundRecord(**({"age_years": 1, "commitment": 1, "called": 1, "distributed": 1, "nav": 1} | changes))
    assert caught.value.problems[0].field == field


def test_records_that_say_too_little_are_refused() -> None:
    for records in ([], [FundRecord(0, 1, 1, 0, 1)]):
        with pytest.raises(InputError, match="records"):
            age_table(records)
    with pytest.raises(InputError, match="nav"):
        payout_rate([FundRecord(2, 1, 1, 1, 0)])
    with pytest.raises(InputError, match="payout_rate_share"):
        next_year_distribution(RECORDS[0], payout_rate_share=-1)


@pytest.mark.parametrize(
    "changes", [{"called_share": (0.5,)}, {"called_share": (0.9, 0.9)}, {"nav_share": (-1, 0)}, {"nav_share": ()}]
)
def test_bad_tables_are_refused(changes: dict) -> None:
    with pytest.raises(InputError):
        parse(AgeBuckets, {"called_share": (0.5, 0.5), "distributed_share": (0, 1), "nav_share": (1, 0)} | changes)
