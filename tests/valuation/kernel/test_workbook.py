"""Does the spreadsheet answer as the engine does, cell by cell, and again after an input was changed?

Checked against: LibreOffice, which recalculates the file headless with a private profile that forbids cached values
(second method). The last test of that kind shows that the comparison can fail: a file that nobody recalculated keeps
its old numbers. Structure (same bytes twice, nothing live in texts, no links outside) is read with openpyxl.
"""

from __future__ import annotations

import datetime
import io
import math
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import openpyxl
import pytest

from tests.valuation.asking import amounts, answered, cost, figure, market, option, relief, series
from valuation.appraisal import RECONCILIATION, Appraisal
from valuation.kernel.entries import Axis, Input
from valuation.kernel.expression import (
    absolute,
    choose,
    cumulative_product,
    cumulative_sum,
    exponential,
    larger,
    logarithm,
    normal_cdf,
    previous,
    smaller,
    total,
)
from valuation.kernel.fields import parse
from valuation.kernel.figures import Figure, Series
from valuation.kernel.labels import Label
from valuation.kernel.workbook import NOTES_SHEET, cell_of, sheet_name, workbook_bytes
from valuation.kernel.worksheet import Sheet, Worksheet

#: Formulas are recalculated when the file is loaded, whatever results it carries.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
RELATIVE = 1e-9
Papers = Mapping[str, Worksheet]


# --- the papers under test ------------------------------------------------------------------------


def appraisal() -> Appraisal:
    """All four approaches, with the parts of relief from royalty that make formulas hard."""
    royalty = relief(
        10,
        revenue=amounts(*[1_000_000 * 1.07**year for year in range(10)]),
        first_year_end="2021-06-30",
        royalty_rate_share=series([0.05] * 5 + [0.04] * 5),
        owner_cost=amounts(*[20_000] * 9, 90_000),
        operating_margin_share=figure(0.2),
        tax_on_losses="not_credited",
        timing="mid_year",
        survival={
            "kind": "weibull",
            "shape": figure(1.7),
            "scale_years": figure(14.0),
            "age_years": figure(6.5),
        },
        tax_amortisation={"kind": "straight_line", "years": figure(10)},
    )
    return answered(
        {
            "relief_from_royalty": royalty,
            "replacement_cost": cost(),
            "comparable_transactions": market(),
            "launch_option": option(),
        },
        liquidation={
            "time_to_sale_years": figure(1.5),
            "sale_cost_share": figure(0.08),
            "forced_sale_discount_share": figure(0.3),
            "discount_rate_share": figure(0.12),
        },
        reporting={"currency": "USD", "conversion_rate": figure(0.1533)},
    )


def every_function() -> Worksheet:
    """Each operator and function of an expression once, in a row and as a scalar, near and far from zero."""
    label = Label("函数", "function")
    sheet = Sheet(title=Label("全部函数", "Every function"), axis=Axis(Label("列", "column"), ("a", "b", "c", "d")))
    stated = {"values": [-2.5, -0.1, 0.3, 4.0], "grade": "assumed", "reason": "both signs"}
    row = sheet.series("row", parse(Series, stated), label=label, unit="1")
    two = sheet.figure(
        "two", parse(Figure, {"value": 2} | {"grade": "assumed", "reason": "even"}), label=label, unit="1"
    )
    made = {
        "exp": exponential(row),
        "log": logarithm(absolute(row)),
        "cdf": normal_cdf(row),
        "cdf_tail": normal_cdf(row * 2 - 4),
        "larger": larger(row, 0.2),
        "smaller": smaller(0.2, row),
        "choice": choose(row > 0, then=row, otherwise=two),
        "equal": choose(two.equals(2), then=1, otherwise=0) + 0 * row,
        "holds": row > 0,
        "counted": (row > -1) + (row <= 0.3) - (row >= 4) + (row < 0) * 10,
        "power": -((-row) ** two) + two**row,
        "chain": row - (row - (row - two)) / two / two,
        "shifted": previous(row, first=two * 3),
        "product": cumulative_product(row),
        "sum_so_far": cumulative_sum(row),
    }
    for name, expression in made.items():
        sheet.line(name, expression, label=label, unit="1")
    holds = sheet.line("holds_again", row > 0, label=label, unit="1")
    sheet.line("how_many_hold", total(holds), label=label, unit="1", total=True)
    sheet.line("all_together", total(row) ** 2 / two, label=label, unit="1", total=True)
    return sheet.finish()


