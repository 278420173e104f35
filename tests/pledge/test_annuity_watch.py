"""Does the watch know what a patent costs to keep on a day, until when, and what can still be saved?

Authority: the implementing rules of 2023, articles 5 (last days move past holidays), 6 (two months from the notice),
115 (six months of grace, 5 % of the full fee for each month let pass, end on the day the fee was due). Hand: the
arithmetic stands line by line above each figure. Properties: days never go backwards, what must be paid never falls
while it is late. Second way: the fees of a whole life against the sum of the published brackets.
"""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.annuity_watch import (
    AnnuityState,
    FeeDue,
    RenewalDecision,
    WatchedPatent,
    annuity_state,
    decide_by_ladder,
    fee_calendar,
    notice_received,
)
from tests.valuation.asking import VARIETY, answered
from tests.valuation.options.samples.renewal_option import sample
from valuation.errors import BeforeFirstStepError, InputError, UnknownNameError
from valuation.kernel.calendar import load_china_calendar
from valuation.kernel.labels import Label

DAY = datetime.date
CALENDAR = load_china_calendar()
#: Filed 2016-06-03, granted in year 3. Year 11 runs from 2026-06-03, a Wednesday, and costs 4,000 yuan in full.
FACTS: dict[str, Any] = {
    "kind": "invention",
    "applicants": "full",
    "filed_on": DAY(2016, 6, 3),
    "granted_on": DAY(2019, 3, 12),
    "expires_on": DAY(2036, 6, 2),
    "paid_through_year": 10,
}


def patent(**facts: Any) -> WatchedPatent:
    return WatchedPatent(**(FACTS | facts))


def state(on: datetime.date, **facts: Any) -> AnnuityState:
    return annuity_state(patent(**facts), on=on, due_soon_days=60, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("on", "status", "months", "annuity", "late"),
    [
        (DAY(2026, 4, 3), "paid", 0, "0.00", "0.00"),  # 61 days before
        (DAY(2026, 4, 4), "due_soon", 0, "4000.00", "0.00"),  # 60 days before
        (DAY(2026, 6, 3), "due_soon", 0, "4000.00", "0.00"),  # the last day
        (DAY(2026, 6, 4), "in_grace", 0, "4000.00", "0.00"),  # less than a month late: nothing is added
        (DAY(2026, 7, 3), "in_grace", 0, "4000.00", "0.00"),
        (DAY(2026, 7, 4), "in_grace", 1, "4000.00", "200.00"),  # 4,000 × 5 % × 1
        (DAY(2026, 8, 3), "in_grace", 1, "4000.00", "200.00"),
        (DAY(2026, 8, 4), "in_grace", 2, "4000.00", "400.00"),  # 4,000 × 5 % × 2
        (DAY(2026, 11, 4), "in_grace", 5, "4000.00", "1000.00"),  # 4,000 × 5 % × 5
        (DAY(2026, 12, 3), "in_grace", 5, "4000.00", "1000.00"),  # the last day of the grace
        (DAY(2026, 12, 4), "lapsed", 0, "0.00", "0.00"),  # the notice is not stated: no sum is guessed
    ],
)
def test_one_fee_day_by_day(on: datetime.date, status: str, months: int, annuity: str, late: str) -> None:
    document = state(on).as_document()
    found = (document["status"], document["months_late"], document["annuity"], document["late_fee"])
    assert found == (status, months, annuity, late)
    assert document["fee_due"]["due_on"] == "2026-06-03"
    assert document["fee_due"]["grace_ends"] == "2026-12-03"


def test_late_fee_is_of_the_full_fee_though_the_fee_is_reduced() -> None:
    # One applicant: 4,000 × (1 - 85 %) = 600; reduced for ten years from year 3, so to year 12. Late: 4,000 × 5 % × 3.
    found = state(DAY(2026, 9, 4), applicants="single")
    assert (found.annuity_fen, found.late_fee_fen, found.pay_now_fen) == (600_00, 600_00, 1_200_00)
    # Two applicants: 4,000 × (1 - 70 %) = 1,200.
    assert state(DAY(2026, 9, 4), applicants="joint").annuity_fen == 1_200_00


