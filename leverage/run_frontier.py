"""Which allocations among the instruments of a run bring most finance to firms within limits of risk?

The instruments of one alternative stand side by side on the same paths, each with random numbers of its own beside the
common factor, so that a unit of public money can be divided among them anew. Instruments of different alternatives
share their own numbers by place, which is right for comparing alternatives and wrong for mixing them: only one
alternative is asked. All is per unit of public money placed, so that an instrument with a limit in money (an amount
cap) is taken as if the limit grew with it. A risk that counts loans or companies counts those of the stated placement,
however much money a point gives the instrument: state the counts that fit the shares looked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from leverage.frontier import Allocation, Frontier, InstrumentOutcomes, RiskLimits, allocation_frontier
from leverage.lookthrough import look_through
from leverage.policy_exclusion import PolicyExclusion, excluded_by_policy
from leverage.run_answer import RunAnswer
from leverage.scenario import PlacedAllocation
from leverage.source_classes import SOURCE_CLASSES
from valuation.errors import RefusalError
from valuation.kernel.discovery import named
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["RunFrontier", "frontier_of_run", "outcomes_of_run"]

_MAX_SHARE = "government_share_max_share"
_AGAINST_REINVESTMENT = "local_reinvestment_against_policy"
#: Money is in whole fen: a share is a limit's when it is so up to nine decimals.
_SHARE_STEP = Decimal("0.000000001")


@dataclass(frozen=True)
class RunFrontier:
    """A frontier among the instruments of one alternative, and the run that it comes from.

    ``limits`` are those that hold at all points. Never one best split: the points, the corners, and what binds.
    """

    run: RunAnswer
    alternative: str
    limits: RiskLimits
    instruments: tuple[InstrumentOutcomes, ...]
    frontier: Frontier

    def as_document(self) -> dict[str, Any]:
        """The frontier for JSON: shares and finance per unit of public money, as numbers."""
        run = self.run.as_document()
        beside = ("dates", "first_day", "quarters", "paths", "seed", "figures", "sources", "engine_version", "digest")
        return {
            "question": "leverage_frontier",
            "alternative": self.alternative,
            "tail_level_share": self.limits.tail_level_share,
            "limits": {
                name: getattr(self.limits, name)
                for name in ("lost_principal_share", "out_share", "loss_probability_share", "confidence_share")
            },
            "instruments": [self._instrument(row) for row in self.instruments],
            "points": [{"tail_loss_share": share, **_point(allocation)} for share, allocation in self.frontier.points],
            "refused": [{"tail_loss_share": share, "reason": text} for share, text in self.frontier.refused],
            "corners": [_point(allocation) for allocation in self.frontier.corners],
            "exclusions": [
                {
                    "instrument": row.instrument,
                    "rule": row.rule,
                    "reason": row.reason.as_document(),
                    "source": row.source,
                }
                for row in self.frontier.exclusions
            ],
            "warnings": [row.as_document() for row in self.warnings],
            "run": {name: run[name] for name in beside},
        }

    @property
    def warnings(self) -> tuple[NamedWarning, ...]:
        """Those of the run, and that everything is scaled from the stated placement."""
        return (*self.run.warnings, _SCALED)

    def _instrument(self, row: InstrumentOutcomes) -> dict[str, Any]:
        labels = {part.id: part.label for way in self.run.alternatives for part in way.allocations}
        return {
            "id": row.id,
            "label": labels[row.id].as_document(),
            "to_firms": row.to_firms,
            "principal_lost_share": float(row.is_lost.mean()),
            "largest_share": row.largest_share,
            "government_share": None if row.government_share is None else str(row.government_share),
            "asks_local_reinvestment": row.asks_local_reinvestment,
        }


_SCALED = NamedWarning(
    "scaled_from_the_stated_placement",
    Label(
        "各点按单位资金由所述投放线性放大：贷款笔数、企业家数与金额上限不随份额变化；全部投入一种工具的端点因此可能比单独测算的"
        "方案更集中、风险更高",
        "points are scaled per unit of money from the stated placement: numbers of loans or companies and caps in money"
        " do not move with the share, so that a corner may be more concentrated, and riskier, than a way run by itself",
    ),
)


def _point(point: Allocation) -> dict[str, Any]:
    return {
        "share_of": dict(point.share_of),
        "to_firms": point.to_firms,
        "tail_loss": {"mean": point.tail_loss.value, "standard_error": point.tail_loss.error},
        "loss_probability": {
            "share": point.loss_probability.value,
            "standard_error": point.loss_probability.error,
            "held_up_to": point.loss_probability_high,
        },
        "no_allocation_exceeds": point.bound_to_firms,
        "lost_principal_share": point.lost_principal_share,
        "out_share": point.out_share,
        "binding": dict(point.binding),
        "corner": point.corner,
    }


def outcomes_of_run(
    answer: RunAnswer, *, alternative: str, placed: Sequence[PlacedAllocation] = ()
) -> tuple[InstrumentOutcomes, ...]:
    """What does a unit of public money do in each instrument of an alternative?

    Parameters
    ----------
    placed : the allocations (:func:`leverage.scenario.placed_allocations`); with them what policies ask about is told:
        the government's share of the vehicle, and whether local reinvestment (返投) is asked for.

    Raises
    ------
    UnknownNameError : no such alternative.

    Tested by: the run's own figures, ``tests/leverage/test_run_frontier.py``.
    """
    run = named({row.id: row for row in answer.alternatives}, alternative, field="alternative")
    ruled = {row.allocation.id: row for row in placed}
    return tuple(
        _outcome(answer, alternative, row.id, row.principal.placed, ruled.get(row.id)) for row in run.allocations
    )


def _outcome(
    answer: RunAnswer, alternative: str, name: str, money: float, placed: PlacedAllocation | None
) -> InstrumentOutcomes:
    paths = answer.paths.allocations[alternative][name]
    return InstrumentOutcomes(
        id=name,
        to_firms=float(paths.reached.mean()) / money,
        net=paths.net / money,
        is_lost=paths.is_lost,
        out_by_year=np.cumsum(paths.paid_by_year - paths.back_by_year) / money,
        government_share=None if placed is None else _government_share(placed),
        asks_local_reinvestment=placed is not None
        and any(warning.code == _AGAINST_REINVESTMENT for warning in placed.outcome.warnings),
    )


def _government_share(placed: PlacedAllocation) -> Decimal | None:
    """The budget layers' share of what the vehicle finances, None where no rule asks; to nine decimals."""
    if _MAX_SHARE not in placed.instrument.policy_parameters:
        return None
    announced = [row for row in placed.outcome.contributions if row.stage == "announced"]
    reached = look_through(announced).reached
    whole = sum(row.amount_fen for row in reached)
    budget = sum(row.amount_fen for row in reached if SOURCE_CLASSES[str(row.source_class)].is_budget)
    return (Decimal(budget) / Decimal(whole)).quantize(_SHARE_STEP)


