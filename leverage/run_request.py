"""How the simulated run of a scenario is asked: the scenario, and for each allocation how uncertain it is."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import reduce
from typing import Annotated, Any

from pydantic import Field, SerializeAsAny
from pydantic_core import PydanticCustomError

from leverage.instrument import Instrument
from leverage.request import AllocationRequest, ScenarioRequest, request_model_on
from leverage.risk import load_risks
from valuation.kernel.fields import Day, FrozenModel, WholeNumber
from valuation.kernel.randomness import MAXIMUM_SEED

__all__ = ["MAXIMUM_PATHS", "MAXIMUM_QUARTERS", "MAXIMUM_STEPS", "RunAllocation", "RunRequest", "run_request_model"]

MAXIMUM_PATHS, MAXIMUM_QUARTERS = 1_000_000, 240
#: Quarters of allocations on all paths together, and likewise their own random numbers: minutes of one processor.
MAXIMUM_STEPS = 10**9
_Inside = Annotated[float, Field(gt=0, lt=1)]


class RunAllocation(AllocationRequest):
    """One use of one instrument, and what chance makes of the firms' money.

    ``risk`` is of one of the kinds in ``leverage/risks``. All but the growth of a fund go with a ``course``: it says
    when, the risk says how much.
    """

    risk: SerializeAsAny[FrozenModel]


class RunRequest(ScenarioRequest):
    """What :func:`leverage.scenario_run.run_paths` answers; made complete by :func:`run_request_model`.

    Quarter 1 begins on ``first_day``; years are of four quarters from there. ``tail_level_share`` is the level of the
    conditional value at risk, ``quantile_shares`` the probabilities of the quantiles.
    """

    first_day: Day
    quarters: Annotated[WholeNumber, Field(ge=2, le=MAXIMUM_QUARTERS)] = 40
    paths: Annotated[WholeNumber, Field(ge=2, le=MAXIMUM_PATHS)]
    seed: Annotated[WholeNumber, Field(ge=0, le=MAXIMUM_SEED)]
    tail_level_share: _Inside = 0.95
    quantile_shares: Annotated[tuple[_Inside, ...], Field(min_length=1, max_length=99)] = (0.05, 0.25, 0.5, 0.75, 0.95)

    def model_post_init(self, context: object) -> None:
        """Refuse more work than a run may do, and quantiles that do not rise."""
        super().model_post_init(context)
        allocations = sum(1 for _ in self.allocations())
        steps = self.paths * self.quarters * allocations
        if steps > MAXIMUM_STEPS:
            found = {"most": MAXIMUM_STEPS, "found": steps}
            raise PydanticCustomError("steps", "paths × quarters × allocations of at most {most}, not {found}", found)
        if list(self.quantile_shares) != sorted(set(self.quantile_shares)):
            raise PydanticCustomError("quantiles", "quantile_shares that rise")


def run_request_model(instruments: Mapping[str, Instrument] | None = None) -> type[RunRequest]:
    """Which request of a run is understood today? Instruments and kinds of risk are the files of their folders.

    Parameters
    ----------
    instruments : the catalogue; the files of ``leverage/instruments`` when not given.

    Tested by: ``tests/leverage/test_run_request.py`` (every kind of risk is in the schema; bad inputs).
    """
    union: Any = reduce(operator.or_, [kind.terms_model for kind in load_risks().values()])
    risk: Any = Annotated[union, Field(discriminator="kind")]
    return request_model_on(
        RunRequest, RunAllocation, instruments=instruments, more_of_allocation={"risk": (risk, ...)}
    )
