"""Which records tell of the same deal, and which of them is kept?

The rule: records are of one deal when right, kind of transaction, day and both parties agree (see
:attr:`~valuation.evidence.record.TransactionRecord.deal`). If they also agree on the terms, the stronger one is kept:
first the better checked source, then the later look-up, then the one that was there first. If they differ on the
terms, nobody but the valuer can say which is right: that is a fault of the import, and nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from valuation.evidence.checking import CellProblem, PlacedRecord
from valuation.evidence.record import TransactionRecord

__all__ = ["Sorted", "sort_out"]


@dataclass(frozen=True)
class Sorted:
    """What becomes of the rows of an import.

    ``added`` are deals not known before; ``replacing`` are stronger records of known deals; ``repeated`` names the
    rows that add nothing, each with the id of the deal.
    """

    added: tuple[TransactionRecord, ...]
    replacing: tuple[TransactionRecord, ...]
    repeated: tuple[tuple[int, str], ...]
    problems: tuple[CellProblem, ...]


def sort_out(rows: Sequence[PlacedRecord], *, known: Iterable[TransactionRecord]) -> Sorted:
    """Which rows of an import are new, stronger, repeated or contradictory?

    Parameters
    ----------
    known : the records already held for the deals of the rows; others do no harm.

    Tested by: ``tests/valuation/evidence/test_deals.py`` (order does not matter; each case by hand).
    """
    held = {each.id: each for each in known}
    best: dict[str, PlacedRecord] = {}
    problems, repeated = [], []
    for row in rows:
        key = row.record.id
        problem = _contradiction(row, held.get(key), best.get(key))
        if problem is not None:
            problems.append(problem)
        elif _is_weaker(row.record, held.get(key)):
            repeated.append((row.row, key))
        elif key in best:
            weaker = row if _is_weaker(row.record, best[key].record) else best[key]
            repeated.append((weaker.row, key))
            best[key] = best[key] if weaker is row else row
        else:
            best[key] = row
    chosen = [each.record for each in best.values()]
    return Sorted(
        added=tuple(each for each in chosen if each.id not in held),
        replacing=tuple(each for each in chosen if each.id in held),
        repeated=tuple(sorted(repeated)),
        problems=tuple(problems),
    )


def _contradiction(
    row: PlacedRecord, held: TransactionRecord | None, before: PlacedRecord | None
) -> CellProblem | None:
    """The same deal at other terms, in the store or earlier in the file."""
    others = [(held, "the store")] if held is not None else []
    others += [(before.record, f"row {before.row}")] if before is not None else []
    for other, where in others:
        if other.terms != row.record.terms:
            return CellProblem(
                row.row,
                "price",
                f"{_terms(row.record)} for the deal {other.id}",
                f"{_terms(other)} as in {where} ({other.source_title}), or another deal",
            )
    return None


def _is_weaker(record: TransactionRecord, other: TransactionRecord | None) -> bool:
    """Does the other one stay? On equal strength the one that was there first does."""
    return other is not None and record.strength >= other.strength


def _terms(record: TransactionRecord) -> str:
    stated = f"{record.price} {record.currency}" if record.price is not None else f"a rate of {record.rate_share}"
    return f"{stated} for {record.quantity:g} {record.quantity_unit}"
