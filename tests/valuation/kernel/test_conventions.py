"""Do the conventions of a conclusion read in Chinese, whichever method emits them?

Checked against: what every method emits on its sample, every choice that the request models allow (second way: read
from the annotations), and a few texts by hand.
"""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from docs.fields import field_rows
from tests.valuation.asking import answered, relief
from tests.valuation.every_method import sample, valued
from valuation.catalogue import methods
from valuation.kernel.conventions import (
    CONVENTION_KEYS,
    CONVENTION_VALUES,
    convention_label,
    convention_text,
    is_stated_as_it_is,
)

CHINESE = re.compile("[一-鿿]")
#: The field of a request that each convention with choices repeats.
CHOICES = [
    ("adoption", "plant_variety_royalty", "adoption"),
    ("after", "capitalised_royalty", "after"),
    ("answer_as", "price_regression", "answer_as"),
    ("average", "comparable_transactions", "average"),
    ("base", "above_industry_return", "base_kind"),
    ("basis", "infringement_damages", "basis"),
    ("combination", "quality_score_ratio", "combination"),
    ("comparison", "with_and_without", "comparison"),
    ("competitor", "capped_launch", "competitor"),
    ("condition", "historic_cost", "condition"),
    ("condition", "minimum_licence_fee", "condition"),
    ("cost_standard", "replacement_cost", "standard"),
    ("direction", "milestone_at_hit", "direction"),
    ("duration", "excess_earnings_single_period", "duration"),
    ("increment", "incremental_income", "increment"),
    ("law", "infringement_damages", "law"),
    ("market_timing", "drug_rnpv", "market_timing"),
    ("mode", "cocomo_software", "mode"),
    ("obsolescence_combination", "replacement_cost", "obsolescence.combination"),
    ("of_the_two", "best_of_two", "of"),
    ("payment_time", "milestone_at_hit", "payment_time"),
    ("perspective", "drug_rnpv", "perspective"),
    ("phase_cost_timing", "drug_rnpv", "phase_cost_timing"),
    ("plant_life", "plant_variety_royalty", "plant_life"),
    ("profit_basis", "profit_split", "profit_basis"),
    ("punitive", "infringement_damages", "punitive(punitive).reading"),
    ("rate_compounding", "launch_option", "rate_compounding"),
    ("related_party_rows", "nearest_neighbours", "related_party_rows"),
    ("replacement", "plant_variety_royalty", "replacement"),
    ("right", "european_option", "right"),
    ("royalty_base", "licence_fee", "royalty_base.kind"),
    ("royalty_base", "plant_variety_royalty", "royalty"),
    ("split_rate", "profit_split", "split_rate"),
    ("survival", "relief_from_royalty", "survival"),
    ("tax", "profit_split", "tax(rate).on_losses"),
    ("tax_on_losses", "relief_from_royalty", "tax_on_losses"),
    ("terminal", "greenfield", "terminal"),
    ("threat_applies", "perpetual_threshold", "threat_applies"),
    ("timing", "relief_from_royalty", "timing"),
    ("users", "regional_brand", "users"),
    ("value_decay", "launch_option", "value_decay"),
]


@pytest.mark.parametrize("name", methods())
def test_every_key_that_a_method_emits_has_a_chinese_name(name: str) -> None:
    emitted = valued(name, sample(name)).conventions
    assert emitted.keys() - CONVENTION_KEYS.keys() == set()


@pytest.mark.parametrize("name", methods())
def test_every_text_that_a_method_emits_reads_in_chinese(name: str) -> None:
    for key, text in valued(name, sample(name)).conventions.items():
        said = convention_text(key, text)
        assert is_stated_as_it_is(key) or CHINESE.search(said.zh), (key, text)
        assert not CHINESE.search(said.en) or is_stated_as_it_is(key), (key, said.en)


@pytest.mark.parametrize(("key", "method", "path"), CHOICES)
def test_every_choice_of_a_request_has_a_label(key: str, method: str, path: str) -> None:
    (row,) = (row for row in field_rows(methods()[method].inputs_model) if row.path == path)
    choices = re.findall("`([^`]+)`", row.limits.split("；")[0])
    assert len(choices) > 1
    assert set(choices) - CONVENTION_VALUES[key].keys() == set()


def test_no_key_is_kept_that_nothing_emits() -> None:
    emitted = {key for name in methods() for key in valued(name, sample(name)).conventions}
    assert CONVENTION_KEYS.keys() - emitted == {"tax_on_losses"} - emitted
    assert CONVENTION_VALUES.keys() - CONVENTION_KEYS.keys() == set()


@pytest.mark.parametrize(
    ("key", "text", "zh", "en"),
    [
        ("timing", "exact", "按所列收付日", "on stated payment days"),
        ("tax", "none: 已是税后", "不计：已是税后", "none: 已是税后"),
        ("tax", "at a rate, losses not_credited", "按税率，亏损不抵税", "at a rate, a loss saves no tax"),
        ("law", "patent, as in force on the policy date", "政策日有效的专利法", None),
        ("scaling", "standard deviation among the rows: life, 地域", "以各行标准差为尺度：life, 地域", None),
        ("order", "发行代理费 > owner", "发行代理费 > owner", "发行代理费 > owner"),
        ("tax_life_years", "none", "不计摊销节税", "no tax amortisation benefit"),
        ("versions", "none used", "未引用", "none used"),
    ],
)
def test_a_text_by_hand(key: str, text: str, zh: str, en: str | None) -> None:
    said = convention_text(key, text)
    assert said.zh == zh
    assert en is None or said.en == en


def test_what_the_catalogue_does_not_know_is_shown_as_it_is() -> None:
    assert convention_label("dummy").zh == "dummy"
    assert convention_text("dummy", "as dreamt").as_document() == {"zh": "as dreamt", "en": "as dreamt"}
    assert convention_text("dummy", " ").zh == "—"


def test_the_notes_of_a_workbook_read_in_both_languages_and_json_keeps_the_keys() -> None:
    found = answered({"relief_from_royalty": relief()})
    notes = openpyxl.load_workbook(io.BytesIO(found.workbook()))["说明"]
    rows = {row[0].value: row[1].value for row in notes.iter_rows()}
    assert rows["约定 许可费节省法：现金流时点"] == "年末 / end of each year"
    assert rows["约定 许可费节省法：亏损的税务处理"] == "亏损抵税 / a loss saves tax"
    assert found.as_document()["indications"][0]["conventions"]["timing"] == "year_end"
