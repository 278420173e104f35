"""Are the quality indices those of the OECD's definitions?

Checked against: arithmetic by hand; bounds and invariances (hypothesis).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError, RefusalError
from valuation.indicators.patent_quality import (
    COMPONENTS,
    PatentFacts,
    generality,
    originality,
    patent_quality,
    radicalness,
)
from valuation.kernel.fields import parse


def facts(**changes: Any) -> PatentFacts:
    return parse(
        PatentFacts,
        {
            "forward_citations": 4,
            "family_size": 6,
            "claims": 10,
            "own_codes": ["A61K31/00"],
            "cited_codes": ["A61K9/00", "A61K31/12", "C07D1/00", "A61P35/00"],
        }
        | changes,
    )


COHORT = [facts(), facts(forward_citations=16, claims=40), facts(forward_citations=0, family_size=12)]


def test_the_composite_by_hand() -> None:
    """Hand: 4/16, 6/12, 10/40; originality 1 − (4 + 1 + 1)/16 = 0.625; two of four codes outside A61K."""
    found = patent_quality(COHORT[0], COHORT)
    assert (found.forward_citations, found.family_size, found.claims) == (0.25, 0.5, 0.25)
    assert (found.originality, found.radicalness) == (0.625, 0.5)
    assert found.composite == pytest.approx((0.25 + 0.5 + 0.25 + 0.625 + 0.5) / 5)
    assert found.cohort_size == 3


def test_originality_and_generality_are_one_minus_a_herfindahl_index() -> None:
    assert originality(["A61K1/00"] * 7) == 0
    assert originality(["A61K", "A61P", "C07D", "C07K"]) == 0.75
    assert generality(["h04l1/00", "H04L9/00", "G06F1/00", "G06F3/00"]) == 0.5


def test_radicalness_is_the_share_from_elsewhere() -> None:
    assert radicalness(facts(cited_codes=["A61K1/00", "A61K2/00"])) == 0
    assert radicalness(facts(cited_codes=["B60L1/00", "B60L2/00"])) == 1
    assert radicalness(facts(own_codes=["A61K1/00", "C07D1/00"])) == 0.25


citing = st.lists(st.sampled_from(["A61K1/00", "A61P3/00", "C07D5/00", "G06F1/00"]), min_size=1, max_size=30)
patents = st.builds(
    facts,
    forward_citations=st.integers(0, 500),
    family_size=st.integers(1, 60),
    claims=st.integers(1, 90),
    cited_codes=citing,
)


@given(st.lists(patents, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_indices_are_shares_and_do_not_depend_on_order(cohort: list[PatentFacts], random: Any) -> None:
    cohort[0] = cohort[0].model_copy(update={"forward_citations": 1 + cohort[0].forward_citations})
    found = [patent_quality(each, cohort) for each in cohort]
    for each in found:
        assert all(0 <= getattr(each, name) <= 1 for name in (*COMPONENTS, "composite"))
    for name in COMPONENTS[:3]:
        assert max(getattr(each, name) for each in found) == 1, "the best of the cohort has one"
    shuffled = [*cohort]
    random.shuffle(shuffled)
    turned = cohort[0].model_copy(update={"cited_codes": tuple(reversed(cohort[0].cited_codes))})
    assert patent_quality(cohort[0], shuffled) == found[0]
    assert patent_quality(turned, [turned, *cohort[1:]]).originality == found[0].originality


def test_a_subject_outside_its_cohort_is_refused() -> None:
    with pytest.raises(InputError, match="cohort: found 2 others, expected a cohort with the subject"):
        patent_quality(COHORT[0], COHORT[1:])


def test_an_index_without_a_denominator_is_missing_not_zero() -> None:
    silent = facts(cited_codes=[])
    with pytest.raises(RefusalError, match="cited_codes: found no citation"):
        patent_quality(silent, [silent, COHORT[1]])
    with pytest.raises(RefusalError, match="cited_codes: found no citation"):
        radicalness(silent)
    with pytest.raises(RefusalError, match="citing_codes: found no citation"):
        generality([])
    uncited = facts(forward_citations=0)
    with pytest.raises(RefusalError, match=r"cohort.forward_citations: found zero for every patent"):
        patent_quality(uncited, [uncited])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"forward_citations": -1}, "forward_citations"),
        ({"forward_citations": 1.5}, "forward_citations"),
        ({"family_size": 0}, "family_size"),
        ({"claims": None}, "claims"),
        ({"own_codes": []}, "own_codes"),
        ({"cited_codes": [""]}, "cited_codes.0"),
        ({"price": 1}, "price"),
    ],
)
def test_impossible_facts_are_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=f"^{field}: found"):
        facts(**changes)
