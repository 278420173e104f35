"""Analysing one method of a valuation: the valuation is made as always, its working paper is asked further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from api.analyses.schemas import (
    MAXIMUM_MOVED,
    AnalysisRequest,
    BreakEvenAsked,
    OneAtATimeAsked,
    PercentilesAsked,
    ScenariosAsked,
    TotalEffectsAsked,
    VolatilityAsked,
)
from api.answered import Answered, named_under
from valuation.appraisal import Appraisal, AppraisalRequest, appraise
from valuation.catalogue import methods
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.conclusion import Conclusion, amount_text
from valuation.kernel.digest import digest_of
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import CURRENCIES
from valuation.kernel.worksheet import Input, Worksheet
from valuation.options._volatility import project_volatility
from valuation.uncertainty.break_even import BreakEven, break_even
from valuation.uncertainty.draws import Uncertainty, uncertain_numbers
from valuation.uncertainty.effects import effect_shares
from valuation.uncertainty.one_at_a_time import MovedInput, Side, one_at_a_time
from valuation.uncertainty.percentiles import percentiles
from valuation.uncertainty.scenarios import Scenario, ScenarioOutcome, compare_scenarios

__all__ = ["analyse"]

#: Each uncertain input costs one computation a point more.
MAXIMUM_UNCERTAIN = 200
#: Analyses that draw, and so have a seed.
_DRAWING = PercentilesAsked | TotalEffectsAsked | VolatilityAsked


def analyse(request: AnalysisRequest) -> Answered:
    """What does the analysis find on the working paper of this method?

    Raises
    ------
    InputError : the valuation or the analysis cannot be used; fields are named by their path in the request.
    RefusalError : a method must not answer.

    Tested by: ``tests/api/analyses/test_analyses.py``.
    """
    valuation: AppraisalRequest = request.valuation  # type: ignore[attr-defined]
    with named_under("valuation"):
        appraisal = appraise(valuation)
    conclusion = _conclusion(appraisal, request.method)
    result = _result(request, conclusion, valuation.uncertainty)
    body = {
        "kind": request.analysis.kind,
        "method": conclusion.method,
        "label": conclusion.label.as_document(),
        "unit": conclusion.unit,
        "value": amount_text(conclusion.value, conclusion.unit),
        "seed": conclusion.seed if isinstance(request.analysis, _DRAWING) else None,
        "result": result,
        "valuation_digest": appraisal.digest,
    }
    asked = request.analysis.model_dump(mode="json")
    return Answered(
        body=body,
        warnings=(*conclusion.warnings, *_nothing_uncertain(request, conclusion)),
        sources=conclusion.sources,
        digest=digest_of({"valuation": appraisal.digest, "method": request.method, "analysis": asked}),
    )


def _conclusion(appraisal: Appraisal, method: str) -> Conclusion:
    by_method = {each.method: each for each in appraisal.conclusions}
    if method not in by_method:
        raise UnknownNameError.among("method", found=method, known=by_method)
    return by_method[method]


def _result(request: AnalysisRequest, conclusion: Conclusion, stated: Uncertainty | None) -> dict[str, Any]:
    limit = methods()[request.method].draw_limit
    match request.analysis:
        case PercentilesAsked() as asked:
            return _percentiles(asked, conclusion, _plan(conclusion, stated), limit)
        case TotalEffectsAsked():
            return _total_effects(conclusion, _plan(conclusion, stated), limit)
        case ScenariosAsked() as asked:
            return _scenarios(asked, conclusion)
        case BreakEvenAsked() as asked:
            return _break_even(asked, conclusion, limit)
        case VolatilityAsked() as asked:
            return _volatility(asked, conclusion, _plan(conclusion, stated), limit)
        case OneAtATimeAsked() as asked:
            return _one_at_a_time(asked, conclusion, limit)


def _plan(conclusion: Conclusion, stated: Uncertainty | None) -> Uncertainty:
    """How to draw: as the valuation states it, with the correlations of this method's own inputs."""
    if stated is None:
        raise InputError.of(
            "valuation.uncertainty", found="nothing", expected="a seed and how to draw: the analysis draws the inputs"
        )
    names = {each.name for each in uncertain_numbers(conclusion.worksheet)}
    own = tuple(pair for pair in stated.correlations if {pair.first, pair.second} <= names)
    return stated.model_copy(update={"correlations": own})


