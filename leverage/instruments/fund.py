"""组建基金: how large a fund do public commitments call up, and how much of it reaches firms?

A limited partnership. The programme's money is one partner's commitment; the other partners are stated either as
amounts, or by the share of the fund that the programme's money makes up. Fees over the life of the fund never
reach a firm:

    invested = (1 − lifetime fee share) × money paid in × deployed share

Where the programme's money goes through a parent fund, the parent takes its own fee and what is left is the
programme's commitment to the fund; look-through counts each yuan once, at the firm.

Over time calls follow the draws of the course, fees are taken with each call, and what firms bring is distributed in
the same quarter by the money paid in, before any carry: concessions and carry belong to a waterfall.

At ``announced`` and ``signed`` all partners' commitments count and everything after fees is planned to be
invested; at ``disbursed`` the others have paid in only their paid-in share, and only the deployed share is invested.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic_core import PydanticCustomError

from leverage.contribution import Contribution, Stage
from leverage.course import Course, distributed, invested_in_firms, other_payers, paid_into, reached_firms
from leverage.fund_paths import FundGrowth
from leverage.instrument import Instrument, Outcome, Placement
from leverage.instrument_ledger import MANAGER, InstrumentAccount, Ledger, Posting, below_one, paid
from leverage.ladder import ratio_text
from leverage.limits import share_of, whole_behind_share
from leverage.path_money import PartyMoney, PathCourse, PathMoney, at_least_whole, by_path
from leverage.path_parties import FEN_PER_YUAN, in_yuan, payer
from leverage.source_classes import SOURCE_CLASSES
from leverage.terms import AmountByClass, PositiveExact, ShareExact, ShareOfRest
from valuation.errors import RefusalError
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import NOT_EMPTY, Day, FrozenModel
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import split_fen

__all__ = ["INSTRUMENT", "FundTerms"]

_MIN_SHARE = "government_share_min_share"
_MAX_SHARE = "government_share_max_share"
_BINDING = "government_share_binding"
_INVESTED = "invested_per_government_min_multiple"
_REINVESTMENT = "local_reinvestment_direction"


class ParentTerms(FrozenModel):
    """A parent fund between the programme and the fund: what its own fee takes of the programme's money."""

    lifetime_fee_share: ShareExact


class FundTerms(FrozenModel):
    """Terms of a fund: who else commits, what fees take, how much is paid in and invested.

    Either ``other_partners`` (amounts), or ``programme_share`` with ``partner_mix`` (shares of the rest, adding
    up to one). With ``parent`` the fund is a sub-fund. ``local_reinvestment_multiple`` (返投) is off unless stated;
    ``established_on`` tells whether the rules for new funds speak of it.
    """

    parent: ParentTerms | None = None
    established_on: Day | None = None

    other_partners: Annotated[tuple[AmountByClass, ...], Field(max_length=100), *NOT_EMPTY] | None = None
    programme_share: ShareExact | None = None
    partner_mix: Annotated[tuple[ShareOfRest, ...], Field(max_length=100), *NOT_EMPTY] | None = None
    lifetime_fee_share: ShareExact
    partners_signed_share: ShareExact | None = None
    partners_paid_in_share: ShareExact
    deployed_share: ShareExact
    local_reinvestment_multiple: PositiveExact | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse terms that name the other partners in both ways or in neither."""
        del context
        by_share = self.programme_share is not None and self.partner_mix is not None
        if by_share == (self.other_partners is not None) or (self.programme_share is None) != (
            self.partner_mix is None
        ):
            raise PydanticCustomError("partners", "either other_partners, or programme_share together with partner_mix")
        if self.programme_share is not None and self.programme_share.value < Decimal("0.001"):
            raise PydanticCustomError("partners", "a programme_share of 0.001 or more")
        mix = sum((row.share_of_rest.value for row in self.partner_mix or ()), Decimal(0))
        if self.partner_mix is not None and mix != 1:
            raise PydanticCustomError("partners", "partner_mix shares adding up to 1, not {s}", {"s": str(mix)})


def contributions(terms: FundTerms, placement: Placement) -> Outcome:
    """Who commits what to the fund, and how much of it reaches firms at each stage?

    Raises
    ------
    RefusalError : the terms break a policy that binds strictly.
    """
    partners = _partners(terms, _commitment(terms, placement))
    shares = {"announced": Decimal(1), "disbursed": terms.partners_paid_in_share.value}
    if terms.partners_signed_share is not None:
        shares["signed"] = terms.partners_signed_share.value
    rows: list[Contribution] = []
    for stage in ("announced", "signed", "disbursed"):
        if stage in shares:
            rows += _stage_rows(terms, placement, partners, stage=stage, paid_share=shares[stage])
    rules, warnings = _policy_checks(terms, placement, partners)
    return Outcome(
        contributions=tuple(rows),
        conventions=_CONVENTIONS,
        warnings=(*warnings, *_stage_warnings(terms)),
        rules_used=rules,
    )


def _commitment(terms: FundTerms, placement: Placement) -> int:
    """What the programme's money commits to the fund, after a parent's fee. Fen."""
    if terms.parent is None:
        return placement.money_fen
    left = share_of(placement.money_fen, 1 - terms.parent.lifetime_fee_share.value)
    if left == 0:
        raise RefusalError.of(
            "terms.parent.lifetime_fee_share",
            found=terms.parent.lifetime_fee_share.value,
            expected="a fee that leaves something to commit",
            advice="Check the parent's fee; it is a share of all it holds over its life",
        )
    return left


def _programme_rows(terms: FundTerms, placement: Placement, stage: Stage) -> list[Contribution]:
    """Book the programme's money on its way into the fund: straight, or through the parent."""
    rows = list(placement.paid_in(stage))
    if terms.parent is None:
        return rows
    parent = f"{placement.allocation}.parent"
    commitment = replace(rows[0], amount_fen=_commitment(terms, placement), source_class=None, payer=parent)
    return [*(replace(row, payee=parent) for row in rows), commitment]


