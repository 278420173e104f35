"""In whose books which accounts are kept, and what does each kind of posting move?

One row of :data:`MEANINGS` is one kind of posting: debit +, credit −, adding up to zero in the books of each party.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from valuation.kernel.labels import Label

__all__ = ["ACCOUNTS", "COMPENSATORS", "MEANINGS", "PARTIES", "Account", "Compensator", "Meaning", "Party"]

Party = Literal["bank", "borrower", "pool", "guarantor", "insurer", "appraiser"]
#: Who may pay the bank for a loss and then holds the claim on the borrower.
Compensator = Literal["pool", "guarantor", "insurer", "appraiser"]
COMPENSATORS: tuple[Compensator, ...] = get_args(Compensator)
PARTIES: dict[str, Label] = {
    "bank": Label("银行", "bank"),
    "borrower": Label("借款人", "borrower"),
    "pool": Label("风险补偿资金池", "risk-compensation pool"),
    "guarantor": Label("担保机构", "guarantor"),
    "insurer": Label("保险公司", "insurer"),
    "appraiser": Label("评估机构", "appraiser"),
}

#: An account of one party: (party, name).
Account = tuple[str, str]

#: Accounts by name. ``{party}`` stands for a compensator, ``cash`` is the flow of money because of this loan.
ACCOUNTS: dict[str, Label] = {
    "cash": Label("货币资金（本笔业务收支）", "cash moved because of this loan"),
    "loan_principal": Label("贷款本金", "loan principal"),
    "interest_receivable": Label("应收利息", "interest receivable"),
    "late_interest_receivable": Label("应收罚息", "late interest receivable"),
    "compound_interest_receivable": Label("应收复利", "compound interest receivable"),
    "costs_receivable": Label("应收费用及代垫款", "fees and costs receivable"),
    "interest_income": Label("利息收入", "interest income"),
    "late_interest_income": Label("罚息收入", "late interest income"),
    "compound_interest_income": Label("复利收入", "compound interest income"),
    "fee_income": Label("手续费收入", "fee income"),
    "write_off_loss": Label("核销损失", "loss by write-off"),
    "written_off_principal": Label("账销案存：本金", "written off, still claimed: principal"),
    "written_off_interest": Label("账销案存：利息", "written off, still claimed: interest"),
    "written_off_costs": Label("账销案存：费用", "written off, still claimed: costs"),
    "written_off_contra": Label("账销案存备抵", "contra of what is written off"),
    "recovery_income": Label("已核销贷款收回", "recovered after write-off"),
    "waiver_loss": Label("减免损失", "loss by waiver"),
    "waiver_gain": Label("减免利得", "gain by waiver"),
    "owed_principal": Label("应付贷款本金", "principal owed to the bank"),
    "owed_interest": Label("应付利息", "interest owed to the bank"),
    "owed_late_interest": Label("应付罚息", "late interest owed to the bank"),
    "owed_compound_interest": Label("应付复利", "compound interest owed to the bank"),
    "owed_costs": Label("应付费用", "fees and costs owed to the bank"),
    "finance_cost": Label("财务费用", "cost of finance"),
    "foreclosed_right": Label("抵债资产（知识产权）", "right taken over"),
    "right_given_up": Label("转出质物", "right given up"),
    "owed_to_{party}": Label("应付代偿方追偿款", "owed to the party that compensated"),
    "advance_from_{party}": Label("预收代偿款", "compensation received in advance"),
    "advance_to_bank": Label("预付代偿款", "compensation paid in advance"),
    "subrogated_claim": Label("代位追偿权", "claim on the borrower by subrogation"),
    "payable_to_{party}": Label("应付追偿分成", "share of recoveries payable"),
    "receivable_from_bank": Label("应收追偿分成", "share of recoveries receivable"),
}


@dataclass(frozen=True)
class Meaning:
    """What one kind of posting says, and which accounts it moves in which direction (+1 debit, −1 credit)."""

    label: Label
    moves: tuple[tuple[str, str, int], ...]

    @property
    def names_party(self) -> bool:
        """Does a compensator belong to it?"""
        return any(party == "{party}" for party, _, _ in self.moves)


def _meaning(zh: str, en: str, *moves: str) -> Meaning:
    """Read moves such as ``"+bank.cash"`` and ``"-borrower.owed_principal"``."""
    return Meaning(Label(zh, en), tuple((*_account(move[1:]), 1 if move[0] == "+" else -1) for move in moves))


def _account(text: str) -> Account:
    party, _, name = text.partition(".")
    return party, name


def _accrued(zh: str, en: str, *, receivable: str, income: str, owed: str) -> Meaning:
    moves = (f"+bank.{receivable}", f"-bank.{income}", "+borrower.finance_cost", f"-borrower.{owed}")
    return _meaning(zh, en, *moves)


def _paid(zh: str, en: str, *, receivable: str, owed: str) -> Meaning:
    return _meaning(zh, en, "+bank.cash", f"-bank.{receivable}", f"+borrower.{owed}", "-borrower.cash")


def _waived(zh: str, en: str, *, receivable: str, owed: str) -> Meaning:
    moves = ("+bank.waiver_loss", f"-bank.{receivable}", f"+borrower.{owed}", "-borrower.waiver_gain")
    return _meaning(zh, en, *moves)


def _written_off(zh: str, en: str, *, receivable: str, kept: str) -> Meaning:
    moves = ("+bank.write_off_loss", f"-bank.{receivable}", f"+bank.{kept}", "-bank.written_off_contra")
    return _meaning(zh, en, *moves)


def _recovered(zh: str, en: str, *, kept: str, owed: str) -> Meaning:
    memo = (f"-bank.{kept}", "+bank.written_off_contra")
    return _meaning(zh, en, "+bank.cash", "-bank.recovery_income", *memo, f"+borrower.{owed}", "-borrower.cash")


#: Every kind of posting there is.
MEANINGS: dict[str, Meaning] = {
    "principal_paid_out": _meaning(
        "发放贷款",
        "principal paid out",
        "+bank.loan_principal",
        "-bank.cash",
        "+borrower.cash",
        "-borrower.owed_principal",
    ),
    "interest_accrued": _accrued(
        "计提利息",
        "interest accrued",
        receivable="interest_receivable",
        income="interest_income",
        owed="owed_interest",
    ),
    "interest_capitalised": _meaning(
        "利息转入本金",
        "interest added to the principal",
        "+bank.loan_principal",
        "-bank.interest_receivable",
        "+borrower.owed_interest",
        "-borrower.owed_principal",
    ),
    "late_interest_accrued": _accrued(
        "计提罚息",
        "late interest accrued",
        receivable="late_interest_receivable",
        income="late_interest_income",
        owed="owed_late_interest",
    ),
    "compound_interest_accrued": _accrued(
        "计提复利",
        "compound interest accrued",
        receivable="compound_interest_receivable",
        income="compound_interest_income",
        owed="owed_compound_interest",
    ),
    "fee_charged": _accrued(
        "收取费用", "fee charged", receivable="costs_receivable", income="fee_income", owed="owed_costs"
    ),
    "cost_advanced": _meaning(
        "代垫费用",
        "cost paid for the borrower",
        "+bank.costs_receivable",
        "-bank.cash",
        "+borrower.finance_cost",
        "-borrower.owed_costs",
    ),
    "principal_repaid": _paid("归还本金", "principal repaid", receivable="loan_principal", owed="owed_principal"),
    "interest_paid": _paid("支付利息", "interest paid", receivable="interest_receivable", owed="owed_interest"),
    "late_interest_paid": _paid(
        "支付罚息", "late interest paid", receivable="late_interest_receivable", owed="owed_late_interest"
    ),
    "compound_interest_paid": _paid(
        "支付复利",
        "compound interest paid",
        receivable="compound_interest_receivable",
        owed="owed_compound_interest",
    ),
    "costs_paid": _paid("支付费用", "fees and costs paid", receivable="costs_receivable", owed="owed_costs"),
    "late_interest_waived": _waived(
        "减免罚息", "late interest waived", receivable="late_interest_receivable", owed="owed_late_interest"
    ),
    "compound_interest_waived": _waived(
        "减免复利",
        "compound interest waived",
        receivable="compound_interest_receivable",
        owed="owed_compound_interest",
    ),
    "principal_written_off": _written_off(
        "核销本金", "principal written off", receivable="loan_principal", kept="written_off_principal"
    ),
    "interest_written_off": _written_off(
        "核销利息", "interest written off", receivable="interest_receivable", kept="written_off_interest"
    ),
    "late_interest_written_off": _written_off(
        "核销罚息",
        "late interest written off",
        receivable="late_interest_receivable",
        kept="written_off_interest",
    ),
    "compound_interest_written_off": _written_off(
        "核销复利",
        "compound interest written off",
        receivable="compound_interest_receivable",
        kept="written_off_interest",
    ),
    "costs_written_off": _written_off(
        "核销费用", "costs written off", receivable="costs_receivable", kept="written_off_costs"
    ),
    "written_off_costs_recovered": _recovered(
        "收回已核销费用", "written-off costs recovered", kept="written_off_costs", owed="owed_costs"
    ),
    "written_off_principal_recovered": _recovered(
        "收回已核销本金", "written-off principal recovered", kept="written_off_principal", owed="owed_principal"
    ),
    "written_off_interest_recovered": _recovered(
        "收回已核销利息", "written-off interest recovered", kept="written_off_interest", owed="owed_interest"
    ),
    "advance_paid": _meaning(
        "预付代偿款",
        "compensation paid in advance",
        "+{party}.advance_to_bank",
        "-{party}.cash",
        "+bank.cash",
        "-bank.advance_from_{party}",
    ),
    "advance_returned": _meaning(
        "退回预付代偿款",
        "advance returned",
        "-{party}.advance_to_bank",
        "+{party}.cash",
        "-bank.cash",
        "+bank.advance_from_{party}",
    ),
    "advance_settled": _meaning(
        "预付代偿款转为代偿",
        "advance turned into compensation",
        "+{party}.subrogated_claim",
        "-{party}.advance_to_bank",
        "+bank.advance_from_{party}",
        "-bank.loan_principal",
        "+borrower.owed_principal",
        "-borrower.owed_to_{party}",
    ),
    "compensation_paid": _meaning(
        "支付代偿款",
        "compensation paid",
        "+{party}.subrogated_claim",
        "-{party}.cash",
        "+bank.cash",
        "-bank.loan_principal",
        "+borrower.owed_principal",
        "-borrower.owed_to_{party}",
    ),
    "advance_settled_after_write_off": _meaning(
        "核销后预付代偿款转为代偿",
        "advance turned into compensation after write-off",
        "+{party}.subrogated_claim",
        "-{party}.advance_to_bank",
        "+bank.advance_from_{party}",
        "-bank.recovery_income",
        "-bank.written_off_principal",
        "+bank.written_off_contra",
        "+borrower.owed_principal",
        "-borrower.owed_to_{party}",
    ),
    "compensation_paid_after_write_off": _meaning(
        "核销后支付代偿款",
        "compensation paid after write-off",
        "+{party}.subrogated_claim",
        "-{party}.cash",
        "+bank.cash",
        "-bank.recovery_income",
        "-bank.written_off_principal",
        "+bank.written_off_contra",
        "+borrower.owed_principal",
        "-borrower.owed_to_{party}",
    ),
    "right_taken_over": _meaning(
        "以质物抵债",
        "right taken over for debt",
        "+bank.foreclosed_right",
        "-bank.cash",
        "+borrower.cash",
        "-borrower.right_given_up",
    ),
    "recovery_shared": _meaning(
        "追偿分成",
        "share of a recovery set aside",
        "+bank.cash",
        "-bank.payable_to_{party}",
        "+{party}.receivable_from_bank",
        "-{party}.subrogated_claim",
        "+borrower.owed_to_{party}",
        "-borrower.cash",
    ),
    "recovery_passed_on": _meaning(
        "划付追偿分成",
        "share of a recovery passed on",
        "+bank.payable_to_{party}",
        "-bank.cash",
        "+{party}.cash",
        "-{party}.receivable_from_bank",
    ),
}
