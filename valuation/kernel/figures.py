"""A number in a request, with what it is worth as evidence.

Every figure has a grade. ``measured`` and ``benchmark`` figures name a source; ``judgement``, ``assumed`` and
``hypothesis`` figures give a reason. A figure without either does not enter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from valuation.errors import FieldProblem, InputError
from valuation.kernel.fields import (
    MAXIMUM_ITEMS,
    NOT_EMPTY,
    Day,
    FiniteFloat,
    FrozenModel,
    Identifier,
    MoneyText,
    Reason,
)
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.sources import Source
from valuation.uncertainty.distributions import Distribution

__all__ = [
    "GRADE_LABELS",
    "Amount",
    "AmountSeries",
    "Figure",
    "FigureOrSeries",
    "Grade",
    "Graded",
    "PositiveFigure",
    "RateFigure",
    "Series",
    "ShareFigure",
    "ShareOrSeries",
    "ShareSeries",
    "SourceRow",
    "at_least",
    "check_sources",
    "graded_in",
    "supposed_inputs",
    "within",
]

Grade = Literal["measured", "benchmark", "judgement", "assumed", "hypothesis"]

GRADE_LABELS: Mapping[str, Label] = {
    "measured": Label("实测", "measured"),
    "benchmark": Label("参照", "benchmark"),
    "judgement": Label("判断", "judgement"),
    "assumed": Label("假定", "assumed"),
    "hypothesis": Label("假设", "hypothesis"),
    "derived": Label("推算", "derived"),
}


class SourceRow(FrozenModel):
    """A source as a request states it; see :class:`valuation.kernel.sources.Source`."""

    title: Annotated[str, Field(min_length=3, max_length=500)]
    status: Literal["read", "recalled", "hypothesis"]
    number: Annotated[str, Field(max_length=200)] | None = None
    article: Annotated[str, Field(max_length=200)] | None = None
    date: Day | None = None
    address: Annotated[str, Field(max_length=500)] | None = None

    def as_source(self, identifier: str) -> Source:
        """The same facts as the kernel's source."""
        return Source(id=identifier, **self.model_dump())


class Graded(FrozenModel):
    """What every figure carries beside its number: a grade, and a source or a reason."""

    grade: Grade
    source: Identifier | None = None
    reason: Reason | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a figure whose grade is not backed."""
        del context
        if self.grade in ("measured", "benchmark") and self.source is None:
            raise PydanticCustomError("figure", "a source, because the figure is graded {g}", {"g": self.grade})
        if self.grade not in ("measured", "benchmark") and self.source is None and self.reason is None:
            raise PydanticCustomError("figure", "a reason, because the figure is graded {g}", {"g": self.grade})

    @property
    def basis(self) -> str:
        """Source and reason in one text for a working paper."""
        return "; ".join(part for part in (self.source, self.reason) if part)


class Figure(Graded):
    """One number with its grade; ``distribution`` states how uncertain it is."""

    value: FiniteFloat
    distribution: Distribution | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a value that its own distribution rules out."""
        super().model_post_init(context)
        _inside(self.distribution, self.value, "its stated value")


class Amount(Graded):
    """One amount of money with its grade; ``factor`` is the distribution of a multiplier around it."""

    value: MoneyText
    factor: Distribution | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a multiplier that rules out the stated amount."""
        super().model_post_init(context)
        _inside(self.factor, 1.0, "the factor 1 of the stated amount")


class Series(Graded):
    """One number for each year; ``factor`` is the distribution of a multiplier common to all years."""

    values: Annotated[tuple[FiniteFloat, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]
    factor: Distribution | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a multiplier that rules out the stated values."""
        super().model_post_init(context)
        _inside(self.factor, 1.0, "the factor 1 of the stated values")


