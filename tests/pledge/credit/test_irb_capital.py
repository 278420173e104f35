"""Are risk weights those of the Basel tables, with no factor hidden in them?

Literature: the tables of Basel II Annex 5 and CRE99 run in ``tests/literature``. Second way: the loss quantile of a
large simulated book. Hand: parts of the formula beside the number. Properties by hypothesis.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from pledge.credit.irb_capital import IrbCapital, conditional_default_share, irb_capital
from pledge.policy_catalogue import load_policies
from valuation.errors import BeforeFirstStepError, InputError
from valuation.kernel.randomness import block_generator

RULES = load_policies()["basel_irb"]
FINAL, BASEL_2 = datetime.date(2024, 1, 1), datetime.date(2008, 1, 1)


def ask(pd: Any = 0.01, **facts: Any) -> IrbCapital:
    stated = {
        "exposure_class": "corporate",
        "lgd_share": 0.45,
        "scaling_factor": 1.0,
        "rules": RULES,
        "on": FINAL,
        "maturity_years": 2.5,
    }
    return irb_capital(pd, **(stated | facts))


def test_one_weight_by_hand() -> None:
    # Hand: PD 1 %: w = (1 - e^-0.5)/(1 - e^-50) = 0.393469; R = 0.24 - 0.12 w = 0.192784; b = 0.137471;
    # K = 0.45 (0.140275 - 0.01) / (1 - 1.5 b) = 0.073857; weight 92.32 % as Annex 5 prints.
    found = ask()
    assert float(found.correlation_share) == pytest.approx(0.24 - 0.12 * (1 - math.exp(-0.5)), abs=1e-12)
    slope = (0.11852 - 0.05478 * math.log(0.01)) ** 2
    assert float(found.maturity_adjustment) == pytest.approx(1 / (1 - 1.5 * slope), rel=1e-12)
    assert float(found.risk_weight) == pytest.approx(0.9232, abs=5e-5)
    assert float(found.expected_loss_share) == pytest.approx(0.0045)


def test_the_scaling_factor_is_the_callers() -> None:
    assert float(ask(scaling_factor=1.06).risk_weight) == pytest.approx(1.06 * float(ask().risk_weight), rel=1e-14)
    with pytest.raises(TypeError, match="scaling_factor"):
        irb_capital(0.01, exposure_class="corporate", lgd_share=0.45, rules=RULES, on=FINAL)  # type: ignore[call-arg]


def test_the_quantile_is_that_of_a_large_simulated_book() -> None:
    # Second way: many years, each a common factor and the share of defaults it leaves (three standard errors wide).
    pd, correlation, confidence, years = 0.02, 0.15, 0.99, 400_000
    factor = block_generator(7, 0).standard_normal(years)
    rate = special.ndtr((special.ndtri(pd) - math.sqrt(correlation) * factor) / math.sqrt(1 - correlation))
    exact = float(conditional_default_share(np.array(pd), np.array(correlation), confidence_share=confidence))
    below = float((rate <= exact).mean())
    assert abs(below - confidence) < 3 * math.sqrt(confidence * (1 - confidence) / years)


def test_a_pd_below_the_floor_of_the_day_is_raised() -> None:
    assert float(ask(1e-5).pd_used_share) == 0.0005
    assert float(ask(1e-5, on=BASEL_2).pd_used_share) == 0.0003
    revolver = ask(1e-5, exposure_class="qrre_revolver", maturity_years=None)
    assert float(revolver.pd_used_share) == 0.001


def test_turnover_lowers_the_correlation_between_5_and_50_million() -> None:
    whole = float(ask().correlation_share)
    for turnover, reduction in ((1, 0.04), (5, 0.04), (27.5, 0.02), (50, 0.0), (900, 0.0)):
        assert float(ask(turnover_million_eur=turnover).correlation_share) == pytest.approx(whole - reduction)


def test_maturity_is_brought_within_one_and_five_years() -> None:
    assert float(ask(maturity_years=0.5).capital_share) == float(ask(maturity_years=1).capital_share)
    assert float(ask(maturity_years=9).capital_share) == float(ask(maturity_years=5).capital_share)
    assert float(ask(maturity_years=1).maturity_adjustment) == pytest.approx(1, abs=1e-12)


def test_retail_has_no_maturity_adjustment() -> None:
    # Hand: other retail at 1 %: R = 0.16 - 0.13 (1 - e^-0.35)/(1 - e^-35).
    found = ask(exposure_class="other_retail", maturity_years=None)
    assert float(found.maturity_adjustment) == 1
    assert float(found.correlation_share) == pytest.approx(0.16 - 0.13 * (1 - math.exp(-0.35)), abs=1e-12)


@given(pd=st.floats(0.0005, 0.5), lgd=st.floats(0.05, 1), more=st.floats(0.01, 1))
def test_capital_is_linear_in_loss_and_never_negative(pd: float, lgd: float, more: float) -> None:
    whole, part = float(ask(pd, lgd_share=lgd).capital_share), float(ask(pd, lgd_share=lgd * more).capital_share)
    assert whole >= 0
    assert part == pytest.approx(more * whole, rel=1e-9)


def test_arrays_give_what_single_numbers_give() -> None:
    many = ask(np.array([0.01, 0.02]), lgd_share=np.array([0.4, 0.5])).risk_weight
    assert many.tolist() == [float(ask(0.01, lgd_share=0.4).risk_weight), float(ask(0.02, lgd_share=0.5).risk_weight)]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"pd": 0.0}, "pd_share: found 0, expected a finite number, above 0, below 1"),
        ({"pd": 1.0}, "pd_share: found 1, expected a finite number, above 0, below 1"),
        ({"pd": [0.1, float("nan")]}, "pd_share[1]: found nan, expected a finite number, above 0, below 1"),
        ({"pd": []}, "pd_share: found nothing, expected at least one number"),
        ({"pd": "much"}, "pd_share: found 'much', expected numbers"),
        ({"lgd_share": 1.2}, "lgd_share: found 1.2, expected a finite number, at least 0, at most 1"),
        ({"scaling_factor": 0.9}, "scaling_factor: found 0.9, expected a finite number, at least 1"),
        (
            {"maturity_years": None},
            "maturity_years: found nothing, expected the effective maturity of a firm's loan",
        ),
        ({"exposure_class": "other_retail"}, "maturity_years: found 2.5, expected nothing for other_retail"),
        (
            {"exposure_class": "other_retail", "maturity_years": None, "turnover_million_eur": 5},
            "turnover_million_eur: found 5, expected nothing for other_retail: a firm states it",
        ),
    ],
)
def test_what_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(**facts)
    assert str(caught.value) == message


def test_a_day_before_basel_2_has_no_rule() -> None:
    with pytest.raises(BeforeFirstStepError, match="basel_irb"):
        ask(on=datetime.date(2000, 1, 1))
