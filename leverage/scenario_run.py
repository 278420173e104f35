"""How much finance reaches firms, when, and how probably is how much principal lost? A scenario on many paths.

The scenario says how much and from whom (:mod:`leverage.scenario`), each allocation's course says when, its risk says
how uncertain; every instrument turns the three into money by its own mechanics. One common factor joins all
instruments, and all alternatives run on the same random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from leverage.answer import AlternativeAnswer, LeverageAnswer
from leverage.instrument import Instrument, Placement
from leverage.path_money import CourseShares
from leverage.programme import MoneyLine, Payment, Programme
from leverage.risk import RiskKind, RunSpan, load_risks
from leverage.run_answer import (
    AllocationRun,
    AlternativeRun,
    MoneyFigures,
    PartyRow,
    PrincipalRisk,
    RunAnswer,
    RunDifference,
    YearRow,
)
from leverage.run_blocks import QUARTERS_PER_YEAR, AllocationPaths, AllocationTask, RunPaths, simulate_run
from leverage.run_request import RunAllocation, RunRequest, run_request_model
from leverage.scenario import PlacedAllocation, money_lines, placed_allocations, run_scenario
from leverage.simulation.statistics import (
    Estimate,
    mean_of,
    path_quantiles,
    probability_interval,
    probability_of,
    tail_mean,
    tail_scores,
)
from leverage.timetable import available_shares, course_on_quarters
from pledge.instalments import months_after
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable
from valuation.kernel.digest import digest_of
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["run_paths", "run_request_model"]

Array = np.ndarray


def run_paths(
    request: RunRequest,
    *,
    programmes: Mapping[str, Programme],
    policies: Mapping[str, DatedTable],
    instruments: Mapping[str, Instrument] | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> RunAnswer:
    """How much finance reaches firms and when, and how probably is how much of the programme's principal lost?

    Parameters
    ----------
    request : parsed with the model of :func:`leverage.run_request.run_request_model`.
    programmes, policies, instruments : as for :func:`leverage.scenario.run_scenario`.
    executor : threads or processes that share the work; no bit of the answer depends on it.
    progress : called with (paths done, all paths).
    is_cancelled : asked now and then; True stops the run.

    Raises
    ------
    InputError : a course missing or where none belongs, one that does not fit the run; all of ``run_scenario``.
    RefusalError : a timetable that dates a part of a line only; too few paths in the tail; cancelled.

    Tested by: the instruments' ledgers (second way), Vasicek's law, by hand, ``tests/leverage/test_scenario_run.py``.
    """
    scenario = run_scenario(request, programmes=programmes, policies=policies, instruments=instruments)
    placed = placed_allocations(request, programmes=programmes, policies=policies, instruments=instruments)
    setting = _Setting.of(request, programmes)
    tasks = {name: [_task(setting, place, row) for place, row in enumerate(rows)] for name, rows in placed.items()}
    paths = simulate_run(
        tasks,
        quarters=request.quarters,
        paths=request.paths,
        seed=request.seed,
        executor=executor,
        progress=progress,
        is_cancelled=is_cancelled,
    )
    return _answer(setting, scenario, placed, tasks, paths)


@dataclass(frozen=True)
class _Setting:
    """What every allocation of a run shares."""

    request: RunRequest
    lines: Mapping[str, MoneyLine]
    timetable: Sequence[Payment]
    risks: Mapping[str, RiskKind]
    programme: Programme | None

    @classmethod
    def of(cls, request: RunRequest, programmes: Mapping[str, Programme]) -> _Setting:
        programme = None if request.programme is None else programmes[request.programme]
        timetable = () if programme is None else programme.timetable
        return cls(request, money_lines(request, programme), timetable, load_risks(), programme)

    def kind(self, allocation: RunAllocation) -> RiskKind:
        """The kind of an allocation's risk."""
        return self.risks[_kind_id(allocation)]


def _kind_id(allocation: RunAllocation) -> str:
    return str(getattr(allocation.risk, "kind", ""))


