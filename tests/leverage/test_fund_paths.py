"""A fund on many paths, quarter by quarter: against the simulation of funds in whole arrays (the second way).

That simulation was written from the formulas on its own, and the compiled kernel is held to it too. Then by hand.
"""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from benchmarks.leverage_simulation_numpy import simulate_whole_arrays
from leverage.fund_paths import FundGrowth
from leverage.policy import load_policies
from leverage.programme import Payment, Programme, load_programmes
from leverage.risk import PathFactors
from leverage.run_answer import RunAnswer
from leverage.scenario_run import run_paths
from leverage.simulation.tables import BLOCK_PATHS, SimulatedFund, fund_tables
from tests.leverage.builders import figure
from tests.leverage.runs import asked, fund, parsed, simulated
from tests.leverage.simulated import FUND, KINDS, numbers_drawn, plan
from valuation.errors import InputError
from valuation.kernel.fast_random import stream_keys
from valuation.kernel.fields import parse


def alone(kind: dict[str, Any]) -> SimulatedFund:
    """A kind of fund without a commitment of the manager, which stands beside public money like all others."""
    terms = FUND | kind
    others = terms["other_commitment"] + terms.get("manager_commitment", 0.0)
    return parse(SimulatedFund, terms | {"other_commitment": others, "manager_commitment": 0.0})


#: Terms that the flows by quarter do not know.
UNKNOWN = {
    "fees_on_cost", "simple", "on_commitment", "simple_on_commitment", "last_on_commitment", "passed_on",
    "loss_made_good", "last_and_made_good", "bought", "bought_simply", "bought_if_good", "recycles", "recycles_all",
    "recycles_late", "gives_back", "gives_back_net", "gives_back_last", "gives_and_makes_good", "of_companies",
    "of_companies_late",
}  # fmt: skip


@pytest.mark.parametrize("kind", [row for row in KINDS if row.get("id") in UNKNOWN], ids=lambda kind: kind["id"])
def test_terms_that_the_flows_do_not_know_are_refused_by_name(kind: dict[str, Any]) -> None:
    terms = alone(kind)
    factors = PathFactors(np.zeros((40, 2)), stream_keys(1, 0, streams=2), BLOCK_PATHS)
    with pytest.raises(InputError, match=r"^fund\.\w+"):
        FundGrowth(terms, factors).of(public=1.0, others=1.0)


@pytest.mark.parametrize(
    "kind", [row for row in KINDS if row.get("id") not in UNKNOWN], ids=lambda kind: kind.get("id", "plain")
)
def test_the_flows_are_those_of_the_simulation_of_funds(kind: dict[str, Any]) -> None:
    terms = alone(kind)
    made = plan(funds=[terms.model_dump()])
    expected = simulate_whole_arrays(fund_tables(made.funds, quarters=made.quarters), numbers_drawn(made))
    keys = stream_keys(made.seed, 0, streams=3)
    common = numbers_drawn(made).common
    factors = PathFactors(common, keys[1:], BLOCK_PATHS)
    found = FundGrowth(terms, factors).of(public=terms.public_commitment, others=terms.other_commitment)
    scale = terms.commitment
    net = found.received[0] - found.called[0]
    public = net.T.copy()
    public[-1] += found.held[0]
    assert np.abs(public - expected["public"]).max() < 1e-11 * scale
    everyone = (found.received.sum(axis=0) - found.called.sum(axis=0)).T.copy()
    everyone[-1] += found.held.sum(axis=0)
    assert np.abs(everyone - expected["everyone"]).max() < 1e-11 * scale
    assert np.abs(found.invested.sum(axis=1) - expected["to_firms"]).max() < 1e-11 * scale
    assert np.abs(found.charged.sum(axis=1) - expected["fees"]).max() < 1e-11 * scale
    manager = found.received[2].sum(axis=1)
    assert np.abs(found.received[1].sum(axis=1) + manager - expected["received"][1:].sum(axis=0)).max() < 1e-11 * scale


