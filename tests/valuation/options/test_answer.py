"""What every option method answers beside its value: complete, plausible, and drawn as valid pictures.

Checked against: the list of keys, Black–Scholes' greeks (closed form), an XML parser.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from xml.etree import ElementTree

import pytest
from scipy import stats

from tests.valuation.every_method import SAMPLES, sample, valued
from tests.valuation.options.core.rights import black_scholes
from valuation.catalogue import methods
from valuation.options._answer import DETAIL_KEYS, differences, differences_at_once

OPTIONS = sorted(name for name, method in methods().items() if method.approach == "options")


@pytest.mark.parametrize("method", OPTIONS)
def test_every_option_answers_everything_or_says_why_not(method: str) -> None:
    found = valued(method, sample(method))
    details = found.details
    assert set(details) == set(DETAIL_KEYS)
    json.dumps(details, allow_nan=False)
    for key in ("convergence", "timing", "pledgee"):
        assert len(details[key]) > 15, key
    for key in ("thresholds", "probabilities", "tree", "seed", "boundary_svg", "tree_svg"):
        reason = details["not_applicable"].get(key)
        assert details[key] not in (None, [], {}) or (reason and len(reason) > 10) or key.endswith("svg"), key
    for name in ("delta", "vega", "rho", "hazard"):
        reason = details["not_applicable"].get(name)
        assert (name in details["sensitivities"]) != bool(reason), f"{name}: a number or a reason"
    for key, rows in (("tree_svg", "tree"), ("boundary_svg", "thresholds")):
        assert bool(details[key]) == bool(details[rows]) or key in details["not_applicable"], key
        if details[key]:
            assert ElementTree.fromstring(details[key]).tag.endswith("svg")


@pytest.mark.parametrize("method", OPTIONS)
def test_every_option_shows_what_its_choices_add(method: str) -> None:
    found = valued(method, sample(method))
    beside = {each.name: each.value for each in found.beside}
    assert {"static_npv", "option_premium"} <= set(beside)
    assert beside["option_premium"] == pytest.approx(found.value - beside["static_npv"], rel=1e-9, abs=1e-6)
    assert found.pledgee_value is not None
    assert 0 <= found.pledgee_value <= found.value * (1 + 1e-9) + 1e-9
    assert beside["option_premium"] >= -1e-6 * abs(found.value)


@pytest.mark.parametrize("method", OPTIONS)
def test_probabilities_are_shares(method: str) -> None:
    details = valued(method, sample(method)).details
    for event, share in details["probabilities"].items():
        assert -1e-9 <= share <= 1 + 1e-6 or "expected" in event, (event, share)
    assert details["probability_measure"] in ("risk_neutral", "real_world")


def test_every_option_has_a_sample() -> None:
    assert set(OPTIONS) <= set(SAMPLES)


def test_differences_are_the_closed_forms() -> None:
    """Closed form: delta, vega and rho of a European call; λ as one more yield at λ = 0."""
    at = {"value": 100.0, "volatility": 0.35, "rate": 0.04, "threat": 0.0}

    def value(changed: Mapping[str, float]) -> float:
        threat = math.exp(-changed["threat"] * 8)
        return threat * black_scholes(changed["value"], 110, 8, changed["rate"], 0.05, changed["volatility"])

    names = {"delta": "value", "vega": "volatility", "rho": "rate", "hazard": "threat"}
    found = differences(value, at, names)
    assert differences_at_once(lambda points: [value(point) for point in points], at, names) == found
    spread = 0.35 * math.sqrt(8)
    d1 = (math.log(100 / 110) + (0.04 - 0.05) * 8) / spread + spread / 2
    assert found["delta"] == pytest.approx(math.exp(-0.4) * stats.norm.cdf(d1), rel=1e-6)
    assert found["vega"] == pytest.approx(100 * math.exp(-0.4) * stats.norm.pdf(d1) * math.sqrt(8), rel=1e-5)
    assert found["rho"] == pytest.approx(8 * 110 * math.exp(-0.32) * stats.norm.cdf(d1 - spread), rel=1e-5)
    assert found["hazard"] == pytest.approx(-8 * value(at), rel=1e-5)
