"""The right to choose later between acquiring and giving up 选择权的选择 (chooser)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

from valuation.errors import InputError
from valuation.kernel.expression import Array, Expression, Name, larger, normal_cdf, smaller
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Figure, RateFigure
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.options._answer import Findings, write_result
from valuation.options._closed_findings import ONE_DATE_EACH
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Mode
from valuation.options._core.process import Lognormal, alone
from valuation.options._entering import (
    NO_PERIODS,
    Entering,
    GrowthFigure,
    PayoutFigure,
    PositiveAmount,
    d_one,
    kept_share,
    present,
)
from valuation.options._inputs import (
    Compounding,
    LifeFigure,
    Threat,
    VolatilityFigure,
    check_life,
    each_draw,
    hazard_of,
)
from valuation.options._line_findings import thresholds_of, tree_of
from valuation.options._one_asset import enter_asset, one_asset_sensitivities, world_of

__all__ = ["METHOD", "ChooserOptionInputs"]


class Choice(FrozenModel):
    """One of the two rights.

    Attributes
    ----------
    amount : what is paid for the asset, or received for it.
    life_years : when the right is exercised, or lapses.
    """

    amount: PositiveAmount
    life_years: LifeFigure


class ChooserOptionInputs(FrozenModel):
    """A project of which the owner decides at a date whether to hold the right to expand or the right to give up.

    Attributes
    ----------
    asset_value : present value of what may be acquired, or given up, today.
    choice_years : when the choice is made; before that the owner can do nothing.
    acquiring : the right to pay its amount for the asset (expanding), if it is chosen.
    giving_up : the right to give the asset up for its amount (abandoning), if it is chosen.
    volatility_share : standard deviation (not variance) of the yearly change of the logarithm of the asset's value.
    riskless_rate_share, rate_compounding : the riskless rate and how it is compounded; an annual rate r enters as
        ln(1 + r).
    payout_yield_share : the share of its value that the asset pays a year, continuously, and the right's owner misses.
    threat : to the rights before they are exercised; its ``recovery_share`` is left of what they were then worth.
    real_growth_share : the expected yearly growth of the asset's value in the world (continuous, after payouts), for
        probabilities; None gives them under the drift of valuation and says so.
    """

    asset_value: PositiveAmount
    choice_years: LifeFigure
    acquiring: Choice
    giving_up: Choice
    volatility_share: VolatilityFigure
    riskless_rate_share: RateFigure
    rate_compounding: Compounding
    payout_yield_share: PayoutFigure
    threat: Threat
    real_growth_share: GrowthFigure | None = None

    @property
    def is_simple(self) -> bool:
        """Do both rights have one amount and one date? Then there is a closed form."""
        stated = [(each.amount.value, each.life_years.value) for each in (self.acquiring, self.giving_up)]
        return stated[0] == stated[1] and not any(_is_uncertain(each) for each in (self.acquiring, self.giving_up))


def _is_uncertain(choice: Choice) -> bool:
    """Drawn apart, the amounts or the dates of the two rights would differ."""
    return choice.amount.factor is not None or choice.life_years.distribution is not None


@dataclasses.dataclass(frozen=True)
class _Chooser:
    """The numbers of the problem, in the order of the search's arguments."""

    value: float
    choice_years: float
    cost: float
    cost_years: float
    proceeds: float
    proceeds_years: float
    volatility: float
    rate: float
    payout: float
    loss_rate: float


def _build(inputs: ChooserOptionInputs, setting: Setting) -> Paper:
    for name, choice in (("acquiring", inputs.acquiring), ("giving_up", inputs.giving_up)):
        check_life(f"{name}.life_years", choice.life_years.value, setting)
        _check_order(name, inputs.choice_years, choice.life_years)
    sheet = Sheet(title=_LABEL, axis=NO_PERIODS)
    entered = _enter(sheet, inputs, setting.currency)
    _write(sheet, inputs, entered, setting.currency)
    worksheet = sheet.finish()
    return Paper(
        worksheet=worksheet,
        answer="value",
        pledgee_answer="conservative_value",
        conventions={
            "exercise": "at stated dates, one after another",
            "rate_compounding": inputs.rate_compounding,
            "volatility": "standard deviation of the yearly log change, not variance",
        },
        beside=("acquiring_alone", "giving_up_alone", "both_rights", "static_npv", "option_premium"),
        details=_findings(inputs, worksheet).as_details(),
    )


