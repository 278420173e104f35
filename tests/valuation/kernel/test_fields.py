"""Does a request say exactly what is wrong with it: which field, what was found, what was expected?

Checked against: requests written here with known faults (by hand), and properties of the exact fields.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from valuation.errors import FieldProblem, InputError
from valuation.kernel.fields import (
    DISTINCT_NAMES,
    Currency,
    Dates,
    Day,
    DecimalText,
    FiniteFloat,
    FrozenModel,
    Identifier,
    MoneyText,
    NonNegativeMoneyText,
    Reason,
    StrictBool,
    WholeNumber,
    field_problems,
    parse,
)
from valuation.kernel.figures import ShareOrSeries
from valuation.uncertainty.distributions import Distribution


class Round(FrozenModel):
    kind: Literal["round"]
    radius: Annotated[FiniteFloat, Field(gt=0)]


class Square(FrozenModel):
    kind: Literal["square"]
    side: Annotated[FiniteFloat, Field(gt=0)]


class Request(FrozenModel):
    amount: MoneyText = Decimal(0)
    premium: NonNegativeMoneyText = Decimal(0)
    rate: DecimalText = Decimal(0)
    number: FiniteFloat = 0
    count: WholeNumber = 0
    day: Day = datetime.date(2020, 1, 1)
    currency: Currency = "CNY"
    flag: StrictBool = False
    name: Identifier = "a"
    reason: Reason = "because"
    shares: ShareOrSeries | None = None
    shape: Annotated[Round | Square, Field(discriminator="kind")] | None = None
    spread: Distribution | None = None
    listed: tuple[FiniteFloat, ...] = ()


def problems(data: dict[str, Any], field: str = "") -> list[FieldProblem]:
    with pytest.raises(InputError) as raised:
        parse(Request, data, field=field)
    return list(raised.value.problems)


# --- one field ------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["amount", "premium", "rate"])
@pytest.mark.parametrize(
    "found",
    [
        *(8000000.0, 8000000, True, None, ["1"]),
        *("", "eight", "NaN", "Infinity", "1_000", "٣", " 1", "+1", "1" * 19, "0." + "1" * 19),
        # Unfolded, these would be texts of a gigabyte.
        *("1E+5", "1E-999999999", Decimal("1E+999999"), Decimal("1E-999999"), Decimal("NaN")),
    ],
)
def test_exact_numbers_enter_as_plain_decimal_text_only(field: str, found: object) -> None:
    (problem,) = problems({field: found})
    assert problem.field == field
    assert problem.found == (repr(found) if len(repr(found)) <= 120 else repr(found)[:117] + "...")
    assert problem.expected == 'a decimal written as text, such as "8000000.00" (a JSON number is refused)'


@pytest.mark.parametrize("found", ["0.001", "1000000000000000", "-1000000000000000.00", "999999999999999.000000000001"])
def test_money_has_at_most_two_decimals_and_fifteen_digits(found: str) -> None:
    (problem,) = problems({"amount": found})
    assert problem == FieldProblem(
        "amount", repr(found), 'a decimal text with at most two decimals below 10^15, such as "8000000.00"'
    )


def test_a_negative_amount_is_refused_where_none_can_be() -> None:
    assert problems({"premium": "-0.01"}) == [FieldProblem("premium", "'-0.01'", "an amount of zero or more")]
    assert parse(Request, {"amount": "-0.01"}).amount == Decimal("-0.01")


@given(fen=st.integers(-(10**17) + 1, 10**17 - 1))
def test_money_travels_as_text_without_loss(fen: int) -> None:
    amount = Decimal(fen).scaleb(-2)
    request = parse(Request, {"amount": format(amount, "f")})
    assert request.amount == amount
    assert parse(Request, request.model_dump(mode="json")).amount == amount


@given(
    number=st.decimals(
        min_value=Decimal(-(10**17)), max_value=Decimal(10**17), allow_nan=False, allow_infinity=False, places=18
    )
)
def test_a_rate_travels_as_text_without_loss(number: Decimal) -> None:
    dumped = parse(Request, {"rate": number}).model_dump(mode="json")["rate"]
    assert isinstance(dumped, str)
    assert Decimal(dumped) == number


@pytest.mark.parametrize(
    ("field", "found", "expected"),
    [
        ("number", True, "a number"),
        ("number", "1.5", "a number"),
        ("number", None, "a number"),
        ("number", float("nan"), "a finite number"),
        ("number", float("inf"), "a finite number"),
        ("number", 10**400, "a finite number"),
        ("count", True, "a valid integer"),
        ("count", 1.0, "a valid integer"),
        ("count", "1", "a valid integer"),
        ("day", 20200101, "a date such as 2020-12-31"),
        ("day", "20200101", "a date such as 2020-12-31"),
        ("day", "2020-02-30", "a date such as 2020-12-31"),
        ("day", "2020-1-1", "a date such as 2020-12-31"),
        ("day", datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.UTC), "a date such as 2020-12-31"),
        ("day", "9999-12-31", "a date from 1800-01-01 to 2999-12-31"),
        ("day", "1799-12-31", "a date from 1800-01-01 to 2999-12-31"),
        ("day", datetime.date(3000, 1, 1), "a date from 1800-01-01 to 2999-12-31"),
        ("currency", "RMB", "one of CNY, EUR, GBP, HKD, USD"),
        ("currency", ["CNY"], "one of CNY, EUR, GBP, HKD, USD"),
        ("flag", 1, "a valid boolean"),
        ("flag", "true", "a valid boolean"),
    ],
)
def test_what_is_not_the_type_is_refused_with_found_and_expected(field: str, found: object, expected: str) -> None:
    (problem,) = problems({field: found})
    assert (problem.field, problem.expected) == (field, expected)
    assert problem.found == (repr(found) if len(repr(found)) <= 120 else repr(found)[:117] + "...")


@pytest.mark.parametrize("found", ["", "-a", "a b", "a" * 81, "名称", "a\n"])
def test_a_key_is_short_and_plain(found: str) -> None:
    assert [problem.field for problem in problems({"name": found})] == ["name"]


@pytest.mark.parametrize("found", ["", "  ", "     ", "ab "])
def test_blanks_are_no_reason(found: str) -> None:
    (problem,) = problems({"reason": found})
    assert problem.field == "reason"
    assert "at least 3 characters" in problem.expected


# --- paths ----------------------------------------------------------------------------------------


def test_an_unknown_field_is_a_fault_not_ignored() -> None:
    (problem,) = problems({"amuont": "1.00"})
    assert problem == FieldProblem("amuont", "an unknown field", "only the documented fields")


def test_everything_that_is_wrong_is_said_at_once_with_its_path() -> None:
    found = problems(
        {
            "amount": 1.5,
            "day": "soon",
            "shares": {"values": [0.1, 5.0], "grade": "assumed", "reason": "for the test"},
            "shape": {"kind": "square"},
            "spread": {"kind": "uniform", "low": 1, "high": "2"},
            "listed": [1, "x"],
            "extra": 1,
        },
        field="methods.example",
    )
    assert [problem.field for problem in found] == [
        "methods.example.amount",
        "methods.example.day",
        "methods.example.shares",
        "methods.example.shape.side",
        "methods.example.spread.high",
        "methods.example.listed.1",
        "methods.example.extra",
    ]
    assert found[2].expected == "between 0 and 1, not 5"
    assert found[3] == FieldProblem("methods.example.shape.side", "nothing", "a value")


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"shares": {"value": "x", "grade": "assumed", "reason": "for the test"}}, "shares.value"),
        ({"shares": {"values": [0.1, "x"], "grade": "assumed", "reason": "for the test"}}, "shares.values.1"),
        ({"shape": {"kind": "round", "radius": -1}}, "shape.radius"),
        ({"shape": {"kind": "hexagon"}}, "shape.kind"),
        ({"spread": {"kind": "uniform", "low": 2, "high": 1}}, "spread"),
    ],
)
def test_the_path_is_the_one_in_the_request_not_pydantics(data: dict[str, Any], path: str) -> None:
    """The name of the shape that was recognised is no part of the request's own path."""
    assert [problem.field for problem in problems(data)] == [path]


