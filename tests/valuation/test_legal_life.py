"""Are years that the right does not have any more named, wherever a method takes years as stated?

Checked against: the patent of the requests, which ends on 2030-06-30, nine years and 181 of 365 days after the
valuation date.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.valuation.asking import VARIETY, amount, figure
from tests.valuation.method_samples import codes, concluded, conclusion, sample

CODE = "years_beyond_legal_end"
LEFT_YEARS = 9 + 181 / 365


def with_years(method: str, years: float) -> dict[str, Any]:
    if method == "excess_earnings_single_period":
        return {"duration": sample(method)["duration"] | {"advantage_years": figure(years)}}
    return {"condition": sample(method)["condition"] | {"remaining_years": figure(years)}}


@pytest.mark.parametrize("method", ["excess_earnings_single_period", "historic_cost", "minimum_licence_fee"])
def test_years_beyond_the_legal_end_are_named(method: str) -> None:
    assert CODE not in codes(concluded(method, **with_years(method, LEFT_YEARS)))
    assert CODE in codes(concluded(method, **with_years(method, LEFT_YEARS + 0.01)))
    # A right that states no end outlives nothing.
    assert CODE not in codes(conclusion(method, sample(method) | with_years(method, 30), subject=VARIETY))


@pytest.mark.parametrize(
    ("due_on", "end_of_life", "is_late"),
    [
        ("2030-06-30", None, False),
        ("2030-07-01", None, True),
        ("2023-06-30", "2023-06-30", False),
        ("2023-07-01", "2023-06-30", True),
    ],
)
def test_a_milestone_after_the_end_is_named(due_on: str, end_of_life: str | None, is_late: bool) -> None:
    data = sample("licence_fee")
    data["milestones"] = [data["milestones"][0] | {"due_on": due_on, "amount": amount("1000.00")}]
    if end_of_life is not None:
        data["forecast"]["end_of_life"] = end_of_life
    assert ("milestones_after_end_of_life" in codes(conclusion("licence_fee", data))) == is_late
