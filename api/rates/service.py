"""Writing a rate paper: one kind, one paper of the domain, one line that is the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from api.answered import Answered, named_under, refuse_undrawn
from api.rates.curve_papers import curve_paper
from api.rates.schemas import (
    BuildUpPaper,
    CapmPaper,
    RatePaperRequest,
    ReturnDecompositionPaper,
    ScoredPremiumPaper,
    UsefulLifePaper,
    WaccPaper,
    WaraPaper,
)
from valuation.discounting.build_up import build_up_paper, scored_premium_paper
from valuation.discounting.capm import capm_paper
from valuation.discounting.life import binding_limits, useful_life_paper
from valuation.discounting.return_decomposition import return_decomposition_paper
from valuation.discounting.wacc import wacc_paper
from valuation.discounting.wara import wara_paper
from valuation.kernel.conclusion import amount_text
from valuation.kernel.dated import DatedValue
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.kernel.figures import check_sources, supposed_inputs
from valuation.kernel.labels import NamedWarning
from valuation.kernel.sources import Source, unverified
from valuation.kernel.workbook import workbook_bytes
from valuation.kernel.worksheet import Worksheet
from valuation.reference import reference_table, reference_warnings

__all__ = ["RateAnswer", "rate_paper"]

#: In the request a curve states when a payment falls due as its maturity.
_NAMES = {"time_years": "maturity_years"}


@dataclass(frozen=True)
class RateAnswer(Answered):
    """A rate paper with its worksheet, for those who print it."""

    worksheet: Worksheet = field(kw_only=True)
    answer: str = field(kw_only=True)
    workbook: bytes = field(kw_only=True)


@dataclass(frozen=True)
class _Written:
    """A paper of the domain: the line that is the answer, and what it says beside it."""

    worksheet: Worksheet
    answer: str
    warnings: tuple[NamedWarning, ...] = ()
    sources: tuple[Source, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


def rate_paper(request: RatePaperRequest) -> RateAnswer:
    """Which rate (or how many years) does this paper find?

    Raises
    ------
    InputError : a figure is inconsistent, names an unlisted source, or states a distribution nobody would draw.
    RefusalError : the paper must not answer.

    Tested by: ``tests/api/rates/test_rate_papers.py``.
    """
    listed = {name: row.as_source(name) for name, row in request.sources.items()}
    used = check_sources(request, listed=listed)
    refuse_undrawn(request)
    with named_under("paper", names=_NAMES):
        written = _written(request)
    sources = (*used, *written.sources)
    warnings = (*written.worksheet.warnings(), *written.warnings, *supposed_inputs(request), *unverified(used))
    digest = digest_of({"rate_paper": request.model_dump(mode="json")})
    body = _body(request, written)
    return RateAnswer(
        body=body,
        warnings=warnings,
        sources=sources,
        digest=digest,
        workbook=_workbook(request, written.worksheet, warnings, sources, digest),
        worksheet=written.worksheet,
        answer=written.answer,
    )


def _body(request: RatePaperRequest, written: _Written) -> dict[str, Any]:
    paper, entry = written.worksheet, written.worksheet.entry(written.answer)
    return {
        "kind": request.paper.kind,
        "label": paper.title.as_document(),
        "dates": request.dates.model_dump(mode="json"),
        "unit": entry.unit,
        "value": amount_text(paper.value(written.answer), entry.unit),
        "answer": written.answer,
        "details": written.details,
        "paper": paper.as_document(),
    }


def _written(request: RatePaperRequest) -> _Written:
    match request.paper:
        case BuildUpPaper() as stated:
            return _Written(build_up_paper(stated), "discount_rate_share")
        case ScoredPremiumPaper() as stated:
            return _scored(stated, request)
        case CapmPaper() as stated:
            return _Written(capm_paper(stated), "cost_of_equity_share")
        case WaccPaper() as stated:
            return _Written(wacc_paper(stated), "wacc_share")
        case ReturnDecompositionPaper() as stated:
            return _Written(return_decomposition_paper(stated), "intangible_return_share")
        case WaraPaper() as stated:
            return _Written(wara_paper(stated), "wara_share")
        case UsefulLifePaper() as stated:
            details = {"binding_limits": list(binding_limits(stated))}
            return _Written(useful_life_paper(stated), "useful_life_years", details=details)
        case stated:
            curve = curve_paper(stated)
            return _Written(curve.worksheet, "riskless_rate_share", warnings=curve.warnings, details=curve.fit)


def _scored(stated: ScoredPremiumPaper, request: RatePaperRequest) -> _Written:
    """The premium; where practice gives its upper end, that value's source and doubt go with it."""
    day = request.dates.policy_date
    paper = scored_premium_paper(stated, policy_date=day)
    practice: tuple[DatedValue, ...] = ()
    if stated.maximum_share is None:
        practice = (reference_table("discount_practice").value("scored_risk_maximum_share", on=day),)
    sources = tuple(each.source for each in practice)
    return _Written(paper, "premium_share", warnings=reference_warnings(practice), sources=sources)


def _workbook(
    request: RatePaperRequest,
    paper: Worksheet,
    warnings: tuple[NamedWarning, ...],
    sources: tuple[Source, ...],
    digest: str,
) -> bytes:
    notes = [(name, str(day)) for name, day in request.dates.model_dump(mode="json").items()]
    notes += [(f"提示 {each.code}", f"{each.label.zh} / {each.label.en}") for each in warnings]
    notes += [(f"来源 {each.id} ({each.status})", f"{each.citation} {each.address or ''}") for each in sources]
    notes += [("引擎版本 Engine", ENGINE_VERSION), ("摘要 Digest", digest)]
    return workbook_bytes({request.paper.kind: paper}, links={}, notes=notes, report_date=request.dates.report_date)
