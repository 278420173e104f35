"""Enterprise multiples 企业价值乘数法: how much more is a branded company worth than a generic one, per unit?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import FieldProblem, InputError
from valuation.kernel.expression import Expression, Name, total
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FiniteFloat, FrozenModel, Reason
from valuation.kernel.figures import Amount, Figure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.market._outliers import OutlierScreen, outlier_details, outlier_doubts, screen_outliers

__all__ = ["METHOD", "Company", "EnterpriseMultiplesInputs", "GenericCompany", "MultipleWeight"]

_SUM_TOLERANCE = 1e-9
NonNegativeAmount = Annotated[Amount, AfterValidator(at_least(0))]
Driver = Literal["sales", "ebitda", "capital"]


class Company(FrozenModel):
    """One company: what its owners and lenders hold, and what that is compared with.

    ``equity_value`` is a market value; ``cash`` is what is not needed to run the business. ``sales``, ``ebitda`` and
    ``capital`` (book value of invested capital) are stated as far as the multiples of the request use them.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    equity_value: NonNegativeAmount
    debt: NonNegativeAmount
    cash: NonNegativeAmount
    sales: Amount | None = None
    ebitda: Amount | None = None
    capital: Amount | None = None


class GenericCompany(Company):
    """A guideline company in the same trade that sells without a brand, and how much it counts."""

    weight_share: Annotated[FiniteFloat, Field(ge=0, le=1)]
    weight_reason: Reason


class MultipleWeight(FrozenModel):
    """How much the value by one multiple counts, and why."""

    weight_share: Annotated[FiniteFloat, Field(ge=0, le=1)]
    reason: Reason


class EnterpriseMultiplesInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    branded : the company that owns the brand.
    generics : guideline companies without one; their weights add up to one.
    multiples : enterprise value over ``sales``, ``ebitda`` or ``capital``; their weights add up to one.
    """

    branded: Company
    generics: Annotated[tuple[GenericCompany, ...], Field(max_length=50), *NOT_EMPTY, DISTINCT_NAMES]
    multiples: Annotated[dict[Driver, MultipleWeight], *NOT_EMPTY]


def _build(inputs: EnterpriseMultiplesInputs, setting: Setting) -> Paper:
    _check(inputs)
    companies: list[Company] = [inputs.branded, *inputs.generics]
    sheet = Sheet(title=_LABEL, axis=Axis(Label("公司", "company"), tuple(each.name for each in companies)))
    unit = setting.currency
    enterprise = _enterprise_value(sheet, companies, unit)
    is_branded = sheet.derived_row(
        "is_branded",
        [1.0] + [0.0] * len(inputs.generics),
        label=Label("品牌公司", "is the branded company"),
        unit="1",
        reason="the first column is the company that owns the brand",
    )
    weight = sheet.figure_row(
        "generic_weight_share",
        [_NO_GENERIC, *(_judged(each.weight_share, each.weight_reason) for each in inputs.generics)],
        label=Label("非品牌公司权重", "weight among the generic companies"),
        unit="share",
        domain=(0, 1),
    )
    drivers = sorted(inputs.multiples)
    values = [_value_by(sheet, driver, companies, (enterprise, is_branded, weight), unit) for driver in drivers]
    _weighted_value(sheet, inputs.multiples, drivers, values, unit)
    worksheet = sheet.finish()
    screens = [_outliers(inputs, worksheet, driver, setting) for driver in drivers]
    return Paper(
        worksheet=worksheet,
        answer="value",
        conventions={
            "enterprise_value": "equity + debt − cash",
            "value": "(multiple of the branded company − weighted multiple of the generic ones) × its driver",
            "rights_covered": "everything by which the branded company differs, not the name alone",
        },
        beside=tuple(f"value_by_{driver}" for driver in drivers),
        warnings=outlier_doubts(screens),
        details=outlier_details(screens),
    )


def _outliers(
    inputs: EnterpriseMultiplesInputs, worksheet: Worksheet, driver: Driver, setting: Setting
) -> OutlierScreen:
    """Which generic companies that carry weight have a multiple far from the others'? It may be negative: no logs."""
    rows = zip(inputs.generics, worksheet.row(f"ev_to_{driver}")[1:], strict=True)
    counted = [(each.name, multiple) for each, multiple in rows if each.weight_share > 0]
    words = _DRIVERS[driver]
    return screen_outliers(
        [name for name, _ in counted],
        [multiple for _, multiple in counted],
        measure=Label(f"企业价值/{words.zh}", f"enterprise value over {words.en}"),
        on=setting.dates.policy_date,
    )


def _check(inputs: EnterpriseMultiplesInputs) -> None:
    problems = []
    named = [("branded", inputs.branded), *((f"generics.{i}", each) for i, each in enumerate(inputs.generics))]
    for field, company in named:
        missing = [driver for driver in sorted(inputs.multiples) if getattr(company, driver) is None]
        problems += [
            FieldProblem(f"{field}.{driver}", "nothing", f"a value, because multiples states {driver}")
            for driver in missing
        ]
    sums = {
        "generics.weight_share": sum(each.weight_share for each in inputs.generics),
        "multiples.weight_share": sum(each.weight_share for each in inputs.multiples.values()),
    }
    for field, whole in sums.items():
        if abs(whole - 1) > _SUM_TOLERANCE:
            problems.append(FieldProblem(field, f"a sum of {whole:.12g}", "a sum of 1"))
    if problems:
        raise InputError.from_problems(problems)


