"""Relief from royalty with tax amortisation, side by side with ``intangible-valuation``: who is right, who is not?

Every case has a third answer that neither program computes: a plain loop over the years, with the tax amortisation
benefit iterated from its circular definition. A verdict is the difference to that loop, never an opinion. Where no
answer would be right, the loop is replaced by "refuse". The peer is asked what comes nearest to the case; the last
column says what that was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valuation.assets.patent import Patent
from valuation.errors import IpfinError
from valuation.income.relief_from_royalty import METHOD, ReliefFromRoyaltyInputs
from valuation.kernel.fields import Dates, parse
from valuation.kernel.method import Setting
from valuation.uncertainty.draws import Uncertainty

PEER = "intangible-valuation 2.1.4"
#: The request that every case varies; invented for the comparison.
REVENUE = (1_000_000.0, 1_100_000.0, 1_200_000.0, 1_300_000.0, 1_400_000.0)
LEVEL = (1_000_000.0,) * 5
ROYALTY, TAX, RATE, HAZARD = 0.05, 0.25, 0.12, 0.05
NOT_A_NUMBER, INFINITE = float("nan"), float("inf")
#: Royalty rate of the uncertain cases: triangular.
LOW, MODE, HIGH = 0.03, 0.05, 0.08
CENT = 0.01
Data = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """The functions of the peer that are asked; each gives an object with ``value``."""

    relief: Callable[..., Any]
    benefit: Callable[..., Any]
    trademark: Callable[..., Any]
    copyright: Callable[..., Any]
    simulate: Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One question; ``by_hand`` is None where the right answer is a refusal, which names ``refused_field``.

    ``within`` is the difference that counts as the same answer.
    """

    title: str
    by_hand: float | None
    product: Callable[[], float]
    peer: Callable[[Peer], float]
    asked: str
    within: float = CENT
    refused_field: str = ""


@dataclass(frozen=True)
class Row:
    """A case answered: cells of the table, and whether product and peer were right (peer: None where it is absent)."""

    title: str
    by_hand: str
    product: str
    product_is_right: bool
    peer: str
    peer_is_right: bool | None
    asked: str

    def as_text(self) -> str:
        return f"| {self.title} | {self.by_hand} | {self.product} | {self.peer} | {self.asked} |"


def load_peer() -> Peer | None:
    try:
        from intangible_valuation.advanced.monte_carlo import monte_carlo_sensitivity
        from intangible_valuation.asset_types.brand_valuation import trademark_valuation
        from intangible_valuation.asset_types.ip_valuation import copyright_valuation
        from intangible_valuation.core.discount_rates import tax_amortization_benefit
        from intangible_valuation.income_methods.relief_from_royalty import relief_from_royalty
    except ImportError:
        return None
    return Peer(
        relief_from_royalty,
        tax_amortization_benefit,
        trademark_valuation,
        copyright_valuation,
        monte_carlo_sensitivity,
    )


# --- by hand: the third answer -------------------------------------------------------------------------------


def present_value(flows: Sequence[float], times: Sequence[float] = (1, 2, 3, 4, 5), rate: float = RATE) -> float:
    total = 0.0
    for flow, time in zip(flows, times, strict=True):
        total += flow / (1 + rate) ** time
    return total


def after_tax(revenue: Sequence[float], royalty: float = ROYALTY, cost: float = 0.0, tax: float = TAX) -> list[float]:
    return [(each * royalty - cost) * (1 - tax) for each in revenue]


def with_benefit(before: float, life: int, rate: float = RATE, earlier: float = 0.0) -> float:
    """The price that equals the flows plus the tax saved by deducting the price: its definition, iterated.

    Who pays nothing deducts nothing. ``earlier``: years by which each deduction falls before the year's end.
    """
    price = max(before, 0.0)
    for _ in range(500):
        saved = 0.0
        for year in range(1, life + 1):
            saved += TAX * price / life / (1 + rate) ** (year - earlier)
        price = max(before + saved, 0.0)
    return price if before > 0 else before


