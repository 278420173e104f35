"""Infringement damages 侵权损害赔偿: what must an infringer pay, on which legal basis and with which multiple?"""

from __future__ import annotations

import contextlib
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import InputError, RepealedError
from valuation.kernel.dated import DatedValue
from valuation.kernel.expression import Expression, Name
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Amount, Figure, PositiveFigure, ShareFigure, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.reference import number_of, reference_line, reference_table, reference_warnings

__all__ = ["METHOD", "InfringementDamagesInputs"]


class LostProfit(FrozenModel):
    """The owner's loss: sales lost to the infringement × profit of a unit × the right's contribution."""

    kind: Literal["lost_profit"]
    lost_units: Annotated[Figure, AfterValidator(at_least(0))]
    profit_per_unit: Annotated[Amount, AfterValidator(at_least(0))]
    contribution_share: ShareFigure


class InfringerGain(FrozenModel):
    """The infringer's gain: its sales × profit margin × the right's contribution."""

    kind: Literal["infringer_gain"]
    infringing_revenue: Annotated[Amount, AfterValidator(at_least(0))]
    profit_margin_share: ShareFigure
    contribution_share: ShareFigure


class RoyaltyMultiple(FrozenModel):
    """A multiple of the royalty that would have been due; ``why_not_earlier`` says why loss and gain cannot be told."""

    kind: Literal["royalty_multiple"]
    reasonable_royalty: Annotated[Amount, AfterValidator(at_least(0))]
    multiple: PositiveFigure
    why_not_earlier: Reason


class Statutory(FrozenModel):
    """An amount in the range of the law; ``why_not_earlier`` says why no other basis can be told."""

    kind: Literal["statutory"]
    amount: Annotated[Amount, AfterValidator(at_least(0))]
    why_not_earlier: Reason


class NotPunitive(FrozenModel):
    """No punitive damages are asked for; the reason says why."""

    kind: Literal["none"]
    reason: Reason


class Punitive(FrozenModel):
    """Punitive damages for wilful and serious infringement.

    ``reading``: ``total_is_multiple`` – the damages are the multiple of the base; ``added_to_base`` – the multiple
    comes on top of the base. Courts have read the law both ways, so the choice is stated.
    """

    kind: Literal["punitive"]
    multiple: PositiveFigure
    reading: Literal["total_is_multiple", "added_to_base"]
    wilful_and_serious: Reason


Basis = Annotated[LostProfit | InfringerGain | RoyaltyMultiple | Statutory, Field(discriminator="kind")]


class InfringementDamagesInputs(FrozenModel):
    """What the method needs; amounts are in CNY. The law is that of the policy date: the day the infringement ended.

    Attributes
    ----------
    law : which law is infringed; it must be the one that protects the kind of right.
    basis : loss or gain first, then a royalty multiple, then the statutory range.
    punitive : a multiple, which needs a base that can be told, or none with a reason.
    reasonable_costs : what stopping the infringement cost; added, never multiplied.
    """

    law: Literal["patent", "trademark", "copyright", "plant_variety"]
    basis: Basis
    punitive: Annotated[NotPunitive | Punitive, Field(discriminator="kind")]
    reasonable_costs: Annotated[Amount, AfterValidator(at_least(0))]


def _build(inputs: InfringementDamagesInputs, setting: Setting) -> Paper:
    if setting.currency != "CNY":
        raise InputError.of("currency", found=setting.currency, expected="CNY, the currency of the law")
    own = _LAWS.get(setting.subject.kind, inputs.law)
    if inputs.law != own:
        raise InputError.of("law", found=inputs.law, expected=f"{own}, which protects a {setting.subject.kind}")
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    used: list[DatedValue] = []
    base = sheet.line(
        "base", _base(sheet, inputs, setting, used), label=Label("赔偿基数", "base of damages"), unit="CNY", total=True
    )
    damages = sheet.line(
        "damages",
        base * _factor(sheet, inputs, setting, used),
        label=Label("赔偿额（不含合理开支）", "damages before costs"),
        unit="CNY",
        total=True,
    )
    costs = sheet.figure(
        "reasonable_costs", inputs.reasonable_costs, label=Label("合理开支", "reasonable costs"), unit="CNY"
    )
    sheet.line("value", damages + costs, label=Label("赔偿总额", "damages with costs"), unit="CNY", total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions=_conventions(inputs, used),
        beside=("base", "damages"),
        warnings=(_NOT_A_VALUE, *reference_warnings(used)),
    )


def _base(sheet: Sheet, inputs: InfringementDamagesInputs, setting: Setting, used: list[DatedValue]) -> Expression:
    basis = inputs.basis
    if isinstance(basis, LostProfit):
        units = sheet.figure("lost_units", basis.lost_units, label=Label("减少销量", "units lost"), unit="units")
        profit = sheet.figure(
            "profit_per_unit", basis.profit_per_unit, label=Label("单位利润", "profit of a unit"), unit="CNY/unit"
        )
        return units * profit * _contribution(sheet, basis.contribution_share)
    if isinstance(basis, InfringerGain):
        revenue = sheet.figure(
            "infringing_revenue", basis.infringing_revenue, label=Label("侵权销售额", "infringing sales"), unit="CNY"
        )
        margin = sheet.figure(
            "profit_margin_share",
            basis.profit_margin_share,
            label=Label("利润率", "profit margin"),
            unit="share",
            domain=(0, 1),
        )
        return revenue * margin * _contribution(sheet, basis.contribution_share)
    if isinstance(basis, RoyaltyMultiple):
        royalty = sheet.figure(
            "reasonable_royalty", basis.reasonable_royalty, label=Label("合理许可费", "reasonable royalty"), unit="CNY"
        )
        multiple = sheet.figure("royalty_multiple", basis.multiple, label=Label("许可费倍数", "multiple"), unit="1")
        _royalty_range(sheet, multiple, inputs.law, setting, used)
        return royalty * multiple
    return _statutory(sheet, basis, inputs.law, setting, used)


