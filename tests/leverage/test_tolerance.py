"""容错: losses against the rules of Guangzhou (80 % of the whole, a project may go to zero) and Shenzhen (a gap).

Expected values by hand; the limits are quoted by secondary pages, named in the policy files.
"""

import datetime
from fractions import Fraction

import pytest

from leverage.policy import load_policies
from leverage.tolerance import ProjectResult, judge_losses
from valuation.errors import BeforeFirstStepError, GapError, InputError

POLICIES = load_policies()
GUANGZHOU = POLICIES["guangzhou_tolerance_2026"]
DAY = datetime.date(2026, 11, 27)


def test_eighty_per_cent_are_within_and_a_fen_more_is_not() -> None:
    found = judge_losses(
        [ProjectResult("a", 1000, 0), ProjectResult("b", 1000, 400)], policy=GUANGZHOU, policy_date=DAY
    )
    assert (found.loss_share, found.is_within, found.projects_above) == (Fraction(4, 5), True, ())
    over = judge_losses([ProjectResult("a", 1000, 0), ProjectResult("b", 1000, 399)], policy=GUANGZHOU, policy_date=DAY)
    assert not over.is_within
    assert over.as_document()["loss_share"] == "0.8005"


def test_a_gain_elsewhere_makes_up_for_a_loss() -> None:
    rows = [ProjectResult("a", 1000, 0), ProjectResult("b", 1000, 2500)]
    found = judge_losses(rows, policy=GUANGZHOU, policy_date=DAY)
    assert (found.loss_fen, found.is_within) == (0, True)


def test_the_rule_speaks_from_its_day_on() -> None:
    with pytest.raises(BeforeFirstStepError, match="2026-01-15"):
        judge_losses([ProjectResult("a", 1, 0)], policy=GUANGZHOU, policy_date=datetime.date(2026, 1, 14))


def test_shenzhen_says_what_the_government_bears_and_not_what_is_tolerated() -> None:
    table = POLICIES["shenzhen_angel_fund"]
    assert str(table.value("government_bears_loss_max_share", on=DAY).value) == "0.40"
    with pytest.raises(GapError, match="read the rule"):
        judge_losses([ProjectResult("a", 1, 0)], policy=table, policy_date=DAY)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "projects: found none"),
        ([ProjectResult("a", 1, 0)] * 2, "each id once"),
        ([ProjectResult("a", 0, 0)], "money above 0"),
        ([ProjectResult("a", -1, 0)], "money above 0"),
        ([ProjectResult("a", 1, -1)], "a value of 0 or more"),
    ],
)
def test_what_cannot_be_judged_says_why(rows: list[ProjectResult], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        judge_losses(rows, policy=GUANGZHOU, policy_date=DAY)


def test_a_policy_without_a_limit_is_no_tolerance() -> None:
    with pytest.raises(InputError, match="expected a policy with"):
        judge_losses([ProjectResult("a", 1, 0)], policy=POLICIES["guarantee_liability"], policy_date=DAY)
