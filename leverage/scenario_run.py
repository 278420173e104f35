"""How much finance reaches firms, when, and how probably is how much principal lost? A scenario on many paths.

The scenario says how much and from whom (:mod:`leverage.scenario`), each allocation's course says when, its risk says
how uncertain; every instrument turns the three into money by its own mechanics. One common factor joins all
instruments, and all alternatives run on the same random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leverage.frontier import RiskLimits
from leverage.instrument import Instrument, Placement
from leverage.path_money import CourseShares
from leverage.programme import MoneyLine, Payment, Programme
from leverage.risk import RiskKind, RunSpan, load_risks
from leverage.run_answer import RunAnswer
from leverage.run_blocks import AllocationTask, simulate_run
from leverage.run_figures import SimulatedAllocation, run_answer
from leverage.run_frontier import RunFrontier, frontier_of_run
from leverage.run_request import MAXIMUM_STEPS, RunAllocation, RunRequest, run_request_model
from leverage.scenario import PlacedAllocation, money_lines, placed_allocations, run_scenario
from leverage.timetable import available_shares, course_on_quarters
from valuation.errors import InputError, NotBuiltError, RefusalError
from valuation.kernel.dated import DatedTable
from valuation.kernel.discovery import named

__all__ = ["run_frontier", "run_paths", "run_request_model"]


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
    parts = {name: [_simulated(setting, place, row) for place, row in enumerate(rows)] for name, rows in placed.items()}
    _check_work(request, parts)
    paths = simulate_run(
        {name: [part.task for part in rows] for name, rows in parts.items()},
        quarters=request.quarters,
        paths=request.paths,
        seed=request.seed,
        executor=executor,
        progress=progress,
        is_cancelled=is_cancelled,
    )
    return run_answer(request, programme=setting.programme, scenario=scenario, parts=parts, paths=paths)


def run_frontier(
    request: RunRequest,
    *,
    alternative: str,
    tail_loss_shares: Sequence[float],
    limits: RiskLimits | None = None,
    largest_shares: Mapping[str, float] | None = None,
    tolerance_share: Decimal = Decimal(0),
    programmes: Mapping[str, Programme],
    policies: Mapping[str, DatedTable],
    instruments: Mapping[str, Instrument] | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> RunFrontier:
    """How would the money of an alternative best be divided among its instruments, at each limit of the tail loss?

    Parameters
    ----------
    alternative : the one whose instruments stand side by side; only it is simulated.
    tail_loss_shares : rising limits of the conditional value at risk, per unit of public money.
    limits : further limits at all points; the level of the tail is the request's when not given.
    largest_shares : instrument (allocation) → the largest share of the money it may have.
    tolerance_share : how far a government share may exceed a policy's largest share.

    Raises
    ------
    UnknownNameError : no such alternative or allocation.
    NotBuiltError : a programme that limits one of the instruments.
    RefusalError : see :func:`leverage.run_frontier.frontier_of_run`. All of :func:`run_paths`.

    Tested by: ``tests/leverage/test_run_frontier.py``.
    """
    asked = named({row.id: row for row in request.alternatives}, alternative, field="alternative")
    alone = request.model_copy(update={"alternatives": (asked,)})
    catalogues: dict[str, Any] = {"programmes": programmes, "policies": policies, "instruments": instruments}
    _refuse_programme_limits(alone, programmes)
    answer = run_paths(alone, executor=executor, progress=progress, is_cancelled=is_cancelled, **catalogues)
    return frontier_of_run(
        answer,
        alternative=alternative,
        placed=placed_allocations(alone, **catalogues)[alternative],
        tail_loss_shares=tail_loss_shares,
        limits=limits or RiskLimits(tail_level_share=request.tail_level_share),
        largest_shares=largest_shares,
        tolerance_share=tolerance_share,
    )


def _refuse_programme_limits(request: RunRequest, programmes: Mapping[str, Programme]) -> None:
    """A programme's limit on an instrument is one on money of its lines; points know shares of the whole only."""
    limits = () if request.programme is None else programmes[request.programme].limits
    used = {str(getattr(row, "instrument", "")) for _, row in request.allocations()}
    if hit := [limit.instrument for limit in limits if limit.instrument in used]:
        raise NotBuiltError(
            f"programme {request.programme} limits {', '.join(hit)}, which no frontier knows;"
            " state largest_shares for a request with money lines of its own"
        )


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


def _simulated(setting: _Setting, place: int, placed: PlacedAllocation) -> SimulatedAllocation:
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
    _refuse_worth_beside(kind, placed)
    span = _span(setting, placed.placement)
    course = _course(allocation, span, is_grown=kind.grows_fund)
    draw = kind.prepare(allocation.risk, span)
    task = AllocationTask(allocation.id, place, hook, allocation.terms, placed.placement, draw, course)
    return SimulatedAllocation(placed, kind, task)


def _check_work(request: RunRequest, parts: Mapping[str, Sequence[SimulatedAllocation]]) -> None:
    """Refuse more random numbers than a run may draw, before the first is drawn."""
    numbers = sum(part.numbers(request.quarters) for rows in parts.values() for part in rows)
    if request.paths * numbers > MAXIMUM_STEPS:
        raise RefusalError.of(
            "paths",
            found=f"{request.paths} paths of {numbers} own random numbers",
            expected=f"at most {MAXIMUM_STEPS} in all",
            advice="Ask for fewer paths, companies or alternatives",
        )


def _refuse_worth_beside(kind: RiskKind, placed: PlacedAllocation) -> None:
    """Interest beside firms' whole worth would be paid by nobody, and hide losses."""
    pays_beside = placed.instrument.pays_beside
    if kind.states_worth and pays_beside is not None and pays_beside(placed.allocation.terms):
        raise InputError.of(
            f"{placed.allocation.id}.risk.kind",
            found=f"{kind.id}, which says what the firms are worth in all, beside agreed interest",
            expected="a risk of what is lost of the claim, or terms without interest",
        )


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
    return RunSpan(placement.allocation, first_day, setting.request.quarters, available)
