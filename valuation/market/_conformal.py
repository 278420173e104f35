"""Prediction intervals that hold whatever the distribution of errors: the jackknife+."""

from __future__ import annotations

import math

import numpy as np

from valuation.kernel.expression import Array
from valuation.kernel.labels import Label

__all__ = ["jackknife_plus", "jackknife_plus_meaning", "rows_for_level"]

#: Levels are decimal fractions; a product such as 0.9 · 10 may come out a rounding above its whole number.
_ROUNDING = 1e-9


def jackknife_plus(predictions: Array, residuals: Array, *, level_share: float) -> tuple[float, float] | None:
    """Within which range does a new response fall, given what each fit without one row says of it?

    With μ₋ᵢ(x) the prediction at the new point by the fit without row i and Rᵢ = |yᵢ − μ₋ᵢ(xᵢ)|, the ends are the
    ⌊α(n+1)⌋-th smallest of μ₋ᵢ(x) − Rᵢ and the ⌈(1−α)(n+1)⌉-th smallest of μ₋ᵢ(x) + Rᵢ, α = 1 − ``level_share``.

    For exchangeable rows and any distribution the range holds the response with probability at least 1 − 2α, and
    with about 1 − α for fits that one row cannot move far.

    Parameters
    ----------
    predictions : shape ``(rows,)``, μ₋ᵢ(x).
    residuals : shape ``(rows,)``, Rᵢ ≥ 0.

    Returns
    -------
    The two ends; ``None`` when there are too few rows for the level (see :func:`rows_for_level`).

    References
    ----------
    Barber, Candès, Ramdas, Tibshirani (2021), Predictive inference with the jackknife+, Annals of Statistics 49(1).

    Tested by: ``tests/valuation/market/test_conformal.py`` (sorting by hand; coverage by simulation).
    """
    count = len(predictions)
    rank = _rank(count, level_share)
    if rank > count:
        return None
    low = np.sort(predictions - residuals)[count - rank]
    high = np.sort(predictions + residuals)[rank - 1]
    return float(low), float(high)


def rows_for_level(level_share: float) -> int:
    """How many rows must there be at least for a finite range at this level? 9 for 90 %, 19 for 95 %."""
    count = max(1, math.floor(level_share / (1 - level_share)))
    return count if _rank(count, level_share) <= count else count + 1


def _rank(count: int, level_share: float) -> int:
    return math.ceil(level_share * (count + 1) - _ROUNDING)


def jackknife_plus_meaning(level_share: float, rows: int) -> Label:
    """What such a range says, and what it does not."""
    share, floor = f"{100 * level_share:.10g}%", f"{max(0.0, 200 * level_share - 100):.10g}%"
    return Label(
        f"同一市场再有一宗交易，其价格约以 {share} 的概率落在此区间"
        f"（{rows} 宗交易的 jackknife+ 预测区间；只要求各宗可交换，概率不低于 {floor}）",
        f"the price of one more transaction of this market falls inside with probability of about {share}"
        f" (jackknife+ prediction interval over {rows} transactions; at least {floor} if they are exchangeable)",
    )
