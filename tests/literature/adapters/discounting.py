"""Published cases of day counts, computed from their inputs alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from valuation.discounting.day_count import CouponGrid, day_fraction

Case = dict[str, Any]

#: The coupon days that the case describes in words, period by period.
GRIDS = (
    CouponGrid(anchor=date(2003, 11, 1), months=6),
    CouponGrid(anchor=date(1999, 7, 1), months=12),
    CouponGrid(anchor=date(2003, 7, 15), months=6),
    CouponGrid(anchor=date(2000, 7, 30), months=6),
)


def actual_actual(inputs: Case) -> Case:
    outputs = {}
    for number, (days, grid) in enumerate(zip(inputs["periods"], GRIDS, strict=True), 1):
        start, end = (date.fromisoformat(day) for day in days)
        outputs[f"isda_{number}"] = day_fraction("ACT/ACT ISDA", start=start, end=end)
        outputs[f"isma_{number}"] = day_fraction("ACT/ACT ICMA", start=start, end=end, coupons=grid)
    return outputs


ADAPTERS: dict[str, Callable[[Case], Case]] = {"actual-actual-isda-and-isma": actual_actual}
