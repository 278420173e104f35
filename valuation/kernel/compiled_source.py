"""The text of a kernel: one worksheet definition written as loops over draws.

The columns of the paper are the outer loop, a block of draws the inner one. The inner loops have a fixed length and
no branches, so that a compiler turns each into SIMD code. Where a scalar depends on a total of a row, the work splits:
scalars of stage 0, rows of pass 0, scalars of stage 1 (which know the totals of pass 0), rows of pass 1 …

All text comes from here. Of the worksheet only names enter, as parts of identifiers that the plan has checked;
numbers enter as arguments, so that one kernel serves every valuation of the same structure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuation.kernel import expression as nodes
from valuation.kernel.compiled_plan import CannotCompileError, Plan, Quantile, Variable, is_total
from valuation.kernel.entries import Entry
from valuation.kernel.expression import Array, Expression, Name, evaluate, names_in

__all__ = ["LANES", "KernelText", "write_kernel"]

#: Draws computed side by side: a multiple of every SIMD width, and thirty quantities of 64 draws fill half a cache.
LANES = 64
#: How deep a formula is indented: in a loop over draws, or in one inside the loop over columns.
_IN_DRAWS, _IN_COLUMNS = 3, 4
#: A power is carried along no more columns than this, for the sake of its last digits.
_LONGEST_STEPPED = 250
_ARITHMETIC = {"+", "-", "*", "/"}
_COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=="}
#: Functions that a kernel calls by name.
_CALLED: Mapping[nodes._Function, str] = {
    nodes._LOG: "log({0})",
    nodes._ABS: "abs({0})",
    nodes._CDF: "normal_cdf({0})",
    nodes._MAX: "larger({0}, {1})",
    nodes._MIN: "smaller({0}, {1})",
    nodes._IF: "{1} if {0} != 0.0 else {2}",
}
#: Quantiles that are a function of a standard normal number ``x``, which the kernel draws for a whole block at once.
_OF_NORMAL: Mapping[str, str] = {"normal_quantile": "{0} + {1} * x", "lognormal_quantile": "exp({0} + {1} * x)"}


@dataclass(frozen=True)
class KernelText:
    """A kernel's source and what it wants: constant numbers, constant rows, arrays of draws, in this order.

    ``is_checked``: after the outputs comes one row more, which is not zero where an input left its domain.
    """

    source: str
    scalars: Array
    rows: Array
    arguments: tuple[str, ...]
    is_checked: bool


def write_kernel(
    entries: Sequence[Entry],
    computed: Mapping[str, Array],
    variables: Sequence[Variable],
    *,
    outputs: Sequence[str],
    columns: int,
) -> KernelText:
    """Which loops compute these outputs?

    Parameters
    ----------
    computed : the values of the paper as stated; whatever does not depend on a variable is taken from there.

    Raises
    ------
    CannotCompileError : a search depends on a variable, an output is a row, or a name is not one of ours.
    """
    return _Writer(Plan(entries, variables, outputs), computed, variables, columns).text(outputs)


class _Writer:
    """Writes the text; ``slots`` and ``kept`` say where the block's numbers of a scalar or a whole row stand."""

    def __init__(self, plan: Plan, computed: Mapping[str, Array], variables: Sequence[Variable], columns: int) -> None:
        self.plan = plan
        self.computed = computed
        self.columns = columns
        self.variables = {variable.name: variable for variable in variables}
        drawn_rows = [variable.name for variable in variables if variable.kind == "row"]
        self.kept = {name: index for index, name in enumerate([*drawn_rows, *plan.rows_read_later()])}
        self.is_checked = any(each.domain is not None for variable in variables for each in variable.quantiles)
        self.parts: dict[int, int] = {}
        self.scalar_parts, self.logarithms = plan.scalar_parts()
        self.part_names = {self._part(node) for node in self.scalar_parts}
        self.slots: dict[str, int] = {}
        self.scalars: list[float] = []
        self.rows: list[Array] = []
        self.streams: set[int] = set()
        self.out: list[str] = []
        self.temporaries = 0

    # -- the whole text ------------------------------------------------------------------------------

    def text(self, outputs: Sequence[str]) -> KernelText:
        body = self._body(outputs)
        arguments = tuple(each.argument for each in self.variables.values() if each.argument is not None)
        head = ", ".join(["origin", "draws", "scalars", "rows", "keys", "outputs", *arguments])
        top = [
            f"def kernel({head}):",
            # Unsigned indices: a signed one might count from the end, and asking that stops SIMD code.
            "    origin, count, columns = np.uint64(origin), np.uint64(draws), np.uint64(rows.shape[1])",
            f"    work = np.empty({max(len(self.slots), 1) * LANES})",
            "    uniforms, normals = np.empty(LANES), np.empty(LANES)",
            f"    kept = np.empty({max(len(self.kept), 1) * LANES} * rows.shape[1])",
            *(f"    at_{name} = np.uint64({index * LANES})" for name, index in self.slots.items()),
            *(f"    at_{name} = np.uint64({index}) * columns" for name, index in self.kept.items()),
            *(f"    s{index} = scalars[{index}]" for index in range(len(self.scalars))),
            *(f"    k{stream}a, k{stream}b = keys[{stream}, 0], keys[{stream}, 1]" for stream in sorted(self.streams)),
            "    for first in range(ZERO, count, LANES):",
            "        lanes = min(LANES, count - first)",
        ]
        rows = np.array(self.rows, dtype=np.float64).reshape(len(self.rows), self.columns)
        scalars = np.array(self.scalars, dtype=np.float64)
        return KernelText("\n".join(top + body) + "\n", scalars, rows, arguments, self.is_checked)

    def _body(self, outputs: Sequence[str]) -> list[str]:
        self._draw()
        for stage in range(self.plan.last_stage + 1):
            self._scalar_stage(stage)
            self._row_pass(stage)
        for position, name in enumerate(outputs):
            self._say(2, "for i in range(lanes):")
            number = self._slot(name) if name in self.plan.stages else self._constant(self.computed[name])
            self._say(3, f"outputs[{position}, first + i] = {number}")
        if self.is_checked:
            self._say(2, "for i in range(lanes):")
            self._say(3, f"outputs[{len(outputs)}, first + i] = {self._slot('_outside')}")
        return self.out

    def _say(self, depth: int, line: str) -> None:
        self.out.append("    " * depth + line)

    def _slot(self, name: str) -> str:
        """Where the block's numbers of this quantity stand, for draw ``i``."""
        self.slots.setdefault(name, len(self.slots))
        return f"work[at_{name} + i]"

    def _kept(self, name: str) -> str:
        return f"kept[(at_{name} + c) * LANES + i]"

    def _part(self, node: Expression) -> str:
        """A name for a part of a formula, told apart by the object."""
        return f"_part_{self.parts.setdefault(id(node), len(self.parts))}"

    # -- draws ---------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self.is_checked:
            self._say(2, "for i in range(LANES):")
            self._say(3, f"{self._slot('_outside')} = 0.0")
        for variable in self.variables.values():
            if variable.kind == "row":
                self._draw_row(variable)
            elif variable.quantile is not None:
                self._draw_quantile(self._slot(variable.name), variable.quantile)
            else:
                place = self._slot(variable.name)
                self._copy(2, place, f"{variable.argument}[first + i]", f"{variable.argument}[count - ONE]")

    def _draw_row(self, variable: Variable) -> None:
        place = self._kept(variable.name)
        self._say(2, "for c in range(columns):")
        if variable.argument is not None:
            self._copy(3, place, f"{variable.argument}[c, first + i]", f"{variable.argument}[c, count - ONE]")
            return
        self._say(3, f"stated = {self._constant_row(self.computed[variable.name])}")
        self._say(3, "for i in range(LANES):")
        self._say(4, f"{place} = stated")
        for column, quantile in variable.columns.items():
            self._say(2, f"c = np.uint64({column})")
            self._draw_quantile(place, quantile)

    def _copy(self, depth: int, place: str, each: str, last: str) -> None:
        """The last block may be short: its other lanes repeat the last draw, so that all blocks do the same work."""
        self._say(depth, "for i in range(lanes):")
        self._say(depth + 1, f"{place} = {each}")
        self._say(depth, "for i in range(lanes, LANES):")
        self._say(depth + 1, f"{place} = {last}")

    def _draw_quantile(self, place: str, quantile: Quantile) -> None:
        self.streams.add(quantile.stream)
        keys = f"k{quantile.stream}a, k{quantile.stream}b"
        numbers = [self._scalar(number) for number in quantile.numbers]
        if quantile.function in _OF_NORMAL:
            self._say(2, f"draw_normals(origin + first, {keys}, uniforms, normals)")
            self._say(2, "for i in range(LANES):")
            self._say(3, "x = normals[i]")
            self._say(3, f"x = {_OF_NORMAL[quantile.function].format(*numbers)}")
        else:
            self._say(2, "for i in range(LANES):")
            self._say(3, f"u = uniform(origin + first + i, {keys})")
            self._say(3, f"x = {quantile.function}(u, {', '.join(numbers)})")
        self._try_domain(quantile)
        self._say(3, f"{place} = x" if quantile.scale is None else f"{place} = x * {self._scalar(quantile.scale)}")

    def _try_domain(self, quantile: Quantile) -> None:
        if quantile.domain is None:
            return
        low, high = (self._scalar(end) for end in quantile.domain)
        for factor in quantile.reached_at:
            self._say(3, f"reached = x * {self._scalar(factor)}")
            self._say(3, f"outside = 1.0 if reached < {low} or reached > {high} else 0.0")
            self._say(3, f"{self._slot('_outside')} += outside")

    # -- scalars -------------------------------------------------------------------------------------

    def _scalar_stage(self, stage: int) -> None:
        """All scalars of the stage, then the scalar parts of row formulas that this stage makes known."""
        lines = self.plan.lines_at(stage, rows=False)
        parts = [node for node in self.scalar_parts if self.plan.stage(node) == stage]
        if not lines and not parts:
            return
        self._say(2, "for i in range(LANES):")
        known: dict[object, str] = {}
        for line in lines:
            known[line.name] = self._formula(line.expression, known, _IN_DRAWS)
            self._say(3, f"{self._slot(line.name)} = {known[line.name]}")
        for node in parts:
            if not isinstance(node, Name):
                self._say(3, f"{self._slot(self._part(node))} = {self._formula(node, known, _IN_DRAWS)}")
            if id(node) in self.logarithms:
                base = self._formula(node, known, _IN_DRAWS)
                self._say(3, f"{self._slot(self._part(node) + '_log')} = log(abs({base}))")

    # -- rows ----------------------------------------------------------------------------------------

    def _row_pass(self, stage: int) -> None:
        lines = self.plan.lines_at(stage, rows=True)
        totals = self.plan.totals_of(stage)
        if not lines and not totals:
            return
        self.carried: dict[str, str] = {}
        self.updates: dict[str, str] = {}
        start = len(self.out)
        self._say(2, "for c in range(columns):")
        opening = len(self.out)
        self.row_loads: dict[str, str] = {}
        self._say(3, "for i in range(LANES):")
        known: dict[object, str] = {}
        for line in lines:
            known[line.name] = self._formula(line.expression, known, _IN_COLUMNS)
            if line.name in self.kept:
                self._say(4, f"{self._kept(line.name)} = {known[line.name]}")
        for name in totals:
            place = self._slot(f"_total_{name}")
            self.carried[place] = "0.0"
            self._say(4, f"{place} += {self._formula(Name(name, is_row=True), known, _IN_COLUMNS)}")
        for place, number in self.updates.items():
            self._say(4, f"{place} = {number}")
        self.out[opening:opening] = [f"            {local} = {load}" for load, local in self.row_loads.items()]
        self.out[start:start] = self._cleared()

    def _cleared(self) -> list[str]:
        cleared = [f"            {place} = {first}" for place, first in self.carried.items()]
        return ["        for i in range(LANES):", *cleared] if cleared else []

    # -- formulas ------------------------------------------------------------------------------------

    def _formula(self, node: Expression, known: dict[object, str], depth: int) -> str:
        """A local variable (or constant) that holds the node's number for draw ``i``; each node is written once."""
        if not self.plan.varies(node):
            return self._constant_node(node, known)
        key: object = node.name if isinstance(node, Name) else id(node)
        if key not in known:
            local = self._local()
            text = self._written(node, known, depth)
            self._say(depth, f"{local} = {text}")
            known[key] = local
        return known[key]

    def _written(self, node: Expression, known: dict[object, str], depth: int) -> str:
        if isinstance(node, Name):
            return self._loaded(node)
        if depth == _IN_COLUMNS and self._part(node) in self.part_names:  # a scalar part, computed before the columns
            return self._slot(self._part(node))
        if isinstance(node, nodes._Binary):
            return self._binary(node, known, depth)
        assert isinstance(node, nodes._Call), "every expression is one of four kinds"
        return self._call(node, known, depth)

    def _loaded(self, node: Name) -> str:
        variable = self.variables.get(node.name)
        if node.name in self.kept:
            return self._kept(node.name)
        if variable is not None and variable.kind == "multiplier":
            return f"{self._row_load(self.computed[node.name])} * {self._slot(node.name)}"
        return self._slot(node.name)

    def _binary(self, node: nodes._Binary, known: dict[object, str], depth: int) -> str:
        if node.symbol == "**":
            return self._power(node, known, depth)
        left, right = self._formula(node.left, known, depth), self._formula(node.right, known, depth)
        if node.symbol in _ARITHMETIC:
            return f"{left} {node.symbol} {right}"
        return f"1.0 if {left} {_COMPARISONS[node.symbol]} {right} else 0.0"

    def _power(self, node: nodes._Binary, known: dict[object, str], depth: int) -> str:
        factors = self.plan.factors_of_power(node) if depth == _IN_COLUMNS else []
        if len(factors) == 1 and node.right.is_row and not self.plan.varies(node.right):
            with np.errstate(all="ignore"):
                row = np.broadcast_to(evaluate(node.right, self.computed), (self.columns, 1))
            if _even_step(row) is not None:
                part = self._part(node.left)
                base, logarithm = self._known_before(node.left), self._slot(part + "_log")
                return self._stepped(self._part(node), f"power_from_log({base}, {logarithm}, {{0}})", row)
        right = self._formula(node.right, known, depth)
        if factors:
            return self._power_of_factors(factors, right, known)
        base = self._formula(node.left, known, depth)
        if isinstance(node.right, nodes._Constant) and node.right.number == 2:
            return f"{base} * {base}"
        return f"power({base}, {right})"

    def _power_of_factors(
        self, factors: Sequence[tuple[str, Expression]], exponent: str, known: dict[object, str]
    ) -> str:
        """A power whose base is a product: its logarithm is a sum, of which each part is known before the columns."""
        signs: list[str] = []
        logarithms: list[str] = []
        for sign, factor in factors:
            if self.plan.varies(factor):
                logarithm = self._slot(self._part(factor) + "_log")
                signs.append(self._formula(factor, known, _IN_COLUMNS))
            else:
                with np.errstate(all="ignore"):
                    number = np.log(np.abs(evaluate(factor, self.computed)))
                logarithm = self._row_load(number) if factor.is_row else self._constant(number)
                signs.append(self._constant_node(factor, known))
            logarithms += [sign, logarithm] if logarithms or sign == "-" else [logarithm]
        return f"power_from_log({' * '.join(signs)}, {' '.join(logarithms)}, {exponent})"

    def _call(self, node: nodes._Call, known: dict[object, str], depth: int) -> str:
        if is_total(node):
            return self._slot(f"_total_{names_in(node)[0]}")
        if node.function in _CARRIES:
            return _CARRIES[node.function](self, node, known, depth)
        if node.function not in _CALLED:
            raise CannotCompileError("a function without a compiled form")
        return _CALLED[node.function].format(*(self._formula(each, known, depth) for each in node.arguments))

    # -- powers of evenly spaced exponents -----------------------------------------------------------

    def _exponential(self, node: nodes._Call, known: dict[object, str], depth: int) -> str:
        """``exp(s · row)``, s a scalar; over an even row each column is the last one times the same step."""
        factors = self.plan.factors_of_exponent(node) if depth == _IN_COLUMNS else []
        scalars = [factor for factor in factors if self.plan.varies(factor)]
        with np.errstate(all="ignore"):
            parts = [evaluate(factor, self.computed) for factor in factors if not self.plan.varies(factor)]
            row = np.broadcast_to(np.prod(np.broadcast_arrays(*parts), axis=0), (self.columns, 1)) if factors else None
        if row is None or not scalars or _even_step(row) is None:
            return f"exp({self._formula(node.arguments[0], known, depth)})"
        scalar = " * ".join(self._known_before(factor) for factor in scalars)
        return self._stepped(self._part(node), f"exp({scalar} * {{0}})", row)

    def _stepped(self, name: str, template: str, row: Array) -> str:
        """Carry a power from column to column; ``template`` takes an exponent and is filled in before the columns."""
        step = _even_step(row)
        assert step is not None, "only even rows are stepped"
        place, factor = self._slot(f"{name}_power"), self._slot(f"{name}_step")
        first = float(row[0, 0])
        self.carried[place] = template.format(self._scalar(first))
        self.carried[factor] = place if step == first else template.format(self._scalar(step))
        local = self._local()
        self._say(_IN_COLUMNS, f"{local} = {place}")
        self._say(_IN_COLUMNS, f"{place} = {local} * {factor}")
        return local

    def _known_before(self, node: Expression) -> str:
        """A varying scalar as it stands in memory when the columns begin."""
        if isinstance(node, Name):
            return self._slot(node.name)
        return self._slot(f"_total_{names_in(node)[0]}" if is_total(node) else self._part(node))

    def _cumulative(self, node: nodes._Call, known: dict[object, str], depth: int) -> str:
        is_product = node.function is nodes._CUMULATIVE_PRODUCT
        row = self._formula(node.arguments[0], known, depth)
        place = self._slot(self._part(node))
        self.carried[place] = "1.0" if is_product else "0.0"
        local = self._local()
        self._say(depth, f"{local} = {place} {'*' if is_product else '+'} {row}")
        self.updates[place] = local
        return local

    def _previous(self, node: nodes._Call, known: dict[object, str], depth: int) -> str:
        place = self._slot(self._part(node))
        self.carried[place] = "0.0"
        self.updates[place] = self._formula(node.arguments[0], known, depth)
        first = self._formula(node.arguments[1], known, depth)
        return f"{first} if c == ZERO else {place}"

    def _local(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"

    # -- constants -----------------------------------------------------------------------------------

    def _constant_node(self, node: Expression, known: dict[object, str]) -> str:
        if isinstance(node, nodes._Constant) and node.number in (0, 1, 2):
            return repr(node.number)
        if id(node) not in known:
            with np.errstate(all="ignore"):
                number = evaluate(node, self.computed)
            known[id(node)] = self._row_load(number) if node.is_row else self._constant(number)
        return known[id(node)]

    def _constant(self, number: Array) -> str:
        return self._scalar(float(number.reshape(-1)[0]))

    def _scalar(self, number: float) -> str:
        self.scalars.append(number)
        return f"s{len(self.scalars) - 1}"

    def _constant_row(self, row: Array) -> str:
        self.rows.append(np.broadcast_to(row.reshape(-1), (self.columns,)))
        return f"rows[{len(self.rows) - 1}, c]"

    def _row_load(self, row: Array) -> str:
        """A local that holds a constant row's number in column ``c``, loaded before the loop over draws."""
        local = f"r{len(self.rows)}"
        self.row_loads[self._constant_row(row)] = local
        return local


_CARRIES: Mapping[nodes._Function, Callable[[_Writer, nodes._Call, dict[object, str], int], str]] = {
    nodes._CUMULATIVE_PRODUCT: _Writer._cumulative,
    nodes._CUMULATIVE_SUM: _Writer._cumulative,
    nodes._PREVIOUS: _Writer._previous,
    nodes._EXP: _Writer._exponential,
}


def _even_step(row: Array) -> float | None:
    """The step of a row that grows away from zero in even steps; None for any other row.

    Away from zero, so that a power carried along the row goes from one towards zero or infinity and keeps its digits.
    A column adds about two roundings: over the longest row allowed that is 1e-13.
    """
    if not 2 < row.shape[0] <= _LONGEST_STEPPED or not np.isfinite(row).all():
        return None
    first, step = row[0, 0], (row[-1, 0] - row[0, 0]) / (row.shape[0] - 1)
    even = first + step * np.arange(row.shape[0])
    is_even = np.all(np.abs(row[:, 0] - even) <= 4e-16 * np.abs(row).max())
    return float(step) if is_even and step * first >= 0 else None
