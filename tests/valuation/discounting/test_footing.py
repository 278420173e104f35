"""Is a rate that does not fit its flows refused, by every method that discounts?

Checked against: every difference of tax, prices and currency, one at a time and together, by hand; no number of a
request may move when its footing is stated. Which methods discount is read from the fields of their requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from docs.fields import field_rows
from tests.valuation.asking import NO_AMORTISATION, Data, amount, amounts, answered, figure
from tests.valuation.every_method import sample, valued
from tests.valuation.method_samples import NO_TAX, TAX, forecast
from valuation.catalogue import methods
from valuation.errors import InputError
from valuation.kernel.conventions import convention_text

COMMON = {"tax": "after_tax", "prices": "nominal", "currency": "CNY"}
OTHER = {"tax": "before_tax", "prices": "real", "currency": "USD"}
BOTH_BEFORE_TAX = {"rate": {"tax": "before_tax"}, "flows": {"tax": "before_tax"}}

#: How the fields are called that hold a rate over time; ``probability_tree`` and ``minimum_licence_fee`` hold none,
#: but take in present values.
RATES = {
    "discount_rate_share",
    "capitalisation_rate_share",
    "cost_of_capital_share",
    "risk_free_rate_share",
    "riskless_rate_share",
}
OF_PRESENT_VALUES = {"probability_tree", "minimum_licence_fee"}
#: Here costs at prices of the valuation date are compounded, so that only real prices fit; its own tests say the rest.
OF_REAL_COSTS = {"replacement_cost"}
#: Rights valued at a riskless rate under the measure of valuation: but for the launch option they state no footing yet.
AT_A_RISKLESS_RATE = {name for name, each in methods().items() if each.approach == "options"} - {"launch_option"}


def stated_flows() -> Data:
    flows = {"with_right": amounts(1000, 1000), "without_right": amounts(100, 100)}
    taxes = {"tax": TAX, "tax_amortisation": NO_AMORTISATION}
    return {"comparison": {"kind": "stated_flows", **flows, **taxes, "forecast": forecast()}}


def return_on_capital() -> Data:
    returns = {"return_with_share": figure(0.2), "return_without_share": figure(0.1)}
    stages = sample("with_and_without")["comparison"]["stages"]
    common = {"kind": "return_on_capital", "capital_invested": amount("1000.00"), "stages": stages}
    return {"comparison": common | returns}


def for_ever() -> Data:
    duration = {"kind": "perpetuity", "capitalisation_rate_share": figure(0.12)}
    return sample("excess_earnings_single_period") | {"duration": duration}


#: Where the samples of the catalogue show only one of several ways in which a method discounts.
VARIANTS: dict[str, tuple[str, Callable[[], Data]]] = {
    "with_and_without, stated_flows": ("comparison(stated_flows)", stated_flows),
    "with_and_without, return_on_capital": ("comparison(return_on_capital)", return_on_capital),
    "with_and_without, margin": ("comparison(margin)", lambda: sample("with_and_without")),
    "excess_earnings_single_period, for ever": ("footing", for_ever),
}


def places(method: str, name: str) -> list[str]:
    """Where fields of this name stand in a method's inputs; a choice shows as ``field(kind)``."""
    return [row.path for row in field_rows(methods()[method].inputs_model) if row.name == name]


def cases() -> dict[str, tuple[str, str, Callable[[], Data]]]:
    """Every way in which a method discounts: method, place of the footing, request."""
    found = {}
    for method in sorted(methods().keys() - OF_REAL_COSTS):
        for place in places(method, "footing"):
            if "(" not in place:
                found[method] = (method, place, lambda method=method: sample(method))
    for name, (start, build) in VARIANTS.items():
        method = name.partition(",")[0]
        (place,) = (each for each in places(method, "footing") if each.startswith(start))
        found[name] = (method, re.sub(r"\(\w+\)", "", place), build)
    return found


CASES = cases()


def stated(case: str, **changes: Data) -> tuple[str, Data]:
    """Method and request of a case with the footing of rate and flows; changes are by ``rate`` and ``flows``."""
    method, place, build = CASES[case]
    inputs = build()
    at: Any = inputs
    *above, last = place.split(".")
    for part in above:
        at = at[part]
    at[last] = {side: COMMON | changes.get(side, {}) for side in ("rate", "flows")}
    return method, inputs


def test_every_method_that_discounts_may_state_its_footing() -> None:
    discounting = {method for method in methods() if any(places(method, rate) for rate in RATES)}
    may_state = {method for method in methods() if places(method, "footing")}
    assert may_state - AT_A_RISKLESS_RATE == (discounting - AT_A_RISKLESS_RATE) | OF_PRESENT_VALUES | OF_REAL_COSTS
    assert {method for method, _, _ in CASES.values()} == may_state - OF_REAL_COSTS - AT_A_RISKLESS_RATE


