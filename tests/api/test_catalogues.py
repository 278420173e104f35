"""A file that is added appears in catalogue, description of the API and command line, with no other edit.

A method module and an instrument module are dropped into folders that the packages also look in; a policy and a
programme lie in a folder of the operator's.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import leverage.instruments
import valuation.income
from api.catalogues import load_catalogues, read_policy_texts
from api.cli import main
from tests.api.conftest import MakeClient
from valuation.errors import InputError, ReferenceDataError

METHOD = '''
"""A dummy method."""
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label
from valuation.kernel.method import Method


class DummyInputs(FrozenModel):
    """What the dummy needs."""

    dummy_share: float


METHOD = Method(
    id="dummy_method",
    approach="income",
    label=Label("示例方法", "dummy method"),
    question=Label("示例？", "A dummy?"),
    inputs_model=DummyInputs,
    build=lambda inputs, setting: None,
    references=("nobody",),
    cases=(),
    assumes=Label("无。", "Nothing."),
)
'''

INSTRUMENT = '''
"""A dummy instrument."""
from leverage.instrument import Instrument, Outcome
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label


class DummyTerms(FrozenModel):
    """Terms of the dummy."""

    dummy_multiple: int


INSTRUMENT = Instrument(
    id="dummy_instrument",
    label=Label("示例工具", "dummy instrument"),
    question=Label("示例？", "A dummy?"),
    terms_model=DummyTerms,
    contributions=lambda terms, placement: Outcome(()),
    principal_loss=Label("无", "none"),
)
'''

PLEDGE_POLICY = """
id = "dummy_bank"
kind = "pledge_rate"
name = { zh = "示例银行", en = "dummy bank" }
facts.jurisdiction = { zh = "示例", en = "dummy" }
sources.notice = { title = "A notice of the dummy bank", status = "hypothesis" }

[parameters.pledge_rate_share.invention_patent]
unit = "share"
label = { zh = "质押率上限", en = "pledge rate cap" }
steps = [{ from = 2020-01-01, value = 0.30, source = "notice" }]
"""

LEVERAGE_POLICY = """
id = "dummy_fund_rule"
kind = "fund_policy"
name = { zh = "示例基金规则", en = "dummy fund rule" }
sources.notice = { title = "A notice of the dummy city", status = "hypothesis" }

[parameters.government_share_max_share]
unit = "share"
label = { zh = "财政出资占比", en = "the budget share" }
steps = [{ from = 2020-01-01, gap = "ask the city", source = "notice" }]
"""

PROGRAMME = """
id = "dummy_city"
name = { zh = "示例市", en = "dummy city" }
sources.notice = { title = "A notice of the dummy city", status = "hypothesis" }
parks.one = { zh = "一园", en = "park one" }

