"""What a valuation method is: one file that states its question, its inputs and its working paper.

Everything methods have in common (interval, sensitivities, echo of inputs, sources, digest) happens here once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from valuation.kernel.conclusion import Conclusion, Indicated
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.kernel.fields import Dates, FrozenModel
from valuation.kernel.figures import check_sources, supposed_inputs
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.sources import Source, unverified
from valuation.kernel.subject import Subject
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.draws import uncertain_numbers
from valuation.uncertainty.sampling import (
    MAXIMUM_DRAWS,
    Interval,
    Sensitivity,
    Uncertainty,
    draw_inputs,
    sensitivities,
    simulate_interval,
)

__all__ = ["Method", "Paper", "Setting"]

Inputs = TypeVar("Inputs", bound=FrozenModel)
Approach = Literal["income", "cost", "market", "options"]


@dataclass(frozen=True)
class Setting:
    """What a method is told beside its own inputs: the right, the three dates, the currency."""

    subject: Subject
    dates: Dates
    currency: str


@dataclass(frozen=True)
class Paper:
    """What a method hands back: its worksheet and how to read it.

    ``answer`` names the line that is the value, ``pledgee_answer`` the line a pledgee may count on, ``beside`` the
    lines to report under their own name. ``interval`` is the method's own range, where it has one that does not come
    from distributions of inputs. ``details`` are further findings as JSON-safe data (a threshold curve, a
    convergence note).
    """

    worksheet: Worksheet
    answer: str
    conventions: Mapping[str, str]
    unit: str | None = None
    pledgee_answer: str | None = None
    beside: tuple[str, ...] = ()
    warnings: tuple[NamedWarning, ...] = ()
    interval: Interval | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Method(Generic[Inputs]):
    """One way of valuing.

    ``build`` writes the working paper; it is pure. ``cases`` are ids of published cases the method reproduces.
    ``draw_limit`` bounds the draws of a method whose every draw is a numerical search. ``looks_back``: the method
    answers for what is past, so a right that has ended by the valuation date may be its subject. ``made_for`` names the
    kinds of right the method was made for; another kind is valued with a named doubt. Empty: any kind. ``assumes`` is
    what the method takes for granted, one sentence for the documentation's first page.
    """

    id: str
    approach: Approach
    label: Label
    question: Label
    inputs_model: type[Inputs]
    build: Callable[[Inputs, Setting], Paper]
    references: tuple[str, ...]
    cases: tuple[str, ...]
    assumes: Label
    draw_limit: int = MAXIMUM_DRAWS
    looks_back: bool = False
    made_for: tuple[str, ...] = ()

    def value(
        self,
        inputs: Inputs,
        setting: Setting,
        *,
        sources: Mapping[str, Source],
        uncertainty: Uncertainty | None,
        is_one_of_several: bool = False,
    ) -> Conclusion:
        """What does this method conclude about the right, as of the valuation date?

        Parameters
        ----------
        inputs : the method's own model, every figure with grade and basis.
        sources : the listed sources; a figure that names another is an error.
        uncertainty : how to compute the interval; ``None`` leaves it out.
        is_one_of_several : the correlations may speak of other methods' inputs; those pairs are left to them.

        Raises
        ------
        InputError : a figure is inconsistent with another or names an unlisted source.
        RefusalError : the method must not answer with these inputs.

        Notes
        -----
        No I/O and no clock: the same inputs give the same digest and the same numbers.
        """
        used = check_sources(inputs, listed=sources)
        paper = self.build(inputs, setting)
        if uncertainty is not None and is_one_of_several:
            uncertainty = _own_pairs(uncertainty, paper.worksheet)
        unit = paper.unit or setting.currency
        interval, swings = _interval_of(paper, uncertainty, self.draw_limit)
        return Conclusion(
            method=self.id,
            approach=self.approach,
            label=self.label,
            unit=unit,
            value=paper.worksheet.value(paper.answer),
            pledgee_value=None if paper.pledgee_answer is None else paper.worksheet.value(paper.pledgee_answer),
            interval=interval,
            sensitivities=swings,
            beside=tuple(_indicated(paper.worksheet, name) for name in paper.beside),
            worksheet=paper.worksheet,
            answer=paper.answer,
            pledgee_answer=paper.pledgee_answer,
            details=paper.details,
            conventions=paper.conventions,
            inputs=inputs.model_dump(mode="json", exclude_none=True),
            sources=used,
            warnings=(
                *_all_warnings(inputs, paper, used),
                *setting.subject.doubts(),
                *self._unusual_for(setting.subject.kind),
                *_refused_draws(paper, uncertainty),
            ),
            seed=None if uncertainty is None else uncertainty.seed,
            engine_version=ENGINE_VERSION,
            digest=digest_of(self._digested(inputs, setting, uncertainty)),
        )

    def _unusual_for(self, kind: str) -> tuple[NamedWarning, ...]:
        """Was the method made for another kind of right? A reader must know before relying on it."""
        if not self.made_for or kind in self.made_for:
            return ()
        usual = ", ".join(self.made_for)
        label = Label(
            f"{self.label.zh}通常用于其他种类的权利（{usual}），本次对象为 {kind}，须说明适用理由",
            f"{self.label.en} is made for {usual}; the subject is a {kind}: say why it fits",
        )
        return (NamedWarning("method_made_for_another_right", label),)

    def _digested(self, inputs: Inputs, setting: Setting, uncertainty: Uncertainty | None) -> dict[str, Any]:
        return {
            "method": self.id,
            "subject": setting.subject.model_dump(mode="json"),
            "dates": setting.dates.model_dump(mode="json"),
            "currency": setting.currency,
            "inputs": inputs.model_dump(mode="json"),
            "uncertainty": None if uncertainty is None else uncertainty.model_dump(mode="json"),
        }


def _own_pairs(uncertainty: Uncertainty, worksheet: Worksheet) -> Uncertainty:
    """The same plan with the correlations of this paper's own uncertain inputs."""
    names = {each.name for each in uncertain_numbers(worksheet)}
    own = tuple(pair for pair in uncertainty.correlations if {pair.first, pair.second} <= names)
    return uncertainty.model_copy(update={"correlations": own})


