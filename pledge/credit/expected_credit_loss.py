"""预期信用损失: which loss must the accounts expect, over twelve months or over the whole life, gross and net?

The loan's default is followed period by period. Gross is what the bank loses when the borrower fails; net is what
remains after a guarantor, insurer or pool has paid, which may itself fail.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pledge.credit._numbers import number, numbers, same_length, share
from pledge.provision import Stage
from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = [
    "Enhancement",
    "ExpectedLoss",
    "LossPath",
    "Scenario",
    "Timing",
    "expected_loss",
    "impaired_loss",
    "marginal_default_share",
    "scenario_loss",
]

#: When in a period the default is taken to fall.
Timing = Literal["end", "middle"]
#: What the weights of scenarios may miss a sum of 1 by.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class LossPath:
    """A loan period by period: exposure at default, probability of defaulting in that period, LGD.

    Attributes
    ----------
    exposure : at default in each period, any unit of money ≥ 0.
    marginal_pd_share : seen from today; they sum to at most 1.
    lgd_share : one for all periods, or one each, before any enhancement.
    years_per_period : 1 for years, 1/12 for months.
    """

    exposure: Array
    marginal_pd_share: Array
    lgd_share: Array
    years_per_period: float

    def __post_init__(self) -> None:
        exposure = numbers("exposure", self.exposure, low=0)
        marginal = numbers("marginal_pd_share", self.marginal_pd_share, low=0, high=1)
        periods = same_length(exposure=exposure, marginal_pd_share=marginal)
        lgd = numbers("lgd_share", self.lgd_share, low=0, high=1)
        lgd = np.full(periods, float(lgd)) if lgd.ndim == 0 else lgd
        same_length(exposure=exposure, lgd_share=lgd)
        step = number("years_per_period", self.years_per_period, low=0, high=1)
        # A period across the end of the year would be left out of the twelve months.
        if step == 0 or abs(1 / step - round(1 / step)) > _ROUNDING:
            raise InputError.of("years_per_period", found=f"{step:g}", expected="1 over a whole number, such as 1/12")
        if math.fsum(marginal) > 1 + _ROUNDING:
            raise InputError.of(
                "marginal_pd_share", found=f"a sum of {math.fsum(marginal):g}", expected="a sum of at most 1"
            )
        for name, array in (("exposure", exposure), ("marginal_pd_share", marginal), ("lgd_share", lgd)):
            object.__setattr__(self, name, array)

    @property
    def periods_in_a_year(self) -> int:
        """How many periods end within twelve months from today."""
        return round(1 / self.years_per_period)


@dataclass(frozen=True, kw_only=True)
class Enhancement:
    """信用增级 that is part of the loan's terms: it pays a share of each loss, up to a cap, unless it fails itself.

    ``cap`` is the most it pays, None without one. ``years_to_payment`` from default to payment.
    """

    covered_share: float
    cap: float | None
    failure_share: float
    years_to_payment: float

    def __post_init__(self) -> None:
        share("covered_share", self.covered_share)
        share("failure_share", self.failure_share)
        number("years_to_payment", self.years_to_payment, low=0, high=50)
        if self.cap is not None:
            number("cap", self.cap, low=0)


@dataclass(frozen=True)
class ExpectedLoss:
    """Expected loss discounted to today, period by period, before and after the enhancement."""

    gross_by_period: Array
    net_by_period: Array
    periods_in_a_year: int

    def gross(self, stage: Stage) -> float:
        """Before the enhancement: twelve months in stage 1, the whole life in stage 2."""
        return self._sum(self.gross_by_period, stage)

    def net(self, stage: Stage) -> float:
        """After the enhancement: twelve months in stage 1, the whole life in stage 2."""
        return self._sum(self.net_by_period, stage)

    def _sum(self, by_period: Array, stage: Stage) -> float:
        if stage not in (1, 2):
            raise InputError.of("stage", found=stage, expected="1 or 2; a credit-impaired loan is asked impaired_loss")
        return math.fsum(by_period[: self.periods_in_a_year] if stage == 1 else by_period)


@dataclass(frozen=True)
class Scenario:
    """A future of the economy: its weight, and the loan's path in it."""

    name: str
    weight_share: float
    path: LossPath


