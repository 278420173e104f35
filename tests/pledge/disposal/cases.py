"""A right after a default and complete inputs for each way of disposal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pledge.disposal_way import DisposalCase

CASE = DisposalCase(
    right_id="patent",
    appraised_value_fen=10_000_000_00,
    expiry_date=date(2034, 5, 1),
    starts_on=date(2026, 4, 1),
    policy_date=date(2026, 4, 1),
    annual_rate_share=Decimal("0.10"),
)
CHARGES = {"fixed_cost": "5000.00", "cost_share": "0.05", "tax_share": "0.06"}
FREE = {"fixed_cost": "0.00", "cost_share": "0", "tax_share": "0"}
STATED: dict[str, dict[str, Any]] = {
    "court_auction": {
        "venue": "online",
        "rounds": [
            {
                "days_after_previous": 30,
                "reserve_share": "0.70",
                "sale_probability_share": "0.3",
                "price_over_reserve": "1.05",
            },
            {
                "days_after_previous": 30,
                "reserve_share": "0.56",
                "sale_probability_share": "0.4",
                "price_over_reserve": "1",
            },
        ],
        "sale_period": {
            "days_after_previous": 15,
            "days": 60,
            "sale_probability_share": "0.5",
            "price_over_reserve": "1",
        },
        "cost_per_round": "20000.00",
        "days_to_payment": 10,
        "charges": CHARGES,
    },
    "licence_stream": {
        "scenarios": [
            {
                "name": "good",
                "probability_share": "0.6",
                "payment": "100000.00",
                "first_after_days": 91,
                "period_months": 3,
                "payment_count": 8,
            },
            {
                "name": "poor",
                "probability_share": "0.3",
                "payment": "40000.00",
                "first_after_days": 365,
                "period_months": 12,
                "payment_count": 2,
            },
            {
                "name": "none",
                "probability_share": "0.1",
                "payment": "0.00",
                "first_after_days": 0,
                "period_months": 1,
                "payment_count": 0,
            },
        ],
        "set_up_cost": "10000.00",
        "charges_of_each_payment": {"fixed_cost": "0.00", "cost_share": "0.10", "tax_share": "0.06"},
    },
    "buy_back": {
        "buyer": "guarantor",
        "price": "3000000.00",
        "pays_after_days": 90,
        "performance_probability_share": "0.9",
        "fallback_price": "1000000.00",
        "fallback_after_days": 400,
        "charges": CHARGES,
    },
    "debt_to_patent": {
        "settlement_value": "5600000.00",
        "failed_reserve": "5600000.00",
        "transfer_after_days": 60,
        "transfer_cost": "8000.00",
        "transfer_tax_share": "0.03",
        "holding_cost": "12000.00",
        "resales": [
            {"name": "sold", "probability_share": "0.5", "price": "4000000.00", "after_days": 300},
            {"name": "kept", "probability_share": "0.5", "price": "0.00", "after_days": 700},
        ],
        "charges": CHARGES,
    },
}
