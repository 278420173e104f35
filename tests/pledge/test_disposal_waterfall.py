"""Who gets how much of the proceeds, in which order, to the fen?

Hand: one waterfall line by line, short and with a surplus. Identities by hypothesis: what is paid and what is left add
up to the proceeds, a claim is paid only when all before it are whole, more proceeds lower nobody's part; a recovery is
shared without losing a fen and nobody gets back more than was borne.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.disposal_waterfall import (
    DEBT_PARTS,
    PriorClaim,
    SecuredDebt,
    Waterfall,
    distribute,
    distribute_outcome,
    share_back,
)
from pledge.disposal_way import dispose
from tests.pledge.disposal.cases import CASE, STATED
from valuation.errors import InputError
from valuation.kernel.labels import Label

WAGES = PriorClaim(Label("职工债权", "wages"), 100_000_00)
DEBT = SecuredDebt(
    {"principal": 5_000_000_00, "interest": 120_000_00, "penalty_interest": 30_000_00},
    order=("interest", "penalty_interest", "principal"),
)


def test_a_waterfall_line_by_line() -> None:
    # 4,939,000 + 661,000 of costs and taxes = 5,600,000: costs 661,000, wages 100,000, interest 120,000, late
    # interest 30,000; 4,689,000 are left for 5,000,000 of principal: 311,000 stay open.
    auction = dispose("court_auction", STATED["court_auction"], case=CASE)
    found = distribute_outcome(auction.outcomes[1], prior=(WAGES,), debt=DEBT)
    assert [(row.code, row.paid_fen // 100) for row in found.rows] == [
        ("enforcement_costs", 661_000),
        ("prior_claim", 100_000),
        ("interest", 120_000),
        ("penalty_interest", 30_000),
        ("principal", 4_689_000),
    ]
    assert (found.surplus_fen, found.unpaid_debt_fen, found.repaid_fen) == (0, 311_000_00, 4_839_000_00)
    assert found.as_document()["rows"][-1] == {
        "code": "principal",
        "label": {"zh": "本金", "en": "principal"},
        "claimed": "5000000.00",
        "paid": "4689000.00",
        "unpaid": "311000.00",
    }


def test_the_agreed_order_decides() -> None:
    first = SecuredDebt({"interest": 50, "principal": 100}, order=("principal", "interest"))
    found = distribute(120, costs_fen=0, prior=(), debt=first)
    assert (found.paid_fen("principal"), found.paid_fen("interest")) == (100, 20)


def test_a_surplus_is_the_pledgors() -> None:
    # 7,350,000 - 833,500 costs - 5,150,000 debt.
    auction = dispose("court_auction", STATED["court_auction"], case=CASE)
    assert distribute_outcome(auction.outcomes[0], prior=(), debt=DEBT).surplus_fen == 1_366_500_00


def test_a_settlement_distributes_its_value() -> None:
    # 5,600,000 - 176,000 transfer - 5,150,000.
    taken = dispose("debt_to_patent", STATED["debt_to_patent"], case=CASE)
    assert distribute_outcome(taken.outcomes[1], prior=(), debt=DEBT).surplus_fen == 274_000_00


def test_costs_that_nothing_pays_stay_open() -> None:
    found = distribute(0, costs_fen=40_000_00, prior=(), debt=DEBT)
    assert (found.rows[0].unpaid_fen, found.unpaid_debt_fen) == (40_000_00, 5_150_000_00)


amounts = st.integers(0, 10**12)
debts = st.permutations(sorted(DEBT_PARTS)).flatmap(
    lambda order: st.fixed_dictionaries(dict.fromkeys(order, amounts)).map(
        lambda by_part: SecuredDebt(by_part, order=tuple(order))
    )
)
priors = st.lists(st.builds(PriorClaim, st.just(Label("优先债权", "prior claim")), amounts), max_size=3)


@given(proceeds=amounts, more=amounts, costs=amounts, prior=priors, debt=debts)
def test_nothing_is_lost_and_more_lowers_nobody(
    proceeds: int, more: int, costs: int, prior: list[PriorClaim], debt: SecuredDebt
) -> None:
    found = distribute(proceeds, costs_fen=costs, prior=prior, debt=debt)
    assert sum(row.paid_fen for row in found.rows) + found.surplus_fen == proceeds
    assert found.repaid_fen + found.unpaid_debt_fen == debt.total_fen
    for before, after in zip(found.rows, found.rows[1:], strict=False):
        assert after.paid_fen == 0 or before.unpaid_fen == 0
    assert found.surplus_fen == 0 or all(row.unpaid_fen == 0 for row in found.rows)
    richer: Waterfall = distribute(proceeds + more, costs_fen=costs, prior=prior, debt=debt)
    assert all(new.paid_fen >= old.paid_fen for new, old in zip(richer.rows, found.rows, strict=True))
    assert richer.surplus_fen >= found.surplus_fen


def test_a_recovery_goes_back_to_those_who_bore_the_loss() -> None:
    # Zhongshan's 54 : 26 : 16 : 4 of a loss of 1,000,000; 200,000 come back.
    borne = {"pool": 540_000_00, "bank": 260_000_00, "insurer": 160_000_00, "appraiser": 40_000_00}
    assert share_back(200_000_00, borne_fen=borne) == {
        "pool": 108_000_00,
        "bank": 52_000_00,
        "insurer": 32_000_00,
        "appraiser": 8_000_00,
    }
    assert share_back(0, borne_fen={"pool": 0, "bank": 0}) == {"pool": 0, "bank": 0}


@given(borne=st.lists(amounts, min_size=1, max_size=5), part=st.fractions(0, 1))
def test_a_recovery_is_shared_to_the_fen(borne: list[int], part: Fraction) -> None:
    recovered = int(sum(borne) * part)
    found = share_back(recovered, borne_fen={str(number): fen for number, fen in enumerate(borne)})
    assert sum(found.values()) == recovered
    for got, gave in zip(found.values(), borne, strict=True):
        assert 0 <= got <= gave
        assert abs(got - (Fraction(recovered * gave, sum(borne)) if gave else 0)) < 1


LOSS = {"bank": 100}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: distribute(-1, costs_fen=0, prior=(), debt=DEBT), "proceeds: found -1, expected 0 or more"),
        (lambda: distribute(1, costs_fen=-1, prior=(), debt=DEBT), "enforcement_costs: found -1, expected 0 or more"),
        (
            lambda: distribute(1, costs_fen=0, prior=(PriorClaim(Label("税款", "tax"), -1),), debt=DEBT),
            "prior_claim: found -1, expected 0 or more",
        ),
        (
            lambda: distribute(1, costs_fen=0, prior=(), debt=SecuredDebt({"principal": -1}, order=("principal",))),
            "principal: found -1, expected 0 or more",
        ),
        (
            lambda: SecuredDebt({"interest": 1, "principal": 1}, order=("principal",)),
            "order: found principal, expected each once: interest, principal",
        ),
        (
            lambda: SecuredDebt({"gift": 1}, order=("gift",)),  # type: ignore[dict-item, arg-type]
            "amounts: found gift, expected only interest, penalty_interest, compound_interest, principal",
        ),
        (
            lambda: share_back(101, borne_fen=LOSS),
            "recovered: found 101, expected from 0 to the loss borne, 100",
        ),
        (
            lambda: share_back(-1, borne_fen=LOSS),
            "recovered: found -1, expected from 0 to the loss borne, 100",
        ),
        (lambda: share_back(1, borne_fen={"bank": -1}), "borne.bank: found -1, expected 0 or more"),
    ],
)
def test_bad_input_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        wrong()
    assert str(caught.value) == message
