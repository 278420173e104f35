"""Identities between methods, and what holds for every method of the catalogue without exception.

Checked by: identities between independent methods (royalty of the whole margin = cash flow; with and without = two
cash flows; excess earnings over all assets = the business; certainty = net present value; chance without spread = the
value; another currency unit = the same value); authority (LibreOffice recalculates every workbook, and again after an
input cell was changed).
"""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import DATES, amount, amounts, answered, cost, figure, relief, series
from tests.valuation.every_method import COARSE, NOT_DRAWN, SAMPLES, sample, valued
from tests.valuation.kernel.test_workbook import PROFILE, changed, disagreements
from tests.valuation.method_samples import NO_TAX, TAX, conclusion, forecast, scaled
from tests.valuation.method_samples import sample as income_sample
from valuation.appraisal import Appraisal
from valuation.catalogue import methods
from valuation.discounting.wara import WaraInputs, wara_paper
from valuation.kernel.computation import compute
from valuation.kernel.entries import Input, Search
from valuation.kernel.fields import parse
from valuation.kernel.money import CURRENCIES
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.sampling import Uncertainty

METHODS = sorted(SAMPLES)
TIMINGS = st.sampled_from(["year_end", "mid_year"])
SURVIVALS = st.one_of(
    st.just({"kind": "none", "reason": "left out in this test"}),
    st.floats(0, 0.5).map(lambda hazard: {"kind": "exponential", "annual_hazard": figure(hazard)}),
)
FLOWS = st.lists(st.integers(-1_000_000, 1_000_000), min_size=4, max_size=4)


def cash_flow(flows: list[float], **changes: Any) -> float:
    """Discounted cash flow of one certain scenario."""
    scenario = {"name": "唯一", "probability_share": figure(1.0), "flow": amounts(*flows)}
    inputs = {"scenarios": [scenario], "forecast": forecast(**changes)}
    return conclusion("discounted_cash_flow", inputs).value


def test_every_method_of_the_catalogue_is_here() -> None:
    assert set(SAMPLES) == set(methods())


# --- between methods ------------------------------------------------------------------------------


@given(
    revenue=st.lists(st.integers(0, 10_000), min_size=4, max_size=4),
    margin=st.integers(0, 100),
    rate=st.floats(0.01, 0.5),
    timing=TIMINGS,
    survival=SURVIVALS,
)
def test_a_royalty_of_the_whole_margin_is_the_cash_flow(
    revenue: list[int], margin: int, rate: float, timing: str, survival: Any
) -> None:
    sales = [each * 10_000 for each in revenue]
    royalty = relief(
        4,
        revenue=amounts(*sales),
        royalty_rate_share=figure(margin / 100),
        operating_margin_share=figure(margin / 100),
        tax_rate_share=figure(0.25),
        discount_rate_share=figure(rate),
        timing=timing,
        survival=survival,
    )
    found = answered({"relief_from_royalty": royalty}).conclusions[0].value
    flows = [each * margin * 0.0075 for each in sales]
    assert found == pytest.approx(cash_flow(flows, rate=rate, timing=timing, survival=survival), rel=1e-9, abs=1e-6)


@given(one=FLOWS, other=FLOWS, rate=st.floats(0.01, 0.5), timing=TIMINGS, survival=SURVIVALS)
def test_with_and_without_is_the_difference_of_two_cash_flows(
    one: list[int], other: list[int], rate: float, timing: str, survival: Any
) -> None:
    common = {"rate": rate, "timing": timing, "survival": survival}
    comparison = {
        "kind": "stated_flows",
        "with_right": amounts(*one),
        "without_right": amounts(*other),
        "tax": NO_TAX,
        "tax_amortisation": {"kind": "none", "reason": "left out in this test"},
        "forecast": forecast(**common),
    }
    found = conclusion("with_and_without", {"comparison": comparison}).value
    expected = cash_flow([*map(float, one)], **common) - cash_flow([*map(float, other)], **common)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(
    opening=st.lists(st.integers(50, 500), min_size=3, max_size=3),
    rates=st.lists(st.integers(1, 30), min_size=3, max_size=3),
    kept=st.lists(st.floats(0.3, 1), min_size=1, max_size=5),
)
def test_excess_earnings_of_all_assets_are_the_business_when_wara_is_wacc(
    opening: list[int], rates: list[int], kept: list[float]
) -> None:
    """Three assets fall together to nothing, so their weights never change. Each is valued by excess earnings with
    the other two charged on and of; together they are the business discounted at the weighted return.
    """
    level = [1.0]
    for share in kept[:-1]:
        level.append(level[-1] * share)
    level.append(0.0)
    returns = [rate / 100 for rate in rates]
    parts = [_excess_earnings(number, opening, returns, level) for number in range(3)]
    assert parts == pytest.approx(opening, rel=1e-9)
    whole, weights = sum(opening), [each / sum(opening) for each in opening]
    wacc = sum(weight * rate for weight, rate in zip(weights, returns, strict=True))
    business = 0.0
    for earned in reversed(_earned(opening, returns, level)):
        business = (business + earned) / (1 + wacc)
    assert business == pytest.approx(whole, rel=1e-9)
    assert _wara(opening, returns, wacc, whole) == pytest.approx(wacc, rel=1e-12)


