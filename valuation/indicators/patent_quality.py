"""How good is a patent among those of its field and year? Quality indices of the OECD, each from 0 to 1.

Counts (forward citations, family size, claims) are divided by the largest of the cohort; originality and radicalness
are shares by construction. The composite gives each of the five the same weight. Indices are scores: they compare
patents of one cohort and are no amount of anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import FrozenModel, WholeNumber

__all__ = ["COMPONENTS", "PatentFacts", "PatentQuality", "generality", "originality", "patent_quality", "radicalness"]

#: The parts of the composite, with the same weight each.
COMPONENTS = ("forward_citations", "family_size", "claims", "originality", "radicalness")
_COUNTED = COMPONENTS[:3]
Code = Annotated[str, Field(min_length=1, max_length=30)]
Count = Annotated[WholeNumber, Field(ge=0, le=10**7)]


class PatentFacts(FrozenModel):
    """What the indices are computed from, as a patent database shows it.

    ``forward_citations`` within the same number of years for the whole cohort. ``own_codes`` are the patent's
    classification codes, ``cited_codes`` those of the patents it cites, each as often as it occurs. The first four
    characters of a code are its subclass.
    """

    forward_citations: Count
    family_size: Annotated[Count, Field(ge=1)]
    claims: Annotated[Count, Field(ge=1)]
    own_codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=10_000)]
    cited_codes: Annotated[tuple[Code, ...], Field(max_length=100_000)]


@dataclass(frozen=True)
class PatentQuality:
    """Five indices from 0 to 1 and their mean; ``cohort_size`` patents were compared."""

    forward_citations: float
    family_size: float
    claims: float
    originality: float
    radicalness: float
    composite: float
    cohort_size: int


def patent_quality(subject: PatentFacts, cohort: Sequence[PatentFacts]) -> PatentQuality:
    """How does a patent stand in its cohort, on five indices and on their mean?

    ``index = count / largest count of the cohort`` for the counts; ``composite = mean of the five``.

    Parameters
    ----------
    subject : the patent.
    cohort : the patents of its technology field and filing year, the subject among them. Outliers are the caller's to
        take out beforehand: one patent with a thousand citations presses all others towards zero.

    Raises
    ------
    InputError : the subject is not in the cohort.
    RefusalError : nobody in the cohort has a forward citation, or the subject cites nothing: an index without a
        denominator is missing, not zero.

    References
    ----------
    Squicciarini, Dernis, Criscuolo (2013), Measuring Patent Quality, OECD STI Working Papers 2013/03.

    Tested by: hand, bounds and invariances (hypothesis); ``tests/valuation/indicators/test_patent_quality.py``.
    """
    if subject not in cohort:
        raise InputError.of("cohort", found=f"{len(cohort)} others", expected="a cohort with the subject among them")
    counted = {name: _relative(name, subject, cohort) for name in _COUNTED}
    shares = {"originality": originality(subject.cited_codes), "radicalness": radicalness(subject)}
    indices = counted | shares
    return PatentQuality(**indices, composite=sum(indices.values()) / len(COMPONENTS), cohort_size=len(cohort))


def originality(cited_codes: Sequence[str]) -> float:
    """From how many fields does a patent draw? ``1 − Σ share²`` over the subclasses of what it cites.

    Zero if all citations are of one subclass, near one if they are spread over many.

    Raises
    ------
    RefusalError : the patent cites nothing.

    References
    ----------
    Trajtenberg, Jaffe, Henderson (1997), University versus corporate patents.
    """
    return _spread(cited_codes, "cited_codes")


def generality(citing_codes: Sequence[str]) -> float:
    """In how many fields is a patent used? The same measure over the subclasses of the patents that cite it.

    It is not part of the composite.

    Raises
    ------
    RefusalError : nobody cites the patent.
    """
    return _spread(citing_codes, "citing_codes")


def radicalness(subject: PatentFacts) -> float:
    """How far from its own field does a patent draw? The share of cited codes outside its own subclasses.

    Raises
    ------
    RefusalError : the patent cites nothing.

    References
    ----------
    Shane (2001), Technological opportunities and new firm creation, Management Science 47.
    """
    cited = [_subclass(code) for code in _needed(subject.cited_codes, "cited_codes")]
    own = {_subclass(code) for code in subject.own_codes}
    return sum(code not in own for code in cited) / len(cited)


def _relative(name: str, subject: PatentFacts, cohort: Sequence[PatentFacts]) -> float:
    largest = max(getattr(each, name) for each in cohort)
    if largest == 0:
        raise RefusalError.of(
            f"cohort.{name}",
            found="zero for every patent",
            expected="at least one above zero",
            advice="Wait until the cohort has been cited, or widen it",
        )
    return float(getattr(subject, name) / largest)


def _spread(codes: Sequence[str], field: str) -> float:
    counts = Counter(_subclass(code) for code in _needed(codes, field))
    # In whole numbers, so that the order of the citations cannot show in the last digit.
    return 1 - sum(count * count for count in counts.values()) / len(codes) ** 2


def _needed(codes: Sequence[str], field: str) -> Sequence[str]:
    if not codes:
        raise RefusalError.of(
            field,
            found="no citation",
            expected="at least one",
            advice="The index has no denominator; leave the patent out of the comparison",
        )
    return codes


def _subclass(code: str) -> str:
    """The first four characters of an IPC or CPC code, such as A61K."""
    return code[:4].upper()
