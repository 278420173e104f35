"""Contribution in kind 作价入股: what is the stake worth that the right is given for, and is the agreed share fair?"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from valuation.discounting.forecast import (
    Forecast,
    counted_share_line,
    forecast_conventions,
    forecast_doubts,
    forecast_years,
    present_value_line,
    year_axis,
)
from valuation.income._terminal import Terminal, terminal_value_line
from valuation.kernel.expression import Name
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, AmountSeries, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet
from valuation.reference import number_of, reference_line, reference_warnings

__all__ = ["METHOD", "ContributionInKindInputs"]


class ContributionInKindInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    agreed_share : share of the company that the contributor of the right receives, below one.
    other_contributions : what all others put in, in cash or at value.
    charter_value : the amount at which the company's charter books the right (作价).
    distributable_flow : what the company can distribute to all its owners in each full year, after tax.
    terminal : what follows the last year.
    marketability_discount_share : taken off because such a stake is hard to sell; zero with a reason.
    forecast : years, discount rate on equity, timing, survival of the company.
    """

    agreed_share: Annotated[ShareFigure, AfterValidator(within(0, 0.999))]
    other_contributions: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    charter_value: Annotated[Amount, AfterValidator(at_least(0))]
    distributable_flow: AmountSeries
    terminal: Terminal
    marketability_discount_share: ShareFigure
    forecast: Forecast


def _build(inputs: ContributionInKindInputs, setting: Setting) -> Paper:
    unit = setting.currency
    # The company outlives the right that was put into it.
    counted = forecast_years(inputs.forecast, len(inputs.distributable_flow.values), setting, is_bound_to_right=False)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    stated = sheet.series(
        "distributable_flow",
        inputs.distributable_flow,
        label=Label("可分配现金流（全年）", "distributable flow, full year"),
        unit=unit,
    )
    part = counted_share_line(sheet, counted)
    flow = sheet.line("counted_flow", stated * part, label=Label("计入现金流", "flow counted"), unit=unit)
    years = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    later = terminal_value_line(
        sheet,
        inputs.terminal,
        inputs.forecast,
        setting,
        counted=counted,
        flow=flow,
        unit=unit,
        is_bound_to_right=False,
    )
    equity = sheet.line(
        "equity_value", years + later, label=Label("公司股权价值", "value of all equity"), unit=unit, total=True
    )
    share = _stake(sheet, inputs, equity, unit)
    _fairness(sheet, inputs, share, unit)
    _, cap = number_of("cn_contribution", "in_kind_cap_share", on=setting.dates.policy_date)
    _legal_cap(sheet, share, reference_line(sheet, "in_kind_cap_share", cap))
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "value": "the stake received, by what the company can distribute",
            "terminal": inputs.terminal.kind,
            "law": f"company law as in force on the policy date, {setting.dates.policy_date}",
            **forecast_conventions(inputs.forecast),
        },
        beside=("equity_value", "implied_price", "share_by_charter"),
        warnings=(*reference_warnings([cap]), *forecast_doubts(inputs.forecast, counted)),
    )


def _stake(sheet: Sheet, inputs: ContributionInKindInputs, equity: Name, unit: str) -> Name:
    share = sheet.figure(
        "agreed_share", inputs.agreed_share, label=Label("约定持股比例", "agreed share"), unit="share", domain=(0, 1)
    )
    discount = sheet.figure(
        "marketability_discount_share",
        inputs.marketability_discount_share,
        label=Label("缺乏流动性折扣", "discount for lack of marketability"),
        unit="share",
        domain=(0, 1),
    )
    sheet.line(
        "value",
        equity * share * (1 - discount),
        label=Label("所得股权价值", "value of the stake received"),
        unit=unit,
        total=True,
    )
    return share


def _fairness(sheet: Sheet, inputs: ContributionInKindInputs, share: Name, unit: str) -> None:
    """What the agreed share says the right is worth, and which share the charter's amount would buy."""
    others = sheet.figure(
        "other_contributions", inputs.other_contributions, label=Label("其他出资", "other contributions"), unit=unit
    )
    charter = sheet.figure(
        "charter_value", inputs.charter_value, label=Label("章程作价金额", "amount in the charter"), unit=unit
    )
    sheet.line(
        "implied_price",
        others * share / (1 - share),
        label=Label("持股比例隐含价格", "price of the right implied by the share"),
        unit=unit,
        total=True,
    )
    sheet.line(
        "share_by_charter",
        charter / (charter + others),
        label=Label("按作价应得比例", "share that the charter's amount buys"),
        unit="share",
        total=True,
    )
    sheet.check(
        "charter_value_above_stake",
        charter <= Name("value", is_row=False),
        label=Label("章程作价高于所得股权价值", "the charter books more than the stake is worth"),
        severity="warn",
        expected="a charter value no higher than the value of the stake",
        advice="An overstated contribution must be made good by the contributor (出资不实)",
    )


def _legal_cap(sheet: Sheet, share: Name, cap: Name) -> None:
    sheet.check(
        "in_kind_share_above_cap",
        share <= cap,
        label=Label("作价入股不超过法定上限", "contribution in kind within the legal cap"),
        severity="refuse",
        expected="a share within the cap of the company law on the policy date",
        advice="Raise the contributions in cash",
    )


_LABEL = Label("作价入股", "Contribution in kind")

METHOD = Method(
    id="contribution_in_kind",
    approach="income",
    label=_LABEL,
    question=Label("以该权利作价入股，所得股权值多少？", "What is the stake worth that the right is contributed for?"),
    inputs_model=ContributionInKindInputs,
    build=_build,
    references=("中华人民共和国公司法, 非货币财产出资", "促进科技成果转化法, 作价投资"),
    cases=(),
    assumes=Label(
        "公司可分配现金流可预测；所得股权按约定比例，另扣缺乏流动性折扣；出资规则按政策日的公司法。",
        "The company's distributable flows can be forecast; the stake is as agreed, less a discount for "
        "marketability; company law as of the policy date.",
    ),
)
