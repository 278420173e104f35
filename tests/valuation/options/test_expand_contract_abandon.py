"""expand_contract_abandon: is a project with choices worth what a plain lattice says, and never less than without?

Checked against: a binomial lattice written here, with many branchings between two dates of decision (second way);
Black–Scholes for one choice at one date (closed form); identities.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, answered, figure
from tests.valuation.options.core.rights import black_scholes
from tests.valuation.options.samples.expand_contract_abandon import sample
from valuation.errors import InputError
from valuation.kernel.conclusion import Conclusion

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}


def concluded(**changes: Any) -> Conclusion:
    stated = {key: item for key, item in (sample() | changes).items() if item is not None}
    return answered({"expand_contract_abandon": stated}, subject=NO_END).conclusions[0]


def lattice(per_step: int, *, recovery: float = 0.1, threat: float = 0.03) -> float:
    """The sample's project by a binomial tree: decisions at its dates only, payouts and the threat between them."""
    rate, payout, sigma, years, steps = math.log(1.03), 0.06, 0.4, 3.0, 6
    scales = {"base": 1.0, "expanded": 1.5, "contracted": 0.6}
    interval = years / steps
    short = interval / per_step
    up = math.exp(sigma * math.sqrt(short))
    chance = (math.exp((rate - payout) * short) - 1 / up) / (up - 1 / up)

    def levels(step: int) -> np.ndarray:  # type: ignore[type-arg]
        count = step * per_step
        return 1_000_000 * up ** np.arange(-count, count + 1, 2.0)

    held = {name: scale * levels(steps) for name, scale in scales.items()}
    for step in range(steps, -1, -1):
        value = levels(step)
        if step < steps:
            stays = math.exp(-threat * interval)
            for name, scale in scales.items():
                after = stays * held[name] + (1 - stays) * recovery * scale * levels(step + 1)
                for _ in range(per_step):
                    after = math.exp(-rate * short) * (chance * after[1:] + (1 - chance) * after[:-1])
                held[name] = after + scale * value * (1 - math.exp(-payout * interval))
        given_up = {name: np.maximum(held[name], 600_000 * scale) for name, scale in scales.items()}
        if step < steps:
            choices = [given_up["base"], held["expanded"] - 300_000, held["contracted"] + 250_000]
            held = {"base": np.maximum.reduce(choices), **{k: v for k, v in given_up.items() if k != "base"}}
        else:
            # On the last day a change of scale has no step left to hold for, so only giving up is left to choose.
            held = given_up
    return float(held["base"][0])


def test_a_plain_lattice_gives_the_same_value() -> None:
    """Second way: 800 branchings between two dates; the tree itself still scatters by 2 in 100,000 there."""
    tree = lattice(800)
    assert concluded().value == pytest.approx(tree, rel=2e-5)


def test_giving_up_at_one_date_is_a_put() -> None:
    """Closed form: with today and one later date, far above the salvage, value plus Black–Scholes put."""
    found = concluded(
        expansion=None,
        contraction=None,
        life_years=figure(1.0),
        decisions_per_year=1,
        threat=NO_THREAT,
        payout_yield_share=figure(0.0),
    )
    rate = math.log(1.03)
    call = black_scholes(1_000_000, 600_000, 1.0, rate, 0.0, 0.4)
    put = call - 1_000_000 + 600_000 * math.exp(-rate)
    assert found.value == pytest.approx(1_000_000 + put, rel=1e-8)
    assert {each.name: each.value for each in found.beside}["option_premium"] == pytest.approx(put, rel=1e-4)


def test_without_a_threat_the_project_left_alone_is_worth_what_was_stated() -> None:
    """Identity: payouts and rest add up to the present value."""
    beside = {each.name: each.value for each in concluded(threat=NO_THREAT).beside}
    assert beside["static_npv"] == pytest.approx(1_000_000, rel=1e-9)


def test_each_choice_adds_and_none_takes_away() -> None:
    everything = concluded().value
    for missing in ("expansion", "contraction", "abandonment"):
        assert concluded(**{missing: None}).value <= everything + 1e-6


@settings(max_examples=8, deadline=None)
@given(low=st.floats(0, 0.1), more=st.floats(0.01, 0.2), volatility=st.floats(0.1, 0.8))
def test_a_greater_threat_is_worth_less(low: float, more: float, volatility: float) -> None:
    def value(rate: float) -> float:
        threat = {"kind": "constant", "rate_per_year": figure(rate), "recovery_share": figure(0.1)}
        return concluded(threat=threat, volatility_share=figure(volatility), life_years=figure(2.0)).value

    assert value(low + more) <= value(low) * (1 + 1e-9)


def test_the_pledgee_counts_on_no_skill() -> None:
    found = concluded()
    static = {each.name: each.value for each in found.beside}["static_npv"]
    assert found.pledgee_value == pytest.approx(max(static, 600_000.0))
    assert found.pledgee_value < found.value


def test_a_project_without_a_choice_is_refused() -> None:
    with pytest.raises(InputError, match=r"expansion, contraction or abandonment"):
        concluded(expansion=None, contraction=None, abandonment=None)
