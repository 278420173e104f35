"""The working paper of a valuation: one definition, computed, shown, exported and perturbed.

A method builds a :class:`Sheet`: it states its inputs with their evidence and its lines as formulas, once.
``sheet.finish()`` computes it and gives a :class:`Worksheet`, which can be

* read: :meth:`Worksheet.value`, :meth:`Worksheet.row`, :meth:`Worksheet.as_document`;
* changed: :meth:`Worksheet.with_inputs` is the same definition with other inputs;
* computed for any number of draws: :meth:`Worksheet.simulate`, in blocks that fit the cache;
* exported: :func:`valuation.kernel.workbook.workbook_bytes` writes live formulas from the same expressions.

Numerical searches (lattices, quantiles) are lines of their own kind, :meth:`Sheet.search`: they enter the paper as
a value with an explanation, and the workbook says so in place of a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.compiled import Engine, is_compiled, kernel_of, run_kernel
from valuation.kernel.compiled_plan import Variable
from valuation.kernel.computation import common_length, compute, kind_of_draw
from valuation.kernel.entries import UNBOUNDED, Axis, Check, Entry, Input, Line, Search
from valuation.kernel.expression import Array, Expression, Name, evaluate, in_words, names_in
from valuation.kernel.figures import Amount, AmountSeries, Figure, Series
from valuation.kernel.labels import Label, Language, NamedWarning
from valuation.kernel.money import CURRENCIES
from valuation.uncertainty.distributions import Distribution

__all__ = ["Axis", "Check", "Entry", "Input", "Line", "Search", "Sheet", "Worksheet"]

#: Draws computed at a time: 8,192 doubles for 20 columns are 1.3 MB a line, which stays in the cache.
BLOCK_DRAWS = 8192


class Sheet:
    """Where a method writes down its definition; see the module's text."""

    def __init__(self, *, title: Label, axis: Axis) -> None:
        self.title = title
        self.axis = axis
        self._entries: dict[str, Entry] = {}
        self._checks: list[Check] = []
        self._values: dict[str, Array] = {}

    def figure(
        self,
        name: str,
        stated: Figure | Amount,
        *,
        label: Label,
        unit: str,
        domain: tuple[float, float] = UNBOUNDED,
    ) -> Name:
        """Enter one number from the request; it is uncertain if the request says so."""
        spread = _spread(stated)
        distribution = spread[0] if spread else None
        entry = Input(
            name,
            label,
            unit,
            False,
            stated.grade,
            stated.basis,
            stated.source,
            domain,
            distribution,
            isinstance(stated, Amount),
        )
        return self._enter(entry, np.array([float(stated.value)]))

    def series(
        self,
        name: str,
        stated: Series | AmountSeries,
        *,
        label: Label,
        unit: str,
        domain: tuple[float, float] = UNBOUNDED,
    ) -> Name:
        """Enter one number a column from the request; its uncertainty is a common multiplier."""
        self._check_length(name, len(stated.values))
        entry = Input(name, label, unit, True, stated.grade, stated.basis, stated.source, domain, stated.factor, True)
        return self._enter(entry, np.array([float(value) for value in stated.values])[:, None])

    def figure_or_series(
        self,
        name: str,
        stated: Figure | Series,
        *,
        label: Label,
        unit: str,
        domain: tuple[float, float] = UNBOUNDED,
    ) -> Name:
        """Enter one number for all columns, or one for each, as the request states it."""
        if isinstance(stated, Series):
            return self.series(name, stated, label=label, unit=unit, domain=domain)
        return self.figure(name, stated, label=label, unit=unit, domain=domain)

    def figure_row(
        self,
        name: str,
        stated: Sequence[Figure | Amount],
        *,
        label: Label,
        unit: str,
        domain: tuple[float, float] = UNBOUNDED,
    ) -> Name:
        """Enter one figure a column, each with its own evidence; the paper shows them together."""
        self._check_length(name, len(stated))
        grades = " / ".join(dict.fromkeys(figure.grade for figure in stated))
        basis = " | ".join(dict.fromkeys(figure.basis for figure in stated))
        uncertain = {column: spread for column, figure in enumerate(stated) if (spread := _spread(figure))}
        entry = Input(name, label, unit, True, grades, basis, None, domain, column_distributions=uncertain)
        return self._enter(entry, np.array([float(figure.value) for figure in stated])[:, None])

    def derived(self, name: str, number: float, *, label: Label, unit: str, reason: str) -> Name:
        """Enter one number that the engine derived from dates or from the subject, saying how."""
        return self._enter(Input(name, label, unit, False, "derived", reason), np.array([float(number)]))

    def derived_row(self, name: str, numbers: Sequence[float], *, label: Label, unit: str, reason: str) -> Name:
        """Enter one derived number a column, saying how they were derived."""
        self._check_length(name, len(numbers))
        return self._enter(
            Input(name, label, unit, True, "derived", reason), np.array(numbers, dtype=np.float64)[:, None]
        )

    def line(self, name: str, expression: Expression, *, label: Label, unit: str, total: bool = False) -> Name:
        """Add a computed line; ``total`` marks the figures a reader looks for."""
        unknown = [used for used in names_in(expression) if used not in self._entries]
        assert not unknown, f"line {name} uses {unknown}, which are not on the sheet"
        return self._enter(Line(name, label, unit, expression, total))

    def search(
        self,
        name: str,
        function: Callable[..., Array],
        arguments: Sequence[Name],
        *,
        label: Label,
        unit: str,
        explanation: Label,
        total: bool = False,
    ) -> Name:
        """Add a line found numerically: ``function`` takes scalar arrays of draws and gives one."""
        assert not any(argument.is_row for argument in arguments), "a search takes scalars"
        names = tuple(argument.name for argument in arguments)
        return self._enter(Search(name, label, unit, function, names, explanation, total))

    def check(
        self,
        name: str,
        expression: Expression,
        *,
        label: Label,
        severity: Literal["refuse", "warn"],
        expected: str,
        advice: str,
    ) -> None:
        """Add a condition that must hold (in every column, if it is a row)."""
        self._checks.append(Check(name, label, expression, severity, expected, advice))

    def finish(self) -> Worksheet:
        """Compute the sheet and make its refusals.

        Raises
        ------
        RefusalError : a line is not finite, or a check with severity *refuse* fails.
        """
        worksheet = Worksheet(
            self.title, self.axis, tuple(self._entries.values()), tuple(self._checks), dict(self._values)
        )
        worksheet.refuse_if_failed()
        return worksheet

    def _enter(self, entry: Entry, value: Array | None = None) -> Name:
        assert entry.name not in self._entries, f"{entry.name} stands on the sheet once"
        self._entries[entry.name] = entry
        if value is not None:
            self._values[entry.name] = value
        return Name(entry.name, entry.is_row)

    def _check_length(self, name: str, length: int) -> None:
        if length != len(self.axis.columns):
            raise InputError.of(
                name,
                found=f"{length} values",
                expected=f"{len(self.axis.columns)} values, one for each {self.axis.label.en}",
            )


