"""How fast is the simulation of funds? 40 quarters, 10 sub-funds, whole-fund waterfall, two internal rates a path.

Against NumPy on whole arrays (the same model, blocks of paths that fit into memory, PCG64) and against a loop that
only draws the same normal numbers. Wanted: 10 times NumPy, a quarter of the speed of the normals.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.leverage_simulation_numpy import drawn, simulate_whole_arrays
from benchmarks.memory import peak_megabytes
from benchmarks.timing import Times, interleaved, report
from leverage.simulate import SimulationPlan, SimulationResult, simulate_funds
from leverage.simulation.tables import BLOCK_PATHS, fund_tables
from valuation.kernel.fast_random import stream_keys
from valuation.kernel.fields import parse

CASH_FLOW = {
    "contribution_rate_by_year_share": (0.25, 1 / 3, 0.5),
    "last_contribution_year": 5,
    "life_years": 10,
    "bow": 2.5,
    "growth_share": 0.13,
    "periods_per_year": 4,
}
TERMS = {
    "public_commitment": 30.0,
    "other_commitment": 68.0,
    "manager_commitment": 2.0,
    "cash_flow": CASH_FLOW,
    "deviation_share": 0.3,
    "correlation_share": 0.3,
    "preferred_rate_share": 0.08,
    "carry_share": 0.2,
    "catch_up_share": 1.0,
    "fees": {"steps": [{"from_year": 1, "rate_share": 0.02, "base": "committed"}], "term_years": 10},
}


#: Fewer paths than these take hardly more memory than the program itself.
_WORTH_MEASURING = 2**18


def plan(paths: int, funds: int) -> SimulationPlan:
    return parse(
        SimulationPlan,
        {"funds": [TERMS | {"id": f"fund_{n}"} for n in range(funds)], "paths": paths, "seed": 20_250_101},
    )


def only_normals(paths: int, funds: int, executor: ThreadPoolExecutor) -> float:
    from leverage.fast_simulation import sum_of_normals

    blocks = [stream_keys(1, block, streams=1 + funds) for block in range(-(-paths // BLOCK_PATHS))]
    return sum(executor.map(lambda keys: sum_of_normals(keys, 40, BLOCK_PATHS), blocks))


def digest(result: SimulationResult) -> str:
    parts = (result.received, result.value, result.public_net, result.public_rate.rate_share, result.mean_public_flow)
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


def main(*, paths: int = 2**20, numpy_paths: int = 2**13, funds: int = 10, rounds: int = 3) -> None:
    made = plan(paths, funds)
    tables = fund_tables(made.funds, quarters=40)
    random, part = np.random.default_rng(1), min(numpy_paths, 1024)

    def by_numpy() -> list[dict[str, np.ndarray]]:
        return [simulate_whole_arrays(tables, drawn(funds, 40, part, random)) for _ in range(numpy_paths // part)]

    normal_paths = -(-paths // BLOCK_PATHS) * BLOCK_PATHS
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        candidates = {
            "product, 2 threads": lambda: simulate_funds(made, executor=two),
            "product, 1 thread": lambda: simulate_funds(made, executor=one),
            f"NumPy whole arrays of {part} paths": by_numpy,
            "normal numbers only, 2 threads": lambda: only_normals(paths, funds, two),
            "normal numbers only, 1 thread": lambda: only_normals(paths, funds, one),
        }
        units = dict(zip(candidates, [paths, paths, numpy_paths, normal_paths, normal_paths], strict=True))
        times: Times = interleaved(candidates, units, rounds=rounds)
        report(f"Simulation, {paths:,} paths x 40 quarters x {funds} funds", times, "product, 2 threads", "paths")
        share = times.cpu_ratio("product, 1 thread", "normal numbers only, 1 thread")
        print(f"  of the normals' speed, per CPU second: {share:.1%}")
        alone, shared = simulate_funds(made), simulate_funds(made, executor=two)
    print(f"  results on 1 and 2 workers: {'identical' if digest(alone) == digest(shared) else 'DIFFERENT'}")
    peer = by_numpy()
    theirs = np.concatenate([each["public_net"].sum(axis=0) for each in peer])
    ours = alone.public_net.sum(axis=0)
    print(f"  mean net of public money: product {ours.mean():.3f}, NumPy {theirs.mean():.3f} +- {_error(theirs):.3f}")
    print(f"  rates of public money: {alone.public_rate.counts()}")
    if paths < _WORTH_MEASURING:
        return
    # The peer and two results at a time are not the product's: a process of its own.
    subprocess.run(
        [sys.executable, "-m", "benchmarks.leverage_simulation", "memory", str(paths), str(funds)], check=True
    )


def memory(paths: int, funds: int) -> None:
    """Print the most that a program holds which does nothing but one run on two threads."""
    with ThreadPoolExecutor(2) as two:
        simulate_funds(plan(BLOCK_PATHS, funds), executor=two)
        before = peak_megabytes()
        simulate_funds(plan(paths, funds), executor=two)
    print(f"  memory of one run: {peak_megabytes():.0f} MB at most, {before:.0f} of them the loaded program")


def _error(numbers: np.ndarray) -> float:
    return float(numbers.std(ddof=1) / np.sqrt(numbers.size))


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        memory(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
