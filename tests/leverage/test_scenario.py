"""The whole answer: combined ladders, whose yuan, what is left, what is doubtful, what is not answered.

Expected values are by hand, or the same question asked in two ways.
"""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverage.answer import LeverageAnswer
from leverage.policy import load_policies
from leverage.programme import InstrumentLimit, load_programmes
from leverage.scenario import request_model, run_scenario
from tests.leverage.builders import FUND_TERMS, GUARANTOR_TERMS, allocation, figure, multiples, request, run
from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.fields import parse

CENTRAL = (("high_tech_central", "50000000.00"),)
CITY = (("high_tech_city", "50000000.00"),)


def split() -> dict[str, Any]:
    """Central money in a fund, city money in a pool."""
    return request(allocation("fund", CENTRAL), allocation("loss_compensation_pool", CITY))


def codes(answer: LeverageAnswer) -> list[str]:
    return [warning.code for warning in answer.alternatives[0].warnings]


def test_the_whole_by_hand() -> None:
    """Fund: 0.5 + 0.3 state + 0.45 private paid in, × 0.8 × 0.75 = 0.75. Pool: 0.5, banks lend 3.0.

    P = 0.5 + 0.5 + 0.3 = 1.3, O = 0.45 + 3.0, F = 0.75 + 3.0.
    """
    assert multiples(run(split())) == {
        "total_per_public": Fraction(475, 130),
        "other_per_public": Fraction(345, 130),
        "finance_to_firms_per_public": Fraction(375, 130),
        "private_per_public": Fraction(45, 130),
    }


def test_central_and_city_stand_together_in_the_denominator() -> None:
    ladder = run(request(allocation("loss_compensation_pool"))).alternatives[0].ladder("disbursed")
    assert ladder is not None
    assert all(rung.denominator_fen == 10_000_000_000 for rung in ladder.rungs)


def test_a_programme_may_limit_an_instrument() -> None:
    """Half of the programme's 1.2亿 may go into a fund; both lines of High-tech are 1.0亿."""
    plan = load_programmes()["haikou_2021"]
    limit = InstrumentLimit(instrument="fund", max_share=Decimal("0.5"), source="plan")
    programmes = {plan.id: plan.model_copy(update={"limits": (limit,)})}
    parsed = parse(request_model(), request(allocation("fund")))
    with pytest.raises(RefusalError, match=r"100000000\.00 of 120000000\.00, expected at most a share of 0\.5"):
        run_scenario(parsed, programmes=programmes, policies=load_policies())
    half = parse(request_model(), request(allocation("fund", CENTRAL)))
    assert run_scenario(half, programmes=programmes, policies=load_policies()).alternatives


def test_whose_yuan_by_hand() -> None:
    rows = [row.as_document() for row in run(split()).alternatives[0].payers if row.stage == "disbursed"]
    found = {row["source_class"]: (row["paid"], row["reaches_firms"], row["stays_in_vehicles"]) for row in rows}
    assert found == {
        "central": ("50000000.00", "30000000.00", "20000000.00"),
        "city": ("50000000.00", "0.00", "50000000.00"),
        "state_company": ("30000000.00", "18000000.00", "12000000.00"),
        "bank": ("300000000.00", "300000000.00", "0.00"),
        "private": ("45000000.00", "27000000.00", "18000000.00"),
    }


def test_a_stage_that_one_instrument_does_not_speak_of_has_no_combined_ladder() -> None:
    pool = allocation("loss_compensation_pool", CITY)
    pool["terms"]["signed_line"] = figure("100000000.00")
    answer = run(request(allocation("fund", CENTRAL), pool))
    assert answer.alternatives[0].ladder("signed") is None
    stages = {part.id: {ladder.stage for ladder in part.ladders} for part in answer.alternatives[0].allocations}
    assert stages == {
        "fund": {"announced", "disbursed"},
        "loss_compensation_pool": {"announced", "signed", "disbursed"},
    }


