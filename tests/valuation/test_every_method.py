"""What holds for every income and cost method, whatever it values.

Checked by: identities. A value scales with the currency; the same request gives the same digest; an interval of
inputs without spread is the value itself; every input may be perturbed; LibreOffice recalculates the workbook to the
engine's numbers; labels are in both languages; every figure is echoed with its evidence.
"""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests.valuation.asking import answered
from tests.valuation.kernel.test_workbook import PROFILE, disagreements
from tests.valuation.method_samples import SAMPLES, conclusion, sample, scaled
from valuation.catalogue import methods
from valuation.errors import IpfinError
from valuation.kernel.entries import Input
from valuation.kernel.money import CURRENCIES

METHODS = sorted(SAMPLES)


def walked(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf of a request and the way to it."""
    if isinstance(data, dict):
        for key, item in data.items():
            yield from walked(item, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from walked(item, (*path, index))
    else:
        yield path, data


def replaced(data: Any, path: tuple[Any, ...], new: Any) -> Any:
    copied = data.copy()
    copied[path[0]] = new if len(path) == 1 else replaced(data[path[0]], path[1:], new)
    return copied


@pytest.mark.parametrize("method", METHODS)
def test_the_value_scales_with_the_currency(method: str) -> None:
    once, tenfold = (conclusion(method, scaled(sample(method), factor)) for factor in (1, 10))
    assert tenfold.unit == once.unit
    factor = 10 if once.unit in CURRENCIES else 1
    assert tenfold.value == pytest.approx(factor * once.value, rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_request_gives_the_same_answer(method: str) -> None:
    first, second = (conclusion(method, sample(method)) for _ in range(2))
    assert (first.digest, first.value) == (second.digest, second.value)
    assert first.approach == methods()[method].approach


@pytest.mark.parametrize("method", METHODS)
def test_an_uncertain_input_without_spread_changes_nothing(method: str) -> None:
    """Identity: the simulation of inputs that do not vary is the value."""
    worksheet = conclusion(method, sample(method)).worksheet
    answer = conclusion(method, sample(method)).answer
    scalars = [e.name for e in worksheet.entries if isinstance(e, Input) and not e.is_row and e.grade != "derived"]
    draws = {name: np.full(64, worksheet.value(name)) for name in scalars}
    simulated = worksheet.simulate(draws, outputs=[answer])[answer]
    assert simulated == pytest.approx(worksheet.value(answer), rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_every_entry_is_named_in_both_languages_and_has_a_unit(method: str) -> None:
    for entry in conclusion(method, sample(method)).worksheet.entries:
        assert any("一" <= letter <= "鿿" for letter in entry.label.zh), entry.name
        assert any(letter.isascii() and letter.isalpha() for letter in entry.label.en), entry.name
        assert entry.unit, entry.name
        if isinstance(entry, Input):
            assert entry.basis, f"{entry.name} says where it comes from"


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_or_impossible_entry_is_refused_by_name(method: str) -> None:
    """Every leaf of the request in turn becomes text that is no number, and must be refused naming its field."""
    data = sample(method)
    for path, found in walked(data):
        if path[-1] in ("reason", "name", "grade"):
            continue
        wrong = float("nan") if isinstance(found, float) else "not a value"
        with pytest.raises(IpfinError) as raised:
            answered({method: replaced(data, path, wrong)})
        assert str(path[0]) in str(raised.value), path


@pytest.mark.parametrize("method", METHODS)
def test_a_field_left_out_is_named(method: str) -> None:
    fields = methods()[method].inputs_model.model_fields
    for name, field in fields.items():
        if field.is_required():
            data = {key: item for key, item in sample(method).items() if key != name}
            with pytest.raises(IpfinError, match=name):
                answered({method: data})


def test_libreoffice_recalculates_every_paper(soffice: str, tmp_path: Path) -> None:
    """Authority: another program computes the formulas from the inputs and gets the engine's numbers."""
    profile = tmp_path / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    made = {method: answered({method: sample(method)}) for method in METHODS}
    for method, appraisal in made.items():
        (tmp_path / f"{method}.xlsx").write_bytes(_without_values(appraisal.workbook()))
    command = [soffice, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--convert-to"]
    command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    command += [str(tmp_path / f"{method}.xlsx") for method in METHODS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    for method, appraisal in made.items():
        path = tmp_path / "out" / f"{method}.xlsx"
        assert path.exists(), done.stdout + done.stderr
        assert disagreements(path.read_bytes(), appraisal.papers()) == []


def _without_values(content: bytes) -> bytes:
    """Saved by openpyxl, a formula loses the number that stood beside it: what comes back was computed."""
    book = openpyxl.load_workbook(BytesIO(content))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("method", METHODS)
def test_the_value_is_a_line_of_its_paper(method: str) -> None:
    found = conclusion(method, sample(method))
    assert math.isfinite(found.value)
    assert found.worksheet.value(found.answer) == found.value
