"""Rate papers over HTTP: every kind gives the rate found by hand, its workbook answers, bad input is named.

Checked against: hand (each expected rate is worked out beside it), a published exam case (13.5 %), curves with known
parameters, LibreOffice for the workbook of a curve (second method), and the layout in ``schemas.py``.
"""

from __future__ import annotations

import copy
import io
import math
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from api.bodies import read_model
from api.rates.kind import rate_kinds
from api.rates.schemas import RatePaper, RatePaperRequest
from api.rates.service import rate_paper
from tests.api.conftest import Client
from tests.api.requests import changed, example
from tests.valuation.asking import amount, amounts, figure, series
from tests.valuation.kernel import test_workbook
from valuation.discounting.nelson_siegel import NelsonSiegel
from valuation.kernel.workbook import cell_of, sheet_name
from valuation.kernel.worksheet import Line

PATH = "/v1/rate-papers"
DATES = {"valuation_date": "2020-12-31", "policy_date": "2020-12-31", "report_date": "2021-01-08"}
MONTHS = [12, 24, 36, 60, 84, 120]
SMOOTH = NelsonSiegel(0.04, -0.02, 0.01, 2.0)
recalculated = test_workbook.recalculated


def quoted(kind: str, months: list[int], rates: list[float], maturity: float, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "tenors_months": months,
        "rates_share": series(rates),
        "maturity_years": figure(maturity),
    } | more


def smooth(**more: Any) -> dict[str, Any]:
    rates = [SMOOTH.rate(months / 12) for months in MONTHS]
    tolerances = {"quoted": "zero_annual", "acceptable_bp": 10, "outlier_bp": 50}
    return quoted("nelson_siegel", MONTHS, rates, 5.0, **(tolerances | more))


PAPERS: dict[str, tuple[dict[str, Any], float]] = {
    "build_up": (example("rate_build_up")["paper"], 0.135),  # 3.5 + 1 + 2 + 3 + 2 + 2 points
    "scored_premium": (
        {
            "kind": "scored_premium",
            "name": "技术风险",
            "factors": [{"name": "替代", "weight_share": figure(1.0), "score_share": figure(0.5)}],
            "maximum_share": figure(0.08),
        },
        0.04,  # 8 % · 0.5
    ),
    "capm": (
        {
            "kind": "capm",
            "riskless_rate_share": figure(0.03),
            "equity_premium_share": figure(0.06),
            "beta": {"kind": "levered", "beta": figure(1.2)},
            "premia": [{"kind": "size", "premium_share": figure(0.01)}],
        },
        0.112,  # 0.03 + 1.2 · 0.06 + 0.01
    ),
    "wacc": (
        {
            "kind": "wacc",
            "sources": [
                {"name": "权益", "kind": "equity", "weight_share": figure(0.6), "cost_share": figure(0.12)},
                {"name": "债务", "kind": "debt", "weight_share": figure(0.4), "cost_share": figure(0.06)},
            ],
            "tax_rate_share": figure(0.25),
        },
        0.09,  # 0.6 · 0.12 + 0.4 · 0.06 · 0.75
    ),
    "return_decomposition": (
        {
            "kind": "return_decomposition",
            "currency": "CNY",
            "wacc_share": figure(0.10),
            "firm_value": amount("1000.00"),
            "assets": [
                {"name": "厂房", "kind": "fixed", "value": amount("300.00"), "return_share": figure(0.07)},
            ],
        },
        79 / 700,  # (100 − 21) / (1000 − 300)
    ),
    "wara": (
        {
            "kind": "wara",
            "currency": "CNY",
            "wacc_share": figure(0.10),
            "deal": {"price": amount("1000.00"), "flows": amounts(100, 100, 1100), "timing": "year_end"},
            "assets": [
                {"name": "厂房", "value": amount("500.00"), "return_share": figure(0.08)},
                {"name": "商誉", "value": amount("500.00"), "return_share": figure(0.12)},
            ],
            "tolerance_share": figure(0.01),
        },
        0.10,  # (40 + 60) / 1000
    ),
    "useful_life": (
        {
            "kind": "useful_life",
            "legal": {"kind": "years", "years": figure(12.0)},
            "contractual": {"kind": "none", "reason": "no contract"},
            "technical": {"kind": "years", "years": figure(9.0)},
            "economic": {"kind": "years", "years": figure(7.5)},
        },
        7.5,
    ),
    # D(1.5) lies half-way between ln 1.02 and 2 ln 1.03 on the logarithm.
    "zero_rates": (
        quoted("zero_rates", [12, 24], [0.02, 0.03], 1.5, compounding="annual"),
        math.exp((math.log(1.02) + 2 * math.log(1.03)) / 2 / 1.5) - 1,
    ),
    # D(2) = (1 − 0.04 / 1.03) / 1.04
    "par_yields": (
        quoted("par_yields", [12, 24], [0.03, 0.04], 2.0, coupons_per_year=1),
        ((1 - 0.04 / 1.03) / 1.04) ** -0.5 - 1,
    ),
    "nelson_siegel": (smooth(), SMOOTH.rate(5.0)),
    "remaining_life": (
        {
            "kind": "remaining_life",
            "age_years": figure(0.0),
            "survivors": {"kind": "weibull", "shape": figure(2.0), "scale_years": figure(10.0)},
        },
        10 * math.gamma(1.5),
    ),
    "rate_conversion": (
        {
            "kind": "rate_conversion",
            "conversion": "to_nominal",
            "rate_share": figure(0.05),
            "inflation_share": figure(0.02),
        },
        0.071,  # 1.05 · 1.02 − 1
    ),
    "pre_tax_rate": (
        {
            "kind": "pre_tax_rate",
            "after_tax_rate_share": figure(0.1),
            "flow_dates": ["2021-12-31"],
            "flows_before_tax": series([100.0]),
            "flows_after_tax": series([82.5]),
            "tax_rate_share": figure(0.25),
        },
        1 / 3,  # 82.5 / 1.1 = 75, and 100 / 75 − 1
    ),
    "after_tax_rate": (
        {
            "kind": "after_tax_rate",
            "pre_tax_rate_share": figure(0.25),
            "flow_dates": ["2021-12-31"],
            "flows_before_tax": series([100.0]),
            "flows_after_tax": series([92.0]),
            "tax_rate_share": figure(0.25),
        },
        0.15,  # 100 / 1.25 = 80, and 92 / 80 − 1
    ),
}


