"""绩效自评与工作评价 over HTTP and from a file: points by indicator, filled from a scenario's own ledger if given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SerializeAsAny, create_model

from api.answered import Answered
from api.bodies import read_model
from api.catalogues import Catalogues
from api.files import read_file
from leverage.answer import LeverageAnswer
from leverage.performance import EvaluationRequest, evaluate, facts_of
from leverage.performance_workbook import performance_workbook
from leverage.programme import Programme
from leverage.request import ScenarioRequest
from leverage.scenario import run_scenario
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import digest_of
from valuation.kernel.discovery import named
from valuation.kernel.fields import FrozenModel, Identifier

__all__ = ["PerformanceRequest", "performance", "performance_file", "performance_model"]

_KIND = "performance_scheme"


class PerformanceRequest(FrozenModel):
    """Which scheme of points, which year, and from which scenario the facts come.

    An indicator may name a ``fact`` of the ``alternative`` of the ``scenario``; without a scenario every indicator
    states what was reached. Facts of a scenario carry its doubts: they stand among the warnings of the evaluation.
    """

    policy: Identifier
    evaluation: EvaluationRequest
    scenario: SerializeAsAny[ScenarioRequest] | None = None
    alternative: Identifier | None = None


def performance_model(scenario: type[ScenarioRequest]) -> type[PerformanceRequest]:
    """The request with the scenario model of this installation."""
    nested: Any = Annotated[scenario | None, Field(default=None)]
    return create_model(
        "PerformanceEvaluationRequest", __base__=PerformanceRequest, __doc__=PerformanceRequest.__doc__, scenario=nested
    )


def performance(
    programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]
) -> Callable[[PerformanceRequest], Answered]:
    """Build the service with the catalogues of an installation."""

    def answer(request: PerformanceRequest) -> Answered:
        policy = _scheme(request, policies)
        scenario = _scenario(request, programmes, policies)
        found = evaluate(request.evaluation, policy=policy, facts=_facts(request, scenario))
        if scenario is not None:
            found = replace(found, warnings=(*found.warnings, *scenario.warnings))
        body = found.as_document()
        del body["warnings"]
        lent = () if scenario is None else scenario.sources
        sources = tuple(dict.fromkeys((*(value.source for value in found.values_used), *lent)))
        digest = digest_of({"performance_evaluation": request.model_dump(mode="json")})
        body = {"question": "performance_evaluation", "policy": policy.label.as_document(), **body}
        workbook = performance_workbook(request.evaluation, found, scheme=policy.label)
        return Answered(body, found.warnings, sources, digest, workbook)

    return answer


def performance_file(path: Path, catalogues: Catalogues) -> Answered:
    """How many points does the year of this file earn?"""
    request = read_model(performance_model(catalogues.leverage_request), read_file(path))
    return performance(catalogues.programmes, catalogues.leverage_policies)(request)


def _scheme(request: PerformanceRequest, policies: Mapping[str, DatedTable]) -> DatedTable:
    schemes = {name: table for name, table in policies.items() if table.kind == _KIND}
    return named(schemes, request.policy, field="policy")


def _scenario(
    request: PerformanceRequest, programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]
) -> LeverageAnswer | None:
    if (request.scenario is None) != (request.alternative is None):
        raise InputError.of("alternative", found=request.alternative, expected="a scenario and one of its alternatives")
    if request.scenario is None:
        return None
    return run_scenario(request.scenario, programmes=programmes, policies=policies)


def _facts(request: PerformanceRequest, scenario: LeverageAnswer | None) -> dict[str, Decimal]:
    if scenario is None:
        return {}
    alternatives = {row.id: row for row in scenario.alternatives}
    if request.alternative not in alternatives:
        raise UnknownNameError.among("alternative", found=str(request.alternative), known=alternatives)
    return facts_of(alternatives[str(request.alternative)])
