"""Funds whose gross multiple is the mean of what their companies pay back.

Second way: ``draw_multiples``, which draws two funds' companies together from NumPy's own generator; means, variances
and the correlation of two funds agree within four standard errors. Path by path, the money a fund without fees brings
is its multiple times the money put in, whenever called (exact). NumPy, fen: ``tests/leverage/test_simulate.py``.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from leverage.company_outcome import draw_multiples, outcome_kinds
from leverage.simulate import SimulationResult, simulate_funds
from leverage.simulation.tables import BLOCK_PATHS
from tests.leverage.simulated import COMPANIES, FUND, OF_COMPANIES, numbers_drawn, plan

PATHS = 2 * BLOCK_PATHS + 100
LAWS: dict[str, dict[str, Any]] = {
    "buckets": COMPANIES["terms"],
    "lognormal": {"log_mean_share": 0.05, "log_volatility_share": 0.3, "holding_years": 5},
    "power_law": {"success_probability_share": 0.5, "failure_shape": 3, "success_shape": 2.5, "cap_multiple": 30},
    "quantile_table": {"probability_share": [0, 0.5, 0.9, 1], "multiple": [0, 0.8, 3, 20]},
}


def of_companies(name: str, law: str, **changes: Any) -> dict[str, Any]:
    companies = COMPANIES | {"law": law, "terms": LAWS[law]} | changes
    return FUND | OF_COMPANIES | {"id": name, "companies": companies, "carry_share": 0.0, "catch_up_share": None}


def gross(result: SimulationResult, place: int) -> np.ndarray:
    """Public money's multiple in a fund, all partners being alike and no carry paid: that of the fund."""
    made = result.plan.funds[place]
    called = result.paid_in.sum(axis=0) / len(result.plan.funds)
    return 1 + result.public_net[place] / (made.public_commitment / made.commitment * called)


def test_every_law_is_tested_here() -> None:
    assert set(LAWS) == set(outcome_kinds())


@pytest.mark.parametrize("law", LAWS)
def test_two_funds_have_the_moments_of_companies_drawn_together(law: str) -> None:
    found = simulate_funds(plan(funds=[of_companies("a", law), of_companies("b", law)], paths=PATHS))
    ours = np.array([gross(found, 0), gross(found, 1)])
    kind, terms = found.plan.funds[0].companies.law_and_terms()
    random = np.random.default_rng(11)
    drawn = draw_multiples(kind, terms, scenarios=20_000, companies=24, correlation_share=0.25, random=random)
    theirs = drawn.reshape(20_000, 2, 12).mean(axis=2).T
    # Of the same companies: the mean is the law's.
    assert abs(ours.mean() - kind.mean(terms)) < 4 * ours.std() / np.sqrt(PATHS)
    for moment in (_squares, _product):
        mine, their = moment(ours), moment(theirs)
        error = np.hypot(mine.std() / np.sqrt(mine.size), their.std() / np.sqrt(their.size))
        assert abs(mine.mean() - their.mean()) < 4 * error
    # Twelve companies leave much of what is their own: the correlation is well above zero and well below one.
    assert 0.2 < np.corrcoef(ours)[0, 1] < 0.9


def _squares(multiples: np.ndarray) -> np.ndarray:
    """Squared deviations of the first fund: their mean is the variance."""
    result: np.ndarray = (multiples[0] - multiples[0].mean()) ** 2
    return result


def _product(multiples: np.ndarray) -> np.ndarray:
    """Products of both funds' deviations: their mean is the covariance."""
    centred = multiples - multiples.mean(axis=1, keepdims=True)
    result: np.ndarray = centred[0] * centred[1]
    return result


def test_each_yuan_comes_back_as_often_as_its_companies_pay() -> None:
    """Random calls, a late start and early payouts move the money in time and change no multiple."""
    wild = of_companies("wild", "buckets") | {"call_deviation_share": 0.6, "starts_after_quarters": 5}
    made = plan(funds=[wild | {"cash_flow": FUND["cash_flow"] | {"yield_share": 0.2}}], quarters=60)
    found = simulate_funds(made)
    assert np.ptp(found.paid_in.sum(axis=0)) > 1
    multiples = ((found.received + found.value) / found.paid_in)[0]
    np.testing.assert_allclose(multiples, numbers_drawn(made).multiples[0], rtol=1e-12)


def test_companies_move_with_the_other_funds_and_against_the_losses() -> None:
    table = {
        "id": "pool",
        "public_money": 10.0,
        "to_firms": 100.0,
        "probability_shares": [0, 0.5, 1],
        "loss_shares": [0, 0.1, 1],
        "correlation_share": 0.4,
        "lost_when": "exhausted",
        "source": "invented for tests",
    }
    asked = {"funds": [of_companies("a", "buckets"), FUND], "loss_tables": [table], "paths": PATHS}
    net = simulate_funds(plan(**asked)).public_net
    together = np.corrcoef(net)
    assert together[0, 1] > 0.15
    assert together[0, 2] > 0.15  # net of the pool is its loss, negative
    own = simulate_funds(
        plan(**asked | {"funds": [of_companies("a", "buckets", correlation_share=0), FUND]})
    ).public_net
    assert abs(np.corrcoef(own)[0, 1]) < 4 / np.sqrt(PATHS)
    np.testing.assert_array_equal(own[1:], net[1:])


def test_more_companies_spread_the_risk_that_is_their_own() -> None:
    """Var = (v − c)/n + c with c the covariance of two companies: linear in 1/n."""
    spread = []
    for count in (1, 4, 16):
        found = simulate_funds(plan(funds=[of_companies("a", "lognormal", companies=count)], paths=PATHS))
        spread.append(gross(found, 0).var())
    one, four, sixteen = spread
    assert one > four > sixteen
    assert (four - sixteen) / (one - four) == pytest.approx((1 / 4 - 1 / 16) / (1 - 1 / 4), rel=0.2)


def test_workers_do_not_change_a_bit_of_companies() -> None:
    made = plan(funds=[of_companies("a", "power_law"), of_companies("b", "buckets")], paths=PATHS)
    alone = simulate_funds(made)
    with ThreadPoolExecutor(2) as executor:
        shared = simulate_funds(made, executor=executor)
    assert alone.public_net.tobytes() == shared.public_net.tobytes()
    more = simulate_funds(made.model_copy(update={"paths": PATHS + 7}))
    np.testing.assert_array_equal(more.public_net[:, :PATHS], alone.public_net)
