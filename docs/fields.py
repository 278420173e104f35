"""What may a request hold? The rows of a request model: path, type, range and meaning of every field.

Everything is read from the model itself: types and limits from its annotations, meanings from its docstrings.
"""

from __future__ import annotations

import datetime
import inspect
import re
import tomllib
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AfterValidator, BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from leverage.terms import ExactFigure, MoneyFigure
from valuation.kernel.figures import Amount, AmountSeries, Figure, Series

__all__ = ["HEADS", "UNNAMED", "FieldRow", "field_rows", "first_sentence"]

HEADS = ("字段 Field", "类型 Type", "范围 Range", "含义 Meaning")

_LEAVES: Mapping[type, str] = {
    Figure: "数值 figure",
    Series: "逐年数值 figures by year",
    Amount: "金额 amount",
    AmountSeries: "逐年金额 amounts by year",
    ExactFigure: "精确数值 exact figure",
    MoneyFigure: "金额 amount",
    Decimal: "小数文本 decimal as text",
    datetime.date: "日期 date",
    bool: "是否 true or false",
    int: "整数 whole number",
    float: "数 number",
    str: "文本 text",
}
_BY_READER = {
    "_money": "金额文本 amount as text",
    "_non_negative_money": "金额文本 amount as text",
    "_currency": "币种 currency",
}
#: What the functions that check a field demand, where they state it nowhere else.
_BY_CHECK = {"_distinct": "名称不重复 each name once", "_share": "0 – 1", "_positive": "> 0"}
_LIMITS: Mapping[type, tuple[str, str]] = {
    annotated_types.Ge: ("≥", "ge"),
    annotated_types.Gt: (">", "gt"),
    annotated_types.Le: ("≤", "le"),
    annotated_types.Lt: ("<", "lt"),
}
#: What the name of a field says of its unit.
_UNITS = {"_share": "份额 share of one", "_years": "年 years", "_hectares": "公顷 hectares", "_per_year": "每年 a year"}
#: What a field is called where the code does not say it.
_NAMES: Mapping[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "field_names.toml").read_text(encoding="utf-8")
)
#: Stands where nobody says what a field means; a test finds it.
UNNAMED = "未说明 not said"
#: Models stand in models a few levels deep; deeper would be a model that holds itself.
_DEEPEST = 8


@dataclass(frozen=True)
class FieldRow:
    """One field: where it stands in a request, what it is, in which limits, and what it means."""

    path: str
    type: str
    limits: str
    meaning: str

    @property
    def name(self) -> str:
        """The field's own name, without the path to it."""
        return re.split(r"[.\]]", self.path)[-1] or self.path

    def cells(self, *, label: str = "", unit: str = "") -> tuple[str, str, str, str]:
        """The row as cells of a table, with what the working paper calls the field and its unit there."""
        unit = unit or next((text for ending, text in _UNITS.items() if self.name.endswith(ending)), "")
        known = " — ".join(
            part
            for part in (label or " · ".join(_NAMES.get(self.name, _NAMES.get(self.path, ()))), self.meaning)
            if part
        )
        kind = f"{self.type}，{unit}" if unit and "数值" in self.type else self.type
        return (f"`{self.path}`", kind, self.limits.strip("；"), known or UNNAMED)


def first_sentence(owner: type) -> str:
    """What does the docstring of a class say first?"""
    text = inspect.cleandoc(owner.__doc__ or "")
    return _typed(" ".join(text.split("\n\n")[0].split()))


def field_rows(model: type[BaseModel], prefix: str = "", depth: int = 0) -> Iterator[FieldRow]:
    """Every field of a model and of the models below it, in the order of the code."""
    assert depth < _DEEPEST, f"{model.__name__} is nested deeper than any request"
    meanings = _meanings(model)
    for name, info in model.model_fields.items():
        meaning = meanings.get(name, "") or _mentioned(model, name)
        default = _default(info)
        marks = [*info.metadata, *([info] if info.discriminator else [])]
        for row in _rows(info.annotation, marks, f"{prefix}{name}", meaning, depth):
            yield FieldRow(row.path, row.type, row.limits + default, row.meaning)
            default = ""


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return ""
    if info.default is None or info.default is PydanticUndefined or info.default == ():
        return "；可省略 optional"
    return f"；默认 default `{info.default}`"


def _rows(annotation: Any, marks: Sequence[Any], path: str, meaning: str, depth: int) -> Iterator[FieldRow]:
    """The rows of one annotation: a leaf, a list, a mapping, one of several models, or a model."""
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        marks = [*more, *marks]
    members = [each for each in _members(annotation) if each is not type(None)]
    if get_origin(annotation) in (Union, types.UnionType) and len(members) == 1:
        yield from _rows(members[0], marks, path, meaning, depth)
        return
    limits = _limits(marks)
    origin = get_origin(annotation)
    if len(members) > 1:
        yield from _union_rows([_bare(each) for each in members], limits, path, meaning, depth)
    elif origin is Literal:
        choices = ", ".join(f"`{each}`" for each in get_args(annotation))
        yield FieldRow(path, "选项 choice", choices, meaning)
    elif origin in (tuple, list):
        yield from _item_rows(get_args(annotation)[0], f"{path}[]", "列表 list", limits, meaning, depth)
    elif origin is dict:
        key = f"{path}.{{名称 name}}"
        yield from _item_rows(get_args(annotation)[1], key, "按名称 by name", limits, meaning, depth)
    else:
        yield from _plain_rows(annotation, marks, limits, path, meaning, depth)


