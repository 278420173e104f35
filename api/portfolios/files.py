"""A loan book asked by files: the book, and the rule with its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from api.answered import Answered
from api.bodies import read_model
from api.files import read_file
from api.portfolios.book_file import loan_book_of, read_loans
from api.portfolios.run import run_book
from api.portfolios.schemas import PortfolioRunRequest
from api.portfolios.service import stated_sectors
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.simulation import Progress
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable

__all__ = ["portfolio_file"]

_FORMATS = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}


def portfolio_file(
    book: Path,
    rule: Path,
    *,
    policies: Mapping[str, DatedTable],
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Answered:
    """What does the book of this file lose under the rule of that one? Only the domain's own limits hold.

    Raises
    ------
    InputError : a file that cannot be read, or whatever is wrong inside.
    """
    ending = book.suffix.lower()
    if ending not in _FORMATS:
        raise InputError.of(str(book), found=f"the ending {ending!r}", expected=", ".join(_FORMATS))
    request = read_model(PortfolioRunRequest, read_file(rule))
    try:
        content = book.read_bytes()
    except OSError as error:
        found = error.strerror or "an error"
        raise InputError.of(str(book), found=found, expected="a file that can be read") from error
    loans = read_loans(content, format=_FORMATS[ending])
    sectors = SectorFactors.with_global(stated_sectors(loans), global_loading=request.global_loading)
    return run_book(
        loan_book_of(loans, sectors=sectors),
        request,
        policies=policies,
        cell_limit=None,
        workers=workers,
        progress=progress,
    )
