"""五级分类: the five classes of a bank's claims, and what must be known of a claim and its debtor to classify it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal, get_args

from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.labels import Label

__all__ = [
    "ASSET_CLASSES",
    "CLASSIFICATION_KIND",
    "CLASS_LABELS",
    "NON_PERFORMING",
    "AssetClass",
    "Claim",
    "Debtor",
    "DueInstalment",
    "RenewalConditions",
    "Restructuring",
    "UpgradeEvidence",
    "days_past_due",
    "first_unpaid",
    "worst",
]

AssetClass = Literal["normal", "special_mention", "substandard", "doubtful", "loss"]
#: From best to worst.
ASSET_CLASSES: tuple[AssetClass, ...] = get_args(AssetClass)
#: 不良: the last three.
NON_PERFORMING: frozenset[AssetClass] = frozenset(ASSET_CLASSES[2:])

CLASS_LABELS: dict[AssetClass, Label] = {
    "normal": Label("正常", "normal"),
    "special_mention": Label("关注", "special mention"),
    "substandard": Label("次级", "substandard"),
    "doubtful": Label("可疑", "doubtful"),
    "loss": Label("损失", "loss"),
}

CLASSIFICATION_KIND = PolicyKind(
    id="classification_rules",
    label=Label("资产风险分类规则", "rules of asset classification"),
    parameters=(
        ParameterSpec("overdue_more_than_days.*", "days", required=True, members=frozenset(ASSET_CLASSES[1:])),
        ParameterSpec("technical_overdue_days", "days", required=True),
        ParameterSpec("contagion_share_at_bank", "share", required=True),
        ParameterSpec("contagion_share_across_banks", "share", required=True),
        ParameterSpec("impaired_loss_share.*", "share", required=True, members=frozenset({"doubtful", "loss"})),
        ParameterSpec("observation_periods", "multiple", required=True),
        ParameterSpec("observation_months", "months", required=True),
        ParameterSpec("upgrade_periods", "multiple", required=True),
        ParameterSpec("upgrade_months", "months", required=True),
        ParameterSpec("other_debt_non_performing_floor", "yes_no", required=True),
        ParameterSpec("refinancing_floor", "yes_no", required=True),
        ParameterSpec("renewal_may_stay_normal", "yes_no", required=True),
        ParameterSpec("stock_reclassified_by", "text", required=True),
    ),
)

#: How a claim came to be paid, or not, by new borrowing (借新还旧); 无还本续贷 is a form with its own conditions.
Refinancing = Literal["none", "renewal_without_repayment", "other"]


@dataclass(frozen=True, kw_only=True)
class DueInstalment:
    """What fell due on a day, principal and interest together, and what of it has been paid so far."""

    due_date: datetime.date
    due_fen: int
    paid_fen: int


@dataclass(frozen=True, kw_only=True)
class RenewalConditions:
    """Is each condition met under which a loan renewed without repayment may stay normal?"""

    old_loan_is_normal: bool
    operates_lawfully: bool
    operates_continuously: bool
    credit_is_good: bool
    willing_to_repay: bool
    meets_lending_conditions: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """The conditions that are not met, by name."""
        return tuple(each.name for each in fields(self) if not getattr(self, each.name))


@dataclass(frozen=True, kw_only=True)
class Restructuring:
    """A claim restructured because its debtor was in difficulty, and what happened since.

    ``observed_from`` is the day of the restructuring, or the day on which observation began anew.
    ``due_dates`` are those of the new plan after that day, in order. ``class_before`` is the class it had then.
    """

    observed_from: datetime.date
    due_dates: tuple[datetime.date, ...]
    class_before: AssetClass
    difficulties_solved: bool
    restructured_again: bool = False


@dataclass(frozen=True, kw_only=True)
class UpgradeEvidence:
    """What speaks for raising a claim that was non-performing.

    ``arrears_paid_on`` is the day on which everything overdue and its costs had been paid; ``due_dates`` those of
    instalments paid in full and in time since then, in order.
    """

    arrears_paid_on: datetime.date
    due_dates: tuple[datetime.date, ...]
    able_to_continue: bool


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of the bank on a debtor on the day of classification.

    ``judged_class`` is the officers' own judgement of the debtor's ability to perform: the rules only lower it.
    ``expected_credit_loss_fen`` must be stated for a claim that is credit-impaired (已发生信用减值).
    ``previous_class`` is that of the last classification, None for a new claim.
    """

    id: str
    balance_fen: int
    days_overdue: int
    judged_class: AssetClass = "normal"
    overdue_is_technical: bool = False
    credit_impaired: bool = False
    expected_credit_loss_fen: int | None = None
    evades_debt: bool = False
    in_bankruptcy_liquidation: bool = False
    use_of_funds_changed: bool = False
    refinancing: Refinancing = "none"
    renewal: RenewalConditions | None = None
    restructuring: Restructuring | None = None
    previous_class: AssetClass | None = None
    upgrade: UpgradeEvidence | None = None
    drawn_on: datetime.date | None = None

    def __post_init__(self) -> None:
        for name in ("judged_class", "previous_class"):
            found = getattr(self, name)
            if found is not None and found not in ASSET_CLASSES:
                raise UnknownNameError.among(f"claim {self.id}: {name}", found=found, known=ASSET_CLASSES)
        for name in ("balance_fen", "days_overdue"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 0:
                raise InputError.of(f"claim {self.id}: {name}", found=getattr(self, name), expected="0 or more, whole")
        self._check_loss()
        if self.refinancing == "renewal_without_repayment" and self.renewal is None:
            raise InputError.of(f"claim {self.id}: renewal", found="nothing", expected="its conditions, each yes or no")

    def _check_loss(self) -> None:
        loss = self.expected_credit_loss_fen
        if self.credit_impaired and loss is None:
            raise InputError.of(
                f"claim {self.id}: expected_credit_loss_fen",
                found="nothing",
                expected="an amount: the claim is credit-impaired",
            )
        if loss is not None and not 0 <= loss <= self.balance_fen:
            raise InputError.of(
                f"claim {self.id}: expected_credit_loss_fen",
                found=loss,
                expected=f"0 to {self.balance_fen}, the balance",
            )


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """A debtor with all its claims at the bank, and what is known of its debts everywhere.

    ``debts_at_all_banks_fen`` and ``overdue_over_90_days_at_all_banks_fen`` include the bank's own; both are None
    when the credit register was not asked. Contagion does not apply to retail debtors.
    """

    claims: tuple[Claim, ...]
    is_retail: bool
    debts_at_all_banks_fen: int | None = None
    overdue_over_90_days_at_all_banks_fen: int | None = None

    def __post_init__(self) -> None:
        ids = [claim.id for claim in self.claims]
        if not ids or len(ids) != len(set(ids)):
            raise InputError.of("claims", found=", ".join(ids) or "none", expected="at least one, each id once")
        debts, overdue = self.debts_at_all_banks_fen, self.overdue_over_90_days_at_all_banks_fen
        if (debts is None) != (overdue is None):
            raise InputError.of("debts_at_all_banks", found="one of two amounts", expected="both amounts or neither")
        if debts is not None and overdue is not None and not 0 <= overdue <= debts:
            raise InputError.of(
                "overdue_over_90_days_at_all_banks_fen", found=overdue, expected=f"0 to {debts}, all debts"
            )


def worst(classes: Iterable[AssetClass]) -> AssetClass:
    """Which of these classes is the worst; normal when there are none?

    Examples
    --------
    >>> worst(["special_mention", "doubtful", "normal"])
    'doubtful'
    """
    return max(classes, key=ASSET_CLASSES.index, default="normal")


def first_unpaid(instalments: Iterable[DueInstalment], *, on: datetime.date) -> datetime.date | None:
    """Which is the due date of the first instalment that is not fully paid and due by ``on``; None if none is?

    Raises
    ------
    InputError : an instalment with a negative amount, or more paid than was due.

    Tested by: ``tests/pledge/test_classification.py`` (a later payment on a later instalment does not help).
    """
    rows = list(instalments)
    for row in rows:
        if not 0 <= row.paid_fen <= row.due_fen:
            raise InputError.of(
                f"instalment of {row.due_date}: paid_fen", found=row.paid_fen, expected=f"0 to {row.due_fen}"
            )
    return min((row.due_date for row in rows if row.due_date <= on and row.paid_fen < row.due_fen), default=None)


def days_past_due(first_unpaid_due_date: datetime.date | None, *, on: datetime.date) -> int:
    """How many days is a claim overdue at the end of ``on``, counted from its first unpaid instalment?

    Calendar days after the due date; 0 when nothing is unpaid, and on the due date itself.

    Examples
    --------
    >>> days_past_due(datetime.date(2023, 1, 31), on=datetime.date(2023, 4, 5))
    64

    References
    ----------
    github.com/frappe/lending, ``test_dpd_calculation`` (published case ``days-past-due-from-first-unpaid-instalment``).

    Tested by: the published case.
    """
    return 0 if first_unpaid_due_date is None else max(0, (on - first_unpaid_due_date).days)
