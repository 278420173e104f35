"""Which amendments of a running plan exist, and what does one of them change?

An amendment (one file in ``pledge/amendments``) is a pure function of a plan, a day and its own parameters. It gives
the plan from that day on and what is paid on the day itself; nothing before the day is touched.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

import pledge.amendments
from pledge.plan import PaymentPlan, PlanRow, PrincipalSegment, accrued_interest
from valuation.errors import FieldProblem, InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.discovery import discover, named
from valuation.kernel.fields import FrozenModel, parse
from valuation.kernel.labels import Label, NamedWarning

__all__ = [
    "AmendedPlan",
    "Amendment",
    "AmendmentCase",
    "amend",
    "amendments",
    "warnings_of",
]

#: The id of the general rules on loan contracts among the policies.
RULES = "loan_contract_rules"


@dataclass(frozen=True, kw_only=True)
class AmendmentCase:
    """A plan on the day it is changed.

    ``principal_fen`` is the principal not yet due before the change (on a due date, after that date's principal);
    ``segments`` the principal of the running row as it really was, None when it went as planned. ``policies`` holds
    the rules an amendment reads.
    """

    plan: PaymentPlan
    on: datetime.date
    principal_fen: int
    segments: Sequence[PrincipalSegment] | None
    policies: Mapping[str, DatedTable]

    @property
    def row(self) -> PlanRow:
        """The running row."""
        return self.plan.row_on(self.on)

    @property
    def accrued_fen(self) -> Fraction:
        """The interest of the running row up to the day that has not been settled, exact."""
        return accrued_interest(self.row, upto=self.on, segments=self.segments) - self.row.settled_fen

    def rule(self, name: str) -> DatedValue:
        """The value of a general rule on the day.

        Raises
        ------
        InputError : the rules were not given.
        BeforeFirstStepError, RepealedError, GapError : the rule gives no value on the day.
        """
        if RULES not in self.policies:
            raise InputError.of("policies", found=", ".join(sorted(self.policies)) or "none", expected=RULES)
        return self.policies[RULES].value(name, on=self.on)


@dataclass(frozen=True, kw_only=True)
class AmendedPlan:
    """What an amendment gives.

    ``plan`` runs from the day on. On the day itself ``principal_paid_fen`` of principal, ``interest_paid_fen`` of
    interest and ``fee_fen`` are paid. ``closed`` is the old plan, ended on the day, when a new loan took its place.
    ``watch_until`` is the first day on which a restructured loan may leave its watch.
    """

    plan: PaymentPlan
    principal_paid_fen: int = 0
    interest_paid_fen: int = 0
    fee_fen: int = 0
    closed: PaymentPlan | None = None
    watch_until: datetime.date | None = None
    values_used: tuple[DatedValue, ...] = ()
    warnings: tuple[NamedWarning, ...] = field(default=())


@dataclass(frozen=True)
class Amendment:
    """A way of changing a running plan: its name, the question it answers, its parameters and how it is applied."""

    id: str
    label: Label
    question: Label
    parameters: type[FrozenModel]
    apply: Callable[[AmendmentCase, Any], AmendedPlan]


def amendments() -> dict[str, Amendment]:
    """Which amendments exist? One file each in ``pledge/amendments``.

    Tested by: ``tests/pledge/amendments/test_amendments.py`` (a file dropped in appears).
    """
    return dict(_found(tuple(pledge.amendments.__path__)))


@cache
def _found(path: tuple[str, ...]) -> dict[str, Amendment]:
    """Read the folder once for each path: every fold of an amended loan asks."""
    del path
    return discover(pledge.amendments, attribute="AMENDMENT", of_type=Amendment)


def amend(
    name: str,
    plan: PaymentPlan,
    parameters: Mapping[str, Any] | FrozenModel,
    *,
    on: datetime.date,
    principal_fen: int | None = None,
    segments: Sequence[PrincipalSegment] | None = None,
    policies: Mapping[str, DatedTable] | None = None,
) -> AmendedPlan:
    """By which plan does the loan run after this amendment?

    Parameters
    ----------
    name : an amendment.
    parameters : what it must be told; see its own model.
    principal_fen : the principal not yet due, where the loan did not go as planned.
    segments : the principal of the running row as it really was.
    policies : loaded policies, for amendments that a rule limits.

    Raises
    ------
    UnknownNameError : there is no such amendment.
    InputError : parameters by their name under ``amendment``; a day outside the loan.
    RefusalError : a rule does not allow it.

    Tested by: ``tests/pledge/amendments/``.
    """
    chosen = named(amendments(), name, field="amendment.kind")
    known = isinstance(parameters, chosen.parameters)
    stated = parameters.model_dump() if isinstance(parameters, FrozenModel) else parameters
    read = parameters if known else parse(chosen.parameters, stated, field="amendment")
    plan.row_on(on)
    case = AmendmentCase(
        plan=plan,
        on=on,
        principal_fen=plan.principal_after(on) if principal_fen is None else principal_fen,
        segments=segments,
        policies=policies or {},
    )
    if case.principal_fen <= 0:
        raise InputError.of("principal_fen", found=case.principal_fen, expected="principal that is not yet due")
    try:
        return chosen.apply(case, read)
    except InputError as error:
        fields = chosen.parameters.model_fields
        raise type(error).from_problems(_placed(problem, fields) for problem in error.problems) from error


def warnings_of(values: Sequence[DatedValue]) -> tuple[NamedWarning, ...]:
    """The doubts that come with rules that were used."""
    found = [value.warning for value in values]
    return tuple(warning for warning in found if warning is not None)


def _placed(problem: FieldProblem, fields: Collection[str]) -> FieldProblem:
    """A problem with a parameter named by its place in the amendment; others are left alone."""
    form = problem.field.removeprefix("repayment.parameters.")
    if form != problem.field:
        return replace(problem, field=f"amendment.form_parameters.{form}")
    return replace(problem, field=f"amendment.{problem.field}") if problem.field in fields else problem
