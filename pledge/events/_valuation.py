"""What a valuation of a pledged right says, first or later."""

from __future__ import annotations

import datetime
from typing import Any, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from pledge.events._payload import Share, fen, require
from valuation.kernel.fields import Day, FrozenModel, Identifier, NonNegativeMoneyText

__all__ = ["ValuationPayload", "valued_fields"]


class ValuationPayload(FrozenModel):
    """The value of a right.

    ``appraised_value``: market value, yuan. ``pledgee_value``: what it would bring a lender who must sell it, yuan.
    ``value_basis``: which of the two the bank lends on. ``value_date``: the day the values refer to.
    ``pledge_rate_share``: the share of the value lent on, for this right. ``valuation_id``: of the appraisal.
    """

    asset: Identifier
    appraised_value: NonNegativeMoneyText
    pledgee_value: NonNegativeMoneyText | None = None
    value_basis: Literal["appraised", "pledgee"]
    value_date: Day
    pledge_rate_share: Share
    valuation_id: Identifier | None = None

    @model_validator(mode="after")
    def _has_its_basis(self) -> Self:
        if self.value_basis == "pledgee" and self.pledgee_value is None:
            raise PydanticCustomError("value_basis", "a pledgee value to lend on, or the basis appraised")
        return self


def valued_fields(payload: ValuationPayload, day: datetime.date) -> dict[str, Any]:
    """What the valuation changes on a right.

    Raises
    ------
    IllegalStepError : the values refer to a day after the event.
    """
    require(
        payload.value_date <= day,
        "payload.value_date",
        found=payload.value_date,
        expected=f"{day} or earlier",
        advice="A value of a later day is not known yet.",
    )
    pledgee = payload.pledgee_value
    return {
        "appraised_fen": fen(payload.appraised_value),
        "pledgee_value_fen": None if pledgee is None else fen(pledgee),
        "value_basis": payload.value_basis,
        "value_date": payload.value_date,
        "pledge_rate_share": payload.pledge_rate_share,
    }
