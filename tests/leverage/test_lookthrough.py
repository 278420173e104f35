"""Each yuan counts once, where it reaches a firm.

Expected values are by hand, or identities that hold for any graph of vehicles: nothing is lost, no class pays
more than it put in, and a vehicle that only passes money on changes nothing.
"""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leverage.lookthrough
from leverage.contribution import Contribution
from leverage.lookthrough import look_through
from leverage.source_classes import SOURCE_CLASSES
from tests.leverage.builders import into, lent, passed_on
from valuation.errors import InputError


def by_class(rows: list[Contribution] | tuple[Contribution, ...]) -> Counter[str | None]:
    totals: Counter[str | None] = Counter()
    for row in rows:
        totals[row.source_class] += row.amount_fen
    return +totals


def test_a_parent_and_a_sub_fund_by_hand() -> None:
    """Parent 60 central + 40 city; it puts 80 into a sub-fund beside 120 private; the sub-fund invests 150.

    In the sub-fund: central 48, city 32, private 120 of 200. Of 150: 36, 24, 90. Kept: parent 12 + 8, sub 12 + 8 + 30.
    """
    through = look_through(
        [
            into("central", "parent", 60),
            into("city", "parent", 40),
            passed_on("parent", "sub", 80),
            into("private", "sub", 120),
            passed_on("sub", None, 150),
        ]
    )
    assert by_class(through.reached) == {"central": 36, "city": 24, "private": 90}
    assert through.kept_fen == {
        "parent": {"central": 12, "city": 8},
        "sub": {"central": 12, "city": 8, "private": 30},
    }


def test_a_lender_that_pays_firms_itself_needs_no_vehicle() -> None:
    through = look_through([lent(7)])
    assert by_class(through.reached) == {"bank": 7}
    assert through.kept_fen == {}


def test_payments_of_nothing_reach_nobody() -> None:
    assert look_through([into("central", "fund", 5), passed_on("fund", None, 0)]).reached == ()


def test_a_circle_of_vehicles_is_named() -> None:
    rows = [into("central", "a", 5), passed_on("a", "b", 5), passed_on("b", "a", 5)]
    with pytest.raises(InputError, match=r"a circle: [ab] → [ab] → [ab]"):
        look_through(rows)


def test_a_vehicle_cannot_pay_more_than_it_holds() -> None:
    rows = [into("central", "a", 500), passed_on("a", None, 300), passed_on("a", None, 201)]
    with pytest.raises(InputError, match=r"vehicle a: found a payment of 2\.01, expected at most the 2\.00"):
        look_through(rows)


def test_stages_never_mix() -> None:
    rows = [into("central", "a", 5), into("central", "a", 5, stage="announced")]
    with pytest.raises(InputError, match="stage"):
        look_through(rows)


def test_the_number_of_rows_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leverage.lookthrough, "MAXIMUM_CONTRIBUTIONS", 1)
    with pytest.raises(InputError, match="at most 1 rows"):
        look_through([into("central", "a", 5), into("city", "a", 5)])


@st.composite
def graphs(draw: st.DrawFn) -> list[Contribution]:
    """Vehicles in a row, each funded by sources and earlier vehicles, paying later ones and firms."""
    count = draw(st.integers(1, 5))
    held = [0] * count
    rows: list[Contribution] = []
    for index in range(count):
        for name in draw(st.lists(st.sampled_from(sorted(SOURCE_CLASSES)), min_size=1, max_size=4)):
            amount = draw(st.integers(0, 10**12))
            rows.append(into(name, f"v{index}", amount))
            held[index] += amount
        for target in draw(st.lists(st.integers(index + 1, count), max_size=4)):
            amount = draw(st.integers(0, held[index]))
            held[index] -= amount
            payee = None if target == count else f"v{target}"
            rows.append(passed_on(f"v{index}", payee, amount))
            if target < count:
                held[target] += amount
    return rows


@given(graphs())
def test_nothing_is_lost_and_nothing_counts_twice(rows: list[Contribution]) -> None:
    through = look_through(rows)
    paid = by_class([row for row in rows if row.is_origin])
    kept: Counter[str | None] = Counter()
    for classes in through.kept_fen.values():
        kept.update(classes)
    assert by_class(through.reached) + kept == paid
    assert sum(by_class(through.reached).values()) == sum(row.amount_fen for row in rows if row.layer == "firm")


@given(graphs(), st.data())
def test_a_pass_through_vehicle_changes_nothing(rows: list[Contribution], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    row = rows[index]
    longer = [
        *rows[:index],
        replace(row, layer="vehicle", payee="holding"),
        replace(row, source_class=None, payer="holding"),
        *rows[index + 1 :],
    ]
    plain, through = look_through(rows), look_through(longer)
    assert by_class(through.reached) == by_class(plain.reached)
    assert through.kept_fen == plain.kept_fen


@given(graphs(), st.integers(2, 1000))
def test_money_scales_to_within_a_fen_for_each_payment(rows: list[Contribution], factor: int) -> None:
    scaled = look_through([replace(row, amount_fen=row.amount_fen * factor) for row in rows])
    plain, larger = by_class(look_through(rows).reached), by_class(scaled.reached)
    allowance = (factor + 1) * (len(rows) + 1)
    assert all(abs(larger[name] - factor * plain[name]) <= allowance for name in larger | plain)