def test_every_kind_is_tested() -> None:
    assert set(PAPERS) == set(rate_kinds())


def request(paper: dict[str, Any]) -> dict[str, Any]:
    sources = example("rate_build_up")["sources"]
    return {"dates": DATES, "sources": sources, "paper": copy.deepcopy(paper)}


@pytest.mark.parametrize("kind", PAPERS)
def test_every_kind_gives_the_rate_found_by_hand(client: Client, kind: str) -> None:
    paper, expected = PAPERS[kind]
    response = client.ask(PATH, request(paper))
    assert response.status_code == 201, response.text
    document = response.json()
    RatePaper.model_validate(document)
    answer = document["answer"]
    assert document["id"].startswith("rat_")
    assert answer["kind"] == kind
    # A fitted curve is found by search: its parameters are met to about a thousandth of a basis point.
    assert float(answer["value"]) == pytest.approx(expected, abs=1e-7 if kind == "nelson_siegel" else 1e-9)
    assert isinstance(answer["value"], str)
    (total,) = [each for each in answer["paper"]["steps"] if each["name"] == answer["answer"]]
    assert total["is_total"]
    assert client.get(document["links"]["self"]).content == response.content


@pytest.mark.parametrize("kind", PAPERS)
def test_the_workbook_has_a_live_formula_in_every_line(client: Client, kind: str) -> None:
    document = client.ask(PATH, request(PAPERS[kind][0])).json()
    response = client.get(document["links"]["worksheet"])
    assert response.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert document["id"] in response.headers["content-disposition"]
    paper = rate_paper(read_model(RatePaperRequest, request(PAPERS[kind][0]))).worksheet
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    sheet = book[sheet_name(paper)]
    lines = [entry for entry in paper.entries if isinstance(entry, Line)]
    assert lines
    for entry in lines:
        assert str(sheet[cell_of(paper, entry.name)].value).startswith("="), entry.name


def test_a_curve_recalculated_is_the_engines(recalculated: test_workbook.Recalculate) -> None:
    for kind in ("par_yields", "nelson_siegel"):
        found = rate_paper(read_model(RatePaperRequest, request(PAPERS[kind][0])))
        made = {kind: found.worksheet}
        assert test_workbook.disagreements(recalculated(found.workbook), made) == []


def test_the_limit_that_ends_the_life_is_named(client: Client) -> None:
    answer = client.ask(PATH, request(PAPERS["useful_life"][0])).json()["answer"]
    assert (answer["details"], answer["unit"]) == ({"binding_limits": ["economic"]}, "years")


def codes(answer: dict[str, Any]) -> set[str]:
    return {each["code"] for each in answer["warnings"]}


