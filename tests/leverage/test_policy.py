"""The dated rules that are shipped: values against the documents named in their sources, status with each."""

import datetime

import pytest

from leverage.instrument import load_instruments
from leverage.performance import DIMENSIONS
from leverage.policy import load_policies
from valuation.errors import BeforeFirstStepError, ReferenceDataError

DAY = datetime.date(2025, 12, 31)
MULTIPLE = "guarantee_liability_per_net_assets_max_multiple"


@pytest.mark.parametrize(
    ("policy", "parameter", "value", "status"),
    [
        # authority: press report of 2023-03-16 (Haikou); 财教〔2021〕176号 arts. 9 and 10; selection notice of 2022
        ("haikou_guide_fund_2023", "government_share_max_share", "0.30", "read"),
        ("haikou_guide_fund_2023", "government_share_binding", "in_principle", "read"),
        ("national_conversion_fund_2021", "government_share_min_share", "0.10", "read"),
        ("national_conversion_fund_2021", "government_share_max_share", "0.30", "read"),
        ("national_conversion_fund_2021", "invested_per_government_min_multiple", "3", "read"),
        ("national_conversion_fund_2021", "on_target_investment_min_share", "0.50", "read"),
        # authority: 国务院令第683号 art. 15
        ("guarantee_liability", f"{MULTIPLE}.general", "10", "read"),
        ("guarantee_liability", f"{MULTIPLE}.small_and_agricultural", "15", "read"),
        ("state_council_2025_1", "local_reinvestment_direction", "lower_or_drop", "read"),
        ("state_council_2025_1", "may_judge_single_project_or_year", "False", "read"),
        ("haikou_pool_selection_2022", "bank_line_per_pool_min_multiple", "10", "read"),
        ("haikou_pool_selection_2022", "first_year_lent_per_pool_min_multiple", "6", "read"),
    ],
)
def test_the_rules_as_published(policy: str, parameter: str, value: str, status: str) -> None:
    found = load_policies()[policy].value(parameter, on=DAY)
    assert (str(found.value), found.status) == (value, status)


def test_a_rule_says_nothing_before_its_document() -> None:
    with pytest.raises(BeforeFirstStepError):
        load_policies()["haikou_guide_fund_2023"].value("government_share_max_share", on=datetime.date(2023, 3, 15))


def test_every_policy_is_of_use_to_some_instrument_or_evaluation() -> None:
    known = {name for row in load_instruments().values() for name in row.policy_parameters}
    schemes = {f"points_{name}" for name in DIMENSIONS} | {"tolerated_loss_of_public_money_max_share"}
    assert all((known | schemes) & set(table.parameters) for table in load_policies().values())


def test_a_file_is_named_by_its_id() -> None:
    text = 'id = "b"\nkind = "k"\nname = { zh = "乙", en = "b" }\nsources = {}\nparameters = {}\n'
    with pytest.raises(ReferenceDataError, match=r"a\.toml: found id 'b'"):
        load_policies({"a": text})
    assert "b" in load_policies({"b": text})
