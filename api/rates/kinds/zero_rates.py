"""Curve of zero rates as a working paper."""

from __future__ import annotations

from api.rates.curve_papers import ZeroRatePaper, write_curve
from api.rates.kind import RateKind
from valuation.kernel.labels import Label

__all__ = ["KIND"]

KIND = RateKind(
    label=Label("即期利率曲线", "Curve of zero rates"),
    question=Label(
        "按即期利率报价，该期限的无风险利率是多少？", "Which riskless rate do quoted zero rates give for this maturity?"
    ),
    model=ZeroRatePaper,
    write=write_curve,
)
