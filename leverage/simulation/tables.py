"""The terms of a simulated fund, and the tables of numbers that both forms of the simulation read.

A fund calls and pays out by Takahashi and Alexander's rates in quarters; its value grows by a lognormal factor whose
mean is their growth, so that the mean of all paths is their projection. In a quarter

    g = exp(μ + σ√ρ · M + σ√(1−ρ) · e),   μ = ln(1+G)/4 − σ²/2,   σ = yearly deviation / 2
    call C = uncalled · q  (or uncalled · (1 − (1−q)^f), f lognormal with mean one)
    charge = min(rates · bases, value + C), out of the call first
    paid out D = RD · (value · g − charge not out of the call)

A fee on ``invested`` is on the cost of what is held when the quarter begins: money put into firms, less the cost of
what was sold. What is paid out, or sold for a charge, is the same part of every holding, so that its cost goes with it:

    cost = cost · (1 − charge not out of the call / (value · g)) · (1 − RD) + (C − charge out of the call)

With recycling exits pay for what is invested next, up to the limit, before partners are called
(:mod:`leverage.simulation.fund_terms`).

M is common to all funds, e a fund's own. The value of a fund of companies grows evenly, to what its companies pay back
in the end (:mod:`leverage.simulation.company_portfolio`).

What a quarter pays out is shared at its end: capital, preferred return, catch-up, split. The preferred return is
compound or simple, on capital not yet returned or, from the first call on, on the commitment until it is returned; a
quarter takes the fourth part of a simple rate, and of a compound one the fourth root. A first loss returns public
capital after that of all others; a cap ends what public money gets of the split at its capped return; a part of its
split may pass to the manager. Beside the waterfall others may buy the public part; at the horizon the manager may give
back carry, and public money make good a part of the others' loss, in this order.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.cashflow.takahashi_alexander import TakahashiAlexander
from leverage.fees import FeeBase, FeeSchedule
from leverage.fund_projection import subperiod_rate
from leverage.simulation.company_portfolio import CompanyPortfolio
from leverage.simulation.fund_terms import SimulatedBuyOut, SimulatedClawback, SimulatedLossMadeGood, SimulatedRecycling
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel, Identifier

__all__ = ["BLOCK_PATHS", "PATH_ROWS", "FundTables", "SimulatedFund", "fund_tables"]

Array = NDArray[np.float64]

#: Paths of one block, which has streams of its own: a multiple of the lanes, some milliseconds of work.
BLOCK_PATHS = 4096
QUARTERS_PER_YEAR = 4
#: Places of a fund's numbers.
COMMITMENT, PUBLIC_WEIGHT, MANAGER_PART, LOG_GROWTH, LOADING, OWN_LOADING, CALL_DEVIATION = range(7)
PREFERRED_GROWTH, CATCH_UP, CATCH_UP_SCALE, CARRY, CAP_GROWTH = range(7, 12)
IS_PLAIN, IS_PUBLIC_LAST, IS_CAPPED, IS_REST_TO_MANAGER, HOLDS_PLAINLY = range(12, 17)
PREFERRED_SIMPLE, IS_ON_COMMITMENT, PUBLIC_KEEPS, LOSS_SHARE, LOSS_CAP = range(17, 22)
BUY_OUT_QUARTER, BUY_OUT_FACTOR, BUY_OUT_LESS_GAINED, BUY_OUT_IS_CHOICE = range(22, 26)
CLAWBACK_SHARE, HAS_COMPANIES = range(26, 28)
_NUMBERS = 28
#: The quarter of a buy-out that never comes.
_NEVER = -1
#: Rows of a fund's numbers by quarter.
CALL_RATE, LOG_KEEP, PAYOUT, CHARGE_COMMITTED, CHARGE_CALLED, CHARGE_VALUE, CHARGE_COST = range(7)
KEEP_LIMIT, IS_KEPT_PAID_OUT, VALUE_ON_ENTRY = range(7, 10)
_BY_QUARTER = 10
#: Where a rate of charge stands, by its base; the amount on commitments is known beforehand.
_CHARGE_OF: dict[FeeBase, int] = {"called": CHARGE_CALLED, "fair_value": CHARGE_VALUE, "invested": CHARGE_COST}
#: Rows of the figures of a path; the first three hold public, other and manager one after the other, a rate holds
#: discount factor a quarter, state, residual.
PAID_IN, RECEIVED, VALUE, CHARGED, TO_FIRMS, DEEPEST, PUBLIC_RATE, ALL_RATE, COMMON = 0, 3, 6, 9, 10, 11, 12, 15, 18
PATH_ROWS = 19
_LARGEST = 1e15
#: ln(1 − q) of a call of all that is left: what remains is below any amount.
_ALL_CALLED = -745.0

_Share = Annotated[float, Field(ge=0, le=1)]
_Amount = Annotated[float, Field(ge=0, le=_LARGEST)]


class SimulatedFund(FrozenModel):
    """A sub-fund: who commits how much, when it calls and pays out, how uncertain it is, who gets what.

    Amounts are in any one unit of money; rates and deviations are shares of one a year. ``cash_flow`` is Takahashi and
    Alexander's, in quarters. ``correlation_share`` is the part of the variance that the common factor makes.
    ``catch_up_share`` is the manager's part of that tier, None for no such tier. With ``public_cap_rate_share`` public
    money gets of the split only up to that yearly return; with ``public_profit_to_manager_share`` that part of what it
    would get of the split goes to the manager. A buy-out follows the last call: nobody pays in for what others get.
    """

    id: Identifier
    public_commitment: _Amount
    other_commitment: _Amount
    manager_commitment: _Amount = 0.0
    cash_flow: TakahashiAlexander
    starts_after_quarters: Annotated[int, Field(ge=0, le=240)] = 0
    deviation_share: Annotated[float, Field(ge=0, le=2)]
    companies: CompanyPortfolio | None = None
    correlation_share: _Share
    call_deviation_share: Annotated[float, Field(ge=0, le=2)] = 0.0
    fees: FeeSchedule | None = None
    recycling: SimulatedRecycling | None = None
    preferred_rate_share: _Share = 0.0
    preferred_compounding: Literal["compound", "simple"] = "compound"
    preferred_base: Literal["drawn", "committed"] = "drawn"
    carry_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    carry_basis: Literal["whole_fund", "deal_by_deal"] = "whole_fund"
    clawback: SimulatedClawback | None = None
    catch_up_share: Annotated[float, Field(gt=0, le=1)] | None = None
    public_first_loss: bool = False
    public_cap_rate_share: _Share | None = None
    above_cap_to: Literal["others", "manager"] = "others"
    public_profit_to_manager_share: _Share = 0.0
    loss_made_good: SimulatedLossMadeGood | None = None
    buy_out: SimulatedBuyOut | None = None

    @property
    def commitment(self) -> float:
        """Everybody's commitment."""
        return self.public_commitment + self.other_commitment + self.manager_commitment

    @property
    def is_plain(self) -> bool:
        """Are all partners treated alike, and is the preferred return the common one, a hurdle rate?"""
        is_hurdle = (self.preferred_compounding, self.preferred_base) == ("compound", "drawn")
        is_alike = not (self.public_first_loss or self.public_profit_to_manager_share or self.buy_out)
        return is_hurdle and is_alike and self.public_cap_rate_share is None

    @property
    def holds_plainly(self) -> bool:
        """Is the value of what is held all that need be known of it?"""
        charges_cost = self.fees is not None and any(step.base == "invested" for step in self.fees.steps)
        return not charges_cost and self.recycling is None and self.companies is None

    @model_validator(mode="after")
    def _makes_sense(self) -> SimulatedFund:
        if self.commitment <= 0:
            raise PydanticCustomError("commitment", "a commitment above 0")
        if self.catch_up_share is not None and self.catch_up_share <= self.carry_share:
            raise PydanticCustomError(
                "catch_up",
                "a catch_up_share above the carry_share of {k}, else it never catches up",
                {"k": self.carry_share},
            )
        if self.cash_flow.periods_per_year != QUARTERS_PER_YEAR:
            raise PydanticCustomError("periods", "a cash_flow with periods_per_year of 4, the simulation's quarters")
        if self.public_profit_to_manager_share and self.public_cap_rate_share is not None:
            raise PydanticCustomError(
                "last_tier", "public_cap_rate_share or public_profit_to_manager_share: each is the last tier, not both"
            )
        if self.buy_out is not None:
            self._refuse_buy_out(self.buy_out)
        self._refuse_carry()
        if self.companies is not None and (self.deviation_share or self.correlation_share):
            raise PydanticCustomError(
                "companies",
                "a deviation_share and correlation_share of 0 beside companies: what they pay back is all that is"
                " uncertain about the value, and counts once",
            )
        return self

    def _refuse_carry(self) -> None:
        if self.carry_basis == "deal_by_deal":
            raise PydanticCustomError(
                "carry_basis",
                "carry_basis whole_fund: the simulation knows the value of a fund and not its deals; carry deal by deal"
                " needs the flows of each (leverage.deal_by_deal)",
            )
        if self.clawback is None:
            return
        is_capped_for_manager = self.public_cap_rate_share is not None and _is_above_cap_to_manager(self)
        is_more_than_carry = self.public_profit_to_manager_share or is_capped_for_manager
        if is_more_than_carry or self.buy_out is not None:
            raise PydanticCustomError(
                "clawback",
                "a clawback without a buy_out and without public profit that goes to the manager, which it would take"
                " back",
            )

    def _refuse_buy_out(self, rule: SimulatedBuyOut) -> None:
        if not (self.public_commitment and self.other_commitment):
            raise PydanticCustomError("buy_out", "public and other money: a part to be bought, and its buyers")
        last = self.cash_flow.last_contribution_year
        if last is None or rule.after_quarters < last * QUARTERS_PER_YEAR:
            raise PydanticCustomError(
                "buy_out", "a buy_out after the last call: after_quarters of 4 × last_contribution_year or more"
            )
        if self.loss_made_good is not None:
            raise PydanticCustomError("buy_out", "no loss_made_good beside a buy_out: who is bought out bears no loss")


