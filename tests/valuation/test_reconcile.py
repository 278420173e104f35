"""Does one honest value come out of several indications?

Checked against: arithmetic by hand, bounds (hypothesis), and the refusals that keep disagreeing answers from being
averaged in silence.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import answered, cost, figure, market, option, relief
from valuation.appraisal import Appraisal
from valuation.errors import InputError, RefusalError, UnknownNameError

#: Relief from royalty: 37,500 · annuity(12 %, 5) = 135,179; cost: (120,000·1.1 + 30,000)·1.1·0.72 = 128,304.
ROYALTY = 37_500 * (1 - 1.12**-5) / 0.12
COST = (120_000 * 1.1 + 30_000) * 1.1 * 0.72


def weighted(maximum_ratio: float = 1000.0, explanation: str | None = None, **shares: float) -> dict[str, Any]:
    weights = {name: {"share": share, "reason": "chosen for the test"} for name, share in shares.items()}
    data: dict[str, Any] = {"weights": weights, "maximum_ratio": maximum_ratio}
    return data if explanation is None else data | {"divergence_explanation": explanation}


def both(**changes: Any) -> Appraisal:
    methods = {"relief_from_royalty": relief(), "replacement_cost": cost()}
    return answered(methods, **{"reconciliation": weighted(relief_from_royalty=0.75, replacement_cost=0.25)} | changes)


# --- the weighted value ---------------------------------------------------------------------------


def test_the_value_is_the_weighted_sum_by_hand() -> None:
    found = both().reconciled
    assert found.value == pytest.approx(0.75 * ROYALTY + 0.25 * COST, rel=1e-12)
    assert found.range_low == pytest.approx(COST)
    assert found.range_high == pytest.approx(ROYALTY)
    assert found.currency == "CNY"
    assert found.weights["replacement_cost"].reason == "chosen for the test"


def test_one_indication_of_weight_one_is_the_value() -> None:
    found = answered({"relief_from_royalty": relief()})
    assert found.reconciled.value == found.conclusions[0].value


@settings(max_examples=20)
@given(share=st.floats(0, 1))
def test_the_value_lies_between_the_indications(share: float) -> None:
    found = both(reconciliation=weighted(relief_from_royalty=share, replacement_cost=1 - share)).reconciled
    assert COST * (1 - 1e-12) <= found.value <= ROYALTY * (1 + 1e-12)


def test_a_weight_of_zero_keeps_the_indication_on_paper_and_out_of_value_and_range() -> None:
    found = both(reconciliation=weighted(relief_from_royalty=1.0, replacement_cost=0.0)).reconciled
    assert found.value == pytest.approx(ROYALTY)
    assert found.range_low == found.range_high == pytest.approx(ROYALTY)
    assert found.worksheet.row("indicated_value") == pytest.approx((ROYALTY, COST))


@pytest.mark.parametrize(
    ("weights", "error", "says"),
    [
        ({"relief_from_royalty": 0.5, "replacement_cost": 0.4}, InputError, "a sum of 0.9, expected a sum of 1"),
        ({"relief_from_royalty": 1.0}, InputError, "no weight for replacement_cost"),
        (
            {"relief_from_royalty": 0.5, "replacement_cost": 0.5, "launch_option": 0.0},
            UnknownNameError,
            "found 'launch_option', expected one of relief_from_royalty, replacement_cost",
        ),
        ({"relief_from_royalty": 1.5, "replacement_cost": -0.5}, InputError, r"relief_from_royalty.share: found 1.5"),
        ({}, InputError, "reconciliation.weights"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights: dict[str, float], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        both(reconciliation=weighted(**weights))


def test_a_weight_needs_a_reason() -> None:
    bare = weighted(relief_from_royalty=0.75, replacement_cost=0.25)
    bare["weights"]["replacement_cost"] = {"share": 0.25}
    with pytest.raises(InputError, match=r"reconciliation.weights.replacement_cost.reason: found nothing"):
        both(reconciliation=bare)


# --- disagreement ---------------------------------------------------------------------------------


def test_indications_too_far_apart_are_not_averaged_in_silence() -> None:
    far = weighted(maximum_ratio=1.05, relief_from_royalty=0.75, replacement_cost=0.25)
    with pytest.raises(RefusalError, match=r"relief_from_royalty = 135179, replacement_cost = 128304") as raised:
        both(reconciliation=far)
    assert raised.value.problems[0].field == "reconciliation.maximum_ratio"
    assert "within a factor of 1.05" in raised.value.message


def test_an_explanation_lets_them_pass_and_travels_with_the_answer() -> None:
    far = weighted(
        maximum_ratio=1.05, explanation="cost ignores the market", relief_from_royalty=0.75, replacement_cost=0.25
    )
    found = both(reconciliation=far)
    (doubt,) = [each for each in found.warnings if each.code == "divergent_indications"]
    assert "cost ignores the market" in doubt.label.zh
    assert "cost ignores the market" in doubt.label.en


def test_within_the_stated_factor_nothing_needs_explaining() -> None:
    near = weighted(maximum_ratio=1.06, relief_from_royalty=0.75, replacement_cost=0.25)
    assert "divergent_indications" not in [each.code for each in both(reconciliation=near).warnings]


def test_an_indication_of_weight_zero_may_disagree() -> None:
    far = weighted(maximum_ratio=1.05, relief_from_royalty=1.0, replacement_cost=0.0)
    assert both(reconciliation=far).reconciled.value == pytest.approx(ROYALTY)


def test_a_negative_indication_never_agrees_with_a_positive_one() -> None:
    losing = relief(owner_cost={"values": ["200000.00"] * 5, "grade": "assumed", "reason": "a losing right"})
    with pytest.raises(RefusalError, match="maximum_ratio"):
        answered({"relief_from_royalty": losing, "replacement_cost": cost()})


def test_a_rate_indicated_by_the_market_is_never_averaged_with_money() -> None:
    rates = market()
    for row, rate in zip(rates["comparables"], (0.03, 0.05, 0.04), strict=True):
        del row["price"]
        row["rate_share"] = figure(rate)
    methods = {"relief_from_royalty": relief(), "comparable_transactions": rates}
    with pytest.raises(InputError, match=r"weights.comparable_transactions: found a weight for an indication that"):
        answered(methods)
    found = answered(methods, reconciliation=weighted(relief_from_royalty=1.0, comparable_transactions=0.0))
    assert found.reconciled.value == pytest.approx(ROYALTY)
    assert found.reconciled.methods == ("relief_from_royalty",)
    rate = next(each for each in found.conclusions if each.method == "comparable_transactions")
    assert rate.unit == "share"
    assert 0.03 < rate.value < 0.05


# --- intervals ------------------------------------------------------------------------------------

SPREAD = {"kind": "uniform", "low": 0.04, "high": 0.06}
UNCERTAIN = relief(royalty_rate_share=figure(0.05, distribution=SPREAD))
PLAN = {"seed": 7, "points_per_scramble": 256}


def test_the_only_indication_keeps_its_own_interval() -> None:
    found = answered({"relief_from_royalty": UNCERTAIN}, uncertainty=PLAN)
    assert found.reconciled.interval == found.conclusions[0].interval
    # By hand: the value is proportional to the rate, whose 5 % and 95 % points are 0.041 and 0.059.
    assert found.reconciled.interval is not None
    assert found.reconciled.interval.low == pytest.approx(ROYALTY * 0.82, rel=1e-3)
    assert found.reconciled.interval.high == pytest.approx(ROYALTY * 1.18, rel=1e-3)


def test_ends_are_weighted_and_an_indication_without_interval_is_named() -> None:
    methods = {"relief_from_royalty": UNCERTAIN, "replacement_cost": cost()}
    found = answered(
        methods, uncertainty=PLAN, reconciliation=weighted(relief_from_royalty=0.75, replacement_cost=0.25)
    )
    own = found.conclusions[0].interval
    assert own is not None
    interval = found.reconciled.interval
    assert interval is not None
    assert interval.low == pytest.approx(0.75 * own.low + 0.25 * COST)
    assert interval.high == pytest.approx(0.75 * own.high + 0.25 * COST)
    (doubt,) = [each for each in found.warnings if each.code == "indication_without_interval"]
    assert "replacement_cost" in doubt.label.en


def test_a_paper_without_intervals_shows_no_ends() -> None:
    """Two ends at the value would read as an interval of no width."""
    bare = answered({"replacement_cost": cost()})
    assert bare.reconciled.interval is None
    assert not {name for name in bare.reconciled.worksheet.names if "low" in name or "high" in name}
    told = answered({"relief_from_royalty": UNCERTAIN}, uncertainty=PLAN).reconciled.worksheet.names
    assert {"interval_low", "interval_high"} <= set(told)


def test_intervals_of_different_levels_are_not_mixed() -> None:
    methods = {"relief_from_royalty": UNCERTAIN, "comparable_transactions": market(level_share=0.8)}
    with pytest.raises(InputError, match=r"uncertainty.level_share: found intervals of 0.9 and 0.8"):
        answered(methods, uncertainty=PLAN)


def test_without_any_interval_there_is_none() -> None:
    assert both().reconciled.interval is None


# --- the value to a pledgee -----------------------------------------------------------------------

LIQUIDATION = {
    "time_to_sale_years": figure(1.5),
    "sale_cost_share": figure(0.08),
    "forced_sale_discount_share": figure(0.3),
    "discount_rate_share": figure(0.12),
}


def test_the_value_to_a_pledgee_by_hand() -> None:
    found = both(liquidation=LIQUIDATION).reconciled
    base = 0.75 * ROYALTY + 0.25 * COST
    assert found.pledgee_value == pytest.approx(base * 0.7 * 0.92 / 1.12**1.5, rel=1e-12)


@pytest.mark.parametrize("rate", [-0.5, -0.01])
def test_a_later_sale_is_never_worth_more_to_a_pledgee(rate: float) -> None:
    """At −50 % a sale thirty years off would bring the pledgee 10⁹ times the value of the right."""
    with pytest.raises(InputError, match=r"liquidation.discount_rate_share.*between 0 and 2"):
        both(liquidation=LIQUIDATION | {"discount_rate_share": figure(rate)})


def test_a_value_below_zero_is_named_and_nothing_to_a_pledgee() -> None:
    costly = relief(owner_cost={"values": ["100000.00"] * 5, "grade": "assumed", "reason": "chosen for the test"})
    found = answered({"relief_from_royalty": costly}, liquidation=LIQUIDATION)
    assert found.reconciled.value < 0
    assert found.reconciled.pledgee_value == 0
    assert "value_below_zero" in [each.code for each in found.warnings]
    assert "value_below_zero" not in [each.code for each in both(liquidation=LIQUIDATION).warnings]


@pytest.mark.parametrize(("level", "said"), [(0.9, "90%"), (0.995, "99.5%"), (0.975, "97.5%")])
def test_the_meaning_of_an_interval_names_its_level_unrounded(level: float, said: str) -> None:
    plan = PLAN | {"level_share": level}
    for methods in ({"relief_from_royalty": UNCERTAIN}, {"relief_from_royalty": UNCERTAIN, "replacement_cost": cost()}):
        interval = answered(methods, uncertainty=plan).reconciled.interval
        assert interval is not None
        assert f" {said} " in interval.meaning.zh
        assert said in interval.meaning.en


def test_a_distribution_that_would_not_be_drawn_is_refused() -> None:
    spread = figure(1.5, distribution={"kind": "uniform", "low": 1, "high": 2})
    with pytest.raises(InputError, match=r"liquidation.time_to_sale_years.distribution: found a distribution"):
        both(liquidation=LIQUIDATION | {"time_to_sale_years": spread})


def test_without_disposal_assumptions_it_is_not_computed_and_the_answer_says_so() -> None:
    found = both()
    assert found.reconciled.pledgee_value is None
    assert "pledgee_value_not_stated" in [each.code for each in found.warnings]


def test_a_pledgee_counts_on_an_option_only_as_if_it_were_exercised_today() -> None:
    """Launching today would lose money, so the option is worth something to its owner and nothing to a pledgee."""
    found = answered(
        {"relief_from_royalty": relief(), "launch_option": option()},
        reconciliation=weighted(relief_from_royalty=0.5, launch_option=0.5),
        liquidation=LIQUIDATION,
    )
    launch = next(each for each in found.conclusions if each.method == "launch_option")
    assert launch.value > 0
    assert launch.pledgee_value == 0
    assert found.reconciled.value == pytest.approx((ROYALTY + launch.value) / 2)
    assert found.reconciled.pledgee_value == pytest.approx(ROYALTY / 2 * 0.7 * 0.92 / 1.12**1.5)


# --- another currency -----------------------------------------------------------------------------


def test_everything_is_converted_at_the_stated_rate() -> None:
    plan = {"liquidation": LIQUIDATION, "uncertainty": PLAN}
    methods = {"relief_from_royalty": UNCERTAIN, "replacement_cost": cost()}
    plain = answered(methods, **plan).reconciled
    converted = answered(methods, **plan, reporting={"currency": "USD", "conversion_rate": figure(0.15)}).reconciled
    assert converted.currency == "USD"
    for name in ("value", "range_low", "range_high", "pledgee_value"):
        assert getattr(converted, name) == pytest.approx(0.15 * getattr(plain, name))
    assert plain.interval is not None
    assert converted.interval is not None
    assert converted.interval.low == pytest.approx(0.15 * plain.interval.low)


def test_the_interval_of_a_single_method_is_converted_too() -> None:
    found = answered(
        {"relief_from_royalty": UNCERTAIN},
        uncertainty=PLAN,
        reporting={"currency": "USD", "conversion_rate": figure(0.15)},
    )
    own = found.conclusions[0].interval
    assert own is not None
    assert found.reconciled.interval == own.scaled(0.15)


@pytest.mark.parametrize(
    ("reporting", "field"),
    [
        ({"currency": "CNY", "conversion_rate": figure(7.0)}, "reporting.currency"),
        ({"currency": "XAU", "conversion_rate": figure(7.0)}, "reporting.currency"),
        ({"currency": "USD", "conversion_rate": figure(0.0)}, "reporting.conversion_rate"),
    ],
)
def test_a_conversion_that_makes_no_sense_is_refused(reporting: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        both(reporting=reporting)
    assert raised.value.problems[0].field == field
