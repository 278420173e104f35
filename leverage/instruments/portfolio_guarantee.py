"""组合担保（设上限）: how large a loan portfolio does public money carry when guarantee calls are capped?

The money is set aside for calls; each loss is covered by a share, all calls together by a cap on the covered part:

    portfolio = money / (guaranteed share × cap share),      announced; × used share when disbursed
    calls     = min(guaranteed share × Σ loss, cap share × guaranteed share × portfolio lent)

Above the cap the bank bears everything. The principal is lost when calls reach the cap.

References
----------
EIF, COSME Loan Guarantee Facility, 2015: a guarantee rate on each loan and a cap rate on the covered portfolio.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from leverage.contribution import Contribution, Stage
from leverage.course import Course, given_back, lent_to_firms, paid_into, reached_firms
from leverage.instrument import Instrument, Outcome, Placement
from leverage.instrument_ledger import InstrumentAccount, Ledger, PrincipalLoss, paid
from leverage.limits import share_of
from leverage.path_money import PathCourse, PathMoney, at_least_whole, by_path
from leverage.path_parties import FEN_PER_YUAN, lender
from leverage.terms import PositiveExact, ShareExact
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Rounding

__all__ = ["INSTRUMENT", "PortfolioGuaranteeTerms"]

_DOWN = Rounding(mode="down")


class PortfolioGuaranteeTerms(FrozenModel):
    """Which share of each loss is covered, up to which share of the covered portfolio, and how much of it is built."""

    guaranteed_share: ShareExact
    cap_of_guaranteed_share: ShareExact
    used_share: ShareExact
    loan_term_months: PositiveExact


def contributions(terms: PortfolioGuaranteeTerms, placement: Placement) -> Outcome:
    """How large a portfolio do banks lend under the guarantee, at each stage?

    Raises
    ------
    InputError : a guarantee or a cap of nothing, which would carry any amount.
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
    stated = tuple(placement.exposure(stage, _cap(terms, fen)) for stage, fen in stages.items())
    return Outcome(tuple(rows), stated, (_SET_ASIDE,))


def _carried(terms: PortfolioGuaranteeTerms, money_fen: int) -> int:
    share = Fraction(terms.guaranteed_share.value) * Fraction(terms.cap_of_guaranteed_share.value)
    if share == 0:
        raise InputError.of(
            "terms.guaranteed_share and cap_of_guaranteed_share",
            found="0",
            expected="shares above 0, else the money carries any amount",
        )
    return _DOWN.to_fen(money_fen / share)


def _cap(terms: PortfolioGuaranteeTerms, lent_fen: int) -> int:
    return share_of(lent_fen, terms.guaranteed_share.value, terms.cap_of_guaranteed_share.value)


def account(terms: PortfolioGuaranteeTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """What is called under the guarantee in each quarter, and what is left of the money at the end?"""
    lent_fen, aside = reached_firms(contributions(terms, placement).contributions), placement.vehicle
    postings = [*paid_into(course, placement.lines, aside, at_once=True), *lent_to_firms(course, {"bank": lent_fen})]
    cap = _cap(terms, sum(course.amounts(lent_fen, "drawn_share")))
    called = 0
    for day, due in zip(course.days, course.up_to(lent_fen, "lost_share", terms.guaranteed_share.value), strict=True):
        call = min(due, cap - called)
        called += call
        postings += paid(day, aside, "bank", "compensation", call)
    left = placement.money_fen - called
    postings += given_back(course.last_day, aside, placement.lines, left, account="capital")
    loss = PrincipalLoss(INSTRUMENT.principal_loss, called, cap, called >= cap > 0, course.is_resolved)
    return InstrumentAccount(Ledger.of(postings), tuple(placement.lines), loss, (_SET_ASIDE,))


def paths(terms: PortfolioGuaranteeTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """What is called on each path? min(guaranteed share · Σ loss, cap, paid in so far): calls wait for the money."""
    lent_fen = reached_firms(contributions(terms, placement).contributions)
    lent, money = lent_fen / FEN_PER_YUAN, placement.money_fen / FEN_PER_YUAN
    covered = float(terms.guaranteed_share.value) * lent
    cap = covered * float(terms.cap_of_guaranteed_share.value) * course.drawn_share
    limit = np.minimum(cap, money * np.cumsum(course.available))
    called = np.minimum(covered * np.cumsum(course.lost, axis=1), limit)[:, -1]
    return PathMoney(
        paid_in=money * course.available[None, :],
        back=course.at_end(money - called),
        reached=lent * course.drawn[None, :],
        held=by_path(0.0, course.paths),
        is_lost=at_least_whole(called, cap) & (cap > 0),
        parties={"bank": lender(course, lent, received=called)},
    )


_SET_ASIDE = Label(
    "公共资金全额备付，代偿以上限为限，超出部分由银行承担；担保费不在账内，余额期末退回",
    "the money is set aside in full, calls end at the cap and banks bear what is above; no premium is counted, the rest"
    " goes back at the end",
)

INSTRUMENT = Instrument(
    id="portfolio_guarantee",
    label=Label("组合担保（设上限）", "capped portfolio guarantee"),
    question=Label(
        "一笔备付金在设代偿上限时能承载多大的贷款组合？",
        "How large a loan portfolio does money carry when guarantee calls are capped?",
    ),
    terms_model=PortfolioGuaranteeTerms,
    contributions=contributions,
    principal_loss=Label("代偿累计达到上限", "calls add up to the cap"),
    account=account,
    paths=paths,
)
