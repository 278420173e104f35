"""Quality-score ratio 质量评分比值法: what do prices of scored patents say about this patent's score?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import FieldProblem, InputError
from valuation.kernel.expression import Expression, Name
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, Day, FiniteFloat, FrozenModel, Reason
from valuation.kernel.figures import Amount, Figure, PositiveFigure, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.market._outliers import outlier_details
from valuation.market._weighted_grid import (
    Average,
    Weighted,
    adjusted_line,
    average_lines,
    grid_conventions,
    grid_doubts,
    grid_outliers,
    refuse_uneven_grid,
    weighted_interval,
)

__all__ = ["METHOD", "IndicatorGroup", "QualityScoreRatioInputs", "ScoredComparable"]

_SUM_TOLERANCE = 1e-9


class IndicatorGroup(FrozenModel):
    """One group of indicators: how much it counts and why, and how the subject scores on it."""

    weight_share: Annotated[FiniteFloat, Field(gt=0, le=1)]
    weight_reason: Reason
    subject_score: PositiveFigure


class ScoredComparable(Weighted):
    """One transaction in a patent that was scored on the same indicator groups."""

    traded_on: Day
    price: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    scores: Annotated[dict[str, PositiveFigure], Field(max_length=20)]


class QualityScoreRatioInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    groups : the indicator groups; their weights add up to one. One group of weight one is the total score.
    comparables : the scored transactions, each with a score for every group; their weights add up to one.
    combination : ``mean_of_ratios``: Σ weight · (subject's score / comparable's score); ``ratio_of_totals``: the
        subject's weighted total over the comparable's.
    maximum_ratio : the largest factor by which the scores may move a price up or down; a comparable beyond it is
        not comparable.
    average : mean of the indicated values, ``arithmetic`` in DB1304/T 432.
    level_share : probability inside the interval.
    """

    groups: Annotated[dict[str, IndicatorGroup], Field(max_length=20), *NOT_EMPTY]
    comparables: Annotated[tuple[ScoredComparable, ...], Field(max_length=500), *NOT_EMPTY, DISTINCT_NAMES]
    combination: Literal["mean_of_ratios", "ratio_of_totals"]
    maximum_ratio: Annotated[FiniteFloat, Field(gt=1, le=1000)]
    average: Average
    level_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9


def _build(inputs: QualityScoreRatioInputs, setting: Setting) -> Paper:
    _check(inputs, setting)
    comparables, unit = inputs.comparables, setting.currency
    sheet = Sheet(title=_LABEL, axis=Axis(Label("可比交易", "comparable"), tuple(each.name for each in comparables)))
    prices = [each.price for each in comparables]
    price = sheet.figure_row("price", prices, label=Label("成交价", "price"), unit=unit)
    ratio = _score_ratio(sheet, inputs)
    indicated = sheet.line(
        "indicated_price", price * ratio, label=Label("按评分折算的价格", "price times score ratio"), unit=unit
    )
    label = Label("修正后价格", "adjusted price")
    adjusted = adjusted_line(sheet, comparables, indicated, label=label, unit=unit)
    label = Label("评估值", "value")
    average_lines(sheet, comparables, adjusted, average=inputs.average, name="value", label=label, unit=unit)
    worksheet = sheet.finish()
    interval = weighted_interval(worksheet, average=inputs.average, level_share=inputs.level_share)
    outliers = grid_outliers(comparables, worksheet, average=inputs.average, on=setting.dates.policy_date)
    return Paper(
        worksheet=worksheet,
        answer="value",
        conventions={"combination": inputs.combination, "maximum_ratio": f"{inputs.maximum_ratio:g}"}
        | dict(grid_conventions(inputs.average, inputs.level_share)),
        beside=("effective_number",),
        warnings=(*grid_doubts(comparables, interval, outliers=outliers), *_judged_scores(inputs)),
        interval=interval,
        details=outlier_details([outliers]),
    )


def _check(inputs: QualityScoreRatioInputs, setting: Setting) -> None:
    problems = []
    for index, each in enumerate(inputs.comparables):
        field = f"comparables.{index}"
        if each.scores.keys() != inputs.groups.keys():
            problems.append(FieldProblem(f"{field}.scores", str(sorted(each.scores)), str(sorted(inputs.groups))))
        if each.traded_on > setting.dates.valuation_date:
            expected = f"no later than {setting.dates.valuation_date}"
            problems.append(FieldProblem(f"{field}.traded_on", str(each.traded_on), expected))
    whole = sum(each.weight_share for each in inputs.groups.values())
    if abs(whole - 1) > _SUM_TOLERANCE:
        problems.append(FieldProblem("groups.weight_share", f"a sum of {whole:.12g}", "a sum of 1"))
    if problems:
        raise InputError.from_problems(problems)
    refuse_uneven_grid(inputs.comparables, field="comparables")


