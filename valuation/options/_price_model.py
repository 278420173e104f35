"""How has a price moved: a random walk, or back to a level? Fitted to a series, with what the fit does not know.

Both processes are always fitted. Which of them goes first is decided by the data under a stated rule
(:func:`fit_prices`), and the evidence travels with the choice. A return to a level is estimated too fast in a short
series (Kendall 1954): the corrected coefficient is used, and the half-life is given with its uncertainty, which is
often larger than the half-life.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core.process import Lognormal, MeanRevertingLog
from valuation.options._unit_root import FEWEST, UnitRootTest, augmented_dickey_fuller, kpss, least_squares

__all__ = [
    "SIGNIFICANCE_SHARE",
    "HalfLifeBand",
    "MeanReversion",
    "PriceFit",
    "ProcessName",
    "RandomWalk",
    "bootstrap_half_life",
    "fit_mean_reversion",
    "fit_prices",
    "fit_random_walk",
    "half_life_band",
]

ProcessName = Literal["random_walk", "mean_reversion"]
#: How both tests are read.
SIGNIFICANCE_SHARE = 0.05
MAXIMUM_RESAMPLES = 100_000


@dataclass(frozen=True)
class RandomWalk:
    """ln P moves by ``log_drift_per_year`` and σ = ``volatility``; errors are standard errors of the two."""

    log_drift_per_year: float
    volatility: float
    log_drift_error: float
    volatility_error: float
    changes: int

    @property
    def growth_per_year(self) -> float:
        """The yearly growth of the expected price: log drift + σ²/2."""
        return self.log_drift_per_year + self.volatility**2 / 2

    def motion(self) -> Lognormal:
        """The real-world process for a solver."""
        return Lognormal(self.growth_per_year, self.volatility**2)


@dataclass(frozen=True)
class MeanReversion:
    """d ln P = κ (``log_level`` − ln P) dt + σ dz, real world.

    ``step_coefficient`` is b = e^(−κΔ) of the regression from one price to the next, ``step_coefficient_error`` its
    standard error; ``is_corrected`` says whether b is corrected for its bias.
    """

    speed_per_year: float
    log_level: float
    volatility: float
    step_coefficient: float
    step_coefficient_error: float
    log_level_error: float
    interval_years: float
    changes: int
    is_corrected: bool

    @property
    def half_life_years(self) -> float:
        """After how long is half of a distance to the level gone? ln 2 / κ."""
        return math.log(2) / self.speed_per_year

    @property
    def half_life_error_years(self) -> float:
        """The half-life's standard error by the delta method: ln 2 · Δ / (b · (ln b)²) · error of b."""
        b = self.step_coefficient
        return math.log(2) * self.interval_years / (b * math.log(b) ** 2) * self.step_coefficient_error

    def motion(self) -> MeanRevertingLog:
        """The real-world process for a solver."""
        return MeanRevertingLog(self.speed_per_year, self.log_level, self.volatility)


@dataclass(frozen=True)
class HalfLifeBand:
    """Between which half-lives, with this probability? ``high_years`` is infinite where no return may be there."""

    level_share: float
    low_years: float
    high_years: float


@dataclass(frozen=True)
class PriceFit:
    """Both processes, the evidence between them, and which goes first.

    ``mean_reversion`` is the one to use: corrected for bias; least squares where nothing would be left after the
    correction; None where the data show no return at all (b outside 0 to 1). ``least_squares`` is the uncorrected one.
    ``evidence`` says how the tests came out, ``reason`` why the process was chosen.
    """

    random_walk: RandomWalk
    mean_reversion: MeanReversion | None
    least_squares: MeanReversion | None
    dickey_fuller: UnitRootTest
    stationarity: UnitRootTest
    likelihood_gain: float
    chosen: ProcessName
    evidence: Literal["returns_to_level", "wanders", "undecided", "no_return"]
    reason: str


def fit_random_walk(log_prices: Sequence[float] | Array, *, interval_years: float) -> RandomWalk:
    """Which drift and volatility has a geometric Brownian motion that made these prices?

    Mean and standard deviation (n − 1) of the changes of ln P, over Δ and √Δ. The error of σ is σ/√(2(n − 1)).

    Raises
    ------
    InputError : fewer than 20 prices, a number that is not finite, prices that do not vary.

    Tested by: simulated walks (the errors cover); ``tests/valuation/options/test_price_model.py``.
    """
    logs = _checked(log_prices, interval_years)
    changes = np.diff(logs)
    count = len(changes)
    deviation = float(np.std(changes, ddof=1))
    volatility = deviation / math.sqrt(interval_years)
    return RandomWalk(
        log_drift_per_year=float(changes.mean()) / interval_years,
        volatility=volatility,
        log_drift_error=deviation / math.sqrt(count) / interval_years,
        volatility_error=volatility / math.sqrt(2 * (count - 1)),
        changes=count,
    )


