"""What would creative work cost again? The multiplier formula that several methods share."""

from __future__ import annotations

from valuation.kernel.expression import Name
from valuation.kernel.figures import Amount, Figure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = ["replacement_cost_by_multiplier"]


def replacement_cost_by_multiplier(
    sheet: Sheet,
    *,
    materialised_cost: Amount,
    labour_cost: Amount,
    multiplier: Figure,
    risk: Figure,
    investment_return: Figure,
    unit: str,
) -> Name:
    """Write the replacement cost new ``(C + β1·V) / (1 − β2) · (1 + L)`` as the line ``replacement_cost_new``.

    One published page prints 1 + β2 in the denominator; a risk of failure raises the cost of a success, so it is
    1 − β2, as the answers of the same page have it.
    """
    materialised = sheet.figure(
        "materialised_cost", materialised_cost, label=Label("物化劳动成本 C", "materialised cost C"), unit=unit
    )
    labour = sheet.figure("labour_cost", labour_cost, label=Label("活劳动成本 V", "labour cost V"), unit=unit)
    times = sheet.figure(
        "creative_labour_multiplier",
        multiplier,
        label=Label("创造性劳动倍加系数 β1", "creative labour multiplier β1"),
        unit="1",
        domain=(1, float("inf")),
    )
    failing = sheet.figure(
        "research_risk_coefficient",
        risk,
        label=Label("科研平均风险系数 β2", "average research risk β2"),
        unit="share",
        domain=(0, 1),
    )
    earned = sheet.figure(
        "investment_return_share",
        investment_return,
        label=Label("投资报酬率 L", "investment return L"),
        unit="share",
        domain=(0, 10),
    )
    spent = sheet.line(
        "counted_cost", materialised + times * labour, label=Label("计入成本", "cost counted"), unit=unit
    )
    with_failures = sheet.line(
        "cost_with_failures", spent / (1 - failing), label=Label("分摊失败后成本", "cost, failures shared"), unit=unit
    )
    return sheet.line(
        "replacement_cost_new",
        with_failures * (1 + earned),
        label=Label("重置全价", "replacement cost new"),
        unit=unit,
        total=True,
    )
