"""Does the report hold the 14 items in order, from computed data alone, and name what nobody stated?

Checked against: the list of items (authority, see items.toml), the appraisal's own document – every number of the text
must stand there –, and requests that leave things out.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

import pytest

from tests.valuation.asking import VARIETY, answered, cost, figure, market, option, relief
from tests.valuation.assets.rights import RIGHTS
from valuation import report as module
from valuation.appraisal import Appraisal
from valuation.catalogue import methods, subject_models
from valuation.errors import InputError, ReferenceDataError
from valuation.kernel.conclusion import amount_text
from valuation.kernel.fields import parse
from valuation.report import AppraisalReport, Particulars, appraisal_report, report_items

ITEMS = [
    "委托人及其他评估报告使用人",
    "评估目的",
    "评估对象和评估范围",
    "价值类型",
    "评估基准日",
    "评估依据",
    "评估方法",
    "评估程序实施过程和情况",
    "评估假设",
    "评估结论",
    "特别事项说明",
    "评估报告使用限制说明",
    "评估报告日",
    "签名盖章",
]
TOLD = {
    "client": "某某银行股份有限公司海口分行",
    "other_users": ["借款人", "担保公司"],
    "purpose": "为质押贷款提供价值参考",
    "scope": "发明专利一项，含实施所需的技术资料",
    "legal_basis": ["中华人民共和国资产评估法"],
    "procedures": ["查阅专利登记簿副本", "访谈发明人"],
}
LIQUIDATION = {
    "time_to_sale_years": figure(1.5),
    "sale_cost_share": figure(0.1),
    "forced_sale_discount_share": figure(0.3),
    "discount_rate_share": figure(0.1),
}
SPREAD = {"kind": "uniform", "low": 0.04, "high": 0.06}
SOURCES = {
    "ledger": {"title": "权利人销售台账", "status": "read", "date": "2020-12-31"},
    "survey": {"title": "许可费率调查", "status": "recalled"},
}
REVENUE = {"values": ["1000000.00"] * 5, "grade": "measured", "source": "ledger"}
ROYALTY = {"value": 0.05, "grade": "benchmark", "source": "survey", "distribution": SPREAD}
FULL: dict[str, Any] = {
    "liquidation": LIQUIDATION,
    "sources": SOURCES,
    "uncertainty": {"seed": 3, "points_per_scramble": 64},
}
METHODS = {
    "relief_from_royalty": relief(revenue=REVENUE, royalty_rate_share=ROYALTY),
    "replacement_cost": cost(),
    "comparable_transactions": market(),
    "launch_option": option(),
}


def full(**changes: Any) -> Appraisal:
    return answered(METHODS, **(FULL | changes))


def reported(appraisal: Appraisal, **told: Any) -> AppraisalReport:
    return appraisal_report(appraisal, particulars=parse(Particulars, told))


def text_of(report: AppraisalReport, section: str) -> str:
    (found,) = (each for each in report.sections if each.id == section)
    return "\n".join(f"{each.zh}\n{each.en}" for each in found.paragraphs)


# --- the form -------------------------------------------------------------------------------------


def test_the_items_are_the_fourteen_in_order() -> None:
    report = reported(full(), **TOLD)
    assert [section.title.zh for section in report.sections] == ITEMS
    assert [section.number for section in report.sections] == list(range(1, 15))
    assert [label.zh for _, label in report_items()] == ITEMS
    assert all(section.paragraphs for section in report.sections)


def test_the_whole_is_marked_as_no_statutory_report() -> None:
    report = reported(full(), **TOLD)
    assert report.marking.zh == "预评估／价值分析（决策支持，非法定资产评估报告）"
    assert "不是法定资产评估报告" in text_of(report, "restrictions")
    assert "no institution has sealed it" in text_of(report, "signatures")


def test_the_form_names_its_sources_and_which_are_unverified() -> None:
    report = reported(full())
    assert {source.id: source.status for source in report.form_sources} == {
        "outline": "read",
        "standard_2018": "recalled",
        "value_types": "recalled",
    }
    assert [warning.code for warning in report.warnings] == ["recalled_source", "recalled_source"]


def test_an_item_without_a_listed_source_stops_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    read = tomllib.loads

    def without(text: str) -> dict[str, Any]:
        data = read(text)
        del data["sources"]["outline"]
        return data

    module._form.cache_clear()
    monkeypatch.setattr(tomllib, "loads", without)
    with pytest.raises(ReferenceDataError, match="purpose: found source 'outline'"):
        report_items()
    module._form.cache_clear()


# --- numbers --------------------------------------------------------------------------------------

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def numbers_in(text: str) -> set[Decimal]:
    return {Decimal(found.replace(",", "")) for found in NUMBER.findall(text)}


def admissible(appraisal: Appraisal) -> set[Decimal]:
    """Every number of the appraisal, also rounded as money is, with the 万元 of what is concluded."""
    stated = json.dumps([appraisal.as_document(), appraisal.explanation(), appraisal.request, TOLD], ensure_ascii=False)
    stated += "".join(f"{each.label} {each.question}" for each in methods().values())
    found = numbers_in(stated)
    found |= {Decimal(amount_text(float(each), "CNY")) for each in found}
    found |= {Decimal(f"{each * 100:.10g}") for each in found}
    reconciled = appraisal.reconciled
    concluded = [reconciled.value, reconciled.range_low, reconciled.range_high, reconciled.pledgee_value]
    if reconciled.interval is not None:
        concluded += [reconciled.interval.low, reconciled.interval.high]
    return found | {Decimal(f"{each / 10_000:.2f}") for each in concluded if each is not None}


@pytest.mark.parametrize(
    "appraisal",
    [full(), full(liquidation=None, uncertainty=None), answered({"replacement_cost": cost()})],
    ids=["full", "bare", "one method"],
)
def test_no_number_was_made_up(appraisal: Appraisal) -> None:
    allowed = admissible(appraisal)
    for section in reported(appraisal, **TOLD).sections:
        for paragraph in section.paragraphs:
            for text in (paragraph.zh, paragraph.en):
                assert numbers_in(text) <= allowed, f"{section.id}: {text}"
    assert Decimal("123456789.12") not in allowed, "the test would notice a number from nowhere"


# --- sections -------------------------------------------------------------------------------------


def test_the_conclusion_shows_market_value_and_the_pledgees_beside_it() -> None:
    appraisal = full()
    (section,) = (each for each in reported(appraisal, **TOLD).sections if each.id == "conclusion")
    by_label = {each.label.zh: each for each in section.amounts}
    assert list(by_label) == [
        "市场价值",
        "对质权人的价值（变现值）",
        "区间下端",
        "区间上端",
        "各方法最低",
        "各方法最高",
    ]
    assert by_label["市场价值"].yuan == f"{appraisal.reconciled.value:,.2f} 元"
    assert by_label["对质权人的价值（变现值）"].yuan == f"{appraisal.reconciled.pledgee_value:,.2f} 元"
    for amount in section.amounts:
        assert amount.capitals.startswith("人民币")
        assert amount.wan.endswith(" 万元")
        assert amount.capitals in section.paragraphs[section.amounts.index(amount)].zh
    assert section.missing == ()


def test_without_assumptions_neither_pledgees_value_nor_interval_is_shown() -> None:
    report = reported(answered({"replacement_cost": cost()}), **TOLD)
    (section,) = (each for each in report.sections if each.id == "conclusion")
    assert [each.label.zh for each in section.amounts] == ["市场价值"]
    assert [each.code for each in section.missing] == ["missing_liquidation", "missing_uncertainty"]


def test_what_nobody_stated_is_missing_and_not_made_up() -> None:
    report = reported(full())
    assert [each.code for each in report.missing] == [
        "missing_client",
        "missing_other_users",
        "missing_purpose",
        "missing_scope",
        "missing_legal_basis",
        "missing_procedures",
    ]
    assert text_of(report, "purpose") == "评估目的：未提供\npurpose: not stated"
    assert reported(full(), **TOLD).missing == ()


def test_what_was_stated_stands_where_it_belongs() -> None:
    report = reported(full(), **TOLD)
    for section, keys in {
        "client_and_users": ("client", "other_users"),
        "purpose": ("purpose",),
        "subject_and_scope": ("scope",),
        "basis": ("legal_basis",),
        "procedures": ("procedures",),
    }.items():
        for key in keys:
            stated = TOLD[key]
            for each in [stated] if isinstance(stated, str) else stated:
                assert each in text_of(report, section)


def test_subject_dates_and_sources_are_those_of_the_appraisal() -> None:
    report = reported(full(), **TOLD)
    subject = text_of(report, "subject_and_scope")
    assert "评估对象：发明专利示例" in subject
    assert "权利类型：专利" in subject
    assert "保护期届满日：2030-06-30" in subject
    assert "评估基准日：2020-12-31" in text_of(report, "valuation_date")
    assert "评估报告日：2021-03-31" in text_of(report, "report_date")
    basis = text_of(report, "basis")
    assert "权利人销售台账, 2020-12-31（已核对）" in basis
    assert "许可费率调查（凭记忆，未核对）" in basis
    assert "请求中没有引用任何来源" in text_of(reported(answered({"replacement_cost": cost()})), "basis")


@pytest.mark.parametrize("right", [*RIGHTS.values(), VARIETY], ids=lambda right: right["kind"])
def test_every_fact_of_every_kind_of_right_reads_in_chinese(right: dict[str, Any]) -> None:
    named, *facts = text_of(reported(answered({"replacement_cost": cost()}, subject=right)), "subject_and_scope").split(
        "\n"
    )
    assert right["name"] in named
    chinese = [line for line in facts if "：" in line]
    assert len(chinese) >= len(right) - 1
    assert not [line for line in chinese if re.match("[a-z_]+：", line)]


def test_every_field_and_choice_of_a_right_has_its_words() -> None:
    form = module._form()
    for model in subject_models().values():
        assert set(model.model_fields) - {"name"} <= form.facts.keys(), model
        for field in model.model_fields.values():
            choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
            assert set(choices) <= form.fact_values.keys(), model


def test_the_end_that_the_law_sets_is_told_as_derived() -> None:
    told = text_of(reported(answered({"replacement_cost": cost()}, subject=RIGHTS["copyright"])), "subject_and_scope")
    assert "保护期届满日（依法推算）：2069-12-31" in told
    assert "依法推算" not in text_of(reported(full()), "subject_and_scope")


def test_every_method_stands_with_its_weight_and_reason() -> None:
    appraisal = full()
    told = text_of(reported(appraisal, **TOLD), "methods")
    for each in appraisal.conclusions:
        assert each.label.zh in told
        assert f"{Decimal(amount_text(each.value, each.unit)):,} {each.unit}" in told
    assert told.count("权重 25%，理由：equal weights in this test") == 4


def test_assumptions_are_the_suppositions_and_conventions_of_the_request() -> None:
    told = text_of(reported(full(), **TOLD), "assumptions")
    assert "约定 现金流时点：年末" in told
    assert "折现率（假定）：12%；chosen for the test" in told
    assert "处置所需年数（假定）：1.5 年；chosen for the test" in told
    assert "权利人销售台账" not in told, "what was measured is no assumption"


def test_every_doubt_stands_among_the_special_matters() -> None:
    appraisal = full()
    told = text_of(reported(appraisal, **TOLD), "special_matters")
    assert appraisal.warnings
    for doubt in appraisal.warnings:
        assert doubt.label.zh in told
        assert doubt.label.en in told
    assert "另给出" in told


def test_an_appraisal_without_doubts_says_so() -> None:
    appraisal = answered({"replacement_cost": cost()}, liquidation=LIQUIDATION)
    bare = tuple(dataclasses.replace(each, beside=()) for each in appraisal.conclusions)
    told = text_of(reported(dataclasses.replace(appraisal, conclusions=bare, warnings=())), "special_matters")
    assert told == "计算中没有需要说明的疑点\nthe computation raised no doubt"


def test_every_approach_has_its_chinese_name() -> None:
    assert {method.approach for method in methods().values()} <= set(module._APPROACHES)


def test_the_procedures_tell_seed_draws_and_digest() -> None:
    appraisal = full()
    told = text_of(reported(appraisal, **TOLD), "procedures")
    assert "模拟 512 次，随机种子 3" in told
    assert appraisal.digest in told


def test_another_reporting_currency_is_named_with_its_rate() -> None:
    reporting = {"currency": "USD", "conversion_rate": figure(0.15)}
    report = reported(full(reporting=reporting), **TOLD)
    (section,) = (each for each in report.sections if each.id == "conclusion")
    assert section.amounts[0].currency == "USD"
    assert section.amounts[0].capitals.startswith("美元")
    assert "按 0.15 USD 折算一个 CNY（chosen for the test）" in text_of(report, "conclusion")
    assert "折算" not in text_of(reported(full(), **TOLD), "conclusion")


def test_the_report_is_json_and_the_same_every_time() -> None:
    one, other = reported(full(), **TOLD), reported(full(), **TOLD)
    assert one == other
    document = json.loads(json.dumps(one.as_document()))
    assert [each["id"] for each in document["sections"]] == [name for name, _ in report_items()]
    assert document["digest"] == full().digest
    assert document["sections"][9]["amounts"][0]["currency"] == "CNY"


@pytest.mark.parametrize(
    ("told", "field"),
    [({"client": " "}, "client"), ({"other_users": ["x", ""]}, "other_users.1"), ({"appraiser": "x"}, "appraiser")],
)
def test_empty_and_unknown_particulars_are_refused(told: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=f"^{field}: found"):
        parse(Particulars, told)
