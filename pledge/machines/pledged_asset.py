"""质押标的: is the right a security already, still, or turned into money?"""

from __future__ import annotations

from pledge.workflow import StateMachine, Step
from valuation.kernel.labels import Label

__all__ = ["MACHINE", "SECURING_STATES"]

_OFFICER = frozenset({"loan_officer"})
_APPROVER = frozenset({"approver"})
_REGISTRAR = frozenset({"registrar"})
_RECORDS_REGISTER = frozenset({"registrar", "loan_officer"})

#: The pledge exists from its registration until it is released or the right is realised.
SECURING_STATES = frozenset({"registered", "changed", "enforced", "licensed"})
_REGISTRATION = Label(
    "专利权质押登记办法（国家知识产权局公告第461号）", "CNIPA announcement 461, patent pledge registration"
)
_CIVIL_CODE = Label("民法典第四百四十四条：质权自登记时设立", "Civil Code art. 444: a pledge exists from registration")

MACHINE = StateMachine(
    id="pledged_asset",
    label=Label("质押标的", "pledged asset"),
    question=Label("这项权利现在能否作为担保？", "Does this right secure anything now?"),
    states={
        "none": Label("尚未提出", "not offered"),
        "proposed": Label("拟质押", "proposed"),
        "verified": Label("已核实权属", "title verified"),
        "valued": Label("已评估", "valued"),
        "contract_signed": Label("已签质押合同", "pledge contract signed"),
        "filed": Label("已申请质押登记", "filed for pledge registration"),
        "registered": Label("已登记", "registered"),
        "changed": Label("已变更登记", "registered as changed"),
        "enforced": Label("实现质权中", "being enforced"),
        "licensed": Label("许可收益抵债", "licensed, income repays"),
        "refused": Label("不予登记", "registration refused"),
        "released": Label("已注销登记", "released"),
        "sold": Label("已变卖", "sold"),
        "debt_to_patent": Label("以专利权抵债", "taken for the debt"),
        "extinguished": Label("权利已消灭", "right extinguished"),
        "withdrawn": Label("已撤出", "withdrawn"),
    },
    initial="none",
    final=frozenset({"released", "sold", "debt_to_patent", "extinguished", "withdrawn"}),
    steps=(
        Step(
            action="propose",
            label=Label("提出质押标的", "propose"),
            starts=frozenset({"none"}),
            end="proposed",
            roles=frozenset({"borrower", "loan_officer"}),
        ),
        Step(
            action="verify",
            label=Label("核实权属", "verify the title"),
            starts=frozenset({"proposed"}),
            end="verified",
            roles=_OFFICER,
        ),
        Step(
            action="value",
            label=Label("确认评估价值", "accept a value"),
            starts=frozenset({"verified"}),
            end="valued",
            roles=frozenset({"valuer", "loan_officer"}),
            approver_roles=_APPROVER,
            concerns="collateral_value",
        ),
        *(
            Step(
                action="revalue",
                label=Label("重新评估", "value anew"),
                starts=frozenset({state}),
                end=state,
                roles=frozenset({"valuer", "loan_officer"}),
                approver_roles=_APPROVER,
                concerns="collateral_value",
            )
            for state in (
                "valued",
                "contract_signed",
                "filed",
                "registered",
                "changed",
                "enforced",
                "licensed",
                "refused",
            )
        ),
        Step(
            action="sign",
            label=Label("签订质押合同", "sign the pledge contract"),
            starts=frozenset({"valued"}),
            end="contract_signed",
            roles=_OFFICER,
            approver_roles=_APPROVER,
        ),
        Step(
            action="file",
            label=Label("申请质押登记", "file for pledge registration"),
            starts=frozenset({"contract_signed", "refused"}),
            end="filed",
            roles=frozenset({"loan_officer", "borrower"}),
            source=_REGISTRATION,
        ),
        Step(
            action="register",
            label=Label("登记", "register"),
            starts=frozenset({"filed"}),
            end="registered",
            roles=_RECORDS_REGISTER,
            approver_roles=_APPROVER | _REGISTRAR,
            concerns="collateral_value",
            source=_CIVIL_CODE,
        ),
        Step(
            action="refuse",
            label=Label("不予登记（载明理由）", "refuse, on a stated ground"),
            starts=frozenset({"filed"}),
            end="refused",
            roles=_RECORDS_REGISTER,
            source=_REGISTRATION,
        ),
        Step(
            action="change",
            label=Label("变更登记", "register a change"),
            starts=frozenset({"registered"}),
            end="changed",
            roles=_RECORDS_REGISTER,
            approver_roles=_APPROVER | _REGISTRAR,
            concerns="collateral_value",
            source=_REGISTRATION,
        ),
        Step(
            action="change_again",
            label=Label("再次变更登记", "register another change"),
            starts=frozenset({"changed"}),
            end="changed",
            roles=_RECORDS_REGISTER,
            approver_roles=_APPROVER | _REGISTRAR,
            concerns="collateral_value",
            source=_REGISTRATION,
        ),
        Step(
            action="release",
            label=Label("注销质押登记", "release the pledge"),
            starts=frozenset({"registered", "changed", "enforced", "licensed"}),
            end="released",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="collateral_value",
            source=_REGISTRATION,
        ),
        Step(
            action="enforce",
            label=Label("实现质权", "enforce"),
            starts=frozenset({"registered", "changed"}),
            end="enforced",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="collateral_value",
        ),
        Step(
            action="sell",
            label=Label("拍卖、变卖", "sell"),
            starts=frozenset({"enforced", "licensed"}),
            end="sold",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="license",
            label=Label("许可他人实施", "license"),
            starts=frozenset({"enforced"}),
            end="licensed",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="take_for_debt",
            label=Label("折价抵债", "take for the debt"),
            starts=frozenset({"enforced", "licensed"}),
            end="debt_to_patent",
            roles=_OFFICER,
            approver_roles=_APPROVER,
            concerns="money",
        ),
        Step(
            action="extinguish",
            label=Label("记录权利消灭", "record that the right is gone"),
            starts=frozenset(
                {"proposed", "verified", "valued", "contract_signed", "filed", "refused"} | SECURING_STATES
            ),
            end="extinguished",
            roles=_RECORDS_REGISTER,
            approver_roles=_APPROVER | _REGISTRAR,
            concerns="collateral_value",
        ),
        Step(
            action="withdraw",
            label=Label("撤出", "withdraw"),
            starts=frozenset({"proposed", "verified", "valued", "contract_signed", "filed", "refused"}),
            end="withdrawn",
            roles=frozenset({"borrower", "loan_officer"}),
        ),
    ),
)
