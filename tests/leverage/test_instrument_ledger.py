"""The ledger of every instrument: double entry, mirrored between parties, no vehicle below zero, losses by definition.

Expected values by hand, with the arithmetic in the test; identities by hypothesis, for every instrument that is a file,
over any course.
"""

import copy
import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverage.course import Course
from leverage.instrument import PlacedMoney, Placement, load_instruments
from leverage.instrument_ledger import FIRMS, InstrumentAccount, Ledger, Posting, paid
from tests.leverage.builders import (
    COMPANY_TERMS,
    COURSE,
    FUND_TERMS,
    GUARANTOR_TERMS,
    TERMS,
    allocation,
    figure,
    request,
    run,
)
from valuation.errors import RefusalError
from valuation.kernel.fields import parse

YUAN = 100
FIRST, SECOND, LAST = (datetime.date(2026, 3, 31), datetime.date(2026, 6, 30), datetime.date(2027, 3, 31))
LOSS_SHARE = {"pool_loss_share": figure("0.5")}
WITH_PARENT = {**FUND_TERMS, "parent": {"lifetime_fee_share": figure("0.05")}}
BUY_BACK = {key: value for key, value in TERMS["convertible"].items() if key != "converted_share"} | {"way": "buy_back"}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "pool": ("loss_compensation_pool", {**TERMS["loss_compensation_pool"], **LOSS_SHARE}),
    "lender": ("capital_injection", TERMS["capital_injection"]),
    "guarantor": ("capital_injection", GUARANTOR_TERMS),
    "company": ("capital_injection", COMPANY_TERMS),
    "fund": ("fund", FUND_TERMS),
    "parent": ("fund", WITH_PARENT),
    "equity": ("direct_equity", TERMS["direct_equity"]),
    "subsidy": ("interest_subsidy", TERMS["interest_subsidy"]),
    "guarantee": ("portfolio_guarantee", TERMS["portfolio_guarantee"]),
    "convertible": ("convertible", TERMS["convertible"]),
    "buy_back": ("convertible", BUY_BACK),
}


def account(name: str, course: dict[str, Any] = COURSE, **terms: Any) -> InstrumentAccount:
    instrument, given_terms = CASES[name]
    asked = allocation(instrument, terms={**copy.deepcopy(given_terms), **terms}, course=course)
    found = run(request(asked)).alternatives[0].allocations[0].account
    assert found is not None
    return found


def lost(share: str) -> dict[str, Any]:
    """All is drawn at once; a share is lost in the next quarter, the rest comes back."""
    rest = str(1 - Decimal(share))
    return {**COURSE, "quarters": [{"drawn_share": "1"}, {"lost_share": share, "repaid_share": rest}]}


def test_every_instrument_keeps_a_ledger_and_is_tested_here() -> None:
    assert {instrument for instrument, _ in CASES.values()} == set(load_instruments())
    assert all(instrument.account is not None for instrument in load_instruments().values())


def test_a_payment_has_four_postings_and_half_of_it_cannot_be_booked() -> None:
    with pytest.raises(AssertionError, match="add up to zero"):
        Ledger((Posting(FIRST, "a", "cash", "b", 1),))
    with pytest.raises(AssertionError, match="mirror image"):
        Ledger(tuple(row for row in paid(FIRST, "a", "b", "loan", 1) if row.party == "a"))


def test_the_pool_by_hand() -> None:
    """Pool 1.0亿; banks lend 6亿; a tenth, 0.6亿, is lost; half of it, 0.3亿, is compensated; 0.7亿 goes back."""
    found = account("pool")
    vehicle = "vehicle:loss_compensation_pool"
    assert found.ledger.balance("bank", "compensation") == -30_000_000 * YUAN
    assert found.ledger.balance("bank", "loss") == 60_000_000 * YUAN
    assert found.ledger.balance(vehicle, "cash") == 0
    assert found.timetable() == (
        (FIRST, 100_000_000 * YUAN, 0, 300_000_000 * YUAN),
        (SECOND, 0, 0, 300_000_000 * YUAN),
        (LAST, 0, 70_000_000 * YUAN, 0),
    )
    assert not found.principal.is_lost


def test_a_pool_is_lost_when_it_is_exhausted() -> None:
    """Half of 6亿 lost at 50 % asks for 1.5亿; the pool has 1.0亿 and the banks bear the rest."""
    found = account("pool", lost("0.5"))
    assert found.ledger.balance("bank", "compensation") == -100_000_000 * YUAN
    assert found.principal.is_lost
    assert not account("pool", lost("0.3333")).principal.is_lost


def test_a_pool_without_a_share_of_loss_has_no_account() -> None:
    asked = allocation("loss_compensation_pool", course=COURSE)
    with pytest.raises(RefusalError, match="pool_loss_share: found nothing, expected the share of a loss"):
        run(request(asked))


