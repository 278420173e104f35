"""Wrong answers that were published, taught or shipped by others, and that must not come out here.

Checked against: the wrong number itself, computed beside the right one, so that each test says what was wrong with
it. Where the wrong way cannot be computed by a formula it must be refused.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, amounts, answered, figure, relief
from tests.valuation.every_method import COARSE, NOT_DRAWN, SAMPLES, valued
from tests.valuation.every_method import sample as any_sample
from tests.valuation.method_samples import NO_TAX, concluded, conclusion, forecast, sample
from valuation.errors import InputError, RefusalError
from valuation.uncertainty.sampling import Uncertainty, sensitivities

# --- 1 + β2 in the denominator of the multiplier method -------------------------------------------


@given(risk=st.floats(0.01, 0.9))
def test_failures_make_a_success_dearer_not_cheaper(risk: float) -> None:
    """A page of an exam book prints ``(C + β1·V) / (1 + β2) · (1 + L)``; failures would then lower the cost."""
    found = concluded(
        "multiplier_coefficient",
        average_research_risk_coefficient=figure(risk),
        obsolescence={"kind": "none", "reason": "left out in this test"},
    )
    right, wrong = ((600_000 + 2 * 200_000) / each * 1.25 for each in (1 - risk, 1 + risk))
    assert found.value == pytest.approx(right, rel=1e-12)
    assert found.value > (600_000 + 2 * 200_000) * 1.25 > wrong


# --- tax amortisation without 1/n -----------------------------------------------------------------


@given(tax=st.floats(0.05, 0.35), years=st.integers(5, 20), rate=st.floats(0.05, 0.25))
def test_the_price_is_deducted_once_and_not_each_year(tax: float, years: int, rate: float) -> None:
    """A library ships ``1 / (1 − t·a)`` with the whole annuity: the price would be deducted ``n`` times over."""
    straight = {"kind": "straight_line", "years": figure(float(years))}
    changes = {"tax_rate_share": figure(tax), "discount_rate_share": figure(rate)}
    plain = answered({"relief_from_royalty": relief(**changes)}).conclusions[0].value
    found = answered({"relief_from_royalty": relief(tax_amortisation=straight, **changes)}).conclusions[0].value
    annuity = (1 - (1 + rate) ** -years) / rate
    assert found == pytest.approx(plain / (1 - tax * annuity / years), rel=1e-9)
    # What is saved is never more than the tax on the price, discounted or not.
    assert plain < found < plain / (1 - tax)
    assert abs(1 / (1 - tax * annuity)) > 1 / (1 - tax) or 1 / (1 - tax * annuity) < 0 or years * tax < 1


def test_the_tax_life_is_not_the_life_of_the_right() -> None:
    """Five years of income, ten of deductions: forcing the first on the second gives another number."""
    straight = {"kind": "straight_line", "years": figure(10)}
    paper = answered({"relief_from_royalty": relief(tax_amortisation=straight)}).conclusions[0].worksheet
    right, wrong = (1 / (1 - 0.25 / n * (1 - 1.12**-n) / 0.12) for n in (10, 5))
    assert paper.value("tab_factor") == pytest.approx(right, rel=1e-12)
    assert abs(wrong - right) > 0.01


# --- total profit as excess profit ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("above_industry_return", {"industry_return_share": figure(0.0)}),
        (
            "multi_period_excess_earnings",
            {
                "contributory_assets": [
                    {
                        "name": "其他资产",
                        "value_share_of_revenue": figure(0.0),
                        "return_share": figure(0.1),
                        "recovery": {"kind": "in_operating_costs", "reason": "none"},
                    }
                ]
            },
        ),
    ],
)
def test_total_profit_is_not_excess_profit(method: str, changes: dict[str, Any]) -> None:
    """An exam answer capitalises the whole profit of the firm as the excess that its goodwill earns."""
    with pytest.raises(RefusalError, match="total_profit_as_excess_profit"):
        concluded(method, **changes)


def test_the_premium_of_a_name_is_not_the_whole_price() -> None:
    with pytest.raises(RefusalError, match="whole_price_as_premium"):
        concluded("regional_brand", price_without_name=amounts(0, 0, 0))


def test_a_single_period_without_returns_on_assets_is_refused() -> None:
    income = sample("excess_earnings_single_period")["excess"] | {"assets": []}
    with pytest.raises((InputError, RefusalError), match=r"assets|total_profit_as_excess_profit"):
        concluded("excess_earnings_single_period", excess=income)


# --- a branch of a tree forgotten -----------------------------------------------------------------


def test_a_tree_without_one_of_its_branches_is_refused() -> None:
    """The published answer of a licence tree leaves out a branch; its probabilities no longer add up to one."""
    branches = sample("probability_tree")["branches"]
    for number in range(len(branches)):
        kept = [each for k, each in enumerate(branches) if k != number]
        with pytest.raises(InputError, match="branches"):
            conclusion("probability_tree", {"branches": kept})


def test_scenarios_that_leave_a_case_out_are_refused() -> None:
    with pytest.raises(InputError, match="probability"):
        concluded("discounted_cash_flow", scenarios=sample("discounted_cash_flow")["scenarios"][:1])


# --- sensitivity tables that do not re-compute ----------------------------------------------------


def spread(data: Any) -> Any:
    """The same request with every figure spread by three per cent to each side, inside its own range."""
    if isinstance(data, list):
        return [spread(item) for item in data]
    if not isinstance(data, dict):
        return data
    found = {key: item if key in NOT_DRAWN else spread(item) for key, item in data.items()}
    value = found.get("value")
    if "grade" in found and isinstance(value, float | int) and value not in (0, 1):
        low, high = sorted((value * 0.97, value * 1.03))
        found["distribution"] = {"kind": "uniform", "low": low, "high": high}
    elif "grade" in found and ("values" in found or isinstance(value, str)):
        found["factor"] = {"kind": "uniform", "low": 0.97, "high": 1.03}
    return found


@pytest.mark.parametrize("method", sorted(SAMPLES))
def test_every_line_of_a_sensitivity_table_recomputes(method: str) -> None:
    """A published table of sensitivities gives values that its own formula does not. Here each end of each line is
    what the whole paper answers with that input and no other changed.
    """
    chance = Uncertainty(seed=1, points_per_scramble=64, scrambles=4, level_share=0.8)
    found = valued(method, spread(any_sample(method)), uncertainty=chance)
    assert found.sensitivities
    for swing in found.sensitivities:
        name, _, column = swing.name.partition("[")
        if column or name not in found.worksheet.names:
            continue
        entry = found.worksheet.entry(name)
        distribution = getattr(entry, "distribution", None)
        if distribution is None:
            continue
        for share, answer in ((0.1, swing.answer_at_low), (0.9, swing.answer_at_high)):
            drawn = float(distribution.quantile(share))
            stated = found.worksheet.row(name) if entry.is_row else (found.worksheet.value(name),)
            moved = [each * drawn for each in stated] if getattr(entry, "multiplies", False) else [drawn]
            again = found.worksheet.with_inputs({name: moved if entry.is_row else moved[0]})
            assert again.value(found.answer) == pytest.approx(answer, rel=COARSE.get(method, 1e-9)), swing.name
    swings = [each.swing for each in found.sensitivities]
    assert swings == sorted(swings, reverse=True)
    assert sensitivities(found.worksheet, answer=found.answer, level_share=0.8) == found.sensitivities


# --- others on the list of traps ------------------------------------------------------------------


def test_a_cost_is_weighted_by_reaching_its_phase_not_by_passing_it() -> None:
    """Hand: the first phase is always paid. Weighting it by its own success would count 0.3 of 20 million."""
    licence = {"kind": "none", "reason": "one owner"}
    found = concluded("drug_rnpv", licence=licence, tax=NO_TAX, discount_rate_share=figure(0.0))
    paid = [row * cost for row, cost in zip(found.worksheet.row("reaching_share"), (20e6, 60e6, 2e6), strict=False)]
    assert paid == pytest.approx([20e6, 0.3 * 60e6, 0.3 * 0.6 * 2e6])
    free = [each | {"cost": amount("0.00")} for each in sample("drug_rnpv")["phases"]]
    gross = concluded("drug_rnpv", phases=free, licence=licence, tax=NO_TAX, discount_rate_share=figure(0.0))
    assert gross.value - found.value == pytest.approx(sum(paid), rel=1e-9)


def test_a_royalty_above_the_operating_profit_is_refused() -> None:
    with pytest.raises(RefusalError, match="royalty_within_profit"):
        answered({"relief_from_royalty": relief(operating_margin_share=figure(0.04))})


def test_a_perpetuity_that_outgrows_its_rate_is_refused() -> None:
    terminal = {"kind": "gordon", "growth_share": figure(0.13)}
    with pytest.raises((InputError, RefusalError), match="growth"):
        concluded("contribution_in_kind", terminal=terminal, forecast=forecast(0.12))
