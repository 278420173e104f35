"""What does the pool pay on a bad loan, when, and who gets what is recovered later?

Three times of payment: on the final loss after disposal; a pre-payment 预付代偿 when the loan goes bad, trued up
after disposal; a deposit moved to an account of the bank's while the loan is worked out, settled in the same way.
Everything is whole fen. Shares are split by :func:`valuation.kernel.money.split_fen_steadily`, so that what is paid in
steps adds up to what would have been paid at once. A loss stays with the bank unless somebody bears it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from pledge.instalments import months_after
from valuation.errors import FieldProblem, InputError, RefusalError
from valuation.kernel.labels import Label
from valuation.kernel.money import Rounding, split_fen_steadily

__all__ = [
    "PARTIES",
    "ClaimTerms",
    "Loss",
    "Pool",
    "PoolClaim",
    "Recovery",
    "Settlement",
    "SharedLoss",
    "Timing",
    "claim_on_pool",
    "settle_claim",
    "share_claim",
    "share_recovery",
]

#: The parties that may bear a share of a loss. The bank bears whatever nobody else bears.
PARTIES: dict[str, Label] = {
    "pool": Label("资金池", "pool"),
    "bank": Label("银行", "bank"),
    "guarantor": Label("担保机构", "guarantor"),
    "insurer": Label("保险公司", "insurer"),
    "appraiser": Label("评估机构", "appraiser"),
}

#: ``after_disposal``: on the final loss; ``pre_payment`` and ``deposit``: when the loan goes bad, settled later.
Timing = Literal["after_disposal", "pre_payment", "deposit"]

_DOWN = Rounding(mode="down")


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What a bank lost on a loan, or expects to lose: fen of principal and of interest.

    ``ip_share`` is the part of the loan that clearly rests on the intellectual property, from 0 to 1; None when
    nobody said so.
    """

    principal_fen: int
    interest_fen: int = 0
    ip_share: Fraction | None = None

    def __post_init__(self) -> None:
        _refuse_negative({"loss.principal_fen": self.principal_fen, "loss.interest_fen": self.interest_fen})
        if self.ip_share is not None and not 0 <= self.ip_share <= 1:
            raise InputError.of("loss.ip_share", found=self.ip_share, expected="a share of one from 0 to 1")

    @property
    def total_fen(self) -> int:
        """Principal and interest."""
        return self.principal_fen + self.interest_fen


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What the pool holds now, and what it was set up with (None when no cap asks for it), fen."""

    balance_fen: int
    size_fen: int | None = None

    def __post_init__(self) -> None:
        _refuse_negative({"pool_balance": self.balance_fen, "pool_size": self.size_fen})


@dataclass(frozen=True, kw_only=True)
class ClaimTerms:
    """Who bears what of a loss, within which caps, and when the pool pays.

    Attributes
    ----------
    shares : share of the covered loss by party; ``bank`` and ``pool`` among them, adding up to exactly one.
    pool_parts : the pool's share by the public purses that make it up, adding up to it; empty for one purse.
    part_caps_fen : the most that one of these purses pays for one loan.
    covers_interest : whether lost interest is shared besides principal.
    ip_part_only : whether only the part of the loan that clearly rests on intellectual property is covered.
    loss_cap_fen : the largest loss of one loan that is shared.
    payment_cap_fen : the most that the pool pays for one loan.
    cap_of_size_share, cap_of_balance_share : the same as a share of the pool's size, or of its balance.
    timing, advance_share, wait_months : when the pool pays; which share of its part it pays before disposal; months
        after the default before which no claim is taken.
    """

    shares: Mapping[str, Fraction]
    pool_parts: Mapping[str, Fraction] = field(default_factory=dict)
    part_caps_fen: Mapping[str, int] = field(default_factory=dict)
    covers_interest: bool = False
    ip_part_only: bool = False
    loss_cap_fen: int | None = None
    payment_cap_fen: int | None = None
    cap_of_size_share: Fraction | None = None
    cap_of_balance_share: Fraction | None = None
    timing: Timing = "after_disposal"
    advance_share: Fraction = Fraction(1)
    wait_months: int = 0

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise InputError.from_problems(problems)

    def _problems(self) -> Iterator[FieldProblem]:
        yield from _share_problems(self.shares)
        parts = sum(self.pool_parts.values(), Fraction(0))
        if self.pool_parts and parts != self.shares.get("pool"):
            whole = self.shares.get("pool")
            yield FieldProblem("loss_share_part", str(parts), f"parts that add up to the pool's share, {whole}")
        if strange := set(self.part_caps_fen) - set(self.pool_parts):
            yield FieldProblem("part_payment_cap_cny", ", ".join(sorted(strange)), "caps of purses that bear a part")
        caps = {"single_loan_cap_cny": self.loss_cap_fen, "payment_cap_cny": self.payment_cap_fen}
        caps |= {f"part_payment_cap_cny.{name}": cap for name, cap in self.part_caps_fen.items()}
        caps |= {"wait_months": self.wait_months}
        yield from (
            FieldProblem(name, str(cap), "0 or more") for name, cap in caps.items() if cap is not None and cap < 0
        )
        shares = {"cap_of_size_share": self.cap_of_size_share, "cap_of_balance_share": self.cap_of_balance_share}
        shares |= {"advance_share": self.advance_share}
        for name, share in shares.items():
            if share is not None and not 0 <= share <= 1:
                yield FieldProblem(name, str(share), "a share of one from 0 to 1")


@dataclass(frozen=True, kw_only=True)
class SharedLoss:
    """A loss, shared: ``by_party`` adds up to ``loss_fen`` exactly.

    ``pool_by_part`` adds up to the pool's part. ``left_with_bank`` names what the bank bears beyond its own share, by
    reason, fen: not covered, above a cap, beyond the pool's balance.
    """

    loss_fen: int
    covered_fen: int
    by_party: Mapping[str, int]
    pool_by_part: Mapping[str, int]
    left_with_bank: Mapping[str, int]

    @property
    def pool_fen(self) -> int:
        """What the pool bears."""
        return self.by_party["pool"]


@dataclass(frozen=True, kw_only=True)
class PoolClaim:
    """What the pool pays on a claim: finally, in advance, or into a deposit account.

    ``paid_fen`` leaves the pool now; ``expected`` is the sharing of the loss as it was expected or found.
    """

    kind: Timing
    expected: SharedLoss
    paid_fen: int
    made_on: datetime.date


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """A claim paid in advance, trued up to the final loss: one of the two amounts is zero."""

    final: SharedLoss
    advanced_fen: int
    pool_pays_fen: int
    bank_returns_fen: int


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """A later recovery, shared among those who bore the loss; ``surplus_fen`` is more than the loss: the debtor's."""

    by_party: Mapping[str, int]
    surplus_fen: int