[[lines]]
id = "only"
label = { zh = "一笔", en = "one line" }
park = "one"
source_class = "city"
amount = "1000000.00"
source = "notice"
"""


@pytest.fixture
def dummy_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for package, name, text in (
        (valuation.income, "dummy_method", METHOD),
        (leverage.instruments, "dummy_instrument", INSTRUMENT),
    ):
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    yield
    for name in ("valuation.income.dummy_method", "leverage.instruments.dummy_instrument"):
        sys.modules.pop(name, None)
    for package, name in ((valuation.income, "dummy_method"), (leverage.instruments, "dummy_instrument")):
        if hasattr(package, name):
            delattr(package, name)


@pytest.fixture
def policy_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    for kind, name, text in (
        ("pledge", "dummy_bank", PLEDGE_POLICY),
        ("leverage", "dummy_fund_rule", LEVERAGE_POLICY),
        ("programmes", "dummy_city", PROGRAMME),
    ):
        (folder / kind).mkdir(parents=True)
        (folder / kind / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("dummy_modules")
def test_added_modules_appear_in_the_api(make_client: MakeClient) -> None:
    client = make_client()
    methods = {item["id"]: item for item in client.get("/v1/methods").json()["items"]}
    assert "dummy_share" in methods["dummy_method"]["inputs_schema"]["properties"]
    instruments = {item["id"]: item for item in client.get("/v1/instruments").json()["items"]}
    assert "dummy_multiple" in instruments["dummy_instrument"]["terms_schema"]["properties"]
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert "dummy_method" in schemas["Methods"]["properties"]
    assert "DummyInputs" in schemas
    assert "DummyInstrumentAllocation" in schemas
    assert "DummyTerms" in schemas


@pytest.mark.usefixtures("dummy_modules")
def test_added_modules_appear_on_the_command_line() -> None:
    shown = CliRunner().invoke(main, ["methods"])
    assert shown.exit_code == 0
    assert "dummy_method" in shown.stdout
    assert "dummy_instrument" in shown.stdout
    as_json = json.loads(CliRunner().invoke(main, ["methods", "--json"]).stdout)
    assert "dummy_method" in {item["id"] for item in as_json["methods"]}


def test_nothing_of_the_dummies_is_left() -> None:
    assert "dummy_method" not in CliRunner().invoke(main, ["methods"]).stdout


def test_own_policies_appear_in_the_api(make_client: MakeClient, policy_dir: Path) -> None:
    client = make_client(policy_dirs=[policy_dir])
    items = {item["id"]: item for item in client.get("/v1/policies").json()["items"]}
    assert items["dummy_bank"]["area"] == "pledge"
    assert items["dummy_fund_rule"]["gaps"] == ["government_share_max_share"]
    policy = client.get("/v1/policies/dummy_bank").json()
    assert policy["parameters"][0]["steps"] == [
        {"from": "2020-01-01", "status": "hypothesis", "source": "notice", "value": "0.30"}
    ]
    assert "dummy_city" in {item["id"] for item in client.get("/v1/programmes").json()["items"]}
    assert "dummy_bank" in client.get("/openapi.json").text


def test_own_policies_appear_on_the_command_line(policy_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPFIN_POLICY_DIRS", str(policy_dir))
    shown = CliRunner().invoke(main, ["policies"])
    assert shown.exit_code == 0
    assert "dummy_bank" in shown.stdout
    assert "dummy_fund_rule" in shown.stdout


def test_every_packaged_policy_is_described(make_client: MakeClient) -> None:
    client, catalogues = make_client(), load_catalogues(())
    known = {*catalogues.pledge_policies, *catalogues.leverage_policies}
    assert {item["id"] for item in client.get("/v1/policies").json()["items"]} == known
    for name in known:
        document = client.get(f"/v1/policies/{name}").json()
        listed = {source["id"] for source in document["sources"]}
        steps = [step for parameter in document["parameters"] for step in parameter["steps"]]
        assert steps
        assert {step["source"] for step in steps} <= listed
        assert all(isinstance(step["value"], str | bool | list) for step in steps if "value" in step)


def test_a_file_in_the_wrong_place_stops_the_start(policy_dir: Path) -> None:
    (policy_dir / "stray.toml").write_text(PLEDGE_POLICY, encoding="utf-8")
    with pytest.raises(InputError, match=r"stray\.toml.*pledge, leverage, programmes"):
        load_catalogues([policy_dir])


def test_a_folder_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_catalogues([tmp_path / "nowhere"])


def test_the_same_id_in_two_folders_stops_the_start(policy_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "pledge"
    other.mkdir(parents=True)
    (other / "dummy_bank.toml").write_text(PLEDGE_POLICY, encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="dummy_bank twice"):
        read_policy_texts([policy_dir, tmp_path / "other"])


@pytest.mark.parametrize(
    ("kind", "name"),
    [("pledge", "haikou_risk_pool"), ("leverage", "haikou_guide_fund_2023"), ("programmes", "haikou_2021")],
)
def test_packaged_law_is_never_replaced(tmp_path: Path, kind: str, name: str) -> None:
    (tmp_path / kind).mkdir()
    (tmp_path / kind / f"{name}.toml").write_text(f'id = "{name}"', encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=name):
        load_catalogues([tmp_path])


def test_one_id_in_two_areas_stops_the_start(policy_dir: Path) -> None:
    text = LEVERAGE_POLICY.replace("dummy_fund_rule", "dummy_bank")
    (policy_dir / "leverage" / "dummy_bank.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="share the ids dummy_bank"):
        load_catalogues([policy_dir])


def test_a_file_that_is_not_utf8_stops_the_start(policy_dir: Path) -> None:
    (policy_dir / "pledge" / "latin.toml").write_bytes(b'id = "caf\xe9"')
    with pytest.raises(InputError, match="not UTF-8"):
        load_catalogues([policy_dir])
