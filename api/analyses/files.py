"""Analyses asked by a file."""

from __future__ import annotations

from pathlib import Path

from api.analyses.service import analyse
from api.answered import Answered
from api.bodies import read_model
from api.catalogues import Catalogues
from api.files import read_with_valuation

__all__ = ["analysis_file"]


def analysis_file(path: Path, catalogues: Catalogues) -> Answered:
    """What does the analysis of this file find? Its valuation stands in it, or in the file it names."""
    return analyse(read_model(catalogues.analysis_request, read_with_valuation(path)))