def share_claim(loss: Loss, terms: ClaimTerms, *, pool: Pool) -> SharedLoss:
    """Who bears how many fen of a loss?

    The covered loss (principal, interest if covered, of a mixed pledge the IP part rounded down) up to the cap of one
    loan is split by the shares. The pool's part is cut to what its purses, its caps and its balance allow. What is
    not covered or cut stays with the bank.

    Raises
    ------
    InputError : the IP part is not stated and only that part is covered; the pool's size is not stated and a cap is a
        share of it.

    Examples
    --------
    >>> terms = ClaimTerms(shares={"pool": Fraction(1, 2), "bank": Fraction(1, 2)}, payment_cap_fen=300)
    >>> shared = share_claim(Loss(principal_fen=1_000), terms, pool=Pool(balance_fen=10_000))
    >>> dict(shared.by_party), dict(shared.left_with_bank)
    ({'pool': 300, 'bank': 700}, {'above_payment_cap': 200})

    Tested by: hand, the worked examples of the policies, and hypothesis in ``tests/pledge/test_claims.py``.
    """
    covered = _covered(loss, terms)
    shared = covered if terms.loss_cap_fen is None else min(covered, terms.loss_cap_fen)
    by_party = split_fen_steadily(shared, weights=terms.shares, last="bank")
    parts = _split_parts(by_party["pool"], terms.pool_parts)
    capped = {name: min(fen, terms.part_caps_fen.get(name, fen)) for name, fen in parts.items()}
    left = {"not_covered": loss.total_fen - covered, "above_single_loan_cap": covered - shared}
    left["above_part_cap"] = sum(parts.values()) - sum(capped.values())
    paid = sum(capped.values())
    for reason, limit in _limits(terms, pool):
        left[reason] = max(0, paid - limit)
        paid -= left[reason]
    others = {party: fen for party, fen in by_party.items() if party not in ("pool", "bank")}
    bank = loss.total_fen - paid - sum(others.values())
    return SharedLoss(
        loss_fen=loss.total_fen,
        covered_fen=shared,
        by_party={party: {"pool": paid, "bank": bank, **others}[party] for party in terms.shares},
        pool_by_part=_split_parts(paid, capped) if terms.pool_parts else {},
        left_with_bank={reason: fen for reason, fen in left.items() if fen},
    )


