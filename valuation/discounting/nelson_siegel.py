"""Which smooth curve do quoted rates follow, when some of the quotes are wrong?

Nelson and Siegel's curve has four parameters. For a given time scale τ it is linear in the other three. The fit
minimises the sum of absolute residuals, a quote far off counting no more than a stated distance. For a given τ the
best such curve passes through three of the quotes, so trying every three finds it, exactly and whatever the wrong
quotes are; what remains is a search over τ alone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from valuation.errors import FieldProblem, InputError, RefusalError
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["NelsonSiegel", "NelsonSiegelFit", "fit_nelson_siegel"]

Vector = NDArray[np.float64]

#: One more than the parameters; with four the curve would go through any four quotes and prove nothing.
#: Every three of the quotes are tried: 34,220 for sixty.
MINIMUM_POINTS, MAXIMUM_POINTS = 5, 60
MAXIMUM_STARTS = 200
#: In how many of the best places of the coarse search the fine search begins.
_REFINED = 3
_BP = 10_000.0


@dataclass(frozen=True)
class NelsonSiegel:
    """The curve ``r(t) = β₀ + β₁ s(t) + β₂ (s(t) − e^(−t/τ))`` with ``s(t) = (1 − e^(−t/τ)) / (t/τ)``.

    Rates are shares of one a year, times in years. ``r(0) = β₀ + β₁`` and ``r(∞) = β₀``.

    References
    ----------
    Nelson and Siegel (1987), Parsimonious Modeling of Yield Curves, Journal of Business 60(4).
    """

    beta0_share: float
    beta1_share: float
    beta2_share: float
    tau_years: float

    def rate(self, time_years: float) -> float:
        """Which rate does the curve give for a tenor?"""
        row = _basis(np.array([time_years]), self.tau_years)[0]
        return float(row @ self._betas)

    def instantaneous_forward(self, time_years: float) -> float:
        """Which forward rate at a time, if the curve is one of continuous zero rates?"""
        z = time_years / self.tau_years
        return float(np.array([1.0, math.exp(-z), z * math.exp(-z)]) @ self._betas)

    @property
    def _betas(self) -> Vector:
        return np.array([self.beta0_share, self.beta1_share, self.beta2_share])


@dataclass(frozen=True)
class NelsonSiegelFit:
    """A fitted curve and how far each quote lies from it; residuals are quote minus curve, in basis points."""

    curve: NelsonSiegel
    tenors_years: tuple[float, ...]
    residuals_bp: tuple[float, ...]
    outlier_bp: float
    tau_bounds_years: tuple[float, float]

    @property
    def median_absolute_bp(self) -> float:
        """How far is the middle quote from the curve?"""
        return float(np.median(np.abs(self.residuals_bp)))

    @property
    def upper_quartile_bp(self) -> float:
        """Within which distance of the curve do three quarters of the quotes lie?"""
        return float(np.quantile(np.abs(self.residuals_bp), 0.75))

    @property
    def root_mean_square_bp(self) -> float:
        """How far are all quotes from the curve, wrong ones included?"""
        return float(np.sqrt(np.mean(np.square(self.residuals_bp))))

    @property
    def outlying_tenors_years(self) -> tuple[float, ...]:
        """Which quotes lie further off than ``outlier_bp``?"""
        pairs = zip(self.tenors_years, self.residuals_bp, strict=True)
        return tuple(tenor for tenor, residual in pairs if abs(residual) > self.outlier_bp)

    @property
    def is_tau_at_bound(self) -> bool:
        """Did the search for τ end at one of its bounds, so that a better τ may lie outside?"""
        logs = [math.log(bound) for bound in self.tau_bounds_years]
        slack = (logs[1] - logs[0]) / 1000
        return min(abs(math.log(self.curve.tau_years) - bound) for bound in logs) < slack

    @property
    def is_long_end_wild(self) -> bool:
        """Does the curve run, beyond its last tenor, to a rate further from the quotes than they are from each other?

        Between the quotes such a curve may still be close; it must not be extended.
        """
        quotes = [self.curve.rate(tenor) for tenor in self.tenors_years]
        low, high = min(quotes), max(quotes)
        return not low - (high - low) <= self.curve.beta0_share <= high + (high - low)

    def largest_move_bp(self, earlier: NelsonSiegelFit) -> float:
        """How far does this curve lie from an earlier one, at most, over the tenors of this one?

        A day whose quotes are wrong together lies on a smooth curve of its own; only its neighbours give it away.
        """
        moves = (self.curve.rate(tenor) - earlier.curve.rate(tenor) for tenor in self.tenors_years)
        return max(abs(move) for move in moves) * _BP

    def warnings(self) -> tuple[NamedWarning, ...]:
        """The doubts a report must name: quotes far off the curve, τ at its bound, a long end not to be extended."""
        found = []
        if self.outlying_tenors_years:
            tenors = ", ".join(f"{tenor:g}" for tenor in self.outlying_tenors_years)
            label = Label(
                f"下列期限（年）的报价偏离拟合曲线超过 {self.outlier_bp:g} 个基点：{tenors}",
                f"quotes more than {self.outlier_bp:g} bp off the fitted curve, tenors in years: {tenors}",
            )
            found.append(NamedWarning("curve_quote_outlying", label))
        if self.is_tau_at_bound:
            label = Label("拟合的 τ 位于搜索边界", "the fitted τ lies at the bound of its search")
            found.append(NamedWarning("curve_tau_at_bound", label))
        if self.is_long_end_wild:
            rate = f"{self.curve.beta0_share:.2%}"
            label = Label(
                f"曲线远端趋于 {rate}，不得用于外推", f"the far end of the curve runs to {rate}: not to be extended"
            )
            found.append(NamedWarning("curve_not_for_extrapolation", label))
        return tuple(found)


def fit_nelson_siegel(
    tenors_years: Sequence[float],
    rates_share: Sequence[float],
    *,
    acceptable_bp: float,
    outlier_bp: float,
    tau_bounds_years: tuple[float, float] | None = None,
    starts: int = 30,
) -> NelsonSiegelFit:
    """Which Nelson–Siegel curve do these rates follow, bad quotes set aside?

    Minimises Σ min(|rate − curve|, outlier): over the β exactly, among the curves through three quotes; over τ by a
    bounded search on its logarithm from the best of ``starts`` places.

    Parameters
    ----------
    tenors_years, rates_share : at least five quotes, tenors rising from zero or later; rates are shares of one.
    acceptable_bp : the fit is refused unless three quarters of the quotes lie within this distance.
    outlier_bp : quotes further off count as this far, and are named in the fit's warnings.
    tau_bounds_years : None: from the shortest tenor above zero to the longest.

    Raises
    ------
    InputError : too few quotes, tenors out of order, rates that are not finite, empty bounds.
    RefusalError : the fit is worse than acceptable.

    References
    ----------
    Nelson and Siegel (1987), Journal of Business 60(4). Koenker and Bassett (1978), Regression Quantiles,
    Econometrica 46(1), theorem 3.1: a median regression passes through as many points as it has parameters.

    Tested by: ``tests/valuation/discounting/test_nelson_siegel.py`` (curves with known parameters, planted
    errors, QuantLib's formula, scipy's own search over all four parameters) and ``tests/examinations/test_curves.py``.
    """
    _check_quotes(tenors_years, rates_share)
    tenors, quotes = np.asarray(tenors_years, dtype=np.float64), np.asarray(rates_share, dtype=np.float64)
    bounds = tau_bounds_years or (float(tenors[tenors > 0][0]), float(tenors[-1]))
    _check_search(bounds, starts, outlier_bp)
    threes = np.array(list(itertools.combinations(range(len(tenors)), 3))).T
    cap = outlier_bp / _BP

    def best_given(tau: float) -> tuple[float, Vector]:
        return _best_betas(_basis(tenors, tau), quotes, threes, cap)

    tau = _best_tau(lambda tried: best_given(tried)[0], bounds, starts)
    betas = best_given(tau)[1]
    residuals_bp = (quotes - _basis(tenors, tau) @ betas) * _BP
    curve = NelsonSiegel(float(betas[0]), float(betas[1]), float(betas[2]), tau)
    fit = NelsonSiegelFit(curve, tuple(tenors.tolist()), tuple(residuals_bp.tolist()), outlier_bp, bounds)
    _refuse_bad(fit, acceptable_bp)
    return fit


def _refuse_bad(fit: NelsonSiegelFit, acceptable_bp: float) -> None:
    if not fit.upper_quartile_bp <= acceptable_bp:
        raise RefusalError.of(
            "rates_share",
            found=f"three quarters of the quotes within {fit.upper_quartile_bp:.1f} bp of the curve",
            expected=f"within {acceptable_bp:g} bp",
            advice="Bootstrap the quotes instead, or review them: they do not follow a Nelson–Siegel curve",
        )


def _basis(tenors: Vector, tau: float) -> Vector:
    """The three functions of the curve, one column each; at tenor zero their limits 1, 1, 0."""
    z = tenors / tau
    slope = np.ones_like(z)
    np.divide(-np.expm1(-z), z, out=slope, where=z > 0)
    return np.column_stack([np.ones_like(z), slope, slope - np.exp(-z)])


def _best_betas(basis: Vector, quotes: Vector, threes: NDArray[np.int64], cap: float) -> tuple[float, Vector]:
    """The least capped sum of absolute residuals for one τ, and the betas that reach it.

    ``threes`` has shape (3, combinations). Differences to the first quote leave two equations, solved by Cramer's
    rule; three quotes that determine no curve give numbers that are not finite and lose.
    """
    slope, hump = basis[:, 1], basis[:, 2]
    first, second, third = threes
    s1, s2 = slope[second] - slope[first], slope[third] - slope[first]
    h1, h2 = hump[second] - hump[first], hump[third] - hump[first]
    q1, q2 = quotes[second] - quotes[first], quotes[third] - quotes[first]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        determinant = s1 * h2 - s2 * h1
        beta1, beta2 = (q1 * h2 - q2 * h1) / determinant, (s1 * q2 - s2 * q1) / determinant
        beta0 = quotes[first] - beta1 * slope[first] - beta2 * hump[first]
        betas = np.stack([beta0, beta1, beta2])
        losses = np.minimum(np.abs(quotes[:, None] - basis @ betas), cap).sum(axis=0)
    best = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    return float(losses[best]), betas[:, best]


def _best_tau(loss: Callable[[float], float], bounds: tuple[float, float], starts: int) -> float:
    """The best τ: every place of a geometric grid is tried, the best local valleys are searched finely."""
    logs = np.linspace(math.log(bounds[0]), math.log(bounds[1]), starts)
    coarse = np.array([loss(math.exp(log)) for log in logs])
    tried = [(float(value), math.exp(log)) for value, log in zip(coarse, logs, strict=True)]
    for index in np.argsort(coarse, kind="stable")[:_REFINED]:
        ends = logs[max(index - 1, 0)], logs[min(index + 1, starts - 1)]
        found = minimize_scalar(lambda log: loss(math.exp(log)), bounds=ends, method="bounded", options={"xatol": 1e-8})
        tried.append((float(found.fun), math.exp(float(found.x))))
    return min(tried)[1]


def _check_search(bounds: tuple[float, float], starts: int, outlier_bp: float) -> None:
    low, high = bounds
    if not 0 < low < high < math.inf:
        raise InputError.of("tau_bounds_years", found=f"{low:g} to {high:g}", expected="0 < lower < upper")
    if not 2 <= starts <= MAXIMUM_STARTS:
        raise InputError.of("starts", found=starts, expected=f"2 to {MAXIMUM_STARTS}")
    if not outlier_bp > 0:
        raise InputError.of("outlier_bp", found=outlier_bp, expected="a number above zero")


def _check_quotes(tenors: Sequence[float], rates: Sequence[float]) -> None:
    problems = []
    if not MINIMUM_POINTS <= len(tenors) <= MAXIMUM_POINTS:
        found, expected = f"{len(tenors)} quotes", f"{MINIMUM_POINTS} to {MAXIMUM_POINTS}, for four parameters"
        problems.append(FieldProblem("tenors_years", found, expected))
    if len(rates) != len(tenors):
        problems.append(FieldProblem("rates_share", f"{len(rates)} rates", f"{len(tenors)}, one a tenor"))
    for field, row in (("tenors_years", tenors), ("rates_share", rates)):
        bad = [index for index, number in enumerate(row) if not math.isfinite(number)]
        problems += [FieldProblem(f"{field}.{k}", "a number that is not finite", "a finite number") for k in bad]
    if any(not later > earlier for earlier, later in itertools.pairwise(tenors)) or min(tenors, default=0) < 0:
        problems.append(FieldProblem("tenors_years", "tenors out of order", "rising tenors of zero or more"))
    if problems:
        raise InputError.from_problems(problems)
