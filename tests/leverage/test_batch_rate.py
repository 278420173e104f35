"""Internal rates of many series.

Second way: the exact search of single series (``periodic_internal_rate``) on thousands of random ones of every kind of
sign pattern; pyxirr on conventional ones. One thread and two give the same bits.
"""

import datetime
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import pyxirr

from leverage.batch_rate import NO_ROOT, NOT_SETTLED, ONE_ROOT, SEVERAL_ROOTS, batch_dated_rates, batch_internal_rates
from valuation.discounting.internal_rate import dated_internal_rate, periodic_internal_rate
from valuation.errors import InputError

STATES = {"one_root": ONE_ROOT, "no_root": NO_ROOT, "several_roots": SEVERAL_ROOTS}


def conventional(count: int, periods: int, seed: int) -> np.ndarray:
    """Calls first, then distributions."""
    random = np.random.default_rng(seed)
    calls = random.integers(1, periods - 1, count)
    amounts = random.uniform(0.1, 10, (count, periods))
    return np.where(np.arange(periods) < calls[:, None], -amounts, amounts)


def test_conventional_series_agree_with_pyxirr() -> None:
    flows = conventional(500, 41, 1)
    found = batch_internal_rates(flows, periods_per_year=1)
    assert found.counts() == {"one_root": 500, "no_root": 0, "several_roots": 0, "not_settled": 0}
    assert found.residual.max() <= 1e-12
    for row, rate in zip(flows, found.rate_share, strict=True):
        guess = pyxirr.irr(row, guess=rate)
        assert rate == pytest.approx(guess, rel=1e-7, abs=1e-9)


def test_every_kind_of_series_agrees_with_the_exact_search() -> None:
    """Signs at random: one rate, none, several; and funds that net calls and distributions."""
    random = np.random.default_rng(2)
    flows = random.normal(0, 1, (1_500, 6))
    flows[::3, 0] = -np.abs(flows[::3, 0]) * 4
    flows[1::7] = np.abs(flows[1::7])
    flows[::11, 2] = 0.0
    found = batch_internal_rates(flows, periods_per_year=4, settle_up_to=1_500)
    for row, rate, state in zip(flows, found.rate_share, found.state, strict=True):
        exact = periodic_internal_rate(row.tolist())
        assert STATES[exact.status] == state
        if exact.rate is not None:
            assert rate == pytest.approx((1 + exact.rate) ** 4 - 1, rel=1e-7, abs=1e-9)
    assert min(found.counts()[name] for name in ("one_root", "no_root", "several_roots")) > 20


def test_most_funds_are_settled_without_a_single_search() -> None:
    """Quarterly net flows of funds whose calls and distributions overlap change sign often and have one rate."""
    random = np.random.default_rng(3)
    quarter = np.arange(41)
    calls = np.where(quarter < 20, random.uniform(0, 1, (2_000, 41)), 0)
    out = np.where(quarter > 4, random.uniform(0, 1, (2_000, 41)) * quarter / 20, 0)
    found = batch_internal_rates(out - calls, periods_per_year=4, settle_up_to=0)
    assert found.counts()["one_root"] > 1_800


def test_what_is_not_settled_has_no_number() -> None:
    # −100, 230, −132: rates of 10 % and 20 %.
    found = batch_internal_rates(np.array([[-100.0, 230, -132]]), periods_per_year=1, settle_up_to=0)
    assert found.state.tolist() == [NOT_SETTLED]
    assert np.isnan(found.rate_share[0])
    settled = batch_internal_rates(np.array([[-100.0, 230, -132]]), periods_per_year=1)
    assert settled.state.tolist() == [SEVERAL_ROOTS]


def test_losses_and_zeros() -> None:
    flows = np.array([[-100.0, 0, 0], [0, 0, 0], [-100, 0, 1], [-100, 1e6, 0]])
    found = batch_internal_rates(flows, periods_per_year=1)
    assert found.state.tolist() == [NO_ROOT, NO_ROOT, ONE_ROOT, ONE_ROOT]
    assert found.rate_share[2:] == pytest.approx([-0.9, 9999.0])


