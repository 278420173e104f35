"""Quoting a pledge loan and remembering the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from api.commands import Question
from api.responses import json_bytes
from api.store.answers import NewAnswer, add_answer
from api.store.tables import AnswerRow
from pledge.quote import quote_pledge
from pledge.request import PledgeQuoteRequest
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import ENGINE_VERSION

__all__ = ["pledge_service"]


def pledge_service(
    *, policies: Mapping[str, DatedTable]
) -> Callable[[Session, PledgeQuoteRequest, Question], AnswerRow]:
    """The service with the policies of this installation at hand."""

    def quote(session: Session, request: PledgeQuoteRequest, question: Question) -> AnswerRow:
        """What may be lent on this right? The quote is stored."""
        answer = quote_pledge(request, policies=policies)
        new = NewAnswer(
            kind="pledge_quote",
            digest=answer.digest,
            request=question.text,
            answer=json_bytes(answer.as_document()).decode(),
            engine_version=ENGINE_VERSION,
        )
        return add_answer(session, new, caller=question.caller, created_at=question.created_at)

    return quote
