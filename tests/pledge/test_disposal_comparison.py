"""Which way is ahead, by which measure?

Hand: three ways whose orders differ by measure, one that is behind by every measure; ties share a place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from pledge.disposal_comparison import compare_disposals
from pledge.disposal_way import CashFlow, Disposal, Outcome, dispose
from tests.pledge.disposal.cases import CASE, STATED
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.labels import Label

FLAT = replace(CASE, annual_rate_share=Decimal(0))
NAME = Label("方式", "way")


def way(name: str, *ends: tuple[str, int, int]) -> Disposal:
    """A way from (probability, net yuan, days)."""
    outcomes = tuple(
        Outcome(NAME, Fraction(chance), (CashFlow(FLAT.starts_on + timedelta(days=days), yuan * 100),))
        for chance, yuan, days in ends
    )
    return Disposal(name, NAME, FLAT, outcomes)


SLOW = way("slow", ("0.5", 1000, 200), ("0.5", 600, 200))
QUICK = way("quick", ("1", 700, 30))
POOR = way("poor", ("0.5", 700, 40), ("0.5", 100, 40))


def test_each_measure_has_its_own_order() -> None:
    found = compare_disposals([POOR, SLOW, QUICK], claim_fen=700_00)
    order = {name: [(rank.place, rank.way) for rank in ranks] for name, ranks in found.ranks.items()}
    # Expected 800, 700, 400; worst 600, 700, 100; the claim of 700 is met with 0.5, 1, 0.5; days 200, 30, 40.
    assert order == {
        "expected_present_value": [(1, "slow"), (2, "quick"), (3, "poor")],
        "worst_net": [(1, "quick"), (2, "slow"), (3, "poor")],
        "full_payment_probability": [(1, "quick"), (2, "poor"), (2, "slow")],
        "expected_days": [(1, "quick"), (2, "poor"), (3, "slow")],
    }
    assert found.dominated_by == {"poor": ("quick",)}
    assert [rank.reason.en for rank in found.by("expected_present_value")] == [
        "expected present value 800.00, first",
        "expected present value 700.00, 100.00 behind the first",
        "expected present value 400.00, 400.00 behind the first",
    ]
    assert found.by("expected_days")[2].reason.zh == "期望用时200.000000，与首位相差170.000000"


def test_equal_ways_share_the_place_and_neither_is_behind() -> None:
    found = compare_disposals([QUICK, replace(QUICK, way="twin")], claim_fen=1)
    assert {rank.place for ranks in found.ranks.values() for rank in ranks} == {1}
    assert found.dominated_by == {}


def test_the_four_ways_of_the_sample() -> None:
    ways = [dispose(name, stated, case=CASE) for name, stated in STATED.items()]
    document = compare_disposals(ways, claim_fen=2_500_000_00).as_document()
    assert document["claim"] == "2500000.00"
    full = next(each for each in document["orders"] if each["criterion"] == "full_payment_probability")
    # 0.9 of the buy-back, 0.79 of the auction, 0.5 of the resale, never by licence fees.
    assert [(rank["place"], rank["way"]) for rank in full["ranks"]] == [
        (1, "buy_back"),
        (2, "court_auction"),
        (3, "debt_to_patent"),
        (4, "licence_stream"),
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: compare_disposals([QUICK], claim_fen=0), "claim: found 0, expected more than 0"),
        (lambda: compare_disposals([], claim_fen=1), "disposals: found nothing, expected at least one way"),
        (
            lambda: compare_disposals([QUICK, QUICK], claim_fen=1),
            "disposals: found quick, quick, expected each way once",
        ),
        (
            lambda: compare_disposals([QUICK, replace(SLOW, case=CASE)], claim_fen=1),
            "disposals: found different cases, expected the same right, dates and rate",
        ),
    ],
)
def test_bad_input_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        wrong()
    assert str(caught.value) == message


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^criterion: found 'charm', expected one of expected_days"):
        compare_disposals([QUICK], claim_fen=1).by("charm")  # type: ignore[arg-type]
