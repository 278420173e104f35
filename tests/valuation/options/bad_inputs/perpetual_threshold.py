"""What the perpetual option refuses: changes of its sample, and what the error says."""

from typing import Any

from tests.valuation.asking import amount, figure

NO_THREAT = {"kind": "none", "reason": "left out in this test"}

BAD: list[tuple[dict[str, Any], str]] = [
    ({"project_value": amount("0.00")}, "a number > 0, not 0.00"),
    ({"investment": amount("0.00")}, "a number > 0, not 0.00"),
    ({"payout_yield_share": figure(0.0), "threat": NO_THREAT}, "else nobody invests"),
    ({"payout_yield_share": figure(0.0)}, "a threatened project without one is worth none"),
    ({"riskless_rate_share": figure(-0.01), "threat": NO_THREAT}, "a rate above 0, for a right without end"),
    ({"threat_applies": "while_waiting"}, "leaves nothing"),
    ({"threat_applies": "always"}, "threat_applies"),
    ({"volatility_share": figure(0.0)}, "volatility_share"),
    ({"rate_compounding": "monthly"}, "rate_compounding"),
]
