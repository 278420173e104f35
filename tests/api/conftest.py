"""An application of its own for each test, on a database that was migrated once."""

import contextlib
import datetime
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings, read_settings
from api.store.database import open_database
from api.store.migrate import migrate
from tests.server_fixture import started_server

__all__ = ["started_server"]

#: The clock of every test.
NOW = datetime.datetime(2021, 1, 8, 9, 30, tzinfo=datetime.UTC)


class Client(TestClient):
    """A caller on this machine, with what tests ask for again and again."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self.settings = settings
        app = create_app(settings, clock=options.pop("clock", lambda: NOW))
        options = {"base_url": "http://localhost", "client": ("127.0.0.1", 50000), **options}
        super().__init__(app, raise_server_exceptions=False, **options)

    def ask(self, path: str, document: Any, *, key: str = "k-1", **headers: str) -> Any:
        """POST a question under an idempotency key."""
        return self.post(path, json=document, headers={"Idempotency-Key": key, **headers})

    def rows(self) -> tuple[int, int]:
        """How many answers and how many keys are stored?"""
        engine = self.app.state.engine  # type: ignore[attr-defined]
        with engine.connect() as connection:
            counts = [
                connection.execute(text(f"select count(*) from {table}")).scalar_one()
                for table in ("answers", "idempotency_keys")
            ]
        return counts[0], counts[1]

    def __enter__(self) -> "Client":
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.app.state.engine.dispose()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the tables of this version; copied, never used itself."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("IPFIN_"):
            monkeypatch.delenv(name)


MakeClient = Callable[..., Client]


@pytest.fixture
def make_client(tmp_path: Path, migrated_database: Path) -> Iterator[MakeClient]:
    """Build clients of one database with settings of the test's own."""
    database = tmp_path / "test.db"
    shutil.copy(migrated_database, database)

    def make(*, clock: Callable[[], datetime.datetime] = lambda: NOW, **settings: Any) -> Client:
        stated = {"database_url": f"sqlite:///{database}", **settings}
        # Entered, so that all requests of a client share one event loop, as they do on a server.
        return stack.enter_context(Client(read_settings(**stated), clock=clock))

    with contextlib.ExitStack() as stack:
        yield make


@pytest.fixture
def client(make_client: MakeClient) -> Client:
    """A caller of a server without keys."""
    return make_client()


@pytest.fixture(scope="module")
def shared_client(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Client]:
    """One application for a module whose tests store nothing."""
    database = tmp_path_factory.mktemp("shared") / "test.db"
    shutil.copy(migrated_database, database)
    with Client(read_settings(database_url=f"sqlite:///{database}")) as made:
        yield made
