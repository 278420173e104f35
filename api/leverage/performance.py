"""绩效自评 over HTTP and from a file: points by indicator, filled from a scenario's own ledger where it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SerializeAsAny, create_model

from api.answered import Answered
from api.bodies import read_model
from api.catalogues import Catalogues
from api.files import read_file
from leverage.performance import EvaluationRequest, evaluate, facts_of
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
    states what was reached.
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
        found = evaluate(request.evaluation, policy=policy, facts=_facts(request, programmes, policies))
        body = found.as_document()
        del body["warnings"]
        sources = tuple(dict.fromkeys(value.source for value in found.values_used))
        digest = digest_of({"performance_evaluation": request.model_dump(mode="json")})
        body = {"question": "performance_evaluation", "policy": policy.label.as_document(), **body}
        return Answered(body, found.warnings, sources, digest)

    return answer


def performance_file(path: Path, catalogues: Catalogues) -> Answered:
    """How many points does the year of this file earn?"""
    request = read_model(performance_model(catalogues.leverage_request), read_file(path))
    return performance(catalogues.programmes, catalogues.leverage_policies)(request)


def _scheme(request: PerformanceRequest, policies: Mapping[str, DatedTable]) -> DatedTable:
    schemes = {name: table for name, table in policies.items() if table.kind == _KIND}
    return named(schemes, request.policy, field="policy")


def _facts(
    request: PerformanceRequest, programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]
) -> dict[str, Decimal]:
    if (request.scenario is None) != (request.alternative is None):
        raise InputError.of("alternative", found=request.alternative, expected="a scenario and one of its alternatives")
    if request.scenario is None:
        return {}
    answer = run_scenario(request.scenario, programmes=programmes, policies=policies)
    alternatives = {row.id: row for row in answer.alternatives}
    if request.alternative not in alternatives:
        raise UnknownNameError.among("alternative", found=str(request.alternative), known=alternatives)
    return facts_of(alternatives[str(request.alternative)])
