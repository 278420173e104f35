"""Running the server: checks first, then the database, then uvicorn."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import uvicorn

from api.app import create_app
from api.doctor import check_names
from api.logs import LOGGER, log_to_stderr
from api.settings import LOOPBACK_HOSTS, Settings
from api.store.database import open_database
from api.store.migrate import migrate
from valuation.errors import InputError

__all__ = ["serve_api"]

#: Loaded before the first question instead of during it: half a second that nobody waits for.
_WARM = ("scipy.stats", "xlsxwriter")
_KEEP_ALIVE_SECONDS = 30
_SHUTDOWN_SECONDS = 30


def serve_api(settings: Settings, *, announce: Callable[[str], object]) -> None:
    """Serve until told to stop; ``announce`` gets one line with the address when the server listens.

    Raises
    ------
    InputError : an address beyond this machine without keys, or package names that others share.
    """
    if settings.is_open and settings.host not in LOOPBACK_HOSTS:
        raise InputError.of(
            "IPFIN_HOST",
            found=settings.host,
            expected=f"one of {', '.join(LOOPBACK_HOSTS)} while IPFIN_API_KEYS is empty",
        )
    names = check_names()
    if names.outcome == "failed":
        raise InputError.of("installation", found=names.detail, expected="packages of this product alone")
    log_to_stderr()
    engine = open_database(settings.database_url.get_secret_value())
    before, after = migrate(engine)
    engine.dispose()
    LOGGER.info("migrated", extra={"fields": {"before": before, "after": after}})
    app = create_app(settings)
    for name in _WARM:
        importlib.import_module(name)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    listener = config.bind_socket()
    # Listening from here on, so that who reads the announcement can connect; uvicorn accepts when it is up.
    listener.listen(config.backlog)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    announce(f"ipfin: http://{shown}:{port} (docs: /docs)")
    uvicorn.Server(config).run(sockets=[listener])
