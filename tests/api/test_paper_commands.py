"""The commands report, analyse, rate and score: the same answers as over HTTP, for a person and for a program.

Checked against: the answer of the API to the same request (second way), the packaged examples (identity), exit codes.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from api.cli import main
from api.files import request_json
from api.openapi import packaged_example
from tests.api.analyses.test_analyses import BREAK_EVEN, ONE_AT_A_TIME, PERCENTILES, SCENARIOS
from tests.api.conftest import Client
from tests.api.rates.test_rate_papers import PAPERS, request, smooth
from tests.api.requests import EXAMPLES, example, valuation_request
from tests.api.scores.test_scores import LADDER, QUALITY

COMMANDS = {
    "leverage_waterfall": "waterfall",
    "leverage_performance": "performance",
    "leverage_work_evaluation": "performance",
    "report_drug_patent": "report",
    "analysis_drug_patent": "analyse",
    "analysis_break_even": "analyse",
    "analysis_volatility": "analyse",
    "analysis_one_at_a_time": "analyse",
    "rate_build_up": "rate",
    "rate_remaining_life": "rate",
    "score_patent": "score",
    "score_pairwise_weights": "score",
    "score_peer_group": "score",
}
PACKAGED = {"analysis_drug_patent": "analyses", "rate_build_up": "rates", "score_patent": "scores"}
ADDRESSES = {"analyse": "/v1/analyses", "rate": "/v1/rate-papers", "score": "/v1/scores"}


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def file_of(name: str) -> Path:
    return EXAMPLES / f"{name}.toml"


def toml_text(document: dict[str, Any]) -> str:
    """Plain data as TOML: inline tables, which JSON is close to."""
    return "\n".join(f"{name} = {_inline(item)}" for name, item in document.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {_inline(item)}' for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_example_is_printed_within_a_screen(name: str, language: str) -> None:
    found = run(COMMANDS[name], file_of(name), "--lang", language)
    assert found.exit_code == 0, found.output
    assert max(cell_len(line.rstrip()) for line in found.stdout.splitlines()) <= 120
    assert re.search(r"摘要 digest [0-9a-f]{64}", found.stdout)


@pytest.mark.parametrize("name", PACKAGED)
def test_a_command_answers_as_the_api_does(client: Client, name: str) -> None:
    command = COMMANDS[name]
    printed = json.loads(run(command, file_of(name), "--json").stdout)
    assert printed == client.ask(ADDRESSES[command], json.loads(request_json(file_of(name)))).json()["answer"]


@pytest.mark.parametrize("name", [name for name in COMMANDS if COMMANDS[name] in ("rate", "score")])
def test_every_paper_of_the_examples_is_answered_alike(client: Client, name: str) -> None:
    command = COMMANDS[name]
    printed = json.loads(run(command, file_of(name), "--json").stdout)
    assert printed == client.ask(ADDRESSES[command], json.loads(request_json(file_of(name)))).json()["answer"]


def test_a_report_answers_as_the_api_does(client: Client) -> None:
    valuation = client.ask("/v1/valuations", example("drug_patent"), key="v-1").json()
    particulars = example("report_drug_patent")
    del particulars["valuation_file"]
    asked = client.ask("/v1/reports", {"valuation_id": valuation["id"], **particulars}).json()["answer"]
    assert json.loads(run("report", file_of("report_drug_patent"), "--json").stdout) == asked


@pytest.mark.parametrize("name", PACKAGED)
def test_the_example_of_the_description_is_the_one_of_the_checkout(name: str) -> None:
    """The valuation inside may be an older one; that it is still answered is tested with the description."""
    packaged, written = packaged_example(PACKAGED[name]), json.loads(request_json(file_of(name)))
    assert packaged.keys() == written.keys()
    assert [each for each in packaged if each != "valuation" and packaged[each] != written[each]] == []


def test_a_report_has_fourteen_numbered_sections() -> None:
    said = run("report", file_of("report_drug_patent")).stdout
    heads = re.findall(r"(?m)^(\S+)、\S+ .+─", said)
    assert heads == ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四"]
    assert "人民币" in said
    assert "万元" in said
    assert "未提供" in said


@pytest.mark.parametrize("kind", PAPERS)
def test_every_rate_paper_is_printed_and_written(tmp_path: Path, kind: str) -> None:
    path, out = tmp_path / "paper.toml", tmp_path / "out.xlsx"
    path.write_text(toml_text(request(PAPERS[kind][0])), encoding="utf-8")
    found = run("rate", path, "--xlsx", out)
    assert found.exit_code == 0, found.output
    assert "工作底稿 Working paper" in found.stdout
    assert len(openpyxl.load_workbook(out).sheetnames) == 2
    if kind == "useful_life":
        assert "economic" in found.stdout
    if kind == "nelson_siegel":
        assert "median_absolute_bp" in found.stdout


def test_an_evaluation_is_written_as_its_form(tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    found = run("performance", file_of("leverage_work_evaluation"), "--xlsx", out)
    assert found.exit_code == 0, found.output
    (sheet,) = openpyxl.load_workbook(out).worksheets
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type != "f"}
    assert "台账 ledger" in texts
    assert sum("hypothesis_value" in text for text in texts) == 7


def test_the_doubts_about_a_fit_are_printed(tmp_path: Path) -> None:
    paper = smooth()
    paper["rates_share"]["values"][3] += 0.02
    path = tmp_path / "paper.toml"
    path.write_text(toml_text(request(paper)), encoding="utf-8")
    assert "curve_quote_outlying" in run("rate", path).stdout


@pytest.mark.parametrize(("document", "said"), [(QUALITY, "综合"), (LADDER, "35 %")], ids=["quality", "ladder"])
def test_every_score_is_printed(tmp_path: Path, document: dict[str, Any], said: str) -> None:
    path = tmp_path / "score.toml"
    path.write_text(toml_text(document), encoding="utf-8")
    found = run("score", path)
    assert found.exit_code == 0, found.output
    assert said in found.stdout


PLAN = {"seed": 7, "scrambles": 4, "points_per_scramble": 64}


@pytest.mark.parametrize(
    ("analysis", "said"),
    [
        (PERCENTILES, "分位数"),
        (SCENARIOS, "the market is lost"),
        (
            {
                "kind": "break_even",
                "input_name": "revenue",
                "target": "100000.00",
                "bracket": [0.0, 2.0],
            },
            "common multiplier",
        ),
        (ONE_AT_A_TIME, "× 0.9"),
    ],
    ids=["percentiles", "scenarios", "break-even", "one at a time"],
)
def test_every_analysis_is_printed(tmp_path: Path, analysis: dict[str, Any], said: str) -> None:
    path = tmp_path / "analysis.toml"
    valuation = valuation_request() | {"uncertainty": PLAN}
    document = {"valuation": valuation, "method": "relief_from_royalty", "analysis": analysis}
    path.write_text(toml_text(document), encoding="utf-8")
    found = run("analyse", path)
    assert found.exit_code == 0, found.output
    assert said in found.stdout


def test_a_break_even_is_told_in_per_cent_and_in_ten_thousands(tmp_path: Path) -> None:
    """A share of one is no unit for a screen: the rate and its bracket are read as per cent, yuan also as 万元."""
    path = tmp_path / "analysis.toml"
    document = {"valuation": valuation_request(), "method": "relief_from_royalty", "analysis": BREAK_EVEN}
    path.write_text(toml_text(document), encoding="utf-8")
    said = run("analyse", path).stdout
    root = json.loads(run("analyse", path, "--json").stdout)["result"]["roots"][0]["value"]
    assert f"{100 * root:.8f}".rstrip("0") + " %" in said
    assert "在 5 % 至 50 % 之间有一个" in said
    assert "150,000.00 CNY（15.00 万元）" in said
    assert "（share）" not in said


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("report_drug_patent", '"drug_patent.toml"', '"nowhere.toml"', "nowhere.toml"),
        ("report_drug_patent", 'client = "', 'colour = "', "colour"),
        ("analysis_drug_patent", '"drug_patent.toml"', "3", "valuation_file"),
        ("analysis_drug_patent", '"drug_patent.toml"', '"nowhere.toml"', "nowhere.toml"),
        ("analysis_break_even", '"2000000.00"', '"much"', "analysis.target"),
        ("rate_build_up", "value = 0.035", "value = 3.5", "between -0.5 and 2"),
        ("score_patent", "value = 70", "value = 170", "scoring.marks.stability"),
    ],
)
def test_bad_input_ends_with_two_and_prints_no_answer(
    tmp_path: Path, name: str, old: str, new: str, expected: str
) -> None:
    text = file_of(name).read_text("utf-8")
    assert old in text
    shutil.copy(file_of("drug_patent"), tmp_path)
    path = tmp_path / "bad.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = run(COMMANDS[name], path)
    assert (found.exit_code, found.stdout) == (2, "")
    assert expected.split()[0] in found.stderr


def test_two_valuations_in_one_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(f'valuation_file = "x.toml"\n{toml_text({"valuation": valuation_request()})}', encoding="utf-8")
    found = run("analyse", path)
    assert found.exit_code == 2
    assert "another valuation beside it" in found.stderr
