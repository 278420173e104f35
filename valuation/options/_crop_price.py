"""The two processes of a crop price as an option request states them, or as its price history gives them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.fields import Day, FrozenModel, Reason
from valuation.kernel.figures import Amount, AmountSeries, Figure, PositiveFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.options._inputs import VolatilityFigure
from valuation.options._price_model import (
    PriceFit,
    ProcessName,
    fit_prices,
)

__all__ = [
    "PROCESS_LABELS",
    "ConvenienceYield",
    "FittedPrices",
    "FuturesPrice",
    "MarketPriceOfRisk",
    "PriceAmount",
    "PriceProcesses",
    "PriceRisk",
    "Processes",
    "StatedPrices",
    "processes_of",
]

PriceAmount = Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
PROCESS_LABELS: Mapping[ProcessName, Label] = {
    "random_walk": Label("随机游走", "random walk"),
    "mean_reversion": Label("均值回复", "mean reversion"),
}
#: A last price that is older than this many days says little about today.
_OLD_DAYS = 366


class WalkingPrice(FrozenModel):
    """A random walk.

    Attributes
    ----------
    growth_share : the expected yearly growth of the price in the world (continuous).
    volatility_share : standard deviation of the yearly log change.
    """

    growth_share: Annotated[Figure, AfterValidator(within(-0.5, 0.5))]
    volatility_share: VolatilityFigure


class ReturningPrice(FrozenModel):
    """A return to a level.

    Attributes
    ----------
    half_life_years : after how long half of a distance to the level is gone.
    level_price : e to the mean of the log, the long-run median in the world.
    volatility_share : σ of the log, a year.
    """

    half_life_years: Annotated[PositiveFigure, AfterValidator(within(0, 1000))]
    level_price: PriceAmount
    volatility_share: VolatilityFigure


class StatedPrices(FrozenModel):
    """The processes as judged.

    Attributes
    ----------
    random_walk, mean_reversion : one at least; both where both are to be seen.
    default : which of them is the answer, with the reason.
    """

    kind: Literal["stated"]
    random_walk: WalkingPrice | None = None
    mean_reversion: ReturningPrice | None = None
    default: ProcessName
    reason: Reason


class FittedPrices(FrozenModel):
    """The processes as fitted to a price history.

    Attributes
    ----------
    prices : evenly spaced, in the currency and unit of the price today; at least 20. A multiplier common to all
        (what the gate pays of the quoted price) moves the level they return to.
    prices_per_year : 12 for monthly, 4 for quarterly, 1 for yearly prices.
    first_day : the day (or first day of the period) of the first price; no price may lie after the valuation date.
    terms : whether the prices are nominal or deflated; must be those of the costs and the rate.
    choice : ``by_data`` follows the stated rule of :func:`valuation.options._price_model.fit_prices`; to overrule it
        name a process and give ``choice_reason``.
    """

    kind: Literal["fitted"]
    prices: Annotated[AmountSeries, AfterValidator(at_least(0, strictly=True))]
    prices_per_year: Literal[1, 4, 12]
    first_day: Day
    terms: Literal["nominal", "deflated"]
    choice: Literal["by_data", "random_walk", "mean_reversion"]
    choice_reason: Reason | None = None


PriceProcesses = Annotated[StatedPrices | FittedPrices, Field(discriminator="kind")]


class MarketPriceOfRisk(FrozenModel):
    """What the market pays a year for bearing the price's risk; the drift falls by that times σ.

    Attributes
    ----------
    per_volatility : for each unit of yearly volatility.
    """

    kind: Literal["market_price_of_risk"]
    per_volatility: Annotated[Figure, AfterValidator(within(-2, 3))]


class FuturesPrice(FrozenModel):
    """A price for later delivery; the drift falls by what makes each process give this price.

    Attributes
    ----------
    price : per ton, agreed today and paid at delivery.
    maturity_years : years to delivery.
    """

    kind: Literal["futures"]
    price: PriceAmount
    maturity_years: Annotated[PositiveFigure, AfterValidator(within(0, 20))]


class ConvenienceYield(FrozenModel):
    """What holding the crop is worth a year; the same as a price for delivery in one year of price · e^(r − y).

    Attributes
    ----------
    yield_share : y, continuous.
    """

    kind: Literal["convenience_yield"]
    yield_share: Annotated[Figure, AfterValidator(within(-1, 2))]


PriceRisk = Annotated[MarketPriceOfRisk | FuturesPrice | ConvenienceYield, Field(discriminator="kind")]


@dataclass(frozen=True)
class Processes:
    """What was stated or fitted: the fit, if any, which processes there are, and which goes first and why."""

    default: ProcessName
    reason: str
    names: tuple[ProcessName, ...]
    fit: PriceFit | None
    warnings: tuple[NamedWarning, ...] = ()


def processes_of(
    stated: StatedPrices | FittedPrices, *, money_terms: Literal["nominal", "real"], valuation_date: datetime.date
) -> Processes:
    """Which processes are there, and which goes first?

    Raises
    ------
    InputError : a default that is not stated, a history in other terms than costs and rate, with prices after the
        valuation date or too few, a choice against the data without a reason or of a return that is not there.
    """
    if isinstance(stated, StatedPrices):
        names = tuple(name for name in PROCESS_LABELS if getattr(stated, name) is not None)
        if stated.default not in names:
            raise InputError.of(
                "processes.default", found=stated.default, expected=f"a process that is stated: {names}"
            )
        return Processes(stated.default, stated.reason, names, None)
    _check_history(stated, money_terms, valuation_date)
    logs = np.log([float(price) for price in stated.prices.values])
    fit = fit_prices(logs, interval_years=1 / stated.prices_per_year)
    names = ("random_walk",) if fit.mean_reversion is None else ("random_walk", "mean_reversion")
    if stated.choice == "by_data":
        return Processes(fit.chosen, fit.reason, names, fit, _doubts(stated, fit, valuation_date))
    if stated.choice_reason is None:
        raise InputError.of("processes.choice_reason", found="nothing", expected="why the data's choice is overruled")
    if stated.choice not in names:
        raise InputError.of("processes.choice", found=stated.choice, expected=f"a process the data show: {names}")
    return Processes(stated.choice, stated.choice_reason, names, fit, _doubts(stated, fit, valuation_date))


def _check_history(
    stated: FittedPrices, money_terms: Literal["nominal", "real"], valuation_date: datetime.date
) -> None:
    if (stated.terms == "deflated") != (money_terms == "real"):
        raise InputError.of(
            "processes.terms",
            found=f"{stated.terms} prices",
            expected=f"prices in the terms of money_terms ({money_terms})",
        )
    last = _last_day(stated)
    if last > valuation_date:
        raise InputError.of(
            "processes.prices",
            found=f"a last price of {last}",
            expected=f"prices up to the valuation date {valuation_date}",
        )


def _last_day(stated: FittedPrices) -> datetime.date:
    months = (len(stated.prices.values) - 1) * (12 // stated.prices_per_year)
    year, month = divmod(stated.first_day.year * 12 + stated.first_day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(stated.first_day.day, 28))


def _doubts(stated: FittedPrices, fit: PriceFit, valuation_date: datetime.date) -> tuple[NamedWarning, ...]:
    found = []
    if fit.evidence == "undecided":
        text = "单位根检验与平稳性检验不能定论，两种过程均应看待"
        found.append(("process_undecided", text, "the unit-root tests do not settle the process: look at both values"))
    if fit.mean_reversion is not None and not fit.mean_reversion.is_corrected:
        text = "偏差修正后无均值回复，均值回复一栏为未修正估计"
        english = (
            "corrected for bias no return is left; the value under mean reversion is that of the uncorrected estimate"
        )
        found.append(("return_not_corrected", text, english))
    if (valuation_date - _last_day(stated)).days > _OLD_DAYS:
        text = f"最后一个价格为 {_last_day(stated)}"
        found.append(("old_prices", text, f"the last price is of {_last_day(stated)}"))
    return tuple(NamedWarning(name, Label(zh, en)) for name, zh, en in found)
