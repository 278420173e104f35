"""Film waterfall 影视著作权收益瀑布法: what reaches the owner of a film after everyone who is paid before?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.forecast import (
    Forecast,
    Tax,
    after_tax_line,
    counted_share_line,
    forecast_conventions,
    forecast_doubts,
    forecast_years,
    present_value_line,
    value_line,
    year_axis,
)
from valuation.discounting.tax_amortisation import TaxAmortisation
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, cumulative_sum, larger, previous, smaller, total
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import Amount, AmountSeries, ShareFigure, ShareOrSeries, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "FilmWaterfallInputs"]

_Named = Annotated[str, Field(min_length=1, max_length=100)]
_Recipient = Literal["owner", "others"]


class Stream(FrozenModel):
    """One source of money: box office, broadcast, online licence; ``kept_before_share`` never reaches the pool.

    That is what cinemas, funds and sales taxes keep of the gross.
    """

    name: _Named
    gross: Annotated[AmountSeries, AfterValidator(at_least(0))]
    kept_before_share: ShareOrSeries


class Fee(FrozenModel):
    """A share each year, of all receipts or of what the tiers above left; never more than is left."""

    kind: Literal["fee"]
    name: _Named
    share: ShareFigure
    base: Literal["receipts", "remaining"]
    recipient: _Recipient


class Recoupment(FrozenModel):
    """An outlay that is paid back from what is left until all of it is: advance, prints and advertising, negative cost.

    ``balance`` is what is still unpaid on the valuation date.
    """

    kind: Literal["recoupment"]
    name: _Named
    balance: Annotated[Amount, AfterValidator(at_least(0))]
    recipient: _Recipient


class FilmWaterfallInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    streams : gross money of each full twelve-month year, and what is kept of it before the pool.
    tiers : who is paid from the pool, in this order; what is left after the last tier is the owner's. A share in
        net profit is a fee of what remains after the recoupments.
    owner_cost : what the owner still spends each full year (masters, collection, residuals).
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`. The pool and its recoupments are
        not weighted by survival, the owner's income is.
    """

    streams: Annotated[tuple[Stream, ...], Field(max_length=20), *NOT_EMPTY, DISTINCT_NAMES]
    tiers: Annotated[tuple[Annotated[Fee | Recoupment, Field(discriminator="kind")], ...], Field(max_length=20)]
    owner_cost: Annotated[AmountSeries, AfterValidator(at_least(0))]
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: FilmWaterfallInputs, setting: Setting) -> Paper:
    _refuse_same_names(inputs)
    _refuse_other_lengths(inputs)
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.owner_cost.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    share = counted_share_line(sheet, counted)
    receipts = _receipts(sheet, inputs.streams, share, unit)
    income = _owner_income(sheet, inputs.tiers, receipts, unit)
    cost = sheet.series(
        "owner_cost", inputs.owner_cost, label=Label("权利人费用（全年）", "owner's costs, full year"), unit=unit
    )
    before = sheet.line("before_tax", income - cost * share, label=Label("税前收益", "income before tax"), unit=unit)
    flow = after_tax_line(sheet, before, inputs.tax, unit=unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "order": " > ".join([*(tier.name for tier in inputs.tiers), "owner"]),
            "pool": "all streams in one pool: a loss of one is recouped from another",
            **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
        },
        beside=("present_value", "tab_factor", *_unpaid_names(inputs.tiers)),
        warnings=(*forecast_doubts(inputs.forecast, counted), *_no_tier(inputs)),
    )


def _refuse_same_names(inputs: FilmWaterfallInputs) -> None:
    for field, named in (("streams", inputs.streams), ("tiers", inputs.tiers)):
        names = [each.name for each in named]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError.of(field, found=f"{', '.join(twice)} twice", expected="a different name for each")


def _refuse_other_lengths(inputs: FilmWaterfallInputs) -> None:
    years = len(inputs.owner_cost.values)
    for number, stream in enumerate(inputs.streams):
        found = len(stream.gross.values)
        if found != years:
            raise InputError.of(
                f"streams.{number}.gross", found=f"{found} years", expected=f"{years} years, as in owner_cost"
            )


def _receipts(sheet: Sheet, streams: Sequence[Stream], share: Name, unit: str) -> Name:
    """What reaches the pool in the counted part of each year, from all streams."""
    reaching: Expression | None = None
    for number, stream in enumerate(streams, start=1):
        gross = sheet.series(
            f"stream_{number}_gross",
            stream.gross,
            label=Label(f"收入 {number}：{stream.name}（全年）", f"stream {number}: {stream.name}, full year"),
            unit=unit,
        )
        kept = sheet.figure_or_series(
            f"stream_{number}_kept_before_share",
            stream.kept_before_share,
            label=Label(f"收入 {number} 先扣比例", f"stream {number}, kept before the pool"),
            unit="share",
            domain=(0, 1),
        )
        part = sheet.line(
            f"stream_{number}_receipts",
            gross * (1 - kept) * share,
            label=Label(f"收入 {number} 入池", f"stream {number}, into the pool"),
            unit=unit,
        )
        reaching = part if reaching is None else reaching + part
    assert reaching is not None, "there is at least one stream"
    return sheet.line("receipts", reaching * 1, label=Label("入池收入", "receipts of the pool"), unit=unit)


