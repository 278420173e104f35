"""The figures of a simulated run: what a committee reads of very many paths, each with its error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leverage.answer import AlternativeAnswer, LeverageAnswer
from leverage.course import reached_firms
from leverage.instrument import Placement
from leverage.programme import Programme
from leverage.risk import RiskKind
from leverage.run_answer import (
    AllocationRun,
    AlternativeRun,
    MoneyFigures,
    PartyRow,
    PrincipalRisk,
    RunAnswer,
    YearRow,
)
from leverage.run_blocks import QUARTERS_PER_YEAR, AllocationPaths, AllocationTask, RunPaths
from leverage.run_difference import difference_between
from leverage.run_request import RunAllocation, RunRequest
from leverage.scenario import PlacedAllocation
from leverage.simulation.statistics import (
    mean_of,
    path_quantiles,
    probability_interval,
    probability_of,
    tail_mean,
)
from pledge.instalments import months_after
from valuation.kernel.digest import digest_of
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money

__all__ = ["SimulatedAllocation", "run_answer"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: Finance that differs from the ladder's by more than this share is named.
_LADDER_APART = 0.01


@dataclass(frozen=True)
class SimulatedAllocation:
    """One allocation: the money placed, the kind of its risk, the task that was simulated."""

    placed: PlacedAllocation
    kind: RiskKind
    task: AllocationTask

    def numbers(self, quarters: int) -> int:
        """How many own random numbers does a path of this allocation take?"""
        return self.kind.numbers(getattr(self.placed.allocation, "risk", None), quarters)

    @property
    def doubts(self) -> tuple[NamedWarning, ...]:
        """What the reader must know of the risk and the course together."""
        allocation = self.placed.allocation
        assert isinstance(allocation, RunAllocation), "a run's allocations state a risk"
        if self.kind.doubts is None or self.task.course is None:
            return ()
        return self.kind.doubts(allocation.risk, self.task.course)


def run_answer(
    request: RunRequest,
    *,
    programme: Programme | None,
    scenario: LeverageAnswer,
    parts: Mapping[str, Sequence[SimulatedAllocation]],
    paths: RunPaths,
) -> RunAnswer:
    """What do the paths of a run come to? ``parts`` are the allocations of each alternative, in their order.

    Raises
    ------
    RefusalError : too few paths beyond the level of the tail.
    """
    first = scenario.alternatives[0].id
    alternatives = tuple(_alternative(request, row, parts[row.id], paths, first=first) for row in scenario.alternatives)
    return RunAnswer(
        scenario=scenario,
        first_day=request.first_day,
        quarters=request.quarters,
        path_count=request.paths,
        seed=request.seed,
        alternatives=alternatives,
        conventions=(*scenario.conventions, *_CONVENTIONS),
        warnings=_warnings(scenario, alternatives),
        not_answered=_NOT_ANSWERED,
        digest=_digest(request, programme, scenario),
        paths=paths,
    )


def _warnings(scenario: LeverageAnswer, alternatives: Sequence[AlternativeRun]) -> tuple[NamedWarning, ...]:
    """Those of the scenario, of its ways and of their instruments, each text once."""
    rows = list(scenario.warnings)
    for way in alternatives:
        rows += [*way.ladder.warnings, *(row for part in way.allocations for row in part.warnings)]
    return tuple(dict.fromkeys(rows))


def _digest(request: RunRequest, programme: Programme | None, scenario: LeverageAnswer) -> str:
    return digest_of(
        {
            "question": "leverage_run",
            "request": request.model_dump(mode="json"),
            "programme": None if programme is None else programme.model_dump(mode="json"),
            "scenario": scenario.digest,
        }
    )


def _alternative(
    request: RunRequest,
    answer: AlternativeAnswer,
    parts: Sequence[SimulatedAllocation],
    paths: RunPaths,
    *,
    first: str,
) -> AlternativeRun:
    rows = tuple(_allocation(request, part, paths.allocations[answer.id][part.task.id]) for part in parts)
    return AlternativeRun(
        id=answer.id,
        label=answer.label,
        to_firms=_figures(request, paths.reached(answer.id)),
        years=_years(request, paths, answer.id),
        principal=_whole_risk(request, parts, paths, answer.id),
        allocations=rows,
        parties=_joined([party for row in rows for party in row.parties]),
        difference=None
        if answer.id == first
        else difference_between(
            paths, answer.id, base_paths=paths, base=first, tail_level_share=request.tail_level_share
        ),
        ladder=answer,
    )


def _figures(request: RunRequest, amounts: Array) -> MoneyFigures:
    return MoneyFigures(mean_of(amounts), path_quantiles(amounts, request.quantile_shares))


def _years(request: RunRequest, paths: RunPaths, alternative: str) -> tuple[YearRow, ...]:
    parts = paths.allocations[alternative].values()
    paid = np.sum([row.paid_by_year for row in parts], axis=0)
    back = np.sum([row.back_by_year for row in parts], axis=0)
    out = np.cumsum(paid - back)
    months = 3 * QUARTERS_PER_YEAR
    return tuple(
        YearRow(
            year + 1,
            months_after(request.first_day, months * year),
            _figures(request, reached),
            float(paid[year]),
            float(back[year]),
            float(out[year]),
        )
        for year, reached in enumerate(paths.reached_by_year[alternative])
    )


def _allocation(request: RunRequest, part: SimulatedAllocation, paths: AllocationPaths) -> AllocationRun:
    placed = part.placed
    return AllocationRun(
        id=part.task.id,
        instrument=placed.instrument.id,
        label=placed.instrument.label,
        risk_kind=part.kind.id,
        risk_label=part.kind.label,
        to_firms=_figures(request, paths.reached),
        principal=_allocation_risk(request, placed, paths),
        parties=_parties(placed.placement, paths),
        warnings=(*placed.warnings, *placed.outcome.warnings, *part.doubts, *_ladder_warnings(placed, paths)),
    )


def _ladder_warnings(placed: PlacedAllocation, paths: AllocationPaths) -> tuple[NamedWarning, ...]:
    """Name finance that is not what the ladder says: a fund that calls less, or charges other fees, than its terms."""
    stated = reached_firms(placed.outcome.contributions) / 100
    mean = float(paths.reached.mean())
    if abs(mean - stated) <= _LADDER_APART * stated:
        return ()
    found, ladder = (Money.from_model(amount, currency="CNY", rounding="half_up").text for amount in (mean, stated))
    text = Label(
        f"模拟平均到达企业{found}元，倍数阶梯按条款为{ladder}元：两者的实缴节奏或费用口径不同",
        f"on average {found} CNY reach firms, the ladder says {ladder} CNY by the terms: calls or fees differ",
    )
    return (NamedWarning("finance_differs_from_ladder", text),)


def _allocation_risk(request: RunRequest, placed: PlacedAllocation, paths: AllocationPaths) -> PrincipalRisk:
    return _risk(
        request,
        definition=placed.instrument.principal_loss,
        placed_fen=placed.placement.money_fen,
        flows={"paid_in": paths.paid, "back": paths.back, "held": paths.held, "net": paths.net},
        loss=paths.loss,
        is_lost=paths.is_lost,
    )


def _whole_risk(
    request: RunRequest, parts: Sequence[SimulatedAllocation], paths: RunPaths, alternative: str
) -> PrincipalRisk:
    rows = paths.allocations[alternative].values()
    flows = {
        "paid_in": np.sum([row.paid for row in rows], axis=0),
        "back": np.sum([row.back for row in rows], axis=0),
        "held": np.sum([row.held for row in rows], axis=0),
        "net": paths.net(alternative),
    }
    return _risk(
        request,
        definition=_WHOLE_LOST,
        placed_fen=sum(row.placed.placement.money_fen for row in parts),
        flows=flows,
        loss=paths.loss(alternative),
        is_lost=paths.is_lost(alternative),
    )


def _risk(
    request: RunRequest, *, definition: Label, placed_fen: int, flows: Mapping[str, Array], loss: Array, is_lost: Flags
) -> PrincipalRisk:
    level = request.tail_level_share
    low, high = probability_interval(is_lost)
    return PrincipalRisk(
        definition=definition,
        placed=placed_fen / 100,
        **{name: mean_of(row) for name, row in flows.items()},
        probability=probability_of(is_lost),
        probability_low=low,
        probability_high=high,
        expected_loss=mean_of(loss),
        tail_level_share=level,
        tail_loss=tail_mean(loss, level_share=level),
    )


def _parties(placement: Placement, paths: AllocationPaths) -> tuple[PartyRow, ...]:
    """The programme's lines by source class, by what they placed; then everybody else the mechanics tell of."""
    own = [float(row.mean()) for row in (paths.paid, paths.back, paths.held)]
    lines = [
        PartyRow(name, True, *(amount * fen / placement.money_fen for amount in own))
        for name, fen in placement.by_class.items()
    ]
    return (*lines, *(PartyRow(name, False, *amounts) for name, amounts in paths.parties.items()))


