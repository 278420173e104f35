"""Where is a pledge registered, who files which papers, and by when does the office decide?

The rules are policies of the kind ``registration_rules`` (``pledge/policies``), one file each; every row carries its
source and status. The pledge comes into being at registration, so a loan drawn before it is unsecured: see
:func:`check_draw`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pledge.eligibility_rule import Finding
from pledge.pledged_asset import ASSET_KINDS
from valuation.errors import (
    BeforeFirstStepError,
    GapError,
    InputError,
    NotBuiltError,
    ReferenceDataError,
    UnknownNameError,
)
from valuation.kernel.calendar import AdjustedDate, ChinaCalendar
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money

__all__ = [
    "Draw",
    "FilingFacts",
    "Need",
    "RegistrationPlan",
    "RequiredPaper",
    "check_draw",
    "plan_registration",
    "registration_rules_for",
    "review_deadline",
]

#: Whether a paper must be filed; ``unknown`` when the fact that decides it was not stated.
Need = Literal["needed", "not_needed", "unknown"]
_ONE_DAY = datetime.timedelta(days=1)
#: No office takes longer than this for a registration; a bound on the search, not a rule.
_LONGEST_REVIEW_DAYS = 400


@dataclass(frozen=True, kw_only=True)
class FilingFacts:
    """What decides which papers are needed; None when nobody said."""

    by_proxy: bool | None = None
    appraised: bool | None = None
    co_owned: bool | None = None
    licensed_before: bool | None = None


#: The words a table uses for *when*, and the fact each asks about; ``always`` asks about none.
_CONDITIONS = {
    "if_by_proxy": "by_proxy",
    "if_appraised": "appraised",
    "if_co_owned": "co_owned",
    "if_licensed_before": "licensed_before",
}
_SUPPLIERS = {
    "both": Label("出质人与质权人", "pledgor and pledgee"),
    "pledgor": Label("出质人", "pledgor"),
    "pledgee": Label("质权人", "pledgee"),
}


@dataclass(frozen=True)
class RequiredPaper:
    """One paper of the list: whether it is needed, who supplies it, the fact to state when that is unknown."""

    id: str
    label: Label
    need: Need
    by: Label
    missing: str | None
    reference: DatedValue

    def as_document(self) -> dict[str, Any]:
        """The paper for JSON."""
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "need": self.need,
            "by": self.by.as_document(),
            "missing": self.missing,
            "reference": self.reference.as_document(),
        }


@dataclass(frozen=True, kw_only=True)
class RegistrationPlan:
    """What must be filed where, by whom and by when.

    ``decide_by`` is None when the time of the office is not known; ``file_by`` is the last working day of acceptance
    from which the decision still comes by the drawdown, None without a drawdown or without the office's time.
    """

    rules: DatedTable
    authority: DatedValue
    filed_jointly: DatedValue
    created_at_registration: DatedValue
    papers: tuple[RequiredPaper, ...]
    accepted_on: datetime.date
    decide_by: datetime.date | None
    file_by: datetime.date | None
    warnings: tuple[NamedWarning, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that still decide whether a paper is needed."""
        return tuple(paper.missing for paper in self.papers if paper.missing is not None)

    def as_document(self) -> dict[str, Any]:
        """The plan for JSON."""
        return {
            "rules": {"id": self.rules.id, "label": self.rules.label.as_document()},
            "authority": self.authority.as_document(),
            "filed_jointly": self.filed_jointly.as_document(),
            "created_at_registration": self.created_at_registration.as_document(),
            "papers": [paper.as_document() for paper in self.papers],
            "accepted_on": self.accepted_on.isoformat(),
            "decide_by": None if self.decide_by is None else self.decide_by.isoformat(),
            "file_by": None if self.file_by is None else self.file_by.isoformat(),
            "missing": list(self.missing),
            "warnings": [warning.as_document() for warning in self.warnings],
        }


def registration_rules_for(kind: str, policies: Mapping[str, DatedTable], *, on: datetime.date) -> str | None:
    """Which rules register a pledge on this kind of right: the newest that have begun; None when none are loaded.

    Before all of them it is the oldest, so that a look-up names the first day.
    """
    rules = {
        name: min(parameter.steps[0].from_date for parameter in table.parameters.values())
        for name, table in policies.items()
        if table.kind == "registration_rules" and kind in table.facts.get("asset_kinds", [])
    }
    begun = [name for name, day in rules.items() if day <= on]
    if begun:
        return max(begun, key=rules.__getitem__)
    return min(rules, key=rules.__getitem__, default=None)