def _interval_of(
    paper: Paper, uncertainty: Uncertainty | None, draw_limit: int
) -> tuple[Interval | None, tuple[Sensitivity, ...]]:
    """The method's own interval goes before the simulated one: it already holds the scatter of its evidence."""
    if uncertainty is None:
        return paper.interval, ()
    swings = sensitivities(paper.worksheet, answer=paper.answer, level_share=uncertainty.level_share)
    if paper.interval is not None:
        return paper.interval, swings
    simulated = simulate_interval(paper.worksheet, answer=paper.answer, uncertainty=uncertainty, draw_limit=draw_limit)
    return simulated, swings


def _indicated(worksheet: Worksheet, name: str) -> Indicated:
    entry = worksheet.entry(name)
    return Indicated(name, entry.label, entry.unit, worksheet.value(name))


def _all_warnings(inputs: FrozenModel, paper: Paper, used: tuple[Source, ...]) -> tuple[NamedWarning, ...]:
    """The method's doubts, the checks that failed softly, what was only supposed, what nobody verified."""
    return (*paper.warnings, *paper.worksheet.warnings(), *supposed_inputs(inputs), *unverified(used))


def _refused_draws(paper: Paper, uncertainty: Uncertainty | None) -> tuple[NamedWarning, ...]:
    """In which share of the draws would the valuation have been refused?

    A thousand points tell the share to a few per cent, which is what a warning needs.
    """
    worksheet = paper.worksheet
    if uncertainty is None or not worksheet.uncertain_inputs:
        return ()
    draws = draw_inputs(worksheet, uncertainty, batch=0, count=1024)
    labels = {check.name: check.label for check in worksheet.checks}
    return tuple(
        NamedWarning(
            f"{name}_fails_in_draws",
            Label(
                f"{labels[name].zh}：在 {share:.1%} 的抽样中不成立，区间包含这些抽样",
                f"{labels[name].en}: fails in {share:.1%} of the draws, which the interval includes",
            ),
        )
        for name, share in worksheet.failing_shares(draws).items()
        if share > 0
    )
