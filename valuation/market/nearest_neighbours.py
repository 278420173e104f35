"""Nearest neighbours 最近邻法: what was paid for the rights that are most like this one?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from valuation.errors import RefusalError
from valuation.kernel.expression import Array, exponential, logarithm, previous, total
from valuation.kernel.fields import NOT_EMPTY, WholeNumber
from valuation.kernel.figures import PositiveFigure
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.market._conformal import jackknife_plus, jackknife_plus_meaning, rows_for_level
from valuation.market._neighbours import NeighbourIndex, Neighbours
from valuation.market._outliers import OutlierScreen, outlier_details, outlier_doubts, screen_outliers
from valuation.market._priced_rows import Feature, MarketRows, PricedRowsInputs, market_rows, rows_warnings
from valuation.uncertainty.sampling import Interval

__all__ = ["METHOD", "NearestNeighboursInputs", "ScaledFeature"]


class ScaledFeature(Feature):
    """A feature and its yardstick: the difference (after the transform) that counts as one.

    Without a yardstick the standard deviation among the rows is taken.
    """

    scale: PositiveFigure | None = None


class NearestNeighboursInputs(PricedRowsInputs):
    """What the method needs beside its rows.

    Attributes
    ----------
    features : name → how it enters, the subject's value and the yardstick.
    neighbours : how many rows are averaged.
    """

    features: Annotated[dict[str, ScaledFeature], Field(max_length=20), *NOT_EMPTY]
    neighbours: Annotated[WholeNumber, Field(ge=1, le=1000)]


@dataclass(frozen=True)
class _Search:
    """The neighbours of the subject, and of every row among the other rows."""

    of_subject: Neighbours
    of_rows: Neighbours


def _build(inputs: NearestNeighboursInputs, setting: Setting) -> Paper:
    market = market_rows(inputs, inputs.features, setting)
    _refuse_too_few(inputs, len(market.rows))
    scales = _scales(inputs.features, market)
    points, subject = market.features / scales, market.subject / scales
    index = NeighbourIndex.of(points)
    # One more than is averaged: it steps in where a neighbour is left out.
    search = _Search(
        index.nearest(subject[None, :], count=inputs.neighbours + 1),
        index.nearest_others(count=inputs.neighbours),
    )
    sheet = _sheet(inputs, setting, market, search.of_subject)
    outliers = _outliers(market, search, setting)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions=_conventions(inputs),
        beside=("unit_price", "farthest_distance"),
        warnings=(*rows_warnings(market, inputs.features), *_remote(search, market), *outlier_doubts([outliers])),
        interval=_interval(inputs, market, search),
        details=_details(inputs, market, search, scales) | outlier_details([outliers]),
    )


def _refuse_too_few(inputs: NearestNeighboursInputs, rows: int) -> None:
    needed = max(inputs.neighbours + 1, rows_for_level(inputs.level_share))
    if rows < needed:
        raise RefusalError.of(
            "rows",
            found=f"{rows} rows for {inputs.neighbours} neighbours at level {inputs.level_share:g}",
            expected=f"at least {needed} rows",
            advice="Collect more rows, or average fewer neighbours",
        )


def _scales(features: Mapping[str, ScaledFeature], market: MarketRows) -> Array:
    """The yardstick of each feature; one that never changes tells no row from another."""
    spread = market.features.std(axis=0, ddof=1)
    scales = []
    for (name, feature), own in zip(features.items(), spread, strict=True):
        if feature.scale is None and not own > 0:
            raise RefusalError.of(
                f"features.{name}",
                found="the same value in every row",
                expected="a feature that differs, or a stated scale",
                advice="Leave the feature out, or state which difference of it counts as one",
            )
        scales.append(own if feature.scale is None else feature.scale.value)
    return np.array(scales, dtype=np.float64)


def _sheet(inputs: NearestNeighboursInputs, setting: Setting, market: MarketRows, found: Neighbours) -> Sheet:
    """The average of the neighbours' prices is live; who they are is a numerical search."""
    unit = setting.currency
    chosen = [market.rows[row] for row in found.rows[0, : inputs.neighbours]]
    sheet = Sheet(title=_LABEL, axis=Axis(Label("近邻交易", "neighbour"), tuple(each.name for each in chosen)))
    distance = sheet.derived_row(
        "distance",
        [float(each) for each in found.distances[0, : inputs.neighbours]],
        label=Label("距离", "distance"),
        unit="1",
        reason=f"√Σ(difference / scale)² to the subject; nearest of {len(market.rows)} rows by k-d tree",
    )
    prices = [each.unit_price for each in chosen]
    price = sheet.figure_row("price", prices, label=Label("成交单价", "unit price paid"), unit=unit)
    logged = sheet.line("log_price", logarithm(price), label=Label("对数单价", "log unit price"), unit="1")
    summed = sheet.line("sum_of_logs", total(logged), label=Label("对数之和", "sum of logs"), unit="1")
    central = sheet.line(
        "unit_price",
        exponential(summed / inputs.neighbours),
        label=Label("几何平均单价", "geometric mean unit price"),
        unit=unit,
        total=True,
    )
    step = distance - previous(distance, first=0)
    steps = sheet.line("distance_step", step, label=Label("距离增量", "step in distance"), unit="1")
    label = Label("最远近邻距离", "distance of the farthest neighbour")
    sheet.line("farthest_distance", total(steps), label=label, unit="1")
    label = Label("评估对象数量", "quantity of the subject")
    quantity = sheet.figure("subject_quantity", inputs.subject_quantity, label=label, unit="1")
    sheet.line("value", central * quantity, label=Label("评估值", "value"), unit=unit, total=True)
    return sheet


