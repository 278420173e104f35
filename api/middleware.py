"""The edge of every request: its id, its longest body, its headers, its log line, and no leaked exception."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLargeError, UnexpectedError
from api.logs import LOGGER, REQUEST_ID
from api.responses import problem_response
from valuation.errors import IpfinError

__all__ = ["Edge"]

#: How much of an overlong body is read only to be thrown away, and for how long.
_THROW_AWAY_BYTES = 32 * 2**20
_THROW_AWAY_SECONDS = 5

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Edge:
    """What happens around every request, once.

    Starlette's own body limit answers in plain text when the length is declared; here the answer to a body that is
    too long is a problem like any other, whether the length is declared or found out while reading.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, longer: Mapping[str, int]) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        #: Addresses that take files have a limit of their own.
        self._longer = longer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other kinds of connection pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = REQUEST_ID.set(_request_id(scope))
        outgoing = _Outgoing(send)
        begun = time.perf_counter()
        try:
            await self._answer(scope, receive, outgoing)
        finally:
            _log_line(scope, outgoing.status, time.perf_counter() - begun)
            REQUEST_ID.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, outgoing: _Outgoing) -> None:
        limited = _Limited(receive, self._longer.get(scope["path"], self._max_body_bytes))
        error: IpfinError
        try:
            await limited.check_declared(Headers(scope=scope))
            await self._app(scope, limited, outgoing)
            return
        except BodyTooLargeError as too_large:
            error = too_large
        except Exception as unexpected:
            error = UnexpectedError("an unexpected exception")
            error.__cause__ = unexpected
        if outgoing.status is not None:
            # The answer has begun; breaking off is the only honest signal left.
            raise error
        await problem_response(HTTPConnection(scope), error)(scope, receive, outgoing)


class _Limited:
    """The incoming body, up to a limit.

    What is beyond the limit is read and thrown away for a while before the answer: a server that closes the
    connection while data is still arriving resets it, and the caller would never see why.
    """

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._length = 0

    async def check_declared(self, headers: Headers) -> None:
        """Refuse a declared length; a caller that waits for leave to send is not given it."""
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared[:20]) > self._limit:
            if headers.get("expect", "").lower() != "100-continue":
                await self._throw_away()
            raise self._too_large(f"{declared[:20]} bytes")

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._length += len(message.get("body", b""))
            if self._length > self._limit:
                found = self._length
                if message.get("more_body", False):
                    await self._throw_away()
                raise self._too_large(f"{found} bytes or more")
        return message

    async def _throw_away(self) -> None:
        with anyio.move_on_after(_THROW_AWAY_SECONDS):
            while self._length < self._limit + _THROW_AWAY_BYTES:
                message = await self._receive()
                self._length += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return

    def _too_large(self, found: str) -> BodyTooLargeError:
        return BodyTooLargeError.of("body", found=found, expected=f"at most {self._limit} bytes")


class _Outgoing:
    """The answer on its way out, with the headers every answer carries."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = REQUEST_ID.get() or "none"
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if self.status == 413:
                headers["Connection"] = "close"  # the rest of the body is not read
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """The caller's id if it is fit to be written to a log, else one of ours."""
    stated = Headers(scope=scope).get("x-request-id", "")
    return stated if _REQUEST_ID.fullmatch(stated) else f"req_{secrets.token_hex(12)}"


def _log_line(scope: Scope, status: int | None, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "caller": scope.get("state", {}).get("caller"),
    }
    LOGGER.info("request", extra={"fields": fields})
