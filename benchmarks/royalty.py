"""Monte-Carlo relief from royalty: 20 years, six uncertain inputs, drawing included."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from benchmarks.timing import Candidate, interleaved, report
from valuation.assets.patent import Patent
from valuation.income.relief_from_royalty import METHOD, ReliefFromRoyaltyInputs
from valuation.kernel import compiled, fast_math
from valuation.kernel.fast_random import stream_keys
from valuation.kernel.fields import Dates, parse
from valuation.kernel.method import Setting
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.draws import Uncertainty, simulated_answers

YEARS = 20
TAX_LIFE = 10.0
REVENUE, COST = 1_000_000.0, 4_000.0
#: The six uncertain inputs, invented for the benchmark.
REVENUE_LOG_SD = 0.2
ROYALTY = (0.03, 0.05, 0.08)
COST_SD = 0.1
TAX = (0.15, 0.25)
RATE = (0.12, 0.01)
HAZARD = (0.05, 0.3)
BLOCK = 8192
BATCH = 2**16


def worksheet() -> Worksheet:
    """The product's general definition, nothing of it written for speed."""
    reason = {"grade": "assumed", "reason": "invented for the benchmark"}

    def figure(value: float, **law: Any) -> dict[str, Any]:
        return {"value": value, "distribution": law} | reason

    def amounts(value: float, **law: Any) -> dict[str, Any]:
        return {"values": [f"{value:.2f}"] * YEARS, "factor": law} | reason

    data = {
        "revenue": amounts(REVENUE, kind="lognormal", median=1.0, log_sd=REVENUE_LOG_SD),
        "first_year_end": "2021-12-31",
        "royalty_rate_share": figure(0.05, kind="triangular", low=ROYALTY[0], mode=ROYALTY[1], high=ROYALTY[2]),
        "owner_cost": amounts(COST, kind="normal", mean=1.0, standard_deviation=COST_SD),
        "tax_rate_share": figure(0.2, kind="uniform", low=TAX[0], high=TAX[1]),
        "discount_rate_share": figure(0.12, kind="normal", mean=RATE[0], standard_deviation=RATE[1]),
        "timing": "year_end",
        "survival": {
            "kind": "exponential",
            "annual_hazard": figure(0.05, kind="lognormal", median=HAZARD[0], log_sd=HAZARD[1]),
        },
        "tax_amortisation": {"kind": "straight_line", "years": {"value": TAX_LIFE} | reason},
    }
    patent = {
        "kind": "patent",
        "name": "benchmark",
        "patent_kind": "invention",
        "number": "ZL201010000000.0",
        "jurisdiction": "CN",
        "expiry_date": "2045-12-31",
    }
    dates = {"valuation_date": "2020-12-31", "policy_date": "2020-12-31", "report_date": "2021-03-31"}
    setting = Setting(parse(Patent, patent), parse(Dates, dates), "CNY")
    return METHOD.build(parse(ReliefFromRoyaltyInputs, data), setting).worksheet


