"""The perpetual option to invest and its threshold 永续投资临界值, by Dixit and Pindyck's closed form."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator

from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, choose, larger
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, RateFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.options._answer import Findings, Threshold, differences, write_result
from valuation.options._inputs import Compounding, Threat, VolatilityFigure, continuous_rate, threat_rate
from valuation.options._stopping import WAITING, recovery_share

__all__ = ["METHOD", "PerpetualThresholdInputs"]


class PerpetualThresholdInputs(FrozenModel):
    """A right to invest that never runs out.

    Attributes
    ----------
    project_value : present value of the project if it ran today, the threat left out.
    investment : what investing costs, whenever it is done.
    payout_yield_share : δ, the share of its value that the running project pays a year; what waiting forgoes.
    threat : a sudden end at the yearly rate λ.
    threat_applies : ``while_waiting``: the right to invest is lost, a project once begun is safe (or its value already
        counts the threat). ``while_waiting_and_after``: a running project ends in the same way and leaves the stated
        share of its value, so that it is worth ``h V`` with ``h = (δ + λR)/(δ + λ)`` only.
    real_growth_share : the expected yearly growth of the value in the world (continuous) as long as nothing has ended,
        for probabilities; None gives them under the drift of valuation and says so.
    """

    project_value: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    investment: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: Annotated[Figure, AfterValidator(within(0, 2))]
    threat: Threat
    threat_applies: Literal["while_waiting", "while_waiting_and_after"]
    real_growth_share: Annotated[Figure, AfterValidator(within(-1, 2))] | None = None


def _build(inputs: PerpetualThresholdInputs, setting: Setting) -> Paper:
    _check(inputs)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    entered = _enter(sheet, inputs, setting.currency)
    _results(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "American: at any time, without end",
            "threat_applies": inputs.threat_applies,
            "hazard_in_rate": "λ raises the discount and not the drift r − δ",
            "rate_compounding": inputs.rate_compounding,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("static_npv", "option_premium", "threshold_value"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _check(inputs: PerpetualThresholdInputs) -> None:
    """A right that is held for ever needs something that makes waiting cost, and a positive discount."""
    threat = inputs.threat
    is_threatened = threat.kind == "constant" and threat.rate_per_year.value > 0
    rate, payout = inputs.riskless_rate_share.value, inputs.payout_yield_share.value
    if payout == 0 and not is_threatened:
        raise InputError.of("payout_yield_share", found=0, expected="a payout above 0 or a threat: else nobody invests")
    if rate <= 0 and not is_threatened:
        raise InputError.of("riskless_rate_share", found=rate, expected="a rate above 0, for a right without end")
    if threat.kind == "constant" and inputs.threat_applies == "while_waiting" and threat.recovery_share.value > 0:
        raise InputError.of(
            "threat.recovery_share",
            found=threat.recovery_share.value,
            expected="0 with while_waiting: a right that is lost before investing leaves nothing",
        )
    if payout == 0 and inputs.threat_applies == "while_waiting_and_after":
        raise InputError.of(
            "payout_yield_share",
            found=0,
            expected="a payout above 0, since a threatened project without one is worth none",
        )


def _enter(sheet: Sheet, inputs: PerpetualThresholdInputs, unit: str) -> dict[str, Name]:
    positive = (0.0, math.inf)
    return {
        "value": sheet.figure(
            "project_value",
            inputs.project_value,
            label=Label("项目价值 V", "project value V"),
            unit=unit,
            domain=positive,
        ),
        "cost": sheet.figure(
            "investment", inputs.investment, label=Label("投资额 I", "investment I"), unit=unit, domain=positive
        ),
        "volatility": sheet.figure(
            "volatility_share",
            inputs.volatility_share,
            label=Label("年波动率 σ", "yearly volatility σ"),
            unit="share",
            domain=(0, 3),
        ),
        "rate": continuous_rate(sheet, inputs.riskless_rate_share, inputs.rate_compounding),
        "payout": sheet.figure(
            "payout_yield_share",
            inputs.payout_yield_share,
            label=Label("年派现率 δ", "yearly payout δ"),
            unit="share",
            domain=(0, 2),
        ),
        "threat": threat_rate(sheet, inputs.threat),
        "recovery": recovery_share(sheet, inputs.threat),
    }


def _results(sheet: Sheet, inputs: PerpetualThresholdInputs, entered: Mapping[str, Name], unit: str) -> None:
    """β₁, V* and the value, as formulas.

    Waiting is worth ``F(V) = A V^β`` where ``½σ²β(β − 1) + (r − δ)β − (r + λ) = 0``: λ is a reason to discount, while
    the value as long as nothing has ended still drifts at r − δ. ``V* = β/(β − 1) · I/h``, ``A`` by value matching.
    """
    value, cost, volatility = (entered[name] for name in ("value", "cost", "volatility"))
    rate, payout, threat = (entered[name] for name in ("rate", "payout", "threat"))
    beta = sheet.line(
        "beta_1", _root(rate - payout, rate + threat, volatility), label=Label("正根 β₁", "positive root β₁"), unit="1"
    )
    after = inputs.threat_applies == "while_waiting_and_after"
    share = sheet.line(
        "running_share",
        (payout + threat * entered["recovery"]) / (payout + threat) if after else threat * 0 + 1,
        label=Label("投资后可得价值比例 h", "share of the value that a running project gives, h"),
        unit="share",
    )
    threshold = sheet.line(
        "threshold_value",
        beta / (beta - 1) * cost / share,
        label=Label("投资临界值 V*", "threshold V*"),
        unit=unit,
        total=True,
    )
    answer = sheet.line(
        "value",
        choose(
            value >= threshold,
            then=share * value - cost,
            otherwise=(share * threshold - cost) * (value / threshold) ** beta,
        ),
        label=Label("投资选择权的价值", "value of the option to invest"),
        unit=unit,
        total=True,
    )
    _compared(sheet, entered, share, unit)
    npv = share * value - cost
    write_result(
        sheet,
        value=answer,
        static_npv=npv,
        conservative=larger(npv, 0),
        unit=unit,
        static_label=Label("今日投资的净现值", "net present value of investing today"),
        conservative_label=Label(
            "质权人可依赖值（今日投资或放弃）", "value a pledgee may count on (invest today or never)"
        ),
    )


def _root(drift: Expression, discount: Expression, volatility: Name) -> Expression:
    """The positive root of ``½σ²β(β − 1) + drift · β − discount = 0``."""
    centre = drift / volatility**2 - 0.5
    return (centre**2 + 2 * discount / volatility**2) ** 0.5 - centre


def _compared(sheet: Sheet, entered: Mapping[str, Name], share: Name, unit: str) -> None:
    """What comes out if λ is added to the rate wherever it stands, in the drift too: shown so that it is recognised.

    That is right only if V itself is a price that bears the threat and is paid for it by a higher drift.
    """
    raised = entered["rate"] + entered["threat"]
    beta = sheet.line(
        "beta_1_hazard_in_drift",
        _root(raised - entered["payout"], raised, entered["volatility"]),
        label=Label("λ 一并加入漂移时的 β₁（仅供对照）", "β₁ if λ were added to the drift too (for comparison)"),
        unit="1",
    )
    sheet.line(
        "threshold_hazard_in_drift",
        choose(
            beta > 1,
            then=beta / (beta - 1) * entered["cost"] / share,
            otherwise=0,
        ),
        label=Label(
            "λ 一并加入漂移时的临界值（仅供对照；0 表示永不投资）",
            "threshold if λ were added to the drift too (for comparison; 0: nobody would ever invest)",
        ),
        unit=unit,
    )


def _findings(inputs: PerpetualThresholdInputs, worksheet: Worksheet) -> Findings:
    at = {name: worksheet.value(line) for name, line in _LINES.items()}
    threshold = worksheet.value("threshold_value")
    after = inputs.threat_applies == "while_waiting_and_after"
    real = inputs.real_growth_share
    growth = at["rate"] - at["payout"] if real is None else real.value
    return Findings(
        convergence="closed form; nothing is approximated",
        timing="invested at any time, the cost paid at that moment; payouts and the threat in continuous time",
        pledgee="investing today or never: exercise skill and funding of the owner are not counted on",
        sensitivities=differences(
            lambda changed: _value(changed, after=after),
            at,
            {"delta": "value", "vega": "volatility", "rho": "rate", "hazard": "threat"},
        ),
        thresholds=(Threshold(0.0, WAITING, "invest", threshold, None),),
        probabilities=_probabilities(at, growth, threshold),
        probability_measure="risk_neutral" if real is None else "real_world",
        not_applicable={
            "seed": "nothing is drawn at random",
            "tree": "the right has no end, so a tree of it has none either",
            "boundary_svg": "the threshold is one level for all times",
        },
        level_label=Label("项目价值", "project value"),
    )


def _value(at: Mapping[str, float], *, after: bool) -> float:
    """The value from numbers; the sheet holds the same formulas for a reader."""
    beta = _positive_root(at["rate"] - at["payout"], at["rate"] + at["threat"], at["volatility"])
    running = at["payout"] + at["threat"]
    share = (at["payout"] + at["threat"] * at["recovery"]) / running if after else 1.0
    threshold = beta / (beta - 1) * at["cost"] / share
    if at["value"] >= threshold:
        return share * at["value"] - at["cost"]
    return float((share * threshold - at["cost"]) * (at["value"] / threshold) ** beta)


def _positive_root(drift: float, discount: float, volatility: float) -> float:
    centre = drift / volatility**2 - 0.5
    return math.sqrt(centre**2 + 2 * discount / volatility**2) - centre


def _probabilities(at: Mapping[str, float], growth: float, threshold: float) -> dict[str, float]:
    """How likely is it that the value ever reaches the threshold, before the threat strikes?

    ``(V/V*)^γ`` with γ the root, not below 0, of ``½σ²γ(γ − 1) + μγ − λ = 0``.
    """
    power = max(0.0, _positive_root(growth, at["threat"], at["volatility"]))
    invest = min(1.0, at["value"] / threshold) ** power
    other = "invalidated" if at["threat"] > 0 else "never invested"
    return {"invest": invest, other: 1 - invest}


#: The parameters and the lines they stand on.
_LINES = {
    "value": "project_value",
    "cost": "investment",
    "volatility": "volatility_share",
    "rate": "continuous_rate",
    "payout": "payout_yield_share",
    "threat": "threat_rate",
    "recovery": "recovery_share",
}
_LABEL = Label("永续投资临界值", "Perpetual option to invest and its threshold")

METHOD = Method(
    id="perpetual_threshold",
    approach="options",
    label=_LABEL,
    question=Label(
        "项目价值达到多少才值得投资，等待的权利值多少？",
        "From which value of a project on is investing worth it, and what is the right to wait worth?",
    ),
    inputs_model=PerpetualThresholdInputs,
    build=_build,
    references=(
        "Dixit, Pindyck (1994), Investment under Uncertainty, ch. 5 (threshold; sudden death: § 5.5)",
        "McDonald, Siegel (1986), The value of waiting to invest, QJE 101",
    ),
    cases=("dixit-pindyck-basic-threshold",),
    assumes=Label(
        "项目价值为几何布朗运动，权利没有期限；突发失效计入折现，不计入漂移。",
        "The project's value is a geometric Brownian motion and the right has no end; a sudden end raises the "
        "discount, not the drift.",
    ),
)
