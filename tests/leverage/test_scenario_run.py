"""A scenario on many paths: against the instruments' ledgers, laws in closed form, hand calculation, and itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pledge.portfolio.vasicek import LimitingLoss
from tests.leverage.builders import COURSE, GUARANTOR_TERMS, allocation, figure
from tests.leverage.runs import COMPANIES, LOANS, asked, equity, fund, pool, simulated
from tests.leverage.test_instrument_ledger import lost
from valuation.errors import InputError, RefusalError


def test_the_pool_on_average_by_hand() -> None:
    """Banks lend 6亿; 0.1 × 0.6 of it is lost on average, of which the pool pays half: 0.18亿."""
    answer = simulated(asked(pool(), paths=4000)).alternatives[0]
    loss = answer.principal.expected_loss
    assert abs(loss.value - 18_000_000) < 4 * loss.error
    assert answer.to_firms.mean.value == 600_000_000
    assert [row.to_firms.mean.value for row in answer.years] == [600_000_000, 0]


def test_alternatives_run_on_the_same_numbers_and_place_decides_not_the_instrument() -> None:
    alone = simulated(asked(equity())).paths.allocations["way_1"]["direct_equity"]
    beside = simulated(asked(pool(), equity())).paths.allocations["way_2"]["direct_equity"]
    assert np.array_equal(alone.back, beside.back)


def test_no_bit_depends_on_the_workers() -> None:
    data = asked(pool(), equity(), paths=9000)
    one = simulated(data)
    with ThreadPoolExecutor(2) as executor:
        two = simulated(data, executor=executor)
    assert one.as_document() == two.as_document()
    assert np.array_equal(one.paths.net("way_2"), two.paths.net("way_2"))


def test_a_run_can_be_followed_and_stopped() -> None:
    steps: list[tuple[int, int]] = []
    simulated(asked(pool(), paths=5000), progress=lambda done, whole: steps.append((done, whole)))
    assert steps == [(4096, 5000), (5000, 5000)]
    with pytest.raises(RefusalError, match="cancelled after 0 of 5000"):
        simulated(asked(pool(), paths=5000), is_cancelled=lambda: True)


def test_a_course_says_when_and_is_needed() -> None:
    with pytest.raises(InputError, match=r"loss_compensation_pool\.course: found nothing, expected a course"):
        simulated(asked(pool(course=None)))


def test_the_document_has_no_money_as_number() -> None:
    document = simulated(asked(pool(), equity())).as_document()
    first, second = document["alternatives"]
    assert first["to_firms"]["mean"] == "600000000.00"
    assert second["difference"]["to_firms"] == {"mean": "-480000000.00", "standard_error": "0.00"}
    assert first["difference"] is None
    assert len(document["digest"]) == 64


# --- closed forms -----------------------------------------------------------------------------------------


HEAVY = LOANS | {
    "default_share": figure("0.25"),
    "loss_given_default_share": figure("0.8"),
    "correlation_share": figure("0.3"),
}
LAW = LimitingLoss(0.25, 0.3)


def test_a_pool_is_exhausted_as_probably_as_vasicek_says() -> None:
    """6 × pool × 0.5 × 0.8 · x reaches the pool at x = 1 / 2.4: P = 1 − F(1/2.4) = 0.18; expected loss E min(2.4x, 1),
    the mean over the quantiles of x.
    """
    answer = simulated(asked(pool(risk=HEAVY), paths=20_000))
    risk = answer.alternatives[0].allocations[0].principal
    expected = 1 - LAW.probability_below(1 / 2.4)
    assert risk.probability_low < expected < risk.probability_high
    quantiles = np.array([LAW.quantile((place + 0.5) / 2000) for place in range(2000)])
    mean = 100_000_000 * np.minimum(2.4 * quantiles, 1).mean()
    assert abs(risk.expected_loss.value - mean) < 4 * risk.expected_loss.error
    worst = 100_000_000 * np.minimum(2.4 * quantiles[-100:], 1).mean()
    assert abs(risk.tail_loss.value - worst) < 4 * risk.tail_loss.error + 1e-6 * worst


def test_a_guarantor_is_called_for_its_capital_as_probably_as_vasicek_says() -> None:
    """Loans 5 × capital, of which 0.8 · 0.8 · x is called: 3.2x reaches the capital at x = 0.3125."""
    row = allocation("capital_injection", terms=GUARANTOR_TERMS) | {"course": COURSE, "risk": HEAVY}
    answer = simulated(asked(row, paths=20_000)).alternatives[0]
    risk = answer.allocations[0].principal
    assert risk.probability_low < 1 - LAW.probability_below(0.3125) < risk.probability_high
    # Nothing comes back by itself: what is left stays with the guarantor.
    assert risk.back.value == 0
    assert risk.held.value + risk.expected_loss.value == pytest.approx(100_000_000)
    assert [row.out for row in answer.years] == [100_000_000, 100_000_000]


def test_the_whole_is_lost_below_one_and_gains_make_up_for_losses() -> None:
    """Side by side: the whole loses on fewer paths than the pool alone, whose every loss is below 1x."""
    parts = [
        pool(money=[{"line": "high_tech_city", "amount": "50000000.00"}]),
        equity(money=[{"line": "high_tech_central", "amount": "50000000.00"}]),
    ]
    answer = simulated(asked(pool()) | {"alternatives": [{"id": "both", "allocations": parts}]})
    whole = answer.alternatives[0].principal
    first, second = (row.principal for row in answer.alternatives[0].allocations)
    assert whole.net.value == pytest.approx(first.net.value + second.net.value)
    assert whole.expected_loss.value < first.expected_loss.value + second.expected_loss.value
    assert whole.placed == 100_000_000
    assert first.probability.value == 0
    assert 0 < whole.probability.value < 1
    # Bad times are common: the two lose together more often than apart.
    nets = [row.net for row in answer.paths.allocations["both"].values()]
    assert np.corrcoef(*nets)[0, 1] > 0.1


def test_every_yuan_of_the_parties_is_paid_by_somebody() -> None:
    """Of shares alone nothing stays between: all that is received beyond what is paid comes from firms."""
    answer = simulated(asked(equity())).alternatives[0]
    paid = sum(row.paid for row in answer.parties)
    assert paid == pytest.approx(answer.to_firms.mean.value)
    rows = {(row.party, row.is_programme): row for row in answer.parties}
    assert rows["central", True].paid == rows["city", True].paid == 40_000_000
    assert rows["private", False].received == pytest.approx(rows["central", True].received)


def test_a_fund_by_course_and_by_growth_take_part_in_one_run() -> None:
    """By course: fees of a fifth; in a course without loss or gain the manager has them and nobody else gains."""
    flat = {"kind": "loss_quantiles", "correlation_share": figure("0")}
    source = {"title": "a table of the test", "status": "hypothesis"}
    table = {"probability_shares": [0, 1], "loss_shares": [0, 0], "grade": "benchmark", "source": "table"}
    row = allocation("fund") | {"course": lost("0.1"), "risk": flat | {"table": table}}
    answer = simulated(asked(row, fund(), sources={"table": source}))
    first = answer.alternatives[0]
    rows = {row.party: row for row in first.parties}
    # 2.5亿 in, 0.5亿 fees, 2.0亿 × 0.75 invested and all else given back: 2.0亿 to those who paid in.
    assert rows["manager"].received == pytest.approx(50_000_000)
    assert sum(row.received for row in first.parties) == pytest.approx(250_000_000)
    assert "finance_differs_from_ladder" not in [row.code for row in first.allocations[0].warnings]
    second = answer.alternatives[1].allocations[0]
    assert "finance_differs_from_ladder" in [row.code for row in second.warnings]


def test_the_digest_is_that_of_the_inputs() -> None:
    first, again, other = (simulated(asked(pool(), seed=seed)).digest for seed in (1, 1, 2))
    assert first == again != other


def test_interest_beside_what_firms_are_worth_in_all_is_refused() -> None:
    """Else a company that pays back once what it got would pay interest out of nothing."""
    claim = allocation("convertible") | {"course": COURSE, "risk": COMPANIES}
    with pytest.raises(InputError, match=r"risk\.kind: found company_outcomes.*beside agreed interest"):
        simulated(asked(claim))
    claim["terms"] = claim["terms"] | {"rate_share": figure("0")}
    assert simulated(asked(claim)).alternatives[0].principal.placed > 0


def test_gains_that_a_risk_leaves_out_are_told() -> None:
    claim = allocation("convertible") | {"course": COURSE, "risk": LOANS}
    answer = simulated(asked(claim))
    assert "course_gain_left_out" in {row.code for row in answer.warnings}
    # What an instrument must tell stands among the answer's warnings, for every screen.
    told = {row for way in answer.alternatives for part in way.allocations for row in part.warnings}
    assert told <= set(answer.warnings)
