"""QuantLib's global evaluation date is ours only while we need it.

Checked against: the settings object itself, read before, within and after (identity); the reprice of par bonds is in
test_curves.py, day counts in test_day_count.py.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import subprocess
import sys
from pathlib import Path

import pytest
import QuantLib as ql

from valuation.discounting.quantlib_adapter import bootstrapped_discount_factors, evaluation_date
from valuation.errors import RefusalError

ROOT = Path(__file__).resolve().parents[3]
DAY = datetime.date
THEIRS = ql.Date(5, 5, 2015)


@pytest.fixture
def _their_date() -> None:
    with ql.SavedSettings():
        ql.Settings.instance().evaluationDate = THEIRS
        yield


def current() -> ql.Date:
    return ql.Settings.instance().evaluationDate


@pytest.mark.usefixtures("_their_date")
def test_the_date_is_restored_after_success_and_after_an_error() -> None:
    with evaluation_date(DAY(2020, 3, 1)) as library:
        assert library is ql
        assert current() == ql.Date(1, 3, 2020)
    assert current() == THEIRS
    with pytest.raises(ZeroDivisionError), evaluation_date(DAY(2020, 3, 1)):
        _ = 1 / 0
    assert current() == THEIRS
    with pytest.raises(RuntimeError), evaluation_date(DAY(2020, 3, 1)) as library:
        library.Date(31, 2, 2020)
    assert current() == THEIRS


@pytest.mark.usefixtures("_their_date")
def test_building_a_curve_leaves_the_date_alone() -> None:
    bootstrapped_discount_factors(tenors_months=[12, 24], par_yields_share=[0.02, 0.03], coupons_per_year=1)
    assert current() == THEIRS
    with pytest.raises(RefusalError, match="par_yields_share: found yields without a discount factor"):
        bootstrapped_discount_factors(tenors_months=[12, 24], par_yields_share=[0.02, 5e9], coupons_per_year=1)
    assert current() == THEIRS


def test_a_nested_block_is_refused_and_does_not_hang() -> None:
    with (
        evaluation_date(DAY(2020, 3, 1)),
        pytest.raises(RefusalError, match="one caller at a time"),
        evaluation_date(DAY(2021, 3, 1), patience_seconds=0.01),
    ):
        raise AssertionError("not reached")
    with evaluation_date(DAY(2021, 3, 1)):
        assert current() == ql.Date(1, 3, 2021)


def test_two_threads_never_see_each_others_date() -> None:
    def seen(number: int) -> bool:
        with evaluation_date(DAY(2000 + number, 1, 1)):
            return all(current().year() == 2000 + number for _ in range(200))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert all(pool.map(seen, range(40)))


def test_quantlib_is_imported_only_when_a_curve_is_built() -> None:
    """A start of the product must not wait for it."""
    program = (
        "import sys, valuation.discounting.curves, valuation.catalogue; valuation.catalogue.methods();"
        "sys.exit('QuantLib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
