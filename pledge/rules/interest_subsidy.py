"""贴息: how much of the interest paid is refunded, and in which years?"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pledge.example_case import ExampleCase
from pledge.instalments import Schedule, months_after
from pledge.policy_kind import ParameterSpec, PolicyKind
from pledge.premiums import BorrowerFlow
from pledge.support import Cell, SupportAnswer, SupportCase, SupportRule
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money, Rounding

__all__ = ["RULE", "interest_by_year", "yearly_subsidy"]

POLICY_KIND = PolicyKind(
    id="interest_subsidy",
    label=Label("贴息", "interest subsidy"),
    parameters=(
        ParameterSpec("subsidy_share", "share", required=True),
        ParameterSpec("subsidy_share_is_the_highest", "yes_no"),
        ParameterSpec("rate_cap_multiple", "multiple"),
        ParameterSpec("yearly_cap_cny", "cny"),
        ParameterSpec("maximum_annual_revenue_cny", "cny"),
        ParameterSpec("paid_months_after_year_end", "months"),
    ),
)


def interest_by_year(schedule: Schedule) -> dict[int, int]:
    """How many fen of interest are paid in each calendar year, by due date?"""
    years: dict[int, int] = {}
    for row in schedule.rows:
        years[row.due_date.year] = years.get(row.due_date.year, 0) + row.interest_fen
    return years


def yearly_subsidy(
    interest_fen: Mapping[int, int], *, subsidy_share: Fraction | Decimal, yearly_cap_fen: int | None
) -> dict[int, int]:
    """How many fen are refunded for each calendar year?

    min(share × interest of the year, rounded down to the fen; cap of the firm a year).

    Parameters
    ----------
    interest_fen : interest paid by calendar year, fen.
    subsidy_share : share of one of the interest.
    yearly_cap_fen : the most a firm gets for a year, fen, None without a cap; other loans of the firm are not known
        here.

    Examples
    --------
    >>> yearly_subsidy({2022: 100_01, 2023: 9_000_000_00}, subsidy_share=Decimal("0.4"), yearly_cap_fen=500_000_00)
    {2022: 4000, 2023: 50000000}

    Tested by: hand and hypothesis in ``tests/pledge/rules/test_interest_subsidy.py``.
    """
    down = Rounding(mode="down")
    shares = {year: down.to_fen(fen * Fraction(subsidy_share)) for year, fen in interest_fen.items()}
    return {year: fen if yearly_cap_fen is None else min(fen, yearly_cap_fen) for year, fen in shares.items()}


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """What a subsidy is asked on: the policy, the day, the loan's rate, the firm, the interest of each year."""

    policy: DatedTable
    policies: Mapping[str, DatedTable]
    on: datetime.date
    drawdown_date: datetime.date
    annual_rate_share: Decimal
    annual_revenue_fen: int | None
    interest_fen: Mapping[int, int]


@dataclass(frozen=True)
class _Grant:
    """What is refunded by year, why not, and from which values."""

    subsidy_fen: Mapping[int, int]
    reasons: tuple[Label, ...]
    values_used: tuple[DatedValue, ...]
    warnings: tuple[NamedWarning, ...]


def _grant(claim: _Claim) -> _Grant:
    """Test the conditions of the policy, then refund by calendar year."""
    share = claim.policy.value("subsidy_share", on=claim.on)
    tests = [test for test in (_rate_test(claim), _revenue_test(claim)) if test is not None]
    reasons = tuple(reason for _, reason in tests if reason is not None)
    cap = claim.policy.value("yearly_cap_cny", on=claim.on) if claim.policy.has("yearly_cap_cny") else None
    subsidy = yearly_subsidy(
        claim.interest_fen,
        subsidy_share=Fraction(str(share.value)),
        yearly_cap_fen=None if cap is None else Money.from_text(str(cap.value)).fen,
    )
    return _Grant(
        dict.fromkeys(subsidy, 0) if reasons else subsidy,
        reasons,
        (share, *(value for values, _ in tests for value in values), *([] if cap is None else [cap])),
        _warnings(claim, reasons),
    )


_Test = tuple[tuple[DatedValue, ...], Label | None]


def _rate_test(claim: _Claim) -> _Test | None:
    """The loan's rate against a multiple of the one-year LPR, where the policy has such a test."""
    if not claim.policy.has("rate_cap_multiple"):
        return None
    multiple = claim.policy.value("rate_cap_multiple", on=claim.on)
    prime = claim.policies["lpr"].value("one_year_rate_share", on=claim.drawdown_date)
    highest = Decimal(str(multiple.value)) * Decimal(str(prime.value))
    if claim.annual_rate_share <= highest:
        return (multiple, prime), None
    return (multiple, prime), Label(
        f"贷款年利率{claim.annual_rate_share:%}高于上限{highest:%}",
        f"the loan rate {claim.annual_rate_share:%} exceeds the cap {highest:%}",
    )


def _revenue_test(claim: _Claim) -> _Test | None:
    if not claim.policy.has("maximum_annual_revenue_cny"):
        return None
    revenue_cap = claim.policy.value("maximum_annual_revenue_cny", on=claim.on)
    if claim.annual_revenue_fen is None:
        raise InputError.of(
            "borrower.annual_revenue", found="nothing", expected=f"an amount; {claim.policy.id} depends on it"
        )
    if claim.annual_revenue_fen <= Money.from_text(str(revenue_cap.value)).fen:
        return (revenue_cap,), None
    return (revenue_cap,), Label(
        f"企业年营业收入高于上限{revenue_cap.value:,}元",
        f"the firm's yearly revenue exceeds the cap of {revenue_cap.value:,} yuan",
    )


