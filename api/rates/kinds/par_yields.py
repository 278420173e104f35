"""Curve of par yields as a working paper."""

from __future__ import annotations

from api.rates.curve_papers import ParYieldPaper, write_curve
from api.rates.kind import RateKind
from valuation.kernel.labels import Label

__all__ = ["KIND"]

KIND = RateKind(
    label=Label("到期收益率曲线", "Curve of par yields"),
    question=Label(
        "按平价到期收益率自举，该期限的无风险利率是多少？", "Which riskless rate do par yields give for this maturity?"
    ),
    model=ParYieldPaper,
    write=write_curve,
)
