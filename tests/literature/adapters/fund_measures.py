"""Published cases of multiples, rates of return and public market equivalents."""

from collections.abc import Callable
from typing import Any

from leverage.measures import FundFlows, fund_internal_rate, fund_multiples, modified_internal_rate
from leverage.public_market import (
    direct_alpha,
    kaplan_schoar_ratio,
    long_nickels_rate,
    modified_pme_rate,
    pme_plus_rate,
)

Case = dict[str, Any]


def insead_rates(inputs: Case) -> Case:
    yearly = inputs["amounts_yearly"]
    return {
        "irr": fund_internal_rate(FundFlows.of_net(yearly)).rate,
        "irr_two_flow": fund_internal_rate(FundFlows.of_net(inputs["amounts_two_flow"])).rate,
        "mirr": modified_internal_rate(
            yearly,
            finance_rate_share=inputs["finance_rate"],
            reinvestment_rate_share=inputs["reinvestment_rate"],
        ),
    }


def basic_multiples(inputs: Case) -> Case:
    first = fund_multiples(FundFlows.of_net(inputs["amounts"], final_nav=inputs["nav"]))
    second = fund_multiples(FundFlows.of_net(inputs["second_amounts"], final_nav=inputs["second_nav"]))
    paid = tuple(inputs["paid_in_for_rvpi"])
    left = FundFlows(contributions=paid, distributions=(0,) * len(paid), final_nav=inputs["nav_for_rvpi"])
    return {"dpi": first.dpi, "tvpi": first.tvpi, "second_tvpi": second.tvpi, "rvpi": fund_multiples(left).rvpi}


def kaplan_schoar(inputs: Case) -> Case:
    flows = FundFlows.of_net(inputs["amounts"], final_nav=inputs["final_nav"])
    return {"ks_pme": kaplan_schoar_ratio(flows, inputs["index_levels"])}


def long_nickels(inputs: Case) -> Case:
    # The source's amounts end with the shadow value in place of the fund's own, so the fund's is not stated.
    answer = long_nickels_rate(FundFlows.of_net(inputs["amounts"]), inputs["index_levels"])
    assert answer.internal_rate is not None, answer.reason
    return {"ln_pme_irr": answer.internal_rate.rate}


def when_long_nickels_fails(inputs: Case) -> Case:
    flows = FundFlows.of_net(inputs["amounts"], final_nav=inputs["final_nav"])
    levels = inputs["index_levels"]
    assert long_nickels_rate(flows, levels).reason is not None, "the shadow value is negative"
    plus = pme_plus_rate(flows, levels)
    modified = modified_pme_rate(flows, levels, nav_by_flow=inputs["fund_nav_by_period"])
    assert plus.internal_rate is not None
    assert modified.internal_rate is not None
    return {
        "pme_plus_lambda": plus.scale,
        "pme_plus_irr": plus.internal_rate.rate,
        "mpme_irr": modified.internal_rate.rate,
    }


def six_period_alpha(inputs: Case) -> Case:
    flows = FundFlows(
        contributions=tuple(inputs["contributions"]),
        distributions=tuple(inputs["distributions"]),
        final_nav=inputs["final_nav"],
    )
    return {"direct_alpha": direct_alpha(flows, inputs["index_levels"]).rate}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "insead-irr-mirr": insead_rates,
    "fund-multiples-basic": basic_multiples,
    "ks-pme-three-period": kaplan_schoar,
    "ln-pme-three-period-irr": long_nickels,
    "pme-plus-and-mpme-when-ln-fails": when_long_nickels_fails,
    "direct-alpha-six-period": six_period_alpha,
}
