"""What a decision tree with learning is asked: states, decisions, information; and that no branch was forgotten."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import FieldProblem, InputError
from valuation.kernel.fields import DISTINCT_NAMES, FrozenModel
from valuation.kernel.figures import Amount, RateFigure, ShareFigure, at_least
from valuation.options._stages import NowOrLaterFigure

__all__ = ["DecisionDate", "KnownState", "LearningTreeInputs", "Signal", "WorldState", "check_tree"]

#: States of information that a tree may have, all dates together.
MOST_NODES = 200
ShortName = Annotated[str, Field(min_length=1, max_length=60)]
NamedAmount = Annotated[Amount, AfterValidator(at_least(0))]


class WorthOnce(FrozenModel):
    """What follows from investing, as one present value on the day of the investment."""

    kind: Literal["present_value"]
    amount: Amount


class WorthYearly(FrozenModel):
    """What follows from investing, as yearly flows: ``amounts`` come one, two and more years after it."""

    kind: Literal["yearly_flows"]
    amounts: Annotated[tuple[Amount, ...], Field(min_length=1, max_length=40)]


class WorldState(FrozenModel):
    """One way the world may be: how likely that is today, and what an investment then brings."""

    name: ShortName
    probability_share: ShareFigure
    worth: Annotated[WorthOnce | WorthYearly, Field(discriminator="kind")]


class DecisionDate(FrozenModel):
    """A day on which investing, waiting and giving up are decided.

    ``in_years`` is counted from the valuation date; ``outlay`` is what investing costs then, left out where it is not
    open yet; ``kept_share`` is the part of the worth that is left if the investment is made then, all if left out.
    """

    in_years: NowOrLaterFigure
    outlay: NamedAmount | None = None
    kept_share: ShareFigure | None = None


class KnownState(FrozenModel):
    """The state of the world becomes known before the decision with this number (2 is the second)."""

    kind: Literal["state_known"]
    before_decision: Annotated[int, Field(ge=1, le=12)]


class Likelihood(FrozenModel):
    """How likely a message is if the world is in the state called ``state``."""

    state: ShortName
    probability_share: ShareFigure


class SignalOutcome(FrozenModel):
    """One message that may come; ``likelihoods`` say how likely it is in each state, every state once."""

    name: ShortName
    likelihoods: Annotated[tuple[Likelihood, ...], Field(min_length=2, max_length=12)]

    def in_state(self, state: str) -> ShareFigure:
        """How likely is the message in a state?"""
        return next(each.probability_share for each in self.likelihoods if each.state == state)


class Signal(FrozenModel):
    """An imperfect message before a decision; its ``outcomes`` exclude each other and are all there are."""

    kind: Literal["signal"]
    before_decision: Annotated[int, Field(ge=1, le=12)]
    outcomes: Annotated[tuple[SignalOutcome, ...], Field(min_length=2, max_length=6), DISTINCT_NAMES]


News = Annotated[KnownState | Signal, Field(discriminator="kind")]


class LearningTreeInputs(FrozenModel):
    """A chance to invest in a world that becomes known by and by.

    Attributes
    ----------
    states : all the ways the world may be; their probabilities add up to one.
    decisions : the days of decision, in order; after the last the chance is gone.
    information : what becomes known before which decision; messages are independent of one another given the state.
    discount_rate_share : yearly rate for flows and decisions, risk included.
    rate_footing : the footing (tax, prices) of the rate, of the flows and of the outlays, which must be one.
    """

    states: Annotated[tuple[WorldState, ...], Field(min_length=2, max_length=12), DISTINCT_NAMES]
    decisions: Annotated[tuple[DecisionDate, ...], Field(min_length=1, max_length=12)]
    information: Annotated[tuple[News, ...], Field(max_length=6)]
    discount_rate_share: RateFigure
    rate_footing: Literal["after_tax nominal", "after_tax real", "before_tax nominal", "before_tax real"]


def check_tree(inputs: LearningTreeInputs) -> None:
    """Refuse a forgotten branch, decisions out of order, a message before no decision, a tree too large."""
    problems = list(_problems(inputs))
    if problems:
        raise InputError.from_problems(problems)


def _problems(inputs: LearningTreeInputs) -> Iterator[FieldProblem]:
    whole = math.fsum(state.probability_share.value for state in inputs.states)
    if abs(whole - 1) > 1e-9:
        yield FieldProblem("states.probability_share", f"a sum of {whole:.12g}", "a sum of 1: no branch forgotten")
    for number, state in enumerate(inputs.states):
        if state.probability_share.distribution is not None:
            # Drawn apart from each other the probabilities would no longer add up to one.
            yield FieldProblem(f"states.{number}.probability_share.distribution", "a distribution", "none")
    years = [decision.in_years.value for decision in inputs.decisions]
    if sorted(set(years)) != years:
        yield FieldProblem("decisions.in_years", str(years), "years that rise from one decision to the next")
    if all(decision.outlay is None for decision in inputs.decisions):
        yield FieldProblem("decisions.outlay", "none", "a decision at which investing is open")
    for number, news in enumerate(inputs.information):
        if news.before_decision > len(years):
            yield FieldProblem(f"information.{number}.before_decision", str(news.before_decision), f"1 to {len(years)}")
        if news.kind == "signal":
            yield from _signal_problems(f"information.{number}", news, inputs)
    nodes = _nodes_needed(inputs)
    if nodes > MOST_NODES:
        yield FieldProblem("information", f"{nodes} states of information", f"at most {MOST_NODES}")


def _signal_problems(where: str, signal: Signal, inputs: LearningTreeInputs) -> Iterator[FieldProblem]:
    names = sorted(state.name for state in inputs.states)
    for number, outcome in enumerate(signal.outcomes):
        field = f"{where}.outcomes.{number}.likelihoods"
        found = sorted(each.state for each in outcome.likelihoods)
        if found != names:
            yield FieldProblem(field, str(found), f"each state once: {names}")
            return
        if any(each.probability_share.distribution is not None for each in outcome.likelihoods):
            yield FieldProblem(field, "a distribution", "none")
    for name in names:
        whole = math.fsum(outcome.in_state(name).value for outcome in signal.outcomes)
        if abs(whole - 1) > 1e-9:
            expected = f"a sum of 1 in state {name}: no message forgotten"
            yield FieldProblem(f"{where}.outcomes.likelihoods", f"a sum of {whole:.12g}", expected)


def _nodes_needed(inputs: LearningTreeInputs) -> int:
    width, total = 1, 0
    for number in range(1, len(inputs.decisions) + 1):
        for news in inputs.information:
            if news.before_decision == number:
                width *= len(inputs.states) if news.kind == "state_known" else len(news.outcomes)
        total += width
    return total