def fit_mean_reversion(
    log_prices: Sequence[float] | Array, *, interval_years: float, corrected: bool = True
) -> MeanReversion | None:
    """Which speed, level and volatility has a log price that returns to its level?

    ln P_{t+Δ} = a + b·ln P_t + e by least squares is the exact discretisation: κ = −ln b / Δ, level = a/(1 − b),
    σ² = var(e)·2κ/(1 − b²).

    Parameters
    ----------
    log_prices : evenly spaced logarithms.
    interval_years : Δ.
    corrected : b is estimated too low by about (1 + 3b)/n in n changes (Kendall 1954), so that prices seem to return
        faster than they do. True takes b = (n·b̂ + 1)/(n − 3), the root of that equation, and the level most likely
        for that b in a stationary series; a/(1 − b) would carry a trend in the sample far beyond it.

    Returns
    -------
    None where b does not lie between 0 and 1: the series shows no return to a level.

    References
    ----------
    Schwartz (1997), The stochastic behavior of commodity prices, JF 52, model 1. Kendall (1954), Note on bias in the
    estimation of autocorrelation, Biometrika 41. Orcutt, Winokur (1969), Econometrica 37, for the corrected estimate.
    Tang, Chen (2009), Parameter estimation and bias correction for diffusion processes, Journal of Econometrics 149.

    Tested by: a chain without noise (inverse), simulated series (bias gone, errors), scipy's regression (second way).
    """
    logs = _checked(log_prices, interval_years)
    before, after = logs[:-1], logs[1:]
    count = len(after)
    (b, a), covariance, squares = least_squares(after, np.column_stack([before, np.ones(count)]))
    error = math.sqrt(float(covariance[0, 0]))
    b, level = float(b), 0.0
    if corrected:
        b, error = (count * b + 1) / (count - 3), error * count / (count - 3)
    if not 0 < b < 1:
        return None
    if corrected:
        level = _likeliest_level(logs, b)
        squares = float(np.sum((after - level - b * (before - level)) ** 2))
    else:
        level = float(a) / (1 - b)
    variance = squares / (count - 2)
    speed = -math.log(b) / interval_years
    return MeanReversion(
        speed_per_year=speed,
        log_level=level,
        volatility=math.sqrt(variance * 2 * speed / (1 - b**2)),
        step_coefficient=b,
        step_coefficient_error=error,
        log_level_error=math.sqrt(variance / ((1 - b) * (1 + b + count * (1 - b)))),
        interval_years=interval_years,
        changes=count,
        is_corrected=corrected,
    )


def half_life_band(fit: MeanReversion, *, level_share: float = 0.9) -> HalfLifeBand:
    """In which range does the half-life lie?

    The ends of b ± z·error carried over to the half-life, which keeps its skewness; where the upper end reaches 1 the
    half-life has no upper end, where the lower end reaches 0 it begins at 0.
    """
    z = float(special.ndtri(0.5 + level_share / 2))
    ends = (fit.step_coefficient + sign * z * fit.step_coefficient_error for sign in (-1, 1))
    low, high = (_half_life(end, fit.interval_years) for end in ends)
    return HalfLifeBand(level_share, low, high)


def bootstrap_half_life(
    log_prices: Sequence[float] | Array,
    *,
    interval_years: float,
    generator: np.random.Generator,
    resamples: int = 2000,
    level_share: float = 0.9,
) -> HalfLifeBand:
    """The same range by resampling: chains from the corrected fit with its own residuals, each fitted anew.

    Raises
    ------
    InputError : a series that shows no return to a level, resamples outside 100 to 100,000.

    Tested by: coverage on simulated series, the band of :func:`half_life_band` (second way).
    """
    if not 100 <= resamples <= MAXIMUM_RESAMPLES:
        raise InputError.of("resamples", found=resamples, expected=f"100 to {MAXIMUM_RESAMPLES}")
    fit = fit_mean_reversion(log_prices, interval_years=interval_years)
    if fit is None:
        raise InputError.of("log_prices", found="no return to a level", expected="a coefficient between 0 and 1")
    logs = np.asarray(log_prices, dtype=np.float64) - fit.log_level
    residuals = logs[1:] - fit.step_coefficient * logs[:-1]
    drawn = generator.choice(residuals - residuals.mean(), size=(len(residuals), resamples))
    chain = np.empty((len(logs), resamples))
    chain[0] = logs[0]
    for step, shock in enumerate(drawn):
        chain[step + 1] = fit.step_coefficient * chain[step] + shock
    coefficients = _corrected_coefficients(chain)
    tails = (0.5 - level_share / 2, 0.5 + level_share / 2)
    low, high = (_half_life(float(each), interval_years) for each in np.quantile(coefficients, tails))
    return HalfLifeBand(level_share, low, high)


