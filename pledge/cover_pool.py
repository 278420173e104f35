"""Is the debt covered today, must somebody be warned or called, and is an issued call cured?

The cover machine: covered → warning → call → cured | escalated. Two limits, one to warn and one to enforce; a buffer
so that a value moving to and fro about the warning limit does not warn every day; a cure period. A call is cured only
by allowed amounts, that is values *after* each right's pledge rate, by repayment or by a further right. Until then the
called amount never falls, whatever a new valuation says; only two persons may reduce it, by :func:`reduce_call`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pledge.cover import ratio_text
from pledge.cover_limits import CoverLimits, PoolCover
from pledge.cover_state import COVER_ACTIONS, CallChange, CoverAction, CoverCall, CoverState, CoverStatus
from pledge.pledged_pool import CoverPool, PoolValue, changing_days, value_pool
from valuation.errors import InputError, RefusalError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["CoverAssessment", "SinceCall", "assess_cover", "follow_cover", "reduce_call"]


@dataclass(frozen=True)
class SinceCall:
    """What happened since the call, in allowed amount: the three add up to the fall of exposure − allowed amount.

    ``revalued_fen`` also holds what the rights of the day of the call lost by lapse, age or release.
    """

    repaid_fen: int
    added_fen: int
    revalued_fen: int

    def as_document(self) -> dict[str, str]:
        """The account for JSON."""
        return {
            "repaid": Money(self.repaid_fen).text,
            "added": Money(self.added_fen).text,
            "revalued": Money(self.revalued_fen).text,
        }


@dataclass(frozen=True)
class CoverAssessment:
    """The cover at the end of one day: both bases, the next state, the steps that lead there and why.

    ``missing_fen`` is what a call made today would ask for, zero when the restore limit holds. ``changes_on`` is the
    next day on which mere time may change the answer, None when none does.
    """

    as_of: date
    cover: PoolCover
    market: PoolCover
    pledgee: PoolCover | None
    ratio_share: Fraction | None
    missing_fen: int
    state: CoverState
    actions: tuple[CoverAction, ...]
    reason: Label
    since_call: SinceCall | None
    concentrated: tuple[str, ...]
    changes_on: date | None

    @property
    def action(self) -> CoverAction:
        """The first step that the cover asks for, ``none`` without one."""
        return self.actions[0] if self.actions else "none"

    def as_document(self) -> dict[str, Any]:
        """The assessment for JSON."""
        return {
            "as_of": self.as_of.isoformat(),
            "basis": self.cover.value.basis,
            "ratio_share": ratio_text(self.ratio_share),
            "missing": Money(self.missing_fen).text,
            "state": self.state.as_document(),
            "actions": [{"code": code, **COVER_ACTIONS[code].as_document()} for code in self.actions],
            "reason": self.reason.as_document(),
            "since_call": None if self.since_call is None else self.since_call.as_document(),
            "concentrated": list(self.concentrated),
            "changes_on": None if self.changes_on is None else self.changes_on.isoformat(),
            "market": self.market.as_document(),
            "pledgee": None if self.pledgee is None else self.pledgee.as_document(),
        }


def assess_cover(
    pool: CoverPool,
    outstanding_fen: int,
    *,
    limits: CoverLimits,
    as_of: date,
    previous: CoverState | None = None,
) -> CoverAssessment:
    """How is the debt covered at the end of this day, and what must happen next?

    exposure = max(0, outstanding − unsecured limit); ratio = exposure / allowed amount (or / value);
    missing = max(0, exposure − min(allowed, floor(restore × base))). Assessing the same day twice changes nothing.

    Parameters
    ----------
    pool : the rights behind the debt.
    outstanding_fen : the debt, ≥ 0.
    limits : warning, enforcement, restoring, buffer, cure period.
    as_of : the day; not before ``previous.since``.
    previous : the state before, None at the start (covered).

    Returns
    -------
    CoverAssessment; the pledgee's cover is None when a right has no stated value to the pledgee.

    Raises
    ------
    InputError : a negative debt, a day before the state's, what :func:`value_pool` refuses.

    Tested by: the published shortfall, hand, hypothesis (a called amount never falls, days in one step or many) in
    ``tests/pledge/test_cover_pool.py``.
    """
    before = CoverState("covered", as_of) if previous is None else previous
    if outstanding_fen < 0:
        raise InputError.of("outstanding", found=outstanding_fen, expected="0 or more")
    if as_of < before.since:
        raise InputError.of("as_of", found=as_of, expected=f"{before.since} or later, the day of the state before")
    market = PoolCover(value_pool(pool, rules=limits.counting, as_of=as_of), outstanding_fen)
    pledgee = _pledgee_cover(pool, outstanding_fen, limits, as_of)
    found = market if limits.basis == "market" else pledgee
    assert found is not None, "a basis that cannot be computed was refused"
    missing = max(0, found.exposure_fen - limits.carried_fen(found.value, limit_share=limits.restore_share))
    actions, after = _steps(before, found, missing, limits)
    days = [day for day in (_first_change(pool, limits, as_of), _machine_day(after, as_of)) if day is not None]
    return CoverAssessment(
        as_of=as_of,
        cover=found,
        market=market,
        pledgee=pledgee,
        ratio_share=limits.ratio_share(found),
        missing_fen=missing,
        state=after,
        actions=actions,
        reason=_reason(actions, found, missing, after),
        since_call=None if after.call is None else _since(after.call, found),
        concentrated=_concentrated(found.value, limits),
        changes_on=min(days, default=None),
    )


def follow_cover(
    pool: CoverPool,
    outstanding_fen: int,
    *,
    limits: CoverLimits,
    first: date,
    last: date,
    previous: CoverState | None = None,
) -> tuple[CoverAssessment, ...]:
    """What happens to the cover by mere passing of time, while neither debt nor rights change?

    Assesses ``first`` and then every day up to ``last`` on which something can change; the state at the end is the same
    in however many spans the time is cut.

    Raises
    ------
    InputError : ``last`` before ``first``, and what :func:`assess_cover` refuses.

    Tested by: hypothesis (one span or two) in ``tests/pledge/test_cover_pool.py``.
    """
    if last < first:
        raise InputError.of("last", found=last, expected=f"{first} or later")
    found: list[CoverAssessment] = []
    day: date | None = first
    while day is not None and day <= last:
        state = found[-1].state if found else previous
        found.append(assess_cover(pool, outstanding_fen, limits=limits, as_of=day, previous=state))
        day = found[-1].changes_on
    return tuple(found)


def reduce_call(assessment: CoverAssessment, *, to_fen: int, made_by: str, approved_by: str, reason: str) -> CoverState:
    """The state after an open call is formally reduced, on the day of the assessment.

    Parameters
    ----------
    assessment : today's; its missing amount is the least the call may be reduced to.
    to_fen : the new called amount, below the old one.
    made_by, approved_by : two different persons.
    reason : why, not empty.

    Raises
    ------
    RefusalError : no call is open.
    InputError : one person twice, no reason, an amount not below the called or below what is missing today.

    Tested by: hand and each refusal in ``tests/pledge/test_cover_pool.py``.
    """
    state = assessment.state
    if not state.has_open_call or state.call is None:
        raise RefusalError.of(
            "call", found=f"the cover is {state.status}", expected="an open call", advice="There is nothing to reduce."
        )
    if not approved_by.strip() or approved_by == made_by:
        raise InputError.of("approved_by", found=repr(approved_by), expected=f"another person than {made_by!r}")
    if not reason.strip():
        raise InputError.of("reason", found="nothing", expected="why the call is reduced")
    if not assessment.missing_fen <= to_fen < state.call.called_fen:
        raise InputError.of(
            "to_fen",
            found=to_fen,
            expected=f"from {assessment.missing_fen}, what is missing, to below the called {state.call.called_fen}",
        )
    change = CallChange(assessment.as_of, state.call.called_fen, to_fen, made_by, approved_by, reason)
    return replace(state, call=state.call.changed(change))


def _steps(
    before: CoverState, found: PoolCover, missing_fen: int, limits: CoverLimits
) -> tuple[tuple[CoverAction, ...], CoverState]:
    """The steps of the day and the state after them; only a closed call may need a second one, a warning."""
    action = _next_action(before, found, missing_fen, limits)
    if action == "none":
        return (), before
    after = _take(action, before, found, missing_fen, limits)
    if action == "close_call" and not limits.is_clear(found):
        return ("close_call", "warn"), CoverState("warning", found.value.as_of)
    return (action,), after


def _next_action(before: CoverState, found: PoolCover, missing_fen: int, limits: CoverLimits) -> CoverAction:
    """The one step of the machine that today's cover asks for."""
    as_of = found.value.as_of
    if before.call is not None and before.has_open_call:
        if missing_fen == 0:
            return "confirm_cure"
        if before.status == "call" and as_of > before.call.cure_by:
            return "escalate"
        return "increase_call" if missing_fen > before.call.called_fen else "none"
    if not limits.holds(found, limit_share=limits.enforcement_share):
        return "issue_call"
    if before.status == "cured":
        # The cure is shown until the end of its day; assessing that day again must not skip it.
        return "none" if before.since == as_of else "close_call"
    if before.status == "warning":
        return "clear_warning" if limits.is_clear(found) else "none"
    return "none" if limits.holds(found, limit_share=limits.warning_share) else "warn"


