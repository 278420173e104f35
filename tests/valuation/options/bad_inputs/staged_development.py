"""Faulty inputs of the staged development."""

from tests.valuation.asking import amount, figure
from tests.valuation.test_bad_inputs import GONE

STAGE = {
    "name": "又一阶段",
    "outlay": amount("1.00"),
    "duration_years": figure(0.1),
    "success_share": figure(1.0),
}
BAD = [
    ({"launch_value.value": "0.00"}, "a number > 0, not 0"),
    ({"launch_outlay.value": "0.00"}, "launch_outlay"),
    ({"stages": []}, "at least 1"),
    ({"stages": [STAGE | {"name": f"阶段{number}"} for number in range(8)]}, "at most 7"),
    ({"stages.1.name": "临床前"}, "临床前"),
    ({"stages.0.success_share.value": 60.0}, "between 0 and 1, not 60"),
    ({"stages.0.duration_years.value": 0.01}, "between 0.02 and 100, not 0.01"),
    ({"first_stage_in_years.value": 0.001}, "0 (today) or 0.02 and more, not 0.001"),
    ({"stages.1.duration_years.value": 9.0}, "no more than the 9.496 years to 2030-06-30"),
    ({"stages.0.outlay.value": "-5.00"}, "a number ≥ 0, not -5"),
    ({"first_stage_in_years.value": -0.5}, "0 (today) or 0.02 and more, not -0.5"),
    ({"stages.0.volatility_share.value": 16.0}, "between 0 and 3, not 16"),
    ({"stages.0.success_share": GONE}, "success_share"),
]
