"""Runs, comparisons and frontiers over HTTP and from a file: the same domain, with a limit of work over HTTP."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.answered import Answered, without_ending
from api.bodies import read_model
from api.catalogues import Catalogues
from api.files import read_file, read_with_valuation
from leverage.frontier_request import FrontierRequest, answer_frontier, frontier_request_model
from leverage.risk import RiskKind, load_risks
from leverage.run_comparison import CompareRequest, compare_request_model, compare_runs
from leverage.run_request import RunRequest, run_request_model
from leverage.run_workbook import run_workbook
from leverage.scenario_run import run_paths
from valuation.errors import InputError
from valuation.kernel.digest import digest_of
from valuation.kernel.labels import NamedWarning
from valuation.kernel.sources import Source

__all__ = ["MAXIMUM_STEPS_OVER_HTTP", "RunServices"]

#: Quarters of instruments on all paths together that one request may ask for: some seconds.
MAXIMUM_STEPS_OVER_HTTP = 20_000_000
#: Points of a frontier over HTTP: each may be a search.
MAXIMUM_POINTS_OVER_HTTP = 12


@dataclass(frozen=True)
class RunServices:
    """What an installation answers of runs; ``executor`` and ``progress`` for a terminal, where ``is_limited`` is off.

    Attributes
    ----------
    catalogues : programmes, policies and models of the installation.
    is_limited : whether the limits of one HTTP request hold.
    """

    catalogues: Catalogues
    is_limited: bool = True
    executor: Executor | None = None
    progress: Callable[[int, int], None] | None = None

    @functools.cached_property
    def models(self) -> tuple[type[RunRequest], type[CompareRequest], type[FrontierRequest]]:
        """The request models of a run, a comparison and a frontier."""
        run = run_request_model()
        return run, compare_request_model(run), frontier_request_model(run)

    def run(self, request: RunRequest) -> Answered:
        """How much finance reaches firms, when, and how probably is how much principal lost?

        Raises
        ------
        InputError : more work than one request may ask for; see :func:`leverage.scenario_run.run_paths`.
        """
        self._check(request, field="")
        answer = run_paths(request, **self._with())
        document = answer.as_document()
        return _answered(document, answer.warnings, answer.scenario.sources, answer.digest, run_workbook(answer))

    def compare(self, request: CompareRequest) -> Answered:
        """How do ways to use public money differ, path by path?"""
        for field, run in (("run", request.run), ("other", request.other)):
            if run is not None:
                self._check(run, field=f"{field}.")
        answer = compare_runs(request, simulate=lambda each: run_paths(each, **self._with()))
        return _answered(answer.as_document(), answer.warnings, answer.sources, answer.digest)

    def frontier(self, request: FrontierRequest) -> Answered:
        """Which allocations bring most finance to firms at each limit of risk?"""
        self._check(request.run, field="run.")
        if self.is_limited and len(request.tail_loss_shares) > MAXIMUM_POINTS_OVER_HTTP:
            raise InputError.of(
                "tail_loss_shares",
                found=f"{len(request.tail_loss_shares)} limits",
                expected=f"at most {MAXIMUM_POINTS_OVER_HTTP} over HTTP; ipfin leverage-frontier takes more",
            )
        answer = answer_frontier(request, **self._with())
        digest = digest_of({"leverage_frontier": request.model_dump(mode="json"), "run": answer.run.digest})
        return _answered(answer.as_document(), answer.warnings, answer.run.scenario.sources, digest)

    def run_file(self, path: Path) -> Answered:
        """Answer the run of a file."""
        return self.run(read_model(self.models[0], read_file(path)))

    def compare_file(self, path: Path) -> Answered:
        """Answer the comparison of a file."""
        return self.compare(read_model(self.models[1], read_with_valuation(path)))

    def frontier_file(self, path: Path) -> Answered:
        """Answer the frontier of a file."""
        return self.frontier(read_model(self.models[2], read_with_valuation(path)))

    def _with(self) -> dict[str, Any]:
        return {
            "programmes": self.catalogues.programmes,
            "policies": self.catalogues.leverage_policies,
            "executor": self.executor,
            "progress": self.progress,
        }

    def _check(self, request: RunRequest, *, field: str) -> None:
        kinds = load_risks()
        steps = request.paths * sum(_work(kinds, row, request.quarters) for _, row in request.allocations())
        if self.is_limited and steps > MAXIMUM_STEPS_OVER_HTTP:
            raise InputError.of(
                f"{field}paths",
                found=f"{request.paths} paths, {steps} = paths × quarters (or own random numbers) of all allocations",
                expected=f"at most {MAXIMUM_STEPS_OVER_HTTP} over HTTP; the commands of ipfin take more",
            )


def _work(kinds: Mapping[str, RiskKind], allocation: Any, quarters: int) -> int:
    """What a path of an allocation costs: its quarters, or the random numbers of its own where these are more."""
    return max(quarters, kinds[allocation.risk.kind].numbers(allocation.risk, quarters))


def _answered(
    document: Mapping[str, Any],
    warnings: tuple[NamedWarning, ...],
    sources: tuple[Source, ...],
    digest: str,
    workbook: bytes | None = None,
) -> Answered:
    return Answered(without_ending(document), warnings, sources, digest, workbook)
