"""分期: what has become of one instalment of the plan?"""

from __future__ import annotations

from pledge.workflow import StateMachine, Step
from valuation.kernel.labels import Label

__all__ = ["MACHINE"]

_CLOCK = frozenset({"system"})
_PAYERS = frozenset({"borrower", "loan_officer", "system"})
_OFFICER = frozenset({"loan_officer"})
_RECEIVERS = frozenset({"approver", "system"})
_APPROVER = frozenset({"approver"})

MACHINE = StateMachine(
    id="instalment",
    label=Label("分期", "instalment"),
    question=Label("这一期到期了吗，付清了吗？", "Has this instalment fallen due, and is it paid?"),
    states={
        "scheduled": Label("未到期", "scheduled"),
        "due": Label("已到期", "due"),
        "part_paid": Label("部分偿还", "part paid"),
        "overdue": Label("逾期", "overdue"),
        "paid": Label("已付清", "paid"),
        "compensated": Label("已代偿", "paid by a compensator"),
        "replaced": Label("已由新计划取代", "replaced by a new plan"),
        "written_off": Label("已核销", "written off"),
    },
    initial="scheduled",
    final=frozenset({"paid", "compensated", "replaced", "written_off"}),
    steps=(
        Step(
            action="fall_due",
            label=Label("到期", "fall due"),
            starts=frozenset({"scheduled"}),
            end="due",
            roles=_CLOCK,
        ),
        Step(
            action="replan",
            label=Label("计划变更", "replan"),
            starts=frozenset({"scheduled", "due", "part_paid", "overdue"}),
            end="replaced",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        # The bank's own booking of a receipt is the second look: the payer alone cannot state that money came in.
        *(
            Step(
                action="pay_part",
                label=Label("偿还一部分", "pay a part"),
                starts=frozenset({start}),
                end=end,
                roles=_PAYERS,
                approver_roles=_RECEIVERS,
                concerns="money",
            )
            for start, end in (("due", "part_paid"), ("part_paid", "part_paid"), ("overdue", "overdue"))
        ),
        Step(
            action="pay",
            label=Label("付清", "pay in full"),
            starts=frozenset({"scheduled", "due", "part_paid", "overdue"}),
            end="paid",
            roles=_PAYERS,
            approver_roles=_RECEIVERS,
            concerns="money",
        ),
        Step(
            action="become_overdue",
            label=Label("转为逾期", "become overdue"),
            starts=frozenset({"due", "part_paid"}),
            end="overdue",
            roles=_CLOCK,
        ),
        Step(
            action="compensate",
            label=Label("代偿", "receive a compensation payment"),
            starts=frozenset({"due", "part_paid", "overdue"}),
            end="compensated",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="write_off",
            label=Label("核销", "write off"),
            starts=frozenset({"due", "part_paid", "overdue"}),
            end="written_off",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
    ),
)
