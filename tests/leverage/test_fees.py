"""Management fees by year. By hand in the rows; identities by hypothesis. Published case in ``tests/literature``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverage.fees import FeeSchedule, fees_by_year
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse

COMMON = {
    "steps": [
        {"from_year": 1, "rate_share": 0.02, "base": "committed"},
        {"from_year": 4, "rate_share": 0.015, "base": "invested"},
    ],
    "term_years": 6,
}


def made(**changes: object) -> FeeSchedule:
    return parse(FeeSchedule, COMMON | changes)


def test_a_fee_that_moves_to_what_is_invested() -> None:
    # 3 × 2 % of 100 = 6; then 1.5 % of 80, 50, 20 = 1.2 + 0.75 + 0.3 = 2.25.
    paid = fees_by_year(made(), commitment=100, bases={"invested": [30, 60, 90, 80, 50, 20]})
    assert paid.by_year == pytest.approx((2, 2, 2, 1.2, 0.75, 0.3))
    assert (paid.total, paid.lifetime_share) == pytest.approx((8.25, 0.0825))


@given(st.floats(1, 1e9), st.floats(0, 0.05), st.integers(1, 15))
def test_a_level_fee_is_rate_times_term(commitment: float, rate: float, years: int) -> None:
    level = made(steps=[{"from_year": 1, "rate_share": rate, "base": "committed"}], term_years=years)
    assert fees_by_year(level, commitment=commitment).total == pytest.approx(rate * years * commitment)


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": []},
        {"steps": [{"from_year": 2, "rate_share": 0.02, "base": "committed"}]},
        {"steps": [*COMMON["steps"], {"from_year": 4, "rate_share": 0.01, "base": "called"}]},
        {"steps": [{"from_year": 1, "rate_share": -0.02, "base": "committed"}]},
        {"steps": [{"from_year": 1, "rate_share": 0.02, "base": "nav"}]},
        {"term_years": 3},
        {"term_years": 0},
    ],
)
def test_bad_schedules_are_refused(changes: dict) -> None:
    with pytest.raises(InputError):
        made(**changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "bases.invested"),
        ({"bases": {"invested": [1.0]}}, "bases.invested"),
        ({"bases": {"invested": [1.0, 1, 1, 1, 1, -1]}}, "bases.invested.5"),
        ({"bases": {"invested": [1.0, 1, 1, float("nan"), 1, 1]}}, "bases.invested.3"),
        ({"commitment": 0}, "commitment"),
    ],
)
def test_bad_amounts_name_their_field(changes: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        fees_by_year(made(), **({"commitment": 100} | changes))
    assert caught.value.problems[0].field == field


def test_fees_that_eat_the_fund_are_refused() -> None:
    greedy = made(steps=[{"from_year": 1, "rate_share": 0.2, "base": "committed"}], term_years=5)
    with pytest.raises(RefusalError, match="fees of 100"):
        fees_by_year(greedy, commitment=100)
