"""What becomes of a set of funds on very many paths, and what does each party get: the simulation.

Quarter by quarter every fund calls, grows, charges and pays out (:mod:`leverage.simulation.tables` has the formulas),
and its waterfall shares what is paid among public money, the other partners and the manager. Instruments that are no
funds (a guarantor, a pool, a loan) enter by a table of their losses, moved by the same common factor.

The same seed gives the same random numbers whatever the terms, so that two sets of terms are compared path by path;
the n-th fund always draws from the same streams. Nothing but figures of each path is kept: never paths × quarters ×
funds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.batch_rate import LARGEST_RESIDUAL, NO_ROOT, NOT_SETTLED, ONE_ROOT
from leverage.path_blocks import blocks_in_order
from leverage.simulation.company_portfolio import draw_portfolio
from leverage.simulation.loss_table import LossTable, draw_losses
from leverage.simulation.tables import (
    ALL_RATE,
    BLOCK_PATHS,
    CHARGED,
    COMMON,
    DEEPEST,
    PAID_IN,
    PATH_ROWS,
    PUBLIC_RATE,
    QUARTERS_PER_YEAR,
    RECEIVED,
    TO_FIRMS,
    VALUE,
    FundTables,
    SimulatedFund,
    fund_tables,
)
from valuation.errors import RefusalError
from valuation.kernel.fast_random import Keys, counter_uniforms, stream_keys
from valuation.kernel.fields import FrozenModel
from valuation.kernel.randomness import MAXIMUM_SEED

__all__ = ["PathRates", "SimulationPlan", "SimulationResult", "simulate_funds"]

Array = NDArray[np.float64]

MAXIMUM_PATHS, MAXIMUM_QUARTERS, MAXIMUM_FUNDS = 4_000_000, 240, 200
#: Quarters of funds, and companies, on all paths together: some minutes of one processor.
MAXIMUM_STEPS = 10**10
#: Bytes of the figures of all paths.
MAXIMUM_BYTES = 600_000_000
#: Tables of losses draw from blocks of their own, so that one more fund leaves their numbers as they are.
_TABLE_BLOCKS = 2**40
#: So do companies, of which a fund may have one more.
_COMPANY_BLOCKS = 2**41
#: Money beside which this share of a commitment is nothing.
_ROUNDING = 1e-9


class SimulationPlan(FrozenModel):
    """Which funds and other instruments, how many quarters and paths, from which seed."""

    funds: Annotated[tuple[SimulatedFund, ...], Field(min_length=1, max_length=MAXIMUM_FUNDS)]
    loss_tables: Annotated[tuple[LossTable, ...], Field(max_length=MAXIMUM_FUNDS)] = ()
    quarters: Annotated[int, Field(ge=2, le=MAXIMUM_QUARTERS)] = 40
    paths: Annotated[int, Field(ge=2, le=MAXIMUM_PATHS)]
    seed: Annotated[int, Field(ge=0, le=MAXIMUM_SEED)]

    @model_validator(mode="after")
    def _fits(self) -> SimulationPlan:
        names = self.instruments
        if len(set(names)) != len(names):
            raise PydanticCustomError("ids", "instruments with ids of their own, not {n}", {"n": ", ".join(names)})
        if not any(fund.public_commitment for fund in self.funds):
            raise PydanticCustomError("public", "public money committed to at least one fund")
        companies = sum(fund.companies.companies for fund in self.funds if fund.companies is not None)
        steps = self.paths * (self.quarters * len(self.funds) + companies)
        size = self.paths * 8 * (PATH_ROWS + len(names))
        if steps > MAXIMUM_STEPS:
            raise PydanticCustomError(
                "steps",
                "paths × (quarters × funds + companies) of at most {m}, not {n}",
                {"m": MAXIMUM_STEPS, "n": steps},
            )
        if size > MAXIMUM_BYTES:
            raise PydanticCustomError(
                "memory", "at most {m} bytes of results, not {n}: fewer paths", {"m": MAXIMUM_BYTES, "n": size}
            )
        return self

    @property
    def instruments(self) -> tuple[str, ...]:
        """Ids of all instruments: funds, then those with a table of losses."""
        return (*(fund.id for fund in self.funds), *(table.id for table in self.loss_tables))


@dataclass(frozen=True)
class PathRates:
    """Internal rates a year of each path, NaN where there is no single one, and the reason (as in batch_rate)."""

    rate_share: Array
    state: NDArray[np.int8]

    @property
    def single(self) -> Array:
        """Only the rates that exist."""
        found: Array = self.rate_share[self.state == ONE_ROOT]
        return found

    def counts(self) -> dict[str, int]:
        """How many paths have one rate, none, several, or were not settled?"""
        names = ("one_root", "no_root", "several_roots", "not_settled")
        return {name: int(np.count_nonzero(self.state == place)) for place, name in enumerate(names)}


@dataclass(frozen=True, kw_only=True)
class SimulationResult:
    """Figures of each path, in the plan's unit of money.

    ``paid_in``, ``received`` and ``value`` are ``(3, paths)``: public, other, manager; the manager's ``received`` holds
    its carry, never its fees. ``value`` is what is left at the horizon, shared as if it were paid out that day, with
    what one side then pays another (a loss made good): it may be below zero. ``public_net`` is ``(instruments,
    paths)``: received and last value less paid in. ``deepest_public`` is the most
    public money that was out of the funds at any time. Means over paths: ``mean_public_flow`` by quarter, without the
    last value; ``mean_to_firms`` by instrument; ``mean_public_out`` (instruments, years), public money paid in less
    received up to the end of each year.
    """

    plan: SimulationPlan
    paid_in: Array
    received: Array
    value: Array
    fees: Array
    to_firms: Array
    deepest_public: Array
    public_rate: PathRates
    all_rate: PathRates
    public_net: Array
    mean_public_flow: Array
    mean_to_firms: Array
    mean_public_out: Array

    @property
    def public_loss(self) -> Array:
        """What public money loses on each path, of all instruments together: never below zero."""
        loss: Array = np.maximum(-self.public_net.sum(axis=0), 0.0)
        return loss

    @property
    def is_public_lost(self) -> NDArray[np.bool_]:
        """Does public money in all instruments together end below 1x of what was paid in?"""
        committed = sum(self.committed_to(name) for name in self.plan.instruments)
        return np.asarray(self.public_loss > _ROUNDING * committed)

    def loss_of(self, instrument: str) -> Array:
        """What public money loses in one instrument on each path."""
        loss: Array = np.maximum(-self.public_net[self.plan.instruments.index(instrument)], 0.0)
        return loss

    def is_lost(self, instrument: str) -> NDArray[np.bool_]:
        """Is the principal of an instrument lost, by its own definition? A fund below 1x; a pool when exhausted."""
        loss = self.loss_of(instrument)
        pools = {row.id: row.public_money for row in self.plan.loss_tables if row.lost_when == "exhausted"}
        # A gain or loss below rounding is none.
        bound = pools.get(instrument, 0.0)
        return np.asarray(
            loss >= bound * (1 - _ROUNDING) if bound else loss > _ROUNDING * self.committed_to(instrument)
        )

    def committed_to(self, instrument: str) -> float:
        """Public money committed to an instrument."""
        amounts = {fund.id: fund.public_commitment for fund in self.plan.funds}
        return (amounts | {row.id: row.public_money for row in self.plan.loss_tables})[instrument]

    def multiple(self, side: int) -> Array:
        """Received and last value over paid in (TVPI) of public (0), other (1) or manager (2); NaN if nothing paid."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Array = (self.received[side] + self.value[side]) / self.paid_in[side]
        found[self.paid_in[side] <= 0] = np.nan
        return found


