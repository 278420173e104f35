"""How the store is reached: an SQLite file, or PostgreSQL by its address."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from valuation.errors import InputError

__all__ = ["Sessions", "open_database"]

Sessions = sessionmaker[Session]

_VARIABLE = "IPFIN_DATABASE_URL"
_EXPECTED = "an address such as sqlite:///./ipfin.db or postgresql://user@host/name"
#: Another writer may hold an SQLite file for a moment; after so long something is wrong.
_BUSY_MILLISECONDS = 10_000


def open_database(address: str) -> Engine:
    """Which engine serves this address? No connection is made yet.

    Raises
    ------
    InputError : the address cannot be read, names another kind of database, or PostgreSQL's driver is missing.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise InputError.of(_VARIABLE, found="an unreadable address", expected=_EXPECTED) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError.of(_VARIABLE, found=url.drivername, expected=_EXPECTED)
    try:
        engine = create_engine(url)
    except NoSuchModuleError:
        raise InputError.of(_VARIABLE, found=url.drivername, expected=_EXPECTED) from None
    except ModuleNotFoundError as error:
        raise InputError.of(
            _VARIABLE,
            found=f"a PostgreSQL address, but the package {error.name} is not installed",
            expected="that its driver is installed beside ipfin: pip install 'psycopg[binary]'",
        ) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    """Readers and one writer at a time, waiting for each other instead of failing."""
    del record
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
