"""Did the fund beat an index? Public market equivalents of what was paid in and out.

With Iₖ the level of a total-return index on the day of flow k, I_T its last level, C paid in, D paid out, NAV what is
left, xₖ = I_T / Iₖ:

* KS-PME (Kaplan and Schoar 2005) = (Σ D x + NAV) / Σ C x: above 1 the fund did better;
* LN-PME (Long and Nickels 1996): the rate of the same payments with the shadow value Σ C x − Σ D x at the end. Large
  distributions drive the shadow value below zero; then the measure has no answer, and the reason is given;
* PME+ (Rouvinez 2003): distributions are scaled by λ = (Σ C x − NAV) / Σ D x so that the index ends at the fund's NAV;
* mPME (Cambridge Associates 2013): each distribution takes the same part of the index account as it took of the fund;
* direct alpha (Gredil, Griffiths and Stucke 2014): the rate of the payments after each is carried to T by the index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leverage.measures import DayBasis, FundFlows, internal_rate_of
from valuation.discounting.internal_rate import InternalRate
from valuation.errors import InputError
from valuation.kernel.labels import Label

__all__ = [
    "PublicMarketRate",
    "direct_alpha",
    "kaplan_schoar_ratio",
    "long_nickels_rate",
    "modified_pme_rate",
    "pme_plus_rate",
]


@dataclass(frozen=True)
class PublicMarketRate:
    """What the index would have earned on the same payments, or why that has no answer.

    ``at_the_end`` is what the index account holds on the last day; ``scale`` is λ of PME+, else None;
    ``excess_rate_share`` is the fund's own rate less this one, None where either is missing.
    """

    measure: Literal["ln_pme", "pme_plus", "mpme"]
    at_the_end: float
    internal_rate: InternalRate | None
    excess_rate_share: float | None
    scale: float | None = None
    reason: Label | None = None


def kaplan_schoar_ratio(flows: FundFlows, index_levels: Sequence[float]) -> float:
    """How many times what the index would have made of the payments in did the fund return?

    Raises
    ------
    InputError : index levels that are not positive or not one a flow; nothing was paid in.

    Examples
    --------
    >>> round(kaplan_schoar_ratio(FundFlows.of_net([-25, 15, 0], final_nav=20), [100, 115, 130]), 5)
    1.13712

    References
    ----------
    S. Kaplan, A. Schoar, Private Equity Performance, Journal of Finance 60 (2005).

    Tested by: published case ``ks-pme-three-period``, pyxirr; a flat index gives TVPI (hypothesis),
    ``tests/leverage/test_public_market.py``.
    """
    paid, received = _carried(flows, index_levels)
    if math.fsum(paid) == 0:
        raise InputError.of("contributions", found="nothing paid in", expected="an amount above 0")
    return (math.fsum(received) + flows.final_nav) / math.fsum(paid)


def long_nickels_rate(
    flows: FundFlows, index_levels: Sequence[float], *, day_basis: DayBasis = "actual/365"
) -> PublicMarketRate:
    """What rate would the same payments in and out have earned in the index?

    Tested by: published case ``ln-pme-three-period-irr``, and the one in which it fails, pyxirr,
    ``tests/leverage/test_public_market.py``.
    """
    paid, received = _carried(flows, index_levels)
    shadow = math.fsum(paid) - math.fsum(received)
    if shadow < 0:
        reason = Label(
            f"按指数复利后，分配超过投入{-shadow:.2f}，影子净值为负，LN-PME无解；可看PME+或mPME",
            f"carried by the index, distributions exceed contributions by {-shadow:.2f}: the shadow value is"
            " negative and LN-PME has no answer; see PME+ or mPME",
        )
        return PublicMarketRate("ln_pme", shadow, None, None, reason=reason)
    rate = _rate(flows, flows.distributions, shadow, day_basis)
    return PublicMarketRate("ln_pme", shadow, rate, _excess(flows, rate, day_basis))


def pme_plus_rate(
    flows: FundFlows, index_levels: Sequence[float], *, day_basis: DayBasis = "actual/365"
) -> PublicMarketRate:
    """What rate would the index have earned if its distributions were scaled so that both end at the same value?

    Tested by: published case ``pme-plus-and-mpme-when-ln-fails``, pyxirr, ``tests/leverage/test_public_market.py``.
    """
    paid, received = _carried(flows, index_levels)
    out = math.fsum(received)
    if out == 0:
        reason = Label("没有分配，PME+无可缩放之数", "nothing was distributed, so there is nothing for PME+ to scale")
        return PublicMarketRate("pme_plus", flows.final_nav, None, None, reason=reason)
    scale = (math.fsum(paid) - flows.final_nav) / out
    if scale < 0:
        reason = Label(
            "剩余净值已超过投入按指数复利之值，缩放系数为负，PME+无解",
            "what is left exceeds all contributions carried by the index: the scale is negative and PME+ has no answer",
        )
        return PublicMarketRate("pme_plus", flows.final_nav, None, None, scale, reason)
    scaled = tuple(scale * amount for amount in flows.distributions)
    rate = _rate(flows, scaled, flows.final_nav, day_basis)
    return PublicMarketRate("pme_plus", flows.final_nav, rate, _excess(flows, rate, day_basis), scale)


def modified_pme_rate(
    flows: FundFlows,
    index_levels: Sequence[float],
    *,
    nav_by_flow: Sequence[float],
    day_basis: DayBasis = "actual/365",
) -> PublicMarketRate:
    """What rate would the index have earned if each distribution took the part of the account it took of the fund?

    Parameters
    ----------
    nav_by_flow : the fund's value after each flow, ≥ 0; its last is ``flows.final_nav``.

    Tested by: published case ``pme-plus-and-mpme-when-ln-fails``, pyxirr, ``tests/leverage/test_public_market.py``.
    """
    levels = _levels(flows, index_levels)
    if len(nav_by_flow) != len(levels) or not all(math.isfinite(nav) and nav >= 0 for nav in nav_by_flow):
        raise InputError.of(
            "nav_by_flow", found=list(nav_by_flow)[:10], expected=f"{len(levels)} values of 0 or more, one a flow"
        )
    if nav_by_flow[-1] != flows.final_nav:
        raise InputError.of("nav_by_flow", found=f"{nav_by_flow[-1]:g} at the end", expected=f"{flows.final_nav:g}")
    account, paid_out = 0.0, []
    for place, level in enumerate(levels):
        growth = level / levels[place - 1] if place else 1.0
        account = account * growth + flows.contributions[place]
        out, left = flows.distributions[place], nav_by_flow[place]
        part = out / (out + left) if out else 0.0
        paid_out.append(part * account)
        account -= part * account
    rate = _rate(flows, tuple(paid_out), account, day_basis)
    return PublicMarketRate("mpme", account, rate, _excess(flows, rate, day_basis))


def direct_alpha(
    flows: FundFlows, index_levels: Sequence[float], *, day_basis: DayBasis = "actual/365"
) -> InternalRate:
    """By which rate a year (a period) did the fund do better than the index? Compound, not continuous.

    The rate of the payments after each is carried to the end by the index.

    References
    ----------
    O. Gredil, B. Griffiths, R. Stucke, Benchmarking Private Equity: The Direct Alpha Method (2014).

    Tested by: published case ``direct-alpha-six-period``, pyxirr, ``tests/leverage/test_public_market.py``.
    """
    paid, received = _carried(flows, index_levels)
    carried = [out - into for into, out in zip(paid, received, strict=True)]
    carried[-1] += flows.final_nav
    return internal_rate_of(carried, dates=flows.dates, day_basis=day_basis)


def _levels(flows: FundFlows, index_levels: Sequence[float]) -> list[float]:
    levels = [float(level) for level in index_levels]
    if len(levels) != len(flows.contributions):
        raise InputError.of("index_levels", found=f"{len(levels)} levels", expected=f"{len(flows.contributions)}")
    for place, level in enumerate(levels):
        if not (math.isfinite(level) and level > 0):
            raise InputError.of(f"index_levels.{place}", found=level, expected="a level above 0")
    return levels


def _carried(flows: FundFlows, index_levels: Sequence[float]) -> tuple[list[float], list[float]]:
    """What was paid in and out, carried by the index to the last day."""
    levels = _levels(flows, index_levels)
    factors = [levels[-1] / level for level in levels]
    paid = [amount * factor for amount, factor in zip(flows.contributions, factors, strict=True)]
    received = [amount * factor for amount, factor in zip(flows.distributions, factors, strict=True)]
    return paid, received


def _rate(flows: FundFlows, distributions: Sequence[float], at_the_end: float, day_basis: DayBasis) -> InternalRate:
    net = [out - paid for paid, out in zip(flows.contributions, distributions, strict=True)]
    net[-1] += at_the_end
    return internal_rate_of(net, dates=flows.dates, day_basis=day_basis)


def _excess(flows: FundFlows, rate: InternalRate, day_basis: DayBasis) -> float | None:
    own = internal_rate_of(flows.net, dates=flows.dates, day_basis=day_basis)
    return None if own.rate is None or rate.rate is None else own.rate - rate.rate
