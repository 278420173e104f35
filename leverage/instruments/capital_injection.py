"""资本金注入: how much finance reaches firms when public money becomes the capital of an institution?

Three recipients, three mechanisms:

- ``lender``: the capital and borrowed money are lent. lent = used share × min(multiple × capital, amount cap);
  whatever exceeds the capital is borrowed from ``funding_class``. The capital itself is lent, so it reaches firms.
- ``guarantor``: the capital stands behind guarantees. liability = min(multiple × capital, amount cap), loans =
  liability / guaranteed share of a loan; banks lend, the capital reaches no firm.
- ``operating_company``: the capital is the finance. There is no lever.

Investment of the firms = loans / average share of a project that the lenders carry.

Over time: a guarantor pays its share of what banks write off, up to its capital; a lender bears the loss itself and
pays its funders first; an operating company gives back what the course says. Income (premia, interest) is not in it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from leverage.contribution import Contribution, Stage, StatedAmount
from leverage.course import Course, invested_in_firms, lent_to_firms, other_payers, paid_into, reached_firms
from leverage.instrument import Instrument, Outcome, Placement
from leverage.instrument_ledger import (
    InstrumentAccount,
    Ledger,
    Posting,
    PrincipalLoss,
    below_one,
    paid,
)
from leverage.limits import lesser_of, share_of, whole_behind_share
from leverage.path_money import PathCourse, PathMoney, at_least_whole, by_path
from leverage.path_parties import FEN_PER_YUAN, lender, payer
from leverage.source_classes import SourceClassId
from leverage.terms import MoneyFigure, PositiveExact, ShareExact
from valuation.errors import RefusalError
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["INSTRUMENT", "CapitalTerms"]

_LIABILITY_MAX = "guarantee_liability_per_net_assets_max_multiple"
_LIABILITY_NAMES = (f"{_LIABILITY_MAX}.general", f"{_LIABILITY_MAX}.small_and_agricultural")


class _Lending(FrozenModel):
    multiple: PositiveExact
    amount_cap: MoneyFigure | None = None
    signed_line: MoneyFigure | None = None
    used_share: ShareExact
    loan_term_months: PositiveExact
    average_lender_share_of_project: ShareExact | None = None


class LenderTerms(_Lending):
    """A lender: ``multiple`` is lending per capital; ``funding_class`` says whose money it borrows."""

    recipient: Literal["lender"]
    funding_class: SourceClassId


class GuarantorTerms(_Lending):
    """A guarantor: ``multiple`` is liability per capital; it covers ``guaranteed_share`` of each loan.

    ``serves`` decides which limit of liability applies to it.
    """

    recipient: Literal["guarantor"]
    serves: Literal["general", "small_and_agricultural"]
    guaranteed_share: ShareExact


class OperatingCompanyTerms(FrozenModel):
    """A company that uses the capital itself."""

    recipient: Literal["operating_company"]


class CapitalTerms(FrozenModel):
    """Terms of a capital injection: into what, and what the recipient does with it."""

    into: Annotated[LenderTerms | GuarantorTerms | OperatingCompanyTerms, Field(discriminator="recipient")]


def contributions(terms: CapitalTerms, placement: Placement) -> Outcome:
    """How much finance reaches firms at each stage once the capital is paid in?

    Raises
    ------
    RefusalError : the guarantor's liability would exceed a named policy's multiple of its net assets.
    """
    if isinstance(terms.into, LenderTerms):
        return _lender(terms.into, placement)
    if isinstance(terms.into, GuarantorTerms):
        return _guarantor(terms.into, placement)
    return _operating_company(placement)


def _lender(terms: LenderTerms, placement: Placement) -> Outcome:
    rows: list[Contribution] = []
    stated: list[StatedAmount] = []
    for stage, fen in _line(terms, placement).items():
        rows += placement.paid_in(stage)
        borrowed = max(0, fen - placement.money_fen)
        rows.append(placement.into_vehicle(stage, source_class=terms.funding_class, amount_fen=borrowed, form="loan"))
        rows.append(_loan(terms, placement, stage=stage, amount_fen=fen, payer=placement.allocation))
        stated += _investment(terms, placement, stage=stage, lent_fen=fen)
    return Outcome(tuple(rows), tuple(stated), (_CAPITAL_IS_LENT, _BALANCE), _signed_warnings(terms))


def _guarantor(terms: GuarantorTerms, placement: Placement) -> Outcome:
    rules = _liability_rules(terms, placement)
    rows: list[Contribution] = []
    stated: list[StatedAmount] = []
    for stage, liability in _line(terms, placement).items():
        lent = whole_behind_share(liability, share=terms.guaranteed_share.value, field="terms.into.guaranteed_share")
        rows += placement.paid_in(stage)
        rows.append(_loan(terms, placement, stage=stage, amount_fen=lent, source_class="bank"))
        stated.append(placement.exposure(stage, liability))
        stated += _investment(terms, placement, stage=stage, lent_fen=lent)
    return Outcome(tuple(rows), tuple(stated), (_CAPITAL_STANDS_BEHIND, _BALANCE), _signed_warnings(terms), rules)


def _operating_company(placement: Placement) -> Outcome:
    """Pay the capital straight to the firm: a vehicle would only pass it on."""
    stages: tuple[Stage, ...] = ("announced", "disbursed")
    rows = tuple(
        Contribution(
            amount_fen=money.amount_fen,
            stage=stage,
            layer="firm",
            form="equity",
            instrument=placement.instrument,
            allocation=placement.allocation,
            source_class=money.source_class,
        )
        for stage in stages
        for money in placement.money
    )
    return Outcome(rows, conventions=(_NO_LEVER,))


def _line(terms: LenderTerms | GuarantorTerms, placement: Placement) -> dict[Stage, int]:
    """How large is the line at each stage: by multiple and cap, by signature, in use? Fen."""
    cap = None if terms.amount_cap is None else terms.amount_cap.fen
    announced = lesser_of(multiple=terms.multiple.value, base_fen=placement.money_fen, amount_cap_fen=cap).amount_fen
    signed = None if terms.signed_line is None else terms.signed_line.fen
    line: dict[Stage, int] = {"announced": announced}
    if signed is not None:
        line["signed"] = signed
    line["disbursed"] = share_of(announced if signed is None else signed, terms.used_share.value)
    return line


def _loan(
    terms: LenderTerms | GuarantorTerms,
    placement: Placement,
    *,
    stage: Stage,
    amount_fen: int,
    payer: str | None = None,
    source_class: str | None = None,
) -> Contribution:
    return Contribution(
        amount_fen=amount_fen,
        stage=stage,
        layer="firm",
        form="loan",
        instrument=placement.instrument,
        allocation=placement.allocation,
        payer=payer,
        source_class=source_class,
        term_months=terms.loan_term_months.value,
    )


def _investment(
    terms: LenderTerms | GuarantorTerms, placement: Placement, *, stage: Stage, lent_fen: int
) -> list[StatedAmount]:
    if terms.average_lender_share_of_project is None:
        return []
    share = terms.average_lender_share_of_project.value
    field = "terms.into.average_lender_share_of_project"
    return [placement.investment(stage, whole_behind_share(lent_fen, share=share, field=field))]


def _liability_rules(terms: GuarantorTerms, placement: Placement) -> tuple[DatedValue, ...]:
    name = f"{_LIABILITY_MAX}.{terms.serves}"
    tables = [table for table in placement.policies.values() if table.has(name)]
    rules = tuple(table.value(name, on=placement.policy_date) for table in tables)
    for rule in rules:
        assert isinstance(rule.value, Decimal | int), "limits are numbers"
        if terms.multiple.value > rule.value:
            raise RefusalError.of(
                "terms.into.multiple",
                found=terms.multiple.value,
                expected=f"at most {rule.value} ({rule.source.citation})",
                advice="Lower the multiple; the liability of a guarantor is limited by its net assets",
            )
    return rules


def _signed_warnings(terms: LenderTerms | GuarantorTerms) -> tuple[NamedWarning, ...]:
    if terms.signed_line is not None:
        return ()
    text = Label(
        "未说明已签约额度：已用额度按公布额度计算，不出具“已签约”口径的倍数",
        "no signed line is stated: the used share is taken of the announced line, and there is no ladder at the"
        " stage signed",
    )
    return (NamedWarning("signed_not_stated", text),)


# --- over time --------------------------------------------------------------------------------------------


def account(terms: CapitalTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """What does the institution receive, pay and lose in each quarter, and is the capital lost?"""
    if isinstance(terms.into, LenderTerms):
        return _lender_account(terms.into, placement, course)
    if isinstance(terms.into, GuarantorTerms):
        return _guarantor_account(terms.into, placement, course)
    return _company_account(placement, course)


def _guarantor_account(terms: GuarantorTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """Pay Σ (guaranteed share × written off), up to the capital; what is left stays with the guarantor."""
    lent_fen = reached_firms(_guarantor(terms, placement).contributions)
    called = course.up_to(lent_fen, "lost_share", terms.guaranteed_share.value)
    postings = [*paid_into(course, placement.lines, placement.vehicle, at_once=True)]
    postings += lent_to_firms(course, {"bank": lent_fen})
    left = placement.money_fen
    for day, claim in zip(course.days, called, strict=True):
        payment = min(claim, left)
        left -= payment
        postings += paid(day, placement.vehicle, "bank", "compensation", payment)
    return _found(placement, course, postings, measured_fen=sum(called), is_lost=sum(called) >= placement.money_fen)


def _lender_account(terms: LenderTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """Lend capital and borrowings; what firms repay goes to the funders first, what they do not hits the capital."""
    rows = _lender(terms, placement).contributions
    lent_fen, vehicle = reached_firms(rows), placement.vehicle
    borrowed = sum(other_payers(rows, lines=placement.by_class).values())
    postings = [*paid_into(course, placement.lines, vehicle, at_once=True)]
    postings += lent_to_firms(course, {vehicle: lent_fen})
    owed = 0
    repaid, lost = (course.amounts(lent_fen, kind) for kind in ("repaid_share", "lost_share"))
    for place, call in enumerate(course.amounts(borrowed, "drawn_share", up=True)):
        postings += paid(course.days[place], terms.funding_class, vehicle, "loan", call)
        back = min(owed + call, repaid[place])
        owed += call - back
        postings += paid(course.days[place], vehicle, terms.funding_class, "loan", back)
    return _found(placement, course, postings, measured_fen=sum(lost), is_lost=sum(lost) >= placement.money_fen)


def _company_account(placement: Placement, course: Course) -> InstrumentAccount:
    ledger = Ledger.of(invested_in_firms(course, placement.lines, commit=True))
    loss = below_one(ledger, placement.lines, definition=INSTRUMENT.principal_loss, is_final=course.is_resolved)
    return InstrumentAccount(ledger, tuple(placement.lines), loss, (_NO_LEVER,))


def _found(
    placement: Placement, course: Course, postings: list[Posting], *, measured_fen: int, is_lost: bool
) -> InstrumentAccount:
    loss = PrincipalLoss(INSTRUMENT.principal_loss, measured_fen, placement.money_fen, is_lost, course.is_resolved)
    return InstrumentAccount(Ledger.of(postings), tuple(placement.lines), loss, (_WITHOUT_INCOME,))


# --- on many paths ----------------------------------------------------------------------------------------


def paths(terms: CapitalTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """What does the institution pay and lose on each path, and what is left of the capital?"""
    if isinstance(terms.into, LenderTerms):
        return _lender_paths(terms.into, placement, course)
    if isinstance(terms.into, GuarantorTerms):
        return _guarantor_paths(terms.into, placement, course)
    return _company_paths(placement, course)


def _guarantor_paths(terms: GuarantorTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """Pay min(Σ guaranteed share · loss, capital paid in so far); the rest of the capital stays with the guarantor."""
    lent = reached_firms(_guarantor(terms, placement).contributions) / FEN_PER_YUAN
    capital = placement.money_fen / FEN_PER_YUAN
    called = float(terms.guaranteed_share.value) * lent * np.cumsum(course.lost, axis=1)
    compensated = np.minimum(called, capital * np.cumsum(course.available))[:, -1]
    return PathMoney(
        paid_in=capital * course.available[None, :],
        back=course.at_end(0.0),
        reached=lent * course.drawn[None, :],
        held=capital - compensated,
        is_lost=at_least_whole(called[:, -1], capital),
        parties={"bank": lender(course, lent, received=compensated)},
    )


def _lender_paths(terms: LenderTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """What firms repay goes to the funders first; what is left in the end is held."""
    rows = _lender(terms, placement).contributions
    lent, capital = reached_firms(rows) / FEN_PER_YUAN, placement.money_fen / FEN_PER_YUAN
    borrowed = sum(other_payers(rows, lines=placement.by_class).values()) / FEN_PER_YUAN
    owed = np.zeros(course.paths)
    for quarter, call in enumerate(borrowed * course.drawn):
        owed = owed + call - np.minimum(owed + call, lent * course.repaid[:, quarter])
    lost = lent * course.lost.sum(axis=1)
    # Capital less what firms lost, of which the funders bear what they are still owed at the end.
    held = capital - (lost - owed)
    funders = payer(borrowed * course.drawn_share, borrowed * course.drawn_share - owed)
    return PathMoney(
        paid_in=capital * course.available[None, :],
        back=course.at_end(0.0),
        reached=lent * course.drawn[None, :],
        held=held,
        is_lost=at_least_whole(lost, capital),
        parties={terms.funding_class: funders} if borrowed else {},
    )


def _company_paths(placement: Placement, course: PathCourse) -> PathMoney:
    own, back = placement.money_fen / FEN_PER_YUAN, course.repaid + course.gain
    return PathMoney(
        paid_in=own * course.drawn[None, :],
        back=own * back,
        reached=own * course.drawn[None, :],
        held=by_path(0.0, course.paths),
        is_lost=~at_least_whole(back.sum(axis=1), course.drawn_share),
    )


_WITHOUT_INCOME = Label(
    "资本金首日一次到位；机构原有净资产、担保费与利息收入不在账内，代偿与核销以注入的资本金为限；剩余资本金留在机构",
    "the capital is paid in on the first day; the institution's earlier net assets, premia and interest are not in the"
    " account; calls and write-offs are met by the capital alone, and what is left of it stays with the institution",
)
_CAPITAL_IS_LENT = Label(
    "资本金与借入资金一并放贷：贷款＝资本金＋借入资金，资本金按比例到达企业",
    "capital and borrowed money are lent together: lending = capital + borrowings, the capital reaches firms pro rata",
)
_CAPITAL_STANDS_BEHIND = Label(
    "资本金作为担保责任的后盾留在担保机构；银行放贷，贷款＝担保责任÷担保比例",
    "the capital stays with the guarantor behind its liability; banks lend, loans = liability / guaranteed share",
)
_BALANCE = Label(
    "额度按余额计一次，不按循环发放累计；倍数只按新注入资本计，不计机构原有净资产",
    "the line counts once as a balance, not by turnover; the multiple is on the new capital, not on the"
    " institution's earlier net assets",
)
_NO_LEVER = Label(
    "注入经营性企业的资本金本身就是融资，没有杠杆",
    "capital paid into an operating company is itself the finance; there is no lever",
)

INSTRUMENT = Instrument(
    id="capital_injection",
    label=Label("资本金注入", "capital injection"),
    question=Label(
        "公共资金成为机构资本金后，多少资金到达企业？",
        "How much finance reaches firms when public money becomes an institution's capital?",
    ),
    terms_model=CapitalTerms,
    contributions=contributions,
    principal_loss=Label(
        "担保机构：应代偿额累计达到注入的资本金；放贷机构：核销累计达到注入的资本金；经营性企业：收回低于投入（不足1倍）",
        "guarantor: calls under guarantees add up to the capital paid in; lender: write-offs add up to it;"
        " operating company: less comes back than was paid in (below 1x)",
    ),
    policy_parameters=_LIABILITY_NAMES,
    account=account,
    paths=paths,
)