def _percentiles(asked: PercentilesAsked, conclusion: Conclusion, plan: Uncertainty, limit: int) -> dict[str, Any]:
    with named_under("analysis"):
        found = percentiles(
            conclusion.worksheet,
            answer=conclusion.answer,
            probability_shares=asked.probability_shares,
            uncertainty=plan,
            draw_limit=limit,
        )
    rows = [
        {
            "probability_share": each.probability_share,
            "value": amount_text(each.value, conclusion.unit),
            "error": amount_text(each.error, conclusion.unit),
        }
        for each in found
    ]
    return {"percentiles": rows}


def _total_effects(conclusion: Conclusion, plan: Uncertainty, limit: int) -> dict[str, Any]:
    count = len(uncertain_numbers(conclusion.worksheet))
    if count > MAXIMUM_UNCERTAIN:
        expected = f"at most {MAXIMUM_UNCERTAIN} of one method"
        raise InputError.of("valuation.methods", found=f"{count} uncertain inputs", expected=expected)
    with named_under("valuation"):
        found = effect_shares(conclusion.worksheet, answer=conclusion.answer, uncertainty=plan, draw_limit=limit)
    rows = [
        {
            "name": each.name,
            "label": each.label.as_document(),
            "first_order_share": each.first_order_share,
            "first_order_error": each.first_order_error,
            "total_share": each.total_share,
            "total_error": each.total_error,
        }
        for each in found
    ]
    return {"effects": rows}


def _scenarios(asked: ScenariosAsked, conclusion: Conclusion) -> dict[str, Any]:
    paper = conclusion.worksheet
    for index, scenario in enumerate(asked.scenarios):
        _check_changes(paper, scenario, f"analysis.scenarios.{index}.changes")
    outputs = list(dict.fromkeys((conclusion.answer, *asked.outputs)))
    for name in outputs:
        _check_name(name, "analysis.outputs", [each.name for each in paper.entries if not each.is_row])
    with named_under("analysis"):
        compared = compare_scenarios(paper, asked.scenarios, outputs=outputs)
    return {
        "answer": conclusion.answer,
        "stated": _numbers(paper, compared.stated),
        "outcomes": [_outcome(paper, each) for each in compared.outcomes],
    }


def _outcome(paper: Worksheet, found: ScenarioOutcome) -> dict[str, Any]:
    return {
        "name": found.scenario.name,
        "reason": found.scenario.reason,
        "changes": found.scenario.model_dump(mode="json")["changes"],
        "values": _numbers(paper, found.values),
        "differences": _numbers(paper, found.differences),
        "warnings": [each.as_document() for each in found.warnings],
    }


def _check_changes(paper: Worksheet, scenario: Scenario, where: str) -> None:
    """Is every change one of an input, with as many numbers as the input has?"""
    for name, new in scenario.changes.items():
        _check_name(name, where, _inputs(paper))
        size, count = paper.inputs[name].size, np.atleast_1d(np.array(new)).size
        if size != count:
            raise InputError.of(f"{where}.{name}", found=f"{count} numbers", expected=f"{size}")


def _break_even(asked: BreakEvenAsked, conclusion: Conclusion, limit: int) -> dict[str, Any]:
    paper = conclusion.worksheet
    _check_name(asked.input_name, "analysis.input_name", _inputs(paper))
    if asked.pieces > limit:
        raise InputError.of("analysis.pieces", found=asked.pieces, expected=f"at most {limit} for this method")
    with named_under("analysis"):
        found = break_even(
            paper,
            input_name=asked.input_name,
            answer=conclusion.answer,
            target=float(asked.target),
            bracket=asked.bracket,
            pieces=asked.pieces,
        )
    return _break_even_document(found, paper, conclusion.unit)


def _break_even_document(found: BreakEven, paper: Worksheet, unit: str) -> dict[str, Any]:
    entry = paper.entry(found.input_name)
    moved = "1" if found.multiplies else entry.unit
    return {
        "input_name": found.input_name,
        "label": entry.label.as_document(),
        "unit": moved,
        "multiplies": found.multiplies,
        "target": amount_text(found.target, unit),
        "bracket": list(found.bracket),
        "pieces": found.pieces,
        "outcome": found.outcome,
        "meaning": found.meaning.as_document(),
        "roots": [
            {
                "value": _number(each.value, moved),
                "answer": amount_text(each.answer, unit),
                "refusal": each.refusal,
            }
            for each in found.roots
        ],
        "jumps": [_number(each, moved) for each in found.jumps],
        "answer_at_ends": [amount_text(each, unit) for each in found.answer_at_ends],
    }


