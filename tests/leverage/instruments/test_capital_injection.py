"""Capital for a lender, a guarantor or an operating company: three mechanisms, three multiples.

Expected values are by hand, above the figures.
"""

from fractions import Fraction
from typing import Any

import pytest

from tests.leverage.builders import GUARANTOR_TERMS, LENDER_TERMS, allocation, figure, multiples, request, run
from valuation.errors import InputError, RefusalError


def capital(base: dict[str, Any], policies: tuple[str, ...] = (), **terms: Any) -> dict[str, Any]:
    into = {**base["into"], **terms}
    return allocation("capital_injection", terms={"into": into}, policies=list(policies))


def lender(**terms: Any) -> dict[str, Any]:
    return capital(LENDER_TERMS, **terms)


def guarantor(policies: tuple[str, ...] = (), **terms: Any) -> dict[str, Any]:
    return capital(GUARANTOR_TERMS, policies, **terms)


def codes(answer: Any) -> list[str]:
    return [warning.code for warning in answer.alternatives[0].allocations[0].warnings]


def test_a_lender_by_hand() -> None:
    """Capital 1.0, lends 6.0 of which 5.0 borrowed; it carries half of each project: investment 12.0."""
    assert multiples(run(request(lender()))) == {
        "total_per_public": 6,
        "other_per_public": 5,
        "finance_to_firms_per_public": 6,
        "investment_per_public": 12,
        "private_per_public": 5,
    }


def test_a_lender_that_uses_less_than_its_capital_borrows_nothing() -> None:
    """A tenth of 6.0 is 0.6: the capital pays it all and 0.4 stays idle."""
    answer = run(request(lender(used_share=figure("0.1"))))
    assert multiples(answer)["other_per_public"] == 0
    assert multiples(answer)["finance_to_firms_per_public"] == Fraction(6, 10)


def test_borrowing_from_a_public_body_is_public_money() -> None:
    """The 5.0 come from a state company: P = 6.0 and nothing is levered."""
    answer = run(request(lender(funding_class="state_company")))
    assert multiples(answer)["other_per_public"] == 0


def test_a_guarantor_by_hand() -> None:
    """Liability 8 × 1.0 announced, half in use: 4.0; it covers 80 % of each loan: loans 5.0 by banks."""
    answer = run(request(guarantor()))
    assert multiples(answer) == {
        "total_per_public": 6,
        "other_per_public": 5,
        "finance_to_firms_per_public": 5,
        "private_per_public": 0,
        "exposure_per_public": 4,
    }
    assert multiples(answer, "announced")["finance_to_firms_per_public"] == 10


def test_a_guarantor_may_state_the_share_of_the_project_that_is_lent() -> None:
    answer = run(request(guarantor(average_lender_share_of_project=figure("0.4"))))
    assert multiples(answer)["investment_per_public"] == Fraction(125, 10)


def test_an_operating_company_is_no_lever() -> None:
    answer = run(request(capital({"into": {"recipient": "operating_company"}})))
    assert multiples(answer) == {
        "total_per_public": 1,
        "other_per_public": 0,
        "finance_to_firms_per_public": 1,
        "private_per_public": 0,
    }


def test_an_amount_cap_and_a_signed_line() -> None:
    """min(6 × 1.0, 4.5) announced, 3.0 signed, all of it in use."""
    answer = run(request(lender(amount_cap=figure("450000000.00"), signed_line=figure("300000000.00"))))
    stages = ("announced", "signed", "disbursed")
    found = [multiples(answer, stage)["finance_to_firms_per_public"] for stage in stages]
    assert found == [Fraction(9, 2), 3, 3]
    assert "signed_not_stated" not in codes(answer)
    assert "signed_not_stated" in codes(run(request(lender())))


def test_the_liability_limit_is_ten_or_fifteen_times_by_whom_it_serves() -> None:
    policies = ("guarantee_liability",)
    with pytest.raises(RefusalError, match="at most 10"):
        run(request(guarantor(policies, multiple=figure("12"))))
    small = run(request(guarantor(policies, multiple=figure("12"), serves="small_and_agricultural")))
    assert [(rule.value, rule.status) for rule in small.rules_used] == [(15, "read")]
    assert "recalled_value" not in [warning.code for warning in small.warnings]
    with pytest.raises(RefusalError, match="at most 15"):
        run(request(guarantor(policies, multiple=figure("15.01"), serves="small_and_agricultural")))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"recipient": "casino"}, "recipient"),
        ({"multiple": figure("0")}, "above 0"),
        ({"multiple": figure("10001")}, "at most 10000"),
        ({"funding_class": "moon"}, "funding_class"),
        ({"guaranteed_share": figure("0.8")}, "unknown field"),
        ({"average_lender_share_of_project": figure("0")}, "average_lender_share_of_project"),
        ({"amount_cap": figure("-1.00")}, "zero or more"),
        ({"loan_term_months": figure("-12")}, "above 0"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        run(request(lender(**terms)))


def test_a_guarantor_that_covers_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="guaranteed_share"):
        run(request(guarantor(guaranteed_share=figure("0"))))
