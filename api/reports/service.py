"""Reporting a valuation: the same request is appraised again, the same fingerprint demanded, no number is added."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from api.answered import Answered, named_under, store
from api.bodies import read_json_object, read_model
from api.commands import Question
from api.errors import NotFoundError
from api.reports.schemas import ReportRequest
from api.store.answers import find_answer
from api.store.tables import AnswerRow
from valuation.appraisal import Appraisal, AppraisalRequest, appraise
from valuation.errors import InputError, RefusalError
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.report import Particulars, appraisal_report

__all__ = ["report_of", "report_service"]


def report_of(appraisal: Appraisal, particulars: Particulars) -> Answered:
    """Which report do this appraisal and these particulars make?"""
    report = appraisal_report(appraisal, particulars=particulars)
    document = report.as_document()
    told = {name: getattr(particulars, name) for name in Particulars.model_fields}
    return Answered(
        body={
            "valuation_digest": report.digest,
            "marking": document["marking"],
            "sections": document["sections"],
            "form_sources": document["form_sources"],
        },
        warnings=report.warnings,
        sources=appraisal.sources,
        digest=digest_of({"report_of": report.digest, "particulars": told}),
    )


def report_service(*, model: type[AppraisalRequest]) -> Callable[[Session, ReportRequest, Question], AnswerRow]:
    """The service with the valuation request as the method files make it today."""

    def report(session: Session, request: ReportRequest, question: Question) -> AnswerRow:
        """What does the report of this stored valuation say? The answer is stored."""
        row = _valuation(session, request.valuation_id, question.caller)
        return store(session, "report", report_of(_reappraised(row, model), request), question)

    return report


def _valuation(session: Session, identifier: str, caller: str) -> AnswerRow:
    try:
        return find_answer(session, identifier, kind="valuation", caller=caller)
    except NotFoundError as error:
        named = error.problems[0]
        raise InputError.of("valuation_id", found=named.found, expected=named.expected) from error


def _reappraised(row: AnswerRow, model: type[AppraisalRequest]) -> Appraisal:
    """The valuation behind a stored answer; a report must never tell another value than the answer did.

    Raises
    ------
    RefusalError : this engine does not give the stored answer: another version, or other method files.
    """
    found: str | None = None
    if row.engine_version != ENGINE_VERSION:
        found = f"engine {row.engine_version}"
    else:
        with named_under("valuation"):
            appraisal = appraise(read_model(model, read_json_object(row.request.encode("utf-8"))))
        if appraisal.digest == row.digest:
            return appraisal
        found = f"the digest {row.digest}"
    raise RefusalError.of(
        "valuation_id",
        found=f"a valuation made with {found}",
        expected=f"one that engine {ENGINE_VERSION} repeats exactly",
        advice="Value the right again and report that valuation",
    )
