"""Is the whole question answered once, the same every time, with every source and doubt?

Checked against: the parts (each method alone), identity of digests, and requests with known faults.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.valuation.asking import DATES, PATENT, VARIETY, answered, asked, cost, figure, market, option, relief
from tests.valuation.assets.rights import RIGHTS
from tests.valuation.method_samples import SAMPLES, infringement_damages
from valuation.appraisal import appraise, request_model
from valuation.catalogue import methods, subject_models
from valuation.errors import InputError
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.fields import parse

SOURCES = {
    "ledger": {"title": "Sales ledger of the owner", "status": "read"},
    "survey": {"title": "Royalty survey as remembered", "status": "recalled"},
    "unused": {"title": "A book that nobody opened", "status": "recalled"},
}
SOURCED = {
    "revenue": {"values": ["1000000.00"] * 5, "grade": "measured", "source": "ledger"},
    "royalty_rate_share": {"value": 0.05, "grade": "benchmark", "source": "survey"},
}
SPREAD = {"kind": "uniform", "low": 0.04, "high": 0.06}
ALL = {
    "relief_from_royalty": relief(royalty_rate_share=figure(0.05, distribution=SPREAD)),
    "replacement_cost": cost(),
    "comparable_transactions": market(),
    "launch_option": option(),
}


def faults(data: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as raised:
        appraise(parse(request_model(), data))
    return [problem.field for problem in raised.value.problems]


# --- the answer -----------------------------------------------------------------------------------


def test_every_method_of_the_request_runs_and_none_other() -> None:
    assert [each.method for each in answered(ALL).conclusions] == sorted(ALL, key=list(methods()).index)
    assert [each.method for each in answered({"replacement_cost": cost()}).conclusions] == ["replacement_cost"]


def test_every_method_that_exists_can_be_asked_for() -> None:
    assert set(ALL) <= set(methods())
    fields = request_model().model_json_schema()["$defs"]["Methods"]["properties"]
    assert set(fields) == set(methods())


@pytest.mark.parametrize("subject", [PATENT, VARIETY, *RIGHTS.values()])
def test_every_kind_of_right_can_be_valued(subject: dict[str, Any]) -> None:
    found = answered({"replacement_cost": cost()}, subject=subject)
    assert found.subject.kind == subject["kind"]
    assert {PATENT["kind"], VARIETY["kind"], *RIGHTS} == set(subject_models())


def test_the_document_is_json_with_money_as_text() -> None:
    found = answered(ALL, uncertainty={"seed": 3, "points_per_scramble": 64})
    document = json.loads(json.dumps(found.as_document()))
    assert document["value"] == f"{found.reconciled.value:.2f}"
    assert document["interval"]["low"] == f"{found.reconciled.interval.low:.2f}"  # type: ignore[union-attr]
    assert document["range"] == {
        "low": f"{found.reconciled.range_low:.2f}",
        "high": f"{found.reconciled.range_high:.2f}",
    }
    assert document["dates"] == DATES
    assert document["engine_version"] == ENGINE_VERSION
    assert document["pledgee_value"] is None
    assert document["weights"]["launch_option"]["share"] == 0.25
    for indication in document["indications"]:
        assert isinstance(indication["value"], str)
        assert all(isinstance(each["value"], str) for each in indication["beside"])
        assert all(isinstance(each["answer_at_low"], str) for each in indication["sensitivities"])
        assert indication["inputs"]
        assert indication["conventions"]
    assert document["indications"][0]["seed"] == 3


def test_the_explanation_holds_every_step_of_every_paper() -> None:
    found = answered(ALL)
    explanation = json.loads(json.dumps(found.explanation()))
    assert list(explanation) == [*(each.method for each in found.conclusions), "reconciliation"]
    for name, paper in found.papers().items():
        assert [step["name"] for step in explanation[name]["steps"]] == list(paper.names)


def test_the_seed_is_echoed_only_where_chance_was_used() -> None:
    assert answered(ALL).conclusions[0].seed is None
    assert answered(ALL, uncertainty={"seed": 3, "points_per_scramble": 64}).conclusions[0].seed == 3


# --- sources and doubts ---------------------------------------------------------------------------


def test_the_sources_used_are_listed_and_the_unverified_named_once() -> None:
    found = answered({"relief_from_royalty": relief(**SOURCED)}, sources=SOURCES)
    assert [source.id for source in found.sources] == ["ledger", "survey"]
    doubts = [each for each in found.warnings if each.code == "recalled_source"]
    assert len(doubts) == 1
    assert "Royalty survey as remembered" in doubts[0].label.en


def test_a_source_that_only_the_disposal_uses_is_listed_and_doubted_too() -> None:
    liquidation = {
        "time_to_sale_years": {"value": 1, "grade": "benchmark", "source": "survey"},
        "sale_cost_share": figure(0.1),
        "forced_sale_discount_share": figure(0.3),
        "discount_rate_share": figure(0.1),
    }
    found = answered({"replacement_cost": cost()}, sources=SOURCES, liquidation=liquidation)
    assert [source.id for source in found.sources] == ["survey"]
    assert "recalled_source" in [each.code for each in found.warnings]


def test_every_unlisted_source_is_named_at_its_path_in_the_request() -> None:
    data = asked({"relief_from_royalty": relief(**SOURCED)}, sources={"ledger": SOURCES["ledger"]})
    data["liquidation"] = {
        "time_to_sale_years": {"value": 1, "grade": "benchmark", "source": "rumour"},
        "sale_cost_share": figure(0.1),
        "forced_sale_discount_share": figure(0.3),
        "discount_rate_share": figure(0.1),
    }
    assert set(faults(data)) == {
        "methods.relief_from_royalty.royalty_rate_share.source",
        "liquidation.time_to_sale_years.source",
    }


def test_a_doubt_that_two_methods_share_is_said_once() -> None:
    found = answered(ALL)
    assert len(found.warnings) == len(set(found.warnings))


# --- the fingerprint ------------------------------------------------------------------------------


def test_the_same_request_has_the_same_digest_in_any_order() -> None:
    one = answered({"relief_from_royalty": relief(), "replacement_cost": cost()})
    other = answered({"replacement_cost": cost(), "relief_from_royalty": relief()})
    assert one.digest == other.digest
    assert one.conclusions[0].digest == other.conclusions[0].digest
    assert one.as_document() == other.as_document()


def test_an_omitted_field_and_its_default_are_the_same_request() -> None:
    one = answered({"relief_from_royalty": relief()})
    other = answered({"relief_from_royalty": relief(tax_on_losses="credited", end_of_life=None)}, liquidation=None)
    assert one.digest == other.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "USD"},
        {"dates": DATES | {"policy_date": "2020-12-30"}},
        {"dates": DATES | {"report_date": "2021-04-01"}},
        {"subject": PATENT | {"name": "another name"}},
        {"uncertainty": {"seed": 1}},
        {"sources": SOURCES},
        {"reconciliation": {"weights": {"relief_from_royalty": {"share": 1, "reason": "said so"}}, "maximum_ratio": 2}},
        {"methods": {"relief_from_royalty": relief(discount_rate_share=figure(0.1200000001))}},
        {"methods": {"relief_from_royalty": relief(royalty_rate_share=figure(0.05, reason="another reason"))}},
    ],
)
def test_any_change_of_the_request_changes_the_digest(changes: dict[str, Any]) -> None:
    methods_asked = {"relief_from_royalty": relief()}
    changed = appraise(parse(request_model(), asked(methods_asked) | changes))
    assert changed.digest != answered(methods_asked).digest


# --- requests that are refused --------------------------------------------------------------------


@pytest.mark.parametrize("last_day", ["2010-06-30", "2020-12-31"])
@pytest.mark.parametrize("method", ["relief_from_royalty", "replacement_cost", "comparable_transactions"])
def test_a_right_that_has_ended_is_not_valued_by_any_approach(method: str, last_day: str) -> None:
    """What it cost to make, or what others paid, says nothing once anybody may use it."""
    lapsed = PATENT | {"expiry_date": last_day}
    assert faults(asked({method: ALL[method]}, subject=lapsed)) == ["subject.expiry_date"]


def test_damages_may_be_asked_for_after_the_right_has_ended() -> None:
    kinds = {name for name, method in methods().items() if method.looks_back}
    assert kinds == {"infringement_damages"}
    lapsed = PATENT | {"expiry_date": "2020-06-30"}
    assert answered({"infringement_damages": infringement_damages()}, subject=lapsed).conclusions


def test_a_request_without_a_method_names_the_methods() -> None:
    with pytest.raises(InputError, match=r"methods: found no method, expected one or more of .*relief_from_royalty"):
        appraise(parse(request_model(), asked({}) | {"reconciliation": asked({"a": {}})["reconciliation"]}))


TIE = {"first": "revenue", "second": "royalty_rate_share", "correlation": 0.5}


def tied(*pairs: dict[str, Any]) -> dict[str, Any]:
    """Two uncertain methods; only one of them has a royalty rate."""
    spread = {"kind": "uniform", "low": 0.9, "high": 1.1}
    royalty = relief(
        royalty_rate_share=figure(0.05, distribution=SPREAD),
        revenue={"values": ["1000000.00"] * 5, "grade": "assumed", "reason": "for the test", "factor": spread},
    )
    uncertain = cost(developer_profit_share=figure(0.1, distribution={"kind": "uniform", "low": 0, "high": 0.2}))
    return asked(
        {"relief_from_royalty": royalty, "replacement_cost": uncertain},
        uncertainty={"seed": 1, "correlations": list(pairs)},
    )


def test_each_method_ties_the_inputs_it_has() -> None:
    """Inequality: revenue and rate that move together widen the product; the cost method is left alone."""
    alone, together = (appraise(parse(request_model(), tied(*pairs))).conclusions for pairs in ((), (TIE,)))
    width = [found[0].interval.high - found[0].interval.low for found in (alone, together)]  # type: ignore[union-attr]
    assert width[1] > 1.05 * width[0]
    assert alone[1].interval == together[1].interval


def test_a_correlation_that_no_method_can_use_is_refused() -> None:
    assert faults(tied(TIE, TIE | {"second": "developer_profit_share"})) == ["uncertainty.correlations.1"]


def test_a_patent_filed_after_the_valuation_date_is_refused() -> None:
    late = asked(
        {"replacement_cost": cost()}, subject=PATENT | {"filing_date": "2021-01-01", "grant_date": "2022-01-01"}
    )
    assert faults(late) == ["subject.filing_date"]


def test_a_fault_that_a_method_finds_is_named_at_its_path_in_the_request() -> None:
    late = asked({"relief_from_royalty": relief(first_year_end="2019-12-31")})
    assert faults(late) == ["methods.relief_from_royalty.first_year_end"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"methods": {"guess": {}}}, ["methods.guess"]),
        ({"subject": {"kind": "dream", "name": "x"}}, ["subject.kind"]),
        ({"subject": {key: PATENT[key] for key in PATENT if key != "expiry_date"}}, ["subject.expiry_date"]),
        ({"subject": PATENT | {"grant_date": "2031-01-01"}}, ["subject"]),
        ({"subject": PATENT | {"jurisdiction": "China"}}, ["subject.jurisdiction"]),
        ({"currency": "RMB"}, ["currency"]),
        ({"dates": DATES | {"report_date": "2020-12-30"}}, ["dates.report_date"]),
        ({"dates": {}}, ["dates.valuation_date", "dates.policy_date", "dates.report_date"]),
        ({"sources": {"a b": {"title": "A title", "status": "read"}}}, ["sources.a b.[key]"]),
        ({"sources": {"a": {"title": "A title", "status": "gap"}}}, ["sources.a.status"]),
        ({"note": "x"}, ["note"]),
        (
            {"currency": "RMB", "methods": {"relief_from_royalty": relief(tax_rate_share=figure(25))}, "note": 1},
            ["currency", "methods.relief_from_royalty.tax_rate_share", "note"],
        ),
    ],
)
def test_a_wrong_request_is_answered_with_every_wrong_field(changes: dict[str, Any], fields: list[str]) -> None:
    assert sorted(faults(asked({"replacement_cost": cost()}) | changes)) == sorted(fields)


# --- methods and kinds of right -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "right", "is_doubted"),
    [
        ("film_waterfall", RIGHTS["copyright"], False),
        ("film_waterfall", RIGHTS["software"], True),
        ("cocomo_software", RIGHTS["software"], False),
        ("cocomo_software", PATENT, True),
        ("plant_variety_royalty", VARIETY, False),
        ("plant_variety_royalty", PATENT, True),
        ("regional_brand", RIGHTS["gi_brand"], False),
        ("regional_brand", PATENT, True),
        ("multiplier_coefficient", RIGHTS["trademark"], False),
    ],
)
def test_a_method_made_for_another_kind_of_right_is_doubted(
    method: str, right: dict[str, Any], is_doubted: bool
) -> None:
    """A waterfall of receipts may fit a game as it fits a film; the reader must be told that nobody meant it so."""
    found = {each.code for each in answered({method: SAMPLES[method]()}, subject=right).warnings}
    assert ("method_made_for_another_right" in found) is is_doubted


def test_what_a_method_is_made_for_are_kinds_that_exist() -> None:
    assert {kind for each in methods().values() for kind in each.made_for} <= subject_models().keys()
