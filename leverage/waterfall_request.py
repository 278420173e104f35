"""How a waterfall is asked: the partners, the tiers and settlements in order, the dated flows; and what is answered.

A tier or settlement is named by its ``kind``, a file in ``leverage/tiers`` or ``leverage/settlements``, and its terms.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, create_model, model_validator
from pydantic_core import PydanticCustomError

from leverage.concessions import ConcessionCost, concession_costs
from leverage.deal_by_deal import Clawback, clawback, run_deal_by_deal
from leverage.fund_accounts import Partner, Role
from leverage.measures import fund_internal_rate
from leverage.waterfall import (
    FundFlow,
    Settlement,
    SettlementKind,
    Tier,
    TierKind,
    Waterfall,
    WaterfallRun,
    run_waterfall,
    settlement_kinds,
    tier_kinds,
)
from valuation.errors import RefusalError
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.kernel.fields import (
    NOT_EMPTY,
    Dates,
    Day,
    DecimalText,
    FrozenModel,
    Identifier,
    NonNegativeMoneyText,
    parse,
)
from valuation.kernel.figures import Graded, SourceRow, check_sources
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money
from valuation.kernel.sources import Source, unverified

__all__ = ["WaterfallAnswer", "WaterfallRequest", "answer_waterfall", "waterfall_request_model"]

_Share = Annotated[DecimalText, Field(ge=0, le=1)]


class PartnerRow(FrozenModel):
    """A partner: its side and its commitment."""

    id: Identifier
    role: Role
    committed: NonNegativeMoneyText


class FlowRow(FrozenModel):
    """What the fund calls and distributes on a day, of which deal where that matters."""

    day: Day
    called: NonNegativeMoneyText = Decimal(0)
    proceeds: NonNegativeMoneyText = Decimal(0)
    deal: Identifier | None = None


class FundTerm(FrozenModel):
    """From when to when the fund invests and lives."""

    starts_on: Day
    invests_until: Day
    ends_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> FundTerm:
        if not self.starts_on < self.invests_until:
            raise PydanticCustomError("term", "an investment period that ends after {d}", {"d": str(self.starts_on)})
        if self.ends_on < self.invests_until:
            raise PydanticCustomError(
                "term", "a life that is not shorter than the investment period, to {d}", {"d": str(self.invests_until)}
            )
        return self


class ClawbackTerms(FrozenModel):
    """The carry the manager may keep in the end, and the part of it that taxes took."""

    carry_share: _Share
    carry_tax_share: _Share = Decimal(0)


class WaterfallRequest(FrozenModel):
    """What :func:`answer_waterfall` answers; made complete by :func:`waterfall_request_model`.

    ``flows_basis`` grades the flows: measured from accounts, or assumed. ``discount_rate_share`` is for the present
    value of what concessions cost. ``whole_fund`` is the European way; ``deal_by_deal`` needs a deal on every flow.
    """

    dates: Dates
    sources: Annotated[dict[Identifier, SourceRow], Field(max_length=1000)] = Field(default_factory=dict)
    way: Literal["whole_fund", "deal_by_deal"] = "whole_fund"
    term: FundTerm
    partners: Annotated[tuple[PartnerRow, ...], Field(max_length=100), *NOT_EMPTY]
    tiers: tuple[SerializeAsAny[FrozenModel], ...]
    settlements: tuple[SerializeAsAny[FrozenModel], ...] = ()
    flows: Annotated[tuple[FlowRow, ...], Field(max_length=2000), *NOT_EMPTY]
    flows_basis: Graded
    clawback: ClawbackTerms | None = None
    discount_rate_share: _Share

    @model_validator(mode="after")
    def _within_term(self) -> WaterfallRequest:
        for place, flow in enumerate(self.flows):
            if not self.term.starts_on <= flow.day <= self.term.ends_on:
                days = {"n": str(place), "first": str(self.term.starts_on), "last": str(self.term.ends_on)}
                raise PydanticCustomError("flows", "flow {n} on a day from {first} to {last}, the fund's life", days)
        return self

    def waterfall(self) -> Waterfall:
        """The agreement as the engine takes it."""
        return Waterfall(
            partners=tuple(Partner(row.id, row.role, Money.from_text(row.committed).fen) for row in self.partners),
            tiers=tuple(Tier(kind, _terms(kind, row)) for row in self.tiers for kind in (tier_kinds()[_kind(row)],)),
            settlements=tuple(
                Settlement(kind, _terms(kind, row))
                for row in self.settlements
                for kind in (settlement_kinds()[_kind(row)],)
            ),
        )

    def fund_flows(self) -> tuple[FundFlow, ...]:
        """The flows as the engine takes them."""
        return tuple(
            FundFlow(row.day, Money.from_text(row.called).fen, Money.from_text(row.proceeds).fen, row.deal)
            for row in self.flows
        )


def _kind(row: Any) -> str:
    return str(row.kind)


def _terms(kind: TierKind | SettlementKind, row: FrozenModel) -> FrozenModel:
    """Give the terms without the name of their kind: a tier's plain form is told by comparing terms."""
    return parse(kind.terms_model, row.model_dump(exclude={"kind"}))


