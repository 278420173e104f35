"""IRB: how much capital does the internal ratings-based approach ask for against an exposure?"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pledge.credit._numbers import number, numbers
from pledge.portfolio.copula import conditional_pd
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.expression import Array

__all__ = ["ExposureClass", "IrbCapital", "conditional_default_share", "irb_capital"]

#: A small firm is ``corporate`` with its turnover stated; retail carries no maturity adjustment.
ExposureClass = Literal["corporate", "other_retail", "qrre_transactor", "qrre_revolver"]


@dataclass(frozen=True)
class IrbCapital:
    """The requirement and its parts, one number an exposure; ``capital_share`` and ``risk_weight`` of the exposure."""

    pd_used_share: Array
    correlation_share: Array
    maturity_adjustment: Array
    capital_share: Array
    risk_weight: Array
    expected_loss_share: Array
    values_used: tuple[DatedValue, ...]


@dataclass(frozen=True)
class _Rules:
    """The values of one table on one day, each kept once read."""

    table: DatedTable
    day: datetime.date
    used: dict[str, DatedValue]

    def number(self, name: str) -> float:
        value = self.table.value(name, on=self.day)
        self.used[name] = value
        assert isinstance(value.value, int | Decimal), "numbers of a loaded policy are whole or Decimal"
        return float(value.value)


def irb_capital(
    pd_share: ArrayLike,
    *,
    exposure_class: ExposureClass,
    lgd_share: ArrayLike,
    scaling_factor: float,
    rules: DatedTable,
    on: datetime.date,
    maturity_years: ArrayLike | None = None,
    turnover_million_eur: float | None = None,
) -> IrbCapital:
    """How much capital, and which risk weight, does an exposure need?

    K = LGD (Φ((Φ⁻¹(PD) + √R Φ⁻¹(q)) / √(1 − R)) − PD) · (1 + (M − 2.5) b) / (1 − 1.5 b),
    b = (0.11852 − 0.05478 ln PD)²,
    R = low·w + high·(1 − w), w = (1 − e^(−k PD)) / (1 − e^(−k)); for a small firm R falls by 0.04 (1 − (S − 5)/45).
    Risk weight = scaling · 12.5 · K.

    Parameters
    ----------
    pd_share, lgd_share : shares of one, of shapes that go together; PD is raised to its floor of the day.
    scaling_factor : 1.06 under Basel II, 1 under the final Basel III; stated by the caller, never hidden.
    rules, on : a table of kind ``irb_rules`` and the day.
    maturity_years : M, for firms only, brought within the least and greatest of the rules.
    turnover_million_eur : S, for small firms only; None for others.

    Raises
    ------
    InputError : a PD of 0 or less or of 1 (a defaulted exposure has no PD), an LGD out of range, a maturity missing
        for a firm or stated for retail.

    References
    ----------
    Basel II (June 2006), paragraphs 272 to 330, Annex 5; Basel Framework CRE31, CRE99. Vasicek (2002), Risk 15(12).

    Tested by: published cases ``basel2-irb-corporate-riskweights``, ``basel3-irb-sme-lgd40-riskweights``,
    ``basel3-irb-qrre-riskweights``; the loss quantile by simulation in ``tests/pledge/credit/test_irb_capital.py``.
    """
    law = _Rules(rules, on, {})
    family = "qrre" if exposure_class.startswith("qrre") else exposure_class
    lgd = numbers("lgd_share", lgd_share, low=0, high=1)
    stated = numbers("pd_share", pd_share, low=0, high=1, strictly=True)
    pd = np.maximum(stated, law.number(f"pd_floor_share.{exposure_class}"))
    correlation = _correlation(pd, family, law) - _small_firm_reduction(turnover_million_eur, family, law)
    adjustment = _maturity_adjustment(pd, maturity_years, family, law)
    quantile = conditional_default_share(pd, correlation, confidence_share=law.number("confidence_share"))
    capital = lgd * (quantile - pd) * adjustment
    return IrbCapital(
        pd_used_share=pd,
        correlation_share=correlation,
        maturity_adjustment=adjustment,
        capital_share=capital,
        risk_weight=number("scaling_factor", scaling_factor, low=1) * capital / law.number("capital_ratio_share"),
        expected_loss_share=pd * lgd,
        values_used=tuple(law.used.values()),
    )


def conditional_default_share(pd_share: Array, correlation_share: Array, *, confidence_share: float) -> Array:
    """Which share of many equal loans defaults in a year as bad as this: Φ((Φ⁻¹(PD) + √R Φ⁻¹(q)) / √(1 − R))?

    References
    ----------
    Vasicek (2002), The distribution of loan portfolio value, Risk 15(12).

    Tested by: simulation in ``tests/pledge/credit/test_irb_capital.py``.
    """
    return conditional_pd(pd_share, correlation_share, -special.ndtri(confidence_share))


def _correlation(pd: Array, family: str, law: _Rules) -> Array:
    low, high, decay = (law.number(f"correlation_{name}.{family}") for name in ("low_share", "high_share", "decay"))
    if decay == 0:
        return np.full_like(pd, low)
    weight = np.expm1(-decay * pd) / np.expm1(-decay)
    return np.asarray(low * weight + high * (1 - weight), dtype=np.float64)


def _small_firm_reduction(turnover: float | None, family: str, law: _Rules) -> float:
    if turnover is None:
        return 0.0
    if family != "corporate":
        raise InputError.of("turnover_million_eur", found=turnover, expected=f"nothing for {family}: a firm states it")
    low, high = (law.number(f"sme_turnover_{end}_million_eur") for end in ("low", "high"))
    within = min(max(number("turnover_million_eur", turnover, low=0), low), high)
    return law.number("sme_reduction_share") * (1 - (within - low) / (high - low))


def _maturity_adjustment(pd: Array, maturity_years: ArrayLike | None, family: str, law: _Rules) -> Array:
    if family != "corporate":
        if maturity_years is not None:
            raise InputError.of("maturity_years", found=maturity_years, expected=f"nothing for {family}")
        return np.ones_like(pd)
    if maturity_years is None:
        raise InputError.of("maturity_years", found="nothing", expected="the effective maturity of a firm's loan")
    middle, least, most = (law.number(f"maturity_{name}_years") for name in ("middle", "least", "most"))
    maturity = np.clip(numbers("maturity_years", maturity_years, low=0), least, most)
    slope = (law.number("maturity_slope_constant") - law.number("maturity_slope_log_pd") * np.log(pd)) ** 2
    return np.asarray((1 + (maturity - middle) * slope) / (1 - (middle - least) * slope), dtype=np.float64)
