"""From records to the inputs of a method: evidence, provenance, and what could not be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from valuation.errors import InputError
from valuation.evidence.record import TransactionRecord

__all__ = ["Selection", "comparable_lines", "priced_rows"]

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Selection:
    """Rows for a method, the sources they cite, and the records left aside with the reason."""

    rows: tuple[dict[str, Any], ...]
    sources: dict[str, dict[str, Any]]
    left_aside: tuple[tuple[str, str], ...]

    def as_document(self) -> dict[str, Any]:
        """The selection as JSON-safe data."""
        aside = [{"id": name, "reason": reason} for name, reason in self.left_aside]
        return {"rows": list(self.rows), "sources": self.sources, "left_aside": aside}


def priced_rows(records: Sequence[TransactionRecord], *, features: Sequence[str], currency: str) -> Selection:
    """Rows for ``price_regression`` and ``nearest_neighbours``: unit price and features, named by deal.

    A record in another currency, with a rate instead of a price, or without one of the features is left aside by
    name: nothing is converted or filled in here.
    """
    rows, used, aside = [], [], []
    for each in records:
        reason = _unusable(each, features, currency)
        if reason is not None or each.price is None:
            aside.append((each.id, reason or "a rate, no price"))
            continue
        # Half up at the cent: the unit price enters as money.
        unit_price = (each.price / Decimal(repr(each.quantity))).quantize(_CENT, rounding=ROUND_HALF_UP)
        if not unit_price:
            aside.append((each.id, "a unit price below one cent"))
            continue
        used.append(each)
        rows.append(
            {
                "name": each.id,
                "traded_on": each.traded_on.isoformat(),
                "unit_price": _graded(f"{unit_price}", each),
                "features": {name: each.features[name] for name in features},
                "related_parties": each.related_parties,
            }
        )
    return Selection(tuple(rows), _sources(used), tuple(aside))


def comparable_lines(records: Sequence[TransactionRecord], *, currency: str) -> Selection:
    """Lines for ``comparable_transactions``; adjustments and weights are the valuer's and are not filled in.

    Raises
    ------
    InputError : prices and rates are mixed, which no grid can average.
    """
    aside = [(each.id, reason) for each in records if (reason := _unusable(each, (), currency)) is not None]
    used = [each for each in records if _unusable(each, (), currency) is None]
    if len({each.price is None for each in used}) > 1:
        raise InputError.of("records", found="prices and rates", expected="one of the two; select by rate or price")
    rows = []
    for each in used:
        measure = "rate_share" if each.price is None else "price"
        value = each.rate_share if each.price is None else f"{each.price}"
        rows.append(
            {
                "name": each.id,
                "traded_on": each.traded_on.isoformat(),
                measure: _graded(value, each),
                "quantity": _graded(each.quantity, each),
                "related_parties": each.related_parties,
            }
        )
    return Selection(tuple(rows), _sources(used), tuple(aside))


def _unusable(record: TransactionRecord, features: Sequence[str], currency: str) -> str | None:
    if record.price is not None and record.currency != currency:
        return f"priced in {record.currency}, not {currency}"
    missing = [name for name in features if name not in record.features]
    return f"not known: {', '.join(missing)}" if missing else None


def _graded(value: Any, record: TransactionRecord) -> dict[str, Any]:
    """A figure that cites its record; what nobody checked is graded as a hypothesis, not as measured."""
    grade = "hypothesis" if record.source_status == "hypothesis" else "benchmark"
    return {"value": value, "grade": grade, "source": record.source.id}


def _sources(records: Sequence[TransactionRecord]) -> dict[str, dict[str, Any]]:
    found = {}
    for each in records:
        document = each.source.as_document()
        found[document.pop("id")] = document
    return found