def waterfall_request_model() -> type[WaterfallRequest]:
    """Which waterfall requests are understood today? Built when called, so that a new tier file is in its schema."""
    # Built at run time, so that the type checker cannot see these as types.
    tier: Any = _union({name: kind.terms_model for name, kind in tier_kinds().items()}, "Tier")
    settlement: Any = _union({name: kind.terms_model for name, kind in settlement_kinds().items()}, "Settlement")
    tiers: Any = Annotated[tuple[tier, ...], Field(max_length=20), *NOT_EMPTY]
    settlements: Any = Annotated[tuple[settlement, ...], Field(max_length=20)]
    return create_model(
        "FundWaterfallRequest",
        __base__=WaterfallRequest,
        __doc__=WaterfallRequest.__doc__,
        tiers=(tiers, ...),
        settlements=(settlements, ()),
    )


def _union(models: Mapping[str, type[FrozenModel]], ending: str) -> Any:
    rows = []
    for name, model in models.items():
        identifier: Any = Literal[name]
        title = "".join(part.capitalize() for part in name.split("_")) + ending
        rows.append(create_model(title, __base__=model, __doc__=model.__doc__, kind=(identifier, ...)))
    return Annotated[reduce(operator.or_, rows), Field(discriminator="kind")]


@dataclass(frozen=True)
class WaterfallAnswer:
    """Who pays and receives what, multiples and rates by partner, what concessions cost, what is clawed back."""

    request: WaterfallRequest
    run: WaterfallRun
    concessions: tuple[ConcessionCost, ...]
    clawback: Clawback | None
    warnings: tuple[NamedWarning, ...]
    sources: tuple[Source, ...]
    digest: str

    def as_document(self) -> dict[str, Any]:
        """The answer for JSON."""
        return {
            "question": "leverage_waterfall",
            "dates": self.request.dates.model_dump(mode="json"),
            "way": self.request.way,
            "tiers": [{"kind": row.kind.id, "label": row.kind.label.as_document()} for row in self.run.waterfall.tiers],
            "partners": [self._partner(row) for row in self.run.waterfall.partners],
            "payments": [
                {
                    "day": row.day.isoformat(),
                    "tier": row.tier,
                    "partner": row.partner,
                    "payee": row.payee,
                    "account": row.account,
                    "amount": Money(row.amount_fen).text,
                }
                for row in self.run.paid
            ],
            "transfers": [
                {
                    "day": row.day.isoformat(),
                    "settlement": row.settlement,
                    "payer": row.payer,
                    "payee": row.payee,
                    "amount": Money(row.amount_fen).text,
                }
                for row in self.run.transfers
            ],
            "concessions": [row.as_document() for row in self.concessions],
            "clawback": self._clawback(),
            "conventions": [label.as_document() for label in _CONVENTIONS],
            "warnings": [row.as_document() for row in self.warnings],
            "sources": [row.as_document() for row in self.sources],
            "engine_version": ENGINE_VERSION,
            "digest": self.digest,
        }

    def _partner(self, partner: Partner) -> dict[str, Any]:
        into, back = self.run.contributed_fen(partner.id), self.run.received_fen(partner.id)
        rate, why = self._rate(partner.id)
        return {
            "id": partner.id,
            "role": partner.role,
            "paid_in": Money(into).text,
            "received": Money(back).text,
            "carry": Money(self.run.received_fen(partner.id, account="carry")).text,
            "multiple": None if into == 0 else f"{back / into:.6f}",
            "internal_rate_share": None if rate is None else f"{rate:.8f}",
            "internal_rate_finding": why,
        }

    def _rate(self, name: str) -> tuple[float | None, str]:
        """The rate, or the reason why there is none."""
        try:
            found = fund_internal_rate(self.run.flows_of(name))
        except RefusalError as error:
            return None, str(error)
        return found.rate, found.status

    def _clawback(self) -> dict[str, str] | None:
        if self.clawback is None:
            return None
        amounts = {
            "amount": self.clawback.amount_fen,
            "carry_received": self.clawback.carry_received_fen,
            "above_carry": self.clawback.above_carry_fen,
            "partners_miss": self.clawback.partners_miss_fen,
            "not_covered": self.clawback.not_covered_fen,
        }
        return {"day": self.clawback.day.isoformat(), **{name: Money(fen).text for name, fen in amounts.items()}}


