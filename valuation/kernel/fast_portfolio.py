"""The kernel that revalues many assets: every asset over a fixed horizon, years after its life counted as nothing.

A loop over years inside the loop over assets would keep the compiler from working on several assets at once. With a
fixed horizon the years can be written out one after the other, and what an asset does not live is multiplied by zero.
Imports numba, so only :mod:`valuation.portfolio` imports it, when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from valuation.kernel.fast_math import FAST_OPTIONS

__all__ = ["revaluation_kernel"]

_INCOME = """\
def income_value(revenue, growth, royalty_rate, owner_cost, tax_rate, discount_rate, life, is_mid_year):
    discount = 1.0 / (1.0 + discount_rate)
    factor = np.sqrt(discount) if is_mid_year else discount
    royalty = revenue * royalty_rate * factor
    cost = owner_cost * factor
    step = (1.0 + growth) * discount
    value = 0.0
"""
_YEAR = """\
    value += (royalty - cost) * min(max(life - {year}.0, 0.0), 1.0)
    royalty *= step
    cost *= discount
"""
_KERNEL = """\
def kernel(data, begin, end, is_mid_year, values):
    refused = 0
    for i in range(np.uint64(begin), np.uint64(end)):
        {names} = {fields}
        is_good = {checks}
        refused += 0 if is_good else 1
        income = income_value({income_names}, is_mid_year)
        profit = cost_of_replacement * price_index_ratio * (1.0 + developer_profit_share)
        cost = profit * (1.0 - physical_share) * (1.0 - functional_share) * (1.0 - economic_share)
        adjusted = comparable_price * quantity_ratio * time_factor * territory_factor
        market = adjusted * quality_factor
        values[0, i] = income
        values[1, i] = cost
        values[2, i] = market
        values[3, i] = income_weight_share * income + cost_weight_share * cost + market_weight_share * market
    return refused
"""


@cache
def revaluation_kernel(
    fields: tuple[str, ...], domains: tuple[tuple[float, float], ...], income_fields: int, horizon_years: int
) -> Callable[..., int]:
    """The compiled loop over assets: ``(data, begin, end, is_mid_year, values) → number of assets to refuse``.

    ``data`` is (fields, assets), ``values`` (4, assets): income, cost, market, weighted.
    """
    years = "".join(_YEAR.format(year=year) for year in range(horizon_years))
    income: dict[str, Any] = {"np": np}
    exec(compile(f"{_INCOME}{years}    return value * (1.0 - tax_rate)\n", "<income value>", "exec"), income)
    checks = " & ".join(
        f"({name} >= {low!r}) & ({name} <= {high!r})" for name, (low, high) in zip(fields, domains, strict=True)
    )
    weights = "(abs(income_weight_share + cost_weight_share + market_weight_share - 1.0) <= 1e-9)"
    text = _KERNEL.format(
        names=", ".join(fields),
        fields=", ".join(f"data[{index}, i]" for index in range(len(fields))),
        checks=f"{checks} & {weights}",
        income_names=", ".join(fields[:income_fields]),
    )
    namespace: dict[str, Any] = {"np": np, "inf": np.inf, "income_value": njit(**FAST_OPTIONS)(income["income_value"])}
    exec(compile(text, "<revaluation kernel>", "exec"), namespace)
    kernel: Callable[..., int] = njit(namespace["kernel"], error_model="numpy", nogil=True)
    return kernel
