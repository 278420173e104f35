"""Licence fee: entry fee, running royalty, milestones, and the caps of open licences.

Checked against: hand calculations, relief from royalty as second way (the licensor gets what the owner saves),
identities of the effective rate, and the table of caps.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import DATES, amount, amounts, figure, relief
from tests.valuation.method_samples import NO_TAX, codes, concluded, conclusion, forecast, sample
from valuation.errors import BeforeFirstStepError, InputError

NAME = "licence_fee"
LATER = {"dates": {**DATES, "policy_date": "2024-06-30"}}


def plain(**changes: Any) -> dict[str, Any]:
    """Running royalty alone on a million a year, without tax, at 12 %."""
    return {
        "royalty_base": {"kind": "net_sales", "amounts": amounts(*[1_000_000] * 5)},
        "royalty_rate_share": figure(0.05),
        "entry_fee": amount("0.00"),
        "minimum_royalty": amount("0.00"),
        "milestones": [],
        "licensor_cost": amounts(*[0] * 5),
        "is_open_licence": False,
        "tax": NO_TAX,
        "forecast": forecast(),
    } | changes


@given(st.floats(0.01, 0.2), st.floats(0, 0.5))
def test_a_running_royalty_is_worth_what_the_owner_saves(rate: float, tax: float) -> None:
    """Second way: relief from royalty on the same sales."""
    licensed = conclusion(NAME, plain(royalty_rate_share=figure(rate), tax={"kind": "rate", "rate_share": figure(tax)}))
    owned = conclusion("relief_from_royalty", relief(royalty_rate_share=figure(rate), tax_rate_share=figure(tax)))
    assert licensed.value == pytest.approx(owned.value, rel=1e-9)


def test_the_sample_by_hand() -> None:
    """Hand: royalty 280,000 (the minimum), 400,000, 450,000; cost 20,000; tax 25 %; hazard 5 %; 12 %; a milestone of
    500,000 × 0.6 after one year and 181 of 365 days; 300,000 today.
    """
    survival = [2.718281828459045 ** (-0.05 * (year + 0.5)) for year in range(3)]
    running = sum(
        0.75 * (royalty - 20_000) * alive / 1.12 ** (year + 1)
        for year, (royalty, alive) in enumerate(zip((280_000, 400_000, 450_000), survival, strict=True))
    )
    milestone = 500_000 * 0.6 * 1.12 ** -(1 + 181 / 365)
    assert concluded(NAME).value == pytest.approx(running + 0.75 * (300_000 + milestone), rel=1e-9)


def test_a_running_royalty_alone_is_its_own_effective_rate() -> None:
    assert conclusion(NAME, plain()).worksheet.value("effective_rate_share") == pytest.approx(0.05)


@given(st.integers(0, 1_000_000))
def test_an_entry_fee_raises_the_effective_rate_as_if_it_were_royalty(fee: int) -> None:
    """Identity: charging the effective rate as the only royalty is worth the same."""
    mixed = conclusion(NAME, plain(entry_fee=amount(f"{fee}.00")))
    rate = mixed.worksheet.value("effective_rate_share")
    assert conclusion(NAME, plain(royalty_rate_share=figure(rate))).value == pytest.approx(mixed.value, rel=1e-9)


def test_a_milestone_of_the_past_is_refused() -> None:
    milestones = sample(NAME)["milestones"]
    milestones[0]["due_on"] = "2020-06-30"
    with pytest.raises(InputError, match=r"milestones\.0\.due_on"):
        concluded(NAME, milestones=milestones)


OPEN = {"is_open_licence": True}


def test_an_open_licence_within_the_caps_raises_only_the_doubt_about_their_source() -> None:
    found = conclusion(NAME, sample(NAME, **OPEN), **LATER)
    assert "recalled_value" in codes(found)
    assert not any(code.startswith("open_licence") for code in codes(found))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"royalty_rate_share": figure(0.21)}, "open_licence_royalty_rate_above_cap"),
        ({"entry_fee": amount("19600000.00")}, "open_licence_fixed_fee_above_cap"),
        (
            {
                "royalty_base": {"kind": "profit", "amounts": amounts(100, 100, 100)},
                "royalty_rate_share": figure(0.41),
            },
            "open_licence_royalty_rate_above_cap",
        ),
    ],
)
def test_an_open_licence_above_a_cap_is_named(changes: dict[str, Any], code: str) -> None:
    """Table T2b: 20,000,000 (entry fee and milestones together), 20 % of net sales, 40 % of profit."""
    assert code in codes(conclusion(NAME, sample(NAME, **OPEN, **changes), **LATER))
    assert code not in codes(conclusion(NAME, sample(NAME, **changes), **LATER))


@pytest.mark.parametrize(("least", "is_named"), [("1000000.00", False), ("1000001.00", True)])
def test_a_minimum_royalty_may_not_pass_the_cap_unseen(least: str, is_named: bool) -> None:
    """The first year sells 5,000,000, of which 20 % is 1,000,000; the stated rate of 5 % is far below the cap."""
    found = conclusion(NAME, sample(NAME, **OPEN, minimum_royalty=amount(least)), **LATER)
    assert ("open_licence_minimum_royalty_above_cap" in codes(found)) is is_named
    assert "open_licence_royalty_rate_above_cap" not in codes(found)


def test_the_profit_cap_is_not_the_sales_cap() -> None:
    changes = {"royalty_base": {"kind": "profit", "amounts": amounts(100, 100, 100)}}
    found = conclusion(NAME, sample(NAME, **OPEN, **changes, royalty_rate_share=figure(0.3)), **LATER)
    assert "open_licence_royalty_rate_above_cap" not in codes(found)


def test_an_open_licence_before_the_caps_or_in_another_currency_is_refused() -> None:
    with pytest.raises(BeforeFirstStepError, match="2024-01-20"):
        conclusion(NAME, sample(NAME, **OPEN))
    with pytest.raises(InputError, match="is_open_licence"):
        conclusion(NAME, sample(NAME, **OPEN), currency="USD", **LATER)


@pytest.mark.parametrize(("margin", "code"), [(0.04, True), (0.2, False)])
def test_payments_above_the_licensee_s_profit_are_named(margin: float, code: bool) -> None:
    found = conclusion(NAME, plain(licensee_margin_share=figure(margin)))
    assert ("payments_above_licensee_profit" in codes(found)) == code
    assert "profit_test_not_made" not in codes(found)
    assert "profit_test_not_made" in codes(conclusion(NAME, plain()))