def _task(setting: _Setting, place: int, placed: PlacedAllocation) -> AllocationTask:
    allocation = placed.allocation
    assert isinstance(allocation, RunAllocation), "a run's allocations state a risk"
    kind = setting.kind(allocation)
    hook = placed.instrument.grown_paths if kind.grows_fund else placed.instrument.paths
    if hook is None:
        fitting = [row.id for row in setting.risks.values() if _fits(placed.instrument, row)]
        raise InputError.of(
            f"{allocation.id}.risk.kind",
            found=f"{kind.id}, which {placed.instrument.id} does not know",
            expected="one of " + ", ".join(fitting) if fitting else "an instrument that can be simulated",
        )
    span = _span(setting, placed.placement)
    course = _course(allocation, span, is_grown=kind.grows_fund)
    draw = kind.prepare(allocation.risk, span)
    return AllocationTask(allocation.id, place, hook, allocation.terms, placed.placement, draw, course)


def _fits(instrument: Instrument, kind: RiskKind) -> bool:
    return (instrument.grown_paths if kind.grows_fund else instrument.paths) is not None


def _course(allocation: RunAllocation, span: RunSpan, *, is_grown: bool) -> CourseShares | None:
    """Lay the allocation's course on the run, where its kind of risk goes with one."""
    field = f"{allocation.id}.course"
    if is_grown:
        if allocation.course is not None:
            expected = f"none: {_kind_id(allocation)} has its own calls and payouts"
            raise InputError.of(field, found="a course", expected=expected)
        return None
    if allocation.course is None:
        raise InputError.of(field, found="nothing", expected="a course, which says when; the risk says how much")
    return course_on_quarters(
        allocation.course,
        first_day=span.first_day,
        quarters=span.quarters,
        available=span.available,
        field=field,
    )


def _span(setting: _Setting, placement: Placement) -> RunSpan:
    first_day = setting.request.first_day
    placed = {row.line: row.amount_fen for row in placement.money if row.amount_fen}
    available = available_shares(placed, setting.lines, setting.timetable, first_day=first_day)
    return RunSpan(first_day, setting.request.quarters, available)


# --- the answer -------------------------------------------------------------------------------------------


def _answer(
    setting: _Setting,
    scenario: LeverageAnswer,
    placed: Mapping[str, Sequence[PlacedAllocation]],
    tasks: Mapping[str, Sequence[AllocationTask]],
    paths: RunPaths,
) -> RunAnswer:
    request = setting.request
    first = scenario.alternatives[0].id
    alternatives = tuple(
        _alternative(setting, row, placed[row.id], tasks[row.id], paths, first=first) for row in scenario.alternatives
    )
    return RunAnswer(
        scenario=scenario,
        first_day=request.first_day,
        quarters=request.quarters,
        path_count=request.paths,
        seed=request.seed,
        alternatives=alternatives,
        conventions=(*scenario.conventions, *_CONVENTIONS),
        warnings=scenario.warnings,
        not_answered=_NOT_ANSWERED,
        digest=_digest(setting, scenario),
        paths=paths,
    )


def _digest(setting: _Setting, scenario: LeverageAnswer) -> str:
    programme = setting.programme
    return digest_of(
        {
            "question": "leverage_run",
            "request": setting.request.model_dump(mode="json"),
            "programme": None if programme is None else programme.model_dump(mode="json"),
            "scenario": scenario.digest,
        }
    )


def _alternative(
    setting: _Setting,
    answer: AlternativeAnswer,
    placed: Sequence[PlacedAllocation],
    tasks: Sequence[AllocationTask],
    paths: RunPaths,
    *,
    first: str,
) -> AlternativeRun:
    rows = tuple(
        _allocation(setting, part, task, paths.allocations[answer.id][task.id])
        for part, task in zip(placed, tasks, strict=True)
    )
    return AlternativeRun(
        id=answer.id,
        label=answer.label,
        to_firms=_figures(setting, paths.reached(answer.id)),
        years=_years(setting, paths, answer.id),
        principal=_whole_risk(setting, placed, paths, answer.id),
        allocations=rows,
        parties=_joined([party for row in rows for party in row.parties]),
        difference=None if answer.id == first else _difference(setting, paths, answer.id, first),
        ladder=answer,
    )


def _figures(setting: _Setting, amounts: Array) -> MoneyFigures:
    return MoneyFigures(mean_of(amounts), path_quantiles(amounts, setting.request.quantile_shares))