def frontier_of_run(
    answer: RunAnswer,
    *,
    alternative: str,
    placed: Sequence[PlacedAllocation],
    tail_loss_shares: Sequence[float],
    limits: RiskLimits,
    largest_shares: Mapping[str, float] | None = None,
    tolerance_share: Decimal = Decimal(0),
) -> RunFrontier:
    """Give the frontier among the instruments of an alternative that was run.

    For the arguments see :func:`leverage.scenario_run.run_frontier`.

    Raises
    ------
    RefusalError : fewer than two instruments to divide money among; no limit of the grid can be kept.
    """
    outcomes = outcomes_of_run(answer, alternative=alternative, placed=placed)
    if len(outcomes) < 2:
        raise RefusalError.of(
            f"alternative {alternative}",
            found="one instrument",
            expected="two or more side by side",
            advice="State an alternative in which the instruments that shall share the money stand side by side",
        )
    for name in largest_shares or {}:
        named({row.id: row for row in outcomes}, name, field="largest_shares")
    bounded = tuple(_bounded(row, largest_shares or {}) for row in outcomes)
    exclusions = _exclusions(bounded, placed, tolerance_share)
    frontier = allocation_frontier(bounded, tail_loss_shares=tail_loss_shares, limits=limits, exclusions=exclusions)
    return RunFrontier(answer, alternative, limits, bounded, frontier)


def _bounded(outcome: InstrumentOutcomes, largest: Mapping[str, float]) -> InstrumentOutcomes:
    return outcome if outcome.id not in largest else replace(outcome, largest_share=largest[outcome.id])


def _exclusions(
    outcomes: Sequence[InstrumentOutcomes], placed: Sequence[PlacedAllocation], tolerance_share: Decimal
) -> tuple[PolicyExclusion, ...]:
    """Ask of each instrument the policies that it names."""
    return tuple(
        row
        for outcome, part in zip(outcomes, placed, strict=True)
        for row in excluded_by_policy(
            [outcome],
            policies=part.placement.policies,
            policy_date=part.placement.policy_date,
            tolerance_share=tolerance_share,
        )
    )
