"""Routes of leverage scenarios."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answered import remember
from api.auth import Callers
from api.catalogues import Catalogues
from api.commands import Command
from api.intake import JsonBody
from api.leverage.performance import performance, performance_model
from api.leverage.runs import RunServices
from api.leverage.schemas import (
    LeverageComparison,
    LeverageFrontier,
    LeverageRun,
    LeverageScenario,
    LeverageWaterfall,
    PerformanceEvaluation,
)
from api.leverage.service import leverage_service
from api.leverage.waterfalls import waterfall
from api.openapi import PROBLEM, READ_PROBLEMS
from api.policies.service import programme_document
from api.responses import find_in_catalogue, json_response
from api.results import Result, Told
from leverage.programme import Programme
from leverage.request import ScenarioRequest
from leverage.waterfall_request import waterfall_request_model
from valuation.kernel.dated import DatedTable

__all__ = ["leverage_runs", "leverage_scenarios", "performance_evaluations", "programmes_router", "waterfalls"]


def leverage_scenarios(
    *, model: type[ScenarioRequest], programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]
) -> Result:
    """The results under ``/v1/leverage/scenarios``."""
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
        worksheet=Told(
            "worksheet",
            "工作簿 · The scenario as a workbook",
            "Multiples as live formulas over who pays what, money lines, figures with their grades, sources.",
        ),
    )


def waterfalls() -> Result:
    """The results under ``/v1/leverage/waterfalls``."""
    return Result(
        kind="leverage_waterfall",
        tag="杠杆 leverage scenarios",
        command=Command(JsonBody(waterfall_request_model()), remember("leverage_waterfall", waterfall)),
        answer=LeverageWaterfall,
        asking=Told(
            "distribute",
            "基金瀑布分配与让利成本 · Who gets what of a fund, and what concessions cost",
            "Runs ordered tiers and settlements over dated flows: payments, multiples, rates, concessions, clawback.",
        ),
        reading=Told("read", "读取分配 · Read a waterfall", "The answer as it was given."),
        worksheet=Told(
            "worksheet",
            "工作簿 · The waterfall as a workbook with live formulas",
            "Usual agreements and most concessions: change a flow or a rate and the payments answer.",
        ),
    )


def leverage_runs(catalogues: Catalogues) -> tuple[Result, ...]:
    """The results under ``/v1/leverage/runs``, ``/v1/leverage/compare`` and ``/v1/leverage/frontier``."""
    services = RunServices(catalogues)
    run, compare, frontier = services.models
    tag = "杠杆 leverage scenarios"
    return (
        Result(
            kind="leverage_run",
            tag=tag,
            command=Command(JsonBody(run), remember("leverage_run", services.run)),
            answer=LeverageRun,
            asking=Told(
                "simulate",
                "模拟测算 · What does public money set in motion on many paths, and at what risk?",
                "Finance to firms by year, probability and tail of a loss of principal by instrument, differences.",
            ),
            reading=Told("read", "读取模拟 · Read a run", "The answer as it was given."),
            worksheet=Told(
                "worksheet",
                "工作簿 · The run as a workbook",
                "Figures by instrument and year, quantiles, parties; the scenario's ladder with live formulas.",
            ),
        ),
        Result(
            kind="leverage_comparison",
            tag=tag,
            command=Command(JsonBody(compare), remember("leverage_comparison", services.compare)),
            answer=LeverageComparison,
            asking=Told(
                "compare",
                "方案比较 · How do ways to use public money differ on the same paths?",
                "Alternatives of one run, or two runs of the same seed: differences path by path with their errors.",
            ),
            reading=Told("read", "读取比较 · Read a comparison", "The answer as it was given."),
        ),
        Result(
            kind="leverage_frontier",
            tag=tag,
            command=Command(JsonBody(frontier), remember("leverage_frontier", services.frontier)),
            answer=LeverageFrontier,
            asking=Told(
                "allocate",
                "风险前沿 · Which allocations bring most finance to firms at each limit of risk?",
                "Points, corners, what binds; what policies exclude, with their sources. Never one best split.",
            ),
            reading=Told("read", "读取前沿 · Read a frontier", "The answer as it was given."),
        ),
    )


def performance_evaluations(catalogues: Catalogues) -> Result:
    """The results under ``/v1/leverage/performance-evaluations``."""
    return Result(
        kind="performance_evaluation",
        tag="杠杆 leverage scenarios",
        command=Command(
            JsonBody(performance_model(catalogues.leverage_request)),
            remember("performance_evaluation", performance(catalogues.programmes, catalogues.leverage_policies)),
        ),
        answer=PerformanceEvaluation,
        asking=Told(
            "evaluate",
            "绩效自评与工作评价打分 · Points of a programme's year",
            "Execution, output, effect and satisfaction by a dated scheme; facts may come from a scenario's ledger.",
        ),
        reading=Told("read", "读取评价 · Read an evaluation", "The answer as it was given."),
        worksheet=Told(
            "worksheet",
            "评价表 · The form of the evaluation with live formulas",
            "Change a target, a figure reached or points, and the scores, the total and the grade answer.",
        ),
    )


def programmes_router(catalogues: Catalogues, *, callers: Callers) -> APIRouter:
    """The routes ``/v1/leverage/programmes``."""
    router = APIRouter(prefix="/v1/leverage", tags=["杠杆 leverage scenarios"])
    documents = {name: programme_document(row) for name, row in catalogues.programmes.items()}

    @router.get("/programmes", summary="财政资金方案 · Programmes", response_model=None, responses=PROBLEM)
    def list_leverage_programmes(request: Request) -> Response:
        """Every programme with its lines of money and their sources."""
        callers.identify(request)
        return json_response({"items": list(documents.values())})

    @router.get("/programmes/{id}", summary="一项方案 · One programme", response_model=None, responses=READ_PROBLEMS)
    def read_leverage_programme(request: Request, id: str) -> Response:
        """One programme: its parks, lines of money, limits and objectives."""
        callers.identify(request)
        return json_response(find_in_catalogue(documents, id))

    return router
