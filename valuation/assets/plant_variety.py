"""A plant variety right 植物新品种权."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.kernel.fields import Day
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "PlantVariety"]


class PlantVariety(Subject):
    """A protected variety: its species and the territory it is fit for are part of what is valued."""

    kind: Literal["plant_variety"]
    species: Annotated[str, Field(min_length=1, max_length=200)]
    variety_group: Literal["vine_or_tree", "other"]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    territory: Annotated[str, Field(min_length=1, max_length=300)]
    grant_date: Day | None = None


SUBJECT_MODEL = PlantVariety
