"""On which terms does a pool's policy share a loss?

Reads a policy of the kind ``risk_pool`` on one day. A gap raises; what a policy is silent on is taken in the way that
promises least, and named in a warning.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, get_args

from pledge.claims import PARTIES, ClaimTerms, Timing
from pledge.policy_doubts import doubts_about
from valuation.errors import FieldProblem, InputError, ReferenceDataError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money

__all__ = ["POOL_PARTS", "RISK_CLASSES", "PoolTerms", "claim_terms"]

#: The public purses that may make up a pool.
POOL_PARTS = ("central", "province", "city", "district", "manager")
#: The classes of the five-class classification in which a loan may be lost or expected to be.
RISK_CLASSES = ("special_mention", "substandard", "doubtful", "loss")
_COVERED_CLAIMS = ("principal", "principal_and_interest")


@dataclass(frozen=True, kw_only=True)
class PoolTerms:
    """The terms a policy gives, the values it was read from, what it is silent on and what somebody doubts."""

    terms: ClaimTerms
    values_used: tuple[DatedValue, ...]
    warnings: tuple[NamedWarning, ...] = ()


@dataclass
class _Reader:
    """Takes values of one policy on one day and remembers them."""

    policy: DatedTable
    on: datetime.date
    used: list[DatedValue] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return self.policy.has(name)

    def take(self, name: str) -> Any:
        value = self.policy.value(name, on=self.on)
        self.used.append(value)
        return value.value

    def share(self, name: str) -> Fraction | None:
        return Fraction(str(self.take(name))) if self.has(name) else None

    def fen(self, name: str) -> int | None:
        return Money.from_text(str(self.take(name))).fen if self.has(name) else None

    def word(self, name: str, known: tuple[str, ...]) -> str:
        """One of the known words; the first of them when the policy is silent."""
        if not self.has(name):
            return known[0]
        found = str(self.take(name))
        if found not in known:
            where = f"{self.policy.id}: {name}"
            raise ReferenceDataError(
                f"{where}: found {found!r}, expected one of {', '.join(known)}",
                problems=[FieldProblem(where, repr(found), f"one of {', '.join(known)}")],
            )
        return found


def claim_terms(
    policy: DatedTable,
    *,
    on: datetime.date,
    asset_kind: str | None = None,
    risk_class: str | None = None,
    business_year: int | None = None,
) -> PoolTerms:
    """On which terms does this policy share a loss that is claimed on the day ``on``?

    Parameters
    ----------
    policy : of the kind ``risk_pool``, what-if values laid over it when there are any.
    asset_kind : the kind of right pledged, for a policy that compensates some kinds only; for another kind the pool
        bears nothing, and a warning says so.
    risk_class : the loan's class, for a policy whose shares are graded by it: one of ``RISK_CLASSES``.
    business_year : the bank's year of business with the pool, from 1, for a policy whose caps grow with it.

    Raises
    ------
    GapError, BeforeFirstStepError, RepealedError : a value the policy cannot give on this day.
    InputError : a kind, class or year that the policy asks for is not stated; shares that do not add up.
    ReferenceDataError : a word in the policy that is none of the known ones.

    Tested by: the worked examples of every policy and ``tests/pledge/test_claim_terms.py``.
    """
    if (outside := _not_compensable(policy, asset_kind)) is not None:
        nothing = ClaimTerms(shares={"pool": Fraction(0), "bank": Fraction(1)})
        return PoolTerms(terms=nothing, values_used=(), warnings=(outside,))
    read = _Reader(policy, on)
    parts = _parts(read)
    terms = ClaimTerms(
        shares=_shares(read, parts, risk_class),
        pool_parts=parts,
        part_caps_fen=_part_caps(read, business_year),
        covers_interest=read.word("covered_claim", _COVERED_CLAIMS) == "principal_and_interest",
        ip_part_only=bool(read.has("covers_ip_part_only") and read.take("covers_ip_part_only")),
        loss_cap_fen=read.fen("single_loan_cap_cny"),
        payment_cap_fen=read.fen("pool_payment_cap_cny"),
        cap_of_size_share=read.share("payment_cap_of_pool_size_share"),
        cap_of_balance_share=read.share("payment_cap_of_pool_balance_share"),
        timing=_timing(read),
        advance_share=_advance(read),
        wait_months=int(read.take("claim_wait_months")) if read.has("claim_wait_months") else 0,
    )
    if read.has("liability_limited_to_balance"):
        read.take("liability_limited_to_balance")
    doubts = doubts_about(policy, {value.name for value in read.used})
    return PoolTerms(terms=terms, values_used=tuple(read.used), warnings=(*_silences(policy), *doubts))


def _not_compensable(policy: DatedTable, asset_kind: str | None) -> NamedWarning | None:
    """The warning that the pool bears nothing for this kind of right, None where it compensates it."""
    kinds = policy.facts.get("compensable_asset_kinds")
    if kinds is None or asset_kind in kinds:
        return None
    if asset_kind is None:
        raise InputError.of(
            "asset_kind",
            found="nothing",
            expected=f"the kind of right; {policy.id} compensates {', '.join(kinds)} only",
        )
    return NamedWarning(
        "not_compensable",
        Label(
            f"{policy.label.zh}不补偿以该类权利（{asset_kind}）质押的贷款，损失由银行承担",
            f"{policy.id} does not compensate loans on a {asset_kind}; the bank bears the loss",
        ),
    )


def _parts(read: _Reader) -> dict[str, Fraction]:
    names = {part: f"loss_share_part.{part}" for part in POOL_PARTS}
    return {part: Fraction(str(read.take(name))) for part, name in names.items() if read.has(name)}


def _shares(read: _Reader, parts: Mapping[str, Fraction], risk_class: str | None) -> dict[str, Fraction]:
    """Each party's share; a bank whose share is not stated bears the rest, a loss stays where it fell."""
    graded = [name for name in map("pool_loss_share_by_class.{}".format, RISK_CLASSES) if read.has(name)]
    shares: dict[str, Fraction] = {}
    if parts:
        shares["pool"] = sum(parts.values(), Fraction(0))
    if graded:
        shares["pool"] = Fraction(str(read.take(_graded(read, graded, risk_class))))
    for party in PARTIES:
        stated = read.share(f"loss_share.{party}")
        if stated is not None:
            shares[party] = stated
    shares.setdefault("bank", 1 - sum(shares.values(), Fraction(0)))
    return {party: shares[party] for party in PARTIES if party in shares}