def test_net_of_displacement_needs_every_instrument() -> None:
    fund = allocation("fund", CENTRAL, displacement=figure("0.2"))
    partly = run(request(fund, allocation("loss_compensation_pool", CITY)))
    assert partly.alternatives[0].ladder("disbursed", basis="net") is None
    assert "displacement_not_stated" in codes(partly)
    fund_ladders = partly.alternatives[0].allocations[0].ladders
    assert {ladder.basis for ladder in fund_ladders} == {"gross", "net"}
    pool = allocation("loss_compensation_pool", CITY, displacement=figure("0.5"))
    fully = run(request(fund, pool))
    assert "displacement_not_stated" not in codes(fully)
    # O = 0.45 × 0.8 + 3.0 × 0.5 = 1.86 of P = 1.3
    assert multiples(fully, basis="net")["other_per_public"] == Fraction(186, 130)


def test_nothing_displaced_is_a_statement_and_differs_from_silence() -> None:
    answer = run(request(allocation("loss_compensation_pool", displacement=figure("0"))))
    assert multiples(answer, basis="net") == multiples(answer)


def test_the_convention_on_state_companies_is_stated_and_its_effect_shown() -> None:
    """Fund 1.0 + 0.6 state + 0.9 private. Public: 0.9 / 1.6 = 0.5625; other: 1.5 / 1.0 = 1.5; private same money."""
    public, other = run(request(allocation("fund"))), run(request(allocation("fund"), state_company_as="other"))
    assert multiples(public)["other_per_public"] == Fraction(9, 16)
    assert multiples(other)["other_per_public"] == Fraction(3, 2)
    assert multiples(other)["private_per_public"] == Fraction(9, 10)
    assert public.alternatives[0].warnings[-1].label.en.endswith("other/public would be 1.5")
    assert other.alternatives[0].warnings[-1].label.en.endswith("other/public would be 0.5625")
    assert public.conventions[0] != other.conventions[0]


def test_state_company_money_alone_has_no_other_convention_to_show() -> None:
    money = [{**OWN, "source_class": "state_company"}]
    answer = run(own_money(money, allocation("loss_compensation_pool", (("own", "10.00"),))))
    assert "state_company_money" not in codes(answer)


def test_public_money_of_the_same_park_that_is_left_out_is_named() -> None:
    answer = run(request(allocation("loss_compensation_pool", CENTRAL)))
    assert "public_money_left_out" in codes(answer)
    uses = {row.line: row.as_document() for row in answer.alternatives[0].lines}
    assert (uses["high_tech_city"]["left"], uses["high_tech_central"]["left"]) == ("50000000.00", "0.00")
    assert "public_money_left_out" not in codes(run(split()))


def test_more_than_a_line_holds_is_an_error_naming_the_line() -> None:
    over = (("high_tech_central", "50000000.00"), ("high_tech_city", "50000000.01"))
    with pytest.raises(InputError, match=r"money line high_tech_city: found 50000000\.01 allocated, expected at most"):
        run(request(allocation("fund", over)))


def test_two_allocations_share_what_a_line_holds() -> None:
    with pytest.raises(InputError, match="money line high_tech_central"):
        run(request(allocation("fund", CENTRAL), allocation("loss_compensation_pool", CENTRAL)))


def test_alternatives_dispose_of_the_same_money_anew() -> None:
    alternatives = [
        {"id": "one", "allocations": [allocation("fund")]},
        {
            "id": "two",
            "label": {"zh": "资金池", "en": "the pool"},
            "allocations": [allocation("loss_compensation_pool")],
        },
    ]
    answer = run(request(alternatives=alternatives))
    assert [row.label.en for row in answer.alternatives] == ["fund", "the pool"]
    assert answer.warnings[0].code == "equity_and_loans_on_volume"
    assert [row.used_fen for row in answer.alternatives[1].lines] == [0, 5_000_000_000, 5_000_000_000]


def test_one_form_of_finance_needs_no_warning_on_volume() -> None:
    answer = run(request(allocation("loss_compensation_pool")))
    assert "equity_and_loans_on_volume" not in [warning.code for warning in answer.warnings]