def product(paper: Worksheet, draws: int, executor: Executor | None, engine: Any = "compiled", seed: int = 1) -> Any:
    """The public path: draws by the counter-based sampler, computed by the compiled worksheet."""
    scrambles = max(4, draws // BATCH)
    data = {"seed": seed, "sampler": "counter", "scrambles": scrambles, "points_per_scramble": draws // scrambles}
    stated = parse(Uncertainty, data)
    return simulated_answers(paper, answer="value", uncertainty=stated, engine=engine, executor=executor)


def numpy_values(count: int, generator: np.random.Generator) -> Any:
    """The same model as an analyst writes it in NumPy, years by draws in one matrix."""
    time_end = np.arange(1, YEARS + 1)[:, None]
    revenue = REVENUE * generator.lognormal(0.0, REVENUE_LOG_SD, count)
    royalty = generator.triangular(*ROYALTY, count)
    cost = COST * generator.normal(1.0, COST_SD, count)
    tax = generator.uniform(*TAX, count)
    rate = generator.normal(*RATE, count)
    hazard = HAZARD[0] * generator.lognormal(0.0, HAZARD[1], count)
    before = np.ones((YEARS, 1)) * revenue * royalty - cost
    after = before - tax * before
    flow = after * np.exp(-hazard * (time_end - 0.5)) * (1 + rate) ** -time_end
    value = flow.sum(axis=0)
    annuity = (1 - (1 + rate) ** -TAX_LIFE) / rate
    return value + np.maximum(value, 0) * (1 / (1 - tax / TAX_LIFE * annuity) - 1)


def numpy_blocked(count: int, generator: np.random.Generator) -> Any:
    """The same in blocks that fit the cache."""
    found = np.empty(count)
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        found[start:end] = numpy_values(end - start, generator)
    return found


LANES = 64


@cache
def handwritten(equal_spacing: bool) -> Any:  # noqa: C901 - one kernel, flat on purpose
    """Kernels for this one model: draws in lanes, as the general one, but every array and loop chosen by hand.

    ``equal_spacing`` uses that years are one apart: powers become running products, with no exponential in the loop
    over years. The general kernel does not know that.
    """
    exp, log, power_from_log = fast_math.exp, fast_math.log, fast_math.power_from_log
    uniform, draw_normals = fast_math.uniform, fast_math.draw_normals
    triangular = fast_math.triangular_quantile
    width = ROYALTY[2] - ROYALTY[0]
    rising, falling = width * (ROYALTY[1] - ROYALTY[0]), width * (ROYALTY[2] - ROYALTY[1])
    peak, low, high = (ROYALTY[1] - ROYALTY[0]) / width, ROYALTY[0], ROYALTY[2]
    hazard_log = float(np.log(HAZARD[0]))
    hazard_sd, tax_low, tax_width, rate_mean, rate_sd = HAZARD[1], TAX[0], TAX[1] - TAX[0], RATE[0], RATE[1]

    @njit(error_model="numpy", nogil=True)
    def kernel(count, keys, out):  # type: ignore[no-untyped-def]  # noqa: C901 - as above
        before = np.empty(LANES)
        rate = np.empty(LANES)
        rate_log = np.empty(LANES)
        hazard = np.empty(LANES)
        tax = np.empty(LANES)
        value = np.empty(LANES)
        factor = np.empty(LANES)
        step = np.empty(LANES)
        uniforms = np.empty(LANES)
        of_revenue, of_cost, of_rate, of_hazard = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
        for first in range(0, count, LANES):
            draw_normals(np.uint64(first), keys[0, 0], keys[0, 1], uniforms, of_revenue)
            draw_normals(np.uint64(first), keys[2, 0], keys[2, 1], uniforms, of_cost)
            draw_normals(np.uint64(first), keys[4, 0], keys[4, 1], uniforms, of_rate)
            draw_normals(np.uint64(first), keys[5, 0], keys[5, 1], uniforms, of_hazard)
            for i in range(LANES):
                at = np.uint64(first + i)
                revenue = REVENUE * exp(REVENUE_LOG_SD * of_revenue[i])
                u = uniform(at, keys[1, 0], keys[1, 1])
                royalty = triangular(u, low, rising, high, falling, peak)
                cost = COST * (1.0 + COST_SD * of_cost[i])
                tax[i] = tax_low + uniform(at, keys[3, 0], keys[3, 1]) * tax_width
                rate[i] = rate_mean + rate_sd * of_rate[i]
                hazard[i] = exp(hazard_log + hazard_sd * of_hazard[i])
                before[i] = revenue * royalty - cost
                rate_log[i] = log(1.0 + rate[i])
                value[i] = 0.0
            if equal_spacing:
                for i in range(LANES):
                    half = exp(-0.5 * hazard[i])
                    step[i] = half * half / (1.0 + rate[i])
                    factor[i] = half / (1.0 + rate[i])
                for _ in range(YEARS):
                    for i in range(LANES):
                        value[i] += factor[i]
                        factor[i] *= step[i]
            else:
                for year in range(1, YEARS + 1):
                    for i in range(LANES):
                        survival = exp(-hazard[i] * (year - 0.5))
                        value[i] += survival * power_from_log(1.0 + rate[i], rate_log[i], -float(year))
            for i in range(LANES):
                total = value[i] * (before[i] - tax[i] * before[i])
                annuity = (1.0 - exp(-TAX_LIFE * rate_log[i])) / rate[i]
                benefit = max(total, 0.0) * (1.0 / (1.0 - tax[i] / TAX_LIFE * annuity) - 1.0)
                value[i] = total + benefit
            for i in range(min(LANES, count - first)):
                out[first + i] = value[i]

    return kernel


def handwritten_values(draws: int, executor: Executor, equal_spacing: bool) -> Any:
    kernel = handwritten(equal_spacing)
    batches = max(1, draws // BATCH)
    found = np.empty((batches, draws // batches))
    tasks = [
        executor.submit(kernel, found.shape[1], stream_keys(1, batch, streams=6), found[batch])
        for batch in range(batches)
    ]
    for task in tasks:
        task.result()
    return found


def intangible_valuation_values(draws: int) -> Candidate | None:
    """One call a draw of its relief from royalty with tax amortisation, without survival, which it does not know."""
    try:
        from intangible_valuation.income_methods.relief_from_royalty import relief_from_royalty
    except ImportError:
        return None
    generator = np.random.default_rng(1)

    def run() -> list[float]:
        factors = generator.lognormal(0.0, REVENUE_LOG_SD, draws)
        royalties, taxes = generator.triangular(*ROYALTY, draws), generator.uniform(*TAX, draws)
        rates = generator.normal(*RATE, draws)
        return [
            relief_from_royalty([REVENUE * factor] * YEARS, royalty, rate, tax, YEARS).value
            for factor, royalty, tax, rate in zip(factors, royalties, taxes, rates, strict=True)
        ]

    return run


def main(*, draws: int = 2**20, rounds: int = 7, replicates: int = 64) -> None:
    paper = worksheet()
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        start = time.perf_counter()
        product(paper, 4 * 64, None)
        print(f"\nFirst use (import numba, compile one kernel): {time.perf_counter() - start:.2f} s")
        _print_hashes(paper, draws, one, two)
        generator = np.random.default_rng(1)
        few, by_numpy = max(draws // 512, 8), max(draws // 8, 4 * 64)
        candidates: dict[str, Candidate] = {
            "product, 2 threads": lambda: product(paper, draws, two),
            "product, 1 thread": lambda: product(paper, draws, one),
            "product by NumPy (reference), 1 thread": lambda: product(paper, by_numpy, None, "numpy"),
            "NumPy matrix": lambda: numpy_values(draws, generator),
            "NumPy blocks of 8192": lambda: numpy_blocked(draws, generator),
            "hand-written kernel, 2 threads": lambda: handwritten_values(draws, two, False),
            "hand-written, equal spacing, 2 threads": lambda: handwritten_values(draws, two, True),
        }
        units = dict.fromkeys(candidates, draws) | {"product by NumPy (reference), 1 thread": by_numpy}
        if (peer := intangible_valuation_values(few)) is not None:
            candidates["intangible-valuation, a call a draw"] = peer
            units["intangible-valuation, a call a draw"] = few
        _print_means(paper, draws, two, generator)
        times = interleaved(candidates, units, rounds=rounds)
        report("(a) Monte-Carlo relief from royalty, 20 years, 6 inputs", times, "product, 2 threads", "draws")
        _print_when_it_pays(paper, draws, times.rate("product by NumPy (reference), 1 thread"))
    _print_sobol(paper, replicates)


def _print_hashes(paper: Worksheet, draws: int, *executors: Executor) -> None:
    hashes = [hashlib.sha256(product(paper, draws, each).tobytes()).hexdigest()[:16] for each in executors]
    print(f"Results on 1 and 2 workers: {' '.join(hashes)} {'identical' if len(set(hashes)) == 1 else 'DIFFERENT'}")


def _print_means(paper: Worksheet, draws: int, executor: Executor, generator: np.random.Generator) -> None:
    """All candidates compute the same model, or their speed could not be compared."""
    found = {
        "product": product(paper, draws, executor),
        "NumPy": numpy_blocked(draws, generator),
        "hand-written": handwritten_values(draws, executor, False),
        "equal spacing": handwritten_values(draws, executor, True),
    }
    for name, values in found.items():
        error = values.std() / np.sqrt(values.size)
        print(f"  mean by {name:<14} {values.mean():12.2f} +- {error:.2f}")


def _print_when_it_pays(paper: Worksheet, draws: int, numpy_rate: float) -> None:
    """Draws from which compiling in this process takes less time than NumPy."""
    compiled._kernels.clear()
    start = time.perf_counter()
    product(paper, 4 * 64, None)
    seconds = time.perf_counter() - start
    print(f"  one more kernel takes {seconds:.2f} s to compile: {seconds * numpy_rate / 1e6:.2g} M draws by NumPy")


def _print_sobol(paper: Worksheet, replicates: int) -> None:
    """Variance of the mean of 4096 points over replicates, plain to Sobol."""
    spreads = {}
    for sampler in ("sobol", "pseudo_random"):
        data = {"seed": 7, "sampler": sampler, "scrambles": replicates, "points_per_scramble": 4096}
        answers = simulated_answers(paper, answer="value", uncertainty=parse(Uncertainty, data))
        spreads[sampler] = answers.mean(axis=1).var(ddof=1)
    ratio = spreads["pseudo_random"] / spreads["sobol"]
    print(f"  variance of the mean of 4096 points, plain / Sobol: {ratio:.0f} ({replicates} replicates)")
