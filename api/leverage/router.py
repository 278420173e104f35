"""Routes of leverage scenarios."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Command, Commands
from api.leverage.schemas import LeverageScenario
from api.openapi import READ_PROBLEMS, command_description, command_responses
from api.reading import Reading

__all__ = ["leverage_router"]


def leverage_router(commands: Commands, reading: Reading, *, command: Command) -> APIRouter:
    """The routes under ``/v1/leverage-scenarios``."""
    router = APIRouter(prefix="/v1/leverage-scenarios", tags=["杠杆 leverage scenarios"])

    @router.post(
        "",
        status_code=201,
        summary="测算财政资金撬动倍数 · What does public money set in motion?",
        responses=command_responses(LeverageScenario),
        openapi_extra=command_description(command.model),
    )
    async def run(request: Request) -> Response:
        """Answers each alternative by the ladder of multiples, every yuan with its source class."""
        return await commands.run(request, command)

    @router.get(
        "/{id}",
        summary="读取测算 · Read a scenario",
        responses={200: {"model": LeverageScenario}, **READ_PROBLEMS},
    )
    def read(request: Request, id: str) -> Response:
        """The answer as it was given."""
        return reading.answer(request, id, "leverage_scenario")

    return router