def review_deadline(rules: DatedTable, *, accepted_on: datetime.date, calendar: ChinaCalendar) -> AdjustedDate:
    """By which day must the office decide on a filing it accepted?

    The day of acceptance does not count. Working days are those of the China calendar; a time in calendar days ends
    on its last day, or on the next working day where the rules say that a last day on a holiday moves on.

    Raises
    ------
    GapError : the time of the office was looked for and not found.
    BeforeFirstStepError : the rules did not hold yet on the day of acceptance.

    References
    ----------
    国家知识产权局公告第461号 (patents, five working days, recalled); 国家版权局令第8号 第五条 (ten days).

    Tested by: ``tests/pledge/test_registration.py`` (by hand over the national holiday of 2026).
    """
    if not rules.has("review_calendar_days"):
        days = rules.value("review_working_days", on=accepted_on).value
        assert isinstance(days, int), "days of a loaded policy are whole numbers"
        return _working_days_after(accepted_on, days, calendar)
    days = rules.value("review_calendar_days", on=accepted_on).value
    assert isinstance(days, int), "days of a loaded policy are whole numbers"
    moves = rules.has("last_day_moves_past_holiday")
    moves = moves and rules.value("last_day_moves_past_holiday", on=accepted_on).value is True
    return calendar.adjust(accepted_on + days * _ONE_DAY, "following" if moves else "none")


