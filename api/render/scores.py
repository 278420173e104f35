"""A score on a screen: points with every contribution, indices, or survival at renewal fees; never money."""

from __future__ import annotations

from collections.abc import Iterator

from api.answered import Answered
from api.render.appraisal import doubts_and_sources
from api.render.grids import Lines, Section
from api.scores.kind import score_kinds
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["score_sections"]


def score_sections(answered: Answered, *, language: Language) -> Iterator[Section]:
    """What was scored, part by part, and what is a judgement in it."""
    yield from score_kinds()[answered.body["kind"]].sections(answered.body["result"], language)
    yield from doubts_and_sources(answered.warnings, answered.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answered.digest}"))
