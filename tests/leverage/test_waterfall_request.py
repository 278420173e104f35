"""A waterfall asked and answered: by hand, and what is refused, each with its text.

The engine itself is checked in ``test_waterfall.py``; here the request, the partners' figures and the refusals.
"""

import copy
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leverage.waterfall_request import answer_waterfall, waterfall_request_model
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "leverage_waterfall.toml"
MODEL = waterfall_request_model()

CAPITAL = {"kind": "return_of_capital"}
PREFERRED = {"kind": "preferred_return", "rate_share": "0.08", "compounding": "compound", "base": "drawn"}
PREFERRED = {**PREFERRED, "day_basis": 365}
CATCH_UP = {"kind": "catch_up", "manager_share": "1", "carry_share": "0.2"}
SPLIT = {"kind": "split", "carry_share": "0.2"}
BUY_OUT = {
    "kind": "buy_out",
    "public": "city",
    "buyers": ["private"],
    "on": "2023-01-01",
    "interest_from": "2021-01-01",
    "rate_share": "0.04",
    "compounding": "simple",
    "day_basis": 365,
    "less_what_was_gained": True,
}


def asked(**changes: Any) -> dict[str, Any]:
    """Public 300, others 700: 1,000 called on the first day, 1,500 back after two years of 365 days."""
    base = {
        "dates": {"valuation_date": "2025-12-31", "policy_date": "2025-12-31", "report_date": "2026-03-31"},
        "term": {"starts_on": "2021-01-01", "invests_until": "2025-01-01", "ends_on": "2028-01-01"},
        "partners": [
            {"id": "city", "role": "public", "committed": "300.00"},
            {"id": "private", "role": "other", "committed": "700.00"},
            {"id": "gp", "role": "manager", "committed": "0.00"},
        ],
        "tiers": [CAPITAL, PREFERRED, CATCH_UP, SPLIT],
        "flows": [{"day": "2021-01-01", "called": "1000.00"}, {"day": "2023-01-01", "proceeds": "1500.00"}],
        "flows_basis": {"grade": "assumed", "reason": "a fund of the test"},
        "discount_rate_share": "0.05",
    }
    return copy.deepcopy(base) | changes


def answer(**changes: Any) -> dict[str, Any]:
    return answer_waterfall(parse(MODEL, asked(**changes))).as_document()


def test_a_full_catch_up_by_hand() -> None:
    """Preferred 1,000 × (1.08² − 1) = 166.40; catch-up 41.60; of 292.00 left 20 % again: carry 100 = 20 % of 500."""
    found = {row["id"]: row for row in answer()["partners"]}
    assert found["gp"]["carry"] == "100.00"
    assert (found["city"]["received"], found["private"]["received"]) == ("420.00", "980.00")
    assert found["city"]["multiple"] == "1.400000"
    assert found["city"]["internal_rate_share"] == "0.18321596"  # √1.4 − 1
    assert found["gp"]["multiple"] is None


def test_the_cost_of_a_buy_out_stands_beside_what_it_buys() -> None:
    """On the last day 420 has been paid already: 300 came back, so there is nothing left to buy."""
    (cost,) = answer(settlements=[BUY_OUT])["concessions"]
    assert (cost["id"], cost["cost_to_public"], cost["to_others"]) == ("buy_out", "0.00", "0.00")
    earlier = {**BUY_OUT, "on": "2022-01-01"}
    (cost,) = answer(settlements=[earlier])["concessions"]
    # Bought at 300 × 1.04 = 312 a year before; forgone are 420.
    assert (cost["cost_to_public"], cost["to_others"], cost["to_manager"]) == ("108.00", "108.00", "0.00")


def test_a_clawback_is_solved_deal_by_deal() -> None:
    """A good deal pays carry of 20, the next loses 100 of 200: profit is nil and all carry goes back."""
    flows = [
        {"day": "2021-01-01", "called": "200.00", "deal": "good"},
        {"day": "2021-01-01", "called": "200.00", "deal": "bad"},
        {"day": "2022-01-01", "proceeds": "300.00", "deal": "good"},
        {"day": "2023-01-01", "proceeds": "100.00", "deal": "bad"},
    ]
    found = answer(flows=flows, way="deal_by_deal", clawback={"carry_share": "0.2"})
    assert found["clawback"]["carry_received"] == "20.00"
    assert found["clawback"]["amount"] == "20.00"
    assert "concessions_not_computed" in [row["code"] for row in found["warnings"]]


