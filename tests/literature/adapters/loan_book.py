"""Published cases of the losses of a loan book, computed from their inputs alone.

The two cases of ``pledge.json`` on a limiting distribution and on tranches. Comparison with the printed values, and its
tolerance, belong to the loader.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pledge.portfolio.copula import default_probabilities
from pledge.portfolio.tranches import Tranche, break_even_spread
from pledge.portfolio.vasicek import LimitingLoss

Case = dict[str, Any]

BASIS_POINTS = 10_000


def printed(number: float) -> str:
    """A number inside the name of an output: 0.01 → 0p01."""
    return f"{number:g}".replace(".", "p")


def limiting_quantiles(inputs: Case) -> Case:
    found = {}
    for pd, correlation in inputs["pd_and_asset_correlation_pairs"]:
        book = LimitingLoss(pd, correlation)
        for alpha in inputs["quantile_levels_alpha"]:
            name = f"z_pd{printed(pd)}_rho{printed(correlation)}_alpha{printed(alpha)}"
            found[name] = (book.quantile(alpha) - pd) / book.standard_deviation
    return found


def tranche_spreads(inputs: Case) -> Case:
    """Losses of the layers at each payment date from the exact binomial mixture; the widest layer is not printed."""
    names, payments = inputs["names"], inputs["premium_payments_per_year"]
    unit = (1 - inputs["recovery_rate"]) / names
    laws = [
        default_probabilities(
            names,
            pd_share=-math.expm1(-inputs["default_intensity_per_year"] * quarter / payments),
            asset_correlation=inputs["copula_correlation"],
        )
        for quarter in range(1, inputs["maturity_years"] * payments + 1)
    ]
    found = {}
    for attach, detach in inputs["tranches_attach_detach"][:3]:
        layer = Tranche(attach, detach)
        expected = [layer.expected_loss_share(law, unit_share=unit) for law in laws]
        spread = break_even_spread(
            expected, period_years=1 / payments, rate_per_year=inputs["risk_free_rate_continuous"]
        )
        found[f"breakeven_bp_{round(attach * 100)}_{round(detach * 100)}"] = spread * BASIS_POINTS
    return found


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "vasicek-2002-standardised-loss-quantiles": limiting_quantiles,
    "hull-white-cdo-tranches-rho10": tranche_spreads,
}