def test_a_quote_off_the_curve_is_named_as_a_doubt(client: Client) -> None:
    paper = smooth()
    paper["rates_share"]["values"][3] += 0.02
    answer = client.ask(PATH, request(paper)).json()["answer"]
    assert "curve_quote_outlying" in codes(answer)
    assert set(answer["details"]) == {"median_absolute_bp", "upper_quartile_bp", "root_mean_square_bp"}
    assert float(answer["value"]) == pytest.approx(SMOOTH.rate(5.0), abs=1e-6)


def test_a_negative_forward_rate_is_named_as_a_doubt(client: Client) -> None:
    paper = quoted("zero_rates", [12, 24], [0.05, 0.01], 1.0, compounding="annual")
    assert "negative_forward_rate" in codes(client.ask(PATH, request(paper)).json()["answer"])


def test_the_value_of_practice_goes_with_its_source_and_its_doubt(client: Client) -> None:
    paper = dict(PAPERS["scored_premium"][0])
    del paper["maximum_share"]
    answer = client.ask(PATH, request(paper)).json()["answer"]
    assert answer["sources"]
    assert "recalled_value" in codes(answer)


def test_what_is_only_assumed_is_named(client: Client) -> None:
    answer = client.ask(PATH, request(PAPERS["wacc"][0])).json()["answer"]
    (named,) = [each for each in answer["warnings"] if each["code"] == "assumed_inputs"]
    assert "paper.sources.0.cost_share" in named["en"]
    assert client.ask(PATH, example("rate_build_up"), key="k-2").json()["answer"]["warnings"] == []


def table_paper(*, age_years: Any = None, shares: list[float] | None = None) -> dict[str, Any]:
    survivors = {"kind": "table", "ages_years": [0.0, 2.0, 6.0], "shares": series(shares or [1.0, 0.8, 0.0])}
    return {"kind": "remaining_life", "age_years": age_years or figure(3.0), "survivors": survivors}


def test_an_iowa_curve_is_a_gap_over_http(empty_client: Client) -> None:
    survivors = {"kind": "iowa", "name": "r3", "average_life_years": figure(20.0)}
    paper = {"kind": "remaining_life", "age_years": figure(3.0), "survivors": survivors}
    response = empty_client.ask(PATH, request(paper))
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:gap")
    assert "Bulletin 125" in response.json()["detail"]


BAD: dict[str, tuple[str, str, Any, str, str, str]] = {
    "unknown kind": ("wacc", "paper.kind", "guess", "paper.kind", "guess", "'build_up'"),
    "no kind": ("wacc", "paper", {}, "paper.kind", "nothing", "kind"),
    "rate in per cent": (
        "capm",
        "paper.riskless_rate_share.value",
        3.5,
        "paper.riskless_rate_share",
        "3.5",
        "between -0.5 and 2",
    ),
    "weights": ("wacc", "paper.sources.0.weight_share.value", 0.5, "paper.sources", "0.9", "add up to 1"),
    "premium twice": ("build_up", "paper.premia.1.name", "政策风险", "paper.premia", "twice", "once"),
    "source not listed": ("build_up", "sources", {}, "paper.riskless_rate_share.source", "exam", "listed"),
    "fewer rates": ("zero_rates", "paper.rates_share.values", [0.02], "paper.rates_share.values", "1 rates", "2"),
    "tenors that fall": ("par_yields", "paper.tenors_months", [24, 12], "paper.tenors_months", "24", "rising"),
    "after the curve": ("par_yields", "paper.maturity_years.value", 3.0, "paper.maturity_years", "3", "from 0 to 2"),
    "too many quotes for a fit": (
        "nelson_siegel",
        "paper.tenors_months",
        list(range(1, 32)),
        "paper.tenors_months",
        "[1, 2",
        "at most 30",
    ),
    "coupons": ("par_yields", "paper.coupons_per_year", 3, "paper.coupons_per_year", "3", "1, 2, 4 or 12"),
    "money as a number": (
        "return_decomposition",
        "paper.firm_value.value",
        1000.0,
        "paper.firm_value.value",
        "1000",
        "decimal written as text",
    ),
    "a distribution nobody draws": (
        "capm",
        "paper.beta.beta.distribution",
        {"kind": "uniform", "low": 1.0, "high": 1.4},
        "paper.beta.beta.distribution",
        "a distribution",
        "not drawn",
    ),
    "an age before the beginning": ("remaining_life", "paper.age_years.value", -1, "paper.age_years", "-1", "≥ 0"),
    "an age when nothing is left": (
        "remaining_life",
        "paper.age_years.value",
        500,
        "paper.age_years",
        "500",
        "something is left",
    ),
    "a shape of no world": (
        "remaining_life",
        "paper.survivors.shape.value",
        0.001,
        "paper.survivors.shape",
        "0.001",
        "between 0.1 and 100",
    ),
    "no scale": ("remaining_life", "paper.survivors.scale_years.value", 0, "paper.survivors.scale_years", "0", "> 0"),
    "an unknown curve": (
        "remaining_life",
        "paper.survivors",
        {"kind": "gompertz"},
        "paper.survivors.kind",
        "gompertz",
        "'weibull'",
    ),
    "an age after the table": (
        "remaining_life",
        "paper",
        table_paper(age_years=figure(7.0)),
        "paper.age_years",
        "7",
        "from 0 to 6",
    ),
    "a table that does not end": (
        "remaining_life",
        "paper",
        table_paper(shares=[1.0, 0.8, 0.2]),
        "paper.shares",
        "0.2 at the last age",
        "cut_off",
    ),
    "a share above one": (
        "remaining_life",
        "paper",
        table_paper(shares=[1.2, 0.8, 0.0]),
        "paper.survivors.shares",
        "1.2",
        "between 0 and 1",
    ),
    "inflation nobody asked for": (
        "rate_conversion",
        "paper.other_inflation_share",
        figure(0.03),
        "paper.other_inflation_share",
        "0.03",
        "nothing",
    ),
    "no inflation of the other currency": (
        "rate_conversion",
        "paper.conversion",
        "to_other_currency",
        "paper.other_inflation_share",
        "nothing",
        "the inflation",
    ),
    "inflation in per cent": (
        "rate_conversion",
        "paper.inflation_share.value",
        2.5,
        "paper.inflation_share",
        "2.5",
        "between -0.5 and 2",
    ),
    "a flow on the valuation date": (
        "pre_tax_rate",
        "paper.flow_dates",
        ["2020-12-31"],
        "paper.flow_dates",
        "2020-12-31",
        "after the valuation date",
    ),
    "fewer flows than dates": (
        "pre_tax_rate",
        "paper.flow_dates",
        ["2021-12-31", "2022-12-31"],
        "paper.flows_before_tax",
        "1 flows",
        "2, one a date",
    ),
    "a rate before tax in per cent": (
        "after_tax_rate",
        "paper.pre_tax_rate_share.value",
        25,
        "paper.pre_tax_rate_share",
        "25",
        "between -0.5 and 2",
    ),
    "a tax of everything": ("pre_tax_rate", "paper.tax_rate_share.value", 1, "paper.tax_rate_share", "1", "below 1"),
    "no date": ("capm", "dates.policy_date", "soon", "dates.policy_date", "soon", "a date"),
}