def _earned(opening: list[int], returns: list[float], level: list[float]) -> list[float]:
    years = range(len(level) - 1)
    return [sum(a * (level[t] * (1 + r) - level[t + 1]) for a, r in zip(opening, returns, strict=True)) for t in years]


def _excess_earnings(number: int, opening: list[int], returns: list[float], level: list[float]) -> float:
    years, sales = len(level) - 1, 10_000.0
    assets = [
        {
            "name": f"资产{other}",
            "value_share_of_revenue": series([opening[other] * level[t] / sales for t in range(years)]),
            "return_share": figure(returns[other]),
            "recovery": {
                "kind": "share_of_revenue",
                "share": series([opening[other] * (level[t] - level[t + 1]) / sales for t in range(years)]),
            },
        }
        for other in range(3)
        if other != number
    ]
    inputs = income_sample(
        "multi_period_excess_earnings",
        revenue=amounts(*[sales] * years),
        operating_margin_share=series([each / sales for each in _earned(opening, returns, level)]),
        contributory_assets=assets,
        tax=NO_TAX,
        forecast=forecast(returns[number]),
    )
    return conclusion("multi_period_excess_earnings", inputs).value


def _wara(opening: list[int], returns: list[float], wacc: float, whole: int) -> float:
    inputs = {
        "currency": "CNY",
        "wacc_share": figure(wacc),
        "deal": {
            "price": amount(f"{whole:.2f}"),
            "flows": amounts(f"{whole * (1 + wacc):.2f}"),
            "timing": "year_end",
        },
        "assets": [
            {"name": f"资产{number}", "value": amount(f"{value:.2f}"), "return_share": figure(rate)}
            for number, (value, rate) in enumerate(zip(opening, returns, strict=True))
        ],
        "tolerance_share": figure(0.01),
    }
    return wara_paper(parse(WaraInputs, inputs)).value("wara_share")


@given(
    costs=st.lists(st.integers(0, 50_000_000), min_size=1, max_size=3),
    revenue=st.lists(st.integers(0, 10_000), min_size=1, max_size=5),
    rate=st.floats(0.01, 0.12),
)
def test_a_drug_that_cannot_fail_is_its_net_present_value(costs: list[int], revenue: list[int], rate: float) -> None:
    """Second method: phases of a year with their cost at the end, then sales at 60 % cost, as one cash flow."""
    sales = [each * 10_000 for each in revenue]
    phases = [
        {
            "name": f"阶段{number}",
            "cost": amount(f"{each:.2f}"),
            "duration_years": figure(1.0),
            "success_share": figure(1.0),
        }
        for number, each in enumerate(costs)
    ]
    drug = income_sample(
        "drug_rnpv",
        phases=phases,
        phase_cost_timing="end",
        revenue=amounts(*sales),
        operating_cost_share=figure(0.6),
        market_timing="year_end",
        exclusivity={"kind": "years_from_launch", "years": figure(50.0)},
        tax=TAX,
        discount_rate_share=figure(rate),
        licence={"kind": "none", "reason": "one owner"},
    )
    flows = [-0.75 * each for each in costs] + [0.3 * each for each in sales]
    assert conclusion("drug_rnpv", drug).value == pytest.approx(cash_flow(flows, rate=rate), rel=1e-9, abs=1e-6)


# --- every method ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_the_value_scales_with_the_currency(method: str) -> None:
    once, hundredfold = (valued(method, scaled(sample(method), factor)) for factor in (1, 100))
    factor = 100 if once.unit in CURRENCIES else 1
    assert hundredfold.value == pytest.approx(factor * once.value, rel=1e-9)


