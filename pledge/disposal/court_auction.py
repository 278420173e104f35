"""司法拍卖: auction in rounds with falling reserves, then sale at the last reserve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from pledge.disposal._inputs import Charges, Days, Probability, days_after, fen_of, paid, sold
from pledge.disposal_way import CashFlow, DisposalCase, DisposalWay, Outcome, judicial_sale_rules
from valuation.errors import InputError
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import NOT_EMPTY, DecimalText, FrozenModel, NonNegativeMoneyText
from valuation.kernel.labels import Label
from valuation.kernel.money import Rounding

__all__ = ["WAY", "AuctionInputs", "AuctionRound", "SalePeriod"]


#: Hammer price / reserve; nobody may buy below the reserve.
Multiple = Annotated[DecimalText, Field(ge=1, le=10)]


class AuctionRound(FrozenModel):
    """One round: days after the one before, reserve / appraisal, probability of a sale once it is held, the price."""

    days_after_previous: Days
    reserve_share: Annotated[DecimalText, Field(gt=0, le=10)]
    sale_probability_share: Probability
    price_over_reserve: Multiple


class SalePeriod(FrozenModel):
    """变卖 after all rounds failed, at the last reserve: days until it opens, days it lasts, probability of a sale.

    Nobody knows the day beforehand, so a sale is dated on the last day of the period.
    """

    days_after_previous: Days
    days: Days
    sale_probability_share: Probability
    price_over_reserve: Multiple


class AuctionInputs(FrozenModel):
    """The auction as planned.

    ``venue`` picks the rules; ``sale_period`` may follow when all rounds the venue has failed, None if none is planned;
    ``cost_per_round`` is paid on the day of each round; a buyer pays ``days_to_payment`` after the day of the sale.
    """

    venue: Literal["online", "offline"]
    rounds: Annotated[tuple[AuctionRound, ...], *NOT_EMPTY, Field(max_length=10)]
    sale_period: SalePeriod | None
    cost_per_round: NonNegativeMoneyText
    days_to_payment: Days
    charges: Charges


def _outcomes(case: DisposalCase, stated: AuctionInputs) -> tuple[tuple[Outcome, ...], tuple[DatedValue, ...]]:
    """P(round k sells) = qₖ Π(1 − qⱼ); price = ceil(appraisal × reserve share) × price over reserve."""
    used = _Rules(case.policy_date, stated.venue)
    _check_rounds(stated, used)
    return tuple(_endings(case, stated)), tuple(used.taken)


def _endings(case: DisposalCase, stated: AuctionInputs) -> Iterator[Outcome]:
    left, day, spent = Fraction(1), case.starts_on, list[CashFlow]()
    for number, held in enumerate(stated.rounds, start=1):
        day = days_after(day, held.days_after_previous)
        spent.append(paid(day, fen_of(stated.cost_per_round)))
        label = Label(f"第{number}次拍卖成交", f"sold in auction {number}")
        yield _sold(case, stated, label, left, held, held.reserve_share, day, spent)
        left *= 1 - Fraction(held.sale_probability_share)
    last, sale = stated.rounds[-1], stated.sale_period
    if sale is not None:
        day = days_after(day, sale.days_after_previous + sale.days)
        label = Label("变卖成交", "sold in the sale period")
        yield _sold(case, stated, label, left, sale, last.reserve_share, day, spent)
        left *= 1 - Fraction(sale.sale_probability_share)
    yield Outcome(Label("未成交", "not sold"), left, (*spent, paid(day, 0)))


def _sold(
    case: DisposalCase,
    stated: AuctionInputs,
    label: Label,
    left_share: Fraction,
    held: AuctionRound | SalePeriod,
    reserve_share: Decimal,
    day: date,
    spent: list[CashFlow],
) -> Outcome:
    """One sale, its reserve rounded up so that it never lies below the rule, with the rounds paid until then."""
    reserve = Rounding(mode="ceiling").to_fen(case.appraised_value_fen * Fraction(reserve_share))
    price = Rounding(mode="down").to_fen(reserve * Fraction(held.price_over_reserve))
    flow = sold(days_after(day, stated.days_to_payment), price, stated.charges)
    return Outcome(label, left_share * Fraction(held.sale_probability_share), (*spent, flow))


class _Rules:
    """The rules of one venue on one day; remembers which were read, for the report."""

    def __init__(self, policy_date: date, venue: str) -> None:
        self.policy_date, self.venue, self.taken = policy_date, venue, list[DatedValue]()

    def number(self, name: str) -> Fraction:
        """A rule's number."""
        found = judicial_sale_rules().value(f"{name}.{self.venue}", on=self.policy_date)
        if found not in self.taken:
            self.taken.append(found)
        return Fraction(str(found.value))

    def refuse(self, field: str, name: str, *, found: object, expected: str) -> InputError:
        """The error of a rule that is not kept, with its source."""
        rule = judicial_sale_rules().value(f"{name}.{self.venue}", on=self.policy_date)
        return InputError.of(
            f"court_auction.{field}", found=found, expected=f"{expected} ({rule.source.citation}, {rule.status})"
        )


