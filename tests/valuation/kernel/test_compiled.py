"""Does a compiled kernel compute what NumPy computes, and refuse where NumPy refuses?

Checked against: :meth:`Worksheet.simulate` on NumPy, the reference, for random expression graphs (hypothesis: many of
them with the kernel's text run as plain Python, some compiled), for relief from royalty in its variants, and for every
method's sample with all its inputs drawn. Threads, processes and no executor: the same bits. NumPy and SciPy for the
elementary functions, special numbers included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import special

from tests.valuation.asking import DATES, PATENT, amounts, figure, relief, series
from tests.valuation.kernel.test_worksheet import LABEL, drawn, paper, started
from tests.valuation.kernel.test_worksheet import figure as stated_figure
from tests.valuation.kernel.test_worksheet import series as stated_series
from tests.valuation.method_samples import SAMPLES, conclusion, sample
from valuation.assets.patent import Patent
from valuation.errors import RefusalError
from valuation.income.relief_from_royalty import METHOD, ReliefFromRoyaltyInputs
from valuation.kernel import compiled, fast_math
from valuation.kernel.compiled import PART_DRAWS, is_compiled, kernel_of, run_kernel
from valuation.kernel.compiled_plan import Variable
from valuation.kernel.compiled_source import LANES, KernelText
from valuation.kernel.entries import Input
from valuation.kernel.expression import (
    Array,
    Expression,
    Name,
    absolute,
    choose,
    cumulative_product,
    cumulative_sum,
    exponential,
    larger,
    logarithm,
    normal_cdf,
    previous,
    smaller,
    total,
)
from valuation.kernel.fast_random import counter_uniforms, stream_keys
from valuation.kernel.fields import Dates, parse
from valuation.kernel.method import Setting
from valuation.kernel.randomness import block_generator
from valuation.kernel.worksheet import Worksheet

#: Odd, so that the last block of lanes is short.
COUNT = 3 * LANES + 17


def kernel_for(worksheet: Worksheet, draws: dict[str, Array], outputs: list[str]) -> KernelText | None:
    kinds: dict[str, Any] = {}
    for name, numbers in draws.items():
        kinds[name] = "value" if not worksheet.entry(name).is_row else ("row" if numbers.ndim == 2 else "multiplier")
    variables = [Variable(name, kind) for name, kind in kinds.items()]
    assert worksheet.computed is not None
    columns = len(worksheet.axis.columns)
    return kernel_of(worksheet.entries, worksheet.computed, variables, outputs=outputs, columns=columns)


def run_as_python(kernel: KernelText, draws: dict[str, Array]) -> Array:
    """The kernel's text without a compiler: NumPy's own functions for the elementary ones."""
    counts = {"ZERO": np.uint64(0), "ONE": np.uint64(1), "LANES": np.uint64(LANES)}
    functions = {"exp": np.exp, "log": np.log, "power": np.power, "normal_cdf": special.ndtr}
    functions |= {"larger": np.maximum, "smaller": np.minimum}
    functions |= {"power_from_log": lambda sign, logarithm, b: np.copysign(np.exp(b * logarithm), sign)}
    namespace: dict[str, Any] = {"np": np} | counts | functions
    exec(kernel.source, namespace)
    count = next(iter(draws.values())).shape[-1]
    found = np.empty((1, count))
    with np.errstate(all="ignore"):
        keys = np.zeros((0, 2), dtype=np.uint64)
        namespace["kernel"](0, count, kernel.scalars, kernel.rows, keys, found, *draws.values())
    return found[0]


def assert_same(worksheet: Worksheet, draws: dict[str, Array], output: str = "value", relative: float = 1e-12) -> None:
    reference = worksheet.simulate(draws, outputs=[output], engine="numpy")[output]
    found = worksheet.simulate(draws, outputs=[output], engine="compiled")[output]
    assert kernel_for(worksheet, draws, [output]) is not None, "there is a kernel, or the comparison would be empty"
    np.testing.assert_allclose(found, reference, rtol=relative, atol=0)


# --- random expression graphs ---------------------------------------------------------------------


def bounded(node: Expression) -> Expression:
    """Keep a graph's numbers between 0.01 and 100, so that errors stay small and nothing overflows."""
    return larger(smaller(node, 100), 0.01)


