"""贴息: how much of the interest paid is refunded, and in which years?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pledge.instalments import Schedule
from pledge.policy_kind import ParameterSpec, PolicyKind
from pledge.support import Cell, SupportAnswer, SupportCase, SupportRule
from valuation.errors import InputError
from valuation.kernel.dated import DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money, Rounding

__all__ = ["RULE", "interest_by_year", "yearly_subsidy"]

POLICY_KIND = PolicyKind(
    id="interest_subsidy",
    label=Label("贴息", "interest subsidy"),
    parameters=(
        ParameterSpec("subsidy_share", "share", required=True),
        ParameterSpec("rate_cap_multiple", "multiple", required=True),
        ParameterSpec("yearly_cap_cny", "cny", required=True),
        ParameterSpec("maximum_annual_revenue_cny", "cny"),
    ),
)


def interest_by_year(schedule: Schedule) -> dict[int, int]:
    """How many fen of interest are paid in each calendar year, by due date?"""
    years: dict[int, int] = {}
    for row in schedule.rows:
        years[row.due_date.year] = years.get(row.due_date.year, 0) + row.interest_fen
    return years


def yearly_subsidy(
    interest_fen: Mapping[int, int], *, subsidy_share: Fraction | Decimal, yearly_cap_fen: int
) -> dict[int, int]:
    """How many fen are refunded for each calendar year?

    min(share × interest of the year, rounded down to the fen; cap of the firm a year).

    Parameters
    ----------
    interest_fen : interest paid by calendar year, fen.
    subsidy_share : share of one of the interest.
    yearly_cap_fen : the most a firm gets for a year, fen; other loans of the firm are not known here.

    Examples
    --------
    >>> yearly_subsidy({2022: 100_01, 2023: 9_000_000_00}, subsidy_share=Decimal("0.4"), yearly_cap_fen=500_000_00)
    {2022: 4000, 2023: 50000000}

    Tested by: hand and hypothesis in ``tests/pledge/rules/test_interest_subsidy.py``.
    """
    down = Rounding(mode="down")
    return {year: min(down.to_fen(fen * Fraction(subsidy_share)), yearly_cap_fen) for year, fen in interest_fen.items()}


def _answer(case: SupportCase) -> SupportAnswer:
    """Test the conditions of the policy, then refund by calendar year."""
    share, multiple, cap = (
        case.policy.value(name, on=case.policy_date)
        for name in ("subsidy_share", "rate_cap_multiple", "yearly_cap_cny")
    )
    prime = case.policies["lpr"].value("one_year_rate_share", on=case.drawdown_date)
    reasons, revenue_cap = _refusals(case, multiple, prime)
    interest = interest_by_year(case.schedule)
    cap_fen = Money.from_text(str(cap.value)).fen
    subsidy = yearly_subsidy(interest, subsidy_share=Fraction(str(share.value)), yearly_cap_fen=cap_fen)
    if reasons:
        subsidy = dict.fromkeys(interest, 0)
    return SupportAnswer(
        rule=RULE.id,
        policy=case.policy.id,
        label=RULE.label,
        document={
            "granted": not reasons,
            "reasons": [reason.as_document() for reason in reasons],
            "years": [
                {"year": year, "interest": Money(interest[year]).text, "subsidy": Money(fen).text}
                for year, fen in subsidy.items()
            ],
            "total_subsidy": Money(sum(subsidy.values())).text,
        },
        columns=(Label("年度", "year"), Label("应付利息", "interest"), Label("贴息", "subsidy")),
        rows=tuple(_row(year, interest[year], fen) for year, fen in subsidy.items()),
        values_used=(share, multiple, cap, prime, *revenue_cap),
        warnings=(_REFERENCE_DAY, *(NamedWarning("subsidy_not_granted", reason) for reason in reasons)),
    )


#: The notice names the one-year LPR without its day; the answer says which day it took.
_REFERENCE_DAY = NamedWarning(
    "lpr_of_drawdown_date",
    Label(
        "贴息的利率条件按放款日有效的一年期LPR判断；每户每年上限未计入该企业其他贷款",
        "the rate condition of the subsidy uses the one-year LPR in force on the drawdown date;"
        " the yearly cap does not count other loans of the firm",
    ),
)


def _refusals(case: SupportCase, multiple: DatedValue, prime: DatedValue) -> tuple[list[Label], tuple[DatedValue, ...]]:
    reasons = []
    highest = Decimal(str(multiple.value)) * Decimal(str(prime.value))
    if case.annual_rate_share > highest:
        reasons.append(
            Label(
                f"贷款年利率{case.annual_rate_share:%}高于上限{highest:%}",
                f"the loan rate {case.annual_rate_share:%} exceeds the cap {highest:%}",
            )
        )
    if not case.policy.has("maximum_annual_revenue_cny"):
        return reasons, ()
    revenue_cap = case.policy.value("maximum_annual_revenue_cny", on=case.policy_date)
    if case.annual_revenue_fen is None:
        raise InputError.of(
            "borrower.annual_revenue", found="nothing", expected=f"an amount; {case.policy.id} depends on it"
        )
    if case.annual_revenue_fen > Money.from_text(str(revenue_cap.value)).fen:
        reasons.append(
            Label(
                f"企业年营业收入高于上限{revenue_cap.value:,}元",
                f"the firm's yearly revenue exceeds the cap of {revenue_cap.value:,} yuan",
            )
        )
    return reasons, (revenue_cap,)


def _row(year: int, interest: int, subsidy: int) -> tuple[Cell, ...]:
    return (str(year), *(f"{Decimal(fen).scaleb(-2):,.2f}" for fen in (interest, subsidy)))


RULE = SupportRule(
    id="interest_subsidy",
    label=Label("贴息", "interest subsidy"),
    question=Label("企业每年可获多少贴息？", "How much of the interest paid is refunded each year?"),
    policy_kind=POLICY_KIND,
    answer=_answer,
)
