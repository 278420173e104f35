"""How do ways to use public money differ on the same paths? Differences path by path, each with its standard error.

Either the alternatives of one run against one of them, or two runs (other terms, other amounts) of the same seed, paths
and quarters, alternative by alternative. Common random numbers take out of a difference what chance did to both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import SerializeAsAny, create_model

from leverage.run_answer import RunAnswer
from leverage.run_difference import figures_on_paths
from leverage.run_request import RunRequest
from leverage.simulation.statistics import Estimate, mean_of
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money
from valuation.kernel.sources import Source

__all__ = ["CompareRequest", "Compared", "RunComparison", "compare_request_model", "compare_runs"]

#: What two runs must have in common, else their paths are not the same.
_SAME = ("seed", "paths", "quarters", "first_day", "tail_level_share")


class CompareRequest(FrozenModel):
    """One run of several alternatives, or two runs on the same paths; ``against`` is the alternative of reference.

    In two runs each alternative of the second is compared with that of its id in the first.
    """

    run: SerializeAsAny[RunRequest]
    other: SerializeAsAny[RunRequest] | None = None
    against: Identifier | None = None

    def check(self) -> None:
        """Refuse what cannot be compared path by path.

        Raises
        ------
        InputError : one alternative alone, two runs of different paths, an unknown alternative.
        """
        names = [row.id for row in self.run.alternatives]
        if self.against is not None and self.against not in names:
            raise UnknownNameError.among("against", found=self.against, known=names)
        if self.other is None:
            if len(names) < 2:
                raise InputError.of("run.alternatives", found="one", expected="two or more, or another run beside it")
            return
        if self.against is not None:
            raise InputError.of("against", found=self.against, expected="none: two runs are compared by id")
        for field in _SAME:
            mine, theirs = getattr(self.run, field), getattr(self.other, field)
            if mine != theirs:
                raise InputError.of(f"other.{field}", found=theirs, expected=f"{mine}, as in the run: the same paths")
        if not set(names) & {row.id for row in self.other.alternatives}:
            raise InputError.of("other.alternatives", found="no id of the run", expected=f"one of {', '.join(names)}")


def compare_request_model(run: type[RunRequest]) -> type[CompareRequest]:
    """The request with the run model of this installation."""
    nested: Any = run
    return create_model(
        "LeverageCompareRequest",
        __base__=CompareRequest,
        __doc__=CompareRequest.__doc__,
        run=(nested, ...),
        other=(nested | None, None),
    )


@dataclass(frozen=True)
class Compared:
    """One figure of two ways: its means, and the mean of the differences path by path with its error."""

    of: float
    against: float
    difference: Estimate


@dataclass(frozen=True)
class RunComparison:
    """The answer: (alternative, the one compared with) → figure → the two and their difference."""

    request: CompareRequest
    runs: tuple[RunAnswer, ...]
    money: Mapping[tuple[str, str], Mapping[str, Compared]]
    probabilities: Mapping[tuple[str, str], Compared]
    digest: str

    @property
    def warnings(self) -> tuple[NamedWarning, ...]:
        """What the reader must know, of both runs."""
        return tuple(dict.fromkeys(row for run in self.runs for row in run.warnings))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the numbers come from, of both runs."""
        return tuple(dict.fromkeys(row for run in self.runs for row in run.scenario.sources))

    def as_document(self) -> dict[str, Any]:
        """The answer for JSON: money as text, probabilities as numbers."""
        given = self.runs[0].as_document()
        return {
            "question": "leverage_comparison",
            **{name: given[name] for name in ("dates", "programme", "first_day", "quarters", "paths", "seed")},
            "is_of_two_runs": self.request.other is not None,
            "comparisons": [self._row(*pair) for pair in self.money],
            "conventions": [*given["conventions"], _CONVENTION.as_document()],
            "warnings": [row.as_document() for row in self.warnings],
            "sources": [row.as_document() for row in self.sources],
            "engine_version": ENGINE_VERSION,
            "digest": self.digest,
        }

    def _row(self, name: str, against: str) -> dict[str, Any]:
        money = self.money[name, against]
        chance = self.probabilities[name, against]
        labels = {row.id: row.label for run in reversed(self.runs) for row in run.alternatives}
        return {
            "alternative": name,
            "label": labels[name].as_document(),
            "against": against,
            "against_label": labels[against].as_document(),
            "figures": {figure: _document(row, _yuan) for figure, row in money.items()},
            "loss_probability": _document(chance, float),
        }


def _document(row: Compared, told: Callable[[float], Any]) -> dict[str, Any]:
    return {
        "of": told(row.of),
        "against": told(row.against),
        "difference": told(row.difference.value),
        "standard_error": told(row.difference.error),
    }


def _yuan(amount: float) -> str:
    return Money.from_model(amount, currency="CNY", rounding="half_up").text


def compare_runs(request: CompareRequest, *, simulate: Callable[[RunRequest], RunAnswer]) -> RunComparison:
    """How do the alternatives differ, path by path?

    Parameters
    ----------
    simulate : answers a run; :func:`leverage.scenario_run.run_paths` with the catalogues of the installation.

    Raises
    ------
    InputError : see :meth:`CompareRequest.check`; all of ``run_paths``.

    Tested by: the run's own differences, a run with itself, ``tests/api/leverage/test_runs.py``.
    """
    request.check()
    first = simulate(request.run)
    runs = (first,) if request.other is None else (first, simulate(request.other))
    level = request.run.tail_level_share
    figures = {pair: _figures(runs, *pair, level=level) for pair in _pairs(request)}
    return RunComparison(
        request=request,
        runs=runs,
        money={pair: {name: row for name, row in rows.items() if name != _LOST} for pair, rows in figures.items()},
        probabilities={pair: rows[_LOST] for pair, rows in figures.items()},
        digest=digest_of({"leverage_comparison": [run.digest for run in runs], "against": request.against}),
    )


def _pairs(request: CompareRequest) -> list[tuple[str, str]]:
    names = [row.id for row in request.run.alternatives]
    if request.other is not None:
        return [(row.id, row.id) for row in request.other.alternatives if row.id in names]
    against = names[0] if request.against is None else request.against
    return [(name, against) for name in names if name != against]


_LOST = "is_lost"


def _figures(runs: tuple[RunAnswer, ...], name: str, against: str, *, level: float) -> dict[str, Compared]:
    of, by = (
        figures_on_paths(run.paths, each, tail_level_share=level)
        for run, each in ((runs[-1], name), (runs[0], against))
    )
    return {figure: _compared(on_paths, by[figure]) for figure, on_paths in of.items()}


def _compared(of: NDArray[np.float64], against: NDArray[np.float64]) -> Compared:
    return Compared(float(of.mean()), float(against.mean()), mean_of(of - against))


_CONVENTION = Label(
    "差值＝方案－对照方案，逐条路径相减后取平均；标准误为差值本身的标准误",
    "a difference is the way less the one compared with, path by path, then averaged; its error is its own",
)
