"""A plant variety right 植物新品种权."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.assets._legal_term import LegalTerm, legal_term, refuse_disorder
from valuation.kernel.fields import Day
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

    def derived_term(self) -> LegalTerm | None:
        """The term that follows from the facts of the register; see the kind's own text."""
        if self.grant_date is None:
            return None
        right = f"plant_variety.{self.variety_group}"
        return legal_term(right, start=self.grant_date, jurisdiction=self.jurisdiction)


SUBJECT_MODEL = PlantVariety