def certain(data: Any) -> Any:
    """The same request with a distribution without spread on every figure that may have one."""
    if isinstance(data, list):
        return [certain(item) for item in data]
    if not isinstance(data, dict):
        return data
    found = {key: item if key in NOT_DRAWN else certain(item) for key, item in data.items()}
    if "grade" in found and isinstance(found.get("value"), float | int):
        found["distribution"] = {"kind": "empirical", "values": [found["value"]] * 5}
    elif "grade" in found:
        found["factor"] = {"kind": "empirical", "values": [1.0] * 5}
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 2024])
def test_chance_without_spread_is_the_value(method: str, seed: int) -> None:
    """Every figure is drawn, none varies: both ends, mean and value are one number, whatever the seed."""
    chance = Uncertainty(seed=seed, points_per_scramble=64, scrambles=4)
    point, drawn = valued(method, sample(method)), valued(method, certain(sample(method)), uncertainty=chance)
    assert drawn.value == point.value
    assert drawn.interval is not None
    if point.interval is not None:  # the method's own range from its comparables goes before a simulated one
        assert (drawn.interval.low, drawn.interval.high) == (point.interval.low, point.interval.high)
        return
    same = pytest.approx(point.value, rel=COARSE.get(method, 1e-9))
    assert (drawn.interval.low, drawn.interval.high, drawn.interval.mean) == (same, same, same)


def asked_with_an_amount(method: str) -> Appraisal:
    """The method beside one that concludes an amount: a rate alone concludes nothing."""
    weights = {
        method: {"share": 0, "reason": "may be a rate"},
        "replacement_cost": {"share": 1, "reason": "the amount"},
    }
    if method == "replacement_cost":
        return answered({method: sample(method)})
    stated = {method: sample(method), "replacement_cost": cost()}
    return answered(stated, dates=DATES, reconciliation={"weights": weights, "maximum_ratio": 1000.0})


def nudged(paper: Worksheet) -> tuple[str, float | list[float]] | None:
    """An input that came from the request, moved a little where the method still answers."""
    for entry in paper.entries:
        if not isinstance(entry, Input) or entry.grade == "derived":
            continue
        stated = paper.row(entry.name) if entry.is_row else (paper.value(entry.name),)
        moved = [each * 0.99 for each in stated]
        if moved != list(stated) and "weight" not in entry.name and "probability" not in entry.name:
            return entry.name, moved if entry.is_row else moved[0]
    return None


def followed(paper: Worksheet, name: str, numbers: list[float]) -> Worksheet:
    """The paper after a cell was changed: every formula anew, while what a search found stays, as its paper says."""
    formulas = [entry for entry in paper.entries if not isinstance(entry, Search)]
    found = {each.name: np.array([paper.value(each.name)]) for each in paper.entries if isinstance(each, Search)}
    inputs = dict(paper.inputs) | {name: np.reshape(numbers, paper.inputs[name].shape)}
    return replace(paper, inputs=inputs, computed=compute(formulas, inputs | found))


def test_libreoffice_follows_a_changed_cell_of_every_method(soffice: str, tmp_path: Path) -> None:
    """Authority: as written, and again after an input cell was changed, every cell is the engine's to 1e-9."""
    profile = tmp_path / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    expected: dict[str, dict[str, Worksheet]] = {}
    for method in METHODS:
        appraisal = asked_with_an_amount(method)
        paper = appraisal.papers()[method]
        content = appraisal.workbook()
        expected[f"{method}_stated"] = {method: paper}
        (tmp_path / f"{method}_stated.xlsx").write_bytes(content)
        change = nudged(paper)
        assert change is not None, f"{method} has an input that can be changed"
        name, numbers = change
        listed = numbers if isinstance(numbers, list) else [numbers]
        expected[f"{method}_changed"] = {method: followed(paper, name, listed)}
        (tmp_path / f"{method}_changed.xlsx").write_bytes(changed(content, paper, name, listed))
    command = [soffice, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--convert-to"]
    command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    command += [str(tmp_path / f"{name}.xlsx") for name in expected]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    for name, papers in expected.items():
        path = tmp_path / "out" / f"{name}.xlsx"
        assert path.exists(), f"{name}: {done.stdout}{done.stderr}"
        assert disagreements(path.read_bytes(), papers) == [], name
