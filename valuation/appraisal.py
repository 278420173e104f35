"""The whole question: what is this right worth? Request in, methods run, one conclusion out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from valuation.catalogue import methods, subject_models
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.conclusion import Conclusion, amount_text, interval_document
from valuation.kernel.conventions import convention_label, convention_text
from valuation.kernel.digest import ENGINE_VERSION, digest_of
from valuation.kernel.fields import Currency, Dates, FrozenModel, Identifier
from valuation.kernel.figures import SourceRow, check_sources, graded_in
from valuation.kernel.labels import NamedWarning
from valuation.kernel.method import Method, Setting
from valuation.kernel.sources import Source, unverified
from valuation.kernel.subject import Subject
from valuation.kernel.workbook import workbook_bytes
from valuation.kernel.worksheet import Worksheet
from valuation.reconcile import Liquidation, Reconciled, Reconciliation, Reporting, reconcile
from valuation.uncertainty.draws import uncertain_numbers
from valuation.uncertainty.sampling import Uncertainty

__all__ = ["Appraisal", "AppraisalRequest", "appraise", "request_model"]

RECONCILIATION = "reconciliation"
_DATE_LABELS = {
    "valuation_date": "评估基准日 valuation date",
    "policy_date": "政策日 policy date",
    "report_date": "报告日 report date",
}
#: What a method may find wrong outside its own inputs.
_AROUND_METHODS = ("subject", "currency")


class AppraisalRequest(FrozenModel):
    """What to value, as of when, with which evidence and methods.

    The fields ``subject`` and ``methods`` are added by :func:`request_model` from the files that exist.

    Attributes
    ----------
    dates : valuation, policy and report date.
    currency : of every amount in the methods' inputs.
    sources : id → source; every figure that names a source must find it here.
    reconciliation : weights with reasons and the factor by which indications may differ.
    liquidation : disposal assumptions for the value to a pledgee; without them it is not computed.
    reporting : another currency for the conclusion, with its rate.
    uncertainty : how to compute intervals; without it there are none.
    """

    dates: Dates
    currency: Currency
    sources: Annotated[dict[Identifier, SourceRow], Field(max_length=1000)] = Field(default_factory=dict)
    reconciliation: Reconciliation
    liquidation: Liquidation | None = None
    reporting: Reporting | None = None
    uncertainty: Uncertainty | None = None


def request_model() -> type[AppraisalRequest]:
    """What may a request hold today? One field for each method file, one subject kind for each asset file.

    Built anew at each call, so that a file that was added appears in schema and catalogue without another edit.
    """
    fields: Any = {name: (method.inputs_model | None, None) for name, method in methods().items()}
    chosen = create_model("Methods", __base__=FrozenModel, **fields)
    kinds: Any = tuple(subject_models().values())
    subject: Any = Annotated[reduce(or_, kinds), Field(discriminator="kind")]
    return create_model(
        "ValuationRequest",
        __base__=AppraisalRequest,
        __doc__=AppraisalRequest.__doc__,
        subject=(subject, ...),
        methods=(chosen, ...),
    )


@dataclass(frozen=True)
class Appraisal:
    """One right, several methods, one conclusion."""

    subject: Subject
    request: Mapping[str, Any]
    conclusions: tuple[Conclusion, ...]
    reconciled: Reconciled
    sources: tuple[Source, ...]
    warnings: tuple[NamedWarning, ...]
    engine_version: str
    digest: str

    def as_document(self) -> dict[str, Any]:
        """The answer as JSON-safe data; money is text."""
        found, unit = self.reconciled, self.reconciled.currency
        pledgee = found.pledgee_value
        return {
            "subject": self.request["subject"],
            "dates": self.request["dates"],
            "currency": unit,
            "value": amount_text(found.value, unit),
            "interval": interval_document(found.interval, unit),
            "range": {"low": amount_text(found.range_low, unit), "high": amount_text(found.range_high, unit)},
            "pledgee_value": None if pledgee is None else amount_text(pledgee, unit),
            "weights": {name: weight.model_dump(mode="json") for name, weight in found.weights.items()},
            "indications": [each.as_document() for each in self.conclusions],
            "warnings": [each.as_document() for each in self.warnings],
            "sources": [each.as_document() for each in self.sources],
            "engine_version": self.engine_version,
            "digest": self.digest,
        }

    def papers(self) -> dict[str, Worksheet]:
        """Every working paper: one a method, then the reconciliation."""
        papers = {each.method: each.worksheet for each in self.conclusions}
        return papers | {RECONCILIATION: self.reconciled.worksheet}

    def explanation(self) -> dict[str, Any]:
        """Every step of every paper, in order, as JSON-safe data."""
        return {name: paper.as_document() for name, paper in self.papers().items()}

    def workbook(self) -> bytes:
        """The working papers as one XLSX file with live formulas; see :mod:`valuation.kernel.workbook`."""
        by_method = {each.method: each for each in self.conclusions}
        links: dict[tuple[str, str, int], tuple[str, str]] = {}
        for column, name in enumerate(self.reconciled.methods):
            found = by_method[name]
            links[RECONCILIATION, "indicated_value", column] = (name, found.answer)
            links[RECONCILIATION, "indicated_pledgee_base", column] = (name, found.pledgee_answer or found.answer)
        report_date = Dates.model_validate(self.request["dates"]).report_date
        return workbook_bytes(self.papers(), links=links, notes=self._notes(), report_date=report_date)

    def _notes(self) -> list[tuple[str, str]]:
        rows = [("评估对象 Subject", self.subject.name)]
        rows += [(_DATE_LABELS[name], str(day)) for name, day in self.request["dates"].items()]
        for each in self.conclusions:
            rows += [_convention_note(each, key, text) for key, text in each.conventions.items()]
        rows += [(f"提示 {each.code}", f"{each.label.zh} / {each.label.en}") for each in self.warnings]
        rows += [(f"来源 {each.id} ({each.status})", f"{each.citation} {each.address or ''}") for each in self.sources]
        return [*rows, ("引擎版本 Engine", self.engine_version), ("摘要 Digest", self.digest)]


def _convention_note(conclusion: Conclusion, key: str, text: str) -> tuple[str, str]:
    """One convention of a method for a reader, in both languages where they differ."""
    said = convention_text(key, text)
    shown = said.zh if said.zh == said.en else f"{said.zh} / {said.en}"
    return f"约定 {conclusion.label.zh}：{convention_label(key).zh}", shown


def appraise(request: AppraisalRequest) -> Appraisal:
    """What is this right worth?

    Runs every method the request states, reconciles the indications and collects sources and doubts.

    Raises
    ------
    InputError, UnknownNameError : the request is incomplete or contradicts itself; nothing was concluded.
    RefusalError : a method or the reconciliation must not answer.

    Tested by: ``tests/valuation/test_appraisal.py``; published cases in ``tests/literature``.
    """
    echoed = request.model_dump(mode="json", exclude_none=True)
    chosen: BaseModel = request.methods  # type: ignore[attr-defined]
    subject: Subject = request.subject  # type: ignore[attr-defined]
    sources = {name: row.as_source(name) for name, row in request.sources.items()}
    setting = Setting(subject, request.dates, request.currency)
    catalogue = methods()
    stated = {name: inputs for name, inputs in chosen if inputs is not None}
    if not stated:
        raise InputError.of("methods", found="no method", expected=f"one or more of {', '.join(catalogue)}")
    # Before the methods look at their own part, so that every path is the path in the request.
    used = check_sources(request, listed=sources)
    _refuse_undrawn(request)
    _refuse_outside_its_time(subject, request.dates, [catalogue[name] for name in stated])
    conclusions = tuple(
        _concluded(catalogue[name], inputs, setting, sources, request.uncertainty) for name, inputs in stated.items()
    )
    _refuse_unknown_pairs(request.uncertainty, conclusions)
    reconciled = reconcile(
        conclusions,
        reconciliation=request.reconciliation,
        currency=request.currency,
        liquidation=request.liquidation,
        reporting=request.reporting,
    )
    return Appraisal(
        subject=subject,
        request=echoed,
        conclusions=conclusions,
        reconciled=reconciled,
        sources=used,
        warnings=_collected(conclusions, reconciled, used),
        engine_version=ENGINE_VERSION,
        digest=digest_of(echoed),
    )


def _concluded(
    method: Method[Any],
    inputs: Any,
    setting: Setting,
    sources: Mapping[str, Source],
    uncertainty: Uncertainty | None,
) -> Conclusion:
    """Run one method; what it finds wrong with its inputs, or with the right, is named by its path in the request."""
    try:
        return method.value(inputs, setting, sources=sources, uncertainty=uncertainty, is_one_of_several=True)
    except InputError as error:
        where = f"methods.{method.id}."
        named = [
            each
            if each.field.split(".")[0] in _AROUND_METHODS
            else replace(each, field=f"{where}{each.field.removeprefix(where)}")
            for each in error.problems
        ]
        raise type(error).from_problems(named) from error


def _refuse_unknown_pairs(uncertainty: Uncertainty | None, conclusions: Sequence[Conclusion]) -> None:
    """Each method ties the inputs it has; a correlation that no method can use is a mistake."""
    known = [{each.name for each in uncertain_numbers(found.worksheet)} for found in conclusions]
    for index, pair in enumerate(() if uncertainty is None else uncertainty.correlations):
        if not any({pair.first, pair.second} <= names for names in known):
            raise UnknownNameError.among(
                f"uncertainty.correlations.{index}",
                found=f"{pair.first} with {pair.second}",
                known=set().union(*known) or {"(no input has a distribution)"},
            )


def _refuse_outside_its_time(subject: Subject, dates: Dates, asked: Sequence[Method[Any]]) -> None:
    """A right that has ended, or was not yet filed, is worth nothing, whatever it cost and others paid for theirs."""
    filed = getattr(subject, "filing_date", None)
    if filed is not None and filed > dates.valuation_date:
        raise InputError.of(
            "subject.filing_date", found=filed, expected=f"no later than the valuation date {dates.valuation_date}"
        )
    end = subject.legal_end()
    if end is not None and end <= dates.valuation_date and not all(method.looks_back for method in asked):
        raise InputError.of(
            "subject.expiry_date",
            found=end,
            expected=f"a day after the valuation date {dates.valuation_date}: a right that has ended has no value",
        )


def _refuse_undrawn(request: AppraisalRequest) -> None:
    """A distribution that would not be drawn is refused: the reader would take it as part of the interval."""
    for field in ("liquidation", "reporting"):
        stated = getattr(request, field)
        for path, figure in graded_in(stated, f"{field}.") if stated is not None else ():
            if getattr(figure, "distribution", None) is not None:
                raise InputError.of(
                    f"{path}.distribution", found="a distribution", expected="none: this figure is not drawn"
                )


def _collected(
    conclusions: tuple[Conclusion, ...], reconciled: Reconciled, used: tuple[Source, ...]
) -> tuple[NamedWarning, ...]:
    """All doubts, each once, in the order of the methods."""
    every = [warning for each in conclusions for warning in each.warnings]
    return tuple(dict.fromkeys([*every, *reconciled.warnings, *unverified(used)]))