UNARY: dict[str, Callable[[Name], Expression]] = {
    "exp": lambda a: exponential(-(a / 20)),
    "log": lambda a: logarithm(1 + a),
    "abs": lambda a: absolute(0.5 * a - 2 * a),
    "cdf": lambda a: normal_cdf(a - 1),
    "square": lambda a: a**2,
    "root": lambda a: a**0.5,
    "inverse": lambda a: 1 / a,
}
BINARY: dict[str, Callable[[Name, Name], Expression]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - 0.5 * smaller(a, b),
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a ** smaller(b, 3),
    "discount": lambda a, b: (1 + a) ** -smaller(b, 3),
    "quotient_power": lambda a, b: (a / b) ** smaller(a, 2),
    "choose": lambda a, b: choose(a > b, then=a + 1, otherwise=b + 2),
    "count": lambda a, b: (a < b) + (a <= b) + (a > b) + (a >= b) + a.equals(b),
}
ROW_ONLY: dict[str, Callable[[Name, Name], Expression]] = {
    "running_sum": lambda a, b: cumulative_sum(a) + b,
    "running_product": lambda a, b: cumulative_product(a) * b,
    "previous": lambda a, b: previous(a, first=b),
    "share": lambda a, b: a / total(a) + b,
    "running_after_total": lambda a, b: cumulative_sum(a) / total(a) * b,
}
STEP = st.tuples(st.sampled_from([*UNARY, *BINARY, *ROW_ONLY, "total"]), st.integers(0, 30), st.integers(0, 30))


def graph(steps: list[tuple[str, int, int]], rows: list[float]) -> Worksheet:
    """A paper of two scalars, two rows and random lines over all that stands before them."""
    sheet = started()
    names: list[Name] = [
        sheet.figure("x", stated_figure(1.3), label=LABEL, unit="1"),
        sheet.figure("y", stated_figure(0.7), label=LABEL, unit="1"),
        sheet.series("row", stated_series(*rows), label=LABEL, unit="1"),
        sheet.series("other", stated_series(*reversed(rows)), label=LABEL, unit="1"),
    ]
    for position, (operation, first, second) in enumerate(steps):
        made = step(operation, names, first, second)
        names.append(sheet.line(f"line_{position}", bounded(made), label=LABEL, unit="1"))
    summed = [total(name) if name.is_row else name for name in names[4:]]
    value: Expression = names[0] + names[1]
    for each in summed:
        value = value + each
    sheet.line("value", value, label=LABEL, unit="1", total=True)
    return sheet.finish()


def step(operation: str, names: list[Name], first: int, second: int) -> Expression:
    rows = [name for name in names if name.is_row]
    a, b = names[first % len(names)], names[second % len(names)]
    row = rows[first % len(rows)]
    if operation == "total":
        return total(row)
    if operation in ROW_ONLY:
        return ROW_ONLY[operation](row, b)
    return UNARY[operation](a) if operation in UNARY else BINARY[operation](a, b)


GRAPH = st.builds(graph, st.lists(STEP, min_size=1, max_size=8), st.lists(st.floats(0.2, 3), min_size=3, max_size=3))
DRAWN = st.sets(st.sampled_from(["x", "y", "row", "other"]), min_size=1)


def graph_draws(names: set[str], columns: bool) -> dict[str, Array]:
    """Values of scalars; multipliers of rows, or whole rows column by column."""
    random = block_generator(7, 0)
    every = {name: random.uniform(0.3, 2.5, COUNT) for name in ("x", "y", "row")}
    every["other"] = random.uniform(0.3, 2.5, (3, COUNT) if columns else COUNT)
    return {name: every[name] for name in every if name in names}


@given(worksheet=GRAPH, names=DRAWN, columns=st.booleans())
@settings(max_examples=150)
def test_the_text_of_a_random_graph_says_what_numpy_computes(
    worksheet: Worksheet, names: set[str], columns: bool
) -> None:
    draws = graph_draws(names, columns)
    kernel = kernel_for(worksheet, draws, ["value"])
    assert kernel is not None
    reference = worksheet.simulate(draws, outputs=["value"], engine="numpy")["value"]
    np.testing.assert_allclose(run_as_python(kernel, draws), reference, rtol=1e-12)


@given(worksheet=GRAPH, names=DRAWN, columns=st.booleans())
@settings(max_examples=4)
def test_a_compiled_random_graph_is_numpy_to_twelve_digits(
    worksheet: Worksheet, names: set[str], columns: bool
) -> None:
    assert_same(worksheet, graph_draws(names, columns))


