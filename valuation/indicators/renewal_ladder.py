"""How many patents survive each renewal fee? Hazards and survival by age from counts, with their standard errors.

A patent lapses when a fee is not paid, so that lapses come in steps. At each step the hazard is the share of the
patents then in force that lapse; survival is the product of what remains (Kaplan and Meier's estimate on grouped ages).
Cohorts too young for a step are left out of it: they are censored, not surviving.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from valuation.errors import InputError, RefusalError

__all__ = ["FeeStage", "LadderStep", "LapseCohort", "fee_ladder", "stages_of"]


@dataclass(frozen=True)
class FeeStage:
    """One step of the ladder: patents in force when the fee fell due, and how many of them lapsed."""

    age_years: float
    at_risk: int
    lapsed: int


@dataclass(frozen=True)
class LapseCohort:
    """Patents of one year: how many were granted, survivors included, and how many lapsed at each fee.

    ``lapsed_by_stage`` holds only the steps that all patents of the cohort have met: a shorter tuple is a younger
    cohort, not one without lapses.
    """

    name: str
    granted: int
    lapsed_by_stage: tuple[int, ...]


@dataclass(frozen=True)
class LadderStep:
    """What is known after one fee: the hazard at it and the survival through it, each with its standard error."""

    age_years: float
    at_risk: int
    lapsed: int
    hazard_share: float
    hazard_error: float
    survival_share: float
    survival_error: float


def stages_of(cohorts: Sequence[LapseCohort], *, ages_years: Sequence[float]) -> tuple[FeeStage, ...]:
    """How many patents of all cohorts met each fee, and how many lapsed at it?

    Parameters
    ----------
    ages_years : rising ages of the fees, from grant.

    Returns
    -------
    One stage for each fee that at least one cohort has met.

    Raises
    ------
    InputError : counts that are negative, more lapses than grants, more steps than ages.
    RefusalError : nobody survives in any cohort: a sample of lapsed patents alone, which says nothing of hazards.

    Tested by: hand; censoring by comparison; ``tests/valuation/indicators/test_renewal_ladder.py``.
    """
    for cohort in cohorts:
        _check_cohort(cohort, len(ages_years))
    if all(sum(cohort.lapsed_by_stage) == cohort.granted for cohort in cohorts):
        raise RefusalError.of(
            "cohorts",
            found="no patent in force",
            expected="cohorts of all granted patents",
            advice="A sample of lapsed patents alone has a hazard of one; add the patents still in force",
        )
    stages = []
    for stage, age in enumerate(ages_years):
        met = [cohort for cohort in cohorts if len(cohort.lapsed_by_stage) > stage]
        at_risk = sum(cohort.granted - sum(cohort.lapsed_by_stage[:stage]) for cohort in met)
        if at_risk:
            stages.append(FeeStage(age, at_risk, sum(cohort.lapsed_by_stage[stage] for cohort in met)))
    return tuple(stages)


def fee_ladder(stages: Sequence[FeeStage]) -> tuple[LadderStep, ...]:
    """Which share lapses at each fee, and which share survives up to it?

    ``hazard h = lapsed / at risk`` with error ``√(h (1 − h) / at risk)``; ``S = ∏ (1 − h)`` with Greenwood's error
    ``S √Σ h / (at risk · (1 − h))``. The errors are those of counting; they know nothing of how years differ.

    Raises
    ------
    InputError : no stage, ages that do not rise, counts that cannot be.

    References
    ----------
    Kaplan and Meier (1958), JASA 53. Greenwood (1926), The natural duration of cancer, appendix.

    Tested by: hand, identity (without censoring survival is the share in force and Greenwood's error the binomial
    one), bounds (hypothesis); ``tests/valuation/indicators/test_renewal_ladder.py``.
    """
    ages = [stage.age_years for stage in stages]
    if not ages or any(later <= earlier for earlier, later in itertools.pairwise([0.0, *ages])):
        raise InputError.of("stages", found=f"ages {ages}", expected="one stage or more, at rising ages above zero")
    steps, survival, variance_sum = [], 1.0, 0.0
    for stage in stages:
        if not 0 <= stage.lapsed <= stage.at_risk or stage.at_risk < 1:
            found = f"{stage.lapsed} lapses of {stage.at_risk}"
            raise InputError.of(f"stages at {stage.age_years:g}", found=found, expected="0 ≤ lapsed ≤ at risk")
        hazard = stage.lapsed / stage.at_risk
        survival *= 1 - hazard
        # Once nobody survives nothing is left to be uncertain about: the product below is zero.
        variance_sum += 0.0 if hazard == 1 else hazard / (stage.at_risk * (1 - hazard))
        steps.append(
            LadderStep(
                age_years=stage.age_years,
                at_risk=stage.at_risk,
                lapsed=stage.lapsed,
                hazard_share=hazard,
                hazard_error=math.sqrt(hazard * (1 - hazard) / stage.at_risk),
                survival_share=survival,
                survival_error=survival * math.sqrt(variance_sum),
            )
        )
    return tuple(steps)


def _check_cohort(cohort: LapseCohort, steps: int) -> None:
    lapsed = cohort.lapsed_by_stage
    if len(lapsed) > steps:
        raise InputError.of(f"cohorts.{cohort.name}", found=f"{len(lapsed)} steps", expected=f"at most {steps}")
    if cohort.granted < 1 or any(count < 0 for count in lapsed) or sum(lapsed) > cohort.granted:
        found = f"{lapsed} lapses of {cohort.granted}"
        raise InputError.of(f"cohorts.{cohort.name}", found=found, expected="counts ≥ 0 within those granted")
