"""Running a leverage scenario and remembering the answer."""

from __future__ import annotations

from collections.abc import Mapping

from api.answered import Service, remember
from leverage.programme import Programme
from leverage.scenario import run_scenario
from valuation.kernel.dated import DatedTable

__all__ = ["leverage_service"]


def leverage_service(*, programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]) -> Service:
    """Which instrument makes how much finance reach firms, with the catalogues of this installation? It is stored."""
    return remember(
        "leverage_scenario", lambda request: run_scenario(request, programmes=programmes, policies=policies)
    )
