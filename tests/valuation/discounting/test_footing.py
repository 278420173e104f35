"""Is a rate that does not fit its flows refused, by every method that discounts a table of years?

Checked against: every difference of tax, prices and currency, one at a time and together, by hand; the value of a
request must not move when its footing is stated.
"""

from __future__ import annotations

from typing import Any

import pytest

from docs.fields import field_rows
from tests.valuation.asking import Data, answered
from tests.valuation.every_method import sample
from valuation.catalogue import methods
from valuation.errors import InputError
from valuation.kernel.conventions import convention_text

COMMON = {"tax": "after_tax", "prices": "nominal", "currency": "CNY"}
OTHER = {"tax": "before_tax", "prices": "real", "currency": "USD"}


def places() -> dict[str, str]:
    """Each method whose inputs hold a footing, and where."""
    found = {}
    for name, method in methods().items():
        paths = [row.path for row in field_rows(method.inputs_model) if row.name == "footing"]
        found |= dict.fromkeys([name] if paths else [], *paths)
    return found


#: with_and_without holds a forecast only where the flows are stated, which its sample does not.
PLACES = {name: path for name, path in places().items() if "(" not in path}


def stated(method: str, **changes: Data) -> Data:
    """The sample of a method with the footing of rate and flows; changes are by ``rate`` and ``flows``."""
    inputs = sample(method)
    at: Any = inputs
    *above, last = PLACES[method].split(".")
    for part in above:
        at = at[part]
    at[last] = {side: COMMON | changes.get(side, {}) for side in ("rate", "flows")}
    return {method: inputs}


def test_every_method_with_a_forecast_may_state_its_footing() -> None:
    with_forecast = {name for name, method in methods().items() if "forecast" in method.inputs_model.model_fields}
    assert PLACES.keys() == with_forecast | {"relief_from_royalty"}
    assert places().keys() - PLACES.keys() == {"with_and_without"}


@pytest.mark.parametrize("method", PLACES)
def test_a_common_footing_changes_no_number_and_is_echoed(method: str) -> None:
    silent, told = answered({method: sample(method)}), answered(stated(method))
    assert told.reconciled.value == silent.reconciled.value
    assert "footing_not_stated" in {each.code for each in silent.warnings}
    assert "footing_not_stated" not in {each.code for each in told.warnings}
    said = told.conclusions[0].conventions["footing"]
    assert said == "after_tax nominal, in CNY"
    assert convention_text("footing", said).zh == "折现率与现金流均为税后、名义，币种 CNY"
    assert "footing" not in silent.conclusions[0].conventions


@pytest.mark.parametrize("method", PLACES)
@pytest.mark.parametrize("aspect", COMMON)
def test_a_difference_is_an_error_that_names_both_fields(method: str, aspect: str) -> None:
    with pytest.raises(InputError) as caught:
        answered(stated(method, rate={aspect: OTHER[aspect]}))
    (problem,) = caught.value.problems
    where = PLACES[method]
    assert problem.field == f"methods.{method}.{where}.rate.{aspect}"
    assert problem.found == f"{OTHER[aspect]}, while {where}.flows.{aspect} is {COMMON[aspect]}"


def test_every_difference_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        answered(stated("profit_split", rate=OTHER))
    assert [each.field.rpartition(".")[2] for each in caught.value.problems] == ["tax", "prices", "currency"]


def test_flows_are_in_the_currency_of_the_request() -> None:
    with pytest.raises(InputError, match=r"footing.flows.currency: found USD, expected CNY, the currency of the req"):
        answered(stated("relief_from_royalty", rate={"currency": "USD"}, flows={"currency": "USD"}))


@pytest.mark.parametrize("missing", ["rate", "flows"])
def test_one_side_alone_is_no_statement(missing: str) -> None:
    data = stated("relief_from_royalty")
    del data["relief_from_royalty"]["footing"][missing]
    with pytest.raises(InputError, match=f"footing.{missing}: found nothing, expected a value"):
        answered(data)


def test_what_a_stated_comparison_says_of_its_forecast_is_named_by_its_place() -> None:
    inner = sample("profit_split")
    flows = {"values": ["1000.00"] * 3, "grade": "assumed", "reason": "chosen for the test"}
    none = {"values": ["0.00"] * 3, "grade": "assumed", "reason": "chosen for the test"}
    footing = {"rate": COMMON | {"prices": "real"}, "flows": COMMON}
    comparison = {
        "kind": "stated_flows",
        "with_right": flows,
        "without_right": none,
        "tax": inner["tax"],
        "tax_amortisation": inner["tax_amortisation"],
        "forecast": inner["forecast"] | {"footing": footing},
    }
    with pytest.raises(InputError) as caught:
        answered({"with_and_without": {"comparison": comparison}})
    (problem,) = caught.value.problems
    assert problem.field == "methods.with_and_without.comparison.forecast.footing.rate.prices"