def test_loss_of_principal_is_not_answered_and_says_so_by_name() -> None:
    answer = run(split())
    assert [row.code for row in answer.not_answered] == ["loss_of_principal", "timing"]
    assert "耗尽" in answer.not_answered[0].label.zh
    assert "less than 1x" in answer.not_answered[0].label.en


def test_a_missing_policy_check_is_named_and_a_named_policy_ends_it() -> None:
    def of_first(answer: LeverageAnswer) -> list[str]:
        return [warning.code for warning in answer.alternatives[0].allocations[0].warnings]

    assert "no_policy_checked" in of_first(run(request(allocation("fund"))))
    named = run(request(allocation("fund", policies=["haikou_guide_fund_2023"])))
    assert "no_policy_checked" not in of_first(named)


@pytest.mark.parametrize(
    ("data", "error", "expected"),
    [
        (request(allocation("fund"), programme="atlantis"), UnknownNameError, "haikou_2021"),
        (request(allocation("fund", (("moon", "1.00"),))), UnknownNameError, "only.fund.money.line"),
        (request(allocation("fund", policies=["unwritten"])), UnknownNameError, "fund.policies"),
        (request(allocation("fund", policies=["guarantee_liability"])), InputError, "says nothing that fund can check"),
        (request(allocation("fund", (("high_tech_city", "0.00"),))), InputError, "an amount above 0"),
        (
            request(allocation("fund", displacement={"value": "0.1", "grade": "measured", "source": "survey"})),
            InputError,
            "displacement.source",
        ),
    ],
)
def test_wrong_names_and_amounts_are_refused(data: dict[str, Any], error: type[Exception], expected: str) -> None:
    with pytest.raises(error, match=expected):
        run(data)


# --- own money ----------------------------------------------------------------------------------------------

OWN = {
    "id": "own",
    "label": {"zh": "区级资金", "en": "district money"},
    "park": "longhua",
    "source_class": "district",
    "amount": "1000.00",
    "source": "letter",
}


def own_money(money: list[dict[str, Any]], *allocations: dict[str, Any], **changes: Any) -> dict[str, Any]:
    sources = {"letter": {"title": "a letter of the test", "status": "recalled"}}
    return request(*allocations, **{"programme": None, "money": money, "sources": sources, **changes})


def test_own_money_beside_the_programme() -> None:
    use = allocation("loss_compensation_pool", (("longhua_central", "20000000.00"), ("own", "1000.00")))
    answer = run(own_money([OWN], use, programme="haikou_2021"))
    assert multiples(answer)["finance_to_firms_per_public"] == 6
    assert [source.id for source in answer.sources] == ["plan", "letter"]
    assert "recalled_source" in [warning.code for warning in answer.warnings]


def test_own_money_alone() -> None:
    answer = run(own_money([OWN], allocation("loss_compensation_pool", (("own", "1000.00"),))))
    assert answer.programme is None
    assert answer.as_document()["programme"] is None


def test_private_money_alone_has_no_multiple() -> None:
    money = [{**OWN, "source_class": "private"}]
    with pytest.raises(RefusalError, match="public money"):
        run(own_money(money, allocation("loss_compensation_pool", (("own", "10.00"),))))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"money": [{**OWN, "id": "longhua_central"}]}, "an id of the programme's own lines"),
        ({"sources": {"plan": {"title": "another plan", "status": "read"}}}, "ids that the programme does not use"),
        ({"sources": {}}, r"money\.own\.source: found letter"),
    ],
)
def test_own_money_keeps_its_names_apart(changes: dict[str, Any], expected: str) -> None:
    data = own_money([OWN], allocation("fund", (("own", "10.00"),)), programme="haikou_2021")
    with pytest.raises(InputError, match=expected):
        run({**data, **changes})


# --- the document -------------------------------------------------------------------------------------------