def test_one_thread_and_two_give_the_same_bits() -> None:
    flows = conventional(40_000, 12, 5)
    alone = batch_internal_rates(flows, periods_per_year=4)
    with ThreadPoolExecutor(2) as two:
        shared = batch_internal_rates(flows, periods_per_year=4, executor=two)
    assert alone.rate_share.tobytes() == shared.rate_share.tobytes()
    assert alone.residual.tobytes() == shared.residual.tobytes()


def dated(count: int, seed: int, *, conventional: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Series of 2 to 40 flows, months of 30 days apart; with ``conventional`` money goes out first, then comes in."""
    random = np.random.default_rng(seed)
    lengths = random.integers(2, 41, count)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    days, amounts = [], []
    for length in lengths:
        days.append(30 * np.sort(random.choice(146, length, replace=False)) + random.integers(0, 1_000))
        drawn = random.uniform(0.1, 10, length)
        signs = np.where(np.arange(length) < random.integers(1, length), -1, 1)
        amounts.append(drawn * (signs if conventional else random.choice([-1.0, 1.0], length)))
    return np.concatenate(days), np.concatenate(amounts), starts


def test_dated_series_agree_with_pyxirr() -> None:
    days, amounts, starts = dated(400, 6, conventional=True)
    found = batch_dated_rates(days, amounts, starts)
    assert found.counts()["one_root"] == 400
    assert found.residual.max() <= 1e-9
    for series, rate in enumerate(found.rate_share):
        part = slice(starts[series], starts[series + 1])
        dates = [datetime.date(2000, 1, 1) + datetime.timedelta(int(day)) for day in days[part]]
        peer = pyxirr.xirr(dates, amounts[part], guess=rate)
        if peer is not None:
            assert rate == pytest.approx(peer, rel=1e-6, abs=1e-8)


def test_dated_series_of_any_sign_agree_with_the_exact_search() -> None:
    days, amounts, starts = dated(600, 8, conventional=False)
    found = batch_dated_rates(days, amounts, starts, settle_up_to=600)
    quick = batch_dated_rates(days, amounts, starts, settle_up_to=0)
    for series, (rate, state) in enumerate(zip(found.rate_share, found.state, strict=True)):
        part = slice(starts[series], starts[series + 1])
        dates = [datetime.date(2000, 1, 1) + datetime.timedelta(int(day)) for day in days[part]]
        exact = dated_internal_rate(dates, amounts[part].tolist())
        assert STATES[exact.status] == state
        if exact.rate is not None:
            assert rate == pytest.approx(exact.rate, rel=1e-7, abs=1e-9)
        # What the kernel alone is sure of is right; the rest says that it is not settled.
        assert quick.state[series] in (state, NOT_SETTLED)
    # Signs drawn at random are the hardest case; of funds nearly all are settled.
    assert quick.counts()["not_settled"] < 100
    assert min(found.counts()[name] for name in ("one_root", "no_root", "several_roots")) > 10


def test_dated_rates_of_two_threads_and_extremes() -> None:
    days, amounts, starts = dated(20_000, 9, conventional=True)
    alone = batch_dated_rates(days, amounts, starts)
    with ThreadPoolExecutor(2) as two:
        shared = batch_dated_rates(days, amounts, starts, executor=two)
    assert alone.rate_share.tobytes() == shared.rate_share.tobytes()
    # −99.99 % and 900,000 % a year, a loss of everything, a century.
    flows = np.array([-1e4, 1.0, -1, 9001.0, -100.0, 0.0, -1.0, 131.50125784630401])
    found = batch_dated_rates(np.array([0, 365, 0, 365, 0, 365, 0, 36_500]), flows, np.array([0, 2, 4, 6, 8]))
    assert found.state.tolist() == [ONE_ROOT, ONE_ROOT, NO_ROOT, ONE_ROOT]
    assert found.rate_share[[0, 1, 3]] == pytest.approx([-0.9999, 9000.0, 0.05])


def test_nearly_all_funds_with_odd_months_are_settled_by_the_kernel() -> None:
    days, amounts, starts = dated(2_000, 11, conventional=True)
    # One distribution in twenty is a call instead, and the reverse.
    odd = np.where(np.random.default_rng(12).random(amounts.size) < 0.05, -1, 1)
    found = batch_dated_rates(days, amounts * odd, starts, settle_up_to=0).counts()
    assert found["not_settled"] <= 20
    assert found["several_roots"] > 50


def test_roots_that_touch_or_nearly_meet_are_never_counted_wrongly() -> None:
    # (x − a)(x − b) in x = 1 / (1 + rate), two years: b at 0 to 0.1 from a, then flows of a thousand years.
    a = 1 / 1.1
    gaps = np.array([0.0, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3, 0.1])
    flows = np.concatenate([[a * (a + gap), -(2 * a + gap), 1.0] for gap in gaps])
    days, starts = np.tile([0, 365, 730], gaps.size), np.arange(0, 3 * gaps.size + 1, 3)
    found = batch_dated_rates(days, flows, starts, settle_up_to=0)
    assert set(found.state[:-1]) <= {NOT_SETTLED, SEVERAL_ROOTS}
    assert found.state[-1] == SEVERAL_ROOTS
    long = batch_dated_rates(np.array([0, 365, 365_000]), np.array([-100.0, 230, -132]), np.array([0, 3]))
    exact = dated_internal_rate(
        [datetime.date(1, 1, 1) + datetime.timedelta(each) for each in (0, 365, 365_000)], [-100.0, 230, -132]
    )
    assert STATES[exact.status] == long.state[0]


GOOD_DATED = {"days": np.array([0, 365]), "amounts": np.array([-1.0, 2]), "starts": np.array([0, 2])}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": np.array([0, 0])}, "days.1"),
        ({"days": np.array([5, 3])}, "days.1"),
        ({"days": np.array([0.0, 1.0])}, "days"),
        ({"days": np.array([0, 1, 2])}, "days"),
        ({"days": np.array([0, 10**7])}, "days"),
        ({"amounts": np.array([1.0, np.nan])}, "amounts.1"),
        ({"amounts": np.array([-np.inf, 1.0])}, "amounts.0"),
        ({"starts": np.array([0, 1, 2])}, "starts"),
        ({"starts": np.array([0])}, "starts"),
        ({"starts": np.array([0.0, 2.0])}, "starts"),
        ({"day_basis": 0.0}, "day_basis"),
        ({"settle_up_to": -1}, "settle_up_to"),
    ],
)
def test_bad_dated_input_names_its_field(changes: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        batch_dated_rates(**(GOOD_DATED | changes))
    assert caught.value.problems[0].field == field


BAD = [
    ({"flows": np.zeros(3)}, "flows"),
    ({"flows": np.zeros((2, 1))}, "flows"),
    ({"flows": np.array([[1.0, np.nan]])}, "flows.0.1"),
    ({"flows": np.array([[1.0, 2], [np.inf, 1]])}, "flows.1.0"),
    ({"flows": np.full((2, 2), 1e308)}, "flows.0.0"),
    ({"periods_per_year": 0}, "periods_per_year"),
    ({"settle_up_to": -1}, "settle_up_to"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_bad_input_names_its_field(changes: dict, field: str) -> None:
    asked = {"flows": np.array([[-1.0, 2]]), "periods_per_year": 1} | changes
    with pytest.raises(InputError) as caught:
        batch_internal_rates(asked.pop("flows"), **asked)
    assert caught.value.problems[0].field == field
