"""The simulation of funds.

Second ways: NumPy on whole arrays with the same random numbers (1e-12); the waterfall in whole fen on single paths
(exact up to its rounding to fen); Takahashi-Alexander's own projection (the mean of all paths, within four standard
errors; every path when nothing is uncertain). The rates of single paths are those of the exact search. One and two
workers give the same bits.
"""

import datetime
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from benchmarks.leverage_simulation_numpy import simulate_whole_arrays
from leverage.cashflow.takahashi_alexander import project
from leverage.deal_by_deal import clawback
from leverage.fees import fees_by_year
from leverage.fund_accounts import Partner
from leverage.fund_cash import FundNeed, recycle
from leverage.simulate import SimulationResult, simulate_funds
from leverage.simulation import tables as t
from leverage.simulation.tables import BLOCK_PATHS, SimulatedFund, fund_tables
from leverage.waterfall import FundFlow, Settlement, Tier, Waterfall, run_waterfall, settlement_kinds, tier_kinds
from tests.leverage.simulated import (
    BUY_OUT,
    COMPANIES,
    FEES,
    FEES_ON_COST,
    FUND,
    KINDS,
    LOSSES,
    OF_COMPANIES,
    RECYCLES,
    fund,
    numbers_drawn,
    plan,
)
from valuation.discounting.internal_rate import periodic_internal_rate
from valuation.errors import InputError, RefusalError

START = datetime.date(2026, 1, 1)
SIDES = ("public", "other", "manager")


@cache
def result() -> SimulationResult:
    return simulate_funds(plan())


@cache
def by_numpy() -> dict[str, np.ndarray]:
    made = plan()
    return simulate_whole_arrays(fund_tables(made.funds, quarters=made.quarters), numbers_drawn(made))


@pytest.mark.parametrize("name", ["paid_in", "received", "value", "fees", "to_firms", "deepest_public", "public_net"])
def test_every_figure_agrees_with_numpy(name: str) -> None:
    np.testing.assert_allclose(getattr(result(), name), by_numpy()[name], rtol=1e-12, atol=1e-10)


@pytest.mark.parametrize("side", ["public", "all"])
def test_rates_agree_with_numpy_and_with_the_exact_search(side: str) -> None:
    found = getattr(result(), f"{side}_rate")
    flows = by_numpy()["public" if side == "public" else "everyone"]
    is_one = found.state == 0
    assert is_one.mean() > 0.9
    np.testing.assert_allclose(
        found.rate_share[is_one], by_numpy()[f"{side}_discount"][is_one] ** -4 - 1, rtol=1e-9, atol=1e-11
    )
    for path in np.flatnonzero(is_one)[:25]:
        exact = periodic_internal_rate(flows[:, path].tolist())
        assert found.rate_share[path] == pytest.approx((1 + exact.rate) ** 4 - 1, rel=1e-9, abs=1e-11)


def test_means_by_fund_and_year_agree_with_the_flows() -> None:
    made = result()
    assert made.mean_to_firms.sum() == pytest.approx(made.to_firms.mean(), rel=1e-12)
    by_year = -np.cumsum(made.mean_public_flow)[3::4]
    np.testing.assert_allclose(made.mean_public_out.sum(axis=0), by_year, rtol=1e-10, atol=1e-10)


