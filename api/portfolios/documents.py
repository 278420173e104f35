"""What a simulation found, as JSON-safe data: amounts as text, probabilities and times as numbers."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.portfolios.terms import Sharing
from pledge.portfolio.book_losses import TOTAL, BookLosses
from pledge.portfolio.contributions import ShortfallContributions
from pledge.portfolio.copula import loss_unit_probabilities
from pledge.portfolio.expected_loss import default_shares, expected_losses
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.risk_measures import Estimate, mean_of, value_at_risk
from pledge.portfolio.simulation_plan import SimulationPlan, Stress
from pledge.portfolio.vasicek import LimitingLoss
from valuation.errors import RefusalError
from valuation.kernel.dated import DatedTable
from valuation.kernel.labels import Label, NamedWarning

__all__ = [
    "checked",
    "contributions_document",
    "losses_document",
    "not_sampled",
    "pool_document",
    "rule_document",
    "stress_document",
    "tranches_document",
]

#: Loans up to which the law of the number of defaults is also computed exactly: the work grows with their square.
_EXACT_LOANS = 500
#: Standard errors by which a simulation may miss an exact number before the answer says so.
_FURTHEST_ERRORS = 4.0


def rule_document(sharing: Sharing) -> dict[str, Any]:
    """The terms as they were applied, and whose they are."""
    rule, policy = sharing.rule, sharing.policy
    return {
        "policy": None if policy is None else _policy(policy, sharing.policy_date),
        "shares": {party: f"{float(share):.12g}" for party, share in rule.shares.items()},
        "cap_per_loan_cny": None if rule.cap_per_loan_cny is None else _money(rule.cap_per_loan_cny),
        "is_principal_only": rule.is_principal_only,
        "is_ip_part_only": rule.is_ip_part_only,
        "payment": rule.payment,
        "pool_balance_cny": _money(rule.pool_balance_cny),
        "top_up_cny_per_period": _money(rule.top_up_cny_per_period),
    }


def _policy(policy: DatedTable, on: datetime.date | None) -> dict[str, Any]:
    assert on is not None, "a policy is read on a day"
    return {"id": policy.id, "label": policy.label.as_document(), "date": on.isoformat()}


def losses_document(losses: BookLosses, confidence: float, *, tail_party: str | None) -> dict[str, Any]:
    """The loss of all together and of each party: mean, value at risk, expected shortfall.

    Importance sampling looks at the tail of one party; of another one too few scenarios may lie in the tail, and its
    value at risk and shortfall are then None.

    Parameters
    ----------
    tail_party : the party whose tail must be told, None for none.

    Raises
    ------
    RefusalError : too few scenarios beyond the confidence, of ``tail_party`` or of plain simulation.
    """
    return {
        party: {
            "expected_loss": _amounts(losses.mean(party)),
            **_tail_measures(losses, party, confidence, is_needed=party == tail_party),
        }
        for party in (TOTAL, *losses.by_party)
    }


def _tail_measures(losses: BookLosses, party: str, confidence: float, *, is_needed: bool) -> dict[str, Any]:
    try:
        return {
            "value_at_risk": _amounts(losses.value_at_risk(confidence, party)),
            "expected_shortfall": _amounts(losses.expected_shortfall(confidence, party)),
        }
    except RefusalError:
        if is_needed or not losses.is_weighted:
            raise
        return {"value_at_risk": None, "expected_shortfall": None}


def not_sampled(runs: Mapping[str, Mapping[str, Any]]) -> tuple[NamedWarning, ...]:
    """Which tails could not be told? ``runs`` are documents of losses by the name of their run."""
    missing = [
        f"{run}: {party}"
        for run, losses in runs.items()
        for party, measures in losses.items()
        if measures["value_at_risk"] is None
    ]
    if not missing:
        return ()
    names = ", ".join(missing)
    label = Label(
        f"重要性抽样未覆盖下列各方的尾部，其 VaR 与 ES 未报告：{names}；改用普通抽样或以该方为 tail_party",
        f"importance sampling did not reach these tails, VaR and ES are not told: {names}; simulate plainly, or name "
        "the party as tail_party",
    )
    return (NamedWarning("tail_not_sampled", label),)


def pool_document(losses: BookLosses, plan: SimulationPlan) -> dict[str, Any]:
    """How likely, and when, the pool cannot pay all it owes; periods beyond the plan's are those of late sales."""
    found = losses.pool_exhaustion()
    mean = None if found.mean_period is None else found.mean_period * plan.period_years
    periods = [
        {"until_years": (number + 1) * plan.period_years, "probability_share": share}
        for number, share in enumerate(found.by_period)
    ]
    return {
        "exhaustion_probability_share": _numbers(found.probability),
        "exhaustion_by_period": periods,
        "mean_years_to_exhaustion": mean,
    }


def contributions_document(tail: ShortfallContributions, top_loans: int) -> dict[str, Any]:
    """What the loans add to the shortfall of a party, the largest first; the others together."""
    top = tail.largest(top_loans)
    whole = tail.shortfall_cny
    return {
        "party": tail.party,
        "shortfall_cny": _money(whole),
        "scenarios": tail.scenarios,
        "loans": [{"loan_id": name, "cny": _money(cny), "share": cny / whole if whole else 0.0} for name, cny in top],
        "others_cny": _money(whole - sum(cny for _, cny in top)),
    }


