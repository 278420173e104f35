"""Is a model refused what was only known after its decision?

Hand: features known at each moment against each decision.
"""

from __future__ import annotations

import pytest

from pledge.credit.feature_dates import DeclaredFeature, admit_features
from valuation.errors import InputError, RefusalError

DECLARED = {
    each.name: each
    for each in (
        DeclaredFeature("employees", "application", "stated in the application"),
        DeclaredFeature("term", "outcome", "the record holds the term the loan turned out to have"),
        DeclaredFeature("disbursed", "drawdown", "paid out after approval"),
    )
}


def test_what_was_known_is_admitted_in_its_order() -> None:
    assert admit_features(["employees"], declared=DECLARED, decided_at="application") == ("employees",)
    assert admit_features(["disbursed", "employees"], declared=DECLARED, decided_at="drawdown") == (
        "disbursed",
        "employees",
    )


def test_a_feature_that_knows_the_outcome_is_refused() -> None:
    with pytest.raises(RefusalError) as caught:
        admit_features(["employees", "term"], declared=DECLARED, decided_at="approval")
    assert str(caught.value) == (
        "feature term: found known since outcome (the record holds the term the loan turned out to have), expected"
        " known at approval or before. Leave it out: a model that uses it is told the outcome"
    )


def test_a_feature_nobody_dated_is_refused() -> None:
    with pytest.raises(InputError, match="feature mood: found no declared date, expected since when"):
        admit_features(["mood"], declared=DECLARED, decided_at="approval")
    with pytest.raises(InputError, match="feature x: known_since: found 'later', expected one of application"):
        DeclaredFeature("x", "later", "a slip")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="feature x: reason: found nothing"):
        DeclaredFeature("x", "approval", " ")