def _take(
    action: CoverAction, before: CoverState, found: PoolCover, missing_fen: int, limits: CoverLimits
) -> CoverState:
    """The state after the step."""
    as_of = found.value.as_of
    if action == "issue_call":
        cure_by = as_of + timedelta(days=limits.cure_period_days)
        rows = tuple(found.value.allowed_by_asset().items())
        return CoverState("call", as_of, CoverCall(as_of, cure_by, missing_fen, found.exposure_fen, rows))
    if action == "confirm_cure":
        return CoverState("cured", as_of, before.call)
    if action in ("increase_call", "escalate"):
        status: CoverStatus = "escalated" if action == "escalate" else before.status
        since = as_of if action == "escalate" else before.since
        return CoverState(status, since, _at_least(before.call, missing_fen, as_of))
    return CoverState("warning" if action == "warn" else "covered", as_of)


def _at_least(call: CoverCall | None, missing_fen: int, as_of: date) -> CoverCall:
    """The call, increased to what is missing; never lowered."""
    assert call is not None, "an open call is increased or escalated"
    if missing_fen <= call.called_fen:
        return call
    return call.changed(CallChange(as_of, call.called_fen, missing_fen))


def _pledgee_cover(pool: CoverPool, outstanding_fen: int, limits: CoverLimits, as_of: date) -> PoolCover | None:
    stated = all(asset.pledgee_value_fen is not None for asset in pool.assets)
    if not stated and limits.basis == "market":
        return None
    return PoolCover(value_pool(pool, rules=limits.counting, as_of=as_of, basis="pledgee"), outstanding_fen)