def test_a_missing_field_is_named_even_where_another_holds_its_name() -> None:
    found = problems({"shape": {"kind": "square", "label": "side"}})
    assert [problem.field for problem in found] == ["shape.side", "shape.label"]


def test_without_the_data_the_paths_of_figures_are_clean_too() -> None:
    errors = [{"type": "missing", "loc": ("shares", "figure_by_year", "values"), "msg": "Field required"}]
    assert field_problems(errors, prefix="body") == [FieldProblem("body.shares.values", "nothing", "a value")]


def test_a_long_finding_is_cut() -> None:
    (problem,) = problems({"amount": "9" * 500})
    assert len(problem.found) == 120
    assert problem.found.endswith("...")


def test_a_request_cannot_be_changed() -> None:
    request = parse(Request, {})
    with pytest.raises(ValueError, match="frozen"):
        request.count = 2  # type: ignore[misc]


# --- the three dates ------------------------------------------------------------------------------


def test_a_report_is_not_older_than_what_it_reports() -> None:
    data = {"valuation_date": "2024-12-31", "policy_date": "2020-01-01", "report_date": "2024-12-30"}
    with pytest.raises(InputError) as raised:
        parse(Dates, data, field="dates")
    (problem,) = raised.value.problems
    assert problem == FieldProblem("dates.report_date", "'2024-12-30'", "2024-12-31 or later, the valuation date")
    same_day = parse(Dates, data | {"report_date": "2024-12-31"})
    assert same_day.report_date == datetime.date(2024, 12, 31)


def test_a_wrong_valuation_date_is_said_once() -> None:
    data = {"valuation_date": "x", "policy_date": "2020-01-01", "report_date": "2024-12-30"}
    with pytest.raises(InputError) as raised:
        parse(Dates, data)
    assert [problem.field for problem in raised.value.problems] == ["valuation_date"]


def test_the_same_name_twice_is_evidence_counted_twice() -> None:
    class Named(FrozenModel):
        name: str

    class Listed(FrozenModel):
        rows: Annotated[tuple[Named, ...], DISTINCT_NAMES]

    assert len(parse(Listed, {"rows": [{"name": "甲"}, {"name": "乙"}]}).rows) == 2
    with pytest.raises(InputError, match=r"rows: .*each name once; '甲' stands twice"):
        parse(Listed, {"rows": [{"name": "甲"}, {"name": "甲"}]})
