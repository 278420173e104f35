"""Which rows of market evidence stand far from the others: named, scored, never left out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from valuation.kernel.dated import DatedValue
from valuation.kernel.expression import Array
from valuation.kernel.labels import Label, NamedWarning
from valuation.reference import number_of, reference_warnings

__all__ = ["OutlierScreen", "modified_z_scores", "outlier_details", "outlier_doubts", "screen_outliers"]

_TABLE = "market_screens"
#: A normal variable's median absolute deviation is Φ⁻¹(3/4) of its standard deviation, its mean one √(2/π).
_MEDIAN_DEVIATION, _MEAN_DEVIATION = float(special.ndtri(0.75)), float(np.sqrt(2 / np.pi))
#: A deviation this small beside the largest number is rounding.
_ROUNDING = 1e-12
#: A warning names so many rows; the details name all.
_MOST_NAMED = 20


@dataclass(frozen=True)
class OutlierScreen:
    """How far each row lies from the others, and which lie beyond the limit.

    ``scores`` is ``None`` when there are too few rows to tell; ``measure`` says what was compared.
    """

    measure: Label
    names: tuple[str, ...]
    scores: Array | None
    limit: DatedValue
    fewest: DatedValue

    @property
    def outliers(self) -> tuple[str, ...]:
        """The rows beyond the limit, in the order stated."""
        if self.scores is None:
            return ()
        beyond = np.flatnonzero(np.abs(self.scores) > float(self.limit.value))  # type: ignore[arg-type]  # a number
        return tuple(self.names[row] for row in beyond)


def screen_outliers(
    names: Sequence[str], numbers: Sequence[float] | Array, *, measure: Label, on: datetime.date
) -> OutlierScreen:
    """Which of these rows lie farther from the others than the table of screens allows on a day?

    The limit and the fewest rows come from ``market_screens``; the score is :func:`modified_z_scores`.

    Parameters
    ----------
    names : of the rows.
    numbers : shape ``(rows,)``, finite: log prices where prices compound.
    measure : what the numbers are, for the reader.

    Tested by: ``tests/valuation/market/test_outliers.py``.
    """
    _, limit = number_of(_TABLE, "outlier_modified_z", on=on)
    least, fewest = number_of(_TABLE, "outlier_fewest_rows", on=on)
    scores = modified_z_scores(numbers) if len(names) >= least else None
    return OutlierScreen(measure, tuple(names), scores, limit, fewest)


def modified_z_scores(numbers: Sequence[float] | Array) -> Array:
    """How many robust standard deviations does each number lie from the median?

    ``M = Φ⁻¹(3/4) · (x − median) / MAD`` with MAD the median of ``|x − median|`` and ``Φ⁻¹(3/4) = 0.6745``. When more
    than half of the numbers are equal MAD is zero and says nothing; then the mean absolute deviation stands in,
    ``M = √(2/π) · (x − median) / mean|x − median|``. Equal numbers all score zero.

    Parameters
    ----------
    numbers : shape ``(rows,)``, finite, at least one.

    References
    ----------
    Iglewicz, Hoaglin (1993), How to Detect and Handle Outliers, ASQC Basic References in Quality Control 16.

    Tested by: ``tests/valuation/market/test_outliers.py`` (by hand; simulation; shifts and scales).
    """
    values = np.asarray(numbers, dtype=np.float64)
    assert np.isfinite(values).all(), "rows of evidence are finite"
    apart = values - np.median(values)
    negligible = _ROUNDING * float(np.abs(values).max())
    for unit, spread in (
        (_MEDIAN_DEVIATION, float(np.median(np.abs(apart)))),
        (_MEAN_DEVIATION, float(np.mean(np.abs(apart)))),
    ):
        if spread > negligible:
            scores: Array = unit * apart / spread
            return scores
    return np.zeros_like(values)


def outlier_doubts(screens: Sequence[OutlierScreen]) -> tuple[NamedWarning, ...]:
    """Which rows stand out, what could not be screened, and what the limits rest on."""
    found = [_named(each) for each in screens if each.outliers]
    found += [_unscreened(each) for each in screens[:1] if each.scores is None]
    return (*found, *reference_warnings(_limits_used(screens)))


def outlier_details(screens: Sequence[OutlierScreen]) -> dict[str, Any]:
    """Every score, and the limits with their sources, as JSON-safe data under ``outlier_screens``."""
    return {"outlier_screens": [_document(each) for each in screens]}


def _named(screen: OutlierScreen) -> NamedWarning:
    names = screen.outliers
    named, count = ", ".join(names[:_MOST_NAMED]), len(names)
    more = ("", "") if count <= _MOST_NAMED else (f" 等共 {count} 宗", f" and {count - _MOST_NAMED} more")
    label = Label(
        f"异常值（修正 z 绝对值 > {screen.limit.value}，按{screen.measure.zh}，仍计入）：{named}{more[0]}",
        f"outliers (|modified z| > {screen.limit.value} of {screen.measure.en}, still counted): {named}{more[1]}",
    )
    return NamedWarning("outlier_rows", label)


def _unscreened(screen: OutlierScreen) -> NamedWarning:
    rows, least = len(screen.names), screen.fewest.value
    label = Label(
        f"仅 {rows} 宗计入，少于 {least} 宗，未作异常值筛查",
        f"only {rows} rows count, fewer than {least}: they were not screened for outliers",
    )
    return NamedWarning("outliers_not_screened", label)


def _limits_used(screens: Iterable[OutlierScreen]) -> list[DatedValue]:
    """Without repeats: the fewest rows always, the limit where rows were held against it."""
    used: dict[str, DatedValue] = {}
    for each in screens:
        used[each.fewest.name] = each.fewest
        if each.scores is not None:
            used[each.limit.name] = each.limit
    return list(used.values())


def _document(screen: OutlierScreen) -> dict[str, Any]:
    scores = [] if screen.scores is None else [float(each) for each in screen.scores]
    return {
        "measure": screen.measure.as_document(),
        "rule": "modified z-score of Iglewicz and Hoaglin (1993); a row beyond the limit is named and still counted",
        "screened": screen.scores is not None,
        "rows": len(screen.names),
        "outliers": list(screen.outliers),
        "scores": [{"row": name, "modified_z": score} for name, score in zip(screen.names, scores, strict=False)],
        "limits": [each.as_document() for each in _limits_used([screen])],
    }
