"""On how much land does a variety grow, year by year? Adoption, replacement, and the wait of perennials."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.survival import mid_time_line
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, cumulative_sum, exponential, larger, previous
from valuation.kernel.fields import NOT_EMPTY, FrozenModel, Reason
from valuation.kernel.figures import Figure, PositiveFigure, ShareFigure, ShareSeries, at_least
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = ["Adoption", "Areas", "PlantLife", "Replacement", "area_lines"]

#: Years a perennial may take to its first harvest; everything has a limit.
MAXIMUM_WAIT_YEARS = 30


class TabulatedAdoption(FrozenModel):
    """Part of the fit area, one share a year."""

    kind: Literal["table"]
    share: ShareSeries


class LogisticAdoption(FrozenModel):
    """``ceiling / (1 + exp(−speed · (t − midpoint)))``; t and midpoint are years from the valuation date.

    The midpoint is the time at which half of the ceiling is reached; before the valuation date it is negative.
    """

    kind: Literal["logistic"]
    ceiling_share: ShareFigure
    speed_per_year: PositiveFigure
    midpoint_years: Figure


class NotReplaced(FrozenModel):
    """No better variety is expected within the forecast; the reason says why."""

    kind: Literal["none"]
    reason: Reason


class BetterVariety(FrozenModel):
    """From ``arrives_after_years`` on, ``lost_share_per_year`` of what is left goes to a better variety each year."""

    kind: Literal["better_variety"]
    arrives_after_years: Annotated[Figure, AfterValidator(at_least(0))]
    lost_share_per_year: ShareFigure


class Annual(FrozenModel):
    """Planted and harvested within the year, on the whole area anew."""

    kind: Literal["annual"]


class Perennial(FrozenModel):
    """Stays on the land: what is planted in a year is first harvested (tapped) ``n`` years later.

    ``standing_before_hectares`` has ``n`` areas: what stood with the variety at the end of the year before the first
    year of the forecast, of the year before that, and so on back.
    """

    kind: Literal["perennial"]
    standing_before_hectares: Annotated[
        tuple[Annotated[Figure, AfterValidator(at_least(0))], ...], Field(max_length=MAXIMUM_WAIT_YEARS), *NOT_EMPTY
    ]


Adoption = Annotated[TabulatedAdoption | LogisticAdoption, Field(discriminator="kind")]
Replacement = Annotated[NotReplaced | BetterVariety, Field(discriminator="kind")]
PlantLife = Annotated[Annual | Perennial, Field(discriminator="kind")]


@dataclass(frozen=True)
class Areas:
    """The lines of the area planted in each year, standing at its end, and harvested in it.

    Nothing of an annual crop stands at the end of a year: ``standing`` is ``None``.
    """

    planted: Name
    standing: Name | None
    harvested: Name


def area_lines(
    sheet: Sheet,
    reachable: Name,
    *,
    adoption: TabulatedAdoption | LogisticAdoption,
    replacement: NotReplaced | BetterVariety,
    plant_life: Annual | Perennial,
    times: Sequence[float],
) -> Areas:
    """Write the area planted, standing and harvested in each year.

    The lines are ``planted_area``, ``harvested_area`` and, of a perennial, ``standing_area`` at the end of the year.
    An annual crop is planted and harvested on ``reachable · adoption · replacement``. A perennial is planted where
    adoption rises above what stands already, less what a better variety takes of the new plantings; standing trees
    stay, and bear after their wait.

    Parameters
    ----------
    reachable : line of the fit area in hectares.
    times : years from the valuation date at which adoption and replacement are read, one a column.

    Raises
    ------
    InputError : the history of a perennial is not possible, or its tabulated adoption falls.

    Tested by: ``tests/valuation/income/test_plant_variety_royalty.py`` (a plain loop over plots of land).
    """
    label = Label("市场年数（当期中点）", "time on the market, middle of the counted part")
    time = mid_time_line(sheet, "market_time_years", times, label=label)
    adopted = _adoption_line(sheet, adoption, time)
    kept = _replacement_line(sheet, replacement, time)
    if isinstance(plant_life, Perennial):
        return _perennial_lines(sheet, plant_life, adoption, reachable, adopted, kept)
    planted = sheet.line("planted_area", reachable * adopted * kept, label=_PLANTED, unit="ha")
    return Areas(planted, None, sheet.line("harvested_area", planted * 1, label=_HARVESTED, unit="ha"))


def _adoption_line(sheet: Sheet, adoption: TabulatedAdoption | LogisticAdoption, time: Name) -> Name:
    label = Label("推广比例", "adoption")
    if isinstance(adoption, TabulatedAdoption):
        found, years = len(adoption.share.values), len(sheet.axis.columns)
        if found != years:
            raise InputError.of("adoption.share", found=f"{found} years", expected=f"{years} years, as in owner_cost")
        return sheet.series("adoption_share", adoption.share, label=label, unit="share", domain=(0, 1))
    ceiling = sheet.figure(
        "ceiling_share",
        adoption.ceiling_share,
        label=Label("推广上限", "ceiling of adoption"),
        unit="share",
        domain=(0, 1),
    )
    speed = sheet.figure(
        "adoption_speed_per_year",
        adoption.speed_per_year,
        label=Label("推广速度", "speed of adoption"),
        unit="1/year",
        domain=(0, float("inf")),
    )
    midpoint = sheet.figure(
        "adoption_midpoint_years",
        adoption.midpoint_years,
        label=Label("推广中点（距基准日）", "midpoint of adoption, from the valuation date"),
        unit="years",
    )
    curve = ceiling / (1 + exponential(-(speed * (time - midpoint))))
    return sheet.line("adoption_share", curve, label=label, unit="share")


def _replacement_line(sheet: Sheet, replacement: NotReplaced | BetterVariety, time: Name) -> Name:
    label = Label("未被更优品种替代的比例", "part not lost to a better variety")
    if isinstance(replacement, NotReplaced):
        ones = [1.0] * len(sheet.axis.columns)
        return sheet.derived_row("kept_share", ones, label=label, unit="share", reason=replacement.reason)
    arrival = sheet.figure(
        "arrives_after_years",
        replacement.arrives_after_years,
        label=Label("更优品种出现（距基准日）", "arrival of a better variety, from the valuation date"),
        unit="years",
        domain=(0, float("inf")),
    )
    lost = sheet.figure(
        "lost_share_per_year",
        replacement.lost_share_per_year,
        label=Label("每年被替代比例", "part lost to it each year"),
        unit="share",
        domain=(0, 1),
    )
    return sheet.line("kept_share", (1 - lost) ** larger(time - arrival, 0), label=label, unit="share")


def _perennial_lines(
    sheet: Sheet,
    perennial: Perennial,
    adoption: TabulatedAdoption | LogisticAdoption,
    reachable: Name,
    adopted: Name,
    kept: Name,
) -> Areas:
    _check_history(perennial, adoption)
    before = _history_lines(sheet, perennial)
    wanted = sheet.line(
        "wanted_area",
        larger(reachable * adopted, before[0]),
        label=Label("推广应达面积", "area called for by adoption"),
        unit="ha",
    )
    planted = sheet.line("planted_area", (wanted - previous(wanted, first=before[0])) * kept, label=_PLANTED, unit="ha")
    standing = sheet.line(
        "standing_area", before[0] + cumulative_sum(planted), label=Label("存量面积", "standing area"), unit="ha"
    )
    lagged: Name = standing
    for years, area in enumerate(before, start=1):
        lagged = sheet.line(f"standing_{years}_before", previous(lagged, first=area), label=_lag(years), unit="ha")
    bearing: Expression = lagged * 1
    return Areas(planted, standing, sheet.line("harvested_area", bearing, label=_HARVESTED, unit="ha"))


def _history_lines(sheet: Sheet, perennial: Perennial) -> list[Name]:
    """Areas that stood before the forecast, the latest first."""
    return [
        sheet.figure(
            f"standing_at_start_less_{years}",
            area,
            label=Label(f"首年前 {years} 年末存量面积", f"standing area, {years} year-ends before the forecast's own"),
            unit="ha",
            domain=(0, float("inf")),
        )
        for years, area in enumerate(perennial.standing_before_hectares, start=1)
    ]


def _check_history(perennial: Perennial, adoption: TabulatedAdoption | LogisticAdoption) -> None:
    areas = [area.value for area in perennial.standing_before_hectares]
    if any(earlier > later for later, earlier in itertools.pairwise(areas)):
        raise InputError.of(
            "plant_life.standing_before_hectares",
            found=", ".join(f"{area:g}" for area in areas),
            expected="the latest year first, no year with more than the year after it",
        )
    if isinstance(adoption, TabulatedAdoption):
        shares = adoption.share.values
        if any(later < earlier for earlier, later in itertools.pairwise(shares)):
            raise InputError.of(
                "adoption.share", found="shares that fall", expected="shares that never fall: trees stay on their land"
            )


def _lag(years: int) -> Label:
    return Label(f"{years} 年前存量面积", f"standing area, {years} years before")


_PLANTED = Label("种植面积", "area planted")
_HARVESTED = Label("收获面积", "area harvested")