def test_all_operations_at_once_compiled() -> None:
    """Each operation of the random graphs at least once, on rows, on scalars and after a total."""
    operations = [*UNARY, *BINARY, *ROW_ONLY, "total"]
    steps = [(operation, 2 + 3 * position, 3 + 7 * position) for position, operation in enumerate(operations)]
    worksheet = graph(
        [*steps, ("share", 5, 9), ("previous", 11, 2), ("total", 24, 0), ("multiply", 26, 27)], [1, 2, 0.5]
    )
    assert_same(worksheet, graph_draws({"x", "y", "row", "other"}, columns=True))


# --- methods --------------------------------------------------------------------------------------


def royalty(**changes: Any) -> Worksheet:
    setting = Setting(
        parse(Patent, PATENT | {"expiry_date": "2050-12-31"}),
        parse(Dates, DATES | {"valuation_date": "2020-12-31"}),
        "CNY",
    )
    return METHOD.build(parse(ReliefFromRoyaltyInputs, relief(20, **changes)), setting).worksheet


WEIBULL = {"kind": "weibull", "shape": figure(1.5), "scale_years": figure(14.0), "age_years": figure(3.0)}
EXPONENTIAL = {"kind": "exponential", "annual_hazard": figure(0.05)}
STRAIGHT = {"kind": "straight_line", "years": figure(10.0)}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "weibull": {"survival": WEIBULL},
    "exponential, tax amortisation": {"survival": EXPONENTIAL, "tax_amortisation": STRAIGHT},
    "mid-year, weibull, tax amortisation": {"survival": WEIBULL, "tax_amortisation": STRAIGHT, "timing": "mid_year"},
    "stub year": {"first_year_end": "2021-06-30", "survival": WEIBULL, "timing": "mid_year"},
    "losses": {"owner_cost": amounts(*[45_000.0 + 1000 * year for year in range(20)]), "tax_on_losses": "not_credited"},
    "profit test, a rate each year": {
        "operating_margin_share": figure(0.3),
        "royalty_rate_share": series([0.03 + 0.001 * year for year in range(20)]),
    },
}


def spread(worksheet: Worksheet, share: float = 0.1, count: int = COUNT) -> dict[str, Array]:
    """Every input that may differ, moved up and down by up to a share of itself: rows by a multiplier."""
    random, draws = block_generator(11, 0), {}
    for entry in worksheet.entries:
        if not isinstance(entry, Input):
            continue
        factor = random.uniform(1 - share, 1 + share, count)
        low, high = entry.domain
        moved = factor if entry.is_row else np.clip(worksheet.inputs[entry.name] * factor, low, high)
        draws[entry.name] = moved
    return draws


@pytest.mark.parametrize("variant", VARIANTS)
def test_relief_from_royalty_is_numpy_to_twelve_digits(variant: str) -> None:
    """Losses can cancel a value almost to nothing, so there the error is measured against the largest values."""
    worksheet = royalty(**VARIANTS[variant])
    draws = spread(worksheet)
    if variant != "losses":
        assert_same(worksheet, draws)
        return
    reference = worksheet.simulate(draws, outputs=["value"], engine="numpy")["value"]
    found = worksheet.simulate(draws, outputs=["value"], engine="compiled")["value"]
    assert np.max(np.abs(found - reference)) <= 1e-12 * np.max(np.abs(reference))


@pytest.mark.parametrize("method", sorted(SAMPLES))
def test_the_text_of_every_method_says_what_numpy_computes(method: str) -> None:
    """All inputs moved at once; the kernel's text as plain Python, where a method has no search."""
    made = conclusion(method, sample(method))
    draws = spread(made.worksheet, 0.02, LANES + 3)
    kernel = kernel_for(made.worksheet, draws, [made.answer])
    if kernel is None:
        assert any(type(entry).__name__ == "Search" for entry in made.worksheet.entries)
        return
    reference = made.worksheet.simulate(draws, outputs=[made.answer], engine="numpy")[made.answer]
    np.testing.assert_allclose(run_as_python(kernel, draws), reference, rtol=1e-11)


def test_several_outputs_some_of_which_do_not_vary() -> None:
    worksheet = royalty(tax_amortisation=STRAIGHT)
    draws = {"royalty_rate_share": block_generator(1, 0).uniform(0.02, 0.08, COUNT)}
    outputs = ["tab_factor", "value", "royalty_rate_share", "present_value"]
    numpy, kernel = (worksheet.simulate(draws, outputs=outputs, engine=engine) for engine in ("numpy", "compiled"))
    assert list(kernel) == outputs
    for name in outputs:
        np.testing.assert_allclose(kernel[name], np.broadcast_to(numpy[name], COUNT), rtol=1e-12)