def test_the_guarantor_by_hand() -> None:
    """Liability 8 × 1.0 × 0.5 = 4亿 behind loans of 5亿; of 0.5亿 lost it pays 80 %, 0.4亿; 25 % lost takes all."""
    found = account("guarantor")
    assert found.ledger.balance("bank", "compensation") == -40_000_000 * YUAN
    assert found.ledger.balance("vehicle:capital_injection", "cash") == 60_000_000 * YUAN
    assert not found.principal.is_lost
    assert account("guarantor", lost("0.25")).principal.is_lost
    beyond = account("guarantor", lost("0.5"))
    assert beyond.ledger.balance("bank", "compensation") == -100_000_000 * YUAN  # of calls of 2亿
    assert beyond.principal.measured_fen == 200_000_000 * YUAN


def test_the_lender_pays_its_funders_first_by_hand() -> None:
    """Lends 6亿, 5亿 borrowed. Of 5.4亿 repaid the funders get their 5亿; 0.4亿 of the capital is left, 0.6亿 lost."""
    found = account("lender")
    assert found.ledger.balance("private", "loan") == 0
    assert found.ledger.balance("vehicle:capital_injection", "cash") == 40_000_000 * YUAN
    assert not found.principal.is_lost
    assert account("lender", lost("0.2")).principal.is_lost  # 1.2亿 of write-offs against 1.0亿


def test_an_operating_company_by_hand() -> None:
    """1.0亿 in; 0.9 comes back and 0.2 on top: 1.1 in all."""
    found = account("company")
    assert (found.paid_in_fen(), found.back_fen()) == (100_000_000 * YUAN, 110_000_000 * YUAN)
    assert not found.principal.is_lost
    assert account("company", lost("0.01")).principal.is_lost


def test_the_fund_by_hand() -> None:
    """Programme 1.0 of 4.0亿; the others pay in half of 3.0. In: 2.5; fees 0.5; invested 2.0 × 0.75 = 1.5.

    Firms bring 1.5 × (0.9 + 0.2) = 1.65 and 0.5 was never invested: 2.15, of which the programme has 1/2.5 = 0.86.
    """
    found = account("fund")
    assert (found.paid_in_fen(), found.back_fen()) == (100_000_000 * YUAN, 86_000_000 * YUAN)
    assert found.ledger.balance("manager", "fee") == -50_000_000 * YUAN
    assert found.principal.is_lost
    assert found.principal.is_final
    # 100 paid in, 86 back: the rest of the claim is written off and nothing stays open.
    lines = [name for name in found.ledger.parties() if name.startswith("line:")]
    assert sum(found.ledger.balance(name, "loss") for name in lines) == 14_000_000 * YUAN
    assert all(found.ledger.balance(name, "capital") == 0 for name in lines)


def test_a_parent_fund_takes_its_fee_first_by_hand() -> None:
    """5 % of 1.0亿 stays with the parent's manager; 0.95亿 of 3.8亿 is the share of a quarter."""
    found = account("parent")
    assert found.ledger.balance("vehicle:fund", "undrawn") == 0
    assert sum(found.ledger.paid_out("vehicle:fund.parent").values()) == sum(
        found.ledger.received("vehicle:fund.parent").values()
    )
    # In: 0.95 + 2.85/2 = 2.375; fees 0.475; invested 1.9 × 0.75 = 1.425; back 1.425 × 1.1 + 0.475 = 2.0425, × 0.4.
    assert found.back_fen() == 81_700_000 * YUAN
    assert found.ledger.balance("manager", "fee") == -(5_000_000 + 47_500_000) * YUAN


def test_direct_equity_by_hand() -> None:
    """0.8 × (1.0 + 0.5)亿; the lines get 0.8 × 1.1 = 0.88亿, the others 0.44亿."""
    found = account("equity")
    assert (found.paid_in_fen(), found.back_fen()) == (80_000_000 * YUAN, 88_000_000 * YUAN)
    assert sum(found.ledger.received("private").values()) == 44_000_000 * YUAN


def test_a_subsidy_is_spent_by_hand() -> None:
    """1.0亿 / (2 % × 2 years) = 25亿; half is lent; 12.5亿 × 4 % = 0.5亿 is spent and 0.5亿 goes back."""
    found = account("subsidy")
    assert found.ledger.balance(FIRMS, "subsidy") == -50_000_000 * YUAN
    assert found.back_fen() == 50_000_000 * YUAN
    assert found.principal.is_lost


def test_a_capped_guarantee_by_hand() -> None:
    """1.0亿 / (50 % × 20 %) = 10亿; 6亿 lent; cap 0.6亿; half of 0.6亿 lost is called: 0.3亿. 20 % lost is the cap."""
    found = account("guarantee")
    assert found.ledger.balance("bank", "compensation") == -30_000_000 * YUAN
    assert not found.principal.is_lost
    for share in ("0.2", "0.9"):
        capped = account("guarantee", lost(share))
        assert capped.ledger.balance("bank", "compensation") == -60_000_000 * YUAN
        assert capped.principal.is_lost


