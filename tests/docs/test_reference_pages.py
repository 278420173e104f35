"""Do the reference pages say what the code says?

Checked against: the pages generated anew in memory from the catalogues, models, policies, errors and commands
(second way: that each id of a catalogue, each error and each command stands on its page); the pages on disk must be
those bytes. A page that was changed by hand or left behind is shown to be noticed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from api.cli import main
from api.errors import PROBLEM_TYPES
from docs.fields import UNNAMED, field_rows
from docs.generate import COMMAND, PAGES, ROOT, stale
from docs.generate import main as generate
from docs.pages import index
from leverage.instrument import load_instruments
from leverage.programme import load_programmes
from pledge.disposal_way import disposal_ways
from pledge.instalments import repayment_forms
from valuation.catalogue import methods, subject_models


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_the_one_the_code_gives(name: str) -> None:
    assert not stale(name), f"docs/{name} is not what the code says: run `{COMMAND}` and commit the pages"


def test_no_page_is_left_behind() -> None:
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "reference").glob("*")} == {
        name for name in PAGES if name.startswith("reference/")
    }


def test_a_page_changed_by_hand_or_missing_is_noticed(tmp_path: Path) -> None:
    name = "reference/repayment_forms.md"
    assert stale(name, root=tmp_path)
    (tmp_path / "reference").mkdir()
    (tmp_path / name).write_text(PAGES[name](), encoding="utf-8")
    assert not stale(name, root=tmp_path)
    (tmp_path / name).write_text(PAGES[name]() + "more", encoding="utf-8")
    assert stale(name, root=tmp_path)


def test_generating_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in PAGES} == {
        name: page() for name, page in PAGES.items()
    }


def text(name: str) -> str:
    return (ROOT / "reference" / f"{name}.md").read_text(encoding="utf-8")


def test_everything_that_joins_by_its_file_has_its_place() -> None:
    assert all(f"\n`{name}` · " in text("methods") for name in methods())
    assert all(f"\n## `{name}`\n" in text("subjects") for name in subject_models())
    assert all(f"\n`{name}`\n" in text("instruments") for name in load_instruments())
    assert all(f"\n`{name}`\n" in text("programmes") for name in load_programmes())
    assert all(f"| `{name}` |" in text("repayment_forms") for name in repayment_forms())
    assert all(f"\n`{name}`\n" in text("disposal_ways") for name in disposal_ways())
    assert all(f"| `{kind.code}` |" in text("errors") for kind in PROBLEM_TYPES.values())
    assert all(f"- `{error.__name__}` (`{error.code}`" in text("errors") for error in PROBLEM_TYPES)


def test_every_command_has_its_section() -> None:
    found = set(re.findall(r"^## `ipfin (.*)`$", text("cli"), flags=re.MULTILINE))
    groups = typer.main.get_command(main).commands  # type: ignore[attr-defined]
    expected = {
        " ".join(part for part in (name, below) if part)
        for name, command in groups.items()
        for below in getattr(command, "commands", [""])
    }
    assert found == expected


def test_every_input_of_a_method_is_a_row_of_its_table() -> None:
    for name, method in methods().items():
        section = text("methods").partition(f'<a id="{name}"></a>')[2].partition("<a id=")[0]
        for field in method.inputs_model.model_fields:
            assert re.search(rf"^\| `{field}(\[\]|\.\{{[^`]*)?` \| .+ \| .+ \| .+ \|$", section, re.MULTILINE), (
                name,
                field,
            )


def test_the_limits_of_a_field_are_those_of_its_model() -> None:
    """By hand, from the annotations of relief from royalty and of the drug candidate."""
    rows = {row.path: row for row in field_rows(methods()["drug_rnpv"].inputs_model)}
    assert rows["phases[].success_share"].limits == "0 – 1"
    assert rows["phases[].cost"].limits == "≥ 0"
    assert rows["phases[].duration_years"].limits == "> 0"
    assert rows["discount_rate_share"].limits == "-0.5 – 2"
    assert rows["market_timing"].limits == "`year_end`, `mid_year`"
    assert rows["exclusivity"].limits == "`legal_end`, `until`, `years_from_launch`"
    assert rows["operating_cost_share"].type == "数值 figure 或 or 逐年数值 figures by year"
    assert rows["revenue"].meaning == "sales of each twelve months after approval, if still exclusive."


@pytest.mark.parametrize("name", methods())
def test_what_every_method_takes_for_granted_is_said(name: str) -> None:
    assumed = methods()[name].assumes
    assert assumed.zh.endswith("。")
    assert assumed.en.endswith(".")
    assert assumed.zh in index.page()


@pytest.mark.parametrize("name", ["methods", "subjects", "instruments", "disposal_ways"])
def test_no_field_is_left_unexplained(name: str) -> None:
    assert UNNAMED not in text(name), "say it in the docstring, or in docs/field_names.toml"
