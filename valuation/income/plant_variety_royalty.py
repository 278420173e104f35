"""Plant variety royalties 植物新品种权使用费法: what do growers of the variety pay, on which area and for how long?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.forecast import (
    Forecast,
    Tax,
    after_tax_line,
    counted_share_line,
    forecast_conventions,
    forecast_doubts,
    forecast_years,
    present_value_line,
    value_line,
    year_axis,
)
from valuation.discounting.tax_amortisation import TaxAmortisation
from valuation.errors import InputError
from valuation.income._variety_area import Adoption, Areas, Perennial, PlantLife, Replacement, area_lines
from valuation.kernel.expression import Expression, Name, total
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import (
    Amount,
    AmountSeries,
    Figure,
    FigureOrSeries,
    Series,
    ShareFigure,
    ShareOrSeries,
    at_least,
)
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "PlantVarietyRoyaltyInputs"]


class HarvestRoyalty(FrozenModel):
    """A share of what the harvested area yields: tonnes a hectare × price of a tonne × rate."""

    kind: Literal["harvest"]
    yield_tonnes_per_hectare: Annotated[FigureOrSeries, AfterValidator(at_least(0))]
    price_per_tonne: Annotated[AmountSeries, AfterValidator(at_least(0))]
    royalty_rate_share: ShareOrSeries


class PlantingRoyalty(FrozenModel):
    """A fee on seed or seedlings for each hectare planted; ``licensed_share`` of it is not farm-saved or copied."""

    kind: Literal["planting_material"]
    royalty_per_planted_hectare: Annotated[AmountSeries, AfterValidator(at_least(0))]
    licensed_share: ShareOrSeries


class StandingRoyalty(FrozenModel):
    """A yearly fee for each hectare of a perennial under the variety, as long as it stands.

    Attributes
    ----------
    royalty_per_standing_hectare : the fee of each year.
    charged_on : ``standing``: all that stands at the end of the year, young plants and those planted in it; or
        ``bearing``: what is old enough to be harvested in the year.
    licensed_share : part of the area whose growers owe the fee.
    """

    kind: Literal["standing_area"]
    royalty_per_standing_hectare: Annotated[AmountSeries, AfterValidator(at_least(0))]
    charged_on: Literal["standing", "bearing"]
    licensed_share: ShareOrSeries


class PlantVarietyRoyaltyInputs(FrozenModel):
    """What the method needs. Areas are hectares; a year is a full twelve-month year of the forecast.

    Attributes
    ----------
    crop_area_hectares : land under the crop in the territory.
    territorial_fit_share : part of it that the variety is fit for (climate, soil, disease, approval).
    adoption : part of the fit area planted with the variety: a table, or a logistic curve.
    replacement : when a better variety comes, and how much is lost to it a year; or none with a reason.
    plant_life : annual crop, or perennial with the years until the first harvest.
    royalty : on the harvest, on planting material, or a yearly fee on the standing area of a perennial.
    collected_share : part of the royalty due that is collected.
    owner_cost : what the owner spends on upkeep, trials and enforcement; zeros are stated as zeros.
    grower_gain_per_hectare : what a grower gains a year on a hectare harvested, before royalty. Without it the
        royalty is not tested against it and the conclusion says so. Not for planting material of perennials or a
        fee on young plants, which are paid long before the gain.
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`.
    """

    crop_area_hectares: Annotated[Figure, AfterValidator(at_least(0, strictly=True))]
    territorial_fit_share: ShareFigure
    adoption: Adoption
    replacement: Replacement
    plant_life: PlantLife
    royalty: Annotated[HarvestRoyalty | PlantingRoyalty | StandingRoyalty, Field(discriminator="kind")]
    collected_share: ShareFigure
    owner_cost: Annotated[AmountSeries, AfterValidator(at_least(0))]
    grower_gain_per_hectare: Annotated[Amount, AfterValidator(at_least(0))] | None = None
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: PlantVarietyRoyaltyInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.owner_cost.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    reachable = _reachable_area(sheet, inputs)
    _check_royalty(inputs)
    areas = area_lines(
        sheet,
        reachable,
        adoption=inputs.adoption,
        replacement=inputs.replacement,
        plant_life=inputs.plant_life,
        times=counted.mid_times,
    )
    royalty = _royalty(sheet, inputs.royalty, areas, unit)
    warnings = _grower_test(sheet, inputs, royalty, areas.harvested, unit)
    flow = _after_tax_flow(sheet, inputs, royalty, counted_share_line(sheet, counted), unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions=_conventions(inputs),
        beside=("present_value", "tab_factor", "reachable_area"),
        warnings=(*warnings, *forecast_doubts(inputs.forecast, counted)),
    )


def _reachable_area(sheet: Sheet, inputs: PlantVarietyRoyaltyInputs) -> Name:
    area = sheet.figure(
        "crop_area_hectares",
        inputs.crop_area_hectares,
        label=Label("区域内该作物面积", "land under the crop in the territory"),
        unit="ha",
        domain=(0, float("inf")),
    )
    fit = sheet.figure(
        "territorial_fit_share",
        inputs.territorial_fit_share,
        label=Label("适种比例", "part the variety is fit for"),
        unit="share",
        domain=(0, 1),
    )
    return sheet.line("reachable_area", area * fit, label=Label("适种面积", "fit area"), unit="ha", total=True)


def _check_royalty(inputs: PlantVarietyRoyaltyInputs) -> None:
    """Does the royalty fit the plant, and may it be held against the growers' gain?"""
    royalty, is_perennial = inputs.royalty, isinstance(inputs.plant_life, Perennial)
    if isinstance(royalty, StandingRoyalty) and not is_perennial:
        raise InputError.of(
            "royalty.kind",
            found="standing_area for an annual crop",
            expected="planting_material or harvest: nothing of an annual crop stands from year to year",
        )
    is_early = isinstance(royalty, PlantingRoyalty) or (
        isinstance(royalty, StandingRoyalty) and royalty.charged_on == "standing"
    )
    if is_early and is_perennial and inputs.grower_gain_per_hectare is not None:
        raise InputError.of(
            "grower_gain_per_hectare",
            found="a gain",
            expected="none for a fee on planting or young plants of perennials: it is paid before they bear",
        )


def _royalty(
    sheet: Sheet, royalty: HarvestRoyalty | PlantingRoyalty | StandingRoyalty, areas: Areas, unit: str
) -> Name:
    if isinstance(royalty, HarvestRoyalty):
        due = _harvest_royalty(sheet, royalty, areas.harvested, unit)
    elif isinstance(royalty, StandingRoyalty):
        due = _standing_royalty(sheet, royalty, areas, unit)
    else:
        due = _planting_royalty(sheet, royalty, areas.planted, unit)
    return sheet.line("royalty_due", due, label=Label("应收品种权使用费（全年）", "royalty due, full year"), unit=unit)


def _harvest_royalty(sheet: Sheet, royalty: HarvestRoyalty, harvested: Name, unit: str) -> Expression:
    yielded = sheet.figure_or_series(
        "yield_tonnes_per_hectare",
        royalty.yield_tonnes_per_hectare,
        label=Label("单产", "yield"),
        unit="t/ha",
        domain=(0, float("inf")),
    )
    price = sheet.series("price_per_tonne", royalty.price_per_tonne, label=Label("单价", "price"), unit=f"{unit}/t")
    rate = sheet.figure_or_series(
        "royalty_rate_share",
        royalty.royalty_rate_share,
        label=Label("使用费率（占产值）", "royalty over harvest value"),
        unit="share",
        domain=(0, 1),
    )
    harvest = sheet.line(
        "harvest_value", harvested * yielded * price, label=Label("产值", "value of the harvest"), unit=unit
    )
    return harvest * rate


def _planting_royalty(sheet: Sheet, royalty: PlantingRoyalty, planted: Name, unit: str) -> Expression:
    fee = sheet.series(
        "royalty_per_planted_hectare",
        royalty.royalty_per_planted_hectare,
        label=Label("每公顷种子种苗使用费", "royalty on planting material, a hectare"),
        unit=f"{unit}/ha",
    )
    label = Label("使用许可种苗的比例", "part planted with licensed material")
    return planted * _licensed(sheet, royalty.licensed_share, label) * fee


def _standing_royalty(sheet: Sheet, royalty: StandingRoyalty, areas: Areas, unit: str) -> Expression:
    area = areas.harvested if royalty.charged_on == "bearing" else areas.standing
    assert area is not None, "a fee on the standing area of an annual crop was refused"
    fee = sheet.series(
        "royalty_per_standing_hectare",
        royalty.royalty_per_standing_hectare,
        label=Label("存量每公顷年使用费", "yearly royalty on a standing hectare"),
        unit=f"{unit}/ha",
    )
    label = Label("应缴费面积比例", "part of the area whose growers owe the fee")
    return area * _licensed(sheet, royalty.licensed_share, label) * fee


def _licensed(sheet: Sheet, stated: Figure | Series, label: Label) -> Name:
    return sheet.figure_or_series("licensed_share", stated, label=label, unit="share", domain=(0, 1))


def _grower_test(
    sheet: Sheet, inputs: PlantVarietyRoyaltyInputs, royalty: Name, harvested: Name, unit: str
) -> tuple[NamedWarning, ...]:
    """No grower pays more than the variety lets it gain: over the years that refuses."""
    if inputs.grower_gain_per_hectare is None:
        return (_NOT_TESTED,)
    gain = sheet.figure(
        "grower_gain_per_hectare",
        inputs.grower_gain_per_hectare,
        label=Label("种植者每公顷增益（付费前）", "grower's gain a hectare, before royalty"),
        unit=f"{unit}/ha",
    )
    gained = sheet.line("grower_gain", harvested * gain, label=Label("种植者增益", "gain of the growers"), unit=unit)
    all_gained = sheet.line(
        "grower_gain_sum", total(gained), label=Label("种植者增益合计", "gain of the growers, all years"), unit=unit
    )
    all_due = sheet.line(
        "royalty_sum", total(royalty), label=Label("应收使用费合计", "royalty due, all years"), unit=unit
    )
    sheet.check(
        "royalty_within_grower_gain",
        all_due <= all_gained,
        label=Label("使用费不高于种植者增益", "royalty within the growers' gain"),
        severity="refuse",
        expected="royalties no higher than what the variety lets its growers gain over the years",
        advice="Lower the royalty or show the gain that bears it",
    )
    return ()


def _after_tax_flow(sheet: Sheet, inputs: PlantVarietyRoyaltyInputs, royalty: Name, share: Name, unit: str) -> Name:
    collected = sheet.figure(
        "collected_share",
        inputs.collected_share,
        label=Label("收取比例", "part collected"),
        unit="share",
        domain=(0, 1),
    )
    cost = sheet.series(
        "owner_cost", inputs.owner_cost, label=Label("权利人费用（全年）", "owner's costs, full year"), unit=unit
    )
    before = sheet.line(
        "before_tax",
        (royalty * collected - cost) * share,
        label=Label("税前收益", "income before tax"),
        unit=unit,
    )
    return after_tax_line(sheet, before, inputs.tax, unit=unit)


def _conventions(inputs: PlantVarietyRoyaltyInputs) -> dict[str, str]:
    return {
        "royalty_base": _royalty_base(inputs.royalty),
        "adoption": f"{inputs.adoption.kind}, at the middle of the counted part of each year",
        "replacement": inputs.replacement.kind,
        "plant_life": _PLANT_LIVES[inputs.plant_life.kind],
        **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
    }


def _royalty_base(royalty: HarvestRoyalty | PlantingRoyalty | StandingRoyalty) -> str:
    return f"{royalty.charged_on}_area" if isinstance(royalty, StandingRoyalty) else royalty.kind


_PLANT_LIVES = {
    "annual": "annual: planted and harvested anew each year",
    "perennial": "perennial: standing plants bear after their wait and are not felled within the forecast",
}
_NOT_TESTED = NamedWarning(
    "grower_test_not_made",
    Label(
        "未提供种植者增益，未检验使用费是否超过增益",
        "no gain of the growers stated: royalty not tested against it",
    ),
)
_LABEL = Label("植物新品种权使用费法", "Plant variety royalties")

METHOD = Method(
    id="plant_variety_royalty",
    approach="income",
    label=_LABEL,
    question=Label(
        "种植该品种的土地能收多少品种权使用费？", "What royalties does the land that grows the variety pay?"
    ),
    inputs_model=PlantVarietyRoyaltyInputs,
    build=_build,
    references=(
        "IVS 210 Intangible Assets, relief-from-royalty method, on area in place of revenue",
        "Griliches 1957, Hybrid corn: an exploration in the economics of technological change (logistic adoption)",
    ),
    cases=(),
    made_for=("plant_variety",),
    assumes=Label(
        "可种面积、推广曲线与品种更替可预测；使用费只收到所述比例；不超过种植者增益。",
        "Suitable area, adoption and replacement can be forecast; the stated part of royalties is collected, "
        "within the grower's gain.",
    ),
)
