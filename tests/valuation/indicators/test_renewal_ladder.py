"""Are hazards and survival those of the counts, with censored cohorts left out and not counted as survivors?

Checked against: arithmetic by hand, the binomial error (identity without censoring), bounds (hypothesis).
"""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError, RefusalError
from valuation.indicators.renewal_ladder import FeeStage, LapseCohort, fee_ladder, stages_of

AGES = (4.0, 8.0, 12.0)
OLD = LapseCohort("2000", 1000, (100, 180, 216))
YOUNG = LapseCohort("2006", 2000, (200, 360))
YOUNGEST = LapseCohort("2010", 4000, (400,))


def test_a_ladder_by_hand() -> None:
    """Hand: hazards 100/1000, 180/900, 216/720; survival 0.9, 0.72, 0.504."""
    steps = fee_ladder(stages_of([OLD], ages_years=AGES))
    assert [step.hazard_share for step in steps] == pytest.approx([0.1, 0.2, 0.3])
    assert [step.survival_share for step in steps] == pytest.approx([0.9, 0.72, 0.504])
    assert steps[1].hazard_error == pytest.approx(math.sqrt(0.2 * 0.8 / 900))
    assert [(step.age_years, step.at_risk, step.lapsed) for step in steps] == [
        (4.0, 1000, 100),
        (8.0, 900, 180),
        (12.0, 720, 216),
    ]


def test_a_young_cohort_counts_only_for_the_fees_it_has_met() -> None:
    """Hand: at risk 7000, then 900 + 1800, then 720; the young neither lapse nor survive later."""
    stages = stages_of([OLD, YOUNG, YOUNGEST], ages_years=AGES)
    assert [(stage.at_risk, stage.lapsed) for stage in stages] == [(7000, 700), (2700, 540), (720, 216)]
    assert fee_ladder(stages)[-1].survival_share == pytest.approx(0.504), "same hazards, same survival"


def test_to_count_the_young_as_survivors_would_be_wrong() -> None:
    wrong = stages_of([OLD, LapseCohort("2006", 2000, (200, 360, 0))], ages_years=AGES)
    assert (
        fee_ladder(wrong)[-1].survival_share > fee_ladder(stages_of([OLD, YOUNG], ages_years=AGES))[-1].survival_share
    )


counts = st.lists(st.integers(0, 300), min_size=1, max_size=3)


@given(counts, st.integers(1, 1000))
def test_without_censoring_survival_is_the_share_in_force(lapsed: list[int], remaining: int) -> None:
    """Identity: Greenwood's error of one cohort is the binomial error of its share in force."""
    granted = sum(lapsed) + remaining
    last = fee_ladder(stages_of([LapseCohort("all", granted, tuple(lapsed))], ages_years=AGES))[-1]
    share = remaining / granted
    assert last.survival_share == pytest.approx(share)
    assert last.survival_error == pytest.approx(math.sqrt(share * (1 - share) / granted), abs=1e-12)


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 1)), min_size=1, max_size=6))
def test_survival_never_rises_and_stays_a_share(rows: list[tuple[int, float]]) -> None:
    stages = [FeeStage(age + 1.0, at_risk, int(share * at_risk)) for age, (at_risk, share) in enumerate(rows)]
    survival = [1.0, *(step.survival_share for step in fee_ladder(stages))]
    assert all(0 <= later <= earlier for earlier, later in itertools.pairwise(survival))


def test_when_all_lapse_nothing_is_left_to_doubt() -> None:
    last = fee_ladder([FeeStage(4.0, 10, 10)])[-1]
    assert (last.survival_share, last.survival_error, last.hazard_error) == (0.0, 0.0, 0.0)


def test_a_sample_of_lapsed_patents_alone_is_refused() -> None:
    lapsed_only = [LapseCohort("2005", 647, (250, 240, 157))]
    with pytest.raises(RefusalError, match="cohorts: found no patent in force, expected cohorts of all granted"):
        stages_of(lapsed_only, ages_years=AGES)


def test_a_fee_nobody_has_met_is_no_stage() -> None:
    assert [stage.age_years for stage in stages_of([YOUNGEST], ages_years=AGES)] == [4.0]


@pytest.mark.parametrize(
    "cohort",
    [
        LapseCohort("x", 10, (5, 6)),
        LapseCohort("x", 10, (-1,)),
        LapseCohort("x", 0, ()),
        LapseCohort("x", 10, (1, 1, 1, 1)),
    ],
)
def test_impossible_cohorts_are_named(cohort: LapseCohort) -> None:
    with pytest.raises(InputError, match=r"cohorts.x: found"):
        stages_of([cohort], ages_years=AGES)


@pytest.mark.parametrize(
    "stages",
    [
        [],
        [FeeStage(4, 10, 1), FeeStage(4, 9, 1)],
        [FeeStage(0, 10, 1)],
        [FeeStage(4, 10, 11)],
        [FeeStage(4, 0, 0)],
        [FeeStage(4, 10, -1)],
    ],
)
def test_impossible_stages_are_refused(stages: list[FeeStage]) -> None:
    with pytest.raises(InputError, match="stages"):
        fee_ladder(stages)
