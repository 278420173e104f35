"""贷款申请: is the loan asked for, decided on, and taken up?"""

from __future__ import annotations

from pledge.workflow import StateMachine, Step
from valuation.kernel.labels import Label

__all__ = ["MACHINE"]

_APPLICANTS = frozenset({"borrower", "loan_officer"})
_OFFICER = frozenset({"loan_officer"})
_APPROVER = frozenset({"approver"})

MACHINE = StateMachine(
    id="application",
    label=Label("贷款申请", "application"),
    question=Label("申请到了哪一步，谁来决定？", "How far is the application, and who decides?"),
    states={
        "none": Label("尚未申请", "none yet"),
        "submitted": Label("已提交", "submitted"),
        "incomplete": Label("待补正", "papers missing"),
        "approved": Label("已批准", "approved"),
        "contracted": Label("已签授信合同", "contract signed"),
        "refused": Label("已否决", "refused"),
        "withdrawn": Label("已撤回", "withdrawn"),
        "lapsed": Label("批复失效", "approval lapsed"),
    },
    initial="none",
    final=frozenset({"contracted", "withdrawn", "lapsed"}),
    steps=(
        Step(
            action="submit",
            label=Label("提交申请", "submit"),
            starts=frozenset({"none", "refused"}),
            end="submitted",
            roles=_APPLICANTS,
        ),
        Step(
            action="ask_for_papers",
            label=Label("要求补正", "ask for papers"),
            starts=frozenset({"submitted"}),
            end="incomplete",
            roles=_OFFICER | _APPROVER,
        ),
        Step(
            action="complete",
            label=Label("补正材料", "hand in what was missing"),
            starts=frozenset({"incomplete"}),
            end="submitted",
            roles=_APPLICANTS,
        ),
        Step(
            action="approve",
            label=Label("审批通过", "approve"),
            starts=frozenset({"submitted"}),
            end="approved",
            roles=_OFFICER | _APPROVER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="refuse",
            label=Label("审批否决", "refuse"),
            starts=frozenset({"submitted", "incomplete"}),
            end="refused",
            roles=_APPROVER,
        ),
        Step(
            action="withdraw",
            label=Label("撤回申请", "withdraw"),
            starts=frozenset({"submitted", "incomplete", "approved"}),
            end="withdrawn",
            roles=_APPLICANTS,
        ),
        Step(
            action="contract",
            label=Label("签订授信合同", "sign the contract"),
            starts=frozenset({"approved"}),
            end="contracted",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="lapse",
            label=Label("批复到期失效", "let the approval lapse"),
            starts=frozenset({"approved"}),
            end="lapsed",
            roles=frozenset({"system", "loan_officer"}),
        ),
    ),
)
