"""What are very many rights worth today, each by its income, its cost and its market? A batch revaluation.

For the books of a bank or a fund that revalues every pledged right on every reporting day: columns in, columns out,
no working paper. A single right is valued by the methods of this package, which show every step; this module computes
the plainest form of three of them for a million rights at once, and its tests hold it to those methods.

* income: relief from royalty on a level or growing revenue, each year alike, over the life of the right,
  ``Σ_t (revenue · (1+g)^t · royalty − cost) · counted_t · (1 − tax) · (1+k)^−(t+1 or t+½)``; the last year counts by
  the part of it that the right still lives;
* cost: ``replacement · index · (1 + profit) · (1 − physical)(1 − functional)(1 − economic)``;
* market: one comparable price, by quantity, times factors of time, territory and quality;
* value: the three by their weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError

__all__ = ["FIELDS", "HORIZON_YEARS", "Portfolio", "Revaluation", "revalue"]

Array = NDArray[np.float64]

#: The longest life a batch computes.
HORIZON_YEARS = 25
_ANY_AMOUNT = (0.0, np.finfo(np.float64).max)
_SHARE = (0.0, 1.0)
#: Every column of a portfolio with its admissible range: those of income, of cost, of the market, and the weights.
FIELDS: Mapping[str, tuple[float, float]] = {
    "revenue": _ANY_AMOUNT,
    "revenue_growth_share": (-1.0, 10.0),
    "royalty_rate_share": _SHARE,
    "owner_cost": _ANY_AMOUNT,
    "tax_rate_share": _SHARE,
    "discount_rate_share": (-0.5, 2.0),
    "life_years": (0.0, float(HORIZON_YEARS)),
    "cost_of_replacement": _ANY_AMOUNT,
    "price_index_ratio": _ANY_AMOUNT,
    "developer_profit_share": (0.0, 10.0),
    "physical_share": _SHARE,
    "functional_share": _SHARE,
    "economic_share": _SHARE,
    "comparable_price": _ANY_AMOUNT,
    "quantity_ratio": _ANY_AMOUNT,
    "time_factor": _ANY_AMOUNT,
    "territory_factor": _ANY_AMOUNT,
    "quality_factor": _ANY_AMOUNT,
    "income_weight_share": _SHARE,
    "cost_weight_share": _SHARE,
    "market_weight_share": _SHARE,
}
_RESULTS = 4
_PLACES = {name: index for index, name in enumerate(FIELDS)}
#: Assets of one task: a millisecond of work, so that workers end together; whole blocks of the kernel.
_PART = 2**16
#: Weights are shares of one to this precision, as a reconciliation has them.
_WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Portfolio:
    """Assets by columns: ``data`` is ``(fields, assets)``, one row for each of :data:`FIELDS`, in its order."""

    data: Array

    @classmethod
    def of_columns(cls, columns: Mapping[str, Array]) -> Portfolio:
        """Put named columns together.

        Raises
        ------
        InputError : a column is missing, unknown, or of another length.
        """
        if set(columns) != set(FIELDS):
            missing, unknown = sorted(set(FIELDS) - set(columns)), sorted(set(columns) - set(FIELDS))
            raise InputError.of("columns", found=f"missing {missing}, unknown {unknown}", expected="each field once")
        lengths = {name: np.asarray(column).shape for name, column in columns.items()}
        if len(set(lengths.values())) != 1 or len(lengths["revenue"]) != 1:
            raise InputError.of("columns", found=lengths, expected="one-dimensional columns of one length")
        return cls(np.array([columns[name] for name in FIELDS], dtype=np.float64))


@dataclass(frozen=True)
class Revaluation:
    """What the assets are worth: four rows over the assets."""

    income: Array
    cost: Array
    market: Array
    value: Array


def revalue(
    portfolio: Portfolio,
    *,
    timing: Literal["year_end", "mid_year"],
    engine: Literal["compiled", "numpy"] = "compiled",
    executor: Executor | None = None,
    out: Array | None = None,
) -> Revaluation:
    """What is each asset worth by income, cost and market, and by their weights?

    Parameters
    ----------
    timing : when each year's income falls.
    engine : ``numpy`` is the reference; the kernel agrees with it to 1e-13 of the largest term.
    executor : where the kernel computes its parts; it does not change any number.
    out : ``(4, assets)`` memory for the results, when the same portfolio is revalued again and again.

    Raises
    ------
    InputError : a field of an asset is not a number of its range, or the weights of an asset are not shares of one.

    Tested by: relief from royalty and replacement cost as methods (second way), plain NumPy (second way),
    ``tests/valuation/test_portfolio.py``.
    """
    data = np.ascontiguousarray(portfolio.data, dtype=np.float64)
    assert data.shape[0] == len(FIELDS), "a portfolio has a row for each field"
    values = np.empty((_RESULTS, data.shape[1])) if out is None else out
    if engine == "numpy":
        _refuse_inadmissible(data)
        _by_numpy(data, timing, values)
    elif _by_kernel(data, timing, values, executor):
        _refuse_inadmissible(data)
    return Revaluation(*values)


def _by_kernel(data: Array, timing: str, values: Array, executor: Executor | None) -> int:
    """Compute all parts; not zero where an asset must be refused."""
    count = data.shape[1]
    if executor is None:
        return _part(data, 0, count, timing, values)[0]
    shares_memory = isinstance(executor, ThreadPoolExecutor)
    tasks: list[tuple[slice, Future[tuple[int, Array | None]]]] = []
    for start in range(0, count, _PART):
        part = slice(start, min(start + _PART, count))
        if shares_memory:
            tasks.append((part, executor.submit(_part, data, part.start, part.stop, timing, values)))
        else:
            sent = np.ascontiguousarray(data[:, part])
            tasks.append((part, executor.submit(_part, sent, 0, sent.shape[1], timing, None)))
    refused = 0
    for part, task in tasks:
        found, computed = task.result()
        refused += found
        if computed is not None:
            values[:, part] = computed
    return refused


def _part(data: Array, begin: int, end: int, timing: str, values: Array | None) -> tuple[int, Array | None]:
    """Compute one part, into the memory given (by a thread) or into new memory that is sent back (by a process)."""
    # Imported here: numba takes half a second that nobody else need pay.
    from valuation.kernel.fast_portfolio import revaluation_kernel

    made = None if values is not None else np.empty((_RESULTS, data.shape[1]))
    kernel = revaluation_kernel(tuple(FIELDS), tuple(FIELDS.values()), HORIZON_YEARS)
    refused = kernel(data, begin, end, timing == "mid_year", made if values is None else values)
    return int(refused), made


def _by_numpy(data: Array, timing: str, values: Array) -> None:
    column = dict(zip(FIELDS, data, strict=True))
    discount = 1 / (1 + column["discount_rate_share"])
    factor = np.sqrt(discount) if timing == "mid_year" else discount.copy()
    revenue, income = column["revenue"].copy(), np.zeros(data.shape[1])
    for year in range(HORIZON_YEARS):
        counted = np.clip(column["life_years"] - year, 0, 1)
        income += (revenue * column["royalty_rate_share"] - column["owner_cost"]) * counted * factor
        revenue *= 1 + column["revenue_growth_share"]
        factor *= discount
    values[0] = income * (1 - column["tax_rate_share"])
    cost = column["cost_of_replacement"] * column["price_index_ratio"] * (1 + column["developer_profit_share"])
    for loss in ("physical_share", "functional_share", "economic_share"):
        cost = cost * (1 - column[loss])
    values[1] = cost
    values[2] = column["comparable_price"] * column["quantity_ratio"]
    for factor_name in ("time_factor", "territory_factor", "quality_factor"):
        values[2] *= column[factor_name]
    weights = (column[f"{approach}_weight_share"] for approach in ("income", "cost", "market"))
    values[3] = sum(weight * row for weight, row in zip(weights, values[:3], strict=True))


def _refuse_inadmissible(data: Array) -> None:
    """Name the first asset and field that cannot be valued."""
    for (name, (low, high)), column in zip(FIELDS.items(), data, strict=True):
        bad = np.flatnonzero(~((column >= low) & (column <= high)))
        if bad.size:
            raise InputError.of(
                f"{name}[{bad[0]}]",
                found=f"{column[bad[0]]:g} (and {bad.size - 1} more assets)",
                expected=f"a number between {low:g} and {high:g}",
            )
    weights = sum(data[_PLACES[f"{approach}_weight_share"]] for approach in ("income", "cost", "market"))
    bad = np.flatnonzero(np.abs(weights - 1) > _WEIGHT_TOLERANCE)
    if bad.size:
        found = f"a sum of {np.asarray(weights)[bad[0]]:g} (and {bad.size - 1} more assets)"
        raise InputError.of(f"weights[{bad[0]}]", found=found, expected="weights that are shares of one")
