"""A milestone paid when a value first reaches a level 首达里程碑, by the closed form of the first passage."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator
from scipy import special

from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, choose, exponential, larger, logarithm, normal_cdf, smaller
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, Threshold, differences, write_result
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    continuous_rate,
    threat_rate,
)
from valuation.options._stopping import WAITING

__all__ = ["METHOD", "MilestoneAtHitInputs"]


class MilestoneAtHitInputs(FrozenModel):
    """A sum that is owed as soon as a value reaches a level.

    Attributes
    ----------
    current_value : the value that is watched (of a product, of its yearly sales), today.
    level : the level that must be reached; where it already is, the milestone is owed today.
    direction : from which side the level is reached.
    payment : the sum.
    payment_time : ``at_hit``: at the moment it is reached. ``at_expiry``: at the end of the life, if it was reached
        before; a threat that strikes in between still takes it.
    life_years : how long the level may be reached.
    payout_yield_share : what the watched value pays a year, continuously; it lowers the drift of valuation r − y.
    threat : a sudden end of the agreement before it pays; nothing is then owed.
    real_growth_share : the expected yearly growth of the value in the world (continuous), for probabilities; None
        gives them under the drift of valuation and says so.
    """

    current_value: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    level: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    direction: Literal["from_below", "from_above"]
    payment: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    payment_time: Literal["at_hit", "at_expiry"]
    life_years: LifeFigure
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: MilestoneAtHitInputs, setting: Setting) -> Paper:
    check_life("life_years", inputs.life_years.value, setting)
    if inputs.threat.kind == "constant" and inputs.threat.recovery_share.value > 0:
        raise InputError.of(
            "threat.recovery_share",
            found=inputs.threat.recovery_share.value,
            expected="0: an ended milestone is not owed",
        )
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _enter(sheet, inputs, setting.currency)
    _results(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "at the first time a level is reached",
            "direction": inputs.direction,
            "payment_time": inputs.payment_time,
            "rate_compounding": inputs.rate_compounding,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium", "paid_at_hit", "paid_at_expiry"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _enter(sheet: Sheet, inputs: MilestoneAtHitInputs, unit: str) -> dict[str, Name]:
    positive = (0.0, math.inf)
    entered = {
        name: sheet.figure(name, stated, label=label, unit=unit, domain=positive)
        for name, stated, label in (
            ("current_value", inputs.current_value, Label("当前价值", "value today")),
            ("level", inputs.level, Label("触发水平", "level to be reached")),
            ("payment", inputs.payment, Label("里程碑付款", "milestone payment")),
        )
    }
    entered["life"] = sheet.figure(
        "life_years", inputs.life_years, label=Label("期限", "life"), unit="years", domain=(0, 100)
    )
    entered["volatility"] = sheet.figure(
        "volatility_share",
        inputs.volatility_share,
        label=Label("年波动率", "yearly volatility"),
        unit="share",
        domain=(0, 3),
    )
    entered["rate"] = continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding)
    entered["payout"] = sheet.figure(
        "payout_yield_share",
        inputs.payout_yield_share,
        label=Label("年派现率", "yearly payout"),
        unit="share",
        domain=(0, 2),
    )
    entered["threat"] = threat_rate(sheet, inputs.threat)
    return entered


def _results(sheet: Sheet, inputs: MilestoneAtHitInputs, entered: Mapping[str, Name], unit: str) -> None:
    payment, life = entered["payment"], entered["life"]
    discount = entered["rate"] + entered["threat"]
    distance = _distance(sheet, inputs, entered)
    at_hit = sheet.line(
        "paid_at_hit",
        payment * _transform(sheet, inputs, entered, distance, discount, "hit", "（到达即付）"),
        label=Label("到达即付的价值", "value if paid when the level is reached"),
        unit=unit,
        total=True,
    )
    chance = sheet.line(
        "hit_share",
        _transform(sheet, inputs, entered, distance, discount * 0, "chance", "（概率）"),
        label=Label("风险中性到达概率", "risk-neutral probability of reaching it"),
        unit="share",
    )
    at_expiry = sheet.line(
        "paid_at_expiry",
        payment * exponential(-(discount * life)) * chance,
        label=Label("期末付款的价值", "value if paid at the end"),
        unit=unit,
        total=True,
    )
    value = sheet.line(
        "value",
        (at_hit if inputs.payment_time == "at_hit" else at_expiry) * 1,
        label=Label("里程碑付款的价值", "value of the milestone"),
        unit=unit,
        total=True,
    )
    reached = choose(distance.equals(0), then=value, otherwise=0)
    write_result(
        sheet,
        value=value,
        static_npv=reached,
        conservative=smaller(at_expiry, value),
        unit=unit,
        static_label=Label("今日已到达部分", "what is owed already"),
        conservative_label=Label(
            "质权人可依赖值（按期末才付款）", "value a pledgee may count on (paid at the end only)"
        ),
    )


def _distance(sheet: Sheet, inputs: MilestoneAtHitInputs, entered: Mapping[str, Name]) -> Name:
    """How far the level is, in logarithms; 0 where it is reached or passed."""
    far = logarithm(entered["level"] / entered["current_value"])
    return sheet.line(
        "distance_log",
        larger(far, 0) if inputs.direction == "from_below" else smaller(far, 0),
        label=Label("距触发水平 ln(H/S)", "distance to the level, ln(H/S)"),
        unit="1",
    )


def _transform(
    sheet: Sheet,
    inputs: MilestoneAtHitInputs,
    entered: Mapping[str, Name],
    distance: Name,
    discount: Expression,
    prefix: str,
    of: str,
) -> Expression:
    """``E[e^(−ρτ); τ ≤ T]`` for the first time τ at which the level is reached.

    ``(H/S)^(μ+ν) Φ(ηz) + (H/S)^(μ−ν) Φ(ηz − 2ηνσ√T)`` with ``μ = (r − y − σ²/2)/σ²``, ``ν = √(μ² + 2ρ/σ²)``,
    ``z = ln(H/S)/(σ√T) + νσ√T`` and η = 1 from above, −1 from below.
    """
    volatility = entered["volatility"]
    spread = volatility * entered["life"] ** 0.5
    mu = (entered["rate"] - entered["payout"]) / volatility**2 - 0.5
    nu = sheet.line(
        f"{prefix}_power",
        (mu**2 + 2 * discount / volatility**2) ** 0.5,
        label=Label(f"指数 ν{of}", f"power ν ({prefix})"),
        unit="1",
    )
    z = sheet.line(
        f"{prefix}_z",
        distance / spread + nu * spread,
        label=Label(f"标准化距离 z{of}", f"standardised distance z ({prefix})"),
        unit="1",
    )
    side = -1 if inputs.direction == "from_below" else 1
    first = exponential((mu + nu) * distance) * normal_cdf(side * z)
    return first + exponential((mu - nu) * distance) * normal_cdf(side * z - 2 * side * nu * spread)


def _findings(inputs: MilestoneAtHitInputs, worksheet: Worksheet) -> Findings:
    at = {name: worksheet.value(line) for name, line in _LINES.items()}
    level = at["level"]
    low, high = (level, None) if inputs.direction == "from_below" else (None, level)
    real = inputs.real_growth_share
    growth = at["rate"] - at["payout"] if real is None else real.value
    return Findings(
        convergence="closed form for a level that is watched at every moment; nothing is approximated",
        timing="paid at the moment the level is reached" if inputs.payment_time == "at_hit" else "paid at the end",
        pledgee="paid at the end only, if the level was reached: nothing is left to the owner's skill, early cash is "
        "not counted on; the payer's credit is not part of it",
        sensitivities=differences(
            lambda changed: _value(inputs, changed),
            at,
            {"delta": "current_value", "vega": "volatility", "rho": "rate", "hazard": "threat"},
        ),
        thresholds=tuple(Threshold(time, WAITING, "paid", low, high) for time in (0.0, at["life"])),
        probabilities=_probabilities(inputs, at, growth),
        probability_measure="risk_neutral" if real is None else "real_world",
        not_applicable={
            "seed": "nothing is drawn at random",
            "tree": "nothing is decided on the way",
            "tree_svg": "nothing is decided on the way",
        },
        level_label=Label("触发水平", "level to be reached"),
    )


def _value(inputs: MilestoneAtHitInputs, at: Mapping[str, float]) -> float:
    """The value from numbers; the sheet holds the same formulas for a reader."""
    discount, growth = at["rate"] + at["threat"], at["rate"] - at["payout"]
    if inputs.payment_time == "at_hit":
        return at["payment"] * _expected(inputs, at, growth, discount)
    return at["payment"] * math.exp(-discount * at["life"]) * _expected(inputs, at, growth, 0.0)


def _expected(inputs: MilestoneAtHitInputs, at: Mapping[str, float], growth: float, discount: float) -> float:
    """``E[e^(−ρτ); τ ≤ T]`` under any growth; see :func:`_transform`."""
    side = -1 if inputs.direction == "from_below" else 1
    far = math.log(at["level"] / at["current_value"])
    distance = max(far, 0.0) if side < 0 else min(far, 0.0)
    spread = at["volatility"] * math.sqrt(at["life"])
    mu = growth / at["volatility"] ** 2 - 0.5
    nu = math.sqrt(mu**2 + 2 * discount / at["volatility"] ** 2)
    z = distance / spread + nu * spread
    first = math.exp((mu + nu) * distance) * special.ndtr(side * z)
    return float(first + math.exp((mu - nu) * distance) * special.ndtr(side * (z - 2 * nu * spread)))


def _probabilities(inputs: MilestoneAtHitInputs, at: Mapping[str, float], growth: float) -> dict[str, float]:
    """How likely is it that the level is reached in force, that the agreement ends before, that time runs out?"""
    hit = _expected(inputs, at, growth, at["threat"])
    expired = math.exp(-at["threat"] * at["life"]) * (1 - _expected(inputs, at, growth, 0.0))
    return {"hit": hit, "expired": expired, "invalidated": max(0.0, 1 - hit - expired)}


#: The parameters and the lines they stand on.
_LINES = {
    "current_value": "current_value",
    "level": "level",
    "payment": "payment",
    "life": "life_years",
    "volatility": "volatility_share",
    "rate": "continuous_rate",
    "payout": "payout_yield_share",
    "threat": "threat_rate",
}
_LABEL = Label("首达里程碑", "Milestone at the first hit of a level")

METHOD = Method(
    id="milestone_at_hit",
    approach="options",
    label=_LABEL,
    question=Label(
        "价值首次到达某一水平时应得的付款值多少？",
        "What is a payment worth that is owed when a value first reaches a level?",
    ),
    inputs_model=MilestoneAtHitInputs,
    build=_build,
    references=(
        "Haug (2007), The Complete Guide to Option Pricing Formulas, 2nd ed., § 4.19.5 (binary barriers)",
        "Reiner, Rubinstein (1991), Unscrambling the binary code, Risk 4",
    ),
    cases=("haug-milestone-cash-at-hit",),
    assumes=Label(
        "所观察的价值为几何布朗运动，随时观察；付款方信用不在其内。",
        "The watched value is a geometric Brownian motion, watched at every moment; the payer's credit is left out.",
    ),
)
