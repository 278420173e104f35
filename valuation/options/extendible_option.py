"""A right whose holder may extend it for a fee 可展期选择权, as a renewal does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

from valuation.errors import InputError
from valuation.kernel.bivariate_normal import bivariate_normal
from valuation.kernel.expression import Array, Expression, Name, larger, normal_cdf
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import RateFigure
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.options._answer import Findings, write_result
from valuation.options._closed_findings import ONE_DATE_EACH
from valuation.options._entering import (
    NO_PERIODS,
    Entering,
    FeeAmount,
    GrowthFigure,
    PayoutFigure,
    PositiveAmount,
    d_one,
    kept_share,
    present,
)
from valuation.options._extendible_right import Extendible, extendible_problem, solved_extendible
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    each_draw,
)
from valuation.options._line_findings import thresholds_of, tree_of
from valuation.options._one_asset import enter_asset, one_asset_sensitivities, world_of

__all__ = ["METHOD", "ExtendibleOptionInputs"]


class ExtendibleOptionInputs(FrozenModel):
    """A right that ends at a date, unless its holder pays to hold it until a later one.

    Attributes
    ----------
    right : ``call``, pay the amount and get the asset; ``put``, give up the asset and get the amount.
    asset_value : present value of the asset today.
    exercise_amount, first_years : the amount and the date of exercise as the right stands.
    extended_amount, extended_years : the amount and the later date, if it is extended.
    extension_fee : what extending costs, paid at the first date (a renewal fee, an annuity of a patent).
    volatility_share : standard deviation (not variance) of the yearly change of the logarithm of the asset's value.
    riskless_rate_share, rate_compounding : the riskless rate and how it is compounded; an annual rate r enters as
        ln(1 + r).
    payout_yield_share : the share of its value that the asset pays a year, continuously, and the right's owner misses.
    threat : to the right before it is exercised; its ``recovery_share`` is left of what the right was then worth.
    real_growth_share : the expected yearly growth of the asset's value in the world (continuous, after payouts), for
        probabilities; None gives them under the drift of valuation and says so.
    """

    right: Literal["call", "put"]
    asset_value: PositiveAmount
    exercise_amount: PositiveAmount
    first_years: LifeFigure
    extended_amount: PositiveAmount
    extended_years: LifeFigure
    extension_fee: FeeAmount
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: PayoutFigure
    threat: Threat
    real_growth_share: GrowthFigure | None = None

    @property
    def sign(self) -> float:
        """1 for a call, −1 for a put."""
        return 1.0 if self.right == "call" else -1.0


def _build(inputs: ExtendibleOptionInputs, setting: Setting) -> Paper:
    check_life("extended_years", inputs.extended_years.value, setting)
    if inputs.extended_years.value <= inputs.first_years.value:
        raise InputError.of(
            "extended_years",
            found=inputs.extended_years.value,
            expected=f"later than the first date after {inputs.first_years.value} years",
        )
    sheet = Sheet(title=_LABEL, axis=NO_PERIODS)
    entered = _enter(sheet, inputs, setting.currency)
    _write(sheet, inputs.sign, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "at stated dates, one after another",
            "rate_compounding": inputs.rate_compounding,
            "right": inputs.right,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("without_extension", "extension_premium", "static_npv", "option_premium"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _enter(sheet: Sheet, inputs: ExtendibleOptionInputs, unit: str) -> dict[str, Name]:
    enter = Entering(sheet, unit)
    asset = enter_asset(sheet, inputs, unit)
    entered = vars(asset) | {
        "amount": enter.money("exercise_amount", inputs.exercise_amount, Label("行权金额", "amount of exercise")),
        "first": enter.years("first_years", inputs.first_years, Label("首次到期（年）", "years to the first date")),
        "extended_amount": enter.money(
            "extended_amount", inputs.extended_amount, Label("展期后行权金额", "amount of exercise once extended")
        ),
        "extended": enter.years(
            "extended_years", inputs.extended_years, Label("展期后到期（年）", "years to the extended date")
        ),
        "fee": enter.money("extension_fee", inputs.extension_fee, Label("展期费", "fee of extending")),
    }
    sheet.check(
        "extension_comes_later",
        entered["first"] < entered["extended"],
        label=Label("展期后的到期日晚于首次到期日", "the extended date comes after the first"),
        severity="refuse",
        expected="an extended date after the first",
        advice="Lengthen the extension",
    )
    return entered


def _write(sheet: Sheet, sign: float, entered: dict[str, Name], unit: str) -> None:
    """Longstaff: exercise beyond one level, extend between the two, let it lapse beyond the other."""
    lapse, exercise = _write_edges(sheet, sign, entered, unit)
    at_once = _write_exercised(sheet, sign, entered, exercise, unit)
    later = _write_extended(sheet, sign, entered, (lapse, exercise), unit)
    value = sheet.line(
        "value", at_once + later, label=Label("可展期权利价值", "value of the extendible right"), unit=unit, total=True
    )
    plain = _write_exercised(sheet, sign, entered, entered["amount"], unit, name="without_extension")
    sheet.line(
        "extension_premium",
        value - plain,
        label=Label("可展期的价值", "what the right to extend adds"),
        unit=unit,
        total=True,
    )
    committed = _write_committed(sheet, sign, entered, unit)
    write_result(
        sheet,
        value=value,
        static_npv=committed,
        conservative=larger(committed, 0),
        unit=unit,
        static_label=Label(
            "今日即决定行权（或展期后行权）的净现值", "exercising, at first or once extended, as decided today"
        ),
        conservative_label=Label(
            "质权人可依赖值（今日决定，或放弃）", "value a pledgee may count on (decided today, or nothing)"
        ),
    )


_ARGUMENTS = (
    "value",
    "amount",
    "first",
    "extended_amount",
    "extended",
    "fee",
    "volatility",
    "rate",
    "payout",
    "loss_rate",
)


def _write_edges(sheet: Sheet, sign: float, entered: dict[str, Name], unit: str) -> tuple[Name, Name]:
    def edge(which: int) -> Callable[..., Array]:
        return each_draw(lambda *numbers, draws: Extendible(sign, *numbers).edges()[which])

    arguments = [entered[name] for name in _ARGUMENTS]
    lapse = sheet.search(
        "lapse_edge",
        edge(0),
        arguments,
        label=Label("展期与放弃的临界价值", "level between extending and letting it lapse"),
        unit=unit,
        explanation=Label("求根：展期后的权利价值等于展期费", "root: the extended right is worth the fee"),
    )
    exercise = sheet.search(
        "exercise_edge",
        edge(1),
        arguments,
        label=Label("展期与行权的临界价值", "level between extending and exercising"),
        unit=unit,
        explanation=Label(
            "求根：展期后的权利价值减展期费等于立即行权所得",
            "root: the extended right less the fee is worth what exercising brings",
        ),
    )
    return lapse, exercise


#: What d₁ and d₂ stand for, by the name of their lines.
_PARTS = {
    "exercised_at_first": Label("首次到期行权", "exercise at the first date"),
    "without_extension": Label("不可展期的权利", "the right without extension"),
    "extended_end": Label("展期到期", "the extended date"),
    "extended_from": Label("展期与放弃的临界", "the level between extending and lapsing"),
    "extended_to": Label("展期与行权的临界", "the level between extending and exercising"),
}


def _write_d(sheet: Sheet, entered: dict[str, Name], level: Name, years: Name, name: str) -> tuple[Name, Name]:
    """d₁ and d₂ of a level at a date."""
    drift = entered["rate"] - entered["payout"]
    d1 = sheet.line(
        f"{name}_d1",
        d_one(entered["value"] / level, drift, entered["volatility"], years),
        label=Label(f"{_PARTS[name].zh} d₁", f"d₁ of {_PARTS[name].en}"),
        unit="1",
    )
    d2 = sheet.line(
        f"{name}_d2",
        d1 - entered["volatility"] * years**0.5,
        label=Label(f"{_PARTS[name].zh} d₂", f"d₂ of {_PARTS[name].en}"),
        unit="1",
    )
    return d1, d2


def _write_exercised(
    sheet: Sheet, sign: float, entered: dict[str, Name], edge: Name, unit: str, *, name: str = "exercised_at_first"
) -> Name:
    """Exercise at the first date beyond ``edge``; at the amount itself this is Black–Scholes."""
    first = entered["first"]
    d1, d2 = _write_d(sheet, entered, edge, first, name)
    asset = present(entered["value"], entered["payout"], first) * normal_cdf(sign * d1)
    money = present(entered["amount"], entered["rate"], first) * normal_cdf(sign * d2)
    labels = {
        "exercised_at_first": Label("首次到期行权部分", "part that is exercised at the first date"),
        "without_extension": Label("不可展期时的权利价值", "value without the right to extend"),
    }
    kept = kept_share(sheet, f"{name}_kept_share", entered["loss_rate"], first)
    is_total = name == "without_extension"
    return sheet.line(name, sign * (asset - money) * kept, label=labels[name], unit=unit, total=is_total)


def _write_extended(
    sheet: Sheet, sign: float, entered: dict[str, Name], edges: tuple[Name, Name], unit: str
) -> Expression:
    """What is extended: the later right where the first date lies between the edges, less the fee there."""
    first, later = entered["first"], entered["extended"]
    correlation = sheet.line(
        "correlation",
        (first / later) ** 0.5,
        label=Label("两日之间的相关系数", "correlation of the two dates"),
        unit="1",
    )
    at_end = _write_d(sheet, entered, entered["extended_amount"], later, "extended_end")
    at_lapse = _write_d(sheet, entered, edges[0], first, "extended_from")
    at_exercise = _write_d(sheet, entered, edges[1], first, "extended_to")
    between = [
        sheet.search(
            name,
            _between(sign),
            [at_lapse[which], at_exercise[which], at_end[which], correlation],
            label=Label(f"展期且到期行权的概率（{zh}）", f"probability of extending and exercising ({en})"),
            unit="share",
            explanation=Label(
                "二元正态分布：首次到期落在两临界值之间，且展期到期处于价内",
                "bivariate normal: between the edges at the first date and in the money at the later one",
            ),
        )
        for which, name, zh, en in (
            (0, "extended_asset_share", "以标的计", "in units of the asset"),
            (1, "extended_money_share", "以货币计", "in units of money"),
        )
    ]
    right = present(entered["value"], entered["payout"], later) * between[0]
    right = right - present(entered["extended_amount"], entered["rate"], later) * between[1]
    kept_later = kept_share(sheet, "extended_kept_share", entered["loss_rate"], later)
    received = sheet.line(
        "extended_right",
        sign * right * kept_later,
        label=Label("展期后行权部分", "part that is exercised once extended"),
        unit=unit,
    )
    paid = normal_cdf(sign * at_lapse[1]) - normal_cdf(sign * at_exercise[1])
    fee = sheet.line(
        "fees_expected",
        present(entered["fee"], entered["rate"], first) * paid * Name("exercised_at_first_kept_share", False),
        label=Label("展期费的现值（按概率）", "present value of the fee, where it is paid"),
        unit=unit,
    )
    return received - fee


def _between(sign: float) -> Callable[..., Array]:
    def probability(lapse: Array, exercise: Array, end: Array, correlation: Array) -> Array:
        inside = bivariate_normal(sign * lapse, sign * end, correlation)
        return inside - bivariate_normal(sign * exercise, sign * end, correlation)

    return probability


def _write_committed(sheet: Sheet, sign: float, entered: dict[str, Name], unit: str) -> Expression:
    """The better of exercising at the first date and of extending and exercising, both decided today."""
    first, later, rate = entered["first"], entered["extended"], entered["rate"]
    kept_first = Name("exercised_at_first_kept_share", False)
    kept_later = Name("extended_kept_share", False)
    value, payout = entered["value"], entered["payout"]
    at_first = sheet.line(
        "committed_at_first",
        sign * (present(value, payout, first) - present(entered["amount"], rate, first)) * kept_first,
        label=Label("今日决定首次到期行权", "exercise at the first date, decided today"),
        unit=unit,
    )
    exercise = present(value, payout, later) - present(entered["extended_amount"], rate, later)
    once_extended = sheet.line(
        "committed_to_extend",
        sign * exercise * kept_later - present(entered["fee"], rate, first) * kept_first,
        label=Label("今日决定展期并行权", "extend and exercise, decided today"),
        unit=unit,
    )
    return larger(at_first, once_extended)


def _findings(inputs: ExtendibleOptionInputs, worksheet: Worksheet) -> Findings:
    right = Extendible(inputs.sign, *(worksheet.value(line) for line in _LINES))
    solution = solved_extendible(right)
    counted = dataclasses.replace(solution, problem=extendible_problem(right, worksheet.value("threat_rate")))
    last = right.extended_years
    return Findings(
        convergence=(
            "value by closed form, its two critical levels by root finding; probabilities, thresholds and tree by "
            f"quadrature on {len(solution.grid.nodes)} nodes, whose value differs by "
            f"{abs(solution.value - worksheet.value('value')):.2g}"
        ),
        timing="the fee is paid at the first date, each amount at its date of exercise",
        pledgee="exercise, at first or once extended, as decided today, or nothing: no skill or funds are counted on",
        sensitivities=one_asset_sensitivities(worksheet, inputs),
        # At the last date only the extended right is still held.
        thresholds=[each for each in thresholds_of(solution) if (each.time_years, each.mode) != (last, "held")],
        probabilities=counted.event_shares(world_of(inputs)),
        probability_measure="risk_neutral" if inputs.real_growth_share is None else "real_world",
        tree=tree_of(solution, modes=["held", "held", "extended"]),
        not_applicable=ONE_DATE_EACH,
        level_label=Label("标的价值", "value of the asset"),
    )


#: The lines of the paper that hold the numbers of the right, in its order.
_LINES = (
    "asset_value",
    "exercise_amount",
    "first_years",
    "extended_amount",
    "extended_years",
    "extension_fee",
    "volatility_share",
    "continuous_rate",
    "payout_yield_share",
    "loss_rate",
)


_LABEL = Label("可展期选择权", "Extendible option")

METHOD = Method(
    id="extendible_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "到期时可付费展期的权利值多少？", "What is a right worth whose holder may extend it for a fee when it ends?"
    ),
    inputs_model=ExtendibleOptionInputs,
    build=_build,
    references=(
        "Longstaff (1990), Pricing options with extendible maturities: analysis and applications, JF 45",
        "Haug (2007), The Complete Guide to Option Pricing Formulas, 2nd ed., ch. 4 (options with extendible maturity)",
        "Duffie, Singleton (1999), Modeling term structures of defaultable bonds, RFS 12 (recovery of market value)",
    ),
    cases=("haug-holder-extendible",),
    assumes=Label(
        "标的价值为几何布朗运动，按所述比率派现；展期一次，费用已知；突发失效另计，不计入波动率。",
        "The asset's value is a geometric Brownian motion that pays the stated yield; one extension for a known fee; a "
        "sudden end is an event of its own and not in the volatility.",
    ),
    # Two roots for each draw.
    draw_limit=8192,
)