def _check_order(name: str, choice_years: Figure, life_years: Figure) -> None:
    if life_years.value <= choice_years.value:
        raise InputError.of(
            f"{name}.life_years",
            found=life_years.value,
            expected=f"later than the choice after {choice_years.value} years",
        )


def _enter(sheet: Sheet, inputs: ChooserOptionInputs, unit: str) -> dict[str, Name]:
    enter = Entering(sheet, unit)
    asset = enter_asset(sheet, inputs, unit)
    call, put = inputs.acquiring, inputs.giving_up
    return vars(asset) | {
        "choice": enter.years("choice_years", inputs.choice_years, Label("选择日（年）", "years to the choice")),
        "cost": enter.money("acquiring_amount", call.amount, Label("买入（扩张）投入", "cost of acquiring")),
        "cost_years": enter.years("acquiring_years", call.life_years, Label("买入权到期（年）", "years to acquiring")),
        "proceeds": enter.money("giving_up_amount", put.amount, Label("放弃所得", "proceeds of giving up")),
        "proceeds_years": enter.years(
            "giving_up_years", put.life_years, Label("放弃权到期（年）", "years to giving up")
        ),
    }


def _write(sheet: Sheet, inputs: ChooserOptionInputs, entered: dict[str, Name], unit: str) -> None:
    sheet.check(
        "choice_comes_first",
        entered["choice"] < smaller(entered["cost_years"], entered["proceeds_years"]),
        label=Label("选择日早于两项权利的到期日", "the choice comes before either right ends"),
        severity="refuse",
        expected="a choice before the dates of both rights",
        advice="Bring the choice forward or lengthen the rights",
    )
    call = _write_alone(sheet, entered, unit, "acquiring", sign=1)
    put = _write_alone(sheet, entered, unit, "giving_up", sign=-1)
    sheet.line(
        "both_rights",
        call + put,
        label=Label("两项权利兼有的价值（上限）", "both rights together (no more than this)"),
        unit=unit,
        total=True,
    )
    value = _write_simple(sheet, entered, unit, call) if inputs.is_simple else _write_searched(sheet, entered, unit)
    committed = larger(Name("acquiring_committed", False), Name("giving_up_committed", False))
    write_result(
        sheet,
        value=value,
        static_npv=committed,
        conservative=larger(committed, 0),
        unit=unit,
        static_label=Label(
            "今日即选定并承诺行权的净现值（取较高者）", "the better right, chosen and exercised as decided today"
        ),
        conservative_label=Label(
            "质权人可依赖值（今日选定并行权，或放弃）", "value a pledgee may count on (chosen today, or nothing)"
        ),
    )


def _write_alone(sheet: Sheet, entered: dict[str, Name], unit: str, name: str, *, sign: int) -> Name:
    """One of the rights alone, from today: Black–Scholes times what the threat leaves."""
    part, zh = ("cost", "买入权") if sign > 0 else ("proceeds", "放弃权")
    amount, years = entered[part], entered[f"{part}_years"]
    rate, payout, volatility = entered["rate"], entered["payout"], entered["volatility"]
    words = name.replace("_", " ")
    d1 = sheet.line(
        f"{name}_d1",
        d_one(entered["value"] / amount, rate - payout, volatility, years),
        label=Label(f"{zh} d₁", f"d₁ of {words}"),
        unit="1",
    )
    kept = kept_share(sheet, f"{name}_kept_share", entered["loss_rate"], years)
    asset, money = present(entered["value"], payout, years), present(amount, rate, years)
    sheet.line(
        f"{name}_committed",
        sign * (asset - money) * kept,
        label=Label(f"{zh}今日承诺行权的净现值", f"net present value of {words}, decided today"),
        unit=unit,
    )
    d2 = d1 - volatility * years**0.5
    return sheet.line(
        f"{name}_alone",
        sign * (asset * normal_cdf(sign * d1) - money * normal_cdf(sign * d2)) * kept,
        label=Label(f"单独的{zh}", f"the right of {words} alone"),
        unit=unit,
        total=True,
    )


