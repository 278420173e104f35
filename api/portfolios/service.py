"""Taking in a loan book, and running what was taken in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy.orm import Session

from api.answered import Answered, Service, store
from api.commands import Question
from api.evidence.upload import TableFile
from api.portfolios.book_file import Loan, read_loans, refuse_faults, two_column_problems
from api.portfolios.columns import AMOUNTS, NUMBERS
from api.portfolios.run import run_book, sector_names
from api.portfolios.schemas import LoanBookRequest, PortfolioRunRequest
from api.store.answers import find_answer
from api.store.database import Sessions
from api.store.tables import AnswerRow
from valuation.errors import FieldProblem
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import canonical_json, digest_of

__all__ = ["book_answer", "run_service", "take_in_book"]

_ROW = re.compile(r"rows\[(\d+)\]")


def take_in_book(session: Session, given: TableFile | LoanBookRequest, question: Question) -> AnswerRow:
    """Take in a whole book, or nothing of it."""
    return store(session, "loan_book", book_answer(given), question)


def book_answer(given: TableFile | LoanBookRequest) -> Answered:
    """The loans of a file or of a JSON body as they were read.

    Raises
    ------
    InputError : every fault by row and column, or by its path in the body.

    Tested by: ``tests/api/portfolios/test_books_api.py``.
    """
    if isinstance(given, TableFile):
        return _answered(read_loans(given.content, format=given.format), given.format, given.sha256)
    loans: list[Loan] = [each.model_dump(mode="json") for each in given.loans]
    loans = [_two_decimals(loan) for loan in loans]
    refuse_faults([_by_path(each) for each in two_column_problems(loans)], whole="loans")
    sha256 = hashlib.sha256(canonical_json({"loans": loans}).encode()).hexdigest()
    return _answered(loans, "json", sha256)


def run_service(portfolio: str, *, sessions: Sessions, policies: Mapping[str, DatedTable], work_limit: int) -> Service:
    """The service that simulates one stored book of the caller."""

    def run(session: Session, request: PortfolioRunRequest, question: Question) -> AnswerRow:
        # Read in a session of its own: one that read before a long computation could not write after it on SQLite.
        with sessions() as reading:
            row = find_answer(reading, portfolio, kind="loan_book", caller=question.caller)
            loans = orjson.loads(row.answer)["loans"]
        found = run_book(loans, request, policies=policies, portfolio=portfolio, work_limit=work_limit)
        return store(session, "portfolio_run", found, question)

    return run


def _answered(loans: Sequence[Loan], format: str, sha256: str) -> Answered:
    claim = sum(float(loan["principal_cny"]) + float(loan["interest_cny"]) for loan in loans)
    body = {
        "format": format,
        "content_sha256": sha256,
        "loan_count": len(loans),
        "claim_cny": f"{claim:.2f}",
        "sectors": sector_names(loans),
        "loans": list(loans),
    }
    return Answered(body=body, warnings=(), sources=(), digest=digest_of({"loan_book": list(loans)}))


def _two_decimals(loan: Loan) -> Loan:
    """Amounts and numbers in the one form in which books are stored, whatever they came in."""
    stored: dict[str, Any] = {name: f"{float(loan[name]):.2f}" for name in AMOUNTS}
    stored |= {name: float(loan[name]) for name in NUMBERS if name not in AMOUNTS}
    return {**loan, **stored}


def _by_path(problem: FieldProblem) -> FieldProblem:
    return replace(
        problem,
        field=_ROW.sub(r"loans.\1", problem.field),
        expected=_ROW.sub(r"loans.\1", problem.expected),
    )