def test_restoration_by_hand() -> None:
    # Year 11 unpaid, notice received on Monday 2027-01-04: two months later is Thursday 2027-03-04.
    # 4,000 + 4,000 × 5 % × 5 + 1,000 = 6,000.
    noticed = {"notice_received_on": DAY(2027, 1, 4)}
    found = state(DAY(2027, 3, 4), **noticed)
    assert (found.status, found.restorable_until) == ("lapsed_restorable", DAY(2027, 3, 4))
    assert (found.annuity_fen, found.late_fee_fen, found.restoration_fee_fen) == (4_000_00, 1_000_00, 1_000_00)
    assert found.pay_now_fen == 6_000_00
    assert found.ended_on == DAY(2026, 6, 3)  # it ended, looking back, on the day the fee was due
    assert not found.in_force
    lost = state(DAY(2027, 3, 5), **noticed)
    assert (lost.status, lost.pay_now_fen, lost.restorable_until) == ("lost", 0, DAY(2027, 3, 4))
    assert "质押物价值为零" in lost.as_document()["pledgee"]["zh"]


def test_a_notice_nobody_stated_leaves_the_window_open_and_named() -> None:
    found = state(DAY(2027, 1, 4))
    assert (found.status, found.restorable_until, found.missing) == ("lapsed", None, ("patent.notice_received_on",))
    assert not found.in_force


def test_posted_notice_counts_as_received_fifteen_days_later() -> None:
    assert notice_received(DAY(2026, 12, 20), by_post=True) == DAY(2027, 1, 4)
    assert notice_received(DAY(2026, 12, 20), by_post=False) == DAY(2026, 12, 20)


def test_last_days_move_past_holidays_and_months_do_not() -> None:
    # Due on Saturday 2026-10-03 in the national holiday: payable to Thursday 8 October.
    # The months of a late fee count from the 3rd: one has been let pass on 4 November.
    facts = {"filed_on": DAY(2016, 10, 3), "expires_on": DAY(2036, 10, 2)}
    assert state(DAY(2026, 10, 8), **facts).status == "due_soon"
    assert state(DAY(2026, 10, 9), **facts).months_late == 0
    assert state(DAY(2026, 11, 3), **facts).late_fee_fen == 0
    assert state(DAY(2026, 11, 4), **facts).late_fee_fen == 200_00
    # Six months: Saturday 2027-04-03, to Monday the 5th, by weekends alone; the notice for 2027 is not out.
    found = state(DAY(2026, 11, 4), **facts)
    assert found.fee_due is not None
    assert found.fee_due.grace_ends == DAY(2027, 4, 5)
    assert "calendar_past_horizon" in {warning.code for warning in found.warnings}
    # The sixth month let pass on the moved last day is charged no more than the five months of the table.
    assert state(DAY(2027, 4, 5), **facts).late_fee_fen == 1_000_00


def test_whole_life_by_the_brackets() -> None:
    rows = fee_calendar(patent(), on=DAY(2026, 1, 1), calendar=CALENDAR)
    assert [row.year for row in rows] == list(range(4, 21))
    # Years 4-6: 1,200 × 3; 7-9: 2,000 × 3; 10-12: 4,000 × 3; 13-15: 6,000 × 3; 16-20: 8,000 × 5.
    assert sum(row.payable_fen for row in rows) == (3_600 + 6_000 + 12_000 + 18_000 + 40_000) * 100
    assert rows[0].anniversary == DAY(2019, 6, 3)
    assert rows[-1].anniversary == DAY(2035, 6, 3)


def test_nothing_is_due_after_the_last_year() -> None:
    found = state(DAY(2036, 6, 2), paid_through_year=20)
    assert (found.status, found.fee_due, found.annuity_paid) == ("paid", None, True)
    assert fee_calendar(patent(granted_on=DAY(2035, 7, 1), paid_through_year=20), on=DAY(2026, 1, 1),
                        calendar=CALENDAR) == ()  # fmt: skip


def test_leap_day_of_filing() -> None:
    facts = {"filed_on": DAY(2016, 2, 29), "granted_on": DAY(2019, 2, 27), "expires_on": DAY(2036, 2, 28)}
    rows = fee_calendar(patent(**facts), on=DAY(2026, 1, 1), calendar=CALENDAR)
    anniversaries = {row.year: row.anniversary for row in rows}
    assert (anniversaries[4], anniversaries[5]) == (DAY(2019, 2, 28), DAY(2020, 2, 29))