def _owner_income(sheet: Sheet, tiers: Sequence[Fee | Recoupment], receipts: Name, unit: str) -> Name:
    """Pay the tiers in order; the owner gets its own tiers and what is left."""
    pool = receipts
    income: Expression | None = None
    for number, tier in enumerate(tiers, start=1):
        paid = (
            _fee(sheet, number, tier, receipts, pool, unit)
            if isinstance(tier, Fee)
            else _recoupment(sheet, number, tier, pool, unit)
        )
        left = Label(f"第 {number} 层后余额", f"left after tier {number}")
        pool = sheet.line(f"left_after_{number}", pool - paid, label=left, unit=unit)
        if tier.recipient == "owner":
            income = paid if income is None else income + paid
    whole: Expression = pool * 1 if income is None else pool + income
    return sheet.line("owner_income", whole, label=Label("权利人收入", "owner's income"), unit=unit)


def _fee(sheet: Sheet, number: int, fee: Fee, receipts: Name, pool: Name, unit: str) -> Name:
    share = sheet.figure(
        f"tier_{number}_share",
        fee.share,
        label=Label(f"第 {number} 层比例：{fee.name}", f"tier {number}, share: {fee.name}"),
        unit="share",
        domain=(0, 1),
    )
    base = receipts if fee.base == "receipts" else pool
    paid = smaller(pool, base * share)
    return sheet.line(f"tier_{number}_paid", paid, label=_paid(number, fee.name), unit=unit)


def _recoupment(sheet: Sheet, number: int, tier: Recoupment, pool: Name, unit: str) -> Name:
    """Paid so far is the smaller of the balance and all that came this far; a year's payment is the difference."""
    balance = sheet.figure(
        f"tier_{number}_balance",
        tier.balance,
        label=Label(f"第 {number} 层待收回：{tier.name}", f"tier {number}, to be recouped: {tier.name}"),
        unit=unit,
    )
    came = sheet.line(
        f"tier_{number}_available",
        cumulative_sum(pool),
        label=Label(f"第 {number} 层累计可用", f"tier {number}, available so far"),
        unit=unit,
    )
    so_far = sheet.line(
        f"tier_{number}_paid_so_far",
        smaller(came, balance),
        label=Label(f"第 {number} 层累计收回", f"tier {number}, recouped so far"),
        unit=unit,
    )
    paid = sheet.line(
        f"tier_{number}_paid", so_far - previous(so_far, first=0), label=_paid(number, tier.name), unit=unit
    )
    whole = sheet.line(
        f"tier_{number}_recouped",
        total(paid),
        label=Label(f"第 {number} 层收回合计", f"tier {number}, recouped"),
        unit=unit,
    )
    sheet.line(
        f"tier_{number}_unpaid",
        larger(balance - whole, 0),
        label=Label(f"第 {number} 层未收回", f"tier {number}, never recouped"),
        unit=unit,
        total=True,
    )
    return paid


def _paid(number: int, name: str) -> Label:
    return Label(f"第 {number} 层支付：{name}", f"tier {number}, paid: {name}")


def _unpaid_names(tiers: Sequence[Fee | Recoupment]) -> tuple[str, ...]:
    numbered = enumerate(tiers, start=1)
    return tuple(f"tier_{number}_unpaid" for number, tier in numbered if isinstance(tier, Recoupment))


def _no_tier(inputs: FilmWaterfallInputs) -> tuple[NamedWarning, ...]:
    """Without any tier everything is the owner's; a reader must know that nobody was said to be paid before."""
    if inputs.tiers:
        return ()
    text = Label("未列分配层级，入池收入全部归权利人", "no tier stated: all receipts are taken as the owner's")
    return (NamedWarning("no_tier_stated", text),)


_LABEL = Label("影视著作权收益瀑布法", "Film waterfall")

METHOD = Method(
    id="film_waterfall",
    approach="income",
    label=_LABEL,
    question=Label(
        "各方依次分配之后，影片权利人得到多少？", "What reaches the owner of a film after all who come before?"
    ),
    inputs_model=FilmWaterfallInputs,
    build=_build,
    references=(
        "OpenLearn, Where do films go to?: outline of a typical distribution deal (exhibitors, fee, expenses, advance)",
        "Bibicoff 1991, Net profit participations in the motion picture industry, 11 Loy. L.A. Ent. L. Rev. 23",
    ),
    cases=(),
    made_for=("copyright",),
    assumes=Label(
        "各渠道收入汇入一池，按所述次序逐级分配；前一级未满，后一级不得。",
        "All streams flow into one pool and are paid in the stated order; no tier is paid before the one above "
        "is full.",
    ),
)
