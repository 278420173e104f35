"""How much work is a run? Everything that draws a scenario is counted before the first one is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from pledge.portfolio.importance import PILOT_SCENARIOS, PILOTS
from pledge.portfolio.simulation_plan import SimulationPlan
from valuation.errors import InputError

__all__ = ["Work", "refuse_work"]

#: A scenario of a small book is not free: factors are drawn and losses kept.
_LEAST_LOANS = 50


@dataclass(frozen=True)
class Work:
    """The loans of a book, and how often its scenarios are drawn.

    The base run, one for each stress, and the scenarios of the tail once more for the contributions of the loans
    (at most all of them); the pilots of importance sampling.
    """

    loans: int
    scenarios: int
    stresses: int
    is_shifted: bool

    @property
    def pilots(self) -> int:
        """Scenarios drawn to find the shift."""
        return PILOTS * PILOT_SCENARIOS if self.is_shifted else 0

    @property
    def loan_scenarios(self) -> int:
        """The whole work in loans × scenarios."""
        return max(self.loans, _LEAST_LOANS) * (self.scenarios * (2 + self.stresses) + self.pilots)

    @property
    def told(self) -> str:
        """The sum as a reader can check it."""
        loans = f"{max(self.loans, _LEAST_LOANS)} loans"
        runs = f"{self.scenarios} scenarios × {2 + self.stresses} (base, tail again, {self.stresses} stresses)"
        pilots = f" + {self.pilots} pilot scenarios" if self.pilots else ""
        return f"{loans} × ({runs}{pilots}) = {self.loan_scenarios}"


def refuse_work(work: Work, plan: SimulationPlan, *, limit: int | None) -> None:
    """Stop a run that would take too long for its caller to wait.

    Raises
    ------
    InputError : naming the work asked for, the limit, and where larger runs are computed.

    Tested by: ``tests/api/portfolios/test_bad_runs.py``.
    """
    assert work.scenarios == plan.scenarios, "the work is that of the plan"
    if limit is not None and work.loan_scenarios > limit:
        expected = (
            f"at most {limit} loan-scenarios in one request (IPFIN_MAX_LOAN_SCENARIOS); "
            "larger runs by the command line: ipfin portfolio"
        )
        raise InputError.of("plan.scenarios", found=work.told, expected=expected)
