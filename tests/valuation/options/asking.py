"""What the tests of single option methods share: a conclusion from a sample with changes, oracles, lines of a paper."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import QuantLib as ql

from tests.valuation.asking import VARIETY, answered
from tests.valuation.every_method import sample
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.worksheet import Worksheet

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}
TODAY = ql.Date(1, 1, 2021)


def concluded(method: str, *, subject: Mapping[str, Any] = NO_END, **changes: Any) -> Conclusion:
    """The sample's answer with some of its inputs changed; None leaves an input out."""
    stated = {key: item for key, item in (sample(method) | changes).items() if item is not None}
    return answered({method: stated}, subject=dict(subject)).conclusions[0]


def beside(found: Conclusion) -> dict[str, float]:
    return {each.name: each.value for each in found.beside}


def quantlib_american(
    value: float, cost: float, years: int, rate: float, payout: float, volatility: float, *, is_call: bool = True
) -> float:
    """QdFp, the integral-equation engine; whole years of 365 days."""
    before = ql.Settings.instance().evaluationDate
    ql.Settings.instance().evaluationDate = TODAY
    try:
        count = ql.Actual365Fixed()
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(value)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, payout, count)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, count)),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), volatility, count)),
        )
        kind = ql.Option.Call if is_call else ql.Option.Put
        contract = ql.VanillaOption(ql.PlainVanillaPayoff(kind, cost), ql.AmericanExercise(TODAY, TODAY + 365 * years))
        contract.setPricingEngine(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))
        return float(contract.NPV())
    finally:
        ql.Settings.instance().evaluationDate = before


@functools.cache
def _paper(method: str) -> Worksheet:
    return concluded(method).worksheet


def closed_only(method: str, lines: Sequence[str], **inputs: float) -> dict[str, float]:
    """Lines of the sample's paper with input cells changed, without the searches that stand beside them."""
    draws = {name: np.array([float(number)]) for name, number in inputs.items()}
    found = _paper(method).simulate(draws, outputs=list(lines))
    return {name: float(numbers[0]) for name, numbers in found.items()}
