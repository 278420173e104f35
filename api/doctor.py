"""Is this installation sound? One row a check, each with what to do when it fails."""

from __future__ import annotations

import datetime
import importlib.metadata
import importlib.util
import os
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from api.catalogues import load_catalogues
from api.settings import Settings
from api.store.database import open_database
from api.store.migrate import current_revision, head_revision
from valuation.errors import IpfinError
from valuation.kernel.calendar import load_china_calendar

__all__ = ["Finding", "check_installation", "check_names", "required_distributions"]

DISTRIBUTION = "ipfin"
NAMES = ("valuation", "pledge", "leverage", "api")
_OLDEST_PYTHON = (3, 11)
#: The notice for the next year appears in November; with less time left than this it should be looked for.
_CALENDAR_NOTICE = datetime.timedelta(days=60)

Outcome = Literal["ok", "note", "failed"]


@dataclass(frozen=True)
class Finding:
    """What one check found: ``note`` is worth knowing, ``failed`` must be put right."""

    check: str
    outcome: Outcome
    detail: str


def check_installation(settings: Settings, *, today: datetime.date) -> list[Finding]:
    """Run every check; one that breaks counts as failed and lets the others run."""
    checks: Mapping[str, Callable[[], Finding]] = {
        "Python": _check_python,
        "包名 package names": check_names,
        "依赖 dependencies": _check_dependencies,
        "政策文件 policies": lambda: _check_catalogues(settings),
        "数据库 database": lambda: _check_database(settings),
        "节假日历 calendar": lambda: _check_calendar(today),
        "密钥 keys": lambda: _check_keys(settings),
    }
    return [_run(name, check) for name, check in checks.items()]


def _run(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except IpfinError as error:
        return Finding(name, "failed", error.message)


def _check_python() -> Finding:
    found = sys.version.split()[0]
    is_new_enough = sys.version_info[:2] >= _OLDEST_PYTHON
    expected = "" if is_new_enough else f", expected {'.'.join(map(str, _OLDEST_PYTHON))} or newer"
    return Finding("Python", "ok" if is_new_enough else "failed", f"{found}{expected} ({sys.executable})")


def check_names(owners: Mapping[str, list[str]] | None = None) -> Finding:
    """Does each top-level package belong to this product alone?

    The names are common words: another distribution that brings a package ``api`` would shadow ours, or half of it.
    """
    owners = importlib.metadata.packages_distributions() if owners is None else owners
    home = Path(__file__).resolve().parents[1]
    wrong = []
    for name in NAMES:
        others = sorted(set(owners.get(name, [])) - {DISTRIBUTION})
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        if others:
            wrong.append(f"{name} also belongs to {', '.join(others)}")
        elif origin is None or origin.parents[1] != home:
            wrong.append(f"{name} is imported from {origin}, expected {home / name}")
    if wrong:
        advice = "install ipfin in an environment of its own"
        return Finding("包名 package names", "failed", f"{'; '.join(wrong)}; {advice}")
    return Finding("包名 package names", "ok", f"{', '.join(NAMES)} ← {home}")


def _check_dependencies() -> Finding:
    found, missing = [], []
    for name in required_distributions():
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("依赖 dependencies", "failed", f"not installed: {', '.join(missing)}")
    return Finding("依赖 dependencies", "ok", ", ".join(found))


def required_distributions() -> list[str]:
    """What does the product need? As its own metadata says, or the project file of a checkout never installed."""
    project = Path(__file__).resolve().parents[1] / "pyproject.toml"
    if project.is_file():
        stated = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        stated = importlib.metadata.requires(DISTRIBUTION) or []
    return [re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0] for each in stated if "extra ==" not in each]


def _check_catalogues(settings: Settings) -> Finding:
    catalogues = load_catalogues(settings.policy_dirs)
    counts = (
        f"{len(catalogues.pledge_policies)} pledge",
        f"{len(catalogues.leverage_policies)} leverage",
        f"{len(catalogues.programmes)} programmes",
    )
    return Finding("政策文件 policies", "ok", ", ".join(counts))


def _check_database(settings: Settings) -> Finding:
    name = "数据库 database"
    address = settings.database_url.get_secret_value()
    engine = open_database(address)
    url = make_url(address)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        folder = Path(url.database).resolve().parent
        if not os.access(folder, os.W_OK):
            return Finding(name, "failed", f"{shown}: the folder {folder} cannot be written to")
        return Finding(name, "note", f"{shown}: no file yet; ipfin serve or ipfin migrate makes it")
    try:
        found, needed = current_revision(engine), head_revision()
    except SQLAlchemyError as error:
        return Finding(name, "failed", f"{shown}: not reachable ({type(error).__name__})")
    finally:
        engine.dispose()
    if found != needed:
        return Finding(name, "note", f"{shown}: revision {found}, this version needs {needed}; run ipfin migrate")
    return Finding(name, "ok", f"{shown}: revision {found}")


def _check_calendar(today: datetime.date) -> Finding:
    horizon = load_china_calendar().horizon
    detail = f"known until {horizon}; later dates carry a warning"
    return Finding("节假日历 calendar", "note" if today + _CALENDAR_NOTICE > horizon else "ok", detail)


def _check_keys(settings: Settings) -> Finding:
    if settings.is_open:
        return Finding("密钥 keys", "note", "no keys: the server answers this machine alone")
    return Finding("密钥 keys", "ok", f"{len(settings.api_keys)} callers")
