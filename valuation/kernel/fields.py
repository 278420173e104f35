"""How a value enters: typed fields that refuse what is not exact, finite and in range.

The request models of all packages are frozen pydantic models built from these fields. A failed field becomes
an :class:`~valuation.errors.InputError` that names the field, what was found and what was expected.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from valuation.errors import FieldProblem, InputError
from valuation.kernel.money import CURRENCIES

__all__ = [
    "DISTINCT_NAMES",
    "NOT_EMPTY",
    "Currency",
    "Dates",
    "Day",
    "DecimalText",
    "FiniteFloat",
    "FrozenModel",
    "Identifier",
    "MoneyText",
    "NonNegativeMoneyText",
    "Reason",
    "StrictBool",
    "WholeNumber",
    "field_problems",
    "parse",
]

Model = TypeVar("Model", bound=BaseModel)

#: Tags pydantic adds to the path of a field that may be one of two shapes; a reader does not know them.
_UNION_TAGS = ("one_figure", "figure_by_year")
#: Longest list a request may hold; everything has a limit.
MAXIMUM_ITEMS = 10_000
#: Days a request may name: years are added to them, and the calendar ends with the year 9999. A right without an end
#: states no expiry date instead of a far one.
FIRST_DAY, LAST_DAY = datetime.date(1800, 1, 1), datetime.date(2999, 12, 31)
#: Digits a decimal may have before the point, and after it.
_DIGITS = 18
_DECIMAL_PATTERN = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


class FrozenModel(BaseModel):
    """The base of every request model: immutable, and an unknown field is an error, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


def _decimal(found: Any) -> Decimal:
    """Accept a decimal text (or a Decimal from TOML); a JSON number has already lost its digits."""
    if isinstance(found, Decimal) and _is_plain(found):
        return found
    # The pattern is the one the schema documents: a text such as 1E+999999999 would unfold to a gigabyte.
    if isinstance(found, str) and _DECIMAL_PATTERN.fullmatch(found):
        return Decimal(found)
    raise _not_decimal(found)


def _is_plain(number: Decimal) -> bool:
    """Does a Decimal have at most 18 digits before and 18 after the point?"""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DIGITS and number.adjusted() < _DIGITS


def _money(found: Any) -> Decimal:
    amount = _decimal(found)
    # A remainder is exact; a product by 100 would be rounded to 28 digits.
    if abs(amount) >= Decimal(10) ** 15 or amount % Decimal("0.01"):
        raise PydanticCustomError("money", 'a decimal text with at most two decimals below 10^15, such as "8000000.00"')
    return amount


def _non_negative_money(found: Any) -> Decimal:
    amount = _money(found)
    if amount < 0:
        raise PydanticCustomError("money", "an amount of zero or more")
    return amount


def _not_decimal(found: Any) -> PydanticCustomError:
    kind = type(found).__name__
    return PydanticCustomError(
        "decimal_text",
        'a decimal written as text, such as "8000000.00" (a JSON number is refused)',
        {"kind": kind},
    )


def _number(found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        raise PydanticCustomError("number", "a number")
    try:
        return float(found)
    except OverflowError:
        raise PydanticCustomError("number", "a finite number") from None


def _day(found: Any) -> datetime.date:
    day = found if type(found) is datetime.date else _day_in(found)
    if day is None:
        raise PydanticCustomError("day", "a date such as 2020-12-31")
    if not FIRST_DAY <= day <= LAST_DAY:
        limits = {"first": str(FIRST_DAY), "last": str(LAST_DAY)}
        raise PydanticCustomError("day", "a date from {first} to {last}", limits)
    return day


def _day_in(text: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def _currency(found: Any) -> str:
    if found not in CURRENCIES:
        raise PydanticCustomError("currency", "one of {known}", {"known": ", ".join(CURRENCIES)})
    return str(found)


_TEXT = PlainSerializer(lambda number: format(number, "f"), return_type=str)


def _text_schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example], "maxLength": 40})


def _not_empty(items: Any) -> Any:
    if not items:
        raise PydanticCustomError("empty", "at least one entry")
    return items


#: A list that must not be empty. Checked after its entries, so that a wrong entry is not reported as a missing one.
NOT_EMPTY = (AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1}))


def _distinct(items: Any) -> Any:
    names = [item.name for item in items]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise PydanticCustomError("duplicate", "each name once; {name} stands twice", {"name": repr(twice)})
    return items


