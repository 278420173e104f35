"""授信: may money be drawn under the contract, is it called, is it settled?"""

from __future__ import annotations

from pledge.workflow import StateMachine, Step
from valuation.kernel.labels import Label

__all__ = ["MACHINE"]

_OFFICER = frozenset({"loan_officer"})
_APPROVER = frozenset({"approver"})

MACHINE = StateMachine(
    id="facility",
    label=Label("授信", "facility"),
    question=Label("现在还能提款吗，贷款了结了吗？", "May money be drawn now, and is the loan settled?"),
    states={
        "none": Label("尚未签约", "not agreed"),
        "agreed": Label("已签约未提款", "agreed, not drawn"),
        "drawn": Label("已提款", "drawn"),
        "called": Label("已宣布提前到期", "called due at once"),
        "written_off": Label("已核销", "written off"),
        "settled": Label("已结清", "settled"),
        "cancelled": Label("已取消", "cancelled"),
    },
    initial="none",
    final=frozenset({"settled", "cancelled"}),
    steps=(
        Step(
            action="agree",
            label=Label("签订授信合同", "agree"),
            starts=frozenset({"none"}),
            end="agreed",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        *(
            Step(
                action="draw",
                label=Label("提款", "draw"),
                starts=frozenset({state}),
                end="drawn",
                roles=_OFFICER,
                approver_roles=_APPROVER,
                concerns="money",
            )
            for state in ("agreed", "drawn")
        ),
        Step(
            action="cancel",
            label=Label("取消未用授信", "cancel"),
            starts=frozenset({"agreed"}),
            end="cancelled",
            roles=_OFFICER,
            approver_roles=_APPROVER,
        ),
        Step(
            action="call",
            label=Label("宣布提前到期", "call due at once"),
            starts=frozenset({"drawn"}),
            end="called",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="write_off",
            label=Label("核销", "write off"),
            starts=frozenset({"drawn", "called"}),
            end="written_off",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        # What borrower, right and compensators pay is recorded elsewhere with its two persons; that nothing is left
        # is only stated.
        Step(
            action="settle",
            label=Label("结清", "settle"),
            starts=frozenset({"drawn", "called", "written_off"}),
            end="settled",
            roles=frozenset({"system", "loan_officer"}),
        ),
    ),
)