def test_facts_for_eligibility_and_for_the_pledgee() -> None:
    assert state(DAY(2026, 6, 3)).annuity_paid
    late = state(DAY(2026, 6, 4))
    assert (late.annuity_paid, late.in_force) == (False, True)
    assert "质权人可代缴年费及滞纳金" in late.as_document()["pledgee"]["zh"]


def test_recalled_rows_are_named_and_read_ones_are_not() -> None:
    found = state(DAY(2026, 9, 4), applicants="single")
    named = {value.name for value in found.values_used if value.status == "recalled"}
    assert named == {"patent.due_on_anniversary", "patent.anyone_may_pay", "reduction_years", "late_fee_months"}
    texts = " ".join(warning.label.en for warning in found.warnings)
    assert all(name in texts for name in named)
    assert {value.status for value in found.values_used if value.name == "patent.grace_months"} == {"read"}


def test_before_the_rules_of_2023_the_months_are_recalled() -> None:
    found = state(DAY(2023, 6, 1), paid_through_year=7)
    assert {value.status for value in found.values_used if value.name == "patent.grace_months"} == {"recalled"}


# --- is the fee worth paying? ---------------------------------------------------


def test_without_a_value_nothing_is_decided() -> None:
    found = state(DAY(2026, 6, 1))
    assert found.renewal is None
    assert found.as_document()["renew"] is None
    assert found.as_document()["renewal_reason"]["zh"] == "未给出权利价值，未作续费判断"


def test_a_decision_is_asked_about_the_fee_that_is_next() -> None:
    asked: list[FeeDue] = []

    def decide(fee: FeeDue) -> RenewalDecision:
        asked.append(fee)
        return RenewalDecision(fee.payable_fen < 5_000_00, Label("费用低于五千元", "below five thousand"))

    found = annuity_state(patent(), on=DAY(2026, 6, 1), due_soon_days=60, calendar=CALENDAR, decide=decide)
    assert [fee.year for fee in asked] == [11]
    assert found.renewal is not None
    assert found.renewal.renew
    after = annuity_state(patent(), on=DAY(2026, 12, 4), due_soon_days=60, calendar=CALENDAR, decide=decide)
    assert (after.renewal, len(asked)) == (None, 1)


def test_the_ladder_of_the_renewal_option_decides() -> None:
    subject = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
    thresholds = answered({"renewal_option": sample()}, subject=subject).conclusions[0].details["thresholds"]
    keeps = [row for row in thresholds if row["action"] == "renew" and row["low"] is not None]
    assert keeps
    for row in keeps:
        boundary = Decimal(repr(row["low"]))
        at = {"time_years": row["time_years"]}
        assert decide_by_ladder(thresholds, **at, yearly_return=boundary).renew
        below = decide_by_ladder(thresholds, **at, yearly_return=boundary - Decimal("0.01"))
        assert not below.renew
        assert "放弃" in below.reason.zh


@pytest.mark.parametrize(
    ("time", "level", "message"),
    [
        (2.0, "5", "time_years: found 2.0, expected one of 1.0000"),
        (1.0, "0.5", "yearly_return: found 0.5, expected a level for which the ladder has an action"),
    ],
)
def test_a_ladder_that_does_not_say(time: float, level: str, message: str) -> None:
    ladder = [{"time_years": 1.0, "mode": "held", "action": "renew", "low": 1.0, "high": None}]
    with pytest.raises(InputError) as raised:
        decide_by_ladder(ladder, time_years=time, yearly_return=Decimal(level))
    assert str(raised.value) == message


# --- refusals -------------------------------------------------------------------


ORDER = "expires 2036-06-02, expected filed < granted ≤ expires"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"kind": "variety"}, "patent.kind: found 'variety', expected one of design, invention, utility_model"),
        ({"applicants": "poor"}, "patent.applicants: found 'poor', expected one of full, joint, single"),
        (
            {"granted_on": DAY(2016, 6, 3)},
            f"patent.granted_on: found filed 2016-06-03, granted 2016-06-03, {ORDER}",
        ),
        (
            {"paid_through_year": 2},
            "patent.paid_through_year: found 2, expected 3 to 20: the fee of the year of grant is paid with it",
        ),
        (
            {"paid_through_year": 21},
            "patent.paid_through_year: found 21, expected 3 to 20: the fee of the year of grant is paid with it",
        ),
    ],
)
def test_facts_that_contradict_each_other(facts: dict[str, Any], message: str) -> None:
    with pytest.raises((InputError, UnknownNameError)) as raised:
        patent(**facts)
    assert str(raised.value) == message


