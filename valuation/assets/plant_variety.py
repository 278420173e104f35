"""A plant variety right 植物新品种权."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from valuation.assets._legal_term import LegalTerm, legal_term, refuse_disorder
from valuation.kernel.fields import Day
from valuation.kernel.labels import NamedWarning
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "PlantVariety"]


class PlantVariety(Subject):
    """A protected variety: its species and the territory it is fit for are part of what is valued.

    Without an expiry date the legal end follows from ``grant_date`` by the law of that day.
    """

    kind: Literal["plant_variety"]
    species: Annotated[str, Field(min_length=1, max_length=200)]
    variety_group: Literal["vine_or_tree", "other"]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    territory: Annotated[str, Field(min_length=1, max_length=300)]
    grant_date: Day | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a right that ends before it was granted."""
        del context
        refuse_disorder(self.grant_date, self.expiry_date, expected="grant ≤ expiry")

    def legal_end(self) -> datetime.date | None:
        """The stated last day, or the one that follows from the grant; ``None`` without either."""
        term = self._term()
        return self.expiry_date if term is None else term.last_day

    def doubts(self) -> tuple[NamedWarning, ...]:
        """What a reader must know about a legal end that the engine derived."""
        term = self._term()
        return () if term is None else term.doubts

    def _term(self) -> LegalTerm | None:
        if self.expiry_date is not None or self.grant_date is None:
            return None
        right = f"plant_variety.{self.variety_group}"
        return legal_term(right, start=self.grant_date, jurisdiction=self.jurisdiction)


SUBJECT_MODEL = PlantVariety
