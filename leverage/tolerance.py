"""容错: does a loss of public money stay within what the dated rules tolerate, as a whole and project by project?

    loss share = Σ max(0, money − value) / Σ money,      the whole, with gains of other projects taken off
    project    = max(0, money − value) / money

A rule that tolerates a whole loss of one project still limits the whole. Under 国办发〔2025〕1号 one project or one
year may not be judged alone, so a project above its limit is shown and the whole decides.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from leverage.ladder import ratio_text
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.money import Money

__all__ = ["ProjectResult", "ToleranceFinding", "judge_losses"]

_WHOLE = "tolerated_loss_of_public_money_max_share"
_PROJECT = "tolerated_loss_of_one_project_max_share"


@dataclass(frozen=True)
class ProjectResult:
    """A project: the public money put into it, and what it has brought or is worth. Fen."""

    id: str
    money_fen: int
    value_fen: int


@dataclass(frozen=True)
class ToleranceFinding:
    """Whether the whole is within the limit, and which projects are above theirs."""

    loss_fen: int
    money_fen: int
    is_within: bool
    projects_above: tuple[str, ...]
    rules_used: tuple[DatedValue, ...]

    @property
    def loss_share(self) -> Fraction:
        """The loss as a share of the public money, net of gains."""
        return Fraction(self.loss_fen, self.money_fen)

    def as_document(self) -> dict[str, Any]:
        """The finding for JSON."""
        return {
            "loss": Money(self.loss_fen).text,
            "public_money": Money(self.money_fen).text,
            "loss_share": ratio_text(self.loss_share)[0],
            "is_within": self.is_within,
            "projects_above": list(self.projects_above),
            "rules_used": [rule.as_document() for rule in self.rules_used],
        }


def judge_losses(
    projects: Sequence[ProjectResult], *, policy: DatedTable, policy_date: datetime.date
) -> ToleranceFinding:
    """Is the loss of these projects within what the policy tolerates on that day?

    Raises
    ------
    InputError : no project, an id twice, money that is not above zero, a negative value; a policy without a limit.
    GapError, BeforeFirstStepError : the policy has no limit on that day.

    Examples
    --------
    >>> from leverage.policy import load_policies
    >>> rows = [ProjectResult("a", 100, 0), ProjectResult("b", 100, 60)]
    >>> table = load_policies()["guangzhou_tolerance_2026"]
    >>> judge_losses(rows, policy=table, policy_date=datetime.date(2026, 2, 1)).loss_share
    Fraction(7, 10)

    Tested by: ``tests/leverage/test_tolerance.py``.
    """
    _check(projects, policy)
    rules = {name: policy.value(name, on=policy_date) for name in (_WHOLE, _PROJECT) if policy.has(name)}
    limits = {name: _number(rule) for name, rule in rules.items()}
    money = sum(row.money_fen for row in projects)
    loss = max(0, money - sum(row.value_fen for row in projects))
    return ToleranceFinding(
        loss_fen=loss,
        money_fen=money,
        is_within=loss <= limits[_WHOLE] * money,
        projects_above=_above(projects, limits),
        rules_used=tuple(rules.values()),
    )


def _above(projects: Sequence[ProjectResult], limits: Mapping[str, Fraction]) -> tuple[str, ...]:
    if _PROJECT not in limits:
        return ()
    return tuple(row.id for row in projects if row.money_fen - row.value_fen > limits[_PROJECT] * row.money_fen)


def _number(rule: DatedValue) -> Fraction:
    assert isinstance(rule.value, Decimal | int), "limits are numbers"
    return Fraction(rule.value)


def _check(projects: Sequence[ProjectResult], policy: DatedTable) -> None:
    names = [row.id for row in projects]
    if not names or len(set(names)) != len(names):
        raise InputError.of("projects", found=", ".join(names) or "none", expected="projects, each id once")
    for row in projects:
        if row.money_fen <= 0 or row.value_fen < 0:
            found = f"{row.money_fen} fen in, {row.value_fen} fen worth"
            raise InputError.of(f"projects.{row.id}", found=found, expected="money above 0 and a value of 0 or more")
    if not policy.has(_WHOLE):
        raise InputError.of("policy", found=policy.id, expected=f"a policy with {_WHOLE}")