def triangular_quantile(probability: float) -> float:
    """The royalty rate below which ``probability`` lies; both branches of the distribution function turned round."""
    below = (MODE - LOW) / (HIGH - LOW)
    if probability < below:
        return LOW + math.sqrt(probability * (HIGH - LOW) * (MODE - LOW))
    return HIGH - math.sqrt((1 - probability) * (HIGH - LOW) * (HIGH - MODE))


# --- the product ---------------------------------------------------------------------------------------------

REASON = {"grade": "assumed", "reason": "invented for the comparison"}
NONE = {"kind": "none", "reason": "not in this case"}


def figure(value: float, **more: Any) -> Data:
    return {"value": value} | REASON | more


def amounts(values: Sequence[float]) -> Data:
    return {"values": [f"{value:.2f}" for value in values]} | REASON


def tax_life(years: float) -> Data:
    return {"kind": "straight_line", "years": figure(years)}


def request(revenue: Sequence[float] = REVENUE, cost: float = 0.0, **changes: Any) -> Data:
    """The product's inputs, year-end flows, tax life of five years, unless changed."""
    return {
        "revenue": amounts(revenue),
        "first_year_end": "2021-12-31",
        "royalty_rate_share": figure(ROYALTY),
        "owner_cost": amounts([cost] * len(revenue)),
        "tax_rate_share": figure(TAX),
        "discount_rate_share": figure(RATE),
        "timing": "year_end",
        "survival": NONE,
        "tax_amortisation": tax_life(5),
    } | changes


def setting(valuation_date: str) -> Setting:
    dates = {"valuation_date": valuation_date, "policy_date": valuation_date, "report_date": "2022-03-31"}
    patent = {
        "kind": "patent",
        "name": "comparison",
        "patent_kind": "invention",
        "number": "ZL201010000000.0",
        "jurisdiction": "CN",
        "expiry_date": "2045-12-31",
    }
    return Setting(parse(Patent, patent), parse(Dates, dates), "CNY")


def product(data: Data, valuation_date: str = "2020-12-31") -> float:
    inputs = parse(ReliefFromRoyaltyInputs, data)
    return METHOD.value(inputs, setting(valuation_date), sources={}, uncertainty=None).value


def product_end(end: str) -> float:
    """Low or high end of the product's 90 % interval with the uncertain royalty rate."""
    law = {"kind": "triangular", "low": LOW, "mode": MODE, "high": HIGH}
    inputs = parse(ReliefFromRoyaltyInputs, request(royalty_rate_share=figure(ROYALTY, distribution=law)))
    stated = parse(Uncertainty, {"seed": 1, "level_share": 0.9})
    interval = METHOD.value(inputs, setting("2020-12-31"), sources={}, uncertainty=stated).interval
    assert interval is not None, "the royalty rate states a distribution"
    return float(getattr(interval, end))


# --- the peer ------------------------------------------------------------------------------------------------


def relief(
    revenue: Sequence[float] = REVENUE, life: int = 5, royalty: float = ROYALTY, rate: float = RATE, tab: bool = True
) -> Callable[[Peer], float]:
    """Its relief from royalty, as documented."""
    return lambda peer: float(peer.relief(list(revenue), royalty, rate, TAX, life, tab).value)


def peer_end(percentile: str) -> Callable[[Peer], float]:
    """Its Monte-Carlo helper with its default of 10,000 draws, around a function that the caller writes."""

    def run(peer: Peer) -> float:
        law = {"distribution": "triangular", "params": {"low": LOW, "mode": MODE, "high": HIGH}}

        def one(drawn: Mapping[str, float]) -> float:
            return relief(royalty=drawn["royalty"])(peer)

        found = peer.simulate(one, {"royalty": ROYALTY}, {"royalty": law}, seed=1)
        return float(found.statistics[percentile])

    return run


# --- the cases -----------------------------------------------------------------------------------------------


def cases() -> tuple[Case, ...]:
    return (*_same_cases(), *_time_cases(), *_flow_cases(), *_other_functions(), *_uncertain_cases(), *_bad_inputs())