def _graded(read: _Reader, graded: list[str], risk_class: str | None) -> str:
    name = f"pool_loss_share_by_class.{risk_class}"
    if name not in graded:
        classes = ", ".join(each.rpartition(".")[2] for each in graded)
        raise InputError.of(
            "risk_class",
            found=risk_class or "nothing",
            expected=f"one of {classes}; {read.policy.id} grades its share by the class of the loan",
        )
    return name


def _part_caps(read: _Reader, business_year: int | None) -> dict[str, int]:
    found = {part: _part_cap(read, part, business_year) for part in POOL_PARTS}
    return {part: cap for part, cap in found.items() if cap is not None}


def _part_cap(read: _Reader, part: str, business_year: int | None) -> int | None:
    """The most one purse pays for one loan; some let it grow after the bank's first year."""
    first, later = f"part_payment_cap_cny.{part}", f"later_part_payment_cap_cny.{part}"
    if not read.has(later):
        return read.fen(first)
    if business_year is None or business_year < 1:
        raise InputError.of(
            "business_year",
            found="nothing" if business_year is None else business_year,
            expected=f"the bank's year of business from 1; {read.policy.id} caps later years differently",
        )
    return read.fen(first if business_year == 1 else later)


def _timing(read: _Reader) -> Timing:
    word: Any = read.word("payment_timing", get_args(Timing))
    timing: Timing = word
    return timing


def _advance(read: _Reader) -> Fraction:
    share = read.share("advance_share")
    return Fraction(1) if share is None else share


_SILENT = {
    "covered_claim": Label("只按本金计算", "taken as principal only"),
    "payment_timing": Label("按处置后终局损失补偿计算", "taken as paid on the final loss after disposal"),
}


def _silences(policy: DatedTable) -> tuple[NamedWarning, ...]:
    return tuple(
        NamedWarning(
            "policy_is_silent",
            Label(f"{policy.label.zh}未载明{name}，{taken.zh}", f"{policy.id} says nothing of {name}: {taken.en}"),
        )
        for name, taken in _SILENT.items()
        if not policy.has(name)
    )