@dataclass(frozen=True)
class Worksheet:
    """A computed working paper; immutable, a change is a new paper."""

    title: Label
    axis: Axis
    entries: tuple[Entry, ...]
    checks: tuple[Check, ...]
    inputs: Mapping[str, Array]
    computed: Mapping[str, Array] | None = None

    def __post_init__(self) -> None:
        if self.computed is None:
            object.__setattr__(self, "computed", compute(self.entries, self.inputs))

    # -- reading ---------------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the paper."""
        return tuple(entry.name for entry in self.entries)

    @property
    def totals(self) -> tuple[str, ...]:
        """The names of the lines a reader looks for."""
        return tuple(entry.name for entry in self.entries if not isinstance(entry, Input) and entry.is_total)

    @property
    def uncertain_inputs(self) -> tuple[Input, ...]:
        """The inputs whose evidence states a distribution."""
        return tuple(entry for entry in self.entries if isinstance(entry, Input) and entry.is_uncertain)

    def entry(self, name: str) -> Entry:
        """The definition of one name."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise UnknownNameError.among("worksheet name", found=name, known=self.names)

    def _input(self, name: str) -> Input:
        entry = self.entry(name)
        if not isinstance(entry, Input):
            raise InputError.of(name, found="a computed line", expected="the name of an input")
        return entry

    def value(self, name: str) -> float:
        """The value of a scalar."""
        assert not self.entry(name).is_row, f"{name} is a row"
        return float(self._values[name].reshape(-1)[0])

    def row(self, name: str) -> tuple[float, ...]:
        """The values of a row, one a column."""
        assert self.entry(name).is_row, f"{name} is a scalar"
        return tuple(float(number) for number in self._full_row(self._values, name)[:, 0])

    def formula_in_words(self, name: str, language: Language) -> str:
        """How the number came about: its formula, its search or its evidence."""
        entry = self.entry(name)
        if isinstance(entry, Line):
            labels = {each.name: each.label.text(language) for each in self.entries}
            return in_words(entry.expression, labels)
        return entry.explanation.text(language) if isinstance(entry, Search) else entry.basis

    # -- changing --------------------------------------------------------------------------------

    def with_inputs(self, changes: Mapping[str, float | Sequence[float]]) -> Worksheet:
        """The same definition with other input values: what a changed input cell gives."""
        inputs = dict(self.inputs)
        for name, new in changes.items():
            entry = self._input(name)
            array = np.array(new, dtype=np.float64).reshape(-1)
            inputs[name] = array[:, None] if entry.is_row else array
            if inputs[name].shape != self.inputs[name].shape:
                raise InputError.of(name, found=f"{array.size} values", expected=f"{self.inputs[name].size}")
        changed = replace(self, inputs=inputs, computed=None)
        changed.refuse_if_failed()
        return changed

    def simulate(
        self,
        draws: Mapping[str, Array],
        *,
        outputs: Sequence[str],
        block_draws: int = BLOCK_DRAWS,
        engine: Engine = "automatic",
        executor: Executor | None = None,
    ) -> dict[str, Array]:
        """What are the scalars ``outputs`` for each draw of the inputs?

        Parameters
        ----------
        draws : input name → array of shape ``(draws,)``. For a scalar these are its values, for a row they are
            multipliers of its stated values; an array ``(columns, draws)`` replaces the row.
        outputs : names of scalar lines.
        block_draws : how many draws NumPy computes at a time; it does not change any number.
        engine : ``numpy`` is the reference; ``compiled`` makes a kernel of the same expressions, whose results differ
            in the last digits (about 1e-12 of the largest term) and which pays for very many draws;
            ``automatic`` decides by the number of draws alone. Where a search depends on a drawn input there is no
            kernel and NumPy computes.
        executor : where a kernel computes its parts, in threads or processes; it does not change any number. NumPy
            computes alone.

        Returns
        -------
        output name → array of shape ``(draws,)``.

        Raises
        ------
        RefusalError : an output is not finite for some draw; NaN never leaves.
        """
        count = common_length(draws)
        found = self._by_kernel(draws, outputs, count, executor) if is_compiled(engine, count) else None
        if found is None:
            found = self._by_numpy(draws, outputs, count, block_draws)
        for name, numbers in zip(outputs, found, strict=True):
            _refuse_not_finite(name, numbers, "draws")
        return dict(zip(outputs, found, strict=True))

    def _by_kernel(
        self, draws: Mapping[str, Array], outputs: Sequence[str], count: int, executor: Executor | None
    ) -> Array | None:
        """The outputs from a kernel; None where there is none, or where a number is not finite and NumPy must say."""
        kinds = {name: kind_of_draw(self._input(name), numbers) for name, numbers in draws.items()}
        kernel = kernel_of(
            self.entries,
            self._values,
            [Variable(name, kind) for name, kind in kinds.items()],
            outputs=outputs,
            columns=len(self.axis.columns),
        )
        if kernel is None:
            return None
        found = run_kernel(kernel, list(draws.values()), rows_out=len(outputs), count=count, executor=executor)
        return found if np.isfinite(found).all() else None

    def _by_numpy(self, draws: Mapping[str, Array], outputs: Sequence[str], count: int, block_draws: int) -> Array:
        found = np.empty((len(outputs), count))
        for start in range(0, count, block_draws):
            block = slice(start, min(start + block_draws, count))
            values = compute(self.entries, self._drawn_inputs(draws, block), outputs)
            for position, name in enumerate(outputs):
                found[position, block] = values[name].reshape(-1)
        return found

    def _drawn_inputs(self, draws: Mapping[str, Array], block: slice) -> dict[str, Array]:
        inputs = dict(self.inputs)
        for name, numbers in draws.items():
            part = numbers[..., block]
            is_multiplier = self._input(name).is_row and part.ndim == 1
            inputs[name] = self.inputs[name] * part if is_multiplier else part
        return inputs

    # -- checking --------------------------------------------------------------------------------

    def refuse_if_failed(self) -> None:
        """Raise if a line is not finite or a refusing check fails."""
        refusing = [check for check in self.checks if check.severity == "refuse"]
        # A check that says why goes before the finiteness of what its condition would have spoiled.
        self._refuse([check for check in refusing if self._is_finite(check)])
        for entry in self.entries:
            _refuse_not_finite(entry.name, self._values[entry.name], self.axis.label.en)
        self._refuse(refusing)

    def _refuse(self, checks: Sequence[Check]) -> None:
        for check in checks:
            if not self._holds(check):
                raise RefusalError.of(
                    check.name, found=self._found(check), expected=check.expected, advice=check.advice
                )

    def _is_finite(self, check: Check) -> bool:
        return all(bool(np.all(np.isfinite(self._values[name]))) for name in names_in(check.expression))

    def warnings(self) -> tuple[NamedWarning, ...]:
        """The checks with severity *warn* that fail, as named doubts."""
        failed = [check for check in self.checks if check.severity == "warn" and not self._holds(check)]
        return tuple(
            NamedWarning(
                check.name,
                Label(f"{check.label.zh}：{self._found(check)}", f"{check.label.en}: {self._found(check)}"),
            )
            for check in failed
        )

    def _holds(self, check: Check) -> bool:
        return bool(np.all(evaluate(check.expression, self._values)))

    def _found(self, check: Check) -> str:
        """The numbers that the check looked at; for a row, in the first column that fails."""
        outcome = evaluate(check.expression, self._values).reshape(-1)
        column = int(np.argmin(outcome)) if check.expression.is_row else 0
        parts = []
        for name in names_in(check.expression):
            where = f"[{self.axis.columns[column]}]" if self.entry(name).is_row else ""
            number = self._full_row(self._values, name)[column if self.entry(name).is_row else 0, 0]
            parts.append(f"{name}{where} = {number:.6g}")
        return ", ".join(parts)

    def failing_shares(self, draws: Mapping[str, Array]) -> dict[str, float]:
        """In which share of the draws does each refusing check fail?

        The base case has passed them (or there would be no worksheet); a draw may still describe a world in which the
        valuation would have been refused. ``draws`` as in :meth:`simulate`.
        """
        refusing = [check for check in self.checks if check.severity == "refuse"]
        count = common_length(draws)
        failing = dict.fromkeys((check.name for check in refusing), 0.0)
        needed = [name for check in refusing for name in names_in(check.expression)]
        for start in range(0, count, BLOCK_DRAWS):
            block = slice(start, min(start + BLOCK_DRAWS, count))
            values = compute(self.entries, self._drawn_inputs(draws, block), needed)
            for check in refusing:
                holds = np.atleast_2d(evaluate(check.expression, values)).all(axis=0)
                failing[check.name] += np.count_nonzero(~np.broadcast_to(holds, block.stop - block.start))
        return {name: number / count for name, number in failing.items()}

    # -- as data ---------------------------------------------------------------------------------

    def as_document(self) -> dict[str, Any]:
        """The whole paper as JSON-safe data; money is written as text."""
        return {
            "title": self.title.as_document(),
            "axis": {"label": self.axis.label.as_document(), "columns": list(self.axis.columns)},
            "steps": [self._step_document(entry) for entry in self.entries],
        }

    def _step_document(self, entry: Entry) -> dict[str, Any]:
        numbers = self.row(entry.name) if entry.is_row else (self.value(entry.name),)
        written = [_written(number, entry.unit) for number in numbers]
        step: dict[str, Any] = {
            "name": entry.name,
            "kind": type(entry).__name__.lower(),
            "label": entry.label.as_document(),
            "unit": entry.unit,
            "value": written if entry.is_row else written[0],
            "explanation": {language: self.formula_in_words(entry.name, language) for language in ("zh", "en")},
        }
        if isinstance(entry, Input):
            step |= {"grade": entry.grade, "source": entry.source}
        else:
            step |= {"is_total": entry.is_total}
        return step

    @property
    def _values(self) -> Mapping[str, Array]:
        assert self.computed is not None, "a worksheet is computed when it is made"
        return self.computed

    def _full_row(self, values: Mapping[str, Array], name: str) -> Array:
        """A row that came out the same for every column is still shown in every column."""
        array = values[name]
        if not self.entry(name).is_row:
            return array.reshape(1, -1)
        return np.broadcast_to(array.reshape(-1, array.shape[-1]), (len(self.axis.columns), array.shape[-1]))


def _spread(stated: Figure | Amount) -> tuple[Distribution, bool] | None:
    """The distribution of a figure (of its values) or of an amount (of a multiplier), if it states one."""
    if isinstance(stated, Amount):
        return None if stated.factor is None else (stated.factor, True)
    return None if stated.distribution is None else (stated.distribution, False)


def _refuse_not_finite(name: str, numbers: Array, across: str) -> None:
    bad = int(np.count_nonzero(~np.isfinite(numbers)))
    if bad:
        raise RefusalError.of(
            name,
            found=f"{bad} of {numbers.size} values not finite across {across}",
            expected="finite numbers",
            advice="Check the inputs of this line for zero divisors and rates of −100 % or below",
        )


def _written(number: float, unit: str) -> str | float:
    """Money is written as text so that no reader takes it for an exact float."""
    return f"{number:.6f}" if unit.split("/")[0] in CURRENCIES else number
