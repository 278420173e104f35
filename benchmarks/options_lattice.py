"""American lattice against QuantLib's tree at equal error: ``python -m benchmarks.options_lattice``.

The reference is QuantLib's QdFp engine. QuantLib's Cox–Ross–Rubinstein tree runs with many steps; the product's
lattice runs with the fewest steps whose error is no larger. Rights are valued one by one by QuantLib and together by
the product, as for an interval.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import QuantLib as ql

from benchmarks.timing import interleaved, report
from valuation.options._lattice import Right, right_value

TODAY = ql.Date(1, 1, 2021)
YEARS, RATE, PAYOUT, VOLATILITY, COST = 8, 0.04, 0.05, 0.35, 110.0
TREE_STEPS = 2000
CANDIDATES = (20, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1280, 2000)


@dataclass(frozen=True)
class Peers:
    """QuantLib's contract at each value, with one engine at a time."""

    values: tuple[float, ...]

    def value(self, engine: str) -> np.ndarray:  # type: ignore[type-arg]
        found = []
        for value in self.values:
            process = self._process(value)
            exercise = ql.AmericanExercise(TODAY, TODAY + 365 * YEARS)
            contract = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Call, COST), exercise)
            if engine == "crr":
                contract.setPricingEngine(ql.BinomialVanillaEngine(process, "crr", TREE_STEPS))
            else:
                scheme = ql.QdFpAmericanEngine.highPrecisionScheme()
                contract.setPricingEngine(ql.QdFpAmericanEngine(process, scheme))
            found.append(contract.NPV())
        return np.array(found)

    def _process(self, value: float) -> ql.BlackScholesMertonProcess:
        count = ql.Actual365Fixed()
        return ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(value)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, PAYOUT, count)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, RATE, count)),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), VOLATILITY, count)),
        )


def ours(values: tuple[float, ...], steps: int, *, compiled: bool) -> np.ndarray:  # type: ignore[type-arg]
    right = Right.of(
        value=np.array(values), cost=COST, life_years=YEARS, rate=RATE, payout_yield=PAYOUT, volatility=VOLATILITY
    )
    return right_value(right, steps=steps, compiled=compiled)


def main(count: int = 16, rounds: int = 5) -> None:
    """Print the steps at equal error, rates and ratios."""
    before = ql.Settings.instance().evaluationDate
    ql.Settings.instance().evaluationDate = TODAY
    try:
        _compare(count, rounds)
    finally:
        ql.Settings.instance().evaluationDate = before


def _compare(count: int, rounds: int) -> None:
    values = tuple(float(each) for each in np.linspace(60, 180, count))
    peers = Peers(values)
    exact, tree = peers.value("qdfp"), peers.value("crr")
    wanted = float(np.sqrt(np.mean((tree / exact - 1) ** 2)))
    errors = {
        steps: float(np.sqrt(np.mean((ours(values, steps, compiled=True) / exact - 1) ** 2))) for steps in CANDIDATES
    }
    enough = next((steps for steps in CANDIDATES if errors[steps] <= wanted), CANDIDATES[-1])
    print(f"load {os.getloadavg()[0]:.2f}; root mean square relative error against QdFp over {count} values:")
    print(
        f"  QuantLib CRR, {TREE_STEPS} steps: {wanted:.3g}; product, {enough // 2} and {enough}: {errors[enough]:.3g}"
    )
    times = interleaved(
        {
            "product, kernel": lambda: ours(values, enough, compiled=True),
            "product, NumPy": lambda: ours(values, enough, compiled=False),
            "QuantLib CRR tree": lambda: peers.value("crr"),
        },
        dict.fromkeys(("product, kernel", "product, NumPy", "QuantLib CRR tree"), count),
        rounds=rounds,
    )
    report("American right at equal error", times, "product, kernel", "rights")


if __name__ == "__main__":
    main()
