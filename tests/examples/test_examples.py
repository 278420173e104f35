"""The shipped examples: they run, they hang together, and their measured facts are the published ones.

Checked against: the valuation example for the quote's appraised value (identity); the shared extracts of the Orange
Book, of the Part D dashboard and of the Pink Sheet where they are at hand (authority); plain arithmetic (hand).
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pledge.quote import load_policies, quote_pledge
from pledge.quote import request_model as quote_model
from valuation.appraisal import Appraisal, appraise, request_model
from valuation.errors import GapError
from valuation.kernel.fields import parse

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"


def example(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "examples" / name).read_text(encoding="utf-8"), parse_float=Decimal)


def appraised(name: str) -> Appraisal:
    return appraise(parse(request_model(), example(name)))


@pytest.fixture(scope="module")
def drug_patent() -> Appraisal:
    return appraised("drug_patent.toml")


def test_the_quote_rests_on_the_valuation(drug_patent: Appraisal) -> None:
    document, asset = drug_patent.as_document(), example("pledge_quote_drug_patent.toml")["asset"]
    assert asset["appraised_value"] == document["value"]
    assert asset["pledgee_value"] == document["pledgee_value"]
    assert asset["expiry_date"] == drug_patent.subject.legal_end()


def test_the_quote_offers_a_quarter_of_the_value() -> None:
    """Hand: 25 % of 19,525,412.05 is 4,881,353.0125, and a cap is rounded down to the fen."""
    policies = load_policies()
    request = parse(quote_model(policies), example("pledge_quote_drug_patent.toml"))
    document = quote_pledge(request, policies=policies).as_document()
    assert document["decision"] == "over_limit"
    assert document["offered_principal"] == "4881353.01"
    rows = document["offer"]["schedule"]["rows"]
    assert sum(Decimal(row["principal"]) for row in rows) == Decimal("4881353.01")
    hypotheses = [each for each in document["warnings"] if each["code"] == "hypothesis_value"]
    assert len(hypotheses) == len(example("pledge_quote_drug_patent.toml")["what_if"]["haikou_risk_pool"])


def test_without_the_hypotheses_the_gap_is_refused() -> None:
    data = example("pledge_quote_drug_patent.toml")
    del data["what_if"]
    policies = load_policies()
    with pytest.raises(GapError, match=r"haikou_risk_pool.*gap.*ask the city"):
        quote_pledge(parse(quote_model(policies), data), policies=policies)


def test_the_variety_names_its_hypotheses() -> None:
    document = appraised("plant_variety.toml").as_document()
    grades = {
        step["grade"]
        for step in appraised("plant_variety.toml").explanation()["relief_from_royalty"]["steps"]
        if step["kind"] == "input"
    }
    assert "hypothesis" in grades
    assert Decimal(document["interval"]["low"]) < Decimal(document["value"]) < Decimal(document["interval"]["high"])
    assert [each["method"] for each in document["indications"]] == ["relief_from_royalty", "replacement_cost"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data extracts are not at hand")
class TestMeasuredFacts:
    """The figures quoted in the examples are those of the extracts (authority)."""

    def test_the_patent_expires_when_the_orange_book_says(self, drug_patent: Appraisal) -> None:
        pandas = pytest.importorskip("pandas")
        patents = pandas.read_parquet(SHARED / "orange_book" / "patents_a.parquet")
        listed = patents[(patents.appl_no == "022308") & (patents.patent_no == "8481526")]
        assert len(listed) > 0
        assert {day.date() for day in listed.patent_expire_date} == {drug_patent.subject.legal_end()}

    def test_the_spending_is_that_of_part_d(self) -> None:
        pandas = pytest.importorskip("pandas")
        spending = pandas.read_parquet(SHARED / "part_d_drug_spending" / "part_d_2013_2017_a.parquet")
        brand = spending[spending.brand_name.str.upper() == "BESIVANCE"].sort_values("year")
        amounts = [round(amount) for amount in brand.total_spending_usd]
        title = example("drug_patent.toml")["sources"]["part_d"]["title"]
        assert " / ".join(f"{amount:,}" for amount in amounts) in title
        net = brand.total_spending_usd.tail(3).mean() * 0.60
        stated = example("drug_patent.toml")["methods"]["relief_from_royalty"]["revenue"]["values"]
        assert {Decimal(value) for value in stated} == {Decimal(round(net))}

    def test_the_rubber_price_is_that_of_the_pink_sheet(self) -> None:
        pandas = pytest.importorskip("pandas")
        prices = pandas.read_parquet(SHARED / "commodity_prices" / "pink_sheet_monthly_1960_2019.parquet")
        rubber = prices[(prices.commodity == "Rubber, TSR20") & (prices.month.dt.year == 2019)].price_usd
        assert round(rubber.mean(), 2) == 1.41
        title = example("plant_variety.toml")["sources"]["pink_sheet"]["title"]
        assert "mean of 2019: 1.41 USD/kg" in title