def _same_cases() -> Iterator[Case]:
    """What the peer's formula covers."""
    uneven, level = present_value(after_tax(REVENUE)), present_value(after_tax(LEVEL))
    yield Case(
        "Uneven revenue of 5 years, tax life = life",
        with_benefit(uneven, 5),
        lambda: product(request()),
        relief(),
        "the same",
    )
    twenty = present_value(after_tax((1e6,) * 20), range(1, 21), 0.1)
    yield Case(
        "Level revenue of 20 years at 10 %",
        with_benefit(twenty, 20, 0.1),
        lambda: product(request((1e6,) * 20, discount_rate_share=figure(0.1), tax_amortisation=tax_life(20))),
        relief((1e6,) * 20, 20, rate=0.1),
        "the same",
    )
    yield Case(
        "Without tax amortisation benefit",
        level,
        lambda: product(request(LEVEL, tax_amortisation=NONE)),
        relief(LEVEL, tab=False),
        "the same, `tab_enabled=False`",
    )
    small = (12.5, 13.0, 13.5, 14.0, 14.5)
    yield Case(
        "Amounts in millions, royalty 0.5 %",
        with_benefit(present_value(after_tax(small, 0.005)), 5),
        lambda: product(request(small, royalty_rate_share=figure(0.005))),
        relief(small, royalty=0.005),
        "the same; it rounds the present value to 0.01 before the benefit",
        within=1e-6,
    )
    yield Case(
        "Discount rate 0 (limit)",
        with_benefit(sum(after_tax(LEVEL)), 5, 0.0),
        lambda: product(request(LEVEL, discount_rate_share=figure(0.0))),
        relief(LEVEL, rate=0.0),
        "the same",
    )


def _time_cases() -> Iterator[Case]:
    """Attrition, tax life, and when flows fall."""
    survival = [math.exp(-HAZARD * (year - 0.5)) for year in range(1, 6)]
    weighted = [flow * lives for flow, lives in zip(after_tax(REVENUE), survival, strict=True)]
    hazard = {"kind": "exponential", "annual_hazard": figure(HAZARD)}
    surviving = tuple(each * lives for each, lives in zip(REVENUE, survival, strict=True))
    yield Case(
        "Attrition of 5 % a year",
        with_benefit(present_value(weighted), 5),
        lambda: product(request(survival=hazard)),
        relief(),
        "no input for it: without attrition",
    )
    yield Case(
        "The same, revenue weighted by the caller",
        with_benefit(present_value(weighted), 5),
        lambda: product(request(survival=hazard)),
        relief(surviving),
        "revenue × survival",
    )
    yield Case(
        "Tax life 10 years, life 5",
        with_benefit(present_value(after_tax(REVENUE)), 10),
        lambda: product(request(tax_amortisation=tax_life(10))),
        relief(),
        "no input for it: tax life is the asset's",
    )
    middle = (0.5, 1.5, 2.5, 3.5, 4.5)
    moved = tuple(each * (1 + RATE) ** 0.5 for each in REVENUE)
    mid_year = with_benefit(present_value(after_tax(REVENUE), middle), 5, earlier=0.5)
    yield Case(
        "Mid-year flows and deductions",
        mid_year,
        lambda: product(request(timing="mid_year")),
        relief(),
        "no input for it: year-end",
    )
    yield Case(
        "The same, revenue moved by the caller",
        mid_year,
        lambda: product(request(timing="mid_year")),
        relief(moved),
        "revenue × (1+k)^½; its deductions stay at the year's end",
    )
    yield from _dated_cases()


def _dated_cases() -> Iterator[Case]:
    paid = ("2022-02-28", "2023-02-28", "2024-02-29", "2025-02-28", "2026-02-28")
    days = (424, 789, 1155, 1520, 1885)  # from 2020-12-31: 365 + 59; then 365, 366, 365 and 365 more
    yield Case(
        "Paid at the end of February after each year",
        present_value(after_tax(REVENUE), [day / 365 for day in days]),
        lambda: product(request(timing="exact", payment_dates=list(paid), tax_amortisation=NONE)),
        relief(tab=False),
        "no dates: year-end",
    )
    # Counted from 2021-07-01 to 2025-06-30: 183 days of the first year, 181 of the last; anniversaries on 1 July.
    shares = (183 / 365, 1, 1, 1, 181 / 365)
    times = (183 / 365, 1 + 183 / 365, 2 + 183 / 366, 3 + 183 / 365, 3 + 364 / 365)
    counted = tuple(each * share for each, share in zip(REVENUE, shares, strict=True))
    within_years = request(end_of_life="2025-06-30", tax_amortisation=NONE)
    yield Case(
        "Valued on 1 July, right ends on 30 June",
        present_value(after_tax(counted), times),
        lambda: product(within_years, "2021-07-01"),
        relief(counted, tab=False),
        "revenue × counted part; whole years only",
    )


