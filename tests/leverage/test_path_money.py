"""Money on many paths: against the ledger in whole fen of every instrument (the second way), and properties.

A path on which the course's own share is lost is the course, so that its money must be the ledger's up to the rounding
of fen; a path with another loss must be the ledger of the course that states that loss.
"""

import datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leverage.course import Course
from leverage.instrument import PlacedMoney, Placement, load_instruments
from leverage.instrument_ledger import FIRMS, InstrumentAccount
from leverage.path_money import CourseShares, PathCourse, PathMoney, PathShares
from leverage.timetable import course_on_quarters, quarter_of
from tests.leverage.builders import COURSE
from tests.leverage.test_instrument_ledger import CASES, courses, lost
from valuation.kernel.fields import parse

MODELS = load_instruments()
FIRST_DAY = datetime.date(2026, 3, 31)
QUARTERS = 8
#: What stays with an institution is cash of its vehicle in the ledger.
HOLDS = ("lender", "guarantor")


def laid(course: dict[str, Any]) -> CourseShares:
    return course_on_quarters(parse(Course, course), first_day=FIRST_DAY, quarters=QUARTERS)


def placement(name: str, fen: int) -> Placement:
    money = (PlacedMoney("one", "city", fen - fen // 3), PlacedMoney("two", "central", fen // 3))
    return Placement(CASES[name][0], CASES[name][0], money, {}, datetime.date(2025, 12, 31))


def on_paths(name: str, course: dict[str, Any], fen: int, *, shares: PathShares | None = None) -> PathMoney:
    """Ask the instrument itself; on the course's own path when no shares are given."""
    rows = laid(course)
    own = PathShares(np.array([rows.lost_share]), np.array([rows.gain_share]))
    instrument = MODELS[CASES[name][0]]
    assert instrument.paths is not None
    terms = parse(instrument.terms_model, CASES[name][1])
    return instrument.paths(terms, placement(name, fen), PathCourse.of(rows, shares or own))


def ledger(name: str, course: dict[str, Any], fen: int) -> InstrumentAccount:
    instrument = MODELS[CASES[name][0]]
    assert instrument.account is not None
    terms = parse(instrument.terms_model, CASES[name][1])
    return instrument.account(terms, placement(name, fen), parse(Course, course))


def check_same(name: str, money: PathMoney, account: InstrumentAccount) -> None:
    """Quarter by quarter within the fen that cumulative rounding of two lines and the others' calls may shift."""
    rows = np.zeros((3, QUARTERS))
    for day, *amounts in account.timetable():
        rows[:, quarter_of(day, first_day=FIRST_DAY)] += np.array(amounts) / 100
    for found, expected in zip((money.paid_in, money.back, money.reached), rows, strict=True):
        assert np.abs(found[0] - expected).max() <= 0.10
    if name in HOLDS:
        vehicle = f"vehicle:{CASES[name][0]}"
        assert money.held[0] == pytest.approx(account.ledger.balance(vehicle, "cash") / 100, abs=0.10)
    else:
        assert money.held[0] == 0
    if abs(account.principal.measured_fen - account.principal.limit_fen) > 10:
        assert bool(money.is_lost[0]) == account.principal.is_lost
    for party, flows in money.parties.items():
        paid = sum(account.ledger.paid_out(party).values())
        received = sum(account.ledger.received(party).values())
        assert flows.paid[0] == pytest.approx(paid / 100, abs=0.20)
        assert flows.received[0] == pytest.approx(received / 100, abs=0.20)


def is_resolved(course: dict[str, Any]) -> bool:
    made = parse(Course, course)
    return made.is_resolved and any(row.drawn_share for row in made.quarters)


@st.composite
def resolved(draw: st.DrawFn) -> dict[str, Any]:
    """Any course, all that is still out repaid in one more quarter."""
    course = draw(courses())
    rows = [parse(Course, {**course, "quarters": [row]}).quarters[0] for row in course["quarters"][:1]]
    assert rows, "a course has quarters"
    out = sum(
        Fraction(row["drawn_share"]) - Fraction(row["repaid_share"]) - Fraction(row["lost_share"])
        for row in course["quarters"]
    )
    last = {"repaid_share": format(float(out), ".3f"), "gain_share": "0.5"}
    made = {**course, "quarters": [*course["quarters"], last]}
    assume(is_resolved(made))
    return made


@pytest.mark.parametrize("name", sorted(CASES))
@given(course=resolved(), fen=st.integers(3, 10**11))
@settings(max_examples=12, deadline=None)
def test_the_courses_own_path_is_the_ledger(name: str, course: dict[str, Any], fen: int) -> None:
    check_same(name, on_paths(name, course, fen), ledger(name, course, fen))


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("share", ["0", "0.05", "0.1", "0.2", "0.334", "0.7", "1"])
def test_a_path_with_another_loss_is_the_ledger_of_that_course(name: str, share: str) -> None:
    """Drawn at once and ended a quarter later, so that the loss of a path alone makes the other course."""
    shares = PathShares(np.array([float(share)]), np.array([0.0]))
    fen = 10_000_000_000
    check_same(name, on_paths(name, lost("0.1"), fen, shares=shares), ledger(name, lost(share), fen))


@given(course=resolved(), losses=st.lists(st.floats(0, 1), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_every_path_ends_what_the_course_ends_and_loses_its_own_share(
    course: dict[str, Any], losses: list[float]
) -> None:
    rows = laid(course)
    made = PathCourse.of(rows, PathShares(np.array(losses), np.full(len(losses), 0.3)))
    assert np.allclose(made.lost.sum(axis=1), np.array(losses) * made.drawn_share, atol=1e-12)
    assert np.allclose(made.repaid + made.lost, rows.repaid + rows.lost, atol=1e-15)
    assert made.repaid.min() >= -1e-12
    assert made.lost.min() >= 0
    assert np.allclose(made.gain.sum(axis=1), 0.3 * made.drawn_share)


def test_losses_and_gains_by_hand() -> None:
    """0.1 of all is written off in quarter 2, 0.9 repaid in quarter 5. Of a loss of 0.05 half of 0.1 is repaid in
    quarter 2; of 0.55, that is half of what the course leaves, half of the 0.9 too is written off. Gain as stated.
    """
    made = PathCourse.of(laid(COURSE), PathShares(np.array([0.05, 0.55]), np.array([0.0, 1.0])))
    assert made.lost[0].round(12).tolist() == [0, 0.05, 0, 0, 0, 0, 0, 0]
    assert made.repaid[0].round(12).tolist() == [0, 0.05, 0, 0, 0.9, 0, 0, 0]
    assert made.lost[1].round(12).tolist() == [0, 0.1, 0, 0, 0.45, 0, 0, 0]
    assert made.gain.round(12).tolist() == [[0] * 8, [0, 0, 0, 0, 1, 0, 0, 0]]


def test_a_course_without_gains_has_them_when_money_ends() -> None:
    made = PathCourse.of(laid(lost("0.25")), PathShares(np.array([0.25]), np.array([2.0])))
    assert made.gain[0].tolist() == [0, 2, 0, 0, 0, 0, 0, 0]


def test_firms_are_no_party() -> None:
    assert FIRMS not in on_paths("pool", COURSE, 10**9).parties
