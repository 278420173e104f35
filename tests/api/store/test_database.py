"""The store opens SQLite and PostgreSQL, migrates once, and its tables are those of the code."""

import importlib.util
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Numeric, create_mock_engine, text

from api.store.database import open_database
from api.store.migrate import current_revision, head_revision, migrate
from api.store.tables import Base
from valuation.errors import InputError


def test_an_empty_database_is_brought_to_this_version(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/x.db")
    assert current_revision(engine) is None
    assert migrate(engine) == (None, head_revision())
    assert migrate(engine) == (head_revision(), head_revision())
    engine.dispose()


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/x.db")
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_folder_with_a_percent_sign(tmp_path: Path) -> None:
    (tmp_path / "50%").mkdir()
    engine = open_database(f"sqlite:///{tmp_path}/50%/x.db")
    migrate(engine)
    engine.dispose()
    assert (tmp_path / "50%" / "x.db").is_file()


def test_sqlite_lets_readers_read_while_one_writes(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/x.db")
    with engine.connect() as connection:
        assert connection.execute(text("pragma journal_mode")).scalar() == "wal"
        assert connection.execute(text("pragma busy_timeout")).scalar() == 10_000
        assert connection.execute(text("pragma foreign_keys")).scalar() == 1
    engine.dispose()


def test_no_column_holds_a_numeric() -> None:
    """SQLite would hand back another number than it was given, without a word."""
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    assert columns
    assert not [column for column in columns if isinstance(column.type, Numeric)]


def test_the_tables_can_be_made_on_postgresql() -> None:
    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql://", lambda sql, *a, **k: statements.append(str(sql.compile(dialect=engine.dialect)))
    )
    Base.metadata.create_all(engine, checkfirst=False)
    assert "BYTEA" in "".join(statements)


@pytest.mark.skipif(importlib.util.find_spec("psycopg") is not None, reason="the driver is installed here")
def test_a_missing_driver_is_named() -> None:
    with pytest.raises(InputError, match=r"psycopg is not installed.*pip install"):
        open_database("postgresql://user:password@host/name")


@pytest.mark.parametrize("address", ["no address", "mysql://host/name", "sqlite+nothing:///x.db", "oracle://x"])
def test_an_address_that_cannot_be_used_is_not_repeated(address: str) -> None:
    with pytest.raises(InputError) as caught:
        open_database(address)
    assert caught.value.problems[0].field == "IPFIN_DATABASE_URL"
