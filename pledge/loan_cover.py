"""Which of a loan's rights count today, and for how much?

The rights of a loan as a pool of cover (:mod:`pledge.pledged_pool`): value × its own pledge rate, and nothing where a
right is not registered, has ended, was valued too long ago or ends too early for the debt. How old a valuation may be
and how long a right must outlive the debt is agreed with the facility; what was not agreed is not asked.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from pledge.loan_parts import Facility, Right
from pledge.pledged_pool import CountingRules, CoverAsset, CoverPool, PoolValue, value_pool

__all__ = ["pool_value"]

#: A right for which no end was recorded: the last day that a request may name.
_NO_END = datetime.date(2999, 12, 31)
#: Months of a valuation that no age was agreed for: longer than any loan.
_ANY_AGE = 6_000


def pool_value(
    rights: Iterable[Right], *, facility: Facility | None, debt_ends_on: datetime.date, as_of: datetime.date
) -> PoolValue:
    """What may be lent on the rights on a day, right by right, with every reason why one does not count?

    Rights that were never valued are left out: there is nothing to count yet.

    Tested by: by hand in ``tests/pledge/test_loan_cover.py``; the pool itself in ``tests/pledge/test_pledged_pool.py``.
    """
    margin = None if facility is None else facility.life_margin_months
    age = None if facility is None else facility.valuation_validity_months
    pool = CoverPool(
        tuple(_asset(right) for right in rights if right.value_date is not None),
        debt_ends_on=as_of if margin is None else debt_ends_on,
    )
    rules = CountingRules(valuation_validity_months=_ANY_AGE if age is None else age, life_margin_months=margin or 0)
    return value_pool(pool, rules=rules, as_of=as_of)


def _asset(right: Right) -> CoverAsset:
    assert right.value_date is not None, "a right that was valued has the date"
    assert right.pledge_rate_share is not None, "a right that was valued has its pledge rate"
    return CoverAsset(
        id=right.id,
        kind=right.kind,
        market_value_fen=right.value_fen,
        pledgee_value_fen=None,
        pledge_rate_share=right.pledge_rate_share,
        valued_on=right.value_date,
        expiry_date=right.expiry_date or _NO_END,
        registered_on=right.registered_on if right.is_securing else None,
    )
