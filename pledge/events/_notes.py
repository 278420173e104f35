"""The numbers of drawings: stated by the bank, each used once on a loan."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pledge.events._payload import require
from pledge.loan import Loan
from valuation.kernel.fields import WholeNumber

__all__ = ["NoteNumber", "require_new_note"]

MAXIMUM_NOTES = 100
#: The number of a drawing on its loan.
NoteNumber = Annotated[WholeNumber, Field(ge=1, le=10**9)]


def require_new_note(loan: Loan, number: int, *, field: str) -> None:
    """Refuse a number that a drawing of this loan has already, and more drawings than a loan may have."""
    numbers = [note.number for note in loan.notes]
    require(
        number not in numbers,
        field,
        found=number,
        expected=f"a number other than {', '.join(map(str, numbers))}",
        advice="Each drawing has a number of its own; state the next one.",
    )
    require(
        len(numbers) < MAXIMUM_NOTES,
        "drawings",
        found=len(numbers),
        expected=f"fewer than {MAXIMUM_NOTES}",
        advice="Open another loan.",
    )
