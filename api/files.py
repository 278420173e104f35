"""Questions asked by a file: a TOML request in, the domain's answer out; nothing is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from api.bodies import read_model, read_toml
from api.catalogues import Catalogues
from leverage.answer import LeverageAnswer
from leverage.scenario import run_scenario
from pledge.quote import PledgeQuote, quote_pledge
from valuation.appraisal import Appraisal, appraise
from valuation.errors import InputError

__all__ = [
    "leverage_file",
    "quote_file",
    "read_file",
    "read_with_valuation",
    "request_json",
    "value_file",
    "write_bytes",
]

_MAXIMUM_BYTES = 10 * 2**20


def value_file(path: Path, catalogues: Catalogues) -> Appraisal:
    """What is the right worth that this file describes?"""
    return appraise(read_model(catalogues.valuation_request, read_file(path)))


def quote_file(path: Path, catalogues: Catalogues) -> PledgeQuote:
    """What may be lent on the right that this file describes?"""
    request = read_model(catalogues.pledge_request, read_file(path))
    return quote_pledge(request, policies=catalogues.pledge_policies)


def leverage_file(path: Path, catalogues: Catalogues) -> LeverageAnswer:
    """What does the public money of this file set in motion?"""
    request = read_model(catalogues.leverage_request, read_file(path))
    return run_scenario(request, programmes=catalogues.programmes, policies=catalogues.leverage_policies)


def request_json(path: Path) -> str:
    """Which JSON body asks the API what this file asks?

    Numbers written with a point become JSON numbers; amounts and rates of money stand as text in the file already.
    """
    return orjson.dumps(read_with_valuation(path), default=float, option=orjson.OPT_INDENT_2).decode()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, or say why it cannot be written.

    Raises
    ------
    InputError : the folder does not exist or may not be written to.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError.of(str(path), found=error.strerror or "an error", expected="a file to write") from error


def read_with_valuation(path: Path) -> dict[str, Any]:
    """Which request does a file hold? Where it names the file of a valuation or run, that request stands in its place.

    Raises
    ------
    InputError : a request beside the name of its file, a name that is no text; see :func:`read_file`.
    """
    document = read_file(path)
    for part in _NAMED_BY_FILE:
        named = document.pop(f"{part}_file", None)
        if named is None:
            continue
        if not isinstance(named, str) or part in document:
            found = f"another {part} beside it" if part in document else repr(named)[:120]
            raise InputError.of(f"{part}_file", found=found, expected=f"the name of one TOML file, or a {part}")
        document = {part: read_file(path.parent / named), **document}
    return document


#: Requests that a file may name by ``…_file`` instead of repeating them.
_NAMED_BY_FILE = ("valuation", "run", "other")


def read_file(path: Path) -> dict[str, Any]:
    """Which document does a TOML file hold?

    Raises
    ------
    InputError : no such file, one too long, or no TOML in UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAXIMUM_BYTES + 1)
    except OSError as error:
        raise InputError.of(str(path), found=error.strerror or "an error", expected="a TOML file to read") from error
    if len(content) > _MAXIMUM_BYTES:
        raise InputError.of(str(path), found="a file too long", expected=f"at most {_MAXIMUM_BYTES} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError.of(str(path), found="bytes that are not UTF-8", expected="a TOML file in UTF-8") from None
    return read_toml(text, where=str(path))
