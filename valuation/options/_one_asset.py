"""One asset that moves, as it stands on a working paper, and what closed forms on it answer alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from valuation.kernel.expression import Name
from valuation.kernel.figures import Amount, Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.options._closed_findings import sheet_sensitivities
from valuation.options._core.process import Lognormal, Process, alone
from valuation.options._entering import Entering
from valuation.options._inputs import Compounding, ConstantThreat, NoThreat, continuous_rate

__all__ = ["Asset", "StatedAsset", "enter_asset", "one_asset_sensitivities", "world_of"]


class StatedAsset(Protocol):
    """The fields of a request on one asset."""

    @property
    def asset_value(self) -> Amount:
        """Present value today."""

    @property
    def volatility_share(self) -> Figure:
        """Standard deviation of its yearly log change."""

    @property
    def riskless_rate_share(self) -> Figure:
        """Yearly rate."""

    @property
    def rate_compounding(self) -> Compounding:
        """How the rate is compounded."""

    @property
    def payout_yield_share(self) -> Figure:
        """Continuous yearly yield."""

    @property
    def threat(self) -> NoThreat | ConstantThreat:
        """The threat to the right."""

    @property
    def real_growth_share(self) -> Figure | None:
        """Expected growth in the world."""


@dataclass(frozen=True)
class Asset:
    """The lines of a paper on one asset; ``threat`` is λ, ``loss_rate`` λ(1 − ρ)."""

    value: Name
    volatility: Name
    rate: Name
    payout: Name
    threat: Name
    loss_rate: Name


def enter_asset(sheet: Sheet, stated: StatedAsset, unit: str) -> Asset:
    """Enter the asset, the rate and the threat."""
    enter = Entering(sheet, unit)
    value = enter.money("asset_value", stated.asset_value, Label("标的价值", "value of the asset"))
    volatility = enter.volatility("volatility_share", stated.volatility_share, Label("年波动率", "yearly volatility"))
    rate = continuous_rate(sheet, stated.riskless_rate_share, stated.rate_compounding)
    payout = enter.payout("payout_yield_share", stated.payout_yield_share, Label("年派现率", "yearly payout"))
    threat, loss_rate = enter.threat(stated.threat)
    return Asset(value, volatility, rate, payout, threat, loss_rate)


def one_asset_sensitivities(worksheet: Worksheet, stated: StatedAsset) -> dict[str, float]:
    """Delta, vega, rho and the slope by λ of a right on one asset, from its paper."""
    inputs = {
        "delta": "asset_value",
        "vega": "volatility_share",
        "rho": "riskless_rate_share",
        "hazard": "threat_rate",
    }
    return sheet_sensitivities(worksheet, inputs, rate_compounding=stated.rate_compounding)


def world_of(stated: StatedAsset) -> Process | None:
    """How the asset moves in the world, if its growth there is stated; None: under the drift of valuation."""
    if stated.real_growth_share is None:
        return None
    drift, volatility = stated.real_growth_share.value, stated.volatility_share.value
    return alone("value", "log", Lognormal(drift, volatility**2))
