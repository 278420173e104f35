"""Settings come from the environment, are checked at once, and no secret is repeated."""

import os
from pathlib import Path

import pytest

from api.settings import read_settings
from valuation.errors import InputError


def test_the_defaults() -> None:
    settings = read_settings()
    assert settings.database_url.get_secret_value() == "sqlite:///./ipfin.db"
    assert (settings.host, settings.port, settings.max_body_bytes) == ("127.0.0.1", 8000, 2**20)
    assert settings.is_open


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPFIN_POLICY_DIRS", os.pathsep.join(["a", "b"]))
    monkeypatch.setenv("IPFIN_API_KEYS", '{"bank": "' + "0" * 64 + '"}')
    monkeypatch.setenv("IPFIN_MAX_BODY_BYTES", "2048")
    monkeypatch.setenv("IPFIN_CALLER_ROLES", '{"bank": ["loan_officer", "approver"]}')
    settings = read_settings()
    assert settings.caller_roles == {"bank": ("loan_officer", "approver")}
    assert settings.policy_dirs == (Path("a"), Path("b"))
    assert (settings.api_keys, settings.max_body_bytes, settings.is_open) == ({"bank": "0" * 64}, 2048, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IPFIN_PORT", "70000"),
        ("IPFIN_PORT", "x"),
        ("IPFIN_MAX_BODY_BYTES", "1"),
        ("IPFIN_API_KEYS", "no json"),
        ("IPFIN_API_KEYS", '{"bank": "secret-key"}'),
        ("IPFIN_API_KEYS", '{"Not A Name": "' + "0" * 64 + '"}'),
        ("IPFIN_COMPUTE_THREADS", "0"),
        ("IPFIN_CALLER_ROLES", "no json"),
        ("IPFIN_CALLER_ROLES", '{"bank": ["king"]}'),
        ("IPFIN_CALLER_ROLES", '{"Not A Name": ["approver"]}'),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        read_settings()
    assert caught.value.problems[0].field.startswith(name)
    assert "secret-key" not in str(caught.value)


def test_the_address_of_the_database_is_not_shown() -> None:
    settings = read_settings(database_url="postgresql://user:password@host/name")
    assert "password" not in repr(settings)