def _write_simple(sheet: Sheet, entered: dict[str, Name], unit: str, call: Name) -> Name:
    """Rubinstein: by parity the choice is the call, and a put whose date is that of the choice."""
    years, choice, volatility = entered["cost_years"], entered["choice"], entered["volatility"]
    spread = volatility * choice**0.5
    y1 = sheet.line(
        "choice_d1",
        _choice_d1(entered),
        label=Label("选择日 d₁", "d₁ of the choice"),
        unit="1",
    )
    money = present(entered["cost"], entered["rate"], years)
    asset = present(entered["value"], entered["payout"], years)
    added = money * normal_cdf(spread - y1) - asset * normal_cdf(-y1)
    kept = Name("acquiring_kept_share", False)
    return sheet.line("value", call + added * kept, label=_VALUE, unit=unit, total=True)


def _choice_d1(entered: dict[str, Name]) -> Expression:
    """d₁ with the drift of the whole life and the deviation up to the choice."""
    years, choice, volatility = entered["cost_years"], entered["choice"], entered["volatility"]
    drift = (entered["rate"] - entered["payout"]) * years / choice
    return d_one(entered["value"] / entered["cost"], drift, volatility, choice)


def _write_searched(sheet: Sheet, entered: dict[str, Name], unit: str) -> Name:
    arguments = [
        entered[name]
        for name in (
            "value",
            "choice",
            "cost",
            "cost_years",
            "proceeds",
            "proceeds_years",
            "volatility",
            "rate",
            "payout",
            "loss_rate",
        )
    ]
    return sheet.search(
        "value",
        each_draw(lambda *numbers, draws: _solved(_Chooser(*numbers)).value),
        arguments,
        label=_VALUE,
        unit=unit,
        explanation=Label(
            "由到期倒推：到选择日取两项权利中较高者，再折回今日",
            "rolled back: at the date of choice the better of the two rights, and back to today",
        ),
        total=True,
    )


@functools.lru_cache(maxsize=16)
def _solved(chooser: _Chooser) -> LineSolution:
    return solve_line(_problem(chooser, chooser.loss_rate))


def _problem(chooser: _Chooser, hazard_rate: float) -> DecisionProblem:
    """Undecided until the date of choice; then one of two modes, each with one date of exercise."""
    times = sorted({0.0, chooser.choice_years, chooser.cost_years, chooser.proceeds_years})
    choice = times.index(chooser.choice_years)

    def acquire(time: float, state: Sequence[Array]) -> Array:
        return state[0] - chooser.cost

    def give_up(time: float, state: Sequence[Array]) -> Array:
        return chooser.proceeds - state[0]

    everywhere = frozenset(range(len(times)))
    undecided = (
        Action("wait", "wait", (Branch("undecided"),), dates=everywhere - {choice}),
        Action("switch", "choose to acquire", (Branch("acquiring"),), dates=frozenset([choice])),
        Action("switch", "choose to give up", (Branch("giving up"),), dates=frozenset([choice])),
    )
    last = {"acquiring": times.index(chooser.cost_years), "giving up": times.index(chooser.proceeds_years)}
    acts = {
        "acquiring": Action("expand", "acquire", (Branch(ENDED),), gain=acquire, dates=frozenset([last["acquiring"]])),
        "giving up": Action("abandon", "give up", (Branch(ENDED),), gain=give_up, dates=frozenset([last["giving up"]])),
    }
    hazard = hazard_of(hazard_rate)
    modes = [Mode("undecided", undecided, hazard=hazard)]
    for name, act in acts.items():
        date = frozenset([last[name]])
        wait = Action("wait", "wait", (Branch(name),), dates=everywhere - date)
        lapse = Action("complete", f"{name} lapses", (Branch(ENDED),), dates=date)
        modes.append(Mode(name, (wait, act, lapse), hazard=hazard))
    process = alone("value", "log", Lognormal(chooser.rate - chooser.payout, chooser.volatility**2))
    return DecisionProblem(process, (chooser.value,), "undecided", tuple(modes), tuple(times), chooser.rate)


