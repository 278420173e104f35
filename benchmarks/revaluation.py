"""Batch revaluation: income, cost and market of a million assets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks.timing import Candidate, interleaved, report
from valuation import portfolio
from valuation.portfolio import FIELDS, HORIZON_YEARS, Portfolio, revalue

RANGES = {
    "revenue": (1e5, 1e7),
    "revenue_growth_share": (-0.1, 0.1),
    "royalty_rate_share": (0.01, 0.1),
    "owner_cost": (0.0, 1e4),
    "discount_rate_share": (0.05, 0.2),
    "life_years": (1.0, 20.0),
    "cost_of_replacement": (1e5, 1e6),
    "comparable_price": (1e5, 1e6),
}
BLOCK = 8192


def assets(count: int) -> Portfolio:
    random = np.random.default_rng(1)
    columns = {name: random.uniform(*RANGES.get(name, (0.1, 0.4)), count) for name in FIELDS}
    weights = columns["income_weight_share"] + columns["cost_weight_share"]
    return Portfolio.of_columns(columns | {"market_weight_share": 1 - weights})


def numpy_blocked(data: Any, values: Any) -> None:
    for start in range(0, data.shape[1], BLOCK):
        portfolio._by_numpy(data[:, start : start + BLOCK], "mid_year", values[:, start : start + BLOCK])


def numpy_doubled(data: Any, values: Any) -> None:
    """The same in blocks with the product's own trick, sums doubled by the binary digits of the life.

    So that a reader can tell what the trick gains from what the compiler gains; an analyst writes a sum over years.
    """
    for start in range(0, data.shape[1], BLOCK):
        part = slice(start, start + BLOCK)
        column = dict(zip(FIELDS, data[:, part], strict=True))
        discount = 1 / (1 + column["discount_rate_share"])
        earned = _sum_of_powers((1 + column["revenue_growth_share"]) * discount, column["life_years"])
        spent = _sum_of_powers(discount, column["life_years"])
        net = column["revenue"] * column["royalty_rate_share"] * earned - column["owner_cost"] * spent
        values[0, part] = net * np.sqrt(discount) * (1 - column["tax_rate_share"])
        new = column["cost_of_replacement"] * column["price_index_ratio"] * (1 + column["developer_profit_share"])
        kept = (1 - column["physical_share"]) * (1 - column["functional_share"]) * (1 - column["economic_share"])
        values[1, part] = new * kept
        adjusted = column["comparable_price"] * column["quantity_ratio"] * column["time_factor"]
        values[2, part] = adjusted * column["territory_factor"] * column["quality_factor"]
        weights = data[-3:, part]
        values[3, part] = weights[0] * values[0, part] + weights[1] * values[1, part] + weights[2] * values[2, part]


def _sum_of_powers(step: Any, life: Any) -> Any:
    """``Σ_{t < life} step^t``, the last power by the part of its year."""
    years = np.floor(life)
    part, digits = life - years, years.astype(np.int64)
    total, power = np.zeros_like(step), np.ones_like(step)
    for place in reversed(range(HORIZON_YEARS.bit_length())):
        is_set = (digits >> place) & 1 == 1
        total += total * power
        power *= power
        total = np.where(is_set, 1 + step * total, total)
        power = np.where(is_set, step * power, power)
    return total + part * power


def polars_values(made: Portfolio) -> Candidate | None:
    """The same columns as lazy expressions, a step a year, on Polars' own threads."""
    try:
        import polars as pl
    except ImportError:
        return None
    frame = pl.DataFrame(dict(zip(FIELDS, made.data, strict=True)))
    col = pl.col

    def run() -> Any:
        lazy = frame.lazy().with_columns(discount=1 / (1 + col("discount_rate_share")))
        lazy = lazy.with_columns(
            factor=col("discount").sqrt(),
            earned=col("revenue"),
            income=pl.lit(0.0),
            grown=1 + col("revenue_growth_share"),
        )
        for year in range(HORIZON_YEARS):
            flow = (col("earned") * col("royalty_rate_share") - col("owner_cost")) * col("factor")
            lazy = lazy.with_columns(
                income=col("income") + flow * (col("life_years") - year).clip(0.0, 1.0),
                earned=col("earned") * col("grown"),
                factor=col("factor") * col("discount"),
            )
        new = col("cost_of_replacement") * col("price_index_ratio") * (1 + col("developer_profit_share"))
        kept = (1 - col("physical_share")) * (1 - col("functional_share")) * (1 - col("economic_share"))
        adjusted = col("comparable_price") * col("quantity_ratio") * col("time_factor")
        lazy = lazy.with_columns(
            income=col("income") * (1 - col("tax_rate_share")),
            cost=new * kept,
            market=adjusted * col("territory_factor") * col("quality_factor"),
        )
        weighted = [col(name) * col(f"{name}_weight_share") for name in ("income", "cost", "market")]
        return lazy.select("income", "cost", "market", value=sum(weighted[1:], weighted[0])).collect()

    return run


def main(*, count: int = 10**6, rounds: int = 7) -> None:
    made = assets(count)
    out, other, doubled = np.empty((4, count)), np.empty((4, count)), np.empty((4, count))
    halves = np.array_split(made.data.ravel(), 2)
    with ThreadPoolExecutor(2) as two:
        candidates: dict[str, Candidate] = {
            "product, 2 threads": lambda: revalue(made, timing="mid_year", executor=two, out=out),
            "product, 1 thread": lambda: revalue(made, timing="mid_year", out=out),
            "NumPy whole columns": lambda: portfolio._by_numpy(made.data, "mid_year", other),
            "NumPy blocks of 8192": lambda: numpy_blocked(made.data, other),
            "NumPy blocks, sums doubled": lambda: numpy_doubled(made.data, doubled),
            "yardstick: every column read once, 1 thread": lambda: made.data.sum(),
            "yardstick: every column read once, 2 threads": lambda: list(two.map(np.sum, halves)),
        }
        if (peer := polars_values(made)) is not None:
            candidates["Polars lazy, its own threads"] = peer
        times = interleaved(candidates, dict.fromkeys(candidates, count), rounds=rounds)
    worst = max(np.max(np.abs(out[3] - each[3]) / np.max(each[3])) for each in (other, doubled))
    title = f"(b) Revaluation of {count} assets, {HORIZON_YEARS} years; largest difference to NumPy {worst:.1e}"
    report(title, times, "product, 2 threads", "assets")
    if peer is not None:
        print(
            f"  largest difference to Polars {np.max(np.abs(peer()['value'].to_numpy() - out[3])) / out[3].max():.1e}"
        )
