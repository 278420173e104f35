"""Who bears a lost principal, to the fen?

Hand: Zhongshan's 54 : 26 : 16 : 4, arithmetic beside the numbers. Identities by hypothesis: nothing is lost, the
pool never pays more than it holds, the bank bears the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.quote import PledgeQuote
from pledge.rules.loss_sharing import share_loss
from valuation.errors import GapError, InputError

ZHONGSHAN = {
    "pool": Decimal("0.54"),
    "bank": Decimal("0.26"),
    "insurer": Decimal("0.16"),
    "appraiser": Decimal("0.04"),
}
HAIKOU_SUPPOSED = {
    "loss_share.pool": {"value": "0.5", "reason": "supposed for a first look"},
    "loss_share.bank": {"value": "0.3", "reason": "supposed for a first look"},
    "loss_share.guarantor": {"value": "0.2", "reason": "supposed for a first look"},
    "single_loan_cap_cny": {"value": "5000000.00", "reason": "supposed for a first look"},
}
Ask = Callable[[dict[str, Any]], PledgeQuote]


def test_zhongshan_by_hand() -> None:
    # 1,000,000.01: 540000.0054, 260000.0026, 160000.0016, 40000.0004; the fen left goes to the largest remainder.
    shared = share_loss(1_000_000_01, shares=ZHONGSHAN, pool_balance_fen=70_000_000_00)
    assert dict(shared.by_party) == {
        "pool": 540_000_01,
        "bank": 260_000_00,
        "insurer": 160_000_00,
        "appraiser": 40_000_00,
    }
    assert (shared.uncovered_fen, shared.pool_shortfall_fen) == (0, 0)


def test_what_the_pool_cannot_pay_stays_with_the_bank() -> None:
    # 10,000: pool 5,400 but holds 1,000; the bank bears 2,600 + 4,400.
    shared = share_loss(10_000, shares=ZHONGSHAN, pool_balance_fen=1_000)
    assert dict(shared.by_party) == {"pool": 1_000, "bank": 7_000, "insurer": 1_600, "appraiser": 400}
    assert shared.pool_shortfall_fen == 4_400


def test_loss_above_the_cap_of_one_loan_stays_with_the_bank() -> None:
    # 10,000 with a cap of 6,000: 3,240 / 1,560 / 960 / 240 and 4,000 more for the bank.
    shared = share_loss(10_000, shares=ZHONGSHAN, pool_balance_fen=70_000, covered_cap_fen=6_000)
    assert dict(shared.by_party) == {"pool": 3_240, "bank": 5_560, "insurer": 960, "appraiser": 240}
    assert shared.uncovered_fen == 4_000


@given(
    loss=st.integers(0, 10**12),
    weights=st.lists(st.integers(0, 100), min_size=2, max_size=5).filter(any),
    balance=st.integers(0, 10**12),
    cap=st.none() | st.integers(0, 10**12),
)
def test_nothing_is_lost(loss: int, weights: list[int], balance: int, cap: int | None) -> None:
    parties = ["pool", "bank", "guarantor", "insurer", "appraiser"]
    shares = {party: Fraction(weight, sum(weights)) for party, weight in zip(parties, weights, strict=False)}
    shared = share_loss(loss, shares=shares, pool_balance_fen=balance, covered_cap_fen=cap)
    assert sum(shared.by_party.values()) == loss
    assert min(shared.by_party.values()) >= 0
    assert shared.by_party["pool"] <= balance
    assert all(type(fen) is int for fen in shared.by_party.values())


@pytest.mark.parametrize(
    ("shares", "loss", "balance", "cap"),
    [
        ({"pool": Decimal("0.5"), "bank": Decimal("0.4")}, 1, 1, None),
        ({"pool": Decimal("1.5"), "bank": Decimal("-0.5")}, 1, 1, None),
        ({"pool": Decimal("1")}, 1, 1, None),
        (ZHONGSHAN, -1, 1, None),
        (ZHONGSHAN, 1, -1, None),
        (ZHONGSHAN, 1, 1, -1),
    ],
)
def test_shares_and_amounts_out_of_range_are_refused(
    shares: dict[str, Decimal], loss: int, balance: int, cap: int | None
) -> None:
    with pytest.raises(InputError):
        share_loss(loss, shares=shares, pool_balance_fen=balance, covered_cap_fen=cap)


def test_quote_under_zhongshan(quote: Ask, data: dict[str, Any]) -> None:
    asked = {**data, "pool_policy": "zhongshan_risk_pool_2021", "pool_balance": "4000000.00"}
    offer = quote(asked).offer
    assert offer is not None
    (answer,) = offer.support
    total, half = answer.document["scenarios"]
    # 8,000,000: pool 4,320,000 but holds 4,000,000; bank 2,080,000 + 320,000.
    assert total["by_party"] == {
        "pool": "4000000.00",
        "bank": "2400000.00",
        "insurer": "1280000.00",
        "appraiser": "320000.00",
    }
    assert (total["beyond_pool_balance"], total["above_single_loan_cap"]) == ("320000.00", "0.00")
    assert (half["principal_lost_share"], half["loss"], half["by_party"]["pool"]) == (
        "0.5",
        "4000000.00",
        "2160000.00",
    )
    assert answer.rows[0][:3] == ("100%", "8,000,000.00", "4,000,000.00")


def test_gap_of_haikou_raises_and_a_what_if_fills_it_by_name(quote: Ask, data: dict[str, Any]) -> None:
    asked = {**data, "pool_policy": "haikou_risk_pool", "pool_balance": "30000000.00"}
    with pytest.raises(GapError, match=r"loss_share\.pool.*ask the city or read the notice"):
        quote(asked)
    partly = {name: stated for name, stated in HAIKOU_SUPPOSED.items() if name != "single_loan_cap_cny"}
    with pytest.raises(GapError, match="single_loan_cap_cny"):
        quote({**asked, "what_if": {"haikou_risk_pool": partly}})
    answered = quote({**asked, "what_if": {"haikou_risk_pool": HAIKOU_SUPPOSED}})
    assert answered.offer is not None
    # Capped at 5,000,000: pool 2,500,000, bank 1,500,000 + 3,000,000, guarantor 1,000,000.
    total = answered.offer.support[0].document["scenarios"][0]
    assert list(total["by_party"].values()) == ["2500000.00", "4500000.00", "1000000.00"]
    named = [warning.label.en for warning in answered.warnings if warning.code == "hypothesis_value"]
    assert len(named) == 4
    assert all("supposed for a first look" in text for text in named)
    # The deadline is still a gap, and the answer says so.
    assert any("claim_deadline_days" in condition.en for condition in answered.conditions)


def test_pool_without_balance_or_with_wrong_shares_is_refused(quote: Ask, data: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="pool_balance"):
        quote({**data, "pool_policy": "zhongshan_risk_pool_2021"})
    with pytest.raises(InputError, match="pool_policy"):
        quote({**data, "pool_balance": "1.00"})
    wrong = {**HAIKOU_SUPPOSED, "loss_share.bank": {"value": "0.4", "reason": "does not add up"}}
    asked = {**data, "pool_policy": "haikou_risk_pool", "pool_balance": "1.00", "what_if": {"haikou_risk_pool": wrong}}
    with pytest.raises(InputError, match="add up to exactly 1"):
        quote(asked)