EVEN: dict[str, list[float]] = {
    "years": [1, 2, 3, 4, 5],
    "middles": [0.5, 1.5, 2.5, 3.5, 4.5],
    "backwards": [-1, -2, -3, -4, -5],
    "from zero": [0, 1, 2, 3, 4],
    "uneven": [0.5, 1.5, 2.6, 3.5, 4.5],
    "through zero": [-2, -1, 0, 1, 2],
}


@pytest.mark.parametrize("spacing", EVEN)
def test_a_power_carried_along_an_even_row_is_the_power_of_each_column(spacing: str) -> None:
    """Even rows away from zero are carried, others not; negative, zero and large bases included."""
    sheet = started(("1", "2", "3", "4", "5"))
    base = sheet.figure("base", stated_figure(1.1), label=LABEL, unit="1")
    row = sheet.derived_row("row", EVEN[spacing], label=LABEL, unit="1", reason="for the test")
    power = sheet.line("power", base**row, label=LABEL, unit="1")
    sheet.line("first", total(power), label=LABEL, unit="1")
    decay = sheet.line("decay", exponential(-(base * row * (base + 1))), label=LABEL, unit="1")
    sheet.line("second", total(decay), label=LABEL, unit="1")
    worksheet = sheet.finish()
    bases = np.array([1.1, 0.9, 3.0, 30.0, 1e-3, 1.0, 5.5])
    whole = not any(number % 1 for number in EVEN[spacing])
    for draws in [bases, -bases] if whole else [bases]:
        kernel = kernel_for(worksheet, {"base": draws}, ["first"])
        assert kernel is not None
        assert ("_step" in kernel.source) == (spacing not in ("uneven", "through zero"))
        assert_same(worksheet, {"base": draws}, "first")
    assert_same(worksheet, {"base": np.array([0.01, 0.5, 1.0, 3.0, -0.3, -2.0])}, "second", 1e-12)


# --- the same bits on any number of workers -------------------------------------------------------


@pytest.fixture(scope="module")
def executors() -> Iterator[dict[str, Executor]]:
    # A worker process starts afresh: a forked one would share the threads of this process half-way.
    with (
        ThreadPoolExecutor(1) as one,
        ThreadPoolExecutor(2) as two,
        ThreadPoolExecutor(3) as three,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes,
    ):
        yield {"one thread": one, "two threads": two, "three threads": three, "another process": processes}


def test_any_number_of_workers_gives_the_same_bits(executors: dict[str, Executor]) -> None:
    worksheet = royalty(survival=EXPONENTIAL)
    random, count = block_generator(3, 0), 2 * PART_DRAWS + 1001
    rates = {"discount_rate_share": random.uniform(0.05, 0.2, count), "revenue": random.uniform(0.5, 2, count)}
    alone = worksheet.simulate(rates, outputs=["value"], engine="compiled")["value"]
    for name, executor in executors.items():
        found = worksheet.simulate(rates, outputs=["value"], engine="compiled", executor=executor)["value"]
        assert found.tobytes() == alone.tobytes(), name


def test_a_draw_gives_the_same_bits_wherever_it_stands() -> None:
    worksheet, draws = royalty(survival=WEIBULL), {"discount_rate_share": np.linspace(0.01, 0.3, 500)}
    whole = worksheet.simulate(draws, outputs=["value"], engine="compiled")["value"]
    for start in (1, 63, 64, 129, 499):
        tail = {"discount_rate_share": draws["discount_rate_share"][start:]}
        assert (
            worksheet.simulate(tail, outputs=["value"], engine="compiled")["value"].tobytes() == whole[start:].tobytes()
        )


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf])
def test_what_is_not_finite_is_refused_in_the_same_words(rate: float) -> None:
    rates = np.full(COUNT, 0.1)
    rates[[5, -1]] = rate
    worksheet, messages = royalty(survival=EXPONENTIAL, tax_amortisation=STRAIGHT), []
    for engine in ("numpy", "compiled"):
        try:
            worksheet.simulate({"discount_rate_share": rates}, outputs=["value"], engine=engine)  # type: ignore[arg-type]
            messages.append("")
        except RefusalError as refusal:
            messages.append(str(refusal))
    assert messages[0] == messages[1]
    assert "not finite" in messages[0] or math.isinf(rate)


