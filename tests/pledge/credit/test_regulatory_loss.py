"""Is the regulatory LGD that of an unsecured loan, whatever IP is pledged?

Authority: Basel II (45 %) and Basel Framework CRE32.5 (40 %), on the days they hold.
"""

from __future__ import annotations

import datetime

import pytest

from pledge.credit.regulatory_loss import regulatory_loss
from pledge.policy_catalogue import load_policies
from valuation.errors import NotBuiltError

RULES = load_policies()["basel_irb"]


@pytest.mark.parametrize(
    ("day", "expected"), [("2008-01-01", 0.45), ("2022-12-31", 0.45), ("2023-01-01", 0.40), ("2026-06-30", 0.40)]
)
def test_lgd_of_the_day(day: str, expected: float) -> None:
    found = regulatory_loss("senior", collateral_kinds=(), rules=RULES, on=datetime.date.fromisoformat(day))
    assert (found.lgd_share, found.warnings) == (expected, ())


def test_a_pledge_of_ip_changes_nothing_and_is_named() -> None:
    day = datetime.date(2026, 6, 30)
    found = regulatory_loss("senior", collateral_kinds=("intellectual_property",), rules=RULES, on=day)
    assert found.lgd_share == 0.40
    assert [warning.code for warning in found.warnings] == ["ip_not_eligible_collateral"]


def test_a_recalled_value_is_named() -> None:
    found = regulatory_loss("subordinated", collateral_kinds=(), rules=RULES, on=datetime.date(2026, 6, 30))
    assert (found.lgd_share, [warning.code for warning in found.warnings]) == (0.75, ["recalled_value"])


def test_other_collateral_is_not_built() -> None:
    with pytest.raises(NotBuiltError) as caught:
        regulatory_loss("senior", collateral_kinds=("real_estate",), rules=RULES, on=datetime.date(2026, 6, 30))
    assert str(caught.value) == "collateral_kinds: found real_estate, expected intellectual_property or nothing"