@pytest.fixture
def empty_client(shared_client: Client) -> Iterator[Client]:
    yield shared_client
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_input_names_the_field_and_nothing_is_stored(empty_client: Client, case: tuple[Any, ...]) -> None:
    kind, path, value, field, found, expected = case
    response = empty_client.ask(PATH, changed(request(PAPERS[kind][0]), path, value))
    assert response.status_code == 422, response.text
    named = [each for each in response.json()["problems"] if each["field"] == field]
    assert named, response.json()["problems"]
    assert found in named[0]["found"]
    assert expected in named[0]["expected"]


def test_a_refusal_is_a_problem_and_nothing_is_stored(empty_client: Client) -> None:
    paper = changed(PAPERS["return_decomposition"][0], "assets.0.value.value", "1000.00")
    response = empty_client.ask(PATH, request(paper))
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:refused")


def test_a_curve_that_does_not_fit_is_refused(empty_client: Client) -> None:
    paper = quoted("nelson_siegel", MONTHS, [0.01, 0.09, 0.01, 0.09, 0.01, 0.09], 5.0)
    paper |= {"quoted": "zero_annual", "acceptable_bp": 5, "outlier_bp": 50}
    response = empty_client.ask(PATH, request(paper))
    assert response.json()["type"] == "urn:ipfin:problem:refused"
    assert "within 5 bp" in response.json()["problems"][0]["expected"]


def test_the_digest_knows_every_input(client: Client) -> None:
    one = client.ask(PATH, request(PAPERS["wacc"][0])).json()
    other = changed(request(PAPERS["wacc"][0]), "paper.tax_rate_share.value", 0.15)
    assert client.ask(PATH, other, key="k-2").json()["digest"] != one["digest"]
    assert client.ask(PATH, request(PAPERS["wacc"][0]), key="k-3").json()["digest"] == one["digest"]


@pytest.mark.parametrize("suffix", ["", "/worksheet.xlsx"])
@pytest.mark.parametrize("identifier", ["rat_000000000000000000000000", "val_000000000000000000000000", "x"])
def test_an_unknown_id_is_not_found(shared_client: Client, identifier: str, suffix: str) -> None:
    assert shared_client.get(f"{PATH}/{identifier}{suffix}").status_code == 404
