"""Running a leverage scenario and remembering the answer with its workbook."""

from __future__ import annotations

from collections.abc import Mapping

from api.answered import Answered, Service, remember, without_ending
from leverage.programme import Programme
from leverage.request import ScenarioRequest
from leverage.scenario import run_scenario
from leverage.scenario_workbook import scenario_workbook
from valuation.kernel.dated import DatedTable

__all__ = ["leverage_service"]


def leverage_service(*, programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]) -> Service:
    """Which instrument makes how much finance reach firms, with the catalogues of this installation? It is stored."""

    def answer(request: ScenarioRequest) -> Answered:
        found = run_scenario(request, programmes=programmes, policies=policies)
        body, workbook = without_ending(found.as_document()), scenario_workbook(found)
        return Answered(body, found.warnings, found.sources, found.digest, workbook)

    return remember("leverage_scenario", answer)
