"""Age buckets: what funds of each age have called and paid out, taken from records of many funds.

A table of shares of the commitment by year of age: called in the year, paid out in the year, value at its end. The
projection reads it off; beyond the last age nothing more happens. Made from a cross-section (funds of all ages on one
day) by :func:`leverage.fund_records.age_table`: cumulative shares by age, made to rise, and their differences. Funds of
different vintages lived through different markets, so such a table is rough; it is the plain yardstick for others.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leverage.fund_projection import CashFlowModel, FundProjection
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["CASH_FLOW_MODEL", "AgeBuckets", "project"]

_Shares = Annotated[tuple[Annotated[float, Field(ge=0, le=100)], ...], Field(min_length=1, max_length=60)]


class AgeBuckets(FrozenModel):
    """Shares of the commitment by year of age (the first entry is the first year)."""

    called_share: _Shares
    distributed_share: _Shares
    nav_share: _Shares

    @model_validator(mode="after")
    def _fits(self) -> AgeBuckets:
        if len({len(self.called_share), len(self.distributed_share), len(self.nav_share)}) != 1:
            raise PydanticCustomError("ages", "one of each share for every age")
        if sum(self.called_share) > 1 + 1e-9:
            raise PydanticCustomError(
                "called_share", "calls of at most the commitment, not {s}", {"s": sum(self.called_share)}
            )
        return self


def project(parameters: AgeBuckets, *, commitment: float = 1.0) -> FundProjection:
    """What does a commitment call, pay out and hold by year of age, as the funds of the table did?

    Examples
    --------
    >>> table = AgeBuckets(called_share=(0.5, 0.5), distributed_share=(0, 1.5), nav_share=(0.6, 0))
    >>> project(table, commitment=100).distributions.tolist()
    [0.0, 0.0, 150.0]

    Tested by: by hand and from records, ``tests/leverage/cashflow/test_age_buckets.py``.
    """
    rows = (parameters.called_share, parameters.distributed_share, parameters.nav_share)
    called, paid_out, nav = (np.concatenate(([0.0], np.array(row) * commitment)) for row in rows)
    return FundProjection(
        commitment=commitment, periods_per_year=1, contributions=called, distributions=paid_out, nav=nav
    )


CASH_FLOW_MODEL = CashFlowModel(
    id="age_buckets",
    label=Label("按基金年龄分组的经验模型", "age buckets"),
    question=Label("同龄基金历年缴款与分配多少？", "What have funds of each age called and paid out?"),
    parameters_model=AgeBuckets,
    project=project,
)