def expected_loss(
    path: LossPath,
    *,
    effective_rate_share: float,
    timing: Timing,
    enhancement: Enhancement | None = None,
) -> ExpectedLoss:
    """Which loss is expected, period by period, discounted at the original effective rate?

    gross(t) = PD(t) LGD(t) EAD(t) / (1 + EIR)^τ, τ = the end or the middle of the period;
    net(t) = gross(t) − PD(t) (1 − f) min(c LGD(t) EAD(t), cap) / (1 + EIR)^(τ + delay).

    Parameters
    ----------
    effective_rate_share : original effective interest rate (原实际利率) a year.
    timing : when in its period a default falls.
    enhancement : None: net equals gross.

    Raises
    ------
    InputError : a number that is not finite or out of range, columns of different length.

    References
    ----------
    IFRS 9 5.5.3, 5.5.5, 5.5.17, B5.5.29, B5.5.44, B5.5.55; 企业会计准则第22号.

    Tested by: the published case ``ecl-12-month-and-lifetime-amortising``; simulation of default times and hypothesis
    in ``tests/pledge/credit/test_expected_credit_loss.py``.
    """
    rate = number("effective_rate_share", effective_rate_share, low=-0.5, high=10)
    periods = np.arange(1, len(path.exposure) + 1)
    years = path.years_per_period * (periods - (0.5 if timing == "middle" else 0.0))
    lost = path.lgd_share * path.exposure
    gross = path.marginal_pd_share * lost * (1 + rate) ** -years
    if enhancement is None:
        return ExpectedLoss(gross, gross, path.periods_in_a_year)
    covered = enhancement.covered_share * lost
    paid = (1 - enhancement.failure_share) * (
        covered if enhancement.cap is None else np.minimum(covered, enhancement.cap)
    )
    received = path.marginal_pd_share * paid * (1 + rate) ** -(years + enhancement.years_to_payment)
    return ExpectedLoss(gross, gross - received, path.periods_in_a_year)


def scenario_loss(
    scenarios: Sequence[Scenario],
    *,
    stage: Stage,
    effective_rate_share: float,
    timing: Timing,
    enhancement: Enhancement | None = None,
) -> tuple[float, float]:
    """Which loss is expected over several futures, gross and net?

    Σ weight × loss of the scenario. A loss of the mean scenario would miss that bad futures cost more than good ones
    save.

    Raises
    ------
    InputError : no scenario, a weight below 0, weights that do not sum to 1.

    References
    ----------
    IFRS 9 5.5.17(a), B5.5.41, B5.5.42.

    Tested by: by hand in ``tests/pledge/credit/test_expected_credit_loss.py``.
    """
    weights = numbers("weight_share", [scenario.weight_share for scenario in scenarios], low=0, high=1)
    if abs(math.fsum(weights) - 1) > _ROUNDING:
        raise InputError.of("weight_share", found=f"a sum of {math.fsum(weights):g}", expected="a sum of 1")
    losses = [
        expected_loss(each.path, effective_rate_share=effective_rate_share, timing=timing, enhancement=enhancement)
        for each in scenarios
    ]
    return (
        math.fsum(weight * loss.gross(stage) for weight, loss in zip(weights, losses, strict=True)),
        math.fsum(weight * loss.net(stage) for weight, loss in zip(weights, losses, strict=True)),
    )


def impaired_loss(
    carrying_amount: float, *, recoveries: Sequence[tuple[float, float]], effective_rate_share: float
) -> float:
    """Which loss is expected on a credit-impaired loan (stage 3)?

    carrying amount − Σ recovery / (1 + EIR)^years, not below 0.

    Parameters
    ----------
    recoveries : (years from today, amount) of each expected receipt, costs taken off.

    Examples
    --------
    >>> round(impaired_loss(1000.0, recoveries=[(1.0, 330.0), (2.0, 242.0)], effective_rate_share=0.1), 10)
    500.0

    References
    ----------
    IFRS 9 5.5.33, B5.5.33.

    Tested by: by hand in ``tests/pledge/credit/test_expected_credit_loss.py``.
    """
    gross = number("carrying_amount", carrying_amount, low=0)
    rate = number("effective_rate_share", effective_rate_share, low=-0.5, high=10)
    worth = [
        number(f"recoveries[{place}].amount", amount, low=0)
        * (1 + rate) ** -number(f"recoveries[{place}].years", years, low=0)
        for place, (years, amount) in enumerate(recoveries)
    ]
    return max(0.0, gross - math.fsum(worth))


def marginal_default_share(hazard_share: ArrayLike) -> Array:
    """With which probability, seen from today, does the loan default in each period?

    PD(t) = h(t) Π_{s<t} (1 − h(s)), h the probability of defaulting in a period if alive at its start.

    Examples
    --------
    >>> marginal_default_share([0.5, 0.5, 1.0]).tolist()
    [0.5, 0.25, 0.25]

    Tested by: hypothesis (the shares and survival sum to 1) in ``tests/pledge/credit/test_expected_credit_loss.py``.
    """
    hazard = numbers("hazard_share", hazard_share, low=0, high=1)
    same_length(hazard_share=hazard)
    alive = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    return np.asarray(hazard * alive, dtype=np.float64)