def _joined(rows: Iterable[PartyRow]) -> tuple[PartyRow, ...]:
    """One row for each party, what it has in several instruments added up."""
    found: dict[tuple[str, bool], PartyRow] = {}
    for row in rows:
        key = (row.party, row.is_programme)
        so_far = found.get(key, PartyRow(*key, 0.0, 0.0, 0.0))
        found[key] = PartyRow(*key, so_far.paid + row.paid, so_far.received + row.received, so_far.held + row.held)
    return tuple(found.values())


_WHOLE_LOST = Label(
    "各工具合计：收回与仍持有的合计低于投入（不足1倍），各工具盈亏相抵",
    "all instruments together: what came back and what is still held stay below what was paid in (below 1x); gains in"
    " one make up for losses in another",
)
_CONVENTIONS = (
    Label(
        "各工具由同一个共同因子联动（贷款与企业取整个模拟期的因子，基金取逐季因子）；各方案使用同一组随机数，逐条路径相减比较",
        "one common factor joins all instruments (loans and companies take that of the whole run, a fund that of each"
        " quarter); all alternatives run on the same random numbers and are compared path by path",
    ),
    Label(
        "进程说明何时到期，风险说明损失多少：各路径的到期时间相同，损失比例不同",
        "the course says when money ends, the risk says how much of it is lost: it ends at the same time on all paths",
    ),
    Label(
        "到达企业的资金未扣除替代；公共资金为本方案所列资金，其他公共出资人（如国有企业）列入各方收支",
        "finance to firms is gross of displacement; public money here is the programme's, other public payers (state"
        " companies) are among the parties",
    ),
    Label(
        "按四个季度为一年，从首日起算；不折现", "years are of four quarters from the first day; nothing is discounted"
    ),
)
_NOT_ANSWERED = (
    NamedWarning(
        "money_not_discounted",
        Label(
            "各年资金直接相加，不折现：收回一元即为一元",
            "money of different years is added, nothing is discounted: a yuan back is a yuan",
        ),
    ),
    NamedWarning(
        "risk_as_stated",
        Label(
            "结果取决于所述风险参数；参数为假设时，概率也只是假设下的概率",
            "the answer is that of the stated risk: where its figures are hypotheses, so are the probabilities",
        ),
    ),
)