def numbers_in(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers_in(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers_in(item)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_the_document_is_plain_json_without_a_bare_number() -> None:
    document = run(split()).as_document()
    assert json.loads(json.dumps(document)) == document
    assert numbers_in(document) == []
    assert document["alternatives"][0]["ladders"][0]["rungs"][0]["denominator"] == "160000000.00"
    paths = [row["path"] for row in document["figures"]]
    assert "alternatives.0.allocations.1.terms.used_share" in paths


def test_the_tables_hold_a_text_in_every_cell_and_a_row_for_each_instrument() -> None:
    answer = run(split())
    tables = {table.id: table for table in answer.tables()}
    assert list(tables) == ["ladder_disbursed", "ladder_announced", "payers_only", "figures"]
    ladder = tables["ladder_disbursed"]
    assert [row[1] for row in ladder.text_rows("zh")] == ["合计", "组建基金", "风险补偿资金池"]
    assert [row[4] for row in ladder.text_rows("en")] == ["2.884615", "0.9375", "6"]
    assert [row[-1] for row in ladder.text_rows("en")] == ["450000000.00", "0.00", "450000000.00"]
    for table in tables.values():
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_multiple_that_one_instrument_does_not_state_is_a_dash() -> None:
    guarantor = allocation("capital_injection", CENTRAL, terms=GUARANTOR_TERMS)
    table = run(request(guarantor, allocation("loss_compensation_pool", CITY))).comparison_table("disbursed")
    index = [column.en for column in table.columns].index("risk exposure / public")
    assert [row[index] for row in table.text_rows("en")] == ["—", "4", "—"]


def test_the_digest_is_that_of_the_inputs_and_the_rules() -> None:
    assert run(split()).digest == run(split()).digest
    assert run(split()).digest != run(request(allocation("fund"))).digest
    base = request(allocation("fund", policies=["state_council_2025_1"]))
    text = """
    id = "state_council_2025_1"
    kind = "fund_policy"
    name = { zh = "改", en = "changed" }
    [sources.made]
    title = "a rule of the test"
    status = "read"
    [parameters.local_reinvestment_direction]
    unit = "direction"
    label = { zh = "导向", en = "direction" }
    steps = [{ from = 2025-01-02, value = "another", source = "made" }]
    """
    changed = run_scenario(
        parse(request_model(), base),
        programmes=load_programmes(),
        policies=load_policies({"state_council_2025_1": text}),
    )
    assert changed.digest != run(base).digest


# --- properties of the whole ----------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(1, 49), st.integers(2, 1000), st.sampled_from(["0.1", "0.3", "0.77", "1"]))
def test_scaling_the_money_scales_no_multiple(central: int, factor: int, share: str) -> None:
    """Amounts in whole millions of yuan, so that the fen lost to rounding stay below 1e-9 of them."""

    def answer(scale: int) -> dict[str, Fraction]:
        amount = f"{central * scale * 10**6}.00"
        money = [{**OWN, "amount": amount}]
        fund = allocation("fund", (("own", amount),))
        fund["terms"] = {**FUND_TERMS, "programme_share": figure(share)}
        return multiples(run(own_money(money, fund)))

    one, many = answer(1), answer(factor)
    assert one.keys() == many.keys()
    assert all(abs(one[name] - many[name]) < Fraction(1, 10**6) for name in one)


@settings(max_examples=30)
@given(st.integers(0, 50), st.integers(0, 50))
def test_the_whole_is_the_sum_of_its_instruments(central: int, city: int) -> None:
    """Vehicles are disjoint, so numerators and denominators add up: a second way to the combined ladder."""
    fund = allocation("fund", (("high_tech_central", f"{central}.37"), ("high_tech_city", "1.11")))
    pool = allocation("loss_compensation_pool", (("high_tech_city", f"{city}.53"),))
    alternative = run(request(fund, pool)).alternatives[0]
    whole = alternative.ladder("disbursed")
    parts = [ladder for part in alternative.allocations for ladder in part.ladders if ladder.stage == "disbursed"]
    assert whole is not None
    for rung in whole.rungs:
        assert rung.numerator_fen == sum(part.rung(rung.id).numerator_fen for part in parts)
        assert rung.denominator_fen == sum(part.rung(rung.id).denominator_fen for part in parts)
