"""Which way of disposal (处置) is ahead, by which measure, and by how much?

There is no single best: each measure has its own order, and the reader says which one counts. A way that is behind
another by every measure is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from pledge.cover import ratio_text
from pledge.disposal_way import Disposal
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money, Rounding

__all__ = ["CRITERIA", "Comparison", "Criterion", "Rank", "compare_disposals"]

Criterion = Literal["expected_present_value", "worst_net", "full_payment_probability", "expected_days"]
CRITERIA: dict[Criterion, Label] = {
    "expected_present_value": Label("期望净现值", "expected present value"),
    "worst_net": Label("最差情形净额", "worst net amount"),
    "full_payment_probability": Label("足额清偿概率", "probability of full payment"),
    "expected_days": Label("期望用时", "expected days"),
}


@dataclass(frozen=True)
class Rank:
    """A place in the order of one measure; ways that are equal share it. The reason names the figure and the gap."""

    place: int
    way: str
    figure: Fraction
    reason: Label


@dataclass(frozen=True)
class Comparison:
    """The order of the ways by every measure, and which ways another way beats or equals by all of them."""

    claim_fen: int
    ranks: dict[Criterion, tuple[Rank, ...]]
    dominated_by: dict[str, tuple[str, ...]]

    def by(self, criterion: Criterion) -> tuple[Rank, ...]:
        """The order by the measure that counts for the reader."""
        if criterion not in self.ranks:
            raise UnknownNameError.among("criterion", found=criterion, known=self.ranks)
        return self.ranks[criterion]

    def as_document(self) -> dict[str, Any]:
        """The comparison for JSON."""
        return {
            "claim": Money(self.claim_fen).text,
            "orders": [
                {
                    "criterion": criterion,
                    "label": CRITERIA[criterion].as_document(),
                    "ranks": [{"place": r.place, "way": r.way, "reason": r.reason.as_document()} for r in ranks],
                }
                for criterion, ranks in self.ranks.items()
            ],
            "dominated_by": {way: list(others) for way, others in self.dominated_by.items()},
        }


def compare_disposals(disposals: Sequence[Disposal], *, claim_fen: int) -> Comparison:
    """How do the ways rank by expected present value, worst case, probability of full payment, and time?

    Full payment: the net money of an outcome reaches the claim. A right taken against the debt is
    measured by what its resale brings, not by the value at which it was taken.

    Parameters
    ----------
    disposals : the ways, each once, of the same right, start and rate.
    claim_fen : the debt to be paid, > 0.

    Raises
    ------
    InputError : no way, a way twice, different cases, a claim that is not positive.

    Tested by: hand in ``tests/pledge/test_disposal_comparison.py``.
    """
    if claim_fen <= 0:
        raise InputError.of("claim", found=claim_fen, expected="more than 0")
    if not disposals:
        raise InputError.of("disposals", found="nothing", expected="at least one way")
    ways = [disposal.way for disposal in disposals]
    if len(set(ways)) != len(ways):
        raise InputError.of("disposals", found=", ".join(ways), expected="each way once")
    if len({disposal.case for disposal in disposals}) != 1:
        raise InputError.of("disposals", found="different cases", expected="the same right, dates and rate")
    figures = {criterion: _figures(criterion, disposals, claim_fen) for criterion in CRITERIA}
    ranks = {criterion: _ranked(criterion, found) for criterion, found in figures.items()}
    return Comparison(claim_fen, ranks, _dominated(ways, figures))


def _figures(criterion: Criterion, disposals: Sequence[Disposal], claim_fen: int) -> dict[str, Fraction]:
    measures: dict[Criterion, Callable[[Disposal], Fraction | int]] = {
        "expected_present_value": lambda each: each.expected_present_value_fen,
        "worst_net": lambda each: each.worst_net_fen,
        "full_payment_probability": lambda each: each.probability_of(lambda o: o.net_fen >= claim_fen),
        "expected_days": lambda each: each.expected_days,
    }
    return {each.way: Fraction(measures[criterion](each)) for each in disposals}


def _better(criterion: Criterion, figure: Fraction) -> Fraction:
    """The figure turned so that more is better: of days, fewer are."""
    return -figure if criterion == "expected_days" else figure


def _ranked(criterion: Criterion, figures: dict[str, Fraction]) -> tuple[Rank, ...]:
    order = sorted(figures, key=lambda way: (-_better(criterion, figures[way]), way))
    best, ranks = figures[order[0]], list[Rank]()
    for way in order:
        place = 1 + sum(_better(criterion, other) > _better(criterion, figures[way]) for other in figures.values())
        ranks.append(Rank(place, way, figures[way], _reason(criterion, figures[way], best)))
    return tuple(ranks)


def _reason(criterion: Criterion, figure: Fraction, best: Fraction) -> Label:
    name, said, gap = CRITERIA[criterion], _text(criterion, figure), _text(criterion, abs(best - figure))
    if figure == best:
        return Label(f"{name.zh}{said}，居首", f"{name.en} {said}, first")
    return Label(f"{name.zh}{said}，与首位相差{gap}", f"{name.en} {said}, {gap} behind the first")


def _text(criterion: Criterion, figure: Fraction) -> str:
    if criterion in ("expected_present_value", "worst_net"):
        return Money(Rounding(mode="half_even").to_fen(figure)).text
    return str(ratio_text(figure))


def _dominated(ways: Sequence[str], figures: dict[Criterion, dict[str, Fraction]]) -> dict[str, tuple[str, ...]]:
    """For each way that is behind: the ways at least as good by every measure and better by one."""
    turned = {way: [_better(criterion, found[way]) for criterion, found in figures.items()] for way in ways}
    beaten = {way: tuple(other for other in ways if _beats(turned[other], turned[way])) for way in ways}
    return {way: others for way, others in beaten.items() if others}


def _beats(one: Sequence[Fraction], other: Sequence[Fraction]) -> bool:
    return one != other and all(mine >= yours for mine, yours in zip(one, other, strict=True))