def _partners(terms: FundTerms, money_fen: int) -> list[tuple[str, int]]:
    """List the commitments of the other partners, fen by class."""
    if terms.other_partners is not None:
        return [(row.source_class, row.amount.fen) for row in terms.other_partners]
    assert terms.programme_share is not None, "checked when the terms were read"
    assert terms.partner_mix is not None, "checked when the terms were read"
    size = whole_behind_share(money_fen, share=terms.programme_share.value, field="terms.programme_share")
    parts = split_fen(size - money_fen, weights=[row.share_of_rest.value for row in terms.partner_mix])
    return [(row.source_class, fen) for row, fen in zip(terms.partner_mix, parts, strict=True)]


def _stage_rows(
    terms: FundTerms, placement: Placement, partners: list[tuple[str, int]], *, stage: Stage, paid_share: Decimal
) -> list[Contribution]:
    rows = _programme_rows(terms, placement, stage)
    rows += [
        placement.into_vehicle(stage, source_class=name, amount_fen=share_of(fen, paid_share)) for name, fen in partners
    ]
    in_fund = sum(row.amount_fen for row in rows if row.payee == placement.allocation)
    deployed = terms.deployed_share.value if stage == "disbursed" else Decimal(1)
    invested = share_of(in_fund, 1 - terms.lifetime_fee_share.value, deployed)
    rows.append(
        Contribution(
            amount_fen=invested,
            stage=stage,
            layer="firm",
            form="equity",
            instrument=placement.instrument,
            allocation=placement.allocation,
            payer=placement.allocation,
        )
    )
    return rows


def _stage_warnings(terms: FundTerms) -> tuple[NamedWarning, ...]:
    if terms.partners_signed_share is not None:
        return ()
    text = Label(
        "未说明其他合伙人已签约比例，因此不出具“已签约”口径的倍数",
        "the share the other partners have signed is not stated, so there is no ladder at the stage signed",
    )
    return (NamedWarning("signed_not_stated", text),)


# --- policies ---------------------------------------------------------------------------------------------


def _policy_checks(
    terms: FundTerms, placement: Placement, partners: list[tuple[str, int]]
) -> tuple[tuple[DatedValue, ...], tuple[NamedWarning, ...]]:
    commitment = _commitment(terms, placement)
    total = commitment + sum(fen for _, fen in partners)
    by_line = split_fen(commitment, weights=[row.amount_fen for row in placement.money])
    everyone = [(row.source_class, fen) for row, fen in zip(placement.money, by_line, strict=True)] + partners
    government = sum(fen for name, fen in everyone if SOURCE_CLASSES[name].is_budget)
    planned = share_of(total, 1 - terms.lifetime_fee_share.value)
    measured = {
        _MIN_SHARE: (government, total),
        _MAX_SHARE: (government, total),
        _INVESTED: (planned, government),
    }
    rules: list[DatedValue] = []
    warnings: list[NamedWarning] = []
    for table in placement.policies.values():
        values = {
            name: table.value(name, on=placement.policy_date)
            for name in INSTRUMENT.policy_parameters
            if table.has(name)
        }
        rules += values.values()
        strict = _BINDING in values and values[_BINDING].value == "strict"
        for name, (part_fen, base_fen) in measured.items():
            if name in values and base_fen:
                warnings += _limit_check(values[name], part_fen, base_fen, is_strict=strict)
        warnings += _reinvestment_check(terms, values)
    return tuple(rules), tuple(warnings)


