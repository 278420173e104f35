"""代偿申请: what became of the bank's claim on the pool, the guarantor or the insurer?"""

from __future__ import annotations

from pledge.workflow import StateMachine, Step
from valuation.kernel.labels import Label

__all__ = ["MACHINE"]

_OFFICER = frozenset({"loan_officer"})
_APPROVER = frozenset({"approver"})
#: Who pays the claim; another person of the same house, or the bank that receives, is the second one.
_PAYERS = frozenset({"pool_manager", "guarantor", "insurer"})
_SECOND = _PAYERS | _APPROVER

MACHINE = StateMachine(
    id="claim",
    label=Label("代偿申请", "claim for a compensation payment"),
    question=Label(
        "代偿到了哪一步，追偿所得如何返还？", "How far is the claim, and is what was recovered shared back?"
    ),
    states={
        "none": Label("尚未申请", "not filed"),
        "filed": Label("已申请", "filed"),
        "accepted": Label("已受理", "accepted"),
        "refused": Label("不予代偿", "refused"),
        "pre_paid": Label("已预付", "paid in advance"),
        "settled": Label("已结算", "settled"),
        "withdrawn": Label("已撤回", "withdrawn"),
        "closed": Label("已了结", "closed"),
    },
    initial="none",
    final=frozenset({"withdrawn", "closed"}),
    steps=(
        *(
            Step(
                action="file",
                label=Label("申请代偿", "file"),
                starts=frozenset({state}),
                end="filed",
                roles=_OFFICER,
                approver_roles=_APPROVER,
                concerns="money",
            )
            for state in ("none", "refused")
        ),
        Step(
            action="accept",
            label=Label("受理", "accept"),
            starts=frozenset({"filed"}),
            end="accepted",
            roles=_PAYERS,
            approver_roles=_SECOND,
            concerns="money",
        ),
        Step(
            action="refuse",
            label=Label("不予代偿", "refuse"),
            starts=frozenset({"filed"}),
            end="refused",
            roles=_PAYERS,
        ),
        Step(
            action="pre_pay",
            label=Label("预付代偿", "pay in advance"),
            starts=frozenset({"accepted"}),
            end="pre_paid",
            roles=_PAYERS,
            approver_roles=_SECOND,
            concerns="money",
        ),
        Step(
            action="settle",
            label=Label("结算代偿", "settle"),
            starts=frozenset({"accepted", "pre_paid"}),
            end="settled",
            roles=_PAYERS,
            approver_roles=_SECOND,
            concerns="money",
        ),
        Step(
            action="repay_advance",
            label=Label("退回预付款", "give the advance back"),
            starts=frozenset({"pre_paid"}),
            end="accepted",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="share_recovery",
            label=Label("追偿所得按比例返还", "share what recovery by subrogation brought"),
            starts=frozenset({"settled"}),
            end="settled",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="withdraw",
            label=Label("撤回申请", "withdraw"),
            starts=frozenset({"filed", "accepted", "refused"}),
            end="withdrawn",
            roles=_OFFICER,
            approver_roles=_APPROVER,
        ),
        Step(
            action="close",
            label=Label("追偿终结", "close, nothing more to recover"),
            starts=frozenset({"settled"}),
            end="closed",
            roles=_OFFICER | _PAYERS,
            approver_roles=_SECOND,
        ),
    ),
)