class FundTables:
    """Numbers of all funds, ``(funds, numbers)``, and by quarter, ``(funds, rows, quarters)``; their companies."""

    def __init__(self, numbers: Array, quarterly: Array, companies: tuple[CompanyPortfolio | None, ...]) -> None:
        self.numbers, self.quarterly, self.companies = numbers, quarterly, companies


def fund_tables(funds: tuple[SimulatedFund, ...], *, quarters: int) -> FundTables:
    """Which numbers do the terms of these funds come to, quarter by quarter?

    Raises
    ------
    InputError : a fund that starts at or after the horizon.

    Tested by: the means of all paths are those of ``takahashi_alexander.project``, ``tests/leverage/test_simulate.py``.
    """
    for place, fund in enumerate(funds):
        if fund.starts_after_quarters >= quarters:
            raise InputError.of(
                f"funds.{place}.starts_after_quarters",
                found=fund.starts_after_quarters,
                expected=f"a start before the horizon of {quarters} quarters",
            )
        if _buy_out_quarter(fund) >= quarters - 1:
            raise InputError.of(
                f"funds.{place}.buy_out.after_quarters",
                found=_buy_out_quarter(fund) + 1,
                expected=f"a buy-out before the last of {quarters} quarters, counted from the fund's start",
            )
    numbers = np.array([_numbers(fund) for fund in funds])
    by_quarter = np.array([_by_quarter(fund, quarters) for fund in funds])
    return FundTables(numbers, by_quarter, tuple(fund.companies for fund in funds))


