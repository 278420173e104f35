"""What the server writes about itself: one JSON object a line, never a body, a key or a password."""

from __future__ import annotations

import datetime
import json
import logging
import logging.config
from contextvars import ContextVar
from typing import Any

__all__ = ["LOGGER", "REQUEST_ID", "JsonLines", "log_to_stderr"]

LOGGER = logging.getLogger("ipfin")
#: The request being answered; also seen by the thread that computes the answer.
REQUEST_ID: ContextVar[str | None] = ContextVar("ipfin_request_id", default=None)


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON; Chinese stays readable.

    What a caller of the logger puts under ``extra={"fields": {...}}`` stands beside time, level and event.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        moment = datetime.datetime.fromtimestamp(record.created, tz=datetime.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if (request_id := REQUEST_ID.get()) is not None:
            line["request_id"] = request_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to_stderr(level: str = "INFO") -> None:
    """Send the logs of this process, the web server's included, to standard error as JSON lines."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonLines}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"level": "WARNING", "handlers": ["stderr"]},
            "loggers": {"ipfin": {"level": level}, "uvicorn": {"level": level}},
        }
    )
