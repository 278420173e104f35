"""The evidence store on a screen: what an import did, and what is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.render.grids import Grid, Lines, Section
from valuation.evidence.columns import COLUMNS
from valuation.kernel.labels import Language

__all__ = ["comparable_sections", "import_sections"]


def import_sections(document: Mapping[str, Any]) -> Iterator[Section]:
    """How many deals are new, improved and repeated; the repeated rows by number."""
    counts = (len(document["added"]), len(document["replaced"]), len(document["repeated"]))
    yield Lines((f"新增 added {counts[0]} · 更新 replaced {counts[1]} · 重复 repeated {counts[2]}",))
    rows = tuple((str(each["row"]), each["id"]) for each in document["repeated"])
    if rows:
        yield Grid(
            ("行 Row", "交易 Deal"), rows, texts=frozenset(), codes=frozenset({1}), title="重复的行 Repeated rows"
        )
    differing = tuple(
        (str(each["row"]), each["column"], *(f"{each[name]} ({each[f'{name}_in']})" for name in ("kept", "set_aside")))
        for each in document["differences"]
    )
    if differing:
        heads = ("行 Row", "列 Column", "保留 Kept", "未保留 Set aside")
        title = f"重复记录不一致之处 Where repeated records disagree ({document['difference_count']})"
        yield Grid(heads, differing, texts=frozenset({2, 3}), codes=frozenset({1}), title=title)


def comparable_sections(document: Mapping[str, Any], *, language: Language) -> Iterator[Section]:
    """Every transaction in a line: id, name, kind, day, price or rate, source and its status."""
    words = {(column.key, key): zh if language == "zh" else key for column in COLUMNS for key, zh in column.choices}
    rows = tuple(
        (
            each["id"],
            each["name"],
            words["right_kind", each["right_kind"]],
            words["transaction_kind", each["transaction_kind"]],
            each["traded_on"],
            f"{each['price']} {each['currency']}" if "price" in each else f"{each['rate_share']:.4%}",
            f"{each['source_title']} ({words['source_status', each['source_status']]})",
        )
        for each in document["items"]
    )
    heads = ("编号 Id", "名称 Name", "权利 Right", "交易 Deal", "日期 Day", "价格或费率 Price", "来源 Source")
    if rows:
        yield Grid(heads, rows, texts=frozenset({1, 6}), codes=frozenset({0, 2, 3, 4}), title="可比交易 Comparables")
    yield Lines((f"共 {document['total']} 宗，显示 {len(rows)} 宗 total {document['total']}, shown {len(rows)}",))
