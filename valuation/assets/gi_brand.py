"""A geographical indication or regional brand 地理标志/区域品牌."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.assets._legal_term import LegalTerm, legal_term, refuse_disorder
from valuation.kernel.fields import Day
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.subject import Subject

__all__ = ["SUBJECT_MODEL", "GiBrand"]


class GiBrand(Subject):
    """A name that belongs to a region: the goods it covers, who holds the registration, how it is protected.

    ``protection``: ``gi_product`` – recognised as a geographical-indication product, without a term;
    ``collective_mark``, ``certification_mark`` – registered as a trademark, whose term is renewed.
    ``expiry_date`` is stated only where the protection is known to end.
    """

    kind: Literal["gi_brand"]
    goods: Annotated[str, Field(min_length=1, max_length=200)]
    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    territory: Annotated[str, Field(min_length=1, max_length=300)]
    registrant: Annotated[str, Field(min_length=1, max_length=200)]
    protection: Literal["gi_product", "collective_mark", "certification_mark"]
    registration_date: Day
    renewal: Literal["expected", "not_expected"] = "expected"

    def model_post_init(self, context: object) -> None:
        """Refuse protection that ends before it began."""
        del context
        refuse_disorder(self.registration_date, self.expiry_date, expected="registration ≤ expiry")

    def doubts(self) -> tuple[NamedWarning, ...]:
        """The name belongs to its region: what is valued cannot be sold away from it."""
        return (_COMMON, *super().doubts())

    def derived_term(self) -> LegalTerm | None:
        """The term that follows from the facts of the register; see the kind's own text."""
        is_renewed = self.protection == "gi_product" or self.renewal == "expected"
        if is_renewed:
            return None
        return legal_term("trademark", start=self.registration_date, jurisdiction=self.jurisdiction)


_COMMON = NamedWarning(
    "bound_to_region",
    Label(
        "地理标志不得脱离产区转让，价值由全体合法使用者分享",
        "a geographical indication cannot be sold away from its region; all lawful users share its value",
    ),
)

SUBJECT_MODEL = GiBrand
