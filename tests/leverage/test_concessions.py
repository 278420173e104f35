"""What concessions cost and buy. By hand; the sides sum to zero (hypothesis)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverage.concessions import concession_costs
from leverage.waterfall import FundFlow, Waterfall
from tests.leverage.waterfalls import PARTNERS, START, after, european, fund_flows, settlement, tier
from valuation.errors import InputError

CAPPED = tier("capped_public_return", carry_share="0.2", cap_rate_share="0.05", day_basis=365, above_to="others")
GOOD = settlement("loss_made_good", public="city", loss_share="0.4", cap_of_public_capital_share="0.5")
BOTH = Waterfall(
    partners=PARTNERS,
    tiers=(tier("return_of_capital", order=[["private", "gp"]]), CAPPED),
    settlements=(GOOD,),
)


def test_a_cap_by_hand() -> None:
    """Without the cap the city gets 240 of the profit, with it 15: cost 225 yuan, 225/1.05 discounted a year."""
    made = Waterfall(partners=PARTNERS, tiers=(tier("return_of_capital"), CAPPED))
    found = concession_costs(
        made, [FundFlow(START, 100_000), FundFlow(after(365), 0, 200_000)], discount_rate_share=0.05
    )
    (row,) = found
    assert (row.id, row.cost_fen, row.to_others_fen, row.to_manager_fen) == (
        "capped_public_return",
        22_500,
        22_179,
        321,
    )
    assert row.cost_present_value_fen == round(22_500 / 1.05)
    # others: 690 in; 690 + 552 + 221.79 out with the cap, 690 + 552 without it
    assert row.others_rate_with_share == pytest.approx(1_463.79 / 690 - 1, abs=1e-9)
    assert row.others_rate_without_share == pytest.approx(1_242 / 690 - 1, abs=1e-9)


def test_no_concession_no_row() -> None:
    flows = [FundFlow(START, 100_000), FundFlow(after(365), 0, 200_000)]
    assert concession_costs(european(), flows, discount_rate_share=0.05) == ()


def test_a_first_loss_costs_only_when_there_is_one() -> None:
    for proceeds, cost in ((200_000, 0), (40_000, 12_000)):
        made = Waterfall(
            partners=PARTNERS,
            tiers=(tier("return_of_capital", order=[["private", "gp"]]), tier("split", carry_share="0.2")),
        )
        flows = [FundFlow(START, 100_000), FundFlow(after(365), 0, proceeds)]
        (row,) = concession_costs(made, flows, discount_rate_share=0.03)
        assert row.cost_fen == cost


@given(fund_flows(), st.floats(0, 0.2))
def test_what_the_public_side_gives_the_others_get(flows: list[FundFlow], rate: float) -> None:
    found = concession_costs(BOTH, flows, discount_rate_share=rate)
    assert [row.id for row in found] == ["return_of_capital", "capped_public_return", "loss_made_good", "all_together"]
    for row in found:
        assert row.cost_fen == row.to_others_fen + row.to_manager_fen


def test_a_document_has_every_figure() -> None:
    flows = [FundFlow(START, 100_000), FundFlow(after(365), 0, 200_000)]
    document = concession_costs(BOTH, flows, discount_rate_share=0.05)[1].as_document()
    assert document["cost_to_public"] == "225.00"
    assert document["label"]["zh"] == "公共出资收益封顶"


def test_a_bad_rate_is_named() -> None:
    with pytest.raises(InputError, match="discount_rate_share"):
        concession_costs(BOTH, [FundFlow(START, 1)], discount_rate_share=-1)
