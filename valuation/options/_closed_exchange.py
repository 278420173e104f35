"""The right to exchange one thing for another at a stated date, as live formulas, with the American right beside it.

Black–Scholes with a payout and Margrabe are one formula: what is given up pays a yield too, and for money that yield
is the riskless rate.
"""

from __future__ import annotations

from dataclasses import dataclass

from valuation.kernel.expression import Name, larger, normal_cdf
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Sheet, Worksheet
from valuation.options._answer import Threshold, TreeNode, write_result
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.process import Lognormal, alone
from valuation.options._entering import alive_share, d_one, kept_share, present
from valuation.options._inputs import each_draw
from valuation.options._line_findings import thresholds_of, tree_of
from valuation.options._line_right import (
    DATES_MANY,
    DATES_ONE,
    SHOWN_STEPS,
    Right,
    at_any_time,
    end_share,
    exercise_problem,
    solved_at_any_time,
)

__all__ = ["SHORTCUT", "Terms", "closed_probabilities", "convergence", "right_of", "shown", "write_exchange"]


@dataclass(frozen=True)
class Terms:
    """The lines of a paper that state the exchange; ``rate`` is the yield of what is paid, ``sign`` −1 for a put.

    ``growth`` is the drift of the value against the cost under which probabilities are taken.
    """

    sign: float
    value: Name
    cost: Name
    life: Name
    rate: Name
    payout: Name
    volatility: Name
    loss_rate: Name
    threat: Name
    growth: Name

    def searched(self) -> list[Name]:
        """What the American search takes, in the order of :class:`Right`."""
        return [self.value, self.cost, self.life, self.rate, self.payout, self.volatility, self.loss_rate]


def write_exchange(sheet: Sheet, terms: Terms, unit: str, *, label: Label) -> None:
    """Write the European value as formulas (line ``value``, called ``label``), the American one, the chance."""
    spread = terms.volatility * terms.life**0.5
    d1 = sheet.line(
        "d1",
        d_one(terms.value / terms.cost, terms.rate - terms.payout, terms.volatility, terms.life),
        label=Label("d₁", "d₁"),
        unit="1",
    )
    d2 = sheet.line("d2", d1 - spread, label=Label("d₂", "d₂"), unit="1")
    kept = kept_share(sheet, "kept_share", terms.loss_rate, terms.life)
    received = sheet.line(
        "value_at_the_end",
        present(terms.value, terms.payout, terms.life),
        label=Label("期末标的的现值（扣除派现）", "present value of the asset at the end, its payouts forgone"),
        unit=unit,
    )
    paid = sheet.line(
        "cost_at_the_end",
        present(terms.cost, terms.rate, terms.life),
        label=Label("期末对价的现值", "present value of the price at the end"),
        unit=unit,
    )
    sign = terms.sign
    european = sign * (received * normal_cdf(sign * d1) - paid * normal_cdf(sign * d2))
    value = sheet.line("value", european * kept, label=label, unit=unit, total=True)
    _write_american(sheet, terms, value, unit)
    _write_chance(sheet, terms)
    committed = sign * (received - paid) * kept
    write_result(
        sheet,
        value=value,
        static_npv=committed,
        conservative=larger(committed, 0),
        unit=unit,
        static_label=Label("今日承诺到期行权的净现值", "net present value of exercising at the end, decided today"),
        conservative_label=Label(
            "质权人可依赖值（今日决定到期行权或放弃）",
            "value a pledgee may count on (exercise at the end, decided today, or nothing)",
        ),
    )


def _write_american(sheet: Sheet, terms: Terms, value: Name, unit: str) -> None:
    def searched(*numbers: float, draws: int) -> float:
        right = Right(terms.sign, *numbers)
        return at_any_time(right, dates=DATES_ONE if draws == 1 else DATES_MANY).value

    american = sheet.search(
        "american_value",
        each_draw(searched),
        terms.searched(),
        label=Label("随时可行权的价值（美式）", "value if it may be exercised at any time (American)"),
        unit=unit,
        explanation=Label(
            "逐期倒推，行权日由少到多取极限", "rolled back with ever more dates of exercise, carried to the limit"
        ),
        total=True,
    )
    sheet.line(
        "early_exercise_premium",
        american - value,
        label=Label("提前行权的价值（美式减欧式）", "what exercising early adds (American less European)"),
        unit=unit,
        total=True,
    )


def _write_chance(sheet: Sheet, terms: Terms) -> None:
    """P(exercise) = e^(−λT) Φ(±d₂) with the drift of the world in d₂."""
    d2 = sheet.line(
        "d2_of_the_chance",
        d_one(terms.value / terms.cost, terms.growth, terms.volatility, terms.life)
        - terms.volatility * terms.life**0.5,
        label=Label("行权概率所用 d₂", "d₂ of the probability of exercise"),
        unit="1",
    )
    sheet.line(
        "exercise_share",
        alive_share(sheet, terms.threat, terms.life) * normal_cdf(terms.sign * d2),
        label=Label("到期行权的概率", "probability of exercise at the end"),
        unit="share",
    )


def right_of(worksheet: Worksheet, terms: Terms) -> Right:
    """The right with the numbers of a computed paper."""
    return Right(terms.sign, *(worksheet.value(each.name) for each in terms.searched()))


def closed_probabilities(worksheet: Worksheet, terms: Terms, shown: LineSolution) -> dict[str, float]:
    """Exercise at the end and the threat by closed form; for the American right by its policy at the shown dates."""
    threat = worksheet.value(terms.threat.name)
    process = alone("value", "log", Lognormal(worksheet.value(terms.growth.name), _variance(worksheet, terms)))
    return {
        "exercise": worksheet.value("exercise_share"),
        "invalidated": end_share(threat, worksheet.value(terms.life.name)),
        "american exercise": shown.event_shares(process)["exercise"],
    }


def _variance(worksheet: Worksheet, terms: Terms) -> float:
    return worksheet.value(terms.volatility.name) ** 2


def shown(worksheet: Worksheet, terms: Terms) -> tuple[LineSolution, list[Threshold], tuple[TreeNode, ...]]:
    """The American policy, the thresholds (at the end, and American), and a tree of the European right."""
    right = right_of(worksheet, terms)
    solution = solved_at_any_time(right, worksheet.value(terms.threat.name))
    american = [
        Threshold(each.time_years, "American", each.action, each.low, each.high)
        for each in thresholds_of(solution, wanted=["exercise"])
    ]
    edges = (right.cost, None) if right.sign > 0 else (None, right.cost)
    at_the_end = Threshold(right.life_years, "held", "exercise", *edges)
    tree = tree_of(solve_line(exercise_problem(right, 6, only_at_the_end=True)))
    return solution, [at_the_end, *american], tree


def convergence(worksheet: Worksheet, terms: Terms) -> str:
    """How the numbers were found."""
    limit = at_any_time(right_of(worksheet, terms))
    return (
        f"value by closed form; American by quadrature with {DATES_ONE}, {2 * DATES_ONE} and {4 * DATES_ONE} dates "
        f"carried to the limit, last correction {limit.difference:.2g}; with {DATES_MANY} to {4 * DATES_MANY} dates "
        f"for many draws; its thresholds and probability on {SHOWN_STEPS} steps"
    )


SHORTCUT = NamedWarning(
    "european_shortcut_is_the_value",
    Label(
        "本方法的结论为欧式简化值：只能在期末行权；随时可行权的权利见旁列美式价值",
        "the conclusion is the European shortcut, exercised at the end only; the American value stands beside it",
    ),
)
