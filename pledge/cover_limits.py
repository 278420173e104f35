"""How is a debt measured against its pool, and at which ratios is somebody warned or called?"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from pledge.cover import Share, ratio_text
from pledge.pledged_pool import CountingRules, PoolValue, ValueBasis
from valuation.errors import InputError
from valuation.kernel.money import Money, Rounding

__all__ = ["CoverLimits", "CoverMeasure", "PoolCover"]

#: ``loan_to_allowed`` divides by the allowed amount, ``loan_to_value`` by the value of the rights that count.
CoverMeasure = Literal["loan_to_allowed", "loan_to_value"]

_DOWN = Rounding(mode="down")
_LONGEST_CURE_DAYS = 3660


@dataclass(frozen=True, kw_only=True)
class CoverLimits:
    """When to warn, when to call, and how far a call restores.

    Attributes
    ----------
    warning_share, enforcement_share : a warning, a call, when the measured ratio is above; warning ≤ enforcement.
    restore_share : the ratio to which a call restores; ≤ enforcement, and ≤ 1 of the allowed amount.
    buffer_share : a warning is cleared only at or below warning − buffer.
    cure_period_days : the last day to cure is the day of the call plus these.
    counting : when a right may be counted.
    measure, basis : what is divided by what, on which value. A mixed pool is better measured on the allowed amount.
    concentration_share : a right with a larger share of the allowed amount is named; None names none.
    """

    warning_share: Share
    enforcement_share: Share
    restore_share: Share
    buffer_share: Share
    cure_period_days: int
    counting: CountingRules
    measure: CoverMeasure = "loan_to_allowed"
    basis: ValueBasis = "market"
    concentration_share: Share | None = None

    def __post_init__(self) -> None:
        _between("enforcement_share", self.enforcement_share, low=0, high=100)
        _between("warning_share", self.warning_share, low=0, high=self.enforcement_share)
        _between("buffer_share", self.buffer_share, low=0, high=self.warning_share)
        highest = min(1, self.enforcement_share) if self.measure == "loan_to_allowed" else self.enforcement_share
        _between("restore_share", self.restore_share, low=0, high=highest)
        _between("cure_period_days", self.cure_period_days, low=0, high=_LONGEST_CURE_DAYS)
        if self.concentration_share is not None:
            _between("concentration_share", self.concentration_share, low=0, high=1)

    def base_fen(self, value: PoolValue) -> int:
        """What the exposure is divided by."""
        return value.allowed_fen if self.measure == "loan_to_allowed" else value.counted_value_fen

    def ratio_share(self, cover: PoolCover) -> Fraction | None:
        """Exposure / base, None when there is nothing to divide by."""
        return _ratio(cover.exposure_fen, self.base_fen(cover.value))

    def holds(self, cover: PoolCover, *, limit_share: Share) -> bool:
        """Is exposure / base at or below a limit? With nothing to divide by only an exposure of zero is."""
        return cover.exposure_fen <= Fraction(limit_share) * self.base_fen(cover.value)

    def is_clear(self, cover: PoolCover) -> bool:
        """Is exposure / base so far below the warning limit that a warning may be cleared?"""
        return self.holds(cover, limit_share=Fraction(self.warning_share) - Fraction(self.buffer_share))

    def carried_fen(self, value: PoolValue, *, limit_share: Share) -> int:
        """The largest exposure that a limit allows, never more than the allowed amount after pledge rates."""
        return min(value.allowed_fen, _DOWN.to_fen(Fraction(limit_share) * self.base_fen(value)))


@dataclass(frozen=True)
class PoolCover:
    """A debt against the pool on one basis of value; the unsecured limit is taken off the debt first."""

    value: PoolValue
    outstanding_fen: int

    @property
    def exposure_fen(self) -> int:
        """What needs cover: the debt above the unsecured limit."""
        return max(0, self.outstanding_fen - self.value.unsecured_fen)

    @property
    def shortfall_fen(self) -> int:
        """By how much the exposure exceeds the allowed amount."""
        return max(0, self.exposure_fen - self.value.allowed_fen)

    @property
    def loan_to_allowed_share(self) -> Fraction | None:
        """Exposure / allowed amount, None when nothing is allowed."""
        return _ratio(self.exposure_fen, self.value.allowed_fen)

    @property
    def loan_to_value_share(self) -> Fraction | None:
        """Exposure / value of the rights that count, None when that is zero."""
        return _ratio(self.exposure_fen, self.value.counted_value_fen)

    def as_document(self) -> dict[str, Any]:
        """The cover for JSON."""
        return {
            **self.value.as_document(),
            "outstanding": Money(self.outstanding_fen).text,
            "exposure": Money(self.exposure_fen).text,
            "shortfall": Money(self.shortfall_fen).text,
            "loan_to_allowed_share": ratio_text(self.loan_to_allowed_share),
            "loan_to_value_share": ratio_text(self.loan_to_value_share),
        }


def _ratio(exposure_fen: int, base_fen: int) -> Fraction | None:
    return Fraction(exposure_fen, base_fen) if base_fen else None


def _between(name: str, found: Share | int, *, low: Share | int, high: Share | int) -> None:
    is_number = isinstance(found, Fraction | int) or found.is_finite()
    if not is_number or not low <= found <= high:
        raise InputError.of(name, found=found, expected=f"from {low} to {high}")
