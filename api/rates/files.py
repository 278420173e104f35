"""Rate papers asked by a file."""

from __future__ import annotations

from pathlib import Path

from api.bodies import read_model
from api.files import read_file
from api.rates.schemas import RatePaperRequest
from api.rates.service import RateAnswer, rate_paper

__all__ = ["rate_file"]


def rate_file(path: Path) -> RateAnswer:
    """Which rate, or how many years, does the paper of this file find?"""
    return rate_paper(read_model(RatePaperRequest, read_file(path)))
