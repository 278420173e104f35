"""Two trials before a launch; the numbers are invented and graded so."""

from tests.valuation.asking import Data, amount, figure


def sample() -> Data:
    stages = [
        {
            "name": "临床前",
            "outlay": amount("100000.00"),
            "duration_years": figure(1.5),
            "success_share": figure(0.6),
            "volatility_share": figure(0.6),
        },
        {
            "name": "临床试验",
            "outlay": amount("400000.00"),
            "duration_years": figure(3.0),
            "success_share": figure(0.5),
        },
    ]
    return {
        "launch_value": amount("3000000.00"),
        "launch_outlay": amount("1200000.00"),
        "stages": stages,
        "first_stage_in_years": figure(0.5),
        "volatility_share": figure(0.4),
        "riskless_rate_share": figure(0.03),
        "rate_compounding": "annual",
        "payout_yield_share": figure(0.02),
        "threat": {"kind": "constant", "rate_per_year": figure(0.03), "recovery_share": figure(0.1)},
    }
