"""When is somebody warned or called, and what cures a call?

Literature: the published shortfall after a price fall, on a pool of one right. Hand: a pool of two rights through
warning, call, cure and escalation, the arithmetic beside each number. Two defects of other lending systems: a right
worth nothing must leave the whole debt short, and gross value must not cure a call. Identities by hypothesis: a called
amount never falls by itself, what happened since the call adds up, days in one span or in two give the same state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.cover_limits import CoverLimits
from pledge.cover_pool import CoverAssessment, assess_cover, follow_cover, reduce_call
from pledge.cover_state import CoverState
from pledge.pledged_pool import CoverAsset, CoverPool, UnsecuredLimit
from tests.pledge.pools import DAY, LIMITS, PATENT, days, limits, pool, pools
from valuation.errors import InputError, IpfinError, RefusalError

#: At 30 % of 2,000,000 it adds 600,000; the patent adds 2,500,000.
MARK = replace(PATENT, id="mark", kind="trademark", pledge_rate_share=Decimal("0.30"), market_value_fen=2_000_000_00)
BOTH = pool(PATENT, MARK)
NEXT = DAY + timedelta(days=1)


def worth(asset: CoverAsset, yuan: int, on: date = DAY) -> CoverAsset:
    return replace(asset, market_value_fen=yuan * 100, valued_on=on)


def assess(
    of: CoverPool, yuan: int, previous: CoverState | None = None, on: date = DAY, by: CoverLimits = LIMITS
) -> CoverAssessment:
    return assess_cover(of, yuan * 100, limits=by, as_of=on, previous=previous)


def called() -> CoverState:
    """The patent fell to 4,000,000: allowed 1,000,000 + 600,000; 2,400,000 owed; 800,000 called."""
    return assess(pool(worth(PATENT, 4_000_000), MARK), 2_400_000).state


def test_published_shortfall_after_a_price_fall() -> None:
    # frappe/lending, test_security_shortfall: 1,000,000 - 0.5 × 8000 × 100 = 600,000; cured at 250 a unit.
    half = replace(PATENT, pledge_rate_share=Decimal("0.5"))
    fallen = assess(pool(worth(half, 8000 * 100)), 1_000_000)
    assert (fallen.cover.shortfall_fen, fallen.missing_fen, fallen.action) == (600_000_00, 600_000_00, "issue_call")
    again = assess(pool(worth(half, 8000 * 250)), 1_000_000, fallen.state, NEXT)
    assert (again.missing_fen, again.action) == (0, "confirm_cure")


def test_from_covered_over_warning_to_call() -> None:
    # Allowed 3,100,000: 90 % = 2,790,000, 110 % = 3,410,000; a call restores to 100 %: 3,410,000.01 - 3,100,000.
    assert assess(BOTH, 2_790_000).state.status == "covered"
    assert assess(BOTH, 2_790_001).action == "warn"
    assert assess(BOTH, 3_410_000).action == "warn"
    found = assess_cover(BOTH, 3_410_000_01, limits=LIMITS, as_of=DAY)
    assert (found.action, found.missing_fen, found.ratio_share) == (
        "issue_call",
        310_000_01,
        Fraction(3_410_000_01, 3_100_000_00),
    )
    call = found.state.call
    assert call is not None
    assert (call.called_fen, call.cure_by) == (310_000_01, date(2026, 4, 30))


def test_a_warning_is_cleared_only_below_the_buffer() -> None:
    # 85 % of 3,100,000 is 2,635,000.
    warned = assess(BOTH, 2_800_000).state
    assert assess(BOTH, 2_700_000, warned, NEXT).action == "none"
    assert assess(BOTH, 2_635_001, warned, NEXT).state == warned
    assert assess(BOTH, 2_635_000, warned, NEXT).action == "clear_warning"
    # Without the memory of the warning 2,700,000 is covered.
    assert assess(BOTH, 2_700_000).state.status == "covered"


def test_a_right_worth_nothing_leaves_the_whole_debt_short() -> None:
    found = assess(pool(worth(PATENT, 0)), 800_000)
    assert (found.action, found.missing_fen, found.ratio_share) == ("issue_call", 800_000_00, None)
    assert found.cover.shortfall_fen == 800_000_00
    assert assess(pool(), 1).action == "issue_call"
    assert assess(pool(), 0).state.status == "covered"
    by_value = replace(LIMITS, measure="loan_to_value")
    assert assess(pool(worth(PATENT, 0)), 800_000, by=by_value).action == "issue_call"


def test_a_call_is_not_cured_by_gross_value() -> None:
    # 800,000 called. A further patent worth 800,000 adds 200,000 at 25 %: 600,000 are still missing.
    more = worth(replace(PATENT, id="second"), 800_000)
    found = assess(pool(worth(PATENT, 4_000_000), MARK, more), 2_400_000, called(), NEXT)
    assert (found.action, found.state.status, found.missing_fen) == ("none", "call", 600_000_00)
    # Worth 3,200,000 it adds 800,000.
    found = assess(pool(worth(PATENT, 4_000_000), MARK, worth(more, 3_200_000)), 2_400_000, called(), NEXT)
    assert (found.action, found.state.status, found.missing_fen) == ("confirm_cure", "cured", 0)
    assert found.since_call is not None
    assert found.since_call.as_document() == {"repaid": "0.00", "added": "800000.00", "revalued": "0.00"}


def test_loan_to_value_does_not_cure_above_the_allowed_amount() -> None:
    # Limit 60 % of value while the pledge rates allow 25 %: within 60 %, a call is still cured at 25 % only.
    by_value = replace(
        LIMITS,
        measure="loan_to_value",
        warning_share=Decimal("0.5"),
        enforcement_share=Decimal("0.6"),
        restore_share=Decimal("0.55"),
    )
    fallen = assess(pool(worth(PATENT, 4_000_000)), 2_500_000, by=by_value)
    assert (fallen.action, fallen.missing_fen) == ("issue_call", 1_500_000_00)
    found = assess(pool(worth(PATENT, 8_000_000)), 2_500_000, fallen.state, NEXT, by_value)
    # 2,500,000 / 8,000,000 = 31.25 % of value, but 8,000,000 × 25 % = 2,000,000.
    assert (found.action, found.missing_fen, found.ratio_share) == ("none", 500_000_00, Fraction(5, 16))


def test_a_call_is_cured_by_repayment_and_closed_a_day_later() -> None:
    fallen = pool(worth(PATENT, 4_000_000), MARK)
    assert assess(fallen, 1_600_001, called(), NEXT).action == "none"
    cured = assess(fallen, 1_600_000, called(), NEXT)
    assert (cured.action, cured.changes_on) == ("confirm_cure", NEXT + timedelta(days=1))
    assert assess(fallen, 1_600_000, cured.state, NEXT).state == cured.state
    # 100 % is above 90 % - 5 %, so the loan goes on under a warning.
    closed = assess(fallen, 1_600_000, cured.state, NEXT + timedelta(days=1))
    assert (closed.actions, closed.state.status, closed.state.call) == (("close_call", "warn"), "warning", None)
    paid = assess(fallen, 1_000_000, called(), NEXT).state
    assert assess(fallen, 1_000_000, paid, NEXT + timedelta(days=1)).state.status == "covered"


def test_a_revaluation_never_lowers_the_called_amount() -> None:
    # The patent recovers to 5,000,000: 550,000 would be missing; 800,000 stay called.
    better = assess(pool(worth(PATENT, 5_000_000), MARK), 2_400_000, called(), NEXT)
    assert (better.action, better.missing_fen) == ("none", 550_000_00)
    assert better.state == called()
    # It falls to 3,000,000: 1,050,000 are missing and called, the last day to cure stays.
    worse = assess(pool(worth(PATENT, 3_000_000), MARK), 2_400_000, better.state, NEXT)
    assert (worse.action, worse.state.status) == ("increase_call", "call")
    assert worse.state.call is not None
    assert (worse.state.call.called_fen, worse.state.call.cure_by) == (1_050_000_00, date(2026, 4, 30))


def test_an_uncured_call_is_escalated_on_the_day_after_the_cure_period() -> None:
    fallen = pool(worth(PATENT, 4_000_000), MARK)
    assert assess(fallen, 2_400_000, called(), date(2026, 4, 30)).action == "none"
    found = assess(fallen, 2_400_000, called(), date(2026, 5, 1))
    assert (found.action, found.state.status) == ("escalate", "escalated")
    assert assess(fallen, 2_400_000, found.state, date(2026, 5, 1)).action == "none"
    assert assess(fallen, 1_600_000, found.state, date(2026, 5, 2)).action == "confirm_cure"


def test_two_persons_may_reduce_a_call_to_what_is_missing() -> None:
    better = assess(pool(worth(PATENT, 5_000_000), MARK), 2_400_000, called(), NEXT)
    state = reduce_call(better, to_fen=550_000_00, made_by="wang", approved_by="li", reason="new appraisal")
    assert state.status == "call"
    assert state.as_document()["call"] == {
        "issued_on": "2026-03-31",
        "cure_by": "2026-04-30",
        "called": "550000.00",
        "changes": [
            {
                "on": "2026-04-01",
                "from": "800000.00",
                "to": "550000.00",
                "made_by": "wang",
                "approved_by": "li",
                "reason": "new appraisal",
            }
        ],
    }
    assert assess(pool(worth(PATENT, 5_000_000), MARK), 2_400_000, state, NEXT).action == "none"


def test_the_unsecured_limit_is_taken_off_the_debt_until_it_ends() -> None:
    bare = pool(replace(PATENT, registered_on=None), unsecured=UnsecuredLimit(300_000_00, date(2026, 4, 30)))
    before = assess(bare, 300_000)
    assert (before.state.status, before.cover.exposure_fen, before.changes_on) == ("covered", 0, date(2026, 5, 1))
    after = assess(bare, 300_000, before.state, date(2026, 5, 1))
    assert (after.action, after.missing_fen) == ("issue_call", 300_000_00)


def test_both_values_are_shown() -> None:
    # 6,000,000 × 25 % + 6,000,000 × 30 % = 3,300,000 to the pledgee; 2,500,000 + 600,000 on the market.
    document = assess(BOTH, 3_200_000).as_document()
    assert document["market"]["shortfall"] == "100000.00"
    assert document["market"]["loan_to_allowed_share"] == "1.032258"
    assert document["pledgee"]["allowed"] == "3300000.00"
    assert document["pledgee"]["shortfall"] == "0.00"
    assert [each["code"] for each in document["actions"]] == ["warn"]
    assert document["reason"]["zh"] == "发出预警：需覆盖3200000.00元，可贷额度3100000.00元，尚缺100000.00元"
    assert assess(pool(replace(PATENT, pledgee_value_fen=None)), 1).as_document()["pledgee"] is None
    to_pledgee = replace(LIMITS, basis="pledgee")
    assert assess(BOTH, 3_200_000, by=to_pledgee).cover.value.allowed_fen == 3_300_000_00


def test_one_right_that_carries_too_much_is_named() -> None:
    # 2,500,000 / 3,100,000 = 80.6 %.
    eighty = replace(LIMITS, concentration_share=Decimal("0.80"))
    assert assess(BOTH, 1, by=eighty).concentrated == ("patent",)
    assert assess(BOTH, 1, by=replace(eighty, concentration_share=Decimal("0.81"))).concentrated == ()
    assert assess(BOTH, 1).concentrated == ()


def test_time_alone_issues_and_escalates_a_call() -> None:
    # The valuations of 15 January 2026 serve to 15 January 2027; the call of the 16th is escalated on 16 February.
    found = follow_cover(BOTH, 2_000_000_00, limits=LIMITS, first=DAY, last=date(2027, 3, 1))
    steps = [(each.as_of, each.action) for each in found if each.action != "none"]
    assert steps == [(date(2027, 1, 16), "issue_call"), (date(2027, 2, 16), "escalate")]


debts = st.integers(0, 10**13)

#: Every step an assessment may take: from, action, to.
PERMITTED = {
    ("covered", "warn", "warning"),
    ("warning", "clear_warning", "covered"),
    ("covered", "issue_call", "call"),
    ("warning", "issue_call", "call"),
    ("cured", "issue_call", "call"),
    ("call", "increase_call", "call"),
    ("escalated", "increase_call", "escalated"),
    ("call", "confirm_cure", "cured"),
    ("escalated", "confirm_cure", "cured"),
    ("call", "escalate", "escalated"),
    ("cured", "close_call", "covered"),
}


def path_is_permitted(start: str, actions: tuple[str, ...], end: str) -> bool:
    at = {start}
    for action in actions:
        at = {to for here, step, to in PERMITTED if here in at and step == action}
    return end in at


@given(
    first=pools, limits=limits(), day=days, changes=st.lists(st.tuples(pools, debts, st.integers(0, 40)), max_size=6)
)
def test_a_called_amount_never_falls_by_itself(
    first: CoverPool, limits: CoverLimits, day: date, changes: list[tuple[CoverPool, int, int]]
) -> None:
    state: CoverState | None = None
    for rights, debt, later in [(first, 10**12, 0), *changes]:
        day += timedelta(days=later)
        found = assess_cover(rights, debt, limits=limits, as_of=day, previous=state)
        before, call = state, found.state.call
        assert path_is_permitted(before.status if before else "covered", found.actions, found.state.status)
        if before is not None and before.has_open_call and found.state.status != "cured":
            assert before.call is not None
            assert call is not None
            assert call.called_fen == max(before.call.called_fen, found.missing_fen)
            assert found.state.has_open_call
        if found.state.status == "cured" and found.action == "confirm_cure":
            assert found.cover.shortfall_fen == 0
        if call is not None:
            assert found.since_call is not None
            moved = found.since_call.repaid_fen + found.since_call.added_fen + found.since_call.revalued_fen
            then = call.exposure_fen - sum(fen for _, fen in call.allowed_by_asset)
            assert moved == then - (found.cover.exposure_fen - found.cover.value.allowed_fen)
        again = assess_cover(rights, debt, limits=limits, as_of=day, previous=found.state)
        assert (again.state, again.action) == (found.state, "none")
        state = found.state


@given(rights=pools, debt=debts, limits=limits(), first=days, length=st.integers(1, 1500), part=st.floats(0, 1))
def test_days_in_one_span_or_in_two(
    rights: CoverPool, debt: int, limits: CoverLimits, first: date, length: int, part: float
) -> None:
    last, middle = first + timedelta(days=length), first + timedelta(days=int(part * (length - 1)))
    whole = follow_cover(rights, debt, limits=limits, first=first, last=last)
    early = follow_cover(rights, debt, limits=limits, first=first, last=middle)
    late = follow_cover(
        rights, debt, limits=limits, first=middle + timedelta(days=1), last=last, previous=early[-1].state
    )
    assert late[-1].state == whole[-1].state
    assert [each for each in (*early, *late) if each.action != "none"] == [e for e in whole if e.action != "none"]


BETTER = assess(pool(worth(PATENT, 5_000_000), MARK), 2_400_000, called(), NEXT)
REDUCE: dict[str, Any] = {"to_fen": 550_000_00, "made_by": "wang", "approved_by": "li", "reason": "new appraisal"}


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: assess(BOTH, -1), InputError, "outstanding: found -100, expected 0 or more"),
        (
            lambda: assess(BOTH, 1, called(), date(2026, 3, 30)),
            InputError,
            "as_of: found 2026-03-30, expected 2026-03-31 or later, the day of the state before",
        ),
        (
            lambda: follow_cover(BOTH, 1, limits=LIMITS, first=NEXT, last=DAY),
            InputError,
            "last: found 2026-03-31, expected 2026-04-01 or later",
        ),
        (
            lambda: replace(LIMITS, warning_share=Decimal("1.2")),
            InputError,
            "warning_share: found 1.2, expected from 0 to 1.10",
        ),
        (
            lambda: replace(LIMITS, enforcement_share=Decimal("NaN")),
            InputError,
            "enforcement_share: found NaN, expected from 0 to 100",
        ),
        (
            lambda: replace(LIMITS, restore_share=Decimal("1.05")),
            InputError,
            "restore_share: found 1.05, expected from 0 to 1",
        ),
        (
            lambda: replace(LIMITS, buffer_share=Decimal("0.91")),
            InputError,
            "buffer_share: found 0.91, expected from 0 to 0.90",
        ),
        (
            lambda: replace(LIMITS, buffer_share=Fraction(-1, 2)),
            InputError,
            "buffer_share: found -1/2, expected from 0 to 0.90",
        ),
        (
            lambda: replace(LIMITS, cure_period_days=-1),
            InputError,
            "cure_period_days: found -1, expected from 0 to 3660",
        ),
        (
            lambda: replace(LIMITS, concentration_share=Decimal(2)),
            InputError,
            "concentration_share: found 2, expected from 0 to 1",
        ),
        (lambda: CoverState("call", DAY), InputError, "call: found none, expected one when the cover is call"),
        (
            lambda: CoverState("covered", DAY, called().call),
            InputError,
            "call: found one, expected none when the cover is covered",
        ),
        (
            lambda: reduce_call(BETTER, **{**REDUCE, "approved_by": "wang"}),
            InputError,
            "approved_by: found 'wang', expected another person than 'wang'",
        ),
        (
            lambda: reduce_call(BETTER, **{**REDUCE, "approved_by": " "}),
            InputError,
            "approved_by: found ' ', expected another person than 'wang'",
        ),
        (
            lambda: reduce_call(BETTER, **{**REDUCE, "reason": " "}),
            InputError,
            "reason: found nothing, expected why the call is reduced",
        ),
        (
            lambda: reduce_call(BETTER, **{**REDUCE, "to_fen": 549_999_99}),
            InputError,
            "to_fen: found 54999999, expected from 55000000, what is missing, to below the called 80000000",
        ),
        (
            lambda: reduce_call(BETTER, **{**REDUCE, "to_fen": 800_000_00}),
            InputError,
            "to_fen: found 80000000, expected from 55000000, what is missing, to below the called 80000000",
        ),
        (
            lambda: reduce_call(assess(BOTH, 1), **REDUCE),
            RefusalError,
            "call: found the cover is covered, expected an open call. There is nothing to reduce.",
        ),
    ],
)
def test_bad_input_is_refused(wrong: Callable[[], object], error: type[IpfinError], message: str) -> None:
    with pytest.raises(error) as caught:
        wrong()
    assert str(caught.value) == message
