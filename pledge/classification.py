"""五级分类: into which of five classes must a bank at least put each claim on a debtor, and which rule says so?

One table of rules. Each looks at one claim and gives the class the claim must at least have, or nothing; the worst
of them and of the officers' own judgement counts. Then the debtor's claims are looked at together: bad ones pull
the others down. Collateral lifts no floor.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pledge.asset_classes import (
    ASSET_CLASSES,
    CLASS_LABELS,
    NON_PERFORMING,
    AssetClass,
    Claim,
    Debtor,
    Restructuring,
    worst,
)
from pledge.instalments import months_after
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning

__all__ = [
    "FLOOR_RULES",
    "Classification",
    "ClassifiedClaim",
    "Floor",
    "FloorRule",
    "RulesOnDay",
    "classify_debtor",
    "observation_end",
    "overdue_floor",
]


@dataclass(frozen=True)
class RulesOnDay:
    """The rules of classification as they stand on one day."""

    table: DatedTable
    day: datetime.date

    def value(self, name: str) -> DatedValue:
        """A parameter with its source."""
        return self.table.value(name, on=self.day)


@dataclass(frozen=True)
class Floor:
    """The class a rule asks for at least, why, and the values of the rules it rests on."""

    asset_class: AssetClass
    reason: Label
    held_against: tuple[DatedValue, ...] = ()


@dataclass(frozen=True)
class FloorRule:
    """One rule: its name and what it asks of a claim; None where it says nothing."""

    id: str
    test: Callable[[Claim, RulesOnDay], Floor | None]


@dataclass(frozen=True)
class ClassifiedClaim:
    """A claim with its class and every floor that was found for it, by the name of the rule."""

    claim: Claim
    asset_class: AssetClass
    floors: tuple[tuple[str, Floor], ...]

    @property
    def binding(self) -> tuple[str, ...]:
        """The rules that set the class: those whose floor it equals, or the officers' judgement."""
        rules = tuple(rule for rule, floor in self.floors if floor.asset_class == self.asset_class)
        judged = ("judged_class",) if self.claim.judged_class == self.asset_class else ()
        return judged + rules

    def as_document(self) -> dict[str, Any]:
        """The class with every rule that was looked at, for JSON."""
        return {
            "claim": self.claim.id,
            "class": self.asset_class,
            "class_label": CLASS_LABELS[self.asset_class].as_document(),
            "binding": list(self.binding),
            "floors": [
                {
                    "rule": rule,
                    "class": floor.asset_class,
                    "reason": floor.reason.as_document(),
                    "references": [value.as_document() for value in floor.held_against],
                }
                for rule, floor in self.floors
            ],
        }


@dataclass(frozen=True)
class Classification:
    """The claims of one debtor, classified together, and the doubts to name."""

    claims: tuple[ClassifiedClaim, ...]
    warnings: tuple[NamedWarning, ...]

    def as_document(self) -> dict[str, Any]:
        """The classification for JSON."""
        return {
            "claims": [claim.as_document() for claim in self.claims],
            "warnings": [warning.as_document() for warning in self.warnings],
        }


def classify_debtor(debtor: Debtor, *, rules: DatedTable, on: datetime.date) -> Classification:
    """Which class does each claim on a debtor have on this day?

    class = worst(judged class, every floor of the claim, contagion among the debtor's claims).

    Parameters
    ----------
    debtor : all claims of the bank on it.
    rules : a table of kind ``classification_rules``.
    on : day of classification and of the rules.

    Raises
    ------
    BeforeFirstStepError, RepealedError, GapError : the rules give no value on this day.

    References
    ----------
    商业银行金融资产风险分类办法 (order 2023 no. 1); policy file ``cn_asset_classification_2023``.

    Tested by: the published case ``cn-five-class-floor-by-overdue-days``, each rule by hand and monotone by
    hypothesis in ``tests/pledge/test_classification.py``.
    """
    law = RulesOnDay(rules, on)
    alone = [_alone(claim, law) for claim in debtor.claims]
    claims = tuple(alone)
    if not debtor.is_retail:
        at_bank, across_banks = _at_bank(alone, law), _across_banks(debtor, law)
        claims = tuple(_pulled_down(each, at_bank, across_banks) for each in alone)
        claims = tuple(_with(each, _other_debts(each, claims, law)) for each in claims)
    return Classification(claims, _warnings(debtor, claims, law))


