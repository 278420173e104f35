"""A catalogue tests itself: every method is documented, proved, and joins or leaves by its file alone.

Checked against: the files as they are, and dummy files laid into the folders for the time of one test (in a directory
of the test that is added to the package's path, so that the checkout stays as it is).
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.valuation.asking import asked, figure
from valuation.appraisal import appraise, request_model
from valuation.catalogue import METHOD_FOLDERS, methods, subject_models
from valuation.kernel.fields import parse

ROOT = Path(__file__).resolve().parents[2]

#: How a test without a published case says what its expected numbers are.
PROOFS = ("second way", "second method", "by hand", "hand calculation", "closed form")

METHOD_FILE = '''"""A method for the time of one test."""

from valuation.kernel.expression import Name
from valuation.kernel.figures import Figure
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD"]


class DummyInputs(FrozenModel):
    """One figure."""

    guess: Figure


def _build(inputs, setting):
    sheet = Sheet(title=Label("试法", "Dummy"), axis=Axis(Label("列", "column"), ()))
    guess = sheet.figure("guess", inputs.guess, label=Label("猜测", "guess"), unit=setting.currency)
    sheet.line("value", guess * 2, label=Label("值", "value"), unit=setting.currency, total=True)
    return Paper(worksheet=sheet.finish(), answer="value", conventions={})


METHOD = Method(
    id="@ID@",
    approach="@APPROACH@",
    label=Label("试法", "Dummy"),
    question=Label("值多少？", "What is it worth?"),
    inputs_model=DummyInputs,
    build=_build,
    references=("none",),
    cases=(),
    assumes=Label("无。", "Nothing."),
)
'''

SUBJECT_FILE = '''"""A kind of right for the time of one test."""

from typing import Literal

from valuation.kernel.subject import Subject


class Dream(Subject):
    """A dream."""

    kind: Literal["dream"]


SUBJECT_MODEL = Dream
'''

Drop = Callable[..., None]


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drop]:
    """Lay a file into a package without touching the checkout; it is gone after the test."""
    laid: list[str] = []

    def lay(package: str, name: str, text: str) -> None:
        folder = tmp_path / package
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
        module = importlib.import_module(package)
        if str(folder) not in module.__path__:
            monkeypatch.setattr(module, "__path__", [*module.__path__, str(folder)])
        importlib.invalidate_caches()
        laid.append(f"{package}.{name}")

    yield lay
    for name in laid:
        sys.modules.pop(name, None)
        package, _, attribute = name.rpartition(".")
        module = importlib.import_module(package)
        if hasattr(module, attribute):
            delattr(module, attribute)


def method_file(identifier: str, approach: str) -> str:
    return METHOD_FILE.replace("@ID@", identifier).replace("@APPROACH@", approach)


# --- every method that exists ---------------------------------------------------------------------


@pytest.mark.parametrize("name", methods())
def test_every_method_says_what_it_answers_and_where_it_comes_from(name: str) -> None:
    method = methods()[name]
    assert method.question.zh.endswith("？")
    assert method.question.en.endswith("?")
    assert method.references
    assert all(len(reference) > 10 for reference in method.references)
    module = importlib.import_module(f"valuation.{method.approach}.{name}")
    assert re.search("[\u4e00-\u9fff]", module.__doc__ or ""), "the module says its Chinese name"
    assert method.inputs_model.__doc__


@pytest.mark.parametrize("name", methods())
def test_every_method_is_proved_by_a_published_case_or_by_tests_of_its_own(name: str) -> None:
    method = methods()[name]
    folder = ROOT / "tests" / "valuation" / method.approach
    own = [path for path in folder.glob("test_*.py") if name in path.read_text(encoding="utf-8")]
    assert own, f"no test in {folder.name} names {name}"
    text = " ".join(path.read_text(encoding="utf-8").lower() for path in own)
    assert method.cases or [word for word in PROOFS if word in text], f"{name} has neither case nor {PROOFS}"


@pytest.mark.parametrize("name", methods())
def test_every_input_of_every_method_is_in_the_schema(name: str) -> None:
    schema = request_model().model_json_schema()
    reference = schema["$defs"]["Methods"]["properties"][name]["anyOf"][0]["$ref"].rpartition("/")[2]
    assert set(schema["$defs"][reference]["properties"]) == set(methods()[name].inputs_model.model_fields)


def test_every_folder_of_methods_is_looked_at() -> None:
    folders = {folder.__name__.rpartition(".")[2] for folder in METHOD_FOLDERS}
    assert folders == {"income", "cost", "market", "options"}
    assert {method.approach for method in methods().values()} == folders


# --- a file joins by lying there ------------------------------------------------------------------


@pytest.mark.parametrize("approach", ["income", "cost", "market", "options"])
def test_a_method_joins_catalogue_schema_and_appraisal_by_its_file(drop: Drop, approach: str) -> None:
    drop(f"valuation.{approach}", "dummy", method_file("dummy", approach))
    assert methods()["dummy"].approach == approach
    assert "dummy" in request_model().model_json_schema()["$defs"]["Methods"]["properties"]
    found = appraise(parse(request_model(), asked({"dummy": {"guess": figure(21.0)}})))
    assert found.reconciled.value == 42
    assert found.workbook()


def test_a_method_leaves_with_its_file() -> None:
    assert "dummy" not in methods()
    assert "dummy" not in request_model().model_json_schema()["$defs"]["Methods"]["properties"]


def test_a_kind_of_right_joins_by_its_file(drop: Drop) -> None:
    drop("valuation.assets", "dream", SUBJECT_FILE)
    assert "dream" in subject_models()
    drop("valuation.cost", "dummy", method_file("dummy", "cost"))
    data = asked({"dummy": {"guess": figure(1.0)}}, subject={"kind": "dream", "name": "of flying"})
    assert appraise(parse(request_model(), data)).subject.kind == "dream"


# --- a wrong file stops the start -----------------------------------------------------------------


def test_a_method_under_another_name_than_its_file_stops_the_start(drop: Drop) -> None:
    drop("valuation.income", "dummy", method_file("other", "income"))
    with pytest.raises(AssertionError, match="id is 'other'"):
        methods()


def test_a_method_in_the_folder_of_another_approach_stops_the_start(drop: Drop) -> None:
    drop("valuation.income", "dummy", method_file("dummy", "cost"))
    with pytest.raises(AssertionError, match=r"\['dummy'\] lie in valuation.income but state another approach"):
        methods()


def test_two_methods_of_one_name_stop_the_start(drop: Drop) -> None:
    drop("valuation.income", "dummy", method_file("dummy", "income"))
    drop("valuation.cost", "dummy", method_file("dummy", "cost"))
    with pytest.raises(AssertionError, match="two methods share the id"):
        methods()


def test_a_file_without_a_method_stops_the_start(drop: Drop) -> None:
    drop("valuation.market", "empty", '"""Nothing here."""\n')
    with pytest.raises(AssertionError, match=r"valuation.market.empty must define METHOD"):
        methods()
