"""When public money can be drawn: against hand calculation, and properties of the delayed course."""

import datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverage.course import Course
from leverage.path_money import CourseShares
from leverage.policy import load_policies
from leverage.programme import MoneyLine, Payment, Programme, load_programmes
from leverage.run_answer import RunAnswer
from leverage.scenario_run import run_paths
from leverage.timetable import available_shares, course_on_quarters, quarter_of
from pledge.instalments import months_after
from tests.leverage.builders import COURSE
from tests.leverage.runs import asked, equity, parsed, pool
from tests.leverage.test_instrument_ledger import lost
from tests.leverage.test_path_money import resolved
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse

FIRST_DAY = datetime.date(2026, 3, 31)
HELD = "50000000.00"


def line(name: str = "high_tech_central", amount: str = HELD) -> MoneyLine:
    label = {"zh": "甲", "en": "one"}
    return parse(
        MoneyLine,
        {"id": name, "label": label, "park": "p", "source_class": "central", "amount": amount, "source": "s"},
    )


def payment(day: str, amount: str, name: str = "high_tech_central") -> Payment:
    return parse(Payment, {"line": name, "day": day, "amount": amount})


def laid(course: dict[str, Any], available: dict[int, Fraction] | None = None, quarters: int = 40) -> CourseShares:
    made = parse(Course, course)
    return course_on_quarters(made, first_day=FIRST_DAY, quarters=quarters, available=available)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2026-03-31", 0), ("2026-06-29", 0), ("2026-06-30", 1), ("2026-09-30", 2), ("2027-03-31", 4), ("2026-03-30", -1)],
)
def test_the_quarter_of_a_day(day: str, quarter: int) -> None:
    """Quarters begin on the last days of March, June, September and December, as months_after steps them."""
    assert quarter_of(datetime.date.fromisoformat(day), first_day=FIRST_DAY) == quarter


@given(first=st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31)), quarters=st.integers(0, 80))
def test_quarters_begin_where_months_are_stepped(first: datetime.date, quarters: int) -> None:
    day = months_after(first, 3 * quarters)
    assert quarter_of(day, first_day=first) == quarters
    assert quarter_of(day - datetime.timedelta(days=1), first_day=first) == quarters - 1


def test_money_without_a_timetable_is_there_from_the_start() -> None:
    assert available({"high_tech_central": 5}) == {0: 1}


def available(placed: dict[str, int], *payments: Payment) -> dict[int, Fraction]:
    lines = {name: line(name) for name in placed}
    return available_shares(placed, lines, payments, first_day=FIRST_DAY)


def test_money_is_there_by_its_payments() -> None:
    """Central: 20 % before the run, 80 % in quarter 4. City: all in quarter 2; of it the allocation has three times as
    much: 0.25 · 0.2 at once, 0.75 in quarter 2, 0.25 · 0.8 in quarter 4.
    """
    rows = [payment("2026-01-31", "10000000.00"), payment("2027-03-31", "40000000.00")]
    assert available({"high_tech_central": 7}, *rows) == {0: Fraction(1, 5), 4: Fraction(4, 5)}
    found = available({"high_tech_central": 10, "city": 30}, *rows, payment("2026-09-30", HELD, "city"))
    assert found == {0: Fraction(1, 20), 2: Fraction(3, 4), 4: Fraction(1, 5)}


def test_a_timetable_of_a_part_is_refused_naming_the_line() -> None:
    with pytest.raises(RefusalError, match=r"timetable: high_tech_central: found a share of 0\.2 dated"):
        available({"high_tech_central": 1}, payment("2026-03-31", "10000000.00"))


def test_a_delayed_draw_delays_what_follows_by_hand() -> None:
    """Half is drawn in quarter 0 and half in quarter 1; 0.1 is lost in quarter 1 and 0.9 repaid in quarter 4, with a
    gain of 0.2. Money for 0.7 is there at once and for 0.3 in quarter 3: of the second half 0.2 are drawn in quarter 1
    and 0.3 in quarter 3, two quarters late. What ends last, the last 0.3 of the 0.9, ends in quarter 6; so does its
    part of the gain, 0.3 of 1 of 0.2.
    """
    found = laid(COURSE, {0: Fraction(7, 10), 3: Fraction(3, 10)}, quarters=8)
    assert found.drawn.round(12).tolist() == [0.5, 0.2, 0, 0.3, 0, 0, 0, 0]
    assert found.lost.round(12).tolist() == [0, 0.1, 0, 0, 0, 0, 0, 0]
    assert found.repaid.round(12).tolist() == [0, 0, 0, 0, 0.6, 0, 0.3, 0]
    assert found.gain.round(12).tolist() == [0, 0, 0, 0, 0.14, 0, 0.06, 0]
    assert found.available.tolist() == [0.7, 0, 0, 0.3, 0, 0, 0, 0]
    assert found.last == 6


