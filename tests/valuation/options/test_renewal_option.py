"""renewal_option: is a patent that may lapse each year worth what theory says, and when should it lapse?

Checked against: the n-fold compound (identity), the best year of stopping where returns are certain (closed form), a
binomial lattice written here (second way), a simulation under the stated thresholds (second way), the table of fees by
hand, monotonicity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import PATENT, VARIETY, amount, answered, figure
from tests.valuation.options.bad_inputs.renewal_option import TABLE
from tests.valuation.options.samples.renewal_option import sample
from valuation.errors import InputError
from valuation.kernel.conclusion import Conclusion

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}
FEES = (4_000.0, 4_000.0, 6_000.0, 6_000.0, 6_000.0)
#: The table of fees begins in June 2021.
LATER = {"valuation_date": "2021-12-31", "policy_date": "2021-12-31", "report_date": "2022-03-31"}
CERTAIN = {"kind": "certain", "reason": "left out in this test"}


def concluded(fees: Sequence[float] = FEES, subject: Any = NO_END, **changes: Any) -> Conclusion:
    listed = {"kind": "stated", "amounts": [amount(f"{fee:.2f}") for fee in fees]}
    stated = sample() | {"rate_compounding": "continuous", "fees": listed} | changes
    return answered({"renewal_option": stated}, subject=subject).conclusions[0]


def by_table(table: dict[str, Any]) -> Conclusion:
    return answered(
        {"renewal_option": sample() | {"fees": table, "next_fee_in_years": figure(0.4)}}, subject=PATENT, dates=LATER
    ).conclusions[0]


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


def test_the_ladder_of_fees_is_the_n_fold_compound() -> None:
    """Identity: if only the last year earns, each fee buys the right to the next, as stages buy a launch."""
    fees = [40_000.0, 60_000.0, 80_000.0, 900_000.0]
    threat = {"kind": "constant", "rate_per_year": figure(0.04), "recovery_share": figure(0.3)}
    found = concluded(
        fees,
        yearly_return=amount("1000000.00"),
        return_profile_share=[figure(share) for share in (0.0, 0.0, 0.0, 1.0)],
        obsolescence_per_year=figure(0.0),
        next_fee_in_years=figure(0.5),
        return_growth_share=figure(0.03),
        threat=threat,
    )
    stages = [
        {
            "name": f"第{number}年",
            "outlay": amount(f"{fee:.2f}"),
            "duration_years": figure(1.0),
            "success_share": figure(1.0),
        }
        for number, fee in enumerate(fees[:-1], start=1)
    ]
    staged = {
        "launch_value": amount("1000000.00"),
        "launch_outlay": amount("900000.00"),
        "stages": stages,
        "first_stage_in_years": figure(0.5),
        "volatility_share": figure(0.4),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "continuous",
        # What the value grows by for valuation is the rate less this yield: 0.03 less the premium of 0.02.
        "payout_yield_share": figure(0.02),
        "threat": threat,
    }
    compound = answered({"staged_development": staged}, subject=NO_END).conclusions[0]
    assert found.worksheet.value("renewals") == pytest.approx(compound.value, rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(
    fees=st.lists(st.floats(1_000, 9_000), min_size=1, max_size=6),
    growth=st.floats(-0.4, 0.2),
    first=st.floats(0.05, 1.0),
)
def test_certain_returns_are_kept_to_the_best_year(fees: list[float], growth: float, first: float) -> None:
    """Closed form: without chance the patent is kept for the number of years that brings most."""
    fees = [round(fee, 2) for fee in fees]
    found = concluded(
        fees,
        fluctuation=CERTAIN,
        return_growth_share=figure(growth),
        next_fee_in_years=figure(first),
        obsolescence_per_year=figure(0.05),
        threat=NO_THREAT,
    )
    best = total = 0.0
    for number, fee in enumerate(fees):
        time = first + number
        total += (6_000 * math.exp((growth - 0.02) * time) - fee) * math.exp(-(0.03 + 0.05) * time)
        best = max(best, total)
    running = 6_000 * first * math.exp((growth - 0.02 - 0.08) * first / 2)
    assert found.value == pytest.approx(running + best, rel=1e-7)
    assert beside(found)["static_npv"] == pytest.approx(running + total, rel=1e-9, abs=1e-6)
    assert "vega" in found.details["not_applicable"]


def lattice(fees: Sequence[float], per_year: int) -> float:
    """The sample's renewals by a binomial tree, fees at half-years from today on."""
    sigma, drift, lost = 0.4, -0.10, 0.03 + 0.05 + 0.03 * 0.9
    interval = 1 / per_year
    up = math.exp(sigma * math.sqrt(interval))
    chance = (math.exp(drift * interval) - 1 / up) / (up - 1 / up)
    dates = [per_year // 2 + per_year * number for number in range(len(fees))]
    held = np.zeros(dates[-1] + 1)
    for step in range(dates[-1], -1, -1):
        if step in dates:
            level = 6_000 * up ** np.arange(-step, step + 1, 2.0)
            held = np.maximum(level - fees[dates.index(step)] + held, 0)
        if step:
            held = math.exp(-lost * interval) * (chance * held[1:] + (1 - chance) * held[:-1])
    return float(held[0])


def test_a_plain_lattice_gives_the_same_value() -> None:
    """Second way: 600 branchings a year."""
    found = concluded().worksheet.value("renewals")
    assert found == pytest.approx(lattice(FEES, 600), rel=2e-4)


def test_lapses_are_what_a_simulation_counts() -> None:
    """Second way: the level drawn under its real growth, decisions by the stated thresholds, ends drawn as well."""
    found = concluded()
    rng, count = np.random.default_rng(3), 300_000
    keeps = [each["low"] for each in found.details["thresholds"] if each["action"] == "renew"]
    level, alive = np.full(count, 6_000.0), np.ones(count, dtype=bool)
    for number, (least, span) in enumerate(zip(keeps, (0.5, 1, 1, 1, 1), strict=True), start=1):
        level *= np.exp((-0.08 - 0.08) * span + 0.4 * math.sqrt(span) * rng.standard_normal(count))
        alive &= rng.random(count) < math.exp(-0.08 * span)
        lapsed = (alive & (level < least)).mean()
        alive &= level >= least
        chances = found.details["probabilities"]
        assert chances[f"lapsed before year {number}"] == pytest.approx(float(lapsed), abs=0.003)
        assert chances[f"renewed for year {number}"] == pytest.approx(float(alive.mean()), abs=0.003)
    ends = [share for event, share in chances.items() if not event.startswith("renewed")]
    assert sum(ends) + chances["renewed for year 5"] == pytest.approx(1, rel=1e-7)
    assert chances["superseded"] / chances["invalidated"] == pytest.approx(0.05 / 0.03, rel=1e-9)


def test_the_threshold_of_the_last_year_is_its_fee_and_earlier_ones_lie_below() -> None:
    keeps = [each["low"] for each in concluded().details["thresholds"] if each["action"] == "renew"]
    assert keeps[-1] == pytest.approx(6_000, rel=1e-8)
    assert all(keep < fee for keep, fee in zip(keeps[:-1], FEES, strict=False))


@settings(max_examples=4, deadline=None)
@given(
    more=st.floats(1, 3_000),
    year=st.integers(0, 4),
    obsolescence=st.floats(0, 0.4),
    volatility=st.floats(0.1, 0.8),
)
def test_fees_and_ends_take_away(more: float, year: int, obsolescence: float, volatility: float) -> None:

    def found(
        fees: Sequence[float] = FEES, obsolescence: float = obsolescence, sigma: float = volatility
    ) -> Conclusion:
        changing = {"kind": "lognormal", "volatility_share": figure(sigma)}
        return concluded(fees, obsolescence_per_year=figure(obsolescence), fluctuation=changing)

    here = found()
    dearer = [fee + more * (number == year) for number, fee in enumerate(FEES)]
    assert found(dearer).value <= here.value + 1e-6
    assert found(obsolescence=obsolescence + 0.1).value <= here.value + 1e-6
    assert found(sigma=volatility + 0.1).value >= here.value - 1e-6
    assert beside(here)["static_npv"] <= here.value + 1e-6
    assert 0 <= (here.pledgee_value or 0) <= here.value + 1e-6


def test_the_chinese_table_states_the_fees() -> None:
    """By hand: an invention granted in year 3; 4,000 yuan in year 12, 15 % of it for one applicant entitled to a
    reduction in its first ten years from the grant, 6,000 in year 13, 8,000 from year 16 on.
    """
    table = TABLE | {"applicants": "single"}
    found = by_table(table)
    paper = found.worksheet
    assert [paper.value(f"fee_{year}") for year in (12, 13, 15, 16, 20)] == [600, 6_000, 6_000, 8_000, 8_000]
    full = by_table(TABLE)
    assert full.worksheet.value("fee_12") == 4_000
    assert full.value < found.value
    assert any("reduction_years" in f"{each.code} {each.label.en}" for each in found.warnings)


def test_the_table_is_in_yuan() -> None:
    stated = sample() | {"fees": TABLE}
    with pytest.raises(InputError, match="CNY, or fees as stated"):
        answered({"renewal_option": stated}, subject=PATENT, currency="USD")
