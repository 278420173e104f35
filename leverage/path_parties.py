"""What do the parties beside the programme pay and get on each path? Shared by the instruments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from leverage.path_money import PartyMoney, PathCourse, by_path

__all__ = ["FEN_PER_YUAN", "in_yuan", "lender", "payer"]

Array = NDArray[np.float64]

FEN_PER_YUAN = 100


def in_yuan(amounts_fen: Mapping[str, int]) -> dict[str, float]:
    """Amounts of money owed (whole fen) as a model's float64 yuan."""
    return {name: fen / FEN_PER_YUAN for name, fen in amounts_fen.items()}


def lender(course: PathCourse, lent: float, *, received: Array | float = 0.0) -> PartyMoney:
    """Who lends to firms pays what is drawn and gets what is repaid, and beside that ``received``."""
    back = lent * course.repaid.sum(axis=1) + received
    return payer(lent * course.drawn_share, back)


def payer(paid: float, received: Array) -> PartyMoney:
    """Who pays the same on all paths and holds nothing at the end."""
    return PartyMoney(by_path(paid, len(received)), received, by_path(0.0, len(received)))
