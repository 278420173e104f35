"""The kinds of stored answer: how their ids begin, where they are read again, and in which other forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["KINDS", "AnswerKind", "Kind"]

AnswerKind = Literal[
    "valuation",
    "pledge_quote",
    "leverage_scenario",
    "leverage_waterfall",
    "leverage_run",
    "leverage_comparison",
    "leverage_frontier",
    "performance_evaluation",
    "report",
    "analysis",
    "rate_paper",
    "score",
    "comparables_import",
    "loan_book",
    "portfolio_run",
]


@dataclass(frozen=True)
class Kind:
    """How the answers of one kind are named.

    Attributes
    ----------
    id_prefix : the beginning of every id.
    address : where they are posted to, and below which they are read.
    other_forms : other forms of an answer, each by the last part of its address.
    former_address : where they were posted to and read before, which goes on working.
    """

    id_prefix: str
    address: str
    other_forms: Mapping[str, str] = field(default_factory=dict)
    former_address: str | None = None


_WORKSHEET = {"worksheet": "worksheet.xlsx"}

KINDS: Mapping[AnswerKind, Kind] = {
    "valuation": Kind("val_", "/v1/valuations", {"explain": "explain", **_WORKSHEET}),
    "pledge_quote": Kind("plq_", "/v1/pledge-quotes"),
    "leverage_scenario": Kind("lev_", "/v1/leverage/scenarios", _WORKSHEET, "/v1/leverage-scenarios"),
    "leverage_waterfall": Kind("wat_", "/v1/leverage/waterfalls", _WORKSHEET),
    "leverage_run": Kind("run_", "/v1/leverage/runs", _WORKSHEET),
    "leverage_comparison": Kind("cmp_", "/v1/leverage/compare"),
    "leverage_frontier": Kind("fro_", "/v1/leverage/frontier"),
    "performance_evaluation": Kind("per_", "/v1/leverage/performance-evaluations", _WORKSHEET),
    "report": Kind("rep_", "/v1/reports"),
    "analysis": Kind("ana_", "/v1/analyses"),
    "rate_paper": Kind("rat_", "/v1/rate-papers", _WORKSHEET),
    "score": Kind("sco_", "/v1/scores"),
    "comparables_import": Kind("imp_", "/v1/comparables/imports"),
    "loan_book": Kind("pbk_", "/v1/portfolios"),
    "portfolio_run": Kind("prn_", "/v1/portfolio-runs", _WORKSHEET),
}
