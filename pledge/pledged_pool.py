"""What stands behind one debt: several rights, each with its own value, pledge rate, register entry and age.

Each right counts with its own pledge rate; there is no common rate for a mixed pool. A right that may not be counted
is shown with every reason why, its allowed amount is zero. All amounts are whole fen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

from pledge.cover import Share, maximum_loan, ratio_text
from pledge.instalments import months_after
from pledge.pledged_asset import ASSET_KINDS, AssetKind
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = [
    "NOT_COUNTED",
    "AllowedAmount",
    "CountingRules",
    "CoverAsset",
    "CoverPool",
    "NotCounted",
    "PoolValue",
    "UnsecuredLimit",
    "ValueBasis",
    "changing_days",
    "value_pool",
]

#: ``market`` is the market value of the appraisal; ``pledgee`` what a lender who must sell would get.
ValueBasis = Literal["market", "pledgee"]
NotCounted = Literal["not_registered", "lapsed", "valuation_too_old", "life_too_short", "zero_value"]
#: Why a right adds nothing to the cover.
NOT_COUNTED: dict[NotCounted, Label] = {
    "not_registered": Label("质押未登记，质权尚未设立", "not registered, so there is no pledge yet"),
    "lapsed": Label("权利已终止或期满", "the right has lapsed or expired"),
    "valuation_too_old": Label("评估已过有效期", "the valuation is too old"),
    "life_too_short": Label("权利剩余有效期不足以覆盖债务", "the right ends too early for the debt"),
    "zero_value": Label("价值为零", "the value is zero"),
}


@dataclass(frozen=True, kw_only=True)
class CoverAsset:
    """One pledged right as it stands in the file.

    Attributes
    ----------
    market_value_fen, pledgee_value_fen : both of the valuation of ``valued_on``; the second None if not valued.
    pledge_rate_share : cap on loan / value of this right, a share of one.
    expiry_date : the last day of protection.
    registered_on : the day of the register entry, None while there is none.
    lapsed_on : the first day on which the right is no longer in force (unpaid annuity, invalidation), None if it is.
    """

    id: str
    kind: AssetKind
    market_value_fen: int
    pledgee_value_fen: int | None
    pledge_rate_share: Share
    valued_on: date
    expiry_date: date
    registered_on: date | None
    lapsed_on: date | None = None

    def __post_init__(self) -> None:
        if self.kind not in ASSET_KINDS:
            raise UnknownNameError.among(f"{self.id}: kind", found=self.kind, known=ASSET_KINDS)
        # The limit itself refuses a negative value and a rate that is no share of one, naming the field.
        maximum_loan(self.market_value_fen, pledge_rate_share=self.pledge_rate_share)
        if self.pledgee_value_fen is not None:
            maximum_loan(self.pledgee_value_fen, pledge_rate_share=self.pledge_rate_share)

    def value_fen(self, basis: ValueBasis) -> int:
        """The value on one basis; a value to a pledgee that nobody stated is an error, never the market value."""
        if basis == "market":
            return self.market_value_fen
        if self.pledgee_value_fen is None:
            raise InputError.of(f"{self.id}: pledgee_value", found="nothing", expected="a value to the pledgee")
        return self.pledgee_value_fen


@dataclass(frozen=True)
class UnsecuredLimit:
    """What may be owed without any cover, up to and including ``until``; for example until the register entry."""

    limit_fen: int
    until: date

    def __post_init__(self) -> None:
        if self.limit_fen < 0:
            raise InputError.of("unsecured_limit", found=self.limit_fen, expected="0 or more")

    def on(self, day: date) -> int:
        """The limit on ``day``, zero after its end."""
        return self.limit_fen if day <= self.until else 0


@dataclass(frozen=True)
class CoverPool:
    """The rights behind one debt, the contractual end of the debt, and an explicit unsecured limit if there is one."""

    assets: tuple[CoverAsset, ...]
    debt_ends_on: date
    unsecured: UnsecuredLimit | None = None

    def __post_init__(self) -> None:
        names = [asset.id for asset in self.assets]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InputError.of("assets", found=f"{', '.join(twice)} twice", expected="each right once")

    def without(self, *asset_ids: str) -> CoverPool:
        """The pool after these rights left it."""
        known = [asset.id for asset in self.assets]
        for name in asset_ids:
            if name not in known:
                raise UnknownNameError.among("asset", found=name, known=known)
        kept = tuple(asset for asset in self.assets if asset.id not in asset_ids)
        return CoverPool(kept, self.debt_ends_on, self.unsecured)


@dataclass(frozen=True, kw_only=True)
class CountingRules:
    """When a right may be counted.

    ``valuation_validity_months``: how long a valuation serves, its last day included. ``life_margin_months``: how long
    the right must outlive the debt (an overdue debt: the day looked at).
    """

    valuation_validity_months: int
    life_margin_months: int = 0

    def __post_init__(self) -> None:
        for name in ("valuation_validity_months", "life_margin_months"):
            if getattr(self, name) < 0:
                raise InputError.of(name, found=getattr(self, name), expected="0 or more")


@dataclass(frozen=True)
class AllowedAmount:
    """What one right adds: ``allowed_fen`` = floor(value × its pledge rate), zero with the reasons when not counted.

    ``share_of_pool`` is its part of the pool's allowed amount, None when that is zero.
    """

    asset: CoverAsset
    value_fen: int
    allowed_fen: int
    not_counted: tuple[NotCounted, ...]
    share_of_pool: Fraction | None = None

    @property
    def counted_value_fen(self) -> int:
        """The value if the right counts, else zero."""
        return 0 if self.not_counted else self.value_fen

    def as_document(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "asset": self.asset.id,
            "kind": self.asset.kind,
            "value": Money(self.value_fen).text,
            "pledge_rate_share": str(self.asset.pledge_rate_share),
            "allowed": Money(self.allowed_fen).text,
            "share_of_pool": ratio_text(self.share_of_pool),
            "not_counted": [{"code": code, **NOT_COUNTED[code].as_document()} for code in self.not_counted],
        }


@dataclass(frozen=True)
class PoolValue:
    """The pool on one day and one basis of value, right by right."""

    as_of: date
    basis: ValueBasis
    rows: tuple[AllowedAmount, ...]
    unsecured_fen: int

    @property
    def allowed_fen(self) -> int:
        """What may be lent on the rights: the sum of their allowed amounts."""
        return sum(row.allowed_fen for row in self.rows)

    @property
    def counted_value_fen(self) -> int:
        """The value of the rights that count."""
        return sum(row.counted_value_fen for row in self.rows)

    @property
    def largest(self) -> AllowedAmount | None:
        """The right with the largest allowed amount (the first of equals), None when nothing is allowed."""
        return max(self.rows, key=lambda row: row.allowed_fen) if self.allowed_fen else None

    def allowed_by_asset(self) -> dict[str, int]:
        """The allowed amount of each right, in fen, by its id."""
        return {row.asset.id: row.allowed_fen for row in self.rows}

    def as_document(self) -> dict[str, Any]:
        """The pool for JSON."""
        return {
            "as_of": self.as_of.isoformat(),
            "basis": self.basis,
            "counted_value": Money(self.counted_value_fen).text,
            "allowed": Money(self.allowed_fen).text,
            "unsecured_limit": Money(self.unsecured_fen).text,
            "largest": None if self.largest is None else self.largest.asset.id,
            "assets": [row.as_document() for row in self.rows],
        }


def value_pool(pool: CoverPool, *, rules: CountingRules, as_of: date, basis: ValueBasis = "market") -> PoolValue:
    """What may be lent on these rights on this day, right by right?

    allowed = Σ floor(valueᵢ × pledge rateᵢ) over the rights that are registered, in force, valued recently enough,
    long-lived enough and worth something; every other right adds zero and says why.

    Parameters
    ----------
    pool : the rights, the end of the debt, the unsecured limit (reported beside, never added to the allowed amount).
    rules : age of a valuation, life beyond the debt.
    as_of : the day looked at; its end counts.
    basis : market value, or value to the pledgee.

    Raises
    ------
    InputError : a valuation dated after ``as_of``, a value to the pledgee that is needed and not stated.

    Tested by: hand, hypothesis and each reason in ``tests/pledge/test_pledged_pool.py``.
    """
    rows = [_allowed(asset, pool, rules, as_of, basis) for asset in pool.assets]
    total = sum(row.allowed_fen for row in rows)
    shared = tuple(_with_share(row, total) for row in rows)
    return PoolValue(as_of, basis, shared, pool.unsecured.on(as_of) if pool.unsecured else 0)


def changing_days(pool: CoverPool, *, rules: CountingRules, after: date) -> tuple[date, ...]:
    """On which later days does mere time change what the pool is worth, sorted?

    A register entry dated ahead, the first day after a valuation's validity, after the last day on which a right lives
    long enough, after protection; a lapse dated ahead; the first day after the unsecured limit.
    """
    days = {day for asset in pool.assets for day in _days_of(asset, pool, rules)}
    if pool.unsecured is not None:
        days.add(pool.unsecured.until + timedelta(days=1))
    return tuple(sorted(day for day in days if day > after))


def _allowed(asset: CoverAsset, pool: CoverPool, rules: CountingRules, as_of: date, basis: ValueBasis) -> AllowedAmount:
    if asset.valued_on > as_of:
        raise InputError.of(f"{asset.id}: valued_on", found=asset.valued_on, expected=f"{as_of} or earlier")
    value = asset.value_fen(basis)
    reasons = tuple(_reasons(asset, pool, rules, as_of, value))
    allowed = 0 if reasons else maximum_loan(value, pledge_rate_share=asset.pledge_rate_share).amount_fen
    return AllowedAmount(asset, value, allowed, reasons)


def _reasons(
    asset: CoverAsset, pool: CoverPool, rules: CountingRules, as_of: date, value_fen: int
) -> Iterator[NotCounted]:
    if asset.registered_on is None or asset.registered_on > as_of:
        yield "not_registered"
    if asset.expiry_date < as_of or (asset.lapsed_on is not None and asset.lapsed_on <= as_of):
        yield "lapsed"
    if as_of > months_after(asset.valued_on, rules.valuation_validity_months):
        yield "valuation_too_old"
    if asset.expiry_date < months_after(max(pool.debt_ends_on, as_of), rules.life_margin_months):
        yield "life_too_short"
    if value_fen == 0:
        yield "zero_value"


def _with_share(row: AllowedAmount, total_fen: int) -> AllowedAmount:
    share = Fraction(row.allowed_fen, total_fen) if total_fen else None
    return AllowedAmount(row.asset, row.value_fen, row.allowed_fen, row.not_counted, share)


def _days_of(asset: CoverAsset, pool: CoverPool, rules: CountingRules) -> Iterator[date]:
    if asset.registered_on is not None:
        yield asset.registered_on
    if asset.lapsed_on is not None:
        yield asset.lapsed_on
    yield months_after(asset.valued_on, rules.valuation_validity_months) + timedelta(days=1)
    yield asset.expiry_date + timedelta(days=1)
    yield _first_day_too_short(asset, pool, rules)


def _first_day_too_short(asset: CoverAsset, pool: CoverPool, rules: CountingRules) -> date:
    """The first day on which the right no longer outlives an overdue debt by the margin.

    Months are of unequal length: the margin counted back never passes the day but may fall short of it, so it is
    looked up from there.
    """
    day = months_after(asset.expiry_date, -rules.life_margin_months)
    while months_after(day, rules.life_margin_months) <= asset.expiry_date:
        day += timedelta(days=1)
    return max(day, pool.debt_ends_on + timedelta(days=1))
