"""How much of a right is left when it wears evenly over its life?"""

from __future__ import annotations

from valuation.kernel.expression import Name
from valuation.kernel.figures import Figure, PositiveFigure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = ["REMAINING", "remaining_by_life_line"]

REMAINING = Label("成新率", "remaining-condition rate")


def remaining_by_life_line(sheet: Sheet, *, used: Figure, left: PositiveFigure, is_total: bool) -> Name:
    """Write the remaining-condition rate ``left / (used + left)`` of so many years, as the line ``remaining_share``.

    ``is_total`` shows it among the results of the paper.
    """
    domain = (0.0, float("inf"))
    gone = sheet.figure("years_used", used, label=Label("已使用年限", "years used"), unit="years", domain=domain)
    rest = sheet.figure(
        "remaining_years", left, label=Label("剩余年限", "years remaining"), unit="years", domain=domain
    )
    return sheet.line("remaining_share", rest / (gone + rest), label=REMAINING, unit="share", total=is_total)