def _score_ratio(sheet: Sheet, inputs: QualityScoreRatioInputs) -> Name:
    """How the subject scores against each comparable, over all groups."""
    of_ratios: Expression | None = None
    totals: tuple[Expression, Expression] | None = None
    for number, (name, group) in enumerate(inputs.groups.items(), start=1):
        weight, subject, scores = _group_lines(sheet, inputs, number, name, group)
        ratio = sheet.line(
            f"ratio_{number}", subject / scores, label=Label(f"{name}评分比", f"score ratio: {name}"), unit="1"
        )
        of_ratios = weight * ratio if of_ratios is None else of_ratios + weight * ratio
        parts = (weight * subject, weight * scores)
        totals = parts if totals is None else (totals[0] + parts[0], totals[1] + parts[1])
    assert of_ratios is not None, "there is at least one group"
    assert totals is not None, "there is at least one group"
    combined = of_ratios if inputs.combination == "mean_of_ratios" else totals[0] / totals[1]
    found = sheet.line("score_ratio", combined, label=Label("综合评分比", "score ratio"), unit="1")
    for name, condition in (
        ("score_ratio_not_above", found <= inputs.maximum_ratio),
        ("score_ratio_not_below", found >= 1 / inputs.maximum_ratio),
    ):
        sheet.check(
            name,
            condition,
            label=Label("评分比在限度内", "score ratio within its limit"),
            severity="refuse",
            expected=f"a factor between 1/{inputs.maximum_ratio:g} and {inputs.maximum_ratio:g}",
            advice="Leave out the comparable that is so unlike the subject, or state another limit with reasons",
        )
    return found


def _group_lines(
    sheet: Sheet, inputs: QualityScoreRatioInputs, number: int, name: str, group: IndicatorGroup
) -> tuple[Name, Name, Name]:
    """Weight, the subject's score and the comparables' scores of one indicator group."""
    weight = sheet.figure(
        f"group_weight_{number}",
        Figure(value=group.weight_share, grade="judgement", reason=group.weight_reason),
        label=Label(f"{name}权重", f"weight: {name}"),
        unit="share",
        domain=(0, 1),
    )
    subject = sheet.figure(
        f"subject_score_{number}",
        group.subject_score,
        label=Label(f"评估对象{name}评分", f"subject's score: {name}"),
        unit="1",
        domain=(0, float("inf")),
    )
    scores = sheet.figure_row(
        f"score_{number}",
        [each.scores[name] for each in inputs.comparables],
        label=Label(f"可比对象{name}评分", f"comparable's score: {name}"),
        unit="1",
        domain=(0, float("inf")),
    )
    return weight, subject, scores


def _judged_scores(inputs: QualityScoreRatioInputs) -> tuple[NamedWarning, ...]:
    """Scores are opinions until somebody measured them; the answer says how many carry it."""
    scores = [group.subject_score for group in inputs.groups.values()]
    scores += [score for each in inputs.comparables for score in each.scores.values()]
    judged = sum(score.grade not in ("measured", "benchmark") for score in scores)
    if not judged:
        return ()
    label = Label(
        f"{len(scores)} 项评分中 {judged} 项为判断；价格按评分等比折算是本方法的假定",
        f"{judged} of {len(scores)} scores are judgement; that prices move in proportion to scores is assumed",
    )
    return (NamedWarning("judged_scores", label),)


_LABEL = Label("质量评分比值法", "Quality-score ratio")

METHOD = Method(
    id="quality_score_ratio",
    approach="market",
    label=_LABEL,
    question=Label(
        "按同一套指标评分的专利卖了多少，本专利按评分应值多少？",
        "What did patents scored on the same indicators sell for, and what follows for this one's score?",
    ),
    inputs_model=QualityScoreRatioInputs,
    build=_build,
    references=(
        "DB1304/T 432-2023 专利价值评估技术规范, 6.1.2 市场法, formula (4): V = (1/n) Σ Vᵢ · Q / Qᵢ",
        "GB/T 42748-2023 专利评估指引, indicator groups",
    ),
    cases=(),
    assumes=Label(
        "价格与质量评分成比例；评分是判断，不是金额。",
        "Prices are in proportion to quality scores; scores are judgements, never money by themselves.",
    ),
)