def _since(call: CoverCall, found: PoolCover) -> SinceCall:
    now, then = found.value.allowed_by_asset(), dict(call.allowed_by_asset)
    added = sum(fen for name, fen in now.items() if name not in then)
    kept = sum(fen for name, fen in now.items() if name in then)
    return SinceCall(call.exposure_fen - found.exposure_fen, added, kept - sum(then.values()))


def _concentrated(value: PoolValue, limits: CoverLimits) -> tuple[str, ...]:
    if limits.concentration_share is None:
        return ()
    return tuple(row.asset.id for row in value.rows if (row.share_of_pool or 0) > limits.concentration_share)


def _first_change(pool: CoverPool, limits: CoverLimits, as_of: date) -> date | None:
    return next(iter(changing_days(pool, rules=limits.counting, after=as_of)), None)


def _machine_day(state: CoverState, as_of: date) -> date | None:
    """The next day on which the machine moves by itself: the cure period runs out, a cure is closed."""
    if state.status == "call" and state.call is not None:
        return max(state.call.cure_by, as_of) + timedelta(days=1)
    return as_of + timedelta(days=1) if state.status == "cured" else None


def _reason(actions: tuple[CoverAction, ...], found: PoolCover, missing_fen: int, after: CoverState) -> Label:
    """Today's cover in one sentence, with the called amount when there is a call."""
    exposure, allowed = (Money(fen).text for fen in (found.exposure_fen, found.value.allowed_fen))
    missing, steps = Money(missing_fen).text, [COVER_ACTIONS[each] for each in actions or ("none",)]
    steps_zh, steps_en = "、".join(step.zh for step in steps), ", ".join(step.en for step in steps)
    zh = f"{steps_zh}：需覆盖{exposure}元，可贷额度{allowed}元，尚缺{missing}元"
    en = f"{steps_en}: to be covered {exposure} yuan, allowed amount {allowed} yuan, missing {missing} yuan"
    if after.call is None:
        return Label(zh, en)
    called, by = Money(after.call.called_fen).text, after.call.cure_by
    return Label(f"{zh}；通知金额{called}元，补足期限{by}", f"{en}; called amount {called} yuan, to be cured by {by}")
