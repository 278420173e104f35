"""贷款奖补: how much does the government pay a bank for lending on intellectual property?

The money goes to the bank, not to the borrower; it does not change the borrower's cost.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pledge.example_case import ExampleCase
from pledge.policy_kind import ParameterSpec, PolicyKind
from pledge.support import SupportAnswer, SupportCase, SupportRule
from valuation.errors import ReferenceDataError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label
from valuation.kernel.money import Money, Rounding

__all__ = ["RULE", "lender_reward"]

POLICY_KIND = PolicyKind(
    id="lender_reward",
    label=Label("贷款奖补", "reward to the lender"),
    parameters=(
        ParameterSpec("reward_share", "share", required=True),
        ParameterSpec("step_cny", "cny"),
        ParameterSpec("step_share", "share"),
        ParameterSpec("step_base", "text"),
        ParameterSpec("lending_target_cny", "cny"),
    ),
)
#: What the reward of a full step is a share of: the lending of that step, or all lending.
_STEP_BASES = ("lending_of_the_step", "all_lending")


def lender_reward(
    lent_fen: int,
    *,
    reward_share: Fraction,
    step_fen: int | None = None,
    step_share: Fraction = Fraction(0),
    all_lending: bool = False,
) -> int:
    """How many fen does a bank get for what it lent?

    share × lent + for each full step of lending, step share × (step, or all lending), rounded down to the fen.

    Examples
    --------
    >>> lender_reward(1_000_00, reward_share=Fraction(1, 50))
    2000
    >>> lender_reward(1_200_00, reward_share=Fraction(1, 50), step_fen=500_00, step_share=Fraction(1, 100))
    3400

    Tested by: hand in ``tests/pledge/rules/test_lender_reward.py``.
    """
    steps = 0 if step_fen is None else lent_fen // step_fen
    base = lent_fen if all_lending else (step_fen or 0)
    return Rounding(mode="down").to_fen(lent_fen * reward_share + steps * step_share * base)


def _reward(policy: DatedTable, lent_fen: int, case: SupportCase | ExampleCase) -> tuple[int, list[DatedValue]]:
    """The reward for this lending; what a full step is paid on is asked only when a step is full."""
    day = case.policy_date if isinstance(case, SupportCase) else case.on
    used = [policy.value("reward_share", on=day)]
    share = Fraction(str(used[0].value))
    if not policy.has("step_cny"):
        return lender_reward(lent_fen, reward_share=share), used
    used.append(policy.value("step_cny", on=day))
    step_fen = Money.from_text(str(used[1].value)).fen
    if lent_fen < step_fen:
        return lender_reward(lent_fen, reward_share=share), used
    used += [policy.value(name, on=day) for name in ("step_share", "step_base")]
    reward = lender_reward(
        lent_fen,
        reward_share=share,
        step_fen=step_fen,
        step_share=Fraction(str(used[2].value)),
        all_lending=_base(policy, used[3]) == "all_lending",
    )
    return reward, used


def _base(policy: DatedTable, value: DatedValue) -> str:
    found = str(value.value)
    if found not in _STEP_BASES:
        raise ReferenceDataError(f"{policy.id}: step_base: found {found!r}, expected one of {', '.join(_STEP_BASES)}")
    return found


def _answer(case: SupportCase) -> SupportAnswer:
    """The reward for this one loan, as if the bank had lent nothing else."""
    reward, used = _reward(case.policy, case.principal_fen, case)
    lent, paid = Money(case.principal_fen), Money(reward)
    return SupportAnswer(
        rule=RULE.id,
        policy=case.policy.id,
        label=RULE.label,
        document={"lent": lent.text, "reward": paid.text, "paid_to": "bank"},
        columns=(Label("贷款额", "lent"), Label("奖补", "reward to the lender")),
        rows=(tuple(f"{Decimal(each.fen).scaleb(-2):,.2f}" for each in (lent, paid)),),
        values_used=tuple(used),
    )


def _example(case: ExampleCase) -> dict[str, str]:
    return {"reward": Money(_reward(case.policy, case.facts.fen("lent_cny"), case)[0]).text}


RULE = SupportRule(
    id="lender_reward",
    label=Label("贷款奖补", "reward to the lender"),
    question=Label("银行发放知识产权质押贷款可获多少奖补？", "How much is a bank paid for lending on IP?"),
    policy_kind=POLICY_KIND,
    answer=_answer,
    questions={"reward": _example},
)
