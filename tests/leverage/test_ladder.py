"""The multiples of one set of money.

Expected values are by hand or identities: (a) = (b) + 1, private ≤ other, the total is the sum over classes, scaling
money scales no multiple, a public co-layer never raises a multiple, a pass-through vehicle changes nothing.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverage.contribution import Contribution, StatedAmount
from leverage.ladder import Ladder, ladder, ratio_text, volume_warning
from leverage.source_classes import SOURCE_CLASSES, Convention
from tests.leverage.builders import into, lent, passed_on
from valuation.errors import RefusalError


def built(rows: list[Contribution], *, convention: Convention | None = None, **changes: object) -> Ladder:
    return ladder(rows, stage="disbursed", convention=convention or Convention(), **changes)  # type: ignore[arg-type]


def multiple(answer: Ladder, name: str) -> Fraction:
    return answer.rung(name).multiple


#: 100 public in two layers, 300 beside it, a loan of 600 for 18 months; the vehicle invests 360.
ROWS = [
    into("central", "fund", 50),
    into("city", "fund", 50),
    into("state_company", "fund", 100),
    into("private", "fund", 150),
    into("foreign", "fund", 50),
    passed_on("fund", None, 360),
    lent(600, months="18"),
]


def test_the_ladder_by_hand_with_state_companies_public() -> None:
    answer = built(ROWS)  # P = 200, O = 200 + 600, F = 360 + 600, V = 200
    assert {rung.id: rung.multiple for rung in answer.rungs} == {
        "total_per_public": 5,
        "other_per_public": 4,
        "finance_to_firms_per_public": Fraction(24, 5),
        "private_per_public": 1,
    }
    assert (answer.equity_fen, answer.loans_fen, answer.loan_fen_months) == (360, 600, 10800)


def test_the_ladder_by_hand_with_state_companies_left_out() -> None:
    answer = built(ROWS, convention=Convention("other"))  # P = 100, O = 300 + 600, V = 200: still no state company
    assert {rung.id: rung.multiple for rung in answer.rungs} == {
        "total_per_public": 10,
        "other_per_public": 9,
        "finance_to_firms_per_public": Fraction(48, 5),
        "private_per_public": 2,
    }


def test_both_public_layers_stand_in_the_denominator() -> None:
    """The trap: 5,000 + 5,000 is 10,000; half of it would double every multiple."""
    rows = [into("central", "pool", 5000), into("city", "pool", 5000), lent(60000)]
    assert multiple(built(rows), "finance_to_firms_per_public") == 6


def test_net_of_displacement_by_hand() -> None:
    """A quarter would have come anyway: O = 600, F = 720, V = 150, public money as it is."""
    answer = built(ROWS, displacement={"a": Decimal("0.25")})
    assert answer.basis == "net"
    assert {rung.id: rung.multiple for rung in answer.rungs} == {
        "total_per_public": 4,
        "other_per_public": 3,
        "finance_to_firms_per_public": Fraction(18, 5),
        "private_per_public": Fraction(3, 4),
    }
    assert answer.loan_fen_months == 8100


def test_investment_and_exposure_appear_when_every_allocation_states_them() -> None:
    rows = [into("central", "x", 100), into("central", "y", 100, allocation="b")]
    one = StatedAmount(kind="investment", allocation="a", stage="disbursed", amount_fen=300)
    other = StatedAmount(kind="investment", allocation="b", stage="disbursed", amount_fen=500)
    exposure = StatedAmount(kind="exposure", allocation="a", stage="disbursed", amount_fen=300)
    partly = built(rows, stated=[one, exposure])
    with pytest.raises(RefusalError, match="not stated for every instrument"):
        partly.rung("investment_per_public")
    fully = built(rows, stated=[one, other, replace(exposure, stage="announced")])
    assert multiple(fully, "investment_per_public") == 4
    half = {"a": Decimal("0.5"), "b": Decimal("0.5")}
    net = built(rows, stated=[one, other, exposure, replace(exposure, allocation="b")], displacement=half)
    assert multiple(net, "investment_per_public") == 2
    assert multiple(net, "exposure_per_public") == 3


def test_stages_are_kept_apart() -> None:
    announced = [replace(row, stage="announced", amount_fen=row.amount_fen * 10) for row in ROWS[-1:]]
    public = [replace(row, stage="announced") for row in ROWS[:2]]
    assert built([*ROWS, *announced, *public]) == built(ROWS)
    whole = ladder([*ROWS, *announced, *public], stage="announced", convention=Convention())
    assert multiple(whole, "other_per_public") == 60


def test_without_public_money_there_is_no_multiple() -> None:
    with pytest.raises(RefusalError, match="public money at the stage disbursed"):
        built([lent(5)])


def test_unknown_loan_terms_give_no_loan_years_rather_than_zero() -> None:
    answer = built([into("central", "pool", 5), lent(5), lent(5, months=None)])
    assert answer.loan_years_text is None
    assert answer.as_document()["finance_to_firms"]["loan_years"] is None


def test_the_document_carries_text_only() -> None:
    document = built(ROWS).as_document()
    assert document["rungs"][2]["multiple"] == "4.8"
    assert document["rungs"][2]["numerator"] == "9.60"
    assert document["rungs"][2]["denominator"] == "2.00"
    assert document["finance_to_firms"] == {"loans": "6.00", "equity": "3.60", "loan_years": "9.00"}


@pytest.mark.parametrize(
    ("ratio", "text", "exact"),
    [
        (Fraction(6), "6", True),
        (Fraction(100), "100", True),
        (Fraction(0), "0", True),
        (Fraction(1, 8), "0.125", True),
        (Fraction(1, 3), "0.333333", False),
        (Fraction(2, 3), "0.666667", False),
        (Fraction(5, 10**7), "0.000001", False),
        (Fraction(10**30 + 1, 3), "333333333333333333333333333333.666667", False),
    ],
)
def test_a_ratio_as_text_says_whether_it_is_exact(ratio: Fraction, text: str, exact: bool) -> None:
    assert ratio_text(ratio) == (text, exact)


def test_equity_beside_loans_is_a_named_doubt() -> None:
    warning = volume_warning(["equity", "loan"])
    assert warning is not None
    assert warning.code == "equity_and_loans_on_volume"
    assert volume_warning(["loan", "loan"]) is None
    assert volume_warning([]) is None


amounts = st.integers(0, 10**13)


@st.composite
def money(draw: st.DrawFn) -> list[Contribution]:
    """Public money and any other money in a fund that invests part of it, and bank loans beside it."""
    rows = [into("central", "fund", draw(st.integers(1, 10**13)))]
    rows += [into(name, "fund", draw(amounts)) for name in draw(st.lists(st.sampled_from(sorted(SOURCE_CLASSES))))]
    held = sum(row.amount_fen for row in rows)
    rows.append(passed_on("fund", None, draw(st.integers(0, held))))
    rows.append(lent(draw(amounts), months=str(draw(st.integers(1, 240)))))
    return rows


conventions = st.sampled_from([Convention("public"), Convention("other")])
displacements = st.one_of(st.none(), st.decimals(0, 1, places=4).map(lambda share: {"a": share}))


@given(money(), conventions, displacements)
def test_identities(rows: list[Contribution], convention: Convention, displacement: dict[str, Decimal] | None) -> None:
    answer = built(rows, convention=convention, displacement=displacement)
    values = {rung.id: rung.multiple for rung in answer.rungs}
    assert values["total_per_public"] == values["other_per_public"] + 1
    assert values["private_per_public"] <= values["other_per_public"]
    assert all(rung.denominator_fen == answer.rungs[0].denominator_fen for rung in answer.rungs)


@given(money(), conventions)
def test_the_total_is_the_sum_over_classes(rows: list[Contribution], convention: Convention) -> None:
    answer = built(rows, convention=convention)
    by_class = {name: sum(r.amount_fen for r in rows if r.source_class == name) for name in SOURCE_CLASSES}
    assert answer.rung("total_per_public").numerator_fen == sum(by_class.values())
    public = sum(fen for name, fen in by_class.items() if convention.is_public(name))
    assert answer.rung("total_per_public").denominator_fen == public


@given(money(), conventions, st.integers(2, 10**6))
def test_scaling_money_scales_no_multiple(rows: list[Contribution], convention: Convention, factor: int) -> None:
    scaled = [replace(row, amount_fen=row.amount_fen * factor) for row in rows]
    one, many = built(rows, convention=convention), built(scaled, convention=convention)
    assert [rung.multiple for rung in many.rungs] == [rung.multiple for rung in one.rungs]
    assert many.loan_fen_months == factor * (one.loan_fen_months or 0)


@given(money(), st.sampled_from(["central", "province", "city", "district", "own_revenue"]), st.integers(1, 10**13))
def test_a_public_co_layer_never_raises_a_multiple_of_money_from_outside(
    rows: list[Contribution], layer: str, amount: int
) -> None:
    before, after = built(rows), built([*rows, into(layer, "fund", amount)])
    for name in ("other_per_public", "private_per_public", "total_per_public", "finance_to_firms_per_public"):
        assert multiple(after, name) <= multiple(before, name)


@given(money(), displacements, st.data())
def test_a_pass_through_vehicle_changes_no_rung(
    rows: list[Contribution], displacement: dict[str, Decimal] | None, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    row = rows[index]
    onward = replace(row, source_class=None, payer="holding")
    inward = replace(row, layer="vehicle", payee="holding")
    longer = [*rows[:index], inward, onward, *rows[index + 1 :]]
    assert built(longer, displacement=displacement) == built(rows, displacement=displacement)


@given(money(), st.decimals(0, 1, places=4))
def test_displacement_never_raises_a_multiple(rows: list[Contribution], share: Decimal) -> None:
    gross, net = built(rows), built(rows, displacement={"a": share})
    assert all(low.multiple <= high.multiple for low, high in zip(net.rungs, gross.rungs, strict=True))
