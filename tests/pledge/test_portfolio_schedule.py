"""Is a book of loans to the fen what its loans are one by one, also at the limits of its arithmetic?

Second way: plans in exact fractions, loan by loan, on random loans of every form, day count and period, on drawdowns
at the end of a month, and on the largest principal, rate and number of periods. Hand: a tie that rounds up. Identity:
threads change nothing, rows add up, postings over all nights of a loan are its interest.
"""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pledge.instalments import build_schedule
from pledge.loan_terms import LoanTerms, Period
from pledge.plan import accrued_interest, payment_plan
from pledge.portfolio_schedule import (
    BOOK_DAY_COUNTS,
    BOOK_FORMS,
    LARGEST_PRINCIPAL_FEN,
    MILLION,
    MOST_PERIODS,
    LoanBook,
    book_on,
    book_rows,
)
from valuation.errors import InputError
from valuation.kernel.money import Rounding

ON = datetime.date(2024, 2, 29)
ONE_DAY = datetime.timedelta(days=1)


RATES_PPM = (0, 1, 99, 100, 43_500, 123_457, 1_000_000)


def random_book(count: int, seed: int = 5, rates_ppm: tuple[int, ...] = RATES_PPM) -> LoanBook:
    random = np.random.default_rng(seed)
    return LoanBook(
        principal_fen=10 ** random.integers(0, 13, count) + random.integers(0, 1000, count),
        annual_rate_ppm=random.choice(rates_ppm, count),
        drawdown_day=random.integers(19_300, 20_000, count),
        period_months=random.choice([1, 2, 3, 4, 6, 12], count),
        period_count=random.integers(1, 40, count),
        year_days=random.choice(list(BOOK_DAY_COUNTS.values()), count),
        form=random.integers(0, len(BOOK_FORMS), count),
    )


def one_by_one(book: LoanBook, on: datetime.date) -> list[list[int]]:
    answers = []
    for index in range(len(book)):
        form, terms = book.terms(index)
        plan, running = payment_plan(form, terms), [0, 0, 0]
        if terms.drawdown_date <= on < plan.rows[-1].period_end:
            row, to_fen = plan.row_on(on), terms.interest_rounding.to_fen
            today, tomorrow = (to_fen(accrued_interest(row, upto=day)) for day in (on, on + ONE_DAY))
            running = [plan.principal_after(on), today, tomorrow - today]
        answers.append([plan.instalment_fen or 0, plan.total_interest_fen, *running])
    return answers


def answers_of(book: LoanBook, on: datetime.date, **options: Any) -> list[list[int]]:
    found = book_on(book, on=on, **options)
    return np.array([getattr(found, each.name) for each in fields(found)]).T.tolist()


def month_ends() -> LoanBook:
    terms = [
        LoanTerms(
            principal_fen=1_234_567_89,
            annual_rate_share=Decimal("0.0435"),
            drawdown_date=day,
            period_count=25,
            period=Period(months=months),
            day_count=day_count,  # type: ignore[arg-type]
        )
        for day in (datetime.date(2023, 1, 31), datetime.date(2023, 8, 30), datetime.date(2024, 2, 29))
        for months in (1, 3)
        for day_count in BOOK_DAY_COUNTS
    ]
    return LoanBook.of_terms([(form, each) for each in terms for form in BOOK_FORMS])


def limits() -> LoanBook:
    """The largest of everything; the day of 1900 and a term of 600 years."""
    cases = [
        (principal, rate, day, months, count, basis, form)
        for principal in (1, LARGEST_PRINCIPAL_FEN)
        for rate in (1, 100, MILLION)
        for day, months, count in ((-25_000, 1, MOST_PERIODS), (19_000, 12, 60), (19_000, 12, 1))
        for basis in (0, 360)
        for form in range(len(BOOK_FORMS))
    ]
    return LoanBook(*np.ascontiguousarray(np.array(cases, dtype=np.int64).T))


@pytest.mark.parametrize("seed", range(3))
def test_not_one_fen_from_exact_fractions(seed: int) -> None:
    book = random_book(150, seed)
    assert answers_of(book, ON) == one_by_one(book, ON)


@pytest.mark.parametrize("day", [(2024, 2, 28), (2024, 2, 29), (2024, 3, 1), (2024, 3, 30), (2024, 3, 31)])
def test_month_ends(day: tuple[int, int, int]) -> None:
    book, on = month_ends(), datetime.date(*day)
    assert answers_of(book, on) == one_by_one(book, on)


def test_the_limits_of_the_arithmetic() -> None:
    book = limits()
    assert answers_of(book, ON) == one_by_one(book, ON)


