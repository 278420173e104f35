"""The two processes of a crop price as lines of a working paper: parameters, evidence, drift of valuation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from valuation.kernel.expression import Expression, Name, exponential, logarithm
from valuation.kernel.figures import Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet
from valuation.options._crop_price import (
    PROCESS_LABELS,
    ConvenienceYield,
    FittedPrices,
    FuturesPrice,
    MarketPriceOfRisk,
    Processes,
    StatedPrices,
)
from valuation.options._price_model import SIGNIFICANCE_SHARE, PriceFit, ProcessName, RandomWalk, half_life_band
from valuation.options._unit_root import UnitRootTest

__all__ = ["write_processes"]


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
