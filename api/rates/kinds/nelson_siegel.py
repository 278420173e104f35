"""Nelson–Siegel curve as a working paper."""

from __future__ import annotations

from api.rates.curve_papers import NelsonSiegelPaper, write_curve
from api.rates.kind import RateKind
from valuation.kernel.labels import Label

__all__ = ["KIND"]

KIND = RateKind(
    label=Label("Nelson–Siegel 拟合曲线", "Nelson–Siegel curve"),
    question=Label(
        "对报价拟合的光滑曲线给出多少无风险利率？", "Which riskless rate does a smooth curve fitted to quotes give?"
    ),
    model=NelsonSiegelPaper,
    write=write_curve,
)