def _limit_check(rule: DatedValue, part_fen: int, base_fen: int, *, is_strict: bool) -> list[NamedWarning]:
    """Compare part / base with a limit; a strict one refuses, one that holds in principle warns.

    Amounts are whole fen, so a limit is met when less than one fen is amiss.
    """
    assert isinstance(rule.value, Decimal | int), "limits are numbers"
    is_cap = rule.name == _MAX_SHARE
    excess_fen = part_fen - Fraction(rule.value) * base_fen
    if (excess_fen if is_cap else -excess_fen) < 1:
        return []
    shown, _ = ratio_text(Fraction(part_fen, base_fen))
    sign = "≤" if is_cap else "≥"
    if is_strict:
        raise RefusalError.of(
            f"terms: {rule.label.en}",
            found=shown,
            expected=f"{sign} {rule.value} ({rule.source.citation})",
            advice="Change the partners or the fees, or do not name this policy",
        )
    return [
        NamedWarning(
            "policy_limit_in_principle",
            Label(
                f"{rule.label.zh}为{shown}，而《{rule.source.title}》要求原则上{sign} {rule.value}，须说明例外理由",
                f"{rule.label.en} is {shown}; {rule.source.title} asks in principle for {sign} {rule.value},"
                " so the exception must be reasoned",
            ),
        )
    ]


def _reinvestment_check(terms: FundTerms, values: dict[str, DatedValue]) -> list[NamedWarning]:
    rule = values.get(_REINVESTMENT)
    if rule is None or terms.local_reinvestment_multiple is None:
        return []
    if terms.established_on is not None and terms.established_on < rule.from_date:
        return []
    asked = terms.local_reinvestment_multiple.value
    return [
        NamedWarning(
            "local_reinvestment_against_policy",
            Label(
                f"条款要求返投{asked}倍，而《{rule.source.title}》鼓励降低或取消返投比例",
                f"the terms ask for local reinvestment of {asked} times; {rule.source.title} encourages lowering or"
                " dropping it",
            ),
        )
    ]


# --- over time --------------------------------------------------------------------------------------------