def fit_prices(log_prices: Sequence[float] | Array, *, interval_years: float) -> PriceFit:
    """How have these prices moved, and which process should go first?

    The rule, at 5 %: where the Dickey–Fuller test rejects a unit root and KPSS does not reject a level, the price
    returns to a level; where it is the other way round, it wanders. Where the tests do not settle it, the return must
    pay for its parameter: n·ln(SSR of the walk / SSR of the return) > ln n (Schwarz's criterion). A return of which
    the correction for bias leaves nothing is never chosen.

    Raises
    ------
    InputError : as for :func:`fit_random_walk`.

    References
    ----------
    Kwiatkowski, Phillips, Schmidt, Shin (1992), for reading both tests together. Schwarz (1978), Annals of Statistics
    6. Dixit, Pindyck (1994), Investment under Uncertainty, ch. 3 (unit roots and mean reversion of prices).

    Tested by: simulated walks and returns (how often the rule is right); the examination on World Bank prices.
    """
    logs = _checked(log_prices, interval_years)
    walk = fit_random_walk(logs, interval_years=interval_years)
    plain = fit_mean_reversion(logs, interval_years=interval_years, corrected=False)
    corrected = fit_mean_reversion(logs, interval_years=interval_years)
    wandering, standing = augmented_dickey_fuller(logs), kpss(logs)
    gain = _likelihood_gain(logs)
    chosen, evidence, reason = _choice(wandering, standing, gain, is_left=corrected is not None and plain is not None)
    return PriceFit(walk, corrected or plain, plain, wandering, standing, gain, chosen, evidence, reason)


def _choice(
    wandering: UnitRootTest, standing: UnitRootTest, gain: float, *, is_left: bool
) -> tuple[ProcessName, Literal["returns_to_level", "wanders", "undecided", "no_return"], str]:
    if not is_left:
        return "random_walk", "no_return", "no return to a level is left once its estimate is corrected for bias"
    has_no_root, has_no_level = (each.rejects(SIGNIFICANCE_SHARE) for each in (wandering, standing))
    if has_no_root and not has_no_level:
        return "mean_reversion", "returns_to_level", "a unit root is rejected and a level is not"
    if has_no_level and not has_no_root:
        return "random_walk", "wanders", "a level is rejected and a unit root is not"
    both = "both tests reject" if has_no_root else "neither test rejects"
    if gain > math.log(wandering.observations):
        return "mean_reversion", "undecided", f"{both}; the better fit pays for the one more parameter (Schwarz)"
    return "random_walk", "undecided", f"{both}; the better fit does not pay for the one more parameter (Schwarz)"


def _likelihood_gain(logs: Array) -> float:
    """n·ln(SSR of the walk with drift / SSR of the return to a level): twice the gain in log likelihood."""
    before, after = logs[:-1], logs[1:]
    changes = after - before
    *_, squares = least_squares(after, np.column_stack([before, np.ones(len(after))]))
    return len(after) * math.log(float(np.sum((changes - changes.mean()) ** 2)) / squares)


def _likeliest_level(logs: Array, b: float) -> float:
    """The level of greatest likelihood for a stationary series with this b: the ends weigh more than the middle."""
    changes = len(logs) - 1
    inner = float(logs[1:-1].sum())
    return float((logs[0] + logs[-1] + (1 - b) * inner) / (2 + (changes - 1) * (1 - b)))


def _corrected_coefficients(chain: Array) -> Array:
    """Coefficient b of each column by least squares, corrected for its bias."""
    before, after = chain[:-1], chain[1:]
    count = len(after)
    centred = before - before.mean(axis=0)
    plain = np.sum(centred * after, axis=0) / np.sum(centred**2, axis=0)
    corrected: Array = (count * plain + 1) / (count - 3)
    return corrected


def _half_life(b: float, interval_years: float) -> float:
    if b >= 1:
        return math.inf
    return -math.log(2) * interval_years / math.log(b) if b > 0 else 0.0


def _checked(log_prices: Sequence[float] | Array, interval_years: float) -> Array:
    logs = np.asarray(log_prices, dtype=np.float64)
    if not 0 < interval_years <= 5:
        raise InputError.of("interval_years", found=interval_years, expected="more than 0 and at most 5 years")
    if logs.ndim != 1 or len(logs) < FEWEST:
        raise InputError.of("prices", found=f"{logs.size} prices", expected=f"at least {FEWEST}, one after another")
    if not np.isfinite(logs).all():
        raise InputError.of("prices", found="a price that is not positive", expected="positive, finite prices")
    if np.ptp(np.diff(logs)) <= 1e-12:
        raise InputError.of("prices", found="prices that do not vary", expected="prices that vary")
    return logs