def test_a_search_that_depends_on_a_draw_is_computed_by_numpy() -> None:
    made, draws = paper(), drawn(40)
    assert kernel_for(made, draws, ["root"]) is None
    assert kernel_for(made, draws, ["value"]) is not None
    by_numpy, asked = (made.simulate(draws, outputs=["root"], engine=engine) for engine in ("numpy", "compiled"))
    assert by_numpy["root"].tobytes() == asked["root"].tobytes()


def test_a_name_that_is_not_ours_never_reaches_the_compiler() -> None:
    sheet = started()
    rate = sheet.figure("rate; import os", stated_figure(0.1), label=LABEL, unit="1")
    sheet.line("value", rate * 2, label=LABEL, unit="1")
    worksheet = sheet.finish()
    draws = {"rate; import os": np.full(10, 0.5)}
    assert kernel_for(worksheet, draws, ["value"]) is None
    assert worksheet.simulate(draws, outputs=["value"], engine="compiled")["value"].tolist() == [1.0] * 10


# --- which engine ---------------------------------------------------------------------------------


def test_the_engine_depends_on_the_number_of_draws_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_compiled("automatic", compiled.COMPILED_FROM_DRAWS - 1)
    assert is_compiled("automatic", compiled.COMPILED_FROM_DRAWS)
    assert is_compiled("compiled", 1)
    assert not is_compiled("numpy", 2**40)
    made, draws = paper(), drawn(40)
    monkeypatch.setattr(compiled, "_compile", None)
    few = made.simulate(draws, outputs=["value"])["value"]
    assert few.tobytes() == made.simulate(draws, outputs=["value"], engine="numpy")["value"].tobytes()