def test_a_course_that_begins_later_pays_in_what_is_there_when_it_begins() -> None:
    later = {**COURSE, "first_day": "2026-09-30"}
    found = laid(later, {0: Fraction(1, 2), 1: Fraction(1, 4), 5: Fraction(1, 4)})
    assert found.available[:8].tolist() == [0, 0, 0.75, 0, 0, 0.25, 0, 0]
    assert found.drawn[:8].tolist() == [0, 0, 0.5, 0.25, 0, 0.25, 0, 0]


@given(course=resolved(), waits=st.lists(st.integers(0, 12), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_money_is_never_drawn_before_it_is_there_and_none_is_lost_on_the_way(
    course: dict[str, Any], waits: list[int]
) -> None:
    available: dict[int, Fraction] = {}
    for place in waits:
        available[place] = available.get(place, Fraction(0)) + Fraction(1, len(waits))
    plain, late = laid(course), laid(course, available)
    for name in ("drawn", "repaid", "lost", "gain"):
        now, then = getattr(plain, name), getattr(late, name)
        assert then.sum() == pytest.approx(now.sum())
        assert (np.cumsum(then) <= np.cumsum(now) + 1e-12).all()
    assert (np.cumsum(late.drawn) <= np.cumsum(late.available) + 1e-12).all()
    assert (np.cumsum(late.repaid + late.lost) <= np.cumsum(late.drawn) + 1e-12).all()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"first_day": "2025-12-31"}, "first_day: found 2025-12-31, expected 2026-03-31 or later"),
        ({"first_day": "2035-12-31"}, "found a course until quarter 44, expected one within 40 quarters"),
        ({"quarters": [{"drawn_share": "1"}]}, "neither repaid nor lost"),
        ({"quarters": [{}]}, "found no draws"),
    ],
)
def test_a_course_that_does_not_fit_the_run_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        laid({**COURSE, **changes})


# --- a programme that states a timetable ------------------------------------------------------------------


def run(data: dict[str, Any], *payments: Payment) -> RunAnswer:
    programmes = load_programmes()
    stated: Programme = programmes["haikou_2021"].model_copy(update={"timetable": payments})
    return run_paths(parsed(data), programmes={"haikou_2021": stated}, policies=load_policies())


STAGED = (
    payment("2026-03-31", "50000000.00"),
    payment("2027-03-31", "25000000.00", "high_tech_city"),
    payment("2027-09-30", "25000000.00", "high_tech_city"),
)


def test_equity_follows_the_timetable_by_hand() -> None:
    """The central 5,000万 are there at once, the city's in quarters 4 and 6, half each: of 0.8亿 of the programme and
    0.4亿 beside it half is drawn in the first year, half in the second.
    """
    years = run(asked(equity(), quarters=16), *STAGED).alternatives[0].years
    assert [row.paid_in for row in years] == [40_000_000, 40_000_000, 0, 0]
    assert [row.to_firms.mean.value for row in years] == [60_000_000, 60_000_000, 0, 0]


def test_a_pool_is_paid_in_and_lends_by_the_timetable_by_hand() -> None:
    """Of 0.6亿 that are there at once and 0.4亿 that come a year later, the banks lend six times each."""
    rows = (payment("2026-03-31", HELD), payment("2026-03-31", "10000000.00", "high_tech_city"))
    later = payment("2027-03-31", "40000000.00", "high_tech_city")
    data = asked(pool(course=lost("0.1")), quarters=12)
    years = run(data, *rows, later).alternatives[0].years
    assert [row.paid_in for row in years] == pytest.approx([60_000_000, 40_000_000, 0])
    assert [row.to_firms.mean.value for row in years] == pytest.approx([360_000_000, 240_000_000, 0])


def test_a_timetable_changes_when_and_not_what() -> None:
    data = asked(pool(), equity(), quarters=16)
    plain, staged = run(data), run(data, *STAGED)
    for way in ("way_1", "way_2"):
        assert staged.paths.net(way) == pytest.approx(plain.paths.net(way))
        assert staged.paths.reached(way) == pytest.approx(plain.paths.reached(way))
    assert staged.digest != plain.digest