def plan_registration(
    kind: str,
    facts: FilingFacts,
    *,
    accepted_on: datetime.date,
    policies: Mapping[str, DatedTable],
    calendar: ChinaCalendar,
    drawdown_date: datetime.date | None = None,
) -> RegistrationPlan:
    """What must be filed where for a pledge on this kind of right, by whom and by when?

    Parameters
    ----------
    kind : a kind of right of ``pledge.pledged_asset``.
    facts : what decides which papers are needed; a fact left out makes its paper *unknown*.
    accepted_on : the day on which the office accepts the filing; the rules of that day apply.
    drawdown_date : when the money is to be paid out, for the last day to file.

    Raises
    ------
    NotBuiltError : a circuit layout; its rules of registration are in no table.
    UnknownNameError : a kind of right that does not exist.
    InputError : no rules are loaded for the kind.
    ReferenceDataError : a table that tells when or by whom in a word nobody knows.
    BeforeFirstStepError : the rules did not hold yet.

    Tested by: ``tests/pledge/test_registration.py`` (the lists of papers, hand-counted days, statuses).
    """
    rules = _rules(kind, policies, accepted_on)
    due, unknown = _due(rules, accepted_on, calendar)
    file_by = None if due is None or drawdown_date is None else _file_by(rules, drawdown_date, calendar)
    heads = [rules.value(name, on=accepted_on) for name in ("authority", "filed_jointly", "created_at_registration")]
    papers = _papers(rules, facts, accepted_on)
    doubts = [value.warning for value in (*heads, *(paper.reference for paper in papers), *_times(rules, accepted_on))]
    doubts += [unknown, None if due is None else due.warning, None if papers else _no_papers(rules)]
    return RegistrationPlan(
        rules=rules,
        authority=heads[0],
        filed_jointly=heads[1],
        created_at_registration=heads[2],
        papers=papers,
        accepted_on=accepted_on,
        decide_by=None if due is None else due.day,
        file_by=file_by,
        warnings=tuple(dict.fromkeys(doubt for doubt in doubts if doubt is not None)),
    )


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Money to be paid out: how much, when, what was drawn unsecured before, and when the pledge was registered."""

    amount_fen: int
    unsecured_before_fen: int
    on: datetime.date
    registered_on: datetime.date | None

    def __post_init__(self) -> None:
        """Refuse amounts that are none."""
        if type(self.amount_fen) is not int or self.amount_fen <= 0:
            raise InputError.of("draw.amount_fen", found=self.amount_fen, expected="a whole number of fen above 0")
        if type(self.unsecured_before_fen) is not int or self.unsecured_before_fen < 0:
            found, expected = self.unsecured_before_fen, "a whole number of fen of 0 or more"
            raise InputError.of("draw.unsecured_before_fen", found=found, expected=expected)


def check_draw(draw: Draw, *, policy: DatedTable, policy_date: datetime.date) -> Finding:
    """May this money be paid out, given whether the pledge is registered?

    A pledge comes into being at registration. Before it the loan is unsecured, and may be drawn only within a limit
    that the bank's policy states for that (``unsecured_limit_before_registration_cny``); silence is no limit.

    Returns
    -------
    ``passed`` once registered; ``warned`` before, within the limit; ``failed`` otherwise.

    Raises
    ------
    BeforeFirstStepError, RepealedError, GapError : the policy has no value of its limit on ``policy_date``.

    Tested by: ``tests/pledge/test_registration.py`` (both sides of the limit and of the day, to the fen).
    """
    if draw.registered_on is not None and draw.registered_on <= draw.on:
        reason = Label(f"质押已于{draw.registered_on}登记", f"the pledge was registered on {draw.registered_on}")
        return _draw_finding("passed", reason, None)
    name = "unsecured_limit_before_registration_cny"
    if not policy.has(name):
        reason = Label(
            f"截至{draw.on}质押未登记，政策未规定登记前信用额度",
            f"on {draw.on} the pledge is not registered, and the policy states no unsecured limit",
        )
        return _draw_finding("failed", reason, None)
    limit = policy.value(name, on=policy_date)
    drawn, allowed = draw.unsecured_before_fen + draw.amount_fen, Money.from_text(Decimal(str(limit.value))).fen
    reason = Label(
        f"截至{draw.on}质押未登记，登记前累计放款{_yuan(drawn)}元，信用额度{_yuan(allowed)}元",
        f"on {draw.on} the pledge is not registered; {_yuan(drawn)} yuan drawn before registration, the unsecured limit"
        f" is {_yuan(allowed)} yuan",
    )
    return _draw_finding("warned" if drawn <= allowed else "failed", reason, limit)


def _draw_finding(outcome: Literal["passed", "warned", "failed"], reason: Label, held: DatedValue | None) -> Finding:
    label = Label("登记前放款", "draw before registration")
    return Finding("draw_before_registration", label, outcome, reason, held)


def _rules(kind: str, policies: Mapping[str, DatedTable], day: datetime.date) -> DatedTable:
    if kind == "circuit_layout":
        raise NotBuiltError(
            "kind: found circuit_layout (集成电路布图设计专有权), whose rules of registration are in no table; read the"
            " office's text and add a policy of the kind registration_rules"
        )
    if kind not in ASSET_KINDS:
        raise UnknownNameError.among("kind", found=kind, known=ASSET_KINDS)
    name = registration_rules_for(kind, policies, on=day)
    if name is None:
        raise InputError.of("policies", found=f"no rules of registration for {kind}", expected="a policy that has them")
    return policies[name]


def _due(
    rules: DatedTable, day: datetime.date, calendar: ChinaCalendar
) -> tuple[AdjustedDate | None, NamedWarning | None]:
    """The last day of the office, or the doubt that its time is not known."""
    try:
        return review_deadline(rules, accepted_on=day, calendar=calendar), None
    except GapError as gap:
        zh, en = f"{rules.label.zh}：审查期限未知", f"{rules.id}: the time of the office is not known"
        return None, NamedWarning("review_time_unknown", Label(zh, f"{en}; {gap.problems[0].expected}"))


def _times(rules: DatedTable, day: datetime.date) -> list[DatedValue]:
    """The values that the time of the office was computed from, as far as they hold."""
    found = []
    for name in ("review_working_days", "review_calendar_days", "last_day_moves_past_holiday"):
        try:
            found += [rules.value(name, on=day)] if rules.has(name) else []
        except GapError:
            continue  # named by ``_due``
    return found


def _file_by(rules: DatedTable, drawdown: datetime.date, calendar: ChinaCalendar) -> datetime.date | None:
    """The last working day whose decision comes by the drawdown; None before the rules began."""
    for back in range(_LONGEST_REVIEW_DAYS):
        day = drawdown - back * _ONE_DAY
        if not calendar.is_business_day(day):
            continue
        try:
            due = review_deadline(rules, accepted_on=day, calendar=calendar).day
        except BeforeFirstStepError:
            return None
        if due <= drawdown:
            return day
    return None


def _working_days_after(day: datetime.date, count: int, calendar: ChinaCalendar) -> AdjustedDate:
    warning = calendar.warning_for(day)
    for _ in range(count):
        moved = calendar.adjust(day + _ONE_DAY, "following")
        day, warning = moved.day, warning or moved.warning
    return AdjustedDate(day, warning)


def _papers(rules: DatedTable, facts: FilingFacts, day: datetime.date) -> tuple[RequiredPaper, ...]:
    names = [
        name.split(".")[1] for name in rules.parameters if name.startswith("documents.") and name.endswith(".when")
    ]
    return tuple(_paper(rules, name, facts, day) for name in names)


def _paper(rules: DatedTable, name: str, facts: FilingFacts, day: datetime.date) -> RequiredPaper:
    when, by = (rules.value(f"documents.{name}.{part}", on=day) for part in ("when", "by"))
    supplier = _SUPPLIERS.get(str(by.value))
    if supplier is None:
        raise _unknown_word(rules, by, _SUPPLIERS)
    if when.value == "always":
        return RequiredPaper(name, when.label, "needed", supplier, None, when)
    asked = _CONDITIONS.get(str(when.value))
    if asked is None:
        raise _unknown_word(rules, when, [*_CONDITIONS, "always"])
    stated: bool | None = getattr(facts, asked)
    need: Need = "unknown" if stated is None else "needed" if stated else "not_needed"
    return RequiredPaper(name, when.label, need, supplier, f"facts.{asked}" if stated is None else None, when)


def _unknown_word(rules: DatedTable, value: DatedValue, known: Iterable[str]) -> ReferenceDataError:
    expected = ", ".join(sorted(known))
    return ReferenceDataError(f"{rules.id}: {value.name}: found {value.value!r}, expected one of {expected}")


def _no_papers(rules: DatedTable) -> NamedWarning:
    zh, en = f"{rules.label.zh}未列申请材料", f"{rules.id} lists no papers; ask the authority"
    return NamedWarning("papers_not_listed", Label(f"{zh}，须向登记机关核实", en))


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}"