def test_a_kernel_is_compiled_once_for_all_papers_of_its_structure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other numbers and another number of years, the same text: the second paper finds the kernel."""
    made: list[str] = []
    compile_one = compiled._compile
    monkeypatch.setattr(compiled, "_compile", lambda source: made.append(source) or compile_one(source))
    monkeypatch.setattr(compiled, "_kernels", {})
    for changes in ({}, {"tax_rate_share": figure(0.15)}):
        draws = {"royalty_rate_share": np.linspace(0.01, 0.1, COUNT)}
        royalty(**changes).simulate(draws, outputs=["value"], engine="compiled")
    ((first, *rest),) = [made]
    assert rest == []
    assert "royalty_rate_share" in first


def test_the_store_of_kernels_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_compile", lambda source: lambda *arguments: None)
    monkeypatch.setattr(compiled, "_kernels", {})
    for number in range(compiled._MAXIMUM_KERNELS + 5):
        compiled._compiled(f"text {number}")
    assert len(compiled._kernels) <= compiled._MAXIMUM_KERNELS


def test_an_executor_that_fails_is_not_hidden() -> None:
    class Failing(Executor):
        def submit(self, *arguments: Any, **named: Any) -> Future[Any]:  # type: ignore[override]
            failed: Future[Any] = Future()
            failed.set_exception(OSError("worker lost"))
            return failed

    kernel = kernel_for(paper(), drawn(10), ["value"])
    assert kernel is not None
    with pytest.raises(OSError, match="worker lost"):
        run_kernel(kernel, list(drawn(10).values()), rows_out=1, count=10, executor=Failing())


# --- elementary functions -------------------------------------------------------------------------

SMALLEST, SMALLEST_NORMAL, LARGEST = 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308
_SIZES = [0.0, 0.5, 1.0, 2.0, 3.0, np.inf, SMALLEST, 1e-310, SMALLEST_NORMAL, LARGEST, 1 + 2**-52, 1 - 2**-53]
#: Among them where exp overflows, becomes denormal and vanishes.
SPECIAL = np.array([*_SIZES, *(-size for size in _SIZES), np.nan, 709.78, 709.79, -708.4, -745.13, -745.14])


def over_all(function: Any) -> Callable[..., Array]:
    @njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def one(x: Array, out: Array) -> None:
        for i in range(x.size):
            out[i] = function(x[i])

    @njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def two(x: Array, y: Array, out: Array) -> None:
        for i in range(x.size):
            out[i] = function(x[i], y[i])

    def computed(*arguments: Array) -> Array:
        out = np.empty_like(arguments[0])
        (one if len(arguments) == 1 else two)(*arguments, out)
        return out

    return computed


def assert_as_numpy(found: Array, expected: Array, relative: float) -> None:
    """The same infinities and NaN; other numbers to a relative error, denormal ones to a few of their last bits."""
    np.testing.assert_allclose(found, expected, rtol=relative, atol=4 * 5e-324)


RANDOM = np.random.default_rng(20201231)


@pytest.mark.parametrize(
    ("function", "reference", "numbers", "bound"),
    [
        (fast_math.exp, np.exp, RANDOM.uniform(-746, 710, 100_000), 5e-16),
        (fast_math.exp, np.exp, RANDOM.normal(size=100_000), 5e-16),
        (fast_math.log, np.log, 10 ** RANDOM.uniform(-323, 308, 100_000), 5e-16),
        (fast_math.log, np.log, 1 + RANDOM.normal(size=100_000) * 10 ** RANDOM.uniform(-15, -1, 100_000), 5e-16),
        (fast_math.log_of_uniform, np.log, (RANDOM.integers(0, 2**52, 100_000) + 0.5) / 2**52, 5e-16),
        (fast_math.log_of_uniform, np.log, 1 - 10 ** RANDOM.uniform(-15.5, -1, 100_000), 5e-16),
        (fast_math.standard_normal_quantile, special.ndtri, (RANDOM.integers(0, 2**52, 100_000) + 0.5) / 2**52, 1e-14),
        (fast_math.standard_normal_quantile, special.ndtri, 10 ** RANDOM.uniform(-15.9, -0.4, 100_000), 1e-14),
        (fast_math.normal_cdf, special.ndtr, RANDOM.uniform(-8, 8, 10_000), 1e-13),
    ],
)
def test_elementary_functions_within_their_stated_errors(
    function: Any, reference: Callable[[Array], Array], numbers: Array, bound: float
) -> None:
    with np.errstate(over="ignore", under="ignore"):
        assert_as_numpy(over_all(function)(numbers), reference(numbers), bound)


@pytest.mark.parametrize(("function", "reference"), [(fast_math.exp, np.exp), (fast_math.log, np.log)])
def test_special_numbers(function: Any, reference: Callable[[Array], Array]) -> None:
    with np.errstate(all="ignore"):
        assert_as_numpy(over_all(function)(SPECIAL), reference(SPECIAL), 5e-16)


def test_a_block_of_normal_numbers_is_the_quantile_of_the_counter_uniforms() -> None:
    keys, uniforms, normals = stream_keys(5, 2, streams=3), np.empty(LANES), np.empty(LANES)
    fast_math.draw_normals(np.uint64(1000), *keys[1], uniforms, normals)
    expected = counter_uniforms(keys, first=1000, count=LANES)[1]
    assert uniforms.tobytes() == expected.tobytes()
    np.testing.assert_allclose(normals, special.ndtri(expected), rtol=1e-14)


def test_powers_of_ordinary_numbers() -> None:
    base, exponent = 10 ** RANDOM.uniform(-10, 10, 100_000), RANDOM.uniform(-25, 25, 100_000)
    error = np.abs(over_all(fast_math.power)(base, exponent) / np.power(base, exponent) - 1)
    assert np.all(error <= 3e-16 * (2 + np.abs(exponent * np.log(base))))


def test_powers_of_special_numbers() -> None:
    """As NumPy, except NaN where the base is −∞, or the exponent not finite: stated in its docstring."""
    base, exponent = (grid.reshape(-1) for grid in np.meshgrid(SPECIAL, SPECIAL))
    is_plain = (base != -np.inf) & np.isfinite(exponent) & ~np.isnan(base)
    with np.errstate(all="ignore"):
        expected = np.power(base, exponent)
    found = over_all(fast_math.power)(base, exponent)
    is_zero = is_plain & (base == 0)
    assert np.array_equal(np.abs(found[is_zero]), np.abs(expected[is_zero])), "a zero's sign is not kept"
    is_other = is_plain & (base != 0)
    np.testing.assert_allclose(found[is_other], expected[is_other], rtol=3e-13, atol=4 * 5e-324)
    assert np.isnan(found[~is_plain & ~np.isnan(expected)]).any(), "the exception is real"


@pytest.mark.parametrize(("function", "reference"), [(fast_math.larger, np.maximum), (fast_math.smaller, np.minimum)])
def test_larger_and_smaller_keep_nan(function: Any, reference: Callable[[Array, Array], Array]) -> None:
    first, second = (grid.reshape(-1) for grid in np.meshgrid(SPECIAL, SPECIAL))
    assert np.array_equal(over_all(function)(first, second), reference(first, second), equal_nan=True)