def _flow_cases() -> Iterator[Case]:
    """What the owner pays, and who bears the royalty."""
    flows = after_tax(REVENUE, cost=20_000.0)
    folded = tuple(each - 20_000.0 / ROYALTY for each in REVENUE)
    yield Case(
        "Owner's cost of 20,000 a year",
        with_benefit(present_value(flows), 5),
        lambda: product(request(cost=20_000.0)),
        relief(),
        "no input for it: without the cost",
    )
    yield Case(
        "The same, cost folded in by the caller",
        with_benefit(present_value(flows), 5),
        lambda: product(request(cost=20_000.0)),
        relief(folded),
        "revenue − cost / royalty rate",
    )
    loss = tuple(each - 80_000.0 / ROYALTY for each in REVENUE)
    yield Case(
        "Cost above the royalty over the life: nothing to deduct",
        with_benefit(present_value(after_tax(REVENUE, cost=80_000.0)), 5),
        lambda: product(request(cost=80_000.0)),
        relief(loss),
        "folded in; its benefit makes the loss larger",
    )
    partly = tuple(each - 57_000.0 / ROYALTY for each in REVENUE)
    before = [each * ROYALTY - 57_000.0 for each in REVENUE]
    untaxed = [flow * (1 - TAX) if flow > 0 else flow for flow in before]
    yield Case(
        "Losses of two years save no tax",
        with_benefit(present_value(untaxed), 5),
        lambda: product(request(cost=57_000.0, tax_on_losses="not_credited")),
        relief(partly),
        "folded in; a loss is credited with tax",
    )
    margin = request(royalty_rate_share=figure(0.12), operating_margin_share=figure(0.08))
    yield Case(
        "Royalty of 12 % on an operating margin of 8 %",
        None,
        lambda: product(margin),
        relief(royalty=0.12),
        "no input for the margin: no test",
        refused_field="royalty_within_profit",
    )


def _other_functions() -> Iterator[Case]:
    """Functions beside that promise the same method or its benefit."""
    before = present_value(after_tax(LEVEL))
    with_it = with_benefit(before, 5)
    yield Case(
        "The benefit alone, from the value before it",
        with_it - before,
        lambda: product(request(LEVEL)) - product(request(LEVEL, tax_amortisation=NONE)),
        lambda peer: float(peer.benefit(RATE, 5, TAX, before).value),
        "`tax_amortization_benefit(value before)`: the benefit's own deduction is left out",
    )
    yield Case(
        "The benefit alone, from the value with it",
        with_it - before,
        lambda: product(request(LEVEL)) - product(request(LEVEL, tax_amortisation=NONE)),
        lambda peer: float(peer.benefit(RATE, 5, TAX, with_it).value),
        "the same, fed the answer",
    )
    yield Case(
        "Trademark taxed at 15 %",
        present_value(after_tax(LEVEL, tax=0.15)),
        lambda: product(request(LEVEL, tax_rate_share=figure(0.15), tax_amortisation=NONE)),
        lambda peer: float(peer.trademark(1e6, 0.2, 100, RATE, 5).value),
        "`trademark_valuation`: tax of 25 % and royalty of 5 % are written into it",
    )
    yield Case(
        "Copyright taxed at 25 %",
        present_value(after_tax(LEVEL)),
        lambda: product(request(LEVEL, tax_amortisation=NONE)),
        lambda peer: float(peer.copyright(5e6, 5, RATE, ROYALTY).value),
        "`copyright_valuation`: no tax in it",
    )


