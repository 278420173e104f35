"""A loan book simulated as a caller asks: losses by party, tail, pool, contributions, stresses, and the exact check."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from api.answered import Answered
from api.portfolios.schemas import PlanIn, PortfolioRunRequest, RuleIn
from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.contributions import shortfall_contributions
from pledge.portfolio.copula import loss_unit_probabilities
from pledge.portfolio.importance import find_shift
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.risk_measures import Estimate, mean_of, value_at_risk
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import Progress, simulate_book
from pledge.portfolio.simulation_plan import NO_STRESS, SimulationPlan, Stress
from pledge.portfolio.vasicek import LimitingLoss
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import digest_of
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["MAXIMUM_REQUEST_CELLS", "run_book"]

#: Loans × scenarios × (1 + stresses) of one request over HTTP: some seconds of one core.
MAXIMUM_REQUEST_CELLS = 10**7
#: Loans up to which the number of defaults is also computed exactly: the work grows with their square.
_EXACT_LOANS = 500

_SUPPOSED = NamedWarning(
    "stated_by_caller",
    Label(
        "违约概率、相关系数、抵质押物价值由提交者陈述，属假设（hypothesis），本结果未予核实",
        "PDs, correlations and values of collateral are stated by the caller: hypotheses, not verified here",
    ),
)
_SUPPOSED_RULE = NamedWarning(
    "rule_is_supposed",
    Label("分担比例由提交者陈述，并非某项政策", "the shares are stated by the caller and are no policy's"),
)


@dataclass(frozen=True)
class _Means:
    """How the runs of one request are computed."""

    workers: int = 1
    progress: Callable[[Progress], None] | None = None


def run_book(
    book: LoanBook,
    request: PortfolioRunRequest,
    *,
    policies: Mapping[str, DatedTable],
    portfolio: str | None = None,
    cell_limit: int | None = MAXIMUM_REQUEST_CELLS,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Answered:
    """What does the book lose, who bears it, and how long does the pool last?

    Raises
    ------
    InputError : a rule, plan or stress that cannot be; more work than ``cell_limit``.
    RefusalError : too few scenarios beyond the confidence.

    Tested by: ``tests/api/portfolios/test_portfolios.py``.
    """
    rule, plan = _rule(request.rule, policies), _plan(request.plan)
    stresses = _stresses(request)
    _refuse_work(book, plan, len(stresses), cell_limit)
    means = _Means(workers, progress)
    if request.plan.importance_sampling:
        plan = replace(plan, shift=find_shift(book, rule, plan, confidence=request.plan.confidence, workers=workers))
    base = simulate_book(book, rule, plan, workers=workers, progress=progress)
    body = _body(book, request, rule, plan, base) | {"portfolio": portfolio}
    body["stresses"] = [_stressed(book, rule, plan, base, each, request.plan.confidence, means) for each in stresses]
    warnings = (_SUPPOSED,) if request.rule.policy else (_SUPPOSED, _SUPPOSED_RULE)
    digest = digest_of({"portfolio_run": body})
    return Answered(body=body, warnings=warnings, sources=(), digest=digest)


def _rule(stated: RuleIn, policies: Mapping[str, DatedTable]) -> SharingRule:
    if (stated.policy is None) == (stated.shares is None):
        found = "both" if stated.policy else "neither"
        raise InputError.of("rule", found=found, expected="either policy with policy_date, or shares")
    terms: dict[str, Any] = {
        "pool_balance_cny": float(stated.pool_balance_cny),
        "is_principal_only": stated.is_principal_only,
        "is_ip_part_only": stated.is_ip_part_only,
        "payment": stated.payment,
    }
    if stated.policy is None:
        cap, top_up = stated.cap_per_loan_cny, stated.top_up_cny_per_period
        return SharingRule(
            shares=dict(stated.shares or {}),
            cap_per_loan_cny=None if cap is None else float(cap),
            top_up_cny_per_period=float(top_up or 0),
            **terms,
        )
    return _policy_rule(stated, policies, terms)


def _policy_rule(stated: RuleIn, policies: Mapping[str, DatedTable], terms: dict[str, Any]) -> SharingRule:
    if stated.policy not in policies:
        raise UnknownNameError.among("rule.policy", found=str(stated.policy), known=policies)
    if stated.policy_date is None:
        raise InputError.of("rule.policy_date", found="nothing", expected="the day on which the policy is read")
    for name in ("cap_per_loan_cny", "top_up_cny_per_period"):
        if getattr(stated, name) is not None:
            raise InputError.of(f"rule.{name}", found=str(getattr(stated, name)), expected="nothing beside a policy")
    return SharingRule.of_policy(policies[stated.policy], policy_date=stated.policy_date, **terms)


def _plan(stated: PlanIn) -> SimulationPlan:
    if not 0 < stated.confidence < 1:
        raise InputError.of("plan.confidence", found=stated.confidence, expected="a share between 0 and 1")
    return SimulationPlan(
        seed=stated.seed,
        scenarios=stated.scenarios,
        # Small blocks, so that a progress bar moves.
        block=2**12,
        periods=stated.periods,
        period_years=stated.period_years,
    )


def _stresses(request: PortfolioRunRequest) -> list[Stress]:
    names = [each.name for each in request.stresses]
    if len({NO_STRESS.name, *names}) != len(names) + 1:
        raise InputError.of("stresses", found=str(names), expected=f"different names, none of them {NO_STRESS.name}")
    return [Stress(**each.model_dump()) for each in request.stresses]


def _refuse_work(book: LoanBook, plan: SimulationPlan, stresses: int, limit: int | None) -> None:
    work = book.size * plan.scenarios * (1 + stresses)
    if limit is not None and work > limit:
        found = f"{book.size} loans × {plan.scenarios} scenarios × {1 + stresses} runs = {work}"
        expected = f"at most {limit} in one request; larger runs by the command line: ipfin portfolio"
        raise InputError.of("plan.scenarios", found=found, expected=expected)


def _body(
    book: LoanBook, request: PortfolioRunRequest, rule: SharingRule, plan: SimulationPlan, base: BookLosses
) -> dict[str, Any]:
    confidence = request.plan.confidence
    bounds = [float(each) for each in request.plan.tranche_bounds_cny]
    tail = shortfall_contributions(book, rule, plan, base, confidence=confidence)
    layers = base.tranche_losses(bounds) if bounds else ()
    return {
        "rule": request.rule.model_dump(mode="json")
        | {"shares": {name: str(rule.shares[name]) for name in rule.shares}},
        "plan": request.plan.model_dump(mode="json") | {"global_loading": request.global_loading},
        "loan_count": book.size,
        "claim_cny": _money(base.exposure_cny),
        "losses": {party: _party(base, party, confidence) for party in ("total", *base.by_party)},
        "pool": _pool(base, plan),
        "contributions": [{"loan_id": name, "cny": _money(cny)} for name, cny in tail.largest(request.plan.top_loans)],
        "tranches": [
            {"from_cny": _money(low), "to_cny": _money(high), "expected_loss": _amounts(layer)}
            for low, high, layer in zip(bounds[:-1], bounds[1:], layers, strict=True)
        ],
        "check": _check(book, plan, base, confidence),
    }


def _party(losses: BookLosses, party: str, confidence: float) -> dict[str, Any]:
    return {
        "expected_loss": _amounts(losses.mean(party)),
        "value_at_risk": _amounts(losses.value_at_risk(confidence, party)),
        "expected_shortfall": _amounts(losses.expected_shortfall(confidence, party)),
    }


def _pool(losses: BookLosses, plan: SimulationPlan) -> dict[str, Any]:
    found = losses.pool_exhaustion()
    mean = None if found.mean_period is None else found.mean_period * plan.period_years
    return {
        "exhaustion_probability": _numbers(found.probability),
        "exhaustion_by_period": list(found.by_period),
        "mean_years_to_exhaustion": mean,
    }


def _stressed(
    book: LoanBook,
    rule: SharingRule,
    plan: SimulationPlan,
    base: BookLosses,
    stress: Stress,
    confidence: float,
    means: _Means,
) -> dict[str, Any]:
    """The same random numbers: the differences are taken scenario by scenario."""
    found = simulate_book(book, rule, plan, stress=stress, workers=means.workers, progress=means.progress)
    return {
        "name": stress.name,
        "losses": {party: _party(found, party, confidence) for party in ("total", *found.by_party)},
        "pool": _pool(found, plan),
        "more_than_base": {
            party: _amounts(mean_of(found.of(party) - base.of(party), base.weights))
            for party in ("total", *base.by_party)
        },
    }


def _check(book: LoanBook, plan: SimulationPlan, losses: BookLosses, confidence: float) -> dict[str, Any]:
    """The number of defaults, simulated and exact: Σ PD always, its quantile where one factor moves a small book."""
    years = np.minimum(plan.periods * plan.period_years, book.columns["maturity_years"])
    with np.errstate(divide="ignore"):
        pd = -np.expm1(years * np.log1p(-book.columns["pd_share_per_year"]))
    rho = book.columns["factor_correlation"] ** 2
    simulated = mean_of(losses.defaults, losses.weights)
    found: dict[str, Any] = {
        "expected_defaults": {"simulated": _numbers(simulated), "exact": float(pd.sum())},
        "quantile_of_defaults": None,
        "limit_of_a_large_even_book": None,
    }
    if len(book.sectors.names) > 1 or book.size > _EXACT_LOANS:
        return found
    law = np.cumsum(loss_unit_probabilities(np.ones(book.size, dtype=np.int64), pd_share=pd, asset_correlation=rho))
    exact = int(np.searchsorted(law, confidence - 1e-12))
    quantile = value_at_risk(losses.defaults, losses.weights, confidence)
    found["quantile_of_defaults"] = {"simulated": _numbers(quantile), "exact": exact}
    mean_pd, mean_rho = float(pd.mean()), float(rho.mean())
    if 0 < mean_pd < 1 and 0 < mean_rho < 1:
        limit = LimitingLoss(mean_pd, mean_rho)
        found["limit_of_a_large_even_book"] = {"default_share_quantile": limit.quantile(confidence)}
    return found


def _numbers(found: Estimate) -> dict[str, float]:
    return {"value": found.value, "standard_error": found.standard_error, "low": found.low, "high": found.high}


def _amounts(found: Estimate) -> dict[str, str]:
    return {name: _money(number) for name, number in _numbers(found).items()}


def _money(amount: float) -> str:
    assert math.isfinite(amount), "amounts of a checked book are finite"
    return f"{amount:.2f}"