def _enterprise_value(sheet: Sheet, companies: Sequence[Company], unit: str) -> Name:
    equity, debt, cash = (
        sheet.figure_row(name, [getattr(each, name) for each in companies], label=label, unit=unit)
        for name, label in (
            ("equity_value", Label("股权市值", "market value of equity")),
            ("debt", Label("有息负债", "debt")),
            ("cash", Label("溢余现金", "cash")),
        )
    )
    label = Label("企业价值", "enterprise value")
    return sheet.line("enterprise_value", equity + debt - cash, label=label, unit=unit, total=True)


def _value_by(
    sheet: Sheet, driver: Driver, companies: Sequence[Company], rows: tuple[Name, Name, Name], unit: str
) -> Name:
    """The brand's value by one multiple."""
    enterprise, is_branded, weight = rows
    words = _DRIVERS[driver]
    stated = [getattr(each, driver) for each in companies]
    base = sheet.figure_row(driver, stated, label=words, unit=unit)
    sheet.check(
        f"{driver}_above_zero",
        base > 0,
        label=Label(f"{words.zh}为正", f"{words.en} above zero"),
        severity="refuse",
        expected=f"{words.en} above zero for every company",
        advice=f"A multiple of {words.en} has no meaning here; leave it out of the multiples",
    )
    multiple = sheet.line(
        f"ev_to_{driver}",
        enterprise / base,
        label=Label(f"企业价值/{words.zh}", f"enterprise value over {words.en}"),
        unit="1",
        total=True,
    )
    of_branded = _picked(
        sheet, f"branded_multiple_{driver}", multiple * is_branded, ("品牌公司乘数", "branded multiple")
    )
    of_generic = _picked(sheet, f"generic_multiple_{driver}", multiple * weight, ("非品牌公司乘数", "generic multiple"))
    own_base = _picked(sheet, f"branded_{driver}", base * is_branded, (f"品牌公司{words.zh}", f"branded {words.en}"))
    value = sheet.line(
        f"value_by_{driver}",
        (of_branded - of_generic) * own_base,
        label=Label(f"按{words.zh}乘数的品牌价值", f"brand value by {words.en}"),
        unit=unit,
        total=True,
    )
    sheet.check(
        f"premium_by_{driver}",
        of_branded > of_generic,
        label=Label("品牌公司乘数不高于非品牌公司", "the branded multiple is not above the generic one"),
        severity="warn",
        expected="a branded multiple above the generic one",
        advice="By this multiple the brand shows no value",
    )
    return value


def _picked(sheet: Sheet, name: str, parts: Expression, words: tuple[str, str]) -> Name:
    row = sheet.line(f"{name}_parts", parts, label=Label(f"{words[0]}（分项）", f"{words[1]}, parts"), unit="1")
    return sheet.line(name, total(row), label=Label(*words), unit="1")


def _weighted_value(
    sheet: Sheet,
    multiples: Mapping[Driver, MultipleWeight],
    drivers: Sequence[Driver],
    values: Sequence[Name],
    unit: str,
) -> None:
    whole: Expression | None = None
    for driver, value in zip(drivers, values, strict=True):
        words = _DRIVERS[driver]
        stated = multiples[driver]
        weight = sheet.figure(
            f"multiple_weight_{driver}",
            _judged(stated.weight_share, stated.reason),
            label=Label(f"{words.zh}乘数权重", f"weight of the multiple of {words.en}"),
            unit="share",
            domain=(0, 1),
        )
        whole = weight * value if whole is None else whole + weight * value
    assert whole is not None, "there is at least one multiple"
    sheet.line("value", whole, label=Label("评估值", "value"), unit=unit, total=True)


def _judged(share: float, reason: str) -> Figure:
    return Figure(value=share, grade="judgement", reason=reason)


_NO_GENERIC = Figure(value=0.0, grade="judgement", reason="the branded company is not one of the generic ones")
_DRIVERS: Mapping[Driver, Label] = {
    "sales": Label("营业收入", "sales"),
    "ebitda": Label("息税折旧摊销前利润", "EBITDA"),
    "capital": Label("投入资本", "invested capital"),
}
_LABEL = Label("企业价值乘数法", "Enterprise multiples")

METHOD = Method(
    id="enterprise_multiples",
    approach="market",
    label=_LABEL,
    question=Label(
        "同样的收入或利润，市场为有品牌的公司多付多少？",
        "For the same sales or profit, how much more does the market pay for a company with a brand?",
    ),
    inputs_model=EnterpriseMultiplesInputs,
    build=_build,
    references=(
        "Damodaran (2006), Damodaran on Valuation, 2nd ed., ch. 12, illustration 12.4",
        "IVS 210 Intangible Assets, market approach",
    ),
    cases=("damodaran-brand-market-multiples",),
    assumes=Label(
        "品牌企业与无品牌企业除品牌外可比；结果涵盖两者的一切差别，不只是名称。",
        "Branded and generic companies compare but for the brand; the answer covers all that differs, not the "
        "name alone.",
    ),
)
