"""How many more years may be expected of a right, a relationship or a crop that has reached a certain age?

The expected remaining life at age a is the area under the survivor curve beyond a, over its height there:
``∫ₐ^∞ S(u) du / S(a)``.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad

from valuation.errors import FieldProblem, InputError
from valuation.kernel.dated import DatedValue
from valuation.reference import reference_table

__all__ = ["ExponentialSurvivors", "TabulatedSurvivors", "WeibullSurvivors", "iowa_survivor_curve"]

MAXIMUM_POINTS = 1000
#: Beyond this hazard nothing of the integral is left that a float could hold: exp(−745) is zero.
_VANISHED = 745.0
#: Shapes outside are no losses of this world, and their moments no floats.
SMALLEST_SHAPE, LARGEST_SHAPE = 0.01, 100.0
#: The hazard used up so far, (a/η)^β, must itself be a float with room to spare.
LARGEST_HAZARD = 1e100


@dataclass(frozen=True)
class ExponentialSurvivors:
    """The same share is lost every year, whatever the age: ``S(t) = exp(−λ t)``."""

    annual_hazard: float

    def __post_init__(self) -> None:
        _refuse_not_positive(annual_hazard=self.annual_hazard)

    def survival(self, age_years: float) -> float:
        """Which share is left at an age?"""
        _refuse_bad_age(age_years)
        return math.exp(-self.annual_hazard * age_years)

    def remaining_life(self, age_years: float) -> float:
        """How many more years at an age: ``1 / λ``, the same at any age.

        Tested by: ``tests/valuation/discounting/test_remaining_life.py`` (identity, quadrature).
        """
        _refuse_bad_age(age_years)
        return 1 / self.annual_hazard


@dataclass(frozen=True)
class WeibullSurvivors:
    """Losses that grow (shape above 1) or shrink with age: ``S(t) = exp(−(t/η)^β)``."""

    shape: float
    scale_years: float

    def __post_init__(self) -> None:
        _refuse_not_positive(shape=self.shape, scale_years=self.scale_years)
        if not SMALLEST_SHAPE <= self.shape <= LARGEST_SHAPE:
            expected = f"a shape from {SMALLEST_SHAPE:g} to {LARGEST_SHAPE:g}"
            raise InputError.of("shape", found=self.shape, expected=expected)

    def survival(self, age_years: float) -> float:
        """Which share is left at an age?"""
        return math.exp(-self._hazard_used(age_years))

    def remaining_life(self, age_years: float) -> float:
        """How many more years at an age?

        With the hazard used up from now on, x = (u/η)^β − (a/η)^β, the mean of the years u − a is
        ``η ∫₀^∞ e^(−x) ((x + (a/η)^β)^(1/β) − a/η) dx``, which stays accurate at ages where S itself is too small
        for a float. At age zero it is ``η Γ(1 + 1/β)``.

        Tested by: ``tests/valuation/discounting/test_remaining_life.py`` (the gamma function, the incomplete gamma
        function as second way, shape 1 equals the exponential).
        """
        reached = self._hazard_used(age_years)
        power = 1 / self.shape
        if reached == 0:
            return self.scale_years * math.gamma(1 + power)

        age = age_years / self.scale_years

        def gained(hazard: float) -> float:
            """The time, in scales, until so much more hazard is used up, times its likelihood."""
            if hazard > reached:
                return math.exp(power * math.log(hazard + reached) - hazard) - age * math.exp(-hazard)
            return age * math.expm1(power * math.log1p(hazard / reached)) * math.exp(-hazard)

        pieces = itertools.pairwise([0.0, min(reached, 1.0), 10.0, 100.0, _VANISHED])
        area = math.fsum(quad(gained, a, b, epsabs=0, epsrel=1e-11, limit=200)[0] for a, b in pieces)
        return self.scale_years * area

    def _hazard_used(self, age_years: float) -> float:
        _refuse_bad_age(age_years, last=self.scale_years * math.pow(LARGEST_HAZARD, 1 / max(self.shape, 1.0)))
        return math.pow(age_years / self.scale_years, self.shape)


@dataclass(frozen=True)
class TabulatedSurvivors:
    """Shares left at stated ages, a straight line in between.

    Attributes
    ----------
    ages_years : rising from zero.
    shares : falling from one; the last is zero, or else ``cut_off`` must be true and the remaining life counts only
        the years within the table.
    """

    ages_years: tuple[float, ...]
    shares: tuple[float, ...]
    cut_off: bool = False

    def __post_init__(self) -> None:
        _check_table(self.ages_years, self.shares, cut_off=self.cut_off)

    def survival(self, age_years: float) -> float:
        """Which share is left at an age?

        Raises
        ------
        InputError : the age is negative or after the last one of the table.
        """
        _refuse_bad_age(age_years, last=self.ages_years[-1])
        return float(np.interp(age_years, self.ages_years, self.shares))

    def remaining_life(self, age_years: float) -> float:
        """How many more years at an age?

        Raises
        ------
        InputError : the age is outside the table, or nothing is left at it.

        Tested by: ``tests/valuation/discounting/test_remaining_life.py`` (by hand, a fine table of an exponential).
        """
        here = self.survival(age_years)
        if here == 0:
            raise InputError.of("age_years", found=age_years, expected="an age at which something is left")
        later = [(age, share) for age, share in zip(self.ages_years, self.shares, strict=True) if age > age_years]
        points = [(age_years, here), *later]
        area = math.fsum((b - a) * (one + other) / 2 for (a, one), (b, other) in itertools.pairwise(points))
        return area / here


def iowa_survivor_curve(*, policy_date: datetime.date) -> DatedValue:
    """Which parameters have the Iowa survivor curves (types L, S, R, O)? A gap until someone reads Bulletin 125.

    Raises
    ------
    GapError : always today, naming the bulletin; the product does not guess the parameters.

    References
    ----------
    Winfrey (1935), Statistical Analyses of Industrial Property Retirements, Iowa Engineering Experiment Station
    Bulletin 125.

    Tested by: ``tests/valuation/discounting/test_remaining_life.py``.
    """
    return reference_table("discount_practice").value("iowa_survivor_curve", on=policy_date)


def _refuse_not_positive(**numbers: float) -> None:
    for field, number in numbers.items():
        if not 0 < number < math.inf:
            raise InputError.of(field, found=number, expected="a number above zero")


def _refuse_bad_age(age_years: float, *, last: float = math.inf) -> None:
    if not (0 <= age_years < math.inf and age_years <= last):
        expected = "an age ≥ 0" if last == math.inf else f"an age from 0 to {last:g}"
        raise InputError.of("age_years", found=age_years, expected=expected)


def _check_table(ages: Sequence[float], shares: Sequence[float], *, cut_off: bool) -> None:
    problems = []
    if len(ages) != len(shares) or not 2 <= len(ages) <= MAXIMUM_POINTS:
        found = f"{len(ages)} ages and {len(shares)} shares"
        problems.append(FieldProblem("ages_years, shares", found, f"as many of each, 2 to {MAXIMUM_POINTS}"))
    if (
        not all(math.isfinite(age) for age in ages)
        or any(not b > a for a, b in itertools.pairwise(ages))
        or ages[:1] != (0,)
    ):
        problems.append(FieldProblem("ages_years", str(list(ages)[:5]), "ages rising from 0"))
    if shares[:1] != (1,) or any(not 0 <= later <= earlier for earlier, later in itertools.pairwise(shares)):
        problems.append(FieldProblem("shares", str(list(shares)[:5]), "shares falling from 1, none below 0"))
    elif shares[-1] > 0 and not cut_off:
        found = f"{shares[-1]:g} at the last age"
        problems.append(FieldProblem("shares", found, "0 there, or cut_off stated as true"))
    if problems:
        raise InputError.from_problems(problems)
