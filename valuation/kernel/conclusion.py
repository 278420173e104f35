"""What one method concludes: a value, its range, the working paper, and everything needed to doubt it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import CURRENCIES, Money
from valuation.kernel.sources import Source
from valuation.kernel.worksheet import Worksheet
from valuation.uncertainty.sampling import Interval, Sensitivity

__all__ = ["Conclusion", "Indicated", "amount_text", "interval_document"]


@dataclass(frozen=True)
class Indicated:
    """A figure of the working paper that is reported beside the value, under its own name."""

    name: str
    label: Label
    unit: str
    value: float


@dataclass(frozen=True)
class Conclusion:
    """The answer of one method as of one date.

    ``value`` is in ``unit`` (a currency, or ``share`` for an indicated rate). ``pledgee_value`` is what a pledgee
    may count on where the method knows a lower figure (None: the method makes no difference). ``inputs`` echoes the
    request; ``digest`` is the fingerprint of inputs, dates, seed and engine version.
    """

    method: str
    approach: str
    label: Label
    unit: str
    value: float
    pledgee_value: float | None
    interval: Interval | None
    sensitivities: tuple[Sensitivity, ...]
    beside: tuple[Indicated, ...]
    worksheet: Worksheet
    answer: str
    pledgee_answer: str | None
    details: Mapping[str, Any]
    conventions: Mapping[str, str]
    inputs: Mapping[str, Any]
    sources: tuple[Source, ...]
    warnings: tuple[NamedWarning, ...]
    seed: int | None
    engine_version: str
    digest: str

    def as_document(self) -> dict[str, Any]:
        """The conclusion as JSON-safe data, money as text; the worksheet is a document of its own."""
        return {
            "method": self.method,
            "approach": self.approach,
            "label": self.label.as_document(),
            "unit": self.unit,
            "value": amount_text(self.value, self.unit),
            "pledgee_value": None if self.pledgee_value is None else amount_text(self.pledgee_value, self.unit),
            "interval": interval_document(self.interval, self.unit),
            "sensitivities": [_sensitivity_document(each, self.unit) for each in self.sensitivities],
            "beside": [_indicated_document(each) for each in self.beside],
            "details": dict(self.details),
            "conventions": dict(self.conventions),
            "inputs": dict(self.inputs),
            "sources": [source.as_document() for source in self.sources],
            "warnings": [warning.as_document() for warning in self.warnings],
            "seed": self.seed,
            "engine_version": self.engine_version,
            "digest": self.digest,
        }


def amount_text(number: float, unit: str) -> str:
    """Write a model output for JSON: money rounded half up to two decimals, other units to ten digits."""
    if unit in CURRENCIES:
        return Money.from_model(number, currency=unit, rounding="half_up").text
    return f"{number:.10g}"


def interval_document(interval: Interval | None, unit: str) -> dict[str, Any] | None:
    """An interval as JSON-safe data; ``None`` stays ``None``: no range was stated."""
    if interval is None:
        return None
    document: dict[str, Any] = {
        "level_share": interval.level_share,
        "meaning": interval.meaning.as_document(),
        "draws": interval.draws,
    }
    numbers = asdict(interval)
    for name in ("low", "high", "mean", "standard_deviation", "low_error", "high_error"):
        document[name] = None if numbers[name] is None else amount_text(numbers[name], unit)
    return document


def _sensitivity_document(sensitivity: Sensitivity, unit: str) -> dict[str, Any]:
    return {
        "name": sensitivity.name,
        "label": sensitivity.label.as_document(),
        "answer_at_low": amount_text(sensitivity.answer_at_low, unit),
        "answer_at_high": amount_text(sensitivity.answer_at_high, unit),
    }


def _indicated_document(indicated: Indicated) -> dict[str, Any]:
    return {
        "name": indicated.name,
        "label": indicated.label.as_document(),
        "unit": indicated.unit,
        "value": amount_text(indicated.value, indicated.unit),
    }
