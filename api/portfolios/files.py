"""A loan book asked by files: the book, and the rule with its plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from api.answered import Answered
from api.bodies import read_model
from api.files import read_file
from api.portfolios.book_file import Loan, read_loans
from api.portfolios.run import Told, run_book
from api.portfolios.schemas import PortfolioRunRequest
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable

__all__ = ["portfolio_file"]

_FORMATS = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}


def portfolio_file(
    book: Path, rule: Path, *, policies: Mapping[str, DatedTable], workers: int = 1, told: Told | None = None
) -> Answered:
    """What does the book of this file lose under the rule of that one? Only the domain's own limits hold.

    Raises
    ------
    InputError : a file that cannot be read, or whatever is wrong inside.

    Tested by: ``tests/api/portfolios/test_cli.py`` (the answer over HTTP, second way).
    """
    request = read_model(PortfolioRunRequest, read_file(rule))
    return run_book(_loans(book), request, policies=policies, workers=workers, told=told)


def _loans(book: Path) -> list[Loan]:
    ending = book.suffix.lower()
    if ending not in _FORMATS:
        raise InputError.of(str(book), found=f"the ending {ending!r}", expected=", ".join(_FORMATS))
    try:
        content = book.read_bytes()
    except OSError as error:
        found = error.strerror or "an error"
        raise InputError.of(str(book), found=found, expected="a file that can be read") from error
    return read_loans(content, format=_FORMATS[ending])
