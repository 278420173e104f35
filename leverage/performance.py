"""绩效自评与工作评价: how many points does a programme's year earn, indicator by indicator?

A scheme gives points to dimensions: 10 for the execution of the budget, 50 for output, 30 for effect, 10 for
satisfaction in the self-evaluation of project spending; a city's yearly work evaluation brings its own. Each indicator
has a target, what was reached, points, and a rule:

    at_least    points · min(1, reached / target)
    at_most     points · min(1, target / reached), full points when nothing was reached
    all_or_none points where the target is met, else 0

Execution: points · min(1, spent / budget); more spent than budgeted earns no more. Rounding is stated and happens once,
at each indicator; totals add up what is printed. What was reached may be a fact of the programme's own ledger, named by
its id, so that a report cannot say anything else than the money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.answer import AlternativeAnswer
from leverage.ladder import Ladder
from leverage.programme import LabelRow
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable, DatedValue, Hypothesis
from valuation.kernel.fields import Day, DecimalText, FrozenModel, Identifier, NonNegativeMoneyText, Reason
from valuation.kernel.labels import Label, NamedWarning

__all__ = [
    "DIMENSIONS",
    "GRADES",
    "EvaluationRequest",
    "IndicatorScore",
    "PerformanceAnswer",
    "SupposedPoints",
    "evaluate",
    "facts_of",
    "points_of_policy",
]

Dimension = Literal["execution", "output", "effect", "satisfaction"]
DIMENSIONS: dict[Dimension, Label] = {
    "execution": Label("预算执行", "execution of the budget"),
    "output": Label("产出", "output"),
    "effect": Label("效益", "effect"),
    "satisfaction": Label("满意度", "satisfaction"),
}
#: The four aspects of output that a self-evaluation table prints.
OutputAspect = Literal["quantity", "quality", "timeliness", "cost"]
_ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
#: Grades by their limit, best first, as the parameters of a scheme and the form name them; below all is 差.
GRADES = (("excellent", "优"), ("good", "良"), ("fair", "中"))
_FULL_POINTS = 100


class Indicator(FrozenModel):
    """One row: what is measured, in which unit, target, points, rule; ``reached`` as a number or ``fact`` by name."""

    id: Identifier
    name: LabelRow
    dimension: Literal["output", "effect", "satisfaction"]
    aspect: OutputAspect | None = None
    unit: LabelRow
    target: Annotated[DecimalText, Field(gt=0)]
    points: Annotated[DecimalText, Field(gt=0, le=100)]
    rule: Literal["at_least", "at_most", "all_or_none"]
    reached: Annotated[DecimalText, Field(ge=0)] | None = None
    fact: Identifier | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Indicator:
        if (self.reached is None) == (self.fact is None):
            raise PydanticCustomError("reached", "either reached or fact")
        if (self.aspect is None) == (self.dimension == "output"):
            raise PydanticCustomError("aspect", "an aspect for an output indicator, and for no other")
        return self


class SupposedPoints(FrozenModel):
    """Points supposed where the scheme has a gap or other points, and why; every report names them as hypothesis."""

    points: Annotated[DecimalText, Field(ge=0, le=100)]
    reason: Reason


class EvaluationRequest(FrozenModel):
    """A year of a programme: what was budgeted and spent, the indicators, how points are rounded.

    ``what_if`` supposes points of the scheme by the name of their parameter, ``points_output`` for example.
    """

    year: Annotated[int, Field(ge=2000, le=2100)]
    policy_date: Day
    budget_cny: Annotated[NonNegativeMoneyText, Field(gt=0)]
    spent_cny: NonNegativeMoneyText
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1, max_length=200)]
    decimals: Annotated[int, Field(ge=0, le=6)]
    rounding: Literal["half_up", "half_even"]
    what_if: Annotated[dict[Identifier, SupposedPoints], Field(max_length=20)] = Field(default_factory=dict)


@dataclass(frozen=True)
class IndicatorScore:
    """A row of the answer; ``share`` is the part of the points earned, before rounding."""

    id: str
    label: Label
    dimension: Dimension
    aspect: str | None
    target: Decimal
    reached: Decimal
    from_ledger: bool
    points: Decimal
    share: Decimal
    score: Decimal

    def as_document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "dimension": self.dimension,
            "aspect": self.aspect,
            "target": format(self.target, "f"),
            "reached": format(self.reached, "f"),
            "from_ledger": self.from_ledger,
            "points": format(self.points, "f"),
            "share": format(self.share.quantize(Decimal("0.000001")), "f"),
            "score": format(self.score, "f"),
        }


@dataclass(frozen=True)
class PerformanceAnswer:
    """Points by indicator and dimension, the total, the grade where the policy has grades."""

    year: int
    rows: tuple[IndicatorScore, ...]
    total: Decimal
    grade: Label | None
    warnings: tuple[NamedWarning, ...]
    values_used: tuple[DatedValue, ...]

    def of_dimension(self, dimension: Dimension) -> Decimal:
        """The points earned in a dimension."""
        return sum((row.score for row in self.rows if row.dimension == dimension), Decimal(0))

    def as_document(self) -> dict[str, Any]:
        """The answer for JSON."""
        return {
            "year": self.year,
            "rows": [row.as_document() for row in self.rows],
            "by_dimension": {name: format(self.of_dimension(name), "f") for name in DIMENSIONS},
            "total": format(self.total, "f"),
            "grade": None if self.grade is None else self.grade.as_document(),
            "warnings": [warning.as_document() for warning in self.warnings],
            "values_used": [value.as_document() for value in self.values_used],
        }


def points_of_policy(policy: DatedTable, request: EvaluationRequest) -> dict[Dimension, DatedValue]:
    """Which points does the policy give to each dimension on the policy date?"""
    return {name: policy.value(f"points_{name}", on=request.policy_date) for name in DIMENSIONS}


def evaluate(
    request: EvaluationRequest, *, policy: DatedTable, facts: Mapping[str, Decimal] | None = None
) -> PerformanceAnswer:
    """How many points does the year earn, row by row?

    Parameters
    ----------
    policy : a table of kind ``performance_scheme``: points of each dimension, grades where it has them.
    facts : what the programme's ledger says, see :func:`facts_of`.

    Raises
    ------
    GapError : points or grades that the scheme leaves open and the request does not suppose.
    InputError : an id twice; points of a dimension that do not add up to what the policy gives it; a scheme with grades
        whose dimensions do not make 100.
    UnknownNameError : a fact that the ledger does not have, a what-if of no parameter of points.

    Tested by: published case ``performance-selfeval-execution-rate``; by hand, ``tests/leverage/test_performance.py``.
    """
    policy = _supposed(policy, request)
    given = points_of_policy(policy, request)
    _check_points(request, given)
    known = dict(facts or {})
    rows = [_execution(request, _number(given["execution"]))]
    rows += [_row(request, place, row, known) for place, row in enumerate(request.indicators)]
    total = sum((row.score for row in rows), Decimal(0))
    grade, used = _grade(policy, request, total, full=sum(map(_number, given.values()), Decimal(0)))
    values = (*given.values(), *used)
    doubts = {value.name: value.warning for value in values if value.warning is not None}
    return PerformanceAnswer(
        request.year, tuple(rows), total, grade, (*_over_budget(request), *doubts.values()), values
    )


def facts_of(alternative: AlternativeAnswer) -> dict[str, Decimal]:
    """What does a scenario's ledger say that an indicator may name? Yuan at the stage disbursed, and multiples.

    Returns
    -------
    dict from id to number: ``loans_cny``, ``equity_cny``, ``finance_to_firms_cny``, and ``<rung>_multiple``.

    Raises
    ------
    InputError : nothing was disbursed.
    """
    ladder: Ladder | None = alternative.ladder("disbursed")
    if ladder is None:
        raise InputError.of("alternative", found=f"{alternative.id}, nothing disbursed", expected="money that flowed")
    facts = {
        "loans_cny": Decimal(ladder.loans_fen).scaleb(-2),
        "equity_cny": Decimal(ladder.equity_fen).scaleb(-2),
        "finance_to_firms_cny": Decimal(ladder.loans_fen + ladder.equity_fen).scaleb(-2),
    }
    with localcontext(prec=28):
        for rung in ladder.rungs:
            facts[f"{rung.id}_multiple"] = Decimal(rung.numerator_fen) / Decimal(rung.denominator_fen)
    return facts


def _number(value: DatedValue) -> Decimal:
    assert isinstance(value.value, Decimal | int), "points are numbers"
    return Decimal(value.value)


def _supposed(policy: DatedTable, request: EvaluationRequest) -> DatedTable:
    of_points = [name for name, row in policy.parameters.items() if row.unit == "points"]
    for name in request.what_if:
        if name not in of_points:
            raise UnknownNameError.among(f"what_if.{name}", found=name, known=of_points)
    return policy.overlay({name: Hypothesis(row.points, row.reason) for name, row in request.what_if.items()})


def _check_points(request: EvaluationRequest, given: Mapping[Dimension, DatedValue]) -> None:
    ids = [row.id for row in request.indicators]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise InputError.of("indicators", found=f"{twice[0]} twice", expected="ids of their own")
    for name, value in given.items():
        stated = sum((row.points for row in request.indicators if row.dimension == name), Decimal(0))
        if name != "execution" and stated != _number(value):
            raise InputError.of(
                f"indicators of {name}", found=f"{stated} points", expected=f"{value.value} ({value.source.citation})"
            )


def _execution(request: EvaluationRequest, points: Decimal) -> IndicatorScore:
    share = min(Decimal(1), request.spent_cny / request.budget_cny)
    return IndicatorScore(
        "execution",
        DIMENSIONS["execution"],
        "execution",
        None,
        request.budget_cny,
        request.spent_cny,
        False,
        points,
        share,
        _rounded(request, points * share),
    )


def _row(request: EvaluationRequest, place: int, row: Indicator, facts: Mapping[str, Decimal]) -> IndicatorScore:
    reached = row.reached
    if row.fact is not None:
        if row.fact not in facts:
            raise UnknownNameError.among(f"indicators.{place}.fact", found=row.fact, known=facts)
        reached = facts[row.fact]
    assert reached is not None, "checked when the indicator was read"
    share = _share(row, reached)
    return IndicatorScore(
        row.id,
        row.name.label,
        row.dimension,
        row.aspect,
        row.target,
        reached,
        row.fact is not None,
        row.points,
        share,
        _rounded(request, row.points * share),
    )


def _share(row: Indicator, reached: Decimal) -> Decimal:
    if row.rule == "at_least":
        return min(Decimal(1), reached / row.target)
    if row.rule == "at_most":
        return Decimal(1) if reached <= row.target else row.target / reached
    return Decimal(reached >= row.target)


def _rounded(request: EvaluationRequest, score: Decimal) -> Decimal:
    return score.quantize(Decimal(1).scaleb(-request.decimals), rounding=_ROUNDING[request.rounding])


def _grade(
    policy: DatedTable, request: EvaluationRequest, total: Decimal, *, full: Decimal
) -> tuple[Label | None, tuple[DatedValue, ...]]:
    if not policy.has("grade_excellent_points"):
        return None, ()
    if full != _FULL_POINTS:
        raise InputError.of(
            "points of the dimensions", found=f"{full} in all", expected="100, which the limits of the grades refer to"
        )
    limits = [policy.value(f"grade_{name}_points", on=request.policy_date) for name, _ in GRADES]
    if sorted((_number(limit) for limit in limits), reverse=True) != [_number(limit) for limit in limits]:
        raise InputError.of(
            "limits of the grades",
            found=", ".join(str(limit.value) for limit in limits),
            expected="falling from excellent to fair",
        )
    for (name, zh), limit in zip(GRADES, limits, strict=True):
        if total >= _number(limit):
            return Label(zh, name), tuple(limits)
    return Label("差", "poor"), tuple(limits)


def _over_budget(request: EvaluationRequest) -> tuple[NamedWarning, ...]:
    if request.spent_cny <= request.budget_cny:
        return ()
    text = Label(
        f"支出{request.spent_cny}元超过预算{request.budget_cny}元，执行率按满分计",
        f"{request.spent_cny} CNY were spent of a budget of {request.budget_cny}; execution counts in full",
    )
    return (NamedWarning("spent_above_budget", text),)