def test_every_place_of_a_footing_is_a_case() -> None:
    of_method = {
        method: {place for each, place, _ in CASES.values() if each == method}
        for method in methods().keys() - OF_REAL_COSTS - AT_A_RISKLESS_RATE
    }
    for method, found in of_method.items():
        assert found == {re.sub(r"\(\w+\)", "", place) for place in places(method, "footing")}


@pytest.mark.parametrize("case", CASES)
def test_a_common_footing_changes_no_number_and_is_echoed(case: str) -> None:
    method, inputs = stated(case)
    silent, told = valued(method, CASES[case][2]()), valued(method, inputs)
    assert told.value == silent.value
    assert told.worksheet.as_document() == silent.worksheet.as_document()
    assert "footing_not_stated" in {each.code for each in silent.warnings}
    assert "footing_not_stated" not in {each.code for each in told.warnings}
    said = told.conventions["footing"]
    assert said == "after_tax nominal, in CNY"
    assert convention_text("footing", said).zh == "折现率与现金流均为税后、名义，币种 CNY"
    assert silent.conventions.get("footing") != said


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("side", ["rate", "flows"])
@pytest.mark.parametrize("aspect", COMMON)
def test_a_difference_is_an_error_that_names_both_fields(case: str, side: str, aspect: str) -> None:
    method, inputs = stated(case, **{side: {aspect: OTHER[aspect]}})
    with pytest.raises(InputError) as caught:
        valued(method, inputs)
    (problem,) = caught.value.problems
    where = CASES[case][1]
    rate, flows = (OTHER if side == name else COMMON for name in ("rate", "flows"))
    assert problem.field == f"{where}.rate.{aspect}"
    assert problem.found == f"{rate[aspect]}, while {where}.flows.{aspect} is {flows[aspect]}"
    assert problem.expected == f"both on the same footing: convert {where}.rate or {where}.flows"


#: Flows that the method takes no tax off: there both sides may stand before tax.
UNTAXED = {
    "discounted_cash_flow",
    "contribution_in_kind",
    "excess_earnings_single_period",
    "excess_earnings_single_period, for ever",
    "probability_tree",
    "cost_plus_split",
    "minimum_licence_fee",
    "launch_option",
    "licence_normalisation",
}


@pytest.mark.parametrize("case", sorted(CASES.keys() - UNTAXED))
def test_flows_that_are_taxed_are_not_flows_before_tax(case: str) -> None:
    method, inputs = stated(case, **BOTH_BEFORE_TAX)
    with pytest.raises(InputError) as caught:
        valued(method, inputs)
    (problem,) = caught.value.problems
    assert problem.field == f"{CASES[case][1]}.flows.tax"
    assert (problem.found, problem.expected) == ("before_tax", "after_tax: tax is off these flows")


@pytest.mark.parametrize("case", sorted(UNTAXED))
def test_untaxed_flows_may_stand_before_tax(case: str) -> None:
    method, inputs = stated(case, **BOTH_BEFORE_TAX)
    assert valued(method, inputs).conventions["footing"] == "before_tax nominal, in CNY"


def test_without_a_tax_flows_may_stand_before_it() -> None:
    method, inputs = stated("incremental_income", **BOTH_BEFORE_TAX)
    assert valued(method, inputs | {"tax": NO_TAX}).conventions["footing"] == "before_tax nominal, in CNY"
    zero = inputs | {"tax": TAX | {"rate_share": figure(0.0)}}
    assert valued(method, zero).conventions["footing"] == "before_tax nominal, in CNY"


def test_a_fee_without_an_opportunity_cost_discounted_nothing() -> None:
    none = {"lost_revenue": amount("0.00"), "added_cost": amount("0.00")}
    found = valued("minimum_licence_fee", sample("minimum_licence_fee") | none)
    assert "footing_not_stated" not in {each.code for each in found.warnings}


def test_what_must_hold_for_excess_earnings_is_said_where_nothing_is_stated() -> None:
    said = valued("excess_earnings_single_period", for_ever()).conventions["footing"]
    assert said == "income and returns both before tax or both after it, as stated"


def test_every_difference_is_told_at_once_and_by_its_method() -> None:
    method, inputs = stated("profit_split", rate=OTHER)
    with pytest.raises(InputError) as caught:
        answered({method: inputs})
    where = "methods.profit_split.forecast.footing.rate"
    assert [each.field for each in caught.value.problems] == [f"{where}.{aspect}" for aspect in COMMON]


@pytest.mark.parametrize("case", CASES)
def test_flows_are_in_the_currency_of_the_request(case: str) -> None:
    method, inputs = stated(case, rate={"currency": "USD"}, flows={"currency": "USD"})
    with pytest.raises(InputError, match=r"footing.flows.currency: found USD, expected CNY, the currency of the req"):
        valued(method, inputs)


@pytest.mark.parametrize("missing", ["rate", "flows"])
def test_one_side_alone_is_no_statement(missing: str) -> None:
    method, inputs = stated("relief_from_royalty")
    del inputs["footing"][missing]
    with pytest.raises(InputError, match=f"footing.{missing}: found nothing, expected a value"):
        answered({method: inputs})