def test_a_convertible_by_hand() -> None:
    """1.0亿; half converts. The tenth that is lost is of the first half, so that repaid are 0.4亿 of four quarters and
    0.5亿 of three: 0.4 + 0.5 × 0.75 = 0.775亿-years at 6 % on the half not converted: 0.02325亿. Gain 0.2 × 0.5.
    """
    found = account("convertible")
    assert found.back_fen() == (90_000_000 + 2_325_000 + 10_000_000) * YUAN
    assert not found.principal.is_lost


def test_a_buy_back_earns_its_rate_on_all_by_hand() -> None:
    """0.775亿-years at 6 % = 0.0465亿, and no gain."""
    assert account("buy_back").back_fen() == (90_000_000 + 4_650_000) * YUAN


MODELS = load_instruments()


def direct(name: str, course: dict[str, Any], fen: int) -> InstrumentAccount:
    """Ask the instrument itself, with one line of money."""
    instrument, terms = CASES[name]
    found = MODELS[instrument]
    money = (PlacedMoney("one", "city", fen - fen // 3), PlacedMoney("two", "central", fen // 3))
    placement = Placement(instrument, instrument, money, {}, datetime.date(2025, 12, 31))
    assert found.account is not None
    return found.account(parse(found.terms_model, terms), placement, parse(Course, course))


@st.composite
def courses(draw: st.DrawFn) -> dict[str, Any]:
    """Any course that draws at most all, and repays and loses at most what is drawn, in thousandths."""
    quarters, out, left = [], 0, 1000
    for _ in range(draw(st.integers(1, 6))):
        called = draw(st.integers(0, left))
        left, out = left - called, out + called
        back = draw(st.integers(0, out))
        gone = draw(st.integers(0, out - back))
        out -= back + gone
        parts = {
            "drawn_share": called,
            "repaid_share": back,
            "lost_share": gone,
            "gain_share": draw(st.integers(0, 999)),
        }
        quarters.append({key: thousandths(part) for key, part in parts.items()})
    return {**COURSE, "quarters": quarters}


def thousandths(number: int) -> str:
    return format(Decimal(number) / 1000, "f")


@pytest.mark.parametrize("name", sorted(CASES))
@given(course=courses(), fen=st.integers(3, 10**11))
@settings(max_examples=25, deadline=None)
def test_nobody_pays_what_it_does_not_hold(name: str, course: dict[str, Any], fen: int) -> None:
    """Balanced and mirrored by construction; cash adds up to zero; no vehicle is below zero after any day."""
    found = direct(name, course, fen)
    ledger = found.ledger
    assert sum(ledger.balance(party, "cash") for party in ledger.parties()) == 0
    vehicles = [party for party in ledger.parties() if party.startswith("vehicle:")]
    for day in {row.day for row in ledger.postings}:
        assert all(ledger.balance(vehicle, "cash", until=day) >= 0 for vehicle in vehicles)
    assert found.paid_in_fen() <= fen


@pytest.mark.parametrize("name", sorted(CASES))
@given(course=courses(), fen=st.integers(3, 10**11))
@settings(max_examples=10, deadline=None)
def test_every_party_balances_on_every_day(name: str, course: dict[str, Any], fen: int) -> None:
    """Added up here once more, from the postings alone: by party and day, and by pair, account and day."""
    by_party: dict[Any, int] = defaultdict(int)
    by_pair: dict[Any, int] = defaultdict(int)
    for row in direct(name, course, fen).ledger.postings:
        by_party[row.day, row.party] += row.amount_fen
        by_pair[row.day, row.party, row.counterparty, row.account] += row.amount_fen
    assert by_party
    assert set(by_party.values()) == {0}
    for (day, party, other, account_name), amount in list(by_pair.items()):
        assert by_pair[day, other, party, account_name] == -amount


@pytest.mark.parametrize("name", ["pool", "fund", "equity", "guarantee", "buy_back"])
@given(course=courses(), fen=st.integers(3, 10**11))
@settings(max_examples=15, deadline=None)
def test_a_larger_loss_never_brings_more_back(name: str, course: dict[str, Any], fen: int) -> None:
    """Of two courses that differ by a loss instead of a repayment, the one with the loss brings at most as much.

    To within a fen for each quarter and line, which is what rounding the parts of a smaller amount can shift.
    """
    worse = copy.deepcopy(course)
    for quarter in worse["quarters"]:
        both = Decimal(quarter["lost_share"]) + Decimal(quarter["repaid_share"])
        quarter |= {"lost_share": format(both, "f"), "repaid_share": "0"}
    assert direct(name, worse, fen).back_fen() <= direct(name, course, fen).back_fen() + 2 * len(worse["quarters"])
