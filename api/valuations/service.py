"""Valuing a right and remembering the answer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.commands import Question
from api.responses import json_bytes
from api.store.answers import NewAnswer, add_answer
from api.store.tables import AnswerRow
from valuation.appraisal import AppraisalRequest, appraise

__all__ = ["value_right"]


def value_right(session: Session, request: AppraisalRequest, question: Question) -> AnswerRow:
    """What is this right worth? The answer, its working papers and its workbook are stored together.

    The workbook is written now, so that it is the one of this engine and not of the one installed when asked for.
    """
    appraisal = appraise(request)
    new = NewAnswer(
        kind="valuation",
        digest=appraisal.digest,
        request=question.text,
        answer=json_bytes(appraisal.as_document()).decode(),
        explanation=json_bytes(appraisal.explanation()).decode(),
        workbook=appraisal.workbook(),
        engine_version=appraisal.engine_version,
    )
    return add_answer(session, new, caller=question.caller, created_at=question.created_at)
