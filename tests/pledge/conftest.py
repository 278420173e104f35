"""A complete request that every rule passes, and the packaged policies."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from pledge.policy_catalogue import load_policies
from pledge.quote import PledgeQuote, quote_pledge
from pledge.request import request_model
from valuation.kernel.dated import DatedTable
from valuation.kernel.fields import parse

_REQUEST: dict[str, Any] = {
    "dates": {"valuation_date": "2023-09-30", "policy_date": "2023-10-09", "report_date": "2023-10-09"},
    "policy": "bank_of_communications_beijing_2006",
    "asset": {
        "kind": "invention_patent",
        "appraised_value": "40000000.00",
        "appraised_on": "2023-09-30",
        "expiry_date": "2033-05-17",
        "granted": True,
        "in_force": True,
        "annuity_paid": True,
        "pledgor_is_registered_owner": True,
        "co_owned": False,
        "already_pledged": False,
        "preservation_or_dispute": False,
        "invalidation_proceedings": False,
    },
    "loan": {
        "requested": "8000000.00",
        "annual_rate_share": "0.0435",
        "term_months": 36,
        "drawdown_date": "2023-10-20",
        "fees_upfront": "0.00",
        "repayment": {
            "form": "interest_only",
            "period_months": 1,
            "day_count": "monthly",
            "due_date_convention": "none",
        },
    },
}


@pytest.fixture(scope="session")
def policies() -> dict[str, DatedTable]:
    return load_policies()


@pytest.fixture
def data() -> dict[str, Any]:
    return copy.deepcopy(_REQUEST)


@pytest.fixture
def quote(policies: dict[str, DatedTable]) -> Callable[[dict[str, Any]], PledgeQuote]:
    def ask(data: dict[str, Any]) -> PledgeQuote:
        return quote_pledge(parse(request_model(policies), data), policies=policies)

    return ask