def _interval(inputs: NearestNeighboursInputs, market: MarketRows, search: _Search) -> Interval:
    """The jackknife+ range: each row is predicted from its own neighbours, the subject without that row."""
    logs, count = market.log_prices, inputs.neighbours
    residuals = np.abs(_errors(market, search))
    ends = jackknife_plus(_left_out(search.of_subject.rows[0], logs, count), residuals, level_share=inputs.level_share)
    assert ends is not None, "too few rows for the level were refused"
    low, high = np.exp(ends) * inputs.subject_quantity.value
    meaning = jackknife_plus_meaning(inputs.level_share, len(market.rows))
    return Interval(float(low), float(high), inputs.level_share, meaning)


def _left_out(nearest: Any, logs: Array, count: int) -> Array:
    """The subject's log price without each row: unchanged, but where a neighbour is left out the next steps in."""
    used, spare = nearest[:count], nearest[count]
    predictions = np.full(len(logs), logs[used].mean())
    predictions[used] += (logs[spare] - logs[used]) / count
    return predictions


def _remote(search: _Search, market: MarketRows) -> tuple[NamedWarning, ...]:
    """Are the subject's neighbours farther away than any row's own?"""
    reach = float(search.of_subject.distances[0, -2])
    widest = float(search.of_rows.distances[:, -1].max())
    if reach <= widest:
        return ()
    label = Label(
        f"评估对象的近邻（距离 {reach:.3g}）比任何样本的近邻（至多 {widest:.3g}）都远",
        f"the subject's neighbours (distance {reach:.3g}) are farther than those of any row (at most {widest:.3g})",
    )
    return (NamedWarning("remote_subject", label),)


def _errors(market: MarketRows, search: _Search) -> Array:
    """Each row's log price less the mean of its own neighbours'."""
    errors: Array = market.log_prices - market.log_prices[search.of_rows.rows].mean(axis=1)
    return errors


def _outliers(market: MarketRows, search: _Search, setting: Setting) -> OutlierScreen:
    """Which rows were paid for unlike their own neighbours? Features explain the rest, so prices alone would not do."""
    measure = Label("对数单价与其近邻均值之差", "log unit price less the mean of its own neighbours")
    return screen_outliers(market.names, _errors(market, search), measure=measure, on=setting.dates.policy_date)


def _details(inputs: NearestNeighboursInputs, market: MarketRows, search: _Search, scales: Array) -> dict[str, Any]:
    near = zip(search.of_subject.rows[0], search.of_subject.distances[0], strict=True)
    errors = _errors(market, search)
    return {
        "rows_used": [market.names[row] for row in search.of_subject.rows[0, : inputs.neighbours]],
        "rows_of_interval": list(market.names),
        "rows_left_out": list(market.left_out),
        "next_neighbours": [{"row": market.names[row], "distance": float(distance)} for row, distance in near],
        "scales": dict(zip(inputs.features, (float(scale) for scale in scales), strict=True)),
        "left_out_root_mean_square": float(np.sqrt(np.mean(errors**2))),
    }


def _conventions(inputs: NearestNeighboursInputs) -> dict[str, str]:
    own = [name for name, feature in inputs.features.items() if feature.scale is None]
    return {
        "response": "natural logarithm of unit price, geometric mean of the neighbours",
        "neighbours": str(inputs.neighbours),
        "ties": "of rows equally far, the one listed first",
        "scaling": f"standard deviation among the rows: {', '.join(own)}" if own else "stated for every feature",
        "related_party_rows": inputs.related_party_rows,
        "interval": "jackknife+ (Barber, Candès, Ramdas, Tibshirani 2021), for the price of one transaction",
        "level_share": f"{inputs.level_share:g}",
    }


_LABEL = Label("最近邻法", "Nearest neighbours")

METHOD = Method(
    id="nearest_neighbours",
    approach="market",
    label=_LABEL,
    question=Label(
        "与本对象最相似的若干交易付了多少？", "What was paid for the transactions that are most like this one?"
    ),
    inputs_model=NearestNeighboursInputs,
    build=_build,
    references=(
        "Stone (1977), Consistent nonparametric regression, Ann. Statist. 5(4)",
        "Barber, Candès, Ramdas, Tibshirani (2021), Predictive inference with the jackknife+, Ann. Statist. 49(1)",
    ),
    cases=(),
    assumes=Label(
        "特征相近的权利价格相近；区间由留一校准（jackknife+）得出。",
        "Rights with like features have like prices; the interval is calibrated by leaving one out (jackknife+).",
    ),
)
