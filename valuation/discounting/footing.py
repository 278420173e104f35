"""Do a request's discount rate and its flows stand on the same footing?

The footing is optional in a request, because many assignments leave it unsaid; then the conclusion says that nobody
checked it. Stated, a difference is an error.
"""

from __future__ import annotations

from typing import Literal

from valuation.discounting.consistency import Footing, require_same_footing
from valuation.errors import InputError
from valuation.kernel.fields import Currency, FrozenModel
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["StatedFooting", "StatedFootings", "check_footing", "footing_conventions", "footing_doubts"]


class StatedFooting(FrozenModel):
    """On what footing a rate or a row of flows stands.

    Attributes
    ----------
    tax : after or before the owner's income tax.
    prices : of each year (``nominal``) or of the valuation date (``real``).
    currency : whose rate it is, or in which the flows are.
    """

    tax: Literal["after_tax", "before_tax"]
    prices: Literal["nominal", "real"]
    currency: Currency

    @property
    def footing(self) -> Footing:
        """The same, as the domain compares it."""
        return Footing(tax=self.tax, prices=self.prices, currency=self.currency)


class StatedFootings(FrozenModel):
    """The footing of the rate, and that of the flows which it discounts, after the method's own tax.

    Attributes
    ----------
    rate : of the discount rate, capitalisation rate, cost of capital or riskless rate.
    flows : of the flows that are discounted, after the tax that the method deducts.
    """

    rate: StatedFooting
    flows: StatedFooting


def check_footing(
    stated: StatedFootings | None, *, currency: str, field: str = "footing", is_taxed: bool = False
) -> None:
    """Do rate and flows agree, and are the flows in the currency of the request? Nothing stated is not checked.

    Parameters
    ----------
    field : where the footing stands in the method's inputs.
    is_taxed : the method takes tax off the flows, or its flows are after tax by definition.

    Raises
    ------
    InputError : they do not, one problem for each difference, naming both fields below ``field``; or flows that are
        taxed are called flows before tax.

    References
    ----------
    IVS 105, Valuation Approaches and Methods: the discount rate shall be consistent with the cash flows.

    Tested by: ``tests/valuation/discounting/test_footing.py`` (every method that discounts, each difference).
    """
    if stated is None:
        return
    require_same_footing(
        rate=stated.rate.footing, flows=stated.flows.footing, rate_field=f"{field}.rate", flows_field=f"{field}.flows"
    )
    if stated.flows.currency != currency:
        raise InputError.of(
            f"{field}.flows.currency", found=stated.flows.currency, expected=f"{currency}, the currency of the request"
        )
    if is_taxed and stated.flows.tax == "before_tax":
        # Rate and flows agree, and would both be wrong: what is discounted here is left after tax.
        raise InputError.of(f"{field}.flows.tax", found="before_tax", expected="after_tax: tax is off these flows")


def footing_doubts(stated: StatedFootings | None) -> tuple[NamedWarning, ...]:
    """What must a reader know where the footing was left unsaid?"""
    return () if stated is not None else (_NOT_STATED,)


def footing_conventions(stated: StatedFootings | None) -> dict[str, str]:
    """The common footing as a convention; nothing where it was not stated."""
    if stated is None:
        return {}
    rate = stated.rate
    return {"footing": f"{rate.tax} {rate.prices}, in {rate.currency}"}


_NOT_STATED = NamedWarning(
    "footing_not_stated",
    Label(
        "未说明折现率与现金流的口径（税前或税后、名义或实际、币种），未核对是否一致",
        "footing of rate and flows (tax, prices, currency) not stated: nobody checked that they agree",
    ),
)