def _buy_out_quarter(fund: SimulatedFund) -> int:
    return _NEVER if fund.buy_out is None else fund.starts_after_quarters + fund.buy_out.after_quarters - 1


def _numbers(fund: SimulatedFund) -> Array:
    row = np.zeros(_NUMBERS)
    deviation = fund.deviation_share / math.sqrt(QUARTERS_PER_YEAR)
    beside_public = fund.other_commitment + fund.manager_commitment
    row[COMMITMENT] = fund.commitment
    row[PUBLIC_WEIGHT] = fund.public_commitment / fund.commitment
    row[MANAGER_PART] = fund.manager_commitment / beside_public if beside_public else 0.0
    row[LOG_GROWTH] = math.log1p(fund.cash_flow.growth_share) / QUARTERS_PER_YEAR - deviation**2 / 2
    row[LOADING] = deviation * math.sqrt(fund.correlation_share)
    row[OWN_LOADING] = deviation * math.sqrt(1 - fund.correlation_share)
    row[CALL_DEVIATION] = fund.call_deviation_share
    if fund.preferred_compounding == "compound":
        row[PREFERRED_GROWTH] = subperiod_rate(fund.preferred_rate_share, subperiods=QUARTERS_PER_YEAR, grows=True)
    else:
        row[PREFERRED_SIMPLE] = fund.preferred_rate_share / QUARTERS_PER_YEAR
    row[IS_ON_COMMITMENT] = fund.preferred_base == "committed"
    row[CARRY] = fund.carry_share
    if fund.catch_up_share is not None:
        row[CATCH_UP], row[CATCH_UP_SCALE] = fund.catch_up_share, 1 / (fund.catch_up_share - fund.carry_share)
    row[IS_PLAIN], row[HOLDS_PLAINLY], row[IS_PUBLIC_LAST] = fund.is_plain, fund.holds_plainly, fund.public_first_loss
    if fund.public_cap_rate_share is not None:
        row[IS_CAPPED] = 1.0
        row[CAP_GROWTH] = subperiod_rate(fund.public_cap_rate_share, subperiods=QUARTERS_PER_YEAR, grows=True)
        row[IS_REST_TO_MANAGER] = _is_above_cap_to_manager(fund)
    row[PUBLIC_KEEPS] = 1 - fund.public_profit_to_manager_share
    if fund.public_profit_to_manager_share:
        row[IS_REST_TO_MANAGER] = 1.0
    _write_settlements(fund, row)
    return row