def _findings(inputs: ChooserOptionInputs, worksheet: Worksheet) -> Findings:
    chooser = _numbers(worksheet)
    solution = _solved(chooser)
    counted = dataclasses.replace(solution, problem=_problem(chooser, worksheet.value("threat_rate")))
    formula = "closed form" if inputs.is_simple else "quadrature"
    return Findings(
        convergence=(
            f"value by {formula}; probabilities, thresholds and tree by quadrature on {len(solution.grid.nodes)} "
            "nodes, split where the choice changes; dates are the stated ones, so none are added"
        ),
        timing="nothing is paid at the choice; each amount is paid, or received, at the date of its right",
        pledgee="the better right chosen today and exercised as decided today, or nothing: no skill is counted on",
        sensitivities=one_asset_sensitivities(worksheet, inputs),
        thresholds=thresholds_of(solution),
        probabilities=counted.event_shares(world_of(inputs)),
        probability_measure="risk_neutral" if inputs.real_growth_share is None else "real_world",
        tree=tree_of(solution, modes=_shown_modes(solution, chooser)),
        not_applicable=ONE_DATE_EACH,
        level_label=Label("标的价值", "value of the asset"),
    )


def _numbers(worksheet: Worksheet) -> _Chooser:
    lines = ("asset_value", "choice_years", "acquiring_amount", "acquiring_years", "giving_up_amount")
    more = ("giving_up_years", "volatility_share", "continuous_rate", "payout_yield_share", "loss_rate")
    return _Chooser(*(worksheet.value(line) for line in (*lines, *more)))


def _shown_modes(solution: LineSolution, chooser: _Chooser) -> list[str]:
    """The tree follows the undecided right to its choice, and then the right to acquire, while it lasts."""
    times = solution.problem.times_years
    return ["undecided" if time <= chooser.choice_years else "acquiring" for time in times]


_VALUE = Label("择定前的权利价值", "value of the right to choose")
_LABEL = Label("选择权的选择", "Option to choose between two options")

METHOD = Method(
    id="chooser_option",
    approach="options",
    label=_LABEL,
    question=Label(
        "可在某日再决定要扩张权还是放弃权，这种权利值多少？",
        "What is it worth to decide only later whether to hold a right to expand or a right to give up?",
    ),
    inputs_model=ChooserOptionInputs,
    build=_build,
    references=(
        "Rubinstein (1991), Options for the undecided, Risk 4 (simple and complex chooser)",
        "Haug (2007), The Complete Guide to Option Pricing Formulas, 2nd ed., ch. 4 (chooser options)",
        "Duffie, Singleton (1999), Modeling term structures of defaultable bonds, RFS 12 (recovery of market value)",
    ),
    cases=("haug-simple-chooser",),
    assumes=Label(
        "标的价值为几何布朗运动，按所述比率派现；选择与行权各在所述之日；突发失效另计，不计入波动率。",
        "The asset's value is a geometric Brownian motion that pays the stated yield; choice and exercise at the "
        "stated dates; a sudden end is an event of its own and not in the volatility.",
    ),
    # Unless both rights are alike every draw is a recursion of its own.
    draw_limit=1024,
)
