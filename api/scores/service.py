"""Scoring: one kind, one result of the domain, and the sources behind it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from api.answered import Answered, named_under, refuse_undrawn
from api.scores.kind import NamesSource, score_kinds
from api.scores.schemas import ScoreRequest
from valuation.errors import UnknownNameError
from valuation.indicators.annuity_fees import Applicants, PatentKind, annual_fees, fee_warnings
from valuation.indicators.scene_weights import scene_weights
from valuation.indicators.score_profile import standard_structure
from valuation.indicators.us_lapse import us_lapse
from valuation.kernel.digest import digest_of
from valuation.kernel.figures import check_sources, supposed_inputs
from valuation.kernel.sources import Source, unverified

__all__ = ["annuities_document", "score_patent", "standard_document", "us_lapse_document"]


_FEN = Decimal("0.01")


def score_patent(request: ScoreRequest) -> Answered:
    """How does a patent stand: points under a profile, indices within its cohort, survival, weights or peers?

    Raises
    ------
    InputError : marks, weights, counts or sources that cannot be used.
    GapError : a weight was not found, as those of the standard itself.
    RefusalError : an index without a denominator, a sample of lapsed patents alone.

    Tested by: ``tests/api/scores/test_scores.py``.
    """
    listed = {name: row.as_source(name) for name, row in request.sources.items()}
    refuse_undrawn(request)
    used = (*check_sources(request, listed=listed), *_of_the_facts(request, listed))
    with named_under("scoring"):
        scored = score_kinds()[request.scoring.kind].score(request.scoring)
    sources = (*used, *scored.sources)
    return Answered(
        body={"kind": request.scoring.kind, "result": scored.result},
        warnings=(*scored.warnings, *supposed_inputs(request), *unverified(used)),
        sources=sources,
        digest=digest_of({"score": request.model_dump(mode="json")}),
    )


def us_lapse_document(*, age_years: float | None) -> dict[str, Any]:
    """Survival of US patents as JSON-safe data, and the share in force at one age if it is asked for.

    Raises
    ------
    InputError : a negative age.
    """
    found = us_lapse()
    in_force = None
    if age_years is not None:
        low, high = found.in_force_share(age_years)
        in_force = {"age_years": age_years, "low_share": low, "high_share": high}
    return {
        "bands": [asdict(each) for each in found.bands],
        "third_hazard_share": found.third_hazard_share,
        "third_hazard_error": found.third_hazard_error,
        "scatter_between_years": found.scatter_between_years,
        "complete_filing_years": list(found.complete_filing_years),
        "in_force": in_force,
        "warnings": [each.as_document() for each in found.warnings],
        "sources": [each.as_document() for each in found.sources],
    }


def annuities_document(
    kind: PatentKind,
    *,
    grant_year: int,
    first_year: int,
    last_year: int,
    applicants: Applicants,
    on: datetime.date,
) -> dict[str, Any]:
    """What it costs to keep a Chinese patent in force, year by year, as JSON-safe data; amounts are texts.

    Raises
    ------
    InputError : years in the wrong order, before the grant, or after the last of this kind of patent.
    BeforeFirstStepError : a day before the table begins.
    """
    fees = annual_fees(
        kind, first_year=first_year, last_year=last_year, grant_year=grant_year, applicants=applicants, on=on
    )
    sources = {used.source.id: used.source for fee in fees for used in fee.used}
    payable = [fee.payable_cny.quantize(_FEN) for fee in fees]
    return {
        "currency": "CNY",
        "fees": [
            {
                "year": fee.year,
                "full": str(fee.full_cny.quantize(_FEN)),
                "reduction_share": float(fee.reduction_share),
                "payable": str(amount),
            }
            for fee, amount in zip(fees, payable, strict=True)
        ],
        "total_payable": str(sum(payable, start=Decimal(0))),
        "warnings": [each.as_document() for each in fee_warnings(fees)],
        "sources": [each.as_document() for each in sources.values()],
    }


def standard_document() -> dict[str, Any]:
    """What is known of GB/T 42748-2023 as JSON-safe data."""
    found = standard_structure()
    return {
        "label": found.label.as_document(),
        "counts": dict(found.counts),
        "dimensions": {name: label.as_document() for name, label in found.dimensions.items()},
        "scenes": {name: label.as_document() for name, label in found.scenes.items()},
        "weight_profiles": {
            scene: asdict(weights) | {"stated_on": weights.stated_on.isoformat()}
            for scene, weights in scene_weights().items()
        },
        "gaps": dict(found.gaps),
        "sources": [each.as_document() for each in found.sources],
    }


def _of_the_facts(request: ScoreRequest, listed: Mapping[str, Source]) -> tuple[Source, ...]:
    """The source of counts and of copied names, which carry no grade of their own."""
    named = request.scoring.named_source() if isinstance(request.scoring, NamesSource) else None
    if named is None:
        return ()
    field, name = named
    if name not in listed:
        raise UnknownNameError.among(f"scoring.{field}", found=name, known=listed or ["(no source is listed)"])
    return (listed[name],)