def overdue_floor(days_overdue: int, *, rules: DatedTable, on: datetime.date) -> Floor | None:
    """Which class must a claim at least have for being overdue this long; None when it is not overdue?

    Tested by: the published case ``cn-five-class-floor-by-overdue-days``.
    """
    law = RulesOnDay(rules, on)
    for name in reversed(ASSET_CLASSES[1:]):
        limit = law.value(f"overdue_more_than_days.{name}")
        if days_overdue > _number(limit):
            return Floor(
                name,
                Label(f"逾期{days_overdue}天，超过{limit.value}天", f"{days_overdue} days overdue, over {limit.value}"),
                (limit,),
            )
    return None


def observation_end(restructuring: Restructuring, *, rules: DatedTable, on: datetime.date) -> datetime.date | None:
    """On which day does the observation of a restructured asset end; None while its periods are not yet known?

    max(start + the least months; due date of the last of the least consecutive repayment periods).

    Raises
    ------
    InputError : due dates that do not rise or do not lie after the start.

    Tested by: ``tests/pledge/test_classification.py`` (monthly, half-yearly and yearly plans by hand).
    """
    law = RulesOnDay(rules, on)
    periods, months = (_number(law.value(f"observation_{unit}")) for unit in ("periods", "months"))
    return _proving_end(restructuring.observed_from, restructuring.due_dates, int(periods), int(months))


def _proving_end(
    start: datetime.date, due_dates: Sequence[datetime.date], periods: int, months: int
) -> datetime.date | None:
    """The later of so many months and so many repayment periods after the start."""
    days = [start, *due_dates]
    if days != sorted(set(days)):
        raise InputError.of("due_dates", found=", ".join(map(str, due_dates)), expected=f"rising days after {start}")
    if len(due_dates) < periods:
        return None
    return max(months_after(start, months), days[periods])


# --- the rules for one claim -----------------------------------------------------------------------


def _overdue(claim: Claim, law: RulesOnDay) -> Floor | None:
    technical = law.value("technical_overdue_days")
    if claim.overdue_is_technical and claim.days_overdue <= _number(technical):
        return None
    return overdue_floor(claim.days_overdue, rules=law.table, on=law.day)


def _impaired(claim: Claim, law: RulesOnDay) -> Floor | None:
    if not claim.credit_impaired:
        return None
    loss = claim.expected_credit_loss_fen
    assert loss is not None, "a claim that is credit-impaired states its expected loss"
    for name in _IMPAIRED:
        limit = law.value(f"impaired_loss_share.{name}")
        if claim.balance_fen and Fraction(loss, claim.balance_fen) >= _number(limit):
            share = f"{loss / claim.balance_fen:.1%}"
            return Floor(
                name,
                Label(
                    f"已发生信用减值，预期信用损失占账面余额{share}，达到{limit.value:%}",
                    f"credit-impaired, expected loss {share} of the carrying amount, at least {limit.value:%}",
                ),
                (limit,),
            )
    return Floor("substandard", Label("已发生信用减值", "credit-impaired"))


_IMPAIRED: tuple[AssetClass, ...] = ("loss", "doubtful")


def _conduct(claim: Claim, law: RulesOnDay) -> Floor | None:
    """What the debtor did or what befell it, whatever is paid."""
    if claim.in_bankruptcy_liquidation:
        return Floor("loss", Label("债务人已进入破产清算程序", "the debtor is in bankruptcy liquidation"))
    if claim.evades_debt:
        return Floor("doubtful", Label("债务人逃废银行债务", "the debtor evades its debts"))
    if claim.use_of_funds_changed:
        return Floor("special_mention", Label("擅自改变资金用途", "the use of the funds was changed without consent"))
    return None


