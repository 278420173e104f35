"""Which columns does a table of transactions have? One list for templates, checks, storage and help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from valuation.kernel.labels import Label
from valuation.kernel.money import CURRENCIES

__all__ = ["COLUMNS", "FEATURE_PREFIX", "CellKind", "Column", "choice_words"]

CellKind = Literal["text", "choice", "yes_no", "date", "money", "share", "positive"]
#: A column ``feature:NAME`` holds a measured property; there may be as many as the file has.
FEATURE_PREFIX = "feature:"


@dataclass(frozen=True)
class Column:
    """One column: its key, its labels, what may stand in it, and whether it must be filled."""

    key: str
    label: Label
    kind: CellKind
    required: bool
    help: Label
    example: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def heading(self) -> str:
        """What the template writes over the column."""
        return f"{self.label.zh} {self.key}"

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading under which a file may offer the column."""
        return (self.key, self.label.zh, self.label.en, self.heading)


def choice_words(column: Column) -> str:
    """The words that may stand in a column of choices, as an error message lists them."""
    return ", ".join(f"{zh} ({key})" if zh != key else key for key, zh in column.choices)


_RIGHTS = (
    ("patent", "专利"),
    ("trademark", "商标"),
    ("copyright", "著作权"),
    ("software", "软件"),
    ("plant_variety", "植物新品种"),
    ("geographical_indication", "地理标志"),
    ("layout_design", "集成电路布图设计"),
    ("trade_secret", "商业秘密"),
)
_TRANSACTIONS = (
    ("sale", "转让"),
    ("exclusive_licence", "独占许可"),
    ("sole_licence", "排他许可"),
    ("ordinary_licence", "普通许可"),
    ("contribution_in_kind", "作价入股"),
)
_STATUSES = (("read", "已核对"), ("recalled", "凭记忆"), ("hypothesis", "假设"))
_YES_NO = (("yes", "是"), ("no", "否"))


def _column(
    key: str,
    words: tuple[str, str],
    kind: CellKind,
    explained: tuple[str, str],
    example: str,
    *,
    required: bool = False,
    choices: tuple[tuple[str, str], ...] = (),
) -> Column:
    return Column(key, Label(*words), kind, required, Label(*explained), example, choices)


COLUMNS: tuple[Column, ...] = (
    _column("name", ("名称", "name"), "text", ("交易的简称", "a short name"), "某发明专利转让", required=True),
    _column(
        "right_kind",
        ("权利类型", "kind of right"),
        "choice",
        ("交易的是哪类权利", "which kind of right was traded"),
        "专利",
        required=True,
        choices=_RIGHTS,
    ),
    _column(
        "right_number", ("权利号", "right number"), "text", ("专利号、注册号等", "patent or registration number"), ""
    ),
    _column(
        "transaction_kind",
        ("交易类型", "kind of transaction"),
        "choice",
        ("转让、许可或作价入股", "sale, licence or contribution"),
        "转让",
        required=True,
        choices=_TRANSACTIONS,
    ),
    _column(
        "traded_on",
        ("交易日期", "traded on"),
        "date",
        ("合同签订日", "day of the contract"),
        "2020-06-30",
        required=True,
    ),
    _column("party_from", ("转让方或许可方", "transferor or licensor"), "text", ("谁出让", "who gave"), ""),
    _column("party_to", ("受让方或被许可方", "transferee or licensee"), "text", ("谁取得", "who took"), ""),
    _column(
        "related_parties",
        ("关联方交易", "related parties"),
        "yes_no",
        ("双方是否关联", "whether the parties are related"),
        "否",
        required=True,
        choices=_YES_NO,
    ),
    _column(
        "jurisdiction", ("法域", "jurisdiction"), "text", ("国家或地区代码", "code of the country"), "CN", required=True
    ),
    _column("industry", ("行业", "industry"), "text", ("GB/T 4754 代码", "code of GB/T 4754"), ""),
    _column(
        "currency",
        ("币种", "currency"),
        "choice",
        ("ISO 4217 代码", "ISO 4217 code"),
        "CNY",
        required=True,
        choices=tuple((code, code) for code in CURRENCIES),
    ),
    _column("price", ("价格", "price"), "money", ("总价；与费率二选一", "lump sum; this or the rate"), "800000.00"),
    _column("rate_share", ("费率", "royalty rate"), "share", ("销售额的份额，0.05 即 5%", "share of sales"), ""),
    _column(
        "quantity",
        ("数量", "quantity"),
        "positive",
        ("价格对应的数量", "the size the price was paid for"),
        "1",
        required=True,
    ),
    _column("quantity_unit", ("计量单位", "unit"), "text", ("件、亩等", "patents, hectares"), "件", required=True),
    _column("source_title", ("来源", "source"), "text", ("文件或公告标题", "title of the document"), "", required=True),
    _column("source_publisher", ("发布者", "publisher"), "text", ("谁发布", "who published it"), "", required=True),
    _column("source_number", ("文号", "document number"), "text", ("如有", "if any"), ""),
    _column("source_address", ("网址", "address"), "text", ("在何处看到", "where it was seen"), ""),
    _column("source_date", ("来源日期", "source date"), "date", ("文件所署日期", "day the document bears"), ""),
    _column(
        "source_status",
        ("核对状态", "status"),
        "choice",
        ("是否与原文核对", "whether it was checked against its text"),
        "已核对",
        required=True,
        choices=_STATUSES,
    ),
    _column(
        "retrieved_on",
        ("取得日期", "retrieved on"),
        "date",
        ("查得之日", "day of the look-up"),
        "2021-01-15",
        required=True,
    ),
    _column("note", ("备注", "note"), "text", ("其他说明", "anything else"), ""),
)
