"""保证保险费: what does the insurance of the loan cost the borrower, and when?"""

from __future__ import annotations

from pledge.policy_kind import PolicyKind
from pledge.rules._premium import PARAMETERS, answer_premium, yearly_premium_figures
from pledge.support import SupportAnswer, SupportCase, SupportRule
from valuation.kernel.labels import Label

__all__ = ["RULE"]

_LABEL = Label("保证保险费", "insurance premium")


def _answer(case: SupportCase) -> SupportAnswer:
    return answer_premium(case, rule=RULE.id, label=_LABEL)


RULE = SupportRule(
    id="insurance_premium",
    label=_LABEL,
    question=Label("保证保险费是多少，何时支付？", "What does the insurance of the loan cost the borrower, and when?"),
    policy_kind=PolicyKind(id="insurance_premium", label=_LABEL, parameters=PARAMETERS),
    answer=_answer,
    questions={"yearly_premium": yearly_premium_figures},
)
