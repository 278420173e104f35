"""The kernel that revalues many assets: block by block, each approach in a loop of its own without branches.

A loop over years inside the loop over assets would keep the compiler from working on several assets at once, and years
written out one after the other are many. So the two geometric sums of the income approach are doubled instead: from n
years to 2n, and one year more where the binary digit of the life says so. The last year counts by its part.

One loop over all columns reads too many places of the memory at a time; the loops for income, cost, market and weights
each read a few, and what they leave for one another stays in the cache.
Imports numba, so only :mod:`valuation.portfolio` imports it, when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from valuation.kernel.fast_math import FAST_OPTIONS

__all__ = ["revaluation_kernel"]

#: Assets of one block: the seven columns of income and the four results fill a sixth of a common second cache.
_BLOCK_ASSETS = 1024
#: Sums ``Σ_{t<n} s^t`` and the next power ``s^n``, of ``earned`` (s with growth) and of ``spent`` (s without).
_INCOME = """\
def income_value(revenue, growth, royalty_rate, owner_cost, tax_rate, discount_rate, life, is_mid_year):
    discount = 1.0 / (1.0 + discount_rate)
    factor = np.sqrt(discount) if is_mid_year else discount
    step = (1.0 + growth) * discount
    years = np.floor(life)
    part = life - years
    earned, earned_next, spent, spent_next = 0.0, 1.0, 0.0, 1.0
"""
_DIGIT = """\
    is_set = years >= {digit}.0
    years -= {digit}.0 if is_set else 0.0
    one = 1.0 if is_set else 0.0
    earned_step = step if is_set else 1.0
    spent_step = discount if is_set else 1.0
    earned = one + earned_step * (earned + earned * earned_next)
    spent = one + spent_step * (spent + spent * spent_next)
    earned_next *= earned_next * earned_step
    spent_next *= spent_next * spent_step
"""
_INCOME_END = """\
    earned += part * earned_next
    spent += part * spent_next
    return (revenue * royalty_rate * earned - owner_cost * spent) * factor * (1.0 - tax_rate)
"""
_COST = (
    "cost_of_replacement * price_index_ratio * (1.0 + developer_profit_share)"
    " * (1.0 - physical_share) * (1.0 - functional_share) * (1.0 - economic_share)"
)
_MARKET = "comparable_price * quantity_ratio * time_factor * territory_factor * quality_factor"
_VALUE = " + ".join(
    f"{approach}_weight_share * values[{row}, i]" for row, approach in enumerate(("income", "cost", "market"))
)
_WEIGHTS = "(abs(income_weight_share + cost_weight_share + market_weight_share - 1.0) <= 1e-9)"
#: The columns in order, as many as each result reads; the formula of the result; what else must hold.
_GROUPS: Mapping[str, tuple[int, str, str]] = {
    "income": (7, "income_value({names}, is_mid_year)", "True"),
    "cost": (6, _COST, "True"),
    "market": (5, _MARKET, "True"),
    "value": (3, _VALUE, _WEIGHTS),
}
_KERNEL = """\
def kernel(data, begin, end, is_mid_year, values):
    refused = 0
    end = np.uint64(end)
    for first in range(np.uint64(begin), end, _BLOCK_ASSETS):
        last = min(first + _BLOCK_ASSETS, end)
{loops}
    return refused
"""
_LOOP = """\
        for i in range(first, last):
            {names} = {fields}
            is_good = {checks}
            refused += 0 if is_good else 1
            values[{row}, i] = {formula}
"""


@cache
def revaluation_kernel(
    fields: tuple[str, ...], domains: tuple[tuple[float, float], ...], horizon_years: int
) -> Callable[..., int]:
    """The compiled loop over assets: ``(data, begin, end, is_mid_year, values) → number of faults``, 0 where all hold.

    ``data`` is (fields, assets), ``values`` (4, assets): income, cost, market, weighted.
    """
    income: dict[str, Any] = {"np": np}
    digits = "".join(_DIGIT.format(digit=1 << place) for place in reversed(range(horizon_years.bit_length())))
    exec(compile(f"{_INCOME}{digits}{_INCOME_END}", "<income value>", "exec"), income)
    loops, start = [], 0
    for row, (count, formula, condition) in enumerate(_GROUPS.values()):
        loops.append(_loop(row, fields, domains, range(start, start + count), formula, condition))
        start += count
    assert start == len(fields), "every column belongs to one result"
    namespace: dict[str, Any] = {"np": np, "inf": np.inf, "_BLOCK_ASSETS": np.uint64(_BLOCK_ASSETS)}
    namespace["income_value"] = njit(**FAST_OPTIONS)(income["income_value"])
    exec(compile(_KERNEL.format(loops="".join(loops)), "<revaluation kernel>", "exec"), namespace)
    kernel: Callable[..., int] = njit(namespace["kernel"], error_model="numpy", nogil=True)
    return kernel


def _loop(
    row: int,
    fields: tuple[str, ...],
    domains: tuple[tuple[float, float], ...],
    columns: range,
    formula: str,
    condition: str,
) -> str:
    """The loop that computes one result and counts the numbers out of their range."""
    names = ", ".join(fields[column] for column in columns)
    checks = [
        f"({fields[column]} >= {domains[column][0]!r}) & ({fields[column]} <= {domains[column][1]!r})"
        for column in columns
    ]
    return _LOOP.format(
        names=names,
        fields=", ".join(f"data[{column}, i]" for column in columns),
        checks=" & ".join([*checks, condition]),
        row=row,
        formula=formula.format(names=names),
    )