def _is_above_cap_to_manager(fund: SimulatedFund) -> bool:
    """Where nobody stands beside public money, what it may not have goes to the manager whatever is agreed."""
    return fund.above_cap_to == "manager" or not fund.other_commitment + fund.manager_commitment


def _write_settlements(fund: SimulatedFund, row: Array) -> None:
    row[BUY_OUT_QUARTER] = _buy_out_quarter(fund)
    if fund.loss_made_good is not None:
        row[LOSS_SHARE] = fund.loss_made_good.loss_share
        row[LOSS_CAP] = fund.loss_made_good.cap_of_public_capital_share
    row[HAS_COMPANIES] = fund.companies is not None
    if fund.clawback is not None:
        row[CLAWBACK_SHARE] = 1 - fund.clawback.carry_tax_share
    if fund.buy_out is not None:
        row[BUY_OUT_FACTOR] = fund.buy_out.price_factor
        row[BUY_OUT_LESS_GAINED] = fund.buy_out.less_what_was_gained
        row[BUY_OUT_IS_CHOICE] = fund.buy_out.when == "worth_more"


def _by_quarter(fund: SimulatedFund, quarters: int) -> Array:
    """Rates of the fund's own quarters, moved to where it starts; before it nothing happens."""
    rows = np.zeros((_BY_QUARTER, quarters))
    rows[VALUE_ON_ENTRY] = 1.0
    brings = _brings(fund.cash_flow, quarters)
    for quarter in range(fund.starts_after_quarters, quarters):
        age = quarter - fund.starts_after_quarters
        year = age // QUARTERS_PER_YEAR + 1
        call = subperiod_rate(fund.cash_flow.contribution_rate_share(year), subperiods=QUARTERS_PER_YEAR, grows=False)
        rows[CALL_RATE, quarter] = call
        rows[LOG_KEEP, quarter] = math.log1p(-call) if call < 1 else _ALL_CALLED
        rows[PAYOUT, quarter] = _payout(fund.cash_flow, age)
        if fund.companies is not None:
            rows[VALUE_ON_ENTRY, quarter] = 1 / brings[age]
        if fund.fees is not None and year <= fund.fees.term_years:
            step = fund.fees.step_of(year)
            rate = step.rate_share / QUARTERS_PER_YEAR
            if step.base == "committed":
                rows[CHARGE_COMMITTED, quarter] = rate * fund.commitment
            else:
                rows[_CHARGE_OF[step.base], quarter] = rate
        if fund.recycling is not None and age < fund.recycling.until_quarters:
            rows[KEEP_LIMIT, quarter] = fund.recycling.limit_of_commitment_share * fund.commitment
            rows[IS_KEPT_PAID_OUT, quarter] = age == fund.recycling.until_quarters - 1
    return rows


def _brings(cash_flow: TakahashiAlexander, quarters: int) -> list[float]:
    """What does a yuan invested at the end of each quarter of a fund's life bring in all? F = g (RD + (1 − RD) F₊)."""
    growth = 1 + subperiod_rate(cash_flow.growth_share, subperiods=QUARTERS_PER_YEAR, grows=True)
    # At the end of a year after the life is over everything is paid out: what comes later does not matter.
    end = QUARTERS_PER_YEAR * (max(cash_flow.life_years, -(-quarters // QUARTERS_PER_YEAR)) + 1)
    brings = [1.0]
    for age in range(end - 1, 0, -1):
        rate = _payout(cash_flow, age)
        brings.append(growth * (rate + (1 - rate) * brings[-1]))
    return brings[::-1]


def _payout(cash_flow: TakahashiAlexander, age: int) -> float:
    """The rate of a quarter; what is all paid out in a year is so in its last quarter, as in the yearly model."""
    rate = cash_flow.distribution_rate_share(age // QUARTERS_PER_YEAR + 1)
    if rate == 1:
        return float(age % QUARTERS_PER_YEAR == QUARTERS_PER_YEAR - 1)
    return subperiod_rate(rate, subperiods=QUARTERS_PER_YEAR, grows=False)