class AmountSeries(Graded):
    """One amount of money for each year; ``factor`` is the distribution of a common multiplier."""

    values: Annotated[tuple[MoneyText, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]
    factor: Distribution | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a multiplier that rules out the stated values."""
        super().model_post_init(context)
        _inside(self.factor, 1.0, "the factor 1 of the stated values")


def _inside(distribution: Distribution | None, number: float, what: str) -> None:
    """A figure and its uncertainty are one statement: the range must hold the value."""
    if distribution is None:
        return
    low, high = distribution.quantile(np.array([0.0, 1.0]))
    if not low <= number <= high:
        context = {"what": what, "low": f"{low:g}", "high": f"{high:g}", "found": f"{number:g}"}
        raise PydanticCustomError(
            "distribution", "a distribution that holds {what} ({found}), not {low} to {high}", context
        )


def within(low: float, high: float) -> Callable[[Any], Any]:
    """Build the check that every number of a figure lies in [low, high]."""

    def check(figure: Any) -> Any:
        for number in _numbers(figure):
            if not low <= number <= high:
                context = {"low": f"{low:g}", "high": f"{high:g}", "found": f"{number:g}"}
                raise PydanticCustomError("range", "between {low} and {high}, not {found}", context)
        return figure

    return check


def at_least(low: float, *, strictly: bool = False) -> Callable[[Any], Any]:
    """Build the check that every number of a figure is ≥ low (> low when ``strictly``)."""

    def check(figure: Any) -> Any:
        for number in _numbers(figure):
            if number < low or (strictly and number == low):
                sign = ">" if strictly else "≥"
                context = {"sign": sign, "low": f"{low:g}", "found": f"{number:g}"}
                raise PydanticCustomError("range", "a number {sign} {low}, not {found}", context)
        return figure

    return check


def _one_or_by_year(found: Any) -> str:
    values = found.get("values") if isinstance(found, Mapping) else getattr(found, "values", None)
    return "one_figure" if values is None else "figure_by_year"


#: One figure for all years, or one for each year.
FigureOrSeries = Annotated[
    Annotated[Figure, Tag("one_figure")] | Annotated[Series, Tag("figure_by_year")],
    Discriminator(_one_or_by_year),
]
#: A share of one: 0.05 is five per cent; 5 is an error.
ShareFigure = Annotated[Figure, AfterValidator(within(0, 1))]
ShareSeries = Annotated[Series, AfterValidator(within(0, 1))]
ShareOrSeries = Annotated[FigureOrSeries, AfterValidator(within(0, 1))]
#: An annual discount rate: from −50 % to 200 %.
RateFigure = Annotated[Figure, AfterValidator(within(-0.5, 2))]
PositiveFigure = Annotated[Figure, AfterValidator(at_least(0, strictly=True))]


def _numbers(figure: Figure | Series | Amount | AmountSeries) -> tuple[float | Decimal, ...]:
    if isinstance(figure, Figure | Amount):
        return (figure.value,)
    return tuple(figure.values)


def graded_in(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Graded]]:
    """Which figures does a request hold, and at which path? Walks models, lists and mappings."""
    for name, value in model:
        yield from _graded_below(value, f"{prefix}{name}")


def _graded_below(value: Any, path: str) -> Iterator[tuple[str, Graded]]:
    if isinstance(value, Graded):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from graded_in(value, f"{path}.")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _graded_below(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _graded_below(item, f"{path}.{index}")


def supposed_inputs(model: BaseModel) -> tuple[NamedWarning, ...]:
    """Which figures are only supposed? One doubt for hypotheses and one for assumptions, naming each figure."""
    found = []
    for grade in ("hypothesis", "assumed"):
        named = ", ".join(path for path, figure in graded_in(model) if figure.grade == grade)
        if named:
            label = GRADE_LABELS[grade]
            text = Label(f"{label.zh}的输入：{named}", f"{label.en} inputs: {named}")
            found.append(NamedWarning(f"{grade}_inputs", text))
    return tuple(found)


def check_sources(model: BaseModel, *, listed: Mapping[str, Source]) -> tuple[Source, ...]:
    """Which listed sources do the figures of a request use?

    Raises
    ------
    InputError : a figure names a source that the request does not list.
    """
    used: dict[str, Source] = {}
    problems: list[FieldProblem] = []
    known = ", ".join(listed) or "no source is listed"
    for path, figure in graded_in(model):
        if figure.source is None:
            continue
        if figure.source in listed:
            used[figure.source] = listed[figure.source]
        else:
            problems.append(FieldProblem(f"{path}.source", repr(figure.source), f"a listed source ({known})"))
    if problems:
        raise InputError.from_problems(problems)
    return tuple(used.values())