def _refinanced(claim: Claim, law: RulesOnDay) -> Floor | None:
    if claim.refinancing == "none":
        return None
    rule = law.value("refinancing_floor")
    if claim.refinancing == "other":
        reason = Label("通过借新还旧或其他债务融资方式偿还", "repaid by new borrowing")
        return Floor("special_mention", reason, (rule,)) if rule.value else None
    assert claim.renewal is not None, "a renewal without repayment states its conditions"
    permitted = law.value("renewal_may_stay_normal")
    if permitted.value and not claim.renewal.missing:
        return None
    missing = ", ".join(claim.renewal.missing)
    reason = Label(f"无还本续贷未满足条件：{missing}", f"renewal without repayment, conditions not met: {missing}")
    return Floor("special_mention", reason, (rule, permitted))


def _restructured(claim: Claim, law: RulesOnDay) -> Floor | None:
    plan = claim.restructuring
    if plan is None:
        return None
    values = (law.value("observation_periods"), law.value("observation_months"))
    if plan.restructured_again:
        return Floor("substandard", Label("观察期内再次重组", "restructured again under observation"), values)
    end = observation_end(plan, rules=law.table, on=law.day)
    if end is not None and law.day >= end and plan.difficulties_solved:
        return None
    if end is None or law.day < end:
        until_zh, until_en = (f"至{end}", f"until {end}") if end else ("还款期未满", "its periods are not complete")
        reason = Label(f"重组资产观察期内（{until_zh}）", f"restructured, under observation ({until_en})")
    else:
        reason = Label(
            "观察期结束但未解决财务困难，重新计算", "observation ended, difficulties not solved: it begins anew"
        )
    return Floor("special_mention", reason, values)


def _upgrade(claim: Claim, law: RulesOnDay) -> Floor | None:
    """A claim that was non-performing stays so until its debtor has proved itself."""
    if claim.restructuring is not None and claim.restructuring.class_before in NON_PERFORMING:
        before: AssetClass | None = claim.restructuring.class_before
    else:
        before = claim.previous_class
    if before not in NON_PERFORMING:
        return None
    values = (law.value("upgrade_periods"), law.value("upgrade_months"))
    evidence, why = claim.upgrade, _NOTHING_SPEAKS
    if evidence is not None:
        periods, months = (int(_number(value)) for value in values)
        end = _proving_end(evidence.arrears_paid_on, evidence.due_dates, periods, months)
        if end is not None and end <= law.day and evidence.able_to_continue and not claim.days_overdue:
            return None
        why = _NOT_PROVED
    return Floor("substandard", why, values)


_NOTHING_SPEAKS = Label("原为不良，无上调依据", "was non-performing, nothing speaks for an upgrade")
_NOT_PROVED = Label(
    "原为不良，按时足额偿付的期限不足或持续履约能力存疑",
    "was non-performing, not yet proved by payment in full and in time",
)


FLOOR_RULES: tuple[FloorRule, ...] = (
    FloorRule("overdue", _overdue),
    FloorRule("credit_impaired", _impaired),
    FloorRule("conduct", _conduct),
    FloorRule("refinanced", _refinanced),
    FloorRule("restructured", _restructured),
    FloorRule("upgrade", _upgrade),
)

# --- the debtor's claims together --------------------------------------------------------------------


def _alone(claim: Claim, law: RulesOnDay) -> ClassifiedClaim:
    floors = [(rule.id, floor) for rule in FLOOR_RULES if (floor := rule.test(claim, law)) is not None]
    return ClassifiedClaim(
        claim, worst([claim.judged_class, *(floor.asset_class for _, floor in floors)]), tuple(floors)
    )


def _with(classified: ClassifiedClaim, more: Sequence[tuple[str, Floor]]) -> ClassifiedClaim:
    reached = worst([classified.asset_class, *(floor.asset_class for _, floor in more)])
    return ClassifiedClaim(classified.claim, reached, (*classified.floors, *more))


