"""How much may be drawn, and which right may leave?

Hand: the pool of two rights (3,100,000 allowed), arithmetic beside the number. Identities by hypothesis, held against
the cover machine: the largest draw opens no call and one fen more does or lies above the allowed amount; a permitted
release never leaves a shortfall and never opens a warning.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.cover_limits import CoverLimits
from pledge.cover_permits import maximum_draw, release_test
from pledge.cover_pool import assess_cover
from pledge.cover_state import CoverState
from pledge.pledged_pool import CoverPool, UnsecuredLimit
from tests.pledge.pools import DAY, LIMITS, PATENT, days, limits, pool, pools
from valuation.errors import InputError, UnknownNameError

MARK = replace(PATENT, id="mark", kind="trademark", pledge_rate_share=Decimal("0.30"), market_value_fen=2_000_000_00)
BOTH = pool(PATENT, MARK)
STRICT = replace(LIMITS, enforcement_share=Decimal("0.95"), restore_share=Decimal("0.95"))


def called() -> CoverState:
    return assess_cover(BOTH, 9_000_000_00, limits=LIMITS, as_of=DAY).state


def warned() -> CoverState:
    return assess_cover(BOTH, 2_800_000_00, limits=LIMITS, as_of=DAY).state


def test_largest_draw_by_hand() -> None:
    # 3,100,000 allowed although a call comes only at 110 %; with a call at 95 %: 2,945,000.
    found = maximum_draw(BOTH, 1_000_000_00, limits=LIMITS, as_of=DAY)
    assert (found.maximum_fen, found.unsecured_part_fen) == (2_100_000_00, 0)
    assert maximum_draw(BOTH, 1_000_000_00, limits=STRICT, as_of=DAY).maximum_fen == 1_945_000_00
    assert maximum_draw(BOTH, 4_000_000_00, limits=LIMITS, as_of=DAY).maximum_fen == 0
    assert found.as_document()["reason"]["en"] == (
        "the rights carry 3100000.00 yuan, the unsecured limit 0.00 yuan, owed 1000000.00 yuan"
    )


def test_before_registration_only_an_explicit_unsecured_limit_carries() -> None:
    unregistered = replace(PATENT, registered_on=None)
    assert maximum_draw(pool(unregistered), 0, limits=LIMITS, as_of=DAY).maximum_fen == 0
    bare = pool(unregistered, unsecured=UnsecuredLimit(300_000_00, date(2026, 4, 30)))
    found = maximum_draw(bare, 100_000_00, limits=LIMITS, as_of=DAY)
    assert (found.maximum_fen, found.unsecured_part_fen) == (200_000_00, 200_000_00)
    assert maximum_draw(bare, 0, limits=LIMITS, as_of=date(2026, 5, 1)).maximum_fen == 0
    mixed = pool(unregistered, MARK, unsecured=UnsecuredLimit(300_000_00, date(2026, 4, 30)))
    found = maximum_draw(mixed, 100_000_00, limits=LIMITS, as_of=DAY)
    assert found.as_document()["maximum"] == "800000.00"
    assert found.as_document()["unsecured_part"] == "300000.00"


def test_nothing_is_drawn_while_a_call_is_open() -> None:
    found = maximum_draw(BOTH, 1_000_000_00, limits=LIMITS, as_of=DAY, state=called())
    assert (found.maximum_fen, found.reason.zh) == (0, "补足通知尚未了结，不得放款")


def test_release_by_hand() -> None:
    # Without the mark 2,500,000 are allowed: 2,250,000 is 90 %, 2,125,000 is 85 %.
    def ask(owed_yuan: int, state: CoverState | None = None) -> list[str]:
        found = release_test(BOTH, ("mark",), outstanding_fen=owed_yuan * 100, limits=LIMITS, as_of=DAY, state=state)
        assert found.permitted is (not found.reasons)
        return [reason.en for reason in found.reasons]

    assert ask(2_250_000) == []
    assert ask(2_250_001) == ["after the release the ratio is above the warning limit"]
    assert ask(2_250_000, warned()) == ["after the release the ratio is above the warning limit"]
    assert ask(2_125_000, warned()) == []
    assert ask(2_600_000) == [
        "after the release 100000.00 yuan are missing",
        "after the release the ratio is above the warning limit",
    ]
    assert ask(1, called()) == ["a call is open"]


def test_nothing_owed_releases_everything() -> None:
    found = release_test(BOTH, ("mark", "patent"), outstanding_fen=0, limits=LIMITS, as_of=DAY)
    assert found.as_document()["permitted"] is True
    assert found.as_document()["after"]["assets"] == []


debts = st.integers(0, 10**13)


@given(rights=pools, debt=debts, limits=limits(), day=days)
def test_the_largest_draw_opens_no_call_and_is_the_largest(
    rights: CoverPool, debt: int, limits: CoverLimits, day: date
) -> None:
    room = maximum_draw(rights, debt, limits=limits, as_of=day).maximum_fen
    drawn = assess_cover(rights, debt + room, limits=limits, as_of=day)
    more = assess_cover(rights, debt + room + 1, limits=limits, as_of=day)
    if room:
        assert drawn.action != "issue_call"
        assert drawn.cover.shortfall_fen == 0
    assert more.action == "issue_call" or more.cover.shortfall_fen > 0


@given(rights=pools, debt=debts, limits=limits(), day=days, data=st.data())
def test_a_permitted_release_never_leaves_a_shortfall(
    rights: CoverPool, debt: int, limits: CoverLimits, day: date, data: st.DataObject
) -> None:
    before = assess_cover(rights, debt, limits=limits, as_of=day)
    names = tuple(asset.id for asset in rights.assets if data.draw(st.booleans()))
    found = release_test(rights, names, outstanding_fen=debt, limits=limits, as_of=day, state=before.state)
    after = assess_cover(rights.without(*names), debt, limits=limits, as_of=day, previous=before.state)
    assert found.after == after.cover
    if found.permitted:
        assert after.cover.shortfall_fen == 0
        assert after.state.status == "covered"
    elif before.state.status == "covered":
        assert after.state.status != "covered" or after.cover.shortfall_fen > 0


def test_bad_input_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^asset: found 'ship', expected one of mark, patent$"):
        release_test(BOTH, ("ship",), outstanding_fen=0, limits=LIMITS, as_of=DAY)
    with pytest.raises(InputError, match=r"^outstanding: found -1, expected 0 or more$"):
        maximum_draw(BOTH, -1, limits=LIMITS, as_of=DAY)