@pytest.fixture(scope="module")
def made() -> Appraisal:
    return appraisal()


# --- LibreOffice ----------------------------------------------------------------------------------

Recalculate = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def recalculated(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Recalculate:
    """Load and save a file with LibreOffice, every formula computed anew."""
    home = tmp_path_factory.mktemp("office")
    (home / "profile" / "user").mkdir(parents=True)
    (home / "profile" / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    (home / "out").mkdir()

    def run(content: bytes) -> bytes:
        source, goal = home / "book.xlsx", home / "out" / "book.xlsx"
        goal.unlink(missing_ok=True)
        source.write_bytes(content)
        command = [soffice, f"-env:UserInstallation={(home / 'profile').as_uri()}", "--headless", "--convert-to"]
        command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(goal.parent), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert goal.exists(), done.stdout + done.stderr
        return goal.read_bytes()

    return run


def opened(content: bytes, *, formulas: bool) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=not formulas)


def numbers_of(paper: Worksheet) -> Iterator[tuple[str, int, str, float]]:
    """Every number of a paper: its name, column, cell and the engine's value."""
    for entry in paper.entries:
        numbers = paper.row(entry.name) if entry.is_row else (paper.value(entry.name),)
        for column, number in enumerate(numbers):
            yield entry.name, column, cell_of(paper, entry.name, column), number


def disagreements(content: bytes, papers: Papers) -> list[str]:
    """Every cell whose number is not the engine's to 1e-9 relative."""
    book = opened(content, formulas=False)
    found = []
    for paper in papers.values():
        sheet = book[sheet_name(paper)]
        for name, column, cell, number in numbers_of(paper):
            shown = sheet[cell].value
            is_number = isinstance(shown, int | float) and not isinstance(shown, bool)
            if not is_number or not math.isclose(shown, number, rel_tol=RELATIVE, abs_tol=1e-12):
                found.append(f"{sheet.title}!{cell} {name}[{column}]: {shown!r} for {number!r}")
    return found


def changed(content: bytes, paper: Worksheet, name: str, numbers: list[float]) -> bytes:
    """Type other numbers into the cells of an input, as an appraiser would."""
    book = opened(content, formulas=True)
    for column, number in enumerate(numbers):
        cell = book[sheet_name(paper)][cell_of(paper, name, column)]
        assert not isinstance(cell.value, str), f"{name} is an input, not a formula"
        cell.value = number
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def carried_through(made: Appraisal, method: str, changes: dict[str, Any]) -> dict[str, Worksheet]:
    """The same change in the engine: the method's paper, then the reconciliation with its new result."""
    papers = made.papers()
    papers[method] = papers[method].with_inputs(changes)
    conclusions = {each.method: each for each in made.conclusions}
    links = {"indicated_value": "answer", "indicated_pledgee_base": "pledgee_answer"}
    rows = {}
    for row, kind in links.items():
        rows[row] = [
            papers[name].value(getattr(conclusions[name], kind) or conclusions[name].answer)
            for name in made.reconciled.methods
        ]
    papers[RECONCILIATION] = papers[RECONCILIATION].with_inputs(rows)
    return papers


# --- recalculation --------------------------------------------------------------------------------


def test_every_cell_recalculated_is_the_engines(made: Appraisal, recalculated: Recalculate) -> None:
    content = recalculated(made.workbook())
    assert disagreements(content, made.papers()) == []
    formulas = opened(made.workbook(), formulas=True)
    count = sum(str(cell.value).startswith("=") for sheet in formulas for row in sheet.iter_rows() for cell in row)
    assert count > 200, "the comparison looked at formulas, not at values"


def test_every_function_recalculated_is_the_engines(recalculated: Recalculate) -> None:
    paper = every_function()
    content = workbook_bytes({"functions": paper}, links={}, notes=[], report_date=datetime.date(2021, 1, 1))
    assert disagreements(recalculated(content), {"functions": paper}) == []


@pytest.mark.parametrize(
    ("method", "name", "numbers"),
    [
        ("relief_from_royalty", "royalty_rate_share", [0.06] * 4 + [0.03] * 6),
        ("relief_from_royalty", "discount_rate_share", [0.09]),
        ("relief_from_royalty", "revenue", [2_000_000.0] + [500_000.0] * 9),
        ("replacement_cost", "price_index_ratio", [1.5, 2.0]),
        ("comparable_transactions", "weight_share", [0.2, 0.2, 0.6]),
    ],
)
def test_a_changed_cell_gives_what_the_engine_gives(
    made: Appraisal, recalculated: Recalculate, method: str, name: str, numbers: list[float]
) -> None:
    paper = made.papers()[method]
    content = changed(made.workbook(), paper, name, numbers)
    expected = carried_through(made, method, {name: numbers if len(numbers) > 1 else numbers[0]})
    assert expected[RECONCILIATION].value("value") != made.reconciled.value
    assert disagreements(recalculated(content), expected) == []


def test_a_search_keeps_its_value_and_says_so_when_a_cell_changes(made: Appraisal, recalculated: Recalculate) -> None:
    """What a lattice found stands as a value; the formulas beside it follow the changed cell."""
    paper = made.papers()["launch_option"]
    content = recalculated(changed(made.workbook(), paper, "value_if_launched_today", [150_000.0]))
    sheet = opened(content, formulas=False)[sheet_name(paper)]
    assert sheet[cell_of(paper, "value")].value == pytest.approx(paper.value("value"), rel=RELATIVE)
    assert sheet[cell_of(paper, "static_npv")].value == pytest.approx(30_000)
    searched = paper.with_inputs({"value_if_launched_today": 150_000.0})
    assert sheet[cell_of(paper, "european_shortcut")].value == pytest.approx(searched.value("european_shortcut"))
    texts = [str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row]
    assert any("灰底为数值搜索结果，不随输入变化" in text for text in texts)


def test_without_recalculation_the_changed_workbook_disagrees(made: Appraisal) -> None:
    """The comparison can fail: the numbers that the file carries are those from before the change."""
    paper = made.papers()["relief_from_royalty"]
    book = opened(made.workbook(), formulas=False)  # the cached numbers, as a reader without a spreadsheet sees them
    book[sheet_name(paper)][cell_of(paper, "discount_rate_share")].value = 0.09
    stream = io.BytesIO()
    book.save(stream)
    expected = carried_through(made, "relief_from_royalty", {"discount_rate_share": 0.09})
    found = disagreements(stream.getvalue(), expected)
    assert any(" value[0]" in each for each in found)
    assert any("discount_factor[0]" in each for each in found)


# --- what is in the file --------------------------------------------------------------------------


def test_the_numbers_stored_beside_the_formulas_are_the_engines(made: Appraisal) -> None:
    """A reader that does not recalculate sees the engine's numbers."""
    assert disagreements(made.workbook(), made.papers()) == []


def test_the_same_request_gives_the_same_bytes(made: Appraisal) -> None:
    assert made.workbook() == made.workbook() == appraisal().workbook()


def test_inputs_are_numbers_and_lines_are_formulas(made: Appraisal) -> None:
    book = opened(made.workbook(), formulas=True)
    for identifier, paper in made.papers().items():
        for name, column, cell, _ in numbers_of(paper):
            shown = book[sheet_name(paper)][cell].value
            entry = paper.entry(name)
            is_link = identifier == RECONCILIATION and name in ("indicated_value", "indicated_pledgee_base")
            is_formula = isinstance(shown, str) and shown.startswith("=")
            is_value = isinstance(entry, Input) or type(entry).__name__ == "Search"
            assert is_formula == (is_link or not is_value), f"{identifier} {name}[{column}]: {shown}"


def test_nothing_in_the_file_points_outside_or_is_an_error(made: Appraisal) -> None:
    content = made.workbook()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        text = "".join(archive.read(name).decode() for name in names if name.endswith((".xml", ".rels")))
    assert not [name for name in names if "externalLink" in name or "vba" in name.lower()]
    assert 'TargetMode="External"' not in text
    for sheet in opened(content, formulas=False):
        for row in sheet.iter_rows():
            assert not [cell.coordinate for cell in row if isinstance(cell.value, str) and cell.value.startswith("#")]


def test_a_name_that_looks_like_a_formula_or_an_address_stays_text() -> None:
    """The names of comparables and cost items come from the request; none may become live in somebody's spreadsheet."""
    names = ["=1+1", "http://example.org", "{=A1}", "internal:'说明'!A1"]
    item = {"amount": {"value": "1.00", "grade": "assumed", "reason": "=HYPERLINK(1)"}, "price_index_ratio": figure(1)}
    found = answered({"replacement_cost": cost(items=[{"name": name} | item for name in names])})
    content = found.workbook()
    header = opened(content, formulas=True)[sheet_name(found.papers()["replacement_cost"])][4]
    shown = {cell.value: cell.coordinate for cell in header}
    assert set(names) <= shown.keys()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets" in name)
    assert "<hyperlink" not in sheets
    assert "<f>1+1</f>" not in sheets
    assert "HYPERLINK" not in sheets


def test_every_scalar_has_a_name_and_the_notes_say_what_a_reader_must_know(made: Appraisal) -> None:
    book = opened(made.workbook(), formulas=True)
    assert book.defined_names["relief_from_royalty__value"].attr_text.startswith("'许可费节省法'!$D$")
    assert book.defined_names["reconciliation__value"].attr_text.startswith("'评估结论'!$D$")
    notes = {row[0].value: row[1].value for row in book[NOTES_SHEET].iter_rows()}
    assert notes["评估对象 Subject"] == "发明专利示例"
    assert notes["评估基准日 valuation date"] == "2020-12-31"
    assert notes["摘要 Digest"] == made.digest
    assert "现金流时点" in " ".join(str(heading) for heading in notes)
    assert book.properties.created.isoformat() == "2021-03-31T12:00:00"


def test_every_sheet_prints_one_page_wide(made: Appraisal) -> None:
    for sheet in opened(made.workbook(), formulas=True).worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0), sheet.title


