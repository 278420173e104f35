"""How a leverage scenario is asked: the money, the alternatives, the terms of each instrument."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, SerializeAsAny, create_model

from leverage.course import Course
from leverage.instrument import Instrument, load_instruments
from leverage.programme import LabelRow, MoneyLine
from leverage.source_classes import StateCompanyAs
from leverage.terms import ShareExact
from valuation.errors import InputError
from valuation.kernel.fields import NOT_EMPTY, Dates, FrozenModel, Identifier, NonNegativeMoneyText
from valuation.kernel.figures import SourceRow
from valuation.kernel.money import Money

__all__ = [
    "AllocationRequest",
    "AlternativeRequest",
    "MoneyUse",
    "ScenarioRequest",
    "request_model",
    "request_model_on",
]


class MoneyUse(FrozenModel):
    """How much of one money line goes into an instrument."""

    line: Identifier
    amount: NonNegativeMoneyText

    @property
    def fen(self) -> int:
        """The amount in whole fen."""
        return Money.from_text(self.amount).fen


class AllocationRequest(FrozenModel):
    """One use of one instrument: the money placed in it, its terms, the dated policies to check it against.

    ``displacement`` is the share of the finance and of the other money that would have come anyway; there is
    no default. ``course`` says how draws, repayments, losses and gains fall on the quarters; with it the answer has
    the ledger of the instrument.
    """

    id: Identifier
    instrument: str
    money: Annotated[tuple[MoneyUse, ...], Field(max_length=100), *NOT_EMPTY]
    terms: SerializeAsAny[FrozenModel]
    policies: Annotated[tuple[Identifier, ...], Field(max_length=20)] = ()
    displacement: ShareExact | None = None
    course: Course | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a line or a policy that is named twice."""
        del context
        _each_once([use.line for use in self.money], field=f"allocation {self.id}: money")
        _each_once(list(self.policies), field=f"allocation {self.id}: policies")


class AlternativeRequest(FrozenModel):
    """One way to use the money: allocations that stand side by side and share the lines."""

    id: Identifier
    label: LabelRow | None = None
    allocations: tuple[SerializeAsAny[AllocationRequest], ...]

    def model_post_init(self, context: object) -> None:
        """Refuse two allocations of one name: the name is also that of the vehicle."""
        del context
        _each_once([row.id for row in self.allocations], field=f"alternative {self.id}: allocations")


class ScenarioRequest(FrozenModel):
    """What :func:`leverage.scenario.run_scenario` answers; made complete by :func:`request_model`.

    Money comes from a shipped ``programme``, from own ``money`` lines, or from both. Each of the
    ``alternatives`` disposes of the same money anew.
    """

    dates: Dates
    programme: Identifier | None = None
    money: Annotated[tuple[MoneyLine, ...], Field(max_length=100)] = ()
    sources: Annotated[dict[Identifier, SourceRow], Field(max_length=1000)] = Field(default_factory=dict)
    state_company_as: StateCompanyAs = "public"
    alternatives: tuple[SerializeAsAny[AlternativeRequest], ...]

    def model_post_init(self, context: object) -> None:
        """Refuse a request without money, and names that stand twice."""
        del context
        if self.programme is None and not self.money:
            raise InputError.of("programme", found="nothing", expected="a programme, or own money lines")
        _each_once([line.id for line in self.money], field="money")
        _each_once([row.id for row in self.alternatives], field="alternatives")

    def allocations(self) -> Iterator[tuple[AlternativeRequest, AllocationRequest]]:
        """Every allocation with the alternative that it belongs to."""
        for alternative in self.alternatives:
            for allocation in alternative.allocations:
                yield alternative, allocation


def _each_once(names: list[str], *, field: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError.of(field, found=f"{', '.join(twice)} more than once", expected="each name once")


Request = TypeVar("Request", bound=ScenarioRequest)


def request_model(instruments: Mapping[str, Instrument] | None = None) -> type[ScenarioRequest]:
    """Which request is understood today? Built when called, so that a new instrument file is in its schema.

    Parameters
    ----------
    instruments : the catalogue; the files of ``leverage/instruments`` when not given.

    Returns
    -------
    A pydantic model, a subclass of :class:`ScenarioRequest`; the allocations are a union over the instruments,
    told apart by the field ``instrument``.

    Tested by: ``tests/leverage/test_request.py`` (a file dropped in appears in the JSON schema).
    """
    return request_model_on(ScenarioRequest, AllocationRequest, instruments=instruments)


def request_model_on(
    base: type[Request],
    allocation_base: type[AllocationRequest],
    *,
    instruments: Mapping[str, Instrument] | None = None,
    more_of_allocation: Mapping[str, Any] | None = None,
) -> type[Request]:
    """Which request is understood today, on bases that ask for more than a scenario does?

    Parameters
    ----------
    base, allocation_base : what the request and each allocation are made of.
    instruments : the catalogue; the files of ``leverage/instruments`` when not given.
    more_of_allocation : further fields of each allocation, as pydantic's ``create_model`` takes them.

    Tested by: ``tests/leverage/test_request.py``, ``tests/leverage/test_run_request.py``.
    """
    catalogue = load_instruments() if instruments is None else instruments
    more = dict(more_of_allocation or {})
    union: Any = reduce(operator.or_, [_allocation_model(row, allocation_base, more) for row in catalogue.values()])
    # Built at run time, so that the type checker cannot see these as types.
    allocation: Any = Annotated[union, Field(discriminator="instrument")] if len(catalogue) > 1 else union
    allocations: Any = Annotated[tuple[allocation, ...], Field(max_length=50), *NOT_EMPTY]
    alternative = create_model(
        f"Leverage{_kind(allocation_base).removesuffix('Allocation')}Alternative",
        __base__=AlternativeRequest,
        __doc__=AlternativeRequest.__doc__,
        allocations=(allocations, ...),
    )
    alternatives: Any = Annotated[tuple[alternative, ...], Field(max_length=20), *NOT_EMPTY]
    made: Any = create_model(
        f"Leverage{base.__name__}", __base__=base, __doc__=base.__doc__, alternatives=(alternatives, ...)
    )
    found: type[Request] = made
    return found


def _kind(base: type[AllocationRequest]) -> str:
    """The end of the names of models made on a base: two models of one name would lose theirs in a schema."""
    return base.__name__.removesuffix("Request")


def _allocation_model(instrument: Instrument, base: type[AllocationRequest], more: dict[str, Any]) -> Any:
    name = "".join(part.capitalize() for part in instrument.id.split("_"))
    identifier: Any = Literal[instrument.id]
    return create_model(
        f"{name}{_kind(base)}",
        __base__=base,
        __doc__=f"{instrument.label.zh}: {instrument.question.zh} {instrument.question.en}",
        instrument=(identifier, ...),
        terms=(instrument.terms_model, ...),
        **more,
    )
