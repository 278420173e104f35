"""A drug candidate 在研药物: a substance on its way to approval, and the patent that keeps others out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.assets._legal_term import COUNTRY, LegalTerm, beyond_compensation, legal_term, refuse_disorder
from valuation.kernel.fields import Day
from valuation.kernel.labels import NamedWarning
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "DrugCandidate"]


class DrugCandidate(Subject):
    """What is developed, for which indication, how far it is, and since when its patent runs.

    Without ``expiry_date`` the legal end follows from ``patent_filing_date``, without any extension: an extension
    that was granted is part of the register's expiry date, and one that is hoped for is not counted.
    """

    kind: Literal["drug_candidate"]
    substance: Annotated[str, Field(min_length=1, max_length=200)]
    indication: Annotated[str, Field(min_length=1, max_length=200)]
    stage: Literal["preclinical", "phase_1", "phase_2", "phase_3", "filed", "approved"]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    patent_filing_date: Day | None = None

    def model_post_init(self, context: object) -> None:
        """Refuse a patent that ends before it was filed."""
        del context
        refuse_disorder(self.patent_filing_date, self.expiry_date, expected="patent filing ≤ expiry")

    def derived_term(self) -> LegalTerm | None:
        """The term that follows from the facts of the register; see the kind's own text."""
        if self.patent_filing_date is None:
            return None
        return legal_term("patent.invention", start=self.patent_filing_date, jurisdiction=self.jurisdiction)

    def doubts(self) -> tuple[NamedWarning, ...]:
        """A derived end is only as sure as its source; a stated one that no compensation explains is named."""
        if self.expiry_date is None or self.patent_filing_date is None or self.jurisdiction != COUNTRY:
            return super().doubts()
        return beyond_compensation(filed=self.patent_filing_date, stated_end=self.expiry_date)


SUBJECT_MODEL = DrugCandidate
