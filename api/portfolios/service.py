"""Taking in a loan book, and running what was taken in."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from sqlalchemy.orm import Session

from api.answered import Answered, Service, store
from api.commands import Question
from api.evidence.upload import TableFile
from api.portfolios.book_file import loan_book_of, read_loans
from api.portfolios.run import run_book
from api.portfolios.schemas import PortfolioRunRequest
from api.store.answers import find_answer
from api.store.tables import AnswerRow
from pledge.portfolio.sector_factors import SectorFactors
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import digest_of

__all__ = ["book_answer", "run_service", "stated_sectors", "take_in_book"]


def take_in_book(session: Session, file: TableFile, question: Question) -> AnswerRow:
    """Take in a whole book, or nothing of it."""
    return store(session, "loan_book", book_answer(file), question)


def book_answer(file: TableFile) -> Answered:
    """The loans of a file as they were read.

    Raises
    ------
    InputError : every fault of the file by row and column.
    """
    loans = read_loans(file.content, format=file.format)
    body = {
        "format": file.format,
        "file_sha256": file.sha256,
        "loan_count": len(loans),
        "claim_cny": f"{sum(loan['principal_cny'] + loan['interest_cny'] for loan in loans):.2f}",
        "sectors": stated_sectors(loans),
        "loans": loans,
    }
    return Answered(body=body, warnings=(), sources=(), digest=digest_of({"loan_book": file.sha256}))


def run_service(portfolio: str, *, policies: Mapping[str, DatedTable]) -> Service:
    """The service that simulates one stored book of the caller."""

    def run(session: Session, request: PortfolioRunRequest, question: Question) -> AnswerRow:
        row = find_answer(session, portfolio, kind="loan_book", caller=question.caller)
        loans = orjson.loads(row.answer)["loans"]
        sectors = SectorFactors.with_global(stated_sectors(loans), global_loading=request.global_loading)
        book = loan_book_of(loans, sectors=sectors)
        return store(
            session, "portfolio_run", run_book(book, request, policies=policies, portfolio=portfolio), question
        )

    return run


def stated_sectors(loans: list[dict[str, object]]) -> list[str]:
    """The sectors of a book in the order of their factors."""
    return sorted({str(loan["sector"]) for loan in loans})
