"""How a frontier among the instruments of a run is asked: the run, the grid of limits, what else is held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, SerializeAsAny, create_model

from leverage.frontier import MAXIMUM_POINTS, RiskLimits
from leverage.programme import Programme
from leverage.run_frontier import RunFrontier
from leverage.run_request import RunRequest
from leverage.scenario_run import run_frontier
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import DecimalText, FrozenModel, Identifier

__all__ = ["FrontierRequest", "HeldLimits", "answer_frontier", "frontier_request_model"]

_Limit = Annotated[float, Field(ge=0, le=1)]


class HeldLimits(FrozenModel):
    """Limits on each yuan of public money that hold at all points; see :class:`leverage.frontier.RiskLimits`."""

    lost_principal_share: _Limit | None = None
    out_share: _Limit | None = None
    loss_probability_share: _Limit | None = None
    confidence_share: Annotated[float, Field(gt=0.5, lt=1)] | None = 0.95


class FrontierRequest(FrozenModel):
    """A run, the alternative whose instruments share the money, and the rising limits of the tail loss.

    ``alternative`` may be left out where there is one. ``largest_shares`` caps an instrument's part of the money. What
    the policies that an allocation names exclude gets nothing; ``tolerance_share`` is how far a government share may
    exceed its limit.
    """

    run: SerializeAsAny[RunRequest]
    alternative: Identifier | None = None
    tail_loss_shares: Annotated[tuple[_Limit, ...], Field(min_length=1, max_length=MAXIMUM_POINTS)]
    limits: HeldLimits = HeldLimits()
    largest_shares: Annotated[dict[Identifier, _Limit], Field(max_length=50)] = Field(default_factory=dict)
    tolerance_share: Annotated[DecimalText, Field(ge=0, le=1)] = Decimal(0)


def frontier_request_model(run: type[RunRequest]) -> type[FrontierRequest]:
    """The request with the run model of this installation."""
    nested: Any = run
    return create_model(
        "LeverageFrontierRequest", __base__=FrontierRequest, __doc__=FrontierRequest.__doc__, run=(nested, ...)
    )


def answer_frontier(
    request: FrontierRequest,
    *,
    programmes: Mapping[str, Programme],
    policies: Mapping[str, DatedTable],
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RunFrontier:
    """Which allocations of the money bring most finance to firms at each limit of the tail loss?

    Raises
    ------
    InputError : no alternative named where there are several; see :func:`leverage.scenario_run.run_frontier`.

    Tested by: the domain asked directly (second way), ``tests/api/leverage/test_runs.py``.
    """
    names = [row.id for row in request.run.alternatives]
    if request.alternative is None and len(names) > 1:
        raise InputError.of("alternative", found="nothing", expected=f"one of {', '.join(names)}")
    level = request.run.tail_level_share
    return run_frontier(
        request.run,
        alternative=request.alternative or names[0],
        tail_loss_shares=request.tail_loss_shares,
        limits=RiskLimits(tail_level_share=level, **request.limits.model_dump()),
        largest_shares=request.largest_shares,
        tolerance_share=request.tolerance_share,
        programmes=programmes,
        policies=policies,
        executor=executor,
        progress=progress,
    )