#: A list whose entries have names of their own: the same name twice is evidence counted twice.
DISTINCT_NAMES = AfterValidator(_distinct)
#: Any finite decimal, written as text: rates that money is computed from.
DecimalText = Annotated[Decimal, BeforeValidator(_decimal), _TEXT, _text_schema(r"^-?\d{1,18}(\.\d{1,18})?$", "0.0435")]
#: An amount of money, written as text with at most two decimals.
MoneyText = Annotated[Decimal, BeforeValidator(_money), _TEXT, _text_schema(r"^-?\d{1,15}(\.\d{1,2})?$", "8000000.00")]
#: An amount of money of zero or more.
NonNegativeMoneyText = Annotated[
    Decimal,
    BeforeValidator(_non_negative_money),
    _TEXT,
    _text_schema(r"^\d{1,15}(\.\d{1,2})?$", "8000000.00"),
]
#: A number of a model: finite; text and booleans are refused.
FiniteFloat = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
#: A whole number; text, booleans and fractions are refused.
WholeNumber = Annotated[int, Field(strict=True)]
#: A calendar day: a date, or its ISO text.
Day = Annotated[datetime.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
#: An ISO 4217 code the engine knows.
Currency = Annotated[str, BeforeValidator(_currency), WithJsonSchema({"type": "string", "enum": list(CURRENCIES)})]
#: A short name used as a key.
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:\-]{0,79}$")]
#: A sentence that says why; an empty one is no reason.
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]


class Dates(FrozenModel):
    """Which three days does the answer refer to?

    ``valuation_date``: the value is as of this day. ``policy_date``: rules and prices of this day apply.
    ``report_date``: the day the report bears; never earlier than the valuation date.
    """

    valuation_date: Day
    policy_date: Day
    report_date: Day

    @field_validator("report_date")
    @classmethod
    def _not_before_valuation(cls, found: datetime.date, info: ValidationInfo) -> datetime.date:
        """Refuse a report that is older than what it reports."""
        valued = info.data.get("valuation_date")
        if valued is not None and found < valued:
            raise PydanticCustomError("dates", "{first} or later, the valuation date", {"first": str(valued)})
        return found


def parse(model: type[Model], data: Mapping[str, Any], *, field: str = "") -> Model:
    """Read a request model from plain data; on failure say everything that is wrong at once.

    Raises
    ------
    InputError : with one :class:`FieldProblem` for each field that failed, prefixed by ``field``.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError.from_problems(field_problems(error.errors(), prefix=field, data=data)) from error


def field_problems(
    errors: list[ErrorDetails] | list[dict[str, Any]], *, prefix: str = "", data: Any = None
) -> list[FieldProblem]:
    """Turn pydantic's error list into field, found, expected.

    Where a field may have several shapes, pydantic puts the name of the shape into the path; with ``data``, what was
    read, such names are left out and the path is the one in the request.
    """
    return [_field_problem(dict(error), prefix, data) for error in errors]


def _path(location: tuple[int | str, ...], data: Any, *, is_missing: bool) -> list[str]:
    """The parts of a location that lead from one value of the data to the next; a missing field is kept."""
    parts, at = [], data
    for index, part in enumerate(location):
        is_tag = part in _UNION_TAGS or (isinstance(at, Mapping) and part not in at and part in at.values())
        if is_tag and not (is_missing and index == len(location) - 1):
            continue
        parts.append(str(part))
        if isinstance(at, Mapping):
            at = at.get(part)
        elif isinstance(at, list | tuple) and isinstance(part, int):
            at = at[part] if part < len(at) else None
        else:
            at = None
    return parts


def _field_problem(error: Mapping[str, Any], prefix: str, data: Any) -> FieldProblem:
    path = ".".join([*([prefix] if prefix else []), *_path(error["loc"], data, is_missing=error["type"] == "missing")])
    if error["type"] == "missing":
        return FieldProblem(path, "nothing", "a value")
    if error["type"] == "extra_forbidden":
        return FieldProblem(path, "an unknown field", "only the documented fields")
    context = error.get("ctx", {})
    if error["type"] == "union_tag_invalid":
        path = f"{path}.{context['discriminator'].strip(chr(39))}"
        return FieldProblem(path, repr(context["tag"]), f"one of {context['expected_tags']}")
    found = repr(error.get("input"))
    expected = str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return FieldProblem(path, found if len(found) <= 120 else found[:117] + "...", expected)