def _plain_rows(
    annotation: Any, marks: Sequence[Any], limits: str, path: str, meaning: str, depth: int
) -> Iterator[FieldRow]:
    if annotation in _LEAVES:
        yield FieldRow(path, _read_as(marks) or _LEAVES[annotation], limits, meaning)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        said = "" if meaning.startswith("see ") else meaning
        yield FieldRow(path, "对象 object", limits, said or first_sentence(annotation))
        yield from field_rows(annotation, f"{path}.", depth + 1)
    else:
        raise AssertionError(f"{path}: a type that the reference pages do not know: {annotation!r}")


def _item_rows(item: Any, path: str, kind: str, limits: str, meaning: str, depth: int) -> Iterator[FieldRow]:
    """A list or a mapping: its own row where its entries have several parts, else one row for both."""
    rows = list(_rows(item, [], path, meaning, depth))
    head = rows[0]
    entry = "" if head.type.startswith("对象") else f"，每项 each: {head.type}"
    joined = "；".join(each for each in (limits, head.limits and f"每项 each {head.limits}") if each)
    yield FieldRow(path, f"{kind}{entry}", joined, head.meaning)
    yield from rows[1:]


def _union_rows(members: list[Any], limits: str, path: str, meaning: str, depth: int) -> Iterator[FieldRow]:
    if all(member in _LEAVES for member in members):
        shapes = " 或 or ".join(_LEAVES[member] for member in members)
        yield FieldRow(path, shapes, limits, meaning)
        return
    kinds = {_kind_of(member): member for member in members}
    choices = ", ".join(f"`{kind}`" for kind in kinds)
    yield FieldRow(path, "其中之一 one of", choices, "" if meaning.startswith("see ") else meaning)
    for kind, member in kinds.items():
        yield FieldRow(f"{path}({kind})", "对象 object", "", first_sentence(member))
        tag = f"{path}({kind}).{_tag_of(member)}"
        yield from (row for row in field_rows(member, f"{path}({kind}).", depth + 1) if row.path != tag)


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else ()


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _tag_of(model: type[BaseModel]) -> str:
    """The field by which a model is told from the others it may stand in for."""
    for name, info in model.model_fields.items():
        if get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1:
            return name
    raise AssertionError(f"{model.__name__} is one of several and has no field that tells which")


def _kind_of(model: type[BaseModel]) -> str:
    (kind,) = get_args(model.model_fields[_tag_of(model)].annotation)
    return str(kind)


def _read_as(marks: Sequence[Any]) -> str | None:
    readers = [mark.func.__name__ for mark in marks if isinstance(mark, BeforeValidator)]
    return next((_BY_READER[name] for name in readers if name in _BY_READER), None)


def _limits(marks: Sequence[Any]) -> str:
    """The limits that the annotations of a field state, the inner ones first."""
    found: list[str] = []
    for mark in marks:
        if isinstance(mark, FieldInfo):
            found += [text for inner in mark.metadata if (text := _limit(inner))]
        elif text := _limit(mark):
            found.append(text)
    return "；".join(dict.fromkeys(found))


def _limit(mark: Any) -> str:
    if isinstance(mark, AfterValidator):
        return _checked(mark.func)
    for kind, (sign, name) in _LIMITS.items():
        if isinstance(mark, kind):
            return f"{sign} {getattr(mark, name)}"
    if isinstance(mark, annotated_types.MinLen):
        return f"长度 length ≥ {mark.min_length}"
    if isinstance(mark, annotated_types.MaxLen):
        return f"长度 length ≤ {mark.max_length}"
    return ""


def _checked(check: Any) -> str:
    """What a checking function demands: the numbers it was built with, or its own words."""
    maker = check.__qualname__.split(".")[0]
    bounds = inspect.getclosurevars(check).nonlocals
    if maker == "within":
        return f"{bounds['low']:g} – {bounds['high']:g}"
    if maker == "at_least":
        return f"{'>' if bounds['strictly'] else '≥'} {bounds['low']:g}"
    if check.__name__ == "_not_empty":
        return "至少一项 at least one"
    return _BY_CHECK.get(check.__name__, (inspect.getdoc(check) or "").split("\n")[0])


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """What the section Attributes of the docstring says, for the model and the classes it extends."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        text = inspect.cleandoc(owner.__dict__.get("__doc__") or "")
        _, marked, section = text.partition("Attributes\n----------\n")
        names: list[str] = []
        for line in section.split("\n") if marked else ():
            if stated := re.match(r"(\w+(?:, \w+)*) : (.*)", line):
                names = stated.group(1).split(", ")
                found |= dict.fromkeys(names, stated.group(2))
            elif names and line.startswith("    "):
                found |= {name: f"{found[name]} {line.strip()}" for name in names}
            else:
                names = []
    return {name: _typed(text) for name, text in found.items()}


def _mentioned(model: type[BaseModel], name: str) -> str:
    """The sentence of the docstring in which a field is written as code."""
    for owner in model.__mro__:
        text = " ".join(inspect.cleandoc(owner.__dict__.get("__doc__") or "").split())
        for sentence in re.split(r"(?<=[.;?]) ", text):
            if f"``{name}``" in sentence:
                return _typed(sentence)
    return ""


def _typed(text: str) -> str:
    """Code in a docstring is code in Markdown; references to names lose their role."""
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")
