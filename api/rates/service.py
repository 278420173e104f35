"""Writing a rate paper: one kind, one paper of the domain, one line that is the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from api.answered import Answered, named_under, refuse_undrawn
from api.rates.kind import Written, rate_kinds
from api.rates.schemas import RatePaperRequest
from valuation.kernel.conclusion import amount_text
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.kernel.figures import check_sources, supposed_inputs
from valuation.kernel.labels import NamedWarning
from valuation.kernel.sources import Source, unverified
from valuation.kernel.workbook import workbook_bytes
from valuation.kernel.worksheet import Worksheet

__all__ = ["RateAnswer", "rate_paper"]

#: In the request a curve states when a payment falls due as its maturity.
_NAMES = {"time_years": "maturity_years"}


@dataclass(frozen=True)
class RateAnswer(Answered):
    """A rate paper with its worksheet, for those who print it."""

    worksheet: Worksheet = field(kw_only=True)
    answer: str = field(kw_only=True)
    workbook: bytes = field(kw_only=True)


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
        written = rate_kinds()[request.paper.kind].write(request.paper, request.dates)
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


def _body(request: RatePaperRequest, written: Written) -> dict[str, Any]:
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
