"""Is a claim on a pool paid, settled and recovered to the fen?

Hand: the arithmetic stands beside the numbers. Second way: a pre-payment and its settlement together must come to the
payment after disposal, recoveries in steps to the recovery at once. Identities by hypothesis: a sharing adds up to the
loss, nobody is negative, the pool stays within balance and caps, no part falls when the loss rises, a recovery returns
at most what was borne.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.claims import (
    PARTIES,
    ClaimTerms,
    Loss,
    Pool,
    claim_on_pool,
    settle_claim,
    share_claim,
    share_recovery,
)
from valuation.errors import InputError, RefusalError

DAY = datetime.date
DEFAULT = DAY(2024, 1, 31)
HALF = {"pool": Fraction(1, 2), "bank": Fraction(1, 2)}
FEN = st.integers(0, 10**11)
SHARE = st.fractions(0, 1, max_denominator=100)


@st.composite
def terms_of(draw: st.DrawFn, timing: Any = None) -> ClaimTerms:
    weights = draw(st.lists(st.integers(0, 50), min_size=2, max_size=5).filter(any))
    shares = {party: Fraction(weight, sum(weights)) for party, weight in zip(PARTIES, weights, strict=False)}
    cut = draw(SHARE)
    parts = draw(st.sampled_from([{}, {"province": shares["pool"] * cut, "city": shares["pool"] * (1 - cut)}]))
    return ClaimTerms(
        shares=shares,
        pool_parts=parts,
        part_caps_fen={"city": draw(FEN)} if parts else {},
        covers_interest=draw(st.booleans()),
        ip_part_only=draw(st.booleans()),
        loss_cap_fen=draw(st.none() | FEN),
        payment_cap_fen=draw(st.none() | FEN),
        cap_of_size_share=draw(st.none() | SHARE),
        cap_of_balance_share=draw(st.none() | SHARE),
        timing=timing or draw(st.sampled_from(["after_disposal", "pre_payment", "deposit"])),
        advance_share=draw(SHARE),
    )


POOLS = st.builds(Pool, balance_fen=FEN, size_fen=FEN)
LOSSES = st.builds(Loss, principal_fen=FEN, interest_fen=FEN, ip_share=SHARE)


@given(loss=LOSSES, terms=terms_of(), pool=POOLS)
def test_a_sharing_adds_up_and_keeps_to_balance_and_caps(loss: Loss, terms: ClaimTerms, pool: Pool) -> None:
    shared = share_claim(loss, terms, pool=pool)
    assert sum(shared.by_party.values()) == loss.total_fen
    assert min(shared.by_party.values()) >= 0
    limits = [pool.balance_fen, terms.payment_cap_fen, _part(pool.size_fen, terms.cap_of_size_share)]
    limits += [_part(pool.balance_fen, terms.cap_of_balance_share)]
    assert all(shared.pool_fen <= limit for limit in limits if limit is not None)
    assert all(shared.pool_by_part[part] <= cap for part, cap in terms.part_caps_fen.items())
    assert sum(shared.pool_by_part.values()) == (shared.pool_fen if terms.pool_parts else 0)
    assert shared.by_party["bank"] >= sum(shared.left_with_bank.values())
    covered = loss.total_fen if terms.covers_interest else loss.principal_fen
    assert loss.total_fen - shared.by_party["bank"] <= covered


def _part(fen: int | None, share: Fraction | None) -> Fraction | None:
    return None if share is None or fen is None else fen * share


@given(loss=LOSSES, terms=terms_of(), pool=POOLS, more=st.integers(1, 10**6))
def test_no_part_falls_when_more_is_lost(loss: Loss, terms: ClaimTerms, pool: Pool, more: int) -> None:
    worse = Loss(principal_fen=loss.principal_fen + more, interest_fen=loss.interest_fen, ip_share=loss.ip_share)
    before, after = (share_claim(each, terms, pool=pool).by_party for each in (loss, worse))
    assert all(before[party] <= after[party] for party in before)


@given(expected=LOSSES, final=LOSSES, terms=terms_of("pre_payment"), pool=POOLS)
def test_pre_payment_and_settlement_come_to_the_payment_after_disposal(
    expected: Loss, final: Loss, terms: ClaimTerms, pool: Pool
) -> None:
    claim = claim_on_pool(expected, terms, pool=pool, defaulted_on=DEFAULT, on=DEFAULT, disposed=False)
    left = Pool(balance_fen=pool.balance_fen - claim.paid_fen, size_fen=pool.size_fen)
    settled = settle_claim(claim, final, terms, pool=left)
    at_once = claim_on_pool(final, terms, pool=pool, defaulted_on=DEFAULT, on=DEFAULT, disposed=True)
    assert claim.paid_fen + settled.pool_pays_fen - settled.bank_returns_fen == at_once.paid_fen
    assert 0 in (settled.pool_pays_fen, settled.bank_returns_fen)
    assert settled.pool_pays_fen <= left.balance_fen
    assert settled.bank_returns_fen <= claim.paid_fen


@given(
    borne=st.dictionaries(st.sampled_from(list(PARTIES)), FEN).filter(lambda each: "bank" in each),
    steps=st.lists(FEN, min_size=1, max_size=5),
)
def test_recoveries_in_steps_come_to_the_recovery_at_once(borne: dict[str, int], steps: list[int]) -> None:
    total, surplus = dict.fromkeys(borne, 0), 0
    for number, recovered in enumerate(steps):
        found = share_recovery(recovered, borne_fen=borne, returned_fen=sum(steps[:number]))
        assert sum(found.by_party.values()) + found.surplus_fen == recovered
        assert min(found.by_party.values()) >= 0
        surplus += found.surplus_fen
        total = {party: total[party] + fen for party, fen in found.by_party.items()}
    at_once = share_recovery(sum(steps), borne_fen=borne)
    assert (total, surplus) == (at_once.by_party, at_once.surplus_fen)
    assert all(total[party] <= borne[party] for party in borne)


def test_a_pre_payment_by_hand() -> None:
    # Expected loss 800,000.00; the pool bears 40 % = 320,000.00 and pays half of it, 160,000.00, when the loan is bad.
    terms = ClaimTerms(
        shares={"pool": Fraction(2, 5), "bank": Fraction(3, 5)}, timing="pre_payment", advance_share=Fraction(1, 2)
    )
    pool = Pool(balance_fen=1_000_000_00)
    claim = claim_on_pool(
        Loss(principal_fen=800_000_00), terms, pool=pool, defaulted_on=DEFAULT, on=DAY(2024, 2, 1), disposed=False
    )
    assert (claim.kind, claim.paid_fen) == ("pre_payment", 160_000_00)
    # Final loss 500,000.00: the pool's part is 200,000.00, 40,000.00 more. 300,000.00: 120,000.00, 40,000.00 back.
    left = Pool(balance_fen=840_000_00)
    more, less = (settle_claim(claim, Loss(principal_fen=fen), terms, pool=left) for fen in (500_000_00, 300_000_00))
    assert (more.pool_pays_fen, more.bank_returns_fen) == (40_000_00, 0)
    assert (less.pool_pays_fen, less.bank_returns_fen) == (0, 40_000_00)
    assert dict(less.final.by_party) == {"pool": 120_000_00, "bank": 180_000_00}


def test_interest_and_the_part_that_is_not_intellectual_property_stay_with_the_bank() -> None:
    # Lost 600.00 principal and 40.00 interest, 70 % on IP: covered 420.00, half of it each; the bank also 180 + 40.
    loss = Loss(principal_fen=600_00, interest_fen=40_00, ip_share=Fraction(7, 10))
    terms = ClaimTerms(shares=HALF, ip_part_only=True)
    shared = share_claim(loss, terms, pool=Pool(balance_fen=10**9))
    assert dict(shared.by_party) == {"pool": 210_00, "bank": 430_00}
    assert dict(shared.left_with_bank) == {"not_covered": 220_00}
    # With interest covered: 640.00 × 70 % = 448.00, half of it 224.00.
    both = ClaimTerms(shares=HALF, ip_part_only=True, covers_interest=True)
    assert share_claim(loss, both, pool=Pool(balance_fen=10**9)).pool_fen == 224_00


def test_each_cap_by_hand() -> None:
    # A loss of 1,000.00, half of it the pool's: 500.00. Size 4,000.00, balance 3,000.00.
    pool, loss = Pool(balance_fen=3_000_00, size_fen=4_000_00), Loss(principal_fen=1_000_00)
    cases: list[tuple[dict[str, Any], int, dict[str, int]]] = [
        ({"payment_cap_fen": 450_00}, 450_00, {"above_payment_cap": 50_00}),
        ({"cap_of_size_share": Fraction(1, 10)}, 400_00, {"above_share_of_pool_size": 100_00}),
        ({"cap_of_balance_share": Fraction(1, 10)}, 300_00, {"above_share_of_pool_balance": 200_00}),
        ({"loss_cap_fen": 700_00}, 350_00, {"above_single_loan_cap": 300_00}),
        ({"pool_parts": {"province": Fraction(3, 10), "city": Fraction(1, 5)}, "part_caps_fen": {"city": 150_00}},
         450_00, {"above_part_cap": 50_00}),
    ]  # fmt: skip
    for caps, paid, left in cases:
        shared = share_claim(loss, ClaimTerms(shares=HALF, **caps), pool=pool)
        assert (shared.pool_fen, shared.by_party["bank"], dict(shared.left_with_bank)) == (paid, 1_000_00 - paid, left)


def test_a_recovery_by_hand() -> None:
    # Borne 540 : 260 : 160 : 40; 10.01 comes back: 540.54 fen → 541 for the pool; of 460 left 160, 40 and 260.
    borne = {"pool": 540_00, "bank": 260_00, "insurer": 160_00, "appraiser": 40_00}
    found = share_recovery(10_01, borne_fen=borne)
    assert dict(found.by_party) == {"pool": 541, "bank": 260, "insurer": 160, "appraiser": 40}
    assert share_recovery(10**9, borne_fen=borne).by_party == borne
    assert share_recovery(5, borne_fen={"bank": 0}).surplus_fen == 5


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: Loss(principal_fen=-1), "loss.principal_fen: found -1, expected 0 or more"),
        (lambda: Loss(principal_fen=1, interest_fen=-2), "loss.interest_fen: found -2, expected 0 or more"),
        (
            lambda: Loss(principal_fen=1, ip_share=Fraction(3, 2)),
            "loss.ip_share: found 3/2, expected a share of one from 0 to 1",
        ),
        (lambda: Pool(balance_fen=-1), "pool_balance: found -1, expected 0 or more"),
        (lambda: Pool(balance_fen=0, size_fen=-1), "pool_size: found -1, expected 0 or more"),
        (lambda: ClaimTerms(shares={"pool": Fraction(1)}), "loss_share: found pool, expected also bank"),
        (
            lambda: ClaimTerms(shares={"pool": Fraction(1, 2), "bank": Fraction(1, 3)}),
            "loss_share: found pool 1/2, bank 1/3, expected shares of 0 or more that add up to exactly 1",
        ),
        (
            lambda: ClaimTerms(shares={**HALF, "mayor": Fraction(0)}),
            "loss_share: found mayor, expected parties among pool, bank, guarantor, insurer, appraiser",
        ),
        (
            lambda: ClaimTerms(shares=HALF, pool_parts={"city": Fraction(1, 3)}),
            "loss_share_part: found 1/3, expected parts that add up to the pool's share, 1/2",
        ),
        (
            lambda: ClaimTerms(shares=HALF, part_caps_fen={"city": 1}),
            "part_payment_cap_cny: found city, expected caps of purses that bear a part",
        ),
        (lambda: ClaimTerms(shares=HALF, loss_cap_fen=-1), "single_loan_cap_cny: found -1, expected 0 or more"),
        (lambda: ClaimTerms(shares=HALF, wait_months=-1), "wait_months: found -1, expected 0 or more"),
        (
            lambda: ClaimTerms(shares=HALF, advance_share=Fraction(2)),
            "advance_share: found 2, expected a share of one from 0 to 1",
        ),
        (
            lambda: share_claim(
                Loss(principal_fen=1), ClaimTerms(shares=HALF, ip_part_only=True), pool=Pool(balance_fen=1)
            ),
            (
                "loss.ip_share: found nothing, expected the part of the loan that clearly rests on intellectual"
                " property; 1 when nothing else is pledged"
            ),
        ),
        (
            lambda: share_claim(
                Loss(principal_fen=1), ClaimTerms(shares=HALF, cap_of_size_share=Fraction(1)), pool=Pool(balance_fen=1)
            ),
            "pool_size: found nothing, expected the size of the pool; a cap is a share of it",
        ),
        (lambda: share_recovery(-1, borne_fen={"bank": 1}), "recovered_fen: found -1, expected 0 or more"),
        (lambda: share_recovery(1, borne_fen={"bank": -1}), "borne_fen.bank: found -1, expected 0 or more"),
        (lambda: share_recovery(1, borne_fen={}), "borne_fen: found nobody, expected also what the bank bore"),
    ],
)
def test_what_cannot_be_a_claim_is_refused_by_name(build: Any, text: str) -> None:
    with pytest.raises(InputError) as refused:
        build()
    assert str(refused.value) == text


def test_a_claim_too_early_or_twice_settled_is_refused() -> None:
    pool, loss = Pool(balance_fen=100), Loss(principal_fen=100)
    final_only = ClaimTerms(shares=HALF)
    with pytest.raises(RefusalError, match=r"claim\.disposed: found a pledge not yet disposed of, .*a final loss"):
        claim_on_pool(loss, final_only, pool=pool, defaulted_on=DEFAULT, on=DEFAULT, disposed=False)
    with pytest.raises(InputError, match=r"claim\.on: found 2024-01-30, expected 2024-01-31 or later"):
        claim_on_pool(loss, final_only, pool=pool, defaulted_on=DEFAULT, on=DAY(2024, 1, 30), disposed=True)
    deposit = ClaimTerms(shares=HALF, timing="deposit", wait_months=2)
    # Two months after 31 January is 31 March.
    with pytest.raises(RefusalError, match=r"claim\.on: found 2024-03-30, expected 2024-03-31 or later"):
        claim_on_pool(loss, deposit, pool=pool, defaulted_on=DEFAULT, on=DAY(2024, 3, 30), disposed=False)
    taken = claim_on_pool(loss, deposit, pool=pool, defaulted_on=DEFAULT, on=DAY(2024, 3, 31), disposed=False)
    assert (taken.kind, taken.paid_fen) == ("deposit", 50)
    done = claim_on_pool(loss, deposit, pool=pool, defaulted_on=DEFAULT, on=DAY(2024, 3, 31), disposed=True)
    with pytest.raises(RefusalError, match=r"claim\.kind: found after_disposal, expected pre_payment or deposit"):
        settle_claim(done, loss, deposit, pool=pool)
