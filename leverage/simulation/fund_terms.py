"""Parts of the terms of a simulated fund: what it keeps to invest again, payments beside its waterfall."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.kernel.fields import FrozenModel

__all__ = ["SimulatedBuyOut", "SimulatedClawback", "SimulatedLossMadeGood", "SimulatedRecycling"]

_Share = Annotated[float, Field(ge=0, le=1)]


class SimulatedRecycling(FrozenModel):
    """What exits bring in the fund's first quarters it may keep, up to a share of commitments in all, and invest again.

    As ``leverage/fund_cash.py``: what was kept pays for investments and charges before partners are called; what is
    still there after quarter ``until_quarters`` is paid out. Money that is not called stays committed, and the same
    rates of call apply to it later. Kept money earns nothing and is no holding.
    """

    limit_of_commitment_share: Annotated[float, Field(gt=0, le=2)]
    until_quarters: Annotated[int, Field(ge=1, le=240)]


class SimulatedLossMadeGood(FrozenModel):
    """Public money makes good a share of the other partners' loss at the horizon, out of what it received.

    As ``leverage/settlements/loss_made_good.py``: min(share · loss, cap · public capital, what public money received).
    """

    loss_share: Annotated[float, Field(gt=0, le=1)]
    cap_of_public_capital_share: _Share


class SimulatedClawback(FrozenModel):
    """The manager gives back at the horizon what carry it got too much, less the part of it that taxes took.

    Carry on the whole fund is too much where it was paid before later calls that lost: hardly ever where money is
    called early and paid out late, as in most funds; often where the last calls are the largest. As in
    ``leverage/deal_by_deal.py``:

        y = min(G · (1 − t), max(0, G − k · max(0, P), S))

    shared among the partners by what they miss of their capital and preferred return.
    """

    carry_tax_share: Annotated[float, Field(ge=0, lt=1)] = 0.0


class SimulatedBuyOut(FrozenModel):
    """The other partners buy the public part at its cost plus interest, after the fund's n-th quarter.

    As ``leverage/settlements/buy_out.py``, interest from the fund's first quarter on; from then on they get what public
    money would get. ``when`` is ``always`` (they must) or ``worth_more``: on the paths on which public money would get
    more than the price if the fund's value were paid out that day. Nobody looks ahead.
    """

    after_quarters: Annotated[int, Field(ge=1, le=240)]
    rate_share: _Share
    compounding: Literal["compound", "simple"]
    less_what_was_gained: bool
    when: Literal["always", "worth_more"]

    @property
    def price_factor(self) -> float:
        """By what is the capital not yet returned multiplied?"""
        years = (self.after_quarters - 1) / 4
        if self.compounding == "compound":
            return float((1 + self.rate_share) ** years)
        return 1 + self.rate_share * years