def test_a_fund_without_chance_by_hand() -> None:
    """All is called in the first quarter; 25 a year for one year as a charge; the rest doubles in a year.

    Public 1.0 of 4.0; others pay in half of 3.0: 2.5亿 in all. Growth is by the quarter: what is called at the end of a
    quarter grows from the next. Rate of call 1, so that quarter 1 calls 2.5 and charges 2 % / 4 of it: 0.0125亿 a
    quarter for four quarters, out of the call first.
    """
    answer = simulated(asked(fund(), quarters=8, paths=200)).alternatives[0]
    found = answer.allocations[0].principal
    growth = 2.0**0.25
    value = 250e6 - 1.25e6
    assert answer.to_firms.mean.value == pytest.approx(value)
    for _ in range(3):
        value = value * growth - 1.25e6
    # The second year is the last: all is paid out at its end, without a charge.
    value *= 2.0
    assert found.paid_in.value == pytest.approx(100e6)
    assert found.back.value == pytest.approx(value * 0.4 - 0.2 * (value - 250e6) * 0.4)
    assert found.held.value == pytest.approx(0, abs=1)
    rows = {row.party: row for row in answer.parties}
    assert rows["manager"].received == pytest.approx(5e6 + 0.2 * (value - 250e6))
    whole = sum(row.received for row in answer.parties)
    assert whole == pytest.approx(value + 5e6)


def test_a_parent_takes_its_fee_with_each_call_by_hand() -> None:
    """5 % of 1.0亿 stays with the parent's manager, so that 0.95亿 of 3.8亿 are committed; the others pay in half of
    2.85. The fund's manager has 2 % of 2.375亿. All called money but the fees reaches firms in the end.
    """
    made = fund()
    made["terms"]["parent"] = {"lifetime_fee_share": figure("0.05")}
    made["risk"]["waterfall"] |= {"carry_share": 0.0, "catch_up_share": None}
    answer = simulated(asked(made, quarters=8, paths=200)).alternatives[0]
    rows = {row.party: row for row in answer.parties}
    assert rows["central"].paid + rows["city"].paid == pytest.approx(100e6)
    assert rows["manager"].received == pytest.approx(5e6 + 0.02 * 237.5e6)
    others = [rows[name] for name in ("state_company", "private")]
    assert sum(row.paid for row in others) == pytest.approx(142.5e6)
    # What everybody gets is shared by what reached the fund.
    back = answer.principal.back.value
    assert back / 95e6 == pytest.approx(sum(row.received for row in others) / 142.5e6)


def staged(share: str) -> dict[str, Programme]:
    """A share of the city's money is there at once, the rest three years later; the central money at once."""
    parts = {"2026-03-31": Decimal(share), "2029-03-31": 1 - Decimal(share)}
    rows = tuple(
        parse(Payment, {"line": "high_tech_city", "day": day, "amount": format(50_000_000 * part, ".2f")})
        for day, part in parts.items()
    )
    programme = load_programmes()["haikou_2021"]
    return {programme.id: programme.model_copy(update={"timetable": rows})}


@pytest.mark.parametrize(("share", "is_enough"), [("0.5", True), ("0.4", False)])
def test_calls_do_not_run_ahead_of_the_timetable(share: str, is_enough: bool) -> None:
    """Year 1 calls 0.75, year 4 the rest; at first 0.5 + 0.5 · 0.5 = 0.75 or 0.5 + 0.5 · 0.4 = 0.7 are there."""
    made = fund()
    made["risk"]["pattern"] |= {"contribution_rate_by_year_share": [0.75, 0.0, 0.0, 1.0], "life_years": 5}
    programmes = staged(share)

    def run() -> RunAnswer:
        return run_paths(parsed(asked(made, quarters=20)), programmes=programmes, policies=load_policies())

    if is_enough:
        assert run().alternatives[0].principal.paid_in.value == pytest.approx(100e6)
    else:
        with pytest.raises(InputError, match=r"fund\.risk\.first_day: found calls of 0\.7.. of the commitment"):
            run()


def test_a_fund_takes_no_course() -> None:
    course = {"first_day": "2026-03-31", "grade": "assumed", "reason": "a test", "quarters": [{"drawn_share": "1"}]}
    with pytest.raises(InputError, match=r"fund\.course: found a course, expected none"):
        simulated(asked(fund(course=course)))


def test_a_fund_that_starts_after_the_run_is_refused() -> None:
    with pytest.raises(InputError, match=r"risk\.first_day: found 2036-06-30, expected within 8 quarters"):
        simulated(asked(fund(starts="2036-06-30"), quarters=8))
