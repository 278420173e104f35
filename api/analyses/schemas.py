"""What a caller asks about a valuation, and what comes back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from api.envelopes import Envelope
from api.valuations.schemas import Text, WarningOut
from valuation.appraisal import AppraisalRequest
from valuation.kernel.fields import DecimalText, FiniteFloat, FrozenModel, Identifier, WholeNumber
from valuation.uncertainty.scenarios import Scenario

__all__ = [
    "Analysis",
    "AnalysisRequest",
    "BreakEvenAsked",
    "OneAtATimeAsked",
    "PercentilesAsked",
    "ScenariosAsked",
    "TotalEffectsAsked",
    "VolatilityAsked",
    "analysis_model",
]

#: How much one request may ask for.
MAXIMUM_PERCENTILES, MAXIMUM_SCENARIOS, MAXIMUM_OUTPUTS, MAXIMUM_PIECES = 200, 50, 20, 10_000
MAXIMUM_HELD = 200
MAXIMUM_MOVED = 500
_InputName = Annotated[str, Field(min_length=1, max_length=120)]


class PercentilesAsked(FrozenModel):
    """Which values does the answer stay below with these probabilities?"""

    kind: Literal["percentiles"]
    probability_shares: Annotated[
        tuple[Annotated[FiniteFloat, Field(gt=0, lt=1)], ...], Field(min_length=1, max_length=MAXIMUM_PERCENTILES)
    ]


class TotalEffectsAsked(FrozenModel):
    """Which uncertain input is behind the scatter, alone and together with the others?"""

    kind: Literal["total_effects"]


class ScenariosAsked(FrozenModel):
    """What if these inputs were other ones? ``outputs`` are further lines of the paper to compare."""

    kind: Literal["scenarios"]
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=MAXIMUM_SCENARIOS)]
    outputs: Annotated[tuple[_InputName, ...], Field(max_length=MAXIMUM_OUTPUTS)] = ()


class BreakEvenAsked(FrozenModel):
    """At which values of one input is the answer the target?

    Attributes
    ----------
    input_name : a name on the paper; a row is moved by a common multiplier.
    target : in the unit of the method.
    bracket : low and high end of the search, in units of the input (of the multiplier for a row).
    pieces : into how many equal parts the bracket is cut.
    """

    kind: Literal["break_even"]
    input_name: _InputName
    target: DecimalText
    bracket: tuple[FiniteFloat, FiniteFloat]
    pieces: Annotated[WholeNumber, Field(ge=1, le=MAXIMUM_PIECES)] = 256


class VolatilityAsked(FrozenModel):
    """How volatile is the project whose present value this is? For an option on it; income methods only.

    Attributes
    ----------
    resolved_within_years : over how many years what is uncertain today becomes known; 1 is Copeland and Antikarov's.
    held_inputs : uncertain inputs that keep their stated value (the discount rate, if it is uncertain).
    """

    kind: Literal["volatility"]
    resolved_within_years: Annotated[FiniteFloat, Field(gt=0, le=100)] = 1.0
    held_inputs: Annotated[tuple[_InputName, ...], Field(max_length=MAXIMUM_HELD)] = ()


class OneAtATimeAsked(FrozenModel):
    """What is the answer with each input lower and higher by this share of what is stated, all else as stated?

    Attributes
    ----------
    change_share : 0.1 moves every input to nine and to eleven tenths; a row is moved as a whole.
    input_names : names on the paper; without it every stated input that can be moved alone.
    """

    kind: Literal["one_at_a_time"]
    change_share: Annotated[FiniteFloat, Field(gt=0, lt=1)]
    input_names: Annotated[tuple[_InputName, ...], Field(min_length=1, max_length=MAXIMUM_MOVED)] | None = None


_Asked = Annotated[
    PercentilesAsked | TotalEffectsAsked | ScenariosAsked | BreakEvenAsked | OneAtATimeAsked | VolatilityAsked,
    Field(discriminator="kind"),
]


class AnalysisRequest(FrozenModel):
    """What to find out about which method of a valuation.

    The field ``valuation``, a whole valuation request, is added by :func:`analysis_model`.

    Attributes
    ----------
    method : id of one of the methods the valuation states; its working paper is analysed.
    analysis : percentiles, total effects, scenarios, a break-even, inputs moved one at a time, or the volatility of the
        project.
    """

    method: Identifier
    analysis: _Asked


def analysis_model(valuation: type[AppraisalRequest]) -> type[AnalysisRequest]:
    """What may an analysis request hold, given what a valuation request may hold today?"""
    return create_model(
        "ValuationAnalysisRequest",
        __base__=AnalysisRequest,
        __doc__=AnalysisRequest.__doc__,
        valuation=(valuation, ...),
    )


class AnalysisOut(BaseModel):
    """What was found; ``result`` has the layout of its ``kind``. Amounts are texts."""

    kind: Literal["percentiles", "total_effects", "scenarios", "break_even", "one_at_a_time", "volatility"]
    method: str
    label: Text
    unit: str
    value: str = Field(description="the method's value as stated")
    seed: int | None
    result: dict[str, Any]
    valuation_digest: str
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class Analysis(Envelope):
    """A stored analysis."""

    answer: AnalysisOut  # type: ignore[assignment]  # narrower than any JSON object
