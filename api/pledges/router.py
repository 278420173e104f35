"""Routes of pledge quotes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands import Command, Commands
from api.openapi import READ_PROBLEMS, command_description, command_responses
from api.pledges.schemas import PledgeQuote
from api.reading import Reading

__all__ = ["pledges_router"]


def pledges_router(commands: Commands, reading: Reading, *, command: Command) -> APIRouter:
    """The routes under ``/v1/pledge-quotes``."""
    router = APIRouter(prefix="/v1/pledge-quotes", tags=["质押 pledge quotes"])

    @router.post(
        "",
        status_code=201,
        summary="质押贷款报价 · Quote a pledge loan",
        responses=command_responses(PledgeQuote),
        openapi_extra=command_description(command.model),
    )
    async def quote(request: Request) -> Response:
        """Eligibility, the most that may be lent, cover, schedule, effective rate and support, each with its source."""
        return await commands.run(request, command)

    @router.get(
        "/{id}",
        summary="读取报价 · Read a quote",
        responses={200: {"model": PledgeQuote}, **READ_PROBLEMS},
    )
    def read(request: Request, id: str) -> Response:
        """The answer as it was given."""
        return reading.answer(request, id, "pledge_quote")

    return router