def _pulled_down(
    classified: ClassifiedClaim, at_bank: Sequence[tuple[str, Floor]], across_banks: Sequence[tuple[str, Floor]]
) -> ClassifiedClaim:
    # A claim that is bad by itself is a cause of the contagion at the bank, not its victim.
    is_cause = classified.asset_class in NON_PERFORMING
    return _with(classified, [*([] if is_cause else at_bank), *across_banks])


def _at_bank(alone: Sequence[ClassifiedClaim], law: RulesOnDay) -> list[tuple[str, Floor]]:
    total = sum(each.claim.balance_fen for each in alone)
    bad = sum(each.claim.balance_fen for each in alone if each.asset_class in NON_PERFORMING)
    limit = law.value("contagion_share_at_bank")
    if not total or Fraction(bad, total) <= _number(limit):
        return []
    reason = Label(
        f"该债务人在本行债权不良占比{bad / total:.1%}，超过{limit.value:%}",
        f"{bad / total:.1%} of the debtor's claims at the bank are non-performing, over {limit.value:%}",
    )
    return [("contagion_at_bank", Floor("substandard", reason, (limit,)))]


def _across_banks(debtor: Debtor, law: RulesOnDay) -> list[tuple[str, Floor]]:
    debts, overdue = debtor.debts_at_all_banks_fen, debtor.overdue_over_90_days_at_all_banks_fen
    limit = law.value("contagion_share_across_banks")
    if not debts or overdue is None or Fraction(overdue, debts) <= _number(limit):
        return []
    reason = Label(
        f"该债务人在所有银行逾期超过90天的债务占{overdue / debts:.1%}，超过{limit.value:%}",
        f"{overdue / debts:.1%} of the debtor's debts at all banks are overdue over 90 days, over {limit.value:%}",
    )
    return [("contagion_across_banks", Floor("substandard", reason, (limit,)))]


def _other_debts(
    classified: ClassifiedClaim, claims: Sequence[ClassifiedClaim], law: RulesOnDay
) -> list[tuple[str, Floor]]:
    rule = law.value("other_debt_non_performing_floor")
    others = [each for each in claims if each is not classified and each.asset_class in NON_PERFORMING]
    if not rule.value or not others:
        return []
    names = ", ".join(each.claim.id for each in others)
    reason = Label(f"同一债务人其他债务不良：{names}", f"other debts of the debtor are non-performing: {names}")
    return [("other_debts", Floor("special_mention", reason, (rule,)))]


def _warnings(debtor: Debtor, claims: Sequence[ClassifiedClaim], law: RulesOnDay) -> tuple[NamedWarning, ...]:
    used = {value.name: value for each in claims for _, floor in each.floors for value in floor.held_against}
    found = [value.warning for value in used.values() if value.warning is not None]
    if not debtor.is_retail and debtor.debts_at_all_banks_fen is None:
        found.append(_NOT_ASKED)
    changeover = law.value("stock_reclassified_by")
    older = any(each.claim.drawn_on is not None and each.claim.drawn_on < changeover.from_date for each in claims)
    if older and law.day <= datetime.date.fromisoformat(str(changeover.value)):
        found.append(_OLD_STOCK)
    return tuple(found)


_NOT_ASKED = NamedWarning(
    "debts_at_other_banks_not_stated",
    Label(
        "未提供债务人在所有银行的债务，跨行20%规则未检验",
        "the debtor's debts at all banks are not stated; the rule across banks was not tested",
    ),
)
_OLD_STOCK = NamedWarning(
    "stock_may_be_unclassified",
    Label(
        "该债权发生于新办法施行前，过渡期内银行可能尚未按新办法重新分类",
        "the claim is older than the order; until the end of the changeover the bank may not yet classify it so",
    ),
)


def _number(value: DatedValue) -> Fraction:
    assert isinstance(value.value, int | Decimal), "numbers of a loaded policy are whole or Decimal"
    return Fraction(value.value)
