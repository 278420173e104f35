"""What no instrument and no course may state, each with its text.

One table for all: the terms of an instrument with one thing wrong, and what the refusal says.
"""

import copy
from typing import Any

import pytest

from tests.leverage.builders import COMPANY_TERMS, COURSE, GUARANTOR_TERMS, TERMS, allocation, figure, request, run
from valuation.errors import InputError, IpfinError, RefusalError

CO_INVESTOR = {"source_class": "friend", "amount": figure("1.00")}
PARENT = {"lifetime_fee_share": figure("1.01")}
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("loss_compensation_pool", {"pool_loss_share": figure("1.01")}, "a share between 0 and 1, not 1.01"),
    ("loss_compensation_pool", {"pool_loss_share": figure("-0.5")}, "a share between 0 and 1, not -0.5"),
    ("loss_compensation_pool", {"lending_multiple": figure("0")}, "a number above 0"),
    ("loss_compensation_pool", {"loan_term_months": figure("-12")}, "a number above 0"),
    ("loss_compensation_pool", {"used_share": {"value": "0.5"}}, "used_share.grade: found nothing"),
    ("fund", {"lifetime_fee_share": figure("-0.02")}, "a share between 0 and 1, not -0.02"),
    ("fund", {"lifetime_fee_share": figure("1.2")}, "a share between 0 and 1, not 1.2"),
    ("fund", {"parent": PARENT}, "a share between 0 and 1, not 1.01"),
    ("fund", {"parent": {"lifetime_fee_share": figure("1")}}, "a fee that leaves something to commit"),
    ("fund", {"programme_share": figure("0")}, "programme_share of 0.001 or more"),
    ("fund", {"established_on": "in spring"}, "a date such as"),
    ("fund", {"local_reinvestment_multiple": figure("0")}, "a number above 0"),
    ("direct_equity", {"deployed_share": figure("1.5")}, "a share between 0 and 1, not 1.5"),
    ("direct_equity", {"co_investors": [CO_INVESTOR]}, "source_class"),
    ("direct_equity", {"investment_of_firms": figure("-1.00")}, "zero or more"),
    ("interest_subsidy", {"subsidy_rate_share": figure("0")}, "a rate above 0, else the budget carries any amount"),
    ("interest_subsidy", {"subsidy_rate_share": figure("-0.01")}, "a share between 0 and 1"),
    ("interest_subsidy", {"loan_term_months": figure("0")}, "a number above 0"),
    ("portfolio_guarantee", {"guaranteed_share": figure("0")}, "shares above 0, else the money carries any amount"),
    ("portfolio_guarantee", {"cap_of_guaranteed_share": figure("0")}, "shares above 0"),
    ("portfolio_guarantee", {"guaranteed_share": figure("1.1")}, "a share between 0 and 1, not 1.1"),
    ("convertible", {"way": "buy_back"}, "converted_share for a convertible, and for no buy_back"),
    ("convertible", {"converted_share": None}, "converted_share for a convertible, and for no buy_back"),
    ("convertible", {"rate_share": figure("1.06")}, "a share between 0 and 1, not 1.06"),
    ("convertible", {"way": "gift"}, "way"),
    ("capital_injection", {"into": {"recipient": "museum"}}, "recipient"),
    ("capital_injection", {"into": {**GUARANTOR_TERMS["into"], "guaranteed_share": figure("0")}}, "above 0"),
    ("capital_injection", {"into": {**COMPANY_TERMS["into"], "multiple": figure("3")}}, "only the documented fields"),
]


@pytest.mark.parametrize(("instrument", "changes", "expected"), BAD)
def test_terms_that_cannot_be_say_why(instrument: str, changes: dict[str, Any], expected: str) -> None:
    asked = allocation(instrument, terms={**copy.deepcopy(TERMS[instrument]), **changes})
    with pytest.raises(IpfinError) as caught:
        run(request(asked))
    assert expected in str(caught.value)


COURSES: list[tuple[dict[str, Any], str]] = [
    ({"quarters": []}, "at least one entry"),
    ({"quarters": [{"drawn_share": "1.01"}]}, "less than or equal to 1"),
    ({"quarters": [{"drawn_share": "-0.1"}]}, "greater than or equal to 0"),
    ({"quarters": [{"drawn_share": "0.6"}, {"drawn_share": "0.6"}]}, "quarter 2: draws of at most 1 in all, not 1.2"),
    ({"quarters": [{"repaid_share": "0.1"}]}, "quarter 1: repaid and lost of at most what is drawn, not 0.1"),
    ({"quarters": [{"drawn_share": "0.5", "repaid_share": "0.3", "lost_share": "0.3"}]}, "at most what is drawn"),
    ({"quarters": [{"drawn_share": "1", "gain_share": "-1"}]}, "greater than or equal to 0"),
    ({"quarters": [{}] * 121}, "at most 120 items"),
    ({"grade": "measured"}, "a source, because"),
    ({"reason": None}, "a reason, because"),
    ({"first_day": "tomorrow"}, "a date such as"),
]


@pytest.mark.parametrize(("changes", "expected"), COURSES)
def test_a_course_that_cannot_be_says_why(changes: dict[str, Any], expected: str) -> None:
    asked = allocation("direct_equity", course={**copy.deepcopy(COURSE), **changes})
    with pytest.raises((InputError, RefusalError)) as caught:
        run(request(asked))
    assert expected in str(caught.value)