def _volatility(asked: VolatilityAsked, conclusion: Conclusion, plan: Uncertainty, limit: int) -> dict[str, Any]:
    if conclusion.approach != "income":
        expected = "an income method: its value is that of flows, which is what an option is on"
        raise InputError.of("method", found=f"{conclusion.method} ({conclusion.approach})", expected=expected)
    with named_under("analysis"):
        found = project_volatility(
            conclusion.worksheet,
            answer=conclusion.answer,
            uncertainty=plan,
            resolved_within_years=asked.resolved_within_years,
            held_inputs=asked.held_inputs,
            draw_limit=limit,
        )
    return {
        "volatility_share": found.volatility_share,
        "error": found.error,
        "log_mean": found.log_mean,
        "resolved_within_years": asked.resolved_within_years,
        "draws": found.draws,
        "drawn": [{"name": name, "label": label.as_document()} for name, label in found.drawn],
        "meaning": _VOLATILITY_MEANING.as_document(),
    }


_VOLATILITY_MEANING = Label(
    "ln((PV₁ + CF₁) / PV₀) 的标准差（PV₀ 不抽样），按不确定性在所述年数内明朗折算为每年；用于以该项目为标的的选择权",
    "standard deviation of ln((PV₁ + CF₁) / PV₀), PV₀ not drawn, a year of the years in which it becomes known; for an "
    "option on this project",
)


def _one_at_a_time(asked: OneAtATimeAsked, conclusion: Conclusion, limit: int) -> dict[str, Any]:
    paper = conclusion.worksheet
    names = _inputs(paper) if asked.input_names is None else list(asked.input_names)
    for index, name in enumerate(names):
        _check_name(name, f"analysis.input_names.{index}", _inputs(paper))
    most = min(MAXIMUM_MOVED, limit // 2)
    if len(names) > most:
        raise InputError.of(
            "analysis.input_names", found=f"{len(names)} inputs", expected=f"at most {most} of this method: name some"
        )
    with named_under("analysis"):
        found = one_at_a_time(
            paper, answer=conclusion.answer, change_share=asked.change_share, input_names=asked.input_names
        )
    return {
        "answer": conclusion.answer,
        "change_share": found.change_share,
        "stated": amount_text(found.stated, conclusion.unit),
        "rows": [_moved_document(each, conclusion.unit) for each in found.moved],
        "not_moved": [
            {"name": each.name, "label": each.label.as_document(), "reason": each.reason.as_document()}
            for each in found.not_moved
        ],
    }


def _moved_document(found: MovedInput, unit: str) -> dict[str, Any]:
    """One bar of the tornado: money as text, and where a side has no answer, why."""
    return {
        "name": found.name,
        "label": found.label.as_document(),
        "unit": "1" if found.multiplies else found.unit,
        "multiplies": found.multiplies,
        "stated": None if found.stated is None else _number(found.stated, found.unit),
        "swing": amount_text(found.swing, unit),
        "low": _side_document(found, found.low, unit),
        "high": _side_document(found, found.high, unit),
    }


def _side_document(found: MovedInput, side: Side, unit: str) -> dict[str, Any]:
    at = side.factor if found.stated is None else _number(found.stated * side.factor, found.unit)
    return {
        "input": at,
        "answer": None if side.answer is None else amount_text(side.answer, unit),
        "difference": None if side.difference is None else amount_text(side.difference, unit),
        "refusal": side.refusal,
    }


def _inputs(paper: Worksheet) -> list[str]:
    return [entry.name for entry in paper.entries if isinstance(entry, Input)]


def _check_name(name: str, where: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        raise UnknownNameError.among(where, found=name, known=names)


def _numbers(paper: Worksheet, found: Mapping[str, float]) -> dict[str, str | float]:
    return {name: _number(number, paper.entry(name).unit) for name, number in found.items()}


def _number(number: float, unit: str) -> str | float:
    """A number as it travels: money is text."""
    return amount_text(number, unit) if unit.split("/")[0] in CURRENCIES else number


def _nothing_uncertain(request: AnalysisRequest, conclusion: Conclusion) -> tuple[NamedWarning, ...]:
    draws = isinstance(request.analysis, PercentilesAsked | TotalEffectsAsked)
    if not draws or conclusion.worksheet.uncertain_inputs:
        return ()
    label = Label("没有输入陈述分布，结果没有散布", "no input states a distribution: there is no scatter to report")
    return (NamedWarning("nothing_uncertain", label),)