def _check_rounds(stated: AuctionInputs, rules: _Rules) -> None:
    """Hold reserves, number of rounds and times against the rules of the venue."""
    most = rules.number("rounds_maximum")
    if len(stated.rounds) > most:
        raise rules.refuse("rounds", "rounds_maximum", found=f"{len(stated.rounds)} rounds", expected=f"at most {most}")
    first, lowest = stated.rounds[0], rules.number("first_reserve_minimum_share")
    if Fraction(first.reserve_share) < lowest:
        raise rules.refuse(
            "rounds.0.reserve_share",
            "first_reserve_minimum_share",
            found=first.reserve_share,
            expected=f"{float(lowest):g} or more",
        )
    _check_least_days("rounds.0.days_after_previous", first, "announcement_days", rules)
    for number in range(1, len(stated.rounds)):
        _check_repeat(stated, number, rules)
    if stated.sale_period is not None:
        _check_sale(stated, stated.sale_period, rules)


def _check_repeat(stated: AuctionInputs, number: int, rules: _Rules) -> None:
    before, held, field = stated.rounds[number - 1], stated.rounds[number], f"rounds.{number}"
    least = Fraction(before.reserve_share) * (1 - rules.number("reduction_maximum_share"))
    if not least <= Fraction(held.reserve_share) <= Fraction(before.reserve_share):
        raise rules.refuse(
            f"{field}.reserve_share",
            "reduction_maximum_share",
            found=held.reserve_share,
            expected=f"from {float(least):g} to {before.reserve_share}",
        )
    _check_least_days(f"{field}.days_after_previous", held, "repeat_notice_days", rules)
    _check_most_days(f"{field}.days_after_previous", held.days_after_previous, "repeat_within_days", rules)


def _check_sale(stated: AuctionInputs, sale: SalePeriod, rules: _Rules) -> None:
    needed = rules.number("rounds_maximum")
    if len(stated.rounds) < needed:
        raise rules.refuse(
            "sale_period",
            "rounds_maximum",
            found=f"a sale after {len(stated.rounds)} rounds",
            expected=f"{needed} failed rounds before",
        )
    _check_most_days("sale_period.days", sale.days, "sale_period_days", rules)


def _check_least_days(field: str, held: AuctionRound, name: str, rules: _Rules) -> None:
    if held.days_after_previous < rules.number(name):
        raise rules.refuse(
            field, name, found=f"{held.days_after_previous} days", expected=f"{rules.number(name)} or more"
        )


def _check_most_days(field: str, days: int, name: str, rules: _Rules) -> None:
    if days > rules.number(name):
        raise rules.refuse(field, name, found=f"{days} days", expected=f"at most {rules.number(name)}")


WAY = DisposalWay(
    id="court_auction",
    label=Label("司法拍卖、变卖", "court auction and sale"),
    question=Label(
        "经几轮降价拍卖和变卖，质押权利能换回多少、何时、概率多大？",
        "What do falling rounds of auction and a sale bring, when, with which probability?",
    ),
    inputs=AuctionInputs,
    outcomes=_outcomes,
)