def test_the_example_runs_and_names_its_doubts() -> None:
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"), parse_float=Decimal)
    found = answer_waterfall(parse(MODEL, document)).as_document()
    assert sum(Decimal(row["received"]) for row in found["partners"]) == sum(
        Decimal(row.get("proceeds", "0")) for row in document["flows"]
    )
    assert "flows_not_measured" in [row["code"] for row in found["warnings"]]


FLOW = {"day": "2021-01-01", "called": "1000.00"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"term": {"starts_on": "2021-01-01", "invests_until": "2025-01-01", "ends_on": "2024-12-31"}}, "not shorter than"),
    (
        {"term": {"starts_on": "2021-01-01", "invests_until": "2021-01-01", "ends_on": "2024-12-31"}},
        "investment period",
    ),
    ({"flows": [{**FLOW, "day": "2020-12-31"}]}, "a day from 2021-01-01 to 2028-01-01"),
    ({"flows": [FLOW, {"day": "2028-01-02", "proceeds": "1.00"}]}, "the fund's life"),
    ({"flows": []}, "at least one entry"),
    ({"flows": [{**FLOW, "called": "-1.00"}]}, "zero or more"),
    ({"flows": [{**FLOW, "called": "1000.01"}]}, "at most the 100000 committed"),
    ({"flows": [{**FLOW, "called": 1000.0}]}, "a JSON number is refused"),
    ({"flows": [{"day": "2022-01-01", "proceeds": "5.00"}]}, "a call first"),
    ({"partners": []}, "at least one entry"),
    ({"partners": [{"id": "city", "role": "public", "committed": "1.00"}]}, "exactly one"),
    ({"partners": [{"id": "gp", "role": "manager", "committed": "0.00"}]}, "a commitment above 0"),
    ({"partners": [{"id": "gp", "role": "manager", "committed": "-1.00"}]}, "zero or more"),
    ({"partners": [{"id": "gp", "role": "manager", "committed": "1.00"}] * 2}, "managers"),
    ({"partners": [{"id": "gp", "role": "mayor", "committed": "1.00"}]}, "role"),
    ({"tiers": []}, "at least one entry"),
    ({"tiers": [{"kind": "a_gift"}]}, "kind"),
    ({"tiers": [CAPITAL, {**SPLIT, "carry_share": "1"}]}, "less than 1"),
    ({"tiers": [CAPITAL, {**SPLIT, "carry_share": "-0.1"}]}, "greater than or equal to 0"),
    ({"tiers": [CAPITAL, {**PREFERRED, "rate_share": "1.5"}, SPLIT]}, "less than or equal to 1"),
    ({"tiers": [CAPITAL, {**PREFERRED, "day_basis": 366}, SPLIT]}, "day_basis"),
    ({"tiers": [CAPITAL, {**PREFERRED, "partners": ["nobody"]}, SPLIT]}, "nobody"),
    ({"tiers": [CAPITAL, PREFERRED, {**CATCH_UP, "manager_share": "0.2"}, SPLIT]}, "never catches up"),
    ({"tiers": [CAPITAL, PREFERRED, {**CATCH_UP, "manager_share": "1.2"}, SPLIT]}, "less than or equal to 1"),
    ({"tiers": [CAPITAL, PREFERRED]}, "left on 2023-01-01"),
    ({"settlements": [{**BUY_OUT, "buyers": ["city"]}]}, "others than city"),
    ({"settlements": [{**BUY_OUT, "buyers": ["nobody"]}]}, "nobody"),
    ({"settlements": [{**BUY_OUT, "on": "2020-12-31"}]}, "where interest begins"),
    ({"settlements": [{**BUY_OUT, "rate_share": "-0.01"}]}, "greater than or equal to 0"),
    ({"settlements": [BUY_OUT], "way": "deal_by_deal"}, "none, deal by deal"),
    ({"way": "deal_by_deal"}, "the deal that the money belongs to"),
    ({"clawback": {"carry_share": "1.2"}}, "less than or equal to 1"),
    ({"discount_rate_share": "1.01"}, "less than or equal to 1"),
    ({"flows_basis": {"grade": "measured"}}, "a source, because"),
    ({"flows_basis": {"grade": "measured", "source": "nowhere"}}, "nowhere"),
    ({"flows_basis": {"grade": "assumed"}}, "a reason, because"),
    ({"irr": "0.2"}, "only the documented fields"),
]


@pytest.mark.parametrize(("changes", "expected"), BAD)
def test_what_cannot_be_answered_says_why(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises((InputError, RefusalError)) as caught:
        answer(**changes)
    assert expected in str(caught.value)
