"""The two processes of a crop price as an option request states them, or as its price history gives them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, exponential, logarithm
from valuation.kernel.fields import Day, FrozenModel, Reason
from valuation.kernel.figures import Amount, AmountSeries, Figure, PositiveFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Sheet
from valuation.options._inputs import VolatilityFigure
from valuation.options._price_model import (
    SIGNIFICANCE_SHARE,
    PriceFit,
    ProcessName,
    RandomWalk,
    fit_prices,
    half_life_band,
)
from valuation.options._unit_root import UnitRootTest

__all__ = [
    "FittedPrices",
    "PriceProcesses",
    "PriceRisk",
    "Processes",
    "StatedPrices",
    "processes_of",
    "write_processes",
]

PriceAmount = Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
PROCESS_LABELS: Mapping[ProcessName, Label] = {
    "random_walk": Label("随机游走", "random walk"),
    "mean_reversion": Label("均值回复", "mean reversion"),
}
#: A last price that is older than this many days says little about today.
_OLD_DAYS = 366


class WalkingPrice(FrozenModel):
    """A random walk: ``growth_share`` is the expected yearly growth of the price in the world (continuous)."""

    growth_share: Annotated[Figure, AfterValidator(within(-0.5, 0.5))]
    volatility_share: VolatilityFigure


class ReturningPrice(FrozenModel):
    """A return to ``level_price`` (e to the mean of the log: the long-run median) with its half-life."""

    half_life_years: Annotated[PositiveFigure, AfterValidator(within(0, 1000))]
    level_price: PriceAmount
    volatility_share: VolatilityFigure


class StatedPrices(FrozenModel):
    """The processes as judged; the one that goes first is named, with the reason."""

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
    """What the market pays a year for each unit of volatility; the drift falls by that times σ."""

    kind: Literal["market_price_of_risk"]
    per_volatility: Annotated[Figure, AfterValidator(within(-2, 3))]


class FuturesPrice(FrozenModel):
    """A price for later delivery; the drift falls by what makes each process give this price."""

    kind: Literal["futures"]
    price: PriceAmount
    maturity_years: Annotated[PositiveFigure, AfterValidator(within(0, 20))]


class ConvenienceYield(FrozenModel):
    """What holding the crop is worth a year; the same as a price for delivery in one year of price · e^(r − y)."""

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


def write_processes(
    sheet: Sheet,
    stated: StatedPrices | FittedPrices,
    found: Processes,
    *,
    risk: MarketPriceOfRisk | FuturesPrice | ConvenienceYield,
    price: Name,
    rate: Name,
    unit: str,
) -> dict[ProcessName, dict[str, Name]]:
    """Enter the processes and their drift of valuation; by process, the names its motion is made of.

    Real drift less what bearing the price's risk is paid: for the walk ``drift``; for the return the level of the log
    falls by that over κ, ``log_level``. ``real_drift`` and ``real_log_level`` are those of the world.
    """
    if found.fit is not None:
        _write_evidence(sheet, found.fit)
    quoted = _quoted(sheet, risk, price, rate, unit)
    written: dict[ProcessName, dict[str, Name]] = {}
    if "random_walk" in found.names:
        growth, volatility = _walk(sheet, stated, found.fit)
        premium = _write_premium(sheet, "random_walk", quoted.for_walk(price, growth, volatility))
        drift = sheet.line(
            "random_walk_drift",
            growth - premium,
            label=Label("随机游走：估值漂移率", "random walk: drift of valuation"),
            unit="1/year",
        )
        sheet.check(
            "drift_exceeds_rate",
            drift <= rate,
            label=Label(
                "随机游走的估值漂移率高于利率，等待总是更优",
                "the walk's drift of valuation exceeds the rate, so that waiting is always better",
            ),
            severity="warn",
            expected="a drift of valuation no higher than the riskless rate",
            advice="Check the growth of the price and what bearing its risk is paid",
        )
        written["random_walk"] = {"drift": drift, "volatility": volatility, "real_drift": growth}
    if "mean_reversion" in found.names:
        speed, level, volatility = _return(sheet, stated, found.fit, unit)
        real = sheet.line(
            "mean_reversion_log_level",
            logarithm(level),
            label=Label("均值回复：对数水平", "mean reversion: level of the log"),
            unit="1",
        )
        premium = _write_premium(sheet, "mean_reversion", quoted.for_return(price, speed, real, volatility))
        valued = sheet.line(
            "mean_reversion_valuation_log_level",
            real - premium / speed,
            label=Label("均值回复：估值用对数水平", "mean reversion: level of the log for valuation"),
            unit="1",
        )
        written["mean_reversion"] = {
            "log_level": valued,
            "speed": speed,
            "volatility": volatility,
            "real_log_level": real,
        }
    return written


def _write_premium(sheet: Sheet, process: ProcessName, premium: Expression) -> Name:
    name = PROCESS_LABELS[process]
    label = Label(f"{name.zh}：价格风险的年报酬", f"{name.en}: yearly pay for the price's risk")
    return sheet.line(f"{process}_risk_premium", premium, label=label, unit="1/year")


@dataclass(frozen=True)
class _Quoted:
    """What the pay for risk follows from: an amount per volatility, or the log of a price for later delivery."""

    per_volatility: Name | None
    log_futures: Expression | None
    maturity: Expression | None

    def for_walk(self, price: Name, growth: Name, volatility: Name) -> Expression:
        """Growth less the growth that the futures price shows."""
        if self.per_volatility is not None:
            return self.per_volatility * volatility
        assert self.log_futures is not None
        assert self.maturity is not None
        return growth - (self.log_futures - logarithm(price)) / self.maturity

    def for_return(self, price: Name, speed: Name, log_level: Name, volatility: Name) -> Expression:
        """What must be taken from κ · level for ln F = kept · ln P + (1 − kept) · level + half the variance."""
        if self.per_volatility is not None:
            return self.per_volatility * volatility
        assert self.log_futures is not None
        assert self.maturity is not None
        kept = exponential(-(speed * self.maturity))
        half_variance = volatility**2 * (1 - kept**2) / (4 * speed)
        return speed * (log_level - (self.log_futures - kept * logarithm(price) - half_variance) / (1 - kept))


def _quoted(
    sheet: Sheet,
    risk: MarketPriceOfRisk | FuturesPrice | ConvenienceYield,
    price: Name,
    rate: Name,
    unit: str,
) -> _Quoted:
    if isinstance(risk, MarketPriceOfRisk):
        label = Label("价格风险的市场价格（每单位波动率）", "market price of the crop's risk per unit of volatility")
        return _Quoted(
            sheet.figure("market_price_of_risk", risk.per_volatility, label=label, unit="1", domain=(-2, 3)), None, None
        )
    if isinstance(risk, FuturesPrice):
        futures = sheet.figure(
            "futures_price",
            risk.price,
            label=Label("期货价格", "futures price"),
            unit=f"{unit}/t",
            domain=(0, math.inf),
        )
        maturity = sheet.figure(
            "futures_maturity_years",
            risk.maturity_years,
            label=Label("期货期限", "maturity"),
            unit="years",
            domain=(0, 20),
        )
        return _Quoted(None, logarithm(futures), maturity * 1)
    held = sheet.figure(
        "convenience_yield",
        risk.yield_share,
        label=Label("便利收益率", "convenience yield"),
        unit="1/year",
        domain=(-1, 2),
    )
    return _Quoted(None, logarithm(price) + rate - held, rate * 0 + 1)


def _walk(sheet: Sheet, stated: StatedPrices | FittedPrices, fit: PriceFit | None) -> tuple[Name, Name]:
    growth_label = Label("随机游走：预期年增长率", "random walk: expected yearly growth")
    volatility_label = Label("随机游走：年波动率", "random walk: yearly volatility")
    if isinstance(stated, StatedPrices):
        assert stated.random_walk is not None
        walk = stated.random_walk
        return (
            sheet.figure(
                "random_walk_growth", walk.growth_share, label=growth_label, unit="1/year", domain=(-0.5, 0.5)
            ),
            sheet.figure(
                "random_walk_volatility", walk.volatility_share, label=volatility_label, unit="share", domain=(0, 3)
            ),
        )
    assert fit is not None
    found = fit.random_walk
    return (
        sheet.derived(
            "random_walk_growth", found.growth_per_year, label=growth_label, unit="1/year", reason=_drift_basis(found)
        ),
        sheet.derived(
            "random_walk_volatility",
            found.volatility,
            label=volatility_label,
            unit="share",
            reason=f"fitted to {found.changes} changes, standard error {found.volatility_error:.3g}",
        ),
    )


def _drift_basis(found: RandomWalk) -> str:
    return (
        f"fitted to {found.changes} changes: mean log change and half the variance, standard error "
        f"{found.log_drift_error:.3g}"
    )


def _return(
    sheet: Sheet, stated: StatedPrices | FittedPrices, fit: PriceFit | None, unit: str
) -> tuple[Name, Name, Name]:
    labels = (
        Label("均值回复：半衰期", "mean reversion: half-life"),
        Label("均值回复：长期价格（中位数）", "mean reversion: long-run price (median)"),
        Label("均值回复：年波动率", "mean reversion: yearly volatility"),
    )
    if isinstance(stated, StatedPrices):
        assert stated.mean_reversion is not None
        found = stated.mean_reversion
        half_life = sheet.figure(
            "half_life_years", found.half_life_years, label=labels[0], unit="years", domain=(0, 1000)
        )
        level = sheet.figure("level_price", found.level_price, label=labels[1], unit=f"{unit}/t", domain=(0, math.inf))
        volatility = sheet.figure(
            "mean_reversion_volatility", found.volatility_share, label=labels[2], unit="share", domain=(0, 3)
        )
    else:
        half_life, level, volatility = _fitted_return(sheet, stated, fit, labels, unit)
    speed = sheet.line(
        "mean_reversion_speed",
        math.log(2) / half_life,
        label=Label("均值回复：速度 κ", "mean reversion: speed κ"),
        unit="1/year",
    )
    return speed, level, volatility


def _fitted_return(
    sheet: Sheet, stated: FittedPrices, fit: PriceFit | None, labels: Sequence[Label], unit: str
) -> tuple[Name, Name, Name]:
    assert fit is not None
    assert fit.mean_reversion is not None
    found = fit.mean_reversion
    how = "corrected for small-sample bias (Kendall)" if found.is_corrected else "least squares, not corrected"
    band = half_life_band(found)
    ends = f"{band.low_years:.3g} to " + (
        f"{band.high_years:.3g}" if math.isfinite(band.high_years) else "no upper end"
    )
    basis = (
        f"fitted to {found.changes} changes, {how}; standard error {found.half_life_error_years:.3g} years (delta "
        f"method), 90 % band {ends}"
    )
    half_life = sheet.derived("half_life_years", found.half_life_years, label=labels[0], unit="years", reason=basis)
    fitted = sheet.derived(
        "fitted_level_price",
        math.exp(found.log_level),
        label=Label("拟合的长期价格", "long-run price as fitted"),
        unit=f"{unit}/t",
        reason=f"fitted with the half-life; standard error of its log {found.log_level_error:.3g}",
    )
    history = stated.prices
    multiplier = sheet.figure(
        "history_multiplier",
        Figure(
            value=1.0, grade=history.grade, source=history.source, reason=history.reason, distribution=history.factor
        ),
        label=Label("历史价格乘数", "multiplier of the price history"),
        unit="1",
        domain=(0, math.inf),
    )
    level = sheet.line("level_price", fitted * multiplier, label=labels[1], unit=f"{unit}/t")
    volatility = sheet.derived(
        "mean_reversion_volatility", found.volatility, label=labels[2], unit="share", reason="fitted with the half-life"
    )
    return half_life, level, volatility


def _write_evidence(sheet: Sheet, fit: PriceFit) -> None:
    """The tests, and what the half-life would be without the correction and at the ends of its band."""
    _write_test(sheet, "dickey_fuller", fit.dickey_fuller, Label("单位根检验（ADF）统计量", "Dickey–Fuller statistic"))
    _write_test(sheet, "kpss", fit.stationarity, Label("平稳性检验（KPSS）统计量", "KPSS statistic"))
    if fit.mean_reversion is None:
        return
    band = half_life_band(fit.mean_reversion)
    plain = fit.least_squares
    rows = {
        "half_life_low_years": (band.low_years, Label("半衰期 90% 区间下端", "half-life, low end of 90 %")),
        "half_life_high_years": (band.high_years, Label("半衰期 90% 区间上端", "half-life, high end of 90 %")),
        "half_life_uncorrected_years": (
            plain.half_life_years if plain is not None else math.inf,
            Label("未修正偏差的半衰期", "half-life before the correction for bias"),
        ),
    }
    for name, (years, label) in rows.items():
        reason = "from the coefficient's standard error" if name != "half_life_uncorrected_years" else "least squares"
        # A band without an upper end has no line for it; the half-life's own basis says so.
        if math.isfinite(years):
            sheet.derived(name, years, label=label, unit="years", reason=reason)


def _write_test(sheet: Sheet, name: str, test: UnitRootTest, label: Label) -> None:
    bound = test.critical_values[SIGNIFICANCE_SHARE]
    said = "rejects" if test.rejects(SIGNIFICANCE_SHARE) else "does not reject"
    counted = f"{test.lags} lags, {test.observations} observations"
    basis = f"{counted}; 5 % critical value {bound:.3f}, so it {said} its hypothesis"
    sheet.derived(f"{name}_statistic", test.statistic, label=label, unit="1", reason=basis)
    sheet.derived(
        f"{name}_critical_value",
        bound,
        label=Label(f"{label.zh}的 5% 临界值", f"{label.en}: critical value at 5 %"),
        unit="1",
        reason="MacKinnon (2010)" if name == "dickey_fuller" else "Kwiatkowski et al. (1992)",
    )
