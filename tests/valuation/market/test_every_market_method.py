"""What holds for every market method, whatever it values.

Checked by: identities. A value scales with the currency and a rate does not; the same request gives the same digest;
labels are in both languages; a wrong leaf is refused by name; LibreOffice recalculates the workbook to the engine's
numbers.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.valuation.kernel.test_workbook import PROFILE, disagreements
from tests.valuation.market.samples import SAMPLES, appraised, sample, valued
from tests.valuation.method_samples import scaled
from tests.valuation.test_every_method import replaced, walked
from valuation.catalogue import methods
from valuation.errors import InputError, IpfinError
from valuation.kernel.entries import Input
from valuation.kernel.fields import parse

METHODS = sorted(SAMPLES)
#: Leaves in which any text may stand.
FREE_TEXT = ("reason", "name", "weight_reason")


def test_every_method_of_the_market_approach_is_tried_here_or_next_door() -> None:
    found = {name for name, each in methods().items() if each.approach == "market"}
    assert found == {*METHODS, "comparable_transactions"}


@pytest.mark.parametrize("method", METHODS)
def test_the_value_scales_with_the_currency(method: str) -> None:
    once, tenfold = (valued(method, scaled(sample(method), factor)) for factor in (1, 10))
    factor = 1 if once.unit == "share" else 10
    assert tenfold.value == pytest.approx(factor * once.value, rel=1e-9)
    if once.interval is not None:
        assert tenfold.interval is not None
        assert tenfold.interval.low == pytest.approx(factor * once.interval.low, rel=1e-9)
        assert tenfold.interval.high == pytest.approx(factor * once.interval.high, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_request_gives_the_same_answer(method: str) -> None:
    first, second = (valued(method, sample(method)) for _ in range(2))
    assert first.as_document() == second.as_document()
    assert first.worksheet.value(first.answer) == first.value


@pytest.mark.parametrize("method", METHODS)
def test_every_entry_is_named_in_both_languages_and_has_a_basis(method: str) -> None:
    for entry in valued(method, sample(method)).worksheet.entries:
        assert any("一" <= letter <= "鿿" for letter in entry.label.zh), entry.name
        assert any(letter.isascii() and letter.isalpha() for letter in entry.label.en), entry.name
        assert entry.unit, entry.name
        if isinstance(entry, Input):
            assert entry.basis, entry.name


@pytest.mark.parametrize("method", METHODS)
def test_a_leaf_that_is_no_value_is_refused_by_name(method: str) -> None:
    data = sample(method)
    if "rows" in data:
        data["rows"] = data["rows"][:1]
    model = methods()[method].inputs_model
    for path, found in walked(data):
        if path[-1] in FREE_TEXT:
            continue
        wrong = float("nan") if isinstance(found, float) else "not a value"
        with pytest.raises(InputError) as raised:
            parse(model, replaced(data, path, wrong))
        assert str(path[0]) in str(raised.value), path


@pytest.mark.parametrize("method", METHODS)
def test_a_field_left_out_is_named(method: str) -> None:
    for name, field in methods()[method].inputs_model.model_fields.items():
        if field.is_required():
            data = {key: item for key, item in sample(method).items() if key != name}
            with pytest.raises(IpfinError, match=name):
                valued(method, data)


def test_libreoffice_recalculates_every_paper(soffice: str, tmp_path: Path) -> None:
    """Authority: another program computes the formulas from the inputs and gets the engine's numbers."""
    profile = tmp_path / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    made = {method: appraised(method, sample(method)) for method in METHODS}
    for method, appraisal in made.items():
        (tmp_path / f"{method}.xlsx").write_bytes(appraisal.workbook())
    command = [soffice, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--convert-to"]
    command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out")]
    command += [str(tmp_path / f"{method}.xlsx") for method in METHODS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    for method, appraisal in made.items():
        path = tmp_path / "out" / f"{method}.xlsx"
        assert path.exists(), done.stdout + done.stderr
        assert disagreements(path.read_bytes(), appraisal.papers()) == []