def claim_on_pool(
    loss: Loss, terms: ClaimTerms, *, pool: Pool, defaulted_on: datetime.date, on: datetime.date, disposed: bool
) -> PoolClaim:
    """What does the pool pay when the bank claims on the day ``on``?

    After disposal its part of the loss. Before it, under terms with a pre-payment or a deposit, ``advance_share`` of
    its part of the expected loss, rounded down to the fen.

    Parameters
    ----------
    loss : the final loss when ``disposed``, else the loss expected now.
    defaulted_on : the day the loan went bad.
    disposed : whether the pledge has been disposed of, so that the loss is final.

    Raises
    ------
    RefusalError : the terms pay on the final loss only, or the claim comes before the waiting time has passed.

    Examples
    --------
    >>> terms = ClaimTerms(
    ...     shares={"pool": Fraction(1, 2), "bank": Fraction(1, 2)}, timing="pre_payment", advance_share=Fraction(1, 2)
    ... )
    >>> day = datetime.date(2024, 3, 1)
    >>> claim_on_pool(
    ...     Loss(principal_fen=1_000), terms, pool=Pool(balance_fen=900), defaulted_on=day, on=day, disposed=False
    ... ).paid_fen
    250

    Tested by: hand and hypothesis in ``tests/pledge/test_claims.py``.
    """
    _refuse_early(terms, defaulted_on=defaulted_on, on=on, disposed=disposed)
    expected = share_claim(loss, terms, pool=pool)
    if disposed:
        return PoolClaim(kind="after_disposal", expected=expected, paid_fen=expected.pool_fen, made_on=on)
    paid = _DOWN.to_fen(expected.pool_fen * terms.advance_share)
    return PoolClaim(kind=terms.timing, expected=expected, paid_fen=paid, made_on=on)


def settle_claim(claim: PoolClaim, final_loss: Loss, terms: ClaimTerms, *, pool: Pool) -> Settlement:
    """What passes between pool and bank when the loss of a claim paid in advance is final?

    The pool's part of the final loss is computed as if nothing had been paid, then compared with the advance: the pool
    pays the rest, or the bank returns what was too much.

    Parameters
    ----------
    pool : what it holds now, after the advance; the advance counts as held.

    Raises
    ------
    RefusalError : the claim was paid after disposal, so that there is nothing to settle.

    Tested by: hand and hypothesis (pre-payment and settlement come to the payment after disposal) in
    ``tests/pledge/test_claims.py``.
    """
    if claim.kind == "after_disposal":
        raise RefusalError.of(
            "claim.kind",
            found="after_disposal",
            expected="pre_payment or deposit",
            advice="A claim on the final loss is already settled; share a later recovery instead",
        )
    before = Pool(balance_fen=pool.balance_fen + claim.paid_fen, size_fen=pool.size_fen)
    final = share_claim(final_loss, terms, pool=before)
    difference = final.pool_fen - claim.paid_fen
    return Settlement(
        final=final,
        advanced_fen=claim.paid_fen,
        pool_pays_fen=max(0, difference),
        bank_returns_fen=max(0, -difference),
    )


def share_recovery(recovered_fen: int, *, borne_fen: Mapping[str, int], returned_fen: int = 0) -> Recovery:
    """Who gets how many fen of what is recovered after the loss was shared?

    Pro rata to what each party bore, never more than that. It does not matter in how many steps money comes in: the
    parts are differences of the split of the sum.

    Parameters
    ----------
    recovered_fen : what came in now, after its costs, ≥ 0.
    borne_fen : what each party bore, ≥ 0, ``bank`` among them.
    returned_fen : what came in before and was shared, ≥ 0.

    Raises
    ------
    InputError : a negative amount, or no bank.

    Examples
    --------
    >>> borne = {"pool": 540, "bank": 460}
    >>> dict(share_recovery(100, borne_fen=borne).by_party)
    {'pool': 54, 'bank': 46}
    >>> share_recovery(1_500, borne_fen=borne).surplus_fen
    500

    Tested by: hand and hypothesis (in steps as at once) in ``tests/pledge/test_claims.py``.
    """
    _refuse_negative({"recovered_fen": recovered_fen, "returned_fen": returned_fen})
    _refuse_negative({f"borne_fen.{party}": fen for party, fen in borne_fen.items()})
    if "bank" not in borne_fen:
        raise InputError.of("borne_fen", found=", ".join(borne_fen) or "nobody", expected="also what the bank bore")
    lost = sum(borne_fen.values())
    before, after = min(returned_fen, lost), min(returned_fen + recovered_fen, lost)
    first, second = (_split_borne(fen, borne_fen) for fen in (before, after))
    by_party = {party: second[party] - first[party] for party in borne_fen}
    return Recovery(by_party=by_party, surplus_fen=recovered_fen - (after - before))


