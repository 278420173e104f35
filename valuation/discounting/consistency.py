"""Are a rate and the flows it discounts on the same footing: tax, prices, currency?

A rate after tax on flows before tax, a real rate on nominal flows, or a dollar rate on yuan looks like any other
number. So the footing of each is stated, and a mismatch is an error that names both. What converts one footing to
another is here as well.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from valuation.discounting.internal_rate import dated_internal_rate
from valuation.errors import FieldProblem, InputError, RefusalError

__all__ = [
    "AfterTaxRate",
    "Footing",
    "PreTaxRate",
    "after_tax_rate",
    "in_other_currency",
    "nominal_rate",
    "pre_tax_rate",
    "real_rate",
    "require_same_footing",
]


@dataclass(frozen=True)
class Footing:
    """On what footing a rate or a series of flows stands.

    ``tax``: after or before the owner's income tax. ``prices``: of each year (nominal) or of the valuation date
    (real). ``currency``: ISO code.
    """

    tax: Literal["after_tax", "before_tax"]
    prices: Literal["nominal", "real"]
    currency: str


def require_same_footing(*, rate: Footing, flows: Footing, rate_field: str, flows_field: str) -> None:
    """Do the rate and the flows stand on the same footing?

    Raises
    ------
    InputError : they do not; one problem for each difference, naming both fields.

    References
    ----------
    IVS 105, Valuation Approaches and Methods: the discount rate shall be consistent with the cash flows. IAS 36.40
    and 36.51.

    Tested by: ``tests/valuation/discounting/test_consistency.py`` (every combination).
    """
    problems = [
        FieldProblem(
            f"{rate_field}.{aspect}",
            f"{getattr(rate, aspect)}, while {flows_field}.{aspect} is {getattr(flows, aspect)}",
            f"both on the same footing: convert {rate_field} or {flows_field}",
        )
        for aspect in ("tax", "prices", "currency")
        if getattr(rate, aspect) != getattr(flows, aspect)
    ]
    if problems:
        raise InputError.from_problems(problems)


def nominal_rate(real_rate_share: float, *, inflation_share: float) -> float:
    """Which nominal rate equals a real one: ``(1 + r)(1 + i) − 1`` (Fisher)?

    Raises
    ------
    InputError : a rate of −100 % or less.

    Examples
    --------
    >>> round(nominal_rate(0.05, inflation_share=0.02), 12)
    0.071

    References
    ----------
    Fisher (1930), The Theory of Interest, chapter 2.

    Tested by: ``tests/valuation/discounting/test_consistency.py`` (inverse; present values agree).
    """
    _refuse_total_loss(real_rate_share=real_rate_share, inflation_share=inflation_share)
    return (1 + real_rate_share) * (1 + inflation_share) - 1


def real_rate(nominal_rate_share: float, *, inflation_share: float) -> float:
    """Which real rate equals a nominal one: ``(1 + k) / (1 + i) − 1``; see :func:`nominal_rate`.

    Raises
    ------
    InputError : a rate of −100 % or less.

    Tested by: ``tests/valuation/discounting/test_consistency.py``.
    """
    _refuse_total_loss(nominal_rate_share=nominal_rate_share, inflation_share=inflation_share)
    return (1 + nominal_rate_share) / (1 + inflation_share) - 1


def in_other_currency(rate_share: float, *, inflation_share: float, other_inflation_share: float) -> float:
    """Which nominal rate in another currency has the same real rate: ``(1 + k)(1 + i′) / (1 + i) − 1``?

    Raises
    ------
    InputError : a rate of −100 % or less.

    References
    ----------
    Damodaran, Investment Valuation, chapter 7 (currency consistency: differential inflation).

    Tested by: ``tests/valuation/discounting/test_consistency.py`` (through the real rate, and back).
    """
    return nominal_rate(real_rate(rate_share, inflation_share=inflation_share), inflation_share=other_inflation_share)


@dataclass(frozen=True)
class PreTaxRate:
    """The pre-tax rate that gives the same value, beside the one that grossing up would give.

    ``rate_share`` is found by search; ``grossed_up_share`` is k / (1 − t); ``difference_share`` is the second less
    the first; ``present_value`` is the value that both sides of the search share, in the unit of the flows.
    """

    rate_share: float
    grossed_up_share: float
    present_value: float

    @property
    def difference_share(self) -> float:
        """By how much would grossing up miss the rate?"""
        return self.grossed_up_share - self.rate_share


def pre_tax_rate(
    after_tax_rate_share: float,
    *,
    valuation_date: datetime.date,
    flow_dates: Sequence[datetime.date],
    flows_before_tax: Sequence[float],
    flows_after_tax: Sequence[float],
    tax_rate_share: float,
) -> PreTaxRate:
    """Which rate on flows before tax gives the value that the after-tax rate gives on flows after tax?

    The value is ``Σ after-tax flow · (1 + k)^−t`` with t = days / 365; the rate is the internal rate of the flows
    before tax against that value. Grossing up, ``k / (1 − t)``, is right only for a level perpetuity whose tax is
    paid on its cash; with deductions, growth or a finite life it is not.

    Raises
    ------
    InputError : lengths that differ, a flow on or before the valuation date, a tax rate of one or more.
    RefusalError : no single rate.

    References
    ----------
    IAS 36 Impairment of Assets, BCZ84–BCZ85 and BC94: the pre-tax rate is found by iteration, not by grossing up.

    Tested by: ``tests/valuation/discounting/test_consistency.py`` (flows discounted back, a long level perpetuity,
    pyxirr as second way).
    """
    _check_flows(valuation_date, flow_dates, flows_before_tax, flows_after_tax)
    _refuse_total_loss(after_tax_rate_share=after_tax_rate_share)
    _check_tax(tax_rate_share)
    days = [valuation_date, *flow_dates]
    value = _present_value(after_tax_rate_share, days, flows_after_tax)
    rate = _rate_of(value, days, flows_before_tax, field="flows_before_tax", other="Value after tax")
    return PreTaxRate(rate, after_tax_rate_share / (1 - tax_rate_share), value)


@dataclass(frozen=True)
class AfterTaxRate:
    """The after-tax rate that gives the same value, beside the one that taking tax off the rate would give.

    ``rate_share`` is found by search; ``netted_share`` is p · (1 − t); ``difference_share`` is the second less the
    first; ``present_value`` is the value that both sides of the search share, in the unit of the flows.
    """

    rate_share: float
    netted_share: float
    present_value: float

    @property
    def difference_share(self) -> float:
        """By how much would taking tax off the rate miss it?"""
        return self.netted_share - self.rate_share


def after_tax_rate(
    pre_tax_rate_share: float,
    *,
    valuation_date: datetime.date,
    flow_dates: Sequence[datetime.date],
    flows_before_tax: Sequence[float],
    flows_after_tax: Sequence[float],
    tax_rate_share: float,
) -> AfterTaxRate:
    """Which rate on flows after tax gives the value that the pre-tax rate gives on flows before tax?

    The way back of :func:`pre_tax_rate`: the value is ``Σ flow before tax · (1 + p)^−t`` with t = days / 365, and the
    rate is the internal rate of the flows after tax against it. ``p · (1 − t)`` is right only for a level perpetuity
    whose tax is paid on its cash.

    Raises
    ------
    InputError : lengths that differ, a flow on or before the valuation date, a tax rate of one or more.
    RefusalError : no single rate.

    References
    ----------
    IAS 36 Impairment of Assets, BCZ84–BCZ85 and BC94, read the other way.

    Tested by: ``tests/valuation/discounting/test_consistency.py`` (inverse of :func:`pre_tax_rate`; pyxirr as second
    way; a long level perpetuity).
    """
    _check_flows(valuation_date, flow_dates, flows_before_tax, flows_after_tax)
    _refuse_total_loss(pre_tax_rate_share=pre_tax_rate_share)
    _check_tax(tax_rate_share)
    days = [valuation_date, *flow_dates]
    value = _present_value(pre_tax_rate_share, days, flows_before_tax)
    rate = _rate_of(value, days, flows_after_tax, field="flows_after_tax", other="Value before tax")
    return AfterTaxRate(rate, pre_tax_rate_share * (1 - tax_rate_share), value)


def _present_value(rate_share: float, days: Sequence[datetime.date], flows: Sequence[float]) -> float:
    """``Σ flow · (1 + rate)^−t`` with t the days since the first day over 365."""
    times = [(day - days[0]).days / 365 for day in days[1:]]
    return math.fsum(flow * (1 + rate_share) ** -time for flow, time in zip(flows, times, strict=True))


def _rate_of(value: float, days: Sequence[datetime.date], flows: Sequence[float], *, field: str, other: str) -> float:
    """The one rate at which these flows are worth the value."""
    found = dated_internal_rate(days, [-value, *flows])
    if found.rate is None:
        raise RefusalError.of(
            field,
            found=f"{found.status.replace('_', ' ')} at a value of {value:g}",
            expected="flows with one rate",
            advice=f"{other}: a converted rate would be ambiguous here",
        )
    return found.rate


def _check_tax(tax_rate_share: float) -> None:
    if not 0 <= tax_rate_share < 1:
        raise InputError.of("tax_rate_share", found=tax_rate_share, expected="from 0 to below 1")


def _check_flows(
    valuation_date: datetime.date,
    flow_dates: Sequence[datetime.date],
    before: Sequence[float],
    after: Sequence[float],
) -> None:
    for field, row in (("flows_before_tax", before), ("flows_after_tax", after)):
        if len(row) != len(flow_dates):
            raise InputError.of(field, found=f"{len(row)} flows", expected=f"{len(flow_dates)}, one a date")
    early = [day for day in flow_dates if day <= valuation_date]
    if early:
        raise InputError.of("flow_dates", found=early[0], expected=f"days after the valuation date {valuation_date}")


def _refuse_total_loss(**rates: float) -> None:
    for field, rate in rates.items():
        if not -1 < rate < math.inf:
            raise InputError.of(field, found=rate, expected="a rate above -1")
