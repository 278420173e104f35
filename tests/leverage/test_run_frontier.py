"""The frontier among the instruments of a run: against the run's own figures and hand calculation."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from leverage.frontier import RiskLimits
from leverage.policy import load_policies
from leverage.programme import InstrumentLimit, load_programmes
from leverage.run_frontier import RunFrontier, outcomes_of_run
from leverage.scenario_run import run_frontier
from tests.leverage.runs import asked, equity, fund, parsed, pool, simulated
from valuation.errors import InputError, NotBuiltError, RefusalError, UnknownNameError

HALF = {"high_tech_central": "50000000.00"}, {"high_tech_city": "50000000.00"}


def money(**amounts: str) -> list[dict[str, str]]:
    return [{"line": line, "amount": amount} for line, amount in amounts.items()]


def side_by_side(**changes: Any) -> dict[str, Any]:
    """The central money in a pool, the city's in equity."""
    given = asked(pool(), paths=600, **changes)
    parts = [pool(money=money(**HALF[0])), equity(money=money(**HALF[1]))]
    return given | {"alternatives": [{"id": "both", "allocations": parts}]}


def frontier(data: dict[str, Any], **changes: Any) -> RunFrontier:
    asked_for = {"alternative": "both", "tail_loss_shares": [0.2, 0.3, 0.6]}
    catalogues: dict[str, Any] = {"programmes": load_programmes(), "policies": load_policies()}
    return run_frontier(parsed(data), **(asked_for | changes), **catalogues)


def test_the_outcomes_are_the_runs_figures_per_yuan() -> None:
    """The pool calls up 6 of lending per yuan placed, equity 0.8 × (0.5 + 0.5) / 0.5 = 1.6."""
    answer = simulated(side_by_side())
    first, second = outcomes_of_run(answer, alternative="both")
    assert (first.to_firms, second.to_firms) == pytest.approx((6.0, 1.6))
    assert first.out_by_year == pytest.approx(np.array([1.0, first.net.mean() * -1]))
    both = 50_000_000 * (first.net + second.net)
    assert both == pytest.approx(answer.paths.net("both"))
    assert first.is_lost.mean() == answer.alternatives[0].allocations[0].principal.probability.value


def test_more_risk_is_more_finance_until_all_is_in_the_pool() -> None:
    found = frontier(side_by_side())
    finance = [point.to_firms for _, point in found.frontier.points]
    assert finance == sorted(finance)
    assert finance[-1] == pytest.approx(6.0)
    assert found.frontier.points[-1][1].corner == "loss_compensation_pool"
    for share, point in found.frontier.points:
        assert point.tail_loss.value <= share + 1e-6
    document = found.as_document()
    shown = [row["tail_loss_share"] for row in [*document["points"], *document["refused"]]]
    assert sorted(shown) == [0.2, 0.3, 0.6]


def test_a_limit_of_the_programme_is_not_passed_over() -> None:
    programmes = load_programmes()
    name = str(parsed(side_by_side()).programme)
    limit = InstrumentLimit(
        instrument="direct_equity", max_share=Decimal("0.5"), source=programmes[name].lines[0].source
    )
    limited = programmes | {name: programmes[name].model_copy(update={"limits": (limit,)})}
    with pytest.raises(NotBuiltError, match="direct_equity"):
        run_frontier(
            parsed(side_by_side()),
            alternative="both",
            tail_loss_shares=[0.3],
            programmes=limited,
            policies=load_policies(),
        )


def test_what_is_scaled_is_told() -> None:
    found = frontier(side_by_side()).as_document()
    assert "scaled_from_the_stated_placement" in {row["code"] for row in found["warnings"]}


def test_a_largest_share_binds() -> None:
    found = frontier(side_by_side(), largest_shares={"loss_compensation_pool": 0.25}, tail_loss_shares=[1.0])
    point = found.frontier.points[0][1]
    assert point.share_of["loss_compensation_pool"] == pytest.approx(0.25)
    assert point.to_firms == pytest.approx(0.25 * 6 + 0.75 * 1.6)


@pytest.mark.parametrize(("share", "tolerance", "excluded"), [("0.30", "0", 0), ("0.31", "0", 1), ("0.31", "0.02", 0)])
def test_a_fund_above_the_government_share_is_excluded(share: str, tolerance: str, excluded: int) -> None:
    """The city's guide fund asks for at most 30 %, in principle; the central 5,000万 are all the budget money."""
    made = fund(money=money(**HALF[0]), policies=["haikou_guide_fund_2023"])
    made["terms"]["programme_share"]["value"] = share
    parts = [made, equity(money=money(**HALF[1]))]
    data = side_by_side() | {"alternatives": [{"id": "both", "allocations": parts}]}
    found = frontier(data, tail_loss_shares=[1.0], tolerance_share=Decimal(tolerance))
    assert [row.instrument for row in found.frontier.exclusions] == ["fund"] * excluded


def test_what_cannot_be_divided_is_refused() -> None:
    with pytest.raises(RefusalError, match="found one instrument"):
        frontier(asked(pool()), alternative="way_1")
    with pytest.raises(UnknownNameError, match="alternative"):
        frontier(side_by_side(), alternative="neither")
    with pytest.raises(UnknownNameError, match="largest_shares"):
        frontier(side_by_side(), largest_shares={"pool": 0.5})
    with pytest.raises(InputError, match="limits"):
        frontier(side_by_side(), limits=RiskLimits(tail_level_share=0.9, tail_loss_share=0.1))
