"""Scores asked by a file."""

from __future__ import annotations

from pathlib import Path

from api.answered import Answered
from api.bodies import read_model
from api.files import read_file
from api.scores.schemas import ScoreRequest
from api.scores.service import score_patent

__all__ = ["score_file"]


def score_file(path: Path) -> Answered:
    """How does the patent of this file score?"""
    return score_patent(read_model(ScoreRequest, read_file(path)))
