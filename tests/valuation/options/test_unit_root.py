"""Unit-root tests: are the statistics those that others publish, and do they reject as often as they should?

Checked against: Stata's Dickey–Fuller and R's KPSS statistics for US real GDP, as printed in statsmodels' own tests
(literature); the same regression by partialling out (second way); simulated walks and white noise.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.valuation.options.us_real_gdp import REAL_GDP
from valuation.errors import InputError
from valuation.options._unit_root import augmented_dickey_fuller, critical_value_sources, kpss


@pytest.mark.parametrize(("deterministic", "published"), [("constant", 0.97505319), ("trend", -1.8566374)])
def test_dickey_fuller_as_stata_has_it(deterministic: str, published: float) -> None:
    """Literature: statsmodels, tsa/tests/test_stattools.py, TestADFConstant and TestADFConstantTrend (from Stata)."""
    found = augmented_dickey_fuller(REAL_GDP, deterministic=deterministic, lags=4)  # type: ignore[arg-type]
    assert found.statistic == pytest.approx(published, abs=5e-6)
    assert found.observations == 198


@pytest.mark.parametrize(("deterministic", "published"), [("constant", 5.0169), ("trend", 1.1828)])
def test_kpss_as_r_has_it(deterministic: str, published: float) -> None:
    """Literature: statsmodels, tsa/tests/test_stattools.py, TestKPSS (from R), three lags."""
    found = kpss(REAL_GDP, deterministic=deterministic, lags=3)  # type: ignore[arg-type]
    assert found.statistic == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(
    ("deterministic", "published"), [("constant", (-3.476, -2.883, -2.573)), ("trend", (-4.006, -3.437, -3.137))]
)
def test_critical_values_as_published(deterministic: str, published: tuple[float, ...]) -> None:
    """Literature: Stata's table for 198 observations (the tests above) is MacKinnon's to the second decimal.

    Stata interpolates Fuller's table, MacKinnon's response surface differs from it by less than 0.02.
    """
    found = augmented_dickey_fuller(REAL_GDP, deterministic=deterministic, lags=4)  # type: ignore[arg-type]
    assert tuple(found.critical_values.values()) == pytest.approx(published, abs=0.02)
    assert found.critical_values[0.05] == pytest.approx(
        {"constant": -2.8763, "trend": -3.4328}[deterministic], abs=2e-4
    )


def test_lags_are_chosen_by_the_information_criterion() -> None:
    """Hand: the criterion of each number of lags on the same observations, from residuals by another regression."""
    levels = np.log(REAL_GDP[:80])
    found = augmented_dickey_fuller(levels)
    changes = np.diff(levels)
    most = 12
    criteria = []
    for lags in range(most + 1):
        columns = [np.ones(len(changes) - most), levels[most:-1]]
        columns += [changes[most - lag : len(changes) - lag] for lag in range(1, lags + 1)]
        q, _ = np.linalg.qr(np.column_stack(columns))
        rest = changes[most:] - q @ (q.T @ changes[most:])
        criteria.append(len(rest) * np.log(rest @ rest / len(rest)) + 2 * (lags + 2))
    assert found.lags == int(np.argmin(criteria))


def test_the_statistic_by_partialling_out() -> None:
    """Second way (Frisch–Waugh): the level and the changes, each less what lag and constant explain of them."""
    levels = np.log(REAL_GDP)
    changes = np.diff(levels)
    explained = np.column_stack([np.ones(len(changes) - 1), changes[:-1]])
    q, _ = np.linalg.qr(explained)
    y, x = (each - q @ (q.T @ each) for each in (changes[1:], levels[1:-1]))
    slope = (x @ y) / (x @ x)
    rest = y - slope * x
    error = np.sqrt(rest @ rest / (len(rest) - 3) / (x @ x))
    assert augmented_dickey_fuller(levels, lags=1).statistic == pytest.approx(slope / error, rel=1e-9)


def test_both_tests_reject_what_is_true_about_one_time_in_twenty() -> None:
    """Simulated: 400 walks for Dickey–Fuller, 400 series of white noise for KPSS; 5 % ± 3 standard errors (3.3 %)."""
    generator = np.random.default_rng(20_210_331)
    noise = generator.standard_normal((400, 150))
    walks = np.cumsum(noise, axis=1)
    assert np.mean([augmented_dickey_fuller(each, lags=0).rejects(0.05) for each in walks]) == pytest.approx(
        0.05, abs=0.033
    )
    assert np.mean([kpss(each, lags=4).rejects(0.05) for each in noise]) == pytest.approx(0.05, abs=0.033)
    assert np.mean([augmented_dickey_fuller(each, lags=0).rejects(0.05) for each in noise]) > 0.99
    assert np.mean([kpss(each, lags=4).rejects(0.05) for each in walks]) > 0.9


def test_the_critical_values_have_their_sources() -> None:
    assert {source.id for source in critical_value_sources()} == {"mackinnon", "kpss"}


@pytest.mark.parametrize(
    ("series", "options", "text"),
    [
        ([1.0] * 19, {}, "at least 20"),
        ([0.5 * step for step in range(40)], {}, "a straight line"),
        ([*range(30), float("nan")], {}, "not finite"),
        ([[1.0] * 30] * 2, {}, "one series"),
        (REAL_GDP[:30], {"lags": 20}, "0 to 9 for 30"),
    ],
)
def test_what_cannot_be_tested_is_refused(series: list[float], options: dict[str, int], text: str) -> None:
    with pytest.raises(InputError, match=text):
        augmented_dickey_fuller(series, **options)  # type: ignore[arg-type]


def test_a_bandwidth_longer_than_the_series_is_refused() -> None:
    with pytest.raises(InputError, match="0 to 29 for 30"):
        kpss(REAL_GDP[:30], lags=30)
