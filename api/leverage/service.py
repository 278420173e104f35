"""Running a leverage scenario and remembering the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from api.commands import Question
from api.responses import json_bytes
from api.store.answers import NewAnswer, add_answer
from api.store.tables import AnswerRow
from leverage.programme import Programme
from leverage.request import ScenarioRequest
from leverage.scenario import run_scenario
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import ENGINE_VERSION

__all__ = ["leverage_service"]


def leverage_service(
    *, programmes: Mapping[str, Programme], policies: Mapping[str, DatedTable]
) -> Callable[[Session, ScenarioRequest, Question], AnswerRow]:
    """The service with the catalogues of this installation at hand."""

    def run(session: Session, request: ScenarioRequest, question: Question) -> AnswerRow:
        """Which instrument makes how much finance reach firms? The answer is stored."""
        answer = run_scenario(request, programmes=programmes, policies=policies)
        new = NewAnswer(
            kind="leverage_scenario",
            digest=answer.digest,
            request=question.text,
            answer=json_bytes(answer.as_document()).decode(),
            engine_version=ENGINE_VERSION,
        )
        return add_answer(session, new, caller=question.caller, created_at=question.created_at)

    return run
