"""Waterfalls of whole funds.

Expected values: by hand, with the arithmetic in the test; identities by hypothesis. The published cases stand in
``tests/literature``. A partial catch-up that stops at 36,000 is a known wrong publication; see the test of its name.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverage.fund_accounts import Partner
from leverage.waterfall import FundFlow, Tier, Waterfall, WaterfallRun, run_waterfall, settlement_kinds, tier_kinds
from tests.leverage import waterfalls
from tests.leverage.waterfalls import PARTNERS, START, after, european, fund_flows, preferred, settlement, tier
from valuation.errors import InputError, RefusalError

GP = Partner("gp", "manager", 0)
ONE_LP = (Partner("lp", "other", 100_000_000), GP)


def test_whole_fund_by_hand() -> None:
    """1,000,000 yuan in, 2,000,000 a year later; 8 % compound, catch-up 100 %, carry 20 %.

    capital 1,000,000; preferred 80,000; catch-up Z = 0.2 · 80,000 / 0.8 = 20,000; left 900,000: carry 180,000.
    carry in all 200,000 = 20 % of the profit of 1,000,000.
    """
    run = run_waterfall(european(partners=ONE_LP), [FundFlow(START, 100_000_000), FundFlow(after(365), 0, 200_000_000)])
    by_tier = [sum(row.amount_fen for row in run.paid if row.tier == place) for place in range(4)]
    assert by_tier == [100_000_000, 8_000_000, 2_000_000, 90_000_000]
    assert run.received_fen("gp") == 20_000_000
    assert run.received_fen("lp") == 180_000_000


@pytest.mark.parametrize(
    ("manager_share", "tier_total", "carry"), [("1", 1_500_000, 1_500_000), ("0.5", 4_000_000, 2_000_000)]
)
def test_a_partial_catch_up_completes_when_it_can(manager_share: str, tier_total: int, carry: int) -> None:
    """A preferred return of 60,000 yuan and carry 20 %.

    c = 100 %: Z = 0.2 · 60,000 / 0.8 = 15,000. c = 50 %: Z = 0.2 · 60,000 / 0.3 = 40,000, of which the manager gets
    20,000 = 20 % of 60,000 + 40,000. A publication stops at 36,000 and leaves the manager short of its carry.
    """
    made = Waterfall(
        partners=ONE_LP,
        tiers=(
            tier("return_of_capital"),
            preferred("0.06"),
            tier("catch_up", manager_share=manager_share, carry_share="0.2"),
            tier("split", carry_share="0.2"),
        ),
    )
    run = run_waterfall(made, [FundFlow(START, 100_000_000), FundFlow(after(365), 0, 110_000_000 + 50_000_000)])
    assert sum(row.amount_fen for row in run.paid if row.tier == 2) == tier_total
    assert sum(row.amount_fen for row in run.paid if row.tier == 2 and row.account == "carry") == carry
    assert run.received_fen("gp") == 12_000_000  # 20 % of the profit of 600,000 yuan


@pytest.mark.parametrize(
    ("changes", "owed_fen"),
    [
        ({"compounding": "compound", "base": "drawn"}, 8_320_000),  # 500,000 · (1.08² − 1)
        ({"compounding": "simple", "base": "drawn"}, 8_000_000),  # 500,000 · 8 % · 2
        ({"compounding": "simple", "base": "committed"}, 16_000_000),  # 1,000,000 · 8 % · 2
    ],
)
def test_what_the_preferred_return_runs_on(changes: dict, owed_fen: int) -> None:
    """Half of the commitment is called; two years later everything comes back twice."""
    made = Waterfall(
        partners=ONE_LP,
        tiers=(tier("return_of_capital"), preferred(**changes), tier("split", carry_share="0")),
    )
    run = run_waterfall(made, [FundFlow(START, 50_000_000), FundFlow(after(730), 0, 100_000_000)])
    assert run.received_fen("lp", account="preferred") == owed_fen


def test_after_a_first_return_only_the_rest_earns() -> None:
    """1,000,000 in; 600,000 back after a year, 1,000,000 after two. 8 % compound on what is out.

    Year 1: 80,000 owed. 600,000 return capital: 400,000 are out. Year 2: (400,000 + 80,000) · 8 % = 38,400.
    Owed 118,400; of 1,000,000: capital 400,000, preferred 118,400.
    """
    flows = [FundFlow(START, 100_000_000), FundFlow(after(365), 0, 60_000_000), FundFlow(after(730), 0, 100_000_000)]
    run = run_waterfall(european(partners=ONE_LP), flows)
    assert run.received_fen("lp", account="preferred") == 11_840_000


def test_the_last_group_bears_the_first_loss() -> None:
    """400 yuan come back of 990: private first (690 due), so the city gets nothing and all is with the private side."""
    made = Waterfall(
        partners=PARTNERS, tiers=(tier("return_of_capital", order=[["private"]]), tier("split", carry_share="0.2"))
    )
    run = run_waterfall(made, [FundFlow(START, 100_000), FundFlow(after(365), 0, 40_000)])
    assert (run.received_fen("private"), run.received_fen("city"), run.received_fen("gp")) == (40_000, 0, 0)


def test_a_capped_public_return() -> None:
    """1,000 yuan in (city 300, private 690, manager 10), 2,000 out after a year; cap 5 %, carry 20 %.

    Capital 1,000. Left 1,000: carry 200; 800 by capital: city 240, but at most 5 % of 300 = 15; 225 go to the others
    (private 690, manager 10 of 700): 225 · 690/700 = 221.79, 3.21.
    """
    last = tier("capped_public_return", carry_share="0.2", cap_rate_share="0.05", day_basis=365, above_to="others")
    made = Waterfall(partners=PARTNERS, tiers=(tier("return_of_capital"), last))
    run = run_waterfall(made, [FundFlow(START, 100_000), FundFlow(after(365), 0, 200_000)])
    assert run.received_fen("city") == 31_500
    assert run.received_fen("private") == 69_000 + 55_200 + 22_179
    assert run.received_fen("gp") == 1_000 + 20_000 + 800 + 321


def test_public_profit_passed_to_the_manager() -> None:
    """As above without a cap; half of the city's 240 goes to the manager."""
    last = tier("public_profit_to_manager", carry_share="0.2", passed_share="0.5")
    made = Waterfall(partners=PARTNERS, tiers=(tier("return_of_capital"), last))
    run = run_waterfall(made, [FundFlow(START, 100_000), FundFlow(after(365), 0, 200_000)])
    assert run.received_fen("city") == 30_000 + 12_000
    assert run.received_fen("gp") == 1_000 + 20_000 + 800 + 12_000


