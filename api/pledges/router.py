"""Routes of pledge quotes."""

from __future__ import annotations

from collections.abc import Mapping

from api.commands import Command
from api.intake import JsonBody
from api.pledges.schemas import PledgeQuote
from api.pledges.service import pledge_service
from api.results import Result, Told
from pledge.request import PledgeQuoteRequest
from valuation.kernel.dated import DatedTable

__all__ = ["pledge_quotes"]


def pledge_quotes(*, model: type[PledgeQuoteRequest], policies: Mapping[str, DatedTable]) -> Result:
    """The results under ``/v1/pledge-quotes``."""
    return Result(
        kind="pledge_quote",
        tag="质押 pledge quotes",
        command=Command(JsonBody(model), pledge_service(policies=policies)),
        answer=PledgeQuote,
        asking=Told(
            "quote",
            "质押贷款报价 · Quote a pledge loan",
            "Eligibility, the most that may be lent, cover, schedule, effective rate and support, "
            "each with its source.",
        ),
        reading=Told("read", "读取报价 · Read a quote", "The answer as it was given."),
    )
