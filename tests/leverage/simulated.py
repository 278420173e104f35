"""Plans of simulations that several tests build on, and the numbers a run draws."""

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from benchmarks.leverage_simulation import TERMS
from benchmarks.leverage_simulation_numpy import Drawn
from leverage.simulate import SimulationPlan
from leverage.simulation.tables import BLOCK_PATHS, SimulatedFund
from valuation.kernel.fast_random import counter_uniforms, stream_keys
from valuation.kernel.fields import parse

FUND = {name: value for name, value in TERMS.items() if name != "fees"} | {"id": "plain"}
FEES = {
    "steps": [
        {"from_year": 1, "rate_share": 0.02, "base": "committed"},
        {"from_year": 5, "rate_share": 0.015, "base": "fair_value"},
        {"from_year": 8, "rate_share": 0.01, "base": "called"},
    ],
    "term_years": 10,
}
#: Two steps, the second on the cost of what is held.
FEES_ON_COST = {
    "steps": [
        {"from_year": 1, "rate_share": 0.02, "base": "invested"},
        {"from_year": 4, "rate_share": 0.03, "base": "invested"},
    ],
    "term_years": 9,
}
BUY_OUT = {
    "after_quarters": 24,
    "rate_share": 0.03,
    "compounding": "compound",
    "less_what_was_gained": False,
    "when": "always",
}
#: Early exits, so that there is something to keep.
RECYCLES = {
    "recycling": {"limit_of_commitment_share": 0.1, "until_quarters": 18},
    "cash_flow": TERMS["cash_flow"] | {"yield_share": 0.15},
}
LOSSES = {"loss_share": 0.4, "cap_of_public_capital_share": 0.3}
#: The most of the money is called last, and may lose after early gains have paid carry.
EARLY_CARRY = {
    "cash_flow": TERMS["cash_flow"]
    | {"yield_share": 0.6, "contribution_rate_by_year_share": (0.1, 0.05, 0.05, 0.05, 0.9)},
    "deviation_share": 1.2,
    "clawback": {},
}
COMPANIES = {
    "law": "buckets",
    "terms": {
        "buckets": [
            {"probability_share": 0.5, "low": 0, "high": 1},
            {"probability_share": 0.4, "low": 1, "high": 4},
            {"probability_share": 0.1, "low": 4, "high": 15},
        ]
    },
    "companies": 12,
    "correlation_share": 0.25,
    "source": "invented for tests",
}
OF_COMPANIES = {"companies": COMPANIES, "deviation_share": 0.0, "correlation_share": 0.0}
#: One fund of every kind of term.
KINDS: list[dict[str, Any]] = [
    {},
    {"id": "fees", "fees": FEES, "catch_up_share": 0.5},
    {"id": "fees_on_cost", "fees": FEES_ON_COST},
    {"id": "no_catch_up", "catch_up_share": None, "manager_commitment": 0.0},
    {"id": "first_loss", "public_first_loss": True, "deviation_share": 0.8},
    {"id": "capped", "public_cap_rate_share": 0.09},
    {"id": "capped_to_manager", "public_cap_rate_share": 0.05, "above_cap_to": "manager", "public_first_loss": True},
    {"id": "late", "starts_after_quarters": 6, "call_deviation_share": 0.5},
    {"id": "simple", "preferred_compounding": "simple", "catch_up_share": 0.8},
    {"id": "on_commitment", "preferred_base": "committed", "starts_after_quarters": 3},
    {"id": "simple_on_commitment", "preferred_compounding": "simple", "preferred_base": "committed"},
    {"id": "last_on_commitment", "preferred_base": "committed", "public_first_loss": True, "deviation_share": 0.6},
    {"id": "passed_on", "public_profit_to_manager_share": 0.4, "catch_up_share": 0.7},
    {"id": "loss_made_good", "loss_made_good": LOSSES, "deviation_share": 0.8},
    {"id": "last_and_made_good", "loss_made_good": LOSSES, "deviation_share": 0.8, "public_first_loss": True},
    {"id": "bought", "buy_out": BUY_OUT},
    {"id": "bought_simply", "buy_out": BUY_OUT | {"compounding": "simple", "less_what_was_gained": True}},
    {"id": "bought_if_good", "buy_out": BUY_OUT | {"when": "worth_more"}, "public_cap_rate_share": 0.09},
    {"id": "recycles", **RECYCLES, "fees": FEES},
    {"id": "recycles_all", **RECYCLES, "recycling": {"limit_of_commitment_share": 2, "until_quarters": 30}},
    {"id": "recycles_late", **RECYCLES, "fees": FEES_ON_COST, "starts_after_quarters": 5, "public_first_loss": True},
    {"id": "gives_back", **EARLY_CARRY},
    {"id": "gives_back_net", **EARLY_CARRY, "clawback": {"carry_tax_share": 0.2}, "catch_up_share": None},
    {"id": "gives_back_last", **EARLY_CARRY, "public_first_loss": True, "preferred_compounding": "simple"},
    {"id": "gives_and_makes_good", **EARLY_CARRY, "loss_made_good": LOSSES},
    {"id": "of_companies", **OF_COMPANIES, "fees": FEES},
    {"id": "of_companies_late", **OF_COMPANIES, "starts_after_quarters": 2, "call_deviation_share": 0.5, **RECYCLES},
    {"id": "public_alone", "other_commitment": 0.0, "manager_commitment": 0.0, "public_cap_rate_share": 0.06},
]


def fund(**changes: Any) -> SimulatedFund:
    return parse(SimulatedFund, FUND | changes)


def plan(**changes: Any) -> SimulationPlan:
    asked = {"funds": [FUND | kind for kind in KINDS], "paths": 300, "seed": 7}
    return parse(SimulationPlan, asked | changes)


def numbers_drawn(made: SimulationPlan) -> Drawn:
    """The normal numbers of a run of one block, by the definition of the streams."""
    assert made.paths <= BLOCK_PATHS, "one block"
    keys = stream_keys(made.seed, 0, streams=1 + 2 * len(made.funds))
    uniforms = counter_uniforms(keys, first=0, count=made.quarters * BLOCK_PATHS)
    normals = ndtri(uniforms.reshape(len(keys), made.quarters, BLOCK_PATHS)[:, :, : made.paths])
    multiples = multiples_drawn(made, normals[0].sum(axis=0) / np.sqrt(made.quarters))
    return Drawn(normals[0], np.ascontiguousarray(normals[1::2]), np.ascontiguousarray(normals[2::2]), multiples)


def multiples_drawn(made: SimulationPlan, common: np.ndarray) -> np.ndarray:
    """Gross multiples of the funds of companies of a run of one block, by the definition of their streams."""
    keys = stream_keys(made.seed, 2**41, streams=len(made.funds))
    multiples = np.ones((len(made.funds), made.paths))
    for place, portfolio in enumerate(each.companies for each in made.funds):
        if portfolio is None:
            continue
        count = portfolio.companies
        uniforms = counter_uniforms(keys[place : place + 1], first=0, count=count * BLOCK_PATHS)
        own = ndtri(uniforms.reshape(count, BLOCK_PATHS)[:, : made.paths])
        rho = portfolio.correlation_share
        kind, terms = portfolio.law_and_terms()
        multiples[place] = kind.quantile(terms, ndtr(np.sqrt(rho) * common + np.sqrt(1 - rho) * own)).mean(axis=0)
    return multiples