def tranches_document(losses: BookLosses, bounds_cny: Sequence[float]) -> list[dict[str, Any]]:
    """The expected loss of each layer of the book's loss."""
    if not bounds_cny:
        return []
    layers = losses.tranche_losses(bounds_cny)
    return [
        {
            "from_cny": _money(low),
            "to_cny": _money(high),
            "expected_loss": _amounts(layer),
            "expected_loss_share": layer.value / (high - low),
        }
        for (low, high), layer in zip(itertools.pairwise(bounds_cny), layers, strict=True)
    ]


def stress_document(
    stress: Stress, found: BookLosses, base: BookLosses, plan: SimulationPlan, confidence: float
) -> dict[str, Any]:
    """A stress beside the base: the same random numbers, so the differences are taken scenario by scenario.

    Each run weighs its scenarios by itself: a stress moves thresholds and losses, and with them what the twist of
    importance sampling must be weighed by.
    """
    once = np.ones_like(base.weights)
    return {
        "name": stress.name,
        "factor_shift": dict(stress.factor_shift),
        "pd_factor": stress.pd_factor,
        "value_factor": stress.value_factor,
        "losses": losses_document(found, confidence, tail_party=None),
        "pool": pool_document(found, plan),
        "more_than_base": {
            party: _amounts(mean_of(found.of(party) * found.weights - base.of(party) * base.weights, once))
            for party in (TOTAL, *base.by_party)
        },
    }


def checked(
    book: LoanBook, plan: SimulationPlan, losses: BookLosses, confidence: float
) -> tuple[dict[str, Any], tuple[NamedWarning, ...]]:
    """The simulation beside exact numbers, and a warning where it misses one.

    Expected loss and expected number of defaults always; the quantile of the number of defaults where one factor moves
    a small book, and the limit of a large even book beside it.
    """
    failed = default_shares(book, plan)[:, -1]
    pairs = {
        "expected_loss": (losses.mean(), float(expected_losses(book, plan).sum())),
        "expected_defaults": (mean_of(losses.defaults, losses.weights), float(failed.sum())),
    }
    document = {name: _beside(*pair) for name, pair in pairs.items()}
    document["expected_loss"] |= {"exact": _money(pairs["expected_loss"][1]), "simulated": _amounts(losses.mean())}
    missed = tuple(_missed(name) for name, each in document.items() if not each["agrees"])
    return document | _of_defaults(book, failed, losses, confidence), missed


def _beside(simulated: Estimate, exact: float) -> dict[str, Any]:
    """Rare events leave a standard error of zero where none happened; then only the interval of a count would tell."""
    error = simulated.standard_error
    apart = abs(simulated.value - exact)
    is_certain = error == 0 and simulated.value > 0
    agrees = apart <= 1e-9 * abs(exact) if is_certain else error == 0 or apart <= _FURTHEST_ERRORS * error
    return {"simulated": _numbers(simulated), "exact": exact, "agrees": bool(agrees)}


def _missed(name: str) -> NamedWarning:
    return NamedWarning(
        "simulation_misses_exact_number",
        Label(
            f"模拟值与精确值相差超过 {_FURTHEST_ERRORS:g} 个标准误：{name}，请增加情景数",
            f"simulated and exact {name} differ by more than {_FURTHEST_ERRORS:g} standard errors: take more scenarios",
        ),
    )


def _of_defaults(book: LoanBook, failed: NDArray[np.float64], losses: BookLosses, confidence: float) -> dict[str, Any]:
    if len(book.sectors.names) > 1 or book.size > _EXACT_LOANS:
        return {"quantile_of_defaults": None, "limit_of_a_large_even_book": None}
    rho = book.columns["factor_correlation"] ** 2
    units = np.ones(book.size, dtype=np.int64)
    law = np.cumsum(loss_unit_probabilities(units, pd_share=failed, asset_correlation=rho))
    try:
        quantile = _numbers(value_at_risk(losses.defaults, losses.weights, confidence))
    except RefusalError:
        # The tail that was looked at is another's.
        quantile = None
    mean_pd, mean_rho = float(failed.mean()), float(rho.mean())
    limit = None
    if 0 < mean_pd < 1 and 0 < mean_rho < 1:
        limit = {"default_share_quantile": LimitingLoss(mean_pd, mean_rho).quantile(confidence)}
    return {
        "quantile_of_defaults": {
            "simulated": quantile,
            "exact": int(np.searchsorted(law, confidence - 1e-12)),
        },
        "limit_of_a_large_even_book": limit,
    }


def _numbers(found: Estimate) -> dict[str, float]:
    return {
        "value": found.value,
        "standard_error": found.standard_error,
        "low": found.low,
        "high": found.high,
        "level_share": found.level_share,
    }


def _amounts(found: Estimate) -> dict[str, Any]:
    amounts = {name: _money(getattr(found, name)) for name in ("value", "standard_error", "low", "high")}
    return amounts | {"level_share": found.level_share}


def _money(amount: float) -> str:
    assert math.isfinite(amount), "amounts of a checked book are finite"
    # What rounding leaves below zero is nothing.
    text = f"{amount:.2f}"
    return "0.00" if text == "-0.00" else text
