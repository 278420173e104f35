"""What a caller states for a report, and what comes back."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from api.envelopes import Envelope
from api.valuations.schemas import Text, WarningOut
from valuation.kernel.fields import Identifier
from valuation.report import Particulars

__all__ = ["Report", "ReportFile", "ReportRequest"]


class ReportRequest(Particulars):
    """A stored valuation and what its report says beside it; what is left out is named as missing."""

    valuation_id: Annotated[Identifier, Field(examples=["val_0123456789abcdef01234567"])]


class ReportFile(Particulars):
    """The same on a terminal: the valuation is a request file, named from where the report's file lies."""

    valuation_file: Annotated[str, Field(min_length=1, max_length=500)]


class AmountOut(BaseModel):
    """An amount as a report writes it: in yuan, in 万元, in capitals."""

    label: Text
    currency: str
    yuan: str
    wan: str
    capitals: str


class SectionOut(BaseModel):
    """One of the 14 items."""

    number: int
    id: str
    title: Text
    paragraphs: list[Text]
    amounts: list[AmountOut]
    missing: list[WarningOut]


class ReportOut(BaseModel):
    """The sections in order, and the mark of what the document is."""

    valuation_digest: str
    marking: Text
    sections: list[SectionOut] = Field(min_length=14, max_length=14)
    form_sources: list[dict[str, str]]
    warnings: list[WarningOut]
    sources: list[dict[str, str]]
    engine_version: str
    digest: str


class Report(Envelope):
    """A stored report."""

    answer: ReportOut  # type: ignore[assignment]  # narrower than any JSON object
