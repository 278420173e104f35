"""A small project in development; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure

#: Many draws are solved on one coarser grid each.
COARSE = 5e-3


def sample() -> Data:
    return {
        "cash_flow_per_year": amount("2000000.00"),
        "real_drift_share": figure(0.02),
        "risk_premium_share": figure(0.036),
        "volatility_share": figure(0.35),
        "terminal_multiple": figure(2.0),
        "cost_to_completion": amount("4000000.00"),
        "investment_per_year": amount("3000000.00"),
        "cost_uncertainty_share": figure(0.5),
        "catastrophe_per_year": figure(0.07),
        "threat_after_completion": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.2)},
        "correlation": figure(-0.1),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "patent_life_years": figure(5.0),
        "decisions_per_year": 2,
    }
