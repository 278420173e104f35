"""Faulty inputs of the decision tree with learning; a forgotten branch is one."""

from tests.valuation.asking import amount, figure
from tests.valuation.options.samples.learning_tree import sample

STATES = sample()["states"]
LATE = {"in_years": figure(12.0), "outlay": amount("1.00")}
EARLY = sample()["information"][0] | {"before_decision": 1}
BAD = [
    ({"states": STATES[:2]}, "a sum of 1: no branch forgotten"),
    ({"states.0.probability_share.value": 0.3}, "a sum of 1.05"),
    ({"states.1.name": "大"}, "大"),
    ({"decisions": []}, "at least 1"),
    ({"decisions.1.in_years.value": 3.0}, "years that rise from one decision to the next"),
    ({"decisions": [{"in_years": figure(1.0)}], "information": []}, "a decision at which investing is open"),
    ({"decisions": [LATE], "information": []}, "no more than the 9.496 years to 2030-06-30"),
    ({"information.1.before_decision": 4}, "1 to 3"),
    ({"information.0.outcomes.0.likelihoods.0.probability_share.value": 0.7}, "no message forgotten"),
    ({"information.0.outcomes.0.likelihoods.0.state": "巨大"}, "each state once"),
    ({"decisions.0.outlay.value": "-1.00"}, "a number ≥ 0, not -1"),
    ({"rate_footing": "nominal"}, "'after_tax nominal'"),
    ({"discount_rate_share.value": 10.0}, "between -0.5 and 2, not 10"),
    ({"information": [EARLY] * 5 + [{"kind": "state_known", "before_decision": 2}]}, "at most 200"),
]
