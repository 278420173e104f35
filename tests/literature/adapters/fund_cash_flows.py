"""Published cases of fund cash flows: Takahashi-Alexander, rates of parts of the year."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from leverage.cashflow.takahashi_alexander import TakahashiAlexander, project
from leverage.fund_projection import subperiod_rate

Case = dict[str, Any]


def rates(listed: list[object]) -> tuple[float, ...]:
    return tuple(float(Fraction(str(rate))) for rate in listed)


def venture_base(inputs: Case) -> Case:
    parameters = TakahashiAlexander(
        contribution_rate_by_year_share=rates(inputs["rate_of_contribution_by_year"]),
        last_contribution_year=inputs["last_investment_year"],
        life_years=inputs["fund_life_years"],
        bow=inputs["bow"],
        growth_share=inputs["annual_growth"],
        yield_share=inputs["yield_floor"],
    )
    found = project(parameters, commitment=inputs["commitment"])
    return {
        "contributions_year0_to_12": found.contributions.tolist(),
        "distributions_year0_to_12": found.distributions.tolist(),
        "nav_year0_to_12": found.nav.tolist(),
    }


def oil_and_gas(inputs: Case) -> Case:
    parameters = TakahashiAlexander(
        contribution_rate_by_year_share=(
            inputs["first_year_drawdown_percent"] / 100,
            0.0,  # the second year calls the same money as the first
            inputs["rate_of_contribution_from_year_3"],
        ),
        second_year_same_amount=True,
        life_years=inputs["fund_life_years"],
        bow=inputs["bow"],
        growth_share=inputs["annual_growth"],
        yield_share=inputs["yield_floor"],
        horizon_years=20,
    )
    found = project(parameters, commitment=inputs["commitment_percent"])
    return {
        "cumulative_contributions_percent_year1_to_5": np.cumsum(found.contributions)[1:6].tolist(),
        "peak_nav_percent": float(found.nav.max()),
        "peak_nav_year": int(found.nav.argmax()),
        "cumulative_distributions_percent_year20": float(found.distributions.sum()),
    }


def rate_equals_growth(inputs: Case) -> Case:
    parameters = TakahashiAlexander(
        contribution_rate_by_year_share=rates(inputs["rate_of_contribution_by_year"]),
        life_years=inputs["fund_life_years"],
        bow=inputs["bow"],
        growth_share=inputs["annual_growth"],
        yield_share=inputs["yield_floor"],
    )
    return {"internal_rate_of_return": project(parameters, commitment=inputs["commitment"]).internal_rate().rate}


def rates_of_parts(inputs: Case) -> Case:
    pairs = zip(inputs["annual_rates"], inputs["subperiods"], strict=True)
    return {"subperiod_rates": [subperiod_rate(rate, subperiods=parts, grows=False) for rate, parts in pairs]}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "ta-vc-base-12y": venture_base,
    "ta-exhibit1-oil-gas": oil_and_gas,
    "ta-irr-equals-growth": rate_equals_growth,
    "contribution-rate-to-subperiods": rates_of_parts,
}
