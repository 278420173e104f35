"""Does the engine reproduce a published table of costs of capital, line by line?

Examined on: Damodaran's cost of capital of 96 US industries (5 January 2026, from its own table of inputs) and his
total betas of five regions (January 2017); authority. The tables are not part of this project, so that the
examination runs only where they lie beside it; the figures are printed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.valuation.asking import figure
from valuation.discounting.capm import CapmInputs, capm_paper, relevered_beta, total_beta, unlevered_beta
from valuation.discounting.wacc import WaccInputs, wacc, wacc_paper
from valuation.kernel.fields import parse

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "damodaran_industry"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published tables do not lie beside the project")
pandas = pytest.importorskip("pandas")

#: A few roundings of floats near 0.1.
MACHINE = 1e-15
#: The table of total betas prints nine decimals; small correlations leave eight digits of a quotient.
ROUNDING = 1e-8
INPUTS = ("risk_free_10y_ust", "equity_risk_premium", "default_spread_us", "marginal_tax")


def table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pandas.read_parquet(DATA / f"{name}.parquet").to_dict("records")
    return rows


def say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


@pytest.fixture(scope="module")
def given() -> dict[str, float]:
    found = {row["key"]: float(row["value"]) for row in table("us_inputs_2026_01")}
    assert set(found) == set(INPUTS)
    return found


def test_all_industries_to_machine_precision(given: dict[str, float], capsys: pytest.CaptureFixture[str]) -> None:
    rows = table("us_wacc_2026_01")
    worst = {"cost of equity": 0.0, "after-tax cost of debt": 0.0, "WACC": 0.0}
    for row in rows:
        equity = capm_paper(
            parse(
                CapmInputs,
                {
                    "riskless_rate_share": figure(given["risk_free_10y_ust"]),
                    "equity_premium_share": figure(given["equity_risk_premium"]),
                    "beta": {"kind": "levered", "beta": figure(row["beta"])},
                    "premia": [],
                },
            )
        ).value("cost_of_equity_share")
        sources = [
            source("equity", row["equity_weight"], equity),
            source("debt", row["debt_weight"], row["pre_tax_cost_of_debt"]),
        ]
        paper = wacc_paper(parse(WaccInputs, {"sources": sources, "tax_rate_share": figure(given["marginal_tax"])}))
        plain = wacc(
            equity_cost_share=equity,
            equity_weight_share=row["equity_weight"],
            debt_cost_share=row["pre_tax_cost_of_debt"],
            debt_weight_share=row["debt_weight"],
            tax_rate_share=given["marginal_tax"],
        )
        found = {
            "cost of equity": equity - row["cost_of_equity"],
            "after-tax cost of debt": paper.row("after_tax_cost_share")[1] - row["after_tax_cost_of_debt"],
            "WACC": paper.value("wacc_share") - row["wacc"],
        }
        assert plain == pytest.approx(row["wacc"], abs=MACHINE), row["industry"]
        worst = {name: max(worst[name], abs(found[name])) for name in worst}
    say(capsys, f"{len(rows)} industries, largest differences: {', '.join(f'{k} {v:.1e}' for k, v in worst.items())}")
    assert len(rows) == 96
    assert max(worst.values()) <= MACHINE


def source(kind: str, weight: float, cost: float) -> dict[str, Any]:
    return {"name": kind, "kind": kind, "weight_share": figure(weight), "cost_share": figure(cost)}


def test_the_cost_of_debt_is_riskless_rate_and_the_spreads(given: dict[str, float]) -> None:
    """Second reading of the same table: its cost of debt from its own table of spreads by volatility."""
    spreads = table("us_debt_spread_2026_01")
    for row in table("us_wacc_2026_01"):
        (spread,) = (s["basis_spread"] for s in spreads if s["stdev_from"] <= row["stdev_stock"] <= s["stdev_to"])
        expected = given["risk_free_10y_ust"] + spread
        off = row["pre_tax_cost_of_debt"] - expected
        assert min(abs(off), abs(off - given["default_spread_us"])) < 1e-5, row["industry"]


def test_total_betas_are_levered_betas_over_correlation(capsys: pytest.CaptureFixture[str]) -> None:
    counted, left_out, worst = 0, 0, 0.0
    for row in table("total_beta_2017_01_ex_china"):
        stated, correlation = row["total_levered_beta"], row["average_corr_market"]
        if not (stated == stated and correlation == correlation and 0 < correlation <= 1):
            left_out += 1
            continue
        counted += 1
        found = total_beta(row["average_levered_beta"], correlation_share=correlation)
        worst = max(worst, abs(found / stated - 1))
    say(
        capsys, f"{counted} total betas, largest relative difference {worst:.1e}; {left_out} rows without a correlation"
    )
    assert counted > 500
    assert worst <= ROUNDING


def test_betas_unlever_and_relever_as_published(given: dict[str, float], capsys: pytest.CaptureFixture[str]) -> None:
    """January 2020, at the marginal tax rate of the table of inputs; Hamada's formula."""
    rows = table("us_betas_2020_01")
    worst = 0.0
    for row in rows:
        terms: dict[str, Any] = {"debt_to_equity": row["d_e_ratio"], "tax_rate_share": given["marginal_tax"]}
        found = unlevered_beta(row["beta"], **terms)
        worst = max(worst, abs(found - row["unlevered_beta"]))
        assert relevered_beta(row["unlevered_beta"], **terms) == pytest.approx(row["beta"], abs=MACHINE * 10)
    say(capsys, f"{len(rows)} betas unlevered, largest difference {worst:.1e}")
    assert worst <= MACHINE
