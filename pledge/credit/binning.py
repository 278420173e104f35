"""WoE: how does the share of bad loans go with a feature, in bins that a credit officer can read?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pledge.credit._numbers import number, share
from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["Bin", "CategoryBinning", "Direction", "MonotoneBinning", "category_binning", "monotone_binning"]

#: Which way the share of bad loans goes as the feature rises; ``either`` takes the way that tells more.
Direction = Literal["rising", "falling", "either"]
#: Counted to each bin on both sides, so that a bin without bad loans keeps a finite weight.
_PRIOR = 0.5
_MOST_BINS = 100


@dataclass(frozen=True)
class Bin:
    """One bin: what falls into it, its good and bad loans, and its weight of evidence ln(good share / bad share)."""

    label: str
    good: float
    bad: float
    woe: float

    @property
    def bad_share(self) -> float:
        """Bad loans of all in the bin."""
        return self.bad / (self.good + self.bad)


@dataclass(frozen=True)
class MonotoneBinning:
    """Bins of a number: bin i holds edges[i] ≤ x < edges[i + 1]; NaN has the last bin if any was seen."""

    feature: str
    edges: Array
    bins: tuple[Bin, ...]
    has_missing: bool

    @property
    def information_value(self) -> float:
        """Σ (share of good − share of bad) × WoE."""
        return _information_value(self.bins)

    def place(self, values: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The number of the bin of each value.

        Raises
        ------
        InputError : a missing value where none was seen in building the bins.
        """
        array = np.asarray(values, dtype=np.float64)
        missing = np.isnan(array)
        if missing.any() and not self.has_missing:
            raise InputError.of(self.feature, found="a missing value", expected="a number: none was missing before")
        places = np.clip(np.searchsorted(self.edges, array, side="right") - 1, 0, len(self.edges) - 2)
        return np.where(missing, len(self.bins) - 1, places)

    def woe(self, values: ArrayLike) -> Array:
        """The weight of evidence of each value."""
        return np.array([each.woe for each in self.bins])[self.place(values)]


