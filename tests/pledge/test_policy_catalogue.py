"""Do the policies say what their sources say, load only when complete, and name what is missing?

Authority: numbers copied from the policy tables, source beside each. Second method: the LPR steps against the
monthly fixings, where that sample is at hand. Hand: a bank's own policy written here.
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest

from pledge.policy_catalogue import describe_policy, load_policies, open_gaps, overlay_policies, policies_of_kind
from pledge.policy_kind import ParameterSpec, holds, of_unit
from valuation.errors import (
    BeforeFirstStepError,
    GapError,
    InputError,
    ReferenceDataError,
    SourceMissingError,
    UnknownNameError,
)
from valuation.kernel.dated import DatedTable, Hypothesis

DAY = datetime.date
OWN = """
id = "own_bank_2024"
kind = "pledge_rate"
name = { zh = "某行专利质押", en = "own bank" }
facts.jurisdiction = { zh = "海南", en = "Hainan" }
sources.board = { title = "board decision", status = "read" }
[parameters.pledge_rate_share.plant_variety]
unit = "share"
label = { zh = "质押率", en = "pledge rate" }
steps = [{ from = 2024-01-01, value = 0.4, source = "board" }, { from = 2025-01-01, repealed = true, source = "board" }]
"""


def value(policies: dict[str, DatedTable], policy: str, name: str, day: datetime.date) -> object:
    return policies[policy].value(name, on=day).value


def test_bank_of_communications_2006(policies: dict[str, DatedTable]) -> None:
    # Li Lin, 2007: 25 %, 15 %, 30 %; at most 10 million and 3 years; 8 and 4 years of life left, 2 of use.
    day, bank = DAY(2006, 10, 31), "bank_of_communications_beijing_2006"
    expected = {
        "pledge_rate_share.invention_patent": Decimal("0.25"),
        "pledge_rate_share.utility_model": Decimal("0.15"),
        "pledge_rate_share.trademark": Decimal("0.30"),
        "loan_cap_cny": 10_000_000,
        "term_cap_months": 36,
        "minimum_remaining_life_years.invention_patent": 8,
        "minimum_remaining_life_years.utility_model": 4,
        "minimum_years_of_use.trademark": 2,
        "rate_markup_over_benchmark_share": Decimal("0.10"),
    }
    assert {name: value(policies, bank, name, day) for name in policies[bank].parameters} == expected
    with pytest.raises(BeforeFirstStepError, match=r"2006-10-30.*2006-10-31"):
        value(policies, bank, "loan_cap_cny", DAY(2006, 10, 30))


def test_bank_of_jiangsu_knows_caps_but_no_pledge_rate(policies: dict[str, DatedTable]) -> None:
    bank, day = policies["bank_of_jiangsu_suzhidai_2025"], DAY(2026, 1, 1)
    assert bank.value("loan_cap_cny", on=day).value == 30_000_000
    with pytest.raises(GapError, match="ask the bank"):
        bank.value("pledge_rate_share.invention_patent", on=day)
    assert len(open_gaps(bank, on=day)) == 5
    assert open_gaps(bank, on=DAY(2025, 1, 1)) == {}


def test_haikou_pool_and_its_gaps(policies: dict[str, DatedTable]) -> None:
    # Stored copies of the two notices: 30 million = 20 central + 10 city; ten times; first year six times.
    pool = policies["haikou_risk_pool"]
    for day, source in ((DAY(2020, 9, 27), "notice_2020"), (DAY(2023, 9, 20), "notice_2023")):
        size = pool.value("pool_size_cny", on=day)
        assert (size.value, size.source.id) == (30_000_000, source)
        parts = [pool.value(f"pool_{part}_cny", on=day).value for part in ("central", "city")]
        assert parts == [20_000_000, 10_000_000]
        assert pool.value("lending_multiple", on=day).value == 10
    assert pool.value("first_year_lending_multiple", on=DAY(2023, 9, 20)).value == 6
    gaps = open_gaps(pool, on=DAY(2024, 1, 1))
    assert set(gaps) == {
        "loss_share.pool",
        "loss_share.bank",
        "loss_share.guarantor",
        "single_loan_cap_cny",
        "claim_deadline_days",
    }
    assert set(gaps.values()) == {"ask the city or read the notice"}
    with pytest.raises(GapError, match="ask the city or read the notice"):
        pool.value("loss_share.pool", on=DAY(2024, 1, 1))
    with pytest.raises(BeforeFirstStepError):
        pool.value("pool_size_cny", on=DAY(2020, 9, 26))


def test_zhongshan_shares_add_up(policies: dict[str, DatedTable]) -> None:
    day = DAY(2021, 9, 10)
    shares = {party: value(policies, "zhongshan_risk_pool_2021", f"loss_share.{party}", day) for party in (
        "pool", "bank", "insurer", "appraiser")}  # fmt: skip
    assert list(shares.values()) == [Decimal("0.54"), Decimal("0.26"), Decimal("0.16"), Decimal("0.04")]
    assert sum(shares.values()) == 1  # type: ignore[arg-type]


def test_twelve_grounds_of_refusal(policies: dict[str, DatedTable]) -> None:
    rules = policies["cnipa_461_2021"]
    grounds = [name for name in rules.parameters if name.startswith("refusal_grounds.")]
    assert len(grounds) == 12
    for name in grounds:
        with pytest.raises(BeforeFirstStepError, match="2021-11-15"):
            rules.value(name, on=DAY(2021, 11, 14))
    review = rules.value("review_working_days", on=DAY(2022, 1, 1))
    assert review.value == 5
    assert review.warning is not None
    assert review.warning.code == "recalled_value"


def test_lpr_begins_with_its_first_fixing_and_ends_in_a_gap(policies: dict[str, DatedTable]) -> None:
    lpr = policies["lpr"]
    assert lpr.value("one_year_rate_share", on=DAY(2019, 8, 20)).value == Decimal("0.0425")
    assert lpr.value("five_year_rate_share", on=DAY(2022, 5, 20)).value == Decimal("0.0445")
    for name in lpr.parameters:
        with pytest.raises(BeforeFirstStepError):
            lpr.value(name, on=DAY(2019, 8, 19))
        assert lpr.value(name, on=DAY(2026, 4, 19)).status == "read"
        with pytest.raises(GapError, match="National Interbank Funding Center"):
            lpr.value(name, on=DAY(2026, 4, 20))


#: Authority: every fixing from 2023-12 to 2026-03 in the file that the source names: month, day, one year, five years.
FIXINGS = """
2023-12-20 3.45 4.20; 2024-01-22 3.45 4.20; 2024-02-20 3.45 3.95; 2024-03-20 3.45 3.95; 2024-04-22 3.45 3.95;
2024-05-20 3.45 3.95; 2024-06-20 3.45 3.95; 2024-07-22 3.35 3.85; 2024-08-20 3.35 3.85; 2024-09-20 3.35 3.85;
2024-10-21 3.10 3.60; 2024-11-20 3.10 3.60; 2024-12-20 3.10 3.60; 2025-01-20 3.10 3.60; 2025-02-20 3.10 3.60;
2025-03-20 3.10 3.60; 2025-04-21 3.10 3.60; 2025-05-20 3.00 3.50; 2025-06-20 3.00 3.50; 2025-07-21 3.00 3.50;
2025-08-20 3.00 3.50; 2025-09-22 3.00 3.50; 2025-10-20 3.00 3.50; 2025-11-20 3.00 3.50; 2025-12-22 3.00 3.50;
2026-01-20 3.00 3.50; 2026-02-24 3.00 3.50; 2026-03-20 3.00 3.50
"""


@pytest.mark.parametrize("row", FIXINGS.split(";"))
def test_lpr_is_the_fixing_until_the_day_before_the_next(policies: dict[str, DatedTable], row: str) -> None:
    day, *percents = row.split()
    for name, percent in zip(("one_year", "five_year"), percents, strict=True):
        found = policies["lpr"].value(f"{name}_rate_share", on=datetime.date.fromisoformat(day))
        assert (found.value, found.status) == (Decimal(percent) / 100, "read")
    # The change of 2024-07-22 does not reach back to the day before it.
    assert policies["lpr"].value("one_year_rate_share", on=DAY(2024, 7, 21)).value == Decimal("0.0345")


def test_lpr_agrees_with_every_monthly_fixing(policies: dict[str, DatedTable]) -> None:
    sample = Path(__file__).resolve().parents[3] / "shared" / "data" / "cn_rates" / "lpr_2019_2023.parquet"
    if not sample.exists():
        pytest.skip("the sample of monthly fixings is not at hand")
    import pandas

    rows = pandas.read_parquet(sample)
    assert len(rows) == 53
    for row in rows.itertuples():
        day = row.date.date()
        for name, percent in (("one_year", row.lpr_1y_pct), ("five_year", row.lpr_5y_pct)):
            rate = policies["lpr"].value(f"{name}_rate_share", on=day).value
            assert rate == Decimal(str(percent)) / 100


def test_every_policy_is_described_with_its_steps_and_gaps(policies: dict[str, DatedTable]) -> None:
    for table in policies.values():
        described = describe_policy(table)
        json.dumps(described)
        assert described["id"] == table.id
        assert described["jurisdiction"]["zh"]
        assert len(described["parameters"]) == len(table.parameters)
        for parameter in described["parameters"]:
            for step in parameter["steps"]:
                assert len({"value", "gap", "repealed"} & set(step)) == 1
                assert step["source"] in table.sources
    assert describe_policy(policies["haikou_risk_pool"])["gaps"][0] == "claim_deadline_days"
    assert describe_policy(policies["zhongshan_risk_pool_2021"])["gaps"] == []
    assert describe_policy(policies["cnipa_461_2021"])["parameters"][0]["steps"][0]["value"] is True


def test_a_banks_own_policy_joins(policies: dict[str, DatedTable]) -> None:
    known = load_policies({"own_bank_2024": OWN})
    assert set(known) == {*policies, "own_bank_2024"}
    assert "own_bank_2024" in policies_of_kind(known, "pledge_rate")
    steps = describe_policy(known["own_bank_2024"])["parameters"][0]["steps"]
    assert steps[1] == {"from": "2025-01-01", "status": "read", "source": "board", "repealed": True}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "own_bank_2024"', 'id = "other"', "expected the name of the file"),
        ('kind = "pledge_rate"', 'kind = "pledge_rates"', "found kind 'pledge_rates'"),
        ('facts.jurisdiction = { zh = "海南", en = "Hainan" }', "", "jurisdiction.zh"),
        ('facts.jurisdiction = { zh = "海南", en = "Hainan" }', 'facts.jurisdiction = "Hainan"', "jurisdiction.zh"),
        ("pledge_rate_share.plant_variety", "pledge_rate_share.plant_varieties", "plant_varieties.*expected"),
        ("pledge_rate_share.plant_variety", "loan_cap_yuan", "loan_cap_yuan"),
        ("pledge_rate_share.plant_variety", "loan_cap_cny", "found unit 'share', expected 'cny'"),
        ("value = 0.4", "value = 40", "a share of one from 0 to 1"),
        ("value = 0.4", 'value = "0.4"', "a share of one from 0 to 1"),
        ("value = 0.4", "value = inf", "expected a finite number"),
    ],
)
def test_a_wrong_policy_does_not_load(old: str, new: str, message: str) -> None:
    assert old in OWN
    with pytest.raises(ReferenceDataError, match=message):
        load_policies({"own_bank_2024": OWN.replace(old, new)})


def test_missing_parameters_sources_and_duplicates_are_refused() -> None:
    only_cap = OWN.replace("pledge_rate_share.plant_variety", "loan_cap_cny").replace('"share"', '"cny"')
    with pytest.raises(ReferenceDataError, match="found no pledge_rate_share"):
        load_policies({"own_bank_2024": only_cap})
    with pytest.raises(SourceMissingError):
        load_policies({"own_bank_2024": OWN.replace('source = "board"', 'source = "nobody"')})
    with pytest.raises(ReferenceDataError, match="found twice"):
        load_policies({"lpr": OWN})


def test_what_if_values_are_read_in_the_unit_of_their_parameter(policies: dict[str, DatedTable]) -> None:
    day = DAY(2024, 1, 1)
    stated = {
        "single_loan_cap_cny": Hypothesis("5000000.00", "supposed"),
        "claim_deadline_days": Hypothesis("30", "supposed"),
    }
    pool = overlay_policies(policies, {"haikou_risk_pool": stated})["haikou_risk_pool"]
    cap, deadline = (pool.value(name, on=day) for name in stated)
    assert (cap.value, cap.status) == (Decimal("5000000.00"), "hypothesis")
    assert deadline.value == 30
    assert type(deadline.value) is int
    assert cap.warning is not None
    assert "supposed" in cap.warning.label.en


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("loss_share.pool", "50"),
        ("loss_share.pool", "half"),
        ("loss_share.pool", True),
        ("single_loan_cap_cny", "1E+999999999"),
        ("single_loan_cap_cny", "0.001"),
        ("claim_deadline_days", "1.5"),
        ("liability_limited_to_balance", "true"),
    ],
)
def test_what_if_values_out_of_their_unit_are_refused(
    policies: dict[str, DatedTable], name: str, found: str | bool
) -> None:
    with pytest.raises(InputError, match=rf"what_if\.haikou_risk_pool\.{name}"):
        overlay_policies(policies, {"haikou_risk_pool": {name: Hypothesis(found, "supposed")}})


def test_what_if_cannot_invent_a_parameter(policies: dict[str, DatedTable]) -> None:
    with pytest.raises(UnknownNameError, match=r"loss_share\.pool"):
        overlay_policies(policies, {"haikou_risk_pool": {"loss_share.city": Hypothesis("0.1", "supposed")}})


def test_units() -> None:
    assert of_unit(False, "yes_no") is False
    assert of_unit("principal", "text") == "principal"
    assert of_unit(None, "share") is None
    assert holds(Decimal("1.4"), "multiple")
    assert not holds(-1, "multiple")
    assert ParameterSpec("a.*", "share", members=frozenset({"x", "b"})).description == "a.{b, x}"


def test_one_fact_stands_in_one_policy(policies: dict[str, DatedTable]) -> None:
    """The watch of order 2023 no. 1 and the renewal notice of 2024 are stated once and referred to."""
    rules = policies["loan_contract_rules"]
    for unit in ("periods", "months"):
        found = rules.value(f"restructuring_watch_{unit}", on=DAY(2023, 7, 1))
        stated = policies["cn_asset_classification_2023"].value(f"observation_{unit}", on=DAY(2023, 7, 1))
        assert (found.value, found.status) == (stated.value, stated.status)
        assert found.source.id.startswith("cn_asset_classification_2023.")
    notice = policies["national_renewal_2024"]
    conditions = [name for name in notice.parameters if name.startswith("renewal_condition.")]
    assert len(conditions) == 5
    for name in conditions:
        assert rules.parameters[name].steps[0].source.id == "national_renewal_2024.notice_13"
    kept = policies["cn_asset_classification_2023"].parameters["renewal_may_stay_normal"].steps
    assert [step.from_date for step in kept] == [DAY(2024, 9, 30)]


SCOPE = """
id = "own_scope"
kind = "compensation_scope"
name = { zh = "范围", en = "scope" }
facts.jurisdiction = { zh = "海南", en = "Hainan" }
sources.board = { title = "board decision", status = "read" }
[parameters.covers.trademark]
unit = "yes_no"
label = { zh = "商标", en = "trademark" }
steps = [{ from = 2024-01-01, value = true, source = "board" }]
"""
POOL = """
id = "own_pool"
kind = "risk_pool"
name = { zh = "资金池", en = "pool" }
sources.board = { title = "board decision", status = "read" }
facts = { jurisdiction = { zh = "海南", en = "Hainan" }, compensable_as_in = "own_scope" }
[parameters.loss_share.pool]
unit = "share"
label = { zh = "比例", en = "share" }
steps = [{ from = 2024-01-01, value = 0.4, source = "board" }]
"""


def test_a_pool_takes_its_scope_from_the_policy_that_states_it(policies: dict[str, DatedTable]) -> None:
    hainan = policies["hainan_risk_pool_2026"].facts["compensable_asset_kinds"]
    assert hainan == ["invention_patent", "utility_model", "design_patent", "trademark"]
    own = load_policies({"own_scope": SCOPE, "own_pool": POOL})["own_pool"]
    assert own.facts["compensable_asset_kinds"] == ["trademark"]


@pytest.mark.parametrize(
    ("scope", "pool", "message"),
    [
        (SCOPE, POOL.replace('"own_scope"', '"moon"'), "found 'moon'"),
        (SCOPE, POOL.replace('"own_scope" }', '"lpr" }'), "a scope without gaps"),
        (SCOPE, POOL.replace("compensable_as_in", "compensable_asset_kinds = [], compensable_as_in"), "as well"),
        (SCOPE.replace("value = true", 'gap = "ask"'), POOL, "a scope without gaps"),
        (
            SCOPE.replace('" }]', '" }, { from = 2025-01-01, value = false, source = "board" }]'),
            POOL,
            "does not change",
        ),
    ],
)
def test_a_scope_that_does_not_answer_for_all_days_is_refused(scope: str, pool: str, message: str) -> None:
    with pytest.raises(ReferenceDataError, match=message):
        load_policies({"own_scope": scope, "own_pool": pool})
