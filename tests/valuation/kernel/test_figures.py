"""Does every figure come with its evidence, and is its range held?

Checked against: the rule of the grades (by hand), and the walk over a request that holds figures at all depths.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from valuation.errors import FieldProblem, InputError
from valuation.kernel.fields import FrozenModel, parse
from valuation.kernel.figures import (
    GRADE_LABELS,
    Amount,
    AmountSeries,
    Figure,
    FigureOrSeries,
    PositiveFigure,
    RateFigure,
    Series,
    ShareFigure,
    ShareOrSeries,
    ShareSeries,
    SourceRow,
    check_sources,
    graded_in,
)
from valuation.kernel.sources import Source

ASSUMED = {"grade": "assumed", "reason": "for the test"}


class Ranges(FrozenModel):
    share: ShareFigure | None = None
    shares: ShareSeries | None = None
    either: ShareOrSeries | None = None
    rate: RateFigure | None = None
    positive: PositiveFigure | None = None


class Nested(FrozenModel):
    figure: Figure
    series: Series
    rows: tuple[Amount, ...]
    named: dict[str, AmountSeries]
    below: FigureOrSeries | None = None


def only_problem(model: type[FrozenModel], data: dict[str, Any]) -> FieldProblem:
    with pytest.raises(InputError) as raised:
        parse(model, data)
    (problem,) = raised.value.problems
    return problem


# --- evidence -------------------------------------------------------------------------------------


@pytest.mark.parametrize("grade", ["measured", "benchmark"])
def test_what_was_measured_or_compared_names_a_source(grade: str) -> None:
    problem = only_problem(Figure, {"value": 1, "grade": grade, "reason": "everybody knows"})
    assert problem.expected == f"a source, because the figure is graded {grade}"
    assert parse(Figure, {"value": 1, "grade": grade, "source": "ledger"}).basis == "ledger"


@pytest.mark.parametrize("grade", ["judgement", "assumed", "hypothesis"])
def test_what_was_judged_or_assumed_gives_a_reason_or_a_source(grade: str) -> None:
    problem = only_problem(Figure, {"value": 1, "grade": grade})
    assert problem.expected == f"a reason, because the figure is graded {grade}"
    assert parse(Figure, {"value": 1, "grade": grade, "source": "expert"}).basis == "expert"
    both = parse(Figure, {"value": 1, "grade": grade, "source": "expert", "reason": "long practice"})
    assert both.basis == "expert; long practice"


def test_an_unknown_grade_is_refused_and_every_grade_has_a_name() -> None:
    assert only_problem(Figure, {"value": 1, "grade": "certain"}).field == "grade"
    grades = {"measured", "benchmark", "judgement", "assumed", "hypothesis", "derived"}
    assert set(GRADE_LABELS) == grades


# --- ranges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "stated", "expected"),
    [
        ("share", {"value": 3.0}, "between 0 and 1, not 3"),
        ("share", {"value": -0.01}, "between 0 and 1, not -0.01"),
        ("shares", {"values": [0.5, 1.5]}, "between 0 and 1, not 1.5"),
        ("either", {"value": 1.01}, "between 0 and 1, not 1.01"),
        ("either", {"values": [1.01]}, "between 0 and 1, not 1.01"),
        ("rate", {"value": -0.51}, "between -0.5 and 2, not -0.51"),
        ("rate", {"value": 12.0}, "between -0.5 and 2, not 12"),
        ("positive", {"value": 0}, "a number > 0, not 0"),
    ],
)
def test_a_number_out_of_range_is_refused_at_its_field(field: str, stated: dict[str, Any], expected: str) -> None:
    problem = only_problem(Ranges, {field: stated | ASSUMED})
    assert (problem.field, problem.expected) == (field, expected)


@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ("share", {"value": 0}),
        ("share", {"value": 1}),
        ("either", {"values": [0, 1]}),
        ("rate", {"value": -0.5}),
        ("rate", {"value": 2}),
        ("positive", {"value": 1e-9}),
    ],
)
def test_the_ends_of_a_range_belong_to_it(field: str, stated: dict[str, Any]) -> None:
    assert getattr(parse(Ranges, {field: stated | ASSUMED}), field) is not None


@pytest.mark.parametrize("values", [[], None, "1.00"])
def test_a_series_has_at_least_one_year(values: object) -> None:
    assert only_problem(AmountSeries, {"values": values} | ASSUMED).field == "values"


def test_an_amount_in_a_series_is_exact() -> None:
    assert only_problem(AmountSeries, {"values": ["1.00", 2.0]} | ASSUMED).field == "values.1"
    assert parse(AmountSeries, {"values": ["1.10", "2"]} | ASSUMED).values == (Decimal("1.10"), Decimal(2))


# --- sources --------------------------------------------------------------------------------------

REQUEST = {
    "figure": {"value": 1, "grade": "measured", "source": "ledger"},
    "series": {"values": [1, 2]} | ASSUMED,
    "rows": [{"value": "1.00"} | ASSUMED, {"value": "2.00", "grade": "benchmark", "source": "survey"}],
    "named": {"one": {"values": ["3.00"], "grade": "measured", "source": "ledger"}},
}


def test_every_figure_is_found_at_its_path() -> None:
    request = parse(Nested, REQUEST)
    assert [path for path, _ in graded_in(request)] == ["figure", "series", "rows.0", "rows.1", "named.one"]


def test_the_sources_used_are_told_each_once_in_order() -> None:
    listed = {name: Source(name, f"Source {name}", "read") for name in ("unused", "survey", "ledger")}
    assert [source.id for source in check_sources(parse(Nested, REQUEST), listed=listed)] == ["ledger", "survey"]


def test_every_unlisted_source_is_named_at_its_path() -> None:
    listed = {"ledger": Source("ledger", "The ledger", "read")}
    with pytest.raises(InputError) as raised:
        check_sources(parse(Nested, REQUEST), listed=listed)
    assert raised.value.problems == (FieldProblem("rows.1.source", "'survey'", "a listed source (ledger)"),)
    with pytest.raises(InputError, match="no source is listed") as raised:
        check_sources(parse(Nested, REQUEST), listed={})
    assert [problem.field for problem in raised.value.problems] == [
        "figure.source",
        "rows.1.source",
        "named.one.source",
    ]


def test_a_source_row_becomes_the_kernels_source_and_cites_what_it_knows() -> None:
    row = parse(SourceRow, {"title": "Annual report", "status": "read", "number": "No. 7", "date": "2020-01-31"})
    source = row.as_source("report")
    assert source.citation == "Annual report, No. 7, 2020-01-31"
    assert source.as_document() == {
        "id": "report",
        "title": "Annual report",
        "status": "read",
        "number": "No. 7",
        "date": "2020-01-31",
    }


def test_a_gap_is_no_source_for_a_request() -> None:
    assert only_problem(SourceRow, {"title": "Annual report", "status": "gap"}).field == "status"
