"""How long will the right earn: the shortest of its legal, contractual, technical and economic life?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.expression import Expression, smaller
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Figure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = ["Life", "LimitStated", "LimitWithout", "UsefulLifeInputs", "binding_limits", "useful_life_paper"]

LimitKind = Literal["legal", "contractual", "technical", "economic"]
_LABELS: dict[str, Label] = {
    "legal": Label("法定剩余年限", "legal life left"),
    "contractual": Label("合同剩余年限", "contractual life left"),
    "technical": Label("技术剩余年限", "technical life left"),
    "economic": Label("经济剩余年限", "economic life left"),
}


class LimitStated(FrozenModel):
    """The years left from the valuation date under one limit."""

    kind: Literal["years"]
    years: Annotated[Figure, AfterValidator(at_least(0, strictly=True))]


class LimitWithout(FrozenModel):
    """A limit that does not apply; the reason says why (a trade secret has no legal term)."""

    kind: Literal["none"]
    reason: Reason


Life = Annotated[LimitStated | LimitWithout, Field(discriminator="kind")]


class UsefulLifeInputs(FrozenModel):
    """All four limits, each with its years or with the reason why it does not apply; none is left out silently."""

    legal: Life
    contractual: Life
    technical: Life
    economic: Life


def useful_life_paper(inputs: UsefulLifeInputs) -> Worksheet:
    """How many years will the right still earn?

    ``life = min(legal, contractual, technical, economic)`` over the limits that apply; the answer is the line
    ``useful_life_years``, and :func:`binding_limits` names which limit it is.

    Raises
    ------
    InputError : no limit applies.

    References
    ----------
    资产评估执业准则——无形资产 (remaining useful life); IVS 210 Intangible Assets, economic lives.

    Tested by: ``tests/valuation/discounting/test_life.py`` (by hand, ties, every subset).
    """
    stated = _stated(inputs)
    label = Label("剩余收益年限", "remaining useful life")
    sheet = Sheet(title=label, axis=Axis(Label("年限", "limit"), ()))
    limits = [
        sheet.figure(f"{kind}_life_years", limit.years, label=_LABELS[kind], unit="years", domain=(0, float("inf")))
        for kind, limit in stated.items()
    ]
    shortest: Expression = limits[0]
    for limit in limits[1:]:
        shortest = smaller(shortest, limit)
    sheet.line("useful_life_years", shortest * 1, label=label, unit="years", total=True)
    return sheet.finish()


def binding_limits(inputs: UsefulLifeInputs) -> tuple[str, ...]:
    """Which limit ends the life? More than one when they end together.

    Raises
    ------
    InputError : no limit applies.

    Tested by: ``tests/valuation/discounting/test_life.py``.
    """
    stated = _stated(inputs)
    shortest = min(limit.years.value for limit in stated.values())
    return tuple(kind for kind, limit in stated.items() if limit.years.value == shortest)


def _stated(inputs: UsefulLifeInputs) -> dict[LimitKind, LimitStated]:
    limits: dict[LimitKind, Life] = {
        "legal": inputs.legal,
        "contractual": inputs.contractual,
        "technical": inputs.technical,
        "economic": inputs.economic,
    }
    stated = {kind: limit for kind, limit in limits.items() if isinstance(limit, LimitStated)}
    if not stated:
        raise InputError.of(
            "legal, contractual, technical, economic", found="no limit", expected="years under at least one of them"
        )
    return stated
