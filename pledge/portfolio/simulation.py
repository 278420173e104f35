"""What does a book lose, scenario by scenario, and who bears it? The full simulation, in blocks on any executor."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio import _reference
from pledge.portfolio._problem import Problem, problem_of
from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.cancelled import SimulationCancelledError
from pledge.portfolio.checkpoint import BlockLosses, Checkpoint
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation_plan import MAXIMUM_LOAN_SCENARIOS, NO_STRESS, SimulationPlan, Stress
from valuation.errors import InputError
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.fast_random import stream_keys

__all__ = [
    "COMPILED_FROM",
    "Engine",
    "Progress",
    "SimulationCancelledError",
    "check_span",
    "loan_contributions",
    "run_digest",
    "simulate_book",
    "simulate_stresses",
]

Array = NDArray[np.float64]
Engine = Literal["automatic", "numpy", "compiled"]

#: Loans times scenarios from which a kernel pays in a fresh process: half a minute to compile, against some 3 million
#: a second by the reference.
COMPILED_FROM = 10**8
#: Loans times scenarios the reference holds in memory at a time.
_REFERENCE_CELLS = 2**19
MAXIMUM_WORKERS = 64
#: Periods from the first to the last sale: what is due is kept by scenario and period.
MAXIMUM_SPAN = 200


@dataclass(frozen=True)
class Progress:
    """How far a run is; ``block`` is what was just done, for a caller who keeps a checkpoint."""

    scenarios_done: int
    scenarios_in_all: int
    block: BlockLosses


def simulate_book(
    book: LoanBook,
    rule: SharingRule,
    plan: SimulationPlan,
    *,
    stress: Stress = NO_STRESS,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    workers: int = 1,
    checkpoint: Checkpoint | None = None,
    engine: Engine = "automatic",
) -> BookLosses:
    """What does the book lose in each scenario, and how is it shared?

    Borrower i of sector s fails by the end of t years when ``X_i = r_i Y_s + √(1 − r_i²) ε_i < Φ⁻¹(1 − (1 − PD_i)^t)``.
    Its collateral is worth ``V = V₀ exp((d − σ²/2) t + σ √t s_i)`` with a score s_i tied to Y_s and ε_i, of which the
    sale brings ``V (1 − damage)(1 − cost)(1 + k)^−(years to sale)``. What is then missing of principal and interest is
    the loss; the rule shares it (:class:`SharingRule`). Losses count in money of the period of default.

    Parameters
    ----------
    executor : a process pool, a thread pool, the executor of a cluster's client (anything with ``submit``); a block is
        one task. None: this process, on ``workers`` threads. Neither changes a bit of the result.
    progress : called after every block with what was done.
    cancel : asked before every block; when it says True the run stops with :class:`SimulationCancelledError`.
    checkpoint : blocks done earlier; only the others are computed.
    engine : ``numpy`` computes every loan of every scenario, the kernel only those that fail; they agree to about
        1e-12 of the book, and ``automatic`` goes by the size alone.

    Raises
    ------
    InputError : loans × scenarios above the limit, or a checkpoint of another run.

    References
    ----------
    Glasserman, Li (2005), Importance sampling for portfolio credit risk, Management Science 51 (the model, the shift).

    Tested by: binomial mixture, Vasicek's limit, convolution without correlation (second ways), the NumPy reference,
    the same bits on any workers and after a restart; ``tests/pledge/portfolio/test_simulation.py``.
    """
    _refuse_size(book, plan, workers)
    digest = run_digest(book, rule, plan, stress=stress, engine=engine)
    done = checkpoint or Checkpoint(digest)
    if done.digest != digest:
        expected = "a checkpoint of the same book, rule, plan, stress and engine"
        raise InputError.of("checkpoint.digest", found=done.digest, expected=expected)
    problem = problem_of(book, rule, plan, stress)
    is_compiled = engine == "compiled" or (engine == "automatic" and book.size * plan.scenarios >= COMPILED_FROM)
    blocks = dict(done.blocks)
    todo = [number for number in range(plan.blocks) if number not in blocks]
    with _executor(executor, workers) as submit:
        for block in _computed(submit, problem, plan, todo, is_compiled, lambda: _stop(cancel, digest, blocks, plan)):
            blocks[block.number] = block
            if progress is not None:
                finished = sum(plan.block_size(number) for number in blocks)
                progress(Progress(finished, plan.scenarios, block))
    return BookLosses.of_blocks([blocks[number] for number in range(plan.blocks)], book=book, rule=rule, plan=plan)


def simulate_stresses(
    book: LoanBook,
    rule: SharingRule,
    plan: SimulationPlan,
    stresses: tuple[Stress, ...],
    *,
    executor: Executor | None = None,
    workers: int = 1,
    engine: Engine = "automatic",
) -> dict[str, BookLosses]:
    """What does the book lose under each of the named stresses? The same random numbers in all of them.

    Raises
    ------
    InputError : two stresses of one name.
    """
    names = [stress.name for stress in stresses]
    if len(set(names)) != len(names) or not names:
        raise InputError.of("stresses", found=names, expected="one or more stresses, each with its own name")
    return {
        stress.name: simulate_book(book, rule, plan, stress=stress, executor=executor, workers=workers, engine=engine)
        for stress in stresses
    }


def loan_contributions(
    book: LoanBook,
    rule: SharingRule,
    plan: SimulationPlan,
    scenario_weights: Array,
    *,
    stress: Stress = NO_STRESS,
    engine: Engine = "automatic",
) -> Array:
    """What does each loan add to a weighted sum of scenarios? Scenarios of weight zero are not computed again.

    Parameters
    ----------
    scenario_weights : ``(scenarios,)``.

    Returns
    -------
    Array ``(3, loans)`` in the order of the book: loss, covered loss, pool's loss.

    Tested by: sums over loans against the run itself, ``tests/pledge/portfolio/test_contributions.py``.
    """
    problem = problem_of(book, rule, plan, stress)
    is_compiled = engine == "compiled" or (engine == "automatic" and book.size * plan.scenarios >= COMPILED_FROM)
    found = np.zeros((3, book.size))
    for number in range(plan.blocks):
        start = number * plan.block
        weights = scenario_weights[start : start + plan.block_size(number)]
        chosen = np.flatnonzero(weights)
        if chosen.size:
            add = _contributions_by_kernel if is_compiled else _contributions_by_numpy
            found += add(problem, plan, number, chosen, weights[chosen])
    in_book: Array = np.empty_like(found)
    in_book[:, problem.order] = found
    return in_book


def run_digest(
    book: LoanBook, rule: SharingRule, plan: SimulationPlan, *, stress: Stress = NO_STRESS, engine: Engine = "automatic"
) -> str:
    """Which run is this? A fingerprint of everything a result depends on."""
    text = hashlib.sha256(f"{ENGINE_VERSION} {engine} {plan} {rule} {stress} {book.sectors.names}".encode())
    for array in (book.sectors.correlation, book.sector, *book.columns.values()):
        text.update(np.ascontiguousarray(array).tobytes())
    for table in book.value_tables:
        text.update(table.values_cny.tobytes())
    return text.hexdigest()


def check_span(book: LoanBook, plan: SimulationPlan) -> None:
    """Refuse periods so short that the last sale lies very many of them away: what is due is kept by each.

    Raises
    ------
    InputError : more than 200 periods from the first to the last sale.

    Tested by: ``tests/api/portfolios/test_bad_runs.py``.
    """
    sale = float(book.columns["time_to_sale_years"].max()) / plan.period_years
    if plan.periods + sale > MAXIMUM_SPAN:
        found = f"{plan.period_years} with {plan.periods} periods and a sale after {sale:g} more"
        raise InputError.of("period_years", found=found, expected=f"at most {MAXIMUM_SPAN} periods until the last sale")


def _refuse_size(book: LoanBook, plan: SimulationPlan, workers: Any) -> None:
    if book.size * plan.scenarios > MAXIMUM_LOAN_SCENARIOS:
        found = f"{book.size} loans × {plan.scenarios} scenarios"
        raise InputError.of("scenarios", found=found, expected=f"a product of at most {MAXIMUM_LOAN_SCENARIOS}")
    check_span(book, plan)
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= MAXIMUM_WORKERS:
        raise InputError.of("workers", found=workers, expected=f"a whole number from 1 to {MAXIMUM_WORKERS}")


Submit = Callable[..., "Future[BlockLosses]"]


@contextmanager
def _executor(given: Executor | None, workers: int) -> Iterator[Submit]:
    if given is not None:
        yield given.submit
    elif workers == 1:
        yield _at_once
    else:
        with ThreadPoolExecutor(workers) as threads:
            yield threads.submit


def _at_once(function: Callable[..., BlockLosses], *arguments: object) -> Future[BlockLosses]:
    done: Future[BlockLosses] = Future()
    done.set_result(function(*arguments))
    return done


def _stop(cancel: Callable[[], bool] | None, digest: str, blocks: dict[int, BlockLosses], plan: SimulationPlan) -> None:
    if cancel is not None and cancel():
        raise SimulationCancelledError(Checkpoint(digest, dict(blocks)), blocks=plan.blocks)


def _computed(
    submit: Submit,
    problem: Problem,
    plan: SimulationPlan,
    todo: list[int],
    is_compiled: bool,
    stop: Callable[[], None],
) -> Iterator[BlockLosses]:
    """The blocks in order; a few tasks wait at the executor, so that a cancelled run ends soon."""
    waiting: deque[Future[BlockLosses]] = deque()
    try:
        for number in todo:
            stop()
            waiting.append(submit(_run_block, problem, plan, number, is_compiled))
            if waiting[0].done() or len(waiting) >= 2 * MAXIMUM_WORKERS:
                yield waiting.popleft().result()
        while waiting:
            stop()
            yield waiting.popleft().result()
    finally:
        for task in waiting:
            task.cancel()


def _run_block(problem: Problem, plan: SimulationPlan, number: int, is_compiled: bool) -> BlockLosses:
    """One task: the scenarios of a block. A worker process compiles the kernel when it meets it first."""
    keys = stream_keys(plan.seed, number, streams=1)[0]
    count, plain = plan.block_size(number), plan.plain_scenarios(number)
    kept = count if plan.keeps_pool_payments else 0
    if not is_compiled:
        sums, exhausted, payments = _by_numpy(problem, keys, count, plain)
        return BlockLosses(number, sums, exhausted.astype(np.int16), payments[:kept].astype(np.float32))
    # Imported here: numba takes half a second that nobody else need pay.
    from pledge.portfolio._kernels import losses_kernel, room_for

    sums, exhausted = np.empty((5, count)), np.empty(count, np.int64)
    payments = np.empty((kept, problem.periods_in_all))
    losses_kernel(problem, room_for(problem), keys, count, plain, sums, exhausted, payments)
    return BlockLosses(number, sums, exhausted.astype(np.int16), payments.astype(np.float32))


def _by_numpy(problem: Problem, keys: NDArray[np.uint64], count: int, plain: int) -> tuple[Array, ...]:
    step = max(1, _REFERENCE_CELLS // problem.size)
    parts = [
        _reference.losses(problem, keys, np.arange(first, min(first + step, count)), plain)
        for first in range(0, count, step)
    ]
    sums, exhausted, payments = zip(*parts, strict=True)
    return np.concatenate(sums, axis=1), np.concatenate(exhausted), np.concatenate(payments)


def _contributions_by_kernel(
    problem: Problem, plan: SimulationPlan, number: int, chosen: NDArray[np.int64], weights: Array
) -> Array:
    from pledge.portfolio._kernels import contributions_kernel, room_for

    keys, found = stream_keys(plan.seed, number, streams=1)[0], np.zeros((3, problem.size))
    plain = plan.plain_scenarios(number)
    contributions_kernel(problem, room_for(problem, tile=1), keys, chosen, weights, plain, found)
    return found


def _contributions_by_numpy(
    problem: Problem, plan: SimulationPlan, number: int, chosen: NDArray[np.int64], weights: Array
) -> Array:
    plain = plan.plain_scenarios(number)
    keys, found = stream_keys(plan.seed, number, streams=1)[0], np.zeros((3, problem.size))
    step = max(1, _REFERENCE_CELLS // problem.size)
    for first in range(0, chosen.size, step):
        part = slice(first, first + step)
        found += _reference.contributions(problem, keys, chosen[part], weights[part], plain)
    return found
