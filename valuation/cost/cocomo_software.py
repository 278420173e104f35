"""Software cost by COCOMO 软件成本构造模型: what would it cost to write this software again?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from valuation.kernel.expression import Name
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, Figure, PositiveFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet
from valuation.reference import number_of, reference_line, reference_warnings

__all__ = ["METHOD", "CocomoSoftwareInputs"]


class CocomoSoftwareInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    size_kloc : delivered lines of source code in thousands; generated, copied and dead code left out.
    mode : ``organic`` (small team, familiar task), ``semi_detached`` or ``embedded`` (tight constraints).
    effort_adjustment : factor on the effort for what the size does not show (quality, reuse); 1 with a reason.
    cost_per_person_month : full cost of a developer's month, overheads included, at today's prices.
    developer_profit_share : return that a developer expects on the cost; zero with a reason.
    obsolescence_share : usefulness lost since.
    """

    size_kloc: Annotated[PositiveFigure, AfterValidator(within(0, 100_000))]
    mode: Literal["organic", "semi_detached", "embedded"]
    effort_adjustment: Annotated[PositiveFigure, AfterValidator(within(0, 10))]
    cost_per_person_month: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    developer_profit_share: Annotated[Figure, AfterValidator(within(0, 5))]
    obsolescence_share: ShareFigure


def _build(inputs: CocomoSoftwareInputs, setting: Setting) -> Paper:
    unit = setting.currency
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    names = ("effort_factor", "effort_exponent", "schedule_factor", "schedule_exponent")
    used = [number_of("cocomo_basic", f"{name}.{inputs.mode}", on=setting.dates.policy_date)[1] for name in names]
    a, b, c, d = (reference_line(sheet, name, dated) for name, dated in zip(names, used, strict=True))
    effort = _effort(sheet, inputs, a, b)
    sheet.line("schedule_months", c * effort**d, label=Label("开发工期", "time to develop"), unit="months", total=True)
    new = _cost_new(sheet, inputs, effort, unit)
    lost = sheet.figure(
        "obsolescence_share",
        inputs.obsolescence_share,
        label=Label("贬值率", "obsolescence"),
        unit="share",
        domain=(0, 1),
    )
    sheet.line("value", new * (1 - lost), label=Label("评估值", "value"), unit=unit, total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "model": "basic COCOMO: effort = a · KLOC^b, schedule = c · effort^d",
            "mode": inputs.mode,
        },
        beside=("effort_person_months", "schedule_months", "replacement_cost_new"),
        warnings=reference_warnings(used),
    )


def _effort(sheet: Sheet, inputs: CocomoSoftwareInputs, a: Name, b: Name) -> Name:
    size = sheet.figure(
        "size_kloc",
        inputs.size_kloc,
        label=Label("代码规模（千行）", "size, thousand lines"),
        unit="kloc",
        domain=_POSITIVE,
    )
    adjustment = sheet.figure(
        "effort_adjustment",
        inputs.effort_adjustment,
        label=Label("工作量调整系数", "adjustment of the effort"),
        unit="1",
        domain=_POSITIVE,
    )
    return sheet.line(
        "effort_person_months",
        a * size**b * adjustment,
        label=Label("工作量", "effort"),
        unit="person-months",
        total=True,
    )


def _cost_new(sheet: Sheet, inputs: CocomoSoftwareInputs, effort: Name, unit: str) -> Name:
    month = sheet.figure(
        "cost_per_person_month",
        inputs.cost_per_person_month,
        label=Label("人月成本", "cost of a person-month"),
        unit=unit,
    )
    profit = sheet.figure(
        "developer_profit_share",
        inputs.developer_profit_share,
        label=Label("开发者合理利润率", "developer's profit"),
        unit="share",
        domain=(0, 5),
    )
    return sheet.line(
        "replacement_cost_new",
        effort * month * (1 + profit),
        label=Label("重置全价", "replacement cost new"),
        unit=unit,
        total=True,
    )


_POSITIVE = (0.0, float("inf"))
_LABEL = Label("软件成本构造模型法", "Software cost by COCOMO")

METHOD = Method(
    id="cocomo_software",
    approach="cost",
    label=_LABEL,
    question=Label("重新编写这套软件要花多少？", "What would it cost to write this software again?"),
    inputs_model=CocomoSoftwareInputs,
    build=_build,
    references=("Boehm (1981), Software Engineering Economics, basic COCOMO",),
    cases=(),
    made_for=("software",),
    assumes=Label(
        "工作量由代码规模与开发模式决定（基本 COCOMO）；重置成本不代表收益能力。",
        "Effort follows from size and mode (basic COCOMO); cost to rewrite says nothing of earning power.",
    ),
)