def test_a_buy_out_at_cost_plus_interest() -> None:
    """After a year the private side buys the city's 300 yuan at 4 % simple: 312. Later proceeds go to it."""
    bought = settlement(
        "buy_out",
        public="city",
        buyers=["private"],
        on=after(365),
        interest_from=START,
        rate_share="0.04",
        compounding="simple",
        day_basis=365,
        less_what_was_gained=False,
    )
    plain = Waterfall(partners=PARTNERS, tiers=(tier("return_of_capital"), tier("split", carry_share="0.2")))
    made = Waterfall(partners=plain.partners, tiers=plain.tiers, settlements=(bought,))
    flows = [FundFlow(START, 100_000), FundFlow(after(730), 0, 200_000)]
    run, without = run_waterfall(made, flows), run_waterfall(plain, flows)
    assert run.received_fen("city") == 31_200
    assert run.received_fen("private") == without.received_fen("private") + without.received_fen("city") - 31_200


def test_a_loss_made_good() -> None:
    """400 of 1,000 come back alike: private 276 of 690, a loss of 414; the city makes good 40 %, 165.60, but it got
    120 back and its cap is 50 % of 300 = 150: it pays 120."""
    plain = Waterfall(partners=PARTNERS, tiers=(tier("return_of_capital"), tier("split", carry_share="0.2")))
    for cap, paid in (("0.5", 12_000), ("0.2", 6_000)):
        good = settlement("loss_made_good", public="city", loss_share="0.4", cap_of_public_capital_share=cap)
        made = Waterfall(partners=plain.partners, tiers=plain.tiers, settlements=(good,))
        run = run_waterfall(made, [FundFlow(START, 100_000), FundFlow(after(365), 0, 40_000)])
        assert run.transferred_fen("private") == paid
        assert run.received_fen("city") == 12_000 - paid


@given(fund_flows(), st.sampled_from([None, "0.5", "1"]))
def test_cells_add_up_and_none_is_negative(flows: list[FundFlow], catch_up: str | None) -> None:
    run = run_waterfall(european(catch_up=catch_up), flows)
    assert all(row.amount_fen >= 0 for row in run.paid)
    for day in {flow.day for flow in flows}:
        given_out = sum(flow.proceeds_fen for flow in flows if flow.day == day)
        assert sum(row.amount_fen for row in run.paid if row.day == day) == given_out
    assert sum(fen for _, _, fen in run.called) == sum(flow.called_fen for flow in flows)


