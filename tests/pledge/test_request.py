"""Does the request refuse what is wrong, name the field, and list the forms and policies there are?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pledge.schedule
from pledge.instalments import repayment_forms
from pledge.pledged_asset import ASSET_KINDS, AssetKind
from pledge.policy_catalogue import load_policies
from pledge.request import request_model
from valuation.errors import InputError
from valuation.kernel.fields import parse

OWN = """
id = "own_bank"
kind = "pledge_rate"
name = { zh = "测试", en = "test" }
facts.jurisdiction = { zh = "测试", en = "test" }
sources.board = { title = "board", status = "read" }
parameters.pledge_rate_share.trademark = { unit = "share", label = { zh = "质押率", en = "rate" }, steps = [
    { from = 2020-01-01, value = 0.4, source = "board" } ] }
"""


def test_schema_lists_forms_and_policies() -> None:
    schema = request_model().model_json_schema()
    properties, defs = schema["properties"], schema["$defs"]
    assert defs["RepaymentRequest"]["properties"]["form"]["enum"] == sorted(repayment_forms())
    listed = {
        "pledge_rate": properties["policy"],
        "risk_pool": properties["pool_policy"]["anyOf"][0],
        "interest_subsidy": properties["subsidy_policy"]["anyOf"][0],
    }
    policies = load_policies()
    for kind, found in listed.items():
        assert found["enum"] == sorted(name for name, table in policies.items() if table.kind == kind)
    assert {"haikou_risk_pool", "zhongshan_risk_pool_2021"} < set(listed["risk_pool"]["enum"])
    assert properties["what_if"]["propertyNames"]["enum"] == sorted(load_policies())
    assert "Everything a pledge quote is computed from." in schema["description"]
    amount = defs["PledgedAsset"]["properties"]["appraised_value"]
    assert amount["type"] == "string"


def test_schema_shows_what_was_dropped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policies = load_policies({"own_bank": OWN})
    (tmp_path / "later_for_this_test.py").write_text(
        "from dataclasses import replace\n"
        "from pledge.schedule.interest_only import REPAYMENT_FORM as known\n"
        "REPAYMENT_FORM = replace(known, id='later_for_this_test')\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(pledge.schedule, "__path__", [*pledge.schedule.__path__, str(tmp_path)])
    schema = request_model(policies).model_json_schema()
    assert "own_bank" in schema["properties"]["policy"]["enum"]
    assert "later_for_this_test" in schema["$defs"]["RepaymentRequest"]["properties"]["form"]["enum"]


def test_kinds_of_asset_and_their_labels_agree() -> None:
    assert list(ASSET_KINDS) == list(AssetKind.__args__)  # type: ignore[attr-defined]


def test_defaults_are_in_the_parsed_request(data: dict[str, Any]) -> None:
    request = parse(request_model(), data)
    assert request.loss_scenarios_share == (Decimal("1"), Decimal("0.5"))
    assert request.loan.repayment.interest_rounding.rounding.unit_fen == 1
    assert request.loan.repayment.interest_dates == "unadjusted"
    assert request.currency == "CNY"


Change = Callable[[dict[str, Any]], object]
BAD: list[tuple[str, Change, str]] = [
    ("policy", lambda d: d.update(policy="bank_of_nowhere"), ", bank_of_communications_beijing_2006, "),
    ("policy", lambda d: d.update(policy="lpr"), ", bank_of_communications_beijing_2006, "),
    ("policy", lambda d: d.pop("policy"), "a value"),
    ("pool_policy", lambda d: d.update(pool_policy="no_pool"), ", haikou_risk_pool, "),
    ("subsidy_policy", lambda d: d.update(subsidy_policy=["x"]), "zhongguancun"),
    (
        "guarantee.policy",
        lambda d: d.update(guarantee={"policy": "lpr", "payment": "yearly"}),
        "one of national_guarantee_fee_2019",
    ),
    ("guarantee.payment", lambda d: d.update(guarantee={"annual_rate_share": "0.01"}), "a value"),
    ("guarantee.payment", lambda d: d.update(guarantee={"payment": "monthly"}), "'upfront' or 'yearly'"),
    (
        "insurance.annual_rate_share",
        lambda d: d.update(insurance={"annual_rate_share": "2", "payment": "yearly"}),
        'such as "0.01" for 1 %',
    ),
    (
        "insurance.covered_share",
        lambda d: d.update(insurance={"covered_share": "1.1", "payment": "yearly"}),
        "a share of one from 0 to 1",
    ),
    ("appraisal_fee", lambda d: d.update(appraisal_fee="-1.00"), "zero or more"),
    ("subsidy_paid_months", lambda d: d.update(subsidy_paid_months=-1), "greater than or equal to 0"),
    ("subsidy_paid_months", lambda d: d.update(subsidy_paid_months=61), "less than or equal to 60"),
    ("bank_business_year", lambda d: d.update(bank_business_year=0), "greater than or equal to 1"),
    ("risk_class", lambda d: d.update(risk_class="bad"), "special_mention"),
    ("currency", lambda d: d.update(currency="USD"), "CNY"),
    ("currency", lambda d: d.update(currency="XYZ"), "one of CNY"),
    ("asset.kind", lambda d: d["asset"].update(kind="trade_secret"), "invention_patent"),
    ("asset.appraised_value", lambda d: d["asset"].update(appraised_value=40000000.0), "decimal written as text"),
    ("asset.appraised_value", lambda d: d["asset"].update(appraised_value="NaN"), "decimal written as text"),
    ("asset.appraised_value", lambda d: d["asset"].update(appraised_value="-1.00"), "zero or more"),
    ("asset.in_force", lambda d: d["asset"].update(in_force="yes"), "valid boolean"),
    ("asset.expiry_date", lambda d: d["asset"].update(expiry_date="2033-02-30"), "date"),
    ("asset.colour", lambda d: d["asset"].update(colour="red"), "documented fields"),
    ("loan.requested", lambda d: d["loan"].update(requested="0.00"), "above zero"),
    ("loan.annual_rate_share", lambda d: d["loan"].update(annual_rate_share="4.35"), "0.0435"),
    ("loan.annual_rate_share", lambda d: d["loan"].update(annual_rate_share="-0.01"), "0.0435"),
    ("loan.annual_rate_share", lambda d: d["loan"].update(annual_rate_share=0.0435), "decimal written as text"),
    ("loan.term_months", lambda d: d["loan"].update(term_months=-12), "greater than or equal to 1"),
    ("loan.term_months", lambda d: d["loan"].update(term_months="36"), "integer"),
    ("loan.fees_upfront", lambda d: d["loan"].pop("fees_upfront"), "a value"),
    ("loan.repayment.form", lambda d: d["loan"]["repayment"].update(form="lump_sum"), "equal_instalment"),
    ("loan.repayment.period_months", lambda d: d["loan"]["repayment"].update(period_months=2), "1 or 3"),
    ("loss_scenarios_share", lambda d: d.update(loss_scenarios_share=["1.5"]), "from 0 to 1"),
    ("what_if.nowhere", lambda d: d.update(what_if={"nowhere": {}}), "haikou_risk_pool"),
    (
        "what_if.lpr.one_year_rate_share.value",
        lambda d: d.update(what_if={"lpr": {"one_year_rate_share": {"value": 0.03, "reason": "a float"}}}),
        "decimal written as text",
    ),
    (
        "what_if.lpr.one_year_rate_share.value",
        lambda d: d.update(what_if={"lpr": {"one_year_rate_share": {"value": 10**15, "reason": "too long"}}}),
        "decimal written as text",
    ),
    (
        "what_if.lpr.one_year_rate_share.reason",
        lambda d: d.update(what_if={"lpr": {"one_year_rate_share": {"value": "0.03", "reason": " "}}}),
        "3 characters",
    ),
]


@pytest.mark.parametrize(("field", "change", "expected"), BAD, ids=[f"{i}-{row[0]}" for i, row in enumerate(BAD)])
def test_bad_input_names_field_found_and_expected(
    data: dict[str, Any], field: str, change: Change, expected: str
) -> None:
    change(data)
    with pytest.raises(InputError) as caught:
        parse(request_model(), data)
    (problem,) = caught.value.problems
    assert problem.field.startswith(field)
    assert expected in problem.expected


def test_what_if_takes_texts_whole_numbers_booleans_and_decimals(data: dict[str, Any]) -> None:
    for stated in ("0.5", 3, True, Decimal("0.5")):
        data["what_if"] = {"lpr": {"one_year_rate_share": {"value": stated, "reason": "to see"}}}
        assert parse(request_model(), data).what_if["lpr"]["one_year_rate_share"].value == stated