#: The notice names the one-year LPR without its day; the answer says which day it took.
_REFERENCE_DAY = NamedWarning(
    "lpr_of_drawdown_date",
    Label(
        "贴息的利率条件按放款日有效的一年期LPR判断",
        "the rate condition of the interest subsidy uses the one-year LPR in force on the drawdown date",
    ),
)
_OTHER_LOANS = NamedWarning(
    "yearly_cap_of_one_loan",
    Label(
        "贴息的每户每年上限未计入该企业其他贷款",
        "the yearly cap of the interest subsidy does not count other loans of the firm",
    ),
)
_HIGHEST = NamedWarning(
    "subsidy_share_is_the_highest",
    Label("贴息比例为最高比例，实际可能更低", "the share of the interest subsidy is the highest; it may be less"),
)
_UNDATED = NamedWarning(
    "subsidy_dates_unknown",
    Label(
        "贴息何时到账未知，未计算扣除贴息后的实际年利率",
        "it is not known when the interest subsidy is paid; the effective rate after it is not computed",
    ),
)


def _warnings(claim: _Claim, reasons: tuple[Label, ...]) -> tuple[NamedWarning, ...]:
    highest = "subsidy_share_is_the_highest"
    notes = {"rate_cap_multiple": _REFERENCE_DAY, "yearly_cap_cny": _OTHER_LOANS}
    found = [note for name, note in notes.items() if claim.policy.has(name)]
    if claim.policy.has(highest) and claim.policy.value(highest, on=claim.on).value:
        found.append(_HIGHEST)
    return (*found, *(NamedWarning("subsidy_not_granted", reason) for reason in reasons))


def _answer(case: SupportCase) -> SupportAnswer:
    interest = interest_by_year(case.schedule)
    grant = _grant(
        _Claim(
            policy=case.policy,
            policies=case.policies,
            on=case.policy_date,
            drawdown_date=case.drawdown_date,
            annual_rate_share=case.annual_rate_share,
            annual_revenue_fen=case.annual_revenue_fen,
            interest_fen=interest,
        )
    )
    receipts, dated = _receipts(case, grant.subsidy_fen)
    return SupportAnswer(
        rule=RULE.id,
        policy=case.policy.id,
        label=RULE.label,
        document={
            "granted": not grant.reasons,
            "reasons": [reason.as_document() for reason in grant.reasons],
            "years": [
                {"year": year, "interest": Money(interest[year]).text, "subsidy": Money(fen).text}
                for year, fen in grant.subsidy_fen.items()
            ],
            "total_subsidy": Money(sum(grant.subsidy_fen.values())).text,
        },
        columns=(Label("年度", "year"), Label("应付利息", "interest"), Label("贴息", "interest subsidy")),
        rows=tuple(_row(year, interest[year], fen) for year, fen in grant.subsidy_fen.items()),
        values_used=(*grant.values_used, *dated),
        warnings=(*grant.warnings, *([_UNDATED] if receipts is None else [])),
        receipts=receipts,
    )


def _receipts(
    case: SupportCase, subsidy_fen: Mapping[int, int]
) -> tuple[tuple[BorrowerFlow, ...] | None, tuple[DatedValue, ...]]:
    """When the borrower gets the subsidy of each year; None when neither policy nor request says so."""
    paid = {year: fen for year, fen in subsidy_fen.items() if fen}
    name, months = "paid_months_after_year_end", case.subsidy_paid_months
    used: list[DatedValue] = []
    if months is None and case.policy.has(name):
        used.append(case.policy.value(name, on=case.policy_date))
        months = int(str(used[0].value))
    if not paid:
        return (), ()
    if months is None:
        return None, ()
    ends = {year: months_after(datetime.date(year, 12, 31), months) for year in paid}
    return tuple(BorrowerFlow(ends[year], fen) for year, fen in paid.items()), tuple(used)


def _row(year: int, interest: int, subsidy: int) -> tuple[Cell, ...]:
    return (str(year), *(f"{Decimal(fen).scaleb(-2):,.2f}" for fen in (interest, subsidy)))


def _example(case: ExampleCase) -> dict[str, str]:
    """Refund the interest of a worked example, by year."""
    facts = case.facts
    revenue = facts.take("annual_revenue_cny")
    interest = {int(year): Money.from_text(paid).fen for year, paid in facts.need("interest_cny").items()}
    grant = _grant(
        _Claim(
            policy=case.policy,
            policies=case.policies,
            on=case.on,
            drawdown_date=facts.take("drawdown_date", case.on),
            annual_rate_share=facts.decimal("annual_rate_share"),
            annual_revenue_fen=None if revenue is None else Money.from_text(revenue).fen,
            interest_fen=interest,
        )
    )
    years = {f"subsidy.{year}": Money(fen).text for year, fen in grant.subsidy_fen.items()}
    total = Money(sum(grant.subsidy_fen.values())).text
    return {**years, "total": total, "granted": str(not grant.reasons).lower()}


RULE = SupportRule(
    id="interest_subsidy",
    label=Label("贴息", "interest subsidy"),
    question=Label("企业每年可获多少贴息？", "How much of the interest paid is refunded each year?"),
    policy_kind=POLICY_KIND,
    answer=_answer,
    questions={"subsidy": _example},
)