@dataclass(frozen=True)
class CategoryBinning:
    """Bins of a word: one a category, the rare and the unseen together in the last."""

    feature: str
    categories: tuple[str, ...]
    bins: tuple[Bin, ...]

    @property
    def information_value(self) -> float:
        """Σ (share of good − share of bad) × WoE."""
        return _information_value(self.bins)

    def place(self, values: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The number of the bin of each word; a word never seen belongs to the rare ones.

        Raises
        ------
        InputError : an unseen word where no category was rare.
        """
        at = {name: place for place, name in enumerate(self.categories)}
        rare = len(self.categories)
        places = np.array([at.get(value, rare) for value in values], dtype=np.intp)
        if len(self.bins) == rare and (places == rare).any():
            unseen = next(value for value in values if value not in at)
            raise InputError.of(self.feature, found=repr(unseen), expected=f"one of {', '.join(self.categories)}")
        return places

    def woe(self, values: Sequence[str]) -> Array:
        """The weight of evidence of each word."""
        return np.array([each.woe for each in self.bins])[self.place(values)]


def monotone_binning(
    values: ArrayLike,
    *,
    bad: ArrayLike,
    feature: str,
    direction: Direction = "either",
    first_bins: int = 20,
    least_share: float = 0.05,
) -> MonotoneBinning:
    """Which bins of a number make the share of bad loans go one way only?

    Quantiles first; then neighbours that break the order are pooled (pool adjacent violators); then bins with fewer
    than ``least_share`` of the loans join the neighbour whose share of bad loans is nearer.
    WoE = ln((good + ½) / (Good + ½n)) − ln((bad + ½) / (Bad + ½n)), n bins.

    Parameters
    ----------
    values : finite, or NaN for missing; the missing have a bin of their own, outside the order.
    bad : 1 or true for a bad loan.
    first_bins : at most so many quantiles to begin with, 2 to 100.

    Raises
    ------
    InputError : columns of different length, only good or only bad loans, infinite or only missing values.

    References
    ----------
    Siddiqi (2006), Credit Risk Scorecards, chapter 6. Barlow et al. (1972), Statistical Inference under Order
    Restrictions (pool adjacent violators).

    Tested by: by hand, isotonic regression of SciPy (second way) and hypothesis in
    ``tests/pledge/credit/test_binning.py``.
    """
    array = np.asarray(values, dtype=np.float64)
    is_bad = _outcomes(bad, len(array), feature)
    if np.isinf(array).any():
        raise InputError.of(feature, found="an infinite value", expected="finite numbers, or NaN for missing")
    missing = np.isnan(array)
    if missing.all():
        raise InputError.of(feature, found="only missing values", expected="at least one number")
    number("first_bins", first_bins, low=2, high=_MOST_BINS)
    share("least_share", least_share)
    start = _quantile_groups(array[~missing], is_bad[~missing], first_bins)
    ways = ("rising", "falling") if direction == "either" else (direction,)
    least = least_share * len(array)
    found = [_large_enough(_pooled(start, rising=way == "rising"), least) for way in ways]
    absent = (
        [_Group(np.nan, float((~is_bad & missing).sum()), float((is_bad & missing).sum()))] if missing.any() else []
    )
    binnings = [_monotone(feature, groups, absent) for groups in found]
    return max(binnings, key=lambda binning: binning.information_value)


def category_binning(
    values: Sequence[str], *, bad: ArrayLike, feature: str, least_share: float = 0.01
) -> CategoryBinning:
    """Which weight has each word of a feature; those with fewer than ``least_share`` of the loans are one bin?

    Raises
    ------
    InputError : columns of different length, only good or only bad loans.

    Tested by: by hand in ``tests/pledge/credit/test_binning.py``.
    """
    words = np.asarray(values, dtype=object)
    is_bad = _outcomes(bad, len(words), feature)
    names, inverse = np.unique(words.astype(str), return_inverse=True)
    count, bads = np.bincount(inverse), np.bincount(inverse, weights=is_bad)
    kept = count >= share("least_share", least_share) * len(words)
    groups = [_Group(0.0, float(n - b), float(b)) for n, b in zip(count[kept], bads[kept], strict=True)]
    if not kept.all():
        groups.append(_Group(0.0, float((count - bads)[~kept].sum()), float(bads[~kept].sum())))
    labels = [str(name) for name in names[kept]]
    bins = _weighed(groups, [*labels, *([] if kept.all() else ["其他 other"])])
    return CategoryBinning(feature, tuple(labels), bins)


@dataclass(frozen=True)
class _Group:
    """Neighbouring values taken together: the least of them, and their good and bad loans."""

    low: float
    good: float
    bad: float

    @property
    def count(self) -> float:
        return self.good + self.bad

    @property
    def bad_share(self) -> float:
        return self.bad / self.count

    def with_next(self, other: _Group) -> _Group:
        return _Group(self.low, self.good + other.good, self.bad + other.bad)


def _outcomes(bad: ArrayLike, rows: int, feature: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    outcome = np.asarray(bad)
    if outcome.shape != (rows,):
        raise InputError.of("bad", found=f"shape {outcome.shape}", expected=f"{rows} outcomes, as many as {feature}")
    if not np.isin(outcome, (0, 1)).all():
        raise InputError.of("bad", found="other values", expected="0 or 1")
    is_bad = outcome.astype(bool)
    if is_bad.all() or not is_bad.any():
        raise InputError.of("bad", found="only one outcome", expected="good and bad loans")
    return is_bad


def _quantile_groups(
    values: Array, is_bad: np.ndarray[tuple[int], np.dtype[np.bool_]], first_bins: int
) -> list[_Group]:
    lows = np.unique(np.quantile(values, np.arange(first_bins) / first_bins, method="inverted_cdf"))
    places = np.clip(np.searchsorted(lows, values, side="right") - 1, 0, None)
    bads = np.bincount(places, weights=is_bad, minlength=len(lows))
    counts = np.bincount(places, minlength=len(lows))
    groups = zip(lows, counts, bads, strict=True)
    return [_Group(float(low), float(count - bad), float(bad)) for low, count, bad in groups if count]


def _pooled(groups: Sequence[_Group], *, rising: bool) -> list[_Group]:
    """Pool adjacent violators: what breaks the order is taken together with what stands before it."""
    kept: list[_Group] = []
    for group in groups:
        kept.append(group)
        while len(kept) > 1 and _breaks(kept[-2], kept[-1], rising):
            last = kept.pop()
            kept[-1] = kept[-1].with_next(last)
    return kept


def _breaks(before: _Group, after: _Group, rising: bool) -> bool:
    # Equal shares tell nothing apart, so they are one bin.
    return after.bad_share <= before.bad_share if rising else after.bad_share >= before.bad_share


def _large_enough(groups: Sequence[_Group], least: float) -> list[_Group]:
    kept = list(groups)
    while len(kept) > 1 and min(group.count for group in kept) < least:
        small = min(range(len(kept)), key=lambda place: kept[place].count)
        near = [place for place in (small - 1, small + 1) if 0 <= place < len(kept)]
        other = min(near, key=lambda place: abs(kept[place].bad_share - kept[small].bad_share))
        first = min(small, other)
        kept[first : first + 2] = [kept[first].with_next(kept[first + 1])]
    return kept


def _monotone(feature: str, groups: Sequence[_Group], absent: Sequence[_Group]) -> MonotoneBinning:
    edges = np.array([-np.inf, *(group.low for group in groups[1:]), np.inf])
    labels = [f"[{low:g}, {high:g})" for low, high in itertools.pairwise(edges)]
    bins = _weighed([*groups, *absent], [*labels, *(["缺失 missing"] if absent else [])])
    return MonotoneBinning(feature, edges, bins, bool(absent))


def _weighed(groups: Sequence[_Group], labels: Sequence[str]) -> tuple[Bin, ...]:
    good, bad = (sum(getattr(group, side) for group in groups) + _PRIOR * len(groups) for side in ("good", "bad"))
    return tuple(
        Bin(label, group.good, group.bad, math.log((group.good + _PRIOR) / good) - math.log((group.bad + _PRIOR) / bad))
        for group, label in zip(groups, labels, strict=True)
    )


def _information_value(bins: Sequence[Bin]) -> float:
    good, bad = (sum(getattr(each, side) for each in bins) + _PRIOR * len(bins) for side in ("good", "bad"))
    return math.fsum(((each.good + _PRIOR) / good - (each.bad + _PRIOR) / bad) * each.woe for each in bins)
