"""What a request asks of a book, read before anything runs: the rule, the plan, the sectors, the stresses."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from api.answered import named_under
from api.portfolios.schemas import PlanIn, PortfolioRunRequest, RuleIn, SectorsIn, StressIn
from pledge.policy_catalogue import overlay_policies
from pledge.portfolio.book_losses import TOTAL
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation_plan import NO_STRESS, SimulationPlan, Stress
from valuation.errors import FieldProblem, InputError, UnknownNameError
from valuation.kernel.dated import DatedTable, DatedValue, Hypothesis
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["Sharing", "Terms", "read_terms"]

#: Small blocks, so that a progress bar moves.
_BLOCK = 2**12
_OF_A_POLICY = ("policy_date", "asset_kind", "risk_class", "bank_business_year")
_WITHOUT_POLICY = ("shares", "cap_per_loan_cny", "is_principal_only", "is_ip_part_only")
_SUPPOSED = NamedWarning(
    "rule_is_supposed",
    Label("分担比例由提交者陈述，并非某项政策", "the shares are stated by the caller and are no policy's"),
)


@dataclass(frozen=True)
class Sharing:
    """The rule, the policy it was read from and the day (None for stated shares), the values used, the doubts."""

    rule: SharingRule
    policy: DatedTable | None
    policy_date: datetime.date | None
    values_used: tuple[DatedValue, ...]
    warnings: tuple[NamedWarning, ...]


@dataclass(frozen=True)
class Terms:
    """Everything a run needs beside the loans."""

    sharing: Sharing
    plan: SimulationPlan
    sectors: SectorFactors
    stresses: tuple[Stress, ...]
    bounds_cny: tuple[float, ...]


def read_terms(
    request: PortfolioRunRequest, *, sector_names: Sequence[str], policies: Mapping[str, DatedTable]
) -> Terms:
    """What does the request ask, in the domain's words?

    Parameters
    ----------
    sector_names : the sectors that occur in the book, in order.

    Raises
    ------
    InputError : whatever cannot be, under its name in the request.
    GapError, BeforeFirstStepError, RepealedError, NotBuiltError : see ``SharingRule.of_policy``.

    Tested by: ``tests/api/portfolios/test_bad_runs.py``.
    """
    sharing = _sharing(request.rule, policies)
    _check_plan(request.plan, sharing.rule)
    sectors = _sectors(request, sector_names)
    return Terms(
        sharing=sharing,
        plan=_plan(request.plan),
        sectors=sectors,
        stresses=_stresses(request.stresses, sectors),
        bounds_cny=_bounds(request.plan),
    )


def _sharing(stated: RuleIn, policies: Mapping[str, DatedTable]) -> Sharing:
    if (stated.policy is None) == (stated.shares is None):
        found = "both" if stated.policy else "neither"
        raise InputError.of("rule", found=found, expected="either policy with policy_date, or shares")
    _refuse_beside(stated)
    if stated.policy is None:
        with named_under("rule"):
            return Sharing(_stated_rule(stated), None, None, (), (_SUPPOSED,))
    return _policy_sharing(stated, policies)


def _refuse_beside(stated: RuleIn) -> None:
    """What has no meaning beside a policy, or without one, would be taken as part of the answer."""
    of_policy = stated.policy is not None
    strange = _WITHOUT_POLICY if of_policy else (*_OF_A_POLICY, "what_if")
    problems = [
        FieldProblem(
            f"rule.{name}", str(getattr(stated, name))[:80], f"nothing {'beside' if of_policy else 'without'} a policy"
        )
        for name in strange
        if getattr(stated, name) not in (None, {})
    ]
    if problems:
        raise InputError.from_problems(problems)


def _stated_rule(stated: RuleIn) -> SharingRule:
    cap = stated.cap_per_loan_cny
    payment: Any = stated.payment or "after_disposal"
    return SharingRule(
        pool_balance_cny=float(stated.pool_balance_cny),
        shares=dict(stated.shares or {}),
        cap_per_loan_cny=None if cap is None else float(cap),
        is_principal_only=stated.is_principal_only is not False,
        is_ip_part_only=bool(stated.is_ip_part_only),
        payment=payment,
        top_up_cny_per_period=float(stated.top_up_cny_per_period or Decimal(0)),
    )


def _policy_sharing(stated: RuleIn, policies: Mapping[str, DatedTable]) -> Sharing:
    name = str(stated.policy)
    pools = {each: table for each, table in policies.items() if table.kind == "risk_pool"}
    if name not in pools:
        raise UnknownNameError.among("rule.policy", found=name, known=pools)
    if stated.policy_date is None:
        raise InputError.of("rule.policy_date", found="nothing", expected="the day on which the policy is read")
    supposed = {key: Hypothesis(each.value, each.reason) for key, each in stated.what_if.items()}
    with named_under("rule", names={"business_year": "bank_business_year"}):
        policy = overlay_policies(pools, {name: supposed})[name]
        rule = SharingRule.of_policy(
            policy,
            policy_date=stated.policy_date,
            pool_balance_cny=float(stated.pool_balance_cny),
            top_up_cny_per_period=float(stated.top_up_cny_per_period or Decimal(0)),
            asset_kind=stated.asset_kind,
            risk_class=stated.risk_class,
            business_year=stated.bank_business_year,
            payment=stated.payment,
        )
    doubts = (*rule.warnings, *_unused(stated, rule))
    return Sharing(rule, policy, stated.policy_date, rule.values_used, doubts)


def _unused(stated: RuleIn, rule: SharingRule) -> tuple[NamedWarning, ...]:
    used = {value.name for value in rule.values_used}
    return tuple(
        NamedWarning(
            "hypothesis_not_used",
            Label(f"假设值 {name} 未影响本结果", f"the what-if value {name} had no part in this answer"),
        )
        for name in stated.what_if
        if name not in used
    )


def _check_plan(stated: PlanIn, rule: SharingRule) -> None:
    if not 0 < stated.confidence < 1:
        raise InputError.of("plan.confidence", found=stated.confidence, expected="a share between 0 and 1")
    parties = (TOTAL, *rule.shares)
    if stated.tail_party not in parties:
        raise UnknownNameError.among("plan.tail_party", found=stated.tail_party, known=parties)


def _plan(stated: PlanIn) -> SimulationPlan:
    with named_under("plan"):
        return SimulationPlan(
            seed=stated.seed,
            scenarios=stated.scenarios,
            block=_BLOCK,
            periods=stated.periods,
            period_years=stated.period_years,
        )


def _bounds(stated: PlanIn) -> tuple[float, ...]:
    bounds = tuple(float(each) for each in stated.tranche_bounds_cny)
    is_rising = all(low < high for low, high in itertools.pairwise(bounds))
    if len(bounds) == 1 or not is_rising:
        found = ", ".join(str(each) for each in stated.tranche_bounds_cny)
        raise InputError.of("plan.tranche_bounds_cny", found=found, expected="none, or two or more rising amounts")
    return bounds


def _sectors(request: PortfolioRunRequest, names: Sequence[str]) -> SectorFactors:
    if request.sectors is None:
        return SectorFactors.with_global(names, global_loading=request.global_loading or 0.0)
    if request.global_loading is not None:
        raise InputError.of("global_loading", found=request.global_loading, expected="nothing beside sectors")
    return _stated_sectors(request.sectors, names)


def _stated_sectors(stated: SectorsIn, names: Sequence[str]) -> SectorFactors:
    """The factors of the book's sectors; the whole matrix is checked, and the part that is used is then as good."""
    ragged = [row for row, line in enumerate(stated.correlation) if len(line) != len(stated.names)]
    if ragged:
        found, expected = f"{len(stated.correlation[ragged[0]])} numbers", f"{len(stated.names)}, one for each name"
        raise InputError.of(f"sectors.correlation.{ragged[0]}", found=found, expected=expected)
    whole = SectorFactors(tuple(stated.names), stated.correlation)  # type: ignore[arg-type]  # it makes an array of it
    if missing := [name for name in names if name not in whole.names]:
        expected = f"also {', '.join(missing[:20])}: the book has loans there"
        raise InputError.of("sectors.names", found=", ".join(whole.names)[:200], expected=expected)
    places = [whole.names.index(name) for name in names]
    return SectorFactors(tuple(names), whole.correlation[places][:, places])


def _stresses(stated: Sequence[StressIn], sectors: SectorFactors) -> tuple[Stress, ...]:
    names = [NO_STRESS.name]
    for number, each in enumerate(stated):
        if each.name in names:
            expected = f"a name of its own, other than {', '.join(names)}"
            raise InputError.of(f"stresses.{number}.name", found=repr(each.name), expected=expected)
        names.append(each.name)
    return tuple(_stress(number, each, sectors) for number, each in enumerate(stated))


def _stress(number: int, stated: StressIn, sectors: SectorFactors) -> Stress:
    for name in stated.factor_shift:
        if name not in sectors.names:
            raise UnknownNameError.among(f"stresses.{number}.factor_shift", found=name, known=sectors.names)
    try:
        return Stress(**stated.model_dump())
    except InputError as error:
        moved = [
            replace(each, field=each.field.replace("stress.", f"stresses.{number}.", 1)) for each in error.problems
        ]
        raise InputError.from_problems(moved) from error
