"""What do recycling and a subscription line change: who pays when, and what does the fund look like?

**Recycling.** Within the investment period a fund may keep proceeds, up to a limit, and invest them instead of calling
money. Kept proceeds pay for the next investments; what is still there when the period ends is paid out. Each yuan is
invested as often as it really was, and called once:

    Σ invested + Σ fees = Σ called + Σ kept − Σ paid out of what was kept

**Subscription line.** A bank pays a call first, and the partners pay later, with interest. Partners' money works for
less time, so that the rate of return rises and the multiple falls: both are shown, because one alone flatters.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from leverage.waterfall import FundFlow
from valuation.errors import InputError
from valuation.kernel.money import Rounding

__all__ = ["FundNeed", "LineUse", "Recycled", "recycle", "with_subscription_line"]


@dataclass(frozen=True)
class FundNeed:
    """What a fund invests, pays in fees and receives from exits on a day (fen)."""

    day: datetime.date
    invested_fen: int = 0
    fees_fen: int = 0
    proceeds_fen: int = 0


@dataclass(frozen=True)
class Recycled:
    """The flows between the fund and its partners, and what was kept and invested again."""

    flows: tuple[FundFlow, ...]
    invested_fen: int
    recycled_fen: int
    returned_unused_fen: int


@dataclass(frozen=True)
class LineUse:
    """The flows after a subscription line: later calls with interest; what the bank was owed at most."""

    flows: tuple[FundFlow, ...]
    interest_fen: int
    largest_debt_fen: int


def recycle(needs: Sequence[FundNeed], *, limit_fen: int, until: datetime.date) -> Recycled:
    """Which flows remain when proceeds up to ``limit_fen`` may be invested again until a day?

    On a day exits come first, then fees and investments; what was kept pays before partners are called.

    Raises
    ------
    InputError : no needs, a negative amount, a negative limit.

    Tested by: by hand; money adds up (hypothesis), ``tests/leverage/test_fund_cash.py``.
    """
    _check_needs(needs)
    if type(limit_fen) is not int or limit_fen < 0:
        raise InputError.of("limit", found=limit_fen, expected="whole fen of 0 or more")
    kept, kept_in_all, spent_again = 0, 0, 0
    flows: list[FundFlow] = []
    for need in sorted(needs, key=lambda row: row.day):
        if need.day > until and kept:
            flows.append(FundFlow(until, proceeds_fen=kept))
            kept = 0
        keep = min(need.proceeds_fen, limit_fen - kept_in_all) if need.day <= until else 0
        kept, kept_in_all = kept + keep, kept_in_all + keep
        wanted = need.invested_fen + need.fees_fen
        from_kept = min(kept, wanted)
        kept, spent_again = kept - from_kept, spent_again + from_kept
        flows.append(FundFlow(need.day, called_fen=wanted - from_kept, proceeds_fen=need.proceeds_fen - keep))
    if kept:
        flows.append(FundFlow(max(until, flows[-1].day), proceeds_fen=kept))
    return Recycled(
        flows=tuple(flow for flow in flows if flow.called_fen or flow.proceeds_fen),
        invested_fen=sum(need.invested_fen for need in needs),
        recycled_fen=spent_again,
        returned_unused_fen=kept_in_all - spent_again,
    )


def with_subscription_line(
    flows: Sequence[FundFlow], *, delay_days: int, annual_rate_share: Decimal, limit_fen: int
) -> LineUse:
    """Which flows do partners see when a bank pays their calls first, for so many days and up to a limit?

    A call up to what the line has left is paid by the bank and called ``delay_days`` later with simple interest,
    actual/360; what the line cannot take is called at once. Distributions do not move.

    Raises
    ------
    InputError : a delay outside 1 to 730 days, a rate outside 0 to 1, a limit below 1 fen, no flows.

    Tested by: by hand; the rate rises and the multiple falls (hypothesis), ``tests/leverage/test_fund_cash.py``.
    """
    if not flows:
        raise InputError.of("flows", found="none", expected="at least one flow")
    if type(delay_days) is not int or not 1 <= delay_days <= 730:
        raise InputError.of("delay_days", found=delay_days, expected="1 to 730 days")
    if not (annual_rate_share.is_finite() and 0 <= annual_rate_share <= 1):
        raise InputError.of("annual_rate_share", found=annual_rate_share, expected="a share of one")
    if type(limit_fen) is not int or limit_fen < 1:
        raise InputError.of("limit", found=limit_fen, expected="whole fen above 0")
    factor = Fraction(annual_rate_share) * delay_days / 360
    owed: list[tuple[datetime.date, int]] = []
    seen: list[FundFlow] = []
    interest, largest = 0, 0
    for flow in sorted(flows, key=lambda row: row.day):
        open_fen = sum(fen for due, fen in owed if due > flow.day)
        bridged = min(flow.called_fen, limit_fen - open_fen)
        largest = max(largest, open_fen + bridged)
        seen.append(FundFlow(flow.day, flow.called_fen - bridged, flow.proceeds_fen, flow.deal))
        if bridged:
            due, cost = flow.day + datetime.timedelta(days=delay_days), Rounding().to_fen(bridged * factor)
            owed.append((due, bridged))
            seen.append(FundFlow(due, bridged + cost, 0, flow.deal))
            interest += cost
    kept = sorted((flow for flow in seen if flow.called_fen or flow.proceeds_fen), key=lambda row: row.day)
    return LineUse(tuple(kept), interest, largest)


def _check_needs(needs: Sequence[FundNeed]) -> None:
    if not needs:
        raise InputError.of("needs", found="none", expected="at least one day")
    for place, need in enumerate(needs):
        for name in ("invested_fen", "fees_fen", "proceeds_fen"):
            if type(getattr(need, name)) is not int or getattr(need, name) < 0:
                raise InputError.of(
                    f"needs.{place}.{name.removesuffix('_fen')}",
                    found=getattr(need, name),
                    expected="whole fen of 0 or more",
                )
