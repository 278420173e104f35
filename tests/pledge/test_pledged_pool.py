"""What does each right of a mixed pool add, and on which day does it stop to?

Hand: three rights with three pledge rates, line by line. Identities by hypothesis: the pool is the sum of its rights,
more value never lowers it, between two changing days nothing changes. Every reason not to count a right, on the last
day it counts and the first it does not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.pledged_pool import (
    NOT_COUNTED,
    CountingRules,
    CoverAsset,
    CoverPool,
    UnsecuredLimit,
    changing_days,
    value_pool,
)
from tests.pledge.pools import DAY, PATENT, RULES, days, pool, pools, rules
from valuation.errors import InputError, UnknownNameError

MODEL = replace(PATENT, id="model", kind="utility_model", pledge_rate_share=Decimal("0.15"), market_value_fen=333_33)
MARK = replace(PATENT, id="mark", kind="trademark", pledge_rate_share=Decimal("0.30"), market_value_fen=2_000_000_00)


def reasons(asset: CoverAsset, day: date = DAY) -> tuple[str, ...]:
    return value_pool(pool(asset), rules=RULES, as_of=day).rows[0].not_counted


def test_each_right_counts_at_its_own_rate() -> None:
    # Hand: 10,000,000 × 0.25 = 2,500,000; 333.33 × 0.15 = 49.9995 -> 49.99; 2,000,000 × 0.30 = 600,000;
    # together 3,100,049.99. One rate on the whole (0.25 of 12,000,333.33 = 3,000,083.33) would be another number.
    found = value_pool(pool(PATENT, MODEL, MARK), rules=RULES, as_of=DAY)
    assert found.allowed_by_asset() == {"patent": 2_500_000_00, "model": 49_99, "mark": 600_000_00}
    assert found.allowed_fen == 3_100_049_99
    assert found.counted_value_fen == 12_000_333_33
    assert found.largest is not None
    assert found.largest.asset.id == "patent"
    assert found.largest.share_of_pool == Fraction(250000000, 310004999)


def test_value_to_the_pledgee_beside_market_value() -> None:
    # Hand: 6,000,000 × 0.25.
    assert value_pool(pool(PATENT), rules=RULES, as_of=DAY, basis="pledgee").allowed_fen == 1_500_000_00
    silent = pool(replace(PATENT, pledgee_value_fen=None))
    assert value_pool(silent, rules=RULES, as_of=DAY).allowed_fen == 2_500_000_00
    with pytest.raises(InputError) as caught:
        value_pool(silent, rules=RULES, as_of=DAY, basis="pledgee")
    assert str(caught.value) == "patent: pledgee_value: found nothing, expected a value to the pledgee"


@pytest.mark.parametrize(
    ("change", "last_day_counted", "reason"),
    [
        ({"registered_on": None}, None, "not_registered"),
        ({"lapsed_on": date(2026, 6, 1)}, date(2026, 5, 31), "lapsed"),
        # Twelve months from 15 January 2026 end with 15 January 2027.
        ({}, date(2027, 1, 15), "valuation_too_old"),
        # The debt ends on 31 March 2027, six months more is 30 September 2027.
        ({"expiry_date": date(2027, 9, 29)}, None, "life_too_short"),
        ({"market_value_fen": 0}, None, "zero_value"),
    ],
)
def test_each_reason_and_its_first_day(change: dict[str, object], last_day_counted: date | None, reason: str) -> None:
    asset = replace(PATENT, **change)  # type: ignore[arg-type]
    if last_day_counted is None:
        assert reasons(asset) == (reason,)
        return
    assert reasons(asset, last_day_counted) == ()
    assert reasons(asset, last_day_counted + timedelta(days=1)) == (reason,)


def test_a_right_that_just_outlives_the_debt_counts() -> None:
    assert reasons(replace(PATENT, expiry_date=date(2027, 9, 30))) == ()


def test_an_overdue_debt_needs_a_living_right_too() -> None:
    # Six months after 30 April 2033 is 30 October; the right lives until 1 May 2034.
    fresh = replace(PATENT, valued_on=date(2033, 10, 1))
    assert reasons(fresh, date(2033, 11, 1)) == ()
    assert reasons(fresh, date(2033, 11, 2)) == ("life_too_short",)
    assert reasons(replace(PATENT, valued_on=date(2034, 5, 1)), date(2034, 5, 2)) == ("lapsed", "life_too_short")


def test_every_reason_at_once_is_printed() -> None:
    dead = replace(PATENT, registered_on=None, lapsed_on=DAY, market_value_fen=0, expiry_date=DAY)
    document = value_pool(pool(dead), rules=CountingRules(valuation_validity_months=0), as_of=DAY).as_document()
    assert [row["code"] for row in document["assets"][0]["not_counted"]] == list(NOT_COUNTED)
    assert (document["allowed"], document["counted_value"], document["largest"]) == ("0.00", "0.00", None)


def test_an_unsecured_limit_stands_beside_and_ends() -> None:
    bare = pool(replace(PATENT, registered_on=None), unsecured=UnsecuredLimit(300_000_00, date(2026, 4, 30)))
    found = value_pool(bare, rules=RULES, as_of=date(2026, 4, 30))
    assert (found.allowed_fen, found.unsecured_fen) == (0, 300_000_00)
    assert value_pool(bare, rules=RULES, as_of=date(2026, 5, 1)).unsecured_fen == 0


def test_documents_carry_the_row() -> None:
    document = value_pool(pool(PATENT), rules=RULES, as_of=DAY).as_document()
    assert document["assets"] == [
        {
            "asset": "patent",
            "kind": "invention_patent",
            "value": "10000000.00",
            "pledge_rate_share": "0.25",
            "allowed": "2500000.00",
            "share_of_pool": "1.000000",
            "not_counted": [],
        }
    ]


@given(pool=pools, rules=rules, day=days)
def test_the_pool_is_the_sum_of_its_rights(pool: CoverPool, rules: CountingRules, day: date) -> None:
    whole = value_pool(pool, rules=rules, as_of=day)
    alone = [value_pool(CoverPool((each,), pool.debt_ends_on), rules=rules, as_of=day) for each in pool.assets]
    assert whole.allowed_fen == sum(each.allowed_fen for each in alone)
    if whole.allowed_fen:
        assert sum(row.share_of_pool or 0 for row in whole.rows) == 1
    for row in whole.rows:
        exact = Fraction(row.asset.pledge_rate_share) * row.value_fen
        assert row.allowed_fen == (0 if row.not_counted else exact.numerator // exact.denominator)


@given(pool=pools, rules=rules, day=days, later=st.integers(1, 2000))
def test_nothing_changes_between_two_changing_days(
    pool: CoverPool, rules: CountingRules, day: date, later: int
) -> None:
    end = day + timedelta(days=later)
    if any(day < change <= end for change in changing_days(pool, rules=rules, after=day)):
        return
    before, after = (value_pool(pool, rules=rules, as_of=each) for each in (day, end))
    assert before.rows == after.rows
    assert before.unsecured_fen == after.unsecured_fen


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match=r"^value: found -1, expected 0 or more$"):
        replace(PATENT, market_value_fen=-1)
    with pytest.raises(InputError, match=r"^pledge_rate_share: found 1.01, expected a share of one from 0 to 1$"):
        replace(PATENT, pledge_rate_share=Decimal("1.01"))
    with pytest.raises(InputError, match=r"^value: found -5, expected 0 or more$"):
        replace(PATENT, pledgee_value_fen=-5)
    with pytest.raises(UnknownNameError, match=r"^patent: kind: found 'house', expected one of"):
        replace(PATENT, kind="house")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^assets: found patent twice, expected each right once$"):
        pool(PATENT, PATENT)
    with pytest.raises(UnknownNameError, match=r"^asset: found 'ship', expected one of patent$"):
        pool(PATENT).without("ship")
    with pytest.raises(InputError, match=r"^unsecured_limit: found -1, expected 0 or more$"):
        UnsecuredLimit(-1, DAY)
    with pytest.raises(InputError, match=r"^life_margin_months: found -1, expected 0 or more$"):
        CountingRules(valuation_validity_months=12, life_margin_months=-1)
    with pytest.raises(InputError, match=r"^patent: valued_on: found 2026-01-15, expected 2026-01-14 or earlier$"):
        value_pool(pool(PATENT), rules=RULES, as_of=date(2026, 1, 14))
