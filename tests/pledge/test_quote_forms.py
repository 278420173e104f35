"""Does a quote pay exactly what the form pays, for every repayment form, and refuse what the form refuses?

Second way: the form asked directly with the same terms and parameters; totals agree to the fen. Refusals carry the
path in the request.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pledge.instalments import build_schedule, repayment_forms
from pledge.loan_terms import LoanTerms
from pledge.plan import interest_due_fen, payment_plan
from pledge.quote import PledgeQuote
from pledge.request import request_model
from valuation.errors import InputError
from valuation.kernel.fields import parse

Ask = Callable[[dict[str, Any]], PledgeQuote]
PARAMETERS: dict[str, dict[str, Any]] = {
    "balloon": {"balloon_share": "0.3"},
    "bespoke": {"principal_each": ["0.00"] * 35 + ["8000000.00"]},
    "grace": {"grace_periods": 6, "meaning": "interest_capitalised", "afterwards": "equal_instalment"},
    "half_yearly_principal": {"share_each": "0.1"},
    "step": {"steps": [{"periods": 12, "weight": "1"}, {"periods": 24, "weight": "2.5"}]},
}
TERMS = LoanTerms(
    principal_fen=8_000_000_00,
    annual_rate_share=Decimal("0.0435"),
    drawdown_date=datetime.date(2023, 10, 20),
    period_count=36,
)


@pytest.mark.parametrize("form", repayment_forms())
def test_quote_schedule_and_plan_agree_to_the_fen(quote: Ask, data: dict[str, Any], form: str) -> None:
    parameters = PARAMETERS.get(form, {})
    data["loan"]["repayment"] |= {"form": form, "parameters": parameters}
    offer = quote(data).offer
    assert offer is not None
    expected, plan = build_schedule(form, TERMS, parameters), payment_plan(form, TERMS, parameters)
    assert offer.schedule.rows == expected.rows
    assert offer.schedule.total_interest_fen == sum(interest_due_fen(row, terms=TERMS) for row in plan.rows)
    assert offer.schedule.total_principal_fen == plan.total_principal_fen == 8_000_000_00


@pytest.mark.parametrize(
    ("form", "parameters", "expected"),
    [
        ("balloon", {}, r"loan\.repayment\.parameters: .*expected either balloon_share or amortisation_periods"),
        ("balloon", {"balloon": "0.3"}, r"loan\.repayment\.parameters: .*balloon: found an unknown field"),
        ("interest_only", {"share": "1"}, r"loan\.repayment\.parameters: .*share: found an unknown field"),
        ("step", {"steps": [{"periods": 1}]}, r"steps\.0\.weight: found nothing"),
    ],
)
def test_parameters_are_checked_with_the_request(
    data: dict[str, Any], form: str, parameters: dict[str, Any], expected: str
) -> None:
    data["loan"]["repayment"] |= {"form": form, "parameters": parameters}
    with pytest.raises(InputError, match=expected):
        parse(request_model(), data)


def test_parameters_against_the_terms_carry_the_path_of_the_request(quote: Ask, data: dict[str, Any]) -> None:
    data["loan"]["repayment"] |= {"form": "balloon", "parameters": {"amortisation_periods": 36}}
    with pytest.raises(InputError, match=r"^loan\.repayment\.parameters\.amortisation_periods: found 36"):
        quote(data)
    # A plan written row by row is of the amount asked for: no row is cut when less may be lent.
    data["asset"]["appraised_value"] = "6000000.00"
    data["loan"]["repayment"] |= {"form": "bespoke", "parameters": PARAMETERS["bespoke"]}
    with pytest.raises(InputError, match=r"principal_each: found a total of 8000000\.00, expected .*1500000\.00"):
        quote(data)
