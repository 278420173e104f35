"""股权投资: public money takes shares in firms itself, beside co-investors; how much finance reaches firms?

No vehicle stands between: what the programme invests is the finance, and co-investors add theirs.

    finance = deployed share × (money placed + co-investment)

Co-investment that was agreed without the programme's money is displacement and is stated as such in the scenario. The
principal is lost when, at the end, less has come back than was paid in (below 1x).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from leverage.contribution import Stage
from leverage.course import Course, invested_in_firms, other_payers
from leverage.instrument import Instrument, Outcome, Placement
from leverage.instrument_ledger import InstrumentAccount, Ledger, below_one
from leverage.limits import share_of
from leverage.path_money import PathCourse, PathMoney, at_least_whole, by_path
from leverage.path_parties import FEN_PER_YUAN, payer
from leverage.terms import AmountByClass, MoneyFigure, ShareExact
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["INSTRUMENT", "DirectEquityTerms"]


class DirectEquityTerms(FrozenModel):
    """Who invests beside the programme, how much of all of it has been paid to firms, and what the firms invest."""

    co_investors: Annotated[tuple[AmountByClass, ...], Field(max_length=100)] = ()
    deployed_share: ShareExact
    investment_of_firms: MoneyFigure | None = None


def contributions(terms: DirectEquityTerms, placement: Placement) -> Outcome:
    """How much equity reaches firms, and whose is it?"""
    payers = [(row.source_class, row.amount_fen) for row in placement.money]
    payers += [(row.source_class, row.amount.fen) for row in terms.co_investors]
    deployed = terms.deployed_share.value
    shares: dict[Stage, Decimal] = {"announced": Decimal(1), "disbursed": deployed}
    rows = [
        placement.to_firms(stage, source_class=name, amount_fen=share_of(fen, share), form="equity")
        for stage, share in shares.items()
        for name, fen in payers
    ]
    stated = []
    if terms.investment_of_firms is not None:
        whole = terms.investment_of_firms.fen
        stated.append(placement.investment("announced", whole))
        stated.append(placement.investment("disbursed", share_of(whole, deployed)))
    return Outcome(tuple(rows), tuple(stated), (_DIRECT,))


def account(terms: DirectEquityTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """What do the investors pay to firms in each quarter, and what comes back?"""
    deployed = terms.deployed_share.value
    lines = {name: share_of(fen, deployed) for name, fen in placement.lines.items()}
    rows = contributions(terms, placement).contributions
    by_class: dict[str, int] = {}
    for money in placement.money:
        by_class[money.source_class] = by_class.get(money.source_class, 0) + share_of(money.amount_fen, deployed)
    holders = {**lines, **other_payers(rows, lines=by_class)}
    ledger = Ledger.of(invested_in_firms(course, holders, commit=True))
    loss = below_one(ledger, lines, definition=INSTRUMENT.principal_loss, is_final=course.is_resolved)
    return InstrumentAccount(ledger, tuple(lines), loss, (_ALIKE,))


def paths(terms: DirectEquityTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """What do the investors pay and get on each path? All share alike."""
    deployed = float(terms.deployed_share.value)
    own = placement.money_fen / FEN_PER_YUAN * deployed
    others: dict[str, float] = {}
    for row in terms.co_investors:
        others[row.source_class] = others.get(row.source_class, 0.0) + row.amount.fen / FEN_PER_YUAN * deployed
    back = course.repaid + course.gain
    whole = back.sum(axis=1)
    return PathMoney(
        paid_in=own * course.drawn[None, :],
        back=own * back,
        reached=(own + sum(others.values())) * course.drawn[None, :],
        held=by_path(0.0, course.paths),
        is_lost=~at_least_whole(whole, course.drawn_share),
        parties={name: payer(paid * course.drawn_share, paid * whole) for name, paid in others.items()},
    )


_DIRECT = Label(
    "公共资金直接入股企业，没有载体与管理费；跟投按所述金额计入其他资金，是否本来就会发生由替代比例说明",
    "public money takes shares itself, without vehicle or fee; co-investment counts as stated, and whether it would"
    " have come anyway is for the displacement to say",
)
_ALIKE = Label("各投资人按出资比例同股同权", "all investors share alike, by what they paid")

INSTRUMENT = Instrument(
    id="direct_equity",
    label=Label("股权投资", "direct equity"),
    question=Label(
        "公共资金直接入股，连同跟投有多少到达企业？",
        "How much finance reaches firms when public money takes shares itself?",
    ),
    terms_model=DirectEquityTerms,
    contributions=contributions,
    principal_loss=Label("收回总额低于投入（不足1倍）", "less comes back than was paid in (below 1x)"),
    account=account,
    paths=paths,
)
