"""One server for all tests of this folder that change no setting: each opens a loan of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import read_settings
from tests.api.conftest import Client
from tests.api.pledge_loans.desk import NOW, Desk, office_settings


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Client]:
    """A server that knows everybody around a loan."""
    database = tmp_path_factory.mktemp("office") / "office.db"
    shutil.copy(migrated_database, database)
    with Client(read_settings(database_url=f"sqlite:///{database}", **office_settings()), clock=lambda: NOW) as client:
        yield client


@pytest.fixture
def desk(office: Client) -> Desk:
    """Somebody at that server who has not opened a loan yet."""
    return Desk(office)
