"""Which records tell of the same deal, and which of them is kept?

The rule: records are of one deal when right, kind of transaction, day and both parties agree (see
:attr:`~valuation.evidence.record.TransactionRecord.deal`). If they also agree on the terms, the stronger one is kept:
first the better checked source, then the later look-up, then the one that was there first. If they differ on the
terms, nobody but the valuer can say which is right: that is a fault of the import, and nothing is added. What two
records of one deal say differently beside the terms (its features, the industry, whether the parties are related) goes
with the record that is not kept; every such field is named, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valuation.evidence.checking import CellProblem, PlacedRecord
from valuation.evidence.columns import FEATURE_PREFIX
from valuation.evidence.record import TransactionRecord, plain_text

__all__ = ["CellDifference", "Sorted", "sort_out"]

_STORE = "the store"
#: What is compared beside the terms and the features. Provenance differs by nature.
_COMPARED = ("name", "right_number", "related_parties", "jurisdiction", "industry", "note")


@dataclass(frozen=True)
class CellDifference:
    """Where two records of one deal disagree: what is kept, what is set aside, and where each stands.

    ``row`` is the row of the file that is one of the two; ``kept_in`` and ``set_aside_in`` are ``row N`` or
    ``the store``. ``nothing`` is an empty cell.
    """

    row: int
    deal: str
    column: str
    kept: str
    kept_in: str
    set_aside: str
    set_aside_in: str

    def as_document(self) -> dict[str, Any]:
        """The difference as JSON-safe data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Sorted:
    """What becomes of the rows of an import.

    ``added`` are deals not known before; ``replacing`` are stronger records of known deals; ``repeated`` names the
    rows that add nothing, each with the id of the deal; ``differences`` are the fields in which a record that is not
    kept says something else than the one that is.
    """

    added: tuple[TransactionRecord, ...]
    replacing: tuple[TransactionRecord, ...]
    repeated: tuple[tuple[int, str], ...]
    problems: tuple[CellProblem, ...]
    differences: tuple[CellDifference, ...] = ()


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
        differences=() if problems else tuple(_differences(rows, held, best)),
    )


def _differences(
    rows: Sequence[PlacedRecord], held: Mapping[str, TransactionRecord], best: Mapping[str, PlacedRecord]
) -> Iterator[CellDifference]:
    """Each record that is not kept against the one that is, in the order of the rows."""
    for row in rows:
        key = row.record.id
        kept = best.get(key)
        if kept is None:
            yield from _between(row.row, (held[key], _STORE), (row.record, f"row {row.row}"))
        elif kept is not row:
            yield from _between(row.row, (kept.record, f"row {kept.row}"), (row.record, f"row {row.row}"))
        elif key in held:
            yield from _between(row.row, (row.record, f"row {row.row}"), (held[key], _STORE))


def _between(
    row: int, kept: tuple[TransactionRecord, str], aside: tuple[TransactionRecord, str]
) -> Iterator[CellDifference]:
    ours, others = _cells(kept[0]), _cells(aside[0])
    for column in ours | others:
        one, other = ours.get(column), others.get(column)
        if _folded(one) != _folded(other):
            yield CellDifference(row, kept[0].id, column, _shown(one), kept[1], _shown(other), aside[1])


def _cells(record: TransactionRecord) -> dict[str, Any]:
    features = {f"{FEATURE_PREFIX}{name}": number for name, number in record.features.items()}
    return {name: getattr(record, name) for name in _COMPARED} | features


def _folded(value: object) -> object:
    """Texts that differ in width, case or spaces alone say the same."""
    return plain_text(value) if isinstance(value, str) else value


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


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
