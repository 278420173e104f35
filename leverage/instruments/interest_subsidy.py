"""贴息: how much bank lending does a budget for interest subsidies carry?

Banks lend, the budget pays a part of the interest for the term:

    loans = budget / (subsidy rate × term in years),      announced; × used share when disbursed

The subsidy lowers the firm's cost and is no finance itself: it reaches no firm as principal, and none of it comes back.
Its principal is lost by design, as soon as it is paid.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np

from leverage.contribution import Contribution, Stage
from leverage.course import Course, given_back, lent_to_firms, paid_into, reached_firms
from leverage.instrument import Instrument, Outcome, Placement
from leverage.instrument_ledger import FIRMS, InstrumentAccount, Ledger, PrincipalLoss, paid
from leverage.limits import share_of
from leverage.path_money import PathCourse, PathMoney, by_path
from leverage.path_parties import FEN_PER_YUAN, lender
from leverage.terms import PositiveExact, ShareExact
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Rounding

__all__ = ["INSTRUMENT", "InterestSubsidyTerms"]

_DOWN = Rounding(mode="down")


class InterestSubsidyTerms(FrozenModel):
    """Which part of the yearly interest rate the budget pays, for how long, and how much of the line is used."""

    subsidy_rate_share: ShareExact
    loan_term_months: PositiveExact
    used_share: ShareExact


def contributions(terms: InterestSubsidyTerms, placement: Placement) -> Outcome:
    """How much do banks lend with the interest subsidised, at each stage?

    Raises
    ------
    InputError : a subsidy rate of nothing, which would carry any amount.
    """
    carried = _carried(terms, placement.money_fen)
    stages: dict[Stage, int] = {"announced": carried, "disbursed": share_of(carried, terms.used_share.value)}
    rows: list[Contribution] = []
    for stage, fen in stages.items():
        rows += placement.paid_in(stage)
        rows.append(
            placement.to_firms(
                stage, source_class="bank", amount_fen=fen, form="loan", term_months=terms.loan_term_months.value
            )
        )
    return Outcome(tuple(rows), conventions=(_NO_FINANCE,))


def _carried(terms: InterestSubsidyTerms, budget_fen: int) -> int:
    rate = Fraction(terms.subsidy_rate_share.value)
    if rate == 0:
        raise InputError.of(
            "terms.subsidy_rate_share", found="0", expected="a rate above 0, else the budget carries any amount"
        )
    return _DOWN.to_fen(budget_fen / (rate * Fraction(terms.loan_term_months.value) / 12))


def account(terms: InterestSubsidyTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """What is paid as subsidy in each quarter, and what is left of the budget?

    The subsidy of a loan is paid for its whole term when the loan is drawn.
    """
    lent_fen = reached_firms(contributions(terms, placement).contributions)
    budget = placement.vehicle
    years = Fraction(terms.loan_term_months.value) / 12
    cost = _DOWN.to_fen(lent_fen * Fraction(terms.subsidy_rate_share.value) * years)
    postings = [*paid_into(course, placement.lines, budget, at_once=True), *lent_to_firms(course, {"bank": lent_fen})]
    spent = 0
    for day, fen in zip(course.days, course.amounts(cost, "drawn_share"), strict=True):
        postings += paid(day, budget, FIRMS, "subsidy", fen)
        spent += fen
    left = placement.money_fen - spent
    postings += given_back(course.last_day, budget, placement.lines, left, account="capital")
    all_drawn = sum((row.drawn_share for row in course.quarters), Decimal(0)) == 1
    loss = PrincipalLoss(INSTRUMENT.principal_loss, spent, 0, spent > 0, all_drawn)
    return InstrumentAccount(Ledger.of(postings), tuple(placement.lines), loss, (_AT_ONCE,))


def paths(terms: InterestSubsidyTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """What is spent on each path? The same on all: the subsidy of a loan is paid when it is drawn, whatever follows."""
    lent = reached_firms(contributions(terms, placement).contributions) / FEN_PER_YUAN
    budget = placement.money_fen / FEN_PER_YUAN
    rate = float(terms.subsidy_rate_share.value) * float(terms.loan_term_months.value) / 12
    spent = lent * rate * course.drawn_share
    return PathMoney(
        paid_in=budget * course.available[None, :],
        back=course.at_end(budget - spent),
        reached=lent * course.drawn[None, :],
        held=by_path(0.0, course.paths),
        is_lost=np.full(course.paths, spent > 0),
        parties={"bank": lender(course, lent)},
    )


_NO_FINANCE = Label(
    "贴息降低企业成本，本身不是融资，不计入到达企业的资金；到达企业的是银行贷款",
    "a subsidy lowers the firm's cost and is no finance: what reaches firms is the banks' loans",
)
_AT_ONCE = Label(
    "每笔贷款整个期限的贴息在放款当季一次支付；余额期末退回，已付部分不收回",
    "the subsidy of a loan is paid for its whole term in the quarter it is drawn; what is left goes back at the end,"
    " what was paid does not",
)

INSTRUMENT = Instrument(
    id="interest_subsidy",
    label=Label("贴息", "interest subsidy"),
    question=Label("一笔贴息预算能承载多少银行贷款？", "How much bank lending does a budget for subsidies carry?"),
    terms_model=InterestSubsidyTerms,
    contributions=contributions,
    principal_loss=Label("已支付的贴息即为支出，全部不收回", "whatever is paid is spent and does not come back"),
    account=account,
    paths=paths,
)
