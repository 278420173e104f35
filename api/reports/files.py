"""Reports asked by a file: the particulars, and the name of the valuation's request file."""

from __future__ import annotations

from pathlib import Path

from api.answered import Answered, named_under
from api.bodies import read_model
from api.catalogues import Catalogues
from api.files import read_file, value_file
from api.reports.schemas import ReportFile
from api.reports.service import report_of

__all__ = ["report_file"]


def report_file(path: Path, catalogues: Catalogues) -> Answered:
    """Which 14 sections report the valuation that this file names?

    Raises
    ------
    InputError : particulars or valuation that cannot be used; nothing was reported.
    """
    particulars = read_model(ReportFile, read_file(path))
    with named_under("valuation_file"):
        appraisal = value_file(path.parent / particulars.valuation_file, catalogues)
    return report_of(appraisal, particulars)