AFTER_GRACE = "expected after 2026-12-03, the end of the grace, and up to 2027-01-04"


@pytest.mark.parametrize(
    ("on", "facts", "message"),
    [
        (DAY(2019, 3, 11), {}, "on: found 2019-03-11, expected 2019-03-12 to 2036-06-02, the patent's life"),
        (DAY(2036, 6, 3), {}, "on: found 2036-06-03, expected 2019-03-12 to 2036-06-02, the patent's life"),
        (
            DAY(2027, 1, 4),
            {"notice_received_on": DAY(2027, 1, 5)},
            f"patent.notice_received_on: found 2027-01-05, {AFTER_GRACE}",
        ),
        (
            DAY(2027, 1, 4),
            {"notice_received_on": DAY(2026, 12, 3)},
            f"patent.notice_received_on: found 2026-12-03, {AFTER_GRACE}",
        ),
        (
            DAY(2026, 9, 4),
            {"notice_received_on": DAY(2026, 9, 1)},
            "patent.notice_received_on: found 2026-09-01, expected none before the grace ends on 2026-12-03",
        ),
        (
            DAY(2036, 1, 4),
            {"notice_received_on": DAY(2026, 9, 1), "paid_through_year": 20},
            "patent.notice_received_on: found 2026-09-01, expected no fee is unpaid",
        ),
    ],
)
def test_days_that_do_not_fit(on: datetime.date, facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as raised:
        state(on, **facts)
    assert str(raised.value) == message


def test_a_day_before_the_tables_and_a_term_they_do_not_have() -> None:
    with pytest.raises(BeforeFirstStepError, match="2021-06-01"):
        state(DAY(2021, 5, 31), paid_through_year=5)
    with pytest.raises(InputError, match="year: found 21, expected 1 to 20 for invention"):
        state(DAY(2026, 6, 1), expires_on=DAY(2037, 1, 1))
    with pytest.raises(InputError, match="due_soon_days: found -1, expected 0 to 366"):
        annuity_state(patent(), on=DAY(2026, 6, 1), due_soon_days=-1, calendar=CALENDAR)


# --- properties -----------------------------------------------------------------

_ORDER = ("paid", "due_soon", "in_grace", "lapsed")
_FILED = st.dates(DAY(2010, 1, 1), DAY(2020, 12, 31))


@given(filed=_FILED, applicants=st.sampled_from(["full", "single", "joint"]), first=st.integers(0, 300),
       later=st.integers(0, 300))  # fmt: skip
def test_what_must_be_paid_never_falls_while_it_is_late(
    filed: datetime.date, applicants: Any, first: int, later: int
) -> None:
    watched = WatchedPatent(
        kind="invention",
        applicants=applicants,
        filed_on=filed,
        granted_on=filed + datetime.timedelta(days=900),
        expires_on=filed.replace(year=filed.year + 19, day=1),
        paid_through_year=12,
    )
    start = DAY(filed.year + 12, filed.month, min(filed.day, 28)) - datetime.timedelta(days=60)
    days = [start + datetime.timedelta(days=days) for days in (first, first + later)]
    found = [annuity_state(watched, on=day, due_soon_days=30, calendar=CALENDAR) for day in days]
    earlier, after = (_ORDER.index(each.status) for each in found)
    assert earlier <= after
    if found[1].status == "in_grace":
        assert found[0].pay_now_fen <= found[1].pay_now_fen
        assert found[0].late_fee_fen <= found[1].late_fee_fen <= 1_500_00  # 6,000 × 5 % × 5


@given(filed=_FILED, kind=st.sampled_from(["invention", "utility_model", "design"]))
def test_days_never_go_backwards(filed: datetime.date, kind: Any) -> None:
    watched = WatchedPatent(
        kind=kind,
        applicants="full",
        filed_on=filed,
        granted_on=filed + datetime.timedelta(days=200),
        expires_on=filed + datetime.timedelta(days=3640),
        paid_through_year=1,
    )
    rows = fee_calendar(watched, on=DAY(2026, 1, 1), calendar=CALENDAR)
    assert [row.year for row in rows] == list(range(2, 11))
    for row in rows:
        assert row.anniversary <= row.due_on < row.grace_ends
    for row, following in itertools.pairwise(rows):
        assert row.grace_ends < following.due_on
        assert row.fee.full_cny <= following.fee.full_cny
