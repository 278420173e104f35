"""风险补偿资金池: how much bank lending does a pool that shares losses call up?

Banks lend their own money to firms; the pool pays them part of what they lose. The pool's money reaches no firm
until it compensates, and then it reaches a bank. So:

    line = min(multiple × pool, amount cap)          announced
    loans = used share × line                        disbursed

A line that is repaid and lent again counts once (balance, not turnover).

Over time the pool pays a bank its share of each loss, cumulatively min(share × Σ loss, pool), and what is left at the
end goes back to those who paid in. Without a stated share of loss there is no such account, and a policy in which the
share is a gap raises: a multiple without its price is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import numpy as np
from pydantic import Field

from leverage.contribution import Contribution, Stage
from leverage.course import Course, given_back, lent_to_firms, other_payers, paid_into, reached_firms
from leverage.instrument import Instrument, Outcome, Placement
from leverage.instrument_ledger import InstrumentAccount, Ledger, PrincipalLoss, paid
from leverage.limits import lesser_of, share_of
from leverage.path_money import PathCourse, PathMoney, at_least_whole, by_path
from leverage.path_parties import FEN_PER_YUAN, in_yuan, lender, payer
from leverage.terms import AmountByClass, MoneyFigure, PositiveExact, ShareExact
from valuation.errors import RefusalError
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["INSTRUMENT", "PoolTerms"]

_LINE_MIN = "bank_line_per_pool_min_multiple"
_FIRST_YEAR_MIN = "first_year_lent_per_pool_min_multiple"
_LOSS_SHARE = "pool_loss_share"
_BANK = "bank"


class PoolTerms(FrozenModel):
    """Terms of a pool: who else pays in, how much the banks promise, how much of it is used and for how long."""

    other_contributors: Annotated[tuple[AmountByClass, ...], Field(max_length=100)] = ()
    lending_multiple: PositiveExact
    amount_cap: MoneyFigure | None = None
    signed_line: MoneyFigure | None = None
    used_share: ShareExact
    loan_term_months: PositiveExact
    pool_loss_share: ShareExact | None = None


def contributions(terms: PoolTerms, placement: Placement) -> Outcome:
    """Who pays into the pool, and how much do banks lend to firms at each stage?

    Raises
    ------
    GapError : no share of loss is stated, and in a policy that is named it is a gap.
    """
    others = [(row.source_class, row.amount.fen) for row in terms.other_contributors]
    pool_fen = placement.money_fen + sum(fen for _, fen in others)
    cap = None if terms.amount_cap is None else terms.amount_cap.fen
    limit = lesser_of(multiple=terms.lending_multiple.value, base_fen=pool_fen, amount_cap_fen=cap)
    line = limit.amount_fen if terms.signed_line is None else terms.signed_line.fen
    lent: dict[Stage, int] = {"announced": limit.amount_fen, "disbursed": share_of(line, terms.used_share.value)}
    if terms.signed_line is not None:
        lent["signed"] = line
    rows: list[Contribution] = []
    for stage, fen in lent.items():
        rows += _stage_rows(terms, placement, others, stage=stage, lent_fen=fen)
    rules, warnings = _policy_checks(terms, placement)
    return Outcome(
        contributions=tuple(rows),
        conventions=_CONVENTIONS,
        warnings=(
            *warnings,
            *_line_warnings(terms, announced_fen=limit.amount_fen, binding=limit.binding),
            *_share_warnings(terms, placement),
        ),
        rules_used=rules,
    )


def _stage_rows(
    terms: PoolTerms, placement: Placement, others: Sequence[tuple[str, int]], *, stage: Stage, lent_fen: int
) -> list[Contribution]:
    rows = list(placement.paid_in(stage))
    rows += [placement.into_vehicle(stage, source_class=name, amount_fen=fen) for name, fen in others]
    rows.append(
        placement.to_firms(
            stage, source_class="bank", amount_fen=lent_fen, form="loan", term_months=terms.loan_term_months.value
        )
    )
    return rows


def _line_warnings(terms: PoolTerms, *, announced_fen: int, binding: str) -> list[NamedWarning]:
    warnings = []
    if terms.signed_line is None:
        text = Label(
            "未说明银行已签约授信额度：已用额度按公布额度计算，不出具“已签约”口径的倍数",
            "no signed bank line is stated: the used share is taken of the announced line, and there is no ladder"
            " at the stage signed",
        )
        warnings.append(NamedWarning("signed_not_stated", text))
    elif terms.signed_line.fen > announced_fen:
        text = Label(
            "已签约授信额度高于按倍数计算的公布额度", "the signed line is above the announced multiple of the pool"
        )
        warnings.append(NamedWarning("signed_above_announced", text))
    if binding != "multiple":
        text = Label("授信额度受金额上限约束", "the line is bound by the amount cap")
        warnings.append(NamedWarning("amount_cap_binds", text))
    return warnings


def _policy_checks(terms: PoolTerms, placement: Placement) -> tuple[tuple[DatedValue, ...], tuple[NamedWarning, ...]]:
    multiple = terms.lending_multiple.value
    found = {_LINE_MIN: multiple, _FIRST_YEAR_MIN: multiple * terms.used_share.value}
    rules: list[DatedValue] = []
    warnings: list[NamedWarning] = []
    for table in placement.policies.values():
        for name, number in found.items():
            if not table.has(name):
                continue
            rule = table.value(name, on=placement.policy_date)
            rules.append(rule)
            assert isinstance(rule.value, Decimal | int), "limits are numbers"
            if number < rule.value:
                warnings.append(_below(rule, number))
    return tuple(rules), tuple(warnings)


def _below(rule: DatedValue, found: Decimal) -> NamedWarning:
    return NamedWarning(
        "below_policy_multiple",
        Label(
            f"{rule.label.zh}为{found}，低于《{rule.source.title}》的{rule.value}",
            f"{rule.label.en} is {found}, below the {rule.value} of {rule.source.title}",
        ),
    )


# --- over time --------------------------------------------------------------------------------------------


def account(terms: PoolTerms, placement: Placement, course: Course) -> InstrumentAccount:
    """What does the pool pay the banks in each quarter, and what is left of it at the end?

    The pool is paid in on the first day. Of the loans of the course it compensates, in whole fen and cumulatively,
    min(share of loss × written off, pool).

    Raises
    ------
    RefusalError : neither the terms nor a policy state the pool's share of a loss.
    GapError : the policy's share is a gap.
    """
    share = _loss_share(terms, placement)
    rows = contributions(terms, placement).contributions
    lent_fen = reached_firms(rows)
    # The banks' loans go straight to firms; whatever else is paid in goes into the pool.
    into = [row for row in rows if row.layer == "vehicle"]
    payers = {**placement.lines, **other_payers(into, lines=placement.by_class)}
    pool = placement.vehicle
    left = pool_fen = sum(payers.values())
    postings = [*paid_into(course, payers, pool, at_once=True), *lent_to_firms(course, {_BANK: lent_fen})]
    due = course.up_to(lent_fen, "lost_share", share)
    for place, day in enumerate(course.days):
        compensation = min(due[place], left)
        left -= compensation
        postings += paid(day, pool, _BANK, "compensation", compensation)
    postings += given_back(course.last_day, pool, payers, left, account="capital")
    loss = PrincipalLoss(INSTRUMENT.principal_loss, pool_fen - left, pool_fen, left == 0, course.is_resolved)
    return InstrumentAccount(Ledger.of(postings), tuple(placement.lines), loss, (_OVER_TIME,))


def paths(terms: PoolTerms, placement: Placement, course: PathCourse) -> PathMoney:
    """What does the pool pay on each path? min(share · Σ loss, paid in so far): claims wait until money is there."""
    share = float(_loss_share(terms, placement))
    rows = contributions(terms, placement).contributions
    lent = reached_firms(rows) / FEN_PER_YUAN
    into = [row for row in rows if row.layer == "vehicle"]
    others = in_yuan(other_payers(into, lines=placement.by_class))
    own = placement.money_fen / FEN_PER_YUAN
    pool = own + sum(others.values())
    due = share * lent * np.cumsum(course.lost, axis=1)
    compensated = np.minimum(due, pool * np.cumsum(course.available))[:, -1]
    left = pool - compensated
    parties = {_BANK: lender(course, lent, received=compensated)}
    parties |= {name: payer(paid, left * (paid / pool)) for name, paid in others.items()}
    return PathMoney(
        paid_in=own * course.available[None, :],
        back=course.at_end(left * (own / pool)),
        reached=lent * course.drawn[None, :],
        held=by_path(0.0, course.paths),
        is_lost=at_least_whole(compensated, pool),
        parties=parties,
    )


def _loss_share(terms: PoolTerms, placement: Placement) -> Decimal:
    if terms.pool_loss_share is not None:
        return terms.pool_loss_share.value
    for table in placement.policies.values():
        if table.has(_LOSS_SHARE):
            found = table.value(_LOSS_SHARE, on=placement.policy_date).value
            assert isinstance(found, Decimal | int), "shares are numbers"
            return Decimal(found)
    raise RefusalError.of(
        f"{placement.allocation}.terms.pool_loss_share",
        found="nothing",
        expected="the share of a loss that the pool bears",
        advice="State it from the agreement, or name a policy that does; without it the leverage has no price",
    )


def _share_warnings(terms: PoolTerms, placement: Placement) -> list[NamedWarning]:
    """Name a missing share of loss; a policy that has it as a gap raises here."""
    stated = terms.pool_loss_share is not None or any(table.has(_LOSS_SHARE) for table in placement.policies.values())
    if stated:
        _loss_share(terms, placement)
        return []
    text = Label(
        "未说明资金池的损失分担比例：倍数没有对应的风险价格，不能计算代偿",
        "the pool's share of a loss is not stated: the multiple has no price, compensation cannot be computed",
    )
    return [NamedWarning("pool_loss_share_not_stated", text)]


_OVER_TIME = Label(
    "资金池首日一次到位；按累计核销×分担比例代偿，以池内余额为限；期末余额按出资比例退回",
    "the pool is paid in on the first day; it compensates its share of all write-offs up to what it holds; the rest"
    " goes back at the end by contribution",
)
_CONVENTIONS = (
    Label(
        "资金池的钱在代偿之前不到达任何企业，代偿时付给银行；到达企业的是银行贷款",
        "the pool's money reaches no firm; when it compensates it is paid to a bank; what reaches firms is bank loans",
    ),
    Label(
        "额度按余额计一次，不按循环发放累计；贷款属银行自有资金，计为“银行”",
        "the line counts once as a balance, not by turnover; the loans are the banks' money, class bank",
    ),
    Label("各级出资全额计入资金池与分母", "all layers paid into the pool count in the multiple and in the denominator"),
)

INSTRUMENT = Instrument(
    id="loss_compensation_pool",
    label=Label("风险补偿资金池", "loss-compensation pool"),
    question=Label("资金池能带动多少银行贷款到达企业？", "How much bank lending to firms does the pool call up?"),
    terms_model=PoolTerms,
    contributions=contributions,
    principal_loss=Label(
        "累计代偿净额达到资金池本金（池子耗尽）", "net compensation paid adds up to the pool (the pool is exhausted)"
    ),
    policy_parameters=(_LINE_MIN, _FIRST_YEAR_MIN, _LOSS_SHARE),
    account=account,
    paths=paths,
)