def _with_last(*last: Tier, order: Any = (), base: str = "drawn", compounding: str = "compound") -> Waterfall:
    first = (tier("return_of_capital", order=order), preferred(base=base, compounding=compounding))
    return Waterfall(partners=PARTNERS, tiers=(*first, *last))


CONCESSIONS = {
    "first loss": _with_last(tier("split", carry_share="0.2"), order=[["private", "gp"], ["city"]]),
    "capped for others": _with_last(
        tier("capped_public_return", carry_share="0.2", cap_rate_share="0.1", day_basis=365, above_to="others")
    ),
    "capped for manager": _with_last(
        tier("catch_up", manager_share="0.5", carry_share="0.2"),
        tier("capped_public_return", carry_share="0.2", cap_rate_share="0.05", day_basis=360, above_to="manager"),
    ),
    "passed on": _with_last(
        tier("public_profit_to_manager", carry_share="0.2", passed_share="0.3"), base="committed", compounding="simple"
    ),
}


@pytest.mark.parametrize("name", CONCESSIONS)
@settings(max_examples=20)
@given(flows=fund_flows(), more=st.integers(1, 50_000), data=st.data())
def test_concessions_keep_what_every_waterfall_keeps(
    name: str, flows: list[FundFlow], more: int, data: st.DataObject
) -> None:
    """Days add up, nothing is negative, a day may be split, and more on the last day gives no partner less."""
    made = CONCESSIONS[name]
    run = run_waterfall(made, flows)
    assert all(row.amount_fen > 0 for row in run.paid)
    for day in {flow.day for flow in flows}:
        given_out = sum(flow.proceeds_fen for flow in flows if flow.day == day)
        assert sum(row.amount_fen for row in run.paid if row.day == day) == given_out
    chosen = data.draw(st.sampled_from(flows))
    called, out = data.draw(st.integers(0, chosen.called_fen)), data.draw(st.integers(0, chosen.proceeds_fen))
    rest = FundFlow(chosen.day, chosen.called_fen - called, chosen.proceeds_fen - out)
    others = [flow for flow in flows if flow is not chosen]
    assert run_waterfall(made, [FundFlow(chosen.day, called, out), *others, rest]).paid == run.paid
    richer = run_waterfall(made, [*flows, FundFlow(max(flow.day for flow in flows), 0, more)])
    for partner in PARTNERS:
        assert richer.received_fen(partner.id) >= run.received_fen(partner.id) - 4


@given(fund_flows())
def test_carry_is_its_part_of_the_profit_after_a_full_catch_up(flows: list[FundFlow]) -> None:
    """Whenever the split tier has been reached on the last day, carry = 20 % of all profit paid, to a fen a payment."""
    run = run_waterfall(european(), flows)
    last = max(row.day for row in run.paid) if run.paid else None
    if last is not None and any(row.day == last and row.tier == 3 for row in run.paid):
        profit = sum(row.amount_fen for row in run.paid if row.account != "capital")
        carry = sum(row.amount_fen for row in run.paid if row.account == "carry")
        assert abs(carry - Decimal(profit) / 5) <= len(run.paid)


@given(fund_flows(), st.integers(1, 50_000))
def test_more_proceeds_never_give_partners_less(flows: list[FundFlow], more: int) -> None:
    richer = [*flows, FundFlow(max(flow.day for flow in flows), 0, more)]
    before, then = run_waterfall(european(), flows), run_waterfall(european(), richer)
    for partner in PARTNERS:
        assert then.received_fen(partner.id) >= before.received_fen(partner.id) - 4


@given(fund_flows(), st.data())
def test_a_day_split_in_two_changes_nothing(flows: list[FundFlow], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(flows) - 1))
    chosen = flows[place]
    called = data.draw(st.integers(0, chosen.called_fen))
    out = data.draw(st.integers(0, chosen.proceeds_fen))
    parts = [
        FundFlow(chosen.day, called, out),
        FundFlow(chosen.day, chosen.called_fen - called, chosen.proceeds_fen - out),
    ]
    split = [*flows[:place], *parts, *flows[place + 1 :]]
    assert run_waterfall(european(), split).paid == run_waterfall(european(), flows).paid


