"""What the operator decides: read from the environment, every name beginning with ``IPFIN_``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableSettingError

from pledge.workflow import ROLES
from valuation.errors import FieldProblem, InputError
from valuation.kernel.fields import field_problems

__all__ = ["LOOPBACK_HOSTS", "Settings", "read_settings"]

LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")
_PREFIX = "IPFIN_"


def _split_paths(stated: Any) -> Any:
    """Several folders in one variable are parted as in PATH."""
    return [part for part in stated.split(os.pathsep) if part] if isinstance(stated, str) else stated


CallerName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]


def _known_role(stated: str) -> str:
    if stated not in ROLES:
        raise PydanticCustomError("role", "one of {known}", {"known": ", ".join(sorted(ROLES))})
    return stated


RoleName = Annotated[str, AfterValidator(_known_role)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Settings(BaseSettings):
    """How this installation runs.

    Attributes
    ----------
    database_url : an SQLAlchemy address; an SQLite file by default. It may hold a password, so it is never shown.
    policy_dirs : folders with the operator's own TOML files, in subfolders ``pledge``, ``leverage`` and
        ``programmes``.
    evidence_dir : the folder of transactions that imports take in; made by the first one.
    api_keys : caller → SHA-256 (hex) of the caller's key. Without keys the server answers this machine alone.
    caller_roles : caller → the roles in which it acts on pledge loans, such as ``["loan_officer"]``. On a server
        without keys the caller ``local`` acts in every role, but still cannot approve what it proposed itself.
    max_body_bytes : longest request body.
    max_table_bytes : longest file of transactions, or of loans, in one import.
    max_loan_scenarios : most loans × scenarios of one run of a loan book; a core computes some 3 million a second.
    host, port : where ``ipfin serve`` listens.
    compute_threads : how many questions are computed at a time; the others wait.
    claim_seconds : after so long a request that never ended (its process died) no longer holds its key.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    database_url: SecretStr = SecretStr("sqlite:///./ipfin.db")
    policy_dirs: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split_paths)] = ()
    evidence_dir: Path = Path("ipfin-evidence")
    api_keys: Annotated[dict[CallerName, Sha256], Field(max_length=1000)] = Field(default_factory=dict)
    caller_roles: Annotated[dict[CallerName, tuple[RoleName, ...]], Field(max_length=1000)] = Field(
        default_factory=dict
    )
    max_body_bytes: Annotated[int, Field(ge=1024, le=100 * 2**20)] = 2**20
    max_table_bytes: Annotated[int, Field(ge=1024, le=20 * 2**20)] = 20 * 2**20
    max_loan_scenarios: Annotated[int, Field(ge=10_000, le=10**11)] = 5 * 10**7
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    compute_threads: Annotated[int, Field(ge=1, le=64)] = 4
    claim_seconds: Annotated[int, Field(ge=10, le=86_400)] = 600

    @property
    def is_open(self) -> bool:
        """Is there no key, so that anyone on this machine is the caller ``local``?"""
        return not self.api_keys


def read_settings(**stated: Any) -> Settings:
    """Which settings apply: those stated here, then the environment, then the defaults.

    Raises
    ------
    InputError : naming the variable, what was found and what was expected. Keys and passwords are not repeated.
    """
    try:
        return Settings(**stated)
    except ValidationError as error:
        problems = field_problems(error.errors())
    except UnreadableSettingError as error:
        problems = [_unreadable(error)]
        raise InputError.from_problems(_named_as_variables(problems)) from error
    raise InputError.from_problems(_named_as_variables(problems))


def _unreadable(error: UnreadableSettingError) -> FieldProblem:
    """Two variables hold JSON; the library names the field in its message only."""
    if "caller_roles" in str(error):
        return FieldProblem("caller_roles", "no JSON", 'a JSON object such as {"caller": ["loan_officer"]}')
    return FieldProblem("api_keys", "no JSON", 'a JSON object such as {"caller": "<sha256 of its key>"}')


def _named_as_variables(problems: list[FieldProblem]) -> list[FieldProblem]:
    """The names an operator knows; the value of a key is a secret even when it is wrong."""
    named = []
    for problem in problems:
        name, _, rest = problem.field.partition(".")
        found = "another value" if name in ("api_keys", "database_url") else problem.found
        variable = f"{_PREFIX}{name.upper()}" + (f" ({rest})" if rest else "")
        named.append(FieldProblem(variable, found, problem.expected))
    return named