def _uncertain_cases() -> Iterator[Case]:
    """The value is proportional to the royalty rate, so its percentiles are those of the rate."""
    each = with_benefit(present_value(after_tax(REVENUE, 1.0)), 5)
    asked = "its Monte-Carlo helper, 10,000 draws, around a function the caller writes"
    for name, share, end in (("5th", 0.05, "low"), ("95th", 0.95, "high")):
        value = each * triangular_quantile(share)
        yield Case(
            f"{name} percentile, royalty 3 / 5 / 8 % (within 0.5 %)",
            value,
            lambda end=end: product_end(end),  # type: ignore[misc]
            peer_end(f"percentile_{round(share * 100)}"),
            asked,
            within=0.005 * value,
        )


def _bad_inputs() -> Iterator[Case]:
    """No number is right: the only right answer is a refusal."""
    bad = (*REVENUE[:4], NOT_A_NUMBER)
    endless, negative = (*REVENUE[:4], INFINITE), (*REVENUE[:4], -1_400_000.0)
    wild = request(discount_rate_share=figure(12.0))
    unknown = request(discount_rate_share=figure(NOT_A_NUMBER))
    royalty = request(royalty_rate_share=figure(5.0))
    backward = request(tax_amortisation=tax_life(-5))
    asked: tuple[tuple[str, str, Callable[[], float], Callable[[Peer], float]], ...] = (
        ("NaN as revenue", "revenue.values.4", lambda: product(request(bad)), relief(bad)),
        ("Infinity as revenue", "revenue.values.4", lambda: product(request(endless)), relief(endless)),
        ("Negative revenue", "revenue", lambda: product(request(negative)), relief(negative)),
        ("NaN as discount rate", "discount_rate_share", lambda: product(unknown), relief(rate=NOT_A_NUMBER)),
        ("12 typed for a discount rate of 12 %", "discount_rate_share", lambda: product(wild), relief(rate=12.0)),
        ("5 typed for a royalty of 5 %", "royalty_rate_share", lambda: product(royalty), relief(royalty=5.0)),
        ("Life of −5 years (ipfin: tax life)", "tax_amortisation", lambda: product(backward), relief(life=-5)),
    )
    for title, refused_field, ours, theirs in asked:
        yield Case(title, None, ours, theirs, "the same", refused_field=refused_field)


# --- verdicts ------------------------------------------------------------------------------------------------


def answered(case: Case, peer: Peer | None) -> Row:
    ours, ours_right = _verdict(case, case.product, IpfinError)
    theirs, theirs_right = _NOT_INSTALLED if peer is None else _verdict(case, lambda: case.peer(peer), ValueError)
    hand = "refuse" if case.by_hand is None else _shown(case.by_hand)
    return Row(case.title, hand, ours, ours_right, theirs, theirs_right, case.asked)


_NOT_INSTALLED = ("not installed", None)


def _verdict(case: Case, ask: Callable[[], float], refusal: type[Exception]) -> tuple[str, bool]:
    """What was answered, and whether it is right; an error that is no refusal on purpose stops the program."""
    try:
        found = ask()
    except refusal:
        return "refuses", case.by_hand is None
    if case.by_hand is None:
        return f"{_shown(found)}: **accepts**", False
    if abs(found - case.by_hand) <= case.within:
        return _shown(found), True
    return f"{_shown(found)}: **{(found - case.by_hand) / abs(case.by_hand):+.1%}**", False


def _shown(value: float) -> str:
    return f"{value:,.2f}" if not abs(value) < 10 else f"{value:.6f}"


def main() -> None:
    peer = load_peer()
    if peer is None:
        print(f"\n{PEER} is not installed: the product is compared with the loops alone")
    rows = [answered(case, peer) for case in cases()]
    print(f"\n| case | by hand | ipfin | {PEER} | what it was asked |\n|---|---|---|---|---|")
    for row in rows:
        print(row.as_text())
    print(f"\nRight: ipfin {sum(row.product_is_right for row in rows)} of {len(rows)}", end="")
    print("" if peer is None else f", {PEER} {sum(bool(row.peer_is_right) for row in rows)} of {len(rows)}")
