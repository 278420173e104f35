"""What kinds of support exist, and what does one of them do for a loan?

A rule of support (one file in ``pledge/rules``) reads the policies of one kind and answers for one loan. It
joins by its attribute ``RULE``; the kind of policy it reads, with its parameters, is part of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pledge.rules
from pledge.example_case import ExampleQuestion
from pledge.instalments import Schedule
from pledge.policy_kind import PolicyKind
from pledge.premiums import BorrowerFlow, PremiumTerms
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.discovery import discover
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["Cell", "SupportAnswer", "SupportCase", "SupportRule", "support_rules"]

#: A cell of a table on screen: a label in two languages, or text that needs none.
Cell = Label | str


@dataclass(frozen=True, kw_only=True)
class SupportCase:
    """The loan that a rule of support is asked about, and the policy it is asked under.

    ``policies`` are all tables, what-if values laid over them, for rules that read a reference rate.
    ``ip_share`` is the part of the loan that clearly rests on intellectual property. Amounts, shares, the loan's risk
    class, the bank's year of business with the pool and the months after a year's end in which its subsidy is paid
    are None when nobody stated them; ``premium`` when the loan is neither guaranteed nor insured.
    """

    policy: DatedTable
    policies: Mapping[str, DatedTable]
    policy_date: datetime.date
    drawdown_date: datetime.date
    principal_fen: int
    annual_rate_share: Decimal
    schedule: Schedule
    term_months: int
    loss_scenarios_share: tuple[Decimal, ...] = ()
    pool_balance_fen: int | None = None
    annual_revenue_fen: int | None = None
    subsidy_paid_months: int | None = None
    premium: PremiumTerms | None = None
    asset_kind: str | None = None
    ip_share: Fraction | None = None
    risk_class: str | None = None
    bank_business_year: int | None = None


@dataclass(frozen=True, kw_only=True)
class SupportAnswer:
    """What a rule of support answers: a document for JSON, a table for the screen, and where numbers come from.

    ``costs`` and ``receipts`` are what the borrower pays and gets by it besides the schedule; ``receipts`` is None
    when he gets something on days that nobody stated.
    """

    rule: str
    policy: str
    label: Label
    document: Mapping[str, Any]
    columns: tuple[Label, ...]
    rows: tuple[tuple[Cell, ...], ...]
    values_used: tuple[DatedValue, ...]
    warnings: tuple[NamedWarning, ...] = field(default=())
    costs: tuple[BorrowerFlow, ...] = ()
    receipts: tuple[BorrowerFlow, ...] | None = ()


@dataclass(frozen=True)
class SupportRule:
    """A kind of support: the question it answers, the policies it reads, and how it answers.

    ``questions`` are those that the worked examples of its policies may ask.
    """

    id: str
    label: Label
    question: Label
    policy_kind: PolicyKind
    answer: Callable[[SupportCase], SupportAnswer]
    questions: Mapping[str, ExampleQuestion] = field(default_factory=dict)


def support_rules() -> dict[str, SupportRule]:
    """Which rules of support exist? One file each in ``pledge/rules``.

    Tested by: ``tests/pledge/test_support.py`` (a file dropped in appears, with its kind of policy).
    """
    return discover(pledge.rules, attribute="RULE", of_type=SupportRule)
