"""Routes of leverage scenarios."""

from __future__ import annotations

from collections.abc import Mapping

from api.commands import Command
from api.intake import JsonBody
from api.leverage.schemas import LeverageScenario
from api.leverage.service import leverage_service
from api.results import Result, Told
from leverage.programme import Programme
from leverage.request import ScenarioRequest
from valuation.kernel.dated import DatedTable

__all__ = ["leverage_scenarios"]


def leverage_scenarios(
    *, model: type[ScenarioRequest], programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]
) -> Result:
    """The results under ``/v1/leverage-scenarios``."""
    return Result(
        kind="leverage_scenario",
        tag="杠杆 leverage scenarios",
        command=Command(JsonBody(model), leverage_service(programmes=programmes, policies=policies)),
        answer=LeverageScenario,
        asking=Told(
            "run",
            "测算财政资金撬动倍数 · What does public money set in motion?",
            "Answers each alternative by the ladder of multiples, every yuan with its source class.",
        ),
        reading=Told("read", "读取测算 · Read a scenario", "The answer as it was given."),
    )
