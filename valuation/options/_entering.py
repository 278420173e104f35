"""How the parameters that closed forms share stand on a working paper: amounts, years, shares, the threat."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, exponential, logarithm
from valuation.kernel.figures import Amount, Figure, PositiveFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet
from valuation.options._inputs import ConstantThreat, NoThreat, threat_rate

__all__ = [
    "NO_PERIODS",
    "CorrelationFigure",
    "Entering",
    "FeeAmount",
    "GrowthFigure",
    "PayoutFigure",
    "PositiveAmount",
    "alive_share",
    "d_one",
    "kept_share",
    "present",
    "refuse_twins",
]

PositiveAmount = Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
FeeAmount = Annotated[Amount, AfterValidator(at_least(0))]
PayoutFigure = Annotated[Figure, AfterValidator(within(0, 2))]
GrowthFigure = Annotated[Figure, AfterValidator(within(-1, 2))]
CorrelationFigure = Annotated[Figure, AfterValidator(within(-1, 1))]
NO_PERIODS = Axis(Label("（无分期）", "(no periods)"), ())


@dataclass(frozen=True)
class Entering:
    """A sheet, and the unit of its amounts."""

    sheet: Sheet
    unit: str

    def money(self, name: str, stated: Amount, label: Label) -> Name:
        """An amount of money, not negative."""
        return self.sheet.figure(name, stated, label=label, unit=self.unit, domain=(0.0, math.inf))

    def years(self, name: str, stated: PositiveFigure, label: Label) -> Name:
        """A number of years."""
        return self.sheet.figure(name, stated, label=label, unit="years", domain=(0, 100))

    def volatility(self, name: str, stated: Figure, label: Label) -> Name:
        """A standard deviation of yearly log changes."""
        return self.sheet.figure(name, stated, label=label, unit="share", domain=(0, 3))

    def payout(self, name: str, stated: Figure, label: Label) -> Name:
        """A yearly yield, continuous."""
        return self.sheet.figure(name, stated, label=label, unit="share", domain=(0, 2))

    def correlation(self, stated: Figure) -> Name:
        """The correlation of two yearly log changes."""
        label = Label("相关系数", "correlation")
        return self.sheet.figure("correlation", stated, label=label, unit="1", domain=(-1, 1))

    def growth(self, name: str, stated: Figure | None, otherwise: Expression, label: Label) -> Name:
        """The drift that probabilities are taken under: the real one, or that of valuation where none is stated."""
        if stated is not None:
            return self.sheet.figure(name, stated, label=label, unit="share", domain=(-1, 2))
        return self.sheet.line(
            name, otherwise, label=Label(f"{label.zh}（估值口径）", f"{label.en} (of valuation)"), unit="share"
        )

    def threat(self, threat: NoThreat | ConstantThreat) -> tuple[Name, Name]:
        """The yearly rate λ of the threat, and λ(1 − ρ) at which the right's value is lost to it.

        What is left when the threat strikes is the share ρ of what the right was worth just before. Losing all of it
        at the rate λ(1 − ρ) is worth the same (Duffie, Singleton 1999: recovery of market value).
        """
        rate = threat_rate(self.sheet, threat)
        label = Label("威胁造成的年价值损失率 λ(1−ρ)", "yearly rate λ(1 − ρ) of value lost to the threat")
        if isinstance(threat, NoThreat):
            return rate, self.sheet.line("loss_rate", rate * 1, label=label, unit="1/year")
        recovery = self.sheet.figure(
            "recovery_share",
            threat.recovery_share,
            label=Label("失效时所余比例 ρ", "share ρ left when it strikes"),
            unit="share",
            domain=(0, 1),
        )
        return rate, self.sheet.line("loss_rate", rate * (1 - recovery), label=label, unit="1/year")


def refuse_twins(correlation: Figure, first: Figure, second: Figure) -> None:
    """Refuse two values that move as one: their ratio has no volatility, and there is nothing to choose by."""
    if correlation.value == 1 and first.value == second.value:
        raise InputError.of(
            "correlation",
            found=f"1 with equal volatilities {first.value}",
            expected="two values that can move apart: below 1, or with different volatilities",
        )


def present(amount: Expression | float, rate: Expression, years: Expression) -> Expression:
    """An amount in so many years, at a continuous rate (or a value that pays a continuous yield)."""
    return amount * exponential(-(rate * years))


def kept_share(sheet: Sheet, name: str, loss_rate: Name, years: Expression) -> Name:
    """The share of a right's value that the threat leaves over so many years."""
    label = Label("威胁之下所余价值比例", "share of the value that the threat leaves")
    return sheet.line(name, exponential(-(loss_rate * years)), label=label, unit="share")


def alive_share(sheet: Sheet, threat: Name, years: Expression) -> Name:
    """The probability that the threat has not struck within so many years."""
    label = Label("至期末未被宣告无效的概率", "probability that the threat does not strike in the life")
    return sheet.line("survival_share", exponential(-(threat * years)), label=label, unit="share")


def d_one(ratio: Expression, drift: Expression, volatility: Expression, years: Expression) -> Expression:
    """d₁ = (ln ratio + (drift + σ²/2) T)/(σ√T); d₂ is σ√T less."""
    return (logarithm(ratio) + (drift + volatility**2 / 2) * years) / (volatility * years**0.5)
