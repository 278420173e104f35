"""Bringing a database to the tables of this version."""

from __future__ import annotations

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

__all__ = ["current_revision", "head_revision", "migrate"]


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Bring the database up to this version; nothing happens when it already is.

    Returns
    -------
    The revision before and after.
    """
    before = current_revision(engine)
    with as_file(files("api.store") / "migrations") as folder, engine.begin() as connection:
        config = _config(str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, head_revision()


def current_revision(engine: Engine) -> str | None:
    """Which revision do the tables of this database have? ``None``: it has none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Which revision does this version of the product need?"""
    with as_file(files("api.store") / "migrations") as folder:
        head = ScriptDirectory.from_config(_config(str(folder))).get_current_head()
    assert head is not None, "there is at least one migration"
    return head


def _config(folder: str) -> Config:
    config = Config()
    # The percent sign is Alembic's own sign for interpolation.
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
