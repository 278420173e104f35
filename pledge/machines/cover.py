"""担保覆盖: does the security still cover the debt, and what happens when it does not?"""

from __future__ import annotations

from pledge.workflow import StateMachine, Step
from valuation.kernel.labels import Label

__all__ = ["MACHINE"]

#: What follows from values and dates alone is found by the end of day; an officer may find it earlier.
_FOUND_BY = frozenset({"system", "loan_officer"})
_APPROVER = frozenset({"approver"})

MACHINE = StateMachine(
    id="cover",
    label=Label("担保覆盖", "cover"),
    question=Label("担保是否足额，补足期限过了没有？", "Is the debt covered, and has the time to cure run out?"),
    states={
        "covered": Label("足额", "covered"),
        "warning": Label("预警", "warning"),
        "call": Label("已要求补足", "call issued"),
        "cured": Label("已补足", "cured"),
        "escalated": Label("逾期未补足", "escalated"),
        "ended": Label("无须覆盖", "nothing left to cover"),
    },
    initial="covered",
    final=frozenset({"ended"}),
    steps=(
        Step(
            action="warn",
            label=Label("发出预警", "warn"),
            starts=frozenset({"covered"}),
            end="warning",
            roles=_FOUND_BY,
        ),
        Step(
            action="clear_warning",
            label=Label("解除预警", "clear the warning"),
            starts=frozenset({"warning"}),
            end="covered",
            roles=_FOUND_BY,
        ),
        Step(
            action="issue_call",
            label=Label("发出补足通知", "issue a call"),
            starts=frozenset({"covered", "warning", "cured"}),
            end="call",
            roles=_FOUND_BY,
        ),
        *(
            Step(
                action="increase_call",
                label=Label("提高补足金额", "increase the call"),
                starts=frozenset({state}),
                end=state,
                roles=_FOUND_BY,
            )
            for state in ("call", "escalated")
        ),
        *(
            Step(
                action="reduce_call",
                label=Label("降低补足金额", "reduce the call"),
                starts=frozenset({state}),
                end=state,
                roles=frozenset({"loan_officer"}),
                approver_roles=_APPROVER,
                concerns="collateral_value",
            )
            for state in ("call", "escalated")
        ),
        Step(
            action="confirm_cure",
            label=Label("确认已补足", "confirm the cure"),
            starts=frozenset({"call", "escalated"}),
            end="cured",
            roles=_FOUND_BY,
        ),
        Step(
            action="escalate",
            label=Label("升级处理", "escalate"),
            starts=frozenset({"call"}),
            end="escalated",
            roles=_FOUND_BY,
        ),
        # A cure that still lies under the warning limit is closed and warned about on the same day.
        Step(
            action="close_call",
            label=Label("结束补足程序", "close the call"),
            starts=frozenset({"cured"}),
            end="covered",
            roles=_FOUND_BY,
        ),
        Step(
            action="end",
            label=Label("债务已了结", "nothing is owed any more"),
            starts=frozenset({"covered", "warning", "call", "cured", "escalated"}),
            end="ended",
            roles=_FOUND_BY,
        ),
    ),
)
