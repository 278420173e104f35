"""A market that may be large, middling or small, a survey before the second decision, certainty before the third."""

from tests.valuation.asking import Data, amount, figure

STATES = (("大", 0.25, 1_000.0, 0.8), ("中", 0.5, 700.0, 0.5), ("小", 0.25, 300.0, 0.1))


def sample() -> Data:
    states = [
        {
            "name": name,
            "probability_share": figure(share),
            "worth": {"kind": "yearly_flows", "amounts": [amount(f"{cash:.2f}")] * 2},
        }
        for name, share, cash, _ in STATES
    ]
    messages = [
        {
            "name": message,
            "likelihoods": [
                {"state": name, "probability_share": figure(good if message == "好" else 1 - good)}
                for name, _, _, good in STATES
            ],
        }
        for message in ("好", "坏")
    ]
    return {
        "states": states,
        "decisions": [
            {"in_years": figure(0.0), "outlay": amount("1000.00")},
            {"in_years": figure(0.5), "outlay": amount("1000.00"), "kept_share": figure(0.97)},
            {"in_years": figure(2.0), "outlay": amount("1050.00"), "kept_share": figure(0.9)},
        ],
        "information": [
            {"kind": "signal", "before_decision": 2, "outcomes": messages},
            {"kind": "state_known", "before_decision": 3},
        ],
        "discount_rate_share": figure(0.1),
        "rate_footing": "after_tax nominal",
    }