def answer_waterfall(request: WaterfallRequest) -> WaterfallAnswer:
    """Who gets what of a fund's flows, and what does each concession cost the public side?

    Raises
    ------
    InputError : see :func:`leverage.waterfall.run_waterfall`; a source that is not listed.
    RefusalError : the tiers leave something undistributed.

    Tested by: ``tests/leverage/test_waterfall_request.py`` (by hand), published cases through the engine.
    """
    used = check_sources(request, listed={name: row.as_source(name) for name, row in request.sources.items()})
    waterfall, flows = request.waterfall(), request.fund_flows()
    is_whole = request.way == "whole_fund"
    run = run_waterfall(waterfall, flows) if is_whole else run_deal_by_deal(waterfall, flows)
    rate = float(request.discount_rate_share)
    costs = concession_costs(waterfall, flows, discount_rate_share=rate) if is_whole else ()
    return WaterfallAnswer(
        request=request,
        run=run,
        concessions=costs,
        clawback=_given_back(request, run, flows),
        warnings=(*_warnings(request, is_whole=is_whole), *unverified(used)),
        sources=tuple(used),
        digest=digest_of({"leverage_waterfall": request.model_dump(mode="json")}),
    )


def _given_back(request: WaterfallRequest, run: WaterfallRun, flows: tuple[FundFlow, ...]) -> Clawback | None:
    if request.clawback is None:
        return None
    hurdle = next((tier for tier in run.waterfall.tiers if tier.kind.id == "preferred_return"), None)
    terms = request.clawback
    return clawback(run, flows, carry_share=terms.carry_share, hurdle=hurdle, carry_tax_share=terms.carry_tax_share)


def _warnings(request: WaterfallRequest, *, is_whole: bool) -> list[NamedWarning]:
    warnings = []
    if request.flows_basis.grade in ("assumed", "hypothesis", "judgement"):
        text = Label(
            f"现金流不是实测：{request.flows_basis.basis}", f"the flows are not measured: {request.flows_basis.basis}"
        )
        warnings.append(NamedWarning("flows_not_measured", text))
    if late := [row.day for row in request.flows if row.called and row.day > request.term.invests_until]:
        text = Label(f"投资期后仍有出资：{late[0]}", f"called after the investment period: {late[0]}")
        warnings.append(NamedWarning("called_after_investment_period", text))
    if not is_whole:
        text = Label("逐项目分配时不计算让利成本", "concession costs are not computed deal by deal")
        warnings.append(NamedWarning("concessions_not_computed", text))
    return warnings


_CONVENTIONS = (
    Label(
        "同日先出资后分配；同日多笔合并；出资按认缴比例分摊；每日分配按最大余数法取整到分",
        "on a day calls come before distributions; flows of one day are one; calls are shared by commitment; each day's"
        " cells are brought to whole fen by largest remainder",
    ),
    Label(
        "让利成本＝无该让利时公共方所得－有该让利时公共方所得，其他条件不变；各项成本不必相加等于合计",
        "a concession costs what the public side would get without it less what it gets with it, all else equal; the"
        " costs need not add up",
    ),
)
