"""Is the working paper one definition: read, changed, drawn a million times, and never silent about NaN?

Checked against: a small paper computed by hand; one change at a time as second way to many draws; a closed form for
the mean of a million draws.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError, RefusalError, UnknownNameError
from valuation.kernel.expression import Array, cumulative_product, exponential, previous, total
from valuation.kernel.fields import parse
from valuation.kernel.figures import Amount, AmountSeries, Figure, Series
from valuation.kernel.labels import Label
from valuation.kernel.randomness import block_generator
from valuation.kernel.worksheet import BLOCK_DRAWS, Axis, Sheet, Worksheet

ASSUMED = {"grade": "assumed", "reason": "for the test"}
YEARS = ("2021", "2022", "2023")
LABEL = Label("量", "quantity")


def figure(value: float, **more: Any) -> Figure:
    return parse(Figure, {"value": value} | ASSUMED | more)


def series(*values: float, **more: Any) -> Series:
    return parse(Series, {"values": values} | ASSUMED | more)


def started(columns: tuple[str, ...] = YEARS) -> Sheet:
    return Sheet(title=Label("示例", "Example"), axis=Axis(Label("年", "year"), columns))


def _root(value: Array) -> Array:
    return np.sqrt(np.abs(value))


def paper() -> Worksheet:
    """Growing revenue, discounted: every kind of entry once.

    By hand with revenue 100, growth 10 %, 20 %, 0 %, rate 25 %:
    revenue 110, 132, 132; lagged 100, 110, 132; factor 0.8, 0.64, 0.512; present 88, 84.48, 67.584;
    value 240.064; root 15.494…
    """
    sheet = started()
    revenue = sheet.figure(
        "base", parse(Amount, {"value": "100.00"} | ASSUMED), label=Label("基数", "base"), unit="CNY"
    )
    growth = sheet.series("growth_share", series(0.1, 0.2, 0.0), label=Label("增长率", "growth"), unit="share")
    rate = sheet.figure("rate_share", figure(0.25), label=Label("折现率", "rate"), unit="share", domain=(0, 2))
    time = sheet.derived_row("time_years", [1, 2, 3], label=Label("年期", "time"), unit="years", reason="year ends")
    one = sheet.derived("one", 1, label=Label("一", "one"), unit="1", reason="a constant")
    grown = sheet.line("index", one + growth, label=Label("指数", "index"), unit="1")
    level = sheet.line("level", cumulative_product(grown), label=Label("水平", "level"), unit="1")
    flow = sheet.line("flow", level * revenue, label=Label("收入", "revenue"), unit="CNY")
    sheet.line("lagged", previous(flow, first=revenue), label=Label("上年", "last year"), unit="CNY")
    present = sheet.line("present", flow * (1 + rate) ** -time, label=Label("现值", "present value"), unit="CNY")
    value = sheet.line("value", total(present), label=Label("合计", "total"), unit="CNY", total=True)
    sheet.search(
        "root", _root, [value], label=Label("根", "root"), unit="1", explanation=Label("求根", "the square root")
    )
    sheet.check(
        "value_positive",
        value > 0,
        label=Label("为正", "positive"),
        severity="refuse",
        expected="a positive value",
        advice="Review the base",
    )
    sheet.check(
        "growth_below_fifteen_percent",
        growth <= 0.15,
        label=Label("增长偏高", "growth is high"),
        severity="warn",
        expected="15 % or less",
        advice="Explain",
    )
    return sheet.finish()


# --- reading --------------------------------------------------------------------------------------


def test_the_paper_by_hand() -> None:
    made = paper()
    assert made.row("flow") == pytest.approx((110, 132, 132), rel=1e-15)
    assert made.row("lagged") == pytest.approx((100, 110, 132), rel=1e-15)
    assert made.row("present") == pytest.approx((88, 84.48, 67.584), rel=1e-15)
    assert made.value("value") == pytest.approx(240.064, rel=1e-15)
    assert made.value("root") == pytest.approx(math.sqrt(240.064), rel=1e-15)
    assert made.totals == ("value",)
    assert made.names[:4] == ("base", "growth_share", "rate_share", "time_years")


def test_how_a_number_came_about_in_both_languages() -> None:
    made = paper()
    assert made.formula_in_words("present", "zh") == "收入 × (1 + 折现率) ^ (−年期)"
    assert made.formula_in_words("present", "en") == "revenue × (1 + rate) ^ (−time)"
    assert made.formula_in_words("root", "zh") == "求根"
    assert made.formula_in_words("base", "en") == "for the test"
    assert made.formula_in_words("time_years", "en") == "year ends"


def test_an_unknown_name_is_answered_with_the_names() -> None:
    with pytest.raises(UnknownNameError, match=r"'walue'.*growth_share"):
        paper().value("walue")


def test_a_scalar_is_not_a_row() -> None:
    with pytest.raises(AssertionError, match="flow is a row"):
        paper().value("flow")
    with pytest.raises(AssertionError, match="value is a scalar"):
        paper().row("value")


def test_the_paper_as_data_has_money_as_text_and_every_step_explained() -> None:
    document = json.loads(json.dumps(paper().as_document()))
    steps = {step["name"]: step for step in document["steps"]}
    assert document["axis"]["columns"] == list(YEARS)
    assert steps["value"]["value"] == "240.064000"
    assert steps["flow"]["value"] == ["110.000000", "132.000000", "132.000000"]
    assert steps["rate_share"]["value"] == 0.25
    assert steps["base"] | {"explanation": None} == {
        "name": "base",
        "kind": "input",
        "label": {"zh": "基数", "en": "base"},
        "unit": "CNY",
        "value": "100.000000",
        "explanation": None,
        "grade": "assumed",
        "source": None,
    }
    assert steps["value"]["is_total"]
    assert steps["value"]["kind"] == "line"
    assert steps["root"]["kind"] == "search"
    assert all(step["explanation"]["zh"] and step["explanation"]["en"] for step in steps.values())


# --- changing -------------------------------------------------------------------------------------


def test_a_changed_input_recomputes_every_line() -> None:
    """By hand: rate 0 leaves 110 + 132 + 132."""
    changed = paper().with_inputs({"rate_share": 0.0})
    assert changed.value("value") == pytest.approx(374, rel=1e-15)
    assert changed.value("root") == pytest.approx(math.sqrt(374), rel=1e-15)
    assert paper().with_inputs({"growth_share": [0, 0, 0.5]}).row("flow") == pytest.approx((100, 100, 150))


def test_the_paper_itself_stays_as_it_was() -> None:
    made = paper()
    made.with_inputs({"rate_share": 0.0, "growth_share": [1, 1, 1]})
    assert made.value("value") == paper().value("value")


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"value": 1.0}, InputError, "found a computed line, expected the name of an input"),
        ({"growth_share": [0.1]}, InputError, "found 1 values, expected 3"),
        ({"rate_share": [0.1, 0.2]}, InputError, "found 2 values, expected 1"),
        ({"rat": 0.1}, UnknownNameError, "worksheet name: found 'rat'"),
        ({"rate_share": math.nan}, RefusalError, "rate_share: found 1 of 1 values not finite"),
        ({"rate_share": -1.0}, RefusalError, "present: found 3 of 3 values not finite across year"),
        ({"base": -100.0}, RefusalError, "value_positive: found value = -240.064, expected a positive value"),
    ],
)
def test_a_change_that_cannot_be_computed_is_refused_by_name(
    changes: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        paper().with_inputs(changes)


# --- checks ---------------------------------------------------------------------------------------


def test_a_soft_check_that_fails_names_the_year() -> None:
    (warning,) = paper().warnings()
    assert warning.code == "growth_below_fifteen_percent"
    assert warning.label.en == "growth is high: growth_share[2022] = 0.2"
    assert warning.label.zh == "增长偏高：growth_share[2022] = 0.2"
    assert paper().with_inputs({"growth_share": [0.1, 0.1, 0.1]}).warnings() == ()


def test_a_check_over_a_row_refuses_with_the_first_year_that_fails() -> None:
    sheet = started()
    growth = sheet.series("growth_share", series(0.1, 0.5, 0.9), label=LABEL, unit="share")
    limit = sheet.figure("limit_share", figure(0.4), label=LABEL, unit="share")
    sheet.check("capped", growth <= limit, label=LABEL, severity="refuse", expected="less", advice="Lower it")
    with pytest.raises(RefusalError) as raised:
        sheet.finish()
    assert str(raised.value) == "capped: found growth_share[2022] = 0.5, limit_share = 0.4, expected less. Lower it"


def test_a_line_that_is_not_finite_is_refused_by_its_name() -> None:
    sheet = started()
    growth = sheet.series("growth_share", series(0.1, 0.0, 0.0), label=LABEL, unit="share")
    sheet.line("inverse", 1 / growth, label=LABEL, unit="1")
    with pytest.raises(RefusalError, match="inverse: found 2 of 3 values not finite across year"):
        sheet.finish()


def test_a_search_that_finds_nothing_is_refused_by_its_name() -> None:
    sheet = started()
    one = sheet.figure("one", figure(1), label=LABEL, unit="1")
    sheet.search("lost", lambda x: x * np.nan, [one], label=LABEL, unit="1", explanation=LABEL)
    with pytest.raises(RefusalError, match="lost: found 1 of 1 values not finite"):
        sheet.finish()


# --- writing the sheet ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_row_has_as_many_numbers_as_the_paper_has_columns(count: int) -> None:
    expected = rf"growth: found {count} values, expected 3 values, one for each year"
    with pytest.raises(InputError, match=expected):
        started().series("growth", series(*[0.1] * count), label=LABEL, unit="share")
    with pytest.raises(InputError, match=expected):
        started().figure_row("growth", [figure(0.1)] * count, label=LABEL, unit="share")
    with pytest.raises(InputError, match=expected):
        started().derived_row("growth", [0.1] * count, label=LABEL, unit="share", reason="none")


def test_impossible_sheets_do_not_come_into_being() -> None:
    sheet = started()
    growth = sheet.series("growth", series(1, 2, 3), label=LABEL, unit="1")
    with pytest.raises(AssertionError, match="stands on the sheet once"):
        sheet.figure("growth", figure(1), label=LABEL, unit="1")
    stranger = started().figure("stranger", figure(1), label=LABEL, unit="1")
    with pytest.raises(AssertionError, match=r"line sum uses \['stranger'\]"):
        sheet.line("sum", growth + stranger, label=LABEL, unit="1")
    with pytest.raises(AssertionError, match="a search takes scalars"):
        sheet.search("found", np.sqrt, [growth], label=LABEL, unit="1", explanation=LABEL)


def test_one_figure_or_one_a_year_as_the_request_states_it() -> None:
    sheet = started()
    assert not sheet.figure_or_series("one", figure(0.1), label=LABEL, unit="1").is_row
    assert sheet.figure_or_series("each", series(0.1, 0.2, 0.3), label=LABEL, unit="1").is_row


def test_figures_of_a_row_show_all_their_evidence() -> None:
    sheet = started()
    stated = [figure(1), figure(2, grade="judgement", reason="as last time"), figure(3)]
    sheet.figure_row("mixed", stated, label=LABEL, unit="1")
    entry = sheet.finish().entry("mixed")
    assert (entry.grade, entry.basis) == ("assumed / judgement", "for the test | as last time")  # type: ignore[union-attr]


def test_only_figures_that_say_so_are_uncertain() -> None:
    spread = {"kind": "uniform", "low": 0.9, "high": 1.1}
    sheet = started()
    sheet.figure("plain", figure(1), label=LABEL, unit="1")
    sheet.figure("spread", figure(1, distribution=spread), label=LABEL, unit="1")
    sheet.figure("amount", parse(Amount, {"value": "1", "factor": spread} | ASSUMED), label=LABEL, unit="CNY")
    years = parse(AmountSeries, {"values": ["1", "2", "3"], "factor": spread} | ASSUMED)
    sheet.series("years", years, label=LABEL, unit="CNY")
    sheet.figure_row("row", [figure(3), figure(1, distribution=spread), figure(2)], label=LABEL, unit="1")
    uncertain = {entry.name: entry for entry in sheet.finish().uncertain_inputs}
    assert list(uncertain) == ["spread", "amount", "years", "row"]
    assert [uncertain[name].multiplies for name in ("spread", "amount", "years")] == [False, True, True]
    assert list(uncertain["row"].column_distributions) == [1]


# --- many draws -----------------------------------------------------------------------------------


def drawn(count: int, seed: int = 1) -> dict[str, Array]:
    random = block_generator(seed, 0)
    return {
        "base": random.uniform(50, 150, count),
        "rate_share": random.uniform(0, 0.5, count),
        "growth_share": random.uniform(0.5, 1.5, count),
    }


def test_many_draws_are_many_single_changes() -> None:
    """Second way: one changed paper for each draw; a row is multiplied by its draw. Bit for bit."""
    made, draws = paper(), drawn(40)
    simulated = made.simulate(draws, outputs=["value", "root"])
    growth = np.array(made.row("growth_share"))
    for draw in range(40):
        changes = {
            "base": draws["base"][draw],
            "rate_share": draws["rate_share"][draw],
            "growth_share": growth * draws["growth_share"][draw],
        }
        changed = made.with_inputs(changes)
        assert simulated["value"][draw] == changed.value("value")
        assert simulated["root"][draw] == changed.value("root")


def test_a_row_drawn_column_by_column_replaces_the_row() -> None:
    made = paper()
    columns = block_generator(2, 0).uniform(0, 0.3, (3, 10))
    simulated = made.simulate({"growth_share": columns}, outputs=["value"])["value"]
    expected = [made.with_inputs({"growth_share": columns[:, draw]}).value("value") for draw in range(10)]
    assert simulated.tolist() == expected


def long_paper() -> Worksheet:
    """A hundred years, so that the order of adding would show in the last bits."""
    sheet = started(tuple(str(year) for year in range(100)))
    flow = sheet.series("flow", series(*[math.sin(year) + 2 for year in range(100)]), label=LABEL, unit="CNY")
    rate = sheet.figure("rate_share", figure(0.1), label=LABEL, unit="share")
    time = sheet.derived_row("time_years", list(range(100)), label=LABEL, unit="years", reason="year ends")
    present = sheet.line("present", flow * (1 + rate) ** -time * exponential(-(rate * time)), label=LABEL, unit="CNY")
    sheet.line("value", total(present), label=LABEL, unit="CNY", total=True)
    return sheet.finish()


@given(block=st.integers(1, 70))
def test_the_size_of_a_block_does_not_change_a_bit(block: int) -> None:
    made, draws = long_paper(), {"rate_share": block_generator(3, 0).uniform(0, 0.5, 64)}
    whole = made.simulate(draws, outputs=["value"], block_draws=64)["value"]
    parts = made.simulate(draws, outputs=["value"], block_draws=block)["value"]
    assert whole.tobytes() == parts.tobytes()


def test_a_last_block_of_one_draw_does_not_change_a_bit() -> None:
    made, rates = long_paper(), block_generator(3, 0).uniform(0, 0.5, BLOCK_DRAWS + 1)
    default = made.simulate({"rate_share": rates}, outputs=["value"])["value"]
    assert default[-1] == made.with_inputs({"rate_share": rates[-1]}).value("value")


def test_an_output_that_no_draw_touches_is_the_same_for_all() -> None:
    made = paper()
    assert set(made.simulate({"rate_share": np.full(5, 0.1)}, outputs=["one"])["one"]) == {1.0}


def test_a_draw_that_cannot_be_computed_never_leaves_as_nan() -> None:
    rates = np.array([0.1, -1.0, np.nan])
    with pytest.raises(RefusalError, match="value: found 2 of 3 values not finite across draws"):
        paper().simulate({"rate_share": rates}, outputs=["value"])


def test_a_computed_line_cannot_be_drawn() -> None:
    with pytest.raises(InputError, match="present: found a computed line, expected the name of an input"):
        paper().simulate({"present": np.ones(2)}, outputs=["value"])


def test_draws_of_different_length_do_not_meet() -> None:
    with pytest.raises(AssertionError, match=r"all inputs have as many draws, not \[2, 3\]"):
        paper().simulate({"rate_share": np.ones(2), "base": np.ones(3)}, outputs=["value"])


def test_a_million_draws_have_the_mean_of_the_closed_form() -> None:
    """Closed form: base lognormal(σ = 0.3), growth multiplier 1: E[value] = value · exp(σ²/2)."""
    made, count, sigma = paper(), 10**6, 0.3
    base = 100 * np.exp(sigma * block_generator(4, 0).standard_normal(count))
    answers = made.simulate({"base": base}, outputs=["value"])["value"]
    assert answers.shape == (count,)
    standard_error = answers.std() / math.sqrt(count)
    assert abs(answers.mean() - 240.064 * math.exp(sigma**2 / 2)) < 4 * standard_error
