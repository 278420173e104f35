"""How long is a drug protected, and what does a licensor get of it?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.timing import year_fraction
from valuation.errors import InputError
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import Day, FrozenModel, Reason
from valuation.kernel.figures import Amount, Figure, ShareFigure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.method import Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["Exclusivity", "Licence", "NoLicence", "exclusivity_end_line", "licensor_value_line"]


class LegalEndExclusivity(FrozenModel):
    """Others are kept out until the legal end of the right that is valued, extensions included."""

    kind: Literal["legal_end"]


class StatedExclusivity(FrozenModel):
    """Others are kept out until a stated day (another patent, data protection, orphan exclusivity)."""

    kind: Literal["until"]
    last_day: Day
    reason: Reason


class YearsFromLaunch(FrozenModel):
    """Others are kept out for some years from launch, whenever that is."""

    kind: Literal["years_from_launch"]
    years: Annotated[Figure, AfterValidator(at_least(0))]


Exclusivity = Annotated[LegalEndExclusivity | StatedExclusivity | YearsFromLaunch, Field(discriminator="kind")]


class NoLicence(FrozenModel):
    """Nothing is divided: one owner develops and sells."""

    kind: Literal["none"]
    reason: Reason


class Milestone(FrozenModel):
    """What is paid when a phase succeeds; ``phase`` is its name."""

    phase: Annotated[str, Field(min_length=1, max_length=100)]
    amount: Annotated[Amount, AfterValidator(at_least(0))]


class Licence(FrozenModel):
    """What the licensee pays: on signing, when phases succeed, and on sales. The licensee bears all costs."""

    kind: Literal["licence"]
    upfront: Annotated[Amount, AfterValidator(at_least(0))]
    milestones: Annotated[tuple[Milestone, ...], Field(max_length=50)]
    royalty_rate_share: ShareFigure


def exclusivity_end_line(sheet: Sheet, exclusivity: Exclusivity, setting: Setting) -> Name:
    """Write when exclusivity ends, in years from the valuation date, as the line ``exclusivity_end_years``.

    Raises
    ------
    InputError : the right states no legal end, though exclusivity is said to last until it.
    """
    label = Label("独占期截止（距基准日年数）", "end of exclusivity, years from the valuation date")
    if isinstance(exclusivity, YearsFromLaunch):
        years = sheet.figure(
            "exclusivity_years",
            exclusivity.years,
            label=Label("上市后独占年数", "exclusive years from launch"),
            unit="years",
            domain=(0, float("inf")),
        )
        launch = Name("launch_time_years", is_row=False)
        return sheet.line("exclusivity_end_years", launch + years, label=label, unit="years")
    last = exclusivity.last_day if isinstance(exclusivity, StatedExclusivity) else setting.subject.legal_end()
    if last is None:
        raise InputError.of("exclusivity.kind", found="legal_end", expected="a right that states its expiry date")
    basis = exclusivity.reason if isinstance(exclusivity, StatedExclusivity) else "legal end of the right"
    years_left = year_fraction(setting.dates.valuation_date, last)
    return sheet.derived("exclusivity_end_years", years_left, label=label, unit="years", reason=f"{basis}: {last}")


def licensor_value_line(
    sheet: Sheet, licence: NoLicence | Licence, *, phases: Sequence[str], years: int, sales: Name, unit: str
) -> Name:
    """Write what a licensor gets after tax, as the line ``licensor_value``; nothing without a licence.

    Upfront today, milestones at the end of their phase weighted by passing it, royalties with the sales weighted by
    approval.
    """
    label = Label("许可方价值", "value to the licensor")
    if isinstance(licence, NoLicence):
        return sheet.derived("licensor_value", 0.0, label=label, unit=unit, reason=licence.reason)
    upfront = sheet.figure("upfront", licence.upfront, label=Label("首付款", "upfront payment"), unit=unit)
    royalties = _royalties(sheet, licence, sales, unit)
    milestones = _milestones(sheet, licence, phases, years, unit)
    tax = Name("tax_rate_share", is_row=False)
    return sheet.line(
        "licensor_value", (upfront + milestones + royalties) * (1 - tax), label=label, unit=unit, total=True
    )


def _royalties(sheet: Sheet, licence: Licence, sales: Name, unit: str) -> Name:
    rate = sheet.figure(
        "royalty_rate_share",
        licence.royalty_rate_share,
        label=Label("提成率", "royalty rate"),
        unit="share",
        domain=(0, 1),
    )
    reaching, factor = Name("reaching_share", is_row=True), Name("discount_factor", is_row=True)
    present = sheet.line(
        "royalty_present_value_by_column",
        sales * rate * reaching * factor,
        label=Label("提成费期望现值", "expected royalty, discounted"),
        unit=unit,
    )
    return sheet.line(
        "royalty_present_value", total(present), label=Label("提成费现值合计", "present value of royalties"), unit=unit
    )


def _milestones(sheet: Sheet, licence: Licence, phases: Sequence[str], years: int, unit: str) -> Name:
    due = {phase: Amount(value=Decimal(0), grade="assumed", reason="no milestone agreed") for phase in phases}
    for number, each in enumerate(licence.milestones):
        if each.phase not in due:
            raise InputError.of(
                f"licence.milestones.{number}.phase", found=each.phase, expected=f"one of {', '.join(phases)}"
            )
        if due[each.phase].value:
            raise InputError.of(f"licence.milestones.{number}.phase", found=f"{each.phase} twice", expected="once")
        due[each.phase] = each.amount
    nothing = Amount(value=Decimal(0), grade="assumed", reason="milestones are due on phases")
    amount = sheet.figure_row(
        "milestone", [*due.values(), *[nothing] * years], label=Label("里程碑付款", "milestone payment"), unit=unit
    )
    rate = Name("discount_rate_share", is_row=False)
    present = sheet.line(
        "milestone_present_value_by_column",
        amount * Name("passing_share", is_row=True) * (1 + rate) ** -Name("end_time_years", is_row=True),
        label=Label("里程碑期望现值", "expected milestone, discounted"),
        unit=unit,
    )
    return sheet.line(
        "milestone_present_value",
        total(present),
        label=Label("里程碑现值合计", "present value of milestones"),
        unit=unit,
    )