def account(terms: FundTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """Who pays into the fund in each quarter, what do fees take, and what comes back to whom?

    Calls follow the draws of the course; receipts are distributed in the quarter in which firms pay, by the money paid
    in, first as capital, then as gain. At the end of a resolved course capital that did not come back is written off.
    """
    rows = contributions(terms, placement).contributions
    invested, fund = reached_firms(rows), placement.vehicle
    others = other_payers(rows, lines=placement.by_class)
    own = fund if terms.parent is None else f"{fund}.parent"
    commitment = _commitment(terms, placement)
    programme = placement.lines if terms.parent is None else {own: commitment}
    payers = {**programme, **others}
    in_fund = sum(payers.values())
    fees = in_fund - share_of(in_fund, 1 - terms.lifetime_fee_share.value)
    postings = paid_into(course, payers, fund, at_once=False)
    if terms.parent is not None:
        postings += paid_into(course, placement.lines, own, at_once=False)
        postings += _fees(course, own, placement.money_fen - commitment)
    postings += _fees(course, fund, fees)
    postings += invested_in_firms(course, {fund: invested})
    postings += distributed(course, fund, payers, Ledger.of(postings))
    if terms.parent is not None:
        postings += distributed(course, own, placement.lines, Ledger.of(postings))
    ledger = Ledger.of(postings)
    loss = below_one(ledger, placement.lines, definition=INSTRUMENT.principal_loss, is_final=course.is_resolved)
    return InstrumentAccount(ledger, tuple(placement.lines), loss, (_OVER_TIME,))


def paths(terms: FundTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """Who gets what on each path, by the money paid in and before any carry? As :func:`account` has it."""
    rows = contributions(terms, placement).contributions
    own, invested = placement.money_fen / FEN_PER_YUAN, reached_firms(rows) / FEN_PER_YUAN
    commitment = _commitment(terms, placement) / FEN_PER_YUAN
    others = in_yuan(other_payers(rows, lines=placement.by_class))
    in_fund = commitment + sum(others.values())
    fees = in_fund * float(terms.lifetime_fee_share.value)
    # What is neither invested nor charged lies in the fund until the end.
    back = invested * (course.repaid + course.gain) + course.at_end(course.drawn_share * (in_fund - fees - invested))
    whole, own_back = back.sum(axis=1), back * (commitment / in_fund)
    manager = payer(0.0, by_path(course.drawn_share * (fees + own - commitment), course.paths))
    partners = {name: payer(paid * course.drawn_share, whole * (paid / in_fund)) for name, paid in others.items()}
    return PathMoney(
        paid_in=own * course.drawn[None, :],
        back=own_back,
        reached=invested * course.drawn[None, :],
        held=by_path(0.0, course.paths),
        is_lost=~at_least_whole(own_back.sum(axis=1), own * course.drawn_share),
        parties={**partners, MANAGER: manager},
    )


def grown_paths(terms: FundTerms, placement: Placement, growth: FundGrowth) -> PathMoney:
    """Who gets what on each path when the fund calls, grows and pays out by itself, after fees, carry and concessions?

    The manager's fees are those of the growth's statement; the lifetime fee share and the deployed share of the terms
    count in the ladder only.
    """
    rows = contributions(terms, placement).contributions
    own, commitment = placement.money_fen / FEN_PER_YUAN, _commitment(terms, placement) / FEN_PER_YUAN
    others = in_yuan(other_payers(rows, lines=placement.by_class))
    beside = sum(others.values())
    flows = growth.of(public=commitment, others=beside)
    # A parent takes its fee with each call.
    paid_in = flows.called[0] * (own / commitment)
    back, held = flows.received[0], flows.held[0]
    charged = (paid_in - flows.called[0] + flows.charged + flows.received[2]).sum(axis=1)
    paid, received = flows.called[1].sum(axis=1), flows.received[1].sum(axis=1)
    parts = {name: amount / beside for name, amount in others.items()}
    partners = {name: PartyMoney(part * paid, part * received, part * flows.held[1]) for name, part in parts.items()}
    return PathMoney(
        paid_in=paid_in,
        back=back,
        reached=flows.invested,
        held=held,
        is_lost=~at_least_whole(back.sum(axis=1) + held, paid_in.sum(axis=1)),
        parties={**partners, MANAGER: PartyMoney(np.zeros_like(held), charged, flows.held[2])},
    )


def _fees(course: Course, vehicle: str, fees_fen: int) -> list[Posting]:
    """Book the fees of a vehicle, taken with each call."""
    amounts = zip(course.days, course.amounts(fees_fen, "drawn_share"), strict=True)
    return [row for day, fen in amounts for row in paid(day, vehicle, MANAGER, "fee", fen)]


_OVER_TIME = Label(
    "按进程分季实缴，管理费随每次实缴计提；企业回款当季按实缴比例分配，先还本后分收益，未计业绩报酬（见瀑布分配）",
    "calls follow the course, fees are taken with each call; what firms pay is distributed in the same quarter by the"
    " money paid in, capital first, before any carry (see the waterfall)",
)
_CONVENTIONS = (
    Label(
        "到达企业资金＝（1－存续期管理费占比）×实缴×已投比例；管理费不计入到达企业的资金，不假设滚动投资",
        "finance reaching firms = (1 − lifetime fee share) × money paid in × deployed share; fees never reach a firm,"
        " no recycling is assumed",
    ),
    Label(
        "本方案公共资金按全额认缴、全额实缴计入分母（谨慎口径）；其他合伙人按所述实缴比例",
        "the programme's money counts in full in the denominator at every stage (the cautious way); the other"
        " partners count by their stated paid-in share",
    ),
    Label(
        "“已公布”“已签约”口径下到达企业资金为扣除费用后的计划投资额",
        "at announced and signed, finance reaching firms is what is planned to be invested after fees",
    ),
    Label(
        "政府出资比例按各级财政资金合计计算，国有企业出资不计入该比例",
        "the government share is that of all budget layers together; state-company money is not in that share",
    ),
)

INSTRUMENT = Instrument(
    id="fund",
    label=Label("组建基金", "fund"),
    question=Label(
        "公共出资能带动多大规模的基金，其中多少到达企业？",
        "How large a fund do the public commitments call up, and how much of it reaches firms?",
    ),
    terms_model=FundTerms,
    contributions=contributions,
    principal_loss=Label(
        "清算时公共出资的分配总额低于出资额（不足1倍）",
        "distributions to the public commitment end below the commitment (less than 1x)",
    ),
    policy_parameters=(_MIN_SHARE, _MAX_SHARE, _BINDING, _INVESTED, _REINVESTMENT),
    account=account,
    paths=paths,
    grown_paths=grown_paths,
)
