"""Rows of market evidence as the statistical methods take them: a price and measured features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.errors import FieldProblem, InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.kernel.fields import MAXIMUM_ITEMS, NOT_EMPTY, Day, FiniteFloat, FrozenModel, StrictBool
from valuation.kernel.figures import Amount, Figure, PositiveFigure, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Setting

__all__ = ["Feature", "MarketRows", "PricedRow", "PricedRowsInputs", "market_rows", "rows_warnings"]


class Feature(FrozenModel):
    """A measured property that may move the price, and how it enters: as it is, or as its logarithm."""

    transform: Literal["identity", "logarithm"]
    subject: Figure


class PricedRow(FrozenModel):
    """One transaction: what was paid for one unit, and the features of what was sold."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    traded_on: Day
    unit_price: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    features: Annotated[dict[str, FiniteFloat], Field(max_length=50)]
    related_parties: StrictBool


class PricedRowsInputs(FrozenModel):
    """What both statistical methods need.

    Attributes
    ----------
    rows : the transactions, each with every feature; names are distinct, because the answer names the rows used.
    related_party_rows : whether transactions between related parties are left out or counted.
    subject_quantity : how many units the subject is.
    level_share : probability inside the interval.
    """

    rows: Annotated[tuple[PricedRow, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]
    related_party_rows: Literal["leave_out", "count"]
    subject_quantity: PositiveFigure
    level_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9


@dataclass(frozen=True)
class MarketRows:
    """The rows that count, as arrays: ``log_prices`` of shape (rows,), ``features`` of shape (rows, features)."""

    rows: tuple[PricedRow, ...]
    left_out: tuple[str, ...]
    log_prices: Array
    features: Array
    subject: Array

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rows that count."""
        return tuple(row.name for row in self.rows)


def market_rows(inputs: PricedRowsInputs, features: Mapping[str, Feature], setting: Setting) -> MarketRows:
    """Which rows count, with features transformed?

    Raises
    ------
    InputError : all faults at once: a feature missing or unknown, a price later than the valuation date, a name
        twice, no logarithm of a feature.
    RefusalError : no row is left.
    """
    problems = [
        problem
        for index, row in enumerate(inputs.rows)
        for problem in _row_problems(row, f"rows.{index}", features, setting)
    ]
    names = [row.name for row in inputs.rows]
    problems += (
        [
            FieldProblem(f"rows.{index}.name", repr(name), "distinct names")
            for index, name in enumerate(names)
            if name in set(names[:index])
        ]
        if len(set(names)) < len(names)
        else []
    )
    problems += [
        FieldProblem(
            f"features.{name}.subject", f"{each.subject.value:g}", "a number > 0, because its logarithm enters"
        )
        for name, each in features.items()
        if each.transform == "logarithm" and each.subject.value <= 0
    ]
    if problems:
        raise InputError.from_problems(problems)
    return _arrays(inputs, features)


def _row_problems(row: PricedRow, field: str, features: Mapping[str, Feature], setting: Setting) -> list[FieldProblem]:
    found = []
    if row.features.keys() != features.keys():
        found.append(FieldProblem(f"{field}.features", str(sorted(row.features)), str(sorted(features))))
    for name, feature in features.items():
        number = row.features.get(name)
        if feature.transform == "logarithm" and number is not None and number <= 0:
            expected = "a number > 0, because its logarithm enters"
            found.append(FieldProblem(f"{field}.features.{name}", f"{number:g}", expected))
    if row.traded_on > setting.dates.valuation_date:
        expected = f"no later than {setting.dates.valuation_date}"
        found.append(FieldProblem(f"{field}.traded_on", str(row.traded_on), expected))
    return found


def _arrays(inputs: PricedRowsInputs, features: Mapping[str, Feature]) -> MarketRows:
    leave_out = inputs.related_party_rows == "leave_out"
    kept = tuple(row for row in inputs.rows if not (leave_out and row.related_parties))
    if not kept:
        raise RefusalError.of(
            "rows",
            found="no row between independent parties",
            expected="at least one",
            advice="Collect transactions between independent parties, or count these knowingly",
        )
    columns = [
        _transformed([row.features[name] for row in kept], feature.transform) for name, feature in features.items()
    ]
    subject = [_transformed([each.subject.value], each.transform)[0] for each in features.values()]
    return MarketRows(
        rows=kept,
        left_out=tuple(row.name for row in inputs.rows if leave_out and row.related_parties),
        log_prices=np.log(np.array([float(row.unit_price.value) for row in kept])),
        features=np.column_stack(columns),
        subject=np.array(subject),
    )


def _transformed(numbers: Sequence[float], transform: str) -> Array:
    array = np.array(numbers, dtype=np.float64)
    return np.log(array) if transform == "logarithm" else array


def rows_warnings(market: MarketRows, features: Mapping[str, Feature]) -> tuple[NamedWarning, ...]:
    """Doubts any reader of such evidence must know: related parties, and a subject outside what was observed."""
    found = []
    related = ", ".join(row.name for row in market.rows if row.related_parties)
    if related:
        label = Label(f"关联方交易仍计入：{related}", f"related-party transactions are counted: {related}")
        found.append(NamedWarning("related_party_comparables", label))
    if market.left_out:
        named = ", ".join(market.left_out)
        label = Label(f"关联方交易已剔除：{named}", f"related-party transactions left out: {named}")
        found.append(NamedWarning("related_party_rows_left_out", label))
    low, high = market.features.min(axis=0), market.features.max(axis=0)
    outside = [
        name
        for name, at, least, most in zip(features, market.subject, low, high, strict=True)
        if not least <= at <= most
    ]
    if outside:
        named = ", ".join(outside)
        label = Label(f"评估对象超出样本范围：{named}", f"the subject lies outside the rows' range: {named}")
        found.append(NamedWarning("extrapolation", label))
    return tuple(found)