@given(fund_flows())
def test_an_idle_day_changes_nothing(flows: list[FundFlow]) -> None:
    """Time passes in one step or in two: what is owed compounds to the same."""
    idle = [*flows, FundFlow(after(200)), FundFlow(after(901))]
    assert run_waterfall(european(), idle).paid == run_waterfall(european(), flows).paid


@given(fund_flows(), st.integers(2, 50))
def test_scaling_the_money_scales_the_money(flows: list[FundFlow], factor: int) -> None:
    """In hundreds of fen, so that calls are shared without a remainder; each payment is rounded once."""

    def scaled(by: int) -> WaterfallRun:
        partners = tuple(Partner(p.id, p.role, p.committed_fen * by) for p in PARTNERS)
        return run_waterfall(
            european(partners=partners), [FundFlow(f.day, f.called_fen * by, f.proceeds_fen * by) for f in flows]
        )

    one, many = scaled(100), scaled(100 * factor)
    for partner in PARTNERS:
        difference = many.received_fen(partner.id) - factor * one.received_fen(partner.id)
        assert abs(difference) <= (factor + 1) * len(flows) * 12


BAD = [
    (lambda: Waterfall(partners=(PARTNERS[0],), tiers=(preferred(),)), "partners"),
    (lambda: Waterfall(partners=(*PARTNERS, PARTNERS[0]), tiers=(preferred(),)), "partners"),
    (lambda: Waterfall(partners=(Partner("gp", "manager", 0),), tiers=(preferred(),)), "partners"),
    (lambda: Waterfall(partners=(Partner("gp", "manager", -1),), tiers=(preferred(),)), "partners.0.committed"),
    (lambda: Waterfall(partners=PARTNERS, tiers=()), "tiers"),
    (lambda: Waterfall(partners=PARTNERS, tiers=(tier("return_of_capital", order=[["nobody"]]),)), "tiers.0"),
    (lambda: Waterfall(partners=PARTNERS, tiers=(preferred(partners=["nobody"]),)), "tiers.0"),
    (lambda: tier("return_of_capital", order=[["city"], ["city"]]), ""),
    (lambda: preferred("-0.01"), "rate_share"),
    (lambda: preferred("1.5"), "rate_share"),
    (lambda: preferred(day_basis=366), "day_basis"),
    (lambda: preferred(compounding="daily"), "compounding"),
    (lambda: tier("catch_up", manager_share="0.2", carry_share="0.2"), ""),
    (lambda: tier("catch_up", manager_share="1.1", carry_share="0.2"), "manager_share"),
    (lambda: tier("split", carry_share="1"), "carry_share"),
    (lambda: tier("split", carry_share="NaN"), "carry_share"),
    (lambda: tier("split", carry_share=0.2), "carry_share"),
    (lambda: tier("split"), "carry_share"),
    (lambda: tier("public_profit_to_manager", carry_share="0.2", passed_share="2"), "passed_share"),
    (lambda: run_waterfall(european(), []), "flows"),
    (lambda: run_waterfall(european(), [FundFlow(START, -1)]), "flows.0.called"),
    (lambda: run_waterfall(european(), [FundFlow(START, 1), FundFlow(after(1), 0, -1)]), "flows.1.proceeds"),
    (lambda: run_waterfall(european(), [FundFlow(START, 100_001)]), "flows.called"),
    (lambda: run_waterfall(european(), [FundFlow(START, 0, 5)]), "flows"),
    (lambda: run_waterfall(european(), [FundFlow(START, 1.5)]), "flows.0.called"),
]


@pytest.mark.parametrize(("ask", "field"), BAD)
def test_bad_input_names_its_field(ask, field: str) -> None:
    with pytest.raises(InputError) as caught:
        ask()
    assert field in caught.value.problems[0].field


def test_tiers_that_leave_money_are_refused() -> None:
    made = Waterfall(partners=PARTNERS, tiers=(tier("return_of_capital"),))
    with pytest.raises(RefusalError, match="left on"):
        run_waterfall(made, [FundFlow(START, 100), FundFlow(after(1), 0, 200)])


def test_every_kind_is_exercised_here() -> None:
    """By the names that the tests of this file and its builders use."""
    text = "".join(path.read_text("utf-8") for path in (Path(__file__), Path(waterfalls.__file__)))
    assert [name for name in (*tier_kinds(), *settlement_kinds()) if f'"{name}"' not in text] == []
