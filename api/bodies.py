"""How a request becomes a model: JSON or TOML in, every doubt about the text itself refused by name."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.errors import MalformedBodyError
from valuation.errors import FieldProblem, InputError
from valuation.kernel.fields import field_problems

__all__ = ["read_json_object", "read_model", "read_toml"]

Model = TypeVar("Model", bound=BaseModel)

#: Deeper than any request of ours; a document below it is an attack on the reader, not a question.
MAXIMUM_DEPTH = 32
MAXIMUM_PROBLEMS = 100
#: Half of a character, or a control character: no database and no workbook keeps them faithfully.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read_json_object(body: bytes) -> dict[str, Any]:
    """Which JSON object does the body hold?

    Stricter than the standard library, which accepts NaN, Infinity, 1e999 and a name that stands twice.

    Raises
    ------
    MalformedBodyError : no JSON in UTF-8, a name that stands twice, or a document too deep.
    InputError : no object, a number that is not finite, a character that cannot be stored; naming the field.

    Tested by: ``tests/api/test_bodies.py``.
    """
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_object_without_doubles)
    except UnicodeDecodeError:
        raise MalformedBodyError.of("body", found="bytes that are not UTF-8", expected="JSON in UTF-8") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedBodyError.of("body", found=f"{error.msg} at {where}", expected="one JSON object") from None
    except ValueError:
        # The interpreter refuses integers of thousands of digits with a plain ValueError.
        raise MalformedBodyError.of("body", found="an endless whole number", expected="one JSON object") from None
    if not isinstance(document, dict):
        raise InputError.of("body", found=f"a {type(document).__name__}", expected="a JSON object")
    if problems := list(_unusable(document, "", 0)):
        raise InputError.from_problems(problems[:MAXIMUM_PROBLEMS])
    return document


def read_toml(text: str, *, where: str) -> dict[str, Any]:
    """Which request does a TOML file state? Numbers with a point stay exact decimals.

    Raises
    ------
    InputError : no TOML, a number that is not finite, a character that cannot be stored.
    """
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError.of(where, found=f"no readable TOML ({error})", expected="a TOML file") from error
    if problems := list(_unusable(document, "", 0)):
        raise InputError.from_problems(problems[:MAXIMUM_PROBLEMS])
    return document


def read_model(model: type[Model], document: Mapping[str, Any]) -> Model:
    """Read a request model; the fields of a failure are named as they stand in the document.

    Raises
    ------
    InputError : with one problem for each field that failed.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        errors = [{**each, "loc": _path_in(document, each)} for each in error.errors()[:MAXIMUM_PROBLEMS]]
        problems = [problem for each in errors for problem in _problems_of(each)]
        raise InputError.from_problems(dict.fromkeys(problems)) from error


def _problems_of(error: dict[str, Any]) -> list[FieldProblem]:
    """The problem in the words of the domain; a wrong choice among kinds names the field that chooses."""
    context = error.get("ctx", {})
    chooser = ".".join(str(part) for part in (*error["loc"], str(context.get("discriminator", "")).strip("'")))
    if error["type"] == "union_tag_not_found":
        return [FieldProblem(chooser, "nothing", "the name of the kind that is stated here")]
    if error["type"] == "union_tag_invalid":
        return [FieldProblem(chooser, repr(context["tag"])[:120], f"one of {context['expected_tags']}")]
    return field_problems([error])


def _path_in(document: Any, error: Mapping[str, Any]) -> tuple[str | int, ...]:
    """The path of a failed field without what pydantic adds to it: tags of unions and names of types."""
    path: list[str | int] = []
    here = document
    for index, part in enumerate(error["loc"]):
        is_missing = error["type"] == "missing" and index == len(error["loc"]) - 1
        inside = _inside(here, part)
        if inside is not _NOTHING:
            here = inside
            path.append(part)
        elif is_missing:
            path.append(part)
    return tuple(path)


_NOTHING = object()


def _inside(here: Any, part: str | int) -> Any:
    if isinstance(here, Mapping):
        return here.get(part, _NOTHING)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return _NOTHING


def _object_without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedBodyError.of(twice[:80], found="this name more than once", expected="each name once")
    return document


def _unusable(value: Any, path: str, depth: int) -> Iterator[FieldProblem]:
    """Every place of a document that no request may hold."""
    if depth > MAXIMUM_DEPTH:
        raise _too_deep()
    if isinstance(value, dict):
        for name, item in value.items():
            if unwritable := list(_unwritable(name, path)):
                yield from unwritable
            else:
                yield from _unusable(item, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unusable(item, f"{path}.{index}", depth + 1)
    elif isinstance(value, str):
        yield from _unwritable(value, path)
    elif isinstance(value, float | Decimal) and not math.isfinite(value):
        yield FieldProblem(path, "NaN" if math.isnan(value) else "an infinite number", "a finite number")


def _unwritable(text: str, path: str) -> Iterator[FieldProblem]:
    if found := _UNWRITABLE.search(text):
        yield FieldProblem(path or "body", f"the character U+{ord(found.group()):04X}", "text that can be written")


def _too_deep() -> MalformedBodyError:
    found, expected = f"more than {MAXIMUM_DEPTH} levels", f"at most {MAXIMUM_DEPTH} levels of nesting"
    return MalformedBodyError(
        f"body: found {found}, expected {expected}", problems=[FieldProblem("body", found, expected)]
    )