def simulate_funds(
    plan: SimulationPlan,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> SimulationResult:
    """What do public money, other partners and manager pay and get on each path?

    Parameters
    ----------
    executor : threads or processes that share the blocks; no bit of the result depends on it.
    progress : called with (paths done, all paths) after each block.
    is_cancelled : asked before each block; True stops the run.

    Raises
    ------
    InputError : a fund that starts after the horizon.
    RefusalError : the run was cancelled; paths without a finite result (terms so extreme that money overflows).

    Tested by: ``run_waterfall`` in whole fen (single paths), NumPy on whole arrays (1e-12), Takahashi-Alexander
    projections (means), one and two workers; ``tests/leverage/test_simulate.py``.
    """
    tables = fund_tables(plan.funds, quarters=plan.quarters)
    found, public_net = np.empty((PATH_ROWS, plan.paths)), np.empty((len(plan.instruments), plan.paths))
    flow_sums, fund_sums, done = np.zeros(plan.quarters), np.zeros(1), 0
    run_block = functools.partial(_run_block, plan.loss_tables, tables, plan.seed)
    for figures, net, sums, of_funds in blocks_in_order(
        run_block, paths=plan.paths, block_paths=BLOCK_PATHS, executor=executor, is_cancelled=is_cancelled
    ):
        part = slice(done, done + figures.shape[1])
        found[:, part], public_net[:, part] = figures, net
        flow_sums += sums
        fund_sums = fund_sums + of_funds
        done = part.stop
        if progress is not None:
            progress(done, plan.paths)
    assert done == plan.paths, "every path belongs to one block"
    return _result(plan, found, public_net, flow_sums, fund_sums)


_Block = tuple[Array, Array, Array, Array]


def _run_block(loss_tables: tuple[LossTable, ...], tables: FundTables, seed: int, block: int, count: int) -> _Block:
    # Imported here: numba takes half a second that nobody else need pay.
    from leverage.fast_simulation import simulate_block

    funds, _, quarters = tables.quarterly.shape
    keys = stream_keys(seed, block, streams=1 + 2 * funds)
    multiples = _company_multiples(tables, keys, seed, block, count)
    figures, net, *sums = simulate_block(tables.numbers, tables.quarterly, keys, count, multiples)
    if not loss_tables:
        return figures, net, sums[0], sums[1]
    own = counter_uniforms(stream_keys(seed, _TABLE_BLOCKS + block, streams=len(loss_tables)), first=0, count=count)
    common = figures[COMMON] / np.sqrt(quarters)
    losses = [table.public_money * draw_losses(table, common, row) for table, row in zip(loss_tables, own, strict=True)]
    return figures, np.concatenate([net, -np.array(losses)]), sums[0], sums[1]


def _company_multiples(tables: FundTables, keys: Keys, seed: int, block: int, count: int) -> Array:
    """Gross multiples of funds of companies (funds, paths), moved by the common factor; empty where there are none."""
    if not any(tables.companies):
        return np.empty((0, 0))
    from leverage.fast_simulation import common_sums

    quarters = tables.quarterly.shape[2]
    common = common_sums(keys[0], quarters, count) / np.sqrt(quarters)
    own = stream_keys(seed, _COMPANY_BLOCKS + block, streams=len(tables.companies))
    drawn = [
        np.ones(count) if row is None else draw_portfolio(row, common, key, stride=BLOCK_PATHS)
        for row, key in zip(tables.companies, own, strict=True)
    ]
    return np.array(drawn)


def _result(
    plan: SimulationPlan, found: Array, public_net: Array, flow_sums: Array, fund_sums: Array
) -> SimulationResult:
    if not (np.isfinite(found[:DEEPEST]).all() and np.isfinite(public_net).all()):
        raise RefusalError.of(
            "funds",
            found="paths on which money is no finite number",
            expected="finite money",
            advice="Lower growth or deviation",
        )
    return SimulationResult(
        plan=plan,
        paid_in=found[PAID_IN : PAID_IN + 3],
        received=found[RECEIVED : RECEIVED + 3],
        value=found[VALUE : VALUE + 3],
        fees=found[CHARGED],
        to_firms=found[TO_FIRMS] + sum(table.to_firms for table in plan.loss_tables),
        deepest_public=found[DEEPEST],
        public_rate=_rates(found[PUBLIC_RATE : PUBLIC_RATE + 3]),
        all_rate=_rates(found[ALL_RATE : ALL_RATE + 3]),
        public_net=public_net,
        mean_public_flow=flow_sums / plan.paths,
        mean_to_firms=np.append(fund_sums[:, 0] / plan.paths, [table.to_firms for table in plan.loss_tables]),
        mean_public_out=np.concatenate([fund_sums[:, 1:] / plan.paths, _table_rows(plan, fund_sums.shape[1] - 1)]),
    )


def _table_rows(plan: SimulationPlan, years: int) -> Array:
    """Money of an instrument with a table of losses is paid in at once, and back only at the end: the cautious way."""
    return np.array([[table.public_money] * years for table in plan.loss_tables]).reshape(-1, years)


def _rates(rows: Array) -> PathRates:
    """Discount factors a quarter to yearly rates; what the kernel left open, or does not balance, is not settled."""
    discounts, states, residuals = rows
    state = states.astype(np.int8)
    state[(state > NO_ROOT) | ((state == ONE_ROOT) & ~(residuals <= LARGEST_RESIDUAL))] = NOT_SETTLED
    rates = np.where(state == ONE_ROOT, discounts, np.nan) ** -QUARTERS_PER_YEAR - 1
    return PathRates(rates, state)