def test_nothing_is_lost_between_the_sides() -> None:
    """What all sides got, with what is left and the fees, is what grew: the sides' money adds up path by path."""
    flows = by_numpy()["everyone"]
    made = result()
    whole = (made.received + made.value - made.paid_in).sum(axis=0)
    np.testing.assert_allclose(whole, flows.sum(axis=0), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(made.public_net.sum(axis=0), by_numpy()["public"].sum(axis=0), rtol=1e-9, atol=1e-9)


def _waterfall(kind: dict, *, with_settlements: bool = True) -> Waterfall:
    """The agreement of a simulated fund in whole fen."""
    terms = fund(**kind)

    def tier(name: str, **stated: object) -> Tier:
        return Tier(tier_kinds()[name], tier_kinds()[name].terms_model(**stated))

    tiers = [
        tier("return_of_capital", order=(("other", "manager"),) if terms.public_first_loss else ()),
        tier(
            "preferred_return",
            rate_share="0.08",
            compounding=terms.preferred_compounding,
            base=terms.preferred_base,
            day_basis=360,
        ),
    ]
    if terms.catch_up_share is not None:
        tiers.append(tier("catch_up", manager_share=str(terms.catch_up_share), carry_share="0.2"))
    if terms.public_cap_rate_share is not None:
        cap = {"cap_rate_share": str(terms.public_cap_rate_share), "above_to": terms.above_cap_to}
        tiers.append(tier("capped_public_return", carry_share="0.2", day_basis=360, **cap))
    elif terms.public_profit_to_manager_share:
        passed = str(terms.public_profit_to_manager_share)
        tiers.append(tier("public_profit_to_manager", carry_share="0.2", passed_share=passed))
    else:
        tiers.append(tier("split", carry_share="0.2"))
    partners = [Partner(side, side, round(getattr(terms, f"{side}_commitment") * 10**10)) for side in SIDES]
    settlements = _settlements(terms) if with_settlements else ()
    return Waterfall(partners=tuple(partners), tiers=tuple(tiers), settlements=settlements)


def _settlements(terms: SimulatedFund) -> tuple[Settlement, ...]:
    kinds = settlement_kinds()
    if (rule := terms.loss_made_good) is not None:
        stated = {name: str(value) for name, value in rule.model_dump().items()} | {"public": "public"}
        return (Settlement(kinds["loss_made_good"], kinds["loss_made_good"].terms_model(**stated)),)
    if terms.buy_out is None:
        return ()
    stated = terms.buy_out.model_dump(exclude={"after_quarters", "when"})
    stated |= {"public": "public", "buyers": ("other",), "rate_share": str(terms.buy_out.rate_share), "day_basis": 360}
    stated |= {"interest_from": START, "on": START + datetime.timedelta(90 * (terms.buy_out.after_quarters - 1))}
    return (Settlement(kinds["buy_out"], kinds["buy_out"].terms_model(**stated)),)


@pytest.mark.parametrize(
    "kind", [row for row in KINDS if "clawback" not in row], ids=lambda row: row.get("id", "plain")
)
def test_single_paths_agree_with_the_waterfall_in_fen(kind: dict) -> None:
    """Quarters of 90 days of 360; money in units of 10^8 yuan, so that a fen is 1e-10 of a unit."""
    made = plan(funds=[FUND | kind], paths=4)
    found = simulate_funds(made)
    tables = fund_tables(made.funds, quarters=40)
    drawn = numbers_drawn(made)
    for path in range(4):
        moves = _moves(tables, drawn, path)
        exact = run_waterfall(_waterfall(kind, with_settlements=_is_settled(made.funds[0], moves)), _flows(moves))
        for place, side in enumerate(SIDES):
            got = found.received[place, path] + found.value[place, path]
            assert got == pytest.approx(exact.received_fen(side) / 10**10, abs=3e-8)
            assert found.paid_in[place, path] == pytest.approx(exact.contributed_fen(side) / 10**10, abs=1e-8)


def _flows(moves: list) -> list[FundFlow]:
    return [
        FundFlow(START + datetime.timedelta(90 * quarter), round(call * 10**10), round(paid * 10**10))
        for quarter, (call, paid, _) in enumerate(moves)
        if call or paid
    ]


def _is_settled(terms: SimulatedFund, moves: list) -> bool:
    """Would a buyer who may choose buy? Asks the waterfall what public money would get of the value that day."""
    rule = terms.buy_out
    if rule is None or rule.when == "always":
        return True
    place = rule.after_quarters - 1
    without = _waterfall(terms.model_dump(), with_settlements=False)
    call, paid, value = moves[place]
    now = run_waterfall(without, _flows([*moves[:place], (call, paid, 0)]))
    if_paid_out = run_waterfall(without, _flows([*moves[:place], (call, paid + value, 0)]))
    price = float(now.accounts.accounts["public"].unreturned) * rule.price_factor
    return if_paid_out.received_fen("public") - now.received_fen("public") > price


GIVING_BACK = [row for row in KINDS if "clawback" in row]


@pytest.mark.parametrize("kind", GIVING_BACK, ids=lambda row: row["id"])
def test_what_the_manager_gives_back_is_that_of_the_clawback_in_fen(kind: dict) -> None:
    """Carry on the whole fund is paid too early where later calls lose: on some paths, not on all."""
    made = plan(funds=[FUND | kind], paths=200)
    found, before = (simulate_funds(plan(funds=[FUND | row], paths=200)) for row in (kind, kind | {"clawback": None}))
    tables, drawn = fund_tables(made.funds, quarters=40), numbers_drawn(made)
    given = (before.value - found.value)[2]
    tested = [*np.flatnonzero(given > 0.05)[:3], *np.flatnonzero(given == 0)[:1]]
    assert len(tested) == 4
    for path in tested:
        expected = _after_giving_back(made.funds[0], kind, _flows(_moves(tables, drawn, path)))
        assert (found.received + found.value)[:, path].tolist() == pytest.approx(expected, abs=5e-8)


def _after_giving_back(terms: SimulatedFund, kind: dict, flows: list[FundFlow]) -> list[float]:
    """What each side has in the end, from the waterfall and the clawback in fen."""
    agreed = _waterfall(kind, with_settlements=False)
    run = run_waterfall(agreed, flows)
    tax = Decimal(str(terms.clawback.carry_tax_share))
    back = clawback(run, flows, carry_share=Decimal("0.2"), hurdle=agreed.tiers[1], carry_tax_share=tax).amount_fen
    missed = [float(run.accounts.accounts[side].unreturned + run.accounts.memory[1][side]) for side in SIDES]
    parts = [back * part / sum(missed) if back else 0.0 for part in missed]
    have = [run.received_fen(side) + part for side, part in zip(SIDES, parts, strict=True)]
    have[2] -= back
    if (rule := terms.loss_made_good) is not None:
        paid = [run.contributed_fen(side) for side in SIDES]
        loss = max(0, paid[1] - have[1])
        moved = min(rule.loss_share * loss, rule.cap_of_public_capital_share * paid[0], have[0])
        have = [have[0] - moved, have[1] + moved, have[2]]
    return [fen / 10**10 for fen in have]


def test_some_buy_and_some_do_not() -> None:
    """A buyer who may choose buys on good paths only, and public money then has less than without the right."""
    free = FUND | {"deviation_share": 0.6}
    right = simulate_funds(plan(funds=[free | {"buy_out": BUY_OUT | {"when": "worth_more"}}]))
    none, always = (simulate_funds(plan(funds=[free | more])) for more in ({}, {"buy_out": BUY_OUT}))
    is_bought = right.public_net[0] == always.public_net[0]
    assert 0.2 < is_bought.mean() < 0.95
    np.testing.assert_allclose(right.public_net[0, ~is_bought], none.public_net[0, ~is_bought], rtol=1e-9)
    assert right.public_net.mean() < none.public_net.mean()


class Quarter(NamedTuple):
    """What happens to a fund in a quarter: the cost of what it holds before, and what it moves."""

    cost: float
    charge: float
    invested: float
    from_wanted: float
    sold: float
    called: float
    paid: float
    value: float


def _quarters(tables, drawn, path: int) -> list[Quarter]:
    """One fund on one path, each investment a holding of its own, what is kept in a purse of its own."""
    numbers = tables.numbers[0]
    holdings: list[list[float]] = []  # cost, value
    uncalled, purse, put_in, found = numbers[t.COMMITMENT], 0.0, 0.0, []
    for quarter in range(tables.quarterly.shape[2]):
        row = tables.quarterly[0, :, quarter]
        growth = np.exp(
            numbers[t.LOG_GROWTH]
            + numbers[t.LOADING] * drawn.common[quarter, path]
            + numbers[t.OWN_LOADING] * drawn.own[0, quarter, path]
        )
        wanted = uncalled * _call_rate(numbers, row, drawn.calls[0, quarter, path])
        cost, value = (sum(holding[place] for holding in holdings) for place in (0, 1))
        charge = row[t.CHARGE_COMMITTED] + row[t.CHARGE_CALLED] * (numbers[t.COMMITMENT] - uncalled)
        charge += row[t.CHARGE_VALUE] * value + row[t.CHARGE_COST] * cost
        charge = min(charge, value * growth + wanted)
        from_wanted = min(charge, wanted)
        lost = (charge - from_wanted) / (value * growth) if value else 0.0
        sold = value * growth * (1 - lost) * row[t.PAYOUT]
        left = (1 - lost) * (1 - row[t.PAYOUT])
        holdings = [[cost * left, worth * growth * left] for cost, worth in holdings]
        invested = wanted - from_wanted
        holdings.append([invested, invested * row[t.VALUE_ON_ENTRY] * drawn.multiples[0, path]])
        keep = min(sold, max(0.0, row[t.KEEP_LIMIT] - put_in))
        used = min(purse + keep, wanted)
        back = purse + keep - used if row[t.IS_KEPT_PAID_OUT] else 0.0
        purse, put_in = purse + keep - used - back, put_in + keep
        uncalled -= wanted - used
        worth = sum(worth for _, worth in holdings) + purse
        found.append(
            Quarter(
                cost, charge, wanted - from_wanted, from_wanted, sold, wanted - used, sold - keep + back, value=worth
            )
        )
    return found


def _moves(tables, drawn, path: int) -> list[tuple[float, float, float]]:
    """Calls, payouts and value of a fund on one path; in the end all is paid out."""
    moves = [(row.called, row.paid, row.value) for row in _quarters(tables, drawn, path)]
    call, paid, value = moves[-1]
    return [*moves[:-1], (call, paid + value, 0.0)]


def _call_rate(numbers, row, normal: float) -> float:
    if not numbers[t.CALL_DEVIATION]:
        return row[t.CALL_RATE]
    factor = np.exp(numbers[t.CALL_DEVIATION] * normal - numbers[t.CALL_DEVIATION] ** 2 / 2)
    return 1 - np.exp(row[t.LOG_KEEP] * factor)


def test_fees_on_cost_are_those_of_the_schedule() -> None:
    """What a year charges is its rate on the mean cost of what is held when its quarters begin."""
    made = plan(funds=[FUND | {"fees": FEES_ON_COST}], paths=3)
    found, tables, drawn = simulate_funds(made), fund_tables(made.funds, quarters=40), numbers_drawn(made)
    for path in range(3):
        costs = [row.cost for row in _quarters(tables, drawn, path)]
        by_year = [sum(costs[year * 4 : year * 4 + 4]) / 4 for year in range(9)]
        owed = fees_by_year(made.funds[0].fees, commitment=100, bases={"invested": by_year})
        assert found.fees[path] == pytest.approx(owed.total, rel=1e-10)
        assert 3 < owed.total < 30
        assert costs[-1] < max(costs) / 2, "what is paid out takes its cost along"


@pytest.mark.parametrize("limit_share", [0.1, 2.0])
def test_what_is_kept_is_that_of_fund_cash(limit_share: float) -> None:
    """The same investments, fees and exits in whole fen give the same calls and payouts, and reach firms."""
    rule = {"limit_of_commitment_share": limit_share, "until_quarters": 18}
    made = plan(funds=[FUND | RECYCLES | {"fees": FEES, "recycling": rule}], paths=3)
    found, tables, drawn = simulate_funds(made), fund_tables(made.funds, quarters=40), numbers_drawn(made)
    days = [START + datetime.timedelta(90 * quarter) for quarter in range(40)]
    for path in range(3):
        rows = _quarters(tables, drawn, path)
        needs = [
            FundNeed(day, *(round(amount * 10**10) for amount in (row.invested, row.from_wanted, row.sold)))
            for day, row in zip(days, rows, strict=True)
        ]
        exact = recycle(needs, limit_fen=round(limit_share * 100 * 10**10), until=days[17])
        called, paid = (sum(getattr(flow, name) for flow in exact.flows) for name in ("called_fen", "proceeds_fen"))
        assert found.paid_in[:, path].sum() == pytest.approx(called / 10**10, abs=1e-8)
        whole = (found.received + found.value)[:, path].sum()
        assert whole == pytest.approx(paid / 10**10 + rows[-1].value, abs=1e-7)
        assert found.to_firms[path] == pytest.approx(exact.invested_fen / 10**10, abs=1e-8)
        by_day = {flow.day: flow.called_fen for flow in exact.flows}
        assert [row.called for row in rows] == pytest.approx([by_day.get(day, 0) / 10**10 for day in days], abs=1e-8)
        assert exact.recycled_fen > 5 * 10**10


def test_recycling_reaches_more_firms_with_the_same_commitments() -> None:
    plain, again = (
        simulate_funds(plan(funds=[FUND | RECYCLES | more])) for more in ({"recycling": None}, {"id": "again"})
    )
    assert (again.to_firms >= plain.to_firms - 1e-9).all()
    assert again.to_firms.mean() > 1.02 * plain.to_firms.mean()
    assert (again.paid_in.sum(axis=0) <= 100 + 1e-9).all()


def test_without_uncertainty_every_path_is_the_projection() -> None:
    sure = fund(deviation_share=0.0, carry_share=0.0, catch_up_share=None)
    found = simulate_funds(plan(funds=[sure.model_dump()], paths=64))
    projected = project(sure.cash_flow, commitment=100)
    assert found.paid_in.sum(axis=0) == pytest.approx(np.full(64, projected.contributions.sum()))
    assert found.received.sum(axis=0) == pytest.approx(np.full(64, projected.distributions.sum()))
    assert found.all_rate.rate_share == pytest.approx(np.full(64, 0.13))
    # All treated alike: public money has the rate of all, and 30 % of the flows.
    expected = 0.3 * (projected.distributions - projected.contributions)[1:]
    assert found.mean_public_flow == pytest.approx(expected)


def test_the_mean_of_all_paths_is_the_projection() -> None:
    noisy = fund(carry_share=0.0, catch_up_share=None)
    found = simulate_funds(plan(funds=[noisy.model_dump()], paths=20_000))
    projected = project(noisy.cash_flow, commitment=100)
    whole = (found.received + found.value).sum(axis=0)
    assert abs(whole.mean() - projected.distributions.sum()) < 4 * whole.std() / np.sqrt(whole.size)


def test_a_short_horizon_leaves_a_value_and_more_paths_begin_with_fewer() -> None:
    short = simulate_funds(plan(quarters=20, funds=[FUND | kind for kind in KINDS if "buy_out" not in kind]))
    assert (short.value.sum(axis=0) > 0).all()
    more = simulate_funds(plan(paths=BLOCK_PATHS + 10))
    np.testing.assert_array_equal(more.received[:, :300], result().received)


def test_fees_by_hand() -> None:
    """2 % of 100 for ten years, charged while there is money: 20 in all, of which the first calls pay."""
    steps = {"steps": [FEES["steps"][0]], "term_years": 10}
    found = simulate_funds(plan(funds=[FUND | {"fees": steps, "deviation_share": 0.0}], paths=2))
    called = found.paid_in.sum(axis=0)
    assert found.fees == pytest.approx([20.0, 20.0])
    # Ten of the twenty fall into the five years in which money is called, and every call then is above the charge.
    assert found.to_firms == pytest.approx(called - 10.0)


def test_workers_do_not_change_a_bit() -> None:
    made = plan(paths=3 * BLOCK_PATHS + 5)
    alone = simulate_funds(made)
    for workers in (1, 2):
        with ThreadPoolExecutor(workers) as executor:
            shared = simulate_funds(made, executor=executor)
        for name in ("received", "value", "public_net", "deepest_public", "mean_public_flow"):
            assert getattr(alone, name).tobytes() == getattr(shared, name).tobytes()
        assert alone.public_rate.rate_share.tobytes() == shared.public_rate.rate_share.tobytes()


def test_progress_is_told_and_a_run_can_be_stopped() -> None:
    told: list[tuple[int, int]] = []
    made = plan(paths=2 * BLOCK_PATHS + 1)
    simulate_funds(made, progress=lambda done, whole: told.append((done, whole)))
    assert told == [(BLOCK_PATHS, made.paths), (2 * BLOCK_PATHS, made.paths), (made.paths, made.paths)]
    with pytest.raises(RefusalError, match=f"cancelled after {BLOCK_PATHS} of {made.paths}"):
        asked = iter([False, True])
        simulate_funds(made, is_cancelled=lambda: next(asked))
    with ThreadPoolExecutor(1) as executor, pytest.raises(RefusalError, match="cancelled"):
        simulate_funds(made, executor=executor, is_cancelled=lambda: True)


def test_a_first_loss_costs_public_money_where_the_fund_loses() -> None:
    """Where the fund gains, public money even gains: its capital is out for longer and earns its preferred return."""
    plain = simulate_funds(plan(funds=[FUND], paths=2_000))
    last = simulate_funds(plan(funds=[FUND | {"public_first_loss": True}], paths=2_000))
    np.testing.assert_allclose(plain.received.sum(axis=0), last.received.sum(axis=0), rtol=1e-12)
    loses = plain.received.sum(axis=0) < plain.paid_in.sum(axis=0)
    assert 0.05 < loses.mean() < 0.95
    assert (last.public_net <= plain.public_net + 1e-9)[0, loses].all()
    # All of a loss is borne by public money as long as it has any: it gets what the others leave.
    beside = plain.paid_in[1:].sum(axis=0)
    left = np.maximum(0, plain.received.sum(axis=0) - beside)
    np.testing.assert_allclose(last.received[0, loses], left[loses], rtol=1e-9, atol=1e-7)


BAD_FUND = [
    ({"id": "Not an id"}, "id"),
    ({"public_commitment": -1.0}, "public_commitment"),
    ({"public_commitment": float("nan")}, "public_commitment"),
    ({"other_commitment": float("inf")}, "other_commitment"),
    ({"manager_commitment": 1e16}, "manager_commitment"),
    ({"public_commitment": 0.0, "other_commitment": 0.0, "manager_commitment": 0.0}, "commitment"),
    ({"deviation_share": -0.1}, "deviation_share"),
    ({"deviation_share": 30.0}, "deviation_share"),
    ({"correlation_share": 1.5}, "correlation_share"),
    ({"correlation_share": -0.2}, "correlation_share"),
    ({"call_deviation_share": 5.0}, "call_deviation_share"),
    ({"carry_share": 1.0}, "carry_share"),
    ({"carry_share": 20.0}, "carry_share"),
    ({"catch_up_share": 0.2}, "catch_up_share"),
    ({"catch_up_share": 1.2}, "catch_up_share"),
    ({"preferred_rate_share": 8.0}, "preferred_rate_share"),
    ({"preferred_compounding": "continuous"}, "preferred_compounding"),
    ({"preferred_base": "value"}, "preferred_base"),
    ({"recycling": {"limit_of_commitment_share": 0, "until_quarters": 8}}, "limit_of_commitment_share"),
    ({"recycling": {"limit_of_commitment_share": 0.1, "until_quarters": 0}}, "until_quarters"),
    ({"companies": COMPANIES}, "counts once"),
    ({**OF_COMPANIES, "companies": COMPANIES | {"law": "normal"}}, "a law among buckets"),
    ({**OF_COMPANIES, "companies": COMPANIES | {"terms": {"buckets": []}}}, "terms of the law buckets: buckets"),
    ({**OF_COMPANIES, "companies": COMPANIES | {"companies": 0}}, "companies"),
    ({**OF_COMPANIES, "companies": COMPANIES | {"correlation_share": 1.0}}, "correlation_share"),
    ({"carry_basis": "deal_by_deal"}, "knows the value of a fund and not its deals"),
    ({"clawback": {"carry_tax_share": 1.0}}, "carry_tax_share"),
    ({"clawback": {}, "public_profit_to_manager_share": 0.1}, "clawback"),
    ({"clawback": {}, "public_cap_rate_share": 0.1, "above_cap_to": "manager"}, "clawback"),
    ({"clawback": {}, "buy_out": BUY_OUT}, "clawback"),
    ({"public_profit_to_manager_share": 0.1, "public_cap_rate_share": 0.05}, "last tier"),
    ({"loss_made_good": LOSSES | {"loss_share": 0}}, "loss_made_good.loss_share"),
    ({"loss_made_good": LOSSES | {"cap_of_public_capital_share": 1.2}}, "cap_of_public_capital_share"),
    ({"buy_out": BUY_OUT | {"after_quarters": 12}}, "buy_out"),
    ({"buy_out": BUY_OUT, "other_commitment": 0.0}, "its buyers"),
    ({"buy_out": BUY_OUT, "loss_made_good": LOSSES}, "buy_out"),
    ({"buy_out": BUY_OUT, "cash_flow": FUND["cash_flow"] | {"last_contribution_year": None}}, "buy_out"),
    ({"public_cap_rate_share": -0.01}, "public_cap_rate_share"),
    ({"above_cap_to": "nobody"}, "above_cap_to"),
    ({"starts_after_quarters": -1}, "starts_after_quarters"),
    ({"cash_flow": FUND["cash_flow"] | {"periods_per_year": 1}}, "periods"),
    ({"cash_flow": FUND["cash_flow"] | {"life_years": 3}}, "life"),
    ({"fees": FEES | {"steps": [{"from_year": 1, "rate_share": -0.02, "base": "called"}]}}, "rate_share"),
    ({"unknown": 1}, "unknown"),
]


@pytest.mark.parametrize(("changes", "named"), BAD_FUND)
def test_bad_terms_are_refused(changes: dict, named: str) -> None:
    with pytest.raises(InputError, match=named):
        fund(**changes)


BAD_PLAN = [
    ({"funds": []}, "funds"),
    ({"funds": [FUND, FUND]}, "ids"),
    ({"funds": [FUND | {"public_commitment": 0.0}]}, "public"),
    ({"quarters": 1}, "quarters"),
    ({"quarters": 10_000}, "quarters"),
    ({"paths": 0}, "paths"),
    ({"paths": 10**9}, "paths"),
    ({"paths": 4_000_000}, "600000000 bytes"),
    ({"paths": 2_000_000, "quarters": 240, "funds": [FUND | {"id": f"f{n}"} for n in range(100)]}, "quarters × funds"),
    ({"seed": -1}, "seed"),
    ({"seed": 1.5}, "seed"),
]


@pytest.mark.parametrize(("changes", "named"), BAD_PLAN)
def test_bad_plans_are_refused(changes: dict, named: str) -> None:
    with pytest.raises(InputError, match=named):
        plan(**changes)


def test_a_fund_after_the_horizon_is_refused() -> None:
    with pytest.raises(InputError, match=r"funds\.0\.starts_after_quarters"):
        simulate_funds(plan(funds=[FUND | {"starts_after_quarters": 40}]))
    with pytest.raises(InputError, match=r"funds\.0\.buy_out\.after_quarters"):
        simulate_funds(plan(funds=[FUND | {"starts_after_quarters": 16, "buy_out": BUY_OUT}]))
