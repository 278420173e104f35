"""Published cases of company outcomes."""

from collections.abc import Callable
from typing import Any

from leverage.company_outcome import outcome_kinds
from leverage.outcomes.lognormal import arithmetic_moments
from leverage.outcomes.power_law import failure_moments
from valuation.kernel.fields import parse

Case = dict[str, Any]


def two_year_power_law(inputs: Case) -> Case:
    kind = outcome_kinds()["power_law"]
    assert inputs["failure_multiple"] == "Beta(3,1)"
    assert inputs["success_multiple"] == "Pareto, minimum 1, shape 2"
    terms = parse(
        kind.terms_model,
        {
            "success_probability_share": inputs["success_probability"],
            "failure_shape": 3.0,
            "success_shape": 2.0,
            "cap_multiple": None,
        },
    )
    mean = kind.mean(terms)
    failure_mean, failure_deviation = failure_moments(terms)
    return {
        "mean_multiple": mean,
        "annualised_mean": mean ** (1 / inputs["holding_years"]),
        "failure_mean": failure_mean,
        "failure_standard_deviation": failure_deviation,
    }


def log_to_arithmetic(inputs: Case) -> Case:
    mean, deviation = arithmetic_moments(
        log_mean_share=inputs["mean_log_return_per_year"],
        log_volatility_share=inputs["log_return_volatility_per_year"],
        periods_per_year=4,
    )
    return {"arithmetic_mean_per_year": mean, "arithmetic_standard_deviation_per_year": deviation}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "power-law-two-year-mean": two_year_power_law,
    "cochrane-log-to-arithmetic": log_to_arithmetic,
}