def test_a_sheet_name_fits_a_spreadsheet(made: Appraisal) -> None:
    names = [sheet_name(paper) for paper in made.papers().values()]
    assert len(set(names)) == len(names)
    assert all(1 <= len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_reasons_too_long_for_a_cell_are_cut_aloud_and_rows_keep_a_height_a_spreadsheet_allows() -> None:
    """A cell holds 32,767 characters and a row 409 points; one row shows the reasons of all its columns."""
    items = [
        {
            "name": f"项目{index}",
            "amount": {"value": "1000.00", "grade": "assumed", "reason": f"{index}" + "据" * 1900},
            "price_index_ratio": figure(1.0),
        }
        for index in range(20)
    ]
    content = answered({"replacement_cost": cost(items=items)}).workbook()
    sheet = opened(content, formulas=False)["重置成本法"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert max(map(len, texts)) == 32_767
    assert sum("the answer holds the whole text" in text for text in texts) == 1
    assert max(row.height or 0 for row in sheet.row_dimensions.values()) == pytest.approx(409, abs=1)


def test_the_twenty_seventh_column_is_found() -> None:
    columns = tuple(str(year) for year in range(40))
    sheet = Sheet(title=Label("长", "Long"), axis=Axis(Label("年", "year"), columns))
    sheet.derived_row("time", list(range(40)), label=Label("年", "year"), unit="years", reason="counted")
    assert cell_of(sheet.finish(), "time", 22) == "AA5"
    assert cell_of(sheet.finish(), "time", 39) == "AR5"
