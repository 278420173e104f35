"""The checks of an installation, each shown a sound and an unsound one."""

import datetime
import re
import sys
from pathlib import Path

import pytest

import api.doctor as doctor
from api.doctor import NAMES, Finding, check_installation, check_names, required_distributions
from api.settings import read_settings
from api.store.database import open_database
from api.store.migrate import migrate
from valuation.kernel.calendar import load_china_calendar

TODAY = datetime.date(2026, 1, 5)


def finding(check: str, **settings: object) -> Finding:
    (found,) = [each for each in check_installation(read_settings(**settings), today=TODAY) if check in each.check]
    return found


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_dependencies_are_those_of_the_project() -> None:
    assert {"fastapi", "numpy", "pydantic-settings", "sqlalchemy"} <= set(required_distributions())
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in required_distributions())


def test_names_of_our_own_are_sound() -> None:
    assert check_names({name: ["ipfin"] for name in NAMES}).outcome == "ok"
    assert check_names({}).outcome == "ok"  # a checkout that was never installed


def test_a_name_that_another_distribution_brings_is_found() -> None:
    found = check_names({"api": ["ipfin", "some-api-client"]})
    assert found.outcome == "failed"
    assert "api also belongs to some-api-client" in found.detail


def test_a_name_imported_from_elsewhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pledge").mkdir()
    (tmp_path / "pledge" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    loaded = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "pledge"}
    for name in loaded:
        monkeypatch.delitem(sys.modules, name)
    assert "pledge is imported from" in check_names({}).detail


def test_an_old_python_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_OLDEST_PYTHON", (99, 0))
    assert finding("Python").outcome == "failed"


def test_a_missing_dependency_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "required_distributions", lambda: ["numpy", "no-such-distribution"])
    assert finding("dependencies") == Finding("依赖 dependencies", "failed", "not installed: no-such-distribution")


def test_policies_that_do_not_load_are_found(tmp_path: Path) -> None:
    (tmp_path / "pledge").mkdir()
    (tmp_path / "pledge" / "x.toml").write_text("id = 1", encoding="utf-8")
    assert finding("policies", policy_dirs=[tmp_path]).outcome == "failed"
    assert finding("policies").outcome == "ok"


def test_the_database_before_and_after_it_is_made(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/x.db"
    assert finding("database", database_url=address).outcome == "note"
    assert not (tmp_path / "x.db").exists()
    (tmp_path / "x.db").touch()
    assert "run ipfin migrate" in finding("database", database_url=address).detail
    engine = open_database(address)
    migrate(engine)
    engine.dispose()
    assert finding("database", database_url=address).outcome == "ok"


def test_a_database_that_is_none_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database " * 100, encoding="utf-8")
    found = finding("database", database_url=f"sqlite:///{tmp_path}/x.db")
    assert (found.outcome, "not reachable" in found.detail) == ("failed", True)


def test_the_calendar_says_when_its_end_is_near() -> None:
    horizon = load_china_calendar().horizon
    far, near = horizon - datetime.timedelta(days=300), horizon - datetime.timedelta(days=10)
    outcomes = [
        each.outcome
        for today in (far, near)
        for each in check_installation(read_settings(), today=today)
        if "calendar" in each.check
    ]
    assert outcomes == ["ok", "note"]


def test_whether_there_are_keys_is_said() -> None:
    assert finding("keys").outcome == "note"
    assert finding("keys", api_keys={"bank": "0" * 64}).outcome == "ok"