def _years(setting: _Setting, paths: RunPaths, alternative: str) -> tuple[YearRow, ...]:
    parts = paths.allocations[alternative].values()
    paid = np.sum([row.paid_by_year for row in parts], axis=0)
    back = np.sum([row.back_by_year for row in parts], axis=0)
    out = np.cumsum(paid - back)
    months = 3 * QUARTERS_PER_YEAR
    return tuple(
        YearRow(
            year + 1,
            months_after(setting.request.first_day, months * year),
            _figures(setting, reached),
            float(paid[year]),
            float(back[year]),
            float(out[year]),
        )
        for year, reached in enumerate(paths.reached_by_year[alternative])
    )


def _allocation(
    setting: _Setting, placed: PlacedAllocation, task: AllocationTask, paths: AllocationPaths
) -> AllocationRun:
    allocation = placed.allocation
    assert isinstance(allocation, RunAllocation), "a run's allocations state a risk"
    kind = setting.kind(allocation)
    doubts = () if kind.doubts is None or task.course is None else kind.doubts(allocation.risk, task.course)
    return AllocationRun(
        id=task.id,
        instrument=placed.instrument.id,
        label=placed.instrument.label,
        risk_kind=kind.id,
        risk_label=kind.label,
        to_firms=_figures(setting, paths.reached),
        principal=_allocation_risk(setting, placed, paths),
        parties=_parties(placed.placement, paths),
        warnings=(*placed.warnings, *placed.outcome.warnings, *doubts),
    )


def _allocation_risk(setting: _Setting, placed: PlacedAllocation, paths: AllocationPaths) -> PrincipalRisk:
    return _risk(
        setting,
        definition=placed.instrument.principal_loss,
        placed_fen=placed.placement.money_fen,
        flows={"paid_in": paths.paid, "back": paths.back, "held": paths.held, "net": paths.net},
        loss=paths.loss,
        is_lost=paths.is_lost,
    )


def _whole_risk(
    setting: _Setting, placed: Sequence[PlacedAllocation], paths: RunPaths, alternative: str
) -> PrincipalRisk:
    rows = paths.allocations[alternative].values()
    flows = {
        "paid_in": np.sum([row.paid for row in rows], axis=0),
        "back": np.sum([row.back for row in rows], axis=0),
        "held": np.sum([row.held for row in rows], axis=0),
        "net": paths.net(alternative),
    }
    return _risk(
        setting,
        definition=_WHOLE_LOST,
        placed_fen=sum(row.placement.money_fen for row in placed),
        flows=flows,
        loss=paths.loss(alternative),
        is_lost=paths.is_lost(alternative),
    )


def _risk(
    setting: _Setting, *, definition: Label, placed_fen: int, flows: Mapping[str, Array], loss: Array, is_lost: Array
) -> PrincipalRisk:
    level = setting.request.tail_level_share
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


def _difference(setting: _Setting, paths: RunPaths, alternative: str, first: str) -> RunDifference:
    level = setting.request.tail_level_share

    def apart(of_paths: Callable[[str], Array]) -> Estimate:
        return mean_of(of_paths(alternative).astype(float) - of_paths(first).astype(float))

    money = {
        "to_firms": apart(paths.reached),
        "net": apart(paths.net),
        "expected_loss": apart(paths.loss),
        "tail_loss": apart(lambda name: tail_scores(paths.loss(name), level_share=level)),
    }
    return RunDifference(first, money, apart(paths.is_lost))


_WHOLE_LOST = Label(
    "各工具合计：收回与仍持有的合计低于投入（不足1倍），各工具盈亏相抵",
    "all instruments together: what came back and what is still held stay below what was paid in (below 1x); gains in"
    " one make up for losses in another",
)
_CONVENTIONS = (
    Label(
        "各工具由同一个共同因子联动；各方案使用同一组随机数，逐条路径相减比较",
        "one common factor joins all instruments; all alternatives run on the same random numbers and are compared path"
        " by path",
    ),
    Label(
        "进程说明何时到期，风险说明损失多少：各路径的到期时间相同，损失比例不同",
        "the course says when money ends, the risk says how much of it is lost: it ends at the same time on all paths",
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
