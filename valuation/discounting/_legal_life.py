"""Does a stated number of years reach beyond the legal end of the right?"""

from __future__ import annotations

from valuation.discounting.timing import year_fraction
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Setting

__all__ = ["beyond_legal_end"]

#: A day's grace, because years stated with few digits are rounded.
_GRACE_YEARS = 1 / 365


def beyond_legal_end(years: float, setting: Setting) -> tuple[NamedWarning, ...]:
    """Name years from the valuation date that the right does not have any more; nothing for a right without an end.

    Tested by: ``tests/valuation/test_legal_life.py``.
    """
    end = setting.subject.legal_end()
    if end is None:
        return ()
    left = year_fraction(setting.dates.valuation_date, end)
    if years <= left + _GRACE_YEARS:
        return ()
    label = Label(
        f"所列 {years:g} 年超过权利剩余的 {left:.2f} 年（{end} 届满）",
        f"the {years:g} years stated are more than the {left:.2f} that the right has until {end}",
    )
    return (NamedWarning("years_beyond_legal_end", label),)
