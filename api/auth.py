"""Who is asking? The bearer of a key, or, on a server without keys, this machine."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request

from api.errors import NotLoopbackError, UnauthorizedError
from api.settings import LOOPBACK_HOSTS
from pledge.workflow import ROLES

__all__ = ["LOCAL_CALLER", "Callers"]

LOCAL_CALLER = "local"


class Callers:
    """The callers an installation knows, by the digest of their keys."""

    def __init__(self, api_keys: Mapping[str, str], *, roles: Mapping[str, Collection[str]] | None = None) -> None:
        self._digests = dict(api_keys)
        self._roles = {caller: frozenset(stated) for caller, stated in (roles or {}).items()}

    def roles_of(self, caller: str) -> frozenset[str]:
        """In which roles does this caller act on pledge loans?

        On a server without keys there is one caller, who acts in every role.
        """
        everything = frozenset(ROLES) if not self._digests else frozenset()
        return self._roles.get(caller, everything)

    def identify(self, request: Request) -> str:
        """Which caller sent this request? The name is also left on the request, for the log.

        Raises
        ------
        UnauthorizedError : keys are set, and the request carries none of them.
        NotLoopbackError : no keys are set, and the request comes from, or is addressed to, another machine.
        """
        caller = self._bearer(request) if self._digests else _this_machine(request)
        request.state.caller = caller
        return caller

    def _bearer(self, request: Request) -> str:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise UnauthorizedError.of("header Authorization", found="no key", expected="Bearer <key>")
        digest = hashlib.sha256(key.strip().encode()).hexdigest()
        # Every digest is compared, each in constant time, so that the time taken says nothing about the keys.
        matching = [name for name, known in self._digests.items() if hmac.compare_digest(known, digest)]
        if not matching:
            raise UnauthorizedError.of("header Authorization", found="an unknown key", expected="a key of a caller")
        return matching[0]


def _this_machine(request: Request) -> str:
    """An open server answers this machine alone.

    The name it is addressed by counts as well: else a page in a browser here could reach it under a name of its
    own that resolves to this machine.
    """
    try:
        addressed = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        addressed = None
    sender = request.client.host if request.client else None
    for field, found in (("client address", sender), ("header Host", addressed)):
        if found not in LOOPBACK_HOSTS:
            raise NotLoopbackError.of(field, found=repr(found), expected=f"one of {', '.join(LOOPBACK_HOSTS)}")
    return LOCAL_CALLER