def test_a_tie_rounds_up() -> None:
    # Hand: 1 fen over two periods at rate zero is half a fen each: 1 and 0; 100 fen at 6 % for a month are 0.5: 1.
    terms = LoanTerms(
        principal_fen=1, annual_rate_share=Decimal(0), drawdown_date=datetime.date(2024, 1, 1), period_count=2
    )
    tied = LoanTerms(
        principal_fen=100, annual_rate_share=Decimal("0.06"), drawdown_date=datetime.date(2024, 1, 1), period_count=1
    )
    rows = book_rows(
        LoanBook.of_terms([("equal_instalment", terms), ("equal_principal", terms), ("interest_only", tied)])
    )
    assert rows.principal_fen.tolist() == [1, 0, 1, 0, 100]
    assert rows.interest_fen.tolist() == [0, 0, 0, 0, 1]


def test_rows_are_the_schedules() -> None:
    book = random_book(60, seed=9)
    rows = book_rows(book)
    for index in range(len(book)):
        schedule = build_schedule(*book.terms(index))
        part = slice(rows.offsets[index], rows.offsets[index + 1])
        assert rows.interest_fen[part].tolist() == [row.interest_fen for row in schedule.rows]
        assert rows.principal_fen[part].tolist() == [row.principal_fen for row in schedule.rows]


def test_the_nights_of_a_loan_add_up_to_its_interest() -> None:
    terms = LoanTerms(
        principal_fen=5_000_000_00,
        annual_rate_share=Decimal("0.0395"),
        drawdown_date=datetime.date(2024, 1, 31),
        period_count=3,
    )
    book = LoanBook.of_terms([(form, terms) for form in BOOK_FORMS])
    days = (datetime.date(2024, 4, 30) - terms.drawdown_date).days
    nights = [book_on(book, on=terms.drawdown_date + day * ONE_DAY).posting_fen for day in range(-1, days + 2)]
    assert np.sum(nights, axis=0).tolist() == book_on(book, on=ON).total_interest_fen.tolist()


def test_threads_change_nothing() -> None:
    # Rates below a basis point are computed loan by loan; a whole book of them would test our patience only.
    book = random_book(2**15 + 7, rates_ppm=(0, 43_500))
    with ThreadPoolExecutor(2) as executor:
        assert answers_of(book, ON, executor=executor) == answers_of(book, ON)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"principal_fen": 0}, r"principal_fen\[0\]: found 0"),
        ({"principal_fen": LARGEST_PRINCIPAL_FEN + 1}, r"principal_fen\[0\]"),
        ({"annual_rate_ppm": -1}, r"annual_rate_ppm\[0\]"),
        ({"annual_rate_ppm": MILLION + 1}, r"annual_rate_ppm\[0\]"),
        ({"drawdown_day": 10**6}, r"drawdown_day\[0\]"),
        ({"period_months": 5}, r"period_months\[0\]: found 5, expected one of 1, 2, 3, 4, 6, 12"),
        ({"period_count": MOST_PERIODS + 1}, r"period_count\[0\]"),
        ({"year_days": 366}, r"year_days\[0\]"),
        ({"form": 3}, r"form\[0\]"),
    ],
)
def test_a_loan_outside_the_limits_is_named(changes: dict[str, int], field: str) -> None:
    good = {
        "principal_fen": 1,
        "annual_rate_ppm": 0,
        "drawdown_day": 19_000,
        "period_months": 1,
        "period_count": 1,
        "year_days": 0,
        "form": 0,
    }
    with pytest.raises(InputError, match=field):
        LoanBook(**{name: np.array([value], dtype=np.int64) for name, value in {**good, **changes}.items()})


def test_columns_must_be_whole_numbers_of_one_length() -> None:
    book = random_book(3)
    columns = {each.name: getattr(book, each.name) for each in fields(book)}
    with pytest.raises(InputError, match=r"columns: .*one length"):
        LoanBook(**{**columns, "form": columns["form"][:2]})
    with pytest.raises(InputError, match="principal_fen: found float64"):
        LoanBook(**{**columns, "principal_fen": columns["principal_fen"].astype(float)})
    with pytest.raises(InputError, match="on: found 1899-12-31"):
        book_on(book, on=datetime.date(1899, 12, 31))


@pytest.mark.parametrize(
    ("form", "changes", "field"),
    [
        ("flat_rate", {}, "form: found flat_rate"),
        ("interest_only", {"day_count": "30/360"}, "day_count"),
        ("interest_only", {"period": Period(days=7), "day_count": "actual/360"}, "day_count"),
        ("interest_only", {"annual_rate_share": Decimal("0.04351234")}, "at most six decimals"),
        ("interest_only", {"interest_rounding": Rounding(mode="down")}, "interest_rounding"),
        ("interest_only", {"end_of_month": True}, "end_of_month"),
    ],
)
def test_terms_a_book_cannot_hold_are_refused(form: str, changes: dict[str, Any], field: str) -> None:
    agreed: dict[str, Any] = {
        "principal_fen": 100,
        "annual_rate_share": Decimal("0.04"),
        "drawdown_date": datetime.date(2024, 1, 31),
        "period_count": 2,
    }
    with pytest.raises(InputError, match=field):
        LoanBook.of_terms([(form, LoanTerms(**{**agreed, **changes}))])
