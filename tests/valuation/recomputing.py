"""Forecasts drawn at random, and their present value by a plain loop that shares no code with the engine.

The valuation date is the last day of 2020, so a time in years is the calendar year less 2021 plus the part of that
year that is over.
"""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.valuation.asking import NO_AMORTISATION, NO_SURVIVAL, Data, figure, series
from tests.valuation.method_samples import NO_TAX

VALUED = datetime.date(2020, 12, 31)
#: The patent of the requests ends here.
LEGAL_END = datetime.date(2030, 6, 30)


def money(random: Random, low: float, high: float) -> float:
    """An amount of whole cents."""
    return round(random.uniform(low, high), 2)


def share(random: Random, low: float = 0.0, high: float = 1.0) -> float:
    return round(random.uniform(low, high), 4)


def time_of(day: datetime.date) -> float:
    """Years from the valuation date."""
    days = 366 if calendar.isleap(day.year) else 365
    return day.year - 2021 + day.timetuple().tm_yday / days


@dataclass(frozen=True)
class Year:
    """Which part of a year counts, when its flow falls, how likely the right still earns then."""

    counted: float
    middle: float
    paid: float
    alive: float


@dataclass(frozen=True)
class Drawn:
    """A forecast as a request states it and as a loop reads it."""

    stated: Data
    rate: float
    timing: str
    years: tuple[Year, ...]

    def present(self, flows: Sequence[float]) -> float:
        """Add up what each year's flow is worth today."""
        worth = 0.0
        for flow, year in zip(flows, self.years, strict=True):
            worth += flow * year.alive / (1 + self.rate) ** year.paid
        return worth


def drawn_forecast(random: Random, years: int, *, is_endless: bool = False, is_bound: bool = True) -> Drawn:
    """Stub years, an end inside a year, three timings of flows, four kinds of survival.

    ``is_endless`` leaves out every end; ``is_bound`` is false for flows that outlive the right.
    """
    first = random.choice([datetime.date(2021, 12, 31), datetime.date(2021, 6, 30), datetime.date(2021, 9, 30)])
    ends = [first.replace(year=first.year + number) for number in range(years)]
    life_end = None if is_endless else random.choice([None, datetime.date(2020 + years, 8, 31)])
    last = life_end or (LEGAL_END if is_bound and not is_endless else ends[-1])
    timing = random.choice(["year_end", "mid_year", "exact"])
    payments = [end + datetime.timedelta(days=random.randint(1, 60)) for end in ends]
    spans = []
    for end in ends:
        start = end.replace(year=end.year - 1)
        since, until = max(start, VALUED), min(end, last)
        spans.append((max(0, (until - since).days) / (end - start).days, time_of(since), time_of(until)))
    survival, alive = _survival(random, [(since + until) / 2 for _, since, until in spans], is_endless=is_endless)
    rate = share(random, 0.05, 0.2)
    rows = []
    for (part, since, until), payment, living in zip(spans, payments, alive, strict=True):
        middle = (since + until) / 2
        paid = {"year_end": until, "mid_year": middle, "exact": (payment - VALUED).days / 365}[timing]
        rows.append(Year(part, middle, paid, living))
    stated: Data = {
        "first_year_end": first.isoformat(),
        "discount_rate_share": figure(rate),
        "timing": timing,
        "survival": survival,
    }
    if life_end is not None:
        stated["end_of_life"] = life_end.isoformat()
    if timing == "exact":
        stated["payment_dates"] = [day.isoformat() for day in payments]
    return Drawn(stated, rate, timing, tuple(rows))


def _survival(random: Random, times: list[float], *, is_endless: bool) -> tuple[Data, list[float]]:
    kind = "none" if is_endless else random.choice(["none", "exponential", "weibull", "table"])
    if kind == "exponential":
        hazard = share(random, 0.01, 0.2)
        return {"kind": kind, "annual_hazard": figure(hazard)}, [math.exp(-hazard * time) for time in times]
    if kind == "weibull":
        shape, scale, age = share(random, 0.7, 2), share(random, 5, 20), share(random, 0, 5)
        stated = {"kind": kind, "shape": figure(shape), "scale_years": figure(scale), "age_years": figure(age)}

        def lives(since: float) -> float:
            return math.exp(-((since / scale) ** shape))

        return stated, [lives(age + time) / lives(age) for time in times]
    if kind == "table":
        shares = sorted((share(random) for _ in times), reverse=True)
        return {"kind": kind, "probability": series(shares)}, shares
    return NO_SURVIVAL, [1.0] * len(times)


@dataclass(frozen=True)
class DrawnTax:
    """A tax and its amortisation benefit as a request states them and as a loop reads them."""

    tax: Data
    amortisation: Data
    rate: float
    is_credited: bool
    tax_life: int

    def left(self, flow: float) -> float:
        """What tax leaves of a year's income."""
        return flow if flow < 0 and not self.is_credited else flow - self.rate * flow

    def with_benefit(self, before: float, rate: float, timing: str) -> float:
        """A price that holds the tax its own deduction saves, found by going round until it stands still."""
        price = before
        for _ in range(400 if self.tax_life and before > 0 else 0):
            saved = 0.0
            for year in range(1, self.tax_life + 1):
                saved += self.rate * price / self.tax_life / (1 + rate) ** (year - 0.5 * (timing == "mid_year"))
            price = before + saved
        return price

    @property
    def fields(self) -> Data:
        """The two fields of a request."""
        return {"tax": self.tax, "tax_amortisation": self.amortisation}


def drawn_tax(random: Random) -> DrawnTax:
    """No tax, or a rate with losses credited or not, and a tax life of its own or none."""
    kind = random.choice(["none", "credited", "not_credited"])
    if kind == "none":
        return DrawnTax(NO_TAX, NO_AMORTISATION, 0.0, is_credited=True, tax_life=0)
    rate, life = share(random, 0.05, 0.4), random.choice([0, 5, 10, 15])
    amortisation = {"kind": "straight_line", "years": figure(float(life))} if life else NO_AMORTISATION
    tax = {"kind": "rate", "rate_share": figure(rate), "on_losses": kind}
    return DrawnTax(tax, amortisation, rate, is_credited=kind == "credited", tax_life=life)
