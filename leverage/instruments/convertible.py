"""可转债与股权回购: public money finances firms and comes back with a return agreed beforehand.

Two ways, one arithmetic:

- ``convertible``: lent at a rate; a converted share becomes equity, whose gain the course states, the rest is repaid
  with interest for the time it was out.
- ``buy_back``: paid as equity; the firm or its founders buy it back at cost plus simple interest.

    repaid in quarter q:  principal × (1 + rate · quarters out / 4),  oldest money first

There is no lever beyond co-investors. A return that is promised whatever happens would be debt dressed as equity
(明股实债): a buy-back is paid only out of what the course says firms repay. The principal is lost when less comes back
than was paid in, interest and gains counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic_core import PydanticCustomError

from leverage.contribution import Form, Stage
from leverage.course import Course
from leverage.instrument import Instrument, Outcome, Placement
from leverage.instrument_ledger import (
    FIRMS,
    Account,
    InstrumentAccount,
    Ledger,
    Posting,
    below_one,
    committed,
    drawn,
    paid,
    written_off,
)
from leverage.limits import share_of
from leverage.path_money import PathCourse, PathMoney, at_least_whole, by_path
from leverage.path_parties import FEN_PER_YUAN
from leverage.terms import AmountByClass, PositiveExact, ShareExact
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.money import Rounding

__all__ = ["INSTRUMENT", "ConvertibleTerms"]

Array = NDArray[np.float64]

_DOWN = Rounding(mode="down")


class ConvertibleTerms(FrozenModel):
    """Which way, at which yearly rate and for how long; who finances beside; how much has been paid out.

    ``converted_share`` : the part of what is repaid that becomes equity instead of earning interest; convertible only.
    """

    way: Literal["convertible", "buy_back"]
    rate_share: ShareExact
    term_months: PositiveExact
    deployed_share: ShareExact
    converted_share: ShareExact | None = None
    co_investors: Annotated[tuple[AmountByClass, ...], Field(max_length=100)] = ()

    def model_post_init(self, context: object) -> None:
        """Refuse a conversion of what is bought back, and a convertible that does not say what converts."""
        del context
        if (self.way == "convertible") == (self.converted_share is None):
            raise PydanticCustomError("convertible", "converted_share for a convertible, and for no buy_back")


def contributions(terms: ConvertibleTerms, placement: Placement) -> Outcome:
    """How much finance reaches firms, and in which form?"""
    form: Form = "loan" if terms.way == "convertible" else "equity"
    term = terms.term_months.value if form == "loan" else None
    payers = [(row.source_class, row.amount_fen, form, term) for row in placement.money]
    payers += [(row.source_class, row.amount.fen, "equity", None) for row in terms.co_investors]
    shares: dict[Stage, Decimal] = {"announced": Decimal(1), "disbursed": terms.deployed_share.value}
    rows = tuple(
        placement.to_firms(stage, source_class=name, amount_fen=share_of(fen, share), form=of_form, term_months=months)
        for stage, share in shares.items()
        for name, fen, of_form, months in payers
    )
    return Outcome(rows, conventions=(_NO_LEVER,))


def account(terms: ConvertibleTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """What do the lines pay out in each quarter, and what comes back with interest or as gain?"""
    postings: list[Posting] = []
    for name, fen in placement.lines.items():
        postings += _line(terms, course, name, share_of(fen, terms.deployed_share.value))
    ledger = Ledger.of(postings)
    loss = below_one(ledger, placement.lines, definition=INSTRUMENT.principal_loss, is_final=course.is_resolved)
    return InstrumentAccount(ledger, tuple(placement.lines), loss, (_OLDEST_FIRST,))


def _line(terms: ConvertibleTerms, course: Course, name: str, fen: int) -> list[Posting]:
    claim: Account = "loan" if terms.way == "convertible" else "capital"
    converted = Decimal(0) if terms.converted_share is None else terms.converted_share.value
    # Whoever sells its shares back has no part in their gain; a convertible has it on what converts.
    gains = course.amounts(share_of(fen, converted), "gain_share")
    called, back, lost = (course.amounts(fen, kind) for kind in ("drawn_share", "repaid_share", "lost_share"))
    rate = Fraction(terms.rate_share.value) * (1 - Fraction(converted))
    interest = _interest(called, back, lost, rate=rate)
    postings = [*committed(course.first_day, name, FIRMS, fen)]
    for place, day in enumerate(course.days):
        postings += drawn(day, name, FIRMS, claim, called[place])
        postings += paid(day, FIRMS, name, claim, back[place])
        postings += paid(day, FIRMS, name, "interest", interest[place])
        postings += paid(day, FIRMS, name, "gain", gains[place])
        postings += written_off(day, name, FIRMS, claim, lost[place])
    return postings


def paths(terms: ConvertibleTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """What comes back on each path, with interest for the time it was out or as gain of what converts?"""
    deployed = float(terms.deployed_share.value)
    own = placement.money_fen / FEN_PER_YUAN * deployed
    others = sum(row.amount.fen for row in terms.co_investors) / FEN_PER_YUAN * deployed
    converted = 0.0 if terms.converted_share is None else float(terms.converted_share.value)
    rate = float(terms.rate_share.value) * (1 - converted)
    back = course.repaid + rate / 4 * _quarters_out(course) + converted * course.gain
    return PathMoney(
        paid_in=own * course.drawn[None, :],
        back=own * back,
        reached=(own + others) * course.drawn[None, :],
        held=by_path(0.0, course.paths),
        is_lost=~at_least_whole(back.sum(axis=1), course.drawn_share),
    )


def _pays_interest(terms: ConvertibleTerms) -> bool:
    converted = Decimal(0) if terms.converted_share is None else terms.converted_share.value
    return terms.rate_share.value * (1 - converted) > 0


def _quarters_out(course: PathCourse) -> Array:
    """Σ share × quarters it was out, of what is repaid in each quarter; oldest money first, ``(paths, quarters)``.

    A(x) = ∫ draw quarter of the yuan in the order of draws; what is repaid in quarter q is those from all that ended
    before, E, to E + repaid, so that Σ = q · repaid − (A(E + repaid) − A(E)).
    """
    place = np.arange(len(course.drawn))
    drawn = np.concatenate([[0.0], np.cumsum(course.drawn)])
    area = np.concatenate([[0.0], np.cumsum(course.drawn * place)])
    ended = np.cumsum(course.repaid + course.lost, axis=1)
    before = ended - course.repaid - course.lost
    found: Array = place * course.repaid - (
        np.interp(before + course.repaid, drawn, area) - np.interp(before, drawn, area)
    )
    return found


def _interest(called: Sequence[int], back: Sequence[int], lost: Sequence[int], *, rate: Fraction) -> list[int]:
    """How much simple interest is due with what is repaid in each quarter? Oldest money first, whole fen.

    What is written off leaves, oldest first, without interest.
    """
    out: deque[list[int]] = deque()
    interest = []
    for place, fen in enumerate(called):
        out.append([place, fen])
        fen_quarters = _taken(out, back[place], place)
        _taken(out, lost[place], place)
        interest.append(_DOWN.to_fen(fen_quarters * rate / 4))
    return interest


def _taken(out: deque[list[int]], amount: int, place: int) -> int:
    """Take an amount from the oldest money that is out; give back Σ amount × quarters it was out."""
    fen_quarters = 0
    while amount:
        part = min(amount, out[0][1])
        fen_quarters += part * (place - out[0][0])
        out[0][1] -= part
        amount -= part
        if not out[0][1]:
            out.popleft()
    return fen_quarters


_NO_LEVER = Label(
    "公共资金本身就是融资，杠杆只来自跟投；不承诺保底收益，回购本金只来自企业实际回款，约定利息在其外另付",
    "the public money is itself the finance, only co-investors add to it; no return is guaranteed, a buy-back is paid"
    " out of what firms repay, the agreed interest beside it",
)
_OLDEST_FIRST = Label(
    "利息按单利、按季计，先投先还；核销部分不计息",
    "simple interest by the quarter, oldest money repaid first; what is written off earns nothing",
)

INSTRUMENT = Instrument(
    id="convertible",
    label=Label("可转债与股权回购", "convertible and buy-back"),
    question=Label(
        "以可转债或约定回购的股权支持企业，资金何时收回、收回多少？",
        "What comes back, and when, from convertible loans or shares that are bought back?",
    ),
    terms_model=ConvertibleTerms,
    contributions=contributions,
    principal_loss=Label(
        "本金、利息与转股收益合计低于投入（不足1倍）",
        "principal, interest and gains together stay below what was paid in (below 1x)",
    ),
    account=account,
    paths=paths,
    pays_beside=_pays_interest,
)
