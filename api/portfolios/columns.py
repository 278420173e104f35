"""Which columns does a file of loans have? One list for the template, the reading, and what an error calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pledge.portfolio.loan_book import COLUMNS, Column
from valuation.kernel.labels import Label

__all__ = ["AMOUNTS", "FILE_COLUMNS", "LONGEST_TEXT", "NUMBERS", "TEXTS", "FileColumn"]

LONGEST_TEXT = 100


@dataclass(frozen=True)
class FileColumn:
    """One column of a file: its key, its labels, what a reader must know of it, and an example.

    ``range`` is that of the book's own column, None where the column holds a text.
    """

    key: str
    label: Label
    help: Label
    example: str
    range: Column | None

    @property
    def heading(self) -> str:
        """What the template writes over the column."""
        return f"{self.label.zh} {self.key}"

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading under which a file may offer the column."""
        return (self.key, self.label.zh, self.heading)

    @property
    def is_required(self) -> bool:
        """Must every loan state it?"""
        return self.range is None or self.range.default is None

    @property
    def expected(self) -> str:
        """What a cell may hold, as an error message says it."""
        if self.range is None:
            return f"a text of 1 to {LONGEST_TEXT} printable characters"
        kind = "a whole number" if self.range.is_whole else "an amount" if self.key in AMOUNTS else "a number"
        digits = " with at most two decimals" if self.key in AMOUNTS else ""
        blank = "" if self.is_required else f", or blank for {self.range.default:g}"
        return f"{kind} from {self.range.low:g} to {self.range.high:g}{digits}{blank}"


TEXTS = ("loan_id", "sector")
#: Amounts of money; they stand as text in JSON and have two decimals at most.
AMOUNTS = ("principal_cny", "interest_cny", "collateral_value_cny")
#: Tables of values come from valuations, not from a file of loans.
NUMBERS = tuple(name for name in COLUMNS if name != "value_table")

#: Chinese label, what it means in Chinese and in English, an example.
_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "loan_id": ("贷款编号", "每笔不同", "another one for each loan", "L001"),
    "sector": ("行业", "同一行业的借款人受同一因子影响", "borrowers of a sector are moved by one factor", "software"),
    "principal_cny": ("本金", "违约时所欠本金，元", "principal owed at default, yuan", "3000000.00"),
    "interest_cny": ("应收利息", "违约时所欠利息，元", "interest owed at default, yuan", "60000.00"),
    "pd_share_per_year": ("年违约概率", "小数，2% 写作 0.02", "a share of one: 2 % is 0.02", "0.02"),
    "maturity_years": ("剩余期限", "年，到期后不再违约", "years; no default after it", "1.5"),
    "factor_correlation": (
        "行业相关系数",
        "借款人状况与行业因子的相关系数；其平方为资产相关系数",
        "correlation of the borrower's state with its sector's factor; its square is the asset correlation",
        "0.4",
    ),
    "ip_part_share": ("知识产权担保占比", "由知识产权担保的部分", "part of the loan that IP secures", "1"),
    "collateral_value_cny": ("质物价值", "今日预期价值，元", "expected value today, yuan", "9000000.00"),
    "collateral_volatility": ("质物波动率", "对数价值的年标准差", "yearly standard deviation of the log value", "0.6"),
    "collateral_drift_per_year": ("质物年增长", "预期价值的年对数增长", "yearly log growth of the expected value", "0"),
    "collateral_factor_correlation": (
        "质物与行业相关",
        "质物价值与行业因子的相关系数",
        "correlation of the collateral with the sector's factor",
        "0.2",
    ),
    "collateral_owner_correlation": (
        "质物与借款人相关",
        "质物价值与借款人自身状况的相关系数（错向风险）",
        "correlation of the collateral with what is the borrower's own (wrong-way risk)",
        "0.3",
    ),
    "owner_failure_damage_share": (
        "违约损毁率",
        "借款人失败时质物损失的价值",
        "value its failing owner destroys",
        "0.3",
    ),
    "sale_cost_share": ("处置费用率", "占处置价款", "of the proceeds", "0.3"),
    "time_to_sale_years": ("处置时间", "违约至变现，年", "years from default to sale", "0.5"),
    "discount_rate_share_per_year": ("折现率", "处置价款按年折现", "a year, for the time to sale", "0.05"),
    "grade": (
        "分组等级",
        "同行业内归为一组的编号；留空按违约概率分组。改动违约概率而不改分组，随机数保持不变",
        "loans of a sector and a grade share random numbers, which stay in place when a PD changes; blank: by the PD",
        "",
    ),
}


def _column(key: str) -> FileColumn:
    zh, help_zh, help_en, example = _WORDS[key]
    label = Label(zh, key.replace("_", " "))
    return FileColumn(key, label, Label(help_zh, help_en), example, COLUMNS.get(key))


FILE_COLUMNS: Mapping[str, FileColumn] = {key: _column(key) for key in (*TEXTS, *NUMBERS)}
