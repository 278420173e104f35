"""Quoting a pledge loan and remembering the answer."""

from __future__ import annotations

from collections.abc import Mapping

from api.answered import Service, remember
from pledge.quote import quote_pledge
from valuation.kernel.dated import DatedTable

__all__ = ["pledge_service"]


def pledge_service(*, policies: Mapping[str, DatedTable]) -> Service:
    """What may be lent on this right, with the policies of this installation at hand? The quote is stored."""
    return remember("pledge_quote", lambda request: quote_pledge(request, policies=policies))