def _contribution(sheet: Sheet, stated: ShareFigure) -> Name:
    label = Label("权利贡献率", "contribution of the right")
    return sheet.figure("contribution_share", stated, label=label, unit="share", domain=(0, 1))


def _statutory(sheet: Sheet, basis: Statutory, law: str, setting: Setting, used: list[DatedValue]) -> Expression:
    amount = sheet.figure("statutory_amount", basis.amount, label=Label("法定赔偿额", "statutory damages"), unit="CNY")
    _refuse_outside_range(
        sheet,
        amount,
        ("statutory", [f"statutory_{end}_cny.{law}" for end in ("low", "high")]),
        setting,
        used,
        label=Label("法定赔偿额在法定区间内", "statutory damages in the range of the law"),
        advice="State an amount in the range, or another basis with its evidence",
    )
    return amount * 1


def _royalty_range(sheet: Sheet, multiple: Name, law: str, setting: Setting, used: list[DatedValue]) -> None:
    """A law may bound the multiple of the royalty; where it bounds it no more, or never did, nothing is tested."""
    names = [f"royalty_{end}_multiple.{law}" for end in ("low", "high")]
    if not reference_table("cn_damages").has(names[0]):
        return
    with contextlib.suppress(RepealedError):
        _refuse_outside_range(
            sheet,
            multiple,
            ("royalty", names),
            setting,
            used,
            label=Label("许可费倍数在规定区间内", "royalty multiple in the range of the rule"),
            advice="State a multiple in the range",
        )


def _refuse_outside_range(
    sheet: Sheet,
    stated: Name,
    what: tuple[str, list[str]],
    setting: Setting,
    used: list[DatedValue],
    *,
    label: Label,
    advice: str,
) -> None:
    """Write both ends of the range as of the policy date and the two checks against them."""
    name, parameters = what
    low, high = (number_of("cn_damages", each, on=setting.dates.policy_date)[1] for each in parameters)
    used += [low, high]
    least, most = (reference_line(sheet, f"{name}_{end}", each) for end, each in (("low", low), ("high", high)))
    for side, holds in (("below", stated >= least), ("above", stated <= most)):
        sheet.check(
            f"{name}_not_{side}_range",
            holds,
            label=label,
            severity="refuse",
            expected=f"{low.value} to {high.value} on {setting.dates.policy_date}",
            advice=advice,
        )


def _factor(sheet: Sheet, inputs: InfringementDamagesInputs, setting: Setting, used: list[DatedValue]) -> Expression:
    punitive = inputs.punitive
    label = Label("赔偿倍数", "factor on the base")
    if isinstance(punitive, NotPunitive):
        return sheet.derived("damages_factor", 1.0, label=label, unit="1", reason=punitive.reason)
    if isinstance(inputs.basis, Statutory):
        raise InputError.of(
            "punitive.kind", found="punitive", expected="none: a multiple needs a loss, a gain or a royalty as its base"
        )
    multiple = sheet.figure(
        "punitive_multiple", punitive.multiple, label=Label("惩罚性赔偿倍数", "punitive multiple"), unit="1"
    )
    _refuse_outside_range(
        sheet,
        multiple,
        ("punitive", [f"punitive_{end}_multiple.{inputs.law}" for end in ("low", "high")]),
        setting,
        used,
        label=Label("惩罚性赔偿倍数在法定区间内", "punitive multiple in the range of the law"),
        advice="State a multiple in the range",
    )
    factor = multiple * 1 if punitive.reading == "total_is_multiple" else multiple + 1
    return sheet.line("damages_factor", factor, label=label, unit="1")


def _conventions(inputs: InfringementDamagesInputs, used: list[DatedValue]) -> dict[str, str]:
    return {
        "law": f"{inputs.law}, as in force on the policy date",
        "basis": inputs.basis.kind,
        "punitive": inputs.punitive.kind if isinstance(inputs.punitive, NotPunitive) else inputs.punitive.reading,
        "costs": "added after the multiple",
        "versions": "; ".join(dict.fromkeys(each.source.citation for each in used)) or "none used",
    }


#: Which law protects which kind of right; of a kind that is not listed the request knows best.
_LAWS = {
    "patent": "patent",
    "drug_candidate": "patent",
    "trademark": "trademark",
    "gi_brand": "trademark",
    "copyright": "copyright",
    "software": "copyright",
    "plant_variety": "plant_variety",
}
_NOT_A_VALUE = NamedWarning(
    "damages_not_market_value",
    Label("赔偿额是责任金额，不是权利的市场价值", "damages are a liability, not the market value of the right"),
)
_LABEL = Label("侵权损害赔偿", "Infringement damages")

METHOD = Method(
    id="infringement_damages",
    approach="income",
    label=_LABEL,
    question=Label("侵权人应当赔多少？", "What must an infringer pay?"),
    inputs_model=InfringementDamagesInputs,
    build=_build,
    references=(
        "中华人民共和国专利法（2020年修正）第七十一条",
        "最高人民法院关于审理侵害知识产权民事案件适用惩罚性赔偿的解释（法释〔2021〕4号）",
    ),
    cases=(),
    # Damages for what was done in its lifetime outlive the right.
    looks_back=True,
    assumes=Label(
        "赔偿是责任金额，不是市场价值；适用政策日有效的法律。",
        "Damages are a liability, not a market value; the law in force on the policy date applies.",
    ),
)
