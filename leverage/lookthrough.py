"""Whose yuan reaches the firm, when it came through one vehicle or through five?

Vehicles form a directed graph. What a vehicle pays is attributed to the classes that funded it, pro rata, in
whole fen; a yuan is counted once, where it reaches a firm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from leverage.contribution import Contribution
from leverage.source_classes import SOURCE_CLASSES
from valuation.errors import InputError
from valuation.kernel.money import Money, split_fen

__all__ = ["MAXIMUM_CONTRIBUTIONS", "LookThrough", "look_through"]

MAXIMUM_CONTRIBUTIONS = 100_000


@dataclass(frozen=True)
class LookThrough:
    """Money that reached firms, each row with its source class, and what stayed in each vehicle by class."""

    reached: tuple[Contribution, ...]
    kept_fen: Mapping[str, Mapping[str, int]]


def look_through(contributions: Sequence[Contribution]) -> LookThrough:
    """Which source class paid for the money that firms received, and what stayed on the way?

    Each payment of a vehicle is drawn from what it still holds, pro rata to the classes, by
    :func:`valuation.kernel.money.split_fen`; so a class never pays more than it put in, and
    Σ origin = Σ reached + Σ kept, to the fen. Inserting a vehicle that only passes money on changes nothing.

    Parameters
    ----------
    contributions : rows of one stage, in the order of payment.

    Raises
    ------
    InputError : rows of several stages; vehicles that pay each other in a circle; a vehicle that pays out more
        than it received (money lent again after repayment is not new money and belongs in no row).

    Tested by: hypothesis in ``tests/leverage/test_lookthrough.py`` (pass-through invariance, conservation).
    """
    _check(contributions)
    held: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SOURCE_CLASSES, 0))
    payments: dict[str, list[Contribution]] = defaultdict(list)
    reached: list[Contribution] = []
    for row in contributions:
        if row.payer is not None:
            payments[row.payer].append(row)
        else:
            _arrive(row, held, reached)
    for vehicle in _from_sources_to_firms(contributions):
        for payment in payments[vehicle]:
            for part in _attributed(payment, held[vehicle]):
                _arrive(part, held, reached)
    kept = {vehicle: _non_zero(classes) for vehicle, classes in held.items()}
    return LookThrough(tuple(reached), {vehicle: classes for vehicle, classes in kept.items() if classes})


def _check(contributions: Sequence[Contribution]) -> None:
    stages = {row.stage for row in contributions}
    if len(stages) > 1:
        raise InputError.of("contributions.stage", found=sorted(stages), expected="rows of one stage at a time")
    if len(contributions) > MAXIMUM_CONTRIBUTIONS:
        raise InputError.of("contributions", found=len(contributions), expected=f"at most {MAXIMUM_CONTRIBUTIONS} rows")


def _arrive(row: Contribution, held: dict[str, dict[str, int]], reached: list[Contribution]) -> None:
    assert row.source_class is not None, "money that arrives has an owner"
    if row.payee is None:
        reached.append(row)
    else:
        held[row.payee][row.source_class] += row.amount_fen


def _attributed(payment: Contribution, held: dict[str, int]) -> Iterable[Contribution]:
    """Take a payment out of what the vehicle holds, one row for each class that funds it."""
    available = sum(held.values())
    if payment.amount_fen > available:
        raise InputError.of(
            f"vehicle {payment.payer}",
            found=f"a payment of {Money(payment.amount_fen).text}",
            expected=f"at most the {Money(available).text} it still holds",
        )
    if payment.amount_fen == 0:
        return []
    shares = dict(zip(held, split_fen(payment.amount_fen, weights=list(held.values())), strict=True))
    for name, fen in shares.items():
        held[name] -= fen
    return [replace(payment, amount_fen=fen, source_class=name) for name, fen in shares.items() if fen]


def _from_sources_to_firms(contributions: Sequence[Contribution]) -> tuple[str, ...]:
    graph: dict[str, set[str]] = {}
    for row in contributions:
        if row.payer is not None:
            graph.setdefault(row.payer, set())
            if row.payee is not None:
                graph.setdefault(row.payee, set()).add(row.payer)
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise InputError.of("vehicles", found=f"a circle: {circle}", expected="no circle of payments") from error


def _non_zero(classes: Mapping[str, int]) -> dict[str, int]:
    return {name: fen for name, fen in classes.items() if fen}