def _covered(loss: Loss, terms: ClaimTerms) -> int:
    lost = loss.total_fen if terms.covers_interest else loss.principal_fen
    if not terms.ip_part_only:
        return lost
    if loss.ip_share is None:
        raise InputError.of(
            "loss.ip_share",
            found="nothing",
            expected="the part of the loan that clearly rests on intellectual property; 1 when nothing else is pledged",
        )
    return _DOWN.to_fen(lost * loss.ip_share)


def _limits(terms: ClaimTerms, pool: Pool) -> Iterator[tuple[str, int]]:
    """The most the pool may pay for one loan, each limit with the reason it gives."""
    if terms.payment_cap_fen is not None:
        yield "above_payment_cap", terms.payment_cap_fen
    if terms.cap_of_size_share is not None:
        if pool.size_fen is None:
            raise InputError.of("pool_size", found="nothing", expected="the size of the pool; a cap is a share of it")
        yield "above_share_of_pool_size", _DOWN.to_fen(pool.size_fen * terms.cap_of_size_share)
    if terms.cap_of_balance_share is not None:
        yield "above_share_of_pool_balance", _DOWN.to_fen(pool.balance_fen * terms.cap_of_balance_share)
    yield "beyond_pool_balance", pool.balance_fen


def _split_parts(total_fen: int, parts: Mapping[str, Fraction | int]) -> dict[str, int]:
    """The pool's amount by purse; the whole when there is one purse, nothing when there is nothing to split."""
    if not parts:
        return {"pool": total_fen}
    if not any(parts.values()):
        return dict.fromkeys(parts, 0)
    return split_fen_steadily(total_fen, weights=parts, last=list(parts)[-1])


def _split_borne(total_fen: int, borne_fen: Mapping[str, int]) -> dict[str, int]:
    if not any(borne_fen.values()):
        return dict.fromkeys(borne_fen, 0)
    return split_fen_steadily(total_fen, weights=borne_fen, last="bank")


def _refuse_early(terms: ClaimTerms, *, defaulted_on: datetime.date, on: datetime.date, disposed: bool) -> None:
    if on < defaulted_on:
        raise InputError.of("claim.on", found=on, expected=f"{defaulted_on} or later, the day of the default")
    if not disposed and terms.timing == "after_disposal":
        raise RefusalError.of(
            "claim.disposed",
            found="a pledge not yet disposed of",
            expected="a final loss",
            advice="This pool pays after disposal only; claim when the proceeds are known",
        )
    earliest = months_after(defaulted_on, terms.wait_months)
    if on < earliest:
        raise RefusalError.of(
            "claim.on",
            found=on,
            expected=f"{earliest} or later",
            advice=f"Claims are taken {terms.wait_months} months after the default on {defaulted_on}",
        )


def _share_problems(shares: Mapping[str, Fraction]) -> Iterator[FieldProblem]:
    known = ", ".join(PARTIES)
    if strange := set(shares) - set(PARTIES):
        yield FieldProblem("loss_share", ", ".join(sorted(strange)), f"parties among {known}")
    if missing := {"pool", "bank"} - set(shares):
        yield FieldProblem("loss_share", ", ".join(sorted(shares)), f"also {', '.join(sorted(missing))}")
    elif sum(shares.values(), Fraction(0)) != 1 or min(shares.values()) < 0:
        found = ", ".join(f"{party} {share}" for party, share in shares.items())
        yield FieldProblem("loss_share", found, "shares of 0 or more that add up to exactly 1")


def _negative(amounts: Mapping[str, int | None]) -> Iterator[FieldProblem]:
    for name, amount in amounts.items():
        if amount is not None and amount < 0:
            yield FieldProblem(name, str(amount), "0 or more")


def _refuse_negative(amounts: Mapping[str, int | None]) -> None:
    if problems := list(_negative(amounts)):
        raise InputError.from_problems(problems)
