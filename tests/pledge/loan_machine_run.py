"""Run the loan machine for so many steps, always the same ones or always others."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.pledge.loan_machine import SEEN, LoanMachine

STEPS_EACH = 50


def run(steps: int, *, repeats_itself: bool) -> Counter[str]:
    """How often each thing happened, in steps that are the same at every call or others."""
    SEEN.clear()
    run_state_machine_as_test(
        LoanMachine,
        settings=settings(
            max_examples=steps // STEPS_EACH,
            stateful_step_count=STEPS_EACH,
            deadline=None,
            derandomize=repeats_itself,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return SEEN


def run_apart(steps: int) -> Counter[str]:
    """The same steps wherever this is called from: in a process that has imported nothing else.

    Hypothesis mixes the constants of every module of the project that is imported into what it draws, so that the
    steps, and what they happen to reach, would depend on which tests ran before.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(run, steps, repeats_itself=True).result()
