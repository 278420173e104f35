"""What reaches the owner of a film after all who are paid before?

Checked against: a published example in two versions (literature); a plain loop that pays each tier in turn (second
way); the identity that all receipts are paid to someone; properties; refusals.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, amounts, figure
from tests.valuation.assets.rights import FILM
from tests.valuation.method_samples import NO_TAX, codes, conclusion, forecast, sample
from valuation.errors import InputError
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.worksheet import Worksheet

METHOD = "film_waterfall"


def found(**changes: Any) -> Conclusion:
    return conclusion(METHOD, sample(METHOD, **changes), subject=FILM)


def fee(share: float, base: str, recipient: str = "others", name: str = "分红") -> dict[str, Any]:
    return {"kind": "fee", "name": name, "share": figure(share), "base": base, "recipient": recipient}


def recoupment(balance: float, recipient: str = "others", name: str = "成本") -> dict[str, Any]:
    return {"kind": "recoupment", "name": name, "balance": amount(f"{balance:.2f}"), "recipient": recipient}


def one_year(gross: float, kept: float, tiers: list[dict[str, Any]]) -> Worksheet:
    """One year without tax or discount."""
    return found(
        streams=[{"name": "票房", "gross": amounts(gross), "kept_before_share": figure(kept)}],
        tiers=tiers,
        owner_cost=amounts(0),
        tax=NO_TAX,
        forecast=forecast(0.0),
    ).worksheet


@pytest.mark.parametrize(
    ("advertising", "unpaid_advance", "producer"),
    [(50, 5, 0), (30, 0, 10)],
)
def test_a_published_example_of_a_ten_million_film(advertising: float, unpaid_advance: float, producer: float) -> None:
    """Literature: an article on the financing of independent film, million USD. Gross 100, half to the theatres.

    With 50 of advertising the distributor recoups that and never its advance of 5; with 30 it recoups both, keeps a
    third of the 15 that remain, and 10 go to the production company. (zhcnt1.ilovetranslation.com/XTVNXY9KHAv=d)
    """
    million = 1e6
    paper = one_year(
        100 * million,
        0.5,
        [
            recoupment(advertising * million, name="宣发"),
            recoupment(5 * million, name="预付款"),
            fee(1 / 3, "remaining", name="发行方留成"),
        ],
    )
    assert paper.value("tier_1_recouped") == pytest.approx(advertising * million)
    assert paper.value("tier_2_unpaid") == pytest.approx(unpaid_advance * million)
    assert paper.value("value") == pytest.approx(producer * million)


def by_loop(receipts: list[float], tiers: list[dict[str, Any]]) -> list[float]:
    """Second way: every year pay each tier what it is due from what is left, remembering what was paid back."""
    balances = [float(tier["balance"]["value"]) if tier["kind"] == "recoupment" else 0.0 for tier in tiers]
    owner = []
    for received in receipts:
        left, own = received, 0.0
        for number, tier in enumerate(tiers):
            if tier["kind"] == "fee":
                paid = min(left, tier["share"]["value"] * (received if tier["base"] == "receipts" else left))
            else:
                paid = min(left, balances[number])
                balances[number] -= paid
            left -= paid
            own += paid if tier["recipient"] == "owner" else 0.0
        owner.append(own + left)
    return owner


TIERS = st.lists(
    st.one_of(
        st.builds(
            fee, st.floats(0, 1), st.sampled_from(["receipts", "remaining"]), st.sampled_from(["owner", "others"])
        ),
        st.builds(recoupment, st.integers(0, 3_000_000).map(float), st.sampled_from(["owner", "others"])),
    ),
    max_size=5,
)


@given(TIERS, st.lists(st.integers(0, 2_000_000), min_size=3, max_size=3))
def test_any_waterfall_is_what_a_loop_pays(tiers: list[dict[str, Any]], gross: list[int]) -> None:
    tiers = [tier | {"name": f"层{number}"} for number, tier in enumerate(tiers)]
    streams = [{"name": "票房", "gross": amounts(*gross), "kept_before_share": figure(0.0)}]
    paper = found(streams=streams, tiers=tiers).worksheet
    expected = by_loop([float(each) for each in gross], tiers)
    assert paper.row("owner_income") == pytest.approx(expected, abs=1e-6)


def test_the_sample_by_a_plain_loop() -> None:
    receipts = [400e6 * 0.43, 20e6 * 0.43 + 30e6 * 0.94, 15e6 * 0.94]
    income = by_loop(receipts, sample(METHOD)["tiers"])
    flows = [(own - cost) * 0.75 for own, cost in zip(income, (500_000, 200_000, 200_000), strict=True)]
    assert found().value == pytest.approx(sum(flow / 1.12 ** (k + 1) for k, flow in enumerate(flows)), rel=1e-12)


def test_every_yuan_is_paid_to_someone() -> None:
    """Identity: what the tiers take and what is left are the receipts, each year."""
    paper = found().worksheet
    parts = [paper.row(f"tier_{number}_paid") for number in (1, 2, 3, 4)] + [paper.row("left_after_4")]
    assert [sum(year) for year in zip(*parts, strict=True)] == pytest.approx(paper.row("receipts"), rel=1e-12)


def test_only_what_comes_before_the_end_of_the_forecast_counts() -> None:
    half = found(forecast=forecast(end_of_life="2021-07-01")).worksheet
    assert half.row("receipts") == pytest.approx((400e6 * 0.43 * 182 / 365, 0, 0))


@pytest.mark.parametrize(
    ("field", "rises"),
    [
        ("tier_1_share", False),
        ("tier_2_balance", False),
        ("tier_3_balance", True),
        ("tier_4_share", False),
        ("stream_1_kept_before_share", False),
        ("discount_rate_share", False),
    ],
)
@given(share=st.floats(0.01, 0.4))
def test_the_value_moves_the_way_it_must(field: str, rises: bool, share: float) -> None:
    paper = found().worksheet
    moved = paper.with_inputs({field: paper.value(field) * (1 + share)})
    change = moved.value("value") - paper.value("value")
    assert change > 0 if rises else change < 0


def test_order_matters() -> None:
    """A fee on what remains is worth less behind a recoupment than before it."""
    first = one_year(100, 0.0, [fee(0.1, "remaining"), recoupment(50)])
    last = one_year(100, 0.0, [recoupment(50), fee(0.1, "remaining")])
    assert (first.row("tier_1_paid"), last.row("tier_2_paid")) == ((10.0,), (5.0,))


def test_without_a_tier_the_answer_says_that_nobody_is_paid_before() -> None:
    assert "no_tier_stated" in codes(found(tiers=[]))
    assert found(tiers=[]).worksheet.row("owner_income") == found().worksheet.row("receipts")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"streams": []}, "streams"),
        ({"tiers": [recoupment(1), recoupment(2)]}, "tiers"),
        ({"tiers": [recoupment(-1)]}, "tiers.0.balance"),
        ({"tiers": [fee(1.5, "remaining")]}, "tiers.0.share"),
        ({"tiers": [fee(0.5, "profit")]}, "tiers.0.base"),
        ({"tiers": [recoupment(1, recipient="nobody")]}, "tiers.0.recipient"),
        ({"owner_cost": amounts(0, 0)}, "streams.0.gross"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        found(**changes)
    assert [problem.field for problem in raised.value.problems] == [f"methods.{METHOD}.{field}"]
